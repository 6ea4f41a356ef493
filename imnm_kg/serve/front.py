# SPDX-License-Identifier: Apache-2.0
"""The first to see a request: rates, answers that are kept, the SPARQL and Graph Store protocols; the rest goes on.

Written against ASGI itself, for a router and request objects would take as long as a query does.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from imnm_kg.errors import ImnmError
from imnm_kg.serve.cache import Kept
from imnm_kg.serve.context import Context, context_of
from imnm_kg.serve.express import Express
from imnm_kg.serve.formats import HttpError
from imnm_kg.serve.frames import Job
from imnm_kg.serve.service import COMMON, CutOffError, Message, Receive, Scope, Send, Service

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from imnm_kg.serve.description import Description

__all__ = ["Front"]

_UNLIMITED = ("/health", "/metrics")
_SPARQL_METHODS = ("GET", "HEAD", "POST", "OPTIONS")
_READ_METHODS = ("GET", "HEAD", "OPTIONS")


class Front:
    """Wraps the application of the other parts.

    Attributes:
        service: what answers.
        express: the short way to answers that are kept, for a server that can take it.
    """

    def __init__(
        self,
        service: Service,
        inner: Callable[[Scope, Receive, Send], Awaitable[None]],
        description: Description,
        editor: str | None = None,
    ) -> None:
        """Wrap.

        Args:
            service: what answers.
            inner: the application of the other parts.
            description: of the service.
            editor: the path of the page that browsers get for ``/sparql``; None without one.
        """
        self.service = service
        self.express = Express(service)
        self._inner = inner
        self._description = description
        self._editor = editor

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        service = self.service
        context = context_of(scope, service.limits)
        path: str = scope["path"]
        if path not in _UNLIMITED and (wait := service.rates.wait(context.client)):
            error = ImnmError("rate-limit", "too many requests from this address", "ask again in a moment")
            await service.refuse(context, send, HttpError(429, error), "limit", wait)
            return
        if context.method == "GET" and (kept := service.cache.get(context.key)) is not None:
            part = path.split("/", 2)[1]
            if await service.send_kept(context, send, kept, part) == 200:
                self.express.remember(scope, kept, part)
            return
        try:
            if path in ("/sparql", "/sparql/"):
                await self._sparql(scope, context, receive, send)
            elif path == "/graph-store":
                await self._graph_store(scope, context, receive, send)
            elif path == "/.well-known/void":
                await self._void(context, send)
            else:
                await self._others(scope, context, receive, send)
        except HttpError as refusal:
            await service.refuse(context, send, refusal, path.strip("/"))

    # -- the SPARQL Protocol

    async def _sparql(self, scope: Scope, context: Context, receive: Receive, send: Send) -> None:
        method = context.method
        if method not in _SPARQL_METHODS:
            await self._wrong_method(context, send, _SPARQL_METHODS, "sparql")
            return
        if method == "OPTIONS":
            await self._options(context, send, _SPARQL_METHODS)
            return
        query_string: bytes = scope["query_string"]
        self._check_address(query_string)
        if method == "POST":
            body = await self._body(context, receive)
            if body is None:
                return
            content_type = context.headers.get(b"content-type", b"").decode("latin-1")
            if context.headers.get(b"content-encoding", b"identity").lower() != b"identity":
                error = ImnmError("request-type", "the body is compressed", "send it as it is")
                raise HttpError(415, error)
            job = Job("request", "", query_string, content_type, body)
            await self.service.answer(scope, receive, send, job, hash((query_string, body)), "sparql")
            return
        if context.html and self._editor is not None and b"format=" not in query_string:
            await self._others(
                {**scope, "path": self._editor, "raw_path": self._editor.encode()}, context, receive, send
            )
            return
        if not query_string:
            await self._describe(context, send)
            return
        job = Job("request", "", query_string)
        await self.service.answer(scope, receive, send, job, hash(query_string), "sparql")

    def _check_address(self, query_string: bytes) -> None:
        most = self.service.limits.query_bytes
        if len(query_string) > most:
            what = f"the address has more than {most:,} bytes"
            raise HttpError(414, ImnmError("query-too-large", what, "send the query by POST, or a shorter one"))

    async def _body(self, context: Context, receive: Receive) -> bytes | None:
        most, seconds = self.service.limits.query_bytes, self.service.limits.header_seconds
        too_large = HttpError(
            413, ImnmError("query-too-large", f"the request has more than {most:,} bytes", "send a shorter query")
        )
        length = context.headers.get(b"content-length", b"0")
        if not length.isdigit() or int(length) > most:
            raise too_large
        pieces: list[bytes] = []
        size = 0
        try:
            async with asyncio.timeout(seconds):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        self.service.log(context, "sparql", 499, code="client-gone")
                        return None
                    piece: bytes = message.get("body", b"")
                    size += len(piece)
                    if size > most:
                        raise too_large
                    pieces.append(piece)
                    if not message.get("more_body", False):
                        return b"".join(pieces)
        except TimeoutError as error:
            what = f"the request did not come within {seconds:g} seconds"
            raise HttpError(408, ImnmError("request-slow", what, "send it at once")) from error

    async def _describe(self, context: Context, send: Send) -> None:
        await self._fixed(context, send, "sparql", self._description.service)

    async def _void(self, context: Context, send: Send) -> None:
        if context.method == "OPTIONS":
            await self._options(context, send, _READ_METHODS)
        elif context.method not in _READ_METHODS:
            await self._wrong_method(context, send, _READ_METHODS, "void")
        else:
            await self._fixed(context, send, "void", self._description.dataset)

    async def _fixed(
        self, context: Context, send: Send, part: str, write: Callable[[str, bool], tuple[str, str, bytes]]
    ) -> None:
        """Send something that does not depend on a question."""
        service = self.service
        tag, media_type, body = write(context.accept, context.gzip)
        etag = service.etag(tag, context.gzip)
        headers = [
            (b"content-type", media_type.encode()),
            (b"etag", etag.encode()),
            (b"last-modified", service.site.last_modified.encode()),
            (b"cache-control", b"no-cache"),
            *COMMON,
        ]
        known = service.known(context)
        status = 304 if known and (known == "*" or etag in known) else 200
        if status == 304:
            body = b""
        else:
            headers.append((b"content-length", b"%d" % len(body)))
            if context.gzip:
                headers.append((b"content-encoding", b"gzip"))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})
        service.log(context, part, status)

    # -- the Graph Store Protocol, read

    async def _graph_store(self, scope: Scope, context: Context, receive: Receive, send: Send) -> None:
        if context.method == "OPTIONS":
            await self._options(context, send, _READ_METHODS)
        elif context.method not in _READ_METHODS:
            await self._wrong_method(context, send, _READ_METHODS, "graph-store")
        else:
            query_string: bytes = scope["query_string"]
            self._check_address(query_string)
            job = Job("graph", "", query_string)
            await self.service.answer(scope, receive, send, job, hash(("graph", query_string)), "graph-store")

    # -- what all of them need

    async def _options(self, context: Context, send: Send, methods: tuple[str, ...]) -> None:
        allowed = ", ".join(methods).encode()
        headers = [
            (b"allow", allowed),
            (b"access-control-allow-methods", allowed),
            (b"access-control-allow-headers", b"Accept, Content-Type, If-None-Match, If-Modified-Since"),
            (b"access-control-max-age", b"86400"),
            *COMMON,
        ]
        await send({"type": "http.response.start", "status": 204, "headers": headers})
        await send({"type": "http.response.body", "body": b""})
        self.service.log(context, "options", 204)

    async def _wrong_method(self, context: Context, send: Send, methods: tuple[str, ...], part: str) -> None:
        allowed = ", ".join(methods)
        error = ImnmError("method-refused", "this address does not take the method", f"use {allowed}")

        async def with_allow(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"allow", allowed.encode())]
            await send(message)

        await self.service.refuse(context, with_allow, HttpError(405, error), part)

    async def _others(self, scope: Scope, context: Context, receive: Receive, send: Send) -> None:
        """Let another part answer; note how, and let no part send a header that a client made up."""
        part = scope["path"].split("/", 2)[1] or "home"
        status, begun, whole = 500, False, list[tuple[bytes, bytes]]()

        async def checked(message: Message) -> None:
            nonlocal status, begun, whole
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = [(bytes(name), bytes(value)) for name, value in message["headers"]]
                if any(b"\n" in value or b"\r" in value or b"\0" in value for _, value in headers):
                    raise CutOffError("header")
                names = {name.lower() for name, _ in headers}
                whole = [*headers, *(each for each in COMMON if each[0] not in names)]
                message = {**message, "headers": whole}
                begun = True
            elif status == 200 and context.method == "GET" and not message.get("more_body", False):
                self._keep(context, whole, message.get("body", b""))
            await send(message)

        try:
            await self._inner(scope, receive, checked)
        except Exception as error:  # every part ends here; what is no plain error of ours is raised again
            if isinstance(error, CutOffError) and not begun:
                what = "the answer would have had a header that is none"
                await self.service.refuse(
                    context, send, HttpError(400, ImnmError("request-encoding", what, "leave out line ends")), part
                )
                return
            self.service.log(context, part, 500, code="unexpected")
            raise
        self.service.log(context, _PARTS.get(part, "page"), status)

    def _keep(self, context: Context, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
        """Keep what another part answered, when it depends on the release alone: then it has an entity tag."""
        known = dict(headers)
        etag = known.get(b"etag")
        if etag is not None and known.get(b"content-length") == b"%d" % len(body) and self.service.limits.cache_bytes:
            self.service.cache.put(context.key, Kept(headers, body, etag.decode("latin-1"), 0, ""))


_PARTS = {"health": "health", "metrics": "metrics", "queries": "queries", "static": "static"}
