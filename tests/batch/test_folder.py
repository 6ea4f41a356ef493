# SPDX-License-Identifier: Apache-2.0
"""A folder of shards: the same bytes however often it was killed and by how many processes; broken ones are redone."""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from imnm_kg.batch import folder as folder_module
from imnm_kg.batch import inputs as inputs_module
from imnm_kg.batch.folder import extract_folder
from imnm_kg.batch.settings import settings_hash
from imnm_kg.batch.watch import Summary
from imnm_kg.errors import ImnmError
from imnm_kg.model.claim_rows import read_rows
from imnm_kg.operations.pool import Lost
from imnm_kg.operations.shards import ShardFolder, read_manifest
from tests.batch.support import Ear, contents, json_lines, make_root, pubmed, settings


def extract(
    root: Path, inputs: Sequence[Path], out: Path, workers: int = 1, format_: str = "parquet"
) -> tuple[Summary, Ear]:
    ear = Ear()
    return extract_folder(inputs, out, settings(root, format_), workers, ear), ear


def write_inputs(folder: Path) -> list[Path]:
    """Write five inputs, one with bad records, one with ids that others have, one that is no document."""
    folder.mkdir()
    broken = json_lines(folder / "broken.jsonl", range(20, 30))
    lines = broken.read_text().splitlines(keepends=True)
    broken.write_text("".join([*lines[:3], "{\n", *lines[3:], lines[0]]))
    (folder / "binary.txt").write_bytes(b"\x00\x01\x02 text")
    return [
        pubmed(folder / "a.xml.gz", range(1, 900)),
        pubmed(folder / "b.xml", range(890, 1000)),
        json_lines(folder / "c.jsonl", range(20)),
        broken,
        folder / "binary.txt",
    ]


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_inputs(tmp_path_factory.mktemp("given") / "inputs")


