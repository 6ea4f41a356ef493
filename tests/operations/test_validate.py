# SPDX-License-Identifier: Apache-2.0
"""Validate: results as values, literals judged as written, shapes that would find everything good refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Triple, parse

from imnm_kg.errors import ImnmError, Place
from imnm_kg.model.report import report_turtle
from imnm_kg.operations.validate import places_of, read_data, read_shapes, validate
from tests.operations.support import FIXTURES

DATA, SHAPES = FIXTURES / "validate" / "data.ttl", FIXTURES / "validate" / "shapes.ttl"
E = "http://example.org/"
INTEGER = "http://www.w3.org/2001/XMLSchema#integer"


def test_results() -> None:
    report = validate(read_data([DATA]), read_shapes([SHAPES]), places_of([DATA]))
    bad = [result for result in report.results if result.focus == f"<{E}bad>"]
    assert [(r.severity, r.path.replace(E, "e:"), r.component, r.value) for r in bad] == [
        ("Violation", "<e:code>", "Pattern", '"x"'),
        ("Violation", "<e:price>", "Pattern", '"1.10"^^<http://www.w3.org/2001/XMLSchema#decimal>'),
        ("Violation", "<e:when>", "Datatype", '"2026-02-30"^^<http://www.w3.org/2001/XMLSchema#date>'),
        ("Warning", "<e:count>", "Pattern", f'"01"^^<{INTEGER}>'),
        ("Info", "<e:part>/<e:code>", "MinCount", ""),
    ]
    first = bad[0]
    assert (first.message, first.shape) == ("Write the code as two digits.", f"<{E}CodeShape>")
    assert first.place is not None
    assert (Path(first.place.file).name, first.place.line, first.place.column) == ("data.ttl", 14, 1)
    assert (report.violations, report.conforms) == (3, False)


def test_the_rest_of_the_data_is_good() -> None:
    report = validate(read_data([DATA]), read_shapes([SHAPES]))
    others = [result for result in report.results if result.focus != f"<{E}bad>"]
    (blank,) = others
    assert (blank.severity, blank.component, blank.place) == ("Info", "MinCount", None), "the node without a name"


def test_a_literal_is_judged_as_written() -> None:
    """rdflib would make "01" a 1, and nothing would be left to complain of."""
    triples = [
        Triple(
            NamedNode(f"{E}a"),
            NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"),
            NamedNode(f"{E}Thing"),
        ),
        Triple(NamedNode(f"{E}a"), NamedNode(f"{E}count"), Literal("01", datatype=NamedNode(INTEGER))),
    ]
    report = validate(triples, read_shapes([SHAPES]))
    assert f'"01"^^<{INTEGER}>' in {result.value for result in report.results}


def test_the_report_as_turtle_is_deterministic() -> None:
    prefixes = {"e": E, "sh": "http://www.w3.org/ns/shacl#"}
    texts = {
        report_turtle(validate(data, read_shapes([SHAPES])), prefixes)
        for data in (read_data([DATA]), list(reversed(read_data([DATA]))))
    }
    (text,) = texts
    triples = [quad.triple for quad in parse(text, format=RdfFormat.TURTLE)]
    assert sum(str(triple.object).endswith("#ValidationResult>") for triple in triples) == 6
    assert '"01"^^' in text or " 01" in text


def test_graphs_are_one(tmp_path: Path) -> None:
    path = tmp_path / "a.trig"
    path.write_text(
        f'<{E}g> {{ <{E}a> a <{E}Thing> . }} <{E}h> {{ <{E}a> <{E}code> "x" ; <{E}part> [ <{E}code> "01" ] }}'
    )
    report = validate(read_data([path]), read_shapes([SHAPES]))
    assert [(result.component, result.value) for result in report.results] == [("Pattern", '"x"')]


def test_blank_nodes_of_two_files_are_two_nodes(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text(f'_:n a <{E}Thing> ; <{E}price> 1.5 ; <{E}part> [ <{E}code> "01" ] .')
    (tmp_path / "b.ttl").write_text(f"_:n <{E}price> 1.10 .")
    report = validate(read_data([tmp_path]), read_shapes([SHAPES]))
    assert report.results == ()


@pytest.mark.parametrize(
    "text",
    [
        "@prefix sh: <http://www.w3.org/ns/shacl#> .\n<http://e/S> a sh:NodeShape ; sh:nodeKind sh:IRI .",
        "<http://e/a> <http://e/b> <http://e/c> .",
        "# nothing",
    ],
)
def test_shapes_without_a_target_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "shapes.ttl"
    path.write_text(text)
    with pytest.raises(ImnmError, match=r"they would find every graph good; .*\[shapes-none\]"):
        read_shapes([path])


@pytest.mark.parametrize("target", ["sh:targetClass", "sh:targetNode", "sh:targetSubjectsOf", "sh:targetObjectsOf"])
def test_every_target_counts(tmp_path: Path, target: str) -> None:
    path = tmp_path / "shapes.ttl"
    path.write_text(
        f"@prefix sh: <http://www.w3.org/ns/shacl#> .\n<http://e/S> a sh:NodeShape ; {target} <http://e/C> ."
    )
    assert len(read_shapes([path])) == 2


def test_an_implicit_target_counts(tmp_path: Path) -> None:
    path = tmp_path / "shapes.ttl"
    path.write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> .\n@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
        "<http://e/C> a sh:NodeShape , rdfs:Class ; sh:nodeKind sh:BlankNode ."
    )
    triple = Triple(
        NamedNode("http://e/a"),
        NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"),
        NamedNode("http://e/C"),
    )
    assert validate([triple], read_shapes([path])).violations == 1


@pytest.mark.parametrize(
    "shape",
    [
        "sh:property [ sh:path ex:p ; sh:minCount 'one' ]",
        "sh:property [ sh:minCount 1 ]",
        "sh:property [ sh:path ex:p ; sh:pattern '(' ]",
        "sh:sparql [ sh:select 'SELECT $this WHERE {' ]",
    ],
)
def test_malformed_shapes(tmp_path: Path, shape: str) -> None:
    path = tmp_path / "shapes.ttl"
    path.write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> .\n@prefix ex: <http://example.org/> .\n"
        f"ex:S a sh:NodeShape ; sh:targetClass ex:Thing ; {shape} ."
    )
    data: list[Quad | Triple] = [*read_data([DATA])]
    data.append(Triple(NamedNode(f"{E}bad"), NamedNode(f"{E}p"), Literal("x")))
    with pytest.raises(ImnmError, match=r"the shapes cannot be used: .*\[shapes-malformed\]") as caught:
        validate(data, read_shapes([path]))
    assert "\n" not in str(caught.value)


def test_folders_and_files(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "b.nt").write_text(f"<{E}a> <{E}b> <{E}c> .\n")
    (tmp_path / "a.nq").write_text(f"<{E}a> <{E}b> <{E}c> <{E}g> .\n")
    (tmp_path / "readme.md").write_text("no RDF")
    assert len(read_data([tmp_path])) == 2
    with pytest.raises(ImnmError, match=r"\[rdf-format-unknown\]"):
        read_data([tmp_path / "readme.md"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(ImnmError, match=r"the folder holds no RDF file; .*\[rdf-none\]"):
        read_data([tmp_path / "empty"])
    with pytest.raises(ImnmError, match=r"\[file-missing\]"):
        read_data([tmp_path / "none.ttl"])


def test_places() -> None:
    place_of = places_of([DATA])
    assert place_of(f"{E}orphan") == Place(str(DATA), 21, 1)
    assert place_of(f"{E}unknown") is None


def test_a_query_of_a_shape_with_an_undeclared_prefix_is_told(tmp_path: Path) -> None:
    path = tmp_path / "shapes.ttl"
    path.write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> .\n<http://e/S> a sh:NodeShape ; sh:targetNode <http://e/a> ;"
        ' sh:sparql [ sh:select "SELECT $this { $this nope:p ?o }" ] .'
    )
    with pytest.raises(ImnmError, match=r"uses the prefix nope: .*\[shapes-malformed\]"):
        validate([], read_shapes([path]))
