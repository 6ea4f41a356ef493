# SPDX-License-Identifier: Apache-2.0
"""Context cues: what is denied, how surely the rest is said, and where a cue stops to count."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imnm_kg.errors import ImnmError, Place
from imnm_kg.extraction.cues import (
    ContextCues,
    Cue,
    certainty_of,
    clause_of,
    find_cues,
    negated,
    read_context_cues,
    scope_of,
)
from imnm_kg.model.claims import RANKS
from tests.operations.support import FIXTURES, ROOT, read_toml

FILE = read_toml(FIXTURES / "extraction" / "cues.toml")
TABLE = ROOT / "ontology" / "lexicon" / "context-cues.tsv"
CUES = read_context_cues(TABLE)


def unmarked(case: dict[str, Any]) -> tuple[str, int, int]:
    """Give the text of a case without its marks, and the span between the first of them."""
    marked = case["text"]
    start, end = marked.index("["), marked.index("]") - 1
    return marked.replace("[", "").replace("]", ""), start, end


def text_of(case: dict[str, Any]) -> str:
    return str(case["text"])


def test_there_are_many_sentences() -> None:
    texts = [case["text"] for part in FILE.values() for case in part]
    assert len(texts) > 200
    assert len(set(texts)) > len(texts) - 5


@pytest.mark.parametrize("case", FILE["negated"], ids=text_of)
def test_negated(case: dict[str, Any]) -> None:
    text, start, end = unmarked(case)
    cue = negated(text, start, end, CUES)
    assert (cue.text if cue else "") == case["by"]
    assert cue is None or (cue.kind == "negation" and text[cue.start : cue.end] == cue.text)


@pytest.mark.parametrize("case", FILE["certainty"], ids=text_of)
def test_certainty(case: dict[str, Any]) -> None:
    text, start, end = unmarked(case)
    certainty, counted = certainty_of(text, start, end, CUES)
    assert (certainty, [cue.text for cue in counted]) == (case["is"], case["by"])


@pytest.mark.parametrize("case", FILE["found"], ids=text_of)
def test_found(case: dict[str, Any]) -> None:
    found = find_cues(case["text"], CUES)
    assert [f"{cue.kind} {cue.text}" for cue in found] == case["cues"]


@pytest.mark.parametrize("case", FILE["scope"], ids=lambda case: f"{case['text']} {case.get('names', '')}")
def test_scope(case: dict[str, Any]) -> None:
    text, start, end = unmarked(case)
    found = find_cues(text, CUES)
    cue = next(cue for cue in found if (cue.start, cue.end) == (start, end))
    names = [(text.index(name), text.index(name) + len(name)) for name in case.get("names", ())]
    first, last = scope_of(cue, text, found, names)
    assert text[first:last] == case["governs"]


@pytest.mark.parametrize("case", FILE["clause"], ids=text_of)
def test_clause(case: dict[str, Any]) -> None:
    text, start, end = unmarked(case)
    first, last = clause_of(text, start, end)
    assert text[first:last] == case["is"]


def test_a_cue_inside_a_name_is_none() -> None:
    text = "Lack of appetite might disease improved."
    names = [(0, 16), (17, 30)]
    assert negated(text, 8, 16, CUES) is not None
    assert negated(text, 8, 16, CUES, names) is None
    assert certainty_of(text, 0, 39, CUES)[0] == "Possible"
    assert certainty_of(text, 0, 39, CUES, names) == ("Established", ())


@given(
    st.lists(st.sampled_from(["not", "may", "(", ")", ",", ";", "but", "which", "and", "is", "x", "was absent", "."]))
)
def test_spans_stay_in_the_sentence(words: list[str]) -> None:
    text = " ".join(words)
    found = find_cues(text, CUES)
    assert all(one.end <= other.start for one, other in pairwise(found))
    for cue in found:
        first, last = clause_of(text, cue.start, cue.end)
        assert 0 <= first <= cue.start < cue.end <= last <= len(text)
        if cue.direction:
            start, end = scope_of(cue, text, found)
            assert 0 <= start <= end <= len(text)
            assert negated(text, cue.start, cue.end, CUES) != cue


def test_the_table() -> None:
    """Every cue is found where it stands by itself, with its certainty and direction; no two rows are one."""
    rows = [line.split("\t") for line in TABLE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert rows.pop(0) == ["cue", "kind", "certainty", "direction", "extent"]
    assert {row[1] for row in rows} == {"negation", "hedge", "pseudo", "termination"}
    for words, kind, certainty, direction, extent in rows:
        sentence = f"they do{words} so" if words == "n't" else f"they {words} so"
        at = sentence.index(words)
        cue = Cue(words, at, at + len(words), kind, certainty, direction, extent == "phrase")
        assert find_cues(sentence, CUES) == (() if kind == "pseudo" else (cue,)), words


def test_ceilings_agree_with_the_guard() -> None:
    """What both tables know sets the same ceiling, so that the guard takes what was extracted."""
    ours = {cue.words: cue for found in CUES.entries.values() for cue in found}
    guard = (ROOT / "ontology" / "lexicon" / "guard-cues.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in guard if not line.startswith(("#", "cue\t"))]
    shared = [(row, ours[tuple(row[0].split())]) for row in rows if tuple(row[0].split()) in ours]
    assert len(shared) > 60
    for (words, _, ceiling), cue in shared:
        if ceiling:
            assert RANKS.index(cue.certainty) <= RANKS.index(ceiling), words


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("not", "'not' is not a cue, a tab and one of negation, hedge, pseudo, termination"),
        ("\tnegation\t\tforward", "'\tnegation\t\tforward' is not a cue"),
        ("not\tnegative\t\tforward", "is not a cue"),
        ("not\tnegation\t\tforward\t\tmore", "is not a cue"),
        ("may\thedge\t\tforward", "'may' has the certainty ''"),
        ("may\thedge\tEstablished\tforward", "'may' has the certainty 'Established'"),
        ("but\ttermination\tPossible", "'but' has the certainty 'Possible'"),
        ("may\thedge\tPossible", "'may' has the direction ''"),
        ("but\ttermination\t\tforward", "'but' has the direction 'forward'"),
        ("not\tnegation\t\tforward\tword", "'not' has the extent 'word', which no negation has"),
        ("no\tnegation\t\tforward", "'no' is here twice"),
    ],
)
def test_a_broken_table(line: str, what: str, tmp_path: Path) -> None:
    path = tmp_path / "cues.tsv"
    path.write_text(f"# a comment\ncue\tkind\nno\tnegation\t\tforward\n{line}\n")
    with pytest.raises(ImnmError) as caught:
        read_context_cues(path, "cues.tsv")
    assert (caught.value.code, caught.value.place) == ("lexicon-syntax", Place("cues.tsv", 4))
    assert what in caught.value.what


def test_an_empty_table(tmp_path: Path) -> None:
    path = tmp_path / "cues.tsv"
    path.write_text("cue\tkind\n\n")
    with pytest.raises(ImnmError, match="the table has no cue") as caught:
        read_context_cues(path)
    assert caught.value.place == Place(str(path), 1)


def test_a_table_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "cues.tsv"
    path.write_text("nowise\tnegation\t\tforward\n")
    cues = read_context_cues(path)
    assert isinstance(cues, ContextCues)
    found = negated("It nowise helps.", 10, 15, cues)
    assert found == Cue("nowise", 3, 9, "negation", "", "forward")
    assert negated("It did not help.", 11, 15, cues) is None
