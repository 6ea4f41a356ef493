# SPDX-License-Identifier: Apache-2.0
"""The endpoint: how queries may come, in which forms answers go, and what the headers say."""

from __future__ import annotations

import csv
import gzip
import io
import json
from urllib.parse import quote, urlencode
from xml.etree import ElementTree

import pytest
import SPARQLWrapper
from pyoxigraph import RdfFormat, Store, parse

import imnm_kg
from tests.serve.support import Server

ROWS = {
    "application/sparql-results+json": "json",
    "application/sparql-results+xml": "xml",
    "text/csv": "csv",
    "text/tab-separated-values": "tsv",
}
GRAPHS = {
    "text/turtle": RdfFormat.TURTLE,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/rdf+xml": RdfFormat.RDF_XML,
    "application/ld+json": RdfFormat.JSON_LD,
    "application/trig": RdfFormat.TRIG,
    "application/n-quads": RdfFormat.N_QUADS,
}
DRUGS = "SELECT ?d ?l WHERE { ?d a imnm:Drug ; rdfs:label ?l } ORDER BY ?d"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
DIRECT = {"Content-Type": "application/sparql-query"}
EVERY_TERM = """SELECT * { VALUES (?a ?b) {
    ("x\\ty\\n\\r\\\\\\"q'<&>" 1) (UNDEF 1.50) (<http://x/?a&b> true) ("é€😀"@en-gb "1"^^<http://dt>) ("" 1e6) } }"""


@pytest.mark.parametrize("media_type", ROWS)
def test_rows_in_each_form(media_type: str, server: Server) -> None:
    answer = server.query(DRUGS, media_type)
    assert answer.status == 200
    assert answer.headers["content-type"].partition(";")[0] == media_type
    assert "entity/zilucoplan" in answer.text
    assert server.query(DRUGS, format=ROWS[media_type]).body == answer.body


@pytest.mark.parametrize("form", ["N3", "TURTLE", "XML", "RDFXML", "JSONLD"])
def test_the_usual_client_gets_a_graph_in_each_of_its_forms(form: str, server: Server) -> None:
    client = SPARQLWrapper.SPARQLWrapper(f"{server.address}/sparql", returnFormat=getattr(SPARQLWrapper, form))
    client.setQuery("CONSTRUCT { ?a imnm:inhibits ?b } WHERE { ?a imnm:inhibits ?b }")
    for method in (SPARQLWrapper.GET, SPARQLWrapper.POST):
        client.setMethod(method)
        with client.query().response as response:
            assert b"zilucoplan" in response.read()


def test_a_form_by_its_media_type(server: Server) -> None:
    for media_type, form in ROWS.items():
        assert server.query(DRUGS, format=media_type).body == server.query(DRUGS, format=form).body
    assert server.query(DRUGS, format="text/turtle").status == 406


def test_a_claim_is_explained_through_the_endpoint(server: Server) -> None:
    graph = imnm_kg.KnowledgeGraph.connect(f"{server.address}/sparql")
    (found,) = graph.explain("zilucoplan", "inhibits", "complement-c5")
    assert found.statement == "zilucoplan inhibits complement C5"


def test_every_kind_of_term_is_written_as_the_standard_has_it(server: Server) -> None:
    rows = json.loads(server.query(EVERY_TERM).body)["results"]["bindings"]
    text = "x\ty\n\r\\\"q'<&>"
    assert rows[0]["a"] == {"type": "literal", "value": text}
    assert rows[0]["b"]["datatype"].endswith("#integer")
    assert "a" not in rows[1]
    assert rows[2]["a"] == {"type": "uri", "value": "http://x/?a&b"}
    assert rows[3]["a"] == {"type": "literal", "value": "é€😀", "xml:lang": "en-gb"}
    table = list(csv.reader(io.StringIO(server.query(EVERY_TERM, "text/csv").text, newline="")))
    assert table[:2] == [["a", "b"], [text, "1"]]
    lines = server.query(EVERY_TERM, "text/tab-separated-values").text.split("\n")
    assert lines[0] == "?a\t?b"
    assert lines[1].endswith("\t1")
    assert lines[1].count("\t") == 1
    tree = ElementTree.fromstring(server.query(EVERY_TERM, "application/sparql-results+xml").body)
    literals = [node.text or "" for node in tree.iter("{http://www.w3.org/2005/sparql-results#}literal")]
    assert literals[0] == text
    assert len(list(tree.iter("{http://www.w3.org/2005/sparql-results#}result"))) == 5


