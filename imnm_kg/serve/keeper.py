# SPDX-License-Identifier: Apache-2.0
"""The keeper: a process with one thread that holds the graph, forks workers from it and buries them.

The server cannot do this itself: it has threads and connections, which a fork would copy. The keeper has neither, so
a new worker costs a few milliseconds and shares the graph's memory.
"""

from __future__ import annotations

import ctypes
import gc
import os
import select
import signal
import socket
import stat
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn

from imnm_kg.serve.worker import work

if TYPE_CHECKING:
    from typing import IO

    from imnm_kg.serve.limits import Limits
    from imnm_kg.serve.worker import Served

__all__ = ["start_keeper"]

_PR_SET_PDEATHSIG = 1
_SLOW_NICE = 15


def start_keeper(served: Served, limits: Limits) -> tuple[int, socket.socket]:
    """Fork the keeper.

    Returns:
        Its process id and the socket to talk to it: it takes ``fast``, ``slow``, ``kill PID`` and ``nice PID``, and
        tells ``worker PID KIND`` with the worker's socket, and ``dead PID SIGNAL REASON``.
    """
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    sys.stdout.flush()
    sys.stderr.flush()
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        _run(_keep, parent, theirs, served, limits)
    theirs.close()
    return pid, ours


def _run(body: object, parent: int, *arguments: object) -> NoReturn:
    """Run the body of a new process to its end; never return into what it was forked from."""
    code = 1
    try:
        _die_with(parent)
        body(*arguments)  # type: ignore[operator]
        code = 0
    except BaseException as error:
        with suppress(OSError):
            os.write(2, f"{type(error).__name__}: {error}\n".encode()[:500])  # a traceback would open files
        raise
    finally:
        os._exit(code)


def _die_with(parent: int) -> None:
    """Have the system end this process when its parent ends, however it does."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # for the group: it is the server that stops in good order
    signal.set_wakeup_fd(-1)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _close_all_but(kept: socket.socket) -> None:
    """Close all other sockets.

    Pipes and the like stay: the event loop's library closes its own again in every fork, by number, and would
    close what has the number by then.
    """
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208
        number = int(name)
        with suppress(OSError):
            if number > 2 and number != kept.fileno() and stat.S_ISSOCK(os.fstat(number).st_mode):
                os.close(number)


def _keep(control: socket.socket, served: Served, limits: Limits) -> None:
    _close_all_but(control)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)  # standard error stays: the system's own last words go there
    os.close(null)
    gc.freeze()  # so that the workers' collectors do not touch, and so copy, what they share
    signal.signal(signal.SIGCHLD, lambda *_: None)
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing)
    workers: dict[int, IO[bytes]] = {}
    try:
        while True:
            sources: list[socket.socket | int] = [control, reading]
            ready = select.select(sources, [], [])[0]
            if reading in ready:
                with suppress(BlockingIOError):
                    os.read(reading, 4096)
                _bury(workers, control)
            if control in ready:
                order = control.recv(256).decode("ascii")
                if not order:  # the server has gone
                    return
                _obey(order, workers, control, served, limits)
    except ConnectionError:
        return
    finally:
        for pid in workers:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for pid in workers:
            with suppress(ChildProcessError):
                os.waitpid(pid, 0)


def _obey(order: str, workers: dict[int, IO[bytes]], control: socket.socket, served: Served, limits: Limits) -> None:
    verb, _, number = order.partition(" ")
    if verb in ("fast", "slow"):
        _fork(verb, workers, control, served, limits)
    elif (pid := int(number)) in workers:  # not yet buried, so the number is still the worker's
        if verb == "kill":
            os.kill(pid, signal.SIGKILL)
        else:
            os.setpriority(os.PRIO_PROCESS, pid, _SLOW_NICE)


def _fork(kind: str, workers: dict[int, IO[bytes]], control: socket.socket, served: Served, limits: Limits) -> None:
    ours, theirs = socket.socketpair()
    last_words = os.fdopen(os.memfd_create("last-words"), "w+b", buffering=0)  # the disk may be read-only
    keeper = os.getpid()
    try:
        pid = os.fork()
    except OSError:  # no process or memory to be had: the server asks again
        for each in (ours, theirs, last_words):
            each.close()
        control.send(b"none 0 %s" % kind.encode())
        return
    if pid == 0:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.dup2(last_words.fileno(), 2)
        _run(_become_worker, keeper, theirs, kind, served, limits)
    theirs.close()
    workers[pid] = last_words
    socket.send_fds(control, [f"worker {pid} {kind}".encode()], [ours.fileno()])
    ours.close()


def _become_worker(connection: socket.socket, kind: str, served: Served, limits: Limits) -> None:
    _close_all_but(connection)
    if kind == "slow":
        os.setpriority(os.PRIO_PROCESS, 0, _SLOW_NICE)
    work(connection, served, limits)


def _bury(workers: dict[int, IO[bytes]], control: socket.socket) -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        last_words = workers.pop(pid)
        with last_words:
            last_words.seek(0)
            said = last_words.read(2000)
        ended_by = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        memory = b"memory allocation" in said or b"MemoryError" in said or b"capacity overflow" in said
        reason = "memory" if memory else "time" if ended_by == signal.SIGALRM else "crash"
        words = " ".join(said.decode("utf-8", "replace").split())[-200:]
        control.send(f"dead {pid} {ended_by} {reason} {words}".encode())
