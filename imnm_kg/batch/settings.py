# SPDX-License-Identifier: Apache-2.0
"""What a run of extraction is made with, and the hash that tells whether a result is still that of today."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from imnm_kg.batch.inputs import shown_path
from imnm_kg.batch.watch import Watch
from imnm_kg.errors import ImnmError, Place
from imnm_kg.extraction.knowledge import Knowledge, read_knowledge
from imnm_kg.lexicon.entries import Entry
from imnm_kg.model.folders import Folders
from imnm_kg.model.records import BadRecord
from imnm_kg.operations.shards import file_sha256
from imnm_kg.reading.faults import bad_record

__all__ = ["Faults", "Loaded", "Settings", "load_knowledge", "read_lexicons", "settings_hash"]

_PACKAGE = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Settings:
    """What decides on the result, other than the inputs; small, it is sent to other processes.

    Attributes:
        root: the folder with ``ontology/`` and ``graph/``.
        lexicons: foreign vocabularies, each with the kind of its terms, empty where it tells that itself.
        min_confidence: the least confidence of a claim.
        format: ``parquet``, ``jsonl``, ``nq`` or ``ttl``.
        version: of the program.
    """

    root: Path
    lexicons: tuple[tuple[Path, str], ...]
    min_confidence: float
    format: str
    version: str


class Faults(NamedTuple):
    """What of the foreign vocabularies could not be read: the first ones, and how many.

    ``notes``: what is not used of each on purpose, a line a file.
    """

    told: tuple[BadRecord, ...] = ()
    number: int = 0
    notes: tuple[str, ...] = ()

    def tell(self, watch: Watch) -> None:
        """Tell all of it."""
        for note in self.notes:
            watch.note(note)
        for bad in self.told:
            watch.bad(bad)


class Loaded(NamedTuple):
    """What the extractor knows, and what it could not read."""

    knowledge: Knowledge
    faults: Faults


def load_knowledge(settings: Settings) -> Loaded:
    """Read all that the extractor knows; done once in a process.

    Raises:
        ImnmError: what reading the files raises.
    """
    entries, faults = read_lexicons(settings)
    return Loaded(read_knowledge(Folders(settings.root), entries), faults)


def read_lexicons(settings: Settings) -> tuple[list[Entry], Faults]:
    """Read the foreign vocabularies.

    Raises:
        ImnmError: what reading the files raises.
    """
    if not settings.lexicons:
        return [], Faults()
    from imnm_kg.lexicon.foreign import read_foreign
    from imnm_kg.lexicon.vocabularies import read_vocabularies

    entries: list[Entry] = []
    told: list[BadRecord] = []
    notes: list[str] = []
    count = 0
    known = read_vocabularies(Folders(settings.root))
    for path, kind in settings.lexicons:
        shown = shown_path(path)
        lexicon = read_foreign(path, shown, kind=kind, known=known)
        entries += lexicon.entries
        count += lexicon.broken
        if lexicon.passed_by:
            notes.append(f"{shown}: {lexicon.passed_by}")
        for fault in lexicon.faults:
            place = Place(shown, fault.line)
            told.append(
                bad_record(ImnmError("lexicon-line", fault.what, "mend it; the others were read", place), shown)
            )
    return entries, Faults(tuple(told), count, tuple(notes))


def settings_hash(settings: Settings) -> str:
    """Return a hash of all that decides which claims are found in a text: names, rules, cues, options and the code.

    Raises:
        ImnmError: ``file-missing``, ``file-unreadable``.
    """
    parts = [[name, _hash(path)] for name, path in _files(settings)]
    value = [settings.format, repr(settings.min_confidence), *parts]
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:32]


def _hash(path: Path) -> str:
    try:
        return file_sha256(path)
    except FileNotFoundError as error:
        raise ImnmError("file-missing", "there is no such file", "check the path", Place(str(path))) from error
    except OSError as error:
        what = f"the file cannot be read ({error.strerror or error})"
        raise ImnmError("file-unreadable", what, "check the path and its permissions", Place(str(path))) from error


def _files(settings: Settings) -> Iterator[tuple[str, Path]]:
    root = settings.root
    for folder, patterns in (
        (root / "ontology" / "lexicon", ("*.*", "*/*.*")),
        (root / "graph" / "entities", ("*.ttl",)),
        # A new version may read or find otherwise; so may a change that somebody has just made.
        (_PACKAGE, ("reading/*.py", "lexicon/*.py", "extraction/*.py")),
    ):
        for path in sorted(file for pattern in patterns for file in folder.glob(pattern)):
            yield path.relative_to(folder).as_posix(), path
    yield from ((f"lexicon:{kind}", path) for path, kind in settings.lexicons)
