# SPDX-License-Identifier: Apache-2.0
"""Stretches of a text without the white space around them, quick on texts of any size."""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["line_spans", "stripped"]

_SPACE = re.compile(r"\s*")
_PIECE = 4096


def stripped(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a stretch of a text without the white space at its ends; an empty one lies at ``end``."""
    found = _SPACE.match(text, start, end)
    start = found.end() if found else start
    while start < end:
        begin = max(start, end - _PIECE)
        kept = len(text[begin:end].rstrip())
        end = begin + kept
        if kept:
            break
    return start, end


def line_spans(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the lines of a stretch, each without its line feed, empty ones too."""
    while start < end:
        stop = text.find("\n", start, end)
        stop = end if stop < 0 else stop
        yield start, stop
        start = stop + 1
