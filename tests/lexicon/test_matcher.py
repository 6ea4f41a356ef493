# SPDX-License-Identifier: Apache-2.0
"""Finding names: at their places, whole words, the longest; spellings, short forms and antibodies."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imnm_kg.lexicon.abbreviations import candidates, definition
from imnm_kg.lexicon.entries import Entry
from imnm_kg.lexicon.matcher import Matcher
from imnm_kg.lexicon.variants import antibody_forms, normalise, plural, spellings, words_only

ENTRIES = (
    Entry("i:dm", "Disease", "dermatomyositis", (), ("DM",), frozenset({"DM"})),
    Entry("i:jdm", "Disease", "juvenile dermatomyositis"),
    Entry("i:tumor", "Disease", "tumor"),
    Entry("i:myopathy", "Disease", "myopathy"),
    Entry("i:aza", "Drug", "azathioprine", ("Imuran",), ("AZA",)),
    Entry("i:hmgcr", "Protein", "3-hydroxy-3-methylglutaryl-CoA reductase", (), ("HMGCR",)),
    Entry("i:anti-hmgcr", "Antibody", "anti-HMGCR antibody", ("HMGCR", "HMG-CoA reductase")),
)
MATCHER = Matcher(ENTRIES)


def found(text: str) -> list[str]:
    return [f"{one.entry.iri} {text[one.start : one.end]}" for one in MATCHER.find(text)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Dermatomyositis responded to Imuran.", ["i:dm Dermatomyositis", "i:aza Imuran"]),
        ("Juvenile dermatomyositis", ["i:jdm Juvenile dermatomyositis"]),
        ("JUVENILE-DERMATOMYOSITIS", ["i:jdm JUVENILE-DERMATOMYOSITIS"]),
        ("juvenile\u00a0dermato\u00admyositis", []),
        ("two myopathies", ["i:myopathy myopathies"]),
        ("a tumour", ["i:tumor tumour"]),
        ("AZA, not aza", ["i:aza AZA"]),
        ("amyopathy", []),
        ("anti-HMGCR antibodies", ["i:anti-hmgcr anti-HMGCR antibodies"]),
        ("antibodies against HMG-CoA reductase", ["i:anti-hmgcr antibodies against HMG-CoA reductase"]),
        ("HMGCR", ["i:hmgcr HMGCR"]),
        ("Anti\u2010HMGCR", ["i:anti-hmgcr Anti\u2010HMGCR"]),
        ("😀 Imuran", ["i:aza Imuran"]),
        ("", []),
    ],
)
def test_find(text: str, names: list[str]) -> None:
    assert found(text) == names


def test_short_forms_that_mean_much_are_tentative() -> None:
    (one,) = MATCHER.find("DM")
    assert one.tentative


def test_an_antibody_by_any_name_of_its_target() -> None:
    assert MATCHER.antibody("HMG-CoA reductase") == ENTRIES[-1]
    assert MATCHER.antibody("nothing of the kind") is None


def test_of_two_entries_with_a_name_the_first_counts() -> None:
    matcher = Matcher((Entry("i:1", "Drug", "one name"), Entry("i:2", "Drug", "one name")))
    assert [one.entry.iri for one in matcher.find("one name")] == ["i:1"]


@given(st.text(st.characters(codec="utf-8")))
def test_places_stay(text: str) -> None:
    """The forms in which texts are read are as long as the text, so that a place in one is the place in the other."""
    assert len(normalise(text)) == len(words_only(text)) == len(text)


@given(st.lists(st.sampled_from(["dermatomyositis", "juvenile", "DM", "anti-HMGCR", "antibodies", "İ", "ß", "x", "-"])))
def test_names_do_not_overlap(words: list[str]) -> None:
    end = 0
    for one in MATCHER.find(" ".join(words)):
        assert one.start >= end
        end = one.end


@pytest.mark.parametrize(
    ("one", "other"),
    [("myopathy", "myopathies"), ("biopsies", "biopsy"), ("statins", "statin"), ("drug", "drugs")],
)
def test_plurals(one: str, other: str) -> None:
    assert plural(one) == other


def test_spellings_are_british_and_greek_too() -> None:
    assert "oedema" in spellings("edema")
    assert "tumour necrosis factor alpha" in spellings("tumor necrosis factor alpha")


def test_forms_of_an_antibody() -> None:
    forms = set(antibody_forms("SRP"))
    assert {"anti srp", "srp antibodies", "antibodies to srp", "autoantibodies against srp"} <= forms


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("immune-mediated necrotizing myopathy (IMNM)", [("IMNM", "immune-mediated necrotizing myopathy")]),
        ("creatine kinase (CK) rose", [("CK", "creatine kinase")]),
        ("it rose (see below)", []),
        ("in ten patients (12)", []),
        ("(CK) creatine kinase", []),
        ("an open bracket (", []),
    ],
)
def test_definitions(text: str, pairs: list[tuple[str, str]]) -> None:
    found = [made for one in candidates(text) if (made := definition(text, one)) is not None]
    assert [(text[x.short_start : x.short_end], text[x.long_start : x.long_end]) for x in found] == pairs
    assert [x.short for x in found] == [short for short, _ in pairs]


@pytest.mark.parametrize("letters", [1, 2, 5, 14])
def test_beginnings_find_what_whole_names_do(letters: int, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (
        "Juvenile dermatomyositis (DM, dm) with anti-HMG-CoA reductase antibodies, antibodies against HMGCR; AZA, "
        "Imuran, 3-hydroxy-3-methylglutaryl-CoA reductase, myopathies, tumour"
    )
    monkeypatch.setattr("imnm_kg.lexicon.matcher._MANY_TERMS", 0)
    monkeypatch.setattr("imnm_kg.lexicon.matcher._BEGINNING", letters)
    matcher = Matcher(ENTRIES)
    assert set(matcher.find_all(text, words_only(text))) == set(MATCHER.find_all(text, words_only(text)))
    assert matcher.find(text) == MATCHER.find(text)
    assert matcher.size == MATCHER.size


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_a_character_has_the_same_form_wherever_it_stands(text: str) -> None:
    assert normalise(text) == "".join(map(normalise, text))
    assert words_only(text) == "".join(map(words_only, text))


@given(st.lists(st.sampled_from(["α", "à", "µ", "ì", "ÿ", "Ж", "π", "a"])).map("".join))
def test_letters_of_two_scripts_are_not_confused(text: str) -> None:
    assert normalise(text) == "".join(map(normalise, text))


def test_cues_are_found_with_the_names() -> None:
    matcher = Matcher(ENTRIES, (" treat", " treated with", " myopathy "))
    text = "Treated with Imuran: myopathy retreated"
    names, cues = matcher.scan(text, words_only(text))
    assert names == MATCHER.find_all(text, words_only(text))
    assert sorted(cues) == [(0, " treat"), (0, " treated with"), (21, " myopathy ")]
