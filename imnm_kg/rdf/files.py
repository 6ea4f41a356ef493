# SPDX-License-Identifier: Apache-2.0
"""Strict reading of text files and atomic writing of files."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import BinaryIO, NamedTuple

from imnm_kg.errors import ImnmError, Place

__all__ = ["Source", "has_crlf", "read_text", "sync_folder", "unwritable", "write_atomically"]

_BOM = b"\xef\xbb\xbf"


class Source(NamedTuple):
    """A file that was read.

    Attributes:
        shown: its path as a person would write it.
        path: the file.
        text: its text, for one that is in memory.
        base: what its relative IRIs are resolved against, before it says so itself.
    """

    shown: str
    path: Path | None = None
    text: str | None = None
    base: str | None = None

    def open(self) -> BinaryIO:
        """Open it for reading."""
        if self.path is None:
            return io.BytesIO((self.text or "").encode())
        return self.path.open("rb")

    @property
    def by_line(self) -> bool:
        """Whether each of its statements is a line."""
        return self.path is not None and self.path.suffix in (".nt", ".nq")


def read_text(path: Path, shown: str | None = None) -> str:
    """Read a UTF-8 text file exactly as stored, line ends included.

    Args:
        path: the file to read.
        shown: the path to print in errors, when not ``path`` itself.

    Returns:
        The text of the file, never empty.

    Raises:
        ImnmError: ``file-missing``, ``file-is-directory``, ``file-unreadable``, ``file-empty``,
            ``file-bom`` or ``file-not-utf8``.
    """
    name = str(path) if shown is None else shown
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise ImnmError("file-missing", "there is no such file", "check the path", Place(name)) from error
    except OSError as error:
        if path.is_dir():
            what, remedy = "this is a directory, a file is meant", "give the path of a file"
            raise ImnmError("file-is-directory", what, remedy, Place(name)) from error
        what = f"the file cannot be read ({error.strerror or error})"
        raise ImnmError("file-unreadable", what, "check the path and its permissions", Place(name)) from error
    if not data:
        raise ImnmError("file-empty", "the file is empty", "restore its content or remove it", Place(name))
    if data.startswith(_BOM):
        what, remedy = "the file starts with a byte-order mark", "save it as UTF-8 without a byte-order mark"
        raise ImnmError("file-bom", what, remedy, Place(name, 1, 1))
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        line = before.count("\n") + 1
        column = len(before) - (before.rfind("\n") + 1) + 1
        what = f"the byte 0x{data[error.start]:02X} is not valid UTF-8"
        raise ImnmError("file-not-utf8", what, "save the file as UTF-8", Place(name, line, column)) from error


def has_crlf(text: str) -> bool:
    """Tell whether a text has a Windows line end.

    Args:
        text: the text, as ``read_text`` gave it.
    """
    return "\r\n" in text


def write_atomically(path: Path, data: str | bytes) -> None:
    """Write a file so that a reader sees either the old content or the new, never a part.

    The mode of a file that exists is kept; a symbolic link is followed, not replaced.

    Args:
        path: the file to write; its directory must exist.
        data: the content; text is written as UTF-8 with its line ends as they are.

    Raises:
        ImnmError: ``file-unwritable``; the old content is then untouched.
    """
    try:
        content = data.encode("utf-8") if isinstance(data, str) else data
    except UnicodeEncodeError as error:
        what = f"the text cannot be written as UTF-8 (character {error.start + 1} is half a surrogate pair)"
        raise ImnmError("file-unwritable", what, "remove that character", Place(str(path))) from error
    import contextlib  # here: reading must not wait for what only writing needs
    import tempfile

    aside: str | None = None
    try:
        target = Path(os.path.realpath(path))
        mode = _mode_for(target)
        # In the same directory, because a rename is atomic only within one file system.
        handle, aside = tempfile.mkstemp(prefix=f".{target.name[:100]}.", suffix=".tmp", dir=target.parent)
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            Path(aside).chmod(mode)
            os.fsync(stream.fileno())
        Path(aside).replace(target)
        aside = None
        sync_folder(target.parent)
    except OSError as error:
        raise unwritable(path, error) from error
    finally:
        if aside is not None:
            with contextlib.suppress(OSError):
                Path(aside).unlink()


def _mode_for(target: Path) -> int:
    """Give the mode of the file that exists, else the mode that a plain ``open`` would give."""
    try:
        return target.stat().st_mode & 0o7777
    except FileNotFoundError:
        # The mask can be read only by setting it.
        mask = os.umask(0o022)
        os.umask(mask)
        return 0o666 & ~mask


def unwritable(path: Path, error: OSError) -> ImnmError:
    """Return the error for a file that the system did not let us write."""
    what = f"the file cannot be written ({error.strerror or error})"
    remedy = "check that the directory exists, is writable and has room"
    return ImnmError("file-unwritable", what, remedy, Place(str(path)))


def sync_folder(folder: Path) -> None:
    """Make the rename itself durable, where the system can."""
    import contextlib

    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
