# SPDX-License-Identifier: Apache-2.0
"""Rules: each finds what its examples say and nothing in the sentences it must be silent in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from imnm_kg.errors import ImnmError
from imnm_kg.extraction.extract import extract_claims
from imnm_kg.extraction.proposal import ProposedClaim
from imnm_kg.extraction.rules import Rule, read_confidence, read_rules
from imnm_kg.extraction.triggers import Triggers
from imnm_kg.model.namespaces import ENTITY, IMNM
from imnm_kg.model.records import TextRecord
from imnm_kg.rdf.reader import read_turtle
from tests.extraction.support import RULES, knowledge
from tests.operations.support import FIXTURES, ROOT, read_toml

BROKEN = read_toml(FIXTURES / "extraction" / "broken-rules.toml")["case"]


def alone(rule: Rule, text: str) -> tuple[ProposedClaim, ...]:
    """Give the claims of a text with this rule only."""
    only = replace(knowledge(), rules=(rule,), triggers=Triggers((rule,)))
    return extract_claims(TextRecord("a-text", text), only)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_and_its_examples(rule: Rule) -> None:
    assert rule.fires, "no example"
    for text in rule.fires:
        found = alone(rule, text)
        assert found, f"silent in: {text}"
        assert {claim.predicate for claim in found} == {rule.predicate}
        assert rule.polarity != "negated" or {claim.polarity for claim in found} == {"Negated"}
    for text in rule.silent:
        assert not alone(rule, text), f"fires in: {text}"


def test_predicates_are_properties_of_the_ontology() -> None:
    quads = read_turtle(ROOT / "ontology" / "imnm.ttl").quads
    names = {str(quad.subject).strip("<>").removeprefix(IMNM) for quad in quads}
    assert {rule.predicate for rule in RULES} <= names


def test_what_a_trigger_stands_for_is_an_entity() -> None:
    standing = [rule.subject for rule in RULES if rule.subject]
    assert standing
    assert {ENTITY + name for name in standing} <= knowledge().entries.keys()


def test_the_rules_are_data_that_is_read_once() -> None:
    assert knowledge().rules == tuple(replace(rule, confidence=mine.confidence)
                                      for rule, mine in zip(RULES, knowledge().rules, strict=True))  # fmt: skip
    assert len({rule.id for rule in RULES}) == len(RULES) > 150


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case["name"])
def test_a_broken_rule_is_told(case: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(case["text"], encoding="utf-8")
    with pytest.raises(ImnmError) as caught:
        read_rules([path], {})
    assert caught.value.code == case["code"]
    assert case["what"] in str(caught.value)


def test_measured_confidence(tmp_path: Path) -> None:
    path = tmp_path / "rule-confidence.tsv"
    path.write_text("# comment\nrule\tproposed\tright\tconfidence\na\t4\t3\t0.750\n", encoding="utf-8")
    assert read_confidence(path)["a"] == 0.75
