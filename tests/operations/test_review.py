# SPDX-License-Identifier: Apache-2.0
"""Review: each decision is in the file, none is lost, none is asked twice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse

from imnm_kg.errors import ImnmError
from imnm_kg.model.claims import Claim, GuardException, Index, expected_label, read_claims
from imnm_kg.model.folders import Folders
from imnm_kg.model.namespaces import DOCUMENT, ENTITY, EVIDENCE, IMNM, RDF
from imnm_kg.model.proposals import Case
from imnm_kg.operations.review import Reviewer, accept, find_reviewer, mend, mended, reject
from imnm_kg.pipeline import Desk, open_desk
from imnm_kg.rdf.turtle import format_turtle
from tests.operations.support import write_proposals

ZETOSIS = "alphamab treats zetosis"
HEADACHE = "epsilamab has adverse event headache"
MAY = "alphamab + deltamab treats fixturitis (possible)"
PERSON = Reviewer(ENTITY.term("reader-2"), IMNM.PersonAgent, "2026-12-01")
PROGRAM = Reviewer(ENTITY.term("reader-1"), IMNM.AutomatedAgent, "2026-12-01")


@pytest.fixture
def file(world: Path) -> Path:
    return write_proposals(world, world / "proposed.ttl")


@pytest.fixture
def desk(world: Path, file: Path) -> Desk:
    return open_desk(Folders(world), file, world / "documents")


def again(desk: Desk, world: Path, *known: Path) -> Desk:
    return open_desk(Folders(world), desk.proposals.path, world / "documents", known)


def case(desk: Desk, label: str) -> Case:
    (found,) = [each for each in desk.proposals.cases() if each.claim.label == label]
    return found


def index_of(desk: Desk) -> Index:
    text = desk.proposals.path.read_text(encoding="utf-8")
    assert format_turtle(text, "proposed.ttl") == text
    return Index(quad.triple for quad in parse(text, format=RdfFormat.TURTLE))


def claims_of(desk: Desk) -> dict[str, Claim]:
    """Give the claims as the file on disk has them; labels and ids must fit their content."""
    index = index_of(desk)
    found = read_claims(index)
    for claim in found:
        assert claim.expected_iri == claim.iri
        assert expected_label(claim, desk.proposals.entities.index) == claim.label
        for item in claim.evidence:
            sha256 = desk.proposals.entities.index.text(item.document, IMNM.textSha256)
            assert item.expected_iri(claim.iri, sha256 or "") == item.iri
    return {claim.label: claim for claim in found}


def records(desk: Desk, iri: NamedNode) -> list[tuple[str, str, str]]:
    index = index_of(desk)
    nodes = [node for node in index.objects(iri, IMNM.hasReview) if isinstance(node, NamedNode)]
    keys = (IMNM.reviewer, IMNM.agentKind, IMNM.decision)
    return [tuple(str(index.node(node, key)).rstrip(">").rsplit("/", 1)[1] for key in keys) for node in nodes]  # type: ignore[misc]


def test_cases_come_in_the_order_of_the_text(desk: Desk) -> None:
    found = desk.proposals.pending()
    assert len(found) == 8
    places = [(each.item.document.value, each.item.start) for each in found]
    assert places == sorted(places)


def test_accepted_is_in_the_file_at_once(desk: Desk, world: Path) -> None:
    one = case(desk, ZETOSIS)
    accept(desk.proposals, one, PERSON)
    assert claims_of(desk)[ZETOSIS].evidence[0].review_status == "Reviewed"
    assert records(desk, one.item.iri) == [("reader-2", "PersonAgent", "Reviewed")]
    assert len(desk.proposals.pending()) == 7
    assert ZETOSIS not in [each.claim.label for each in again(desk, world).proposals.pending()], "never asked twice"


def test_the_rest_of_the_file_stays_byte_for_byte(desk: Desk) -> None:
    before = desk.proposals.path.read_text(encoding="utf-8")
    one = case(desk, ZETOSIS)
    accept(desk.proposals, one, PERSON)
    after = desk.proposals.path.read_text(encoding="utf-8")
    digits = one.item.iri.value.rsplit("/", 1)[1]
    others = [block for block in before.split("\n\n") if f"evidence:{digits} a" not in block]
    assert all(block.rstrip("\n") in after for block in others)


def test_rejected_stays_with_its_record(desk: Desk, world: Path) -> None:
    one = case(desk, HEADACHE)
    reject(desk.proposals, one, PROGRAM)
    assert records(desk, one.item.iri) == [("reader-1", "AutomatedAgent", "Rejected")]
    fresh = world / "fresh.ttl"
    write_proposals(world, fresh)
    new = open_desk(Folders(world), fresh, None, [desk.proposals.path])
    assert HEADACHE not in [each.claim.label for each in new.proposals.pending()]
    assert new.proposals.is_decided_elsewhere(case(new, HEADACHE).item)
    assert HEADACHE in [each.claim.label for each in open_desk(Folders(world), fresh).proposals.pending()]


def test_what_the_graph_rejected_is_not_asked(desk: Desk, world: Path) -> None:
    reject(desk.proposals, case(desk, HEADACHE), PERSON)
    text = desk.proposals.path.read_text(encoding="utf-8")
    (world / "graph" / "claims" / "rejected.ttl").write_text(text, encoding="utf-8")
    fresh = write_proposals(world, world / "fresh.ttl")
    found = [each.claim.label for each in open_desk(Folders(world), fresh).proposals.pending()]
    assert HEADACHE not in found
    assert ZETOSIS in found


def test_a_second_look_of_the_same_agent_is_no_second_reader(desk: Desk) -> None:
    one = case(desk, ZETOSIS)
    accept(desk.proposals, one, PROGRAM)
    accept(desk.proposals, case(desk, ZETOSIS), PERSON)
    reject(desk.proposals, case(desk, ZETOSIS), PROGRAM)
    assert sorted(records(desk, one.item.iri)) == [
        ("reader-1", "AutomatedAgent", "Rejected"), ("reader-2", "PersonAgent", "Reviewed"),
    ]  # fmt: skip


def test_reasons_become_guard_exceptions(desk: Desk) -> None:
    one = case(desk, HEADACHE)
    found = desk.examine(one)
    ((cue, said),) = found.cues
    assert (cue.word, found.objections) == ("not", ())
    assert "is affirmed, but its quote says “not”" in said
    accept(desk.proposals, one, PERSON, found.exceptions("It denies this of another drug."))
    (item,) = claims_of(desk)[HEADACHE].evidence
    assert item.exceptions == (GuardException("not", cue.start, cue.end, "It denies this of another drug."),)
    assert desk.examine(Case(one.claim, item)).cues == ()


def test_the_sentence_around_the_quote_is_guarded_with_the_text_only(desk: Desk, world: Path) -> None:
    assert [cue.word for cue, _ in desk.examine(case(desk, MAY)).cues] == ["not"]
    without = open_desk(Folders(world), desk.proposals.path)
    assert without.examine(case(without, MAY)).cues == ()


def test_a_denial_that_the_guard_does_not_know_is_known_by_its_mark(desk: Desk) -> None:
    one = case(desk, "betamab does not treat deltosis")
    assert desk.examine(one).objections == ()
    (objection,) = desk.examine(Case(one.claim, replace(one.item, extraction=None))).objections
    assert "is negated, but nothing in its quote denies it" in objection


def test_another_text_is_an_objection(desk: Desk, world: Path) -> None:
    path = world / "documents" / "pmid-1001.txt"
    path.write_text("x" + path.read_text(encoding="utf-8"), encoding="utf-8")
    found = again(desk, world).examine(case(desk, ZETOSIS))
    assert "it is another text" in found.objections[0]


def test_undo(desk: Desk) -> None:
    before = desk.proposals.path.read_bytes()
    assert not desk.proposals.undo()
    accept(desk.proposals, case(desk, ZETOSIS), PERSON)
    reject(desk.proposals, case(desk, HEADACHE), PERSON)
    mend(desk.proposals, case(desk, MAY), mended(desk.proposals, case(desk, MAY), {"population": "rats"}), PERSON)
    assert len(desk.proposals.pending()) == 5
    assert desk.proposals.undo()
    assert desk.proposals.undo()
    assert len(desk.proposals.pending()) == 7
    assert desk.proposals.undo()
    assert desk.proposals.path.read_bytes() == before
    assert len(desk.proposals.pending()) == 8


# Mending


def test_a_mended_certainty_keeps_the_id(desk: Desk) -> None:
    one = case(desk, ZETOSIS)
    mending = mended(desk.proposals, one, {"certainty": "possible"})
    assert (mending.parts, mending.case.item.iri) == (("certainty",), one.item.iri)
    mend(desk.proposals, one, mending, PERSON)
    (item,) = claims_of(desk)[f"{ZETOSIS} (possible)"].evidence
    assert (item.certainty, item.review_status) == ("Possible", "Reviewed")
    assert item.extraction is not None
    assert item.extraction.mended == ("certainty",)
    assert len(desk.proposals.cases()) == 8


def test_a_mended_claim_is_another_and_the_old_one_is_rejected(desk: Desk, world: Path) -> None:
    one = case(desk, ZETOSIS)
    changes = {"polarity": "negated", "subject": "betamab", "object": "fixturitis", "predicate": "ameliorates",
               "population": "rat model", "certainty": "Probable"}  # fmt: skip
    mending = mended(desk.proposals, one, changes)
    label = "betamab does not ameliorate fixturitis (probable; population: rat model)"
    assert (mending.case.claim.label, mending.parts) == (label, tuple(sorted(changes)))
    mend(desk.proposals, one, mending, PERSON)
    found = claims_of(desk)
    assert found[ZETOSIS].evidence[0].review_status == "Rejected"
    (item,) = found[label].evidence
    assert (item.quote, item.review_status, item.certainty) == (one.item.quote, "Reviewed", "Probable")
    assert item.extraction is not None
    assert item.extraction.mended == tuple(sorted(changes))
    assert item.extraction.marks == one.item.extraction.marks  # type: ignore[union-attr]
    assert records(desk, item.iri) == [("reader-2", "PersonAgent", "Reviewed")]
    assert index_of(desk).node(ENTITY.term("rat-model"), RDF.type) == IMNM.Population
    fresh = write_proposals(world, world / "fresh.ttl")
    waiting = open_desk(Folders(world), fresh, None, [desk.proposals.path]).proposals.pending()
    assert ZETOSIS not in [each.claim.label for each in waiting], "the same proposal is not asked again"


def test_mending_into_a_claim_that_was_proposed_too(desk: Desk) -> None:
    one = case(desk, HEADACHE)
    first = mended(desk.proposals, one, {"subject": "gammamab", "polarity": "negated"})
    mend(desk.proposals, one, first, PERSON)
    other = case(desk, HEADACHE)
    mend(desk.proposals, other, mended(desk.proposals, other, {"subject": "gammamab", "polarity": "negated"}), PERSON)
    (item,) = claims_of(desk)["gammamab does not have adverse event headache"].evidence
    assert item.review_status == "Reviewed"
    reject(desk.proposals, case(desk, "gammamab does not have adverse event headache"), PERSON)
    with pytest.raises(ImnmError, match="was rejected for this passage") as caught:
        mend(desk.proposals, other, first, PERSON)
    assert caught.value.code == "review-decided"


def test_everyone_is_no_population(desk: Desk) -> None:
    label = "alphamab ameliorates fixturitis (population: juvenile fixturitis; timepoint: P8W)"
    for value in ("", "fixturitis"):
        mending = mended(desk.proposals, case(desk, label), {"population": value})
        assert mending.case.claim.label == "alphamab ameliorates fixturitis (timepoint: P8W)"
        assert mending.case.claim.population is None


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"certainty": "sure"}, "'sure' is no certainty; give one of Hypothesised"),
        ({"polarity": "yes"}, "'yes' is no polarity"),
        ({"predicate": "treat"}, "there is no relation 'treat'; did you mean treats"),
        ({"predicate": "label"}, "there is no relation 'label'"),
        ({"subject": "alphamap"}, "there is no entity 'alphamap'; did you mean alphamab"),
        ({"object": "fixin"}, "the object “fixin” is no health condition"),
        ({"quote": "x"}, "'quote' cannot be mended"),
        ({"certainty": "Established"}, "nothing of the claim would change"),
        ({}, "nothing of the claim would change"),
    ],
)
def test_what_cannot_be_mended(desk: Desk, changes: dict[str, str], what: str) -> None:
    before = desk.proposals.path.read_bytes()
    with pytest.raises(ImnmError) as caught:
        mended(desk.proposals, case(desk, ZETOSIS), changes)
    assert caught.value.code == "review-value"
    assert str(caught.value).startswith(what)
    assert desk.proposals.path.read_bytes() == before


# Finding


def test_every_way_to_name_a_case(desk: Desk) -> None:
    one = case(desk, ZETOSIS)
    evidence, claim = one.item.iri.value.rsplit("/", 1)[1], one.claim.iri.value.rsplit("/", 1)[1]
    for text in (evidence, evidence[:6], f"evidence:{evidence[:8]}", one.item.iri.value, str(one.item.iri), claim,
                 f"claim:{claim[:8]}", one.claim.iri.value):  # fmt: skip
        assert desk.proposals.find(text) == [one]


@pytest.mark.parametrize("text", ["ffffffff", "x", "evidence:123", "document:note", ""])
def test_an_id_that_nothing_has(desk: Desk, text: str) -> None:
    with pytest.raises(ImnmError, match=r"has no evidence '.*see --list") as caught:
        desk.proposals.find(text)
    assert caught.value.code == "review-unknown"


def test_digits_of_several(desk: Desk, world: Path) -> None:
    path = desk.proposals.path
    text = path.read_text(encoding="utf-8")
    one, other = (each.item.iri.value.removeprefix(EVIDENCE) for each in desk.proposals.cases()[:2])
    path.write_text(text.replace(one, f"abcd{one[4:]}").replace(other, f"abcd{other[4:]}"), encoding="utf-8")
    with pytest.raises(ImnmError, match="'abcd' is the start of several ids"):
        again(desk, world).proposals.find("abcd")


def test_the_same_claim_at_the_same_place_is_told(desk: Desk) -> None:
    one = case(desk, "alphamab inhibits fixin")
    assert desk.examine(one).notes == ()
    known = desk.proposals.claim_of_graph(one.claim.iri)
    assert known is not None
    there = Case(one.claim, replace(one.item, document=DOCUMENT.note, start=5, end=9))
    assert desk.examine(there).notes == ("the graph states this at 0-30 already: “Alphamab is a blocker of fixin”",)


# Who


@pytest.mark.parametrize("name", ["reader-2", "entity:reader-2", f"{ENTITY}reader-2", "The second reader"])
def test_a_reviewer_by_any_name(desk: Desk, name: str) -> None:
    assert find_reviewer(desk.proposals, name, None, "2026-12-01") == PERSON
    assert find_reviewer(desk.proposals, name, "person", "2026-12-01") == PERSON


def test_a_program_never_shows_as_a_person(desk: Desk) -> None:
    assert find_reviewer(desk.proposals, "reader-1", None, "2026-12-01") == PROGRAM
    with pytest.raises(ImnmError, match="“the first reader” is no person") as caught:
        find_reviewer(desk.proposals, "reader-1", "person", "2026-12-01")
    assert caught.value.code == "reviewer-kind"
    with pytest.raises(ImnmError, match="“the second reader” is a person"):
        find_reviewer(desk.proposals, "reader-2", "automated", "2026-12-01")


@pytest.mark.parametrize("name", ["nobody", "alphamab"])
def test_a_reviewer_whom_nobody_describes(desk: Desk, name: str) -> None:
    with pytest.raises(ImnmError, match=f"no person and no program '{name}'") as caught:
        find_reviewer(desk.proposals, name, None, "2026-12-01")
    assert caught.value.code == "reviewer-unknown"


# Files


def test_a_file_without_claims(world: Path) -> None:
    with pytest.raises(ImnmError, match="has no claim with evidence") as caught:
        open_desk(Folders(world), world / "graph" / "entities" / "all.ttl")
    assert caught.value.code == "review-nothing"


def test_many_decisions_at_once_are_saved_however_it_ends(desk: Desk) -> None:
    def interrupted() -> None:
        with desk.proposals.batch():
            accept(desk.proposals, case(desk, ZETOSIS), PROGRAM)
            reject(desk.proposals, case(desk, HEADACHE), PROGRAM)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    found = claims_of(desk)
    statuses = [found[label].evidence[0].review_status for label in (ZETOSIS, HEADACHE)]
    assert statuses == ["Reviewed", "Rejected"]


def test_a_file_that_cannot_be_written_keeps_its_content(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    before = desk.proposals.path.read_bytes()

    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fails)
    with pytest.raises(ImnmError, match="No space left") as caught:
        accept(desk.proposals, case(desk, ZETOSIS), PERSON)
    assert caught.value.code == "file-unwritable"
    assert desk.proposals.path.read_bytes() == before
    assert [path.name for path in desk.proposals.path.parent.glob(".proposed*")] == []


def test_decisions_of_another_reviewer_are_not_written_over(desk: Desk, world: Path) -> None:
    other = again(desk, world)
    accept(other.proposals, case(other, ZETOSIS), PERSON)
    accept(other.proposals, case(other, "alphamab inhibits fixin"), PERSON)
    before = desk.proposals.path.read_bytes()
    with pytest.raises(ImnmError, match="changed by another program") as caught:
        reject(desk.proposals, case(desk, HEADACHE), PROGRAM)
    assert caught.value.code == "review-changed"
    assert desk.proposals.path.read_bytes() == before


def test_a_name_that_the_graph_has_is_an_objection(desk: Desk, world: Path) -> None:
    entities = world / "graph" / "entities" / "all.ttl"
    other = 'entity:other a imnm:Drug ;\n    rdfs:label "Deltosis"@en .'
    entities.write_text(f"{entities.read_text(encoding='utf-8')}\n{other}\n", encoding="utf-8")
    changed = again(desk, world)
    (objection,) = changed.examine(case(changed, "betamab does not treat deltosis")).objections
    assert objection == f"<{ENTITY}deltosis> is named “deltosis”, and <{ENTITY}other> has that name too"
