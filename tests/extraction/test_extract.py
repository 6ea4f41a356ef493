# SPDX-License-Identifier: Apache-2.0
"""Claims of whole texts: what they say, at which place, and the same each time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imnm_kg.extraction.extract import extract_claims
from imnm_kg.extraction.proposal import ProposedClaim
from imnm_kg.model.claims import RANKS
from imnm_kg.model.records import BODY, BOILERPLATE, CITATION, REFERENCES, TITLE, TextRecord, TextZone
from tests.examples import examples
from tests.extraction.support import claims, knowledge
from tests.operations.support import FIXTURES, read_toml

CASES = read_toml(FIXTURES / "extraction" / "texts.toml")["case"]
WORDS = (
    "Rituximab", "Zilucoplan", "methotrexate", "dermatomyositis", "IMNM", "immune-mediated necrotizing myopathy",
    "myalgia", "did not", "may", "improve", "improved", "is effective in", "caused", "causes", ",", "and", "or", "but",
    ".", "\n", "(", ")", "é", "\u00a0", "ﬁ", "😀", "İ", "patients with", "anti-HMGCR antibodies", "of", "the",
    "trial of", "risk of",
)  # fmt: skip


def line(claim: ProposedClaim) -> str:
    denied = "not " if claim.polarity == "Negated" else ""
    ends = f"{claim.subject.label} | {denied}{claim.predicate} | {claim.object.label}"
    return f"{ends} | {claim.certainty} | {claim.population}"


def assert_exact(text: str, found: tuple[ProposedClaim, ...]) -> None:
    """Every place holds the words that are said to stand there."""
    for claim in found:
        assert text[claim.start : claim.end] == claim.quote != ""
        assert text[: claim.start].endswith(claim.prefix)
        assert text[claim.end :].startswith(claim.suffix)
        assert max(len(claim.prefix), len(claim.suffix)) <= 32
        for mark in claim.marks:
            assert text[mark.start : mark.end] == mark.text
            assert claim.start <= mark.start < mark.end <= claim.end
        assert "trigger" in {mark.role for mark in claim.marks}
        assert claim.certainty in RANKS
        assert claim.polarity in ("Affirmed", "Negated")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["what"])
def test_what_a_text_says(case: dict[str, Any]) -> None:
    found = claims(case["text"], case.get("title", ""))
    assert [line(claim) for claim in found] == case["claims"]
    assert_exact(case["text"], found)


@examples(150)
@given(st.lists(st.sampled_from(WORDS), max_size=40))
def test_places_are_exact_in_any_text(words: list[str]) -> None:
    text = " ".join(words)
    found = claims(text)
    assert_exact(text, found)
    assert found == claims(text)


@given(st.text(st.characters(codec="utf-8"), max_size=80))
def test_any_text_can_be_read(text: str) -> None:
    assert_exact(text, claims(text))


def test_a_claim_as_json() -> None:
    (claim,) = claims("Rituximab was effective in dermatomyositis.")
    made = claim.as_json()
    assert list(made)[:4] == ["document", "subject", "subject_label", "subject_names"]
    assert (made["polarity"], made["certainty"]) == ("affirmed", "established")
    assert "rituximab" in made["subject_names"]
    assert made["marks"][0][0] == "subject"


def test_context_is_what_stands_beside_the_ends() -> None:
    text = "Twelve women with dermatomyositis improved with rituximab 1000 mg for 24 weeks."
    (claim,) = claims(text)
    assert claim.context == (("dose", "1000 mg"), ("timepoint", "P24W"))


def test_the_way_of_treating_is_a_condition() -> None:
    text = "Early and intensive treatment with methotrexate can sometimes help to manage juvenile dermatomyositis."
    (claim,) = claims(text)
    assert claim.context == (("condition", "early and intensive treatment"), ("frequency", "sometimes"))


def test_zones_say_what_is_read() -> None:
    said = "Rituximab was effective in dermatomyositis."
    text = f"{said}\n{said}\n{said}"
    one, two = len(said) + 1, 2 * (len(said) + 1)

    def starts(*zones: TextZone) -> list[int]:
        found = extract_claims(TextRecord("a-text", text, zones=zones), knowledge())
        return [claim.start for claim in found]

    assert starts() == [0]
    assert starts(TextZone(BOILERPLATE, 0, one)) == [one]
    assert starts(TextZone(REFERENCES, 0, one), TextZone(BODY, one, two)) == [one]
    assert starts(TextZone(BODY, 0, one), TextZone(BODY, one, two, "Conclusions")) == [one]
    assert starts(TextZone(BODY, 0, one), TextZone(BODY, one, two, "In children", "Conclusions")) == [one]
    assert starts(TextZone(TITLE, 0, one), TextZone(CITATION, one, len(text))) == []


def test_one_title_differs_from_no_title() -> None:
    text = "Treatment with eculizumab led to improvement."
    assert not claims(text)
    assert claims(text, "Therapy of myasthenia gravis")


def test_traps_of_the_documents(documents: Path) -> None:
    """What the real documents invite to read wrongly."""
    found = {}
    for name in ("mda-medical-management", "niams-zilucoplan-trial"):
        text = next(documents.glob(f"{name}*.txt")).read_text(encoding="utf-8")
        found[name] = extract_claims(TextRecord(name, text), knowledge())
        assert_exact(text, found[name])
    mda = {line(claim) for claim in found["mda-medical-management"]}
    niams = {line(claim) for claim in found["niams-zilucoplan-trial"]}
    of_imnm = "immune-mediated necrotizing myopathy"
    for drug in ("azathioprine", "methotrexate", "mycophenolate mofetil", "tacrolimus", "cyclosporine"):
        about = [claim for claim in mda if claim.startswith(f"{drug} | ") and f"| {of_imnm} |" in claim]
        assert about, drug
        assert all("| Possible |" in claim for claim in about), "the hedge covers the list"
    assert not [claim for claim in niams if claim.startswith("zilucoplan | ") and " | treats | " in claim]
    assert not [claim for claim in niams if claim.startswith("zilucoplan | ") and " | ameliorates | " in claim]
    assert [claim for claim in niams if claim.startswith("zilucoplan | not ")]
    assert not [claim for claim in niams if "hasAdverseEvent | immune-mediated" in claim]
