# SPDX-License-Identifier: Apache-2.0
"""sh:pattern: what XPath's regular expressions match, those that are refused, and that none runs wild."""

from __future__ import annotations

import time
from typing import Any

import pytest

from imnm_kg.shacl.patterns import Pattern, PatternError
from tests.shacl.support import read_toml

FIXTURE = read_toml("patterns")


@pytest.mark.parametrize("case", FIXTURE["pattern"], ids=[case["why"] for case in FIXTURE["pattern"]])
def test_where_a_pattern_is_found(case: dict[str, Any]) -> None:
    pattern = Pattern(case["pattern"], case.get("flags", ""))
    assert pattern.misses([*case["found"], *case["missed"]]) == set(case["missed"])


@pytest.mark.parametrize("case", FIXTURE["refused"], ids=[case["pattern"] for case in FIXTURE["refused"]])
def test_what_is_refused(case: dict[str, Any]) -> None:
    with pytest.raises(PatternError):
        Pattern(case["pattern"], case.get("flags", ""))


@pytest.mark.parametrize("case", FIXTURE["bounded"], ids=[case["why"] for case in FIXTURE["bounded"]])
def test_no_pattern_runs_wild(case: dict[str, Any]) -> None:
    text = case["text"] * case["times"]
    start = time.process_time()
    assert Pattern(case["pattern"]).misses([text]) == {text}
    assert time.process_time() - start < 5, "seconds; a matcher that tries all ways needs years"


def test_python_and_the_engine_agree_on_plain_patterns() -> None:
    texts = ["", "a", "ab", "b\n", "a-b", "[x]", "A1", "é", "a b", "a\\b"]
    for pattern in ("a", "^a", "b$", "[ab]", "[^ab]", "a?b", "^a*$", "a.?b", "[a-c]{2}", r"\[x\]", r"\\", "[A-Z0-9]+$"):
        plain, other = Pattern(pattern), Pattern(f"(?:{pattern})")
        assert plain.misses(texts) == other.misses(texts), pattern


def test_many_texts_are_asked_in_parts() -> None:
    texts = {f"{number}é" for number in range(4500)}
    assert Pattern(r"\p{Lu}").misses(texts) == texts
