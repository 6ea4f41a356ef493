# SPDX-License-Identifier: Apache-2.0
"""The shapes: each constraint has a graph that breaks it, and says exactly that."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context

import pytest
from rdflib import RDF, RDFS, SH, Graph, Literal, URIRef
from rdflib.term import Node

from tests.shapes import support
from tests.shapes.support import Case, Found

SHAPE = support.BASE + "shape/"
TARGETS = (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf)
LISTS = (SH["or"], SH.xone)
LINKS = (SH.property, SH.sparql, SH["not"], SH.node, SH.qualifiedValueShape)
PARAMETERS = {
    SH.minCount: "MinCount",
    SH.maxCount: "MaxCount",
    SH.datatype: "Datatype",
    SH["class"]: "Class",
    SH.nodeKind: "NodeKind",
    SH.pattern: "Pattern",
    SH["in"]: "In",
    SH.minLength: "MinLength",
    SH.maxLength: "MaxLength",
    SH.minInclusive: "MinInclusive",
    SH.lessThan: "LessThan",
    SH.languageIn: "LanguageIn",
    SH.hasValue: "HasValue",
    SH.closed: "Closed",
    SH.disjoint: "Disjoint",
    SH.equals: "Equals",
    SH.node: "Node",
    SH["or"]: "Or",
    SH.xone: "Xone",
    SH["not"]: "Not",
    SH.qualifiedMinCount: "QualifiedMinCount",
    SH.qualifiedMaxCount: "QualifiedMaxCount",
}
OTHER_TERMS = {
    RDF.type,
    RDFS.label,
    SH.message,
    SH.path,
    SH.prefixes,
    SH.select,
    SH.ignoredProperties,
    SH.qualifiedValueShape,
    SH.severity,
    SH.property,
    SH.sparql,
    *TARGETS,
}

CASES = support.read_cases()
SHAPES = support.shapes_graph()
NAMED = sorted({node for node in SHAPES.subjects() if isinstance(node, URIRef) and node.startswith(SHAPE)}, key=str)


Outcome = tuple[dict[str, list[Found]], list[Found]]
ENGINES = ["fast", pytest.param("pyshacl", marks=pytest.mark.slow)]  # pySHACL takes seventeen seconds on two cores


@pytest.fixture(scope="module", params=ENGINES)
def outcome(request: pytest.FixtureRequest) -> Outcome:
    """Give the results of each case by its id, and those that belong to none; halves run side by side."""
    parts = [part for part in (CASES[0::2], CASES[1::2]) if part]
    if request.param == "fast":
        done = [support.run("fast", part) for part in parts]
    else:
        context, collector = get_context("spawn"), gc.get_threshold()
        with ProcessPoolExecutor(min(2, os.cpu_count() or 1), context, gc.set_threshold, collector) as pool:
            done = list(pool.map(partial(support.run, request.param), parts))
    found = {
        case.id: results
        for part, (all_results, _) in zip(parts, done, strict=True)
        for case, results in zip(part, all_results, strict=True)
    }
    return found, [stray for _, strays in done for stray in strays]


@pytest.mark.parametrize("engine", ENGINES)
def test_valid_graph_conforms(engine: str) -> None:
    data = (*support.ontology(), *support.valid())
    assert [result for _, result in support.validate(engine, data, support.shapes_graph())] == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_case(case: Case, outcome: Outcome, request: pytest.FixtureRequest) -> None:
    assert case.expect, "a case that expects nothing shows nothing"
    if request.node.callspec.params["outcome"] == "fast" and support.CAPITAL_TAG.search("".join(case.add)):
        assert outcome[0][case.id] == []  # pyoxigraph makes language tags lower-case while it reads them
        return
    assert outcome[0][case.id] == list(case.expect)


def test_nothing_else_is_found(outcome: Outcome) -> None:
    assert outcome[1] == []


def test_names_of_cases_are_unique() -> None:
    assert len({case.id for case in CASES}) == len(CASES)


# The shapes themselves ----------------------------------------------------------------------------------------


def constraints() -> Iterator[tuple[str, str]]:
    """Give every pair of a shape and a constraint component that it uses."""
    for shape in NAMED:
        for parameter, component in PARAMETERS.items():
            if (shape, parameter, None) in SHAPES:
                yield support.turtle(shape), component
        for constraint in SHAPES.objects(shape, SH.sparql):
            yield support.turtle(constraint), "SPARQL"


def test_every_constraint_has_a_case() -> None:
    shown = {(result.shape, result.component) for case in CASES for result in case.expect}
    assert sorted(set(constraints()) - shown) == []


def test_every_case_is_in_the_file_of_a_shape_that_it_breaks() -> None:
    for case in CASES:
        text = (support.SHAPES / f"{case.file}.ttl").read_text(encoding="utf-8")
        assert any(f"\n{result.shape} a " in text for result in case.expect), case.id


def test_every_shapes_file_has_cases() -> None:
    files = {path.stem for path in support.SHAPES.glob("*.ttl")}
    assert {path.stem for path in support.FIXTURES.glob("*.toml")} == files
    assert {case.file for case in CASES} == files


def english(shape: Node, key: URIRef) -> list[str]:
    texts = list(SHAPES.objects(shape, key))
    return [str(text) for text in texts if isinstance(text, Literal) and text.language == "en"]


@pytest.mark.parametrize("shape", NAMED, ids=support.turtle)
def test_label_and_message(shape: Node) -> None:
    assert len(english(shape, RDFS.label)) == 1
    kind = SHAPES.value(shape, RDF.type)
    targeted = any((shape, target, None) in SHAPES for target in TARGETS)
    checks = any((shape, parameter, None) in SHAPES for parameter in PARAMETERS)
    if kind in (SH.PropertyShape, SH.SPARQLConstraint) or (targeted and checks):
        (message,) = english(shape, SH.message)
        assert message.endswith(".")


def references(graph: Graph) -> Iterator[tuple[Node, Node]]:
    for link in LINKS:
        yield from graph.subject_objects(link)
    for key in LISTS:
        for shape, members in graph.subject_objects(key):
            yield from ((shape, member) for member in graph.items(members))


def test_every_shape_is_used_and_named() -> None:
    used = {to for _, to in references(SHAPES)}
    targeted = {node for target in TARGETS for node in SHAPES.subjects(target)}
    assert used | targeted == set(NAMED)
    for node in (*SHAPES.subjects(RDF.type, SH.NodeShape), *SHAPES.subjects(RDF.type, SH.PropertyShape)):
        assert str(node).startswith(SHAPE)


def test_every_node_shape_of_its_own_has_a_target() -> None:
    members = {to for _, to in references(SHAPES)}
    for shape in SHAPES.subjects(RDF.type, SH.NodeShape):
        targeted = any((shape, target, None) in SHAPES for target in TARGETS)
        assert targeted != (shape in members), support.turtle(shape)


def test_no_misspelt_term() -> None:
    known = OTHER_TERMS | set(PARAMETERS)
    for shape in NAMED:
        assert set(SHAPES.predicates(shape)) <= known, support.turtle(shape)


def test_shape_is_defined_in_one_file() -> None:
    seen: dict[Node, str] = {}
    for path in sorted(support.SHAPES.glob("*.ttl")):
        for subject in {one[0] for one in support.triples(path.read_text(encoding="utf-8"))}:
            if isinstance(subject, URIRef):
                assert seen.setdefault(subject, path.stem) == path.stem
