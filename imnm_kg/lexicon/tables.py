# SPDX-License-Identifier: Apache-2.0
"""Terms of a table with tabs: our own seven columns, any under a header, or id, name, synonyms without one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from imnm_kg.errors import ImnmError, counted
from imnm_kg.lexicon.collecting import Collector, text_lines
from imnm_kg.lexicon.entries import COLUMNS, KINDS
from imnm_kg.model.namespaces import ENTITY
from imnm_kg.reading.streams import Stream

__all__ = ["read_table"]

_HEADINGS = {
    "id": ("id", "iri", "uri", "curie", "identifier", "code"),
    "label": ("label", "name", "term", "preferred label", "preferred name", "preflabel"),
    "synonyms": ("synonyms", "synonym", "names", "alt labels", "altlabel", "aliases", "alias", "other names"),
    "shorts": ("abbreviations", "abbreviation", "acronyms", "acronym", "symbol"),
    "kind": ("kind", "type"),
    "flags": ("flags",),
    "base": ("base",),
}
_FLAGS = ("generic", "population")
_PREFIX = re.compile(r"#\s*prefix\s+([A-Za-z][\w.-]*):?\s+<?([^\s<>]+)>?\s*$", re.ASCII | re.IGNORECASE)
_BASE = re.compile(r"#\s*base:?\s+<?([^\s<>]+)>?\s*$", re.IGNORECASE)
_PLAIN = re.compile(r"[\w.+-]+", re.ASCII)
_KINDS = {kind.lower(): kind for kind in KINDS}


class _Layout(NamedTuple):
    """Which column holds what; ``-1`` for none."""

    width: int
    id: int = 0
    label: int = 1
    synonyms: int = -1
    shorts: int = -1
    kind: int = -1
    flags: int = -1
    base: int = -1


def read_table(stream: Stream, collector: Collector) -> None:
    """Give the terms of a table to a collector.

    A line that is broken is a fault and costs itself only. Rows with the same id are one term: some tables have a row
    for each synonym. Comments may declare ``# prefix LAB: https://example.org/lab/`` and, for ids without a prefix,
    ``# base: https://example.org/terms/``.

    Raises:
        ImnmError: ``lexicon-format`` when neither a header nor the number of columns says what is in them; and as
            ``Stream.lines``, when all before the break has been given.
    """
    layout: _Layout | None = None
    base = ""
    for number, line in text_lines(stream, collector):
        line = line.rstrip("\r")
        if line.startswith("#"):
            if prefix := _PREFIX.match(line):
                collector.prefixes[prefix[1]] = prefix[2]
            elif found := _BASE.match(line):
                base = found[1]
            continue
        if not line.strip():
            continue
        cells = [cell.strip() for cell in line.split("\t")]
        if layout is None:
            layout = _header(cells)
            if layout is not None:
                continue
            layout = _guess(cells, stream)
        wrong = _take(cells, layout, base, collector)
        if wrong:
            collector.fault(number, wrong)


def _header(cells: Sequence[str]) -> _Layout | None:
    words = [re.sub(r"[\s_-]+", " ", cell).lower() for cell in cells]
    columns = {
        name: next((words.index(heading) for heading in headings if heading in words), -1)
        for name, headings in _HEADINGS.items()
    }
    if columns["id"] < 0 or columns["label"] < 0:
        return None
    return _Layout(len(cells), **columns)


def _guess(cells: Sequence[str], stream: Stream) -> _Layout:
    if len(cells) == len(COLUMNS) and cells[1] in KINDS:
        return _Layout(7, 0, 2, 3, 4, 1, 5, 6)
    if len(cells) in (2, 3):
        return _Layout(3, synonyms=2)
    what = f"the table has no header, and {counted(len(cells), 'column')}"
    remedy = (
        "give it a header (id, name, synonyms, kind), or two or three columns: id, name, synonyms with | between them"
    )
    raise ImnmError("lexicon-format", what, remedy, stream.place())


def _take(cells: list[str], layout: _Layout, base: str, collector: Collector) -> str:
    """Give a row to the collector, or return what is wrong with it."""
    if len(cells) > layout.width:
        return f"the line has {len(cells)} columns, {layout.width} are meant"
    cells += [""] * (layout.width - len(cells))

    def cell(column: int) -> str:
        return cells[column] if column >= 0 else ""

    id_, label = _unquoted(cell(layout.id)), _unquoted(cell(layout.label))
    if not id_ or not label:
        return "id and name may not be empty"
    # Only a table with flags and bases is one of ours, whose ids are those of our entities.
    space = base or (ENTITY if layout.base >= 0 and layout.flags >= 0 else "")
    iri = _iri(id_, space, collector)
    if not iri:
        return f"the id '{id_[:80]}' is no IRI, and its prefix is not known"
    kind = cell(layout.kind)
    if kind and kind.lower() not in _KINDS:
        return f"'{kind[:80]}' is no kind; the kinds are {', '.join(KINDS)}"
    flags = _split(cell(layout.flags))
    unknown = [flag for flag in flags if flag not in _FLAGS]
    if unknown:
        return f"'{unknown[0][:80]}' is no flag; the flags are {', '.join(_FLAGS)}"
    whole = cell(layout.base)
    collector.add(
        iri,
        label,
        _split(cell(layout.synonyms)),
        shorts=_split(cell(layout.shorts)),
        kind=_KINDS.get(kind.lower(), ""),
        generic="generic" in flags,
        population="population" in flags,
        base=_iri(whole, space, collector) if whole else "",
    )
    return ""


def _iri(id_: str, space: str, collector: Collector) -> str:
    if space and _PLAIN.fullmatch(id_):
        return space + id_
    return collector.known.expand(id_, collector.prefixes)


def _split(cell: str) -> list[str]:
    return [name for part in _unquoted(cell).split("|") if (name := part.strip())]


def _unquoted(cell: str) -> str:
    """Return a cell without the quotation marks that some programs put around it."""
    quoted = len(cell) > 1 and cell[0] == cell[-1] == '"' and cell.count('"') == 2
    return cell[1:-1].strip() if quoted else cell
