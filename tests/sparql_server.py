# SPDX-License-Identifier: Apache-2.0
"""A SPARQL endpoint on the loopback interface, over a store in memory, that only reads and can be made to misbehave."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pyoxigraph as ox

__all__ = ["JSON", "SparqlServer", "served"]

JSON = "application/sparql-results+json"


class SparqlServer(ThreadingHTTPServer):
    """Answers queries.

    Attributes:
        store: the data.
        most: the most rows of an answer; what is beyond is left out without a word.
        odd: what it answers instead, one a request: status (0 for no answer), headers, body.
        odd_after: after how many good answers it begins with that.
        asked: the queries that came.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.store = ox.Store()
        self.most: int | None = None
        self.odd: list[tuple[int, dict[str, str], bytes]] = []
        self.odd_after = 0
        self.asked: list[str] = []
        self.hung = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/sparql"

    def holds(self, triples: Iterable[ox.Quad | ox.Triple], most: int | None = None) -> list[ox.Triple]:
        """Take other data; returns it as the store gives it."""
        self.store = ox.Store()
        self.store.extend(ox.Quad(each.subject, each.predicate, each.object) for each in triples)
        self.most, self.odd, self.odd_after, self.asked = most, [], 0, []
        return [quad.triple for quad in self.store]

    def answer(self, query: str) -> bytes:
        """Answer a query; the labels of blank nodes are new in each answer."""
        self.asked.append(query)
        found = self.store.query(query)
        assert not isinstance(found, ox.QueryTriples)
        said = json.loads(found.serialize(format=ox.QueryResultsFormat.JSON) or b"")
        rows: list[dict[str, Any]] = said.get("results", {}).get("bindings", [])
        if self.most is not None:
            del rows[self.most :]
        labels: dict[str, str] = {}
        for row in rows:
            for cell in row.values():
                if cell["type"] == "bnode":
                    cell["value"] = labels.setdefault(cell["value"], f"nodeID://{len(self.asked)}/{len(labels)}")
        return json.dumps(said).encode()


class _Handler(BaseHTTPRequestHandler):
    server: SparqlServer

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode(), strict_parsing=True)
        assert set(form) == {"query"}, "nothing but queries"
        assert self.headers["Content-Type"] == "application/x-www-form-urlencoded"
        if self.server.odd and len(self.server.asked) >= self.server.odd_after:
            self.odd(*self.server.odd.pop(0))
            return
        try:
            body = self.server.answer(form["query"][0])
        except SyntaxError as error:
            self.odd(400, {"Content-Type": "text/plain"}, str(error.msg).encode())
            return
        self.odd(200, {"Content-Type": JSON}, body)

    def odd(self, status: int, headers: dict[str, str], body: bytes) -> None:
        if status == 0:  # no answer at all
            self.server.hung.wait(5)
            return
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def served() -> Iterator[SparqlServer]:
    """Run a server."""
    server = SparqlServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.hung.set()
        server.shutdown()
        server.server_close()
        thread.join()
