# SPDX-License-Identifier: Apache-2.0
"""Verify: a quote is equal to its text, character by character, or it is a finding that says where."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from imnm_kg.errors import ImnmError, Place
from imnm_kg.model.claims import Claim, Evidence, Index
from imnm_kg.model.documents import SourceText, read_source_texts
from imnm_kg.model.folders import Folders
from imnm_kg.model.namespaces import CLAIM, DOCUMENT, ENTITY, EVIDENCE, IMNM
from imnm_kg.operations.verify import verify
from imnm_kg.pipeline import Dataset, derive, verify_documents
from tests.operations.support import FIXTURES, read_toml, turtle, write_proposals

FILE = read_toml(FIXTURES / "verify" / "cases.toml")
# The text of a TOML string starts after its first line end; the fixture means that line end too.
TEXT = SourceText("note", "note.txt", "\n" + FILE["text"])


def claim_with(*evidence: Evidence) -> Claim:
    subject, object_ = ENTITY.a, ENTITY.b
    return Claim(CLAIM.term("00"), "x", subject, IMNM.treats, object_, "Affirmed", None, (), None, evidence)


def evidence_of(case: dict[str, Any], document: str = "note") -> Evidence:
    start = case["start"]
    end = case.get("end", start + len(case["quote"]))
    prefix = case.get("prefix", TEXT.text[max(0, start - 32) : start])
    suffix = case.get("suffix", TEXT.text[end : end + 32])
    return Evidence(
        EVIDENCE.term("00"), DOCUMENT.term(document), case["quote"], prefix, suffix, start, end, "Statement",
        "Established", "Reviewed",
    )  # fmt: skip


def index_of(case: dict[str, Any]) -> Index:
    sha256, length = case.get("sha256", TEXT.sha256), case.get("length", len(TEXT.text))
    stated = f'; imnm:textSha256 "{sha256}"' if sha256 else ""
    return Index(turtle(f"document:note a imnm:Document ; imnm:textLength {length} {stated} ."))


@pytest.mark.parametrize("case", FILE["case"], ids=lambda case: str(case["name"]))
def test_case(case: dict[str, Any]) -> None:
    result = verify([claim_with(evidence_of(case))], index_of(case), {"note": TEXT}, lambda iri: Place(iri[-2:], 9))
    assert (result.checked, result.documents) == (1, ("note",))
    assert [finding.code for finding in result.findings] == [code for code, _ in case["says"]]
    for finding, (code, part) in zip(result.findings, case["says"], strict=True):
        assert part in finding.message
        assert finding.place == Place("te" if code.startswith("document") else "00", 9)


def test_a_document_that_is_not_there() -> None:
    here = evidence_of({"quote": "Alpha drug", "start": 1})
    there = evidence_of({"quote": "Alpha drug", "start": 1}, "other")
    claims = [claim_with(here), claim_with(Evidence(EVIDENCE.term("01"), *_rest(there)))]
    result = verify(claims, index_of({}), {"note": TEXT}, lambda _: None)
    assert (result.checked, result.documents) == (1, ("note",))
    (finding,) = result.findings
    assert (finding.code, finding.subject) == ("document-absent", "https://w3id.org/imnm-kg/document/other")
    assert "document other: its text other.txt is not in the folder" in finding.message


def _rest(item: Evidence) -> Any:
    return [getattr(item, name) for name in item.__dataclass_fields__ if name != "iri"]


@pytest.mark.parametrize("texts", [{}, {"unused": TEXT}])
def test_nothing_checked_is_an_error(texts: dict[str, SourceText]) -> None:
    claim = claim_with(evidence_of({"quote": "Alpha drug", "start": 1}))
    with pytest.raises(ImnmError, match=r"not one quote was checked: .*\[verify-nothing\]"):
        verify([claim], index_of({}), texts, lambda _: None)
    with pytest.raises(ImnmError, match=r"\[verify-nothing\]"):
        verify([], index_of({}), {"note": TEXT}, lambda _: None)


def test_the_graph_and_its_documents(dataset: Dataset, documents: Path) -> None:
    texts = read_source_texts(documents)
    result = verify(dataset.claims, dataset.assembly.index, texts, dataset.assembly.place_of)
    assert result.findings == ()
    assert result.checked == len({item.iri for claim in dataset.claims for item in claim.evidence}) > 80
    assert result.documents == ("mda-medical-management", "niams-zilucoplan-trial")


def test_one_changed_letter_in_a_document_is_found(dataset: Dataset, documents: Path) -> None:
    texts = read_source_texts(documents)
    trial = texts["niams-zilucoplan-trial"]
    changed = trial.text.replace("treatment did not improve", "treatment did now improve")
    texts["niams-zilucoplan-trial"] = SourceText(trial.id, trial.path, changed)
    result = verify(dataset.claims, dataset.assembly.index, texts, dataset.assembly.place_of)
    codes = [finding.code for finding in result.findings]
    assert codes.count("document-differs") == 1
    assert codes.count("quote-differs") == 1
    told = next(finding for finding in result.findings if finding.code == "quote-differs")
    assert "the quote has 't improve IMNM sympt', the text 'w improve IMNM sympt'" in told.message
    assert told.place is not None
    assert told.place.file.endswith("graph/claims/niams-zilucoplan-trial.ttl")


def test_a_text_that_only_a_program_has_read_need_not_be_there(world: Path) -> None:
    write_proposals(world, world / "graph" / "claims" / "proposed.ttl")
    dataset = derive(Folders(world))
    result, _ = verify_documents(Folders(world), dataset, world / "documents")
    assert (result.findings, result.documents) == ((), ("note", "note-2", "pmid-1001"))
    (world / "documents" / "pmid-1001.txt").unlink()
    result, _ = verify_documents(Folders(world), dataset, world / "documents")
    assert (result.findings, result.documents) == ((), ("note", "note-2"))
    path = world / "documents" / "note-2.txt"
    path.write_text("x" + path.read_text(encoding="utf-8"), encoding="utf-8")
    result, _ = verify_documents(Folders(world), dataset, world / "documents")
    assert {finding.code for finding in result.findings} == {"document-differs", "quote-differs"}
