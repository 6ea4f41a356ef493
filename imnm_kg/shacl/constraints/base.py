# SPDX-License-Identifier: Apache-2.0
"""What every constraint is: a component that finds what is at fault among the value nodes of a shape."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Set
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, Protocol

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from imnm_kg.shacl.columns import LOW, Graph
from imnm_kg.shacl.frozen import Frozen
from imnm_kg.shacl.paths import Path
from imnm_kg.shacl.shapes import Shape
from imnm_kg.shacl.vocabulary import Term, local_name, sh

if TYPE_CHECKING:
    from imnm_kg.shacl.sparql import Evaluator

__all__ = ["Constraint", "Finding", "Run", "Scope", "ValueConstraint", "brief"]


class Finding(NamedTuple):
    """One fault, in numbers of terms.

    Attributes:
        focus: the focus node.
        value: the value at fault, if it is one.
        shape: the shape that asks.
        constraint: what of it is not met.
        path: the path of the result where it is not that of the shape.
        messages: what to say where neither the shape nor the constraint says it.
    """

    focus: int
    value: int | None
    shape: Shape
    constraint: Constraint
    path: Path | None = None
    messages: tuple[Literal, ...] = ()


class Run(Protocol):
    """One validation: the data, and the shapes to ask about nodes."""

    graph: Graph

    @property
    def evaluator(self) -> Evaluator:
        """What evaluates SPARQL over the data."""

    def check(self, node: Term, focus: Set[int]) -> list[Finding]:
        """Give what a shape, by its node, finds at fault with some nodes."""

    def failing(self, node: Term, focus: Set[int]) -> set[int]:
        """Give those of some nodes that do not conform to a shape."""


class Scope(Frozen):
    """The focus nodes of a shape, and their value nodes as packed pairs, each once."""

    focus: Set[int]
    pairs: list[int]

    @cached_property
    def values(self) -> set[int]:
        """The value nodes of all focus nodes."""
        return {pair & LOW for pair in self.pairs}

    @cached_property
    def counts(self) -> Counter[int]:
        """How many value nodes each focus node has; those without any are left out."""
        return Counter(pair >> 32 for pair in self.pairs)

    @cached_property
    def uses(self) -> Counter[int]:
        """For how many focus nodes each value node is one."""
        return Counter(pair & LOW for pair in self.pairs)

    @cached_property
    def by_focus(self) -> dict[int, set[int]]:
        """The value nodes of each focus node."""
        found: dict[int, set[int]] = {node: set() for node in self.focus}
        for pair in self.pairs:
            found[pair >> 32].add(pair & LOW)
        return found


class Constraint(Frozen):
    """A constraint of a shape; a subclass a component."""

    __eq__ = object.__eq__
    __hash__ = object.__hash__

    @property
    def component(self) -> NamedNode:
        """The IRI of the component; its local name is that of the class."""
        return sh(f"{type(self).__name__}ConstraintComponent")

    @property
    def says(self) -> str:
        """What the constraint asks, in English, for results whose shape has no message."""
        raise NotImplementedError

    @property
    def shapes(self) -> tuple[Term, ...]:
        """The shapes that it refers to, by their nodes."""
        return ()

    @property
    def source(self) -> Term | None:
        """The node of a constraint that is one of its own, as those in SPARQL are."""
        return None

    def check(self, run: Run, shape: Shape, scope: Scope) -> Iterator[Finding]:
        """Find what is at fault.

        Args:
            run: the validation.
            shape: the shape that the constraint belongs to.
            scope: its focus nodes and value nodes.
        """
        raise NotImplementedError

    def failing(self, run: Run, shape: Shape, scope: Scope) -> set[int]:
        """Give the focus nodes that are at fault.

        Args:
            run: the validation.
            shape: the shape that the constraint belongs to.
            scope: its focus nodes and value nodes.
        """
        return {finding.focus for finding in self.check(run, shape, scope)}


class ValueConstraint(Constraint):
    """A constraint that judges each value node alone, so that one that many focus nodes share is judged once."""

    def faulty(self, run: Run, values: Set[int]) -> set[int]:
        """Give those of some value nodes that do not meet the constraint."""
        raise NotImplementedError

    def check(self, run: Run, shape: Shape, scope: Scope) -> Iterator[Finding]:
        """Find the pairs whose value node is at fault."""
        bad = self.faulty(run, scope.values)
        if bad:
            for pair in scope.pairs:
                if pair & LOW in bad:
                    yield Finding(pair >> 32, pair & LOW, shape, self)


def brief(terms: Term | Iterable[Term]) -> str:
    """Write terms for a person: the local name of an IRI, a literal as its text in quotes."""
    if isinstance(terms, NamedNode):
        return local_name(terms.value)
    if isinstance(terms, Literal):
        return f'"{terms.value}"' + (f"@{terms.language}" if terms.language else "")
    if isinstance(terms, BlankNode | Triple):
        return str(terms)
    return ", ".join(map(brief, terms))
