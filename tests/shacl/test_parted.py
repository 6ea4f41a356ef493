# SPDX-License-Identifier: Apache-2.0
"""A file that is read in parts makes the graph that it makes when it is read whole, or is refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, QuadParser, RdfFormat, Triple, parse

from imnm_kg.model.inputs import read_data
from imnm_kg.rdf import stretches
from imnm_kg.rdf.stretches import Stretch, StretchStream, stretches_of
from imnm_kg.shacl import parted
from imnm_kg.shacl.columns import DataGraph
from imnm_kg.shacl.parted import PartedFile, PartsError, pack_terms, unpack_terms
from imnm_kg.shacl.vocabulary import XSD, Term
from tests.examples import examples
from tests.rdf.texts import HEAD, calm_texts, texts
from tests.shacl.inline import Inline

BASE = "file:///x"
LINES = "@prefix e: <http://e/> .\n" + "".join(
    f"e:s{number} e:p [ e:q {number % 3} ] , 'no. 1' .\n# of e:s{number} .\n_:b e:p e:s{number} .\n"
    for number in range(30)
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("parted")


@pytest.fixture(autouse=True, scope="module")
def _inline() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parted, "Process", Inline)
        patch.setattr(stretches, "_TOP", 20)
        yield


def in_parts(path: Path, count: int, format_: RdfFormat = RdfFormat.TURTLE) -> DataGraph:
    return DataGraph(PartedFile(path, format_, BASE, count))


def assert_same(one: DataGraph, other: DataGraph) -> None:
    """Compare graphs by the numbers of their terms; blank nodes in brackets have other names each time."""
    names: dict[Term, Term] = {}
    assert len(one.terms) == len(other.terms)
    for here, there in zip(one.terms, other.terms, strict=True):
        if isinstance(here, BlankNode):
            assert names.setdefault(here, there) == there
            assert isinstance(there, BlankNode)
        else:
            assert here == there
    assert len(set(names.values())) == len(names)
    assert one.predicates == other.predicates
    assert all(one.column(predicate) == other.column(predicate) for predicate in one.predicates)


@examples(400)
@given(texts | calm_texts.map(lambda text: HEAD + (text[len(HEAD) :] + "\n") * 4), st.integers(2, 4))
def test_in_parts_as_whole(folder: Path, text: str, count: int) -> None:
    path = folder / "random.ttl"
    path.write_text(text, encoding="utf-8")
    try:
        whole = DataGraph(parse(path=str(path), format=RdfFormat.TURTLE, base_iri=BASE))
    except SyntaxError:
        assume(False)
        raise
    try:
        graph = in_parts(path, count)
    except (PartsError, SyntaxError):
        return
    assert_same(graph, whole)


def test_labels_and_brackets(folder: Path) -> None:
    path = folder / "lines.ttl"
    path.write_text(LINES, encoding="utf-8")
    assert len(stretches_of(path, [1, 1, 1])) == 3
    assert_same(in_parts(path, 3), DataGraph(parse(LINES, format=RdfFormat.TURTLE)))
    beside = [Triple(BlankNode("b"), NamedNode("http://e/p"), Literal("beside"))]
    assert_same(
        DataGraph(PartedFile(path, RdfFormat.TURTLE, BASE, 3), beside),
        DataGraph(parse(LINES, format=RdfFormat.TURTLE), beside),
    )


def test_nodes_in_brackets_whose_names_two_parts_share_are_two(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder / "shared.ttl"
    path.write_text("@prefix e: <http://e/> .\n" + "e:a e:p [] .\n_:b e:p 1 .\n" * 20, encoding="utf-8")
    drawn = BlankNode()

    def as_after_a_fork(**named: Any) -> _Renamed:
        """Draw the same names in each part, which copies of a process do."""
        return _Renamed(parse(**named), drawn)

    monkeypatch.setattr(parted, "parse", as_after_a_fork)
    blank = [term for term in in_parts(path, 3).terms if isinstance(term, BlankNode)]
    assert len(blank) == 3 + 1


class _Renamed:
    def __init__(self, parser: QuadParser, name: BlankNode) -> None:
        self.parser, self.name = parser, name

    def __getattr__(self, name: str) -> Any:
        return getattr(self.parser, name)

    def __iter__(self) -> _Renamed:
        return self

    def __next__(self) -> Triple:
        quad = next(self.parser)
        value = self.name if isinstance(quad.object, BlankNode) else quad.object
        return Triple(quad.subject, quad.predicate, value)


@pytest.mark.parametrize(
    "more", ["e:x e:p '''a\ne:b e:p 1 .\n''' .\n", 'e:x e:p """a""" .\n', "@prefix e: <http://other/> .\n",
             "PREFIX f: <http://f/>\n", "@base <http://b/> .\n", "e:x e:p .\n", "f:x e:p 1 .\n"],
)  # fmt: skip
@pytest.mark.parametrize("place", [0.2, 0.5, 0.9])
def test_what_parts_cannot_be_told_by_is_read_whole(folder: Path, more: str, place: float) -> None:
    lines = LINES.splitlines(keepends=True)
    at = 1 + 3 * int(len(lines) * place / 3)
    path = folder / "whole.ttl"
    path.write_text("".join([*lines[:at], more, *lines[at:]]), encoding="utf-8")
    with pytest.raises((PartsError, SyntaxError)):
        in_parts(path, 3)


def test_what_is_at_fault_is_told_as_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imnm_kg.model.inputs._WORTH_PARTS", 1)
    path = tmp_path / "data.ttl"
    for text in (LINES + "e:x e:p .\n" + LINES, LINES + "e:x e:p '''x''' .\n", LINES + 'e:x e:p "x"@en--ltr .'):
        path.write_text(text, encoding="utf-8")
        told = [_read(path, workers) for workers in (1, 3)]
        assert told[0] == told[1]


def _read(path: Path, workers: int) -> object:
    try:
        data = read_data([path], workers=workers)
    except Exception as error:
        return str(error)
    return len(data.graph), data.prefixes, data.empty, data.terms


def test_the_system_may_allow_no_process(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(_: object) -> Inline:
        raise BlockingIOError

    monkeypatch.setattr(parted, "Process", none)
    path = folder / "alone.ttl"
    path.write_text(LINES, encoding="utf-8")
    with pytest.raises(PartsError):
        in_parts(path, 3)


def test_lines_and_graphs(folder: Path) -> None:
    path = folder / "lines.nq"
    text = "".join(f"_:b{number % 7} <http://e/p> _:b{number % 3} <http://e/g> .\n" for number in range(50))
    path.write_text(text, encoding="utf-8")
    assert_same(in_parts(path, 4, RdfFormat.N_QUADS), DataGraph(parse(text, format=RdfFormat.N_QUADS)))


def test_a_file_with_strings_in_three_quotes_is_not_cut(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stretches, "_TOP", 1 << 20)
    path = folder / "long.ttl"
    text = LINES + "e:x e:p '''x''' .\n" + LINES
    path.write_text(text, encoding="utf-8")
    assert stretches_of(path, [1, 1]) == [Stretch(0, len(text))]
    assert_same(in_parts(path, 2), DataGraph(parse(text, format=RdfFormat.TURTLE)))


@pytest.mark.parametrize("text", ["", "# nothing", "<http://e/a> <http://e/p> 1 ."])
def test_too_short_to_cut(folder: Path, text: str) -> None:
    path = folder / "short.ttl"
    path.write_text(text, encoding="utf-8")
    assert len(stretches_of(path, [1, 1])) == 1
    if text.startswith("<"):
        assert len(in_parts(path, 2)) == 1
    else:
        with pytest.raises(PartsError):
            in_parts(path, 2)


def test_a_stretch_is_read_to_its_end_and_no_further(folder: Path) -> None:
    path = folder / "stream.ttl"
    path.write_bytes(b"0123''4'''567")
    with closing(StretchStream(path, Stretch(2, 8), {"e": "http://e/"})) as stream:
        read = b"".join(iter(lambda: stream.read(3), b""))
    assert (read, stream.is_sure) == (b"@prefix e: <http://e/> .\n23''4'", True)
    with closing(StretchStream(path, Stretch(2, 11))) as stream:
        assert b"".join(iter(lambda: stream.read(2), b"")) == b"23''4'''5"
        assert (stream.is_sure, stream.read(2)) == (False, b"")


TERMS: list[Term] = [
    NamedNode("http://e/é"), BlankNode("b.1"), Literal("a\n\0"), Literal("a", language="en-us"),
    Literal("01", datatype=NamedNode(f"{XSD}integer")), Literal("", datatype=NamedNode("http://e/t")),
]  # fmt: skip


def test_terms_are_sent_as_they_are() -> None:
    assert unpack_terms(pack_terms(TERMS)) == TERMS
    with pytest.raises(PartsError):
        pack_terms([Triple(NamedNode("x:a"), NamedNode("x:b"), NamedNode("x:c"))])
