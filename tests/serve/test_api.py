# SPDX-License-Identifier: Apache-2.0
"""Stored queries over HTTP: forms, parameters, what is refused, what is kept."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from pyoxigraph import Literal, NamedNode, Quad, QueryResultsFormat, RdfFormat, Store, parse, parse_query_results

from imnm_kg import KnowledgeGraph
from imnm_kg.errors import ImnmError
from imnm_kg.model.namespaces import BASE, IMNM, RDF, SH
from imnm_kg.serve import answering, api
from imnm_kg.serve.answering import RunnerReply, Runs, Template, write_result
from imnm_kg.serve.site import Site
from tests.serve.loopback import Client, open_site, serving

JSON = "application/sparql-results+json"
PROBLEM = "application/problem+json"


@pytest.fixture(scope="module")
def site(release: Path) -> Site:
    return open_site(release)


@pytest.fixture(scope="module")
def get(site: Site) -> Iterator[Client]:
    with serving(api.routes(site)) as client:
        yield client


def problem(got: Any) -> dict[str, Any]:
    assert got.headers["content-type"] == PROBLEM
    told: dict[str, Any] = json.loads(got.body)
    assert told["status"] == got.status
    assert {"title", "code", "detail", "remedy"} <= set(told)
    return told


# Forms


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("", JSON), ("*/*", JSON), (JSON, JSON), ("application/json", JSON),
        ("application/sparql-results+xml", "application/sparql-results+xml"),
        ("application/xml", "application/sparql-results+xml"),
        ("text/csv", "text/csv; charset=utf-8"),
        ("text/csv;q=0.2, text/tab-separated-values;q=0.7", "text/tab-separated-values; charset=utf-8"),
        ("text/csv;q=0, */*;q=0.1", JSON),
        ("application/sparql-query", "application/sparql-query; charset=utf-8"),
    ],
)  # fmt: skip
def test_the_form_that_the_client_wants(get: Client, accept: str, kind: str) -> None:
    got = get("/queries/treatments?certainty=Possible", accept)
    assert (got.status, got.headers["content-type"]) == (200, kind)
    assert got.headers["access-control-allow-origin"] == "*"
    assert "Accept" in got.headers["vary"]


@pytest.mark.parametrize("form", ["json", "xml", "tsv"])
def test_the_answer_is_that_of_the_library(get: Client, release: Any, form: str) -> None:
    body = get(f"/queries/treatments?format={form}&polarity=Negated", "text/csv").body
    read: Any = parse_query_results(body, format=getattr(QueryResultsFormat, form.upper()))
    rows = [[None if term is None else term.value for term in solution] for solution in read]
    expected = KnowledgeGraph.open(release).query("treatments", polarity="Negated")
    assert rows == [[None if term is None else term.value for term in row] for row in expected.rows] != []


def test_no_form_that_fits(get: Client) -> None:
    assert problem(get("/queries/treatments", "image/png"))["code"] == "format-unknown"
    told = problem(get("/queries/treatments?format=exe"))
    assert told["status"] == 406
    assert "json, xml, csv, tsv" in told["remedy"]


def test_head_options_and_other_methods(get: Client) -> None:
    whole = get("/queries/treatments")
    head = get("/queries/treatments", method="HEAD")
    assert head.body == b""
    assert head.headers["content-length"] == str(len(whole.body))
    options = get("/queries/treatments", method="OPTIONS")
    assert (options.status, options.headers["allow"]) == (204, "GET, HEAD, OPTIONS")
    assert options.headers["access-control-allow-methods"] == "GET, HEAD, OPTIONS"
    post = get("/queries/treatments", method="DELETE")
    assert (post.status, post.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    assert problem(post)["code"] == "method-refused"


def test_what_is_known_is_not_sent_again(get: Client, site: Site) -> None:
    first = get("/queries/treatments")
    etag = first.headers["etag"]
    assert first.headers["last-modified"] == site.last_modified
    for headers in ({"If_None_Match": etag}, {"If_None_Match": f'"x", W/{etag}'}, {"If_None_Match": "*"},
                    {"If_Modified_Since": site.last_modified}):  # fmt: skip
        got = get("/queries/treatments", **headers)
        assert (got.status, got.body) == (304, b""), headers
        assert got.headers["etag"] == etag
    assert get("/queries/treatments", "text/csv", If_None_Match=etag).status == 200
    assert get("/queries/treatments", If_None_Match='"other"', If_Modified_Since=site.last_modified).status == 200
    for no_date in ("yesterday", "Mon, 23 Nov 2026 00:00:00 -0000", ""):
        assert get("/queries/treatments", If_Modified_Since=no_date).status == 200


@pytest.mark.parametrize(
    ("encodings", "packed"),
    [("gzip", True), ("x-gzip, br", True), ("*", True), ("gzip;q=0", False), ("br", False), ("", False),
     ("identity, gzip;q=0.5", True)],
)  # fmt: skip
def test_compression(get: Client, encodings: str, packed: bool) -> None:
    plain = get("/queries/treatments")
    got = get("/queries/treatments", Accept_Encoding=encodings) if encodings else plain
    assert (got.headers.get("content-encoding") == "gzip") is packed
    assert (gzip.decompress(got.body) if packed else got.body) == plain.body
    assert (got.headers["etag"] != plain.headers["etag"]) is packed


# The list


def test_the_list(get: Client, site: Site) -> None:
    got = get("/queries")
    assert got.headers["content-type"] == "application/json"
    listed = json.loads(got.body)["queries"]
    assert [each["name"] for each in listed] == list(site.queries)
    treatments = next(each for each in listed if each["name"] == "treatments")
    assert treatments["address"] == "http://kg.example.org/queries/treatments"
    certainty = treatments["parameters"][1]
    assert (certainty["type"], certainty["default"]) == ("term", None)
    assert certainty["choices"] == ["Established", "Probable", "Possible", "Hypothesised"]
    assert get("/queries/").body == got.body
    assert problem(get("/queries?name=x"))["code"] == "request-parameter"


def test_the_list_as_executables(get: Client, site: Site) -> None:
    got = get("/queries", "text/turtle")
    assert got.headers["content-type"].startswith("text/turtle")
    store = Store()
    store.extend(parse(got.body, format=RdfFormat.TURTLE))
    nodes = [quad.subject for quad in store.quads_for_pattern(None, RDF.type, SH.SPARQLExecutable)]
    assert len(nodes) == len(site.queries)
    for node in nodes:
        kinds = {quad.object for quad in store.quads_for_pattern(node, RDF.type, None)}
        assert kinds == {SH.SPARQLExecutable, SH.SPARQLSelectExecutable}
        (text,) = [quad.object.value for quad in store.quads_for_pattern(node, SH.select, None)]  # type: ignore[union-attr]
        assert text.startswith("PREFIX")
        site.store.query(text)  # runs as it is
        (target,) = [
            quad.object for quad in store.quads_for_pattern(node, NamedNode("https://schema.org/target"), None)
        ]
        assert target == NamedNode("http://kg.example.org/sparql")
        assert next(iter(store.quads_for_pattern(node, SH.prefixes, None)), None) is not None
    declared = {quad.object.value for quad in store.quads_for_pattern(None, SH.prefix, None)}  # type: ignore[union-attr]
    assert {"imnm", "entity", "rdfs", "oa"} <= declared


def test_a_query_that_is_not_there(get: Client) -> None:
    told = problem(get("/queries/treatmnts"))
    assert (told["status"], told["code"]) == (404, "query-unknown")
    assert told["near"][0] == "http://kg.example.org/queries/treatments"
    for path in ("/queries/../../etc/passwd", "/queries/%2e%2e/%2e%2e/etc/passwd", "/queries/treatments.rq",
                 "/queries/%00", "/queries/%ff", "/queries/" + "a" * 5000, "/queries/treatments/x"):  # fmt: skip
        assert problem(get(path))["code"] == "query-unknown", path


# Parameters


@pytest.mark.parametrize("value", ["zilucoplan", "entity:zilucoplan", f"{BASE}entity/zilucoplan",
                                   f"<{BASE}entity/zilucoplan>"])  # fmt: skip
def test_ways_to_write_a_parameter(get: Client, value: str) -> None:
    plain = get("/queries/drug-actions?intervention=zilucoplan")
    assert json.loads(plain.body)["results"]["bindings"]
    assert get(f"/queries/drug-actions?intervention={quote(value, safe='')}").body == plain.body


def test_plus_and_escapes_are_decoded_once(get: Client) -> None:
    asked = {"mus%63le+weakness": "muscle weakness", "a%2Bb": "a+b", "%2525": "%25", "%C3%A9": "é"}
    for given, meant in asked.items():
        text = get(f"/queries/quotes-by-text?text={given}&format=rq").text
        assert f"VALUES ?text {{ {Literal(meant)} }}" in text


@pytest.mark.parametrize(
    ("path", "parameter", "takes"),
    [
        ("treatments?certainty=sure", "certainty", "one of Established, Probable, Possible, Hypothesised"),
        ("treatments?disease=a b".replace(" ", "%20"), "disease", "an entity"),
        ("treatments?disease=", "disease", "an entity"),
        ("treatments?disease=nowhere:x", "disease", "an entity"),
        ("treatments?disease=http://e/a%3E", "disease", "an entity"),
        ("treatments?disease=http://e/%0A", "disease", "an entity"),
        ("treatments?disease=http://e/%00", "disease", "an entity"),
        ("claim-evidence?claim=12", "claim", "a claim: its 32 digits"),
        ("document-claims?document=%7B", "document", "a document"),
        ("treatments?drug=zilucoplan", "drug", "nothing: the query takes disease, certainty, polarity"),
    ],
)
def test_a_parameter_of_the_wrong_type(get: Client, path: str, parameter: str, takes: str) -> None:
    told = problem(get(f"/queries/{path}"))
    assert (told["status"], told["parameter"]) == (422, parameter)
    assert takes in told["takes"]


ATTACKS = [
    '" } UNION { ?s ?p ?o } #',
    '"""',
    "'",
    '\\" . ?s ?p ?o . #',
    "\n} SELECT * { ?s ?p ?o }",
    "x\r\nSet-Cookie: a=b",
    "{ UNDEF }",
    "\u2028\u0000\u0001",
    "<script>alert(1)</script>",
    "\U0001f600 {} ${jndi:ldap://x}",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_text_stays_a_term(get: Client, site: Site, attack: str) -> None:
    given = quote(attack, safe="")
    got = get(f"/queries/quotes-by-text?text={given}")
    assert got.status == 200
    assert json.loads(got.body)["results"]["bindings"] == []
    assert "set-cookie" not in got.headers
    text = get(f"/queries/quotes-by-text?text={given}&format=rq").text
    stored = site.queries["quotes-by-text"]
    assert text == stored.text.replace('{ "symptoms" }', f"{{ {Literal(attack)} }}")
    echoed: Any = site.store.query(f"SELECT ?text {{ VALUES ?text {{ {Literal(attack)} }} }}")
    assert next(iter(echoed))["text"] == Literal(attack)


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("name", ["treatments?disease", "claim-evidence?claim", "treatments?certainty"])
def test_what_is_no_term_is_refused(get: Client, name: str, attack: str) -> None:
    got = get(f"/queries/{name}={quote(attack, safe='')}")
    assert problem(got)["status"] == 422
    assert "set-cookie" not in got.headers
    assert got.body.isascii()


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("disease=imnm&disease=imnm", 400, "request-parameter"),
        ("disease=%ff", 400, "request-encoding"),
        ("disease=%ED%A0%80", 400, "request-encoding"),
        ("&".join(f"a{number}=b" for number in range(100)), 400, "request-parameter"),
        ("disease=" + "a" * 20_000, 414, "query-too-large"),
        ("format=json%0D%0AX:y", 406, "format-unknown"),
    ],
)
def test_addresses_that_are_none(get: Client, query: str, status: int, code: str) -> None:
    told = problem(get(f"/queries/treatments?{query}"))
    assert (told["status"], told["code"]) == (status, code)
    assert get("/queries/treatments").status == 200