@pytest.mark.parametrize("media_type", GRAPHS)
def test_graphs_in_each_form(media_type: str, server: Server) -> None:
    query = "CONSTRUCT { ?d rdfs:label ?l } WHERE { ?d a imnm:Drug ; rdfs:label ?l }"
    answer = server.query(query, media_type)
    assert answer.status == 200
    assert answer.headers["content-type"].partition(";")[0] == media_type
    found = {str(quad.triple) for quad in parse(answer.body, format=GRAPHS[media_type])}
    expected = {str(quad.triple) for quad in parse(server.query(query).body, format=RdfFormat.TURTLE)}
    assert found == expected
    assert len(found) > 5


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("", "application/sparql-results+json"),
        ("*/*", "application/sparql-results+json"),
        ("text/csv;q=0.5, application/sparql-results+xml;q=0.9", "application/sparql-results+xml"),
        ("text/*", "text/csv"),
        ("application/sparql-results+json;q=0, */*;q=0.1", "application/sparql-results+xml"),
        ("application/json", "application/json"),
    ],
)
def test_what_is_wanted_most_is_chosen(accept: str, chosen: str, server: Server) -> None:
    assert server.query("ASK {}", accept).headers["content-type"].partition(";")[0] == chosen


def test_nothing_that_is_wanted_is_406(server: Server) -> None:
    answer = server.query("ASK {}", "image/png")
    assert (answer.status, answer.code) == (406, "format-unknown")
    assert server.query("CONSTRUCT WHERE { ?s ?p ?o }", format="csv").status == 406


def test_rdf_xml_that_would_be_none_is_refused(server: Server) -> None:
    predicate = "CONSTRUCT { <http://s> <http://x/1> 1 } {}"
    assert server.query(predicate, "application/rdf+xml").code == "format-unfit"
    assert server.query(predicate, "text/turtle").status == 200
    control = 'CONSTRUCT { <http://s> <http://x/p> "a\\u0001" } {}'
    assert server.query(control, "application/rdf+xml").status == 406
    lines = server.query('CONSTRUCT { <http://s> <http://x/p> "a\\r\\nb" } {}', "application/rdf+xml")
    store = Store()
    store.load(lines.body, format=RdfFormat.RDF_XML)
    assert store.query('ASK { ?s ?p "a\\r\\nb" }')


def test_xml_results_with_a_control_character_are_refused(server: Server) -> None:
    query = 'SELECT ("a\\u0001" AS ?x) {}'
    assert server.query(query, "application/sparql-results+xml").code == "format-unfit"
    assert json.loads(server.query(query).body)["results"]["bindings"][0]["x"]["value"] == "a\x01"


def test_a_query_comes_in_three_ways(server: Server) -> None:
    expected = server.query(DRUGS).body
    assert server.ask(method="POST", body=urlencode({"query": DRUGS}).encode(), headers=FORM).body == expected
    assert server.ask(method="POST", body=DRUGS.encode(), headers=DIRECT).body == expected
    typed = {"Content-Type": 'application/sparql-query; charset="UTF-8"'}
    assert server.ask(method="POST", body=DRUGS.encode(), headers=typed).body == expected


@pytest.mark.parametrize("how", ["GET", "POST"])
def test_plus_and_percent_are_decoded_once(how: str, server: Server) -> None:
    data = "query=SELECT+(%22a%2Bb%252Fc+d%22+AS+%3Fx)%7B%7D"
    if how == "GET":
        answer = server.ask(f"/sparql?{data}")
    else:
        answer = server.ask(method="POST", body=data.encode(), headers=FORM)
    assert json.loads(answer.body)["results"]["bindings"][0]["x"]["value"] == "a+b%2Fc d"


