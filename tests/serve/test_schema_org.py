# SPDX-License-Identifier: Apache-2.0
"""What machines that read pages get: schema.org descriptions that never say more than the graph, sitemap, robots."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Store

from imnm_kg.model.claims import Claim, read_claims
from imnm_kg.model.namespaces import BASE, ENTITY, GRAPH, IMNM, RDF, RDFS
from imnm_kg.pipeline import Dataset
from imnm_kg.serve import crawlers
from imnm_kg.serve.schema_org import describe, json_ld
from imnm_kg.serve.site import Site
from tests.serve.loopback import Client, open_site, serving

MEDICAL = ("signOrSymptom", "drug", "possibleTreatment", "mechanismOfAction", "drugClass", "study", "healthCondition",
           "studySubject")  # fmt: skip


@pytest.fixture(scope="module")
def site(release: Path) -> Site:
    return open_site(release)


@pytest.fixture(scope="module")
def get(site: Site) -> Iterator[Client]:
    with serving(crawlers.routes(site)) as client:
        yield client


def everything(site: Site) -> list[NamedNode]:
    quads = site.store.quads_for_pattern(None, RDF.type, None, DefaultGraph())
    found = {quad.subject for quad in quads if isinstance(quad.subject, NamedNode)}
    return sorted((node for node in found if node.value.startswith(BASE)), key=str)


@pytest.mark.parametrize(
    ("name", "type_"),
    [
        ("dataset", "Dataset"), ("entity/imnm", "MedicalCondition"), ("entity/zilucoplan", "Drug"),
        ("entity/mammen-2023", "ScholarlyArticle"), ("entity/imnm01-trial", "MedicalTrial"),
        ("entity/yves-allenbach", "Person"), ("entity/niams", "Organization"), ("ontology/treats", "DefinedTerm"),
        ("document/niams-zilucoplan-trial", "WebPage"), ("claim/83c6b86117aac755acfe91a727d8d42c", "Claim"),
    ],
)  # fmt: skip
def test_types(site: Site, name: str, type_: str) -> None:
    block = json_ld(site, f"{BASE}{name}")
    (text,) = re.findall(r'^<script type="application/ld\+json">([^<>&]*)</script>$', block)
    told = json.loads(text)
    assert (told["@context"], told["@type"], told["@id"]) == ("https://schema.org/", type_, f"{BASE}{name}")
    assert told["name"]


def test_a_dataset_says_where_it_is(site: Site) -> None:
    told = describe(site, f"{BASE}dataset")
    assert told["url"] == "http://kg.example.org/"
    assert told["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert {each["contentUrl"] for each in told["distribution"]} == {
        f"http://kg.example.org/release/imnm.{ending}" for ending in ("nq", "trig", "ttl")
    }


def test_an_article_has_its_authors_in_order(site: Site) -> None:
    told = describe(site, f"{ENTITY}mammen-2023")
    assert told["author"][0]["name"] == "Andrew L Mammen"
    assert {"@type": "PropertyValue", "propertyID": "pmid", "value": "36923454"} in told["identifier"]


def test_what_has_no_word_there(site: Site) -> None:
    for iri in (f"{BASE}entity/nothing", "http://e/x", "no IRI at all", f"{BASE}graph/statements"):
        assert json_ld(site, iri) == ""


# Nothing is said that the graph does not hold for true


def ends(told: Any) -> set[str]:
    found: set[str] = set()
    for key in MEDICAL:
        value = told.get(key, [])
        found |= {each["@id"] for each in value} if isinstance(value, list) else set()
    return found


def positive(claim: Claim) -> bool:
    return claim.polarity == "Affirmed" and claim.certainty == "Established"


def test_no_denied_or_hedged_claim_becomes_a_statement(site: Site, dataset: Dataset) -> None:
    claims = read_claims(dataset.quads)
    sure = {(claim.subject.value, str(claim.object.value)) for claim in claims if positive(claim)}
    unsure = {(claim.subject.value, str(claim.object.value)) for claim in claims if not positive(claim)} - sure
    assert (f"{ENTITY}zilucoplan", f"{ENTITY}imnm") in sure  # that it was tested
    assert len(unsure) > 20
    for subject, object_ in unsure:
        assert object_ not in ends(describe(site, subject)), (subject, object_)
        assert subject not in ends(describe(site, object_)), (subject, object_)
    disease = describe(site, f"{ENTITY}imnm")
    named = {each["@id"] for key in ("drug", "possibleTreatment") for each in disease.get(key, [])}
    assert f"{ENTITY}zilucoplan" not in named
    assert f"{ENTITY}rituximab" not in named  # only possible


def test_every_medical_statement_has_an_edge(site: Site) -> None:
    edges = {
        frozenset((quad.subject.value, quad.object.value))
        for quad in site.store.quads_for_pattern(None, None, None, GRAPH.statements)
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode)
    }
    for node in everything(site):
        for end in ends(describe(site, node.value)):
            assert frozenset((node.value, end)) in edges, (node, end)


def test_a_triple_outside_the_edges_is_no_statement(site: Site) -> None:
    store = Store()
    for node, kind in ((ENTITY.d, IMNM.Disease), (ENTITY.m, IMNM.Drug)):
        store.add(Quad(node, RDF.type, kind))
        store.add(Quad(node, RDFS.label, Literal("x")))
    store.add(Quad(ENTITY.m, IMNM.treats, ENTITY.d))
    store.add(Quad(ENTITY.m, IMNM.treats, ENTITY.d, GRAPH.negative))
    assert "drug" not in describe(replace(site, store=store), f"{ENTITY}d")
    store.add(Quad(ENTITY.m, IMNM.treats, ENTITY.d, GRAPH.statements))
    assert describe(replace(site, store=store), f"{ENTITY}d")["drug"][0]["@id"] == f"{ENTITY}m"


def test_the_words_of_a_claim_keep_negation_and_hedge(site: Site, dataset: Dataset) -> None:
    for claim in read_claims(dataset.quads):
        told = describe(site, claim.iri.value)
        assert told["text"] == claim.label
        assert f"polarity: {claim.polarity}" in told["keywords"]
        assert f"certainty: {claim.certainty}" in told["keywords"]


def test_no_text_can_end_the_block(site: Site) -> None:
    store = Store()
    store.add(Quad(ENTITY.x, RDF.type, IMNM.Drug))
    store.add(Quad(ENTITY.x, RDFS.label, Literal("</script><script>alert(1)</script><!-- & \u2028")))
    block = json_ld(replace(site, store=store), f"{ENTITY}x")
    assert block.count("<") == 2
    assert json.loads(block.partition(">")[2].rpartition("<")[0])["name"].startswith("</script>")


# Sitemap and robots


def test_robots(get: Client) -> None:
    lines = get("/robots.txt").text.splitlines()
    assert "Sitemap: http://kg.example.org/sitemap.xml" in lines
    assert "Disallow: /sparql" in lines
    assert get("/robots.txt").headers["content-type"] == "text/plain; charset=utf-8"


def test_the_sitemap(get: Client, site: Site) -> None:
    got = get("/sitemap.xml")
    assert got.headers["content-type"] == "application/xml"
    root = ET.fromstring(got.body)
    places = [each.text for each in root.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert len(places) == len(set(places))
    for path in ("", "queries/treatments", "entity/zilucoplan.html", "claim/83c6b86117aac755acfe91a727d8d42c.html"):
        assert f"http://kg.example.org/{path}" in places
    assert not [place for place in places if place and "#" in place]
    assert {each.text for each in root.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}lastmod")} == {
        site.modified.date().isoformat()
    }
    assert get("/sitemap-1.xml").body == got.body
    assert get("/sitemap-2.xml").status == 404
    assert get("/sitemap.xml", If_None_Match=got.headers["etag"]).status == 304


def test_a_sitemap_in_parts(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crawlers, "_MOST", 100)
    with serving(crawlers.routes(site)) as get:
        root = ET.fromstring(get("/sitemap.xml").body)
        places = [each.text or "" for each in root.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
        assert root.tag.endswith("sitemapindex")
        assert len(places) > 3
        sizes = [len(ET.fromstring(get(place.removeprefix(site.base)).body)) for place in places]
        assert set(sizes[:-1]) == {100}
