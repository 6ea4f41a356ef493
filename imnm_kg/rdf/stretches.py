# SPDX-License-Identifier: Apache-2.0
"""Large files in stretches that can be read side by side, each from the start of a statement to the end of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from imnm_kg.rdf.line_starts import LONG_QUOTES, SPACE, behind_an_end

__all__ = ["Stretch", "StretchStream", "stretches_of"]

_TOP = 1 << 20
_WINDOW = 1 << 16


class Stretch(NamedTuple):
    """A part of a file.

    Attributes:
        start: the place of its first byte.
        end: the place behind its last byte.
    """

    start: int
    end: int


def stretches_of(path: Path, shares: Sequence[float]) -> list[Stretch]:
    """Cut a file of Turtle, N-Triples or N-Quads at line breaks behind a full stop, into stretches.

    That they start and end between statements is certain only when all of them are read to their ends without a fault
    and none has a string in three quotes, which alone may go on over a line break (``StretchStream.is_sure``).

    Args:
        path: the file.
        shares: how long to make them, in proportion.

    Returns:
        The stretches in order; fewer where no place to cut at was found, one where such a string is soon seen.
    """
    size = path.stat().st_size
    ends = [0]
    with path.open("rb") as stream:
        top = stream.read(_TOP)
        if any(mark in top for mark in LONG_QUOTES):
            return [Stretch(0, size)]
        for number in range(1, len(shares)):
            start = max(ends[-1], int(size * sum(shares[:number]) / sum(shares)))
            stream.seek(start)
            place = _cut(stream.read(_WINDOW))
            if place is not None:
                ends.append(start + place)
    return [Stretch(*each) for each in zip(ends, [*ends[1:], size], strict=True)]


def _cut(window: bytes) -> int | None:
    """Find a line that starts a statement, behind a line that all of which is here."""
    text = window[window.find(b"\n") :]
    place = text.find(b"\n", 1)
    while 0 < place < len(text) - 1:
        if text[place + 1] not in SPACE and behind_an_end(text, place, False):
            return len(window) - len(text) + place + 1
        place = text.find(b"\n", place + 1)
    return None


class StretchStream:
    """A stretch of a file as a parser reads one."""

    def __init__(self, path: Path, stretch: Stretch, prefixes: Mapping[str, str] | None = None) -> None:
        """Open a file.

        Args:
            path: the file.
            stretch: what of it to read.
            prefixes: the namespaces by prefix that are declared before it.
        """
        self._stream = path.open("rb")
        self._stream.seek(stretch.start)
        self._left = stretch.end - stretch.start
        self._head = b"".join(f"@prefix {name}: <{iri}> .\n".encode() for name, iri in (prefixes or {}).items())
        self._before = b""
        self.is_sure = True
        """Whether nothing was read by which a line break may be a part of a string."""

    def read(self, size: int) -> bytes:
        """Read on, at most so many bytes."""
        if self._head:
            found, self._head = self._head[:size], self._head[size:]
            return found
        found = self._stream.read(min(size, self._left)) if self._left else b""
        self._left -= len(found)
        seen = self._before + found
        if any(mark in seen for mark in LONG_QUOTES):
            self.is_sure = False
        self._before = seen[-2:]
        return found

    def close(self) -> None:
        """Close the file."""
        self._stream.close()
