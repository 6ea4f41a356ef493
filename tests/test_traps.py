# SPDX-License-Identifier: Apache-2.0
"""The traps of the two documents, each on the real graph."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode

from imnm_kg.model.claims import Claim, Index
from imnm_kg.model.documents import SourceText, read_source_texts
from imnm_kg.model.namespaces import DOCUMENT, ENTITY, GRAPH, IMNM, OA, OWL, PROV, RDF, RDFS, SKOS
from imnm_kg.pipeline import Dataset

MDA, NIAMS = DOCUMENT.term("mda-medical-management"), DOCUMENT.term("niams-zilucoplan-trial")
MAY_BE_BENEFICIAL = ("azathioprine", "methotrexate", "mycophenolate-mofetil", "tacrolimus", "cyclosporine")
BENEFIT = ("treats", "ameliorates", "cures", "manages", "firstLineFor", "appliedToTreat", "improves", "prevents")
EDGES = (GRAPH.statements, GRAPH.inferred)

Find = Callable[..., list[Claim]]


@pytest.fixture(scope="module")
def index(dataset: Dataset) -> Index:
    return Index(dataset.quads)


@pytest.fixture(scope="module")
def find(dataset: Dataset) -> Find:
    def claims(subject: str | None = None, predicate: str | None = None, object_: str | None = None) -> list[Claim]:
        wanted = (
            subject and ENTITY.term(subject), predicate and IMNM.term(predicate), object_ and ENTITY.term(object_)
        )  # fmt: skip
        return [
            claim
            for claim in dataset.claims
            if all(
                want in (None, has)
                for want, has in zip(wanted, (claim.subject, claim.predicate, claim.object), strict=True)
            )
        ]

    return claims


@pytest.fixture(scope="module")
def edges(dataset: Dataset) -> set[tuple[str, str, str]]:
    """The edges by name, inferred ones too."""
    return {
        (local(quad.subject), local(quad.predicate), local(quad.object))
        for quad in dataset.quads
        if quad.graph_name in EDGES
    }


def local(term: object) -> str:
    assert isinstance(term, NamedNode | Literal)
    return term.value.rsplit("/", 1)[-1]


def context(claim: Claim) -> dict[str, str]:
    return {local(key): local(value) for key, value in claim.context}


def terms_of(claim: Claim) -> set[str]:
    parts = [claim.subject, claim.object, claim.population, *(value for _, value in claim.context)]
    return {part.value for part in parts if part is not None}


# A banner about another disease


def test_the_banner_is_in_no_claim(dataset: Dataset) -> None:
    strangers = {ENTITY.term(x).value for x in ("duchenne-muscular-dystrophy", "delandistrogene-moxeparvovec", "fda")}
    words = re.compile(r"duchenne|\bDMD\b|elevidys|\bFDA\b|gene therapy", re.IGNORECASE)
    for claim in dataset.claims:
        assert not terms_of(claim) & strangers, claim.label
        assert not words.search(claim.label)
        assert not any(words.search(item.quote) for item in claim.evidence), claim.label


def test_no_quote_comes_from_boilerplate_or_references(dataset: Dataset, index: Index) -> None:
    zones: dict[str, list[tuple[int, int]]] = {}
    for document in (MDA, NIAMS):
        for zone in index.objects(document, IMNM.hasZone):
            assert isinstance(zone, NamedNode)
            kind, start, end = index.node(zone, IMNM.zoneKind), index.number(zone, OA.start), index.number(zone, OA.end)
            assert kind is not None
            assert start is not None
            assert end is not None
            if local(kind) in ("Boilerplate", "ReferenceList"):
                zones.setdefault(document.value, []).append((start, end))
    assert len(zones[MDA.value]) == 3
    for claim in dataset.claims:
        for item in claim.evidence:
            for start, end in zones.get(item.document.value, []):
                assert item.end <= start or end <= item.start, claim.label


def test_the_banner_is_where_the_zone_is(index: Index, documents: Path) -> None:
    text = read_source_texts(documents)["mda-medical-management"]
    banner = next(
        zone for zone in index.objects(MDA, IMNM.hasZone)
        if isinstance(zone, NamedNode) and index.number(zone, OA.start) == 0
    )  # fmt: skip
    end = index.number(banner, OA.end)
    assert text.text[:end].startswith("US FDA Grants Expanded Approval of ELEVIDYS")
    assert "Immune-Mediated" not in text.text[:end]


# A reference that studied another disease


def test_the_trial_of_rituximab_was_on_another_disease(index: Index) -> None:
    about = {local(node) for node in index.objects(ENTITY.term("allenbach-2015"), IMNM.isAbout)}
    assert "antisynthetase-syndrome" in about
    assert "imnm" not in about


def test_no_claim_comes_from_that_reference(dataset: Dataset, find: Find) -> None:
    for claim in dataset.claims:
        assert ENTITY.term("antisynthetase-syndrome").value not in terms_of(claim)
        assert not any("Synthetase" in item.quote or "Rituximab in Refractory" in item.quote for item in claim.evidence)
    (treats,) = find("rituximab", "treats")
    assert (local(treats.object), treats.certainty, treats.polarity) == ("imnm", "Possible", "Affirmed")
    assert context(treats) == {"condition": "used alone or in combination"}


# A misspelt drug


def test_the_misspelt_drug_is_a_hidden_label(index: Index, find: Find) -> None:
    drug = ENTITY.term("mycophenolate-mofetil")
    assert Literal("mycophenoloate mofetil", language="en") in index.objects(drug, SKOS.hiddenLabel)
    shown = [*index.objects(drug, RDFS.label), *index.objects(drug, SKOS.altLabel)]
    assert not any("mycophenoloate" in str(label) for label in shown)
    (claim,) = find("mycophenolate-mofetil", "treats")
    assert "mycophenoloate mofetil" in claim.evidence[0].quote, "the quote keeps the spelling of its document"
    assert "mycophenolate mofetil" in claim.label


# A hedge that covers a list


@pytest.mark.parametrize("drug", MAY_BE_BENEFICIAL)
def test_each_drug_of_the_list_is_hedged(drug: str, find: Find, edges: set[tuple[str, str, str]]) -> None:
    (claim,) = find(drug, "treats", "imnm")
    assert (claim.polarity, claim.certainty) == ("Affirmed", "Possible")
    statements = [item for item in claim.evidence if item.role == "Statement"]
    assert all("may be beneficial" in item.quote for item in statements)
    assert {item.certainty for item in statements} == {"Possible"}
    assert not {edge for edge in edges if edge[0] == drug and edge[1] in BENEFIT}
    assert (drug, "memberOfClass", "immunosuppressive-drug") in edges


def test_hedged_claims_are_no_edges(dataset: Dataset, edges: set[tuple[str, str, str]]) -> None:
    hedged = [claim for claim in dataset.claims if claim.certainty != "Established"]
    assert len(hedged) > 15
    for claim in hedged:
        assert (local(claim.subject), local(claim.predicate), local(claim.object)) not in edges, claim.label


def test_a_hedge_word_in_a_quote_is_heard(dataset: Dataset) -> None:
    """Where a quote says may, might or unlikely, the claim is not established, or an exception says why."""
    for claim in dataset.claims:
        for item in claim.evidence:
            if item.role == "Statement" and re.search(r"\b(may|might|unlikely)\b", item.quote):
                assert item.certainty != "Established", claim.label


# No generalisation from a drug to its class, or back


def test_drug_class_and_strategy_are_told_apart(index: Index, find: Find, edges: set[tuple[str, str, str]]) -> None:
    kinds = {"complement-inhibition": "TreatmentStrategy", "zilucoplan": "Drug", "c5-inhibitor": "DrugClass"}
    for name, kind in kinds.items():
        assert IMNM.term(kind) in index.objects(ENTITY.term(name), RDF.type)
    assert [(c.polarity, local(c.object)) for c in find("complement-inhibition", "treats")] == [("Negated", "imnm")]
    assert [c.polarity for c in find("zilucoplan", "ameliorates")] == ["Negated"]
    assert find("zilucoplan", "treats") == []
    assert find("complement-inhibition", "ameliorates") == []
    assert find("c5-inhibitor") == []
    assert ("zilucoplan", "memberOfClass", "c5-inhibitor") in edges
    assert not {edge for edge in edges if edge[0] == "c5-inhibitor" and edge[1] in BENEFIT}


def test_no_negative_assertion_is_carried_to_members_or_classes(dataset: Dataset) -> None:
    assert negatives(dataset) == {
        ("zilucoplan", "ameliorates", "imnm"),
        ("complement-inhibition", "treats", "imnm"),
        ("medical-treatment", "cures", "imnm"),
    }


def negatives(dataset: Dataset) -> set[tuple[str, str, str]]:
    index = Index(dataset.quads)
    found = set()
    for node in index.instances(OWL.NegativePropertyAssertion):
        ends = [index.node(node, key) for key in (OWL.sourceIndividual, OWL.assertionProperty, OWL.targetIndividual)]
        found.add(tuple(local(end) for end in ends))
    return found  # type: ignore[return-value]


def test_classes_pass_nothing_on_to_their_members(find: Find, edges: set[tuple[str, str, str]]) -> None:
    assert find("glucocorticoid", "hasSideEffect") != []
    assert find("prednisone", "hasSideEffect") == []
    assert find("immunosuppressive-drug", "inhibits") != []
    for drug in MAY_BE_BENEFICIAL:
        assert find(drug, "inhibits") == []
        assert not {edge for edge in edges if edge[0] == drug and edge[1] in ("inhibits", "targets", "affects")}
    assert not {edge for edge in edges if edge[0] == "prednisone" and edge[1] in ("decreases", "affects")}


# Swelling that is reduced, and swelling that is caused


def test_swelling_reduced_is_not_edema_caused(index: Index, find: Find, edges: set[tuple[str, str, str]]) -> None:
    (reduced,) = find("glucocorticoid", "decreases", "swelling")
    (caused,) = find("glucocorticoid", "hasSideEffect", "edema")
    assert "reduce inflammation and swelling" in reduced.evidence[0].quote
    assert "increased tissue swelling (edema)" in caused.evidence[0].quote
    assert (reduced.certainty, caused.certainty) == ("Established", "Possible")
    assert context(caused) == {"dose": "high", "duration": "long-term"}
    assert find("glucocorticoid", "hasSideEffect", "swelling") == find("glucocorticoid", "decreases", "edema") == []
    assert ("glucocorticoid", "decreases", "swelling") in edges
    assert not {edge for edge in edges if edge[1:] == ("hasSideEffect", "edema")}
    names = {str(label).lower() for label in index.objects(ENTITY.swelling, SKOS.altLabel)}
    assert not any("edema" in name for name in names)
    denied = {node.value for node in index.objects(ENTITY.swelling, IMNM.deniedMatch) if isinstance(node, NamedNode)}
    assert "http://purl.obolibrary.org/obo/HP_0000969" in denied


# What did not work


def test_zilucoplan_has_a_negative_assertion_and_no_benefit(
    dataset: Dataset, find: Find, edges: set[tuple[str, str, str]]
) -> None:
    (claim,) = find("zilucoplan", "ameliorates", "imnm")
    assert (claim.polarity, claim.certainty, claim.population) == ("Negated", "Established", ENTITY.imnm)
    assert context(claim) == {"timepoint": "P8W"}
    assert "did not improve IMNM symptoms" in claim.evidence[0].quote
    assert ("zilucoplan", "ameliorates", "imnm") in negatives(dataset)
    assert not {edge for edge in edges if edge[0] == "zilucoplan" and edge[1] in BENEFIT}
    assert ("zilucoplan", "investigatedFor", "imnm") in edges


def test_the_negative_assertion_leads_to_its_claim(dataset: Dataset, find: Find) -> None:
    (claim,) = find("zilucoplan", "ameliorates", "imnm")
    index = Index(dataset.quads)
    nodes = index.instances(OWL.NegativePropertyAssertion)
    assert claim.iri in [index.node(node, PROV.wasDerivedFrom) for node in nodes]


def test_no_cure_is_negated(find: Find, edges: set[tuple[str, str, str]]) -> None:
    (claim,) = find(None, "cures")
    assert (local(claim.object), claim.polarity, claim.certainty) == ("imnm", "Negated", "Established")
    assert "no cure" in claim.evidence[0].quote
    assert not {edge for edge in edges if edge[1] == "cures"}


def test_no_negated_claim_is_an_edge(dataset: Dataset, edges: set[tuple[str, str, str]]) -> None:
    negated = [claim for claim in dataset.claims if claim.polarity == "Negated"]
    assert len(negated) == 4
    for claim in negated:
        assert (local(claim.subject), local(claim.predicate), local(claim.object)) not in edges


# Population and context are kept


@pytest.mark.parametrize(
    ("subject", "predicate", "object_", "population", "kept"),
    [
        ("glucocorticoid", "hasSideEffect", "weight-gain", None, {"dose": "high", "duration": "long-term"}),
        ("glucocorticoid", "firstLineFor", "imnm", None, {"frequency": "often"}),
        ("immunosuppressive-drug", "manages", "imnm", None,
         {"condition": "early and intensive treatment", "frequency": "sometimes"}),
        ("immunosuppressive-drug", "prevents", "long-term-disability", "imnm",
         {"condition": "early and intensive treatment", "frequency": "sometimes"}),
        ("immunosuppressive-drug", "treats", "imnm", None, {"quantifier": "other"}),
        ("imnm", "hasPhenotype", "proximal-muscle-weakness", None, {"severity": "Severe"}),
        ("imnm", "hasPhenotype", "muscle-weakness", None,
         {"severity": "Disabling", "condition": "if their first line of therapy does not work effectively"}),
        ("autoantibody", "contributesTo", "muscle-damage", "imnm",
         {"condition": "through activation of the complement system"}),
        ("complement-activation", "primaryDriverOf", "muscle-damage", "imnm", {}),
        ("physical-therapy", "improves", "muscle-strength", "imnm", {}),
        ("treatment-plan", "requires", "ongoing-monitoring", "imnm",
         {"condition": "to optimize the treatment protocol"}),
    ],
)  # fmt: skip
def test_population_and_context(
    find: Find, subject: str, predicate: str, object_: str, population: str | None, kept: dict[str, str]
) -> None:
    (claim,) = find(subject, predicate, object_)
    assert context(claim) == kept
    assert claim.population == (None if population is None else ENTITY.term(population))


def test_what_is_narrower_is_no_edge(dataset: Dataset, edges: set[tuple[str, str, str]]) -> None:
    narrowing = {"condition", "dose", "duration", "comparator", "quantifier"}
    free = {
        (claim.subject, claim.predicate, claim.object)
        for claim in dataset.claims
        if claim.certainty == "Established" and not set(context(claim)) & narrowing
        and claim.population in (None, claim.object) and claim.polarity == "Affirmed"
    }  # fmt: skip
    narrow = [c for c in dataset.claims if set(context(c)) & narrowing or c.population not in (None, c.object)]
    assert len(narrow) > 10
    for claim in narrow:
        if (claim.subject, claim.predicate, claim.object) not in free:
            assert (local(claim.subject), local(claim.predicate), local(claim.object)) not in edges, claim.label


# The hypothesis and its dispute


def test_disputes_are_declared(index: Index, find: Find) -> None:
    (conclusion,) = find("complement-activation", "primaryDriverOf", "muscle-damage")
    (hypothesis,) = find("complement-activation", "contributesTo", "muscle-damage")
    (through,) = find("autoantibody", "contributesTo", "muscle-damage")
    assert (conclusion.polarity, conclusion.certainty) == ("Negated", "Probable")
    assert (hypothesis.certainty, through.certainty) == ("Hypothesised", "Hypothesised")
    links = {
        (index.node(node, IMNM.term("from")), index.node(node, IMNM.to)): node for node in index.instances(IMNM.Dispute)
    }
    for disputed in (hypothesis, through):
        node = links[conclusion.iri, disputed.iri]
        assert index.text(node, IMNM.reason)
        assert index.text(node, IMNM.blocksEdge) == "true"
        assert index.node(node, IMNM.curator) is not None
        assert disputed.iri in index.objects(conclusion.iri, IMNM.disputes)
    assert index.objects(conclusion.iri, IMNM.supports) == []
    (inhibition,) = find("complement-inhibition", "treats")
    (trial,) = find("zilucoplan", "ameliorates")
    assert inhibition.iri in index.objects(trial.iri, IMNM.supports)


# Each sentence of the documents that states something is in the graph


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ("mda-medical-management", words)
        for words in (
            "there is no cure", "are often the first-line treatment", "reduce inflammation and swelling",
            "may be beneficial",
            "Additional treatment options", "typically individualized", "ongoing monitoring is required",
            "Multidisciplinary care can improve", "Physical therapy may be recommended",
        )
    ]
    + [
        ("niams-zilucoplan-trial", words)
        for words in (
            "is a type of autoimmune myopathy", "may develop disabling muscle weakness", "might be responsible",
            "a C5 complement inhibitor", "did not improve IMNM symptoms", "complement inhibition is not an effective",
            "unlikely to be the primary driver", "first clinical trial for the disease",
            "first randomized clinical trial",
        )
    ],
)  # fmt: skip
def test_every_statement_is_quoted(dataset: Dataset, documents: Path, document: str, words: str) -> None:
    text: SourceText = read_source_texts(documents)[document]
    at = text.text.index(words)
    covered = [
        claim.label
        for claim in dataset.claims
        for item in claim.evidence
        if item.document == DOCUMENT.term(document) and item.start <= at and at + len(words) <= item.end
    ]
    assert covered, f"no claim quotes “{words}”"