# How they run


def test_answers_are_kept(site: Site) -> None:
    application = api.QueryApi(site)
    calls = []
    run = application.runs.run

    async def counted(*args: str) -> Any:
        calls.append(args)
        return await run(*args)

    application.runs.run = counted  # type: ignore[method-assign, assignment]
    from starlette.routing import Route

    with serving([Route("/queries/{name:path}", application)]) as get:
        bodies = {
            get(f"/queries/drug-actions?intervention={name}").body for name in ("zilucoplan", "entity:zilucoplan")
        }
        assert (len(bodies), len(calls)) == (1, 1)
        get("/queries/drug-actions?intervention=zilucoplan", "text/csv")
        get("/queries/drug-actions")
        assert len(calls) == 3
    assert 0 < application.cache.size < 1 << 20


def test_the_cache_is_bounded() -> None:
    from imnm_kg.serve.reply import Cache, make_reply

    cache = Cache(20_000)
    for number in range(100):
        cache.put(number, make_reply(b"x" * 1000, "text/plain"))
    assert cache.size <= 20_000
    assert cache.get(0) is None
    assert cache.get(99) is not None
    cache.put("large", make_reply(b"x" * 10_000, "text/plain"))
    assert cache.get("large") is None


def test_slow_queries_go_to_the_workers(site: Site) -> None:
    asked: list[tuple[str, ...]] = []

    async def worker(*args: str) -> RunnerReply:
        asked.append(args)
        return RunnerReply(200, JSON, b"from a worker", 0)

    async def scenario() -> None:
        runs = Runs(site.store, worker)
        slow = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o . ?s ?q ?r }"
        first = await runs.run(slow, "json", "slow", "me")  # tried in a thread
        assert b'"bindings"' in bytes(first)  # type: ignore[arg-type]
        assert asked == []
        assert await runs.run(slow, "json", "slow", "me") == b"from a worker"
        assert asked == [(slow, "json", "slow", "me")]
        quick = "SELECT * { ?s a ?o } LIMIT 1"
        for _ in range(3):
            assert b'"bindings"' in bytes(await runs.run(quick, "json", "quick", "me"))  # type: ignore[arg-type]
        assert len(asked) == 1
        # Quick so far, and slow for another value of the parameter: once, then never again on the event loop.
        longer = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o . ?t ?p ?o FILTER (STR(?s) < STR(?t)) }"
        for _ in range(4):
            await runs.run(longer, "json", "quick", "me")
        assert 2 <= len(asked) <= 4

    asyncio.run(scenario())


