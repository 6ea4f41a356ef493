# SPDX-License-Identifier: Apache-2.0
"""One run of a query as the server sees it: waiting, answered piece by piece, or ended by a limit."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, MutableMapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

from imnm_kg.errors import ImnmError
from imnm_kg.serve.formats import HttpError
from imnm_kg.serve.frames import HEADER, Head, unpack_head

if TYPE_CHECKING:
    from imnm_kg.serve.engine import Engine

__all__ = ["Run", "WorkerLink"]

_MOST_HELD = 1 << 20  # bytes that wait for a slow reader; the worker waits beyond that, and its time runs on

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


class Run:
    """One question on its way.

    Attributes:
        data: the job, packed.
        key: what the query is remembered by.
        client: who asks.
        receive: tells when the client has gone; None when nobody looks.
        head: how it went, once that is known.
        body: the first bytes of the answer.
        whole: whether there are no more bytes.
        dropped: whether nobody wants the answer any more.
        since: when it came, and later when it was begun.
        link: the worker that has it; None while it waits.
    """

    __slots__ = (
        "_held", "_loop", "_more", "_waiter", "body", "client", "data", "dropped", "first", "head", "key", "link",
        "receive", "since", "watcher", "whole",
    )  # fmt: skip

    def __init__(self, data: bytes, key: int | str, client: str, receive: Receive | None = None) -> None:
        self.data = data
        self.key = key
        self.client = client
        self.receive = receive
        self.head: Head | None = None
        self.body = b""
        self.whole = False
        self.dropped = False
        self.since = 0.0
        self.link: WorkerLink | None = None
        self.watcher: asyncio.Task[None] | None = None
        self._loop = asyncio.get_running_loop()
        self.first: asyncio.Future[None] = self._loop.create_future()
        self._more: deque[bytes | HttpError | None] = deque()
        self._held = 0
        self._waiter: asyncio.Future[None] | None = None

    def piece(self, kind: bytes, head: Head | None, body: bytes) -> None:
        """Take a piece from the worker."""
        if self.dropped:
            return
        if kind in (b"W", b"H"):
            self.head, self.body, self.whole = head, body, kind == b"W"
            if not self.first.done():
                self.first.set_result(None)
            return
        if body:
            self._more.append(body)
            self._held += len(body)
            if self._held > _MOST_HELD and self.link is not None:
                self.link.pause()
        if kind == b"E":
            if head is not None and head.code:
                self._more.append(_broken(head))
            else:
                self.head = head if head is not None else self.head
                self._more.append(None)
        self._wake()

    def fail(self, refusal: HttpError) -> None:
        """End it with an error."""
        if not self.first.done():
            self.first.set_exception(refusal)
        else:
            self._more.append(refusal)
            self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def rest(self) -> AsyncGenerator[bytes, None]:
        """Yield what comes after the first bytes.

        Raises:
            HttpError: when a limit ends it; the client must not take what it has for the whole.
        """
        while not self.whole:
            while not self._more:
                self._waiter = self._loop.create_future()
                await self._waiter
            piece = self._more.popleft()
            if isinstance(piece, HttpError):
                raise piece
            if piece is None:
                return
            self._held -= len(piece)
            if self._held <= _MOST_HELD and self.link is not None:
                self.link.resume()
            yield piece


_BROKEN = {
    error.code: error
    for error in (
        ImnmError(
            "result-too-large", "the result is larger than a limit, and was cut off", "ask with LIMIT and OFFSET"
        ),
        ImnmError("query-memory", "the query needed too much memory, and was ended", "ask for less at once"),
        ImnmError("format-unfit", "the form cannot hold the rest of the result", "ask for another form"),
        ImnmError("query-failed", "the query failed, and its result was cut off", "mend the query"),
    )
}


def _broken(head: Head) -> HttpError:
    return HttpError(head.status, _BROKEN.get(head.code, _BROKEN["query-failed"]))


class WorkerLink(asyncio.Protocol):
    """The server's end of the connection to one worker.

    Attributes:
        pid: the worker's process.
        kind: ``fast`` or ``slow``.
        runs: what it is at, and what it has been given to do next.
        spoiled: whether it has been given what others do by now; it is ended after what it is at.
        seen: the run that it was at when it was last looked at.
        used: the processor's time that it had used when it was first seen at that run.
        retired: whether it is to get nothing more.
        answered: how many runs it has ended.
    """

    __slots__ = (
        "_buffer", "_engine", "_paused", "_transport", "answered", "kind", "pid", "retired", "runs", "seen", "spoiled",
        "used",
    )  # fmt: skip

    def __init__(self, pid: int, kind: str, engine: Engine) -> None:
        self.pid = pid
        self.kind = kind
        self.runs: deque[Run] = deque()
        self.spoiled = False
        self.retired = False
        self.seen: Run | None = None
        self.used = 0.0
        self.answered = 0
        self._engine = engine
        self._buffer = b""
        self._paused = False
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none by inheritance

    def begin(self, runs: list[Run]) -> None:
        """Send it jobs, all at once: to wake a process takes longer than a lookup."""
        assert self._transport is not None
        for run in runs:
            run.link = self
        self.runs.extend(runs)
        self._transport.write(runs[0].data if len(runs) == 1 else b"".join([run.data for run in runs]))

    def data_received(self, data: bytes) -> None:
        """Take apart what the worker sends."""
        if self._buffer:
            data = self._buffer + data
        at, size = 0, len(data)
        while size - at >= HEADER.size:
            kind, head_length, body_length = HEADER.unpack_from(data, at)
            body_at = at + HEADER.size + head_length
            if size < body_at + body_length:
                break
            try:
                head = unpack_head(data[at + HEADER.size : body_at]) if head_length else None
            except ValueError:  # it is out of its mind
                self._engine.kill(self)
                return
            at = body_at + body_length
            if not self.runs:  # what it still does is done by others
                continue
            run = self.runs[0]
            run.piece(kind, head, data[body_at:at])
            if kind in (b"W", b"E"):
                self.runs.popleft()
                self.answered += 1
                self._engine.finished(self, run, head)
        self._buffer = data[at:]

    def connection_lost(self, _exc: Exception | None) -> None:
        """Leave it to the keeper to say what became of it."""
        self._engine.lost(self)

    def pause(self) -> None:
        """Take nothing more from the worker for now."""
        if not self._paused and self._transport is not None:
            self._paused = True
            self._transport.pause_reading()

    def resume(self) -> None:
        """Take more again."""
        if self._paused and self._transport is not None:
            self._paused = False
            with suppress(RuntimeError):
                self._transport.resume_reading()

    def close(self) -> None:
        """Let the worker end by itself."""
        self.retired = True
        if self._transport is not None:
            self._transport.close()
