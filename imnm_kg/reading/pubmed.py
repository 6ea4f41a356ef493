# SPDX-License-Identifier: Apache-2.0
"""Records of PubMed: title, sections of the abstract with their labels, identifiers and MeSH descriptors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from imnm_kg.errors import ImnmError, Place
from imnm_kg.model.records import ABSTRACT, TITLE, TextRecord, TextZone
from imnm_kg.reading.markup import TextBuilder, inner_text, one_line

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["pubmed_record"]


def pubmed_record(element: _Element, source: str, position: int) -> TextRecord:
    """Make a record of a ``PubmedArticle`` or a ``PubmedBookArticle``.

    The text is the title, an empty line, and the sections of the abstract, a line each: ``LABEL: text``. A record
    without an abstract has its title alone. The title in the language of the article stands in for one that is empty.

    Args:
        element: the element with all that is in it.
        source: the file as it was given.
        position: number of the record in its file.

    Raises:
        ImnmError: ``record-id`` for a record without a PMID.
    """
    top = _child(element, "MedlineCitation")
    article, data = _child(top, "Article"), _child(element, "PubmedData")
    if top is None:
        top = article = data = _child(element, "BookDocument")
    pmid = inner_text(_child(top, "PMID")).strip()
    if not (pmid.isascii() and pmid.isdigit()):
        what = f"the PMID {pmid[:40]!r} is no number" if pmid else "the record has no PMID"
        raise ImnmError("record-id", what, "remove the record or get it again", Place(source, element.sourceline))
    title = ""
    builder = TextBuilder()
    zones: list[TextZone] = []
    if article is not None:
        title = _title(article)
        if title:
            zones.append(TextZone(TITLE, *builder.add(title)))
        gap = "\n\n"
        for section in _children(_child(article, "Abstract"), "AbstractText"):
            passage = one_line(inner_text(section))
            if passage:
                label = one_line(section.get("Label") or "")
                span = builder.add(f"{label}: {passage}" if label else passage, gap)
                zones.append(TextZone(ABSTRACT, *span, label))
                gap = "\n"
    doi, pmcid = _identifiers(article, data)
    headings = _children(_child(top, "MeshHeadingList"), "MeshHeading")
    mesh = [inner_text(_child(heading, "DescriptorName")) for heading in headings]
    return TextRecord(
        f"PMID:{pmid}", builder.text, tuple(zones), title=title, source=source, position=position,
        doi=doi, pmid=pmid, pmcid=pmcid, year=_year(article), mesh=tuple(filter(None, mesh)),
    )  # fmt: skip


# Not find(): that is slower by half, and this is called some ten times for each of millions of records.
def _child(element: _Element | None, name: str) -> _Element | None:
    return next(element.iterchildren(name), None) if element is not None else None


def _children(element: _Element | None, name: str) -> Iterator[_Element]:
    return iter(element.iterchildren(name) if element is not None else ())


def _title(article: _Element) -> str:
    title = one_line(inner_text(_child(article, "ArticleTitle")))
    title = title or one_line(inner_text(_child(article, "VernacularTitle")))
    return title or one_line(inner_text(_child(_child(article, "Book"), "BookTitle")))


def _identifiers(article: _Element | None, data: _Element | None) -> tuple[str, str]:
    """Return DOI and PMCID; those of the references stand deeper and are not looked at."""
    doi = pmcid = ""
    for item in _children(_child(data, "ArticleIdList"), "ArticleId"):
        kind = item.get("IdType")
        if kind == "doi" and not doi:
            doi = (item.text or "").strip()
        elif kind == "pmc" and not pmcid:
            pmcid = (item.text or "").strip()
    if not doi:
        for place in _children(article, "ELocationID"):
            if place.get("EIdType") == "doi" and place.get("ValidYN") != "N":
                doi = (place.text or "").strip()
                break
    return doi, pmcid


def _year(article: _Element | None) -> int | None:
    issue = _child(_child(article, "Journal"), "JournalIssue")
    for date in (_child(issue, "PubDate"), _child(article, "ArticleDate"), _child(_child(article, "Book"), "PubDate")):
        # "2009 Nov-Dec", "Winter 2001"
        text = inner_text(_child(date, "Year")) or inner_text(_child(date, "MedlineDate"))
        for word in text.replace("-", " ").split():
            if len(word) == 4 and word.isascii() and word.isdigit():
                return int(word)
    return None
