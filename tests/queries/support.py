# SPDX-License-Identifier: Apache-2.0
"""What the tests of stored queries share: files, fixtures, rows as plain text, and changed releases."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import rdflib
from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    Quad,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Store,
    Triple,
    parse,
    parse_query_results,
)

from imnm_kg.model.folders import find_folders
from imnm_kg.model.stored_query import StoredQuery, list_queries
from imnm_kg.operations.assemble import read_prefixes

FOLDERS = find_folders()
FIXTURES = Path(__file__).parent.parent / "fixtures" / "queries"
QUESTIONS = tuple(list_queries(FOLDERS.queries, "question"))
CHECKS = tuple(list_queries(FOLDERS.queries, "check"))
PREFIXES = read_prefixes(FOLDERS)

Row = tuple[str, ...]
Table = tuple[Row, list[Row]]


def names(queries: Iterable[StoredQuery]) -> list[str]:
    """The names, for the ids of parametrised tests."""
    return [query.name for query in queries]


def term_text(term: object) -> str:
    """Write a term as N-Triples; an unbound variable is an empty text."""
    return "" if term is None else str(term)


def run(store: Store, text: str) -> Table:
    """Ask pyoxigraph: the variables and the rows in their order."""
    return table(store.query(text))


def tsv(store: Store, text: str) -> str:
    """Ask pyoxigraph: the answer as SPARQL 1.1 TSV."""
    results = store.query(text)
    assert isinstance(results, QuerySolutions)
    serialized = results.serialize(format=QueryResultsFormat.TSV)
    assert serialized is not None
    return serialized.decode()


def read_tsv(path: Path) -> Table:
    """Read an expected answer."""
    return table(parse_query_results(path=path, format=QueryResultsFormat.TSV))


def table(results: object) -> Table:
    """Give the variables and the rows of a result."""
    assert isinstance(results, QuerySolutions)
    variables = [variable.value for variable in results.variables]
    rows = [tuple(term_text(solution[name]) for name in variables) for solution in results]
    return tuple(variables), rows


def run_rdflib(graph: rdflib.Graph, text: str) -> Table:
    """Ask rdflib: the variables and the rows in their order."""
    result = graph.query(text)
    assert result.vars is not None
    rows = [tuple(_rdflib_text(term) for term in row) for row in result if isinstance(row, tuple)]
    return tuple(str(variable) for variable in result.vars), rows


def _rdflib_text(term: object) -> str:
    if term is None:
        return ""
    if isinstance(term, rdflib.URIRef):
        return str(NamedNode(str(term)))
    assert isinstance(term, rdflib.Literal)
    if term.language:
        return str(Literal(str(term), language=term.language.lower()))
    return str(Literal(str(term), datatype=NamedNode(str(term.datatype))) if term.datatype else Literal(str(term)))


def triples(turtle: str) -> list[Triple]:
    """Read Turtle that uses the prefixes of the project."""
    head = "".join(f"@prefix {prefix}: <{space}> .\n" for prefix, space in PREFIXES.items())
    parsed = parse((head + turtle).encode(), format=RdfFormat.TURTLE)
    return [Triple(quad.subject, quad.predicate, quad.object) for quad in parsed]


def term(turtle: str) -> str:
    """Write a term given in Turtle as N-Triples; an empty text stays empty."""
    return term_text(triples(f"[] rdf:value {turtle} .")[0].object) if turtle else ""


def changed(store: Store, add: Sequence[str] = (), remove: Sequence[str] = ()) -> Store:
    """Copy a store with Turtle added and removed.

    What is removed must be there, and what is added must not be: else a fixture tests nothing.
    """
    copy = Store()
    copy.bulk_extend(store)
    for turtle in remove:
        for triple in triples(turtle):
            quad = _quad(triple)
            assert quad in copy, f"not in the release: {triple}"
            copy.remove(quad)
    for turtle in add:
        for triple in triples(turtle):
            quad = _quad(triple)
            assert quad not in copy, f"already in the release: {triple}"
            copy.add(quad)
    return copy


def _quad(triple: Triple) -> Quad:
    assert isinstance(triple.subject, NamedNode | BlankNode)
    return Quad(triple.subject, triple.predicate, triple.object)


@cache
def read_toml(path: Path) -> dict[str, Any]:
    """Read a fixture."""
    return tomllib.loads(path.read_text(encoding="utf-8"))
