# SPDX-License-Identifier: Apache-2.0
"""What is remembered of queries and clients: which were slow, which were quick, which broke a worker."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from imnm_kg.serve.formats import HttpError

__all__ = ["Lanes"]

_MOST = 20_000
_SLOW_FOR = 300.0  # seconds until a slow query may try the quick lane again
_BAD_FOR = 60.0  # seconds for which a query that broke a worker is refused at once
_MARKS, _MARKED_FOR = 3, 10.0  # a client with so many slow queries, each within so many seconds of the last


class Lanes:
    """Decides by what was seen before; a release does not change, so what was slow is slow again."""

    def __init__(self) -> None:
        self._slow: OrderedDict[int | str, float] = OrderedDict()
        self._quick: OrderedDict[int | str, None] = OrderedDict()
        self._bad: OrderedDict[int | str, tuple[float, HttpError]] = OrderedDict()
        self._clients: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def refused(self, key: int | str, now: float) -> HttpError | None:
        """Return how a query ended that broke a worker a short while ago; to try it again would be a waste."""
        known = self._bad.get(key)
        return known[1] if known is not None and known[0] > now else None

    def is_slow(self, key: int | str, client: str, now: float) -> bool:
        """Tell whether a query is to go to the slow workers at once."""
        if self._slow.get(key, 0.0) > now:
            return True
        marks, until = self._clients.get(client, (0, 0.0))
        return marks >= _MARKS and until > now and key not in self._quick

    def was_quick(self, key: int | str) -> None:
        """Remember a query that was answered in time."""
        if key not in self._quick:
            self._quick[key] = None
            _trim(self._quick)

    def was_slow(self, key: int | str, client: str, now: float) -> None:
        """Remember a query that was not, and whose it was."""
        self._slow[key] = now + _SLOW_FOR
        self._quick.pop(key, None)
        marks, until = self._clients.pop(client, (0, 0.0))
        self._clients[client] = (marks + 1 if until > now else 1, now + _MARKED_FOR)
        _trim(self._slow)
        _trim(self._clients)

    def was_bad(self, key: int | str, client: str, now: float, refusal: HttpError) -> None:
        """Remember a query that broke a worker."""
        self.was_slow(key, client, now)
        self._bad[key] = (now + _BAD_FOR, refusal)
        _trim(self._bad)


def _trim(kept: OrderedDict[Any, Any]) -> None:
    while len(kept) > _MOST:
        kept.popitem(last=False)
