# SPDX-License-Identifier: Apache-2.0
"""Ask: queries on a release in memory."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Quad, Store

from imnm_kg.errors import ImnmError, Place
from imnm_kg.model.namespaces import ENTITY, GRAPH, IMNM
from imnm_kg.model.results import Answer
from imnm_kg.operations.ask import ask, open_release, with_prefixes
from imnm_kg.rdf.canonical import union

NOWHERE = "http://127.0.0.1:9/"  # a port that the engine itself refuses: a query that gets through harms nobody


@pytest.fixture(scope="module")
def store(release: Path) -> Store:
    return open_release(release, graphs=True)


def rows(answer: Answer) -> list[tuple[object, ...]]:
    return [tuple(row.values()) for row in answer]


# A release in memory


def test_a_triple_in_two_graphs_is_answered_once() -> None:
    triple = (ENTITY.a, IMNM.treats, ENTITY.b)
    made = Store()
    made.bulk_extend(union(Quad(*triple, graph) for graph in (GRAPH.one, GRAPH.two)))
    made.bulk_extend(Quad(*triple, graph) for graph in (GRAPH.one, GRAPH.two))
    assert len(Answer.of(ask(made, "SELECT * { ?s ?p ?o }"))) == 1
    assert len(Answer.of(ask(made, "SELECT * { GRAPH ?g { ?s ?p ?o } }"))) == 2


def test_the_default_graph_is_the_union(store: Store) -> None:
    count = "SELECT (COUNT(*) AS ?n) { %s }"
    in_default = rows(Answer.of(ask(store, count % "?s ?p ?o")))
    in_graphs = rows(Answer.of(ask(store, count % "{ SELECT DISTINCT ?s ?p ?o { GRAPH ?g { ?s ?p ?o } } }")))
    assert in_default == in_graphs
    graphs = {row[0] for row in rows(Answer.of(ask(store, "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }")))}
    assert f"{GRAPH}statements" in graphs
    assert f"{GRAPH}background" in graphs


def test_without_graphs(release: Path) -> None:
    light = open_release(release)
    assert Answer.of(ask(light, "ASK { GRAPH ?g { ?s ?p ?o } }")).boolean is False
    assert Answer.of(ask(light, "ASK { ?s ?p ?o }")).boolean is True


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (
            "SELECT ?s ?s WHERE { ?s ?p ?o }",
            "my.rq: not SPARQL 1.1: duplicated variable name in SELECT; mend the query",
        ),
        ("SELECT ?s ?p { ?s ?p ?o } GROUP BY ?s", "the SELECT contains a variable that is unbound; mend the query"),
        ("SELECT ?s { ?s a <x y> }", "my.rq:1:23: not SPARQL 1.1: IRI parsing failed; mend the query"),
    ],
)
def test_what_the_parser_says_in_words_is_told(text: str, what: str) -> None:
    with pytest.raises(ImnmError, match=re.escape(what)):
        ask(Store(), text, shown="my.rq")


@pytest.mark.parametrize("damage", ["", None, "<a> ."])
def test_damaged_named_graphs(damage: str | None, release: Path, tmp_path: Path) -> None:
    shutil.copy(release / "imnm.ttl", tmp_path / "imnm.ttl")
    path = tmp_path / "imnm.nq"
    if damage is not None:
        path.write_text(damage, encoding="utf-8")
    with pytest.raises(ImnmError, match=r"imnm\.nq.*\[release-damaged\]") as caught:
        open_release(tmp_path, graphs=True)
    assert "read: None" not in str(caught.value)


def test_prefixes_that_need_not_be_declared(store: Store) -> None:
    prefixes = {"entity": str(ENTITY), "imnm": str(IMNM)}
    assert Answer.of(ask(store, "ASK { entity:zilucoplan imnm:inhibits ?c5 }", prefixes)).boolean
    with pytest.raises(ImnmError, match=r"the prefix entity: is not declared.*\[query-syntax\]"):
        ask(store, "ASK { entity:zilucoplan ?p ?o }")


@pytest.mark.parametrize(
    ("text", "line", "columns"),
    [
        ("SELECT ?x {\n  ?x ?y\n}", 3, (1, 2)),
        ("SELECT ?x {\n  ?x ?y ,\n}", 3, (1, 2)),
        ("SELEKT ?x { }", 1, (1, 11)),
        ("SELECT ?x { ?x ?y ?z ", 1, (19, 22)),
        ("", 1, (1, 1)),
        ("INSERT DATA { <x:a> <x:b> <x:c> }", 1, (1, 12)),
        ("DROP ALL", 1, (1, 9)),
        ("ASK {\n  FILTER(<urn:f>(1)) }", 2, (10, 10)),
    ],
)
def test_syntax_errors(text: str, line: int, columns: tuple[int, int]) -> None:
    with pytest.raises(ImnmError) as caught:
        ask(Store(), text, shown="my.rq")
    error = caught.value
    assert error.code == "query-syntax"
    assert error.place is not None
    assert (error.place.file, error.place.line) == ("my.rq", line)
    assert error.place.column in range(columns[0], columns[1] + 1)
    assert "\n" not in str(error)


SERVICE = f"SERVICE <{NOWHERE}> {{ ?a ?b ?c }}"


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        (f"SELECT * {{ {SERVICE} }}", 1, 12),
        (f"SELECT * {{\n  ?s ?p ?o .\n  {SERVICE.lower()}\n}}", 3, 3),
        (f"SELECT * {{{SERVICE.replace('SERVICE', 'sErViCe SILENT')}}}", 1, 11),
        ("SELECT * { ?s ?p ?o SERVICE ?o { ?a ?b ?c } }", 1, 21),
        (f'SELECT * {{ ?s ?p "SERVICE" . {SERVICE} }}', 1, 30),
        (f"# SERVICE\nSELECT * {{ {SERVICE} }}", 2, 12),
        (f"SELECT * {{ FILTER NOT EXISTS {{ {SERVICE} }} }}", 1, 32),
    ],
)
def test_service_is_refused(text: str, line: int, column: int) -> None:
    with pytest.raises(ImnmError) as caught:
        ask(Store(), text, shown="my.rq")
    assert (caught.value.code, caught.value.place) == ("query-service", Place("my.rq", line, column))


@pytest.mark.parametrize(
    "text",
    [
        f"SELECT * {{ ?s ?p ?o.{SERVICE} }}",
        f"SELECT * {{ ?s ?p <x:o>.{SERVICE} }}",
        f"PREFIX e: <x:> SELECT * {{ ?s e:a\\#b ?o . {SERVICE} }}",
        f"PREFIX e: <x:> SELECT * {{ ?s e:a\\' ?o . {SERVICE} FILTER(?s != \"'\") }}",
    ],
)
def test_service_is_refused_however_it_is_written(text: str) -> None:
    filled = Store()
    filled.add(Quad(ENTITY.a, NamedNode("x:a#b"), NamedNode("x:o")))
    filled.add(Quad(ENTITY.a, NamedNode("x:a'"), NamedNode("x:o")))
    with pytest.raises(ImnmError, match=r"\[query-service\]"):
        Answer.of(ask(filled, text))


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?s ?p 'SERVICE' }",
        'SELECT * { ?s ?p "a \\" SERVICE <http://e/>" }',
        'SELECT * { ?s ?p """a " SERVICE\n <http://e/>""" }',
        "SELECT * { ?s ?p '''a ' SERVICE\n <http://e/>''' }",
        "SELECT * { ?s ?p ?o } # SERVICE <http://e/> { }",
        "SELECT * { ?s <http://e/SERVICE> ?SERVICE . $service ?p ?o }",
        "PREFIX service: <http://e/> SELECT * { ?s service:SERVICE service:service-a }",
        "PREFIX e: <http://e/> SELECT * { ?s e:a.SERVICE ?services }",
    ],
)
def test_the_word_service_alone_is_not_refused(text: str) -> None:
    assert len(Answer.of(ask(Store(), text))) == 0


