# SPDX-License-Identifier: Apache-2.0
"""Every rule of queries/rules: its fixture says exactly what follows, and what does not."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import NamedNode

from imnm_kg.model.stored_query import read_query
from imnm_kg.operations.infer import Inference, infer
from tests.operations.support import FIXTURES, ROOT, read_toml, term, turtle

RULES = {path.stem: path for path in sorted((ROOT / "queries" / "rules").iterdir())}
CASES = [
    (path.stem, case["name"], read_toml(path)["base"], case)
    for path in sorted((FIXTURES / "rules").glob("*.toml"))
    for case in read_toml(path)["case"]
]


def test_every_rule_has_a_fixture_with_cases_that_conclude_and_cases_that_do_not() -> None:
    assert {path.stem for path in (FIXTURES / "rules").iterdir()} == set(RULES)
    for rule in RULES:
        kinds = {bool(case["expect"]) for name, _, _, case in CASES if name == rule}
        assert kinds == {True, False}, rule


def shown(found: list[Inference]) -> set[tuple[str, frozenset[str]]]:
    """Give each conclusion with its premises; a premise that was concluded is given by its triple."""
    made = {inference.iri: inference for inference in found}

    def premise(node: NamedNode) -> str:
        return str(node) if node not in made else f"({triple(made[node])})"

    def triple(inference: Inference) -> str:
        return f"{inference.subject} {inference.predicate} {inference.object}"

    return {(triple(x), frozenset(premise(node) for node in x.premises)) for x in found}


def expected(text: str) -> tuple[str, frozenset[str]]:
    triple, _, premises = text.partition(" <- ")
    parts = re.findall(r"\([^)]*\)|\S+", premises)
    return spelt(triple), frozenset(
        f"({spelt(part[1:-1])})" if part.startswith("(") else str(term(part)) for part in parts
    )


def spelt(triple: str) -> str:
    return " ".join(str(term(part)) for part in triple.split())


@pytest.mark.parametrize(
    ("rule", "base", "case"), [(rule, base, case) for rule, _, base, case in CASES],
    ids=[f"{rule}: {name}" for rule, name, _, _ in CASES],
)  # fmt: skip
def test_rule(rule: str, base: str, case: dict[str, Any]) -> None:
    quads = turtle(base)
    gone = turtle(case.get("remove", ""))
    assert set(gone) <= set(quads), "a triple to be removed is not there"
    quads = [quad for quad in quads if quad not in gone] + turtle(case.get("add", ""))
    found = infer(quads, [read_query(RULES[rule], "rule")])
    assert shown(found) == {expected(text) for text in case["expect"]}
    assert {inference.rule for inference in found} <= {rule}


@pytest.mark.parametrize("rule", RULES)
def test_header(rule: str) -> None:
    header: dict[str, Any] = read_query(Path(RULES[rule]), "rule").header
    graphs = {"claims": {"provenance"}, "edges": {"statements", "negative"}, "closure": {"inferred"}}
    assert header["graph"] in graphs[header["stage"]]