def test_the_protocol_s_dataset_goes_before_the_query_s(server: Server) -> None:
    graph = "https://w3id.org/imnm-kg/graph/background"
    count = "SELECT (COUNT(*) AS ?n) {} {{ ?s ?p ?o }}"

    def rows(text: str, **more: str) -> int:
        return int(json.loads(server.query(text, **more).body)["results"]["bindings"][0]["n"]["value"])

    everything = rows(count.format(""))
    of_graph = rows(count.format(f"FROM <{graph}>"))
    assert 0 < of_graph < everything
    assert rows(count.format("FROM <http://none>"), **{"default-graph-uri": graph}) == of_graph
    assert rows(count.format(f"FROM <{graph}>"), **{"named-graph-uri": graph}) == 0
    refused = server.query("ASK {}", **{"default-graph-uri": "no iri"})
    assert (refused.status, refused.code) == (400, "request-parameter")


@pytest.mark.parametrize("update", ["INSERT DATA { <a> <b> <c> }", "CLEAR ALL", "LOAD <http://127.0.0.1:1/>"])
def test_updates_are_refused_in_whatever_form(update: str, server: Server) -> None:
    quoted = quote(update)
    answers = [
        server.ask(f"/sparql?update={quoted}"),
        server.ask(f"/sparql?query={quoted}"),
        server.ask(method="POST", body=f"update={quoted}".encode(), headers=FORM),
        server.ask(method="POST", body=f"query={quoted}".encode(), headers=FORM),
        server.ask(method="POST", body=update.encode(), headers=DIRECT),
        server.ask(method="POST", body=update.encode(), headers={"Content-Type": "application/sparql-update"}),
    ]
    assert {(answer.status, answer.code) for answer in answers} == {(403, "update-refused")}


def test_other_methods_are_told_what_there_is(server: Server) -> None:
    for method in ("PUT", "DELETE", "PATCH"):
        answer = server.ask("/sparql?query=ASK%7B%7D", method)
        assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD, POST, OPTIONS")
    answer = server.ask("/graph-store?default", "PUT", b"", {"Content-Type": "text/turtle"})
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    preflight = server.ask(
        "/sparql", "OPTIONS", headers={"Origin": "http://x", "Access-Control-Request-Method": "POST"}
    )
    assert preflight.status == 204
    assert preflight.headers["access-control-allow-origin"] == "*"
    assert "POST" in preflight.headers["access-control-allow-methods"]


def test_head_is_get_without_the_body(server: Server) -> None:
    got, head = server.ask(f"/sparql?query={quote(DRUGS)}"), server.ask(f"/sparql?query={quote(DRUGS)}", "HEAD")
    assert head.body == b""
    same = {"content-type", "content-length", "etag", "last-modified"}
    assert {name: head.headers[name] for name in same} == {name: got.headers[name] for name in same}
    assert server.ask("/sparql?query=SELEC", "HEAD").status == 400


