# SPDX-License-Identifier: Apache-2.0
"""What all parts of the site share: it has questions answered and sends the answers.

A part gets it as ``request.app.state.service``. ``answer`` sends an answer in whatever form the client wants, with
entity tag, compression and limits; ``run`` gives the whole of one to who wants to show it in a page.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import aclosing
from email.utils import parsedate_to_datetime
from math import ceil
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple

from imnm_kg.serve.cache import Cache, Kept
from imnm_kg.serve.clients import RateLimit
from imnm_kg.serve.context import Context, context_of
from imnm_kg.serve.engine import Engine
from imnm_kg.serve.errors import problem
from imnm_kg.serve.formats import HttpError
from imnm_kg.serve.frames import Head, Job, pack_job
from imnm_kg.serve.journal import Journal
from imnm_kg.serve.run import Run
from imnm_kg.serve.worker import Served

if TYPE_CHECKING:
    from typing import TextIO

    from imnm_kg.serve.limits import Limits
    from imnm_kg.serve.site import Site

__all__ = ["COMMON", "CutOffError", "Reply", "Service"]

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

COMMON = [
    (b"access-control-allow-origin", b"*"),
    (b"x-content-type-options", b"nosniff"),
    (b"vary", b"Accept, Accept-Encoding"),
]
"""Headers of every answer that holds data."""

_PENALTIES = {"query-crash": 20.0, "query-memory": 10.0, "query-time": 10.0}  # requests that such a query counts for
_WAITS = {"server-busy": 2, "rate-limit": 1}


class CutOffError(Exception):
    """An answer was begun and cannot be ended; the connection is closed so that the client sees it."""


class Reply(NamedTuple):
    """The whole of an answer.

    Attributes:
        status: of HTTP.
        media_type: the value of ``Content-Type``.
        body: the answer, or a problem.
        rows: rows or triples.
    """

    status: int
    media_type: str
    body: bytes
    rows: int


class Service:
    """Answers questions about one site.

    Attributes:
        site: what is served.
        limits: what may be used.
        engine: the workers.
        cache: the answers that are kept.
        journal: the log and the counts.
        rates: the clients' shares.
    """

    def __init__(self, site: Site, limits: Limits, log: TextIO | None = None) -> None:
        self.site = site
        self.limits = limits
        self.journal = Journal(log)
        served = Served(site.store, site.prefixes, site.digest, f"{site.base}/sparql")
        self.engine = Engine(served, limits, lambda text: self.journal.event("engine", text=text))
        self.cache = Cache(limits.cache_bytes)
        self.rates = RateLimit(limits.rate, limits.burst)
        self._modified = site.last_modified.encode()

    def etag(self, tag: str, gzip: bool) -> str:
        """Return the entity tag of a form of an answer."""
        return f'"{self.site.digest}-{tag}{"-gzip" if gzip else ""}"'

    def known(self, context: Context) -> str:
        """Return what the client has of this release: its ``If-None-Match``, or ``*`` for a date that is no older."""
        said = context.known
        if said or context.method not in ("GET", "HEAD"):
            return said if said.strip() != "*" else "*"
        since = context.headers.get(b"if-modified-since")
        if since is None:
            return ""
        try:
            return "*" if parsedate_to_datetime(since.decode("latin-1")) >= self.site.modified else ""
        except (ValueError, TypeError):
            return ""

    # -- asking

    async def run(self, job: Job, key: int | str, client: str) -> Reply:
        """Have a question answered and gather the whole answer; errors are answers as well."""
        run = Run(pack_job(job), key, client)
        try:
            await self.engine.ask(run)
            pieces = [run.body]
            async with aclosing(run.rest()) as rest:
                async for piece in rest:
                    pieces.append(piece)
        except HttpError as refusal:
            self._charge(client, refusal.code)
            return Reply(refusal.status, "application/problem+json", problem(refusal), 0)
        except asyncio.CancelledError:
            self.engine.cancel(run)
            raise
        assert run.head is not None
        return Reply(run.head.status, run.head.media_type, b"".join(pieces), run.head.rows)

    async def answer(self, scope: Scope, receive: Receive, send: Send, job: Job, key: int | str, part: str) -> None:
        """Have a question answered and send the answer as the client wants it.

        Args:
            scope: of the request.
            receive: of the request, its body read.
            send: of the request.
            job: what is asked; the form is the client's choice.
            key: what the query is remembered by: its own hash, or the name of a stored one.
            part: the part of the site, for the log.
        """
        context = context_of(scope, self.limits)
        known = self.known(context) if context.method in ("GET", "HEAD") else ""
        job = job._replace(accept=context.accept, gzip=context.gzip, known=known)
        run = Run(pack_job(job), key, context.client, receive)
        try:
            await self.engine.ask(run)
        except HttpError as refusal:
            self._charge(context.client, refusal.code)
            if refusal.code != "client-gone":
                await self.refuse(context, send, refusal, part)
            return
        head = run.head
        assert head is not None
        headers = self._headers(head)
        if run.whole:
            headers.append((b"content-length", b"%d" % len(run.body)))
            if head.status == 200 and head.tag and context.method == "GET" and self.limits.cache_bytes:
                etag = self.etag(head.tag, head.gzip)
                self.cache.put(context.key, Kept(headers, run.body, etag, head.rows, head.query))
            await self._send(send, head.status, headers, run.body)
            self._charge(context.client, head.code)
        else:
            await self._stream(send, run, headers, context, part)
        self.log(context, part, head.status, (run.head or head).rows, head.query, head.code)

    async def send_kept(self, context: Context, send: Send, kept: Kept, part: str) -> int:
        """Send an answer that was kept; returns the status."""
        self.journal.kept += 1
        known = (
            self.known(context)
            if b"if-none-match" in context.headers or b"if-modified-since" in context.headers
            else ""
        )
        if known and (known == "*" or kept.etag in known):
            headers = [header for header in kept.headers if header[0] not in (b"content-length", b"content-type")]
            await self._send(send, 304, headers, b"")
            self.log(context, part, 304, 0, kept.query)
            return 304
        await self._send(send, 200, kept.headers, kept.body)
        self.log(context, part, 200, kept.rows, kept.query)
        return 200

    async def refuse(self, context: Context, send: Send, refusal: HttpError, part: str, retry: float = 0.0) -> None:
        """Send an error as a problem, and write it to the log."""
        body = problem(refusal)
        headers = [
            (b"content-type", b"application/problem+json"),
            (b"content-length", b"%d" % len(body)),
            (b"cache-control", b"no-store"),
            *COMMON,
        ]
        if refusal.code in _WAITS:
            headers.append((b"access-control-expose-headers", b"Retry-After"))
            headers.append((b"retry-after", b"%d" % max(_WAITS[refusal.code], ceil(retry))))
        await self._send(send, refusal.status, headers, body)
        self.log(context, part, refusal.status, 0, "", refusal.code)

    # -- sending

    def _headers(self, head: Head) -> list[tuple[bytes, bytes]]:
        headers = [*COMMON]
        if head.status != 304:
            headers.append((b"content-type", head.media_type.encode("latin-1")))
        if head.gzip:
            headers.append((b"content-encoding", b"gzip"))
        if head.tag and head.status in (200, 304):
            headers.append((b"etag", self.etag(head.tag, head.gzip).encode()))
            headers.append((b"last-modified", self._modified))
            headers.append((b"cache-control", b"no-cache"))
        else:
            headers.append((b"cache-control", b"no-store"))
        return headers

    async def _send(self, send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _stream(
        self, send: Send, run: Run, headers: list[tuple[bytes, bytes]], context: Context, part: str
    ) -> None:
        seconds = self.limits.send_seconds
        head = run.head
        assert head is not None
        try:
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            if context.method == "HEAD":
                self.engine.cancel(run)
                await send({"type": "http.response.body", "body": b""})
                return
            await asyncio.wait_for(send({"type": "http.response.body", "body": run.body, "more_body": True}), seconds)
            async with aclosing(run.rest()) as rest:
                async for piece in rest:
                    await asyncio.wait_for(
                        send({"type": "http.response.body", "body": piece, "more_body": True}), seconds
                    )
            await send({"type": "http.response.body", "body": b""})
        except (HttpError, TimeoutError, OSError) as error:
            self.engine.cancel(run)
            code = error.code if isinstance(error, HttpError) else "client-gone"
            self._charge(context.client, code)
            self.log(context, part, 200, 0, head.query, code)
            raise CutOffError(code) from error
        except asyncio.CancelledError:
            self.engine.cancel(run)
            raise

    # -- noting

    def _charge(self, client: str, code: str) -> None:
        if code in _PENALTIES:
            self.rates.wait(client, _PENALTIES[code])

    def log(self, context: Context, part: str, status: int, rows: int = 0, query: str = "", code: str = "") -> None:
        """Write a request to the log, once."""
        if not context.logged:
            context.logged = True
            seconds = perf_counter() - context.started
            self.journal.request(part, context.method, status, seconds, context.client, rows, query, code)