@pytest.mark.parametrize("data", ["entity:a a entity:B .\n", "<http://e/a> <http://e/b> .\n", ""])
def test_a_damaged_release(tmp_path: Path, data: str) -> None:
    (tmp_path / "imnm.ttl").write_text(data)
    said = r"imnm.ttl:1: the release cannot be read: " if data else r"imnm.ttl: the file of the release is empty"
    with pytest.raises(ImnmError, match=rf"{said}.*\[release-damaged\]"):
        open_release(tmp_path)


def test_with_prefixes() -> None:
    known = {"e": "http://e/", "f": "http://f/", "g": "http://g/", "h": "http://h/"}
    text = 'PREFIX f: <http://mine/>\nSELECT * { e:a f:b "g:c" . ?h ?p <h:d> } # h:e'
    assert with_prefixes(text, known) == f"PREFIX e: <http://e/>\n{text}"
    assert with_prefixes("ASK { }", known) == "ASK { }"


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { " + "{" * 3000 + "}" * 3000 + " }",
        "ASK { FILTER(" + " || ".join(['?o = "x"'] * 9000) + ") }",
        "ASK { FILTER(" + "1+" * 10_000 + "1) }",
        "ASK { FILTER(" + "1-" * 10_000 + "1) }",
        "ASK { FILTER(" + "!" * 10_000 + "true) }",
        "ASK { ?s " + "a/" * 10_000 + "a ?o }",
        "SELECT * { ?s ?p ?o " + "OPTIONAL{?s a ?o}" * 3600 + " }",
        "SELECT * { " + "{}UNION" * 9000 + "{} }",
        "ASK { FILTER(1<1+" + "(" * 10_000 + "1" + ")" * 10_000 + ">2) }",
        "ASK { FILTER(1<1" + "+1" * 10_000 + ">2) }",
    ],
    ids=["deep", "long", "plus", "minus", "not", "path", "optional", "union", "hidden brackets", "hidden chain"],
)
def test_what_would_crash_the_engine_is_refused(text: str) -> None:
    with pytest.raises(ImnmError, match=r"\[query-too-large\]"):
        ask(Store(), text)


@pytest.mark.parametrize(
    "text", ["DELETE WHERE { ?s ?p ?o }", "PREFIX a: <http://a/>\nINSERT DATA { a:a a:b a:c }", "drop all"]
)
def test_an_update_is_told_as_one(text: str) -> None:
    with pytest.raises(ImnmError, match=r"is an update, and the graph is only read; .* \[query-syntax\]"):
        ask(Store(), text)
