# SPDX-License-Identifier: Apache-2.0
"""Remote: an endpoint that answers well, badly, late or not at all."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import parse_qs

import pytest
from pyoxigraph import Literal, NamedNode

from imnm_kg.errors import ImnmError
from imnm_kg.model.namespaces import XSD
from imnm_kg.model.results import Answer, serialize
from imnm_kg.operations.remote import ask_endpoint

# An endpoint


class Endpoint(BaseHTTPRequestHandler):
    """Answers what the test says and remembers what it was sent."""

    headers_to_send: ClassVar[dict[str, str]]
    busy: ClassVar[int]
    hang: ClassVar[float]
    drip: ClassVar[float]
    asked: ClassVar[int]

    status: ClassVar[int]
    kind: ClassVar[str]
    body: ClassVar[bytes]
    missing: ClassVar[int]
    seen: ClassVar[dict[str, str]]

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
        Endpoint.seen = {"query": parse_qs(sent)["query"][0], "accept": self.headers["Accept"]}
        Endpoint.asked += 1
        if not self.status:
            self.wfile.write(self.body)
            return
        LET_GO.wait(self.hang)
        busy = self.busy >= Endpoint.asked
        self.send_response(503 if busy else self.status)
        if busy or self.status != 200:
            for name, value in self.headers_to_send.items():
                self.send_header(name, value)
        self.send_header("Content-Type", self.kind)
        self.send_header("Content-Length", str(len(self.body) + self.missing))
        self.end_headers()
        with suppress(OSError):
            for piece in [self.body] if not self.drip else [bytes([byte]) for byte in self.body]:
                self.wfile.write(piece)
                LET_GO.wait(self.drip)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


LET_GO = threading.Event()


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/sparql"
    LET_GO.set()
    server.shutdown()
    server.server_close()
    thread.join()


JSON = "application/sparql-results+json"


def answers(
    status: int, kind: str, body: str, missing: int = 0, *, headers: dict[str, str] | None = None, busy: int = 0,
    hang: float = 0.0, drip: float = 0.0,
) -> None:  # fmt: skip
    LET_GO.clear()
    Endpoint.status, Endpoint.kind, Endpoint.body, Endpoint.missing = status, kind, body.encode(), missing
    Endpoint.headers_to_send, Endpoint.busy, Endpoint.hang, Endpoint.drip = headers or {}, busy, hang, drip
    Endpoint.asked = 0
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
    [(400, "Parse error: line 1"), (500, "it broke"), (429, "slower"), (401, "who?"), (404, "where?")],
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


# A server that is busy


def test_a_busy_server_is_asked_again(url: str) -> None:
    waits: list[float] = []
    answers(200, JSON, select(), busy=2, headers={"Retry-After": "3"})
    assert len(Answer.of(ask_endpoint(url, "SELECT ?a { }", sleep=waits.append))) == 0
    assert (waits, Endpoint.asked) == ([3.0, 3.0], 3)


@pytest.mark.parametrize("said", ["", "in a while", "-1"])
def test_a_busy_server_that_does_not_say_how_long(url: str, said: str) -> None:
    waits: list[float] = []
    answers(503, "text/plain", "busy", headers={"Retry-After": said} if said else {})
    with pytest.raises(ImnmError, match=r"answered 503: busy; ask again later \[endpoint-refused\]"):
        ask_endpoint(url, "SELECT ?a { }", sleep=waits.append)
    assert (waits, Endpoint.asked) == ([1.0, 2.0, 4.0], 4)


def test_a_busy_server_that_names_a_date(url: str) -> None:
    waits: list[float] = []
    answers(200, JSON, select(), busy=1, headers={"Retry-After": formatdate(time.time() + 10, usegmt=True)})
    ask_endpoint(url, "SELECT ?a { }", sleep=waits.append)
    assert 7 < waits[0] <= 10


def test_nobody_waits_longer_than_the_time_limit(url: str) -> None:
    answers(503, "text/plain", "busy", headers={"Retry-After": "3600"})
    with pytest.raises(ImnmError, match=r"answered 503"):
        ask_endpoint(url, "SELECT ?a { }", timeout=5)
    assert Endpoint.asked == 1


# A server that is late


@pytest.mark.parametrize("late", [{"hang": 20.0}, {"drip": 0.3}])
def test_time_limits(url: str, late: dict[str, float]) -> None:
    answers(200, JSON, select('{"type":"literal","value":"a text that takes its time"}'), **late)  # type: ignore[arg-type]
    started = time.monotonic()
    with pytest.raises(ImnmError, match=r"did not answer within 1 seconds; allow it more time.* \[endpoint-timeout\]"):
        ask_endpoint(url, "SELECT ?a { }", timeout=1)
    assert time.monotonic() - started < 4
    LET_GO.set()


# What the server says


@pytest.mark.parametrize(
    ("kind", "body", "said"),
    [
        ("application/problem+json", '{"title":"T","detail":"line 3: no","remedy":"mend it"}', "line 3: no; mend it"),
        ("application/json", '{"error":{"message":"too deep"}}', "too deep"),
        ("application/json", '{"message":"no such graph"}', "no such graph"),
        ("application/json", '["what"]', '["what"]'),
        ("application/json", '{"broken', '{"broken'),
        ("text/html", "<html><head><style>p {}</style></head><body><h1>502</h1><p>the &lt;store&gt; is down</p>",
         "502 the <store> is down"),
        ("text/plain", "two\nlines \x1b[31mred", "two lines  [31mred"),
        ("text/plain", "", "Internal Server Error"),
    ],
)  # fmt: skip
def test_errors_say_what_the_server_said(url: str, kind: str, body: str, said: str) -> None:
    answers(500, kind, body)
    with pytest.raises(ImnmError) as caught:
        ask_endpoint(url, "SELECT ?a { }")
    assert caught.value.what == f"{url} answered 500: {said}"
    assert "\n" not in str(caught.value)


# Redirects


@pytest.mark.parametrize("place", ["http://127.0.0.2:9/sparql", "https://example.org/sparql", "file:///etc/passwd"])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_another_host_is_refused(url: str, status: int, place: str) -> None:
    answers(status, "text/plain", "", headers={"Location": place})
    with pytest.raises(ImnmError, match=r"another host|is not allowed|answered 30\d"):
        ask_endpoint(url, "SELECT ?a { }")
    assert Endpoint.asked == 1


def test_a_redirect_on_the_same_host_keeps_the_query() -> None:
    answers(200, JSON, select())
    redirecting = type("Redirecting", (Endpoint,), {"do_POST": _redirect_once})
    server = ThreadingHTTPServer(("127.0.0.1", 0), redirecting)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        ask_endpoint(f"http://127.0.0.1:{server.server_port}/old", "SELECT ?a { ?a ?b 'kept' }")
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert Endpoint.seen["query"] == "SELECT ?a { ?a ?b 'kept' }"


def _redirect_once(handler: Endpoint) -> None:
    if handler.path != "/old":
        Endpoint.do_POST(handler)
        return
    handler.rfile.read(int(handler.headers["Content-Length"]))
    handler.send_response(308)
    handler.send_header("Location", "/new")
    handler.send_header("Content-Length", "0")
    handler.end_headers()
