# SPDX-License-Identifier: Apache-2.0
"""What a run of extraction is made with, and the hash that tells whether a result is still that of today."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from imnm_kg.extraction.knowledge import Knowledge, read_knowledge
from imnm_kg.lexicon.entries import Entry
from imnm_kg.model.folders import Folders
from imnm_kg.operations.shards import file_sha256

__all__ = ["Settings", "load_knowledge", "settings_hash"]

_PACKAGE = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Settings:
    """What decides on the result, other than the inputs; small, it is sent to other processes.

    Attributes:
        root: the folder with ``ontology/`` and ``graph/``.
        lexicons: foreign vocabularies.
        min_confidence: the least confidence of a claim.
        format: ``parquet``, ``jsonl``, ``nq`` or ``ttl``.
        version: of the program.
    """

    root: Path
    lexicons: tuple[Path, ...]
    min_confidence: float
    format: str
    version: str


def load_knowledge(settings: Settings) -> Knowledge:
    """Read all that the extractor knows; done once in a process.

    Raises:
        ImnmError: what reading the files raises.
    """
    foreign: list[Entry] = []
    if settings.lexicons:
        from imnm_kg.lexicon.foreign import read_foreign

        for path in settings.lexicons:
            foreign += read_foreign(path)
    return read_knowledge(Folders(settings.root), foreign)


def settings_hash(settings: Settings, of_file: Callable[[Path], str] = file_sha256) -> str:
    """Return a hash of all that decides which claims are found in a text: names, rules, cues, options and the code.

    Args:
        settings: what the run is made with.
        of_file: gives the SHA-256 of a file.
    """
    parts = [[name, of_file(path)] for name, path in _files(settings)]
    value = [settings.format, repr(settings.min_confidence), *parts]
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:32]


def _files(settings: Settings) -> Iterator[tuple[str, Path]]:
    root = settings.root
    for folder, patterns in (
        (root / "ontology" / "lexicon", ("*.tsv", "*/*.tsv", "*/*.toml")),
        (root / "graph" / "entities", ("*.ttl",)),
        # A new version may read or find otherwise; so may a change that somebody has just made.
        (_PACKAGE, ("reading/*.py", "lexicon/*.py", "extraction/*.py")),
    ):
        for path in sorted(file for pattern in patterns for file in folder.glob(pattern)):
            yield path.relative_to(folder).as_posix(), path
    yield from (("lexicon", path) for path in settings.lexicons)
