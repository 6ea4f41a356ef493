# SPDX-License-Identifier: Apache-2.0
"""Rows keep all that a claim, its document and its entities need for JSON lines and RDF."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from imnm_kg.batch.settings import load_knowledge
from imnm_kg.extraction.knowledge import Knowledge
from imnm_kg.extraction.proposal import Mark, ProposedClaim
from imnm_kg.lexicon.entries import Entry
from imnm_kg.model.document_nodes import document_facts
from imnm_kg.model.records import BadRecord, TextRecord, TextZone
from imnm_kg.operations.extract import Read, claim_of, extract, facts_of, json_line, propose, rows_of
from tests.batch.support import make_root, settings, text_of

DRUG = Entry("https://w3id.org/imnm-kg/entity/alphamab", "Drug", "alphamab", ("alpha-mab",), ("AMB",))
ANTIBODY = Entry("https://e/anti-x", "Antibody", "anti-X antibody", ("X", "factor X"), ("aX",))
COINED = Entry("https://e/x-myopathy", "Disease", "X myopathy", ("x-myopathy",), coined=True)
TEXT = "  A title\n\nAlphamab may inhibit factor X.\n\nMore on this site"
RECORD = TextRecord(
    "PMID:7", TEXT, (TextZone("Boilerplate", 43, 60),), title="A title", source="a.xml", position=3, doi="10.1/x",
    pmid="7", pmcid="PMC7", year=2020,
)  # fmt: skip


def claim(subject: Entry, object_: Entry, start: int = 11, confidence: float | None = 0.5) -> ProposedClaim:
    return ProposedClaim(
        "PMID:7", RECORD.sha256, subject, "inhibits", object_, "Negated", "Possible", "mouse model",
        (("dose", "1 mg"),), TEXT[start:41], "", "", start, 41, "r", confidence, (Mark("subject", "Alphamab", 11, 19),),
    )  # fmt: skip


@pytest.mark.parametrize(("subject", "object_"), [(DRUG, ANTIBODY), (ANTIBODY, COINED), (COINED, DRUG)])
def test_a_claim_comes_back_from_its_row(subject: Entry, object_: Entry) -> None:
    one = claim(subject, object_)
    (row,) = rows_of(Read(RECORD, (one,)))
    assert json_line(row) == json.dumps(one.as_json(), ensure_ascii=False) + "\n"
    assert claim_of(row) == one
    assert facts_of(row) == document_facts(RECORD)


def test_rows_are_in_the_order_of_the_text() -> None:
    rows = rows_of(Read(RECORD, (claim(DRUG, ANTIBODY, 20), claim(COINED, DRUG), claim(ANTIBODY, COINED))))
    assert [(row["start"], row["subject_label"]) for row in rows] == [
        (11, "anti-X antibody"), (11, "X myopathy"), (20, "alphamab"),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def knowledge(tmp_path_factory: pytest.TempPathFactory) -> Knowledge:
    return load_knowledge(settings(make_root(tmp_path_factory.mktemp("knowledge")))).knowledge


def test_bad_records_are_passed_on(knowledge: Knowledge) -> None:
    bad = BadRecord("a.xml", 2, "record-id", "the record has no PMID")
    found = list(extract([TextRecord("d0", text_of(0)), bad, TextRecord("d4", text_of(4))], knowledge))
    assert found[1] is bad
    assert [[c.quote for c in read.claims] for read in found if isinstance(read, Read)] == [
        ["Alphamab inhibits protein X in most people."]
    ] * 2


def test_least_confidence(knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch) -> None:
    made = tuple(claim(DRUG, ANTIBODY, confidence=value) for value in (None, 0.5, 0.8))
    monkeypatch.setattr("imnm_kg.operations.extract.extract_claims", lambda *_: made)
    record = TextRecord("d", "x")
    assert propose(record, knowledge) == made
    assert propose(record, knowledge, 0.5) == made[1:]
    assert propose(record, knowledge, 0.81) == ()


def test_the_small_world_is_known(knowledge: Knowledge, tmp_path: Path) -> None:
    assert tmp_path.exists()
    claims = propose(TextRecord("d2", text_of(2)), knowledge)
    assert [(c.subject.label, c.polarity) for c in claims] == [("betamab", "Negated")]
