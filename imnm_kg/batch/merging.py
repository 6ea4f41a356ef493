# SPDX-License-Identifier: Apache-2.0
"""The Parquet shards of a run as one file: each claim of a passage once, sorted, with flat memory."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

from pyoxigraph import Literal, Triple

from imnm_kg.batch.quads import document_triples, make_proposer
from imnm_kg.batch.settings import Settings, load_knowledge
from imnm_kg.batch.watch import Summary, Watch
from imnm_kg.errors import ImnmError, Place
from imnm_kg.model.aside import written_aside
from imnm_kg.model.claim_rows import Row, read_rows
from imnm_kg.model.claims import RANKS
from imnm_kg.model.namespaces import IMNM, RDFS
from imnm_kg.operations.extract import json_line
from imnm_kg.operations.shards import CLAIMS, UNFINISHED, file_sha256, read_manifest
from imnm_kg.operations.sorting import LineSorter

__all__ = ["merge_shards"]

_LABEL, _CERTAINTY, _EVIDENCE = RDFS.label, IMNM.certainty, IMNM.hasEvidence
_KEY = ("document", "start", "end", "subject", "predicate", "object", "polarity", "population", "context")


def merge_shards(folder: Path, out: Path, settings: Settings, watch: Watch) -> Summary:
    """Write the claims of all shards into one file.

    N-Quads are those of the Turtle of each document, in a graph a document, but a claim or a new entity that several
    documents have gets one label: of a claim that for the surest of its passages.

    Args:
        folder: of the run.
        out: the file.
        settings: with the format, ``nq`` or ``jsonl``, and the vocabularies that the run was made with.
        watch: is told what happens.

    Raises:
        ImnmError: ``shards-none``, ``shards-unfinished``, ``shards-damaged``, ``file-unwritable``.
    """
    shards = _shards(folder)
    watch.expect(sum(path.stat().st_size for path in shards))
    summary = Summary(len(shards))
    rows = _rows(shards, summary, watch)
    if not out.parent.is_dir():
        what, remedy = "there is no such folder", "make it, or name another file with --out"
        raise ImnmError("file-unwritable", what, remedy, Place(str(out.parent)))
    lines = _quad_lines(rows, out.parent, settings) if settings.format == "nq" else _json_lines(rows, out.parent)
    with written_aside(out) as stream:
        for line in lines:
            stream.write(line)
    return summary


def _shards(folder: Path) -> list[Path]:
    """Return the shards of a run that is over and whole; of one by Spark, which has no manifest, the files."""
    if (folder / UNFINISHED).exists():
        what, remedy = "the run into this folder is not over", "start it again with the same inputs"
        raise ImnmError("shards-unfinished", what, remedy, Place(str(folder)))
    manifest = read_manifest(folder)
    for shard in manifest.values():
        path = folder / shard.shard
        if not shard.shard.endswith(".parquet"):
            what, remedy = f"the shards are {path.suffix[1:]}, not Parquet", "extract with --format parquet"
            raise ImnmError("shards-none", what, remedy, Place(str(folder)))
        if not path.is_file() or file_sha256(path) != shard.shard_sha256:
            what, remedy = "the shard is not as it was written", "start the same extraction again, which mends it"
            raise ImnmError("shards-damaged", what, remedy, Place(str(path)))
    found = [folder / shard.shard for shard in manifest.values()] or sorted((folder / CLAIMS).glob("*.parquet"))
    if not found:
        what, remedy = "there are no shards here", "name the folder of 'imnm-kg extract --format parquet --out DIR'"
        raise ImnmError("shards-none", what, remedy, Place(str(folder)))
    return found


def _rows(shards: Sequence[Path], summary: Summary, watch: Watch) -> Iterator[Row]:
    for path in shards:
        last = None
        for row in read_rows(path):
            summary.claims += 1
            if (place := (row["source"], row["position"])) != last:
                summary.records += 1
                watch.tick(1, 0)
                last = place
            watch.tick(0, 1)
            yield row
        watch.done(path.stat().st_size)


def _json_lines(rows: Iterable[Row], room: Path) -> Iterator[bytes]:
    """Yield JSON lines by document and place; of lines that say the same of one passage the first."""
    with LineSorter(room) as sorter:
        for row in rows:
            key = [row[name] if not isinstance(row[name], int) else f"{row[name]:012}" for name in _KEY]
            sorter.add(f"{json.dumps(key)}\t{json_line(row)}".encode())
        for _, group in groupby(sorter.sorted(), key=lambda line: line.partition(b"\t")[0]):
            yield next(group).partition(b"\t")[2]


def _quad_lines(rows: Iterable[Row], room: Path, settings: Settings) -> Iterator[bytes]:
    proposer = make_proposer(settings, load_knowledge(settings).knowledge)
    with LineSorter(room) as quads, LineSorter(room) as labels:
        for graph, triples in document_triples(rows, proposer):
            ranks = _ranks(triples)
            for triple in triples:
                if triple.predicate == _LABEL and "/evidence/" not in (subject := str(triple.subject)):
                    assert isinstance(triple.object, Literal)
                    label = [subject, ranks.get(subject, 0), triple.object.value, graph]
                    labels.add(json.dumps(label).encode() + b"\n")
                else:
                    quads.add(f"{triple} {graph} .\n".encode())
        for line in _one_label(labels.sorted()):
            quads.add(line)
        yield from quads.sorted()


def _ranks(triples: Iterable[Triple]) -> dict[str, int]:
    """Return for each claim of a document how sure its surest passage is; the surest have the lowest number."""
    certainty, passages = {}, []
    for triple in triples:
        if triple.predicate == _CERTAINTY:
            certainty[str(triple.subject)] = len(RANKS) - RANKS.index(str(triple.object)[1:-1].removeprefix(IMNM))
        elif triple.predicate == _EVIDENCE:
            passages.append((str(triple.subject), str(triple.object)))
    ranks: dict[str, int] = {}
    for claim, passage in passages:
        ranks[claim] = min(ranks.get(claim, len(RANKS)), certainty.get(passage, len(RANKS)))
    return ranks


def _one_label(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the labels of claims, entities and documents: for each thing the first, in all graphs that have one."""
    last, label = "", ""
    for line in lines:
        subject, _, value, graph = json.loads(line)
        if subject != last:
            last, label = subject, value
        yield f"{subject} {_LABEL} {Literal(label, language='en')} {graph} .\n".encode()
