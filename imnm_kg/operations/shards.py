# SPDX-License-Identifier: Apache-2.0
"""The folder of a long run: one shard an input, a manifest that says which are whole, and a lock.

A shard is in the manifest when it is on the disk, never before; so a run that was killed goes on where it was. Nothing
in the folder depends on when, in which order or by how many processes it was written.

    claims/NAME.parquet     the claims of one input
    records/NAME.jsonl.gz   what became of each record of that input
    manifest.jsonl          one line an input, in the order of the inputs when the run is over
    bad-records.jsonl       the records that were passed over, when the run is over
    .unfinished             is there until the run is over
    .lock                   is there, and locked, while a process writes
    .parts/                 shares of inputs, until they are joined
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import json
import os
import re
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO, Self, TextIO

from imnm_kg.errors import ImnmError, Place
from imnm_kg.model.aside import clean, written_aside
from imnm_kg.model.records import BadRecord, TextRecord
from imnm_kg.rdf.files import unwritable
from imnm_kg.reading.faults import SeenIds

__all__ = [
    "BAD",
    "CLAIMS",
    "MANIFEST",
    "PARTS",
    "RECORDS",
    "UNFINISHED",
    "Shard",
    "ShardFolder",
    "Tally",
    "file_sha256",
    "positions_hash",
    "read_manifest",
    "shard_name",
]

MANIFEST, BAD, UNFINISHED, LOCK = "manifest.jsonl", "bad-records.jsonl", ".unfinished", ".lock"
CLAIMS, RECORDS, PARTS = "claims", "records", ".parts"


@dataclass(frozen=True)
class Shard:
    """A line of the manifest.

    Attributes:
        name: of the shard, without folder and extension.
        input: the file as it was given.
        size: its bytes.
        sha256: of these bytes.
        records: records that were read.
        claims: claims in the shard.
        bad: records that were passed over.
        shard: the file with the claims, in the folder.
        shard_sha256: of its bytes.
        log: the file that says what became of each record, in the folder.
        log_sha256: of its bytes.
        repeated: hash of the positions of records whose id an earlier input has; empty where there are none.
        version: of the program.
        knowledge: hash of all that decides which claims are found in a text.
    """

    name: str
    input: str
    size: int
    sha256: str
    records: int
    claims: int
    bad: int
    shard: str
    shard_sha256: str
    log: str
    log_sha256: str
    repeated: str
    version: str
    knowledge: str


class Tally:
    """Writes what became of each record, and counts.

    A line is an array: position and id, or position, ``null`` and what was wrong. Small, for all of PubMed has
    36 million.
    """

    def __init__(self, stream: BinaryIO) -> None:
        """Begin; the stream gets gzip data that are the same whenever they are written."""
        self._gzip = gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=stream, mtime=0)
        self.records = self.claims = self.bad = 0

    def record(self, record: TextRecord, claims: int) -> None:
        """Note a record that was read."""
        self.records += 1
        self.claims += claims
        self._gzip.write(b"[%d,%s]\n" % (record.position, json.dumps(record.id, ensure_ascii=False).encode()))

    def passed_over(self, bad: BadRecord, id_: str | None = None) -> None:
        """Note one that was not; with its id where that is known, and is in an earlier input too."""
        self.bad += 1
        line = [bad.position, id_, asdict(bad)]
        self._gzip.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")

    def close(self) -> None:
        """End the data; the stream stays open."""
        self._gzip.close()


def shard_name(path: Path) -> str:
    """Return the name of the shard of an input: readable, and another for a file of the same name elsewhere."""
    stem = re.sub(r"(\.\w{1,8})(\.gz)?$", "", path.name)
    readable = re.sub(r"[^A-Za-z0-9._-]+", "-", stem).strip("-.")[:60]
    return f"{readable or 'input'}-{hashlib.sha256(os.fsencode(path)).hexdigest()[:8]}"


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of the bytes of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def positions_hash(positions: Iterable[int]) -> str:
    """Return a hash of the positions of records, empty where there are none."""
    text = ",".join(map(str, sorted(positions)))
    return hashlib.sha256(text.encode()).hexdigest()[:16] if text else ""


def read_manifest(folder: Path) -> dict[str, Shard]:
    """Return the lines of a manifest by the names of their shards; of several lines for one, the last counts.

    A line that is not whole is what a run that was killed had begun to write, and counts for nothing.
    """
    found: dict[str, Shard] = {}
    try:
        data = (folder / MANIFEST).read_bytes()
    except FileNotFoundError:
        return {}
    for line in data.split(b"\n")[:-1]:
        try:
            shard = Shard(**json.loads(line))
        except (ValueError, TypeError):
            continue
        found[shard.name] = shard
    return found


class ShardFolder:
    """The folder while a run writes to it. Use it as a context manager: it is locked meanwhile."""

    def __init__(self, path: Path) -> None:
        """Say which folder; nothing is looked at or written yet."""
        self.path = path
        self.parts = path / PARTS
        self.shards: dict[str, Shard] = {}
        self._open = contextlib.ExitStack()
        self._manifest: BinaryIO

    def __enter__(self) -> Self:
        """Make the folder or take it up again.

        Raises:
            ImnmError: ``extract-folder`` where it holds other things or another run writes to it, ``file-unwritable``.
        """
        try:
            if self.path.exists() and not self.path.is_dir():
                raise self._error("this is a file", "name a folder with --out")
            known = any((self.path / name).exists() for name in (MANIFEST, UNFINISHED, LOCK))
            if not known and self.path.exists() and any(self.path.iterdir()):
                raise self._error("the folder holds other things", "name a new or an empty folder with --out")
            for part in (CLAIMS, RECORDS):
                (self.path / part).mkdir(parents=True, exist_ok=True)
            lock = (self.path / LOCK).open("a")
        except OSError as error:
            raise unwritable(self.path, error) from error
        if not _locked(lock):
            lock.close()
            raise self._error("another run writes to the folder", "wait for it to end, or name another folder")
        self._open.enter_context(lock)
        self._open.callback((self.path / LOCK).unlink, missing_ok=True)
        self._clean()
        self._open.callback(self._clean)
        self.shards = read_manifest(self.path)
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def _clean(self) -> None:
        for folder in (self.path, self.path / CLAIMS, self.path / RECORDS):
            clean(folder)
        shutil.rmtree(self.parts, ignore_errors=True)

    def _error(self, what: str, remedy: str) -> ImnmError:
        return ImnmError("extract-folder", what, remedy, Place(str(self.path)))

    def _rewrite(self, shards: Iterable[Shard]) -> None:
        with written_aside(self.path / MANIFEST) as stream:
            for shard in shards:
                stream.write(_line(asdict(shard)))
        try:
            self._manifest = self._open.enter_context((self.path / MANIFEST).open("ab"))
        except OSError as error:
            raise unwritable(self.path / MANIFEST, error) from error

    def begin(self, names: Collection[str]) -> None:
        """Begin a run, or go on with one.

        Args:
            names: of the shards of this run.

        Raises:
            ImnmError: ``extract-inputs`` where the folder has others: would they belong to the result?
        """
        others = sorted(shard.input for shard in self.shards.values() if shard.name not in names)
        if others:
            more = f" and {len(others) - 1} more" if len(others) > 1 else ""
            what = f"the folder has the shards of inputs that are not given now: {others[0]}{more}"
            remedy = "give these too, or name another folder with --out"
            raise ImnmError("extract-inputs", what, remedy, Place(str(self.path)))
        try:
            (self.path / UNFINISHED).touch()
            self.parts.mkdir(exist_ok=True)
        except OSError as error:
            raise unwritable(self.path, error) from error
        self._rewrite(self.shards.values())  # a line that was not whole would spoil the next

    def is_whole(self, shard: Shard, path: Path, version: str, knowledge: str) -> bool:
        """Tell whether a shard need not be made again: input, knowledge and files are what they were."""
        if (shard.version, shard.knowledge) != (version, knowledge):
            return False
        try:
            return (
                path.stat().st_size == shard.size
                and file_sha256(self.path / shard.shard) == shard.shard_sha256
                and file_sha256(self.path / shard.log) == shard.log_sha256
                and file_sha256(path) == shard.sha256
            )
        except OSError:
            return False

    def add(self, shard: Shard) -> None:
        """Put a shard into the manifest, for good when this returns."""
        former = self.shards.get(shard.name)
        self.shards[shard.name] = shard
        try:
            self._manifest.write(_line(asdict(shard)))
            self._manifest.flush()
            os.fsync(self._manifest.fileno())
            if former is not None and former.shard != shard.shard:  # in another format
                (self.path / former.shard).unlink(missing_ok=True)
        except OSError as error:
            raise unwritable(self.path / MANIFEST, error) from error

    def repeated(self, names: Iterable[str]) -> Iterator[tuple[str, tuple[int, ...]]]:
        """Yield, shard by shard, the positions of records whose id an earlier shard has.

        Args:
            names: of the shards, in the order of the inputs.
        """
        seen = SeenIds()
        for name in names:
            positions = [
                position
                for position, id_, *_ in self._log(self.shards[name])
                if id_ is not None and seen.check(TextRecord(id_, "", position=position)) is not None
            ]
            yield name, tuple(positions)

    def _log(self, shard: Shard) -> Iterator[list[Any]]:
        with gzip.open(self.path / shard.log, "rt", encoding="utf-8", newline="\n") as lines:
            for line in lines:
                yield json.loads(line)

    def finish(self, names: Iterable[str], lost: Iterable[BadRecord]) -> None:
        """End the run: the manifest in order, all bad records in one file, and no mark of a run any more.

        Args:
            names: of the shards that are whole, in the order of the inputs.
            lost: inputs that could not be read at all; they are not in the manifest.
        """
        shards = [self.shards[name] for name in names]
        with written_aside(self.path / BAD) as stream:
            for shard in shards:
                for _, _, *bad in self._log(shard) if shard.bad else ():
                    if bad:
                        stream.write(_line(bad[0]))
            for record in lost:
                stream.write(_line(asdict(record)))
        self._rewrite(shards)
        with contextlib.suppress(OSError):
            (self.path / UNFINISHED).unlink()


def _line(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _locked(stream: TextIO) -> bool:
    """Lock a file until it is closed, or its process is killed; where the system has no such lock, do without."""
    try:
        import fcntl
    except ImportError:
        return True
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # A run that has just ended may have removed the file while we waited for it.
        return os.fstat(stream.fileno()).st_ino == Path(stream.name).stat().st_ino
    except OSError:
        return False
