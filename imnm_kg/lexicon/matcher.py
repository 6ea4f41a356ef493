# SPDX-License-Identifier: Apache-2.0
"""Find the names of a lexicon in a text: all of them in one pass, then the longest at each place."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from imnm_kg.lexicon.entries import Entry
from imnm_kg.lexicon.variants import antibody_forms, plural, spellings, words_only

__all__ = ["Found", "Matcher", "longest"]

_PLURALS = ("AdverseEffect", "Antibody", "Disease", "DrugClass", "Phenotype", "Procedure")


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
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        """Compile the names of the entries; of two entries with the same name the first counts."""
        from ahocorasick_rs import AhoCorasick, Implementation

        self.entries = tuple(entries)
        self.by_iri = {entry.iri: entry for entry in self.entries}
        # Of most names an entry is all there is to know: with a record for each, half a million take twice the memory.
        patterns: dict[str, Entry | list[_Candidate]] = {}
        for entry in self.entries:
            for name in _forms(entry):
                patterns.setdefault(_bounded(name), entry)
        for entry in self.entries:
            for short in entry.abbreviations:
                self._add_short(patterns, entry, short)
        self._antibodies = {
            name.removeprefix(" anti"): known
            for name, known in patterns.items()
            if name.startswith(" anti ") and isinstance(known, Entry) and known.kind == "Antibody"
        }
        self._candidates = list(patterns.values())
        # A deterministic automaton of this many names would take gigabytes.
        self._automaton = AhoCorasick(list(patterns), implementation=Implementation.ContiguousNFA)
        self.size = len(patterns)

    @staticmethod
    def _add_short(patterns: dict[str, Entry | list[_Candidate]], entry: Entry, short: str) -> None:
        tentative = short in entry.ambiguous
        written = [short] if short.endswith("s") else [short, f"{short}s"]
        for form in written:
            known = patterns.setdefault(_bounded(form), [])
            if isinstance(known, list) and all(form != other.exact for other in known):
                known.append(_Candidate(entry, form, tentative))

    def antibody(self, target: str) -> Entry | None:
        """Return the antibody against a target, by any name of the target; none where the lexicon has none."""
        return self._antibodies.get(_bounded(" ".join(words_only(target).split())))

    def find(self, text: str) -> list[Found]:
        """Return the longest names, in order and without overlap."""
        return longest(self.find_all(text, words_only(text)))

    def find_all(self, text: str, words: str) -> list[Found]:
        """Return every name, overlapping ones too, in the order of their ends.

        Args:
            text: the text.
            words: the form of it in which names are compared.
        """
        candidates = self._candidates
        found: list[Found] = []
        for pattern, start, end in self._automaton.find_matches_as_indexes(f" {words} ", overlapping=True):
            known = candidates[pattern]
            if isinstance(known, Entry):
                found.append(Found(start, end - 2, known, False))
                continue
            for candidate in known:
                if not _same(text[start : end - 2], candidate.exact):
                    continue
                found.append(Found(start, end - 2, candidate.entry, candidate.tentative))
                break
        return found


def _bounded(name: str) -> str:
    return f" {words_only(name)} "


def _same(written: str, exact: str) -> bool:
    return written == exact or written.replace("-", " ") == exact.replace("-", " ")


def longest(found: list[Found]) -> list[Found]:
    """Keep the longest of those that overlap, in the order of the text."""
    if len(found) < 2:
        return found
    found.sort(key=lambda item: (item.start, -item.end))
    kept: list[Found] = []
    group: list[Found] = []
    reach = -1
    for item in found:
        if item.start < reach:
            group.append(item)
        else:
            _settle(group, kept)
            group = [item]
        reach = max(reach, item.end)
    _settle(group, kept)
    return kept


def _settle(group: list[Found], kept: list[Found]) -> None:
    if len(group) < 2:
        kept.extend(group)
        return
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
