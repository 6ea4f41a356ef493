# SPDX-License-Identifier: Apache-2.0
"""For which nodes a query may have a row: most data is right, and an engine need not be asked about it.

The triple patterns that every row must match are joined over the columns of the graph, all nodes at once, and rows are
dropped where a filter is certainly false. What is not understood drops nothing, so no node with a row is left out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import compress, islice

from pyoxigraph import NamedNode

from imnm_kg.shacl.columns import LOW, Graph
from imnm_kg.shacl.expressions import Expression, Value, read_expression, value_of
from imnm_kg.shacl.paths import Predicate, path_values
from imnm_kg.shacl.queries import TOGETHER, Query
from imnm_kg.shacl.query_paths import path_of, steps_of
from imnm_kg.shacl.query_syntax import Group, Pattern, Token

__all__ = ["may_have_rows"]

_AT_ONCE = 100_000  # nodes; what is known of them is forgotten before the next
_MOST = 1_000_000  # rows of a join; where there are more, the engine is asked


class _TooManyError(Exception):
    """More rows than it is worth to look at."""


def may_have_rows(
    graph: Graph, query: Query, names: tuple[str, ...], tuples: Sequence[tuple[int, ...]]
) -> Sequence[int]:
    """Give the places of the tuples for which a query may have a row, in order; all where it cannot be told.

    Args:
        graph: the data.
        query: the query, what is bound to one term for all nodes put into its text.
        names: the variables that are bound.
        tuples: what they are bound to, by number, one tuple an evaluation.
    """
    every = range(len(tuples))
    structure = query.structure
    if structure is None or len(structure.projections) != 1 or structure.words & TOGETHER or structure.graphs:
        return every
    found: list[int] = []
    try:
        for start in every[::_AT_ONCE]:
            some = tuples[start : start + _AT_ONCE]
            table = _Table(list(every[start : start + _AT_ONCE]), dict(zip(names, _columns(some, names), strict=True)))
            _Patterns(graph, query).solve(structure.top, table)
            found += dict.fromkeys(table.places)  # in order still, for rows are only dropped and said again
    except _TooManyError:
        return every
    return found


def _columns(rows: Sequence[tuple[int, ...]], names: Sequence[str]) -> list[list[int]]:
    return [[row[place] for row in rows] for place in range(len(names))]


class _Table:
    """Numbers of terms in columns under the names of variables.

    Attributes:
        places: for each row what it began with, in order.
        columns: the columns.
        sure: whether each row is a solution for certain, and not only what may be one.
    """

    def __init__(self, places: list[int], columns: dict[str, list[int]]) -> None:
        self.places = places
        self.columns = columns
        self.sure = True

    def column(self, end: Token | None) -> list[int] | None:
        """Give the column of an end of a pattern, if it has one."""
        return self.columns.get(end.name) if end is not None and end.kind == "var" else None

    def keep(self, wanted: Sequence[bool]) -> None:
        """Keep the rows that are wanted."""
        if not all(wanted):
            self.places = list(compress(self.places, wanted))
            self.columns = {name: list(compress(column, wanted)) for name, column in self.columns.items()}

    def add(self, name: str, starts: Sequence[int], pairs: Sequence[int]) -> None:
        """Add a column: for each row what its start leads to, one row for each; without any the row is dropped."""
        one = {pair >> 32: pair & LOW for pair in pairs}
        if len(one) == len(pairs):
            self.keep([start in one for start in starts])
            self.columns[name] = [one[start] for start in starts if start in one]
            return
        several: dict[int, list[tuple[int]]] = {}
        for pair in pairs:
            several.setdefault(pair >> 32, []).append((pair & LOW,))
        self.expand((name,), [several.get(start, ()) for start in starts])

    def expand(self, names: tuple[str, ...], values: Sequence[Collection[tuple[int, ...]]]) -> None:
        """Say each row once for each of its values, which go into new columns; a row without any is dropped."""
        rows = [row for row, found in enumerate(values) for _ in found]
        self.places = [self.places[row] for row in rows]
        self.columns = {name: [column[row] for row in rows] for name, column in self.columns.items()}
        said = [each for found in values for each in found]
        self.columns.update(zip(names, _columns(said, names), strict=True))


class _Patterns:
    """The groups of one query over one graph."""

    def __init__(self, graph: Graph, query: Query) -> None:
        self.graph = graph
        self.query = query
        self._tests: dict[int, list[Expression]] = {}
        self._values: dict[int, Value] = {}

    def solve(self, group: Group, table: _Table) -> None:
        """Join the patterns of a group to a table, and drop the rows that its filters certainly drop."""
        table.sure = group.plain
        waiting = [step for number, each in enumerate(group.patterns) for step in steps_of(each, number)]
        wanted = _counted(waiting, group)
        while waiting:
            step = next((one for one in waiting if self._is_joined(table, one)), None)
            if step is not None:
                self._join(table, step, wanted)
            else:  # nothing leads there from what is known
                found = next(((one, plain) for one in waiting if (plain := self._plain(one)) is not None), None)
                if found is None:
                    table.sure = False
                    break
                step, plain = found
                self._cross(table, *plain)
            waiting.remove(step)
            if len(table.places) > _MOST:
                raise _TooManyError
        if id(group) not in self._tests:
            self._tests[id(group)] = [read_expression(tokens, self.query.iri) for tokens in group.filters]
        for test in self._tests[id(group)]:
            said = test(_Asked(self, group, table))
            table.sure &= all(isinstance(value, bool) for value in said)
            table.keep([value is not False for value in said])

    def _number(self, end: Token | None) -> int | None:
        """Give the number of an end that is an IRI."""
        iri = self.query.iri(end.text) if end is not None and end.kind in ("iri", "pname") else None
        return None if iri is None else self.graph.intern(NamedNode(iri))

    def _is_joined(self, table: _Table, step: Pattern) -> bool:
        ends = (step.subject, step.verb[0]) if step.verb[0].kind == "var" else (step.subject, step.object)
        return any(table.column(end) is not None or self._number(end) is not None for end in ends)

    def _join(self, table: _Table, step: Pattern, wanted: dict[str, int]) -> None:
        if step.verb[0].kind == "var":
            self._join_any(table, (step.subject, step.verb[0], step.object))
            return
        path = path_of(step.verb, self.query.iri)
        if path is None:
            table.sure = False
            return
        start, end, inverse = step.subject, step.object, False
        if table.column(start) is None and (self._number(start) is None or table.column(end) is not None):
            start, end, inverse = end, start, True
        starts = self._terms(table, start)
        assert starts is not None
        pairs = path_values(self.graph, path, set(starts), inverse)
        ends = self._terms(table, end)
        if ends is not None:
            reached = set(pairs)
            table.keep([start << 32 | end in reached for start, end in zip(starts, ends, strict=True)])
        elif end is None or end.kind != "var" or wanted[end.name] < 2:
            table.sure &= end is not None and end.kind == "var"  # and no literal and no node in brackets
            leading = {pair >> 32 for pair in pairs}
            table.keep([start in leading for start in starts])
        else:
            table.add(end.name, starts, pairs)

    def _plain(self, step: Pattern) -> tuple[int, tuple[str, str]] | None:
        """Give predicate and variables of a pattern that is one predicate between two variables."""
        names = tuple(end.name for end in (step.subject, step.object) if end is not None and end.kind == "var")
        path = path_of(step.verb, self.query.iri)
        if len({*names}) < 2 or not isinstance(path, Predicate):
            return None
        return self.graph.intern(path.iri), (names[0], names[1])

    def _cross(self, table: _Table, predicate: int, names: tuple[str, str]) -> None:
        """Join all triples of a predicate, of which no end is known, to each row."""
        pairs = self.graph.forward(predicate, self.graph.subjects(predicate))
        if len(pairs) * len(table.places) > _MOST:
            raise _TooManyError
        table.expand(names, [[(pair >> 32, pair & LOW) for pair in pairs]] * len(table.places))

    def _join_any(self, table: _Table, ends: tuple[Token | None, Token, Token | None]) -> None:
        """Join a pattern whose predicate is a variable; it or the subject is known."""
        given = [self._terms(table, end) for end in ends]
        triples = list(islice(self._triples(given[0], given[1]), _MOST + 1))
        if len(triples) > _MOST:
            raise _TooManyError
        known = [at for at in range(3) if given[at] is not None]
        new = {end.name: at for at, end in enumerate(ends) if at not in known and end is not None and end.kind == "var"}
        table.sure &= len(known) + len(new) == 3  # and no literal, no node in brackets, no variable that is there twice
        index: dict[tuple[int, ...], dict[tuple[int, ...], None]] = {}
        for triple in triples:
            values = index.setdefault(tuple([triple[at] for at in known]), {})
            values[tuple([triple[at] for at in new.values()])] = None
        keys = zip(*(given[at] or () for at in known), strict=True)
        table.expand(tuple(new), [index.get(key, ()) for key in keys])

    def _triples(self, subjects: list[int] | None, predicates: list[int] | None) -> Iterator[tuple[int, int, int]]:
        """Give the triples with one of some subjects and one of some predicates, of which one is known."""
        if predicates is None:
            yield from self.graph.outgoing(set(subjects or ()))
            return
        for predicate in dict.fromkeys(predicates):
            starts = self.graph.subjects(predicate) if subjects is None else set(subjects)
            for pair in self.graph.forward(predicate, starts):
                yield pair >> 32, predicate, pair & LOW

    def _terms(self, table: _Table, end: Token | None) -> list[int] | None:
        """Give what an end of a pattern is in each row, if it is known."""
        column, number = table.column(end), self._number(end)
        return column if number is None else [number] * len(table.places)

    def value(self, number: int) -> Value:
        """Give the value of a term in an expression."""
        if number not in self._values:
            self._values[number] = value_of(self.graph.term(number))
        return self._values[number]

    def variables(self, group: Group) -> tuple[set[str], set[str]]:
        """Give the variables in a group, and those in the rest of the query."""
        inside, outside = set[str](), set[str]()
        for token in self.query.tokens:
            if token.kind == "var":
                (inside if group.start <= token.start < group.end else outside).add(token.name)
        return inside, outside


class _Asked:
    """The rows of a table as an expression sees them."""

    def __init__(self, patterns: _Patterns, group: Group, table: _Table) -> None:
        self._patterns, self._group, self._table = patterns, group, table

    def __len__(self) -> int:
        return len(self._table.places)

    def values(self, name: str) -> list[Value]:
        """Give what a variable stands for in each row; not known where the row does not have it."""
        column = self._table.columns.get(name)
        return [None] * len(self) if column is None else list(map(self._patterns.value, column))

    def exists(self, group: int) -> list[bool | None]:
        """Tell for each row whether a group of EXISTS, by its place, has a solution; none: not known."""
        inner, columns = self._group.groups[group], self._table.columns
        inside, outside = self._patterns.variables(inner)
        if inside & outside - columns.keys():  # something around it may bind what the rows here do not have
            return [None] * len(self)
        names = [name for name in columns if name in inside]
        rows = list(zip(*(columns[name] for name in names), strict=True)) if names else [()] * len(self)
        numbers = {row: number for number, row in enumerate(dict.fromkeys(rows))}
        table = _Table([*numbers.values()], dict(zip(names, _columns([*numbers], names), strict=True)))
        self._patterns.solve(inner, table)
        possible = set(table.places)
        yes = True if table.sure else None
        return [yes if numbers[row] in possible else False for row in rows]


def _counted(steps: Sequence[Pattern], group: Group) -> dict[str, int]:
    """Count how often each variable is asked for by a step or a filter."""
    counts = dict.fromkeys(group.tests, 2)
    for step in steps:
        for end in (step.subject, *step.verb, step.object):
            if end is not None and end.kind == "var":
                counts[end.name] = counts.get(end.name, 0) + 1
    return counts
