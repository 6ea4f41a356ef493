# SPDX-License-Identifier: Apache-2.0
"""The pool: every task is done once, a process that dies costs its task, and nothing outlives the parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from imnm_kg.errors import ImnmError, Place
from imnm_kg.operations.pool import Lost, Tick, run_pool

Work = Callable[[str, Tick], str]


def make(folder: str = "") -> Work:
    """Make what does a task in the other process; a task is a word."""

    def work(task: str, tick: Tick) -> str:
        name, _, rest = task.partition(" ")
        if name == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        if name == "leave":
            os._exit(3)
        if name == "fault":
            raise KeyError(rest)
        if name == "error":
            raise ImnmError("usage", "it is wrong", "mend it", Place("a.txt", 3))
        if name == "full":
            raise OSError(28, "No space left on device")
        if name == "note":
            (Path(folder) / rest).write_text(str(os.getpid()))
        if name == "long":
            for _ in range(600):
                time.sleep(0.05)
                tick(1, 0)
        tick(2, 1)
        return f"{task} done"

    return work


def run(tasks: list[str], workers: int, more: Callable[[str], list[str]] = lambda _: []) -> dict[str, str | Lost]:
    results: dict[str, str | Lost] = {}

    def finished(task: str, result: str | Lost) -> list[str]:
        assert task not in results
        results[task] = result
        return more(task)

    run_pool(tasks, make, workers, finished)
    return results


def test_every_task_is_done_and_may_bring_others() -> None:
    more = {"a": ["a1"], "a1": ["a2"]}
    found = run(["a", "b", "c"], 2, lambda task: more.get(task, []))
    assert found == {task: f"{task} done" for task in ("a", "b", "c", "a1", "a2")}
    assert run([], 2) == {}


@pytest.mark.slow
def test_a_process_that_dies_costs_its_task() -> None:
    found = run(["die", "a", "leave", "b", "fault here"], 2)
    assert found == {
        "a": "a done",
        "b": "b done",
        "die": Lost("its process was killed by signal 9 (perhaps for want of memory)"),
        "leave": Lost("its process ended with exit code 3"),
        "fault here": Lost("the program failed, KeyError: 'here'"),
    }


def test_one_worker_is_this_process(tmp_path: Path) -> None:
    results: dict[str, str | Lost] = {}
    ticks: list[tuple[int, int]] = []

    def finished(task: str, result: str | Lost) -> list[str]:
        results[task] = result
        return ["more"] if task == "a" else []

    tasks = ["note here", "a", "fault x"]
    run_pool(tasks, partial(make, str(tmp_path)), 1, finished, lambda *counts: ticks.append(counts))
    assert (tmp_path / "here").read_text() == str(os.getpid())
    assert list(results) == ["note here", "a", "more", "fault x"]
    assert results["fault x"] == Lost("the program failed, KeyError: 'x'")
    assert ticks == [(2, 1)] * 3


def test_an_error_ends_the_run() -> None:
    with pytest.raises(ImnmError) as caught:
        run(["error", "long"], 2)
    assert str(caught.value) == "a.txt:3: it is wrong; mend it [usage]"
    with pytest.raises(ImnmError, match="No space left on device"):
        run(["full"], 2)


def test_progress_is_told() -> None:
    ticks: list[tuple[int, int]] = []
    run_pool(["a", "b"], make, 2, lambda *_: [], lambda records, claims: ticks.append((records, claims)))
    assert [sum(column) for column in zip(*ticks, strict=True)] == [4, 2]


PARENT = """
import sys
from functools import partial
from imnm_kg.operations.pool import run_pool
from tests.operations.test_pool import make
if __name__ == "__main__":
    run_pool(["note one", "note two", "long 1", "long 2"], partial(make, sys.argv[1]), 2, lambda *_: [])
"""


@pytest.mark.slow
def test_the_processes_end_with_their_parent(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    root = Path(__file__).resolve().parents[2]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    notes = [tmp_path / "one", tmp_path / "two"]
    with subprocess.Popen([sys.executable, script, tmp_path], env=environment) as parent:
        wait_for(lambda: all(note.exists() and note.read_text() for note in notes))
        time.sleep(0.3)
        parent.kill()
    for note in notes:
        wait_for(partial(gone, int(note.read_text())))


def gone(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return True
    return state == "Z"


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "it did not happen within a minute"
        time.sleep(0.05)
