# SPDX-License-Identifier: Apache-2.0
"""Guard: a quote that cuts off a negation, a hedge or a limit is a finding."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from imnm_kg.errors import ImnmError, Place
from imnm_kg.model.claims import Claim, Evidence, Extraction, ExtractionMark, GuardException
from imnm_kg.model.documents import SourceText, read_source_texts
from imnm_kg.model.folders import Folders
from imnm_kg.model.namespaces import CLAIM, DOCUMENT, ENTITY, EVIDENCE, IMNM
from imnm_kg.operations.guard import CuePlace, guard, guard_passage, read_cues
from imnm_kg.pipeline import Dataset
from tests.operations.support import FIXTURES, read_toml

FILE = read_toml(FIXTURES / "guard" / "cases.toml")


def claim_of(case: dict[str, Any]) -> tuple[Claim, SourceText]:
    marked = case["text"]
    start, end = marked.index("["), marked.index("]") - 1
    text = marked.replace("[", "").replace("]", "")
    exceptions = tuple(GuardException(cue, first, last, "a reason") for cue, first, last in case.get("exceptions", ()))
    evidence = Evidence(
        EVIDENCE.term("00"), DOCUMENT.term(case.get("document", "note")), case.get("quote", text[start:end]), "", "",
        start, end, case.get("role", "Statement"), case.get("certainty", "Hypothesised"), "Reviewed", exceptions,
    )  # fmt: skip
    claim = Claim(
        CLAIM.term("00"),
        "the claim",
        ENTITY.a,
        IMNM.treats,
        ENTITY.b,
        case.get("polarity", "Affirmed"),
        None,
        (),
        None,
        (evidence,),
    )
    return claim, SourceText("note", "note.txt", text)


@pytest.mark.parametrize("case", FILE["case"], ids=lambda case: str(case["name"]))
def test_case(case: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "cues.tsv"
    path.write_text("# a comment\ncue\tkind\n\n" + "\n".join(FILE["cues"]) + "\n")
    claim, text = claim_of(case)
    found = guard([claim, claim], {"note": text}, read_cues(path), lambda iri: Place(iri[-2:], 7))
    said = []
    for finding in found:
        assert finding.place == Place("00", 7)
        assert finding.subject == "https://w3id.org/imnm-kg/evidence/00"
        if finding.code == "guard-cue-cut":
            cut = re.search(r"cuts off the (\w+ “[^”]*”) of its sentence \((note.txt:\d+:\d+)\)", finding.message)
            place = re.search(r"exception for (\d+)-(\d+) with", finding.message)
            assert cut is not None
            assert place is not None
            start, end = int(place[1]), int(place[2])
            assert text.text[start:end] in cut[1]
            assert str(text.place(start)) == cut[2]
            said.append(f"guard-cue-cut: {cut[1]}")
        elif finding.code in ("guard-polarity", "guard-certainty"):
            assert finding.message.startswith("“the claim” is ")
            said.append(f"{finding.code}: " + re.split(r",? or |: make the claim|, or", finding.message[15:])[0])
        else:
            fits = re.search(r"exception for (“[^”]*” at \d+-\d+) fits no cue", finding.message)
            assert fits is not None
            said.append(f"{finding.code}: {fits[1]}")
    assert said == case["finds"]


@pytest.mark.parametrize("line", ["not", "not negation", "not\tnegative", "not\tnegation\tmore"])
def test_a_broken_list_of_cues(line: str, tmp_path: Path) -> None:
    path = tmp_path / "cues.tsv"
    path.write_text(f"cue\tkind\n{line}\n")
    with pytest.raises(ImnmError, match=r"is not a cue, a tab and one of negation, hedge, frequency") as caught:
        read_cues(path, "cues.tsv")
    assert (caught.value.code, caught.value.place) == ("lexicon-syntax", Place("cues.tsv", 2))


def test_the_list_of_cues(folders: Folders) -> None:
    cues = read_cues(folders.ontology / "lexicon" / "guard-cues.tsv")
    assert set(cues.kinds.values()) == {"negation", "hedge", "frequency"}
    for word in cues.kinds:
        sentence = f"it do{word} so" if word == "n't" else f"it {word} so"
        found = cues.pattern.search(sentence)
        assert found is not None
        assert found.group() == word
    assert not cues.pattern.search("Notably the knot may-be".replace("may-be", "maybe"))


def test_the_graph_and_its_documents(dataset: Dataset, documents: Path, folders: Folders) -> None:
    cues = read_cues(folders.ontology / "lexicon" / "guard-cues.tsv")
    texts = read_source_texts(documents)
    assert guard(dataset.claims, texts, cues, dataset.assembly.place_of) == []
    bare = read_cues(folders.ontology / "lexicon" / "guard-cues.tsv")
    assert bare.kinds["not"] == "negation"


def test_the_guard_would_find_a_cut_in_the_documents(dataset: Dataset, documents: Path, folders: Folders) -> None:
    """The trap of the trial report: its words without "did not"."""
    texts = read_source_texts(documents)
    text = texts["niams-zilucoplan-trial"].text
    start = text.index("improve IMNM symptoms")
    evidence = Evidence(
        EVIDENCE.term("00"), DOCUMENT.term("niams-zilucoplan-trial"), "improve IMNM symptoms", "", "", start,
        start + 21, "Statement", "Established", "Reviewed",
    )  # fmt: skip
    claim = Claim(
        CLAIM.term("00"), "zilucoplan ameliorates IMNM", ENTITY.zilucoplan, IMNM.ameliorates, ENTITY.imnm, "Affirmed",
        None, (), None, (evidence,),
    )  # fmt: skip
    cues = read_cues(folders.ontology / "lexicon" / "guard-cues.tsv")
    (finding,) = guard([claim], texts, cues, dataset.assembly.place_of)
    assert "cuts off the negation “not” of its sentence" in finding.message


# What a program proposed


@pytest.mark.parametrize(
    ("status", "extracted", "found"),
    [
        ("Reviewed", True, 1),
        ("Reviewed", False, 1),
        ("Proposed", False, 1),
        ("Proposed", True, 0),
        ("Rejected", False, 0),
    ],
)
def test_what_only_a_program_proposed_is_no_finding(status: str, extracted: bool, found: int, folders: Folders) -> None:
    """A reviewer is told of it; a build goes on."""
    cues = read_cues(folders.ontology / "lexicon" / "guard-cues.tsv")
    claim, text = claim_of({"text": "It did not help, [it helped]."})
    extraction = Extraction("a-rule", None, ENTITY.extractor, "0.1.0")
    item = replace(claim.evidence[0], review_status=status, extraction=extraction if extracted else None)
    claim = replace(claim, evidence=(item,))
    assert len(guard([claim], {"note": text}, cues, lambda _: None)) == found
    (concern,) = guard_passage(claim, item, text, cues)
    assert concern.finding.code == "guard-cue-cut"
    assert concern.cues == (CuePlace("not", 7, 10),)


def test_each_cue_for_which_a_reason_would_do_is_named(folders: Folders) -> None:
    cues = read_cues(folders.ontology / "lexicon" / "guard-cues.tsv")
    claim, text = claim_of({"text": "[It did not help and never may].", "certainty": "Established"})
    said = {x.finding.code: [cue.word for cue in x.cues] for x in guard_passage(claim, claim.evidence[0], text, cues)}
    assert said == {"guard-polarity": ["not", "never"], "guard-certainty": ["may"]}
    antecedent = replace(claim.evidence[0], role="Antecedent")
    assert guard_passage(claim, antecedent, text, cues) == []


@pytest.mark.parametrize(("start", "count"), [(3, 0), (20, 1)])
def test_a_mark_that_denies_inside_the_quote_is_a_denial(start: int, count: int, folders: Folders) -> None:
    cues = read_cues(folders.ontology / "lexicon" / "guard-cues.tsv")
    claim, text = claim_of({"text": "[It was useless] and more of it.", "polarity": "Negated"})
    marks = (ExtractionMark("negation", "a word", start, start + 3),)
    extraction = Extraction("a-rule", None, ENTITY.extractor, "0.1.0", marks)
    item = replace(claim.evidence[0], extraction=extraction)
    assert len(guard([replace(claim, evidence=(item,))], {"note": text}, cues, lambda _: None)) == count