def test_what_comes_while_a_query_is_tried_goes_to_the_workers(site: Site) -> None:
    async def worker(*_: str) -> RunnerReply:
        return RunnerReply(200, JSON, b"from a worker", 0)

    async def scenario() -> None:
        runs = Runs(site.store, worker)
        answers = await asyncio.gather(*(runs.run("SELECT * { ?s ?p ?o }", "json", "x", "me") for _ in range(5)))
        assert answers.count(b"from a worker") == 4

    asyncio.run(scenario())


def test_what_a_worker_refuses_is_passed_on(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answering, "_QUICK", 0.0)

    async def worker(*_: str) -> RunnerReply:
        return RunnerReply(503, PROBLEM, b'{"status":503,"title":"t","code":"query-time","detail":"d","remedy":"r"}', 0)

    with serving(api.routes(site, worker)) as get:
        get("/queries/treatments?format=csv")  # tried in a thread, and found to be slow
        told = problem(get("/queries/treatments"))
        assert told["code"] == "query-time"
        assert "etag" not in get("/queries/treatments").headers


def test_too_many_in_the_threads(site: Site) -> None:
    async def scenario() -> None:
        runs = Runs(site.store)
        text = "SELECT * { ?s ?p ?o } LIMIT 2000"
        tasks = [asyncio.ensure_future(runs.run(text, "json", f"q{number}", "me")) for number in range(80)]
        done = await asyncio.gather(*tasks, return_exceptions=True)
        refused = [each for each in done if isinstance(each, ImnmError)]
        assert len(refused) == 16
        assert refused[0].code == "server-busy"

    asyncio.run(scenario())


