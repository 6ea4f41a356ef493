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
# the one with angle brackets.
_FOUND = re.compile(
    r"(?<![\w.])(?P<doi>10\.\d{4,9}/(?:\(SICI\)[-._;()/:<>A-Z0-9]{10,200}|[-._()/:A-Z0-9]{1,200}))"
    r"|(?<!\w)(?:PMID|PubMed(?: ?ID)?)\s?:?\s{0,3}(?P<pmid>[1-9]\d{0,7})(?![\d-])"
    r"|(?:pubmed\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/pubmed)/(?P<link>[1-9]\d{0,7})(?![\d-])"
    r"|(?<!\w)PMC(?P<pmcid>[1-9]\d{2,7})(?!\d)"
    r"|(?<!\w)NCT(?P<nct>\d{8})(?!\d)",
    re.IGNORECASE | re.ASCII,
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
    return tuple(_find(text, start, len(text) if end is None else end))


def _find(text: str, start: int, end: int) -> Iterator[Identifier]:
    for found in _FOUND.finditer(text, start, end):
        group = found.lastgroup or ""
        value = found.group(group)
        first, last = found.span(group)
        if group == "doi":
            value = _trimmed(value)
            # "10.1000/" alone is the prefix of a publisher.
            if value.endswith("/"):
                continue
            last = first + len(value)
        elif group in _PREFIX:
            first -= len(_PREFIX[group])
            value = _PREFIX[group] + value
        yield Identifier("pmid" if group == "link" else group, value, first, last)


def _trimmed(doi: str) -> str:
    while True:
        if doi[-1] in ".,:;-_" or (doi[-1] == "(") or (doi[-1] == ")" and doi.count(")") > doi.count("(")):
            doi = doi[:-1]
        elif doi[-1] == ">" and doi.count(">") > doi.count("<"):
            doi = doi[:-1]
        else:
            return doi
