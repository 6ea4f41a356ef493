# SPDX-License-Identifier: Apache-2.0
"""An RDF graph as columns of integers: one column a predicate, each cell a subject and an object in one number.

A triple costs eight bytes beside its terms, and what a shape asks of a predicate is one pass over a column. The terms
are those that the parser gave; a store would change literals (``"01"^^xsd:integer`` to ``1``) and judge another graph.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from operator import attrgetter
from typing import Any, NamedTuple, Protocol

from pyoxigraph import BlankNode, NamedNode, Quad, Triple

from imnm_kg.shacl.vocabulary import Term, rdf, rdfs

__all__ = ["LOW", "DataGraph", "Graph", "Pieces", "Portion", "apart"]

LOW = 0xFFFFFFFF
"""Mask of the second number of a packed pair (``first << 32 | second``)."""


class Graph(Protocol):
    """What validation asks of data: terms by number, and pairs of numbers along a predicate.

    Pairs are packed (``first << 32 | second``), each of them once.
    """

    def intern(self, term: Term) -> int:
        """Give the number of a term, a new one where the data does not hold it."""

    def term(self, number: int) -> Term:
        """Give the term of a number."""

    def forward(self, predicate: int, nodes: Set[int]) -> list[int]:
        """Give the pairs node, object of the triples with one of the nodes as subject."""

    def backward(self, predicate: int, nodes: Set[int]) -> list[int]:
        """Give the pairs node, subject of the triples with one of the nodes as object."""

    def subjects(self, predicate: int) -> set[int]:
        """Give the subjects of a predicate."""

    def objects(self, predicate: int) -> set[int]:
        """Give the objects of a predicate."""

    def instances(self, of: int) -> set[int]:
        """Give the SHACL instances of a class: those typed with it or with a class below it."""

    def instances_among(self, of: int, nodes: Set[int]) -> set[int]:
        """Give those of the nodes that are SHACL instances of a class."""

    def outgoing(self, nodes: Set[int], without: Set[int] = frozenset()) -> Iterator[tuple[int, int, int]]:
        """Give the triples with one of the nodes as subject, those of some predicates left out."""


class Portion(NamedTuple):
    """Triples that have been read already.

    Attributes:
        terms: their subjects and objects, in the order in which they first appear.
        columns: the triples of each predicate in order, packed as their places in ``terms``; predicates as they appear.
    """

    terms: list[Term]
    columns: list[tuple[NamedNode, array[int]]]

    @staticmethod
    def of(source: Iterable[Quad | Triple]) -> Portion:
        """Read a source."""
        ids, columns = _empty()
        _fill(source, ids, columns)
        return Portion(list(ids), list(columns.items()))


class Pieces(Protocol):
    """A source in pieces."""

    def pieces(self) -> Iterator[Iterable[Quad | Triple] | Portion]:
        """Give the pieces, in order."""


class DataGraph:
    """The union of all graphs of some data, in memory."""

    def __init__(self, *sources: Iterable[Quad | Triple] | Pieces) -> None:
        """Read sources, one a file: a label names a blank node within its source only."""
        ids, columns = _empty()  # a term that is asked for has a number from then on
        ends: list[int] = []
        for number, source in enumerate(sources):
            name = "" if len(sources) == 1 else f"f{number}x"
            for piece in (source,) if isinstance(source, Iterable) else source.pieces():
                if isinstance(piece, Portion):
                    _add(piece, name, ids, columns)
                else:
                    _fill(_apart(piece, name) if name else piece, ids, columns)
            ends.append(len(ids))
        self.ends = tuple(ends)
        """How many terms were there after each source: those that it brought follow those of the sources before."""
        self._terms: list[Term] = list(ids)
        self._ids = ids
        self._columns: dict[int, array[int]] = {}
        self._inverse: dict[int, array[int]] = {}
        self._instances: dict[int, set[int]] = {}
        for predicate in list(columns):
            self._columns[self.intern(predicate)] = _ordered(columns.pop(predicate))
        self._type, self._sub_class = self.intern(rdf("type")), self.intern(rdfs("subClassOf"))

    def __len__(self) -> int:
        return sum(map(len, self._columns.values()))

    @property
    def predicates(self) -> set[int]:
        """The predicates of the triples."""
        return set(self._columns)

    @property
    def terms(self) -> Sequence[Term]:
        """All terms, each at the place of its number."""
        return self._terms

    def intern(self, term: Term) -> int:
        """Give the number of a term, a new one where the data does not hold it."""
        number = self._ids[term]
        if number == len(self._terms):
            self._terms.append(term)
        return number

    def term(self, number: int) -> Term:
        """Give the term of a number."""
        return self._terms[number]

    def column(self, predicate: int) -> array[int]:
        """Give all pairs subject, object of a predicate, in order."""
        return self._columns.get(predicate, _EMPTY)

    def _inverted(self, predicate: int) -> array[int]:
        found = self._inverse.get(predicate)
        if found is None:
            column = self.column(predicate)
            found = self._inverse[predicate] = array("Q", sorted((pair & LOW) << 32 | pair >> 32 for pair in column))
        return found

    def forward(self, predicate: int, nodes: Set[int]) -> list[int]:
        """Give the pairs node, object of the triples with one of the nodes as subject."""
        return _select(self.column(predicate), nodes)

    def backward(self, predicate: int, nodes: Set[int]) -> list[int]:
        """Give the pairs node, subject of the triples with one of the nodes as object."""
        return _select(self._inverted(predicate), nodes) if predicate in self._columns else []

    def subjects(self, predicate: int) -> set[int]:
        """Give the subjects of a predicate."""
        return {pair >> 32 for pair in self.column(predicate)}

    def objects(self, predicate: int) -> set[int]:
        """Give the objects of a predicate."""
        return {pair & LOW for pair in self.column(predicate)}

    def instances(self, of: int) -> set[int]:
        """Give the SHACL instances of a class: those typed with it or with a class below it."""
        found = self._instances.get(of)
        if found is None:
            classes, frontier = {of}, {of}
            while frontier:
                frontier = {pair & LOW for pair in self.backward(self._sub_class, frontier)} - classes
                classes |= frontier
            found = self._instances[of] = {pair & LOW for pair in self.backward(self._type, classes)}
        return found

    def instances_among(self, of: int, nodes: Set[int]) -> set[int]:
        """Give those of the nodes that are SHACL instances of a class."""
        return self.instances(of) & nodes

    def outgoing(self, nodes: Set[int], without: Set[int] = frozenset()) -> Iterator[tuple[int, int, int]]:
        """Give the triples with one of the nodes as subject, those of some predicates left out."""
        if not nodes:
            return
        # Terms are numbered as they come, so the nodes of a kind, and what has a predicate, often stand together.
        first, last = min(nodes), max(nodes)
        for predicate, column in self._columns.items():
            if predicate in without or column[-1] >> 32 < first or column[0] >> 32 > last:
                continue
            for pair in _select(column, nodes):
                yield pair >> 32, predicate, pair & LOW

    def triples(self, predicates: Iterable[int] | None = None) -> Iterator[Triple]:
        """Give the triples, or those of some predicates."""
        for predicate in self._columns if predicates is None else predicates:
            yield from self.triples_of(predicate)

    def triples_of(self, predicate: int, pairs: Iterable[int] | None = None) -> Iterator[Triple]:
        """Give the triples of a predicate, all or those of some packed pairs."""
        terms: list[Any] = self._terms
        name = terms[predicate]
        for pair in self.column(predicate) if pairs is None else pairs:
            yield Triple(terms[pair >> 32], name, terms[pair & LOW])


_EMPTY: array[int] = array("Q")


def _empty() -> tuple[defaultdict[Term, int], defaultdict[NamedNode, array[int]]]:
    """Make the numbers of no terms, where the next one that is asked for gets the next number, and no columns."""
    ids = defaultdict[Term, int]()
    ids.default_factory = ids.__len__
    return ids, defaultdict(lambda: array("Q"))


def _fill(source: Iterable[Quad | Triple], ids: Mapping[Term, int], columns: Mapping[NamedNode, array[int]]) -> None:
    # The loop that reading a large file spends its time in: one hash a term, and none for a subject said again.
    last: Term | None = None
    subject = 0
    for node, predicate, value in map(attrgetter("subject", "predicate", "object"), source):
        if node != last:
            subject, last = ids[node] << 32, node
        columns[predicate].append(subject | ids[value])


def _add(portion: Portion, name: str, ids: Mapping[Term, int], columns: Mapping[NamedNode, array[int]]) -> None:
    terms = [apart(term, name) for term in portion.terms] if name else portion.terms
    numbers = [ids[term] for term in terms]
    for predicate, column in portion.columns:
        columns[predicate].extend([numbers[pair >> 32] << 32 | numbers[pair & LOW] for pair in column])


def apart(term: Term, name: str) -> Term:
    """Give a blank node a name that starts with that of its source; a label names one within its source only."""
    return BlankNode(f"{name}{term.value}") if isinstance(term, BlankNode) else term


def _apart(source: Iterable[Quad | Triple], name: str) -> Iterator[Quad | Triple]:
    for quad in source:
        if isinstance(quad.subject, BlankNode) or isinstance(quad.object, BlankNode):
            yield Triple(apart(quad.subject, name), quad.predicate, apart(quad.object, name))  # type: ignore[arg-type]
        else:
            yield quad


def _ordered(column: array[int]) -> array[int]:
    """Sort a column and leave out triples said twice; one that is in order already, as most files are, is kept."""
    last = -1
    for pair in column:
        if pair <= last:
            return array("Q", sorted(set(column)))
        last = pair
    return column


def _select(column: array[int], nodes: Set[int]) -> list[int]:
    """Give the cells whose first number is one of the nodes: by search for few nodes, by one pass for many."""
    if len(nodes) * 16 > len(column):
        return [pair for pair in column if pair >> 32 in nodes]
    found: list[int] = []
    for node in sorted(nodes):
        start = bisect_left(column, node << 32)
        end = start
        while end < len(column) and column[end] >> 32 == node:
            end += 1
        found += column[start:end]
    return found
