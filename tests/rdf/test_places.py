# SPDX-License-Identifier: Apache-2.0
"""Places agree with the lexer, which reads every token, on generated Turtle full of traps."""

from __future__ import annotations

import io
import time
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, parse

from imnm_kg.model.anchors import Anchors
from imnm_kg.rdf import line_starts, scan
from imnm_kg.rdf.files import Source
from imnm_kg.rdf.lexer import lex, statements
from imnm_kg.rdf.line_starts import UnsureError, statements_at_line_starts
from imnm_kg.rdf.places import Spot, find_places
from imnm_kg.rdf.reader import Scope
from imnm_kg.rdf.scan import ANONYMOUS, wanted_statements
from imnm_kg.shacl import DataGraph
from tests.examples import examples
from tests.rdf.texts import HEAD, E, texts


def parsed(text: str) -> DataGraph:
    try:
        return DataGraph(parse(text, format=RdfFormat.TURTLE))
    except SyntaxError:
        assume(False)
        raise


def slowly(text: str) -> list[tuple[str, str, int, int]]:
    """Give subject, text and place of each statement, by the lexer."""
    scope, found = Scope(), []
    for statement in statements(lex(text, ""), ""):
        if statement.kind == "directive":
            scope.declare(statement)
        elif statement.kind == "triples":
            head = statement.tokens[0]
            subject = ANONYMOUS if head.text in "[(" else scope.expand(head) or head.text
            found.append((subject, text[head.start : statement.tokens[-1].end], head.line, head.column))
    return found


@examples(400)
@given(texts, st.sampled_from([3, 50, 1 << 22]))
def test_statements_are_those_of_the_lexer(text: str, block: int) -> None:
    parsed(text)
    expected = slowly(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scan, "BLOCK", block)
        pieces = wanted_statements(io.BytesIO(text.encode()), {each[0] for each in expected}, False)
        assert [(piece.subject, piece.text, piece.line, piece.column) for piece in pieces] == expected


@examples(200)
@given(texts, st.booleans(), st.sampled_from([3, 50, 1 << 22]))
def test_statements_that_start_a_line_are_among_those_of_the_lexer(text: str, absolute: bool, block: int) -> None:
    if absolute:
        text = text.replace("@base <http://b.org/d/f> .\n", "", 1)
    try:
        parsed(text)
    except SyntaxError:  # relative IRIs
        assume(False)
    expected = slowly(text)
    wanted = {each[0] for each in expected if each[0] != ANONYMOUS}
    found = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(line_starts, "BLOCK", block)
        try:
            for piece in statements_at_line_starts(io.BytesIO(text.encode()), wanted) if wanted else ():
                found.append((piece.subject, piece.text, piece.line, piece.column))
        except UnsureError:
            pass
    rest = iter(expected)
    assert all(each in rest for each in found)  # in the same order


def test_what_starts_a_line_is_found_behind_comments_only() -> None:
    top = "@prefix e: <http://e/> .\n"
    text = f"{top}# one. #\n\ne:a e:p e:b ,\ne:c . # of 'a'.\ne:b e:p 1 .\ne:c e:p <x:#> .\ne:d e:p 2 . e:e e:p 3 .\n"
    wanted = {f"{E}{name}" for name in "abcde"}
    found = statements_at_line_starts(io.BytesIO(text.encode()), wanted)
    assert [(piece.subject[-1], piece.line) for piece in found] == [("a", 4), ("c", 7), ("d", 8)]
    assert places(text, *(Spot(f"{E}{name}") for name in "abcde")) == [
        (3, 4, 1), (3, 6, 1), (3, 7, 1), (3, 8, 1), (3, 8, 13),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "more", ['e:z e:p """\ne:a e:p 1 .""" .', "e:z e:p '''x''' .", "@prefix f: <x:> .", "PREFIX e: <x:>", "base<x:>",
             "Prefix # c\n g: <x:>"],
)  # fmt: skip
def test_a_file_by_which_a_line_says_nothing_is_read_whole(more: str) -> None:
    text = f"@prefix e: <http://e/> .\ne:y e:p 1 .\n{more}\ne:b e:p 1 .\n"
    with pytest.raises(UnsureError):
        list(statements_at_line_starts(io.BytesIO(text.encode()), {f"{E}b"}))


@examples(200)
@given(texts)
def test_every_triple_is_found_where_its_object_is(text: str) -> None:
    graph = parsed(text)
    assume(not any(str(triple.subject).endswith("#nil>") for triple in graph.triples()))  # written as ()
    tokens = {(token.line, token.column): token for token in lex(text, "")}
    scope = Scope()
    for statement in statements(lex(text, ""), ""):
        if statement.kind == "directive":
            scope.declare(statement)
    numbers = range(len(graph.terms))
    anchors = Anchors(graph, 1, numbers)
    for triple in graph.triples():
        if str(triple.predicate).endswith("#rest>"):  # what a list says of itself has no predicate in the text
            continue
        subject, value = graph.intern(triple.subject), graph.intern(triple.object)
        found = find_places(Source("f", text=text), anchors.spots(subject, triple.predicate.value, value))
        best = max(found.values(), key=lambda each: each.quality)
        assert best.quality == 3, (triple, best)
        token = tokens[best.place.line or 0, best.place.column or 0]
        if isinstance(triple.object, NamedNode):
            assert token.text == "(" or scope.expand(token) == triple.object.value
        elif isinstance(triple.object, BlankNode):
            assert token.text in ("[", "(", f"_:{triple.object.value}") or token.kind != "punct"
        else:
            assert isinstance(triple.object, Literal)
            assert token.kind in ("string", "number", "keyword")
            assert token.kind == "string" or token.text == triple.object.value


