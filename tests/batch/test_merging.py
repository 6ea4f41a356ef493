# SPDX-License-Identifier: Apache-2.0
"""Shards as one file: the triples of the Turtle, sorted, each line once; and shards that are not whole."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, Store, parse

from imnm_kg.batch.folder import extract_folder
from imnm_kg.batch.merging import merge_shards
from imnm_kg.batch.settings import load_knowledge
from imnm_kg.batch.stream import TurtleFolder, extract_stream
from imnm_kg.batch.watch import Summary
from imnm_kg.errors import ImnmError
from imnm_kg.model.namespaces import IMNM, RDF, RDFS
from imnm_kg.operations import sorting
from imnm_kg.operations.shards import read_manifest
from tests.batch.support import Ear, json_lines, pubmed, settings

SURE = "Alphamab inhibits protein X."
UNSURE = "Alphamab may inhibit protein X."


@pytest.fixture
def inputs(tmp_path: Path) -> list[Path]:
    hedged = tmp_path / "a-hedged.jsonl"
    hedged.write_text("".join(json.dumps({"id": id_, "text": text}) + "\n" for id_, text in (
        ("note-a", UNSURE), ("note-b", SURE), ("note-c", UNSURE),
    )))  # fmt: skip
    return [hedged, pubmed(tmp_path / "b.xml", range(1, 8)), json_lines(tmp_path / "c.jsonl", range(4))]


def merge(root: Path, inputs: list[Path], folder: Path, format_: str) -> tuple[Path, Summary]:
    shards = folder / "shards"
    extract_folder(inputs, shards, settings(root), 1, Ear())
    out = folder / f"claims.{format_}"
    return out, merge_shards(shards, out, settings(root, format_), Ear())


def read(path: Path) -> list[Quad]:
    return list(parse(path=path, format=RdfFormat.N_QUADS))


def test_quads_are_those_of_the_turtle(root: Path, inputs: list[Path], tmp_path: Path) -> None:
    out, summary = merge(root, inputs, tmp_path, "nq")
    lines = out.read_bytes().splitlines(keepends=True)
    assert lines == sorted(set(lines))
    store = Store()
    store.load(path=out, format=RdfFormat.N_QUADS)
    assert len(store) == len(lines)
    assert summary == Summary(3, 0, 14, summary.claims, 0)

    (tmp_path / "turtle").mkdir()
    loaded = load_knowledge(settings(root))
    sink = TurtleFolder(tmp_path / "turtle", settings(root), loaded.knowledge)
    extract_stream(inputs, settings(root), loaded, [sink], Ear())
    by_graph: dict[str, set[tuple[object, ...]]] = {}
    for quad in read(out):
        assert isinstance(quad.graph_name, NamedNode)
        name = quad.graph_name.value.rsplit("/", 1)[1]
        by_graph.setdefault(name, set()).add((quad.subject, quad.predicate, quad.object))
    files = sorted((tmp_path / "turtle").iterdir())
    assert sorted(by_graph) == [path.stem for path in files]
    for path in files:
        triples = {(q.subject, q.predicate, q.object) for q in parse(path=path, format=RdfFormat.TURTLE)}
        differs = triples ^ by_graph[path.stem]
        assert {predicate for _, predicate, _ in differs} <= {RDFS.label}
    # The notes that hedge have the label of the one that does not; nothing else differs.
    only = [path.stem for path in files if by_graph[path.stem] != {
        (q.subject, q.predicate, q.object) for q in parse(path=path, format=RdfFormat.TURTLE)
    }]  # fmt: skip
    assert {"note-a", "note-c"} <= set(only)
    assert "note-b" not in only


def test_a_claim_of_many_documents_has_one_label(root: Path, inputs: list[Path], tmp_path: Path) -> None:
    quads = read(merge(root, inputs, tmp_path, "nq")[0])
    claims = {quad.subject for quad in quads if (quad.predicate, quad.object) == (RDF.type, IMNM.Claim)}
    labels: dict[object, set[str]] = {}
    for quad in quads:
        if quad.predicate == RDFS.label:
            labels.setdefault(quad.subject, set()).add(quad.object.value)  # type: ignore[union-attr]
    assert all(len(labels[claim]) == 1 for claim in claims)
    assert {"alphamab inhibits protein X"} in [labels[claim] for claim in claims]
    assert all(len(found) == 1 for found in labels.values())


def test_what_is_sorted_on_the_disk_is_the_same(
    root: Path, inputs: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "two").mkdir()
    wanted = merge(root, inputs, tmp_path, "nq")[0].read_bytes()
    monkeypatch.setattr(sorting.LineSorter.__init__, "__defaults__", (5000,))
    assert merge(root, inputs, tmp_path / "two", "nq")[0].read_bytes() == wanted
    assert sorted(item.name for item in (tmp_path / "two").iterdir()) == ["claims.nq", "shards"]


def test_json_lines_are_sorted_and_without_repeats(root: Path, inputs: list[Path], tmp_path: Path) -> None:
    out, summary = merge(root, inputs, tmp_path, "jsonl")
    found = [json.loads(line) for line in out.read_text().splitlines()]
    assert len(found) == summary.claims
    places = [(one["document"], one["start"], one["end"], one["subject"]) for one in found]
    assert places == sorted(places)
    # A shard that is there twice, as after a run by another engine, gives nothing new.
    shards = tmp_path / "shards"
    (shard, *_) = read_manifest(shards).values()
    (shards / "manifest.jsonl").unlink()
    (shards / "claims" / "again.parquet").write_bytes((shards / shard.shard).read_bytes())
    text = out.read_bytes()
    merge_shards(shards, out, settings(root, "jsonl"), Ear())
    assert out.read_bytes() == text


def test_shards_that_are_not_whole(root: Path, inputs: list[Path], tmp_path: Path) -> None:
    out, _ = merge(root, inputs, tmp_path, "jsonl")
    before = out.read_bytes()
    shards = tmp_path / "shards"

    def refused(folder: Path) -> str:
        with pytest.raises(ImnmError) as caught:
            merge_shards(folder, out, settings(root, "jsonl"), Ear())
        assert out.read_bytes() == before
        return caught.value.code

    (shards / ".unfinished").touch()
    assert refused(shards) == "shards-unfinished"
    (shards / ".unfinished").unlink()
    shard = shards / next(iter(read_manifest(shards).values())).shard
    data = shard.read_bytes()
    shard.write_bytes(data[:-9])
    assert refused(shards) == "shards-damaged"
    shard.unlink()
    assert refused(shards) == "shards-damaged"
    assert refused(tmp_path) == "shards-none"
    assert refused(tmp_path / "none") == "shards-none"
    extract_folder(inputs, shards, settings(root), 1, Ear())
    with pytest.raises(ImnmError, match="file-unwritable"):
        merge_shards(shards, tmp_path / "none" / "out.nq", settings(root, "nq"), Ear())
    extract_folder(inputs, shards, settings(root, "jsonl"), 1, Ear())
    assert refused(shards) == "shards-none"
