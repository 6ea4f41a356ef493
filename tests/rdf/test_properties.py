# SPDX-License-Identifier: Apache-2.0
"""Round trips of random graphs."""

from __future__ import annotations

import random

import pyoxigraph as ox
from hypothesis import given, settings
from hypothesis import strategies as st

from imnm_kg.rdf.canonical import canonical_lines, union_turtle, write_trig
from imnm_kg.rdf.lexer import lex, statements
from imnm_kg.rdf.reader import parse_turtle
from imnm_kg.rdf.terms import RDF, XSD
from imnm_kg.rdf.turtle import format_turtle, write_turtle

PREFIXES = {"ex": "http://e/", "exa": "http://e/a/", "rdf": RDF, "": "https://w3id.org/imnm-kg/"}
QUICK = settings(max_examples=60, deadline=None, derandomize=True)

Node = ox.NamedNode | ox.BlankNode

iris = st.sampled_from(
    [
        "http://e/a",
        "http://e/a/b.c",
        "http://e/é",
        "http://e/x.",
        "https://w3id.org/imnm-kg/1",
        "urn:x",
        f"{RDF}nil",
    ]
).map(ox.NamedNode)
blanks = st.integers(0, 5).map(lambda number: ox.BlankNode(f"n{number}"))
predicates = st.sampled_from([f"{RDF}type", f"{RDF}first", f"{RDF}rest", "http://e/p", "http://e/a/q", "urn:p"]).map(
    ox.NamedNode
)
nasty = st.text(st.sampled_from("\"\\\n\r\t\x00\x1f\x7f\x85 \u2028\ufeff\uffff\U0001f600é'a#<>"), max_size=8)
strings = nasty | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
forms = st.sampled_from(["1", "01", "+1", "-1.0", "1.", ".5", "1e5", "1.E-3", "true", "1 ", "", "NaN", "1\n"])
datatypes = st.sampled_from([f"{XSD}{name}" for name in ("integer", "decimal", "double", "boolean", "string", "date")])
literals = (
    strings.map(ox.Literal)
    | st.builds(
        lambda value, tag: ox.Literal(value, language=tag),
        strings,
        st.sampled_from(["en", "en-us", "de-x-a"]),
    )
    | st.builds(lambda value, kind: ox.Literal(value, datatype=ox.NamedNode(kind)), forms | strings, datatypes)
)
subjects: st.SearchStrategy[Node] = st.one_of(iris, blanks)
loose = st.builds(ox.Triple, subjects, predicates, st.one_of(iris, blanks, literals))


@st.composite
def lists(draw: st.DrawFn) -> list[ox.Triple]:
    """Give the triples of a list, well-formed, that a subject points to."""
    items = draw(st.lists(st.one_of(iris, blanks, literals), min_size=1, max_size=4))
    name = draw(st.integers(0, 2))
    cells: list[Node] = [ox.BlankNode(f"list{name}x{place}") for place in range(len(items))]
    cells.append(ox.NamedNode(f"{RDF}nil"))
    triples = [ox.Triple(draw(subjects), draw(predicates), cells[0])]
    for place, item in enumerate(items):
        triples.append(ox.Triple(cells[place], ox.NamedNode(f"{RDF}first"), item))
        triples.append(ox.Triple(cells[place], ox.NamedNode(f"{RDF}rest"), cells[place + 1]))
    return triples


graphs = st.builds(
    lambda single, groups: [*single, *(triple for group in groups for triple in group)],
    st.lists(loose, max_size=12),
    st.lists(lists(), max_size=2),
)


def lines(triples: list[ox.Triple] | tuple[ox.Triple, ...]) -> list[str]:
    return canonical_lines(ox.Quad(*triple) for triple in triples)


def renamed(triples: list[ox.Triple], seed: int) -> list[ox.Triple]:
    """Give the same graph with other ids in another order."""
    chance = random.Random(seed)
    names: dict[str, ox.BlankNode] = {}

    def rename(term: object) -> ox.BlankNode:
        assert isinstance(term, ox.BlankNode)
        return names.setdefault(term.value, ox.BlankNode(f"r{chance.randrange(10**12)}"))

    found = []
    for triple in triples:
        subject, target = triple.subject, triple.object
        found.append(
            ox.Triple(
                rename(subject) if isinstance(subject, ox.BlankNode) else subject,
                triple.predicate,
                rename(target) if isinstance(target, ox.BlankNode) else target,
            )
        )
    chance.shuffle(found)
    return found


@QUICK
@given(graphs)
def test_written_graph_parses_to_itself(triples: list[ox.Triple]) -> None:
    text = write_turtle(triples, PREFIXES)
    assert lines(parse_turtle(text, "f").quads) == lines(triples)
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


@QUICK
@given(graphs, st.integers())
def test_written_text_depends_on_the_graph_alone(triples: list[ox.Triple], seed: int) -> None:
    assert write_turtle(renamed(triples, seed), PREFIXES) == write_turtle(triples, PREFIXES)


@QUICK
@given(graphs)
def test_format_of_written_text_is_stable(triples: list[ox.Triple]) -> None:
    once = format_turtle(write_turtle(triples, PREFIXES), "f")
    assert format_turtle(once, "f") == once


@QUICK
@given(graphs, st.booleans(), st.integers())
def test_format_of_plain_lines_is_stable(triples: list[ox.Triple], crlf: bool, seed: int) -> None:
    text = "".join(
        f"# {place}\n{triple} .{' # after' if place % 3 == 0 else ''}\n"
        for place, triple in enumerate(renamed(triples, seed))
    )
    text += "# end\n"
    once = format_turtle(text.replace("\n", "\r\n") if crlf else text, "f")
    assert format_turtle(once, "f") == once
    assert once.count("# ") >= len(triples)
    assert lines(parse_turtle(once, "f").quads) == lines(triples)
    assert "\r" not in once


@QUICK
@given(st.lists(st.builds(ox.Quad, subjects, predicates, st.one_of(iris, blanks, literals), subjects), max_size=12))
def test_trig_and_union(quads: list[ox.Quad]) -> None:
    text = write_trig(quads, PREFIXES)
    again = list(ox.parse(input=text, format=ox.RdfFormat.TRIG))
    assert canonical_lines(again) == canonical_lines(quads)
    assert write_trig(again, PREFIXES) == text
    union = parse_turtle(union_turtle(quads, PREFIXES), "f").quads
    assert lines(union) == lines([quad.triple for quad in quads])


@QUICK
@given(graphs)
def test_tokens_cover_the_text(triples: list[ox.Triple]) -> None:
    text = write_turtle(triples, PREFIXES)
    position = 0
    for token in lex(text, "f"):
        assert not text[position : token.start].strip(" \n")
        assert text[token.start : token.end] == token.text
        before = text[: token.start]
        assert token.line == before.count("\n") + 1
        assert token.column == token.start - (before.rfind("\n") + 1) + 1
        position = token.end
    assert all(not statement.inside for statement in statements(lex(text, "f"), "f"))
