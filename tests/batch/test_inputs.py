# SPDX-License-Identifier: Apache-2.0
"""How much there is to read, and what is read in shares: as little as keeps all processes busy."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from imnm_kg.batch import inputs
from imnm_kg.batch.inputs import share_out, shown_path, weight


def test_weights(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(b"x" * 10)
    (tmp_path / "a.XML.GZ").write_bytes(b"x" * 10)
    assert [weight(tmp_path / name) for name in ("a.xml", "a.XML.GZ", "none")] == [10, 60, 1]


def test_names_that_are_no_text() -> None:
    assert shown_path(Path("a/é.txt")) == "a/é.txt"
    assert shown_path(Path(os.fsdecode(b"a/\xe9.txt"))) == "a/\\udce9.txt"


@pytest.mark.parametrize(
    ("megabytes", "workers", "shared"),
    [
        ([240], 1, 0),
        ([240], 2, 1),
        ([240, 100], 2, 2),
        ([240, 230], 2, 0),
        ([100] * 7, 2, 1),
        ([240, 240, 240, 100, 100, 100], 2, 0),
        ([200] * 1000, 16, 0),
        ([7, 1], 2, 0),  # too small to be worth it
    ],
)
def test_the_biggest_are_read_in_shares_until_all_are_busy(
    monkeypatch: pytest.MonkeyPatch, megabytes: list[int], workers: int, shared: int
) -> None:
    sizes = {Path(f"{number}.xml"): size * 1_000_000 for number, size in enumerate(megabytes)}
    monkeypatch.setattr(inputs, "weight", sizes.__getitem__)
    monkeypatch.setattr(inputs, "can_share", lambda _: True)
    found = share_out(list(sizes), workers)
    assert list(found) == list(sizes)
    assert list(found.values()) == [workers] * shared + [1] * (len(sizes) - shared)
    monkeypatch.setattr(inputs, "can_share", lambda _: False)
    assert set(share_out(list(sizes), workers).values()) == {1}
