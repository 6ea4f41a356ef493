# SPDX-License-Identifier: Apache-2.0
"""Reading of RDF, and the places of faults."""

from __future__ import annotations

from pathlib import Path

import pytest

from imnm_kg.errors import ImnmError, Place
from imnm_kg.rdf.reader import parse_turtle, read_rdf, read_turtle

EX = "@prefix ex: <http://e/> .\n"


def test_keeps_order_lexical_forms_and_prefixes() -> None:
    parsed = parse_turtle(EX + "@prefix no: <n:> .\nex:b ex:p 01 , 1.50 .\nex:a ex:p true .", "f.ttl")
    assert [str(triple.object).partition("^")[0] for triple in parsed.quads] == ['"01"', '"1.50"', '"true"']
    assert [str(triple.subject) for triple in parsed.quads] == ["<http://e/b>"] * 2 + ["<http://e/a>"]
    assert parsed.prefixes == {"ex": "http://e/", "no": "n:"}
    assert parsed.path == "f.ttl"


def test_subject_places() -> None:
    text = (
        "@base <http://b/x/> .\n" + EX + "@prefix h: <#> .\n"
        "ex:a a ex:T .\n  <../y> a h:T . ex:\\,b a ex:T .\n_:b a ex:T .\n[] a ex:T .\n"
        "ex:a a ex:U .\nh:i a ex:T .\n<http://e/\\u00e9> a ex:T ."
    )
    parsed = parse_turtle(text, "f.ttl")
    assert parsed.subject_places() == {
        "http://e/a": Place("f.ttl", 4, 1),
        "http://b/y": Place("f.ttl", 5, 3),
        "http://e/,b": Place("f.ttl", 5, 18),
        "http://b/x/#i": Place("f.ttl", 9, 1),
        "http://e/é": Place("f.ttl", 10, 1),
    }
    assert parsed.subject_places() is parsed.subject_places()


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("ex:a a ex:b .", "turtle-prefix-undeclared", 1, 1),
        (EX + "ex:a a no:b .", "turtle-prefix-undeclared", 2, 8),
        (EX + 'ex:a ex:b "x"^^xsd:int .', "turtle-prefix-undeclared", 2, 16),
        (EX + "ex:a a [ :b ( ex:c ) ] .", "turtle-prefix-undeclared", 2, 10),
        ("ex:a a ex:b .\n" + EX, "turtle-prefix-undeclared", 1, 1),
        (EX + "ex:a ex:b ex:c\nex:d ex:e ex:f . no:a a no:b .", "turtle-syntax", 3, 1),
        (EX + "ex:a ex:b ex:c", "turtle-syntax", 2, 15),
        (EX + 'ex:a ex:b "é', "turtle-syntax", 2, 11),
        (EX + "ex:a ex:b <http://e/a b> .", "turtle-syntax", 2, 11),
        (EX + "<a> ex:b ex:c .", "turtle-syntax", 2, 1),
        (EX + "ex:a ex:b <<( ex:a ex:b ex:c )>> .", "turtle-syntax", 2, 11),
        (EX + 'ex:a ex:b "x"@en--ltr .', "turtle-syntax", 2, 17),
        (EX + "ex:a ex:b ex:c {| ex:d ex:e |} .", "turtle-syntax", 2, 16),
        ("\ufeff" + EX, "turtle-syntax", 1, 1),
    ],
)
def test_faults(text: str, code: str, line: int, column: int) -> None:
    with pytest.raises(ImnmError) as caught:
        parse_turtle(text, "f.ttl")
    assert (caught.value.code, caught.value.place) == (code, Place("f.ttl", line, column))
    assert "Parser error" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_undeclared_prefix_is_named() -> None:
    with pytest.raises(ImnmError, match="the prefix no: is not declared"):
        parse_turtle(EX + "ex:a a no:b .", "f.ttl")


def test_read_turtle_shows_the_given_path(tmp_path: Path) -> None:
    file = tmp_path / "a.ttl"
    file.write_text("x")
    with pytest.raises(ImnmError, match=r"^shown.ttl:1:"):
        read_turtle(file, "shown.ttl")
    with pytest.raises(ImnmError, match=r"a.ttl:1:"):
        read_turtle(file)


@pytest.mark.parametrize(
    ("name", "text", "graph"),
    [
        ("a.ttl", EX + "ex:s ex:p 1 .", "DEFAULT"),
        ("a.trig", EX + "ex:g { ex:s ex:p 1 . }", "<http://e/g>"),
        ("a.nt", "<http://e/s> <http://e/p> <http://e/o> .\n", "DEFAULT"),
        ("a.nq", "<http://e/s> <http://e/p> <http://e/o> <http://e/g> .\n", "<http://e/g>"),
    ],
)
def test_read_rdf(tmp_path: Path, name: str, text: str, graph: str) -> None:
    file = tmp_path / name
    file.write_text(text)
    quads, prefixes = read_rdf(file)
    assert [str(quad.graph_name) for quad in quads] == [graph]
    assert prefixes == ({"ex": "http://e/"} if "prefix" in text else {})


def test_read_rdf_faults(tmp_path: Path) -> None:
    with pytest.raises(ImnmError, match=r"\[rdf-format-unknown\]"):
        read_rdf(tmp_path / "a.rdf")
    file = tmp_path / "a.nq"
    file.write_text("<http://e/s> <http://e/p> .\n")
    with pytest.raises(ImnmError, match=r"^s.nq:1:.*\[rdf-syntax\]"):
        read_rdf(file, "s.nq")
    turtle = tmp_path / "a.ttl"
    turtle.write_text("ex:a a ex:b .")
    with pytest.raises(ImnmError, match=r"\[turtle-prefix-undeclared\]"):
        read_rdf(turtle)
