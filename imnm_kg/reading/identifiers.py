# SPDX-License-Identifier: Apache-2.0
"""Identifiers that a text prints: DOI, PMID, PMCID and ClinicalTrials.gov numbers, checked for form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

__all__ = ["Identifier", "find_identifiers"]


class Identifier(NamedTuple):
    """An identifier and where it stands.

    Attributes:
        kind: ``doi``, ``pmid``, ``pmcid`` or ``nct``.
        value: the identifier in its own form: ``10.1000/abc``, ``12345678``, ``PMC1234567``, ``NCT01234567``.
        start: its first code point in the text.
        end: the code point after its last.
    """

    kind: str
    value: str
    start: int
    end: int


# The form that Crossref recommends, less the semicolon, which parts two of them; and the older form of serial items,
# the one with angle brackets. Each pattern begins with what can be looked for quickly: most texts have none.
_DOI = re.compile(r"10\.\d{4,9}/(?:\(SICI\)[-._;()/:<>A-Za-z0-9]{10,200}|[-._()/:A-Za-z0-9]{1,200})", re.ASCII)
_OTHER = re.compile(
    r"[Pp](?:[Mm][Ii][Dd]|ub[Mm]ed(?: ?ID)?)\s?:?\s{0,3}(?P<pmid>[1-9]\d{0,7})(?![\d-])"
    r"|[Pp][Mm][Cc](?P<pmcid>[1-9]\d{2,7})(?!\d)"
    r"|[Nn][Cc][Tt](?P<nct>\d{8})(?!\d)"
    r"|p(?:ubmed\.ncbi\.nlm\.nih\.gov|ubmed)/(?P<link>[1-9]\d{0,7})(?![\d-])",
    re.ASCII,
)
_PREFIX = {"pmcid": "PMC", "nct": "NCT"}


def find_identifiers(text: str, start: int = 0, end: int | None = None) -> tuple[Identifier, ...]:
    """Find the identifiers of a text, in order, each as often as it stands there.

    Punctuation that only follows a DOI is left out, a closing bracket only where none was opened in it.

    Args:
        text: the text.
        start: where to begin.
        end: where to stop; ``None`` for its end.
    """
    end = len(text) if end is None else end
    found = [*_dois(text, start, end), *_others(text, start, end)]
    return tuple(sorted(found, key=lambda identifier: identifier.start))


def _dois(text: str, start: int, end: int) -> Iterator[Identifier]:
    for found in _DOI.finditer(text, start, end):
        first = found.start()
        if first and (text[first - 1].isalnum() or text[first - 1] in "._"):
            continue
        value = _trimmed(found.group())
        if not value.endswith("/"):  # that is the prefix of a publisher
            yield Identifier("doi", value, first, first + len(value))


def _others(text: str, start: int, end: int) -> Iterator[Identifier]:
    for found in _OTHER.finditer(text, start, end):
        if found.start() and (text[found.start() - 1].isalnum() or text[found.start() - 1] == "_"):
            continue
        kind = found.lastgroup or ""
        first, last = found.span(kind)
        prefix = _PREFIX.get(kind, "")
        yield Identifier("pmid" if kind == "link" else kind, prefix + found[kind], first - len(prefix), last)


def _trimmed(doi: str) -> str:
    while True:
        last = doi[-1]
        opened = {")": "(", ">": "<"}.get(last)
        if last in ".,:;-_(" or (opened is not None and doi.count(last) > doi.count(opened)):
            doi = doi[:-1]
        else:
            return doi
