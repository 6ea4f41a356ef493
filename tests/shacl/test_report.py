# SPDX-License-Identifier: Apache-2.0
"""The report as values and as triples, and what each constraint says where its shape says nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import Quad, RdfFormat, parse

from imnm_kg.shacl import validate
from imnm_kg.shacl.rdflib_bridge import from_rdflib, rdflib_graph, to_rdflib
from tests.shacl.support import FIXTURES, brief, read_toml, term, turtle
from tests.shacl.test_w3c import canonical

SAYINGS: list[list[str]] = read_toml("sayings")["sayings"]


def read(name: str) -> list[Quad]:
    return list(parse(path=Path(FIXTURES / f"{name}.ttl"), format=RdfFormat.TURTLE))


def test_the_report_as_triples() -> None:
    report = validate(read("report-data"), read("report-shapes"))
    assert canonical(report.triples()) == canonical(quad.triple for quad in read("report"))
    assert (report.conforms, report.focus_nodes) == (False, 1)


def test_the_order_of_results() -> None:
    report = validate(read("report-data"), read("report-shapes"))
    assert [brief(each.severity) for each in report.results] == ["Violation", "Warning", "Own"]
    assert [each.own_message for each in report.results] == [True, False, True]
    again = validate(list(reversed(read("report-data"))), list(reversed(read("report-shapes"))))
    assert sorted(map(str, again.triples())) == sorted(map(str, report.triples()))


def test_a_report_without_results() -> None:
    report = validate([], read("report-shapes")[:0])
    assert (report.conforms, report.results, report.focus_nodes) == (True, (), 0)
    assert len(list(report.triples())) == 2


@pytest.mark.parametrize(("shape", "says"), SAYINGS, ids=[says for _, says in SAYINGS])
def test_what_a_constraint_says(shape: str, says: str) -> None:
    data = turtle("ex:a ex:p ex:b, 'x'@en, 'y'@en ; ex:q 1, 2 .")
    shapes = turtle(f"ex:S sh:targetNode ex:a ; {shape} . ex:T sh:nodeKind sh:Literal . ex:U sh:nodeKind sh:IRI .")
    assert {message.value for each in validate(data, shapes).results for message in each.messages} == {says}


@pytest.mark.parametrize(
    "text",
    [
        "ex:a", '"a"', '"a"@en', '"01"^^xsd:integer', '"x"^^xsd:integer', '"a"^^ex:own', '"1"^^xsd:boolean',
        '"a  b"^^xsd:token', '" a"^^xsd:normalizedString',
    ],
)  # fmt: skip
def test_terms_go_to_rdflib_and_back(text: str) -> None:
    assert from_rdflib(to_rdflib(term(text))) == term(text)


def test_graphs_go_to_rdflib() -> None:
    quads = turtle('ex:a ex:p _:b, "01"^^xsd:integer . _:b ex:q 1.10 .')
    graph = rdflib_graph(quads)
    assert {tuple(map(from_rdflib, triple)) for triple in graph} == {tuple(quad.triple) for quad in quads}
    assert rdflib_graph(turtle("ex:a ex:p 2 ."), graph) is graph
    assert len(graph) == 4
