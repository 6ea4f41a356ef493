# SPDX-License-Identifier: Apache-2.0
"""A pool of processes: tasks in, results out; one that is killed costs its task and nothing else.

The pool of the standard library is not used, because it breaks as a whole when one process is killed, and because its
processes wait forever when the parent is. Here a process ends as soon as the pipe to its parent is closed.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections import deque
from collections.abc import Callable, Iterable
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeAlias, TypeVar

from imnm_kg.errors import ImnmError

if TYPE_CHECKING:
    from multiprocessing.context import SpawnProcess

__all__ = ["Lost", "Tick", "run_pool"]

_Task = TypeVar("_Task")
_Result = TypeVar("_Result")

Tick: TypeAlias = Callable[[int, int], None]
"""Is told how many records were read and claims found since it was told last."""

_EVERY = 0.5  # seconds
# What a fault of the program can raise; it costs one task.
_FAULTS = (
    ArithmeticError, AssertionError, AttributeError, LookupError, MemoryError, RuntimeError, SyntaxError, TypeError,
    ValueError,
)  # fmt: skip


class Lost(NamedTuple):
    """Instead of a result: why there is none."""

    why: str


class _Process(Generic[_Task]):
    """A process of the pool and what it is doing."""

    def __init__(self, make: Callable[[], Callable[[_Task, Tick], Any]]) -> None:
        # Neither threads nor open files are inherited, and the same happens on every system.
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.task: _Task | None = None
        self.process: SpawnProcess = context.Process(target=_serve, args=(theirs, make), daemon=True)
        self.process.start()
        theirs.close()

    def give(self, task: _Task) -> bool:
        """Give it a task; tells whether it is there to take it."""
        self.task = task
        try:
            self.connection.send(task)
        except OSError:
            return False
        return True

    def end(self, by_force: bool) -> None:
        """End it."""
        self.connection.close()
        if by_force:
            self.process.terminate()
        self.process.join(10)
        if self.process.exitcode is None:
            self.process.kill()
            self.process.join()

    def fate(self) -> str:
        """Say how it ended."""
        self.process.join(10)
        code = self.process.exitcode
        if code is not None and code < 0:
            return f"its process was killed by signal {-code}{' (perhaps for want of memory)' if code == -9 else ''}"
        return f"its process ended with exit code {code}"


def run_pool(
    tasks: Iterable[_Task],
    make: Callable[[], Callable[[_Task, Tick], _Result]],
    workers: int,
    finished: Callable[[_Task, _Result | Lost], Iterable[_Task]],
    tick: Tick = lambda _records, _claims: None,
) -> None:
    """Do tasks in several processes, in the order given as far as that is possible.

    Args:
        tasks: the tasks; they are sent to another process.
        make: is called once in each process, and returns what does a task there; sent by its name.
        workers: number of processes; with one, all is done in this process.
        finished: is told each result here, and gives the tasks that follow from it, which are done next.
        tick: is told of progress, and also that there is none, twice a second.

    Raises:
        ImnmError: what a task raised; the other processes are ended then, as they are on any other exception.
    """
    waiting = deque(tasks)
    if workers == 1:
        _do_here(waiting, make, finished, tick)
        return
    busy: dict[Connection, _Process[_Task]] = {}
    idle: list[_Process[_Task]] = []
    done = False
    try:
        while waiting or busy:
            while waiting and len(busy) < workers:
                process = idle.pop() if idle else _Process(make)
                busy[process.connection] = process
                process.give(waiting.popleft())  # if it has gone, that is seen at once below
            for connection in wait(list(busy), timeout=_EVERY):
                assert isinstance(connection, Connection)
                process = busy[connection]
                task = process.task
                assert task is not None
                try:
                    kind, value = connection.recv()
                except (EOFError, OSError):
                    del busy[connection]
                    why = process.fate()
                    process.end(by_force=True)
                    waiting.extendleft(finished(task, Lost(why)))
                    continue
                if kind == "tick":
                    tick(*value)
                    continue
                if kind == "error":
                    raise value
                del busy[connection]
                idle.append(process)
                waiting.extendleft(finished(task, value))
            tick(0, 0)
        done = True
    finally:
        for process in (*busy.values(), *idle):
            process.end(by_force=not done)


def _do_here(
    waiting: deque[_Task],
    make: Callable[[], Callable[[_Task, Tick], _Result]],
    finished: Callable[[_Task, _Result | Lost], Iterable[_Task]],
    tick: Tick,
) -> None:
    work = None
    while waiting:
        task = waiting.popleft()
        work = work or make()
        result: _Result | Lost
        try:
            result = work(task, tick)
        except _FAULTS as error:
            result = _lost(error)
        waiting.extendleft(finished(task, result))


def _lost(error: Exception) -> Lost:
    return Lost(" ".join(f"the program failed, {type(error).__name__}: {error}".split())[:300])


def _serve(connection: Connection, make: Callable[[], Callable[[Any, Tick], Any]]) -> None:
    """Do tasks until there is none any more; the whole life of a process of the pool."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; the parent ends us
    said = time.monotonic()
    records = claims = 0

    def tick(new_records: int, new_claims: int) -> None:
        nonlocal said, records, claims
        records += new_records
        claims += new_claims
        if time.monotonic() - said >= _EVERY:
            _say(connection, ("tick", (records, claims)))
            said, records, claims = time.monotonic(), 0, 0

    work = None
    while True:
        try:
            task = connection.recv()
        except (EOFError, OSError):
            return
        try:
            if work is None:
                work = make()
            answer: tuple[str, object] = ("done", work(task, tick))
        except ImnmError as error:
            answer = ("error", error)
        except OSError as error:
            what = f"the system refused: {error.strerror or error}"
            answer = ("error", ImnmError("file-unwritable", what, "make room, or check where the output goes"))
        except _FAULTS as error:
            answer = ("done", _lost(error))
        if records or claims:
            _say(connection, ("tick", (records, claims)))
            records = claims = 0
        _say(connection, answer)


def _say(connection: Connection, message: tuple[str, Any]) -> None:
    try:
        connection.send(message)
    except OSError:
        os._exit(1)  # the parent has gone, and with it whoever wants to know
