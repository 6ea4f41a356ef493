# SPDX-License-Identifier: Apache-2.0
"""Requests that are none: each gets a clear answer or is cut off, and the next request is served."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic
from urllib.parse import quote

import pytest

from tests.serve.support import Server


@pytest.fixture(scope="module")
def patient(release: Path) -> Iterator[Server]:
    """A server that does not wait long for slow clients."""
    started = Server(release, "--rate", "0", "--client-seconds", "2", "--send-seconds", "2", "--connections", "20")
    yield started
    assert started.stop() == 0


@pytest.fixture(autouse=True)
def answers_afterwards(server: Server) -> Iterator[None]:
    yield
    assert server.process.poll() is None
    assert server.query("ASK {}").status == 200


def head(path: str = "/sparql", method: str = "POST", **headers: str) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: x", *(f"{key.replace('_', '-')}: {headers[key]}" for key in headers)]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


@pytest.mark.slow
def test_ten_megabytes_of_query(server: Server) -> None:
    text = b"ASK {} #" + b"x" * 10_000_000
    direct = {"Content-Type": "application/sparql-query"}
    answer = server.ask(method="POST", body=text, headers=direct)
    assert (answer.status, answer.code) == (413, "query-too-large")
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert server.ask(method="POST", body=b"query=" + text, headers=form).status == 413
    assert b" 414 " in server.raw(head("/sparql?query=" + "x" * 10_000_000, "GET"))[:20]
    assert server.query("ASK {} #" + "x" * 70_000).status == 414
    chunked = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    started = head(Content_Type="application/sparql-query", Transfer_Encoding="chunked")
    assert b" 413 " in server.raw(started + chunked * 20 + b"0\r\n\r\n", patience=3)[:20]


def test_a_form_with_very_many_fields(server: Server) -> None:
    answer = server.ask("/sparql?" + "&".join(["a=b"] * 5000))
    assert (answer.status, answer.code) == (400, "request-parameter")


NO_HTTP = [
    b"\0\1\2\3\r\n\r\n", b"GET\r\n\r\n", b"GET /sparql HTTP/9.9\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"GET /\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n", b"GET / HTTP/1.1\r\nHost: x\r\nbad header\r\n\r\n",
    b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
    b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
]  # fmt: skip


@pytest.fixture(scope="module")
def said_to_no_http(server: Server) -> dict[bytes, bytes]:
    """Send all of it side by side: the server lingers over each connection."""
    with ThreadPoolExecutor(len(NO_HTTP)) as pool:
        return dict(zip(NO_HTTP, pool.map(lambda sent: server.raw(sent, patience=3), NO_HTTP), strict=True))


@pytest.mark.parametrize("sent", NO_HTTP)
def test_what_is_no_http(sent: bytes, said_to_no_http: dict[bytes, bytes]) -> None:
    received = said_to_no_http[sent]
    assert received == b"" or received[:12] in (b"HTTP/1.1 400", b"HTTP/1.1 404", b"HTTP/1.1 415")


def test_a_half_closed_connection_gets_its_answer(server: Server) -> None:
    received = server.raw(head("/sparql?query=ASK%7B%7D", "GET"), half_close=True)
    assert received.startswith(b"HTTP/1.1 200")
    assert received.endswith(b'"boolean":true}')


def test_half_a_request_and_no_more(server: Server) -> None:
    assert server.raw(b"GET /sparql?query=ASK", half_close=True) == b""
    half = head(Content_Type="application/sparql-query", Content_Length="100") + b"ASK"
    assert server.raw(half, half_close=True, patience=5) == b""


@pytest.mark.slow
def test_slow_clients_are_cut_off(patient: Server) -> None:
    def slow(sent: bytes) -> tuple[bytes, float]:
        begun = monotonic()
        return patient.raw(sent, patience=20), monotonic() - begun

    body = head(Content_Type="application/sparql-query", Content_Length="1000") + b"ASK"
    with ThreadPoolExecutor(3) as pool:
        nothing, part, half = pool.map(slow, [b"", b"GET /sparql HTT", body])
    assert nothing[0] == part[0] == b""
    assert half[0].startswith(b"HTTP/1.1 408")
    assert max(nothing[1], part[1], half[1]) < 15


@pytest.mark.slow
def test_a_client_that_reads_nothing_is_cut_off(patient: Server) -> None:
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect((patient.host, patient.port))
        query = quote("SELECT * { ?s ?p ?o . ?a ?b ?c }")
        connection.sendall(head(f"/sparql?query={query}", "GET"))
        until = monotonic() + 15
        while monotonic() < until and b'"running":0' not in patient.ask("/health").body:
            pass
        assert b'"running":0' in patient.ask("/health").body


@pytest.mark.slow
def test_more_connections_than_allowed(patient: Server) -> None:
    held = [socket.create_connection((patient.host, patient.port)) for _ in range(30)]
    try:
        refused = patient.raw(b"", patience=5)
        assert refused.startswith(b"HTTP/1.1 503")
        assert b"retry-after" in refused
    finally:
        for each in held:
            each.close()


@pytest.mark.parametrize("injected", ["\r\nX-Evil: 1", "%0d%0aX-Evil:%201", "\u2028"])
def test_headers_are_not_injected(injected: str, server: Server) -> None:
    path = f"/sparql?format={quote(injected, safe='%')}&query=ASK%7B%7D"
    assert b"X-Evil:" not in server.raw(head(path, "GET", Connection="close")).partition(b"\r\n\r\n")[0]
    graph = f"/graph-store?graph=http://x{quote(injected, safe='%')}"
    assert b"X-Evil:" not in server.raw(head(graph, "GET", Connection="close")).partition(b"\r\n\r\n")[0]


def test_paths_that_climb(server: Server) -> None:
    for path in ("/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/static/..%2f..%2fetc/passwd", "//etc/passwd"):
        assert b"root:" not in server.raw(head(path, "GET", Connection="close"))


def test_a_body_in_other_encodings(server: Server) -> None:
    for charset, status in (("utf-16", 415), ("latin-1", 415), ("utf-8", 400)):
        body = "ASK { ?s ?p 'é' }".encode("latin-1" if charset == "utf-8" else charset)
        headers = {"Content-Type": f"application/sparql-query; charset={charset}"}
        assert server.ask(method="POST", body=body, headers=headers).status == status
    lone = {"Content-Type": "application/x-www-form-urlencoded"}
    assert server.ask(method="POST", body=b"query=%ED%A0%80", headers=lone).code == "request-encoding"
