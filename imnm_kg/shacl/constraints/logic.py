# SPDX-License-Identifier: Apache-2.0
"""Constraints that ask other shapes: logic, nodes, properties, and counts of the values that conform."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Set

from imnm_kg.shacl.columns import LOW
from imnm_kg.shacl.constraints.base import Constraint, Finding, Run, Scope, ValueConstraint, brief
from imnm_kg.shacl.shapes import Shape
from imnm_kg.shacl.vocabulary import Term

__all__ = ["And", "Node", "Not", "Or", "Property", "QualifiedMaxCount", "QualifiedMinCount", "Xone"]


class _OneShape(ValueConstraint):
    node: Term

    @property
    def shapes(self) -> tuple[Term, ...]:
        """The shape that it refers to."""
        return (self.node,)


class Node(_OneShape):
    """``sh:node``: each value conforms to the shape."""

    @property
    def says(self) -> str:
        """What the constraint asks."""
        return f"must conform to {brief(self.node)}"

    def faulty(self, run: Run, values: Set[int]) -> set[int]:
        """Give the values that do not conform."""
        return run.failing(self.node, values)


class Not(_OneShape):
    """``sh:not``: no value conforms to the shape."""

    @property
    def says(self) -> str:
        """What the constraint asks."""
        return f"must not conform to {brief(self.node)}"

    def faulty(self, run: Run, values: Set[int]) -> set[int]:
        """Give the values that conform."""
        return set(values) - run.failing(self.node, values)


class _ManyShapes(ValueConstraint):
    nodes: tuple[Term, ...]

    @property
    def shapes(self) -> tuple[Term, ...]:
        """The shapes that it refers to."""
        return self.nodes


class And(_ManyShapes):
    """``sh:and``: each value conforms to all of the shapes."""

    @property
    def says(self) -> str:
        """What the constraint asks."""
        return f"must conform to all of {brief(self.nodes)}"

    def faulty(self, run: Run, values: Set[int]) -> set[int]:
        """Give the values that do not conform to one of them."""
        return {value for node in self.nodes for value in run.failing(node, values)}


class Or(_ManyShapes):
    """``sh:or``: each value conforms to at least one of the shapes."""

    @property
    def says(self) -> str:
        """What the constraint asks."""
        return f"must conform to at least one of {brief(self.nodes)}"

    def faulty(self, run: Run, values: Set[int]) -> set[int]:
        """Give the values that conform to none of them."""
        left = set(values)
        for node in self.nodes:
            left = run.failing(node, left)
        return left


class Xone(_ManyShapes):
    """``sh:xone``: each value conforms to exactly one of the shapes."""

    @property
    def says(self) -> str:
        """What the constraint asks."""
        return f"must conform to exactly one of {brief(self.nodes)}"

    def faulty(self, run: Run, values: Set[int]) -> set[int]:
        """Give the values that conform to none, or to more than one."""
        conforming = Counter(value for node in self.nodes for value in values - run.failing(node, values))
        return {value for value in values if conforming[value] != 1}


class Property(Constraint):
    """``sh:property``: what the property shape finds is found, with the value node as focus node."""

    node: Term

    @property
    def says(self) -> str:
        """What the constraint asks; its results are those of the property shape."""
        return f"must have the property {brief(self.node)}"

    @property
    def shapes(self) -> tuple[Term, ...]:
        """The property shape."""
        return (self.node,)

    def check(self, run: Run, shape: Shape, scope: Scope) -> Iterator[Finding]:  # noqa: ARG002
        """Find what the property shape finds, once for each focus node that has the value node."""
        found = run.check(self.node, scope.values)
        once = len(scope.pairs) == len(scope.values)
        for finding in found:
            yield from (finding,) * (1 if once else scope.uses[finding.focus])

    def failing(self, run: Run, shape: Shape, scope: Scope) -> set[int]:  # noqa: ARG002
        """Give the focus nodes with a value node that does not conform to the property shape."""
        bad = run.failing(self.node, scope.values)
        return {pair >> 32 for pair in scope.pairs if pair & LOW in bad}


class _Qualified(Constraint):
    node: Term
    count: int
    siblings: tuple[Term, ...]

    @property
    def shapes(self) -> tuple[Term, ...]:
        """The shape to count by, and those that a counted value must not conform to."""
        return (self.node, *self.siblings)

    def counted(self, run: Run, scope: Scope) -> Counter[int]:
        """Count for each focus node the values that conform."""
        good = scope.values - run.failing(self.node, scope.values)
        for sibling in self.siblings:
            good = run.failing(sibling, good)
        return Counter(pair >> 32 for pair in scope.pairs if pair & LOW in good)


class QualifiedMinCount(_Qualified):
    """``sh:qualifiedMinCount``: at least so many values conform to the shape."""

    @property
    def says(self) -> str:
        """What the constraint asks."""
        return f"must have {self.count} or more values that conform to {brief(self.node)}"

    def check(self, run: Run, shape: Shape, scope: Scope) -> Iterator[Finding]:
        """Find the focus nodes with too few."""
        counts = self.counted(run, scope)
        for focus in scope.focus:
            if counts[focus] < self.count:
                yield Finding(focus, None, shape, self)


class QualifiedMaxCount(_Qualified):
    """``sh:qualifiedMaxCount``: at most so many values conform to the shape."""

    @property
    def says(self) -> str:
        """What the constraint asks."""
        return f"must have no more than {self.count} values that conform to {brief(self.node)}"

    def check(self, run: Run, shape: Shape, scope: Scope) -> Iterator[Finding]:
        """Find the focus nodes with too many."""
        for focus, count in self.counted(run, scope).items():
            if count > self.count:
                yield Finding(focus, None, shape, self)
