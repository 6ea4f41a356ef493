# SPDX-License-Identifier: Apache-2.0
"""A web server on loopback that answers as it is told, and time that passes only when somebody waits."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from imnm_kg.reading.web import Clock

XML, HTML, TEXT = "text/xml; charset=UTF-8", "text/html; charset=utf-8", "text/plain"


@dataclass
class Reply:
    """An answer of the server.

    Attributes:
        cut: how many of the promised bytes are not sent.
        hang: how long to wait before the answer, in real seconds.
    """

    body: bytes | str = b""
    type: str = XML
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: int = 0
    hang: float = 0


@dataclass
class Asked:
    """A request that came."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]


class Server:
    """Answers by path: one reply after the other, the last one again and again."""

    def __init__(self) -> None:
        self.replies: dict[str, list[Reply]] = {}
        self.asked: list[Asked] = []
        self.port = 0
        self.closing = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def on(self, path: str, *replies: Reply) -> str:
        self.replies[path] = list(replies)
        return f"{self.url}{path}"

    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A client that goes away is no news."""


@contextmanager
def serving(tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    server = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            server.asked.append(Asked(parts.path, query, dict(self.headers.items())))
            waiting = server.replies.get(parts.path, [Reply("no", TEXT, 404)])
            reply = waiting.pop(0) if len(waiting) > 1 else waiting[0]
            server.closing.wait(reply.hang)
            body = reply.body.encode() if isinstance(reply.body, str) else reply.body
            self.send_response(reply.status)
            if reply.type:
                self.send_header("Content-Type", reply.type)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if "Transfer-Encoding" not in reply.headers:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) - reply.cut])

        def log_message(self, *_: object) -> None:
            """Nothing is told."""

    with _Quiet(("127.0.0.1", 0), Handler) as http:
        server.port = http.server_address[1]
        if tls is not None:
            http.socket = tls.wrap_socket(http.socket, server_side=True)
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.closing.set()
            http.shutdown()
            thread.join()


class StoppedClock:
    """A clock that stands still but for waits, which are noted."""

    def __init__(self) -> None:
        self.time = 1_000_000_000.0
        self.waits: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.waits.append(round(seconds, 3))
        self.time += seconds

    @property
    def clock(self) -> Clock:
        return Clock(lambda: self.time, lambda: self.time, self.sleep, lambda: 1.0)
