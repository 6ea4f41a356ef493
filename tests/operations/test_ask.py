# SPDX-License-Identifier: Apache-2.0
"""Ask: queries on a release in memory, and on an endpoint that answers well, badly or not at all."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import parse_qs

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from imnm_kg.errors import ImnmError, Place
from imnm_kg.model.namespaces import ENTITY, GRAPH, IMNM, XSD
from imnm_kg.model.results import Answer, serialize
from imnm_kg.operations.ask import ask, ask_endpoint, open_release, with_prefixes
from imnm_kg.rdf.canonical import union

NOWHERE = "http://127.0.0.1:9/"  # a port that the engine itself refuses: a query that gets through harms nobody


@pytest.fixture(scope="module")
def store(release: Path) -> Store:
    return open_release(release, graphs=True)


def rows(answer: Answer) -> list[tuple[object, ...]]:
    return [tuple(row.values()) for row in answer]


# A release in memory


def test_a_triple_in_two_graphs_is_answered_once() -> None:
    triple = (ENTITY.a, IMNM.treats, ENTITY.b)
    made = Store()
    made.bulk_extend(union(Quad(*triple, graph) for graph in (GRAPH.one, GRAPH.two)))
    made.bulk_extend(Quad(*triple, graph) for graph in (GRAPH.one, GRAPH.two))
    assert len(Answer.of(ask(made, "SELECT * { ?s ?p ?o }"))) == 1
    assert len(Answer.of(ask(made, "SELECT * { GRAPH ?g { ?s ?p ?o } }"))) == 2


def test_the_default_graph_is_the_union(store: Store) -> None:
    count = "SELECT (COUNT(*) AS ?n) { %s }"
    in_default = rows(Answer.of(ask(store, count % "?s ?p ?o")))
    in_graphs = rows(Answer.of(ask(store, count % "{ SELECT DISTINCT ?s ?p ?o { GRAPH ?g { ?s ?p ?o } } }")))
    assert in_default == in_graphs
    graphs = {row[0] for row in rows(Answer.of(ask(store, "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }")))}
    assert f"{GRAPH}statements" in graphs
    assert f"{GRAPH}background" in graphs


def test_without_graphs(release: Path) -> None:
    light = open_release(release)
    assert Answer.of(ask(light, "ASK { GRAPH ?g { ?s ?p ?o } }")).boolean is False
    assert Answer.of(ask(light, "ASK { ?s ?p ?o }")).boolean is True


def test_prefixes_that_need_not_be_declared(store: Store) -> None:
    prefixes = {"entity": str(ENTITY), "imnm": str(IMNM)}
    assert Answer.of(ask(store, "ASK { entity:zilucoplan imnm:inhibits ?c5 }", prefixes)).boolean
    with pytest.raises(ImnmError, match=r"the prefix entity: is not declared.*\[query-syntax\]"):
        ask(store, "ASK { entity:zilucoplan ?p ?o }")


@pytest.mark.parametrize(
    ("text", "line", "columns"),
    [
        ("SELECT ?x {\n  ?x ?y\n}", 3, (1, 2)),
        ("SELECT ?x {\n  ?x ?y ,\n}", 3, (1, 2)),
        ("SELEKT ?x { }", 1, (1, 11)),
        ("SELECT ?x { ?x ?y ?z ", 1, (19, 22)),
        ("", 1, (1, 1)),
        ("INSERT DATA { <x:a> <x:b> <x:c> }", 1, (1, 12)),
        ("DROP ALL", 1, (1, 9)),
    ],
)
def test_syntax_errors(text: str, line: int, columns: tuple[int, int]) -> None:
    with pytest.raises(ImnmError) as caught:
        ask(Store(), text, shown="my.rq")
    error = caught.value
    assert error.code == "query-syntax"
    assert error.place is not None
    assert (error.place.file, error.place.line) == ("my.rq", line)
    assert error.place.column in range(columns[0], columns[1] + 1)
    assert "\n" not in str(error)


SERVICE = f"SERVICE <{NOWHERE}> {{ ?a ?b ?c }}"


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        (f"SELECT * {{ {SERVICE} }}", 1, 12),
        (f"SELECT * {{\n  ?s ?p ?o .\n  {SERVICE.lower()}\n}}", 3, 3),
        (f"SELECT * {{{SERVICE.replace('SERVICE', 'sErViCe SILENT')}}}", 1, 11),
        ("SELECT * { ?s ?p ?o SERVICE ?o { ?a ?b ?c } }", 1, 21),
        (f'SELECT * {{ ?s ?p "SERVICE" . {SERVICE} }}', 1, 30),
        (f"# SERVICE\nSELECT * {{ {SERVICE} }}", 2, 12),
        (f"SELECT * {{ FILTER NOT EXISTS {{ {SERVICE} }} }}", 1, 32),
    ],
)
def test_service_is_refused(text: str, line: int, column: int) -> None:
    with pytest.raises(ImnmError) as caught:
        ask(Store(), text, shown="my.rq")
    assert (caught.value.code, caught.value.place) == ("query-service", Place("my.rq", line, column))


@pytest.mark.parametrize(
    "text",
    [
        f"SELECT * {{ ?s ?p ?o.{SERVICE} }}",
        f"SELECT * {{ ?s ?p <x:o>.{SERVICE} }}",
        f"PREFIX e: <x:> SELECT * {{ ?s e:a\\#b ?o . {SERVICE} }}",
        f"PREFIX e: <x:> SELECT * {{ ?s e:a\\' ?o . {SERVICE} FILTER(?s != \"'\") }}",
    ],
)
def test_service_is_refused_however_it_is_written(text: str) -> None:
    filled = Store()
    filled.add(Quad(ENTITY.a, NamedNode("x:a#b"), NamedNode("x:o")))
    filled.add(Quad(ENTITY.a, NamedNode("x:a'"), NamedNode("x:o")))
    with pytest.raises(ImnmError, match=r"\[query-service\]"):
        Answer.of(ask(filled, text))


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?s ?p 'SERVICE' }",
        'SELECT * { ?s ?p "a \\" SERVICE <http://e/>" }',
        'SELECT * { ?s ?p """a " SERVICE\n <http://e/>""" }',
        "SELECT * { ?s ?p '''a ' SERVICE\n <http://e/>''' }",
        "SELECT * { ?s ?p ?o } # SERVICE <http://e/> { }",
        "SELECT * { ?s <http://e/SERVICE> ?SERVICE . $service ?p ?o }",
        "PREFIX service: <http://e/> SELECT * { ?s service:SERVICE service:service-a }",
        "PREFIX e: <http://e/> SELECT * { ?s e:a.SERVICE ?services }",
    ],
)
def test_the_word_service_alone_is_not_refused(text: str) -> None:
    assert len(Answer.of(ask(Store(), text))) == 0