def test_control_characters_and_size() -> None:
    store = Store()
    store.add(Quad(IMNM.a, IMNM.b, Literal("x\x01")))
    store.add(Quad(IMNM.a, IMNM.c, Literal("line\r\nend")))
    with pytest.raises(ImnmError, match="format-unfit"):
        write_result(store.query("SELECT * { ?s ?p ?o }"), "xml")
    body = write_result(store.query("SELECT ?o { ?s <https://w3id.org/imnm-kg/ontology/c> ?o }"), "xml")
    (row,) = parse_query_results(body, format=QueryResultsFormat.XML)  # type: ignore[misc]
    assert row["o"] == Literal("line\r\nend")
    with pytest.raises(ImnmError, match="result-too-large"):
        write_result(store.query("SELECT * { ?s ?p ?o }"), "json", 20)
    assert write_result(store.query("ASK { }"), "csv") == b"true\n"


def test_a_question_that_makes_a_graph(site: Site) -> None:
    stored = site.queries["treatments"]
    graph = stored._replace(name="graph", text="CONSTRUCT WHERE { ?s <x:p> ?o }", parameters=())
    with serving(api.routes(replace(site, queries={"graph": graph}))) as get:
        assert get("/queries/graph").headers["content-type"] == "text/turtle; charset=utf-8"
        assert get("/queries/graph", "application/ld+json").headers["content-type"] == "application/ld+json"
        assert problem(get("/queries/graph", "text/csv"))["status"] == 406
        assert "/queries/graph" in json.loads(get("/openapi.json").body)["paths"]


def test_a_template_binds_as_the_stored_query_does(site: Site) -> None:
    for stored in site.queries.values():
        template = Template(stored, site.prefixes)
        assert template.bind({}).split() == stored.text.split()
        for parameter in stored.parameters:
            value = {"term": (parameter.choices or ("",))[0], "claim": "0" * 32, "integer": "7"}.get(
                parameter.type, "a"
            )
            expected = stored.bind({parameter.name: value}, site.prefixes)
            assert template.bind({parameter.name: value}).split() == expected.split()
    nested = site.queries["quotes-by-text"]
    attack = "<x-slot:text> \\1 {} % $"
    assert str(Literal(attack)) in Template(nested, {}).bind({"text": attack})
