# SPDX-License-Identifier: Apache-2.0
"""Every question answers exactly as its fixture says, on two engines, with each of its parameters."""

from __future__ import annotations

import re
from typing import Any

import pytest
import rdflib
from pyoxigraph import Literal, NamedNode, Quad, Store

from imnm_kg.model.namespaces import CLAIM, RDFS
from imnm_kg.model.stored_query import StoredQuery
from tests.queries import support

ALL = pytest.mark.parametrize("question", support.QUESTIONS, ids=support.names(support.QUESTIONS))
# Those whose rows are passages.
PASSAGES = [question for question in support.QUESTIONS if re.search(r"\?quote\b", question.text)]
BY_NAME = {question.name: question for question in support.QUESTIONS}
CASES: list[dict[str, Any]] = support.read_toml(support.FIXTURES / "parameters.toml")["cases"]

SLOW_IN_RDFLIB = {"mechanism-chain"}  # seconds a run


def _case_id(case: dict[str, Any]) -> str:
    given = ",".join(f"{name}={value}" for name, value in case["params"].items())
    return f"{case['query']}-{given}"


@ALL
def test_rows_are_exact_and_in_order(question: StoredQuery, release_store: Store) -> None:
    expected = (support.FIXTURES / f"{question.name}.tsv").read_bytes().decode()
    assert support.tsv(release_store, question.text) == expected


@pytest.mark.parametrize(
    "question",
    [pytest.param(each, marks=[pytest.mark.slow] if each.name in SLOW_IN_RDFLIB else []) for each in support.QUESTIONS],
    ids=support.names(support.QUESTIONS),
)
def test_rdflib_gives_the_same_rows(question: StoredQuery, release_graph: rdflib.Graph) -> None:
    expected = support.read_tsv(support.FIXTURES / f"{question.name}.tsv")
    assert support.run_rdflib(release_graph, question.text) == expected


@pytest.mark.parametrize("case", CASES, ids=_case_id)
def test_parameters(case: dict[str, Any], release_store: Store) -> None:
    text = BY_NAME[case["query"]].bind(case["params"], support.PREFIXES)
    variables, rows = support.run(release_store, text)
    assert len(rows) == case["rows"]
    if rows:
        position = variables.index(case["column"])
        assert [row[position] for row in rows] == [support.term(value) for value in case["values"]]


@pytest.mark.slow
@pytest.mark.parametrize("case", [each for each in CASES if each["query"] not in SLOW_IN_RDFLIB], ids=_case_id)
def test_a_value_in_place_of_undef_means_the_same_to_rdflib(
    case: dict[str, Any], release_store: Store, release_graph: rdflib.Graph
) -> None:
    text = BY_NAME[case["query"]].bind(case["params"], support.PREFIXES)
    assert support.run_rdflib(release_graph, text) == support.run(release_store, text)


@ALL
def test_each_parameter_has_a_case_with_rows_and_one_without(question: StoredQuery) -> None:
    for parameter in question.parameters:
        counts = [case["rows"] for case in CASES if case["query"] == question.name and parameter.name in case["params"]]
        assert 0 in counts, f"no case of {parameter.name} without rows"
        assert any(counts), f"no case of {parameter.name} with rows"


@ALL
def test_taking_away_what_supports_a_row_changes_the_answer(question: StoredQuery, release_store: Store) -> None:
    before = support.run(release_store, question.text)
    # A row of a name may stand on an rdfs:label alone; then another row has to show it.
    assert any(
        _matters(quad, question, release_store, before)
        for row in before[1]
        for quad in _touching(release_store, set(row) - {""})
    )


def _touching(store: Store, wanted: set[str]) -> list[Quad]:
    """The triples that mention a term of a row, those that say most of it first; no labels."""
    found = [
        (-len({str(quad.subject), str(quad.object)} & wanted), str(quad), quad)
        for quad in store
        if quad.predicate != RDFS.label and {str(quad.subject), str(quad.object)} & wanted
    ]
    return [quad for _, _, quad in sorted(found, key=lambda item: item[:2])]


