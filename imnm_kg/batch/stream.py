# SPDX-License-Identifier: Apache-2.0
"""Extraction in one process: document by document, each written as soon as it is read, so that memory stays flat."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import Path
from typing import Protocol

from imnm_kg.batch.inputs import shown_path, weight
from imnm_kg.batch.quads import make_proposer
from imnm_kg.batch.settings import Loaded, Settings
from imnm_kg.batch.watch import Summary, Watch
from imnm_kg.batch.work import RowWriter
from imnm_kg.errors import ImnmError, Place
from imnm_kg.extraction.knowledge import Knowledge
from imnm_kg.model.folders import Folders
from imnm_kg.model.ids import slug
from imnm_kg.model.records import BadRecord
from imnm_kg.operations.assemble import read_prefixes
from imnm_kg.operations.extract import Read, extract, rows_of
from imnm_kg.operations.propose import Proposer, render_turtle
from imnm_kg.rdf.files import write_atomically
from imnm_kg.reading.faults import SeenIds
from imnm_kg.reading.source import read_records

__all__ = ["RowSink", "Sink", "TextSink", "TurtleFile", "TurtleFolder", "extract_stream", "refuse_reviewed"]


class Sink(Protocol):
    """Takes the documents that have claims."""

    def take(self, read: Read) -> None:
        """Take one."""


def extract_stream(
    inputs: Iterable[Path], settings: Settings, loaded: Loaded, sinks: Iterable[Sink], watch: Watch
) -> Summary:
    """Read the inputs in order and give each document that has claims to the sinks.

    Args:
        inputs: the files, each once.
        settings: what the run is made with.
        loaded: what the extractor knows.
        sinks: where the claims go.
        watch: is told what happens.
    """
    seen = SeenIds()
    summary = Summary(bad=loaded.faults.number)
    loaded.faults.tell(watch)
    sinks = list(sinks)
    inputs = list(inputs)
    watch.expect(sum(map(weight, inputs)))
    for path in inputs:
        summary.files += 1
        for read in extract(read_records(path, shown_path(path)), loaded.knowledge, settings.min_confidence):
            wrong = read if isinstance(read, BadRecord) else seen.check(read.record)
            if wrong is not None:
                summary.bad += 1
                watch.bad(wrong)
                watch.tick(1, 0)
                continue
            assert isinstance(read, Read)
            summary.records += 1
            summary.claims += len(read.claims)
            if read.claims:
                for sink in sinks:
                    sink.take(read)
            watch.tick(1, len(read.claims))
        watch.done(weight(path))
    return summary


class RowSink:
    """Writes rows: JSON lines, N-Quads or Parquet."""

    def __init__(self, rows: RowWriter, flush: Callable[[], None] = lambda: None) -> None:
        """Say where they are written, and how what was written is sent on."""
        self._rows = rows
        self._flush = flush

    def take(self, read: Read) -> None:
        """Write the claims of a document."""
        self._rows.write(rows_of(read))
        self._flush()


class _Turtle:
    """Makes the Turtle of a document; reads the graph for the names that it knows when it is first needed."""

    def __init__(self, settings: Settings, knowledge: Knowledge) -> None:
        self._settings = settings
        self._knowledge = knowledge

    @cached_property
    def _proposer(self) -> Proposer:
        return make_proposer(self._settings, self._knowledge)

    @cached_property
    def _prefixes(self) -> dict[str, str]:
        return read_prefixes(Folders(self._settings.root))

    def of(self, read: Read) -> str:
        return render_turtle(self._proposer, read.claims, {read.record.id: read.record}, self._prefixes)


class TurtleFile:
    """Holds the Turtle of one document; a second one cannot go into the same file."""

    def __init__(self, settings: Settings, knowledge: Knowledge) -> None:
        """Keep what Turtle needs."""
        self._turtle = _Turtle(settings, knowledge)
        self._first: Read | None = None

    def take(self, read: Read) -> None:
        """Take the one document.

        Raises:
            ImnmError: ``extract-turtle`` for a second one.
        """
        if self._first is not None:
            what = f"there are claims of more than one document ({self._first.record.id}, {read.record.id})"
            remedy = "name a folder with --out, which gets a Turtle file for each"
            raise ImnmError("extract-turtle", what, remedy, Place(read.record.source))
        self._first = read

    @property
    def text(self) -> str:
        """The Turtle; empty where no document has a claim."""
        return "" if self._first is None else self._turtle.of(self._first)


_DECIDED = re.compile(rb"imnm:reviewStatus imnm:(?:Reviewed|Rejected)\b")


def refuse_reviewed(path: Path) -> None:
    """Refuse to write over what a person may have decided.

    Raises:
        ImnmError: ``extract-reviewed``.
    """
    if path.is_file() and _DECIDED.search(path.read_bytes()):
        what = "the file has claims that were reviewed"
        remedy = "write to another place with --out; 'imnm-kg review' brings both together"
        raise ImnmError("extract-reviewed", what, remedy, Place(str(path)))


class TurtleFolder:
    """Writes a Turtle file for each document that has claims."""

    def __init__(self, folder: Path, settings: Settings, knowledge: Knowledge) -> None:
        """Keep what Turtle needs."""
        self._folder = folder
        self._turtle = _Turtle(settings, knowledge)
        self._names = _Names(".ttl")

    def take(self, read: Read) -> None:
        """Write the file of a document.

        Raises:
            ImnmError: ``extract-reviewed``, ``file-unwritable``.
        """
        path = self._folder / self._names.of(read)
        refuse_reviewed(path)
        write_atomically(path, self._turtle.of(read))


class TextSink:
    """Writes the text of each document that has claims, as ``verify`` and ``review`` want it."""

    def __init__(self, folder: Path) -> None:
        """Say where."""
        self._folder = folder
        self._names = _Names(".txt")

    def take(self, read: Read) -> None:
        """Write the text of a document.

        Raises:
            ImnmError: ``file-unwritable``.
        """
        write_atomically(self._folder / self._names.of(read), read.record.text)


class _Names:
    """Gives each document a file name of its own."""

    def __init__(self, extension: str) -> None:
        self._extension = extension
        self._given: set[str] = set()

    def of(self, read: Read) -> str:
        name = slug(read.record.id)[:120]
        if name in self._given:
            name = f"{name}-{read.record.sha256[:8]}"
        self._given.add(name)
        return name + self._extension
