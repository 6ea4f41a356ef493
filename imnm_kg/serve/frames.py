# SPDX-License-Identifier: Apache-2.0
"""What the server and its workers say to each other over a socket: jobs one way, pieces of an answer the other."""

from __future__ import annotations

import marshal
import struct
from typing import NamedTuple

__all__ = ["HEADER", "Head", "Job", "pack_job", "pack_piece", "unpack_head"]

HEADER = struct.Struct(">cII")
"""Of a piece: its kind, the length of its head, the length of its body.

``W``: a whole answer; ``H``: an answer of which more follows; ``D``: more; ``E``: the end, whose head says how it
went.
"""

_LENGTH = struct.Struct(">I")


class Job(NamedTuple):
    """What a worker is to do.

    Attributes:
        kind: ``request``, ``text`` or ``graph``: how the question is put.
        text: the query's text for ``text``, else empty.
        query_string: the address's parameters, as they came.
        content_type: of the body; None for GET.
        body: as it came.
        accept: the header.
        form: the short name of a form that goes before the header.
        gzip: whether the answer is to be compressed.
        known: the header ``If-None-Match``; ``*`` when the client has the release's answer; else empty.
    """

    kind: str
    text: str = ""
    query_string: bytes = b""
    content_type: str | None = None
    body: bytes = b""
    accept: str = ""
    form: str | None = None
    gzip: bool = False
    known: str = ""


class Head(NamedTuple):
    """How a job went.

    Attributes:
        status: the status of HTTP.
        media_type: the value of ``Content-Type``.
        rows: rows or triples.
        query: the first digits of the query's hash.
        tag: what tells this form from others of the same answer; empty when the answer may differ next time.
        gzip: whether the body is compressed.
        code: the id of an error; empty without one.
    """

    status: int
    media_type: str = ""
    rows: int = 0
    query: str = ""
    tag: str = ""
    gzip: bool = False
    code: str = ""


def pack_job(job: Job) -> bytes:
    """Write a job for a worker, which reads it with ``marshal``: it trusts the server, not the other way round."""
    data = marshal.dumps(tuple(job))
    return _LENGTH.pack(len(data)) + data


def pack_piece(kind: bytes, head: Head | None, body: bytes = b"") -> bytes:
    """Write a piece of an answer."""
    said = b"" if head is None else "|".join(map(str, head)).encode()
    return HEADER.pack(kind, len(said), len(body)) + said + body


def unpack_head(data: bytes) -> Head:
    """Read the head of a piece.

    Raises:
        ValueError: for what a worker in order does not send.
    """
    status, media_type, rows, query, tag, gzip, code = data.decode().split("|")
    return Head(int(status), media_type, int(rows), query, tag, gzip == "True", code)
