# SPDX-License-Identifier: Apache-2.0
"""Whole results from an endpoint that may cut them without a word: each query brings its own count along.

A result that has not as many rows as it says is asked for again in smaller parts, and refused where there are none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NoReturn, Protocol

from pyoxigraph import BlankNode, Literal

from imnm_kg.errors import ImnmError
from imnm_kg.shacl.queries import MARK
from imnm_kg.shacl.vocabulary import Term

__all__ = ["Client", "Text", "UnaskableError", "WholeResults", "odd"]

_COUNT = "imnmCount"
_BATCH = 500
_BATCH_TEXT = 60_000
_AT_ONCE = 400_000
_PAGE = 10_000  # Virtuoso sorts no more, as it comes
Row = Mapping[str, Term]
Text = tuple[str, str]
"""A query: its declarations, and a SELECT that may as well stand within another one."""


class Client(Protocol):
    """What sends queries to an endpoint.

    It raises what is at fault; a label of a blank node must not come in two answers.
    """

    def select(self, query: str, hurry: bool = False) -> Sequence[Row]:
        """Give the rows of a SELECT query, as many as came.

        Args:
            query: the query.
            hurry: whether not to wait long, because there is another way to ask.
        """

    def ask(self, query: str) -> bool:
        """Give the answer to an ASK query."""


class UnaskableError(Exception):
    """Something that cannot be asked of a graph behind an endpoint.

    Attributes:
        what: what it is, as the end of a sentence that names the shape.
    """

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(what)


class WholeResults:
    """Results that are known to be whole."""

    def __init__(self, client: Client) -> None:
        """Keep the client; the size of batches is learned from what comes back."""
        self._client = client
        self._batch = _BATCH
        self._given = 0

    def ask(self, query: str) -> bool:
        """Give the answer to an ASK query, which cannot be cut."""
        return self._client.ask(query)

    def rows(self, text: Text, once: bool = False, hurry: bool = False) -> list[Row] | None:
        """Give the rows of a query; None when some are missing.

        Args:
            text: the query.
            hurry: whether not to wait long, because there is another way to ask.
            once: whether the text must not stand twice in one query, as one with labels of blank nodes.
        """
        prologue, select = text
        count = f"SELECT (COUNT(*) AS ?{_COUNT}) WHERE {{ {{ {select}\n}} }}"
        if once:
            found = [row for each in (count, select) for row in self._client.select(prologue + each, hurry)]
        else:
            union = f"{prologue}SELECT * WHERE {{ {{ {select}\n}} UNION {{ {count} }} }}"
            found = list(self._client.select(union, hurry))
        counts = [row for row in found if _COUNT in row]
        rows = [row for row in found if _COUNT not in row]
        if len(counts) == 1 and _number(counts[0][_COUNT]) == len(rows):
            return rows
        self._given = len(found)
        return None

    def of_nodes(
        self,
        tuples: Sequence[str],
        write: Callable[[str], Text],
        alone: Callable[[int], Sequence[Row]],
        once: bool = False,
        hurry: bool = False,
    ) -> Iterator[tuple[int, Row]]:
        """Ask a query of many nodes, in batches.

        Args:
            tuples: the terms of each node, or nodes, as SPARQL writes them.
            write: writes the query for rows of VALUES, each a number and the terms; the query selects the number as
                the variable of marks.
            alone: gives the rows for the node at a place, whose result does not come whole.
            once: whether the text must not stand twice in one query.
            hurry: whether not to wait long, because there is another way to ask.

        Yields:
            The place of the node and a row of its result.
        """
        start = 0
        while start < len(tuples):
            end, size = start, 0
            while end < len(tuples) and end - start < self._batch and (end == start or size < _BATCH_TEXT):
                size += len(tuples[end])
                end += 1
            values = "\n".join(f"({place} {tuples[place]})" for place in range(start, end))
            rows = self._not_too_large(write(values), once, hurry, end - start)
            if rows is None and end - start > 1:
                self._batch = (end - start) // 2
                continue
            self._batch = min(_BATCH, self._batch + self._batch // 4 + 1)
            if rows is None:
                yield from ((start, row) for row in alone(start))
            for row in rows or ():
                place = _number(row.get(MARK))
                if not start <= place < end:
                    raise odd("a row about a node that was not asked about")
                yield place, row
            start = end

    def _not_too_large(self, text: Text, once: bool, hurry: bool, nodes: int) -> list[Row] | None:
        try:
            return self.rows(text, once, hurry)
        except ImnmError as error:
            if error.code == "endpoint-large" and nodes > 1:
                return None
            raise

    def terms(self, pattern: str) -> list[Term]:
        """Give all terms that ``?x`` can be in a pattern, in pages where the server does not give them at once."""
        distinct = f"SELECT DISTINCT ?x WHERE {{ {pattern} }}"
        counted = self._client.select(f"SELECT (COUNT(*) AS ?{_COUNT}) WHERE {{ {{ {distinct} }} }}")
        if len(counted) != 1:
            raise odd("no count")
        number = _number(counted[0].get(_COUNT))
        if not number:
            return []
        page = _PAGE
        if number <= _AT_ONCE:
            try:
                rows = self.rows(("", distinct), hurry=True)
            except ImnmError as error:
                if error.code not in ("endpoint-refused", "endpoint-unreachable", "endpoint-cut", "endpoint-large"):
                    raise
            else:
                found = dict.fromkeys(row["x"] for row in rows or () if "x" in row)
                if len(found) == number:
                    return list(found)
                page = page if rows is not None else max(2, min(page, self._given))
        blank = self.rows(("", f"SELECT DISTINCT ?x WHERE {{ {pattern} FILTER(isBlank(?x)) }}"))
        if blank is None:
            raise UnaskableError("the server gives more blank nodes than it puts into one answer")
        found = dict.fromkeys(row["x"] for row in blank if "x" in row)
        found.update(dict.fromkeys(self._pages(pattern, page)))
        if len(found) != number:
            _cut(len(found), number)
        return list(found)

    def _pages(self, pattern: str, size: int) -> Iterator[Term]:
        # From where the last page ended, not by OFFSET: servers refuse to sort as far as the end of a large result.
        last, before = "", -1
        seen: set[Term] = set()
        while len(seen) > before:
            before = len(seen)
            beyond = f"FILTER(!isBlank(?x) && STR(?x) >= {Literal(last)})"
            page = f"SELECT DISTINCT ?x WHERE {{ {pattern} {beyond} }} ORDER BY STR(?x) LIMIT {size}"
            for row in self._client.select(page):
                term = row.get("x")
                if term is None or isinstance(term, BlankNode) or not hasattr(term, "value"):
                    raise odd("a row that does not hold what was asked for")
                last = term.value
                seen.add(term)
        yield from seen


def _cut(given: int, number: int) -> NoReturn:
    """Say that a result cannot be had whole."""
    what = f"the server gives {given:,} of {number:,} rows and no way to get the others"
    remedy = "ask when nobody writes to it, or a server with wider limits"
    raise ImnmError("endpoint-cut", what, remedy)


def odd(what: str) -> ImnmError:
    """Say that a server does not answer what was asked."""
    return ImnmError("endpoint-answer", f"the server answered with {what}", "check that it is a SPARQL endpoint")


def _number(term: Term | None) -> int:
    if isinstance(term, Literal) and term.value.isascii() and term.value.isdigit():
        return int(term.value[:18])
    raise odd("something else than a number")
