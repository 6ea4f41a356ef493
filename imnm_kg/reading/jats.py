# SPDX-License-Identifier: Apache-2.0
"""Full text in JATS: title, abstract, sections of the body with their headings, captions and the list of references."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from imnm_kg.model.records import ABSTRACT, BODY, CITATION, REFERENCES, TITLE, Reference, TextRecord, TextZone
from imnm_kg.reading.identifiers import find_identifiers
from imnm_kg.reading.markup import (
    BLOCK,
    INLINE,
    LINE,
    SKIP,
    VERBATIM,
    TextBuilder,
    flow,
    inner_text,
    local_name,
)
from imnm_kg.reading.references import parse_references
from imnm_kg.reading.streams import Stream

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["jats_record"]

# Cells of tables, formulas in TeX, notes and numbers that only the layout needs.
_LEFT_OUT = frozenset((
    "table", "tex-math", "annotation", "annotation-xml", "object-id", "graphic", "inline-graphic", "media", "fn",
    "fn-group", "table-wrap-foot", "ref-list", "permissions", "attrib", "history", "alt-text", "long-desc",
    "sub-article", "response", "index-term", "processing-meta", "kwd-group",
))  # fmt: skip
_LINES = frozenset(("list-item", "def-item", "label", "verse-line", "term"))
_INLINE = frozenset((
    "abbrev", "abbreviation", "abbrev-journal-title", "b", "bold", "chem-struct", "collab", "date-in-citation",
    "email", "ext-link", "fixed-case", "i", "inline-formula", "inline-supplementary-material", "institution",
    "italic", "milestone-end", "milestone-start", "monospace", "named-content", "overline", "private-char",
    "related-article", "roman", "ruby", "sans-serif", "sc", "self-uri", "source", "strike", "styled-content", "sub",
    "sup", "target", "u", "underline", "uri", "x", "xref", "year", "break", "math", "mi", "mn", "mo", "mrow", "msub",
    "msup", "msubsup", "mfrac", "msqrt", "mtext", "mover", "munder", "munderover", "mspace", "mfenced", "mstyle",
    "mtable", "mtr", "mtd", "semantics", "mpadded", "mroot", "menclose", "mphantom", "merror", "maction", "ms",
    "mprescripts", "none", "mmultiscripts", "mglyph", "textual-form", "alternatives", "hr",
))  # fmt: skip
_TO_NOTES = frozenset(("fn", "table-fn", "aff", "corresp", "author-notes"))
_VERBATIM = frozenset(("code", "preformat"))
# Summaries in pictures or in a line for the table of contents.
_OTHER_ABSTRACTS = frozenset(("graphical", "toc", "teaser", "web-summary", "video"))


class _Under(NamedTuple):
    """The headings that a paragraph stands under."""

    label: str
    section: str


def jats_record(article: _Element, stream: Stream, position: int) -> TextRecord:
    """Make a record of a JATS ``article``.

    The text is the title, the abstract, the body, captions that stand apart, and the references, with an empty line
    between paragraphs. Each reference is a line.

    Args:
        article: the element with all that is in it.
        stream: its file.
        position: number of the record in its file.

    Raises:
        ImnmError: ``record-empty`` for an article without a word.
    """
    builder = TextBuilder()
    zones: list[TextZone] = []
    meta = article.find("{*}front/{*}article-meta")
    group = meta.find("{*}title-group") if meta is not None else None
    title = _words(group.find("{*}article-title")) if group is not None else ""
    subtitle = _words(group.find("{*}subtitle")) if group is not None else ""
    title = f"{title}: {subtitle}" if title and subtitle else title or subtitle
    if title:
        zones.append(TextZone(TITLE, *builder.add(title)))
    for abstract in meta.iterfind("{*}abstract") if meta is not None else ():
        if abstract.get("abstract-type") not in _OTHER_ABSTRACTS:
            _add(builder, zones, abstract, ABSTRACT)
    for path in ("{*}body", "{*}back/{*}app-group", "{*}back/{*}app", "{*}floats-group", "{*}floats-wrap"):
        for part in article.iterfind(path):
            _add(builder, zones, part, BODY)
    references = list(_add_references(builder, zones, article))
    if not builder.text:
        raise stream.empty(article.sourceline)
    ids = _ids(meta)
    return TextRecord(
        _record_id(ids, stream, position), builder.text, tuple(zones), title=title, source=stream.shown,
        position=position, doi=ids["doi"], pmid=ids["pmid"], pmcid=ids["pmcid"], year=_year(meta),
        references=tuple(_completed(builder.text, references)),
    )  # fmt: skip


def _words(element: _Element | None) -> str:
    """Return the text of an element on one line, without notes and formulas in TeX."""
    if element is None:
        return ""
    return " ".join(run.text for run in flow(element, None, lambda inner, _: (_step(inner), None)))


def _step(element: _Element) -> int:
    name = local_name(element)
    if name in _LEFT_OUT or (name == "xref" and element.get("ref-type") in _TO_NOTES):
        return SKIP
    if name in _INLINE:
        return INLINE
    if name in _LINES or (name in ("p", "list") and local_name(element.getparent()) in _LINES):
        return LINE
    return VERBATIM if name in _VERBATIM else BLOCK


def _add(builder: TextBuilder, zones: list[TextZone], part: _Element, kind: str) -> None:
    """Add the text of a part; what stands under one heading, and the heading, is one zone."""

    def enter(element: _Element, under: _Under) -> tuple[int, _Under]:
        name = local_name(element)
        if name == "label" and local_name(element.getparent()) in ("sec", "app"):
            return SKIP, under
        if name in ("sec", "app"):
            label = _words(element.find("{*}title")).rstrip(" :")
            return BLOCK, _Under(label, under.section or label)
        return _step(element), under

    # The heading of a whole abstract says "Abstract", and its sections have their own.
    top = _words(part.find("{*}title")).rstrip(" :")
    for run in flow(part, _Under(top, ""), enter):
        start, end = builder.add(run.text, run.gap)
        label, section = run.context
        section = section if section != label else ""
        if zones and (zones[-1].kind, zones[-1].label, zones[-1].section) == (kind, label, section):
            start = zones.pop().start
        zones.append(TextZone(kind, start, end, label, section))


# --- references -------------------------------------------------------------------------------------------------


class _Entry(NamedTuple):
    start: int
    end: int
    fields: Reference


def _add_references(builder: TextBuilder, zones: list[TextZone], article: _Element) -> Iterator[_Entry]:
    for list_ in article.iterfind(".//{*}ref-list"):
        if any(local_name(above) in ("sub-article", "response") for above in list_.iterancestors()):
            continue
        first = last = -1
        label = _words(list_.find("{*}title"))
        if label:
            first, last = builder.add(label)
        for ref in list_.iterfind("{*}ref"):
            for citation, printed in _citations(ref):
                start, last = builder.add(printed, "\n\n" if last < 0 or last == first + len(label) else "\n")
                first = start if first < 0 else first
                yield _Entry(start, last, _fields(citation))
        if last >= 0:
            zones.append(TextZone(REFERENCES, first, last, label))


def _citations(ref: _Element) -> Iterator[tuple[_Element, str]]:
    """Yield the citations of an entry, each as it is printed, or as it would be where only its parts are given."""
    for citation in ref.iter("{*}mixed-citation", "{*}element-citation", "{*}citation", "{*}nlm-citation"):
        parts = citation.find("{*}source") is not None or citation.find("{*}article-title") is not None
        printed = _composed(citation) if parts and _is_glued(citation) else inner_text(citation)
        printed = " ".join(printed.split())
        if printed:
            yield citation, printed


def _is_glued(citation: _Element) -> bool:
    """Tell whether parts stand side by side with nothing between them, to be set by the publisher's own style."""
    return any(
        not element.tail and element.getnext() is not None and element.text and element.getnext().text
        for element in citation.iterdescendants("{*}surname", "{*}article-title", "{*}source", "{*}volume", "{*}year")
    )


