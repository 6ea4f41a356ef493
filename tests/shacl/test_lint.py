# SPDX-License-Identifier: Apache-2.0
"""The check of shapes: each kind of note has shapes that make it, and what is sound makes none."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, parse

from imnm_kg.model.folders import Folders
from imnm_kg.model.inputs import read_shapes as read_shapes_files
from imnm_kg.pipeline import Dataset
from imnm_kg.shacl import DataGraph, Validation, read_shapes
from imnm_kg.shacl.lint import Note, lint
from imnm_kg.shacl.sparql import LocalEvaluator

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "tests" / "fixtures" / "shacl" / "lint"
PREFIXES = """\
@prefix ex: <http://e/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


def quads(text: str) -> list[Quad]:
    return list(parse(PREFIXES + text, format=RdfFormat.TURTLE))


def notes(shapes: list[Quad], data: list[Quad] | None) -> tuple[Note, ...]:
    found = read_shapes(shapes)
    if data is None:
        return lint(found)
    graph = DataGraph(data)
    return lint(found, Validation(graph, found, LocalEvaluator(graph, shapes)))


def row(note: Note) -> list[str]:
    within = "" if note.within is None else note.within.value.replace("http://e/", "ex:")
    predicate = "" if note.predicate is None else note.predicate.value.replace("http://www.w3.org/ns/shacl#", "sh:")
    return [note.code, within, predicate, note.text]


def cases() -> list[Any]:
    return [
        pytest.param(path.stem, case, id=f"{path.stem}: {case['why']}")
        for path in sorted(FOLDER.glob("*.toml"))
        for case in tomllib.loads(path.read_text(encoding="utf-8"))["cases"]
    ]


@pytest.mark.parametrize(("code", "case"), cases())
def test_case(code: str, case: dict[str, Any]) -> None:
    found = [row(note) for note in notes(quads(case["shapes"]), quads(case["data"]) if "data" in case else None)]
    assert found == case["notes"]
    sound = case["why"].startswith("no false alarm: ")
    assert (code in {each[0] for each in found}) != sound


# Nodes of every kind, with none, one and several values of every kind.
NODES = """
ex:a a ex:C ; ex:p 1 , 2 , 3 , "x" , "y" , "z"@en , ex:b , _:b ; ex:q 1 , ex:a .
ex:b a ex:C , ex:D ; ex:p 1 .
ex:c a ex:C ; ex:p "x"@en , ex:b ; ex:q ex:b ; ex:r ex:b .
ex:abcdefghijk a ex:C ; ex:q [ ex:r 1 ] , 2 .
_:b a ex:C , ex:D ; ex:p ex:a , ex:c ; ex:q "2026-01-15"^^xsd:date .
"""


@pytest.mark.parametrize(
    ("code", "case"), [param for param in cases() if param.values[0] in ("unsatisfiable", "no-value-allowed")]
)
def test_to_what_is_unsatisfiable_no_node_conforms(code: str, case: dict[str, Any]) -> None:
    shapes = quads(case["shapes"])
    found, graph = read_shapes(shapes), DataGraph(quads(NODES))
    validation = Validation(graph, found, LocalEvaluator(graph, shapes))
    (shape,) = found.targeted
    focus = validation.focus_nodes(shape)
    if code == "no-value-allowed":
        focus &= graph.subjects(graph.intern(NamedNode("http://e/p")))
    assert len(focus) >= 3
    if not case["why"].startswith("no false alarm: "):
        assert validation.failing(shape.node, focus) == focus


def test_every_code_has_its_cases() -> None:
    names = ("lint", "contradictions")
    text = "".join((ROOT / "imnm_kg" / "shacl" / f"{name}.py").read_text(encoding="utf-8") for name in names)
    codes = {path.stem for path in FOLDER.glob("*.toml")}
    built = {f"{what}-{how}" for what in ("target", "path") for how in ("empty", "unknown")}
    written = set(re.findall(r'(?:yield|return) "([a-z]+(?:-[a-z]+)+|unsatisfiable|deactivated)",', text))
    assert codes == written | built


def test_a_shape_without_an_iri_is_found_by_the_one_that_it_is_a_part_of() -> None:
    shapes = "ex:S sh:targetClass ex:C ; sh:property [ sh:path ex:p ; sh:node [ sh:minLength 2 ; sh:maxLength 1 ] ] ."
    found = notes(quads(shapes), None)
    assert {note.within for note in found} == {NamedNode("http://e/S")}
    assert [note.path for note in found] == ["<http://e/p>", ""]
    assert not [note for note in found if "_:" in note.text]


def test_notes_are_the_same_each_time() -> None:
    for _, case in (param.values for param in cases()):
        assert isinstance(case, dict)
        first, second = (list(map(row, notes(quads(case["shapes"]), None))) for _ in range(2))
        assert first == second


def test_own_shapes(folders: Folders, dataset: Dataset) -> None:
    """No note of what is wrong; what hits nothing are terms that the ontology has for claims yet to come."""
    shapes = [*read_shapes_files([folders.shapes]).quads, *parse(path=str(folders.ontology / "prefixes.ttl"))]
    found = notes(shapes, list(dataset.quads))
    assert {note.code for note in found} == {"target-empty", "path-empty"}
    declared = {quad.subject for quad in dataset.quads}
    names = {note.text.split(" of the path")[0].rsplit(" ", 1)[1] for note in found if note.code == "path-empty"}
    assert names == {
        "comparator", "developmentStatus", "hasAutoantibody", "hasExtraction", "hasSideEffect",
        "identifier", "targetValue", "trialRegistryId",
    }  # fmt: skip
    assert NamedNode("https://w3id.org/imnm-kg/ontology/comparator") in declared
