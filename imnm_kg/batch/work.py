# SPDX-License-Identifier: Apache-2.0
"""What a process of the pool does: an input becomes a shard, whole or in shares that are joined afterwards."""

from __future__ import annotations

import contextlib
import heapq
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import astuple
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Protocol

from imnm_kg.batch.quads import QuadRows, make_proposer
from imnm_kg.batch.settings import Faults, Settings, load_knowledge
from imnm_kg.extraction.knowledge import Knowledge
from imnm_kg.model.aside import written_aside
from imnm_kg.model.claim_rows import ParquetRows, Row
from imnm_kg.model.records import BadRecord, TextRecord
from imnm_kg.operations.extract import extract, json_line, rows_of
from imnm_kg.operations.pool import Tick
from imnm_kg.operations.propose import Proposer
from imnm_kg.operations.shards import CLAIMS, PARTS, RECORDS, Shard, Tally, file_sha256, positions_hash
from imnm_kg.reading.faults import SeenIds
from imnm_kg.reading.shares import Share, UnevenError, read_share
from imnm_kg.reading.source import read_records

__all__ = ["SHOWN", "Done", "RowWriter", "Task", "Undone", "Worker", "row_writer"]

SHOWN = 20
"""The most bad records that are told one by one; all are counted."""


class Task(NamedTuple):
    """A piece of work.

    Attributes:
        name: of the shard.
        path: the input.
        shown: the input as it is printed.
        share: which of its records, where several processes read it; none: all.
        join: make the shard out of the parts of that many shares; 0: read the input.
        repeated: positions of records whose id an earlier input has.
    """

    name: str
    path: Path
    shown: str
    share: Share | None = None
    join: int = 0
    repeated: frozenset[int] = frozenset()


class Done(NamedTuple):
    """What came of a task.

    Attributes:
        shard: the shard; none for a share of one.
        bad: the first of the bad records.
        lexicon: what was wrong with the foreign vocabularies, where this process has read them.
    """

    shard: Shard | None
    bad: tuple[BadRecord, ...] = ()
    lexicon: Faults | None = None


class Undone(NamedTuple):
    """Why a task was not done: the input cannot be read in shares, or it changed while it was read."""

    changed: bool


class RowWriter(Protocol):
    """Writes rows to a stream."""

    def write(self, rows: Sequence[Row]) -> None:
        """Write those of one document."""

    def close(self) -> None:
        """Write what is still held; the stream stays open."""


class _JsonRows:
    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def write(self, rows: Sequence[Row]) -> None:
        self._stream.write("".join(map(json_line, rows)).encode("utf-8"))

    def close(self) -> None:
        self._stream.flush()


def row_writer(stream: BinaryIO, format_: str, proposer: Callable[[], Proposer]) -> RowWriter:
    """Return what writes rows as ``parquet``, ``jsonl`` or ``nq``; the last needs what the graph knows."""
    if format_ == "nq":
        return QuadRows(stream, proposer())
    return ParquetRows(stream) if format_ == "parquet" else _JsonRows(stream)


class _Item(NamedTuple):
    """What became of a record: its rows, or what was wrong."""

    position: int
    id: str
    rows: list[Row]
    bad: BadRecord | None


