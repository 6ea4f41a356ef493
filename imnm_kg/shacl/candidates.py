# SPDX-License-Identifier: Apache-2.0
"""For which nodes a query may have a row: most data is right, and an engine need not be asked about it.

The triple patterns that every row must match are joined over the columns of the graph, all nodes at once, and rows are
dropped where a filter is certainly false. What is not understood drops nothing, so no node with a row is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from pyoxigraph import NamedNode

from imnm_kg.shacl.columns import LOW, Graph
from imnm_kg.shacl.expressions import Expression, Value, read_expression, value_of
from imnm_kg.shacl.paths import path_values
from imnm_kg.shacl.queries import TOGETHER, Query
from imnm_kg.shacl.query_paths import path_of, steps_of
from imnm_kg.shacl.query_syntax import Group, Pattern, Token

__all__ = ["may_have_rows"]

_AT_ONCE = 100_000  # nodes; what is known of them is forgotten before the next
_MOST = 1_000_000  # rows of a join; where there are more, the engine is asked
_Row: TypeAlias = tuple[int, ...]


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
    patterns = _Patterns(graph, query)
    try:
        for start in every[::_AT_ONCE]:
            some = tuples[start : start + _AT_ONCE]
            left = patterns.solutions(structure.top, names, list(dict.fromkeys(some)))
            possible = {row[: len(names)] for row in left.rows}
            found += [start + number for number, each in enumerate(some) if each in possible]
    except _TooManyError:
        return every
    return found


class _Table:
    """Rows of numbers of terms, under the names of variables.

    Attributes:
        sure: whether each row is a solution for certain, and not only what may be one.
    """

    def __init__(self, columns: tuple[str, ...], rows: list[_Row]) -> None:
        self.columns = columns
        self.rows = rows
        self.sure = True

    def place(self, end: Token | None) -> int | None:
        """Give the column of an end of a pattern, if it has one."""
        is_column = end is not None and end.kind == "var" and end.name in self.columns
        return self.columns.index(end.name) if is_column and end is not None else None


class _Patterns:
    """The groups of one query over one graph."""

    def __init__(self, graph: Graph, query: Query) -> None:
        self.graph = graph
        self.query = query
        self._tests: dict[int, list[Expression]] = {}
        self.values: dict[int, Value] = {}

    def solutions(self, group: Group, columns: tuple[str, ...], rows: list[_Row]) -> _Table:
        """Join the patterns of a group to rows, and drop what its filters certainly drop."""
        table = _Table(columns, rows)
        table.sure = group.plain
        waiting = [step for number, each in enumerate(group.patterns) for step in steps_of(each, number)]
        wanted = _counted(waiting, group)
        while waiting:
            step = next((one for one in waiting if self._is_joined(table, one)), None)
            if step is None:
                table.sure = False  # what no variable leads to is left to the engine
                break
            waiting.remove(step)
            self._join(table, step, wanted)
            if len(table.rows) > _MOST:
                raise _TooManyError
        for test in self._tests_of(group):
            said = test(_Asked(self, group, table))
            table.sure &= all(value is True or value is False for value in said)
            table.rows = [row for row, value in zip(table.rows, said, strict=True) if value is not False]
        return table

    def _tests_of(self, group: Group) -> list[Expression]:
        if id(group) not in self._tests:
            self._tests[id(group)] = [read_expression(tokens, self.query.iri) for tokens in group.filters]
        return self._tests[id(group)]

    def _number(self, end: Token | None) -> int | None:
        """Give the number of an end that is an IRI."""
        iri = self.query.iri(end.text) if end is not None and end.kind in ("iri", "pname") else None
        return None if iri is None else self.graph.intern(NamedNode(iri))

    def _is_joined(self, table: _Table, step: Pattern) -> bool:
        ends = (step.subject, step.object)
        return any(table.place(end) is not None or self._number(end) is not None for end in ends)

    def _join(self, table: _Table, step: Pattern, wanted: dict[str, int]) -> None:
        path = path_of(step.verb, self.query.iri)
        if path is None:
            table.sure = False
            return
        start, end, inverse = step.subject, step.object, False
        if table.place(start) is None and (self._number(start) is None or table.place(end) is not None):
            start, end, inverse = end, start, True
        rows, column, number = table.rows, table.place(start), self._number(start)
        firsts = [row[column] for row in rows] if column is not None else [number or 0] * len(rows)
        pairs = path_values(self.graph, path, set(firsts), inverse)
        other, known = table.place(end), self._number(end)
        if other is not None or known is not None:
            reached = set(pairs)
            seconds = [row[other] for row in rows] if other is not None else [known or 0] * len(rows)
            table.rows = [
                row for row, first, second in zip(rows, firsts, seconds, strict=True) if first << 32 | second in reached
            ]
        elif end is None or end.kind != "var" or wanted[end.name] < 2:
            table.sure &= end is not None and end.kind == "var"
            leading = {pair >> 32 for pair in pairs}
            table.rows = [row for row, first in zip(rows, firsts, strict=True) if first in leading]
        else:
            ends: dict[int, list[int]] = {}
            for pair in pairs:
                ends.setdefault(pair >> 32, []).append(pair & LOW)
            table.rows = [(*row, each) for row, first in zip(rows, firsts, strict=True) for each in ends.get(first, ())]
            table.columns = (*table.columns, end.name)

    def value(self, number: int) -> Value:
        """Give the value of a term in an expression."""
        if number not in self.values:
            self.values[number] = value_of(self.graph.term(number))
        return self.values[number]

    def hides(self, group: Group, columns: tuple[str, ...]) -> bool:
        """Tell whether a group of EXISTS has a variable that something around it may bind, and a row does not."""
        inside, outside = set[str](), set[str]()
        for token in self.query.tokens:
            if token.kind == "var":
                (inside if group.start <= token.start < group.end else outside).add(token.name)
        return bool((inside & outside).difference(columns))


class _Asked:
    """The rows of a table as an expression sees them."""

    def __init__(self, patterns: _Patterns, group: Group, table: _Table) -> None:
        self._patterns, self._group, self._table = patterns, group, table

    def __len__(self) -> int:
        return len(self._table.rows)

    def values(self, name: str) -> list[Value]:
        """Give what a variable stands for in each row; not known where the row does not have it."""
        table, value = self._table, self._patterns.value
        if name not in table.columns:
            return [None] * len(table.rows)
        column = table.columns.index(name)
        return [value(row[column]) for row in table.rows]

    def exists(self, group: int) -> list[bool | None]:
        """Tell for each row whether a group of EXISTS, by its place, has a solution; none: not known."""
        inner, table = self._group.groups[group], self._table
        if self._patterns.hides(inner, table.columns):
            return [None] * len(table.rows)
        named = {token.name for token in self._patterns.query.tokens if inner.start <= token.start < inner.end}
        kept = [place for place, name in enumerate(table.columns) if name in named]
        shared = [tuple([row[place] for place in kept]) for row in table.rows]
        columns = tuple(table.columns[place] for place in kept)
        found = self._patterns.solutions(inner, columns, list(dict.fromkeys(shared)))
        possible = {row[: len(kept)] for row in found.rows}
        yes = True if found.sure else None
        return [yes if row in possible else False for row in shared]


def _counted(steps: Sequence[Pattern], group: Group) -> dict[str, int]:
    """Count how often each variable is asked for by a step or a filter."""
    counts = dict.fromkeys(group.tests, 2)
    for step in steps:
        for end in (step.subject, step.object):
            if end is not None:
                counts[end.name] = counts.get(end.name, 0) + 1
    return counts