def _first(citation: _Element, *names: str) -> str:
    for name in names:
        text = " ".join(inner_text(citation.find(f".//{{*}}{name}")).split())
        if text:
            return text
    return ""


def _authors(citation: _Element) -> tuple[str, ...]:
    group = next(
        (
            group
            for group in citation.iterfind("{*}person-group")
            if group.get("person-group-type", "author") in ("author", "allauthors")
        ),
        citation,
    )
    names: list[str] = []
    for person in group.iter("{*}name", "{*}string-name", "{*}collab"):
        surname, given = _first(person, "surname"), _first(person, "given-names")
        if not given.isupper():
            given = "".join(part[0] for part in given.replace("-", " ").split())
        names.append(f"{surname} {given}".strip() if surname else " ".join(inner_text(person).split()))
    return tuple(filter(None, names))


def _composed(citation: _Element) -> str:
    """Write a citation that is given in parts the way the field prints one."""
    place = _first(citation, "year")
    volume, issue = _first(citation, "volume"), _first(citation, "issue")
    pages = "-".join(filter(None, (_first(citation, "fpage", "elocation-id"), _first(citation, "lpage"))))
    if volume or pages:
        place += f";{volume}" + (f"({issue})" if issue else "") + (f":{pages}" if pages else "")
    ids = (
        f"{kind.upper() if kind != 'doi' else kind}: {value}" for kind, value in _printed_ids(citation).items() if value
    )
    sentences = (", ".join(_authors(citation)), _first(citation, "article-title", "chapter-title"),
                 _first(citation, "source"), place, *ids)  # fmt: skip
    return " ".join(part if part[-1] in ".?!" else f"{part}." for part in sentences if part)


