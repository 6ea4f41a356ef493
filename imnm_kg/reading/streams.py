# SPDX-License-Identifier: Apache-2.0
"""Bytes of a file for the readers: gzip undone, decoded strictly, and no more in memory than one record needs."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from imnm_kg.errors import ImnmError, Place

__all__ = ["MAX_RECORD", "Stream", "decode"]

# The most bytes that one record may have. Whatever the input, no more than a few times this is ever held.
MAX_RECORD = 128 * 1024 * 1024
_HEAD = 64 * 1024
_CHUNK = 256 * 1024
_GZIP = b"\x1f\x8b"
# UTF-32 first: its little-endian mark starts with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
_SIGNATURES = (
    (b"%PDF-", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive, or a document of an office program"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a document of an office program"),
    (b"\x89PNG\r\n\x1a\n", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"BZh", "bzip2 data"),
    (b"\xfd7zXZ\x00", "xz data"),
    (b"PAR1", "a Parquet file"),
)


class Stream:
    """A file that is read once, from front to back; gzip is told by its first bytes, whatever the file is called.

    Use it as a context manager. ``head`` can be looked at before anything is consumed.

    Attributes:
        shown: the path as it is printed.
        stem: name of the file without folder, ``.gz`` and extension.
        head: the first 64 KB, or all where there is less.
    """

    def __init__(self, path: Path, shown: str | None = None) -> None:
        """Open a file and read its head.

        Raises:
            ImnmError: ``file-missing``, ``file-is-directory``, ``file-unreadable``, ``record-gzip`` or
                ``record-empty``.
        """
        self.shown = str(path) if shown is None else shown
        name = path.name
        if name.lower().endswith(".gz"):
            name = name[:-3]
        self.stem = Path(name).stem
        try:
            raw: BinaryIO = path.open("rb")
        except FileNotFoundError as error:
            raise ImnmError("file-missing", "there is no such file", "check the path", self.place()) from error
        except IsADirectoryError as error:
            what, remedy = "this is a directory, a file is meant", "give the path of a file"
            raise ImnmError("file-is-directory", what, remedy, self.place()) from error
        except (OSError, ValueError) as error:  # a path with a NUL is a ValueError
            raise self._unreadable(error) from error
        self._raw = self._file = raw
        self.head = b""
        self._failure: ImnmError | None = None
        try:
            if raw.peek(2)[:2] == _GZIP:  # type: ignore[attr-defined]
                import gzip

                self._file = gzip.GzipFile(fileobj=raw)  # type: ignore[assignment]
        except OSError as error:
            self.close()
            raise self._unreadable(error) from error
        pieces: list[bytes] = []
        size = 0
        # What stands before a break is still to be read, so a break in the head is told when the head is used up.
        try:
            while size < _HEAD and (piece := self._read()):
                pieces.append(piece)
                size += len(piece)
        except ImnmError as error:
            self._failure = error
        self.head = b"".join(pieces)
        if not self.head:
            self.close()
            raise self._failure or self.empty()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        self._raw.close()

    def place(self, line: int | None = None, column: int | None = None) -> Place:
        """Return a place in this file."""
        return Place(self.shown, line, column)

    def empty(self, line: int | None = None) -> ImnmError:
        """Return the error that says that there is nothing to read."""
        return ImnmError("record-empty", "there is no text in it", "restore its content or remove it", self.place(line))

    def _unreadable(self, error: Exception) -> ImnmError:
        reason = getattr(error, "strerror", None) or str(error)
        what = f"the file cannot be read ({reason})"
        return ImnmError("file-unreadable", what, "check the path and its permissions", self.place())

    def _read(self) -> bytes:
        import zlib

        try:
            # Not ``read``: that would lose what stands before a break in gzip data.
            return self._file.read1(_CHUNK)  # type: ignore[attr-defined, no-any-return]
        except EOFError as error:
            what, remedy = "the gzip data end before their end", "get the whole file again"
            raise ImnmError("record-gzip", what, remedy, self.place()) from error
        except (OSError, zlib.error) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise self._unreadable(error) from error
            what = f"the gzip data are damaged ({error})"
            raise ImnmError("record-gzip", what, "get the whole file again", self.place()) from error

    def chunks(self) -> Iterator[bytes]:
        """Yield the bytes of the file, the head first.

        Raises:
            ImnmError: ``record-gzip`` or ``file-unreadable``, when all before the break has been yielded.
        """
        yield self.head
        if self._failure is not None:
            raise self._failure
        while piece := self._read():
            yield piece

    def check_text(self) -> None:
        """Check by its head that the file can be text in UTF-8.

        Raises:
            ImnmError: ``record-binary`` or ``record-encoding``.
        """
        if mark := _mark(self.head):
            raise _marked(mark, self)
        if b"\0" in self.head or self.head.startswith(b"%PDF-"):
            raise _binary(self.head, self)

    def lines(self) -> Iterator[tuple[int, bytes | None]]:
        """Yield number and bytes of each line without its line end; ``None`` for a line that is too long to be held.

        Raises:
            ImnmError: as ``chunks``; the piece of a line before the break is not yielded.
        """
        number = 1
        pieces: list[bytes] = []
        size = 0
        for chunk in self.chunks():
            *whole, rest = chunk.split(b"\n")
            for line in whole:
                fits = size + len(line) <= MAX_RECORD
                yield number, b"".join((*pieces, line)) if fits else None
                number += 1
                pieces, size = [], 0
            size += len(rest)
            if size > MAX_RECORD:
                pieces = []
            elif rest:
                pieces.append(rest)
        if size:
            yield number, b"".join(pieces) if size <= MAX_RECORD else None

    def whole(self) -> bytes:
        """Return all bytes of the file.

        Raises:
            ImnmError: ``record-too-large``, ``record-binary``, and what ``chunks`` raises.
        """
        pieces: list[bytes] = []
        size = 0
        for chunk in self.chunks():
            if b"\0" in chunk and not _mark(pieces[0] if pieces else chunk):
                raise _binary(pieces[0] if pieces else chunk, self)
            size += len(chunk)
            if size > MAX_RECORD:
                what = f"the text has more than {MAX_RECORD // 1024**2} MB"
                raise ImnmError("record-too-large", what, "split the file", self.place())
            pieces.append(chunk)
        return b"".join(pieces)


def _mark(data: bytes) -> str:
    return next((name for mark, name in _MARKS if data.startswith(mark)), "")


def _marked(mark: str, stream: Stream) -> ImnmError:
    return ImnmError("record-encoding", f"the file is {mark}, not UTF-8", "save it as UTF-8", stream.place(1))


def _binary(data: bytes, stream: Stream) -> ImnmError:
    name = next((name for signature, name in _SIGNATURES if data.startswith(signature)), "")
    what = f"this is {name}, no text" if name else "the file holds NUL bytes, so it is no text"
    return ImnmError("record-binary", what, "give the text itself", stream.place())


def decode(data: bytes, stream: Stream, line: int | None = None, encoding: str = "utf-8") -> str:
    """Decode bytes strictly; a byte-order mark of UTF-8 at the start of the file is dropped.

    Args:
        data: the bytes of the whole file, or of one of its lines.
        stream: the file, for messages.
        line: number of the line; ``None`` for the whole file.
        encoding: of the bytes.

    Raises:
        ImnmError: ``record-encoding`` with the place of the first wrong byte, or ``record-binary``.
    """
    first = line in (None, 1)
    if first and (mark := _mark(data)):
        raise _marked(mark, stream)
    if first and data.startswith(b"%PDF-"):  # the one of them that can be all ASCII
        raise _binary(data, stream)
    if first and data.startswith(codecs.BOM_UTF8):
        data, encoding = data[len(codecs.BOM_UTF8) :], "utf-8"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        if first and any(data.startswith(signature) for signature, _ in _SIGNATURES):
            raise _binary(data, stream) from error
        before = data[: error.start].decode(encoding, "replace")
        row = before.count("\n") + (line or 1)
        column = len(before) - (before.rfind("\n") + 1) + 1
        what = f"the byte 0x{data[error.start]:02X} is not valid {_shown(encoding)}"
        raise ImnmError("record-encoding", what, "save it as UTF-8", stream.place(row, column)) from error


def _shown(encoding: str) -> str:
    return "UTF-8" if encoding == "utf-8" else encoding
