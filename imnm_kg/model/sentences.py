# SPDX-License-Identifier: Apache-2.0
"""Sentences of a text as spans of code points; the text itself is never changed."""

from __future__ import annotations

import re
from typing import NamedTuple

__all__ = ["Span", "sentence_spans"]


class Span(NamedTuple):
    """A stretch of a text: code points, half-open."""

    start: int
    end: int


# A sentence ends at . ! ? (with closing quotes or brackets) before white space and a capital, a digit or an
# opening mark; an empty line ends one too, so a heading never runs into the paragraph below it. One class of what may
# stand first lets the search run over all else some ten times faster than two alternatives would.
_END = re.compile(r"[.!?\n](?:(?<=\n)[^\S\n]*\n|(?<!\n)[)\]\"'’”]*(?=\s+[\"'“‘(\[]*[A-ZÀ-ÖØ-Þ0-9]))")
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
        paragraph = found.group().startswith("\n")
        end = found.start() if paragraph else found.end()
        if not paragraph and _ABBREVIATION.search(text, max(start, end - 12), end):
            continue
        _append(spans, text, start, end)
        start = found.end()
    _append(spans, text, start, len(text))
    return tuple(spans)


def _append(spans: list[Span], text: str, start: int, end: int) -> None:
    piece = text[start:end].lstrip()
    if stripped := piece.rstrip():
        first = end - len(piece)
        spans.append(Span(first, first + len(stripped)))
