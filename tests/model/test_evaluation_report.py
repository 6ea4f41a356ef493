# SPDX-License-Identifier: Apache-2.0
"""Reports of a measurement: the sentence of a claim in pieces, words that cannot act, rows of tables."""

from __future__ import annotations

import pytest

from imnm_kg.model.evaluation import AnnotatedClaim, Mark
from imnm_kg.model.evaluation_report import Piece, claim_words, excerpt, visible

TEXT = "It was mild. Alphamab did not improve fixturitis. It was well."


def test_the_quote_is_shown_in_its_sentence_with_what_took_part() -> None:
    marks = [Mark("subject", 13, 21), Mark("negation", 26, 29), Mark("trigger", 26, 37), Mark("object", 0, 2)]
    pieces = excerpt(TEXT, 22, 37, marks)
    assert "".join(piece.text for piece in pieces) == "Alphamab did not improve fixturitis."
    assert pieces == (
        Piece("Alphamab", False, "subject"),
        Piece(" ", False, ""),
        Piece("did ", True, ""),
        Piece("not", True, "negation"),
        Piece(" improve", True, "trigger"),
        Piece(" fixturitis.", False, ""),
    )


def test_a_quote_over_two_sentences_shows_both() -> None:
    assert "".join(piece.text for piece in excerpt(TEXT, 5, 20)) == TEXT[:49]


@pytest.mark.parametrize(("start", "end"), [(-1, 4), (4, 4), (9, 3), (60, 70), (100, 200)])
def test_a_place_outside_the_text_shows_nothing(start: int, end: int) -> None:
    assert excerpt(TEXT, start, end) == ()


def test_white_space_between_sentences_can_be_a_quote() -> None:
    assert excerpt("One.\n\n\nTwo.", 5, 6) == (Piece(" ", True, ""),)


def test_what_acts_is_shown_and_not_sent() -> None:
    assert visible("a\tb\nc\x1b[0m\u202e\ud800é") == "a b c\\x1b[0m\\x202e\\xd800é"
    assert visible("plain") == "plain"


@pytest.mark.parametrize(
    ("relation", "polarity", "words"),
    [
        ("treats", "affirmed", "a | treats | b"),
        ("does_not_treat", "negated", "a | does_not_treat | b"),
        ("has_phenotype", "negated", "a | has_phenotype (negated) | b"),
    ],
)
def test_a_claim_in_words(relation: str, polarity: str, words: str) -> None:
    assert claim_words(AnnotatedClaim("a", relation, polarity, "b", True, "", 0, 1)) == words
