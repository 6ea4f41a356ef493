# SPDX-License-Identifier: Apache-2.0
"""A share of the records of one big file, so that several processes can read it together.

A process that takes a share unpacks the whole file but parses its own records only: those of others are recognised by
their first and last tag, or by their line end, and passed over. On 20,788 records of PubMed (40 MB, unpacked 233 MB)
unpacking and passing over take 0.6 s and parsing takes 4.6 s, so a second process pays; were each to parse everything
and to keep every second record, it would not. Shares are blocks in turn, because records of one kind stand together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from imnm_kg.errors import ImnmError
from imnm_kg.model.records import BadRecord, TextRecord
from imnm_kg.reading.jsonl import read_jsonl
from imnm_kg.reading.source import EXTENSIONS
from imnm_kg.reading.streams import MAX_RECORD, Stream
from imnm_kg.reading.xml import read_xml, root_name

__all__ = ["Share", "UnevenError", "can_share", "read_share"]

_BLOCK = 128  # records
_CHUNK = 256 * 1024
_SETS = ("pubmedarticleset", "pubmedbookarticleset")
_START = re.compile(rb"<Pubmed(Book)?Article[\s>]")
_LONGEST_START = len(b"<PubmedBookArticle>")


class Share(NamedTuple):
    """Which records are meant: those of every block whose number, modulo ``of``, is ``number``; counted from 0."""

    number: int
    of: int

    def has(self, position: int) -> bool:
        """Tell whether a record, counted from 0, belongs to the share."""
        return position // _BLOCK % self.of == self.number

    def position(self, mine: int) -> int:
        """Return the number of a record in the file from its number in the share, both counted from 0."""
        block, within = divmod(mine, _BLOCK)
        return (block * self.of + self.number) * _BLOCK + within


class UnevenError(Exception):
    """The file cannot be read in shares with the same result: let one process read it whole."""


def can_share(path: Path) -> bool:
    """Tell whether the records of a file can be told apart without parsing: PubMed XML and JSON lines."""
    try:
        with Stream(path) as stream:
            return _is_lines(path) or (root_name(stream.head) in _SETS and _START.search(stream.head) is not None)
    except ImnmError:
        return False


def _is_lines(path: Path) -> bool:
    return EXTENSIONS.get(Path(path.name.lower().removesuffix(".gz")).suffix) == "jsonl"


def read_share(path: Path, shown: str, share: Share) -> Iterator[TextRecord | BadRecord]:
    """Yield the records of a share as ``read_records`` would: the same texts, positions and lines.

    Args:
        path: a file for which ``can_share`` is true.
        shown: the path to print.
        share: which of its records.

    Raises:
        UnevenError: something is wrong with the file as a whole, or its records are not what they seemed.
    """
    try:
        with _LinesOfShare(path, shown, share) if _is_lines(path) else _ArticlesOfShare(path, shown, share) as stream:
            count = 0
            for record in read_jsonl(stream) if _is_lines(path) else read_xml(stream):
                if record.position == 0:
                    raise UnevenError(shown)
                count += 1
                yield replace(record, position=share.position(record.position - 1) + 1)
            if count != stream.passed:
                raise UnevenError(shown)
    except ImnmError as error:
        raise UnevenError(shown) from error


class _LinesOfShare(Stream):
    """Of a file of JSON lines the lines of a share, under their numbers in the file."""

    def __init__(self, path: Path, shown: str, share: Share) -> None:
        super().__init__(path, shown)
        self._share = share
        self.passed = 0

    def lines(self) -> Iterator[tuple[int, bytes | None]]:
        """Yield the lines of the share."""
        position = 0
        for number, line in super().lines():
            if line is not None and not line.strip():
                continue
            if self._share.has(position):
                self.passed += 1
                yield number, line
            position += 1


class _ArticlesOfShare(Stream):
    """Of a PubMed file the records of a share and all that is outside of records; the line ends of others stay.

    So the line of a fault is its line in the file.
    """

    def __init__(self, path: Path, shown: str, share: Share) -> None:
        super().__init__(path, shown)
        self._share = share
        self.passed = 0

    def chunks(self) -> Iterator[bytes]:
        """Yield the bytes."""
        position = size = 0
        taken: list[bytes] = []
        for is_record, piece in _pieces(super().chunks(), self.shown):
            if is_record and not self._share.has(position):
                piece = b"\n" * piece.count(b"\n")
            elif is_record:
                self.passed += 1
            position += is_record
            taken.append(piece)
            size += len(piece)
            if size >= _CHUNK:  # a parser that is fed record by record takes a fifth longer
                yield b"".join(taken)
                taken, size = [], 0
        if size:  # nothing would be taken for the end of the file
            yield b"".join(taken)


def _pieces(chunks: Iterator[bytes], shown: str) -> Iterator[tuple[bool, bytes]]:
    """Cut a file of PubMed into its records and what is between them."""
    rest = b""
    ending = b""  # of the record that the rest begins with, empty outside of records
    looked = 0  # so far no ending was found
    for chunk in chunks:
        rest += chunk
        place = 0
        while True:
            if ending:
                found = rest.find(ending, max(place, looked))
                if found < 0:
                    looked = max(len(rest) - place - len(ending), 0)
                    break
                found += len(ending)
                yield True, rest[place:found]
                place, ending, looked = found, b"", 0
            start = _START.search(rest, place)
            if start is None:
                safe = max(place, len(rest) - _LONGEST_START)
                if safe > place:
                    yield False, rest[place:safe]
                place = safe
                break
            if start.start() > place:
                yield False, rest[place : start.start()]
            place = start.start()
            ending = b"</PubmedBookArticle>" if start[1] else b"</PubmedArticle>"
        rest = rest[place:]
        if len(rest) > MAX_RECORD:
            raise UnevenError(shown)
    if ending:
        raise UnevenError(shown)
    yield False, rest