def test_an_answer_is_not_sent_twice(server: Server) -> None:
    path = f"/sparql?query={quote(DRUGS)}"
    first = server.ask(path)
    for headers in (
        {"If-None-Match": first.headers["etag"]},
        {"If-None-Match": f'"other", W/{first.headers["etag"]}'},
        {"If-Modified-Since": first.headers["last-modified"]},
    ):
        for address in (path, f"{path}%20%23{len(headers)}"):  # kept, and not
            again = server.ask(address, headers=headers)
            assert (again.status, again.body, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert server.ask(path, headers={"If-None-Match": '"other"'}).status == 200
    assert server.ask("/sparql?query=SELEC", headers={"If-None-Match": first.headers["etag"]}).status == 400
    other = server.ask(path, headers={"Accept": "text/csv"})
    assert other.headers["etag"] != first.headers["etag"]
    assert other.headers["vary"] == "Accept, Accept-Encoding"
    unsteady = server.query("SELECT (NOW() AS ?x) (RAND() AS ?y) {}")
    assert "etag" not in unsteady.headers
    assert unsteady.body != server.query("SELECT (NOW() AS ?x) (RAND() AS ?y) {}").body


def test_answers_are_compressed_for_who_takes_it(server: Server) -> None:
    path = "/sparql?query=" + quote("SELECT * { ?s ?p ?o }")
    plain = server.ask(path)
    packed = server.ask(path, headers={"Accept-Encoding": "br;q=1, gzip;q=0.5"})
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert len(packed.body) * 4 < len(plain.body)
    assert "content-encoding" not in server.ask(path, headers={"Accept-Encoding": "gzip;q=0"}).headers
    short = server.ask("/sparql?query=ASK%7B%7D", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in short.headers


def test_a_long_answer_streams(server: Server) -> None:
    answer = server.query("SELECT * { ?s ?p ?o }", "application/sparql-results+xml")
    assert answer.headers["transfer-encoding"] == "chunked"
    ElementTree.fromstring(answer.body)


def test_a_wrong_query_is_told_where(server: Server) -> None:
    answer = server.query("SELECT * {\n  ?s ?p }")
    problem = json.loads(answer.body)
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status, problem["code"], problem["line"]) == (400, "query-syntax", 2)
    problem = json.loads(server.query("ASK {\n  FILTER(<urn:f>(1)) }").body)
    assert (problem["status"], problem["code"], problem["line"]) == (400, "query-syntax", 2)
    assert server.ask("/sparql?query=ASK%7B%7D&query=ASK%7B%7D").code == "request-parameter"
    assert server.ask("/sparql?x=1").code == "request-parameter"
    assert server.ask("/sparql?query=%FF%FE").code == "request-encoding"
    assert server.ask(method="POST", body=b"\xff\xfe", headers=DIRECT).code == "request-encoding"
    assert server.ask(method="POST", body=b"ASK {}", headers={"Content-Type": "text/plain"}).status == 415
    compressed = server.ask(
        method="POST", body=gzip.compress(b"ASK {}"), headers={**DIRECT, "Content-Encoding": "gzip"}
    )
    assert compressed.status == 415


def test_the_graph_store_is_read(server: Server) -> None:
    graph = "https://w3id.org/imnm-kg/graph/background"
    answer = server.ask(f"/graph-store?graph={quote(graph)}", headers={"Accept": "application/n-triples"})
    count = server.query(f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}", "text/csv")
    assert len(answer.text.splitlines()) == int(count.text.split()[1])
    assert server.ask(f"/graph-store?graph={quote(graph)}", "HEAD").status == 200
    everything = server.ask("/graph-store?default", headers={"Accept": "application/n-triples"})
    assert len(everything.body) > len(answer.body)
    assert server.ask("/graph-store?graph=http://none").status == 404
    for wrong in ("", "?graph=", "?default&graph=http://x", "?graph=no iri".replace(" ", "%20")):
        assert server.ask(f"/graph-store{wrong}").status == 400, wrong


def test_void_is_where_it_is_looked_for(server: Server) -> None:
    answer = server.ask("/.well-known/void", headers={"Accept": "application/n-triples"})
    assert answer.status == 200
    assert f"<http://rdfs.org/ns/void#sparqlEndpoint> <{server.address}/sparql>" in answer.text
    again = server.ask("/.well-known/void", headers={"Accept": "text/turtle", "If-None-Match": "x"})
    assert again.status == 200
    etag = {"Accept": "text/turtle", "If-None-Match": again.headers["etag"]}
    assert server.ask("/.well-known/void", headers=etag).status == 304


def test_health_and_metrics(server: Server) -> None:
    health = json.loads(server.ask("/health").body)
    assert health["status"] == "ok"
    assert health["workers"] >= 2
    server.query("ASK { <http://only-here> ?p ?o }")
    metrics = server.ask("/metrics").text
    assert 'imnm_requests_total{part="sparql",status="200"}' in metrics
    assert "imnm_request_seconds_bucket" in metrics


def test_the_log_has_a_line_for_each_request_and_no_query(server: Server) -> None:
    before = len(server.lines())
    server.query("SELECT ?secret { ?secret a imnm:Drug }")
    server.query("SELEC ?secret")
    lines = server.lines()[before:]
    assert [(line["status"], line.get("code")) for line in lines] == [(200, None), (400, "query-syntax")]
    assert len(str(lines[0]["query"])) == 16
    assert int(str(lines[0]["rows"])) > 5
    assert "secret" not in server.log.read_text("utf-8")
