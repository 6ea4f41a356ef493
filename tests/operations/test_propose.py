# SPDX-License-Identifier: Apache-2.0
"""Propose: proposed claims as the Turtle of the graph, with what the graph knows and what is new."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from imnm_kg.errors import ImnmError
from imnm_kg.lexicon.entries import Entry
from imnm_kg.model.claims import Claim, Index, expected_label, read_claims
from imnm_kg.model.folders import Folders
from imnm_kg.model.namespaces import CLAIM, DCTERMS, DOCUMENT, ENTITY, IMNM, RDF, RDFS, SKOS
from imnm_kg.operations.assemble import Assembly, assemble, check_ids
from imnm_kg.operations.propose import EXTRACTOR, proposals_turtle
from imnm_kg.pipeline import Dataset
from imnm_kg.rdf.turtle import format_turtle
from tests.operations.support import ROOT, proposed

INHIBITS = "f66850141b71028260282c0eee95703d"


@pytest.fixture
def small(world: Path) -> Assembly:
    return assemble(Folders(world))


def written(assembly: Assembly, **changes: object) -> str:
    claims, records = proposed()
    claims = [replace(one, **changes) for one in claims]  # type: ignore[arg-type]
    return proposals_turtle(claims, records, index=assembly.source_index, prefixes=assembly.prefixes, version="0.1.0")


def index_of(text: str) -> Index:
    return Index(quad.triple for quad in parse(text, format=RdfFormat.TURTLE))


def by_label(text: str) -> dict[str, Claim]:
    return {claim.label: claim for claim in read_claims(index_of(text))}


def test_it_is_in_the_one_format_whatever_the_order_of_the_claims(small: Assembly) -> None:
    text = written(small)
    assert format_turtle(text, "proposed.ttl") == text
    assert text.startswith("# SPDX-License-Identifier: CC-BY-4.0\n# imnm-kg 0.1.0: proposed claims, to be reviewed.\n")
    claims, records = proposed()
    again = proposals_turtle(claims[::-1], records, index=small.source_index, prefixes=small.prefixes, version="0.1.0")
    assert again == text


def test_claims_have_the_label_and_the_id_of_their_content(small: Assembly) -> None:
    text = written(small)
    found = by_label(text)
    assert sorted(found) == [
        "alphamab + deltamab treats fixturitis (possible)",
        "alphamab ameliorates fixturitis (population: fixturitis mouse model; condition: at the end;"
        " condition: moderate; frequency: often; severity: severe)",
        "alphamab ameliorates fixturitis (population: juvenile fixturitis; timepoint: P8W)",
        "alphamab inhibits fixin",
        "alphamab treats zetosis",
        "betamab does not treat deltosis",
        "epsilamab has adverse event headache",
        "older age is a risk factor for fixturitis",
    ]
    index = Index((quad.triple for quad in parse(text, format=RdfFormat.TURTLE)), small.source_index)
    for label, claim in found.items():
        assert claim.expected_iri == claim.iri
        assert expected_label(claim, index) == label
        (item,) = claim.evidence
        sha256 = index.text(item.document, IMNM.textSha256)
        assert sha256 is not None
        assert item.expected_iri(claim.iri, sha256) == item.iri
        assert (item.role, item.review_status) == ("Statement", "Proposed")
        assert index.node(item.iri, IMNM.evidenceType) == NamedNode("http://purl.obolibrary.org/obo/ECO_0000034")


def test_a_claim_that_the_graph_has_gets_more_evidence(small: Assembly) -> None:
    claim = by_label(written(small))["alphamab inhibits fixin"]
    assert claim.iri == CLAIM.term(INHIBITS)
    assert claim.object == ENTITY.fixin, "known by its name, whatever the id of the lexicon"
    assert claim.evidence[0].document == DOCUMENT.term("note-2")


def test_why_it_was_proposed_is_data(small: Assembly) -> None:
    text = written(small)
    claim = by_label(text)["alphamab ameliorates fixturitis (population: juvenile fixturitis; timepoint: P8W)"]
    extraction = claim.evidence[0].extraction
    assert extraction is not None
    assert (extraction.rule, extraction.confidence, extraction.version) == ("improved-in", 0.8333, "0.1.0")
    assert (extraction.extractor, extraction.mended) == (EXTRACTOR, ())
    source = proposed()[1]["PMID:1001"].text
    assert [(mark.role, source[mark.start : mark.end]) for mark in extraction.marks] == [
        ("subject", "Alphamab"), ("trigger", "improved"), ("population", "juvenile fixturitis"),
        ("object", "fixturitis"),
    ]  # fmt: skip
    assert "imnm:confidence 0.8333 ;" in text
    assert "imnm:confidence 1.0 ;" in text, "a canonical decimal"
    unmeasured = by_label(text)["betamab does not treat deltosis"].evidence[0].extraction
    assert unmeasured is not None
    assert unmeasured.confidence is None


def test_the_trigger_that_denies_is_marked_as_the_negation(small: Assembly) -> None:
    extraction = by_label(written(small))["betamab does not treat deltosis"].evidence[0].extraction
    assert extraction is not None
    assert [(mark.role, mark.text) for mark in extraction.marks] == [
        ("subject", "Betamab"), ("negation", "ineffective"), ("trigger", "ineffective"), ("object", "deltosis"),
    ]  # fmt: skip


def test_only_new_entities_are_described(small: Assembly) -> None:
    index = index_of(written(small))
    types = {
        str(quad.subject.value).removeprefix(ENTITY): str(quad.object.value).removeprefix(IMNM)
        for quad in parse(written(small), format=RdfFormat.TURTLE)
        if quad.predicate == RDF.type and "/ontology/" in str(quad.object) and "#" not in str(quad.subject)
        and not {"claim", "evidence", "document"} & set(str(quad.subject).split("/"))
    }  # fmt: skip
    assert types == {
        "alphamab-plus-deltamab": "Regimen",
        "deltamab": "Intervention",
        "deltosis": "Disease",
        "epsilamab": "Drug",
        "fixturitis-mouse-model": "Population",
        "headache": "Phenotype",
        "http://purl.obolibrary.org/obo/MONDO_0000009": "Disease",
        "imnm-kg-extractor": "SoftwareAgent",
        "juvenile-fixturitis": "DiseaseSubtype",
        "older-age": "Factor",
    }
    parts = index.objects(ENTITY.term("alphamab-plus-deltamab"), DCTERMS.hasPart)
    assert set(parts) == {ENTITY.alphamab, ENTITY.deltamab}
    assert index.objects(ENTITY.deltamab, DCTERMS.source) == [DOCUMENT.term("pmid-1001")]


def test_names_that_another_has_or_that_deny_are_left_out(small: Assembly) -> None:
    index = index_of(written(small))
    assert {str(name) for name in index.objects(ENTITY.epsilamab, SKOS.altLabel)} == {'"EPS"@en'}
    assert index.objects(ENTITY.epsilamab, IMNM.abbreviation) == [Literal("EPS", language="en")]
    assert {str(name) for name in index.objects(ENTITY.deltosis, SKOS.altLabel)} == {'"Epsizyl"@en'}


def test_a_term_that_is_mapped_to_an_entity_is_that_entity(small: Assembly) -> None:
    claims, records = proposed()
    drug = Entry("https://example.org/chem/1", "Drug", "some other name of it")
    (one,) = [replace(one, subject=drug) for one in claims if one.rule == "treats"]
    text = proposals_turtle([one], records, index=small.source_index, prefixes=small.prefixes, version="1")
    (claim,) = read_claims(index_of(text))
    assert claim.subject == ENTITY.alphamab


def test_a_document_is_described_with_its_zones(small: Assembly) -> None:
    index = index_of(written(small))
    node = DOCUMENT.term("pmid-1001")
    assert index.text(node, RDFS.label) == "Alphamab in fixturitis (PMID:1001)"
    assert index.text(node, DCTERMS.term("title")) == "Alphamab in fixturitis"
    assert {str(x) for x in index.objects(node, DCTERMS.identifier)} == {'"PMID:1001"', '"DOI:10.1000/(fix)<1>"'}
    assert "foaf:page <https://pubmed.ncbi.nlm.nih.gov/1001/>" in written(small)
    assert index.objects(node, IMNM.isAbout) == [ENTITY.fixturitis]
    zones = {
        str(index.node(zone, IMNM.zoneKind)).rsplit("/", 1)[1].rstrip(">"): (
            index.number(zone, NamedNode("http://www.w3.org/ns/oa#start")),
            index.number(zone, NamedNode("http://www.w3.org/ns/oa#end")),
        )
        for zone in index.objects(node, IMNM.hasZone)
        if isinstance(zone, NamedNode)
    }
    assert zones == {"Boilerplate": (0, 36), "Body": (37, 391), "ReferenceList": (393, 437)}
    assert index.text(DOCUMENT.term("note-2"), RDFS.label) == "note/2", "the id where there is no title"


@pytest.mark.parametrize(
    ("ids", "page"),
    [
        ({"pmid": "", "doi": "10.1000/(fix)<1>"}, "https://doi.org/10.1000/(fix)%3C1%3E"),
        ({"pmid": "", "pmcid": "PMC12"}, "https://pmc.ncbi.nlm.nih.gov/articles/PMC12/"),
        ({"pmid": "", "doi": ""}, None),
    ],
)
def test_the_page_of_a_document(small: Assembly, ids: dict[str, str], page: str | None) -> None:
    claims, records = proposed()
    records["PMID:1001"] = replace(records["PMID:1001"], **ids)  # type: ignore[arg-type]
    text = proposals_turtle(claims, records, index=small.source_index, prefixes=small.prefixes, version="1")
    assert (f"foaf:page <{page}>" in text) if page else ("foaf:page" not in text)


def test_two_documents_never_share_an_iri(small: Assembly) -> None:
    claims, records = proposed()
    (one,) = [one for one in claims if one.rule == "treats"]
    other = replace(records["PMID:1001"], id="pmid 1001", text=records["PMID:1001"].text + " ")
    records["pmid 1001"] = other
    two = replace(one, document="pmid 1001", text_sha256=other.sha256)
    text = proposals_turtle([one, two], records, index=small.source_index, prefixes=small.prefixes, version="1")
    (claim,) = read_claims(index_of(text))
    names = sorted(item.document.value.removeprefix(DOCUMENT) for item in claim.evidence)
    assert names == ["pmid-1001", f"pmid-1001-{other.sha256[:8]}"]


def test_a_text_that_the_graph_has_is_its_document(small: Assembly, world: Path) -> None:
    claims, records = proposed()
    (one,) = [one for one in claims if one.rule == "blocks"]
    source = (world / "documents" / "note.txt").read_text(encoding="utf-8")
    quote = "Alphamab is a blocker of fixin"
    record = replace(records["note/2"], id="note", text=source)
    same = replace(one, document="note", text_sha256=record.sha256, quote=quote, start=0, end=30, marks=())
    made = {"index": small.source_index, "prefixes": small.prefixes, "version": "1"}
    text = proposals_turtle([same], {"note": record}, **made)  # type: ignore[arg-type]
    assert "a imnm:Document" not in text
    assert "oa:hasSource document:note ." in text
    changed = replace(record, text=source + "More.")
    other = replace(same, text_sha256=changed.sha256)
    text = proposals_turtle([other], {"note": changed}, **made)  # type: ignore[arg-type]
    assert f"document:note-{changed.sha256[:8]} a imnm:Document" in text


def test_everyone_the_object_is_about_is_written_as_the_graph_writes_it(small: Assembly) -> None:
    claims, records = proposed()
    (one,) = [one for one in claims if one.rule == "eases"]
    same = replace(one, population="fixturitis", context=(("timepoint", "week 8"),), polarity="Negated", marks=())
    text = proposals_turtle([same], records, index=small.source_index, prefixes=small.prefixes, version="1")
    (claim,) = read_claims(index_of(text))
    assert claim.iri == CLAIM.term("382166308745c7e7b86dc5ce8dcb5ac7")
    assert claim.population == ENTITY.fixturitis


def test_of_two_rules_for_one_passage_the_surer_counts(small: Assembly) -> None:
    claims, records = proposed()
    (one,) = [one for one in claims if one.rule == "treats"]
    for pair in (
        [one, replace(one, rule="better", confidence=0.95)],
        [replace(one, rule="none", confidence=None), one],
    ):
        text = proposals_turtle(pair, records, index=small.source_index, prefixes=small.prefixes, version="1")
        (claim,) = read_claims(index_of(text))
        (item,) = claim.evidence
        assert item.extraction is not None
        assert item.extraction.rule == ("better" if pair[0] is one else "treats")


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"start": 1}, "its quote “.*” is not at 1-"),
        ({"text_sha256": "0" * 64}, "the document has another text"),
        ({"document": "PMID:9"}, "the document is not at hand"),
    ],
)
def test_an_offset_that_is_none_of_the_source_is_an_error(
    small: Assembly, changes: dict[str, object], what: str
) -> None:
    with pytest.raises(ImnmError, match=what) as caught:
        written(small, **changes)
    assert caught.value.code == "propose-text"


def test_no_claim_gives_a_file_without_one(small: Assembly) -> None:
    text = proposals_turtle([], {}, index=small.source_index, prefixes=small.prefixes, version="1")
    assert read_claims(index_of(text)) == []


def test_beside_the_graph_the_file_is_without_a_finding(dataset: Dataset, folders: Folders, tmp_path: Path) -> None:
    """Ids and labels fit where the file stands in graph/claims/, and nothing of it is in the release."""
    text = written(dataset.assembly)
    (tmp_path / "graph" / "claims").mkdir(parents=True)
    (tmp_path / "graph" / "claims" / "proposed.ttl").write_text(text, encoding="utf-8")
    (tmp_path / "ontology").symlink_to(folders.ontology)
    assembly = assemble(Folders(tmp_path))
    assert check_ids(assembly) == []
    assert assembly.held_back == 8
    known = mentioned(dataset.assembly)
    new = {node for node in mentioned(assembly) - known if node.startswith((ENTITY, DOCUMENT))}
    assert new == set(), "nor what only a proposed claim speaks of"


def test_the_page_on_the_model_shows_what_is_written(small: Assembly) -> None:
    page = (ROOT / "docs" / "model.md").read_text(encoding="utf-8")
    (example,) = [part for part in re.findall(r"```text\n(.*?)\n```", page, re.DOTALL) if "imnm:Extraction" in part]
    text = written(small)
    assert all(f"\n\n{block}\n\n" in text for block in example.split("\n\n"))


def mentioned(assembly: Assembly) -> set[str]:
    nodes = (node for quad in assembly.quads for node in (quad.subject, quad.object))
    return {node.value for node in nodes if isinstance(node, NamedNode)}
