# SPDX-License-Identifier: Apache-2.0
"""The inputs of a run: how they are printed, and how much there is to read in them."""

from __future__ import annotations

from pathlib import Path

__all__ = ["shown_path", "weight"]

_PACKED = 6  # bytes of XML that a byte of gzip stands for


def shown_path(path: Path) -> str:
    """Return a path as it is printed and stored; bytes of its name that are no text are shown as such."""
    return str(path).encode("utf-8", "backslashreplace").decode()


def weight(path: Path) -> int:
    """Return about how many bytes there are to read, unpacked; 1 for a file that is not there."""
    try:
        size = path.stat().st_size
    except OSError:
        return 1
    return size * _PACKED if path.suffix.lower() == ".gz" else size
