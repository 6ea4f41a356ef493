# SPDX-License-Identifier: Apache-2.0
"""Answers that depend on the release alone: made once, kept, and sent as the client wants them.

An answer here is a body with its entity tag, plain and compressed, so that sending it again costs next to nothing;
conditional requests, ``HEAD``, ``OPTIONS`` and compression are the same for every part of the site that uses it.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Iterable, MutableMapping
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple

from imnm_kg.errors import ImnmError
from imnm_kg.serve.negotiation import best

if TYPE_CHECKING:
    from imnm_kg.serve.site import Site

__all__ = [
    "METHODS",
    "Cache",
    "Reply",
    "Scope",
    "Send",
    "header",
    "make_reply",
    "problem",
    "refuse_method",
    "see_other",
    "send_reply",
]

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

METHODS = ("GET", "HEAD", "OPTIONS")
"""What every address of these parts takes."""

_COMMON = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"ETag, Link, Location, Retry-After"),
    (b"x-content-type-options", b"nosniff"),
    (b"vary", b"Accept, Accept-Encoding"),
)
_WORTH_IT = 1 << 10  # bytes from which on compressing pays
_OVERHEAD = 1000  # bytes for what is around a body


class Reply(NamedTuple):
    """An answer, ready to be sent.

    Attributes:
        status: the status of HTTP.
        body: the answer.
        packed: the same compressed; empty where that does not pay.
        etag: the entity tag without quotes; empty for what is not to be kept.
        headers: all but length, encoding and entity tag.
    """

    status: int
    body: bytes
    packed: bytes
    etag: str
    headers: tuple[tuple[bytes, bytes], ...]


class Cache:
    """Keeps the answers that were asked for last, up to a number of bytes."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, Reply] = OrderedDict()
        self.size = 0

    def get(self, key: Hashable) -> Reply | None:
        """Return what is kept for a key."""
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def put(self, key: Hashable, reply: Reply) -> None:
        """Keep an answer, unless it would take much of the room."""
        if _size(reply) > self._most // 8 or key in self._kept:
            return
        self._kept[key] = reply
        self.size += _size(reply)
        while self.size > self._most:
            self.size -= _size(self._kept.popitem(last=False)[1])


def _size(reply: Reply) -> int:
    return len(reply.body) + len(reply.packed) + _OVERHEAD


def make_reply(
    body: bytes, media_type: str, headers: Iterable[tuple[str, str]] = (), status: int = 200, *, steady: bool = True
) -> Reply:
    """Make an answer.

    Args:
        body: its bytes.
        media_type: the value of ``Content-Type``.
        headers: further headers; their values must be safe already.
        status: the status of HTTP.
        steady: whether the same question has this answer as long as the release is served.
    """
    packed = gzip.compress(body, 6, mtime=0) if len(body) >= _WORTH_IT else b""
    etag = hashlib.blake2b(body, digest_size=10).hexdigest() if steady else ""
    caching = b"no-cache" if steady else b"no-store"  # no-cache: ask again whether it is still the same
    return Reply(
        status,
        body,
        packed if len(packed) < len(body) else b"",
        etag,
        (
            (b"content-type", media_type.encode("latin-1")),
            (b"cache-control", caching),
            *((name.encode("latin-1"), value.encode("latin-1")) for name, value in headers),
            *_COMMON,
        ),
    )


def problem(status: int, error: ImnmError, headers: Iterable[tuple[str, str]] = (), **more: object) -> Reply:
    """Make an error as problem details (RFC 9457).

    Args:
        status: the status of HTTP.
        error: what is wrong.
        headers: further headers.
        more: further members of the problem.
    """
    told = {
        "status": status,
        "title": HTTPStatus(status).phrase,
        "code": error.code,
        "detail": error.what,
        "remedy": error.remedy,
        **more,
    }
    body = json.dumps(told, ensure_ascii=True).encode() + b"\n"
    return make_reply(body, "application/problem+json", headers, status, steady=False)


def see_other(location: str, headers: Iterable[tuple[str, str]] = ()) -> Reply:
    """Make a redirect to the document that describes something."""
    body = f"See {location}\n".encode()
    return make_reply(body, "text/plain; charset=utf-8", [("location", location), *headers], 303, steady=False)


def header(scope: Scope, name: bytes) -> str:
    """Return the values of a header, joined as HTTP allows; empty without one."""
    values = [value for key, value in scope["headers"] if key == name]
    return b",".join(values).decode("latin-1")


async def send_reply(scope: Scope, send: Send, site: Site, reply: Reply) -> None:
    """Send an answer: compressed, or only its head, or not at all, as the client asks.

    Args:
        scope: of the request.
        send: of the request.
        site: what is served, for the date.
        reply: the answer.
    """
    takes_gzip = bool(reply.packed) and _takes_gzip(header(scope, b"accept-encoding"))
    body = reply.packed if takes_gzip else reply.body
    headers = list(reply.headers)
    status = reply.status
    if reply.etag:
        etag = f'"{reply.etag}-gzip"' if takes_gzip else f'"{reply.etag}"'
        headers += [(b"etag", etag.encode()), (b"last-modified", _http_date(site.modified))]
        if status == 200 and _is_known(scope, site, etag):
            status, body = 304, b""
            headers = [pair for pair in headers if pair[0] != b"content-type"]
    if status != 304:
        headers.append((b"content-length", b"%d" % len(body)))
        if takes_gzip:
            headers.append((b"content-encoding", b"gzip"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


async def refuse_method(scope: Scope, send: Send, site: Site) -> bool:
    """Answer ``OPTIONS`` and what only reads does not take; returns whether that was all."""
    method = scope["method"]
    if method in ("GET", "HEAD"):
        return False
    allowed = ", ".join(METHODS)
    if method == "OPTIONS":
        headers = [
            (b"allow", allowed.encode()),
            (b"access-control-allow-methods", allowed.encode()),
            (b"access-control-allow-headers", b"Accept, If-None-Match, If-Modified-Since"),
            (b"access-control-max-age", b"86400"),
            *_COMMON,
        ]
        await send({"type": "http.response.start", "status": 204, "headers": headers})
        await send({"type": "http.response.body", "body": b""})
        return True
    error = ImnmError("method-refused", "this address does not take the method", f"use {allowed}")
    await send_reply(scope, send, site, problem(405, error, [("allow", allowed)]))
    return True


def _is_known(scope: Scope, site: Site, etag: str) -> bool:
    said = header(scope, b"if-none-match")
    if said:
        return said.strip() == "*" or etag in (part.strip().removeprefix("W/") for part in said.split(","))
    since = header(scope, b"if-modified-since")
    if not since:
        return False
    try:
        return parsedate_to_datetime(since) >= site.modified
    except (ValueError, TypeError):  # no date, or one without a time zone
        return False


@lru_cache(8)
def _http_date(when: datetime) -> bytes:
    return format_datetime(when, usegmt=True).encode()


@lru_cache(256)
def _takes_gzip(encodings: str) -> bool:
    if not encodings:
        return False
    # An encoding is negotiated as a media type is, with "*" for any.
    parts = (part.strip().lower().replace("x-gzip", "gzip") for part in encodings.split(","))
    return best(",".join(f"*/{part}" if part[:1] == "*" else part for part in parts), ("gzip",)) == "gzip"
