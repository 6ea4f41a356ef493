# SPDX-License-Identifier: Apache-2.0
"""Validation of a graph behind a SPARQL endpoint: only what the shapes ask about their focus nodes is asked for.

The terms are those that the endpoint gives; how its store writes literals is judged, not how a file wrote them. A
blank node has a name within one answer only, so it can be a value, but nothing further can be asked about it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager

from pyoxigraph import BlankNode

from imnm_kg.errors import ImnmError
from imnm_kg.shacl.by_store import by_store
from imnm_kg.shacl.columns import LOW
from imnm_kg.shacl.constraints.base import Finding, Scope, brief
from imnm_kg.shacl.constraints.sets import Disjoint, Equals
from imnm_kg.shacl.engine import Validation
from imnm_kg.shacl.paths import Predicate
from imnm_kg.shacl.queries import ALONE, MARK, Query
from imnm_kg.shacl.remote_graph import RemoteGraph
from imnm_kg.shacl.remote_rows import Client, Row, Text, UnaskableError, WholeResults
from imnm_kg.shacl.report import Report
from imnm_kg.shacl.shapes import Shape, Shapes, ShapesError, Target
from imnm_kg.shacl.vocabulary import Term

__all__ = ["RemoteEvaluator", "RemoteShapesError", "RemoteValidation"]


class RemoteShapesError(ShapesError):
    """A shape that asks what cannot be asked of a graph behind an endpoint."""


class RemoteEvaluator:
    """Evaluates queries of shapes at an endpoint; see ``Evaluator``."""

    def __init__(self, graph: RemoteGraph, results: WholeResults) -> None:
        """Keep the graph, whose numbers stand for the terms."""
        self._graph = graph
        self._results = results
        self._apart: set[str] = set()

    def rows(
        self, query: Query, names: tuple[str, ...], tuples: Sequence[tuple[int, ...]], constants: Mapping[str, Term]
    ) -> Iterator[tuple[int, Row]]:
        """Evaluate a query with variables pre-bound; see ``Evaluator``."""
        if not query.tokens:
            raise UnaskableError("its query is written in a way that is not understood")
        if query.uses("shapesGraph"):
            raise UnaskableError("its query asks the shapes ($shapesGraph), which the server does not have")
        used = tuple(name for name in names if query.uses(name))
        places = [names.index(name) for name in used]
        bound = [tuple(each[place] for place in places) for each in tuples]
        blank = [name for name, value in constants.items() if isinstance(value, BlankNode)]
        blank += [name for place, name in enumerate(used) if self._graph.blank(each[place] for each in bound)]
        if blank:
            raise UnaskableError(f"a blank node would stand for ${blank[0]} in its query")
        known = Query(query.bind({name: str(term) for name, term in constants.items()}), "", query.prefixes)
        start = next(token.start for token in known.tokens if token.name in ("SELECT", "ASK"))
        prologue = f"{query.prologue}{known.text[:start]}\n"
        known = Query(known.text[start:], "", query.prefixes)
        if used and query.text not in self._apart and known.together(used):
            found = self._together(known, prologue, used, bound)
            if found is not None:
                yield from found
                return
            self._apart.add(query.text)
        answers: dict[tuple[int, ...], list[Row]] = {}
        for place, each in enumerate(bound):
            if each not in answers:
                answers[each] = self._once(known, prologue, used, each)
            yield from ((place, row) for row in answers[each])

    def _together(
        self, query: Query, prologue: str, names: tuple[str, ...], bound: Sequence[tuple[int, ...]]
    ) -> list[tuple[int, Row]] | None:
        """Ask about many nodes at once; gives None where the server does not cope with such a query."""
        term = self._graph.term
        written = [" ".join(str(term(number)) for number in each) for each in bound]

        def write(values: str) -> Text:
            return prologue, query.for_values(names, values)

        def alone(place: int) -> list[Row]:
            return self._once(query, prologue, names, bound[place])

        found: list[list[Row]] = [[] for _ in bound]
        try:
            for place, row in self._results.of_nodes(written, write, alone, _stands_once(query), hurry=True):
                found[place].append({name: row[name] for name in row if name not in (MARK, *names)})
        except ImnmError as error:
            # Virtuoso thinks for ever about some patterns beside VALUES, and answers at once about a single node.
            if error.code in ("endpoint-refused", "endpoint-unreachable", "endpoint-cut"):
                return None
            raise
        # It also joins paths of no step with VALUES wrongly, so some nodes must hear the same when they ask alone.
        hit, missed = ([place for place, rows in enumerate(found) if bool(rows) == some] for some in (True, False))
        for place in {*hit[:1], *hit[-1:], *missed[:1], *missed[-1:]}:
            if _counted(found[place]) != _counted(alone(place)):
                return None
        return [(place, row) for place, rows in enumerate(found) for row in rows]

    def _once(self, query: Query, prologue: str, names: tuple[str, ...], bound: tuple[int, ...]) -> list[Row]:
        terms = {name: str(self._graph.term(number)) for name, number in zip(names, bound, strict=True)}
        select = query.bind(terms)
        if select[:3].upper() == "ASK":
            return [{}] if self._results.ask(prologue + select) else []
        rows = self._results.rows((prologue, select), _stands_once(query))
        if rows is None:
            raise UnaskableError("the result of its query for one node is larger than the server gives")
        return rows


def _counted(rows: list[Row]) -> Counter[frozenset[tuple[str, str]]]:
    """Count rows by what they say, which the label of a blank node is no part of."""
    return Counter(
        frozenset(
            (name, "_:" if isinstance(term, BlankNode) else str(term))
            for name, term in row.items()
            if not name.startswith(ALONE)
        )
        for row in rows
    )


def _stands_once(query: Query) -> bool:
    return any(token.kind == "bnode" for token in query.tokens)


class RemoteValidation(Validation):
    """The validation of a graph behind an endpoint."""

    def __init__(self, client: Client, shapes: Shapes) -> None:
        """Prepare a validation; nothing is asked yet.

        Args:
            client: what sends queries to the endpoint; its default graph is the data.
            shapes: the shapes.
        """
        results = WholeResults(client)
        self.remote = RemoteGraph(results)
        self._targets: dict[Target, set[int]] = {}
        self._choosing: dict[Target, None] = {}
        self._chosen: set[int] = set()
        super().__init__(self.remote, shapes, RemoteEvaluator(self.remote, results))

    def report(self, workers: int = 1) -> Report:
        """Validate all shapes that have a target.

        Args:
            workers: one, as an endpoint is asked by one process.

        Raises:
            RemoteShapesError: when a shape asks what cannot be asked of an endpoint.
        """
        report = super().report(workers)
        if len(self._choosing) > 1:  # a blank node that several of them choose came under several names
            blank = self.remote.matching(self._together(self._choosing, "FILTER(isBlank(?x))"))
            report = Report(report.results, report.focus_nodes - len(self._chosen) + len(blank))
        return Report(report.results, report.focus_nodes, by_store(self.shapes))

    def focus_nodes(self, shape: Shape) -> set[int]:
        """Give the nodes that the targets of a shape choose."""
        with _named(shape.node):
            found = {target: self.chosen(target) for target in shape.targets}
            choosing = dict.fromkeys(target for target in found if self.remote.blank(found[target]))
            focus = set[int]().union(*found.values())
            if len(choosing) > 1:  # what they choose may be the same blank nodes, and one answer tells
                focus -= self.remote.blank(focus)
                focus |= self.remote.matching(self._together(choosing))
            self._choosing |= choosing
            self._chosen |= self.remote.blank(focus)
        return focus

    def _together(self, targets: Iterable[Target], more: str = "") -> str:
        return " UNION ".join(f"{{ {self.remote.pattern(target)} {more} }}" for target in targets)

    def chosen(self, target: Target) -> set[int]:
        """Give the nodes that a target chooses."""
        if target not in self._targets:
            self._targets[target] = super().chosen(target)
        return self._targets[target]

    def check(self, node: Term, focus: Set[int]) -> list[Finding]:
        """Give what a shape, by its node, finds at fault with some nodes."""
        with _named(node):
            return super().check(node, focus)

    def failing(self, node: Term, focus: Set[int]) -> set[int]:
        """Give those of some nodes that do not conform to a shape."""
        with _named(node):
            return super().failing(node, focus)

    def _scope(self, shape: Shape, focus: Set[int]) -> Scope | None:
        if shape.deactivated or not focus:
            return None
        if shape.path is None:
            return super()._scope(shape, focus)
        scope = Scope(focus, self.remote.along(shape.path, focus))
        blank = self.remote.blank(scope.values)
        for constraint in shape.constraints if blank else ():
            if isinstance(constraint, Equals | Disjoint) and shape.path != Predicate(constraint.iri):
                others = constraint.others(self, scope)
                if any(self.remote.blank(others.get(pair >> 32, ())) for pair in scope.pairs if pair & LOW in blank):
                    raise UnaskableError(f"it compares blank nodes with those of {brief(constraint.iri)}")
        return scope


@contextmanager
def _named(node: Term) -> Iterator[None]:
    """Name the shape that asks what cannot be asked."""
    try:
        yield
    except UnaskableError as error:
        raise RemoteShapesError(node, error.what) from error