@pytest.mark.parametrize("data", ["entity:a a entity:B .\n", "<http://e/a> <http://e/b> .\n", ""])
def test_a_damaged_release(tmp_path: Path, data: str) -> None:
    (tmp_path / "imnm.ttl").write_text(data)
    if data:
        with pytest.raises(ImnmError, match=r"imnm.ttl:1: the release cannot be read: .*\[release-damaged\]"):
            open_release(tmp_path)
    else:
        with pytest.raises(ImnmError, match=r"imnm.nq: the release cannot be read: .*\[release-damaged\]"):
            open_release(tmp_path, graphs=True)


def test_with_prefixes() -> None:
    known = {"e": "http://e/", "f": "http://f/", "g": "http://g/", "h": "http://h/"}
    text = 'PREFIX f: <http://mine/>\nSELECT * { e:a f:b "g:c" . ?h ?p <h:d> } # h:e'
    assert with_prefixes(text, known) == f"PREFIX e: <http://e/>\n{text}"
    assert with_prefixes("ASK { }", known) == "ASK { }"


# An endpoint


class Endpoint(BaseHTTPRequestHandler):
    """Answers what the test says and remembers what it was sent."""

    status: ClassVar[int]
    kind: ClassVar[str]
    body: ClassVar[bytes]
    missing: ClassVar[int]
    seen: ClassVar[dict[str, str]]

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
        Endpoint.seen = {"query": parse_qs(sent)["query"][0], "accept": self.headers["Accept"]}
        if not self.status:
            self.wfile.write(self.body)
            return
        self.send_response(self.status)
        self.send_header("Content-Type", self.kind)
        self.send_header("Content-Length", str(len(self.body) + self.missing))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/sparql"
    server.shutdown()
    server.server_close()
    thread.join()


