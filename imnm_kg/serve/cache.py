# SPDX-License-Identifier: Apache-2.0
"""Answers that are kept: a release never changes, so an answer that depends on it alone is good for ever."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import NamedTuple

__all__ = ["Cache", "Kept"]

_OVERHEAD = 1000  # bytes for what is around a body


class Kept(NamedTuple):
    """An answer, ready to be sent.

    Attributes:
        headers: all of them.
        body: compressed where the headers say so.
        etag: the entity tag.
        rows: for the log.
        query: the first digits of the query's hash, for the log.
    """

    headers: list[tuple[bytes, bytes]]
    body: bytes
    etag: str
    rows: int
    query: str


class Cache:
    """Keeps what was asked for last, up to a number of bytes."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, Kept] = OrderedDict()
        self.size = 0

    def get(self, key: Hashable) -> Kept | None:
        """Return what is kept for a key."""
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def put(self, key: Hashable, kept: Kept) -> None:
        """Keep an answer, unless it would take much of the room."""
        size = len(kept.body) + _OVERHEAD
        if size > self._most // 16 or key in self._kept:
            return
        self._kept[key] = kept
        self.size += size
        while self.size > self._most:
            self.size -= len(self._kept.popitem(last=False)[1].body) + _OVERHEAD
