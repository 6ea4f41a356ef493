# SPDX-License-Identifier: Apache-2.0
"""Sentences of a text as spans of code points; the text itself is never changed."""

from __future__ import annotations

import re
from typing import NamedTuple

__all__ = ["Span", "sentence_around", "sentence_spans"]


class Span(NamedTuple):
    """A stretch of a text: code points, half-open."""

    start: int
    end: int


# A sentence ends at . ! ? (with closing quotes or brackets) before white space and a capital, a digit or an
# opening mark; an empty line ends one too, so a heading never runs into the paragraph below it. One class of what may
# stand first lets the search run over all else some ten times faster than two alternatives would.
_END = re.compile(r"[.!?\n](?:(?<=\n)[^\S\n]*\n|(?<!\n)[)\]\"'’”]*(?=\s+[\"'“‘(\[]*[A-ZÀ-ÖØ-Þ0-9]))")
_MARKS = ".!?\n"
_ABBREVIATION = re.compile(
    r"(?:\b(?:Dr|Prof|Mr|Mrs|Ms|St|vs|etc|cf|ca|No|Fig|Figs|Ref|Refs|approx|resp|Jr|Sr|al|ed|eds|vol|pp)"
    r"|\b(?:i\.e|e\.g)|\b[A-Z])\.$"
)


def sentence_spans(text: str) -> tuple[Span, ...]:
    """Split a text into sentences without the white space around them.

    A full stop after a title, an initial or a usual abbreviation does not end a sentence.
    """
    spans: list[Span] = []
    start = 0
    for found in _END.finditer(text):
        if (end := _end_of(text, start, found)) is not None:
            _append(spans, text, start, end)
            start = found.end()
    _append(spans, text, start, len(text))
    return tuple(spans)


def sentence_around(text: str, first: int, last: int, place: int) -> Span:
    """Return the sentence of ``text[first:last]`` that a place in it stands in, as ``sentence_spans`` cuts them.

    It looks no further than to both ends of the sentence. White space around it is left out.
    """
    start, at = first, place
    while (at := max([text.rfind(mark, first, at) for mark in _MARKS])) >= first:
        if (found := _END.match(text, at, last)) is not None and _end_of(text, first, found) is not None:
            start = found.end()
            break
    end, at = last, place
    while (found := _END.search(text, at, last)) is not None:
        if (stop := _end_of(text, start, found)) is not None:
            end = stop
            break
        at = found.end()
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return Span(start, end)


def _end_of(text: str, start: int, found: re.Match[str]) -> int | None:
    """Return where a sentence ends that looks as if it did: before a blank line, or behind no usual abbreviation."""
    if text[found.start()] == "\n":
        return found.start()
    end = found.end()
    return end if _ABBREVIATION.search(text, max(start, end - 12), end) is None else None


def _append(spans: list[Span], text: str, start: int, end: int) -> None:
    piece = text[start:end].lstrip()
    if stripped := piece.rstrip():
        first = end - len(piece)
        spans.append(Span(first, first + len(stripped)))