JSON = "application/sparql-results+json"


def answers(status: int, kind: str, body: str, missing: int = 0) -> None:
    Endpoint.status, Endpoint.kind, Endpoint.body, Endpoint.missing = status, kind, body.encode(), missing
    Endpoint.seen = {}


def select(*bindings: str) -> str:
    rows = ",".join(f'{{"a":{binding}}}' for binding in bindings)
    return f'{{"head":{{"vars":["a"]}},"results":{{"bindings":[{rows}]}}}}'


def test_select(url: str) -> None:
    answers(200, JSON, select('{"type":"uri","value":"http://e/a"}', '{"type":"literal","value":"x","xml:lang":"de"}'))
    answer = Answer.of(ask_endpoint(url, "SELECT ?a { ?a ?b 'é' }"))
    assert answer.rows == ((NamedNode("http://e/a"),), (Literal("x", language="de"),))
    assert Endpoint.seen["query"] == "SELECT ?a { ?a ?b 'é' }"
    assert JSON in Endpoint.seen["accept"]


def test_the_answer_in_every_form(url: str) -> None:
    answers(200, JSON, select('{"type":"literal","value":"x"}'))
    assert serialize(ask_endpoint(url, "SELECT ?a { }"), "csv", {}) == "a\r\nx\r\n"


def test_ask(url: str) -> None:
    answers(200, JSON, '{"head":{},"boolean":true}')
    assert Answer.of(ask_endpoint(url, "ASK { }")).boolean is True


@pytest.mark.parametrize("query", ["CONSTRUCT WHERE { ?s ?p ?o }", "# SELECT\nPREFIX a: <x:>\ndescribe <http://e/a>"])
def test_graph(url: str, query: str) -> None:
    answers(200, "text/turtle", "<http://e/s> <http://e/p> 01 .")
    answer = Answer.of(ask_endpoint(url, query))
    assert answer.triples is not None
    assert [str(triple.object) for triple in answer.triples] == [f'"01"^^<{XSD}integer>']
    assert "text/turtle" in Endpoint.seen["accept"]


def test_the_older_form_of_typed_literals(url: str) -> None:
    answers(200, JSON, select(f'{{"type":"typed-literal","datatype":"{XSD}integer","value":"7"}}'))
    assert Answer.of(ask_endpoint(url, "SELECT ?a { }")).rows == ((Literal("7", datatype=XSD.integer),),)


@pytest.mark.parametrize(
    ("status", "body"),
    [(400, "Parse error: line 1"), (500, "it broke"), (503, "busy"), (401, "who?"), (404, "where?")],
)
def test_what_the_server_refuses(url: str, status: int, body: str) -> None:
    answers(status, "text/plain", body)
    with pytest.raises(ImnmError) as caught:
        ask_endpoint(url, "SELECT ?a { }")
    assert caught.value.code == "endpoint-refused"
    assert body in caught.value.what
    assert url in caught.value.what
    assert (caught.value.remedy == "mend the query") == (status == 400)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/html", "<html><body>Welcome</body></html>"),
        (JSON, ""),
        (JSON, "{}"),
        (JSON, '{"head":{"vars":["a"]},"results":{"bindings":[{"a":{"type":"literal","value":"x"}},{"a'),
        (JSON, select('{"type":"uri","value":"not an IRI"}')),
        (JSON, select('{"type":"unheard-of","value":"x"}')),
        (JSON, '["typed-literal"]'),
        (JSON, '{"head":{"vars":[]},"results":"typed-literal"}'),
        (JSON, '{"typed-literal'),
    ],
)
def test_what_is_no_answer(url: str, kind: str, body: str) -> None:
    answers(200, kind, body)
    with pytest.raises(ImnmError, match=r"did not answer with SPARQL results: .*\[endpoint-answer\]"):
        ask_endpoint(url, "SELECT ?a { }")


