# SPDX-License-Identifier: Apache-2.0
"""Linked data: every IRI leads somewhere, in the form that the client wants, and nothing else does."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Store, parse
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from imnm_kg.errors import ImnmError
from imnm_kg.model.namespaces import BASE, CLAIM, ENTITY, IMNM, OA, RDF, RDFS
from imnm_kg.serve import linked
from imnm_kg.serve.concise import describe, write_quads
from imnm_kg.serve.site import Site
from tests.serve.loopback import Client, open_site, serving

FAILED = CLAIM.term("83c6b86117aac755acfe91a727d8d42c")
TYPES = {
    "ttl": "text/turtle", "nt": "application/n-triples", "jsonld": "application/ld+json", "rdf": "application/rdf+xml",
    "nq": "application/n-quads", "trig": "application/trig",
}  # fmt: skip
PARSED = {
    "ttl": RdfFormat.TURTLE, "nt": RdfFormat.N_TRIPLES, "jsonld": RdfFormat.JSON_LD, "rdf": RdfFormat.RDF_XML,
    "nq": RdfFormat.N_QUADS, "trig": RdfFormat.TRIG,
}  # fmt: skip


@pytest.fixture(scope="module")
def site(release: Path) -> Site:
    return open_site(release)


@pytest.fixture(scope="module")
def get(site: Site) -> Iterator[Client]:
    async def view(request: Any) -> PlainTextResponse:
        return PlainTextResponse(f"a view of {request.path_params['name']}")

    with serving([*linked.routes(site), Route("/graph/{name:path}", view)]) as client:
        yield client


def own_iris(site: Site) -> set[str]:
    """Give every IRI of ours in the graph."""
    terms = {term for quad in site.store for term in (quad.subject, quad.predicate, quad.object, quad.graph_name)}
    return {term.value for term in terms if isinstance(term, NamedNode) and term.value.startswith(BASE)}


def test_every_iri_leads_somewhere(get: Client, site: Site) -> None:
    paths = sorted({iri.removeprefix(BASE).partition("#")[0] for iri in own_iris(site)})
    elsewhere = {path for path in paths if path.startswith("release/")}  # the files themselves
    assert len(elsewhere) == 3
    paths = [path for path in paths if path not in elsewhere]
    assert len(paths) > 800
    application = linked.LinkedData(site)
    assert [path for path in paths if application.find(f"/{path}") is None] == []
    for path in paths[::40]:
        got = get(f"/{quote(path)}", "text/turtle")
        assert got.status == 303, path
        assert got.headers["location"] == f"/{path.rstrip('/')}.ttl"
        document = get(got.headers["location"])
        assert document.status == 200, path
        assert any(True for _ in parse(document.body, format=RdfFormat.TURTLE))


@pytest.mark.parametrize(
    ("accept", "ending"),
    [
        ("", "ttl"), ("*/*", "ttl"), ("text/turtle", "ttl"), ("application/ld+json", "jsonld"),
        ("application/json", "jsonld"), ("application/rdf+xml", "rdf"), ("application/n-triples", "nt"),
        ("application/n-quads", "nq"), ("application/trig", "trig"), ("text/turtle;q=0.3, application/rdf+xml", "rdf"),
    ],
)  # fmt: skip
def test_negotiation(get: Client, accept: str, ending: str) -> None:
    got = get("/entity/zilucoplan", accept)
    assert (got.status, got.headers["location"]) == (303, f"/entity/zilucoplan.{ending}")
    assert "Accept" in got.headers["vary"]
    links = got.headers["link"]
    for each, kind in TYPES.items():
        assert f'</entity/zilucoplan.{each}>; rel="alternate"; type="{kind}"' in links
    head = get("/entity/zilucoplan", accept, method="HEAD")
    assert (head.status, head.headers["location"], head.body) == (303, got.headers["location"], b"")


def test_a_form_by_name_and_none_that_fits(get: Client) -> None:
    assert get("/entity/zilucoplan?format=nt").headers["location"] == "/entity/zilucoplan.nt"
    for got in (get("/entity/zilucoplan", "image/png"), get("/entity/zilucoplan?format=exe")):
        assert got.status == 406
        assert json.loads(got.body)["code"] == "format-unknown"


@pytest.mark.parametrize("ending", TYPES)
def test_all_forms_say_the_same(get: Client, site: Site, ending: str) -> None:
    got = get(f"/claim/{FAILED.value.removeprefix(CLAIM)}.{ending}")
    assert got.status == 200
    assert got.headers["content-type"].startswith(TYPES[ending])
    assert f'<{FAILED.value}>; rel="describes"' in got.headers["link"]
    assert got.headers["last-modified"] == site.last_modified
    read = {quad.triple for quad in parse(got.body, format=PARSED[ending])}
    assert read == {quad.triple for quad in describe(site.store, FAILED)}
    again = get(f"/claim/{FAILED.value.removeprefix(CLAIM)}.{ending}", If_None_Match=got.headers["etag"])
    assert again.status == 304


def test_graphs_are_kept_in_trig_and_n_quads(get: Client) -> None:
    names = {quad.graph_name for quad in parse(get("/entity/zilucoplan.nq").body, format=RdfFormat.N_QUADS)}
    assert DefaultGraph() not in names
    assert NamedNode(f"{BASE}graph/statements") in names
    first = get("/entity/imnm.trig").body
    assert [line for line in first.splitlines() if line.startswith(b"@prefix")] == sorted(
        line for line in first.splitlines() if line.startswith(b"@prefix")
    )


# What a description has


def test_a_statement_never_comes_without_its_polarity(site: Site) -> None:
    for node in (ENTITY.zilucoplan, ENTITY.imnm):
        triples = {quad.triple for quad in describe(site.store, node)}
        claims = {t.subject for t in triples if t.predicate in (RDF.subject, RDF.object, IMNM.population)}
        stated = {t.subject for t in triples if (t.predicate, t.object) == (RDF.type, IMNM.Claim)}
        assert claims & stated
        for claim in stated:
            assert any(t.subject == claim and t.predicate == IMNM.polarity for t in triples), claim


def test_a_claim_has_its_evidence_and_labels(site: Site) -> None:
    triples = {quad.triple for quad in describe(site.store, FAILED)}
    evidence = [t.object for t in triples if (t.subject, t.predicate) == (FAILED, IMNM.hasEvidence)]
    assert evidence
    labelled = {t.subject for t in triples if t.predicate == RDFS.label}
    assert {FAILED, ENTITY.zilucoplan, IMNM.ameliorates} <= labelled


def test_an_evidence_has_its_selectors(site: Site) -> None:
    (evidence, *_) = [
        quad.object for quad in site.store.quads_for_pattern(FAILED, IMNM.hasEvidence, None, DefaultGraph())
    ]
    assert isinstance(evidence, NamedNode)
    triples = {quad.triple for quad in describe(site.store, evidence)}
    subjects = {t.subject for t in triples}
    assert {NamedNode(f"{evidence.value}#quote"), NamedNode(f"{evidence.value}#position")} <= subjects
    assert any(t.predicate == OA.exact for t in triples)
    assert any((t.subject, t.predicate) == (FAILED, IMNM.hasEvidence) for t in triples)
    fragment = {quad.triple for quad in describe(site.store, NamedNode(f"{evidence.value}#quote"))}
    assert any(t.predicate == OA.exact for t in fragment)


def test_the_ontology_and_a_graph_come_whole(get: Client, site: Site) -> None:
    ontology = {
        quad.triple for quad in site.store.quads_for_pattern(None, None, None, NamedNode(f"{BASE}graph/ontology"))
    }
    for path in ("/ontology.nt", "/ontology/0.1.0.nt"):
        lines = get(path).body.decode().splitlines()
        assert len(lines) >= len(ontology)
        assert len(lines) < len(ontology) * 1.2
    assert get("/ontology/", "text/turtle").headers["location"] == "/ontology.ttl"
    statements = get("/graph/statements.nq").body
    assert b"graph/statements> ." in statements
    assert get("/graph/entity/zilucoplan").text == "a view of entity/zilucoplan"


def test_blank_nodes_come_once(site: Site) -> None:
    for quad in site.store.quads_for_pattern(None, RDFS.domain, None, NamedNode(f"{BASE}graph/ontology")):
        if isinstance(quad.object, BlankNode) and isinstance(quad.subject, NamedNode):
            described = describe(site.store, quad.subject)
            assert len([q for q in described if (q.subject, q.predicate) == (quad.subject, RDFS.domain)]) == 1
            break
    store = Store()
    store.add(Quad(ENTITY.a, IMNM.b, BlankNode("x")))
    store.add(Quad(BlankNode("x"), IMNM.c, Literal("1")))
    assert len(describe(store, ENTITY.a)) == 2


def test_what_rdf_xml_cannot_say_is_refused(site: Site) -> None:
    store = Store()
    store.add(Quad(ENTITY.a, NamedNode("http://e/p/1"), Literal("x")))
    store.add(Quad(ENTITY.b, IMNM.note, Literal("bell \x07")))
    for name in ("a", "b"):
        with pytest.raises(ImnmError, match=r"\[format-unfit\]"):
            write_quads(describe(store, ENTITY.term(name)), "rdf", {})
    with serving(linked.routes(replace(site, store=store))) as get:
        assert get("/entity/a.rdf").status == 406
        assert json.loads(get("/entity/b.rdf").body)["code"] == "format-unfit"
        assert get("/entity/a.ttl").status == 200


def test_names_that_end_as_a_form_does(site: Site) -> None:
    store = Store()
    for name in ("a.ttl", "a.ttl.nt", "b's (c),d"):
        store.add(Quad(NamedNode(f"{ENTITY}{quote(name)}"), RDFS.label, Literal(name)))
    with serving(linked.routes(replace(site, store=store))) as get:
        assert get("/entity/a.ttl").headers["location"] == "/entity/a.ttl.ttl"
        assert get("/entity/a.ttl.ttl").status == 200
        assert get("/entity/a.ttl.nt").headers["location"] == "/entity/a.ttl.nt.ttl"


# What is not there


def test_near_names(get: Client) -> None:
    got = get("/entity/zilucoplann.ttl")
    told = json.loads(got.body)
    assert (got.status, got.headers["content-type"], told["code"]) == (
        404,
        "application/problem+json",
        "resource-unknown",
    )
    assert told["near"][0] == "/entity/zilucoplan"
    assert json.loads(get("/entity/IMNM").body)["near"][0] == "/entity/imnm"
    assert json.loads(get("/claim/83c6b861").body)["near"] == [f"/claim/{FAILED.value.removeprefix(CLAIM)}"]


def test_near_names_among_very_many(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linked, "_FEW", 10)
    monkeypatch.setattr(linked, "_AROUND", 5)
    found = linked.LinkedData(site)._near("/entity/zilucoplann")
    assert [node.value for node in found][:1] == [f"{ENTITY}zilucoplan"]


@pytest.mark.parametrize(
    "path",
    [
        "/entity/../../../etc/passwd", "/entity/%2e%2e/%2e%2e/etc/passwd", "/entity/..%2f..%2fetc%2fpasswd",
        "/entity/%00", "/entity/a%3E%20b", "/entity/%ff%fe", "/entity/a%0d%0aX-Injected:%20yes", "/entity/%7B%7D",
        "/entity/", "/entity/" + "a" * 5000, "/entity//zilucoplan", "/entity/zilucoplan/", "/entity/%252e%252e",
        "/graph/..", "/entity/zilucoplan.exe", "/dataset.exe", "/entity/%E2%80%AE", "/entity/zilucoplan%23x",
    ],
)  # fmt: skip
def test_odd_addresses_are_harmless(get: Client, path: str) -> None:
    for accept in ("text/turtle", "text/html"):
        got = get(path, accept)
        assert got.status in (200, 404), path
        assert got.status == 404 or path == "/graph/.."
        assert "x-injected" not in got.headers
        assert b"root:" not in got.body
    assert get("/entity/zilucoplan.ttl").status == 200


def test_methods(get: Client) -> None:
    for path in ("/entity/zilucoplan", "/entity/zilucoplan.ttl"):
        assert get(path, method="OPTIONS").headers["allow"] == "GET, HEAD, OPTIONS"
        got = get(path, method="PUT")
        assert (got.status, got.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    head, whole = get("/entity/imnm.ttl", method="HEAD"), get("/entity/imnm.ttl")
    assert (head.body, head.headers["etag"]) == (b"", whole.headers["etag"])


# Pages, and a site below a path


def pages_for(site: Site) -> Any:
    """Stand for the pages: what they are given is seen in what they return."""

    def resource_page(_: Site, iri: str, head: str = "") -> str | None:
        return None if iri.endswith("steroid") else f"<html><head>{head}</head><body>{iri}</body></html>"

    def not_found(_: Site, iri: str, near: Any = (), head: str = "") -> str:
        del head
        return f"<html>{iri.replace('<', '&lt;')} {[href for _, href in near]}</html>"

    headers = {"content-security-policy": "default-src 'none'", "x-content-type-options": "nosniff"}
    return SimpleNamespace(resource_page=resource_page, not_found=not_found, HEADERS=headers, site=site)


def test_pages(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linked, "load_pages", lambda: pages_for(site))
    below = replace(site, base="http://example.org/kg")
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
    with serving(linked.routes(below)) as get:
        got = get("/entity/zilucoplan", browser)
        assert got.headers["location"] == "/kg/entity/zilucoplan.html"
        assert get("/entity/zilucoplan", "*/*").headers["location"] == "/kg/entity/zilucoplan.ttl"
        page = get("/entity/zilucoplan.html")
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert page.headers["content-security-policy"] == "default-src 'none'"
        assert '<link rel="alternate" type="text/turtle" href="/kg/entity/zilucoplan.ttl">' in page.text
        (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page.text)
        assert json.loads(block)["@type"] == "Drug"
        missing = get("/entity/zilucoplann", browser)
        assert (missing.status, missing.headers["content-type"]) == (404, "text/html; charset=utf-8")
        assert "/kg/entity/zilucoplan" in missing.text
        assert get("/entity/zilucoplann", "text/turtle").headers["content-type"] == "application/problem+json"
        strange = get("/entity/%3Cscript%3E", browser)
        assert b"<script>" not in strange.body
        assert get(f"/evidence/{'0' * 32}", browser).status == 404
