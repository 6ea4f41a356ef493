# SPDX-License-Identifier: Apache-2.0
"""The table of names: the first of two numbers counts, what is missing is -1, and it grows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imnm_kg.lexicon.name_table import FewNames, NameTable


@pytest.mark.parametrize("table", [NameTable(), FewNames()], ids=["many", "few"])
def test_the_first_number_of_a_name_counts(table: NameTable | FewNames) -> None:
    assert table.get("myositis") == -1
    assert table.add("myositis", 3)
    assert not table.add("myositis", 4)
    assert table.get("myositis") == 3
    assert len(table) == 1


def test_a_missing_name() -> None:
    table = NameTable()
    assert table.get("") == -1
    table.add("myositis", 0)
    assert (table.get("myositis"), table.get("myositi"), table.get("")) == (0, -1, -1)


def test_it_grows() -> None:
    table = NameTable()
    assert all(table.add(f"name {number}", number) for number in range(20_000))
    assert len(table) == 20_000
    assert all(table.get(f"name {number}") == number for number in range(20_000))
    assert table.get("name 20000") == -1


@given(st.lists(st.tuples(st.text(max_size=4), st.integers(0, 2**32 - 1))), st.lists(st.text(max_size=4)))
def test_it_is_a_dict(pairs: list[tuple[str, int]], others: list[str]) -> None:
    table = NameTable()
    known: dict[str, int] = {}
    for name, number in pairs:
        assert table.add(name, number) == (name not in known)
        known.setdefault(name, number)
    assert len(table) == len(known)
    assert all(table.get(name) == known.get(name, -1) for name in [*known, *others])
