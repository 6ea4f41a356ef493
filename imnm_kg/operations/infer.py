# SPDX-License-Identifier: Apache-2.0
"""Infer: run the rules of ``queries/rules/`` until nothing new follows; each conclusion keeps its premises.

A rule constructs nodes of ``imnm:Inference`` (triple and premises) and says in its header into which graph the
conclusion goes and at which stage it runs: ``claims`` first, then ``edges``, then ``closure`` again and again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Quad, QueryTriples, Store

from imnm_kg.errors import ImnmError, Place
from imnm_kg.model.ids import inference_id
from imnm_kg.model.namespaces import GRAPH, IMNM, INFERENCE, OWL, PROV, RDF
from imnm_kg.model.stored_query import StoredQuery
from imnm_kg.rdf.canonical import union
from imnm_kg.rdf.sparql import query_error

__all__ = ["Inference", "infer"]

STAGES = ("claims", "edges", "closure")
_GRAPHS = ("provenance", "statements", "negative", "inferred")
_PROVENANCE = GRAPH.provenance


@dataclass(frozen=True)
class Inference:
    """A triple that follows from premises by a rule, and the graph that it goes into."""

    rule: str
    graph: str
    subject: NamedNode
    predicate: NamedNode
    object: NamedNode | Literal
    premises: tuple[NamedNode, ...]

    @property
    def iri(self) -> NamedNode:
        """The IRI, a hash of rule, triple and premises."""
        made = inference_id(self.rule, self.subject, self.predicate, self.object, self.premises)
        return INFERENCE.term(made)

    @property
    def key(self) -> tuple[str, NamedNode, NamedNode, NamedNode | Literal]:
        """What is concluded, whatever it follows from: negative and positive stand apart."""
        sign = "negative" if self.graph == "negative" else ""
        return sign, self.subject, self.predicate, self.object

    def quads(self) -> list[Quad]:
        """Return the conclusion and its node."""
        node = self.iri
        about = [Quad(node, IMNM.rule, Literal(self.rule), _PROVENANCE)]
        about += [Quad(node, PROV.wasDerivedFrom, premise, _PROVENANCE) for premise in self.premises]
        if self.graph == "negative":
            target = OWL.targetValue if isinstance(self.object, Literal) else OWL.targetIndividual
            parts = [
                (RDF.type, OWL.NegativePropertyAssertion),
                (OWL.sourceIndividual, self.subject),
                (OWL.assertionProperty, self.predicate),
                (target, self.object),
            ]
            return about + [Quad(node, key, value, GRAPH.negative) for key, value in parts]
        parts = [
            (RDF.type, IMNM.Inference),
            (RDF.subject, self.subject),
            (RDF.predicate, self.predicate),
            (RDF.object, self.object),
        ]
        about += [Quad(node, key, value, _PROVENANCE) for key, value in parts]
        return [*about, Quad(self.subject, self.predicate, self.object, GRAPH.term(self.graph))]


def infer(quads: Iterable[Quad], rules: Sequence[StoredQuery]) -> list[Inference]:
    """Return every inference that the rules draw, sorted by IRI.

    Raises:
        ImnmError: ``rule-header``, ``query-syntax``, ``rule-conclusion`` for a rule that constructs something
            else than inferences.
    """
    by_stage: defaultdict[str, list[StoredQuery]] = defaultdict(list)
    for rule in rules:
        if rule.header.get("stage") not in STAGES or rule.header.get("graph") not in _GRAPHS:
            raise ImnmError(
                "rule-header",
                "a rule has no known '# stage:' and '# graph:'",
                f"give one of {', '.join(STAGES)} and one of {', '.join(_GRAPHS)}",
                Place(rule.path, 1),
            )
        by_stage[rule.header["stage"]].append(rule)
    store = Store()
    store.bulk_extend(union(quads))
    found: dict[NamedNode, Inference] = {}
    concluded: set[object] = set()
    for stage in STAGES:
        new = _round(store, by_stage[stage], concluded)
        while new:
            found.update((inference.iri, inference) for inference in new)
            concluded.update(inference.key for inference in new)
            store.extend(union(quad for inference in new for quad in inference.quads()))
            # Only the closure feeds itself; and a triple that is known is not concluded again, else a
            # relation and its inverse would derive each other for ever.
            new = _round(store, by_stage[stage], concluded) if stage == "closure" else []
    return [found[iri] for iri in sorted(found, key=lambda node: node.value)]


def _round(store: Store, rules: Sequence[StoredQuery], concluded: set[object]) -> list[Inference]:
    return [inference for rule in rules for inference in _apply(store, rule) if inference.key not in concluded]


def _apply(store: Store, rule: StoredQuery) -> list[Inference]:
    try:
        solutions = store.query(rule.text)
    except (SyntaxError, RuntimeError) as error:
        raise query_error(error, rule.text, rule.path) from error
    if not isinstance(solutions, QueryTriples):
        raise _no_inference(rule)
    nodes: defaultdict[str, defaultdict[str, list[object]]] = defaultdict(lambda: defaultdict(list))
    for triple in solutions:
        nodes[str(triple.subject)][triple.predicate.value].append(triple.object)
    return [_inference(rule, parts) for parts in nodes.values()]


def _inference(rule: StoredQuery, parts: dict[str, list[object]]) -> Inference:
    subject, predicate, object_ = (
        next(iter(parts.get(key.value, [])), None) for key in (RDF.subject, RDF.predicate, RDF.object)
    )
    premises = [node for node in parts.get(PROV.wasDerivedFrom.value, []) if isinstance(node, NamedNode)]
    if (
        not isinstance(subject, NamedNode)
        or not isinstance(predicate, NamedNode)
        or not isinstance(object_, NamedNode | Literal)
        or not premises
    ):
        raise _no_inference(rule)
    ordered = tuple(sorted(set(premises), key=lambda node: node.value))
    return Inference(rule.name, rule.header["graph"], subject, predicate, object_, ordered)


def _no_inference(rule: StoredQuery) -> ImnmError:
    return ImnmError(
        "rule-conclusion",
        "the rule constructs something that is no inference",
        "construct [] a imnm:Inference with rdf:subject, rdf:predicate, rdf:object and prov:wasDerivedFrom",
        Place(rule.path),
    )
