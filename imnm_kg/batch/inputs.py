# SPDX-License-Identifier: Apache-2.0
"""The inputs of a run: how they are printed, how much there is to read in them, and which are read in shares."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from pathlib import Path

from imnm_kg.reading.shares import can_share

__all__ = ["share_out", "shown_path", "weight"]

_PACKED = 6  # bytes of XML that a byte of gzip stands for
_WORTH = 8_000_000  # bytes, unpacked: what is smaller is not read in shares
_EVEN = 1.1  # of the time that would do if all were busy to the end


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


def share_out(paths: Sequence[Path], workers: int) -> dict[Path, int]:
    """Say for each input by how many processes it is read.

    Every share unpacks its whole file, which is some tenth of the work, so only as many of the biggest are read in
    shares as it takes to keep all processes busy to the end: none of a thousand files, one of seven, both of two.

    Args:
        paths: the inputs.
        workers: number of processes.
    """
    sizes = {path: weight(path) for path in paths}
    shares = dict.fromkeys(paths, 1)
    biggest = sorted((path for path in paths if sizes[path] > _WORTH), key=lambda path: -sizes[path])
    for path in biggest[: 8 * workers] if workers > 1 else ():
        pieces = [sizes[path] / count for path, count in shares.items() for _ in range(count)]
        if _longest(pieces, workers) <= _EVEN * sum(pieces) / workers:
            break
        if can_share(path):
            shares[path] = workers
    return shares


def _longest(pieces: Iterable[float], workers: int) -> float:
    """Return how long the last process is busy when each takes the biggest piece that is left."""
    loads = [0.0] * workers
    for piece in sorted(pieces, reverse=True):
        heapq.heapreplace(loads, loads[0] + piece)
    return max(loads)
