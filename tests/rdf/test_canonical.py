# SPDX-License-Identifier: Apache-2.0
"""Canonical output."""

from __future__ import annotations

import pyoxigraph as ox

from imnm_kg.rdf.canonical import canonical_lines, difference, union_turtle, write_nquads, write_trig

PREFIXES = {"ex": "http://e/", "own": "https://w3id.org/imnm-kg/"}
TEXT = """@prefix ex: <http://e/> .
ex:g2 { ex:b a ex:T ; ex:p 01 , [ ex:q 'x' ] . ex:a ex:p _:shared . }
ex:g1 { ex:b a ex:T . ex:a ex:p _:shared , ex:o . }
_:g { ex:a ex:p _:g . }
{ ex:z ex:p 'a\\nb' . ex:y ex:p 1 . }
"""


def parse(text: str) -> list[ox.Quad]:
    return list(ox.parse(input=text, format=ox.RdfFormat.TRIG))


def test_lines_are_sorted_exact_and_unique() -> None:
    lines = canonical_lines(parse("<a:b> <a:p> 01 , _:x . <a:a> <a:p> 1.50 , 1.50 , 'a\\tb' ."))
    assert lines == [
        '<a:a> <a:p> "1.50"^^<http://www.w3.org/2001/XMLSchema#decimal> .',
        '<a:a> <a:p> "a\\tb" .',
        '<a:b> <a:p> "01"^^<http://www.w3.org/2001/XMLSchema#integer> .',
        "<a:b> <a:p> _:c14n0 .",
    ]
    assert write_nquads(parse("<a:b> <a:p> 'x' .")) == '<a:b> <a:p> "x" .\n'
    assert write_nquads([]) == ""


def test_trig() -> None:
    text = write_trig(parse(TEXT), PREFIXES, ["# h"])
    shared, graph = ("_:b0", "_:b1") if "_:b1 {" in text else ("_:b1", "_:b0")
    assert text == (
        "# h\n\n@prefix ex: <http://e/> .\n\n@prefix own: <https://w3id.org/imnm-kg/> .\n\n"
        'ex:y ex:p 1 .\n\nex:z ex:p """a\nb""" .\n\n'
        f"ex:g1 {{\n    ex:a ex:p {shared} ,\n            ex:o .\n\n    ex:b a ex:T .\n}}\n\n"
        f"ex:g2 {{\n    ex:a ex:p {shared} .\n\n    ex:b a ex:T ;\n        ex:p 01 ,\n            [\n"
        '                ex:q "x"\n            ] .\n}\n\n'
        f"{graph} {{\n    ex:a ex:p {graph} .\n}}\n"
    )
    assert canonical_lines(parse(text)) == canonical_lines(parse(TEXT))
    assert write_trig(parse(text), PREFIXES, ["# h"]) == text
    assert write_trig([], {}) == ""


def test_union_merges_graphs() -> None:
    text = union_turtle(parse(TEXT), PREFIXES)
    assert text.count("ex:b a ex:T") == 1
    assert text.index("\nex:a ") < text.index("\nex:b ") < text.index("\nex:y ")
    assert "{" not in text


def test_difference() -> None:
    left, right = parse("<a:a> <a:p> 1 , 2 , _:x ."), parse("<a:a> <a:p> 2 , 3 , _:y .")
    integer = "^^<http://www.w3.org/2001/XMLSchema#integer> ."
    assert difference(left, right) == ([f'<a:a> <a:p> "1"{integer}'], [f'<a:a> <a:p> "3"{integer}'])
    assert difference(left, left) == ([], [])