def _printed_ids(citation: _Element) -> dict[str, str]:
    found = {"doi": "", "pmid": "", "pmcid": ""}
    for item in citation.iter("{*}pub-id", "{*}ext-link"):
        kind = item.get("pub-id-type") or item.get("ext-link-type") or ""
        value = (item.text or "").strip()
        prefix = {"doi": "", "pmid": "PMID:", "pmcid": "", "pmc": ""}.get(kind)
        if prefix is None:
            continue
        if kind in ("pmc", "pmcid") and value.isdigit():
            value = f"PMC{value}"
        for identifier in find_identifiers(prefix + value):
            found[identifier.kind] = found.get(identifier.kind) or identifier.value
    return {kind: value for kind, value in found.items() if kind in ("doi", "pmid", "pmcid")}


def _fields(citation: _Element) -> Reference:
    year, ids = _first(citation, "year")[:4], _printed_ids(citation)
    return Reference(
        "", 0, 0, _authors(citation), _first(citation, "article-title", "chapter-title"), _first(citation, "source"),
        int(year) if year.isascii() and year.isdigit() else None, ids["doi"], ids["pmid"], ids["pmcid"],
    )  # fmt: skip


def _completed(text: str, entries: list[_Entry]) -> Iterator[Reference]:
    """Yield the references with their places; what the markup does not tell is read from what is printed."""
    for start, end, fields in entries:
        read = parse_references(text, TextZone(CITATION, start, end))[0]
        told = fields if fields.title or fields.journal else read
        yield Reference(
            text[start:end], start, end, fields.authors or read.authors, told.title.rstrip("."), told.journal,
            fields.year or read.year, fields.doi or read.doi,
            fields.pmid or read.pmid, fields.pmcid or read.pmcid, read.nct,
        )  # fmt: skip


# --- metadata ---------------------------------------------------------------------------------------------------


def _ids(meta: _Element | None) -> dict[str, str]:
    found = {"doi": "", "pmid": "", "pmcid": ""}
    for item in meta.iterfind("{*}article-id") if meta is not None else ():
        kind, value = item.get("pub-id-type"), (item.text or "").strip()
        if kind in ("pmc", "pmcid"):
            digits = value.upper().removeprefix("PMC")
            if digits.isascii() and digits.isdigit():
                found["pmcid"] = found["pmcid"] or f"PMC{digits}"
        elif kind in ("doi", "pmid"):
            found[kind] = found[kind] or value
    return found


def _record_id(ids: dict[str, str], stream: Stream, position: int) -> str:
    if ids["pmcid"]:
        return ids["pmcid"]
    if ids["pmid"]:
        return f"PMID:{ids['pmid']}"
    if ids["doi"]:
        return f"DOI:{ids['doi']}"
    return stream.stem if position == 1 else f"{stream.stem}#{position}"


def _year(meta: _Element | None) -> int | None:
    """Return the first year in which the article was out."""
    years = [
        int(text)
        for date in (meta.iterfind("{*}pub-date") if meta is not None else ())
        if len(text := (date.findtext("{*}year") or "").strip()) == 4 and text.isascii() and text.isdigit()
    ]
    return min(years, default=None)
