# SPDX-License-Identifier: Apache-2.0
"""What a query can see: nothing that it needs is left out, and what the store would change goes to rdflib alone."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Triple

from imnm_kg.shacl import DataGraph
from imnm_kg.shacl.queries import Query
from imnm_kg.shacl.sparql import LocalEvaluator
from imnm_kg.shacl.vocabulary import XSD, Term
from tests.shacl.support import AskedOfAll

EX = "http://example.org/"
NODES = [NamedNode(f"{EX}{name}") for name in "abcd"]
VERBS = [NamedNode(f"{EX}{name}") for name in "pqr"]
NUMBERS = [Literal(text, datatype=NamedNode(f"{XSD}integer")) for text in ("1", "01", "2", "02")]
QUERIES = [
    "SELECT $this ?v { $this ex:p ?v }",
    "SELECT $this ?v { ?v ex:p $this . ?v ex:q ?n FILTER(?n > 1) }",
    "SELECT $this ?v { $this ex:p/ex:q ?v }",
    "SELECT $this ?v { $this ex:p/ex:q ?v, ?w . FILTER(?v != ?w) }",
    "SELECT $this ?v { $this ^ex:p/ex:q ?v }",
    "SELECT $this ?v { $this ex:p/^ex:p ?v . FILTER NOT EXISTS { ?v ex:q/ex:r ?x } }",
    "SELECT $this ?v { $this ex:p ?v . FILTER NOT EXISTS { ?v ^ex:q/ex:p $this } }",
    "SELECT $this ?v { $this ex:p ?w OPTIONAL { ?w ex:q/ex:p ?v OPTIONAL { ?v ex:r ?x } } }",
    "SELECT $this ?v { $this ex:p ?w { ?w ex:q ?v } UNION { ?w ^ex:r/^ex:q ?v } }",
    "SELECT $this ?v { $this ex:p|ex:q ?v }",
    "SELECT $this ?v { $this (ex:p/ex:q)|ex:r ?v }",
    "SELECT $this ?v { $this ex:p+ ?v . ?v ex:q 1 }",
    "SELECT $this ?v { $this ex:p/ex:q* ?v }",
    "SELECT $this ?v { $this ex:p [ ex:q ?v ; ^ex:r/ex:p ?w ] }",
    "SELECT $this ?v { $this ex:p ?w BIND(STR(?w) AS ?v) }",
    "SELECT $this ?v { $this ex:p 1 . ?v ex:q/ex:q 1 }",
]

triples = st.builds(Triple, st.sampled_from(NODES), st.sampled_from(VERBS), st.sampled_from([*NODES, *NUMBERS]))


class OnlyRdflib(AskedOfAll):
    """Every node goes the slow way."""

    def _seeing_altered(self, asked: Any) -> list[int]:
        return [place for place, _ in enumerate(asked.tuples)]


class Counting(LocalEvaluator):
    """Counts what goes to rdflib."""

    slow = 0

    def _seeing_altered(self, asked: Any) -> list[int]:
        found = super()._seeing_altered(asked)
        self.slow += len(found)
        return found


def query_of(text: str) -> Query:
    return Query(text, f"PREFIX ex: <{EX}>\n", {"ex": EX})


def rows(evaluator: LocalEvaluator, query: Query, nodes: list[tuple[int]]) -> set[tuple[int, Term | None]]:
    """Give the rows once each: how often a path gives a node is a known difference of the engines."""
    return {(place, row.get("v")) for place, row in evaluator.rows(query, ("this",), nodes, {})}


@pytest.mark.parametrize("text", QUERIES)
@given(st.lists(triples, max_size=25))
@settings(max_examples=8)
def test_the_store_and_rdflib_say_the_same(text: str, data: list[Triple]) -> None:
    graph = DataGraph(data)
    nodes: list[tuple[int]] = [(graph.intern(node),) for node in NODES]
    expected = rows(OnlyRdflib(graph, []), query_of(text), nodes)
    for small in (0, 1000):  # what a query can see is loaded for it; all is loaded
        assert rows(LocalEvaluator(graph, [], small), query_of(text), nodes) == expected


def test_one_literal_that_the_store_would_change_costs_one_node() -> None:
    ages = [Literal(str(number), datatype=NamedNode(f"{XSD}integer")) for number in range(1000)]
    ages[700] = Literal("0700", datatype=NamedNode(f"{XSD}integer"))
    names = [NamedNode(f"{EX}n{number}") for number in range(1000)]
    knows, age = VERBS[:2]
    data = [Triple(name, age, each) for name, each in zip(names, ages, strict=True)]
    data += [Triple(name, knows, other) for name, other in pairwise(names)]
    graph = DataGraph(data)
    evaluator = Counting(graph, [])
    nodes: list[tuple[int]] = [(graph.intern(name),) for name in names]
    found = rows(evaluator, query_of("SELECT $this ?v { $this ex:p/ex:q ?v }"), nodes)
    assert evaluator.slow == 1
    assert (699, ages[700]) in found
    assert len(found) == 999
