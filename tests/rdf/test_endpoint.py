# SPDX-License-Identifier: Apache-2.0
"""A SPARQL endpoint that answers well, badly, in part, late or never: terms as they came, or one line that says why."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode

from imnm_kg.errors import ImnmError
from imnm_kg.rdf.endpoint import Endpoint, is_address
from tests.sparql_server import JSON, SparqlServer, served

XSD = "http://www.w3.org/2001/XMLSchema#"
HEAD = {"Content-Type": JSON}


@pytest.fixture(scope="module")
def server() -> Iterator[SparqlServer]:
    with served() as started:
        yield started


def table(*cells: dict[str, object]) -> bytes:
    return json.dumps({"head": {"vars": ["x"]}, "results": {"bindings": [{"x": cell} for cell in cells]}}).encode()


def error_of(server: SparqlServer, *odd: tuple[int, dict[str, str], bytes], timeout: float = 20, **options: int) -> str:
    server.odd = [*odd]
    with pytest.raises(ImnmError) as caught:
        Endpoint(server.url, timeout, pause=lambda _: None, **options).select("SELECT ?x { }")
    said = str(caught.value)
    assert "\n" not in said
    assert server.url in said
    return said


def test_terms_are_those_of_the_answer(server: SparqlServer) -> None:
    integer = f"{XSD}integer"
    server.odd = [(200, {"Content-Type": f"{JSON}; charset=utf-8"}, table(
        {"type": "uri", "value": "http://example.org/é"},
        {"type": "literal", "value": "01", "datatype": integer},
        {"type": "typed-literal", "value": "nonsense", "datatype": integer},
        {"type": "literal", "value": "a\n\"\u0000", "xml:lang": "de"},
        {"type": "literal", "value": ""},
        {"type": "bnode", "value": "nodeID://b1"}, {"type": "bnode", "value": "nodeID://b2"},
        {"type": "bnode", "value": "nodeID://b1"},
    ))] * 2  # fmt: skip
    endpoint = Endpoint(server.url)
    terms = [row["x"] for row in endpoint.select("SELECT ?x { }")]
    number = NamedNode(integer)
    assert terms[:5] == [
        NamedNode("http://example.org/é"), Literal("01", datatype=number), Literal("nonsense", datatype=number),
        Literal("a\n\"\u0000", language="de"), Literal(""),
    ]  # fmt: skip
    assert all(isinstance(term, BlankNode) for term in terms[5:])
    assert terms[5] == terms[7] != terms[6]
    again = {row["x"] for row in endpoint.select("SELECT ?x { }")}
    assert not again & set(terms[5:]), "a blank node has a name within one answer only"
    assert endpoint.queries == 2


def test_what_is_not_bound_is_left_out(server: SparqlServer) -> None:
    server.odd = [(200, HEAD, b'{"head":{"vars":["x"]},"results":{"bindings":[{}]}}')]
    assert Endpoint(server.url).select("SELECT ?x { }") == [{}]


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        (b'{"head":{},"boolean":true}', True),
        (b'{"head":{},"boolean":false}', False),
        (b'{"results":{"bindings":[{"__ASK_RETVAL":{"type":"typed-literal","value":"1"}}]}}', True),
        (b'{"results":{"bindings":[{"__ASK_RETVAL":{"type":"typed-literal","value":"0"}}]}}', False),
        (b'{"results":{"bindings":[]}}', False),
    ],
)
def test_yes_or_no(server: SparqlServer, body: bytes, answer: bool) -> None:
    server.odd = [(200, HEAD, body)]
    assert Endpoint(server.url).ask("ASK { }") is answer


@pytest.mark.parametrize("body", [b"{}", b'{"boolean":"true"}', b'{"results":{"bindings":[{"x":{"value":"1"}}]}}'])
def test_neither_yes_nor_no(server: SparqlServer, body: bytes) -> None:
    server.odd = [(200, HEAD, body)]
    with pytest.raises(ImnmError, match=r"no yes or no.*\[endpoint-answer\]"):
        Endpoint(server.url).ask("ASK { }")


@pytest.mark.parametrize(
    ("head", "body", "reason"),
    [
        ({"Content-Type": "text/html"}, b"<html>Welcome</html>", "it sent text/html"),
        ({"Content-Type": "application/sparql-results+xml"}, b"<sparql/>", "it sent application/sparql-results+xml"),
        ({}, table(), "it sent something without a content type"),
        ({**HEAD, "Content-Encoding": "gzip"}, table(), "it is packed as gzip"),
        (HEAD, b"<html>Welcome</html>", "Expecting value"),
        (HEAD, b"", "Expecting value"),
        (HEAD, b"\xff\xfe\xfd", "codec can't decode"),
        (HEAD, table({"type": "uri", "value": "http://e/x"})[:-2], "Expecting"),
        (HEAD, b"[" * 100_000, "recursion"),
        (HEAD, b"[]", "no object"),
        (HEAD, b"{}", "there is no 'results'"),
        (HEAD, b'{"results":{"bindings":{"x":1}}}', ""),
        (HEAD, b'{"results":{"bindings":[{"x":[]}]}}', ""),
        (HEAD, table({"type": "uri"}), "there is no 'value'"),
        (HEAD, table({"type": "uri", "value": "not an IRI"}), "IRI"),
        (HEAD, table({"type": "uri", "value": "http://e/> } DROP ALL"}), "IRI"),
        (HEAD, table({"type": "uri", "value": 7}), ""),
        (HEAD, table({"type": "triple", "value": {}}), "a term of the type 'triple'"),
        (HEAD, table({"type": "literal", "value": "x", "xml:lang": "no tag"}), "language"),
    ],
)
def test_what_is_no_answer(server: SparqlServer, head: dict[str, str], body: bytes, reason: str) -> None:
    said = error_of(server, (200, head, body))
    assert f"did not answer with SPARQL results: {reason}" in said or reason in said
    assert said.endswith("[endpoint-answer]")


@pytest.mark.parametrize(
    ("status", "head", "what"),
    [
        (206, HEAD, "206 Partial Content"),
        (202, HEAD, "202 Accepted"),
        (200, {**HEAD, "X-SQL-State": "S1TAT", "X-SQL-Message": "Returning incomplete results"}, "incomplete results"),
    ],
)  # fmt: skip
def test_a_part_of_a_result_is_refused(server: SparqlServer, status: int, head: dict[str, str], what: str) -> None:
    said = error_of(server, (status, head, table()))
    assert what in said
    assert said.endswith("[endpoint-cut]")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 500, 502])
def test_what_the_server_refuses(server: SparqlServer, status: int) -> None:
    said = error_of(server, (status, {"Content-Type": "text/plain"}, b"line 1\nit \x1b[31mbroke"))
    assert f"answered {status} " in said
    assert "line 1 it \ufffd[31mbroke" in said
    assert said.endswith("[endpoint-refused]")
    assert not server.odd


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("target", ["http://127.0.0.1:1/", "file:///etc/passwd", "/elsewhere", ""])
def test_a_redirect_is_not_followed(server: SparqlServer, status: int, target: str) -> None:
    said = error_of(server, (status, {"Location": target}, b""))
    assert f"redirects to {target or 'nowhere'}, and redirects are not followed" in said


def test_a_busy_server_is_asked_again(server: SparqlServer) -> None:
    waits: list[float] = []
    server.odd = [
        (503, {"Retry-After": "7"}, b""), (429, {}, b""), (503, {"Retry-After": "soon"}, b""), (200, HEAD, table()),
    ]  # fmt: skip
    assert Endpoint(server.url, pause=waits.append).select("SELECT ?x { }") == []
    assert waits == [7, 2, 4]


def test_a_server_that_stays_busy(server: SparqlServer) -> None:
    assert "answered 503 Service Unavailable: later" in error_of(server, *[(503, {}, b"later")] * 4)
    assert not server.odd
    assert "answered 503" in error_of(server, (503, {"Retry-After": "3600"}, b""))


def test_an_answer_that_breaks_off(server: SparqlServer) -> None:
    said = error_of(server, (200, {**HEAD, "Content-Length": "1000"}, table()))
    assert "the answer ends after " in said
    assert said.endswith("[endpoint-unreachable]")


def test_an_answer_in_pieces_that_breaks_off(server: SparqlServer) -> None:
    head = {**HEAD, "Transfer-Encoding": "chunked", "Content-Length": ""}
    said = error_of(server, (200, head, b"64\r\n" + table()))
    assert said.endswith("[endpoint-unreachable]")


def test_a_server_that_hangs(server: SparqlServer) -> None:
    server.odd = [(0, {}, b"")]
    said = error_of(server, (0, {}, b""), timeout=0.2)
    assert "does not answer: timed out" in said
    assert said.endswith("[endpoint-unreachable]")


def test_an_answer_that_trickles() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        done = threading.Event()

        def trickle() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(10_000)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n")
                while not done.wait(0.05):
                    try:
                        connection.sendall(b" ")
                    except OSError:
                        return

        thread = threading.Thread(target=trickle)
        thread.start()
        with pytest.raises(ImnmError, match=r"timed out while the answer came.*\[endpoint-unreachable\]"):
            Endpoint(f"http://127.0.0.1:{listener.getsockname()[1]}/", 0.3).select("SELECT ?x { }")
        done.set()
        thread.join()


def test_an_answer_that_is_too_large(server: SparqlServer) -> None:
    said = error_of(server, (200, HEAD, table() + b" " * 2000), largest=1000)
    assert "sent more than 1,000 bytes for one answer" in said
    assert said.endswith("[endpoint-large]")


def test_a_query_that_is_too_large(server: SparqlServer) -> None:
    said = error_of(server, (413, {}, b""))
    assert "answered 413 " in said
    assert said.endswith("[endpoint-large]")


def test_a_port_where_nobody_listens() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(ImnmError, match=r"Connection refused.*\[endpoint-unreachable\]"):
        Endpoint(f"http://127.0.0.1:{port}/").select("SELECT ?x { }")


@pytest.mark.parametrize(
    "address",
    ["", "localhost", "ftp://127.0.0.1/", "file:///etc/passwd", "http://", "http://a b/", "http://user:word@127.0.0.1/",
     "http://[::1", "http://127.0.0.1:x/"],
)  # fmt: skip
def test_what_is_no_address(address: str) -> None:
    assert not is_address(address)
    with pytest.raises(ImnmError, match=r"\[endpoint-url\]"):
        Endpoint(address)


def test_addresses() -> None:
    assert is_address("http://127.0.0.1:8890/sparql?default-graph-uri=http://example.org/")
    assert is_address("https://example.org/sparql")
