# SPDX-License-Identifier: Apache-2.0
"""The lists of names: well formed, in order, without a name that says two things."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from pathlib import Path

import pytest

from imnm_kg.errors import ImnmError
from imnm_kg.lexicon.entries import COLUMNS, Entry, merge, read_names
from tests.extraction.support import knowledge
from tests.operations.support import ROOT

FILES = sorted((ROOT / "ontology" / "lexicon" / "names").glob("*.tsv"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_list(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").split("\n")
    assert lines[0] == "# SPDX-License-Identifier: CC-BY-4.0"
    assert tuple(lines[2].split("\t")) == COLUMNS
    ids = [line.split("\t")[0] for line in lines[3:-1]]
    assert all(one < other for one, other in pairwise(ids)), "sorted by id, each once"
    assert read_names(path)


def test_a_base_is_an_entry() -> None:
    entries = knowledge().entries
    assert not [entry.iri for entry in entries.values() if entry.base and entry.base not in entries]


def test_bases_have_no_circle() -> None:
    entries = knowledge().entries
    for entry in entries.values():
        path, at = [entry.iri], entry.base
        while at:
            assert at not in path, path
            path.append(at)
            at = entries[at].base


def test_a_label_is_found_as_its_entry() -> None:
    """No other entry takes the label of one away; the few that share a name are told here."""
    matcher = knowledge().matcher
    taken = defaultdict(list)
    for entry in knowledge().entries.values():
        if entry.kind == "Antibody" or len(entry.label) < 3:
            continue
        found = [one for one in matcher.find_all(entry.label, matcher_words(entry.label))
                 if (one.start, one.end) == (0, len(entry.label))]  # fmt: skip
        if found and found[0].entry.iri != entry.iri:
            taken[found[0].entry.iri].append(entry.label)
    assert len(taken) < 25, dict(taken)


def matcher_words(text: str) -> str:
    from imnm_kg.lexicon.variants import words_only

    return words_only(text)


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("a\tDrug\talpha", "the line has 3 columns, 7 are meant"),
        ("a\tThing\talpha\t\t\t\t", "'Thing' is no kind"),
        ("a\tDrug\t\t\t\t\t", "id and label may not be empty"),
        ("a\tDrug\talpha\t\t\tgrand\t", "'grand' is no flag"),
        ("b\tDrug\talpha\t\t\t\t", "the id 'b' stands in line 2 already"),
    ],
)
def test_a_broken_line(line: str, what: str, tmp_path: Path) -> None:
    path = tmp_path / "names.tsv"
    path.write_text("# note\nb\tDrug\tbeta\t\t\t\t\n" + line + "\n", encoding="utf-8")
    with pytest.raises(ImnmError) as caught:
        read_names(path)
    assert caught.value.code == "lexicon-syntax"
    assert what in caught.value.what
    assert caught.value.place is not None
    assert caught.value.place.line == 3


def test_merged_entries_keep_the_first_label_and_all_names() -> None:
    one = Entry("i:a", "Drug", "alpha", ("first",), ("A",))
    other = Entry("i:a", "Drug", "alfa", ("second",), ("B",), base="i:b")
    (made,) = merge([one, other])
    assert (made.label, made.names, made.abbreviations, made.base) == (
        "alpha", ("first", "alfa", "second"), ("A", "B"), "i:b",
    )  # fmt: skip
