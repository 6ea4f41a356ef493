# SPDX-License-Identifier: Apache-2.0
"""Short forms that a text defines itself: "inclusion body myositis (IBM)", as Schwartz and Hearst find them.

Schwartz AS, Hearst MA: A simple algorithm for identifying abbreviation definitions in biomedical text (2003).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

__all__ = ["Definition", "definitions"]

_BRACKETS = re.compile(r"\(([^()]{2,60})\)")
_OTHERS = re.compile(r"[;,]|\bor\b")
_SHORT = re.compile(r"[A-Za-z0-9][\w+\-/αβγδκλ]{0,11}$")
_WORD = re.compile(r"[\w'’+\-/]+")


class Definition(NamedTuple):
    """A short form with the place of it and of its long form; code points, half-open."""

    short: str
    short_start: int
    short_end: int
    long_start: int
    long_end: int


def definitions(text: str, wanted: Callable[[str, int, int], bool] | None = None) -> Iterator[Definition]:
    """Yield what the text defines in brackets behind the long form, in order.

    Args:
        text: the text.
        wanted: given a short form, where it stands, and where the words before the brackets end, tells whether to
            look for its long form among them; by default all are looked for.
    """
    for found in _BRACKETS.finditer(text):
        inner = found.group(1)
        if inner == inner.lower():
            continue  # figures, a remark
        inner = _OTHERS.split(inner, 1)[0].strip().strip("\"“”'’")
        short = inner[:-1] if inner.endswith("s") and inner[:-1].isupper() else inner
        if not _SHORT.match(short) or not any(letter.isupper() for letter in short):
            continue
        at = text.index(inner, found.start(1))
        if wanted is not None and not wanted(short, at, len(text[: found.start()].rstrip())):
            continue
        words = list(_WORD.finditer(text, max(0, found.start() - 160), found.start()))
        limit = min(len(short) + 5, 2 * len(short) + 1)
        if not words or text[words[-1].end() : found.start()].strip():
            continue
        start = _long_start(text, words[-limit:][0].start(), found.start(), short)
        if start is not None and len(text[start : found.start()].strip()) > len(short):
            yield Definition(short, at, at + len(inner), start, found.start() - _trailing(text, start, found.start()))


def _trailing(text: str, start: int, end: int) -> int:
    return end - start - len(text[start:end].rstrip())


def _long_start(text: str, first: int, end: int, short: str) -> int | None:
    """Match the short form backwards against the words before it; its first letter must begin a word."""
    place = end - 1
    for number in range(len(short) - 1, -1, -1):
        letter = short[number].lower()
        if not letter.isalnum():
            continue
        while place >= first and (
            text[place].lower() != letter or (number == 0 and place > 0 and text[place - 1].isalnum())
        ):
            place -= 1
        if place < first:
            return None
        place -= 1
    return place + 1
