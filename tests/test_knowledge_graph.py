# SPDX-License-Identifier: Apache-2.0
"""The Python interface on the real graph."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from pyoxigraph import NamedNode

from imnm_kg import ImnmError, KnowledgeGraph


@pytest.fixture(scope="module")
def graph(release: Path) -> KnowledgeGraph:
    return KnowledgeGraph.open(release)


def test_the_example_of_its_documentation(graph: KnowledgeGraph) -> None:
    labels = [claim.label for claim in graph.claims(polarity="Negated", subject="zilucoplan")]
    assert labels == ["zilucoplan does not ameliorate immune-mediated necrotizing myopathy (timepoint: P8W)"]
    assert str(labels) in (KnowledgeGraph.__doc__ or "").replace("        ", "")


def test_claims_that_fit(graph: KnowledgeGraph) -> None:
    possible = graph.claims(predicate="treats", object="imnm", certainty="Possible")
    assert {claim.subject.value.rsplit("/", 1)[1] for claim in possible} == {
        "azathioprine", "cyclosporine", "immunosuppressive-drug", "intravenous-immunoglobulin", "methotrexate",
        "mycophenolate-mofetil", "rituximab", "tacrolimus",
    }  # fmt: skip
    assert len(graph.claims()) == 69
    assert graph.claims(subject="entity:zilucoplan") == graph.claims(subject="zilucoplan") != []
    with pytest.raises(ImnmError, match=r"'a b' is no name and no IRI; .*\[parameter-type\]"):
        graph.claims(subject="a b")
    for wrong in ({"polarity": "No"}, {"certainty": "possible"}):
        with pytest.raises(ImnmError, match=r"is no (polarity|certainty); give one of .*\[parameter-type\]"):
            graph.claims(**wrong)


def test_query(graph: KnowledgeGraph) -> None:
    all_, some = graph.query("treatments"), graph.query("treatments", certainty="Possible", polarity=None)
    assert 0 < len(some) < len(all_)
    node = NamedNode("https://w3id.org/imnm-kg/entity/zilucoplan")
    assert list(graph.query("entity-claims", entity=node)) == list(graph.query("entity-claims", entity="zilucoplan"))
    row = next(iter(some))
    assert (row["treatmentLabel"], row["certainty"]) == ("azathioprine", "https://w3id.org/imnm-kg/ontology/Possible")


def test_sparql_and_size(graph: KnowledgeGraph) -> None:
    (row,) = graph.sparql("SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }")
    assert row == {"n": len(graph)} == {"n": len(set(graph))}
    assert graph.sparql("ASK { GRAPH graph:negative { ?n owl:sourceIndividual entity:zilucoplan } }").boolean is True


def test_explain_validate_and_queries(graph: KnowledgeGraph, documents: Path) -> None:
    (found,) = graph.explain("zilucoplan", "inhibits", "complement-c5", documents=documents)
    assert (found.kind, found.statement) == ("edge", "zilucoplan inhibits complement C5")
    assert found.premises[0].passages[0].whole
    assert graph.validate().conforms
    assert "treatments" in [query.name for query in graph.queries()]


@pytest.mark.skipif(importlib.util.find_spec("pandas") is None, reason="pandas is not here")
def test_pandas(graph: KnowledgeGraph) -> None:
    frame = graph.query("publications").to_pandas()
    assert {"publication", "doi", "pmid"} <= set(frame.columns)
    assert "36923454" in set(frame["pmid"])


def test_no_release(tmp_path: Path) -> None:
    with pytest.raises(ImnmError, match=r"\[release-missing\]"):
        KnowledgeGraph.open(tmp_path)
