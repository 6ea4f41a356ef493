# SPDX-License-Identifier: Apache-2.0
"""Rows as Parquet: the same rows give the same bytes, and come back as they were."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from imnm_kg.errors import ImnmError
from imnm_kg.model import claim_rows
from imnm_kg.model.claim_rows import ParquetRows, Row, arrow_schema, read_rows


def row(number: int) -> Row:
    return {
        "source": "a.jsonl", "position": number, "document": f"d{number}", "text_sha256": "0" * 64,
        "text_length": 90 + number, "title": "", "doi": "", "pmid": "", "pmcid": "",
        "year": None if number % 2 else 2020,
        "zones": [{"kind": "Body", "start": 0, "end": 90}],
        "subject": "https://e/a", "subject_kind": "Drug", "subject_label": "a", "subject_names": ["A", "a"],
        "subject_abbreviations": ["A"], "subject_coined": False, "predicate": "inhibits",
        "object": "https://e/b", "object_kind": "Protein", "object_label": "b", "object_names": ["b"],
        "object_abbreviations": [], "object_coined": True, "polarity": "affirmed", "certainty": "possible",
        "population": "people", "context": [{"key": "dose", "value": "1 mg"}, {"key": "dose", "value": "2 mg"}],
        "quote": "A “may” inhibit b.", "prefix": "", "suffix": "", "start": 0, "end": 18, "rule": "r",
        "confidence": None if number % 3 else 0.1 + number / 7,
        "marks": [{"role": "subject", "text": "A", "start": 0, "end": 1}],
    }  # fmt: skip


def parquet(rows: list[Row]) -> bytes:
    stream = io.BytesIO()
    writer = ParquetRows(stream)
    writer.write(rows)
    writer.close()
    return stream.getvalue()


def test_the_columns_are_those_of_the_schema() -> None:
    assert list(row(1)) == arrow_schema().names


@pytest.mark.parametrize("count", [0, 1, 25])
def test_rows_come_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    monkeypatch.setattr(claim_rows, "_ROWS", 10)
    rows = [row(number) for number in range(count)]
    data = parquet(rows)
    (tmp_path / "a.parquet").write_bytes(data)
    assert list(read_rows(tmp_path / "a.parquet")) == rows
    assert parquet(rows) == data


def test_a_row_group_is_written_when_it_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claim_rows, "_ROWS", 10)
    stream = io.BytesIO()
    writer = ParquetRows(stream)
    sizes = []
    for number in range(35):
        writer.write([row(number)])
        sizes.append(stream.tell())
    assert len(set(sizes)) == 4, "nothing, and three row groups"
    assert len(writer._rows) == 5


def test_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ImnmError, match=r"pip install 'imnm-kg\[parquet\]' \[parquet-missing\]"):
        parquet([])


@pytest.mark.parametrize("data", [b"", b"PAR1", None, b"x" * 400], ids=["empty", "begun", "cut", "other"])
def test_a_damaged_shard_is_named(tmp_path: Path, data: bytes | None) -> None:
    (tmp_path / "a.parquet").write_bytes(parquet([row(1)])[:-20] if data is None else data)
    with pytest.raises(ImnmError, match=r"the shard cannot be read .*\[shards-damaged\]"):
        list(read_rows(tmp_path / "a.parquet"))