def test_a_graph_that_is_none(url: str) -> None:
    answers(200, "text/turtle", "<http://e/s> <http://e/p> 1")
    with pytest.raises(ImnmError, match=r"\[endpoint-answer\]"):
        ask_endpoint(url, "CONSTRUCT WHERE { ?s ?p ?o }")


def test_an_answer_that_breaks_off(url: str) -> None:
    answers(200, JSON, select(), missing=10)
    with pytest.raises(ImnmError, match=r"does not answer: .*\[endpoint-unreachable\]"):
        ask_endpoint(url, "SELECT ?a { }")


def test_a_server_that_speaks_no_http(url: str) -> None:
    answers(0, "", "garbage\r\n\r\n")
    with pytest.raises(ImnmError, match=r"does not answer: .*\[endpoint-unreachable\]"):
        ask_endpoint(url, "SELECT ?a { }")


def test_a_port_where_nobody_listens() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(ImnmError, match=rf"http://127.0.0.1:{port}/ does not answer: .*\[endpoint-unreachable\]"):
        ask_endpoint(f"http://127.0.0.1:{port}/", "SELECT ?a { }")


@pytest.mark.parametrize(
    "address",
    ["", "localhost", "ftp://127.0.0.1/", "file:///etc/passwd", "http://", "http://a b/", "http://[::1", "http://127.0.0.1:x/",
     "http://127.0.0.1:1/é"],
)  # fmt: skip
def test_what_is_no_address(address: str) -> None:
    with pytest.raises(ImnmError, match=r"is no address of an endpoint; give an http or https URL \[endpoint-url\]"):
        ask_endpoint(address, "SELECT ?a { }")


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { " + "{" * 3000 + "}" * 3000 + " }",
        "ASK { FILTER(" + " || ".join(['?o = "x"'] * 9000) + ") }",
        "ASK { FILTER(" + "1+" * 10_000 + "1) }",
        "ASK { FILTER(" + "1-" * 10_000 + "1) }",
        "ASK { FILTER(" + "!" * 10_000 + "true) }",
        "ASK { ?s " + "a/" * 10_000 + "a ?o }",
        "SELECT * { ?s ?p ?o " + "OPTIONAL{?s a ?o}" * 3600 + " }",
        "SELECT * { " + "{}UNION" * 9000 + "{} }",
        "ASK { FILTER(1<1+" + "(" * 10_000 + "1" + ")" * 10_000 + ">2) }",
        "ASK { FILTER(1<1" + "+1" * 10_000 + ">2) }",
    ],
    ids=["deep", "long", "plus", "minus", "not", "path", "optional", "union", "hidden brackets", "hidden chain"],
)
def test_what_would_crash_the_engine_is_refused(text: str) -> None:
    with pytest.raises(ImnmError, match=r"\[query-too-large\]"):
        ask(Store(), text)


@pytest.mark.parametrize(
    "text", ["DELETE WHERE { ?s ?p ?o }", "PREFIX a: <http://a/>\nINSERT DATA { a:a a:b a:c }", "drop all"]
)
def test_an_update_is_told_as_one(text: str) -> None:
    with pytest.raises(ImnmError, match=r"is an update, and the graph is only read; .* \[query-syntax\]"):
        ask(Store(), text)
