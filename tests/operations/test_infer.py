# SPDX-License-Identifier: Apache-2.0
"""Infer: the order of stages, the end of the closure, what is kept of each conclusion, and broken rules."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode

from imnm_kg.errors import ImnmError, Place
from imnm_kg.model.claims import NARROWING, RARELY, Index
from imnm_kg.model.ids import inference_id
from imnm_kg.model.namespaces import ENTITY, GRAPH, IMNM, INFERENCE, OWL, PROV, RDF
from imnm_kg.model.stored_query import StoredQuery, list_queries, read_query
from imnm_kg.operations.infer import infer
from imnm_kg.pipeline import Dataset
from tests.operations.support import ROOT, turtle

RULES_OF_EDGES = ("direct-edge", "negative-assertion")

RULES = ROOT / "queries" / "rules"
CLAIM = """
claim:1 a imnm:Claim ; imnm:polarity imnm:Affirmed ; imnm:hasEvidence evidence:1 ;
    rdf:subject entity:a ; rdf:predicate imnm:inhibits ; rdf:object entity:b .
evidence:1 imnm:role imnm:Statement ; imnm:reviewStatus imnm:Reviewed ; imnm:certainty imnm:Established .
imnm:Established imnm:rankOfCertainty 4 .
imnm:inhibits owl:inverseOf imnm:inhibitedBy ; rdfs:subPropertyOf imnm:targets .
"""


@pytest.fixture(scope="module")
def rules() -> list[StoredQuery]:
    return list_queries(ROOT / "queries", "rule")


def test_stages_follow_each_other_and_inverse_pairs_end(rules: list[StoredQuery]) -> None:
    found = infer(turtle(CLAIM), rules)
    assert sorted((x.rule, x.graph, x.predicate.value.removeprefix(IMNM)) for x in found) == [
        ("claim-certainty", "provenance", "certainty"),
        ("claim-review-status", "provenance", "reviewStatus"),
        ("direct-edge", "statements", "inhibits"),
        ("inverse", "inferred", "inhibitedBy"),
        ("subproperty", "inferred", "targets"),
    ]
    assert [x.iri.value for x in found] == sorted(x.iri.value for x in found)
    assert infer(list(reversed(turtle(CLAIM))), list(reversed(rules))) == found


@pytest.mark.parametrize(
    "axiom",
    [
        "imnm:inhibits owl:inverseOf imnm:inhibits .",
        "imnm:inhibitedBy owl:inverseOf imnm:inhibits .",
        "imnm:targets rdfs:subPropertyOf imnm:inhibits .",
        "imnm:inhibits a owl:TransitiveProperty .",
        "imnm:inhibits a owl:TransitiveProperty ; owl:inverseOf imnm:targets .",
    ],
)
def test_the_closure_ends(axiom: str, rules: list[StoredQuery]) -> None:
    found = infer(turtle(CLAIM + axiom), rules)
    keys = [(x.subject, x.predicate, x.object) for x in found]
    assert len(keys) < 20
    assert (ENTITY.a, IMNM.inhibits, ENTITY.b) in keys
    assert len(set(keys)) >= 4


def test_a_conclusion_and_its_node(rules: list[StoredQuery]) -> None:
    (edge,) = [x for x in infer(turtle(CLAIM), rules) if x.rule == "direct-edge"]
    claim = NamedNode("https://w3id.org/imnm-kg/claim/1")
    assert edge.premises == (claim,)
    made = inference_id("direct-edge", ENTITY.a, IMNM.inhibits, ENTITY.b, [claim])
    assert edge.iri == INFERENCE.term(made)
    assert {(q.subject, q.predicate, q.object, q.graph_name) for q in edge.quads()} == {
        (ENTITY.a, IMNM.inhibits, ENTITY.b, GRAPH.statements),
        (edge.iri, RDF.type, IMNM.Inference, GRAPH.provenance),
        (edge.iri, RDF.subject, ENTITY.a, GRAPH.provenance),
        (edge.iri, RDF.predicate, IMNM.inhibits, GRAPH.provenance),
        (edge.iri, RDF.object, ENTITY.b, GRAPH.provenance),
        (edge.iri, IMNM.rule, Literal("direct-edge"), GRAPH.provenance),
        (edge.iri, PROV.wasDerivedFrom, claim, GRAPH.provenance),
    }


@pytest.mark.parametrize(("object_", "target"), [("entity:b", OWL.targetIndividual), ('"P8W"', OWL.targetValue)])
def test_a_negative_assertion_and_its_node(object_: str, target: NamedNode, rules: list[StoredQuery]) -> None:
    text = CLAIM.replace("imnm:Affirmed", "imnm:Negated").replace("rdf:object entity:b", f"rdf:object {object_}")
    found = infer(turtle(text), rules)
    assert {x.rule for x in found} == {"claim-certainty", "claim-review-status", "negative-assertion"}
    (made,) = [x for x in found if x.rule == "negative-assertion"]
    quads = made.quads()
    assert {q.predicate for q in quads if q.graph_name == GRAPH.negative} == {
        RDF.type, OWL.sourceIndividual, OWL.assertionProperty, target,
    }  # fmt: skip
    assert {q.predicate for q in quads if q.graph_name == GRAPH.provenance} == {IMNM.rule, PROV.wasDerivedFrom}
    assert not [q for q in quads if (q.subject, q.predicate) == (ENTITY.a, IMNM.inhibits)], "it is not stated as true"


def test_background_is_never_a_premise(dataset: Dataset) -> None:
    background = {quad.subject for quad in dataset.quads if quad.graph_name == GRAPH.background}
    premises = {quad.object for quad in dataset.quads if quad.predicate == PROV.wasDerivedFrom}
    assert background
    assert not background & premises


def test_every_edge_of_the_graph_leads_to_a_claim(dataset: Dataset) -> None:
    claims = {claim.iri: claim for claim in dataset.claims}
    index = Index(dataset.quads)
    premises = {
        (*(str(index.objects(node, key)[0]) for key in (RDF.subject, RDF.predicate, RDF.object)),): node
        for node in index.instances(IMNM.Inference)
        if index.text(node, IMNM.rule) == "direct-edge"
    }
    edges = [quad for quad in dataset.quads if quad.graph_name == GRAPH.statements]
    assert len(edges) > 30
    for edge in edges:
        node = premises[str(edge.subject), str(edge.predicate), str(edge.object)]
        (premise,) = index.objects(node, PROV.wasDerivedFrom)
        assert isinstance(premise, NamedNode)
        claim = claims[premise]
        assert (claim.polarity, claim.certainty) == ("Affirmed", "Established")
        assert claim.evidence


# Broken rules


def rule(tmp_path: Path, text: str, stage: str = "edges", graph: str = "statements") -> StoredQuery:
    path = tmp_path / "some-rule.rq"
    head = f"# title: T\n# description: D\n# graph: {graph}\n# stage: {stage}\n"
    path.write_text(head + text)
    return read_query(path, "rule", "some-rule.rq")


@pytest.mark.parametrize(("stage", "graph"), [("later", "statements"), ("edges", "graph"), ("", "statements")])
def test_rule_header(tmp_path: Path, stage: str, graph: str) -> None:
    broken = rule(tmp_path, "CONSTRUCT { } WHERE { }", stage, graph)
    with pytest.raises(ImnmError, match=r"give one of claims, edges, closure and one of .*\[rule-header\]") as caught:
        infer([], [broken])
    assert caught.value.place == Place("some-rule.rq", 1)


def test_rule_syntax(tmp_path: Path) -> None:
    with pytest.raises(ImnmError, match=r"\[query-syntax\]") as caught:
        infer([], [rule(tmp_path, "CONSTRUCT { } WHERE {\n  ?s ?p\n}")])
    place = caught.value.place
    assert place is not None
    assert (place.file, place.line) == ("some-rule.rq", 7)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * WHERE { ?s ?p ?o }",
        "ASK { ?s ?p ?o }",
        "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "CONSTRUCT { [] <http://www.w3.org/1999/02/22-rdf-syntax-ns#subject> ?s } WHERE { ?s ?p ?o }",
    ],
)
def test_a_rule_that_concludes_no_inference(tmp_path: Path, text: str) -> None:
    with pytest.raises(ImnmError, match=r"constructs something that is no inference.*\[rule-conclusion\]"):
        infer(turtle("entity:a a entity:B ."), [rule(tmp_path, text)])


def test_no_rules_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ImnmError, match=r"there is no rule \(.rq file\) here; restore the folder \[queries-missing\]"):
        list_queries(tmp_path / "queries", "rule")


def test_explain_and_the_rules_block_edges_by_the_same_context() -> None:
    texts = {name: (ROOT / "queries" / "rules" / f"{name}.rq").read_text("utf-8") for name in RULES_OF_EDGES}
    blocking = "|".join(f"imnm:{key.value.removeprefix(IMNM)}" for key in NARROWING)
    for text in texts.values():
        (found,) = re.findall(r"\?claim (imnm:\S+\|\S+) \?narrower", text)
        assert sorted(found.split("|")) == sorted(blocking.split("|"))
    assert re.findall(r'"(\w+)"', texts["direct-edge"]) == list(RARELY)
