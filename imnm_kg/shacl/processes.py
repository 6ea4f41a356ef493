# SPDX-License-Identifier: Apache-2.0
"""Work in processes of their own, which begin with all that this one has and give back bytes."""

from __future__ import annotations

import _thread
import os
import sys
from collections.abc import Callable
from contextlib import suppress

__all__ = ["Process", "Turns", "may_fork", "processors"]

_MOST = 4  # what the processes give back is put together by one
_BLOCK = 1 << 20


def processors() -> int:
    """Give how many processes are worth having: one a processor that this one may run on, four at most."""
    there = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    return min(_MOST, there)


def may_fork() -> bool:
    """Tell whether a process may have a copy of itself: not beside other threads, nor where the system advises not."""
    return hasattr(os, "fork") and sys.platform != "darwin" and not _thread._count()


class Process:
    """A function that runs in a copy of this process."""

    def __init__(self, work: Callable[[], bytes]) -> None:
        """Start it; an error in it is told by nobody, and its result is none."""
        self._pipe, write = os.pipe()
        self._id = os.fork()
        if self._id:
            os.close(write)
            return
        code = 1
        with suppress(BaseException):
            os.close(self._pipe)
            left = memoryview(work())
            while left:
                left = left[os.write(write, left) :]
            code = 0
        os._exit(code)

    def result(self) -> bytes | None:
        """Wait for what it gives; none where it failed."""
        pieces: list[bytes] = []
        while piece := os.read(self._pipe, _BLOCK):
            pieces.append(piece)
        return b"".join(pieces) if self._wait() == 0 else None

    def end(self) -> None:
        """Stop it where it has not given its result."""
        if self._id:
            from signal import SIGKILL  # not every system has it, nor is it often needed

            os.kill(self._id, SIGKILL)
            self._wait()

    def _wait(self) -> int:
        os.close(self._pipe)
        status = os.waitpid(self._id, 0)[1]
        self._id = 0
        return os.waitstatus_to_exitcode(status)


class Turns:
    """Numbers from 0 that several processes take in turn, each number once."""

    _SIZE = 2
    _MOST = 1 << 15

    def __init__(self, count: int) -> None:
        """Lay out the numbers below a count, or as many of them as the system has room for."""
        self._pipe, write = os.pipe()
        os.set_blocking(write, False)
        with suppress(BlockingIOError):
            os.write(write, b"".join(number.to_bytes(self._SIZE, "big") for number in range(min(count, self._MOST))))
        os.close(write)

    def take(self) -> int | None:
        """Take the next number; none when all are taken."""
        found = os.read(self._pipe, self._SIZE)
        return int.from_bytes(found, "big") if found else None

    def close(self) -> None:
        """Let go of it in this process."""
        os.close(self._pipe)
