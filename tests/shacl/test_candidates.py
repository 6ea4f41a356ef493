# SPDX-License-Identifier: Apache-2.0
"""For which nodes a query may have a row: none that has one is left out, and what can be told is told."""

from __future__ import annotations

from typing import Any

import pytest
from pyoxigraph import NamedNode

from imnm_kg.shacl.candidates import may_have_rows
from imnm_kg.shacl.columns import DataGraph
from imnm_kg.shacl.queries import Query
from tests.shacl.support import EX, PREFIXES, AskedOfAll, read_toml, turtle

FIXTURE = read_toml("candidates")
PROLOGUE = "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in PREFIXES.items())
TESTS = [
    pytest.param(test["x"], test["y"], text, said, id=f"{test['x']} {test['y']}: {text}")
    for test in FIXTURE["test"]
    for said in ("true", "false", "unknown")
    for text in test[said]
]


@pytest.mark.parametrize("case", FIXTURE["case"], ids=[case["query"] for case in FIXTURE["case"]])
def test_nodes_that_may_have_a_row(case: dict[str, Any]) -> None:
    graph = DataGraph(turtle(FIXTURE["data"]))
    nodes = [(graph.intern(NamedNode(EX + name)),) for name in "abcdef"]
    query = Query(case["query"], PROLOGUE, PREFIXES)
    query.check(case["query"].split()[0], ("this",))
    places = may_have_rows(graph, query, ("this",), nodes)
    assert ["abcdef"[place] for place in places] == (list("abcdef") if case["may"] == "all" else case["may"])
    rows = AskedOfAll(graph, []).rows(query, ("this",), nodes, {})
    assert {place for place, _ in rows} <= set(places)


@pytest.mark.parametrize(("x", "y", "text", "said"), TESTS)
def test_a_test_is_known_or_left_to_the_engine(x: str, y: str, text: str, said: str) -> None:
    graph = DataGraph(turtle(f"ex:s ex:x {x} ; ex:y {y} ."))
    nodes = [(graph.intern(NamedNode(f"{EX}s")),)]
    patterns = f"$this ex:x ?x ; ex:y ?y . FILTER({text})"
    query = Query(f"SELECT $this {{ {patterns} }}", PROLOGUE, PREFIXES)
    query.check("SELECT", ("this",))
    opposite = Query(f"SELECT $this {{ {patterns.replace('FILTER(', 'FILTER(!(')}) }}", PROLOGUE, PREFIXES)
    may, may_not = (bool(may_have_rows(graph, each, ("this",), nodes)) for each in (query, opposite))
    assert (may, may_not) == {"true": (True, False), "false": (False, True), "unknown": (True, True)}[said]
    if said != "unknown":
        has = bool(list(AskedOfAll(graph, []).rows(query, ("this",), nodes, {})))
        assert has == (said == "true")


def test_more_than_one_at_once_and_one_node_twice() -> None:
    graph = DataGraph(turtle("ex:a ex:p ex:b . ex:b ex:p ex:b ."))
    a, b, c = (graph.intern(NamedNode(EX + name)) for name in "abc")
    query = Query("SELECT $this { $this ex:p $value }", PROLOGUE, PREFIXES)
    pairs = [(a, b), (a, c), (b, b), (a, b), (c, b)]
    assert list(may_have_rows(graph, query, ("this", "value"), pairs)) == [0, 2, 3]


def test_a_join_of_too_many_rows_is_left_to_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imnm_kg.shacl.candidates._MOST", 20)
    graph = DataGraph(turtle("ex:a ex:p 1, 2, 3, 4, 5 . ex:b ex:p 1 ."))
    nodes = [(graph.intern(NamedNode(EX + name)),) for name in "abc"]
    query = Query("SELECT $this { $this ex:p ?x, ?y . FILTER(?x > ?y) }", PROLOGUE, PREFIXES)
    assert list(may_have_rows(graph, query, ("this",), nodes)) == [0, 1, 2]
