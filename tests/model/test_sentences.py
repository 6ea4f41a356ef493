# SPDX-License-Identifier: Apache-2.0
"""Sentences: where they end, where they do not, and that no letter is lost."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imnm_kg.model.sentences import sentence_around, sentence_spans


def split(text: str) -> list[str]:
    return [text[span.start : span.end] for span in sentence_spans(text)]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("", []),
        (" \n\t\n ", []),
        ("One.", ["One."]),
        ("  One. Two!  Three? ", ["One.", "Two!", "Three?"]),
        ("One.\nTwo.", ["One.", "Two."]),
        ("It rose to 5. 3 died.", ["It rose to 5.", "3 died."]),
        ("It fell by 2.5 points. Then it rose.", ["It fell by 2.5 points.", "Then it rose."]),
        ('He said "no." She left.', ['He said "no."', "She left."]),
        ("It works (mostly.) “So they say.” Good.", ["It works (mostly.)", "“So they say.”", "Good."]),
        ("Élan rose. Änderung came.", ["Élan rose.", "Änderung came."]),
        ("the end. of it", ["the end. of it"]),
    ],
)
def test_ends(text: str, sentences: list[str]) -> None:
    assert split(text) == sentences


@pytest.mark.parametrize(
    "sentence",
    [
        "Dr. Mammen and Prof. Paik met Mr. Stone.",
        "Mammen et al. Reported it.",
        "It was tried (cf. Fig. 3 and Ref. 12).",
        "Zilucoplan vs. Placebo was tested.",
        "A drug, e.g. Prednisone, i.e. A steroid, may help.",
        "A. L. Mammen wrote it.",
        "Published by Dalakas M. Longo, ed. New England.",
        "It took approx. 8 weeks.",
    ],
)
def test_abbreviations_and_initials_do_not_end_a_sentence(sentence: str) -> None:
    assert split(f"Before. {sentence} After.") == ["Before.", sentence, "After."]


def test_an_abbreviation_is_a_whole_word() -> None:
    assert split("This is invalid. So it failed.") == ["This is invalid.", "So it failed."]
    assert split("They had C5. Then more. It is a test. No more.")[2:] == ["It is a test.", "No more."]


@pytest.mark.parametrize("gap", ["\n\n", "\n \t\n", "\n\n\n", "\r\n\r\n", "\n\f\n", "\n\u00a0\n"])
def test_no_sentence_runs_over_an_empty_line(gap: str) -> None:
    assert split(f"Medical Management{gap}Though there is no cure{gap}References") == [
        "Medical Management",
        "Though there is no cure",
        "References",
    ]
    assert split(f"By Dr.{gap}Next") == ["By Dr.", "Next"]


@given(st.text(alphabet=st.sampled_from("aAZÉ0 .!?\n\r\t)\"'”([Dr.al.e.g."), max_size=60) | st.text(max_size=60))
def test_spans_are_ordered_disjoint_and_cover_all_text(text: str) -> None:
    spans = sentence_spans(text)
    end = 0
    for span in spans:
        assert end <= span.start < span.end <= len(text)
        assert text[end : span.start].strip() == ""
        piece = text[span.start : span.end]
        assert piece == piece.strip()
        assert not re.search(r"\n[^\S\n]*\n", piece)
        end = span.end
    assert text[end:].strip() == ""


@given(
    st.text(alphabet=st.sampled_from("aAZÉ0 .!?\n\r\t)\"'”([Dr.al.e.g."), max_size=60),
    st.integers(0, 9),
    st.integers(0, 9),
)
def test_the_sentence_around_a_place_is_the_one_that_has_it(text: str, before: int, behind: int) -> None:
    padded = "Zz. A " * (before % 3) + text + ' "Zz' * (behind % 3)
    first, last = 6 * (before % 3), len(padded) - 4 * (behind % 3)
    for span in sentence_spans(text):
        for place in range(span.start, span.end):
            if text[place].isalnum():
                around = sentence_around(padded, first, last, first + place)
                assert (around.start - first, around.end - first) == span
