# SPDX-License-Identifier: Apache-2.0
"""Short forms that a text defines itself: "inclusion body myositis (IBM)", as Schwartz and Hearst find them.

Schwartz AS, Hearst MA: A simple algorithm for identifying abbreviation definitions in biomedical text (2003).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

__all__ = ["Candidate", "Definition", "candidates", "definition"]

_QUOTES = "\"“”'’"
# Only what looks like a short form, by itself or in front of something else, is worth a look at its letters.
_BRACKETS = re.compile(
    rf"\((?=\s*[{_QUOTES}]*(?:[A-Za-z0-9][\w+\-/αβγδκλ]{{0,12}})[{_QUOTES}]*\s*(?:[;,)]|or\b))([^()]{{2,60}})\)"
)
_OTHERS = re.compile(r"[;,]|\bor\b")
_SHORT = re.compile(r"[A-Za-z0-9][\w+\-/αβγδκλ]{0,11}$")
_WORD, _OTHER = r"[\w'’+\-/]+", r"[^\w'’+\-/]+"
_REACH = 160  # code points in front of the brackets


class Candidate(NamedTuple):
    """What may be a short form, in brackets; code points, half-open.

    ``bracket``: where they open; ``long_end``: where the words in front of them end.
    """

    short: str
    start: int
    end: int
    bracket: int
    long_end: int


class Definition(NamedTuple):
    """A short form with the place of it and of its long form; code points, half-open."""

    short: str
    short_start: int
    short_end: int
    long_start: int
    long_end: int


def candidates(text: str) -> list[Candidate]:
    """Return what may be a short form that a text defines, in order: it is short, and has a capital."""
    made = []
    for found in _BRACKETS.finditer(text):
        inner = found.group(1)
        if inner == inner.lower():
            continue  # figures, a remark
        inner = _OTHERS.split(inner, 1)[0].strip().strip(_QUOTES)
        short = inner[:-1] if inner.endswith("s") and inner[:-1].isupper() else inner
        if not _SHORT.match(short) or short == short.lower():
            continue
        bracket = before = found.start()
        while before and text[before - 1].isspace():
            before -= 1
        start = text.index(inner, bracket + 1)
        made.append(Candidate(short, start, start + len(inner), bracket, before))
    return made


def definition(text: str, one: Candidate) -> Definition | None:
    """Return the definition that a short form in brackets makes with the words in front of them, if it makes one."""
    short = one.short
    limit = min(len(short) + 5, 2 * len(short) + 1)
    cut = one.bracket > _REACH  # then the first letter is there only to tell whether the next one begins a word
    before = text[max(0, one.bracket - _REACH - cut) : one.bracket]
    words = _last_words(limit).match(before[::-1])
    if words is None:
        return None
    lower = before.lower()
    if len(lower) != len(before):  # of one letter lower case may make two
        lower = "".join([letter.lower()[0] for letter in before])
    start = _long_start(lower, max(len(before) - words.end(), cut), short.lower())
    if start is None or len(before[start:].strip()) <= len(short):
        return None
    return Definition(short, one.start, one.end, one.bracket - len(before) + start, one.long_end)


@lru_cache(maxsize=32)
def _last_words(limit: int) -> re.Pattern[str]:
    """Return a pattern of so many words, or of fewer, at the end of a text that is written backwards."""
    return re.compile(rf"\s*{_WORD}(?:{_OTHER}{_WORD}){{0,{limit - 1}}}")


def _long_start(lower: str, first: int, short: str) -> int | None:
    """Match the short form backwards against the words before it; its first letter must begin a word.

    Args:
        lower: what stands before the brackets, in lower case.
        first: where the words in it begin that may be of the long form.
        short: the short form, in lower case.
    """
    place = len(lower)
    for number in range(len(short) - 1, -1, -1):
        letter = short[number]
        if not letter.isalnum():
            continue
        place = lower.rfind(letter, first, place)
        while number == 0 and place > 0 and lower[place - 1].isalnum():
            place = lower.rfind(letter, first, place)
        if place < 0:
            return None
    return place
