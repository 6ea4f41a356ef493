# SPDX-License-Identifier: Apache-2.0
"""Validation of a graph in Virtuoso, which cuts results without a word: the report is that over the files."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pyoxigraph import RdfFormat, parse

from imnm_kg.rdf.endpoint import Endpoint
from imnm_kg.shacl import Report, read_shapes, validate
from imnm_kg.shacl.remote import RemoteShapesError, RemoteValidation
from tests.engines.support import virtuoso

pytestmark = pytest.mark.slow

GRAPH = "http://example.org/graph"
MOST = 1000
EX, TYPE = "http://example.org/", "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
INTEGER = "http://www.w3.org/2001/XMLSchema#integer"
PREFIXES = f"@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix ex: <{EX}> . @prefix xsd: <{INTEGER[:-7]}> .\n"
DATA = "\n".join([
    *(f"<{EX}p{n}> {TYPE} <{EX}Person> .\n<{EX}p{n}> <{EX}age> \"{n % 130}\"^^<{INTEGER}> ." for n in range(3500)),
    *(f"<{EX}p1> <{EX}knows> <{EX}p{n}> ." for n in range(2200)),
    *(f'<{EX}p{n}> <{EX}name> "n {n}"@en .' for n in range(3400)),
    f"<{EX}p2> <{EX}address> _:a .", f'_:a <{EX}city> "Linz" .', f"<{EX}p3> {TYPE} <{EX}Homeless> .",
])  # fmt: skip
SHAPES = """
ex:S a sh:NodeShape ; sh:targetClass ex:Person ; sh:sparql ex:Q ; sh:property
    [ sh:path ex:age ; sh:minCount 1 ; sh:maxCount 1 ; sh:datatype xsd:integer ; sh:maxExclusive 129 ],
    [ sh:path ex:name ; sh:minCount 1 ; sh:pattern "^n " ; sh:languageIn ( "en" ) ],
    [ sh:path ex:knows ; sh:maxCount 2199 ; sh:class ex:Person ],
    [ sh:path ( ex:address ex:city ) ; sh:in ( "Graz" ) ] .
ex:Q sh:prefixes ex: ; sh:message "{$this}" ;
    sh:select "SELECT $this ?value { $this ex:age ?value FILTER (?value = 7) }" .
ex: sh:declare [ sh:prefix "ex" ; sh:namespace "http://example.org/"^^xsd:anyURI ] .
"""


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with virtuoso(tmp_path_factory.mktemp("virtuoso"), DATA.encode(), GRAPH, MOST) as address:
        yield f"{address}?default-graph-uri={GRAPH}"


def found(report: Report) -> list[tuple[str, ...]]:
    return [(str(each.focus), str(each.path), str(each.value), str(each.component)) for each in report.results]


def test_the_same_report_though_results_are_cut(endpoint: str) -> None:
    cut = Endpoint(endpoint).select(f"SELECT ?x {{ ?x a <{EX}Person> }}")
    assert len(cut) == MOST, "Virtuoso cuts this result; it must not be taken for the whole"
    shapes = list(parse(PREFIXES + SHAPES, format=RdfFormat.TURTLE))
    here = validate(parse(DATA, format=RdfFormat.N_TRIPLES), shapes)
    there = RemoteValidation(Endpoint(endpoint), read_shapes(shapes)).report()
    assert there.focus_nodes == here.focus_nodes == 3500
    assert found(there) == found(here)
    assert len(there.results) == 26 + 100 + 1 + 1 + 27


def test_a_blank_node_is_refused(endpoint: str) -> None:
    shapes = parse(PREFIXES + """
    ex:S a sh:NodeShape ; sh:targetNode ex:p2 ; sh:property [ sh:path ex:address ; sh:node ex:T ] .
    ex:T a sh:NodeShape ; sh:property [ sh:path ex:city ; sh:minCount 1 ] .
    """, format=RdfFormat.TURTLE)  # fmt: skip
    with pytest.raises(
        RemoteShapesError, match=r"it asks for the values of <http://example\.org/city> of a blank node"
    ):
        RemoteValidation(Endpoint(endpoint), read_shapes(shapes)).report()
