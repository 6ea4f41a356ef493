# SPDX-License-Identifier: Apache-2.0
"""Check: a row of a check is a finding, with its values, its place and its remedy."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import Quad

from imnm_kg.errors import ImnmError, Place
from imnm_kg.model.folders import Folders
from imnm_kg.model.namespaces import ENTITY, GRAPH, IMNM, RDF, RDFS
from imnm_kg.model.stored_query import StoredQuery, list_queries, read_query
from imnm_kg.operations.check import check
from imnm_kg.pipeline import Dataset, build, derive
from tests.operations.support import turtle


@pytest.fixture
def queries(world: Path) -> list[StoredQuery]:
    return list_queries(world / "queries", "check")


def test_a_clean_graph(world: Path, queries: list[StoredQuery]) -> None:
    assert check(derive(Folders(world)).quads, queries) == []


def test_a_row_is_a_finding(queries: list[StoredQuery]) -> None:
    quads = turtle('entity:b a imnm:Drug . entity:a a imnm:Drug . entity:c a imnm:Drug ; rdfs:label "c" .')
    found = check(quads, queries, lambda iri: Place(iri[-1] + ".ttl", 3), {"entity": str(ENTITY)})
    assert [str(finding) for finding in found] == [
        f"{name}.ttl:3: Drugs without a label: drug entity:{name}; Give it a label. [check-drugs-without-label]"
        for name in ("a", "b")
    ]
    assert [finding.subject for finding in found] == [ENTITY.a.value, ENTITY.b.value]
    assert "drug <https://w3id.org/imnm-kg/entity/a>;" in check(quads, queries)[0].message


def test_all_graphs_are_asked_as_one_and_a_row_comes_once(queries: list[StoredQuery]) -> None:
    typed = [Quad(ENTITY.a, RDF.type, IMNM.Drug, graph) for graph in (GRAPH.one, GRAPH.two)]
    assert len(check(typed, queries)) == 1
    labelled = [
        *typed,
        *(Quad(ENTITY.a, RDFS.label, q.object, GRAPH.three) for q in turtle('entity:a rdfs:label "a" .')),
    ]
    assert check(labelled, queries) == []


def test_literals_and_unbound_values(tmp_path: Path) -> None:
    path = tmp_path / "x.rq"
    path.write_text('# title: T\n# description: D.\nSELECT ?a ?b ?c { VALUES (?a ?b ?c) { ("x" UNDEF <http://e/x>) } }')
    (finding,) = check([], [read_query(path, "check")], lambda iri: Place(iri))
    assert finding.message == "T: a “x”, c <http://e/x>; D."
    assert finding.place == Place("http://e/x")


def test_a_broken_check(tmp_path: Path) -> None:
    path = tmp_path / "x.rq"
    path.write_text("# title: T\n# description: D.\nSELECT ?a {\n  ?a ?b\n}")
    with pytest.raises(ImnmError, match=r"\[query-syntax\]") as caught:
        check([], [read_query(path, "check", "x.rq")])
    assert caught.value.place is not None
    assert (caught.value.place.file, caught.value.place.line) == ("x.rq", 5)


def test_the_graph_passes_all_checks(folders: Folders, dataset: Dataset) -> None:
    checks = list_queries(folders.queries, "check")
    assert len(checks) > 15
    found = check(dataset.quads, checks, dataset.assembly.place_of, dataset.assembly.prefixes)
    assert [str(finding) for finding in found] == []


def test_a_clash_stops_the_build_before_the_reasoner(world: Path, folders: Folders) -> None:
    """The edge and the negative assertion on one triple: both claims are named, with their quotes."""
    for name in ("clashing-assertions", "contradicting-claims"):
        source = folders.queries / "checks" / f"{name}.rq"
        (world / "queries" / "checks" / source.name).write_text(source.read_text(encoding="utf-8"))
    path = world / "graph" / "claims" / "note.ttl"
    text = path.read_text(encoding="utf-8")
    start = text.index("claim:382166308745c7e7b86dc5ce8dcb5ac7 a")
    end = text.index("claim:424939ff6534a6a4024d252666264e9d a")
    block = text[start:end].replace("imnm:Negated", "imnm:Affirmed")
    for old in (
        "382166308745c7e7b86dc5ce8dcb5ac7",
        "ffc26b143830aecb0f5862aff885f926",
        "f55721924d02c6d9bcf61d065fdcec44",
    ):
        block = block.replace(old, "a" * 24 + old[:8])
    path.write_text(text + "\n" + block, encoding="utf-8")
    result = build(Folders(world), with_shapes=False)
    clashes = [x for x in result.findings if x.code in ("check-clashing-assertions", "check-contradicting-claims")]
    assert {finding.code for finding in clashes} == {"check-clashing-assertions", "check-contradicting-claims"}
    assert result.files == {}
    named = next(finding.message for finding in clashes if finding.code == "check-contradicting-claims")
    assert "alphamab did not improve symptoms of fixturitis" in named
    assert "382166308745c7e7b86dc5ce8dcb5ac7" in named
    assert "a" * 24 + "38216630" in named
    assert not [finding for finding in result.findings if finding.code.startswith("reason")]
