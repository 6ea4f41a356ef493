# SPDX-License-Identifier: Apache-2.0
"""Shapes as values: what a shape targets, along which path it looks, and what it asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from pyoxigraph import Literal, NamedNode

from imnm_kg.shacl.frozen import Frozen
from imnm_kg.shacl.paths import Path
from imnm_kg.shacl.vocabulary import Term, sh

if TYPE_CHECKING:
    from imnm_kg.shacl.constraints.base import Constraint
    from imnm_kg.shacl.shapes_graph import ShapesGraph

__all__ = ["Shape", "Shapes", "ShapesError", "Target"]

VIOLATION = sh("Violation")


class ShapesError(ValueError):
    """Shapes that the standard calls ill-formed, or that ask what cannot be done; never passed over.

    Attributes:
        node: the shape, or the part of it, at fault.
        predicate: the property of the node that is at fault, if it is one.
        value: the value of that property, if it is at fault.
        what: what is wrong, without a final full stop.
        line: the line within the value, from 1, when the value is a query.
    """

    def __init__(self, node: Term, what: str, predicate: NamedNode | None = None, value: Term | None = None) -> None:
        self.node, self.what, self.predicate, self.value = node, what, predicate, value
        self.line: int | None = None
        super().__init__(f"{node}: {what}")


class Target(NamedTuple):
    """What a shape is aimed at.

    Attributes:
        kind: ``class``, ``node``, ``subjectsOf`` or ``objectsOf``.
        term: the class, the node or the property.
    """

    kind: str
    term: Term


class Shape(Frozen):
    """A node shape, or with a path a property shape.

    Attributes:
        node: its IRI or blank node.
        path: the path of a property shape.
        targets: what it is aimed at; none for a shape that others refer to.
        constraints: what it asks, in the order of the standard's components.
        severity: the severity of its results.
        messages: what its results say in place of the messages of the constraints.
        deactivated: whether it is switched off.
    """

    node: Term
    path: Path | None = None
    targets: tuple[Target, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    severity: NamedNode = VIOLATION
    messages: tuple[Literal, ...] = ()
    deactivated: bool = False

    __eq__ = object.__eq__
    __hash__ = object.__hash__


class Shapes(Frozen):
    """All shapes of a shapes graph.

    Attributes:
        by_node: each shape by its node.
        graph: the shapes graph that they were read from, where they were.
    """

    by_node: Mapping[Term, Shape]
    graph: ShapesGraph | None = None

    @property
    def targeted(self) -> tuple[Shape, ...]:
        """The shapes that have a target and are not switched off."""
        return tuple(shape for shape in self.by_node.values() if shape.targets and not shape.deactivated)

    def __getitem__(self, node: Term) -> Shape:
        return self.by_node[node]
