# SPDX-License-Identifier: Apache-2.0
"""The program ``imnm-kg``: starts and ends as lightly as can be, for start-up is felt on every call.

Half of the time of ``imnm-kg query`` is the loading of the release, the other half the loading of modules. Both
run at once when the first begins before the second, so this module imports next to nothing.
"""

from __future__ import annotations

import gc
import os
import sys

TYPE_CHECKING = False  # as typing has it, without the time that typing takes
if TYPE_CHECKING:
    from typing import Any

__all__ = ["entry", "take"]

# folder: the store, a lock that is free when it is loaded, and what went wrong
_started: dict[str, tuple[Any, Any, list[Exception]]] = {}


def entry() -> None:
    """Run the command line as a program of its own; does not return."""
    if sys.stdout is None or sys.stderr is None:  # closed by the caller: nothing can be said
        os._exit(2)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure") and (stream.encoding or "").lower().replace("-", "") != "utf8":
            stream.reconfigure(errors="backslashreplace")  # a quote may have what a code page has not
    gc.disable()  # until a command with real work starts; collecting while modules load costs 3 ms
    words = sys.argv[1:]
    if words[:1] == ["query"] and not any(word.startswith(("--list", "--show", "--endpoint", "-h")) for word in words):
        _start(_release_of(words))
    from imnm_kg.cli.main import main

    code = main()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        code = code or 2
    os._exit(code)  # taking the store apart piece by piece would take 6 ms


def _release_of(words: list[str]) -> str | None:
    """Guess which release is meant; a wrong guess costs nothing but its work, for ``take`` compares."""
    for number, word in enumerate(words):
        if word.startswith("--release="):
            return word.partition("=")[2]
        if word == "--release" and number + 1 < len(words):
            return words[number + 1]
    packaged = os.path.join(os.path.dirname(os.path.dirname(__file__)), "_data", "release")  # noqa: PTH118, PTH120
    return next((path for path in ("release", packaged) if os.path.isfile(f"{path}/imnm.ttl")), None)  # noqa: PTH113


def _start(folder: str | None) -> None:
    path = f"{folder}/imnm.ttl"
    if folder is None or not os.path.isfile(path):  # noqa: PTH113
        return
    import _thread  # the threading module takes longer to import than it is worth here

    from pyoxigraph import RdfFormat, Store

    store, done = Store(), _thread.allocate_lock()
    errors: list[Exception] = []

    def load() -> None:
        try:
            store.load(path=path, format=RdfFormat.TURTLE, lenient=True)
        except (SyntaxError, OSError) as error:
            errors.append(error)
        finally:
            done.release()

    done.acquire()
    _thread.start_new_thread(load, ())
    _started[os.path.realpath(folder)] = (store, done, errors)


def take(folder: str) -> Any:
    """Return the store of a release that began to load early, or nothing when it did not or failed."""
    started = _started.pop(os.path.realpath(folder), None)
    if started is None:
        return None
    store, done, errors = started
    done.acquire()
    return None if errors else store  # what failed is loaded once more, by what tells the error well
