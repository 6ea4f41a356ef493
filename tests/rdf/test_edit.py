# SPDX-License-Identifier: Apache-2.0
"""Editing of a Turtle text block by block: what is not touched stays byte for byte, and the format is kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from imnm_kg.errors import ImnmError
from imnm_kg.rdf.edit import BlockText
from imnm_kg.rdf.turtle import format_turtle

E = "http://e/"
X = "http://x/"
KNOWN = {"e": E, "x": X, "o": "http://o/", "on": "http://o/N_", "rdfs": "http://www.w3.org/2000/01/rdf-schema#"}
TEXT = """\
# SPDX-License-Identifier: CC-BY-4.0
# A file.

@prefix e: <http://e/> .

# Above a.
e:a a e:C ;
    e:p "1" ,
        "2" .

# Above b, and not in the format.
e:b   a   e:C .

e:c a e:C ;
    e:text \"\"\"e:d a e:C .

e:e a e:C .\"\"\" .
# At the end.
"""


def node(text: str) -> NamedNode:
    return NamedNode(E + text)


def triple(subject: str, predicate: str, value: str) -> Triple:
    return Triple(node(subject), node(predicate), Literal(value))


def blocks(text: str = TEXT) -> BlockText:
    return BlockText(text, "file.ttl", KNOWN)


def test_nothing_changes_without_a_change() -> None:
    file = blocks()
    assert file.text() == TEXT
    assert file.subjects() == [f"{E}a", f"{E}b", f"{E}c"]
    assert f"{E}a" in file
    assert f"{E}d" not in file
    assert len(file.triples()) == 6
    assert len(file.triples(f"{E}a")) == 3


def test_the_same_triples_keep_their_bytes() -> None:
    file = blocks()
    file.put(f"{E}b", file.triples(f"{E}b"))
    assert "e:b   a   e:C ." in file.text()


def test_a_block_is_replaced_where_it_stands() -> None:
    file = blocks()
    file.put(f"{E}a", [triple("a", "p", "3")])
    assert file.text() == TEXT.replace('e:a a e:C ;\n    e:p "1" ,\n        "2" .', 'e:a e:p "3" .')


def test_a_new_block_goes_to_the_end() -> None:
    file = blocks()
    file.put(f"{E}z", [triple("z", "p", "1")])
    file.put(f"{E}y", [triple("y", "p", "1")])
    assert file.text() == TEXT.rstrip().replace(
        "\n# At the end.", '\n\n# At the end.\ne:z e:p "1" .\n\ne:y e:p "1" .\n'
    )


def test_a_block_is_removed_and_comments_stay() -> None:
    file = blocks()
    file.put(f"{E}a", [])
    assert file.text() == TEXT.replace('e:a a e:C ;\n    e:p "1" ,\n        "2" .\n\n', "")
    file.put(f"{E}c", [])
    assert file.text().endswith("e:b   a   e:C .\n\n# At the end.\n")
    file.put(f"{E}b", [])
    assert [line for line in file.text().splitlines() if line and not line.startswith(("#", "@"))] == []
    file.put(f"{E}n", [triple("n", "p", "1")])
    assert file.text().endswith('\ne:n e:p "1" .\n')


def test_a_subject_with_two_blocks_becomes_one() -> None:
    file = blocks("@prefix e: <http://e/> .\n\ne:a e:p 1 .\n\ne:b e:p 2 .\n\ne:a e:q 3 .\n")
    assert len(file.triples(f"{E}a")) == 2
    file.put(f"{E}a", [triple("a", "p", "x")])
    assert file.text() == '@prefix e: <http://e/> .\n\ne:a e:p "x" .\n\ne:b e:p 2 .\n'


def test_a_prefix_is_declared_when_it_is_needed() -> None:
    file = blocks()
    file.put(f"{E}z", [Triple(node("z"), NamedNode(f"{X}p"), Literal("t", language="en"))])
    assert "@prefix e: <http://e/> .\n@prefix x: <http://x/> .\n\n# Above a." in file.text()
    assert 'e:z x:p "t"@en .' in file.text()
    assert file.prefixes == {"e": E, "x": X}
    assert "rdf:" not in file.text(), "that a text in a language has a datatype needs no prefix"


def test_a_prefix_that_would_change_how_others_are_written_is_not_declared() -> None:
    short = "@prefix e: <http://e/> .\n@prefix o: <http://o/> .\n\ne:a e:p o:N_1 .\n"
    file = blocks(short)
    file.put(f"{E}b", [Triple(node("b"), node("p"), NamedNode("http://o/N_2"))])
    assert file.text() == short + "\ne:b e:p o:N_2 .\n"
    long = "@prefix e: <http://e/> .\n\ne:a e:p <http://x/1> .\n"
    file = blocks(long)
    file.put(f"{E}b", [Triple(node("b"), node("p"), NamedNode(f"{X}2"))])
    assert file.text() == long + "\ne:b e:p <http://x/2> .\n"
    assert format_turtle(file.text(), "file.ttl") == file.text()


def test_prefixes_in_an_order_of_their_own_stay() -> None:
    file = blocks("@prefix x: <http://x/> .\n@prefix e: <http://e/> .\ne:a x:p 1 .\n")
    file.put(f"{E}b", [Triple(node("b"), NamedNode("http://o/p"), Literal("1"))])
    assert file.text() == (
        '@prefix x: <http://x/> .\n@prefix e: <http://e/> .\n@prefix o: <http://o/> .\ne:a x:p 1 .\n\ne:b o:p "1" .\n'
    )


def test_a_file_with_no_block_yet() -> None:
    file = blocks("# A file.\n\n@prefix e: <http://e/> .\n")
    file.put(f"{E}a", [triple("a", "p", "1")])
    file.put(f"{E}b", [Triple(node("b"), NamedNode(f"{X}p"), Literal("1"))])
    text = file.text()
    assert text == (
        '# A file.\n\n@prefix e: <http://e/> .\n@prefix x: <http://x/> .\n\ne:a e:p "1" .\n\ne:b x:p "1" .\n'
    )
    assert format_turtle(text, "file.ttl") == text


@pytest.mark.parametrize("text", ["[] <http://e/p> 1 .", "<http://e/a> <http://e/p> [] .", "_:a <http://e/p> 1 ."])
def test_blank_nodes_are_refused(text: str) -> None:
    with pytest.raises(ImnmError) as caught:
        blocks(text)
    assert caught.value.code == "graph-blank-node"


def test_a_file_of_the_graph_stays_in_the_format(folders_file: Path) -> None:
    text = folders_file.read_text(encoding="utf-8")
    file = BlockText(text, str(folders_file), {})
    assert file.text() == text
    for subject in file.subjects()[::7]:
        triples = file.triples(subject)
        file.put(subject, [*triples, Triple(NamedNode(subject), node("p"), Literal("more"))])
        file.put(subject, triples)
    assert file.text() == text


@pytest.fixture(params=["claims/niams-zilucoplan-trial", "entities/drugs", "documents/mda-medical-management"])
def folders_file(request: pytest.FixtureRequest) -> Path:
    return Path(__file__).resolve().parents[2] / "graph" / f"{request.param}.ttl"


_WORDS = st.text("ab\n\"\\'#.; é", max_size=6)
_EDITS = st.lists(st.tuples(st.sampled_from("abcdz"), st.lists(_WORDS, max_size=3)), max_size=8)


@given(_EDITS)
def test_the_text_always_says_what_was_put(edits: list[tuple[str, list[str]]]) -> None:
    file = blocks()
    said = {subject: set(file.triples(subject)) for subject in file.subjects()}
    for name, words in edits:
        triples = [triple(name, "p", word) for word in words]
        file.put(E + name, triples)
        said[E + name] = set(triples)
    parsed = {quad.triple for quad in parse(file.text(), format=RdfFormat.TURTLE)}
    assert parsed == {each for triples in said.values() for each in triples}
    assert BlockText(file.text(), "again.ttl", KNOWN).text() == file.text()
    assert all(comment in file.text() for comment in ("# A file.", "# Above a.", "# At the end."))
