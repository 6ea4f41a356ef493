# SPDX-License-Identifier: Apache-2.0
"""Paths: where they lead from many nodes at once, backward too, and that SPARQL reads their text in the same way."""

from __future__ import annotations

from typing import Any

import pytest
from pyoxigraph import QuerySolutions, Store

from imnm_kg.shacl.columns import LOW, DataGraph
from imnm_kg.shacl.paths import Inverse, Path, path_values
from imnm_kg.shacl.shapes_graph import ShapesGraph
from imnm_kg.shacl.vocabulary import Term, sh
from tests.shacl.support import EX, brief, read_toml, term, turtle

FIXTURE = read_toml("paths")
PATHS: list[dict[str, Any]] = FIXTURE["path"]
DATA = turtle(FIXTURE["data"])
STARTS = [term(text) for text in FIXTURE["starts"]]


def path_of(text: str) -> Path:
    shapes = ShapesGraph(turtle(f"ex:S sh:path {text} ."))
    node = term("ex:S")
    return shapes.path(node, shapes.values(node, sh("path"))[0])


def name(node: Term) -> str:
    return "_:n" if brief(node).startswith("_:") else brief(node)


def leads(path: Path, starts: list[Term]) -> dict[str, str]:
    graph = DataGraph(DATA)
    pairs = path_values(graph, path, {graph.intern(start) for start in starts})
    assert len(pairs) == len(set(pairs)), "a pair is given twice"
    found: dict[str, list[str]] = {}
    for pair in pairs:
        found.setdefault(name(graph.term(pair >> 32)), []).append(name(graph.term(pair & LOW)))
    return {start: " ".join(sorted(ends)) for start, ends in found.items()}


@pytest.mark.parametrize("case", PATHS, ids=[case["text"] for case in PATHS])
def test_where_it_leads(case: dict[str, Any]) -> None:
    path = path_of(case["path"])
    assert str(path).replace(EX, "") == case["text"]
    assert leads(path, STARTS) == case["leads"]
    one_by_one: dict[str, str] = {}
    for start in STARTS:
        one_by_one |= leads(path, [start])
    assert one_by_one == case["leads"]


@pytest.mark.parametrize("case", PATHS, ids=[case["text"] for case in PATHS])
def test_backward_is_the_inverse(case: dict[str, Any]) -> None:
    graph = DataGraph(DATA)
    path = path_of(case["path"])
    nodes = {graph.intern(node) for quad in DATA for node in (quad.subject, quad.object)}
    forward = path_values(graph, path, nodes)
    backward = path_values(graph, Inverse(path), nodes)
    assert {(pair & LOW, pair >> 32) for pair in forward} == {(pair >> 32, pair & LOW) for pair in backward}


@pytest.mark.parametrize("case", PATHS, ids=[case["text"] for case in PATHS])
def test_sparql_reads_the_text_in_the_same_way(case: dict[str, Any]) -> None:
    store = Store()
    store.extend(DATA)
    for start in (each for each in STARTS if name(each) in "abc"):
        rows = store.query(f"SELECT DISTINCT ?end {{ {start} {path_of(case['path'])} ?end }}")
        assert isinstance(rows, QuerySolutions)
        ends = " ".join(sorted(name(row["end"]) for row in rows))
        assert ends == case["leads"].get(name(start), "")


def test_no_start_leads_nowhere() -> None:
    graph = DataGraph(DATA)
    assert all(path_values(graph, path_of(case["path"]), set()) == [] for case in PATHS)


def test_a_long_chain() -> None:
    chain = turtle(" ".join(f"ex:n{number} ex:p ex:n{number + 1} ." for number in range(3000)))
    graph = DataGraph(chain)
    start = graph.intern(term("ex:n0"))
    assert len(path_values(graph, path_of("[ sh:zeroOrMorePath ex:p ]"), {start})) == 3001
