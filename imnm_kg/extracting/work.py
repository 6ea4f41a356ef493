# SPDX-License-Identifier: Apache-2.0
"""What a process of the pool does: an input becomes a shard, whole or in shares that are joined afterwards."""

from __future__ import annotations

import contextlib
import heapq
import json
import os
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol

from imnm_kg.extracting.settings import Settings, load_knowledge
from imnm_kg.extraction.knowledge import Knowledge
from imnm_kg.model.aside import written_aside
from imnm_kg.model.claim_rows import ParquetRows, Row, json_line
from imnm_kg.model.records import BadRecord, TextRecord
from imnm_kg.operations.extract import extract, rows_of
from imnm_kg.operations.pool import Tick
from imnm_kg.operations.shards import CLAIMS, RECORDS, Shard, Tally, file_sha256
from imnm_kg.reading.faults import SeenIds
from imnm_kg.reading.shares import Share, UnevenError, read_share
from imnm_kg.reading.source import read_records

__all__ = ["PARTS", "Done", "Task", "Uneven", "Worker"]

PARTS = ".parts"
SHOWN = 20
"""The bad records of an input that are told; the others are counted."""


class Task(NamedTuple):
    """A piece of work.

    Attributes:
        name: of the shard.
        path: the input.
        shown: the input as it is printed.
        share: which of its records, where several processes read it; none: all.
        join: make the shard out of the parts that those have written.
        repeated: positions of records whose id an earlier input has.
    """

    name: str
    path: Path
    shown: str
    share: Share | None = None
    join: bool = False
    repeated: frozenset[int] = frozenset()


class Done(NamedTuple):
    """A shard that is whole, and the first of its bad records."""

    shard: Shard
    bad: tuple[BadRecord, ...]


class Uneven(NamedTuple):
    """A share that could not be read on its own; or, with ``changed``, an input that changed meanwhile."""

    changed: bool = False


class _Item(NamedTuple):
    """What became of a record: its rows, or what was wrong."""

    position: int
    id: str | None
    rows: list[Row]
    bad: BadRecord | None


class _Rows(Protocol):
    def write(self, row: Row) -> None: ...
    def close(self) -> None: ...


class _JsonRows:
    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def write(self, row: Row) -> None:
        self._stream.write(json_line(row).encode("utf-8"))

    def close(self) -> None:
        self._stream.flush()


_FORMATS: dict[str, Callable[[BinaryIO], _Rows]] = {"parquet": ParquetRows, "jsonl": _JsonRows}


class Worker:
    """Does tasks; it lives in a process of the pool and reads the knowledge when it first needs it."""

    def __init__(self, settings: Settings, out: Path, knowledge_hash: str) -> None:
        """Keep what all tasks need."""
        self._settings = settings
        self._out = out
        self._hash = knowledge_hash

    @cached_property
    def _knowledge(self) -> Knowledge:
        return load_knowledge(self._settings)

    def __call__(self, task: Task, tick: Tick) -> Done | Uneven | None:
        """Do a task; returns a shard, or nothing for a share."""
        before = _state(task.path)
        if task.share is None:
            if task.join:
                items = _joined(self._parts(task))
            else:
                items = self._items(read_records(task.path, task.shown), tick)
            done = self._shard(task, items)
            return done if before is not None and _state(task.path) == before else Uneven(changed=True)
        try:
            with written_aside(self._out / PARTS / f"{task.name}.{task.share.number}") as stream:
                stream.write(_encoded(before))
                for item in self._items(read_share(task.path, task.shown, task.share), tick):
                    stream.write(_encoded([*item[:3], item.bad and [*_fields(item.bad)]]))
        except UnevenError:
            return Uneven()
        return None

    def _items(self, records: Iterable[TextRecord | BadRecord], tick: Tick) -> Iterator[_Item]:
        for read in extract(records, self._knowledge, self._settings.min_confidence):
            if isinstance(read, BadRecord):
                tick(1, 0)
                yield _Item(read.position, None, [], read)
            else:
                rows = rows_of(read)
                tick(1, len(rows))
                yield _Item(read.record.position, read.record.id, rows, None)
