# SPDX-License-Identifier: Apache-2.0
"""What of the data a query can see from some nodes: all that must be handed to an engine to answer it for them.

From the focus nodes the sets of terms that each variable of a group can have are followed along its patterns, forward
and backward; a triple that matches no pattern with terms of those sets cannot take part in a row.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Set

from pyoxigraph import NamedNode

from imnm_kg.shacl.columns import LOW, DataGraph
from imnm_kg.shacl.queries import Query
from imnm_kg.shacl.query_paths import steps_of
from imnm_kg.shacl.query_syntax import Group, Pattern, Token

__all__ = ["visible"]

_NONE: array[int] = array("Q")
_PASSES = 3  # more would narrow more, and cost more than it saves


def visible(graph: DataGraph, query: Query, nodes: Mapping[str, Set[int]]) -> dict[int, array[int] | None] | None:
    """Give the triples that a query can see, as packed pairs by predicate; None for a predicate all of it.

    Args:
        graph: the data.
        query: the query.
        nodes: what the pre-bound variables can be, by name.

    Returns:
        None when the query may see all of the data.
    """
    structure = query.structure
    if structure is None or structure.any_predicate or len(structure.projections) > 1 or query.predicates() is None:
        return None
    found: dict[int, array[int] | None] = {}
    for predicate, pairs in _seen(structure.top, _Reach(graph, query, nodes)):
        known = found.get(predicate, _NONE)
        if pairs is None or known is None:
            found[predicate] = None
        else:  # eight bytes a pair: of a large graph there are millions
            found[predicate] = array("Q", {*known, *pairs} if known else pairs)
    return found


def _seen(group: Group, reach: _Reach) -> Iterator[tuple[int, list[int] | None]]:
    """Give what a group and those in it can match; the terms in a group are no others than those around it."""
    patterns = [step for number, each in enumerate(group.patterns) for step in steps_of(each, number)]
    for _ in range(_PASSES):
        if sum(reach.narrow(pattern) for pattern in patterns) == 0:
            break
    for pattern in patterns:
        yield from reach.triples(pattern)
    for inner in group.groups:
        yield from _seen(inner, _Reach(reach.graph, reach.query, reach.sets))


class _Reach:
    """The terms that each variable can have, as far as they are known to be few."""

    def __init__(self, graph: DataGraph, query: Query, nodes: Mapping[str, Set[int]]) -> None:
        self.graph = graph
        self.query = query
        self.sets: dict[str, Set[int]] = dict(nodes)

    def of(self, token: Token | None) -> Set[int] | None:
        if token is None:
            return None
        if token.kind == "var":
            return self.sets.get(token.name)
        iri = self.query.iri(token.text) if token.kind in ("iri", "pname") else None
        return None if iri is None else {self.graph.intern(NamedNode(iri))}

    def predicate(self, token: Token) -> int:
        iri = self.query.iri(token.text)
        assert iri is not None  # the query has told all its predicates
        return self.graph.intern(NamedNode(iri))

    def pairs(self, pattern: Pattern, predicate: int) -> list[int] | None:
        """Give the pairs subject, object of a predicate that match a pattern, if one of its ends is known."""
        subjects, objects = self.of(pattern.subject), self.of(pattern.object)
        if subjects is not None:
            found = self.graph.forward(predicate, subjects)
            return found if objects is None else [pair for pair in found if pair & LOW in objects]
        if objects is None:
            return None
        return [(pair & LOW) << 32 | pair >> 32 for pair in self.graph.backward(predicate, objects)]

    def narrow(self, pattern: Pattern) -> bool:
        """Narrow the variables of a pattern of one predicate; tells whether anything changed."""
        if len(pattern.verb) != 1:
            return False
        pairs = self.pairs(pattern, self.predicate(pattern.verb[0]))
        if pairs is None:
            return False
        changed = False
        for token, terms in (
            (pattern.subject, {pair >> 32 for pair in pairs}),
            (pattern.object, {pair & LOW for pair in pairs}),
        ):
            if token is not None and token.kind == "var":
                known = self.sets.get(token.name)
                self.sets[token.name] = terms if known is None else known & terms
                changed |= known is None or len(self.sets[token.name]) < len(known)
        return changed

    def triples(self, pattern: Pattern) -> Iterator[tuple[int, list[int] | None]]:
        """Give what a pattern can match, by predicate."""
        if len(pattern.verb) == 1:
            predicate = self.predicate(pattern.verb[0])
            yield predicate, self.pairs(pattern, predicate)
            return
        for token in pattern.verb:
            if token.kind in ("iri", "pname") or token.text == "a":
                yield self.predicate(token), None
