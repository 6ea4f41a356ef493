# SPDX-License-Identifier: Apache-2.0
"""Cuts Turtle, TriG, N-Triples and N-Quads into statements at the speed of the regular expressions of C.

Nothing is checked here: the parser has accepted the file. Strings, IRIs and comments are passed over whole, so that a
full stop in them ends nothing. The file is read in blocks, so memory does not grow with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from functools import cache
from typing import BinaryIO, NamedTuple

from imnm_kg.rdf.lexer import lex, statements
from imnm_kg.rdf.reader import Scope

__all__ = ["AHEAD", "ANONYMOUS", "BLOCK", "Names", "Piece", "statement_at", "text_before", "wanted_statements"]

ANONYMOUS = "[]"
"""Stands for the subject of a statement that starts with a bracket."""

BLOCK = 1 << 22
"""How many bytes of a file are read at once."""

AHEAD = 64
"""How much must be there behind a full stop to tell that it is an end, and no part of a number or a name."""

_NAME = rb"[A-Za-z0-9_:%\x80-\xff-]"
_START = rb"[A-Za-z_:\x80-\xff]"
_WORD = _START + rb"(?:" + _NAME + rb"++|\\.)*+(?:\.++(?:" + _NAME + rb"|\\.)++)*+"
_IRI = rb"<[^>]*+>"
_SPACE = rb"[ \t\r\n;,\[\]()^]"
_BETWEEN = rb"(?:[ \t\r\n]++|\#[^\r\n]*+)*+"
# Possessive throughout: what a token has taken it never gives back, so a statement costs one pass.
_STATEMENT = (
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
    rb")*+[.{}])"
)  # fmt: skip
_LINE = re.compile(rb"^[ \t]*+(?P<head><[^>\n]*+>|_:[^ \t<\n]++)[^\n]*+", re.MULTILINE)
_OPEN, _CLOSE = b"{}"


@cache
def _statement() -> re.Pattern[bytes]:
    return re.compile(_STATEMENT, re.DOTALL)


def statement_at(text: bytes, place: int) -> re.Match[bytes] | None:
    """Match the statement, up to its full stop, or the directive that begins at a place, white space aside.

    Its group ``head`` is the subject of a statement, its group ``directive`` a directive.
    """
    return _statement().match(text, place)


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


class Names:
    """What the head of a statement stands for, with the prefixes and the base at that point."""

    def __init__(self, base: str | None) -> None:
        """Begin with a base, or without one."""
        self.scope = Scope()
        self.scope.base = base
        self.spaces: dict[bytes, bytes] = {}

    def declare(self, text: str) -> None:
        """Take in directives."""
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


def wanted_statements(stream: BinaryIO, subjects: Set[str], lines: bool, base: str | None = None) -> Iterator[Piece]:
    """Give the statements about some subjects, in order.

    Args:
        stream: the file.
        subjects: IRIs, labels with ``_:``, or ``ANONYMOUS`` for all statements that start with a bracket.
        lines: whether each statement is a line, as in N-Triples and N-Quads.
        base: the base in force at the start.
    """
    wanted = {(s if s == ANONYMOUS or s.startswith("_:") else f"<{s}>").encode() for s in subjects}
    yield from (_by_line if lines else _by_statement)(stream, wanted, base)


class _Window:
    """The part of a file that is in memory, and where in the file it is."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.buffer = b""
        self.offset = 0
        self.ended = False
        self._line, self._counted, self._before = 1, 0, 0

    def place(self, start: int) -> tuple[int, int]:
        """Give line and column of a place in the buffer, one that is not before any asked about earlier."""
        self._line += self.buffer.count(b"\n", self._counted, start)
        self._counted = start
        break_ = self.buffer.rfind(b"\n", 0, start)
        column = len(self.buffer[break_ + 1 : start].decode("utf-8", "ignore")) + 1
        return self._line, column + (self._before if break_ < 0 else 0)

    def advance(self, position: int) -> None:
        """Let go of what is before a place, and read on."""
        _, column = self.place(position)
        self._counted, self._before = 0, column - 1
        self.offset += position
        self.buffer = self.buffer[position:]
        block = self.stream.read(max(BLOCK, len(self.buffer)))
        self.ended = not block
        self.buffer += block

    def piece(self, subject: bytes, start: int, end: int, scope: Scope) -> Piece:
        """Make a piece of a stretch of the buffer."""
        line, column = self.place(start)
        name = subject[1:-1] if subject.startswith(b"<") else subject
        return Piece(name.decode(), self.buffer[start:end].decode(), line, column, scope)


def _by_line(stream: BinaryIO, wanted: Set[bytes], base: str | None) -> Iterator[Piece]:
    window, names = _Window(stream), Names(base)
    while not window.ended:
        window.advance(window.buffer.rfind(b"\n") + 1)
        end = len(window.buffer) if window.ended else window.buffer.rfind(b"\n") + 1
        for match in _LINE.finditer(window.buffer, 0, end):
            head = match[1]
            if head in wanted or (b"\\" in head and (head := names.expand(head)) in wanted):
                yield window.piece(head, match.start("head"), match.end(), names.scope)


def _matches(window: _Window) -> Iterator[re.Match[bytes]]:
    """Give the statements and directives of a file, while the window goes on over it."""
    match_at, position = _statement().match, 0
    while True:
        match = match_at(window.buffer, position)
        if match is None or (len(window.buffer) - match.end() < AHEAD and not window.ended):
            if window.ended:
                return
            # A statement that reaches the end of the block may go on behind it.
            window.advance(position)
            position = 0
            continue
        position = match.end()
        yield match


def _by_statement(stream: BinaryIO, wanted: Set[bytes], base: str | None) -> Iterator[Piece]:
    window, names, anonymous = _Window(stream), Names(base), ANONYMOUS.encode()
    expand = names.expand
    for match in _matches(window):
        head = match["head"]
        if head is None:
            names.declare(match["directive"].decode())
            continue
        subject = anonymous if head in (b"[", b"(") else expand(head)
        if subject in wanted:
            end = match.end()
            last = window.buffer[end - 1]
            if last != _OPEN:
                yield window.piece(subject, match.start("head"), end - (last == _CLOSE), names.scope)


def text_before(stream: BinaryIO, line: int, length: int, base: str | None = None) -> tuple[str, int]:
    """Give a short text that has the same fault as a long file of Turtle.

    Args:
        stream: the file; the parser has accepted all before the line.
        line: the line in which the parser found the fault.
        length: how many bytes of the file to give, from the start of the last statement before the line on.
        base: the base in force at the start.

    Returns:
        The prefixes and the base in force, a line each, with that part of the file below them; and by how many lines
        the part stands lower in the file.
    """
    window, names = _Window(stream), Names(base)
    start, start_line, column, scope = 0, 1, 1, names.scope
    for match in _matches(window):
        found = match.start(match.lastgroup or 0)
        here, there = window.place(found)
        if here >= line:
            break
        start, start_line, column, scope = window.offset + found, here, there, names.scope
        if match["head"] is None:
            names.declare(match["directive"].decode())
    stream.seek(start)
    part = stream.read(length).decode("utf-8", "ignore")
    lines = [] if scope.base is None else [f"@base <{scope.base}> ."]
    lines += [f"@prefix {prefix}: <{space}> ." for prefix, space in scope.prefixes.items()]
    return "\n".join([*lines, " " * (column - 1) + part]), start_line - 1 - len(lines)
