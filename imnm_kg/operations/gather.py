# SPDX-License-Identifier: Apache-2.0
"""Gather: get from an endpoint the triples that lead a claim or an edge back to its quotes, and no others."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, Triple

from imnm_kg.model.namespaces import BASE, ENTITY, IMNM, OA, OWL, PROV, RDF, RDFS

if TYPE_CHECKING:
    from imnm_kg.model.results import Answer

__all__ = ["gather", "gather_claims"]

Ask = Callable[[str], "Answer"]

_BATCH = 100
_MOST = 3000  # nodes; an explanation that would need more is cut short rather than never ready
_ROUNDS = 12
_BELOW = (
    IMNM.hasEvidence, OA.hasSelector, OA.hasSource, IMNM.hasReview, IMNM.hasGuardException, IMNM.hasExtraction,
    IMNM.hasMark, PROV.wasDerivedFrom, IMNM.term("from"), IMNM.to,
)  # fmt: skip
_ABOVE = (IMNM.hasEvidence, PROV.wasDerivedFrom, IMNM.term("from"), IMNM.to)
_NAMES = (RDFS.label, IMNM.negatedLabel)
_NAMED = (IMNM.Claim, IMNM.Evidence, IMNM.Inference, OWL.NegativePropertyAssertion)
_NOT_IN_IRI = r'[\x00-\x20<>"{}|\\^`]'


def gather(ask: Ask, words: Iterable[str], prefixes: Mapping[str, str]) -> list[Triple]:
    """Get what explains something.

    Args:
        ask: runs a query on the endpoint.
        words: an id, or subject, relation and object of an edge, as ``explain`` takes them.
        prefixes: for CURIEs.
    """
    given = list(words)
    found: dict[Triple, None] = {}
    if len(given) == 3:
        ends = [_node(given[0], ENTITY, prefixes), _node(given[1], IMNM, prefixes), _node(given[2], ENTITY, prefixes)]
        seeds = _saying(ask, ends[0], ends[1])
        _describe(ask, ends, found)
        if not seeds:  # then the names that are near are told, and for that all must be known
            found.update(dict.fromkeys(_names_below(ask, (str(ENTITY), str(IMNM)))))
    elif len(given) == 1:
        seeds = _of_id(ask, given[0], prefixes)
    else:
        return []
    _follow(ask, seeds, found, above=True)
    _name(ask, found)
    return list(found)


def gather_claims(
    ask: Ask, subject: NamedNode | None, predicate: NamedNode | None, object_: NamedNode | None
) -> list[Triple]:
    """Get the claims that fit, with their evidence.

    Args:
        ask: runs a query on the endpoint.
        subject: what they are about; None for any.
        predicate: the relation; None for any.
        object_: the other end; None for any.
    """
    wanted = ((RDF.subject, subject), (RDF.predicate, predicate), (RDF.object, object_))
    fits = " ".join(f"?claim {key} {node} ." for key, node in wanted if node is not None)
    found: dict[Triple, None] = {}
    answer = ask(f"SELECT DISTINCT ?claim WHERE {{ ?claim a {IMNM.Claim} . {fits} }}")
    nodes = [row[0] for row in answer.rows if isinstance(row[0], NamedNode)]
    _follow(ask, nodes, found, above=False, most=len(nodes) * 20)
    return list(found)


def _follow(ask: Ask, seeds: Iterable[NamedNode], found: dict[Triple, None], *, above: bool, most: int = _MOST) -> None:
    """Describe nodes, then what they are made from and what was made from them, until there is nothing new."""
    frontier, seen = list(dict.fromkeys(seeds)), set[NamedNode]()
    below = set(_BELOW) if above else {IMNM.hasEvidence, OA.hasSelector, IMNM.hasGuardException, IMNM.hasExtraction,
                                       IMNM.hasMark}  # fmt: skip
    for _ in range(_ROUNDS):
        frontier = [node for node in frontier if node not in seen][: max(0, most - len(seen))]
        if not frontier:
            return
        seen.update(frontier)
        described = _describe(ask, frontier, found)
        following = [t.object for t in described if t.predicate in below and isinstance(t.object, NamedNode)]
        if above:
            # Of a claim also what was derived from it, for that says what the graph makes of it.
            kinds = {
                t.subject for t in described if t.predicate == RDF.type and t.object in (IMNM.Claim, IMNM.Evidence)
            }
            stated = [node for node in frontier if node in kinds]
            following += [t.subject for t in _pointing(ask, stated, found) if isinstance(t.subject, NamedNode)]
        frontier = list(dict.fromkeys(following))


def _batches(nodes: Iterable[NamedNode]) -> Iterable[str]:
    terms = [str(node) for node in nodes]
    return (" ".join(terms[start : start + _BATCH]) for start in range(0, len(terms), _BATCH))


def _describe(ask: Ask, nodes: Iterable[NamedNode], found: dict[Triple, None]) -> list[Triple]:
    made: list[Triple] = []
    for batch in _batches(nodes):
        made += ask(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ VALUES ?s {{ {batch} }} ?s ?p ?o }}").triples or ()
    found.update(dict.fromkeys(made))
    return made


def _pointing(ask: Ask, nodes: Iterable[NamedNode], found: dict[Triple, None]) -> list[Triple]:
    keys, made = " ".join(map(str, _ABOVE)), list[Triple]()
    for batch in _batches(nodes):
        where = f"VALUES ?o {{ {batch} }} VALUES ?p {{ {keys} }} ?s ?p ?o"
        made += ask(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {where} }}").triples or ()
    found.update(dict.fromkeys(made))
    return made


def _name(ask: Ask, found: dict[Triple, None]) -> None:
    """Get the names of everything that is spoken of."""
    named = {triple.subject for triple in found if triple.predicate in _NAMES}
    nodes: dict[NamedNode, None] = {}
    for triple in found:
        for term in (triple.predicate, triple.object):
            if isinstance(term, NamedNode) and term not in named:
                nodes[term] = None
    keys = " ".join(map(str, _NAMES))
    for batch in list(_batches(nodes)):
        where = f"VALUES ?s {{ {batch} }} VALUES ?p {{ {keys} }} ?s ?p ?o"
        found.update(dict.fromkeys(ask(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {where} }}").triples or ()))


def _names_below(ask: Ask, namespaces: Iterable[str]) -> Iterable[Triple]:
    tests = " || ".join(f"STRSTARTS(STR(?s), {Literal(namespace)})" for namespace in namespaces)
    where = f"?s {RDFS.label} ?o FILTER ({tests})"
    return ask(f"CONSTRUCT {{ ?s {RDFS.label} ?o }} WHERE {{ {where} }} LIMIT 5000").triples or ()


def _saying(ask: Ask, subject: NamedNode, predicate: NamedNode) -> list[NamedNode]:
    """Return the claims, inferences and negative assertions that say something of a subject by a relation."""
    positive = f"?x {RDF.subject} {subject} ; {RDF.predicate} {predicate}"
    negative = f"?x {OWL.sourceIndividual} {subject} ; {OWL.assertionProperty} {predicate}"
    answer = ask(f"SELECT DISTINCT ?x WHERE {{ {{ {positive} }} UNION {{ {negative} }} }}")
    return [row[0] for row in answer.rows if isinstance(row[0], NamedNode)]


def _of_id(ask: Ask, text: str, prefixes: Mapping[str, str]) -> list[NamedNode]:
    prefix, _, local = text.partition(":")
    iri = prefixes[prefix] + local if prefix in prefixes else text.strip("<>")
    if "://" in iri and not re.search(_NOT_IN_IRI, iri):
        exact = ask(f"SELECT ?x WHERE {{ VALUES ?x {{ <{iri}> }} FILTER EXISTS {{ ?x ?p ?o }} }}")
        if exact.rows:
            return [NamedNode(iri)]
    digits = iri.removeprefix(BASE).rpartition("/")[2]
    if not re.fullmatch("[0-9a-f]{4,32}", digits):
        return []
    classes = " ".join(map(str, _NAMED))
    test = f'FILTER (CONTAINS(STR(?x), {Literal("/" + digits)}) && !CONTAINS(STR(?x), "#"))'
    answer = ask(f"SELECT DISTINCT ?x WHERE {{ VALUES ?c {{ {classes} }} ?x a ?c {test} }} LIMIT 20")
    return [row[0] for row in answer.rows if isinstance(row[0], NamedNode)]


def _node(word: str, namespace: str, prefixes: Mapping[str, str]) -> NamedNode:
    prefix, colon, local = word.partition(":")
    if colon and prefix in prefixes:
        iri = prefixes[prefix] + local
    else:
        iri = word.strip("<>") if "://" in word else namespace + word
    return NamedNode(re.sub(_NOT_IN_IRI, "-", iri))  # what cannot be in an IRI names nothing
