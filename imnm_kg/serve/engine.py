# SPDX-License-Identifier: Apache-2.0
"""The engine: gives questions to workers, quick ones first, and ends those that break a limit.

Every query begins with a quick worker. One that takes longer than ``Limits.quick`` becomes a slow one: its worker
gets a low priority and a new quick worker is forked in its place; when there are slow ones enough, it is ended and
waits for its turn. What was slow once goes to the slow workers at once, so nobody waits behind it.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import time
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING

from imnm_kg.errors import ImnmError
from imnm_kg.serve.formats import HttpError
from imnm_kg.serve.keeper import start_keeper
from imnm_kg.serve.lanes import Lanes
from imnm_kg.serve.run import Run, WorkerLink

if TYPE_CHECKING:
    from collections.abc import Callable

    from imnm_kg.serve.frames import Head
    from imnm_kg.serve.limits import Limits
    from imnm_kg.serve.worker import Served

__all__ = ["Engine"]

_TICK = 0.02
_AHEAD, _FEW = 16, 4  # jobs that a worker is given ahead, and how few are not shared out
_GRACE = 2.0  # seconds after its time for a worker whose own timer did not end it
_BLOCKED = 10  # times its time after which a query is slow whatever it uses: it waits for its reader
_OF_A_PROCESS = 2  # with the process's id in the other bits, a clock of Linux: the time that it has used
_TURNS = 20_000  # answers after which a worker is replaced, for memory comes apart in small pieces
_CAUSES = {
    "time": ("query-time", 503),
    "memory": ("query-memory", 503),
    "crash": ("query-crash", 500),
}


def _busy() -> HttpError:
    return HttpError(503, ImnmError("server-busy", "too many queries wait already", "ask again in a moment"))


class Engine:
    """Workers and those who wait for them.

    Attributes:
        lanes: what is remembered of queries and clients.
        deaths: how many workers died, by reason.
    """

    def __init__(self, served: Served, limits: Limits, note: Callable[[str], None] = lambda _: None) -> None:
        self._served, self._limits, self._note = served, limits, note
        self.lanes = Lanes()
        self.deaths = {"time": 0, "memory": 0, "crash": 0}
        self._links: dict[int, WorkerLink] = {}
        self._ordered = {"fast": 0, "slow": 0}
        self._waiting: dict[str, deque[Run]] = {"fast": deque(), "slow": deque()}
        self._dying: dict[int, Run] = {}
        self._running = 0
        self._keeper = 0
        self._control: socket.socket | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ticking = False
        self._dispatching = False
        self._tasks: set[asyncio.Task[None]] = set()

    # -- life

    def start(self) -> None:
        """Fork the keeper and the first workers; within the event loop, and before there are threads if possible."""
        if self._control is not None:
            return
        self._loop = asyncio.get_running_loop()
        self._keeper, self._control = start_keeper(self._served, self._limits)
        self._control.setblocking(False)
        self._loop.add_reader(self._control.fileno(), self._hear)
        self._fill()

    async def stop(self) -> None:
        """End the keeper and, by it, the workers; nothing is left behind."""
        control, self._control = self._control, None
        if control is None or self._loop is None:
            return
        self._loop.remove_reader(control.fileno())
        control.close()
        for link in self._links.values():
            link.close()
        for _ in range(200):
            with suppress(ChildProcessError):
                if os.waitpid(self._keeper, os.WNOHANG)[0] == 0:
                    await asyncio.sleep(0.02)
                    continue
            return
        with suppress(ProcessLookupError, ChildProcessError):
            os.kill(self._keeper, signal.SIGKILL)  # its workers die with it
            os.waitpid(self._keeper, 0)

    @property
    def load(self) -> dict[str, int]:
        """How many workers of each kind there are, and how many questions run and wait."""
        slow = sum(link.kind == "slow" for link in self._links.values())
        return {
            "workers": len(self._links) - slow,
            "slow_workers": slow,
            "running": self._running,
            "waiting": len(self._waiting["fast"]),
            "slow_waiting": len(self._waiting["slow"]),
        }

    # -- questions

    async def ask(self, run: Run) -> Run:
        """Have a question answered; returns when the first bytes of the answer are there.

        Raises:
            HttpError: 503 when too many wait, and what became of a query that broke a limit.
        """
        assert self._loop is not None, "the engine was not started"
        now = run.since = self._loop.time()
        if (refused := self.lanes.refused(run.key, now)) is not None:
            raise refused
        if self.lanes.is_slow(run.key, run.client, now):
            self._wait_slow(run)
        elif len(self._waiting["fast"]) >= self._limits.queue:
            raise _busy()
        else:
            self._waiting["fast"].append(run)
            self._dispatch_soon()
        if not self._ticking:
            self._ticking = True
            self._loop.call_later(_TICK, self._tick)
        try:
            await run.first
        except asyncio.CancelledError:
            self.cancel(run)
            raise
        return run

    def cancel(self, run: Run) -> None:
        """End a run that nobody waits for any more; does nothing when it is over."""
        run.dropped = True
        if run.watcher is not None:
            run.watcher.cancel()
        for waiting in self._waiting.values():
            with suppress(ValueError):
                waiting.remove(run)
        if run.link is not None and run.link.runs and run.link.runs[0] is run:
            self.kill(run.link)

    def _dispatch_soon(self) -> None:
        """Give out what waits when all requests that have just come are read."""
        if not self._dispatching and self._loop is not None:
            self._dispatching = True
            self._loop.call_soon(self._dispatch)

    def _dispatch(self) -> None:
        assert self._loop is not None
        self._dispatching = False
        waiting = self._waiting["fast"]
        free = [link for link in self._links.values() if link.kind == "fast" and len(link.runs) < _AHEAD]
        free.sort(key=lambda link: len(link.runs))
        for number, link in enumerate(free):
            # A few are for one worker: the other would be woken for nothing.
            share = max(_FEW, -(-len(waiting) // (len(free) - number)))
            runs: list[Run] = []
            while waiting and len(runs) < min(share, _AHEAD - len(link.runs)):
                run = waiting.popleft()
                if not run.first.done():  # else it has given up
                    runs.append(run)
            if not runs:
                return
            self._begin(link, runs)

    def _begin(self, link: WorkerLink, runs: list[Run]) -> None:
        assert self._loop is not None
        now = self._loop.time()
        for run in runs:
            run.since = now
        self._running += len(runs)
        link.begin(runs)

    def _take_back(self, link: WorkerLink) -> None:
        """Take from a worker what it has not begun, for others to do."""
        if len(link.runs) > 1:
            link.spoiled = True
            while len(link.runs) > 1:
                run = link.runs.pop()
                run.link = None
                self._running -= 1
                if not run.dropped:
                    self._waiting["fast"].appendleft(run)
            self._dispatch_soon()

    def _wait_slow(self, run: Run) -> None:
        if len(self._waiting["slow"]) >= self._limits.queue:
            run.fail(_busy())
            return
        self._waiting["slow"].append(run)
        self._watch(run)
        if self._slow < self._limits.slow_workers:
            self._order("slow")

    def _watch(self, run: Run) -> None:
        """From now on look whether the client is still there; for a quick query that would cost more than it saves."""
        if run.receive is None or run.watcher is not None:
            return
        run.watcher = asyncio.ensure_future(self._until_gone(run))
        self._tasks.add(run.watcher)
        run.watcher.add_done_callback(self._tasks.discard)

    async def _until_gone(self, run: Run) -> None:
        assert run.receive is not None
        while (await run.receive())["type"] != "http.disconnect":
            pass
        run.watcher = None
        self.cancel(run)
        run.fail(HttpError(503, ImnmError("client-gone", "the client has gone", "ask again")))

    # -- what the workers tell

    def finished(self, link: WorkerLink, run: Run | None, head: Head | None) -> None:
        """Give a worker that is through its next job."""
        assert self._loop is not None
        self._running -= 1
        if run is not None:
            run.link = None
            if run.watcher is not None:
                run.watcher.cancel()
            if head is not None and head.code in ("result-too-large", "query-memory"):
                self.lanes.was_slow(run.key, run.client, self._loop.time())
            elif link.kind == "fast":
                self.lanes.was_quick(run.key)
        if link.retired:
            return
        if link.answered >= _TURNS and not link.runs and link.kind == "fast":
            self._retire(link)
            self._fill()
            return
        if link.spoiled:
            self.kill(link)
            return
        if link.kind == "fast":
            if link.runs:
                link.runs[0].since = self._loop.time()
            if self._waiting["fast"] and len(link.runs) <= _AHEAD // 2:
                self._dispatch_soon()
            return
        waiting = self._waiting["slow"]
        while waiting:
            following = waiting.popleft()
            if not following.first.done():
                self._begin(link, [following])
                return
        self._retire(link)  # its priority cannot be raised again

    def _retire(self, link: WorkerLink) -> None:
        self._links.pop(link.pid, None)
        link.close()

    def lost(self, link: WorkerLink) -> None:
        """Remember what a worker was at whose connection ended; the keeper says why."""
        if self._links.pop(link.pid, None) is None:
            return  # it was meant to end
        born_dead = not link.runs and not link.answered
        self._take_back(link)
        if link.runs:
            self._running -= 1
            self._dying[link.pid] = link.runs.popleft()
        if born_dead:  # it died as it was born: do not fork as fast as can be
            assert self._loop is not None
            self._loop.call_later(0.5, self._fill)
        else:
            self._fill()

    def kill(self, link: WorkerLink) -> None:
        """End a worker at once."""
        self._take_back(link)
        if link.runs:
            self._running -= 1
            link.runs.popleft().link = None
        self._links.pop(link.pid, None)
        link.close()
        self._tell(f"kill {link.pid}")
        self._fill()

    # -- the keeper

    def _tell(self, order: str) -> None:
        if self._control is not None:
            with suppress(OSError):
                self._control.send(order.encode())

    def _order(self, kind: str) -> None:
        self._ordered[kind] += 1
        self._tell(kind)

    @property
    def _slow(self) -> int:
        return sum(link.kind == "slow" for link in self._links.values()) + self._ordered["slow"]

    def _fill(self) -> None:
        if self._control is None:
            return
        fast = sum(link.kind == "fast" for link in self._links.values()) + self._ordered["fast"]
        for _ in range(fast, self._limits.workers):
            self._order("fast")

    def _hear(self) -> None:
        while self._control is not None:
            try:
                data, descriptors, _, _ = socket.recv_fds(self._control, 2048, 1)
            except BlockingIOError:
                return
            except OSError:
                data, descriptors = b"", []
            if not data:
                self._keeper_died()
                return
            word, number, *more = data.decode().split(" ", 4)
            if word == "worker":
                connection = socket.socket(fileno=descriptors[0])
                task = asyncio.ensure_future(self._welcome(int(number), more[0], connection))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
            elif word == "none":
                self._ordered[more[0]] -= 1
                self._note("no process could be forked")
                assert self._loop is not None
                self._loop.call_later(1.0, self._fill)
            else:
                self._died(int(number), int(more[0]), more[1], more[2] if len(more) > 2 else "")

    async def _welcome(self, pid: int, kind: str, connection: socket.socket) -> None:
        assert self._loop is not None
        link = WorkerLink(pid, kind, self)
        await self._loop.create_unix_connection(lambda: link, sock=connection)
        self._ordered[kind] -= 1
        self._links[pid] = link
        self._running += 1  # which finished() takes off again
        self.finished(link, None, None)

    def _died(self, pid: int, ended_by: int, reason: str, said: str = "") -> None:
        link = self._links.get(pid)
        if link is not None:
            self.lost(link)
            link.close()
        run = self._dying.pop(pid, None)
        if run is None:
            return
        assert self._loop is not None
        self.deaths[reason] += 1
        run.link = None
        code, status = _CAUSES[reason]
        if reason == "time":
            what = f"the query took longer than {self._limits.seconds:g} seconds and was ended"
            error = ImnmError("query-time", what, "ask for less, or in several queries")
        elif reason == "memory":
            what = f"the query needed more than {self._limits.memory >> 20:,} MiB and was ended"
            error = ImnmError("query-memory", what, "ask for less, or in several queries")
        else:
            self._note(f"a worker broke down with signal {ended_by}: {said}")
            error = ImnmError("query-crash", "the engine broke down over this query", "write it in another way")
        refusal = HttpError(status, error)
        now = self._loop.time()
        if code == "query-time":
            self.lanes.was_slow(run.key, run.client, now)
        else:
            self.lanes.was_bad(run.key, run.client, now, refusal)
        run.fail(refusal)

    def _keeper_died(self) -> None:
        """Start anew: the workers died with their keeper."""
        assert self._loop is not None
        assert self._control is not None
        self._note("the keeper of the workers died, and is started anew")
        self._loop.remove_reader(self._control.fileno())
        self._control.close()
        self._control = None
        with suppress(ChildProcessError):
            os.waitpid(self._keeper, 0)
        for pid in list(self._links):
            self.lost(self._links[pid])
        self._ordered = {"fast": 0, "slow": 0}
        for pid in list(self._dying):
            self._died(pid, 9, "crash")
        self.start()

    # -- time

    def _tick(self) -> None:
        assert self._loop is not None
        now = self._loop.time()
        for link in list(self._links.values()):
            if not link.runs:
                continue
            run = link.runs[0]
            if link.kind == "fast" and self._is_slow(link, run, now):
                self._slow_down(link, run, now)
            elif now - run.since > self._limits.seconds + _GRACE:
                self._dying[link.pid] = run
                self.kill(link)
                self._died(link.pid, 9, "time")
        for waiting in self._waiting.values():
            while waiting and now - waiting[0].since > self._limits.queue_seconds:
                waiting.popleft().fail(_busy())
        if self._running or self._waiting["fast"] or self._waiting["slow"]:
            self._loop.call_later(_TICK, self._tick)
        else:
            self._ticking = False

    def _is_slow(self, link: WorkerLink, run: Run, now: float) -> bool:
        """Tell whether a query has had more than its time: of the processor, for a busy machine is not its fault."""
        try:
            used = time.clock_gettime(~link.pid << 3 | _OF_A_PROCESS)
        except OSError:  # it has just died
            return False
        if link.seen is not run:
            link.seen, link.used = run, used
        quick = self._limits.quick
        return used - link.used > quick or now - run.since > _BLOCKED * quick

    def _slow_down(self, link: WorkerLink, run: Run, now: float) -> None:
        self.lanes.was_slow(run.key, run.client, now)
        self._take_back(link)
        slow = self._slow
        # An answer that has begun cannot be begun again: it goes on, with a worker more than there should be.
        room = self._limits.slow_workers * (2 if run.first.done() else 1)
        if slow < room:
            link.kind = "slow"
            self._tell(f"nice {link.pid}")
            self._watch(run)
            self._fill()
            return
        self.kill(link)
        if run.first.done():
            run.fail(_busy())
        else:
            run.since = now
            self._wait_slow(run)
