# SPDX-License-Identifier: Apache-2.0
"""All that is asked of the values of a shape, gathered from the shapes that they must conform to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode

from imnm_kg.shacl.columns import DataGraph
from imnm_kg.shacl.constraints import logic, sets, values
from imnm_kg.shacl.constraints.base import Constraint, ValueConstraint, brief
from imnm_kg.shacl.engine import Validation
from imnm_kg.shacl.paths import Path
from imnm_kg.shacl.shapes import Shape, Shapes
from imnm_kg.shacl.sparql import LocalEvaluator
from imnm_kg.shacl.vocabulary import Term, local_name

__all__ = ["Asked", "asked", "barred", "named", "parameter", "shown"]

# What can be said of a term without looking at data.
_TERM = (
    values.Datatype, values.NodeKind, values.MinLength, values.MaxLength, values.Pattern, values.LanguageIn, values.In,
    values.MinInclusive, values.MinExclusive, values.MaxInclusive,
    values.MaxExclusive,
)  # fmt: skip


class Asked(NamedTuple):
    """All that is asked of the value nodes of a shape, by the shape itself and by those that they must conform to.

    Attributes:
        constraints: the constraints.
        properties: the property shapes that look on from the value nodes.
        shapes: the node shapes that the value nodes must conform to, by their nodes.
        path: the path of the shape.
    """

    constraints: tuple[Constraint, ...]
    properties: tuple[Shape, ...]
    shapes: frozenset[Term]
    path: Path | None

    def of(self, *kinds: type[Constraint]) -> list[Constraint]:
        """Give the constraints of some kinds."""
        return [constraint for constraint in self.constraints if isinstance(constraint, kinds)]


def asked(shapes: Shapes, *together: Shape) -> Asked:
    """Gather what shapes ask, through ``sh:node`` and ``sh:and``.

    Args:
        shapes: all shapes.
        together: one shape, or property shapes of the same path that a node must conform to.
    """
    found: list[Constraint] = []
    properties: list[Shape] = []
    known: set[Term] = set()

    def walk(shape: Shape) -> None:
        for constraint in shape.constraints:
            if isinstance(constraint, sets.HasValue) and shape.path is None:
                constraint = values.In((constraint.term,))  # the value of a node shape is its focus node
            found.append(constraint)
            if not isinstance(constraint, logic.Node | logic.And | logic.Property):
                continue
            for node in constraint.shapes:
                other = shapes[node]
                if other.deactivated:
                    continue
                if other.path is not None:
                    properties.append(other)
                elif node not in known:
                    known.add(node)
                    walk(other)

    for shape in together:
        walk(shape)
    return Asked(tuple(found), tuple(dict.fromkeys(properties)), frozenset(known), together[0].path)


def parameter(constraint: Constraint) -> str:
    """Name the property of SHACL that a constraint is written with; of one of a component, the component.

    Args:
        constraint: the constraint.
    """
    name = local_name(constraint.component.value).removesuffix("ConstraintComponent")
    return name[0].lower() + name[1:]


def shown(constraint: Constraint) -> str:
    """Write a constraint as the shape does, as far as a sentence needs it."""
    match constraint:
        case values.In():
            return "another sh:in or sh:hasValue"
        case values.Class() | values.Datatype():
            return f"sh:{parameter(constraint)} {brief(constraint.iri)}"
        case values.NodeKind():
            return f"sh:nodeKind sh:{constraint.kind}"
        case values.MinLength() | values.MaxLength():
            return f"sh:{parameter(constraint)} {constraint.length}"
        case values.Pattern():
            return f'sh:pattern "{constraint.pattern}"'
        case values.LanguageIn():
            return f"sh:languageIn ({' '.join(constraint.languages)})"
        case values.MinInclusive() | values.MinExclusive() | values.MaxInclusive() | values.MaxExclusive():
            return f"sh:{parameter(constraint)} {brief(constraint.bound)}"
    return f"sh:{parameter(constraint)}"


def named(node: Term) -> str:
    """Name a shape for a person; the label of a blank node says nothing and differs from run to run.

    Args:
        node: the node of the shape.
    """
    return brief(node) if isinstance(node, NamedNode) else "a shape without a name"


def barred(term: Term, constraints: Iterable[Constraint]) -> Constraint | None:
    """Give the first constraint that a term cannot meet, whatever the data.

    Args:
        term: the term.
        constraints: what is asked of it.
    """
    graph = DataGraph(())
    run = Validation(graph, Shapes({}), LocalEvaluator(graph, ()))
    for constraint in constraints:
        if isinstance(constraint, _TERM):
            assert isinstance(constraint, ValueConstraint)
            if constraint.faulty(run, {graph.intern(term)}):
                return constraint
        elif isinstance(constraint, values.Class) and isinstance(term, Literal):
            return constraint
    return None
