# SPDX-License-Identifier: Apache-2.0
"""Merge: accepted claims into the graph, nothing overwritten, conflicts told, the second time nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from pyoxigraph import NamedNode

from imnm_kg.model.claims import Index
from imnm_kg.model.folders import Folders
from imnm_kg.model.namespaces import CLAIM, DCTERMS, DOCUMENT, ENTITY, IMNM, SKOS
from imnm_kg.operations.assemble import Assembly, assemble, check_ids
from imnm_kg.operations.merge import Merge
from imnm_kg.operations.review import Reviewer, accept, mend, mended, reject
from imnm_kg.pipeline import Desk, open_desk, verify_documents
from imnm_kg.pipeline import derive as derive_dataset
from imnm_kg.rdf.turtle import format_turtle
from tests.operations.support import write_proposals

INHIBITS = "f66850141b71028260282c0eee95703d"
ZETOSIS = "alphamab treats zetosis"
HEADACHE = "epsilamab has adverse event headache"
MAY = "alphamab + deltamab treats fixturitis (possible)"
JUVENILE = "alphamab ameliorates fixturitis (population: juvenile fixturitis; timepoint: P8W)"
PERSON = Reviewer(ENTITY.term("reader-2"), IMNM.PersonAgent, "2026-12-01")
PROGRAM = Reviewer(ENTITY.term("reader-1"), IMNM.AutomatedAgent, "2026-12-01")


@pytest.fixture
def desk(world: Path) -> Desk:
    return open_desk(Folders(world), write_proposals(world, world / "proposed.ttl"), world / "documents")


def take(desk: Desk, label: str, reviewer: Reviewer = PERSON) -> None:
    (case,) = [each for each in desk.proposals.cases() if each.claim.label == label]
    accept(desk.proposals, case, reviewer, desk.examine(case).exceptions("It bears on another part of the sentence."))


def merged(desk: Desk, world: Path) -> Merge:
    """Merge from the file and the graph as they are on disk, and write."""
    result = open_desk(Folders(world), desk.proposals.path, world / "documents").merge()
    for path, text in result.files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        assert format_turtle(text, str(path)) == text
    return result


def graph(world: Path) -> Assembly:
    assembly = assemble(Folders(world))
    assert check_ids(assembly) == []
    return assembly


def files(result: Merge, world: Path) -> list[str]:
    return [path.relative_to(world / "graph").as_posix() for path in result.files]


def content(world: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted((world / "graph").rglob("*.ttl"))}


def test_only_what_was_accepted_and_what_it_names(desk: Desk, world: Path) -> None:
    take(desk, JUVENILE)
    reject(desk.proposals, desk.proposals.find(desk.proposals.cases()[-1].item.iri.value)[0], PERSON)
    result = merged(desk, world)
    assert files(result, world) == [
        "entities/agents.ttl", "entities/diseases.ttl", "documents/pmid-1001.ttl", "claims/pmid-1001.ttl",
    ]  # fmt: skip
    assert (result.evidence, result.known, result.findings) == (1, 0, ())
    index = graph(world).source_index
    assert [x.value.rsplit("/", 1)[1] for x in index.instances(IMNM.DiseaseSubtype)] == ["juvenile-fixturitis"]
    assert index.instances(IMNM.Regimen) == []
    assert index.text(DOCUMENT.term("note-2"), IMNM.textSha256) is None
    (claim,) = [
        x for x in index.instances(IMNM.Claim) if index.node(x, IMNM.population) == ENTITY.term("juvenile-fixturitis")
    ]
    (item,) = index.objects(claim, IMNM.hasEvidence)
    assert isinstance(item, NamedNode)
    assert index.node(item, IMNM.hasExtraction) is not None, "why it was proposed goes with it"
    texts = {path.name: path.read_text(encoding="utf-8") for path in result.files}
    assert texts["pmid-1001.ttl"].startswith(
        "# SPDX-License-Identifier: CC-BY-4.0\n# imnm-kg 0.1.0: claims of the document pmid-1001 with their evidence.\n"
    )


def test_everything_merged_verifies(desk: Desk, world: Path) -> None:
    for case in desk.proposals.pending():
        take(desk, case.claim.label)
    assert merged(desk, world).findings == ()
    graph(world)
    dataset = derive_dataset(Folders(world))
    verification, cut = verify_documents(Folders(world), dataset, world / "documents")
    assert [str(finding) for finding in (*verification.findings, *cut)] == []
    assert verification.checked == 14
    index = graph(world).source_index
    assert index.node(NamedNode("http://purl.obolibrary.org/obo/MONDO_0000009"), DCTERMS.source) is not None
    assert (world / "graph" / "entities" / "factors.ttl").is_file()
    assert "# imnm-kg 0.1.0: populations that findings are about." in (
        world / "graph" / "entities" / "populations.ttl"
    ).read_text(encoding="utf-8")


def test_merging_again_changes_nothing(desk: Desk, world: Path) -> None:
    for case in desk.proposals.pending():
        take(desk, case.claim.label)
    merged(desk, world)
    before = content(world)
    result = merged(desk, world)
    assert (result.files, result.evidence, result.known, result.findings) == ({}, 0, 8, ())
    assert content(world) == before


def test_merging_bit_by_bit_gives_the_same_graph(desk: Desk, world: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(world, other)
    for label in [case.claim.label for case in desk.proposals.pending()]:
        take(desk, label)
        merged(desk, other)
    merged(desk, world)
    # What a document is about is told by those of its claims that come first.
    one, two = (
        {x for x in graph(root).sources if isinstance(x.subject, NamedNode) and x.predicate != IMNM.isAbout}
        for root in (other, world)
    )
    assert one == two


def test_a_claim_of_the_graph_gets_more_evidence_and_the_rest_stays(desk: Desk, world: Path) -> None:
    note = world / "graph" / "claims" / "note.ttl"
    before = note.read_bytes()
    take(desk, "alphamab inhibits fixin")
    result = merged(desk, world)
    assert files(result, world) == ["entities/agents.ttl", "documents/note-2.ttl", "claims/note-2.ttl"]
    assert note.read_bytes() == before
    index = graph(world).source_index
    assert len(index.objects(CLAIM.term(INHIBITS), IMNM.hasEvidence)) == 3
    assert index.objects(DOCUMENT.term("note-2"), IMNM.isAbout) == [ENTITY.alphamab], "the disease is not in a claim"


def test_the_label_follows_the_strongest_evidence(desk: Desk, world: Path) -> None:
    """A hedged claim of the graph that another text states for sure gets another label, and nothing else changes."""
    (case,) = [each for each in desk.proposals.cases() if each.claim.label == MAY]
    changes = {"subject": "betamab", "certainty": "established"}
    mend(desk.proposals, case, mended(desk.proposals, case, changes), PERSON)
    note = world / "graph" / "claims" / "note.ttl"
    before = note.read_text(encoding="utf-8")
    merged(desk, world)
    graph(world)
    label = '"betamab treats fixturitis{}"@en ;\n    imnm:hasEvidence'
    old, new = label.format(" (possible)"), label.format("")
    assert note.read_text(encoding="utf-8") == before.replace(old, new)


def test_a_passage_that_a_person_reviewed_stays_byte_for_byte(desk: Desk, world: Path) -> None:
    take(desk, ZETOSIS)
    merged(desk, world)
    before = content(world)
    (case,) = [each for each in desk.proposals.cases() if each.claim.label == ZETOSIS]
    accept(desk.proposals, case, PROGRAM)
    result = merged(desk, world)
    assert (result.files, result.known, result.findings) == ({}, 1, ())
    assert content(world) == before


def test_a_person_is_a_second_reader_of_what_a_program_accepted(desk: Desk, world: Path) -> None:
    take(desk, ZETOSIS, PROGRAM)
    merged(desk, world)
    (case,) = [each for each in desk.proposals.cases() if each.claim.label == ZETOSIS]
    accept(desk.proposals, case, PERSON)
    assert files(merged(desk, world), world) == ["claims/pmid-1001.ttl"]
    index = graph(world).source_index
    nodes = [x for x in index.objects(case.item.iri, IMNM.hasReview) if isinstance(x, NamedNode)]
    assert {index.node(node, IMNM.reviewer) for node in nodes} == {PERSON.iri, PROGRAM.iri}
    assert merged(desk, world).files == {}


@pytest.mark.parametrize(
    ("status", "certainty", "there"), [("Rejected", "Established", "rejected"), ("Reviewed", "Possible", "possible")]
)
def test_another_decision_in_the_graph_is_a_finding(
    desk: Desk, world: Path, status: str, certainty: str, there: str
) -> None:
    take(desk, ZETOSIS)
    merged(desk, world)
    path = world / "graph" / "claims" / "pmid-1001.ttl"
    text = path.read_text(encoding="utf-8").replace(
        "imnm:reviewStatus imnm:Reviewed", f"imnm:reviewStatus imnm:{status}"
    )
    path.write_text(
        text.replace("imnm:certainty imnm:Established", f"imnm:certainty imnm:{certainty}"), encoding="utf-8"
    )
    before = content(world)
    result = merged(desk, world)
    (finding,) = result.findings
    assert finding.code == "merge-conflict"
    assert f"is established here and {there} in the graph, which was left as it is" in finding.message
    assert content(world) == before


def test_what_is_only_proposed_in_the_graph_is_replaced(desk: Desk, world: Path) -> None:
    text = desk.proposals.path.read_text(encoding="utf-8")
    inside = world / "graph" / "claims" / "all.ttl"
    inside.write_text(text, encoding="utf-8")
    take(desk, ZETOSIS)
    result = merged(desk, world)
    assert files(result, world) == ["claims/all.ttl"], "documents and entities are known there"
    assert inside.read_text(encoding="utf-8") == desk.proposals.path.read_text(encoding="utf-8")
    graph(world)


def test_a_contradiction_is_left_out_until_a_dispute_is_declared(desk: Desk, world: Path) -> None:
    (case,) = [each for each in desk.proposals.cases() if each.claim.label == ZETOSIS]
    changes = {"object": "fixturitis", "predicate": "ameliorates", "population": ""}
    mend(desk.proposals, case, mended(desk.proposals, case, changes), PERSON)
    result = merged(desk, world)
    (finding,) = result.findings
    assert (finding.code, result.files) == ("merge-contradiction", {})
    assert "it contradicts “alphamab does not ameliorate fixturitis (timepoint: P8W)”" in finding.message
    new = finding.subject
    old = "https://w3id.org/imnm-kg/claim/382166308745c7e7b86dc5ce8dcb5ac7"
    (world / "graph" / "disputes").mkdir()
    (world / "graph" / "disputes" / "one.ttl").write_text(
        f"<https://w3id.org/imnm-kg/dispute/one> a <{IMNM}Dispute> ; <{IMNM}from> <{new}> ; <{IMNM}to> <{old}> ."
    )
    result = merged(desk, world)
    assert (result.findings, result.evidence) == ((), 1)


def test_of_two_accepted_that_contradict_each_other_one_is_left_out(desk: Desk, world: Path) -> None:
    take(desk, ZETOSIS)
    (case,) = [each for each in desk.proposals.cases() if each.claim.label == HEADACHE]
    changes = {"object": "zetosis", "predicate": "treats", "subject": "alphamab", "polarity": "negated"}
    mend(desk.proposals, case, mended(desk.proposals, case, changes), PERSON)
    result = merged(desk, world)
    assert [finding.code for finding in result.findings] == ["merge-contradiction"]
    assert result.evidence == 1


def test_a_claim_that_does_not_fit_is_left_out(desk: Desk, world: Path) -> None:
    path = desk.proposals.path
    path.write_text(
        path.read_text(encoding="utf-8").replace("entity:deltosis a imnm:Disease", "entity:deltosis a imnm:Outcome"),
        encoding="utf-8",
    )
    changed = open_desk(Folders(world), path, world / "documents")
    take(changed, "betamab does not treat deltosis")
    take(changed, ZETOSIS)
    result = merged(changed, world)
    (finding,) = result.findings
    assert finding.code == "merge-misfit"
    assert "the object “deltosis” is no health condition" in finding.message
    assert (result.evidence, str(finding.place)) == (1, str(path))


def test_another_text_under_the_id_is_a_finding(desk: Desk, world: Path) -> None:
    take(desk, ZETOSIS)
    merged(desk, world)
    path = world / "graph" / "documents" / "pmid-1001.ttl"
    text = path.read_text(encoding="utf-8")
    at = text.index('textSha256 "') + len('textSha256 "')
    path.write_text(text[:at] + "0" * 64 + text[at + 64 :], encoding="utf-8")
    take(desk, JUVENILE)
    result = merged(desk, world)
    assert {finding.code for finding in result.findings} == {"merge-document"}
    assert "the graph has another text of document pmid-1001" in result.findings[0].message


def test_a_name_that_another_has_is_a_finding_and_alternative_names_are_left_out(desk: Desk, world: Path) -> None:
    entities = world / "graph" / "entities" / "all.ttl"
    entities.write_text(
        entities.read_text(encoding="utf-8")
        + '\nentity:other a imnm:Drug ;\n    rdfs:label "Deltosis"@en .\n'
        + '\nentity:short a imnm:Drug ;\n    rdfs:label "eps"@en .\n',
        encoding="utf-8",
    )
    take(desk, "betamab does not treat deltosis")
    take(desk, HEADACHE)
    result = merged(desk, world)
    (finding,) = result.findings
    assert finding.code == "merge-name"
    assert "<https://w3id.org/imnm-kg/entity/other> has that name too" in finding.message
    index: Index = graph(world).source_index
    assert index.objects(ENTITY.epsilamab, SKOS.altLabel) == []
    assert index.objects(ENTITY.epsilamab, IMNM.abbreviation) == []


def test_a_name_with_a_negation_is_a_finding(desk: Desk, world: Path) -> None:
    path = desk.proposals.path
    path.write_text(
        path.read_text(encoding="utf-8").replace('rdfs:label "zetosis"', 'rdfs:label "non-zetosis"'), encoding="utf-8"
    )
    changed = open_desk(Folders(world), path, world / "documents")
    take(changed, ZETOSIS)
    (finding,) = merged(changed, world).findings
    assert finding.code == "merge-name"
    assert "a name may have no negation" in finding.message


def test_a_regimen_brings_its_parts(desk: Desk, world: Path) -> None:
    take(desk, MAY)
    merged(desk, world)
    index = graph(world).source_index
    assert set(index.objects(ENTITY.term("alphamab-plus-deltamab"), DCTERMS.hasPart)) == {
        ENTITY.alphamab,
        ENTITY.deltamab,
    }
    assert (world / "graph" / "entities" / "regimens.ttl").is_file()
    assert index.instances(IMNM.Intervention) == [ENTITY.deltamab]
    assert index.objects(ENTITY.deltamab, DCTERMS.source) == [DOCUMENT.term("pmid-1001")]
