# SPDX-License-Identifier: Apache-2.0
"""Cuts Turtle, TriG, N-Triples and N-Quads into statements at the speed of the regular expressions of C.

Nothing is checked here: the parser has accepted the file. Strings, IRIs and comments are passed over whole, so that a
full stop in them ends nothing. The file is read in blocks, so memory does not grow with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from typing import BinaryIO, NamedTuple

from imnm_kg.rdf.lexer import lex, statements
from imnm_kg.rdf.reader import Scope

__all__ = ["ANONYMOUS", "Piece", "wanted_statements"]

ANONYMOUS = "[]"
"""Stands for the subject of a statement that starts with a bracket."""

_BLOCK = 1 << 22
_AHEAD = 64
"""How much must be there behind a full stop to tell that it is an end, and no part of a number or a name."""

_NAME = rb"[A-Za-z0-9_:%\x80-\xff-]"
_START = rb"[A-Za-z_:\x80-\xff]"
_WORD = _START + rb"(?:" + _NAME + rb"++|\\.)*+(?:\.++(?:" + _NAME + rb"|\\.)++)*+"
_IRI = rb"<[^>]*+>"
_SPACE = rb"[ \t\r\n;,\[\]()^]"
_BETWEEN = rb"(?:[ \t\r\n]++|\#[^\r\n]*+)*+"
# Possessive throughout: what a token has taken it never gives back, so a statement costs one pass.
_STATEMENT = re.compile(
    rb"(?:[ \t\r\n{}]++|\#[^\r\n]*+)*+(?:"
    rb"(?P<directive>(?:@prefix" + _BETWEEN + _WORD + rb"|@base)" + _BETWEEN + _IRI + _BETWEEN + rb"\."
    rb"|(?:(?i:prefix)(?=[\s#])" + _BETWEEN + _WORD + rb"|(?i:base)(?=[\s#<]))" + _BETWEEN + _IRI + rb")"
    rb"|(?P<head>" + _IRI + rb"|" + _WORD + rb"|[\[(])(?:"
    + _START + rb"(?:" + _NAME + rb"++|\\.)*+(?:\.++(?:" + _NAME + rb"|\\.)++)*+" + _SPACE + rb"*+"
    rb"|<[^>]*+>" + _SPACE + rb"*+"
    rb"|" + _SPACE + rb"++"
    rb'|"(?!"")[^"\\\r\n]*+(?:\\.[^"\\\r\n]*+)*+"' + _SPACE + rb"*+"
    rb"|@[A-Za-z]++(?:-[A-Za-z0-9]++)*+" + _SPACE + rb"*+"
    rb"|[+-]?+(?:(?:[0-9]++\.[0-9]*+|\.?[0-9]++)[eE][+-]?[0-9]++|[0-9]*+\.[0-9]++|[0-9]++)" + _SPACE + rb"*+"
    rb'|"""[^"\\]*+(?:(?:\\.|"(?!""))[^"\\]*+)*+"""'
    rb"|'(?!'')[^'\\\r\n]*+(?:\\.[^'\\\r\n]*+)*+'"
    rb"|'''[^'\\]*+(?:(?:\\.|'(?!''))[^'\\]*+)*+'''"
    rb"|\#[^\r\n]*+"
    rb")*+[.{}])",
    re.DOTALL,
)  # fmt: skip
_LINE = re.compile(rb"^[ \t]*+(?P<head><[^>\n]*+>|_:[^ \t<\n]++)[^\n]*+", re.MULTILINE)
_OPEN, _CLOSE = b"{}"


class Piece(NamedTuple):
    """A statement that is wanted.

    Attributes:
        subject: the IRI, ``_:`` and a label, or ``ANONYMOUS``.
        text: its text, from the subject on.
        line: the line of the subject, from 1.
        column: the column of the subject in code points, from 1.
        scope: the prefixes and the base in force.
    """

    subject: str
    text: str
    line: int
    column: int
    scope: Scope


