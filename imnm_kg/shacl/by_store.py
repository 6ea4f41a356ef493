# SPDX-License-Identifier: Apache-2.0
"""Which judgements about a graph behind an endpoint are about how its store writes literals, not how a file did."""

from __future__ import annotations

from pyoxigraph import Literal

from imnm_kg.shacl.constraints import sets, values
from imnm_kg.shacl.constraints.base import Constraint
from imnm_kg.shacl.constraints.queries import Component, Sparql
from imnm_kg.shacl.shapes import Shapes
from imnm_kg.shacl.vocabulary import Term, local_name

__all__ = ["by_store"]

_LEXICAL = (
    values.Datatype, values.MinLength, values.MaxLength, values.Pattern, values.LanguageIn, values.MinExclusive,
    values.MinInclusive, values.MaxExclusive, values.MaxInclusive, sets.UniqueLang, sets.Equals, sets.Disjoint,
    sets.LessThan, sets.LessThanOrEquals, Sparql, Component,
)  # fmt: skip


def by_store(shapes: Shapes) -> tuple[str, ...]:
    """Give the components whose judgement rests on the store, by local name, of the shapes that are asked about."""
    todo: list[Term] = [shape.node for shape in shapes.targeted]
    seen: set[Term] = set()
    found: set[str] = set()
    while todo:
        node = todo.pop()
        shape = shapes[node]
        if node in seen or shape.deactivated:
            continue
        seen.add(node)
        for constraint in shape.constraints:
            todo += constraint.shapes
            if _is_lexical(constraint):
                found.add(local_name(constraint.component.value).removesuffix("ConstraintComponent"))
    return tuple(sorted(found))


def _is_lexical(constraint: Constraint) -> bool:
    if isinstance(constraint, values.In):
        return any(isinstance(member, Literal) for member in constraint.members)
    if isinstance(constraint, sets.HasValue):
        return isinstance(constraint.term, Literal)
    return isinstance(constraint, _LEXICAL)
