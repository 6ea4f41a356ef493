# SPDX-License-Identifier: Apache-2.0
"""Sorting on the disk gives what sorting in memory gives."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imnm_kg.errors import ImnmError
from imnm_kg.operations import sorting
from imnm_kg.operations.sorting import LineSorter

LINES = st.lists(st.binary(max_size=12).map(lambda data: data.replace(b"\n", b"") + b"\n"), max_size=60)


@given(LINES, st.integers(1, 400), st.integers(2, 5))
def test_lines_come_back_sorted_and_once(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], held: int, together: int
) -> None:
    folder = tmp_path_factory.mktemp("room")
    with pytest.MonkeyPatch.context() as patch, LineSorter(folder, held) as sorter:
        patch.setattr(sorting, "_TOGETHER", together)
        for line in lines:
            sorter.add(line)
        assert list(sorter.sorted()) == sorted(set(lines))
    assert list(folder.iterdir()) == []


def test_memory_is_flat(tmp_path: Path) -> None:
    tracemalloc.start()
    try:
        with LineSorter(tmp_path, 500_000) as sorter:
            for number in range(60_000):
                sorter.add(b"%050d\n" % (number * 7919 % 60_000))
            count = sum(1 for _ in sorter.sorted())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == 60_000
    assert peak < 2_500_000, "all lines together are 6 MB"


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ImnmError, match="file-unwritable"), LineSorter(tmp_path / "none"):
        pass
