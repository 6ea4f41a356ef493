# SPDX-License-Identifier: Apache-2.0
"""Sort more lines than memory holds: sorted runs on the disk, which are then merged."""

from __future__ import annotations

import heapq
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Self

from imnm_kg.rdf.files import unwritable

__all__ = ["LineSorter"]

_HELD = 64 * 1024 * 1024
_OVERHEAD = 60  # bytes that a line costs beyond its own
_TOGETHER = 64  # runs that are merged at once: open files are few


class LineSorter:
    """Takes lines in any order and gives them back sorted by their bytes, each once. Use it as a context manager."""

    def __init__(self, folder: Path, held: int = _HELD) -> None:
        """Say where runs may be written.

        Args:
            folder: must exist; what is written there is gone at the end.
            held: about how many bytes are held in memory.
        """
        self._folder = folder
        self._most = held
        self._lines: set[bytes] = set()
        self._size = 0
        self._runs: list[Path] = []
        self._numbers = count()
        self._open = ExitStack()

    def __enter__(self) -> Self:
        try:
            self._path = Path(
                self._open.enter_context(tempfile.TemporaryDirectory(prefix=".sorting-", dir=self._folder))
            )
        except OSError as error:
            raise unwritable(self._folder, error) from error
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def add(self, line: bytes) -> None:
        """Take a line, with its line end and no other in it.

        Raises:
            ImnmError: ``file-unwritable``.
        """
        if line in self._lines:
            return
        self._lines.add(line)
        self._size += len(line) + _OVERHEAD
        if self._size >= self._most:
            self._runs.append(self._write(sorted(self._lines)))
            self._lines.clear()
            self._size = 0

    def _write(self, lines: Iterable[bytes]) -> Path:
        path = self._path / str(next(self._numbers))
        try:
            with path.open("wb") as stream:
                stream.writelines(lines)
        except OSError as error:
            raise unwritable(path, error) from error
        return path

    def sorted(self) -> Iterator[bytes]:
        """Yield the lines; nothing may be added any more."""
        while len(self._runs) >= _TOGETHER:
            taken, self._runs = self._runs[:_TOGETHER], self._runs[_TOGETHER:]
            self._runs.append(self._write(_merged(taken)))
            for path in taken:
                path.unlink()
        yield from _merged(self._runs, sorted(self._lines))


def _merged(runs: Iterable[Path], held: Iterable[bytes] = ()) -> Iterator[bytes]:
    last = b""
    with ExitStack() as stack:
        streams = [stack.enter_context(path.open("rb")) for path in runs]
        for line in heapq.merge(*streams, held):
            if line != last:
                yield line
            last = line
