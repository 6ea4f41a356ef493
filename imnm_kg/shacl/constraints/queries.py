# SPDX-License-Identifier: Apache-2.0
"""Constraints in SPARQL: those that a shape holds, and components that a shapes graph defines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from pyoxigraph import Literal, NamedNode

from imnm_kg.shacl.columns import LOW
from imnm_kg.shacl.constraints.base import Constraint, Finding, Run, Scope, brief
from imnm_kg.shacl.paths import Predicate
from imnm_kg.shacl.queries import Query
from imnm_kg.shacl.shapes import Shape, ShapesError
from imnm_kg.shacl.sparql import Row
from imnm_kg.shacl.vocabulary import Term, sh

__all__ = ["Component", "Sparql"]


class Sparql(Constraint):
    """``sh:sparql``: each row of the query is a fault.

    Attributes:
        node: the node of the constraint.
        query: its query.
        messages: its messages, with placeholders.
        constants: what is bound to the same term for all nodes, by name.
    """

    node: Term
    query: Query
    messages: tuple[Literal, ...]
    constants: Mapping[str, Term]

    @property
    def component(self) -> NamedNode:
        """The IRI of the component."""
        return sh("SPARQLConstraintComponent")

    @property
    def says(self) -> str:
        """What the constraint asks."""
        named = f" {brief(self.node)}" if isinstance(self.node, NamedNode) else ""  # a label differs from run to run
        return f"must have no result of the query{named}"

    @property
    def source(self) -> Term | None:
        """The node of the constraint."""
        return self.node

    def check(self, run: Run, shape: Shape, scope: Scope) -> Iterator[Finding]:
        """Find the rows of the query for all focus nodes."""
        yield from _selected(run, shape, self, self.query, scope, self.constants, self.messages)


class Component(Constraint):
    """A constraint of a component that the shapes graph defines.

    Attributes:
        iri: the component.
        query: its validator for this kind of shape.
        messages: the messages of the validator, with placeholders.
        constants: the values of its parameters, by name, and what else is bound for all nodes.
        parameters: the values of its parameters alone.
    """

    iri: NamedNode
    query: Query
    messages: tuple[Literal, ...]
    constants: Mapping[str, Term]
    parameters: Mapping[str, Term]

    @property
    def component(self) -> NamedNode:
        """The IRI of the component."""
        return self.iri

    @property
    def says(self) -> str:
        """What the constraint asks."""
        values = ", ".join(f"{name} {brief(value)}" for name, value in sorted(self.parameters.items()))
        return f"must meet {brief(self.iri)} with {values}"

    def check(self, run: Run, shape: Shape, scope: Scope) -> Iterator[Finding]:
        """Find the value nodes for which ASK says no, or the rows of SELECT."""
        structure = self.query.structure
        if structure is None or structure.form != "ASK":
            yield from _selected(run, shape, self, self.query, scope, self.constants, self.messages)
            return
        pairs = [(pair >> 32, pair & LOW) for pair in scope.pairs]
        asked = pairs
        if not self.query.uses("this"):
            asked = [(value, value) for value in sorted(scope.values)]
        rows = run.evaluator.rows(self.query, ("this", "value"), asked, self.constants)
        good = {asked[place] for place, _ in rows}
        for focus, value in pairs:
            if ((focus, value) if asked is pairs else (value, value)) not in good:
                said = {"this": run.graph.term(focus), "value": run.graph.term(value)}
                messages = _filled(self.messages, {**self.parameters, **said})
                yield Finding(focus, value, shape, self, messages=messages)


def _selected(
    run: Run,
    shape: Shape,
    constraint: Constraint,
    query: Query,
    scope: Scope,
    constants: Mapping[str, Term],
    messages: tuple[Literal, ...],
) -> Iterator[Finding]:
    focus = sorted(scope.focus)
    intern = run.graph.intern
    for place, row in run.evaluator.rows(query, ("this",), [(node,) for node in focus], constants):
        node = run.graph.term(focus[place])
        failure = row.get("failure")
        if isinstance(failure, Literal) and failure.value == "true":
            raise ShapesError(constraint.source or shape.node, f"the query reports a failure at {brief(node)}")
        value = row.get("value")
        if value is None and shape.path is None:
            number: int | None = focus[place]
        else:
            number = None if value is None else intern(value)
        path = row.get("path")
        said = row.get("message")
        own = (said,) if isinstance(said, Literal) else _filled(messages, {**constants, "this": node, **row})
        where = Predicate(path) if isinstance(path, NamedNode) else None
        yield Finding(focus[place], number, shape, constraint, where, own)


_PLACEHOLDER = re.compile(r"\{[?$](\w+)\}")


def _filled(messages: tuple[Literal, ...], row: Row) -> tuple[Literal, ...]:
    """Put the values of variables into messages; a placeholder without a value is left as it is."""

    def text(message: Literal) -> str:
        return _PLACEHOLDER.sub(
            lambda found: _shown(row[found[1]]) if found[1] in row else found.group(), message.value
        )

    return tuple(
        Literal(text(message), language=message.language) if message.language else Literal(text(message))
        for message in messages
    )


def _shown(term: Term) -> str:
    return term.value if isinstance(term, Literal | NamedNode) else str(term)