@pytest.fixture(scope="module")
def whole(root: Path, inputs: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What one process makes of the inputs, in one go."""
    out = tmp_path_factory.mktemp("out") / "whole"
    extract(root, inputs, out)
    return out


def test_what_a_run_leaves(root: Path, inputs: list[Path], whole: Path) -> None:
    shards = list(read_manifest(whole).values())
    assert [shard.input for shard in shards] == [str(path) for path in inputs]
    assert [(shard.records, shard.bad) for shard in shards] == [(899, 0), (100, 10), (20, 0), (10, 2), (0, 1)]
    for shard, path in zip(shards, inputs, strict=True):
        assert shard.size == path.stat().st_size
        rows = list(read_rows(whole / shard.shard))
        assert len(rows) == shard.claims
        places = [(row["position"], row["start"], row["end"], row["subject"]) for row in rows]
        assert places == sorted(places)
        assert {row["source"] for row in rows} <= {str(path)}
    assert shards[0].claims >= 899
    assert {shard.knowledge for shard in shards} == {settings_hash(settings(root))}
    bad = [json.loads(line) for line in (whole / "bad-records.jsonl").read_text().splitlines()]
    assert [(Path(one["source"]).name, one["position"], one["code"]) for one in bad] == [
        *(("b.xml", position, "record-duplicate") for position in range(1, 11)),
        ("broken.jsonl", 4, "record-json"),
        ("broken.jsonl", 12, "record-duplicate"),
        ("binary.txt", 0, "record-binary"),
    ]
    with gzip.open(whole / shards[3].log, "rt") as lines:
        log = [json.loads(line) for line in lines]
    assert [line[:2] for line in log[:5]] == [[1, "d20"], [2, "d21"], [3, "d22"], [4, None], [5, "d23"]]
    assert sorted(path.name for path in whole.iterdir()) == ["bad-records.jsonl", "claims", "manifest.jsonl", "records"]


def test_a_second_run_changes_nothing(root: Path, inputs: list[Path], whole: Path) -> None:
    before = contents(whole)
    summary, ear = extract(root, inputs, whole, 2)
    assert contents(whole) == before
    assert summary == Summary(5, 5, 1029, summary.claims, 13)
    assert (ear.records, ear.told, ear.expected) == (0, [], 0)


@pytest.mark.slow
def test_two_processes_write_the_same_bytes(
    root: Path, inputs: list[Path], whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inputs_module, "_WORTH", 1000)  # so that the biggest is read by both
    summary, ear = extract(root, inputs, tmp_path / "out", 2)
    assert contents(tmp_path / "out") == contents(whole)
    assert (summary.files, summary.unchanged, summary.records, summary.bad) == (5, 0, 1029, 13)
    assert sorted((Path(bad.source).name, bad.position) for bad in ear.told) == [
        ("b.xml", *[position]) for position in range(1, 11)
    ] + [("binary.txt", 0), ("broken.jsonl", 4), ("broken.jsonl", 12)]
    assert ear.weight == ear.expected
    assert ear.records >= 1029


def test_an_input_that_breaks_off_is_read_whole(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs_module, "_WORTH", 1000)
    path = pubmed(tmp_path / "a.xml.gz", range(1, 500))
    path.write_bytes(path.read_bytes()[:-300])
    one, _ = extract(root, [path], tmp_path / "one", 1)
    two, ear = extract(root, [path], tmp_path / "two", 2)
    assert one == two
    assert one.bad == 1
    assert one.records > 300
    assert [bad.code for bad in ear.told] == ["record-gzip"]
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


@pytest.mark.parametrize("format_", ["jsonl", "nq"])
def test_other_formats(root: Path, inputs: list[Path], tmp_path: Path, format_: str) -> None:
    few = inputs[2:4]
    extract(root, few, tmp_path / "one", 1, format_)
    extract(root, few, tmp_path / "two", 2, format_)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    names = [path.name for path in (tmp_path / "one" / "claims").iterdir()]
    assert len(names) == 2
    assert all(name.endswith(f".{format_}") for name in names)
    # Another format in the same folder takes the place of the first.
    extract(root, few, tmp_path / "one", 1)
    extract(root, few, tmp_path / "three", 1)
    assert contents(tmp_path / "one") == contents(tmp_path / "three")


def redone(root: Path, inputs: list[Path], out: Path) -> list[str]:
    """Run again and give the inputs whose shards were made anew."""
    before = read_manifest(out)
    times = {name: changed(out / shard.shard) for name, shard in before.items()}
    extract(root, inputs, out)
    after = read_manifest(out)
    return [Path(shard.input).name for name, shard in after.items() if times.get(name) != changed(out / shard.shard)]


def changed(path: Path) -> int:
    return path.stat().st_mtime_ns if path.exists() else 0


def test_what_is_not_as_it_was_is_made_anew(tmp_path: Path) -> None:
    root = make_root(tmp_path / "root")
    inputs = [
        json_lines(tmp_path / f"{name}.jsonl", range(at, at + 9)) for name, at in (("a", 10), ("b", 20), ("c", 30))
    ]
    out = tmp_path / "out"
    extract(root, inputs, out)
    good = contents(out)
    shards = list(read_manifest(out).values())

    assert redone(root, inputs, out) == []
    (out / shards[0].shard).write_bytes(good[shards[0].shard][:-50])  # a truncated shard
    assert redone(root, inputs, out) == ["a.jsonl"]
    (out / shards[1].shard).unlink()
    (out / shards[2].log).write_bytes(b"")
    assert redone(root, inputs, out) == ["b.jsonl", "c.jsonl"]
    manifest = out / "manifest.jsonl"
    manifest.write_bytes(manifest.read_bytes()[:-40])  # killed while it wrote the last line
    assert redone(root, inputs, out) == ["c.jsonl"]
    assert contents(out) == good

    # The same size and another text.
    inputs[1].write_text(inputs[1].read_text().replace("Alphamab", "Gammamab"))
    assert redone(root, inputs, out) == ["b.jsonl"]
    assert contents(out) != good

    names = root / "ontology" / "lexicon" / "names" / "own.tsv"
    names.write_text(names.read_text().replace("factor X", "agent X"))
    assert redone(root, inputs, out) == ["a.jsonl", "b.jsonl", "c.jsonl"]


def test_an_id_in_an_earlier_input(root: Path, tmp_path: Path) -> None:
    first = json_lines(tmp_path / "a.jsonl", [1, 2, 3])
    second = json_lines(tmp_path / "b.jsonl", [3, 4, 1, 4])
    out = tmp_path / "out"
    summary, ear = extract(root, [first, second], out)
    assert (summary.records, summary.bad) == (4, 3)
    assert [(Path(bad.source).name, bad.position) for bad in ear.told] == [
        ("b.jsonl", 4),
        ("b.jsonl", 1),
        ("b.jsonl", 3),
    ]
    before = contents(out)
    summary, ear = extract(root, [first, second], out)
    assert (summary.unchanged, summary.bad, ear.told, contents(out)) == (2, 3, [], before)
    # When the first input has the id no longer, the record of the second counts.
    json_lines(first, [2])
    summary, _ = extract(root, [first, second], out)
    assert (summary.records, summary.bad) == (4, 1)
    extract(root, [first, second], tmp_path / "fresh")
    assert contents(out) == contents(tmp_path / "fresh")
    # In another order the other one comes first.
    summary, _ = extract(root, [second, json_lines(first, [1, 2, 3])], out)
    assert (summary.records, summary.bad) == (4, 3)
    assert [shard.records for shard in read_manifest(out).values()] == [3, 1]


def test_an_input_that_cannot_be_read(root: Path, tmp_path: Path) -> None:
    good = json_lines(tmp_path / "a.jsonl", range(4))
    summary, ear = extract(root, [good, tmp_path / "gone.jsonl"], tmp_path / "out")
    assert (summary.files, summary.records, summary.bad) == (2, 4, 1)
    assert [bad.code for bad in ear.told] == ["file-missing"]
    json_lines(tmp_path / "gone.jsonl", [9])
    summary, _ = extract(root, [good, tmp_path / "gone.jsonl"], tmp_path / "out")
    assert (summary.unchanged, summary.records, summary.bad) == (1, 5, 0)


def test_nothing_is_begun_without_pyarrow(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = json_lines(tmp_path / "a.jsonl", range(4))
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ImnmError, match="parquet-missing"):
        extract(root, [path], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_folders_that_are_not_taken(root: Path, tmp_path: Path) -> None:
    path = json_lines(tmp_path / "a.jsonl", range(4))
    other = json_lines(tmp_path / "b.jsonl", [9])
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("x")
    (tmp_path / "file").write_text("x")
    for name in ("full", "file"):
        with pytest.raises(ImnmError, match="extract-folder"):
            extract(root, [path], tmp_path / name)
    assert [item.name for item in (tmp_path / "full").iterdir()] == ["mine.txt"]
    out = tmp_path / "out"
    extract(root, [path, other], out)
    before = contents(out)
    with pytest.raises(ImnmError, match=r"inputs that are not given now: .*b\.jsonl; give these too.*extract-inputs"):
        extract(root, [path], out)
    assert contents(out) == before
    with ShardFolder(out), pytest.raises(ImnmError, match="another run writes to the folder"):
        extract(root, [path, other], out)


def test_a_fault_of_the_program_costs_one_input(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inputs = [json_lines(tmp_path / f"{name}.jsonl", [at]) for at, name in ((1, "a"), (2, "b"))]

    def run_pool(tasks: list[object], _make: object, _workers: int, finished: object, _tick: object) -> None:
        assert callable(finished)
        for task in tasks:
            assert finished(task, Lost("its process was killed by signal 9")) == []

    with monkeypatch.context() as patch:
        patch.setattr(folder_module, "run_pool", run_pool)
        summary, ear = extract(root, inputs, tmp_path / "out")
    assert summary == Summary(0, 0, 0, 0, 2)
    assert {bad.what for bad in ear.told} == {"the input was not read: its process was killed by signal 9"}
    assert (tmp_path / "out" / "bad-records.jsonl").read_text().count("extract-failed") == 2
    summary, _ = extract(root, inputs, tmp_path / "out")
    assert (summary.records, summary.bad, summary.unchanged) == (2, 0, 0)
