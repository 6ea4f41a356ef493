# SPDX-License-Identifier: Apache-2.0
"""What the server notes of one request: who asks, what it takes, and whether its end was written to the log."""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache
from time import perf_counter
from typing import TYPE_CHECKING, Any

from imnm_kg.serve.clients import client_of
from imnm_kg.serve.formats import MEDIA_TYPES
from imnm_kg.serve.negotiation import best

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from imnm_kg.serve.limits import Limits

__all__ = ["Context", "context_of"]

_KEY = "imnm.context"
_SAFE = (b"accept", b"accept-encoding", b"x-forwarded-for")  # that may come more than once


class Context:
    """One request.

    Attributes:
        started: when it came, by ``perf_counter``.
        client: its address.
        method: of the request.
        headers: the last value of each header, by its name in lower case.
        accept: the header ``Accept``.
        gzip: whether the client takes compressed answers.
        html: whether it wants a page more than data.
        key: what the answer is kept by.
        logged: whether the journal has it.
    """

    __slots__ = ("accept", "client", "gzip", "headers", "html", "key", "logged", "method", "started")

    def __init__(self, scope: MutableMapping[str, Any], limits: Limits) -> None:
        self.started = perf_counter()
        self.method: str = scope["method"]
        self.headers: dict[bytes, bytes] = {}
        for name, value in scope["headers"]:
            if name in self.headers and name in _SAFE:
                self.headers[name] += b"," + value
            else:
                self.headers[name] = value
        peer = scope.get("client")
        self.client = peer[0] if peer else "local"
        if limits.trusted_proxies or ":" in self.client:
            forwarded = self.headers.get(b"x-forwarded-for", b"")
            self.client = client_of(self.client, [forwarded] if forwarded else [], limits.trusted_proxies)
        self.accept = self.headers.get(b"accept", b"").decode("latin-1")
        encodings = self.headers.get(b"accept-encoding", b"")
        self.gzip = bool(encodings) and _takes_gzip(encodings)
        self.html = "text/html" in self.accept and _wants_html(self.accept)
        self.key: Hashable = (scope["path"], scope["query_string"], self.accept, self.gzip)
        self.logged = False

    @property
    def known(self) -> str:
        """What the client says that it has: the header ``If-None-Match``."""
        return self.headers.get(b"if-none-match", b"").decode("latin-1")


def context_of(scope: MutableMapping[str, Any], limits: Limits) -> Context:
    """Return the context of a request, made when it is first asked for."""
    context: Context | None = scope.get(_KEY)
    if context is None:
        context = scope[_KEY] = Context(scope, limits)
    return context


@lru_cache(256)
def _takes_gzip(encodings: bytes) -> bool:
    # An encoding is negotiated as a media type is, with "*" for any.
    parts = [part.strip() for part in encodings.decode("latin-1").replace("x-gzip", "gzip").split(",")]
    return best(",".join(f"*/{part}" if part.startswith("*") else part for part in parts), ("gzip",)) == "gzip"


@lru_cache(1024)
def _wants_html(accept: str) -> bool:
    return best(accept, (*MEDIA_TYPES.values(), "application/json", "text/html")) == "text/html"
