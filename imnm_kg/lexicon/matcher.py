# SPDX-License-Identifier: Apache-2.0
"""Find the names of a lexicon in a text: all of them in one pass, then the longest at each place."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from imnm_kg.lexicon.entries import Entry
from imnm_kg.lexicon.name_table import FewNames, NameTable
from imnm_kg.lexicon.variants import antibody_forms, plural, spellings, words_only

__all__ = ["Found", "Matcher", "longest"]

_PLURALS = ("AdverseEffect", "Antibody", "Disease", "DrugClass", "Phenotype", "Procedure")
# Above this many terms, only beginnings of the names are in the automaton: it takes a quarter less memory and twice the
# time. With fewer letters, more is looked up; with more, it takes more memory.
_MANY_TERMS = 150_000
_BEGINNING = 14
_new = tuple.__new__  # a named tuple is made of what is at hand at half the cost


class Found(NamedTuple):
    """A name at its place: code points of the text, half-open, and the entry it stands for.

    ``tentative``: an ambiguous short form, which counts only where the text defines it or has the long name.
    """

    start: int
    end: int
    entry: Entry
    tentative: bool = False


class _Candidate(NamedTuple):
    entry: Entry
    exact: str  # how it must stand in the text
    tentative: bool


class Matcher:
    """The names of a lexicon, compiled.

    Built once per process; ``find`` keeps no state. One automaton (Aho-Corasick) finds every name, overlapping ones
    too: the kind that looks for the leftmost longest only would lose a name behind a longer one that is then dropped.
    Names and text have a space at every boundary, so that nothing is found inside a word.

    Of a large lexicon the automaton has the beginnings of the names only, for every letter takes some 20 bytes; what
    begins like a name is looked up in a table, wherever a name with that beginning could end.
    """

    def __init__(self, entries: Iterable[Entry], cues: Sequence[str] = ()) -> None:
        """Compile the names of the entries; of two entries with the same name the first counts.

        Args:
            entries: the entries.
            cues: what else to look for in the same pass, in the form in which names are compared; each begins with a
                space and may end inside a word.
        """
        from ahocorasick_rs import BytesAhoCorasick, Implementation

        self.entries = tuple(entries)
        self._antibodies: dict[str, Entry] = {}
        self._known: list[Entry | list[_Candidate]] = list(self.entries)
        terms = sum(1 + len(entry.names) + len(entry.abbreviations) for entry in self.entries)
        many = terms > _MANY_TERMS
        self._names = NameTable() if many else FewNames()
        self._beginning = _BEGINNING if many else None
        lengths: dict[str, int] = {}
        self._add_names(lengths)
        self._add_shorts(lengths)
        self.size = len(self._names)
        masks: dict[int, int] = {}
        self._lengths = [masks.setdefault(mask, mask) for mask in lengths.values()]
        # Where a beginning is a name, and of no other the beginning, there is nothing to look up in a text.
        self._whole = array(
            "i", (self._names.get(name) if mask == 1 << len(name) else -1 for name, mask in lengths.items())
        )
        self._cues = tuple(cues)
        beginnings = [name.encode("latin-1") for name in (*cues, *lengths)]
        del lengths  # while the automaton is built, memory is at its peak
        # A deterministic automaton of this many names would take gigabytes, and be slower for it.
        self._automaton = BytesAhoCorasick(beginnings, implementation=Implementation.ContiguousNFA)
        del beginnings
        self.by_iri = {entry.iri: entry for entry in self.entries}

    def _add(self, lengths: dict[str, int], name: str, number: int) -> bool:
        if not self._names.add(name, number):
            return False
        beginning = name[: self._beginning]
        lengths[beginning] = lengths.get(beginning, 0) | 1 << len(name)
        return True

    def _add_names(self, lengths: dict[str, int]) -> None:
        for number, entry in enumerate(self.entries):
            for form in _forms(entry):
                name = _bounded(form)
                if self._add(lengths, name, number) and entry.kind == "Antibody" and name.startswith(" anti "):
                    self._antibodies[name.removeprefix(" anti")] = entry

    def _add_shorts(self, lengths: dict[str, int]) -> None:
        """Add the short forms that are no name; several entries may have one, told apart by how it is written."""
        for entry in self.entries:
            for short in entry.abbreviations:
                for form in [short] if short.endswith("s") else [short, f"{short}s"]:
                    name = _bounded(form)
                    if self._add(lengths, name, len(self._known)):
                        self._known.append([])
                    known = self._known[self._names.get(name)]
                    if isinstance(known, list) and all(form != other.exact for other in known):
                        known.append(_Candidate(entry, form, short in entry.ambiguous))

    def antibody(self, target: str) -> Entry | None:
        """Return the antibody against a target, by any name of the target; none where the lexicon has none."""
        return self._antibodies.get(_bounded(" ".join(words_only(target).split())))

    def find(self, text: str) -> list[Found]:
        """Return the longest names, in order and without overlap."""
        return longest(self.find_all(text, words_only(text)))

    def find_all(self, text: str, words: str) -> list[Found]:
        """Return every name, overlapping ones too; those that start at one place in the order of their ends.

        Args:
            text: the text.
            words: the form of it in which names are compared.
        """
        return self.scan(text, words)[0]

    def scan(self, text: str, words: str) -> tuple[list[Found], list[tuple[int, str]]]:
        """Return every name as ``find_all`` does, and the cues, each behind the place where its first word begins.

        Args:
            text: the text.
            words: the form of it in which names are compared.
        """
        padded = f" {words} "
        whole, names, cues = self._whole, self._known, self._cues
        shift = len(cues)
        found: list[Found] = []
        hits: list[tuple[int, str]] = []
        matches = self._automaton.find_matches_as_indexes(padded.encode("latin-1"), overlapping=True)
        for beginning, start, end in matches:
            if beginning < shift:
                hits.append((start, cues[beginning]))
                continue
            number = whole[beginning - shift]
            if number < 0:
                self._look_up(text, padded, (beginning - shift, start, end), found)
                continue
            known = names[number]
            if isinstance(known, Entry):
                found.append(_new(Found, (start, end - 2, known, False)))
            elif (short := _short(text, start, end - 2, known)) is not None:
                found.append(short)
        return found, hits

    def _look_up(self, text: str, padded: str, match: tuple[int, int, int], found: list[Found]) -> None:
        """Add the names that begin at a place, given the beginning there and where it starts and ends."""
        beginning, start, end = match
        mask = self._lengths[beginning]
        last = start + mask.bit_length() - 1
        stop = padded.find(" ", end - 1) + 1
        while 0 < stop <= last:
            if mask >> (stop - start) & 1 and (number := self._names.get(padded[start:stop])) >= 0:
                known = self._known[number]
                if isinstance(known, Entry):
                    found.append(_new(Found, (start, stop - 2, known, False)))
                elif (short := _short(text, start, stop - 2, known)) is not None:
                    found.append(short)
            stop = padded.find(" ", stop) + 1


def _short(text: str, start: int, end: int, candidates: list[_Candidate]) -> Found | None:
    """Return the short form at a place, if it is written there as one of the candidates is."""
    written = text[start:end]
    for candidate in candidates:
        if _same(written, candidate.exact):
            return Found(start, end, candidate.entry, candidate.tentative)
    return None


def _bounded(name: str) -> str:
    return f" {words_only(name)} "


def _same(written: str, exact: str) -> bool:
    return written == exact or written.replace("-", " ") == exact.replace("-", " ")


def longest(found: list[Found]) -> list[Found]:
    """Keep the longest of those that overlap, in the order of the text."""
    reach = -1
    for item in found:
        if item.start < reach:
            break
        reach = item.end
    else:
        return found
    found.sort(key=lambda item: (item.start, -item.end))
    kept: list[Found] = []
    group: list[Found] = []
    reach = -1
    for item in found:
        if item.start < reach:
            group.append(item)
            reach = max(reach, item.end)
            continue
        if len(group) > 1:
            _settle(group, kept)
        else:
            kept += group
        group, reach = [item], item.end
    _settle(group, kept)
    return kept


def _settle(group: list[Found], kept: list[Found]) -> None:
    taken: list[Found] = []
    for item in sorted(group, key=lambda item: (item.start - item.end, item.start, item.tentative)):
        if all(item.end <= other.start or other.end <= item.start for other in taken):
            taken.append(item)
    kept.extend(sorted(taken, key=lambda item: item.start))


def _forms(entry: Entry) -> Iterable[str]:
    """Yield the normal forms under which an entry is found, other than its short forms."""
    if entry.kind == "Antibody":
        for target in entry.names:
            yield from antibody_forms(target)
    for name in (entry.label, *(() if entry.kind == "Antibody" else entry.names)):
        for form in spellings(name):
            if len(form) < 3:
                continue
            yield form
            if entry.kind in _PLURALS and (other := plural(form)) is not None and len(other) > 3:
                yield other
