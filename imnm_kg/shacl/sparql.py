# SPDX-License-Identifier: Apache-2.0
"""Queries of shapes over the data in memory: many nodes at once where that is safe, one by one where it is not.

The embedded store gets only the predicates that a query can see. It would change some literals (``"01"^^xsd:integer``),
so it gets none of those, and for the nodes from which a query can see one the query is evaluated by rdflib, slower and
over the terms as written.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import pyoxigraph as ox
from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from imnm_kg.shacl.candidates import may_have_rows
from imnm_kg.shacl.columns import LOW, DataGraph
from imnm_kg.shacl.expressions import INTEGER, PLAIN_INTEGER
from imnm_kg.shacl.queries import MARK, MARKS, Query, mark
from imnm_kg.shacl.visible import visible
from imnm_kg.shacl.vocabulary import XSD, Term

if TYPE_CHECKING:
    import rdflib

__all__ = ["SHAPES_GRAPH", "Evaluator", "LocalEvaluator", "Row", "altered"]

SHAPES_GRAPH = NamedNode("urn:x-shacl:shapes")
Row = Mapping[str, Term]
_MARK = "urn:x-shacl:mark:"
_SMALL = 50_000


class Evaluator(Protocol):
    """What evaluates the queries of shapes over some data."""

    def rows(
        self, query: Query, names: tuple[str, ...], tuples: Sequence[tuple[int, ...]], constants: Mapping[str, Term]
    ) -> Iterator[tuple[int, Row]]:
        """Evaluate a query with variables pre-bound.

        Args:
            query: the query.
            names: the names of the variables that differ from node to node.
            tuples: what they are bound to, by number, one tuple an evaluation.
            constants: variables that are bound to the same term each time.

        Yields:
            The place of the tuple, and a row of its evaluation; for ASK one empty row when the answer is yes.
        """


class _Question(NamedTuple):
    """A query for some nodes.

    Attributes:
        query: the query.
        names: the names of the variables that differ from node to node.
        tuples: what they are bound to, by number, one tuple an evaluation.
        constants: variables that are bound to the same term each time.
        predicates: the predicates of the data that the query can see.
    """

    query: Query
    names: tuple[str, ...]
    tuples: Sequence[tuple[int, ...]]
    constants: Mapping[str, Term]
    predicates: Sequence[int]

    def of(self, places: Sequence[int]) -> _Question:
        """Give the same for the tuples at some places, in order."""
        every = len(places) == len(self.tuples)
        return self if every else self._replace(tuples=[self.tuples[place] for place in places])

    def columns(self) -> dict[str, set[int]]:
        """Give what each variable is bound to."""
        return dict(zip(self.names, map(set, zip(*self.tuples, strict=True)), strict=True))


def altered(terms: Iterable[Term]) -> set[Term]:
    """Give the terms that the embedded store would not keep as they are written."""
    literals: set[Term] = {
        term for term in terms if isinstance(term, Literal) and term.language is None and _risky(term)
    }
    if not literals:
        return set()
    store, node = ox.Store(), NamedNode("urn:x")
    store.extend(Quad(node, node, literal) for literal in literals)
    return literals - {quad.object for quad in store}


def _risky(literal: Literal) -> bool:
    datatype = literal.datatype.value
    if datatype == INTEGER and PLAIN_INTEGER.fullmatch(literal.value):
        return False  # it is kept as it is written
    return datatype.startswith(XSD) and datatype not in (f"{XSD}string", f"{XSD}anyURI")


class LocalEvaluator:
    """Evaluates queries over data in memory."""

    def __init__(self, graph: DataGraph, shapes: Sequence[Quad], small: int = _SMALL) -> None:
        """Keep the data and the shapes; stores are filled when a query asks for them.

        Args:
            graph: the data.
            shapes: the shapes, for queries that ask them.
            small: so many triples are loaded once for all queries; of more, each query gets only what it can see.
        """
        self._whole = len(graph) <= small
        self._graph = graph
        self._shapes = shapes
        self._store = ox.Store()
        self._loaded: set[int] = set()
        self._altered: dict[int, set[int]] = {}
        self._rdflib: dict[frozenset[int], rdflib.Graph] = {}

    def rows(
        self, query: Query, names: tuple[str, ...], tuples: Sequence[tuple[int, ...]], constants: Mapping[str, Term]
    ) -> Iterator[tuple[int, Row]]:
        """Evaluate a query with variables pre-bound; see ``Evaluator``."""
        if query.uses("shapesGraph"):
            self._shapes_loaded  # noqa: B018
            constants = {"shapesGraph": SHAPES_GRAPH, **constants}
        asked = _Question(query, names, tuples, constants, self._predicates(query))
        if any(isinstance(value, BlankNode) for value in constants.values()) or altered(constants.values()):
            yield from self._by_rdflib(asked)
            return
        bound = Query(query.bind(_texts(constants)), query.prologue, query.prefixes) if constants else query
        known = asked._replace(query=bound)
        possible = self._possible(known)
        slow = [possible[at] for at in self._seeing_altered(known.of(possible))]
        left = sorted({*possible}.difference(slow))
        for evaluate, question, places in ((self._by_rdflib, asked, slow), (self._by_store, known, left)):
            if places:
                yield from ((places[at], row) for at, row in evaluate(question.of(places)))

    def _possible(self, asked: _Question) -> Sequence[int]:
        """Give the places of the tuples for which a query whose constants are bound may have a row."""
        return may_have_rows(self._graph, asked.query, asked.names, asked.tuples)

    def _by_store(self, asked: _Question) -> Iterator[tuple[int, Row]]:
        """Evaluate a query whose constants are bound for nodes from which it sees no literal that the store changes."""
        query, term = asked.query, self._graph.term
        used = tuple(name for name in asked.names if query.uses(name))
        together = bool(used) and query.together(used)
        if together and len(asked.tuples) > 1:
            yield from self._at_once(asked, used)
            return
        self._load(asked.predicates)
        for place, each in enumerate(asked.tuples):
            nodes = dict(zip(asked.names, map(term, each), strict=True))
            if not any(isinstance(node, BlankNode) for node in nodes.values()):
                found = _solutions(self._store.query(query.prologue + query.bind(_texts(nodes))))
                yield from ((place, row) for row in found)
            elif together:  # no text stands for a blank node, but a mark can lead to it
                yield from ((place, row) for _, row in self._at_once(asked.of([place]), used))
            else:
                yield from ((place, row) for _, row in self._by_rdflib(asked.of([place])))

    def _predicates(self, query: Query) -> list[int]:
        iris = query.predicates()
        every = self._graph.predicates
        if iris is None:
            return sorted(every)
        return sorted({self._graph.intern(NamedNode(iri)) for iri in iris} & every)

    def _altered_objects(self, predicate: int) -> set[int]:
        if predicate not in self._altered:
            terms = altered(map(self._graph.term, self._graph.objects(predicate)))
            self._altered[predicate] = {self._graph.intern(term) for term in terms}
        return self._altered[predicate]

    def _seeing_altered(self, asked: _Question) -> list[int]:
        """Give the places of the tuples from which a query can see a literal that the store would change."""
        tuples = asked.tuples
        bound = {number for each in tuples for number in each}
        strange = {self._graph.intern(term) for term in altered(map(self._graph.term, bound))}
        objects = {each: found for each in asked.predicates if (found := self._altered_objects(each))}
        known = {place for place, each in enumerate(tuples) if not strange.isdisjoint(each)}
        halves = [range(len(tuples))] if objects and tuples else []
        while halves:  # what no node of a half can see, none of its nodes can
            places = halves.pop()
            seen = visible(self._graph, asked.query, asked.of(places).columns())
            if seen is not None and not self._any_of(seen, objects):
                continue
            if len(places) == 1 or seen is None:
                known.update(places)
                continue
            middle = len(places) // 2
            halves += [places[:middle], places[middle:]]
        return sorted(known)

    def _any_of(self, seen: Mapping[int, Collection[int] | None], objects: Mapping[int, set[int]]) -> bool:
        """Tell whether one of some objects is in packed pairs, by predicate."""
        for predicate, numbers in objects.items():
            if predicate in seen:
                pairs = seen[predicate]
                if pairs is None or any(pair & LOW in numbers for pair in pairs):
                    return True
        return False

    def _load(self, predicates: Iterable[int]) -> None:
        missing = [predicate for predicate in predicates if predicate not in self._loaded]
        if missing:
            for each in missing:
                self._store.bulk_extend(self._quads(each))
            self._loaded |= set(missing)

    @cached_property
    def _shapes_loaded(self) -> bool:
        self._store.extend(Quad(quad.subject, quad.predicate, quad.object, SHAPES_GRAPH) for quad in self._shapes)
        return True

    def _at_once(self, asked: _Question, used: tuple[str, ...]) -> Iterator[tuple[int, Row]]:
        """Ask for all tuples in one query, which uses some of the variables."""
        query = asked.query
        whole = self._whole or query.uses("shapesGraph")
        seen = None if whole else visible(self._graph, query, asked.columns())
        if seen is None:
            self._load(asked.predicates)
            store = self._store
        else:
            store = ox.Store()
            for predicate, pairs in seen.items():
                store.bulk_extend(self._quads(predicate, pairs))
        assert query.structure is not None
        top = query.structure.top
        if top.binds.issuperset(used) and top.late.isdisjoint(used):
            yield from self._keyed(store, asked, used)
        else:
            yield from self._marked(store, asked)

    def _quads(self, predicate: int, pairs: Iterable[int] | None = None) -> list[Quad]:
        """Give the triples of a predicate, all or those of some packed pairs, that the store would not change."""
        strange = self._altered_objects(predicate)
        pairs = self._graph.column(predicate) if pairs is None else pairs
        terms: Sequence[Any] = self._graph.terms
        name = terms[predicate]
        if strange:
            pairs = [pair for pair in pairs if pair & LOW not in strange]
        return [Quad(terms[pair >> 32], name, terms[pair & LOW]) for pair in pairs]

    def _keyed(self, store: ox.Store, asked: _Question, used: tuple[str, ...]) -> Iterator[tuple[int, Row]]:
        """Ask a query that binds its variables itself; rows of other nodes are passed over."""
        columns = [asked.names.index(name) for name in used]
        places: dict[tuple[int, ...], list[int]] = {}
        for place, each in enumerate(asked.tuples):
            places.setdefault(tuple(each[column] for column in columns), []).append(place)
        intern = self._graph.intern
        for row in _solutions(store.query(asked.query.for_names(used))):
            for place in places.get(tuple(intern(row[name]) for name in used), ()):
                yield place, row

    def _marked(self, store: ox.Store, asked: _Question) -> Iterator[tuple[int, Row]]:
        """Ask a query whose variables are bound by marks, one a tuple, in a graph of their own."""
        term = self._graph.term
        store.bulk_extend(
            Quad(NamedNode(f"{_MARK}{place}"), mark(name), term(number), MARKS)
            for place, each in enumerate(asked.tuples)
            for name, number in zip(asked.names, each, strict=True)
        )
        try:
            for row in _solutions(store.query(asked.query.for_marks(asked.names))):
                yield int(row.pop(MARK).value[len(_MARK) :]), row
        finally:
            store.clear_graph(MARKS)

    def _by_rdflib(self, asked: _Question) -> Iterator[tuple[int, Row]]:
        from imnm_kg.shacl.rdflib_bridge import from_rdflib, to_rdflib

        query, graph = asked.query, self._rdflib_graph(asked)
        for place, each in enumerate(asked.tuples):
            nodes = {**asked.constants, **dict(zip(asked.names, map(self._graph.term, each), strict=True))}
            named = {name: node for name, node in nodes.items() if not isinstance(node, BlankNode)}
            blank = {name: to_rdflib(node) for name, node in nodes.items() if name not in named}
            result = graph.query(query.prologue + query.bind(_texts(named)), initBindings=blank)
            if result.type == "ASK":
                yield from [(place, {})] if result.askAnswer else []
                continue
            for row in result.bindings:
                yield place, {str(name): from_rdflib(value) for name, value in row.items()}

    def _rdflib_graph(self, asked: _Question) -> Any:
        """Give what a query can see from some nodes to rdflib, which takes long to be filled."""
        from imnm_kg.shacl.rdflib_bridge import rdflib_graph, to_rdflib

        if asked.query.uses("shapesGraph"):
            from rdflib import Dataset

            graph: Any = Dataset()
            rdflib_graph(self._graph.triples(asked.predicates), graph.default_context)
            rdflib_graph(self._shapes, graph.graph(to_rdflib(SHAPES_GRAPH)))
            return graph
        seen = visible(self._graph, asked.query, asked.columns())
        if seen is not None:
            return rdflib_graph(
                triple for each, pairs in seen.items() for triple in self._graph.triples_of(each, pairs)
            )
        key = frozenset(asked.predicates)
        if key not in self._rdflib:
            self._rdflib[key] = rdflib_graph(self._graph.triples(asked.predicates))
        return self._rdflib[key]


def _texts(terms: Mapping[str, Term]) -> dict[str, str]:
    return {name: str(term) for name, term in terms.items()}


def _solutions(result: Any) -> Iterator[dict[str, Any]]:
    """Give the rows of a result as mappings without what is unbound; for ASK one empty row when the answer is yes."""
    if isinstance(result, ox.QueryBoolean):
        if result:
            yield {}
        return
    names = [variable.value for variable in result.variables]
    for row in result:
        yield {name: value for name in names if (value := row[name]) is not None}
