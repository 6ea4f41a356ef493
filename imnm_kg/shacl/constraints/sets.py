# SPDX-License-Identifier: Apache-2.0
"""Constraints on all values of a focus node together: how many, which, and beside which other properties."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import ClassVar

from pyoxigraph import Literal, NamedNode

from imnm_kg.shacl.columns import LOW
from imnm_kg.shacl.constraints.base import Constraint, Finding, Run, Scope, brief
from imnm_kg.shacl.paths import Predicate
from imnm_kg.shacl.shapes import Shape
from imnm_kg.shacl.vocabulary import Term

__all__ = [
    "Closed",
    "Disjoint",
    "Equals",
    "HasValue",
    "LessThan",
    "LessThanOrEquals",
    "MaxCount",
    "MinCount",
    "UniqueLang",
]


def _times(count: int) -> str:
    return f"{count} value{'' if count == 1 else 's'}"


class MinCount(Constraint):
    """``sh:minCount``: at least so many values."""

    count: int

    @property
    def says(self) -> str:
        """What the constraint asks."""
        return f"must have {_times(self.count)} or more"

    def check(self, run: Run, shape: Shape, scope: Scope) -> Iterator[Finding]:  # noqa: ARG002
        """Find the focus nodes with too few values."""
        if self.count == 1:
            few = scope.focus - {pair >> 32 for pair in scope.pairs}
        elif self.count < 1:
            return
        else:
            few = {node for node in scope.focus if scope.counts[node] < self.count}
        for node in few:
            yield Finding(node, None, shape, self)


class MaxCount(Constraint):
    """``sh:maxCount``: at most so many values."""

    count: int

    @property
    def says(self) -> str:
        """What the constraint asks."""
        return f"must have no more than {_times(self.count)}" if self.count else "must have no value"

    def check(self, run: Run, shape: Shape, scope: Scope) -> Iterator[Finding]:  # noqa: ARG002
        """Find the focus nodes with too many values."""
        for node, count in scope.counts.items():
            if count > self.count:
                yield Finding(node, None, shape, self)


class UniqueLang(Constraint):
    """``sh:uniqueLang``: no two values in the same language; a result for each language used twice."""

    @property
    def says(self) -> str:
        """What the constraint asks."""
        return "must have no two values in the same language"

    def check(self, run: Run, shape: Shape, scope: Scope) -> Iterator[Finding]:
        """Find the focus nodes with two values in a language."""
        term = run.graph.term
        languages = {
            value: node.language.lower()
            for value in scope.values
            if isinstance(node := term(value), Literal) and node.language
        }
        used = Counter((pair >> 32, languages[pair & LOW]) for pair in scope.pairs if pair & LOW in languages)
        for (focus, _), count in used.items():
            if count > 1:
                yield Finding(focus, None, shape, self)


class HasValue(Constraint):
    """``sh:hasValue``: one of the values is the given one."""

    term: Term

    @property
    def says(self) -> str:
        """What the constraint asks."""
        return f"must have the value {brief(self.term)}"

    def check(self, run: Run, shape: Shape, scope: Scope) -> Iterator[Finding]:
        """Find the focus nodes without the value."""
        wanted = run.graph.intern(self.term)
        for node in scope.focus - {pair >> 32 for pair in scope.pairs if pair & LOW == wanted}:
            yield Finding(node, None, shape, self)


class _Beside(Constraint):
    """A constraint that compares the values with those of another property."""

    iri: NamedNode

    def others(self, run: Run, scope: Scope) -> dict[int, set[int]]:
        """Give the values of the other property by focus node."""
        found: dict[int, set[int]] = {}
        for pair in run.graph.forward(run.graph.intern(self.iri), scope.focus):
            found.setdefault(pair >> 32, set()).add(pair & LOW)
        return found


class Equals(_Beside):
    """``sh:equals``: the same values as another property."""

    @property
    def says(self) -> str:
        """What the constraint asks."""
        return f"must have the same values as {brief(self.iri)}"

    def check(self, run: Run, shape: Shape, scope: Scope) -> Iterator[Finding]:
        """Find the values that only one of the two has."""
        others = self.others(run, scope)
        for focus, values in scope.by_focus.items():
            for value in values ^ others.get(focus, set()):
                yield Finding(focus, value, shape, self)


class Disjoint(_Beside):
    """``sh:disjoint``: no value that another property has too."""

    @property
    def says(self) -> str:
        """What the constraint asks."""
        return f"must share no value with {brief(self.iri)}"

    def check(self, run: Run, shape: Shape, scope: Scope) -> Iterator[Finding]:
        """Find the values that both have."""
        others = self.others(run, scope)
        for pair in scope.pairs:
            if pair & LOW in others.get(pair >> 32, ()):
                yield Finding(pair >> 32, pair & LOW, shape, self)


class LessThan(_Beside):
    """``sh:lessThan``: each value is less than each one of another property; a result for each two that are not."""

    allowed: ClassVar[str] = "<"

    @property
    def says(self) -> str:
        """What the constraint asks."""
        return f"must be less than {'or equal to ' if '=' in self.allowed else ''}each value of {brief(self.iri)}"

    def check(self, run: Run, shape: Shape, scope: Scope) -> Iterator[Finding]:
        """Find the values that are not less, or cannot be compared."""
        from imnm_kg.shacl.ordering import orders  # numbers of any size take a while to import

        term, others = run.graph.term, self.others(run, scope)
        both = [(pair, other) for pair in scope.pairs for other in others.get(pair >> 32, ())]
        for (pair, _), sign in zip(both, orders((term(pair & LOW), term(other)) for pair, other in both), strict=True):
            if sign not in self.allowed:
                yield Finding(pair >> 32, pair & LOW, shape, self)


class LessThanOrEquals(LessThan):
    """``sh:lessThanOrEquals``."""

    allowed = "<="


class Closed(Constraint):
    """``sh:closed``: no property but those of the shape's property shapes and the ignored ones."""

    allowed: frozenset[NamedNode]

    @property
    def says(self) -> str:
        """What the constraint asks."""
        return "must have no other property than those that the shape names"

    def check(self, run: Run, shape: Shape, scope: Scope) -> Iterator[Finding]:
        """Find the values of other properties."""
        allowed = {run.graph.intern(iri) for iri in self.allowed}
        found: dict[int, list[tuple[int, int]]] = {}
        for node, predicate, value in run.graph.outgoing(scope.values, allowed):
            found.setdefault(node, []).append((predicate, value))
        paths: dict[int, Predicate] = {}
        for pair in scope.pairs if found else ():
            for predicate, value in found.get(pair & LOW, ()):
                if predicate not in paths:
                    iri = run.graph.term(predicate)
                    assert isinstance(iri, NamedNode)
                    paths[predicate] = Predicate(iri)
                yield Finding(pair >> 32, value, shape, self, paths[predicate])
