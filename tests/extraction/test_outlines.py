# SPDX-License-Identifier: Apache-2.0
"""What the gate leaves out could yield nothing: with it and without it a text has the same claims."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imnm_kg.extraction import extract
from imnm_kg.extraction.outlines import Outline, steps_of
from imnm_kg.extraction.proposal import ProposedClaim
from imnm_kg.extraction.sheet import CLASSES, MARKS
from imnm_kg.extraction.triggers import Triggers
from tests.examples import examples
from tests.extraction.support import RULES, claims

TEXTS = [text for rule in RULES for text in (*rule.fires, *rule.silent)]
PARTS = (
    *sorted({word for text in TEXTS for word in text.split()}), "IIM", "(IIM)", "necrotizing myopathy (NM)", "NM",
    "this disease", "these drugs", "(n = 3)", "(s)", "mutations in", "activation", "combined with", "such as", ". In",
    "antibodies against XYZ", "anti-Mi2, -MDA5", "muscle weakness", "rituximab", "dermatomyositis", "interleukin-6",
)  # fmt: skip


def ungated(text: str) -> tuple[ProposedClaim, ...]:
    """Give the claims of a text of which every sentence is masked that has a cue beside names."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(extract, "worth_reading", lambda *_: True)
        patch.setattr(extract, "fitting", lambda rules, *_: rules)
        patch.setattr(Triggers, "with_topic", lambda *_: -1)
        return claims(text)


@pytest.mark.parametrize("text", TEXTS)
def test_an_example_says_the_same_without_the_gate(text: str) -> None:
    assert claims(text) == ungated(text)


@examples(300)
@given(st.lists(st.one_of(st.sampled_from(TEXTS), st.sampled_from(PARTS)), max_size=12))
def test_a_text_says_the_same_without_the_gate(parts: list[str]) -> None:
    text = " ".join(parts)
    assert claims(text) == ungated(text)


def test_the_documents_say_the_same_without_the_gate(documents: Path) -> None:
    for path in sorted(documents.glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        assert claims(text) == ungated(text)


@pytest.mark.parametrize(
    ("source", "steps"),
    [
        ("ab", [("ab",)]),
        (r"causes?\s+of", [("cause",), ("of",)]),
        (r"(?:is|are)\s+(?P<t>used|given)", [("is", "are"), ("used", "given")]),
        (r"(?:is|a?)\s+used", [("used",)]),
        (r"(?:not\s+)*(?!bad)good+", [("good",)]),
        (r"characteri[sz]ed\b", [("characteri",), ("ed",)]),
        (r"[.(,;]ab{1,2}c{0,60}?de", [("ab",), ("de",)]),
        (f"[{CLASSES['T']}]", [tuple(CLASSES["T"])]),
        (r"(?i:ab)", []),
        (r"ab)", []),
    ],
)
def test_steps(source: str, steps: list[tuple[str, ...]]) -> None:
    assert steps_of(source) == steps


def test_an_outline_takes_the_shorter_word_and_what_masking_makes() -> None:
    assert Outline([("treat", "treatment"), ("ment",)]).drawn.match("of treatment")
    assert Outline([(MARKS["Factor"],)]).marks.match(MARKS["Protein"])
    assert not Outline([(MARKS["Disease"],), ("of",)]).drawn.match(f"of {MARKS['Disease']}")
