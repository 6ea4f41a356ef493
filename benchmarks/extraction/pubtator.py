# SPDX-License-Identifier: Apache-2.0
"""Corpora in PubTator form, and lexicons made of the mentions that they mark."""

from __future__ import annotations

import gzip
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from imnm_kg.extraction.knowledge import Knowledge
from imnm_kg.lexicon.entries import Entry
from imnm_kg.model.records import TextRecord

__all__ = ["KINDS", "Abstract", "Marked", "ids_of", "kinds_of", "read_abstracts", "with_mentions"]

KINDS = {
    "Chemical": "Drug", "ChemicalEntity": "Drug", "Disease": "Disease", "DiseaseOrPhenotypicFeature": "Disease",
}  # fmt: skip
"""The types of the corpora that are used, each with the kind that its mentions get."""

_IRI = "urn:mesh:"
_SHORT = re.compile(r"[A-Z0-9][A-Za-z0-9+/-]{0,7}")


class Marked(NamedTuple):
    """A mention that the corpus marks: its words, its kind, and the ids it stands for, none where none is known."""

    text: str
    kind: str
    ids: tuple[str, ...]


class Abstract(NamedTuple):
    """A document: title and abstract as one text, its mentions, and its relations as type and two ids."""

    id: str
    title: str
    text: str
    mentions: tuple[Marked, ...]
    relations: tuple[tuple[str, str, str], ...]

    @property
    def record(self) -> TextRecord:
        """The text to read; the corpora annotate titles too, so no part of it is zoned off."""
        return TextRecord(self.id, self.text, title=self.title)


def read_abstracts(path: Path) -> list[Abstract]:
    """Read a file in PubTator form, compressed or not."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as stream:
        blocks = re.split(r"\n\s*\n", stream.read().strip())
    return [_abstract(block.splitlines()) for block in blocks]


def _abstract(lines: list[str]) -> Abstract:
    id_, _, title = lines[0].split("|", 2)
    body = lines[1].split("|", 2)[2]
    mentions, relations = [], []
    for line in lines[2:]:
        cells = line.split("\t")
        if len(cells) > 4 and cells[1].isdecimal():
            mentions += [Marked(cells[3], KINDS[cells[4]], _ids(cells[5]))] if cells[4] in KINDS else []
        else:
            relations.append((cells[1], cells[2], cells[3]))
    return Abstract(id_, title, f"{title}\n{body}", tuple(mentions), tuple(relations))


def _ids(cell: str) -> tuple[str, ...]:
    return tuple(id_ for id_ in re.split(r"[|,;]", cell) if id_ not in ("", "-", "-1"))


def ids_of(entry: Entry) -> tuple[str, ...]:
    """Return the ids that an entry made here stands for; none of an entry that was not made here."""
    return tuple(entry.iri.removeprefix(_IRI).split("|")) if entry.iri.startswith(_IRI) else ()


def with_mentions(knowledge: Knowledge, abstracts: Iterable[Abstract]) -> Knowledge:
    """Return what the extractor knows, with the mentions of the documents in place of its lexicon.

    Of a string that stands for several things the most frequent counts.
    """
    counts: defaultdict[str, Counter[Marked]] = defaultdict(Counter)
    for abstract in abstracts:
        for mention in abstract.mentions:
            counts[mention.text.lower() if not _SHORT.fullmatch(mention.text) else mention.text][mention] += 1
    names: defaultdict[tuple[str, tuple[str, ...]], list[str]] = defaultdict(list)
    for found in counts.values():
        best = min(found, key=lambda mention: (-found[mention], mention))
        names[best.kind, best.ids or (f"none-{best.text}",)].append(best.text)
    entries = [_entry(kind, ids, strings) for (kind, ids), strings in sorted(names.items())]
    return knowledge.with_names_of(entries)


def _entry(kind: str, ids: tuple[str, ...], strings: list[str]) -> Entry:
    """Make an entry; a short form in capitals must stand in the text as it is, "ALL" is not "all"."""
    short = [text for text in strings if _SHORT.fullmatch(text) and (len(text) < 3 or sum(map(str.isupper, text)) > 1)]
    long = [text for text in strings if text not in short]
    label = long[0] if long else f"{'|'.join(ids)} without a long name"
    prefix = "urn:none:" if ids[0].startswith("none-") else _IRI
    return Entry(prefix + "|".join(ids), kind, label, tuple(long[1:]), tuple(short))


def kinds_of(abstract: Abstract) -> Mapping[str, str]:
    """Return the kind of each id that a document marks."""
    return dict(_pairs(abstract))


def _pairs(abstract: Abstract) -> Iterator[tuple[str, str]]:
    for mention in abstract.mentions:
        for id_ in mention.ids:
            yield id_, mention.kind
