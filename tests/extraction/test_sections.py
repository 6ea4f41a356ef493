# SPDX-License-Identifier: Apache-2.0
"""The section of a sentence: its own label, the last label before it, the zone, or its first words."""

from __future__ import annotations

import pytest

from imnm_kg.extraction.mentions import Mention
from imnm_kg.extraction.sections import headed, sentences_with
from imnm_kg.lexicon.entries import Entry
from imnm_kg.model.records import TITLE, TextRecord, TextZone

NAME = Entry("i:x", "Drug", "xx")
LABELLED = "Aims of xx. METHODS: We gave xx. Then xx again. RESULTS AND MORE: xx rose. NOTE: xx. Also e.g. xx: yes."


def sections(record: TextRecord, wanted: list[tuple[int, int]] | None = None) -> list[str]:
    """Give what is read as each sentence with a name, and its section."""
    text = record.text
    names = [Mention(place, place + 2, NAME) for place in range(len(text)) if text.startswith("xx", place)]
    found = [headed(record, each) for each, _ in sentences_with(record, names, wanted or [(0, len(text))])]
    return [f"{each.section}: {text[each.start : each.end]}" for each in found]


def test_a_label_counts_for_the_sentences_behind_it() -> None:
    assert sections(TextRecord("t", LABELLED)) == [
        ": Aims of xx.",
        "methods: We gave xx.",
        "methods: Then xx again.",
        "results: xx rose.",
        "results: xx.",
        "results: Also e.g. xx: yes.",
    ]


def test_zones_and_first_words_tell_it_too() -> None:
    text = "On xx.\nxx was given. METHODS: It was xx.\nxx rose. In conclusion, xx helps. Then xx."
    title, first, second = (
        TextZone(TITLE, 0, 6),
        TextZone("Body", 7, 40, "Background"),
        TextZone("Body", 41, len(text), "Results"),
    )
    assert sections(TextRecord("t", text, zones=(title, first, second))) == [
        "background: xx was given.",
        "methods: It was xx.",
        "results: xx rose.",
        "conclusion: In conclusion, xx helps.",
        "results: Then xx.",
    ]


@pytest.mark.parametrize(
    ("wanted", "number"),
    [([(13, 33)], 1), ([(13, 15), (16, 33)], 1), ([(21, 29), (29, 30)], 1), ([(13, 29)], 0), ([(0, 0), (30, 33)], 0)],
)
def test_only_sentences_with_a_name_in_what_is_wanted(wanted: list[tuple[int, int]], number: int) -> None:
    assert LABELLED.index("xx", 22) == 29
    assert sections(TextRecord("t", LABELLED), wanted) == ["methods: We gave xx."][:number]
