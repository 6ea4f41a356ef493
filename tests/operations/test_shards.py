# SPDX-License-Identifier: Apache-2.0
"""Names of shards, lines of the manifest, the log of records and the lock; what runs do with them is tested above."""

from __future__ import annotations

import gzip
import io
import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from imnm_kg.errors import ImnmError
from imnm_kg.model.records import BadRecord, TextRecord
from imnm_kg.operations.shards import (
    Shard,
    ShardFolder,
    Tally,
    file_sha256,
    positions_hash,
    read_manifest,
    shard_name,
)

SHARD = Shard(
    "a-1", "a.xml", 3, "0" * 64, 5, 6, 1, "claims/a-1.parquet", "1" * 64, "records/a-1.jsonl.gz", "2" * 64, "", "1",
    "k",
)  # fmt: skip


def test_names_are_readable_and_differ() -> None:
    assert shard_name(Path("in/pubmed26n0001.xml.gz")).startswith("pubmed26n0001-")
    assert shard_name(Path("in/a note (é).txt")).startswith("a-note-")
    assert shard_name(Path("in/…")).startswith("input-")
    paths = ["a.xml", "a.xml.gz", "b/a.xml", "A.xml", "x" * 300]
    names = [shard_name(Path(path)) for path in paths]
    assert len(set(names)) == len(names)
    assert all(len(name) < 80 for name in names)
    assert shard_name(Path(paths[0])) == names[0]


def test_of_several_lines_the_last_counts(tmp_path: Path) -> None:
    assert read_manifest(tmp_path) == {}
    lines = [SHARD, replace(SHARD, name="b-2"), replace(SHARD, claims=9)]
    text = "".join(json.dumps(asdict(shard)) + "\n" for shard in lines)
    (tmp_path / "manifest.jsonl").write_text(f'{text}{{"other": 1}}\nno json\n' + json.dumps(asdict(SHARD)))
    assert read_manifest(tmp_path) == {"a-1": lines[2], "b-2": lines[1]}, "the last line has no end and does not count"


def test_the_log_of_records() -> None:
    stream = io.BytesIO()
    tally = Tally(stream)
    bad = BadRecord("a.xml", 2, "record-id", "the record has no PMID", 7)
    tally.record(TextRecord('odd "id"\n', "", position=1), 3)
    tally.passed_over(bad)
    tally.passed_over(replace(bad, position=3), "d")
    tally.close()
    assert (tally.records, tally.claims, tally.bad) == (1, 3, 2)
    lines = [json.loads(line) for line in gzip.decompress(stream.getvalue()).splitlines()]
    assert lines == [[1, 'odd "id"\n'], [2, None, asdict(bad)], [3, "d", {**asdict(bad), "position": 3}]]
    assert stream.getvalue()[4:8] == b"\0\0\0\0", "no time in it"


def test_hashes(tmp_path: Path) -> None:
    assert positions_hash([]) == ""
    assert positions_hash([3, 1]) == positions_hash(frozenset((1, 3))) != positions_hash([13])
    (tmp_path / "a").write_bytes(b"abc")
    assert file_sha256(tmp_path / "a").startswith("ba7816bf")


def test_one_process_at_a_time(tmp_path: Path) -> None:
    out = tmp_path / "new" / "out"
    with ShardFolder(out) as folder:
        folder.begin([])
        assert (out / ".lock").exists()
        with (
            pytest.raises(ImnmError, match=r"another run writes to the folder; .*\[extract-folder\]"),
            ShardFolder(out),
        ):
            pass
        assert (out / ".lock").exists(), "the other one did not take it away"
    assert not (out / ".lock").exists()
    with ShardFolder(out):
        pass


def test_what_was_left_half_written_is_removed(tmp_path: Path) -> None:
    with ShardFolder(tmp_path / "out") as folder:
        folder.begin([])
        (folder.parts / "a.0").write_text("x")
        (folder.path / "claims" / ".a.parquet.77.tmp").write_text("x")
    assert sorted(path.name for path in (tmp_path / "out").rglob("*")) == [
        ".unfinished", "claims", "manifest.jsonl", "records",
    ]  # fmt: skip
