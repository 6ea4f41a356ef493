# SPDX-License-Identifier: Apache-2.0
"""The shortest way to an answer that is kept: from the parsed head of a request to bytes, without a task of its own."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any

from imnm_kg.serve.clients import client_of

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from imnm_kg.serve.cache import Kept
    from imnm_kg.serve.service import Service

__all__ = ["Express"]

_MOST = 10_000
_CONDITIONAL = (b"if-none-match", b"if-modified-since", b"range", b"expect", b"upgrade", b"content-length",
                b"transfer-encoding")  # fmt: skip

Headers = list[tuple[bytes, bytes]]
_Key = tuple[bytes, bytes, bytes]


class Express:
    """Knows requests by their very bytes: address, ``Accept`` and ``Accept-Encoding``."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._known: dict[_Key, tuple[bytes, Kept, str]] = {}

    def find(self, url: bytes, headers: Headers, peer: str) -> tuple[bytes, bytes] | None:
        """Return the head, but for its last lines, and the body of an answer; None for one that goes the long way."""
        begun = perf_counter()
        key = _key(url, headers)
        known = self._known.get(key) if key is not None else None
        if known is None:
            return None
        service = self._service
        trusted = service.limits.trusted_proxies
        if trusted or ":" in peer:
            peer = client_of(peer, [value for name, value in headers if name == b"x-forwarded-for"], trusted)
        if service.rates.wait(peer):
            return None  # the long way says when to come again
        head, kept, part = known
        service.journal.kept += 1
        service.journal.request(part, "GET", 200, perf_counter() - begun, peer, kept.rows, kept.query)
        return head, kept.body

    def remember(self, scope: MutableMapping[str, Any], kept: Kept, part: str) -> None:
        """Let a request that was just answered come this way next time."""
        query_string: bytes = scope["query_string"]
        raw_path: bytes = scope.get("raw_path") or b""
        key = _key(raw_path + b"?" + query_string if query_string else raw_path, scope["headers"])
        if key is None or not raw_path:
            return
        if len(self._known) >= _MOST:
            self._known.clear()
        lines = [b"HTTP/1.1 200 OK\r\n", *(b"%b: %b\r\n" % header for header in kept.headers)]
        self._known[key] = (b"".join(lines), kept, part)


def _key(url: bytes, headers: Headers) -> _Key | None:
    accept = encoding = None
    for name, value in headers:
        if name == b"accept":
            if accept is not None:
                return None
            accept = value
        elif name == b"accept-encoding":
            if encoding is not None:
                return None
            encoding = value
        elif name in _CONDITIONAL:
            return None
    return url, accept or b"", encoding or b""
