# SPDX-License-Identifier: Apache-2.0
"""The one Turtle format."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from imnm_kg.errors import ImnmError, Place
from imnm_kg.rdf import turtle
from imnm_kg.rdf.reader import parse_turtle
from imnm_kg.rdf.turtle import format_turtle, write_turtle

FIXTURES = Path(__file__).parent / "fixtures"
EX = "@prefix ex: <http://e/> .\n"


def body(text: str) -> str:
    """Format triples and give what stands below the prefix."""
    result = format_turtle(EX + text, "f.ttl")
    assert format_turtle(result, "f.ttl") == result
    assert result.startswith(EX + "\n")
    return result.removeprefix(EX + "\n")


def test_fixture() -> None:
    text = (FIXTURES / "messy.ttl").read_bytes().decode()
    expected = (FIXTURES / "messy.formatted.ttl").read_bytes().decode()
    assert format_turtle(text, "messy.ttl") == expected
    assert format_turtle(expected, "messy.ttl") == expected


def test_prefixes_foreign_first_then_own() -> None:
    text = (
        "@prefix z: <http://z/> .\n@prefix b: <https://w3id.org/imnm-kg/b/> .\n"
        "PREFIX a: <https://w3id.org/imnm-kg/a/>\n@prefix y: <http://y/> .\n@prefix y: <http://y/> .\n"
    )
    assert format_turtle(text, "f.ttl") == (
        "@prefix y: <http://y/> .\n@prefix z: <http://z/> .\n\n"
        "@prefix a: <https://w3id.org/imnm-kg/a/> .\n@prefix b: <https://w3id.org/imnm-kg/b/> .\n"
    )


def test_predicates_and_objects_are_ordered() -> None:
    text = (
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
        "ex:s ex:z 2, 1 ; ex:b 1 ; skos:definition 'd' ; skos:prefLabel 'p' ; rdfs:label 'l' ;\n"
        " <http://purl.obolibrary.org/obo/IAO_0000115> 'i' ; a ex:T, ex:S ."
    )
    assert format_turtle(EX + text, "f.ttl").partition("ex:s")[2] == (
        ' a ex:S ,\n        ex:T ;\n    rdfs:label "l" ;\n    skos:prefLabel "p" ;\n'
        '    <http://purl.obolibrary.org/obo/IAO_0000115> "i" ;\n    skos:definition "d" ;\n'
        "    ex:b 1 ;\n    ex:z 1 ,\n        2 .\n"
    )


def test_subjects_keep_their_order_and_repeated_blocks_merge() -> None:
    assert body("ex:b ex:p 1 . ex:a ex:p 1 . ex:b ex:q 2 .") == ("ex:b ex:p 1 ;\n    ex:q 2 .\n\nex:a ex:p 1 .\n")


def test_nested_nodes_and_lists() -> None:
    assert body("ex:s ex:p [ ex:q [ a ex:T ] , [] ] ; ex:o () , ( 1 ( ex:a ) ) .") == (
        "ex:s ex:o ( 1 ( ex:a ) ) ,\n        () ;\n"
        "    ex:p [\n        ex:q [\n            a ex:T\n        ] ,\n            []\n    ] .\n"
    )
    long = " ".join(f'"{letter * 30}"' for letter in "zxy")
    items = "".join(f'        "{letter * 30}"\n' for letter in "zxy")
    assert body(f"ex:s ex:p ( {long} 4444 ) .") == f"ex:s ex:p (\n{items}        4444\n    ) .\n"
    assert body("ex:s ex:p ( [ ex:q 1 ] 'a\\nb' ) .") == (
        'ex:s ex:p (\n        [\n            ex:q 1\n        ]\n        """a\nb"""\n    ) .\n'
    )


def test_nested_nodes_are_sorted_by_text() -> None:
    text = body("ex:s ex:p [ ex:q 2 ] , [ ex:q 1 ] .")
    assert text.index("q 1") < text.index("q 2")


@pytest.mark.parametrize(
    "text",
    [
        "ex:s ex:p [ rdf:first 1 , 2 ; rdf:rest () ] .",
        "ex:s ex:p [ rdf:first 1 ; rdf:rest () ; ex:q 1 ] .",
        "ex:s ex:p [ rdf:first 1 ; rdf:rest ex:o ] .",
        "ex:s ex:p [ rdf:first 1 ; rdf:rest 5 ] .",
        "ex:s ex:p [ rdf:rest () ] .",
        "_:l rdf:first 1 ; rdf:rest _:l .",
        "() ex:p () .",
        "( 1 2 ) ex:p 1 . ( ( 1 ) ) ex:p 2 .",
        "ex:s ex:p _:l . _:l rdf:first 1 ; rdf:rest _:m . _:m rdf:first 2 ; rdf:rest () . ex:t ex:p _:m .",
    ],
)
def test_odd_lists_are_stable(text: str) -> None:
    rdf = "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .\n"
    result = format_turtle(EX + rdf + text, "f.ttl")
    assert format_turtle(result, "f.ttl") == result


def test_labels() -> None:
    # Numbered by the order of their blocks; those without a block follow, by the label they had.
    # Numbered by the order of their blocks; those without a block follow, by the label they had.
    assert body("_:z ex:p _:y , _:z2 . _:y ex:p _:z2 , _:leaf . ex:s ex:p _:y , _:leaf .") == (
        "_:b0 ex:p _:b1 ,\n        _:b3 .\n\n_:b1 ex:p _:b2 ,\n        _:b3 .\n\nex:s ex:p _:b1 ,\n        _:b2 .\n"
    )
    assert body("_:x ex:p [ ex:q _:x ] .").count("_:b") == 4
    assert body("[] a ex:T .") == "_:b0 a ex:T .\n"
    assert body("_:me ex:p _:me .") == "_:b0 ex:p _:b0 .\n"


def test_deep_nesting_and_long_lists() -> None:
    opening = " ".join(f"[ ex:q {depth} ; ex:p" for depth in range(300))
    deep = body(f"ex:s ex:p {opening} 1 {'] ' * 300}.")
    assert deep.startswith("ex:s ")
    assert deep.count("\n_:b") == 4
    assert "_:" not in body(f"ex:s ex:p ( {' '.join(map(str, range(3000)))} ) .")
    rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    # A list without end is nested brackets, so that it must not go too deep either.
    cells = " ".join(f"[ <{rdf}first> {depth} ; <{rdf}rest>" for depth in range(300))
    assert body(f"ex:s ex:p {cells} ex:no {'] ' * 300}.").count("\n_:b") == 4


def test_canonical_labels_do_not_depend_on_ids() -> None:
    first = "_:x <a:p> _:y , _:leaf . _:y <a:q> _:x , _:leaf . <a:s> <a:p> _:x , _:y ."
    second = "_:leaf <a:q> _:y , _:x . <a:s> <a:p> _:y , _:leaf . _:y <a:p> _:leaf , _:x ."
    texts = {write_turtle(parse_turtle(text, "f").quads, {}) for text in (first, second)}
    assert len(texts) == 1


def test_comments_go_with_the_next_block() -> None:
    text = (
        "# head\n\n#  head 2 \n@prefix ex: <http://e/> . # of prefix\n# b1\n\n\n# b2\n\n"
        "ex:b ex:p 1 . # of b\n"
        "# n\n_:n ex:p 1 .\n# anon\n[ ex:p 1 ] ex:q 2 .\n# list\n( 1 ) ex:p 2 .\n# nil\n() ex:p 2 .\n"
        "# a\nex:a ex:p _:n .\n# b again\nex:b ex:p 2 .\n# foot\n\n# foot 2"
    )
    result = format_turtle(text, "f.ttl")
    assert result == (
        "# head\n\n#  head 2\n\n@prefix ex: <http://e/> .\n\n"
        "# of prefix\n# b1\n\n# b2\n# of b\n# b again\nex:b ex:p 1 ,\n        2 .\n\n"
        "# anon\n_:b0 ex:p 1 ;\n    ex:q 2 .\n\n"
        "# list\n_:b1 <http://www.w3.org/1999/02/22-rdf-syntax-ns#first> 1 ;\n"
        "    <http://www.w3.org/1999/02/22-rdf-syntax-ns#rest> () ;\n    ex:p 2 .\n\n"
        "# nil\n<http://www.w3.org/1999/02/22-rdf-syntax-ns#nil> ex:p 2 .\n\n"
        "# n\n# a\nex:a ex:p [\n        ex:p 1\n    ] .\n\n# foot\n\n# foot 2\n"
    )
    assert format_turtle(result, "f.ttl") == result


@pytest.mark.parametrize(
    "text",
    [
        "# only\n",
        " \n",
        "<a:a> <a:b> 1 . # c\n",
        "_:n <a:p> 5 .\n<a:a> <a:p> 1 . # c\n<a:s> <a:p> _:n .",
        "# h\n<a:a> <a:b> 1 . # c\n# d\n<a:b> <a:b> 1 .",
        EX + "# only foot\n",
        "@base <http://b/> . # c\n<a> <b> <c> .",
    ],
)
def test_comments_without_prefixes_are_stable(text: str) -> None:
    result = format_turtle(text, "f.ttl")
    assert format_turtle(result, "f.ttl") == result
    assert result.count("#") == text.count("#")


def test_comment_inside_is_refused() -> None:
    for text, column in ((EX + "ex:a # no\n a ex:T .", 6), ("\n@prefix # no\n ex: <http://e/> .", 9)):
        with pytest.raises(ImnmError, match="move it above the subject") as caught:
            format_turtle(text, "f.ttl")
        assert caught.value.code == "fmt-comment-inside"
        assert caught.value.place == Place("f.ttl", 2, column)


@pytest.mark.parametrize("second", ["@prefix ex: <http://other/> .", "PREFIX b: <http://e/>"])
def test_prefix_clash_is_refused(second: str) -> None:
    with pytest.raises(ImnmError, match=r"^f.ttl:2:.*\[fmt-prefix-clash\]"):
        format_turtle(EX + second, "f.ttl")


def test_other_faults_come_through() -> None:
    with pytest.raises(ImnmError, match=r"\[turtle-syntax\]"):
        format_turtle("<a:a> a", "f.ttl")
    with pytest.raises(ImnmError, match=r"\[turtle-prefix-undeclared\]"):
        format_turtle("ex:a a ex:b .", "f.ttl")


def test_changed_graph_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turtle, "write_turtle", lambda *_, **__: "<a:a> <a:b> <a:c> .\n")
    with pytest.raises(ImnmError, match=r"\[fmt-changed-graph\]"):
        format_turtle("<a:a> <a:b> <a:d> .", "f.ttl")


def test_base_is_resolved() -> None:
    text = "@base <http://b/x/> .\n@prefix h: <#> .\n<y> <../p> h:o . BASE <z/> <y> <p> <q> ."
    assert format_turtle(text, "f.ttl") == (
        "@prefix h: <http://b/x/#> .\n\n"
        "<http://b/x/y> <http://b/p> h:o .\n\n<http://b/x/z/y> <http://b/x/z/p> <http://b/x/z/q> .\n"
    )


def test_crlf_becomes_lf_outside_literals() -> None:
    result = format_turtle(EX.replace("\n", "\r\n") + '# c\r\nex:a ex:p """x\r\ny""" .\r\n', "f.ttl")
    assert result == EX + '\n# c\nex:a ex:p """x\\r\ny""" .\n'


def test_write_turtle_options() -> None:
    triples = parse_turtle(EX + "ex:a ex:p 1 . ex:b ex:p 1 . ex:c ex:p 1 . ex:a ex:p 1 .", "f.ttl").quads
    result = write_turtle(
        triples,
        {"ex": "http://e/", "o": "http://own/"},
        header=["# h"],
        own="http://own/",
        order=["http://e/c", "http://e/none"],
        comments={"http://e/b": ["# b"]},
        footer=["# f"],
    )
    assert result == (
        "# h\n\n@prefix ex: <http://e/> .\n\n@prefix o: <http://own/> .\n\n"
        "ex:c ex:p 1 .\n\nex:a ex:p 1 .\n\n# b\nex:b ex:p 1 .\n\n# f\n"
    )
    assert write_turtle([], {}) == ""


def test_triple_terms_are_refused() -> None:
    node = ox.NamedNode("a:a")
    with pytest.raises(ImnmError, match=r"\[turtle-syntax\]"):
        write_turtle([ox.Triple(node, node, ox.Triple(node, node, node))], {})