class Worker:
    """Does tasks; it lives in a process of the pool and reads the knowledge when it first needs it."""

    def __init__(self, settings: Settings, out: Path, knowledge: str) -> None:
        """Keep what all tasks need.

        Args:
            settings: what the run is made with.
            out: its folder.
            knowledge: hash of the settings and of all that the extractor knows.
        """
        self._settings = settings
        self._out = out
        self._hash = knowledge
        self._faults: Faults | None = None

    @cached_property
    def _knowledge(self) -> Knowledge:
        knowledge, self._faults = load_knowledge(self._settings)
        return knowledge

    @cached_property
    def _proposer(self) -> Proposer:
        return make_proposer(self._settings, self._knowledge)

    def __call__(self, task: Task, tick: Tick) -> Done | Undone:
        """Do a task."""
        before = _state(task.path)
        if task.share is not None:
            return self._write_part(task, task.share, before, tick)
        if task.join:
            parts = [self._out / PARTS / f"{task.name}.{number}" for number in range(task.join)]
            with contextlib.ExitStack() as stack:
                lines = [stack.enter_context(path.open("rb")) for path in parts]
                if any(json.loads(next(part)) != before for part in lines):
                    return Undone(changed=True)
                merged = heapq.merge(*map(_items_of_part, lines), key=lambda item: item.position)
                done = self._write_shard(task, merged)
            for path in parts:
                path.unlink(missing_ok=True)
        else:
            done = self._write_shard(task, self._items(read_records(task.path, task.shown), tick))
        return done if _state(task.path) == before else Undone(changed=True)

    def _items(self, records: Iterable[TextRecord | BadRecord], tick: Tick) -> Iterator[_Item]:
        for read in extract(records, self._knowledge, self._settings.min_confidence):
            if isinstance(read, BadRecord):
                tick(1, 0)
                yield _Item(read.position, "", [], read)
            else:
                rows = rows_of(read)
                tick(1, len(rows))
                yield _Item(read.record.position, read.record.id, rows, None)

    def _write_part(self, task: Task, share: Share, before: list[int], tick: Tick) -> Done | Undone:
        try:
            with written_aside(self._out / PARTS / f"{task.name}.{share.number}") as stream:
                stream.write(_encoded(before))
                for position, id_, rows, bad in self._items(read_share(task.path, task.shown, share), tick):
                    stream.write(_encoded([position, id_, rows, None if bad is None else astuple(bad)]))
        except UnevenError:
            return Undone(changed=False)
        return Done(None, lexicon=self._faults)

    def _write_shard(self, task: Task, items: Iterable[_Item]) -> Done:
        claims = f"{CLAIMS}/{task.name}.{self._settings.format}"
        log = f"{RECORDS}/{task.name}.jsonl.gz"
        seen = SeenIds()
        shown: list[BadRecord] = []
        size, sha256 = _identity(task.path)
        with written_aside(self._out / claims) as stream, written_aside(self._out / log) as log_stream:
            rows, tally = row_writer(stream, self._settings.format, lambda: self._proposer), Tally(log_stream)
            for item in items:
                record = TextRecord(item.id, "", source=task.shown, position=item.position)
                bad = item.bad or seen.check(record)
                again = bad is None and item.position in task.repeated
                if again:
                    bad = seen.check(record)
                if bad is None:
                    if item.rows:
                        rows.write(item.rows)
                    tally.record(record, len(item.rows))
                    continue
                tally.passed_over(bad, item.id if again else None)
                if len(shown) < SHOWN:
                    shown.append(bad)
            rows.close()
            tally.close()
        return Done(
            Shard(
                task.name, task.shown, size, sha256, tally.records, tally.claims, tally.bad,
                claims, file_sha256(self._out / claims), log, file_sha256(self._out / log),
                positions_hash(task.repeated), self._settings.version, self._hash,
            ),
            tuple(shown),
            self._faults,
        )  # fmt: skip


def _state(path: Path) -> list[int]:
    """Return what changes with a file; nothing where it is not there, which is told when it is read."""
    try:
        state = path.stat()
    except OSError:
        return []
    return [state.st_size, state.st_mtime_ns, state.st_ino]


def _identity(path: Path) -> tuple[int, str]:
    """Return size and SHA-256 of an input; one that cannot be read has none, and is tried again by the next run."""
    try:
        return path.stat().st_size, file_sha256(path)
    except OSError:
        return 0, ""


def _encoded(value: Any) -> bytes:
    return json.dumps(value).encode() + b"\n"


def _items_of_part(lines: Iterable[bytes]) -> Iterator[_Item]:
    for line in lines:
        position, id_, rows, bad = json.loads(line)
        yield _Item(position, id_, rows, None if bad is None else BadRecord(*bad))