def places(text: str, *spots: Spot, path: Path | None = None) -> list[tuple[int, int | None, int | None]]:
    found = find_places(Source("f", path, text), spots)
    return [(found[s].quality, found[s].place.line, found[s].place.column) if s in found else (0, 0, 0) for s in spots]


def test_a_predicate_a_subject_and_what_is_not_there() -> None:
    text = f"{HEAD}\ne:a a e:T ;\n  e:p 1 , 2 .\ne:a e:p 3 .\n"
    assert places(
        text,
        Spot(f"{E}a"),
        Spot(f"{E}a", (), f"{E}p"),
        Spot(f"{E}a", (), f"{E}p", Literal("3", datatype=NamedNode("http://www.w3.org/2001/XMLSchema#integer"))),
        Spot(f"{E}a", (), f"{E}p", Literal("9")),
        Spot(f"{E}a", (), f"{E}none"),
        Spot(f"{E}b"),
    ) == [(3, 6, 1), (3, 7, 3), (3, 8, 9), (2, 7, 3), (1, 6, 1), (0, 0, 0)]


def test_a_prefix_means_what_it_means_at_its_place() -> None:
    text = "@prefix e: <http://e/> .\ne:a e:p 1 .\n@prefix e: <http://other/> .\ne:a e:p 2 .\n"
    assert places(text, Spot("http://other/a"), Spot(f"{E}a")) == [(3, 4, 1), (3, 2, 1)]


def test_graphs_of_trig(tmp_path: Path) -> None:
    path = tmp_path / "a.trig"
    path.write_text(
        f"{HEAD}e:a {{ e:a e:p 1 }}\nGRAPH e:b {{\n  e:b e:p 1 .\n  e:c e:p '}} .' }}\n{{ e:d e:p 2 }}"
        " [] { [] e:p 4 } e:f e:p 3 ."
    )
    list(parse(path=str(path)))
    spots = [Spot(f"{E}{name}") for name in "abcdf"]
    assert places("", *spots, Spot(0), path=path) == [
        (3, 5, 7), (3, 7, 3), (3, 8, 3), (3, 9, 3), (3, 9, 31), (3, 9, 20),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["a.nt", "a.nq"])
def test_lines(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(f'# <{E}a>\n<{E}b> <{E}p> "<{E}a> ." .\r\n  <{E}a> <{E}p> "é" . # end\n_:x <{E}p> <{E}a> .')
    list(parse(path=str(path)))
    assert places("", Spot(f"{E}a"), Spot("_:x", (), f"{E}p", NamedNode(f"{E}a")), path=path) == [(3, 3, 3), (3, 4, 18)]


def test_a_long_statement_over_many_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan, "BLOCK", 64)
    path = tmp_path / "a.ttl"
    values = " ,\n".join(f'"value {number}. é"' for number in range(2000))
    path.write_text(f"{HEAD}é:a e:p 1 .\n".replace("é:a", "e:é") + f"e:a e:p {values} .\ne:z e:p 2 .\n")
    spot = Spot(f"{E}a", (), f"{E}p", Literal("value 1999. é"))
    assert places("", spot, Spot(f"{E}z"), path=path) == [(3, 2005, 1), (3, 2006, 1)]


def test_an_empty_list_is_no_node_without_a_name() -> None:
    assert places(f"{HEAD}( # )\n ) e:p 1 .\n[] e:p 2 .\n", Spot(0), Spot(1)) == [(3, 7, 1), (0, 0, 0)]


@pytest.mark.slow
def test_a_million_triples_take_less_than_their_parsing(tmp_path: Path) -> None:
    path = tmp_path / "big.ttl"
    block = '{0} a e:T ;\n  e:label "number {1}. good"@en ;\n  e:price {1}.5 ;\n  e:next e:i{1} ;\n  e:c """x. y""" .\n'
    with path.open("w") as stream:
        stream.write(HEAD)
        stream.writelines(block.format(f"e:i{number}", number) for number in range(200_000))
    start = time.process_time()
    assert sum(1 for _ in parse(path=str(path))) == 1_000_000
    parsing = time.process_time() - start
    spots = [Spot(f"{E}i{number}", (), f"{E}label") for number in (7, 199_999)]
    start = time.process_time()
    found = places("", *spots, path=path)
    assert [quality for quality, *_ in found] == [3, 3]
    assert time.process_time() - start < 1.5 * parsing
