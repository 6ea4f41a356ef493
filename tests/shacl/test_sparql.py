# SPDX-License-Identifier: Apache-2.0
"""Constraints in SPARQL over data: the terms as written, blank focus nodes, and the same results as pySHACL."""

from __future__ import annotations

import re
from typing import Any

import pytest

from imnm_kg.shacl import DataGraph, ShapesError, validate
from imnm_kg.shacl.sparql import altered
from tests.shacl.generated import Case
from tests.shacl.others import by_pyshacl, by_us
from tests.shacl.support import brief, read_toml, term, turtle

CASES: list[dict[str, Any]] = read_toml("sparql")["case"]
PREFIXES = """
ex: sh:declare [ sh:prefix "ex" ; sh:namespace "http://example.org/"^^xsd:anyURI ] .
"""


def shapes_of(query: str, more: str = "sh:targetSubjectsOf ex:p") -> str:
    text = query.replace("\\", "\\\\").replace('"', '\\"')
    return f'{PREFIXES} ex:S a sh:NodeShape ; {more} ; sh:sparql [ sh:prefixes ex: ; sh:select """{text}""" ] .'


@pytest.mark.parametrize("case", CASES, ids=[case["why"] for case in CASES])
def test_constraint(case: dict[str, Any]) -> None:
    shapes, data = turtle(shapes_of(case["query"])), turtle(case["data"])
    report = validate(data, shapes)
    blank = re.compile("_:[0-9a-f]{8,}")  # the parser labels blank nodes anew
    found = sorted(f"{brief(each.focus)} {brief(each.value)}" for each in report.results)
    assert sorted(blank.sub("_:n", one) for one in found) == case["found"]
    triples = Case([quad.triple for quad in shapes], [quad.triple for quad in data])
    ours, theirs = by_us(triples), by_pyshacl(triples)
    assert not isinstance(ours, str)
    assert not isinstance(theirs, str), theirs
    assert sorted(one[:4] for one in ours) == sorted(one[:4] for one in theirs)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("1", True), ('"01"^^xsd:integer', False), ('"1"^^xsd:int', False), ("1.5", True), ("1.50", False),
        ("true", True), ('"1"^^xsd:boolean', False), ('"a"', True), ('"a"@en', True), ('"1"^^ex:own', True),
        ('"x"^^xsd:integer', True), ('"2024-01-01T00:00:00.500Z"^^xsd:dateTime', False), ("ex:a", True),
        ('" a"^^xsd:anyURI', True),
    ],
)  # fmt: skip
def test_what_the_embedded_store_keeps(text: str, kept: bool) -> None:
    assert (not altered([term(text)])) is kept


def test_messages_have_the_values_of_variables() -> None:
    text = shapes_of("SELECT $this ?value ?other { $this ex:p ?value ; ex:q ?other }").replace(
        "sh:sparql [", 'sh:sparql [ sh:message "{$this} has {?value} beside {?other}, {?none}"@en ;'
    )
    (result,) = validate(turtle('ex:a ex:p 1 ; ex:q "x" .'), turtle(text)).results
    assert [str(message) for message in result.messages] == ['"http://example.org/a has 1 beside x, {?none}"@en']
    assert result.own_message


def test_a_query_may_give_message_path_and_value() -> None:
    query = 'SELECT $this ?path ?value ("said" AS ?message) { $this ?path ?value FILTER(isLiteral(?value)) }'
    (result,) = validate(turtle("ex:a ex:p ex:b ; ex:q 1 ."), turtle(shapes_of(query))).results
    assert (str(result.path), brief(result.value), result.messages[0].value) == ("<http://example.org/q>", "1", "said")


def test_a_query_may_report_a_failure() -> None:
    with pytest.raises(ShapesError, match="the query reports a failure at a"):
        validate(turtle("ex:a ex:p 1 ."), turtle(shapes_of("SELECT $this (true AS ?failure) { $this ex:p ?x }")))


def test_the_shapes_graph_can_be_asked() -> None:
    query = "SELECT $this ?value { GRAPH $shapesGraph { $currentShape sh:targetSubjectsOf ?value } $this ?value ?x }"
    text = shapes_of(query.replace("sh:", "<http://www.w3.org/ns/shacl#").replace("Of ?", "Of> ?"))
    for data in ("ex:a ex:p 1 .", 'ex:a ex:p "01"^^xsd:integer .'):
        report = validate(turtle(data), turtle(text))
        assert [brief(each.value) for each in report.results] == ["p"]


def test_a_component_asks_each_value_once() -> None:
    shapes = turtle(f"""{PREFIXES}
        ex:Longer a sh:ConstraintComponent ; sh:parameter [ sh:path ex:longer ] ; sh:validator [
            a sh:SPARQLAskValidator ; sh:message "not longer than {{$longer}}" ;
            sh:ask "ASK {{ FILTER(STRLEN(STR($value)) > $longer) }}" ] .
        ex:S a sh:PropertyShape ; sh:path ex:p ; sh:targetSubjectsOf ex:p ; ex:longer 1, 2 .""")
    for last in ('"abc"', '"007"^^xsd:integer'):
        report = validate(turtle(f'ex:a ex:p "a", "ab" . ex:b ex:p "ab", {last} .'), shapes)
        found = sorted((brief(each.focus), brief(each.value), each.messages[0].value[-1]) for each in report.results)
        assert found == [("a", "a", "1"), ("a", "a", "2"), ("a", "ab", "2"), ("b", "ab", "2")]


def test_a_store_of_one_validation_keeps_no_marks() -> None:
    query = "SELECT $this ?value { $this ex:p ?value }"
    shapes = turtle(shapes_of(query) + shapes_of(query.replace("ex:p", "?q")).replace("ex:S", "ex:T"))
    report = validate(DataGraph(turtle("ex:a ex:p 1 . ex:b ex:p 2 .")), shapes)
    assert len(report.results) == 4
