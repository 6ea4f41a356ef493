# SPDX-License-Identifier: Apache-2.0
"""Statements that start a line, found without reading what stands between them.

Outside of long strings a line starts in the middle of no string, no IRI and no comment. So in a file without long
strings, and with its prefixes at the top, the name of a subject at the start of a line, behind the end of a statement,
starts a statement. That is how most files are written. Of any other file nothing is said here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from itertools import product
from typing import BinaryIO

from imnm_kg.rdf.scan import AHEAD, BLOCK, Names, Piece, statement_at

__all__ = ["LONG_QUOTES", "SPACE", "UnsureError", "behind_an_end", "statements_at_line_starts"]

_LOOK_BACK = 1 << 12
_EDGE = 64  # what could be cut in two by the edge of a block
LONG_QUOTES = (b'"""', b"'''")
"""What begins and ends the strings that may go on over a line break."""
SPACE = b" \t\r\n"
"""White space of Turtle."""
_WORDS = tuple(
    bytes(word) for name in (b"prefix", b"base") for word in product(*((letter, letter - 32) for letter in name))
)
# A comment may stand between the parts of a directive.
_DIRECTIVE = re.compile(rb"(?<=@)|prefix\s+(?:[^\s<>\"':#]*:\s*[<#]|#)|base\s*[<#]", re.IGNORECASE)
_SIMPLE = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_-])?")
_NO_COMMENT = re.compile(rb"<[^>]*>|\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'")
_SPACES = (b" ", b"\t", b"\r", b"\n")
_OPEN, _CLOSE = b"{}"


class UnsureError(Exception):
    """The file has something by which the start of a line may be no start of a statement."""


def statements_at_line_starts(stream: BinaryIO, subjects: Set[str], base: str | None = None) -> Iterator[Piece]:
    """Give the statements about some subjects that start a line, in order.

    A statement about one of them may stand elsewhere too: what is not found in these must be looked for everywhere.

    Args:
        stream: a file of Turtle or TriG that the parser has accepted, at its beginning.
        subjects: IRIs, and labels with ``_:``.
        base: the base in force at the start.

    Raises:
        UnsureError: where the file is not one of which this can be said; what was given before counts.
    """
    from ahocorasick_rs import BytesAhoCorasick

    names, buffer = Names(base), b"\n" + stream.read(BLOCK)  # the first line starts like any other
    first, place, ended = True, 0, False
    while (found := statement_at(buffer, place)) is not None and found["head"] is None:
        names.declare(found["directive"].decode())
        place = found.end()
    if names.scope.base != base:
        raise UnsureError
    forms = {form: subject for subject in sorted(subjects) for form in _forms(subject, names.scope.prefixes)}
    written = list(forms.values())
    automaton = BytesAhoCorasick([*(b"\n" + form for form in forms), *LONG_QUOTES, *_WORDS])
    longest = max(map(len, forms)) + 2
    line, unchecked = 0, place  # the line of the first byte in memory: the one before the first line, at first
    while True:
        limit = len(buffer) if ended else max(place, len(buffer) - longest)
        counted, lines = 0, line
        for number, start, end in automaton.find_matches_as_indexes(buffer, overlapping=True):
            if number >= len(written):
                if start >= unchecked and (end - start == len(LONG_QUOTES[0]) or _DIRECTIVE.match(buffer, start)):
                    raise UnsureError
                continue
            if not place <= start < limit or buffer[end : end + 1] not in _SPACES:
                continue
            if not behind_an_end(buffer, start, first):
                continue
            match = statement_at(buffer, start + 1)
            if (match is None or len(buffer) - match.end() < AHEAD) and not ended:
                limit = start  # it goes on behind the block
                break
            if match is not None and (last := buffer[match.end() - 1]) != _OPEN:
                lines, counted = lines + buffer.count(b"\n", counted, start + 1), start + 1
                text = buffer[start + 1 : match.end() - (last == _CLOSE)].decode()
                yield Piece(written[number], text, lines, 1, names.scope)
        if ended:
            return
        kept = max(0, limit - _LOOK_BACK)
        first = first and kept == 0
        line += buffer.count(b"\n", 0, kept)
        block = stream.read(max(BLOCK, len(buffer) - kept))
        unchecked = max(0, max(unchecked, min(limit, len(buffer) - _EDGE)) - kept)
        ended, place = not block, limit - kept
        buffer = buffer[kept:] + block


def _forms(subject: str, prefixes: dict[str, str]) -> Iterator[bytes]:
    """Give the ways to write a subject without escapes."""
    if subject.startswith("_:"):
        yield subject.encode()
        return
    yield f"<{subject}>".encode()
    for prefix, space in prefixes.items():
        if subject.startswith(space) and _SIMPLE.fullmatch(subject, len(space)):
            yield f"{prefix}:{subject[len(space) :]}".encode()


def behind_an_end(buffer: bytes, place: int, first: bool) -> bool:
    """Tell whether what stands before a line break outside of long strings ends a statement, comments aside.

    Args:
        buffer: what is in memory.
        place: where the line break is.
        first: whether it begins where the file does.
    """
    while True:
        while place and buffer[place - 1] in SPACE:
            place -= 1
        start = buffer.rfind(b"\n", 0, place) + 1
        text = buffer[start:place]
        if not text:
            return first
        if not text.lstrip().startswith(b"#"):
            return text[-1:] in (b".", b"{", b"}") and (b"#" not in text or b"#" not in _NO_COMMENT.sub(b"", text))
        place = start
