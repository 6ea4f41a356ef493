# SPDX-License-Identifier: Apache-2.0
"""Validate: results as values, literals judged as written, shapes that would find everything good refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from imnm_kg.errors import ImnmError, Place
from imnm_kg.model.inputs import Data, Shapes, read_data, read_shapes, unfetched_imports
from imnm_kg.model.placing import place_results
from imnm_kg.model.report import Report, report_turtle
from imnm_kg.operations.validate import ENGINES, validate
from imnm_kg.shacl import DataGraph
from tests.operations.support import FIXTURES

DATA, SHAPES = FIXTURES / "validate" / "data.ttl", FIXTURES / "validate" / "shapes.ttl"
E = "http://example.org/"
INTEGER = "http://www.w3.org/2001/XMLSchema#integer"


def placed(data: Data, shapes: Shapes, engine: str = "fast") -> Report:
    return place_results(validate(data, shapes, engine), data)


def data_of(triples: list[Triple]) -> Data:
    return Data(DataGraph(triples))


@pytest.mark.parametrize("engine", ENGINES)
def test_results(engine: str) -> None:
    report = placed(read_data([DATA]), read_shapes([SHAPES]), engine)
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
    assert (Path(first.place.file).name, first.place.line, first.place.column) == ("data.ttl", 15, 12)
    assert [result.place.line for result in bad if result.place] == [15, 18, 19, 16, 17]
    assert (report.violations, report.conforms, report.focus_nodes, report.triples) == (3, False, 3, 14)


def test_the_rest_of_the_data_is_good() -> None:
    report = placed(read_data([DATA]), read_shapes([SHAPES]))
    others = [result for result in report.results if result.focus != f"<{E}bad>"]
    (blank,) = others
    assert (blank.severity, blank.component) == ("Info", "MinCount"), "the node without a name"
    assert blank.place == Place(str(DATA), 23, 1)


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
    report = validate(data_of(triples), read_shapes([SHAPES]))
    assert f'"01"^^<{INTEGER}>' in {result.value for result in report.results}


def test_the_report_as_turtle_is_deterministic() -> None:
    prefixes = {"e": E, "sh": "http://www.w3.org/ns/shacl#"}
    texts = {
        report_turtle(validate(data_of(triples), read_shapes([SHAPES])), prefixes)
        for triples in (list(read_data([DATA]).graph.triples()), list(read_data([DATA]).graph.triples())[::-1])
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
    assert len(read_shapes([path]).quads) == 2


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
    assert validate(data_of([triple]), read_shapes([path])).violations == 1


@pytest.mark.parametrize(
    "shape",
    [
        "sh:property [ sh:path ex:p ; sh:minCount 'one' ]",
        "sh:property [ sh:minCount 1 ]",
        "sh:property [ sh:path ex:p ; sh:pattern '(' ]",
        "sh:sparql [ sh:select 'SELECT $this WHERE {' ]",
    ],
)
@pytest.mark.parametrize("engine", ENGINES)
def test_malformed_shapes(tmp_path: Path, shape: str, engine: str) -> None:
    path = tmp_path / "shapes.ttl"
    path.write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> .\n@prefix ex: <http://example.org/> .\n"
        f"ex:S a sh:NodeShape ; sh:targetClass ex:Thing ; {shape} ."
    )
    data = [*read_data([DATA]).graph.triples(), Triple(NamedNode(f"{E}bad"), NamedNode(f"{E}p"), Literal("x"))]
    with pytest.raises(ImnmError, match=r"the shapes cannot be used: .*\[shapes-malformed\]") as caught:
        validate(data_of(data), read_shapes([path]), engine)
    assert "\n" not in str(caught.value)


def test_folders_and_files(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "b.nt").write_text(f"<{E}a> <{E}b> <{E}c> .\n")
    (tmp_path / "a.nq").write_text(f"<{E}a> <{E}b> <{E}c> <{E}g> .\n")
    (tmp_path / "readme.md").write_text("no RDF")
    assert len(read_data([tmp_path]).graph) == 1, "the same triple twice"
    with pytest.raises(ImnmError, match=r"\[rdf-format-unknown\]"):
        read_data([tmp_path / "readme.md"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(ImnmError, match=r"the folder holds no RDF file; .*\[rdf-none\]"):
        read_data([tmp_path / "empty"])
    with pytest.raises(ImnmError, match=r"\[file-missing\]"):
        read_data([tmp_path / "none.ttl"])


@pytest.mark.parametrize("engine", ENGINES)
def test_a_query_of_a_shape_with_an_undeclared_prefix_is_told(tmp_path: Path, engine: str) -> None:
    path = tmp_path / "shapes.ttl"
    path.write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> .\n<http://e/S> a sh:NodeShape ; sh:targetNode <http://e/a> ;"
        ' sh:sparql [ sh:select "SELECT $this { $this nope:p ?o }" ] .'
    )
    with pytest.raises(ImnmError, match=r"uses the prefix nope: .*\[shapes-malformed\]"):
        validate(data_of([]), read_shapes([path]), engine)


def test_prefixes_that_only_the_data_declares(tmp_path: Path) -> None:
    """As those of an ontology are, which our own shapes point at."""
    shapes = tmp_path / "shapes.ttl"
    shapes.write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> .\n<http://e/S> a sh:NodeShape ; sh:targetNode <http://e/a> ;"
        ' sh:sparql [ sh:prefixes <http://e/o> ; sh:select "SELECT $this { $this e:p ?o }" ] .'
    )
    data = tmp_path / "data.ttl"
    data.write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> .\n<http://e/a> <http://e/p> 1 .\n"
        '<http://e/o> sh:declare [ sh:prefix "e" ; sh:namespace "http://e/" ] .'
    )
    assert validate(read_data([data]), read_shapes([shapes])).violations == 1


def test_nothing_to_look_at_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "other.ttl").write_text("<http://e/a> <http://e/b> 1 .")
    (tmp_path / "none.ttl").write_text("@prefix e: <http://e/> .\n")
    with pytest.raises(ImnmError, match=r"none\.ttl: the data has no triple, .*\[data-empty\]"):
        validate(read_data([tmp_path / "none.ttl"], [SHAPES]), read_shapes([SHAPES]))
    with pytest.raises(ImnmError, match=r"nothing was looked at; .*\[validate-nothing\]"):
        validate(read_data([tmp_path / "other.ttl"]), read_shapes([SHAPES]))
    assert validate(read_data([tmp_path / "other.ttl"]), read_shapes([SHAPES]), allow_empty=True).conforms
    (tmp_path / "zero.ttl").touch()
    empty = read_data([tmp_path / "zero.ttl"], allow_empty=True)
    assert validate(empty, read_shapes([tmp_path / "zero.ttl"], allow_empty=True), allow_empty=True).focus_nodes == 0


def test_imports_are_told_and_never_fetched(tmp_path: Path) -> None:
    """Each once, unless it is one of the files; imports that go round are harmless."""
    owl = "@prefix owl: <http://www.w3.org/2002/07/owl#> .\n"
    (tmp_path / "a.ttl").write_text(f"{owl}<{E}a> a owl:Ontology ; owl:imports <{E}b> , <{E}far> .")
    (tmp_path / "b.ttl").write_text(f"{owl}<{E}b> a owl:Ontology ; owl:imports <{E}a> , <{E}far> , <{E}v> .")
    (tmp_path / "c.ttl").write_text(f"{owl}<{E}c> a owl:Ontology ; owl:versionIRI <{E}v> .")
    data, shapes = read_data([tmp_path]), read_shapes([SHAPES])
    assert unfetched_imports(data.graph, shapes, data.sources) == [f"{E}far"]


def test_identities_outlast_lines_labels_and_the_order_of_files(tmp_path: Path) -> None:
    a = f'<{E}s> a <{E}Thing> ; <{E}part> [ <{E}code> "01" ] ; <{E}code> "x" .\n[] a <{E}Thing> ; <{E}code> "y" .\n'
    b = f'<{E}t> a <{E}Thing> ; <{E}code> "x" .\n'
    (tmp_path / "a.ttl").write_text(a)
    (tmp_path / "b.ttl").write_text(b)
    (tmp_path / "c.ttl").write_text(f"# a line more\n\n{a}")
    shapes = read_shapes([SHAPES])

    def identities(*names: str) -> list[str]:
        report = validate(read_data([tmp_path / name for name in names]), shapes)
        return sorted(result.identity for result in report.results)

    first = identities("a.ttl", "b.ttl")
    assert len(set(first)) == 5
    assert first == identities("b.ttl", "c.ttl") == identities("a.ttl", "b.ttl")


def test_places_of_blank_nodes_in_two_files(tmp_path: Path) -> None:
    for name, start in (("a.ttl", ""), ("b.ttl", "\n\n")):
        (tmp_path / name).write_text(f'{start}_:n a <{E}Thing> ;\n  <{E}code> "{name}" .')
    report = placed(read_data([tmp_path]), read_shapes([SHAPES]))
    found = {(result.value, result.place) for result in report.results if result.component == "Pattern"}
    assert {(value, Path(place.file).name, place.line, place.column) for value, place in found if place} == {
        ('"a.ttl"', "a.ttl", 2, 29), ('"b.ttl"', "b.ttl", 4, 29),
    }  # fmt: skip
