# SPDX-License-Identifier: Apache-2.0
"""A file that is written piece by piece and seen by others only when it is whole."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from imnm_kg.rdf.files import sync_folder, unwritable

__all__ = ["MARK", "clean", "written_aside"]

MARK = ".tmp"
"""The extension of a file that is not yet whole; its name begins with a dot."""


@contextlib.contextmanager
def written_aside(path: Path) -> Iterator[BinaryIO]:
    """Give a file to write to; it gets its name when all went well, and is removed when not.

    A file that was there before stays as it is until then; a symbolic link is followed. The file is on the disk before
    it has its name, so that a process that is killed, or a machine that stops, leaves a whole file or none. What is no
    file, such as ``/dev/null`` or a pipe, is written to as it is.

    Args:
        path: the file; its folder must exist.

    Raises:
        ImnmError: ``file-unwritable``.
    """
    target = Path(os.path.realpath(path))
    if target.exists() and not target.is_file() and not target.is_dir():
        with target.open("wb") as stream:
            yield stream
        return
    aside = target.with_name(f".{target.name[:100]}.{os.getpid()}{MARK}")
    try:
        with aside.open("wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        aside.replace(target)
        sync_folder(target.parent)
    except OSError as error:
        raise unwritable(path, error) from error
    finally:
        with contextlib.suppress(OSError):
            aside.unlink(missing_ok=True)


def clean(folder: Path) -> None:
    """Remove what processes that were killed have left unfinished in a folder."""
    for path in folder.glob(f".*{MARK}"):
        with contextlib.suppress(OSError):
            path.unlink()
