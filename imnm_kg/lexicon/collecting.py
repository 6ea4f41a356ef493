# SPDX-License-Identifier: Apache-2.0
"""Terms of a foreign vocabulary on their way to entries: their kinds, what is left out, and what is broken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from imnm_kg.errors import ImnmError
from imnm_kg.lexicon.entries import Entry
from imnm_kg.lexicon.naming import LONGEST, name_term, one_blank
from imnm_kg.lexicon.vocabularies import Vocabularies
from imnm_kg.reading.streams import Stream, decode

__all__ = ["FAULTS", "Collector", "Fault", "text_lines"]

FAULTS = 1000
"""The most faults that are kept; all are counted."""

_NOTHING: frozenset[str] = frozenset()


class Fault(NamedTuple):
    """Something broken in a lexicon, which was passed over.

    Attributes:
        line: the line, from 1; ``None`` where the file as a whole is meant.
        what: what is wrong, without a final full stop.
    """

    line: int | None
    what: str


class Collector:
    """Takes terms one by one; ``finish`` makes the entries.

    Memory is what counts with hundreds of thousands of terms: a term is kept as the entry that it becomes, an IRI once
    however often it is named, and parents only where they can tell a kind.

    Attributes:
        kind: the kind of all terms that do not say their own; empty where each vocabulary tells it.
        known: what is known of vocabularies.
        prefixes: namespaces by prefix that the file declares.
        faults: the first of what was broken.
        broken: how many were.
        left_out: how many terms were left out, by reason.
        imports: what the file would have others fetch.
    """

    def __init__(self, known: Vocabularies, kind: str = "") -> None:
        self.kind = kind
        self.known = known
        self.prefixes: dict[str, str] = {}
        self.faults: list[Fault] = []
        self.broken = 0
        self.left_out: Counter[str] = Counter()
        self.imports: list[str] = []
        # Of what is a parent and no term yet, its IRI alone.
        self._terms: dict[str, Entry | str] = {}
        self._shorts: dict[str, tuple[str, ...]] = {}
        self._parents: dict[str, str | tuple[str, ...]] = {}
        self._long = self._loud = 0

    def fault(self, line: int | None, what: str) -> None:
        """Note something broken; of one line only the first thing."""
        if line is not None and self.faults and self.faults[-1].line == line:
            return
        self.broken += 1
        if len(self.faults) < FAULTS:
            self.faults.append(Fault(line, what))

    def leave_out(self, why: str) -> None:
        """Count a term that is left out."""
        self.left_out[why] += 1

    def has(self, iri: str) -> bool:
        """Tell whether there is a term with that IRI already."""
        return isinstance(self._terms.get(iri), Entry)

    def drop(self, iri: str, why: str) -> None:
        """Leave out a term that was given before."""
        self._terms[iri] = iri
        self.leave_out(why)

    def add(
        self,
        iri: str,
        label: str,
        synonyms: Iterable[str] = (),
        *,
        shorts: Sequence[str] = (),
        parents: Sequence[str] = (),
        kind: str = "",
        generic: bool = False,
        population: bool = False,
        base: str = "",
    ) -> None:
        """Take a term; what is added to one that is there already are further names and parents.

        Args:
            iri: its IRI.
            label: its preferred name; may be empty where the term is there.
            synonyms: its other names.
            shorts: abbreviations, with a ``?`` where ambiguous.
            parents: the IRIs of what it is a kind of.
            kind: its kind, where the file says it.
            generic: whether it is too general to be told anything of.
            population: whether what is said of it is told of its base.
            base: the IRI of what it is a form of.
        """
        label = one_blank(label)
        names = tuple(dict.fromkeys([name for one in synonyms if 1 < len(name := one_blank(one)) <= LONGEST]))
        first = self._terms.get(iri)
        if isinstance(first, Entry):
            more = (*first.names, label, *names) if label else (*first.names, *names)
            self._terms[iri] = replace(first, names=tuple(x for x in dict.fromkeys(more) if x != first.label))
        else:
            if len(label) > 9:
                self._long += 1
                self._loud += label.isupper()
            iri = first or iri
            self._terms[iri] = Entry(iri, kind or self.kind, label, names, (), _NOTHING, generic, population, base)
        if shorts:
            self._shorts[iri] = (*self._shorts.get(iri, ()), *map(one_blank, shorts))
        if parents and not (kind or self.kind):
            self._parents[iri] = self._once(parents[0]) if len(parents) == 1 else tuple(map(self._once, parents))

    def _once(self, iri: str) -> str:
        term = self._terms.setdefault(iri, iri)
        return term if isinstance(term, str) else term.iri

    def retype(self, iri: str, name: str, *, short: bool) -> None:
        """Take a name from a term; as an abbreviation it stays."""
        term = self._terms.get(iri)
        name = one_blank(name)
        if isinstance(term, Entry) and name in term.names:
            self._terms[iri] = replace(term, names=tuple(other for other in term.names if other != name))
            if short:
                self._shorts[iri] = (*self._shorts.get(iri, ()), name)

    def finish(self) -> tuple[Entry, ...]:
        """Return the entries, sorted by IRI; the collector holds no term afterwards."""
        terms, self._terms = self._terms, {}
        parents, self._parents = self._parents, {}
        kinds = _Kinds(self.known, parents, terms)
        loud = self._loud * 2 > self._long
        everyday = self.known.everyday
        made: list[Entry] = []
        owners: Counter[str] = Counter()
        symbols: dict[str, str] = {}
        for iri in sorted(terms):
            term = terms[iri]
            if isinstance(term, str):
                continue
            kind = term.kind or kinds.of(iri)
            if not kind:
                self.leave_out("no kind")
                continue
            naming = name_term(kind, term.label, term.names, self._shorts.get(iri, ()), everyday, loud=loud)
            if not naming.label:
                self.leave_out("no name to look for")
                continue
            generic = term.generic or iri in self.known.roots
            terms[iri] = entry = Entry(iri, kind, *naming, generic, term.population, term.base)
            made.append(entry)
            if naming.abbreviations:
                owners.update(naming.abbreviations)
                if term.label in naming.abbreviations:
                    symbols.setdefault(term.label, iri)
        for number, entry in enumerate(made):
            if any(owners[short] > 1 for short in entry.abbreviations):
                made[number] = _share(entry, owners, symbols)
        return tuple(made)


def _share(entry: Entry, owners: Mapping[str, int], symbols: Mapping[str, str]) -> Entry:
    """Settle the abbreviations that several terms have.

    What is the preferred name of one of them is that one's alone. Any other stands for none of them unless the text
    says for which.
    """
    kept = tuple(short for short in entry.abbreviations if symbols.get(short, entry.iri) == entry.iri)
    shared = {short for short in kept if owners[short] > 1 and short not in symbols}
    return replace(entry, abbreviations=kept, ambiguous=(entry.ambiguous & set(kept)) | shared)


def text_lines(stream: Stream, collector: Collector) -> Iterator[tuple[int, str]]:
    """Yield number and text of each line; one that cannot be decoded is a fault and is passed over.

    Raises:
        ImnmError: as ``Stream.lines``, when all before the break has been yielded; ``record-binary`` for a
            file that is no text.
    """
    for number, data in stream.lines():
        if data is None:
            collector.fault(number, "the line is too long to be read")
            continue
        try:
            line = decode(data, stream, number)
        except ImnmError as error:
            if error.code == "record-binary":
                raise
            collector.fault(number, error.what)
            continue
        yield number, line


class _Kinds:
    """The kind of a term, by the terms above it and by its namespace."""

    def __init__(
        self, known: Vocabularies, parents: Mapping[str, str | tuple[str, ...]], terms: Container[str]
    ) -> None:
        self._known = known
        self._parents = parents
        self._made: dict[str, str] = dict(known.roots)
        # A part of a vocabulary, without its roots, is taken to be of the kind of the whole.
        self._rooted = {known.space_of(root) for root in known.roots if root in terms}

    def of(self, iri: str) -> str:
        """Return the kind of a term: of the nearest term above it that has one, else by a namespace."""
        known = self._made.get(iri)
        if known is not None:
            return known
        below = {iri: ""}  # what was looked at, and from where
        queue = [iri]
        for term in queue:  # which grows
            kind = self._made.get(term)
            if kind:
                break
            if kind is None:
                parents = self._parents.get(term, ())
                for parent in (parents,) if isinstance(parents, str) else parents:
                    if parent not in below:
                        below[parent] = term
                        queue.append(parent)
        else:
            term = next((one for one in queue if self._by_space(one)), "")
            kind = self._by_space(term)
            if not kind:  # then none of them has one
                self._made.update(dict.fromkeys(queue, ""))
                return ""
        while term:
            self._made[term] = kind
            term = below[term]
        return kind

    def _by_space(self, iri: str) -> str:
        space = self._known.space_of(iri)
        return "" if not space or space in self._rooted else self._known.spaces[space]
