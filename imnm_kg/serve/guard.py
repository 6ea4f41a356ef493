# SPDX-License-Identifier: Apache-2.0
"""Connections that hold: uvicorn's HTTP protocol with limits on heads, on slow clients, and on their number."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

if TYPE_CHECKING:
    from imnm_kg.serve.express import Express
    from imnm_kg.serve.limits import Limits

__all__ = ["guarded", "sweep"]

_HEAD_ROOM = 1 << 15  # bytes for headers, beside the address
_LONGEST_ADDRESS = 65_000  # the parser takes none of 65,536
_LINGER = 2.0  # seconds that a refused client has to read why
_HALF_CLOSED = 1.0
_EVERY = 1.0
_WAITING, _HEAD, _BODY = "waiting", "head", "body"  # what a connection is at

_TOO_LONG = (
    b"HTTP/1.1 414 URI Too Long\r\ncontent-type: application/problem+json\r\nconnection: close\r\n"
    b"content-length: 94\r\n\r\n"
    b'{"status":414,"title":"URI Too Long","code":"query-too-large","remedy":"send it by POST"}    \n'
)
_NOT_HTTP = (
    b"HTTP/1.1 400 Bad Request\r\ncontent-type: application/problem+json\r\nconnection: close\r\n"
    b"content-length: 91\r\n\r\n"
    b'{"status":400,"title":"Bad Request","code":"request-encoding","remedy":"send it as HTTP"} \n'
)
_FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/problem+json\r\nconnection: close\r\n"
    b"retry-after: 2\r\ncontent-length: 89\r\n\r\n"
    b'{"status":503,"title":"Service Unavailable","code":"server-busy","remedy":"ask again"}  \n'
)


class _Guarded(HttpToolsProtocol):
    limits: Limits
    express: Express

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.came = self.loop.time()
        self.state = _WAITING
        self.head_size = 0
        self.refused = False
        self.done = False  # answered the short way
        self.used = False
        self.stuck: tuple[int, float] = (0, self.came)
        if len(self.connections) > self.limits.connections:
            self._refuse(_FULL)

    def _refuse(self, answer: bytes) -> None:
        self.refused = True
        self._unset_keepalive_if_required()
        self.transport.write(answer)
        self.loop.call_later(_LINGER, self.transport.abort)

    def data_received(self, data: bytes) -> None:
        if self.refused:
            return
        super().data_received(data)
        if self.state is _HEAD:
            self.head_size += len(data)
            if self.head_size > self.limits.query_bytes + _HEAD_ROOM:
                self._refuse(_TOO_LONG)

    def send_400_response(self, msg: str) -> None:
        """Answer in the form of all other errors; uvicorn's own log line says that it happened."""
        del msg
        if not self.refused:
            self._refuse(_NOT_HTTP)

    def eof_received(self) -> bool:  # type: ignore[override]
        """Let a client that has only shut down its sending half have a quick answer; then it counts as gone."""
        if self.refused or self.cycle is None or self.cycle.response_complete:
            return False
        self.cycle.keep_alive = False
        self.loop.call_later(_HALF_CLOSED, self.transport.close)
        return True

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.state = _HEAD
        self.done = False
        self.head_size = 0
        self.came = self.loop.time()

    def on_headers_complete(self) -> None:
        self.state = _BODY
        if len(self.url) > min(self.limits.query_bytes + 100, _LONGEST_ADDRESS):
            self._refuse(_TOO_LONG)
            return
        if not self._answer_at_once():
            super().on_headers_complete()

    def _answer_at_once(self) -> bool:
        """Send an answer that is kept, if nothing stands in the way."""
        parser = self.parser
        if (
            (self.cycle is not None and not self.cycle.response_complete)
            or self.flow.write_paused
            or parser.get_method() != b"GET"
            or parser.get_http_version() != "1.1"
            or not parser.should_keep_alive()
            or self.transport.is_closing()
        ):
            return False
        found = self.express.find(self.url, self.headers, self.client[0] if self.client else "local")
        if found is None:
            return False
        self.done = self.used = True
        dated = [b"%b: %b\r\n" % header for header in self.server_state.default_headers]
        self.transport.write(b"".join([found[0], *dated, b"\r\n", found[1]]))
        self.on_response_complete()
        return True

    def on_body(self, body: bytes) -> None:
        if not self.refused and not self.done:
            super().on_body(body)

    def on_message_complete(self) -> None:
        self.state = _WAITING
        if not self.refused and not self.done:
            super().on_message_complete()

    def overdue(self, now: float) -> bool:
        """Tell whether the client takes too long to send a head or to take an answer."""
        held = self.transport.get_write_buffer_size()
        if held != self.stuck[0] or not held:
            self.stuck = (held, now)
        if held and now - self.stuck[1] > self.limits.send_seconds:
            return True
        patience = self.limits.header_seconds
        if self.state is _WAITING:  # of a connection that was used before, uvicorn's own timer takes care
            return self.cycle is None and not self.used and now - self.came > patience
        return now - self.came > (patience if self.state is _HEAD else 2 * patience)


def guarded(limits: Limits, express: Express) -> type[asyncio.Protocol]:
    """Return a protocol class for uvicorn that holds these limits, and takes the short way where there is one."""
    return type("Guarded", (_Guarded,), {"limits": limits, "express": express})


async def sweep(connections: set[Any]) -> None:
    """Close overdue connections, once a second, until cancelled."""
    loop = asyncio.get_running_loop()
    while True:
        await asyncio.sleep(_EVERY)
        now = loop.time()
        for connection in list(connections):
            if isinstance(connection, _Guarded) and connection.overdue(now):
                connection.transport.abort()