def _matters(quad: Quad, question: StoredQuery, store: Store, before: support.Table) -> bool:
    store.remove(quad)
    try:
        return support.run(store, question.text) != before
    finally:
        store.add(quad)


@pytest.mark.parametrize("question", PASSAGES, ids=support.names(PASSAGES))
def test_taking_away_all_evidence_takes_the_claims_out_of_the_answer(
    question: StoredQuery, release_store: Store
) -> None:
    _, rows = support.run(release_store, question.text)
    links = list(release_store.quads_for_pattern(None, NamedNode(f"{support.PREFIXES['imnm']}hasEvidence"), None))
    for link in links:
        release_store.remove(link)
    try:
        assert rows
        assert support.run(release_store, question.text)[1] == []
    finally:
        release_store.extend(links)


@ALL
def test_claims_never_appear_without_polarity_and_certainty(question: StoredQuery, release_store: Store) -> None:
    variables, rows = support.run(release_store, question.text)
    shows_claims = any(value.startswith(f"<{CLAIM}") for row in rows for value in row)
    if not shows_claims and "statement" not in variables:
        return
    if question.name == "background-facts":
        assert "basis" in variables  # its statements are background, no claims
        return
    if question.name == "inferred-triples":
        assert "rule" in variables  # a claim stands there as a premise, with its statement
        return
    assert {"polarity", "certainty"} <= set(variables)


@ALL
def test_negated_rows_say_so(question: StoredQuery, release_store: Store) -> None:
    """A row of a negated claim carries imnm:Negated; none shows a negated claim as affirmed."""
    negated = {
        str(quad.subject)
        for quad in release_store.quads_for_pattern(
            None,
            NamedNode(f"{support.PREFIXES['imnm']}polarity"),
            support.triples("[] a imnm:Negated .")[0].object,
        )
    }
    variables, rows = support.run(release_store, question.text)
    if "claim" not in variables or "polarity" not in variables:
        return
    claim, polarity = variables.index("claim"), variables.index("polarity")
    for row in rows:
        if row[claim]:
            assert (row[claim] in negated) == row[polarity].endswith("/Negated>")


@ALL
def test_background_names_its_source(question: StoredQuery, release_store: Store) -> None:
    variables, rows = support.run(release_store, question.text)
    column = next((name for name in variables if name.lower().endswith("basis")), None)
    background = {
        str(quad.object)
        for quad in release_store.quads_for_pattern(None, NamedNode(f"{support.PREFIXES['imnm']}sourceURL"), None)
    }
    shown = [value for row in rows for value in row if value in background]
    if column is None:
        assert not shown
        return
    source = next(name for name in variables if name.lower().endswith(("source", "sourceurl")))
    for row in rows:
        basis = row[variables.index(column)]
        assert basis in {str(Literal("background")), str(Literal("source document"))}
        assert (row[variables.index(source)] in background) == (basis == str(Literal("background")))


def test_every_answer_has_rows_and_no_row_twice(release_store: Store) -> None:
    for question in support.QUESTIONS:
        _, rows = support.run(release_store, question.text)
        assert rows, question.name
        assert len(set(rows)) == len(rows), question.name


def test_there_is_no_fixture_without_a_question() -> None:
    stems = {path.stem for path in support.FIXTURES.glob("*.tsv")}
    assert stems == set(BY_NAME)
    assert {case["query"] for case in CASES} <= set(BY_NAME)


def test_every_choice_of_a_term_is_in_the_ontology(release_store: Store) -> None:
    described = {quad.subject for quad in release_store}
    for question in support.QUESTIONS:
        for parameter in question.parameters:
            for choice in parameter.choices:
                assert NamedNode(f"{support.PREFIXES['imnm']}{choice}") in described, (question.name, choice)
            assert re.fullmatch(r"[a-z]+", parameter.name), (question.name, parameter.name)
