# SPDX-License-Identifier: Apache-2.0
"""The tokens and the structure of queries, and how terms are put into their text."""

from __future__ import annotations

from typing import Any

import pytest
from pyoxigraph import QuerySolutions, Store

from imnm_kg.shacl.queries import Query, QueryError
from imnm_kg.shacl.query_syntax import UnknownSyntaxError, read_structure, tokenize
from tests.shacl.support import EX, read_toml

FIXTURE = read_toml("query-syntax")
PREFIXES = {"ex": EX}
PROLOGUE = f"PREFIX ex: <{EX}>\n"


@pytest.mark.parametrize("case", FIXTURE["tokens"], ids=[case["text"] for case in FIXTURE["tokens"]])
def test_tokens(case: dict[str, Any]) -> None:
    assert [[token.kind, token.text] for token in tokenize(case["text"])] == case["tokens"]


@pytest.mark.parametrize("text", FIXTURE["unknown_tokens"])
def test_unknown_tokens(text: str) -> None:
    with pytest.raises(UnknownSyntaxError):
        tokenize(text)


@pytest.mark.parametrize("case", FIXTURE["structure"], ids=[case["text"] for case in FIXTURE["structure"]])
def test_structure(case: dict[str, Any]) -> None:
    found = read_structure(tokenize(case["text"]))
    groups = found.top.walk()
    seen = {
        "form": found.form,
        "binds": [sorted(group.binds) for group in groups],
        "tests": [sorted(group.tests) for group in groups],
        "late": [sorted(group.late) for group in groups],
        "zero": [sorted(group.zero) for group in groups],
        "predicates": sorted(found.predicates),
        "any_predicate": found.any_predicate,
        "selects": [None if names is None else sorted(names) for names in found.selects],
        "aliases": sorted(found.aliases),
        "graphs": sorted(found.graphs),
    }
    wanted = {key: value for key, value in case.items() if key not in ("text", "star")}
    if case.get("star"):
        wanted["selects"] = [None]
    assert {key: seen[key] for key in wanted} == wanted


@pytest.mark.parametrize("text", FIXTURE["unknown_structure"])
def test_unknown_structure(text: str) -> None:
    """What the reader gives up at is evaluated node by node over the whole graph."""
    with pytest.raises(UnknownSyntaxError):
        read_structure(tokenize(text))
    query = Query(text, PROLOGUE, PREFIXES)
    assert (query.structure, query.predicates(), query.together(("this",))) == (None, None, False)


@pytest.mark.parametrize("case", FIXTURE["bind"], ids=[case["text"] for case in FIXTURE["bind"]])
def test_bind(case: dict[str, Any]) -> None:
    """A bound query is SPARQL, and holds the term in place of the variable."""
    bound = Query(case["text"], PROLOGUE, PREFIXES).bind({"this": "<urn:a>", **case.get("more", {})})
    assert bound == case["bound"]
    Store().query(PROLOGUE + bound)


@pytest.mark.parametrize("case", FIXTURE["predicates"], ids=[case["text"] for case in FIXTURE["predicates"]])
def test_predicates(case: dict[str, Any]) -> None:
    found = Query(case["text"], PROLOGUE, PREFIXES).predicates()
    assert (None if found is None else sorted(found)) == case.get("iris")


def test_a_query_for_many_nodes_names_its_mark() -> None:
    for text in (
        "SELECT $this ?x { $this ex:p ?x }",
        "select distinct ?x where { $this ex:p ?x }",
        "ASK { $this ex:p ?x }",
    ):
        query = Query(text, PROLOGUE, PREFIXES)
        for whole in (query.for_marks(("this",)), query.for_values(("this",), "(1 <urn:a>)")):
            rows = Store().query(whole)
            assert isinstance(rows, QuerySolutions)
            assert "imnmMark" in {variable.value for variable in rows.variables}


def test_what_is_used() -> None:
    query = Query("SELECT $this { $this ex:p '$value' # ?other\n}", PROLOGUE, PREFIXES)
    assert [query.uses(name) for name in ("this", "value", "other")] == [True, False, False]
    assert Query("SELECT \x00", "", {}).uses("anything")


def test_an_error_names_the_line_of_the_text() -> None:
    with pytest.raises(QueryError) as caught:
        Query("SELECT $this {\n  $this ex:p }\n", PROLOGUE, PREFIXES).check("SELECT", ("this",))
    assert caught.value.line == 2
    assert "error at" not in str(caught.value)