class _Names:
    """What the head of a statement stands for, with the prefixes and the base at that point."""

    def __init__(self) -> None:
        self.scope = Scope()
        self.spaces: dict[bytes, bytes] = {}

    def declare(self, text: str) -> None:
        for statement in statements(lex(text, ""), ""):
            if statement.kind == "directive":
                fresh = Scope()  # pieces that were given keep the one of their place
                fresh.base, fresh.prefixes = self.scope.base, dict(self.scope.prefixes)
                fresh.declare(statement)
                self.scope = fresh
        self.spaces = {prefix.encode(): space.encode() for prefix, space in self.scope.prefixes.items()}

    def expand(self, head: bytes) -> bytes:
        """Give the IRI of a head in angle brackets, a label as it is."""
        if head.startswith(b"<"):
            if b"\\" in head or (self.scope.base is not None and not re.match(rb"<[A-Za-z][A-Za-z0-9+.-]*:", head)):
                return self._slowly(head)
            return head
        if head.startswith(b"_:"):
            return head
        prefix, _, local = head.partition(b":")
        if b"\\" in local:
            return self._slowly(head)
        return b"<%b%b>" % (self.spaces.get(prefix, b""), local)

    def _slowly(self, head: bytes) -> bytes:
        iri = self.scope.expand(next(lex(head.decode(), "")))
        return f"<{iri}>".encode()


def wanted_statements(stream: BinaryIO, subjects: Set[str], lines: bool) -> Iterator[Piece]:
    """Give the statements about some subjects, in order.

    Args:
        stream: the file.
        subjects: IRIs, labels with ``_:``, or ``ANONYMOUS`` for all statements that start with a bracket.
        lines: whether each statement is a line, as in N-Triples and N-Quads.
    """
    wanted = {(s if s == ANONYMOUS or s.startswith("_:") else f"<{s}>").encode() for s in subjects}
    yield from (_by_line if lines else _by_statement)(stream, wanted)


def _piece(head: bytes, buffer: bytes, start: int, end: int, line: int, before: int, scope: Scope) -> Piece:
    """Make a piece of a stretch of the buffer; before: the code points of its line in earlier blocks."""
    break_ = buffer.rfind(b"\n", 0, start)
    column = len(buffer[break_ + 1 : start].decode("utf-8", "ignore")) + 1 + (before if break_ < 0 else 0)
    subject = head.decode() if not head.startswith(b"<") else head[1:-1].decode()
    return Piece(subject, buffer[start:end].decode(), line, column, scope)


def _by_line(stream: BinaryIO, wanted: Set[bytes]) -> Iterator[Piece]:
    line, rest, scope = 1, b"", Scope()
    escaped = _Names()
    while block := stream.read(_BLOCK):
        rest += block
        cut = rest.rfind(b"\n") + 1
        if not cut:
            continue
        buffer, rest = rest[:cut], rest[cut:]
        yield from _lines_of(buffer, wanted, line, scope, escaped)
        line += buffer.count(b"\n")
    yield from _lines_of(rest, wanted, line, scope, escaped)


def _lines_of(buffer: bytes, wanted: Set[bytes], line: int, scope: Scope, names: _Names) -> Iterator[Piece]:
    counted = 0
    for match in _LINE.finditer(buffer):
        head = match[1]
        if head in wanted or (b"\\" in head and (head := names.expand(head)) in wanted):
            start = match.start("head")
            line += buffer.count(b"\n", counted, start)
            counted = start
            yield _piece(head, buffer, start, match.end(), line, 0, scope)


def _by_statement(stream: BinaryIO, wanted: Set[bytes]) -> Iterator[Piece]:
    names = _Names()
    expand, match_at, anonymous = names.expand, _STATEMENT.match, ANONYMOUS.encode()
    buffer, position, counted, line, before, ended = b"", 0, 0, 1, 0, False
    while True:
        match = match_at(buffer, position)
        if match is None or (len(buffer) - match.end() < _AHEAD and not ended):
            if ended:
                return
            # A statement that reaches the end of the block may go on behind it.
            line += buffer.count(b"\n", counted, position)
            counted = 0
            break_ = buffer.rfind(b"\n", 0, position)
            before = len(buffer[break_ + 1 : position].decode("utf-8", "ignore")) + (before if break_ < 0 else 0)
            buffer = buffer[position:]
            block = stream.read(max(_BLOCK, len(buffer)))
            ended, position = not block, 0
            buffer += block
            continue
        position = match.end()
        head = match["head"]
        if head is None:
            names.declare(match["directive"].decode())
            continue
        subject = anonymous if head in (b"[", b"(") else expand(head)
        if subject in wanted and buffer[position - 1] != _OPEN:
            start = match.start("head")
            line += buffer.count(b"\n", counted, start)
            counted = start
            end = position - 1 if buffer[position - 1] == _CLOSE else position
            yield _piece(subject, buffer, start, end, line, before, names.scope)
