# SPDX-License-Identifier: Apache-2.0
"""A graph as columns gives what a plain set of triples gives."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from imnm_kg.shacl.columns import LOW, DataGraph
from imnm_kg.shacl.vocabulary import Term, rdf, rdfs
from tests.shacl.support import EX, brief, term, turtle

NAMES = st.sampled_from([NamedNode(EX + name) for name in "abcd"])
PREDICATES = st.sampled_from([NamedNode(EX + "p"), NamedNode(EX + "q"), rdf("type"), rdfs("subClassOf")])
OBJECTS = st.one_of(NAMES, st.sampled_from([BlankNode("b"), Literal("a"), Literal("a", language="en")]))
TRIPLES = st.lists(st.builds(Triple, st.one_of(NAMES, st.just(BlankNode("b"))), PREDICATES, OBJECTS), max_size=40)


@given(TRIPLES)
def test_what_it_gives(triples: list[Triple]) -> None:
    graph, plain = DataGraph(triples), set(triples)
    assert len(graph) == len(plain)
    assert set(graph.triples()) == plain
    nodes = {each for triple in plain for each in (triple.subject, triple.object)}
    numbers = {graph.intern(node) for node in nodes}
    assert {graph.term(number) for number in numbers} == nodes
    for predicate in {triple.predicate for triple in plain}:
        number = graph.intern(predicate)
        pairs = {(each.subject, each.object) for each in plain if each.predicate == predicate}
        for some in (numbers, set(sorted(numbers)[:1])):
            chosen = {graph.term(one) for one in some}
            assert _terms(graph, graph.forward(number, some)) == sorted(
                (str(one), str(other)) for one, other in pairs if one in chosen
            )
            assert _terms(graph, graph.backward(number, some)) == sorted(
                (str(other), str(one)) for one, other in pairs if other in chosen
            )
        assert {graph.term(one) for one in graph.subjects(number)} == {one for one, _ in pairs}
        assert {graph.term(one) for one in graph.objects(number)} == {other for _, other in pairs}
    assert {tuple(map(graph.term, each)) for each in graph.outgoing(numbers)} == {tuple(each) for each in plain}


def _terms(graph: DataGraph, pairs: list[int]) -> list[tuple[str, str]]:
    assert len(pairs) == len(set(pairs))
    return sorted((str(graph.term(pair >> 32)), str(graph.term(pair & LOW))) for pair in pairs)


def test_a_term_that_the_data_does_not_hold_has_a_number() -> None:
    graph = DataGraph(turtle("ex:a ex:p ex:b ."))
    number = graph.intern(term("ex:other"))
    assert graph.term(number) == term("ex:other")
    assert graph.intern(term("ex:other")) == number
    assert (graph.forward(number, {number}), graph.backward(number, {number}), graph.subjects(number)) == (
        [],
        [],
        set(),
    )
    assert graph.instances(number) == set()


def test_instances_of_classes_in_a_circle() -> None:
    graph = DataGraph(
        turtle("ex:C rdfs:subClassOf ex:D . ex:D rdfs:subClassOf ex:C, ex:E . ex:a a ex:C . ex:b a ex:E .")
    )
    found = {
        name: sorted(map(brief, map(graph.term, graph.instances(graph.intern(term(f"ex:{name}")))))) for name in "CDE"
    }
    assert found == {"C": ["a"], "D": ["a"], "E": ["a", "b"]}
    a = graph.intern(term("ex:a"))
    assert graph.instances_among(graph.intern(term("ex:E")), {a}) == {a}


def test_a_label_names_a_blank_node_within_its_source_only() -> None:
    node, p = BlankNode("b"), NamedNode(EX + "p")
    one = [Quad(node, p, Literal("1"))]
    assert len(DataGraph(one, one)) == 2
    assert len(DataGraph([*one, *one])) == 1


def test_literals_stay_as_written() -> None:
    texts = ('"01"^^xsd:integer', '"1"^^xsd:integer', '"1"^^xsd:int', '"1"^^xsd:boolean', "1.10")
    terms: list[Term] = [term(text) for text in texts]
    graph = DataGraph(Triple(NamedNode(EX + "a"), NamedNode(EX + "p"), each) for each in terms)
    assert {each.object for each in graph.triples()} == set(terms)


def test_graphs_are_one() -> None:
    a, p = NamedNode(EX + "a"), NamedNode(EX + "p")
    assert len(DataGraph([Quad(a, p, a, NamedNode(EX + "g")), Quad(a, p, a), Quad(a, p, a, NamedNode(EX + "h"))])) == 1
