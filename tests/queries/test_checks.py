# SPDX-License-Identifier: Apache-2.0
"""Every check is silent on the real release and fires, exactly as its fixture says, on a release made wrong."""

from __future__ import annotations

from typing import Any

import pytest
from pyoxigraph import Store

from imnm_kg.model.stored_query import StoredQuery
from tests.queries import support

ALL = pytest.mark.parametrize("query", support.CHECKS, ids=support.names(support.CHECKS))


def _cases() -> list[Any]:
    folder = support.FIXTURES / "checks"
    return [
        pytest.param(query, case, id=f"{query.name}-{number}")
        for query in support.CHECKS
        for number, case in enumerate(support.read_toml(folder / f"{query.name}.toml")["cases"], 1)
    ]


@ALL
def test_silent_on_the_release(query: StoredQuery, release_store: Store) -> None:
    assert support.run(release_store, query.text)[1] == []


@pytest.mark.parametrize(("query", "case"), _cases())
def test_fires(query: StoredQuery, case: dict[str, Any], release_store: Store) -> None:
    wrong = support.changed(release_store, case.get("add", ()), case.get("remove", ()))
    _, rows = support.run(wrong, query.text)
    assert rows == [tuple(support.term(value) for value in row) for row in case["rows"]]


@ALL
def test_has_cases_that_fire_and_says_what_to_do(query: StoredQuery) -> None:
    cases = support.read_toml(support.FIXTURES / "checks" / f"{query.name}.toml")["cases"]
    assert any(case["rows"] for case in cases)
    assert all(case["why"] for case in cases)
    assert query.header["remedy"].endswith(".")
    assert query.parameters == ()


def test_there_is_no_fixture_without_a_check() -> None:
    stems = {path.stem for path in (support.FIXTURES / "checks").glob("*.toml")}
    assert stems == {query.name for query in support.CHECKS}
