# SPDX-License-Identifier: Apache-2.0
"""Tokens and statements of a Turtle 1.1 text, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from imnm_kg.errors import ImnmError, Place

__all__ = ["Statement", "Token", "lex", "statements"]

_WIDE = (
    "\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_WIDE_INSIDE = "\u00b7\u0300-\u036f\u203f-\u2040"
_UCHAR = r"\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}"
_ESCAPE = rf"""\\[tbnrf"'\\]|{_UCHAR}"""
_PLX = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%]"


@cache
def _pattern(ascii_only: bool) -> re.Pattern[str]:
    """Compile the pattern when the first text is read: that takes longer than many a command.

    Args:
        ascii_only: for a text without other characters, to which both patterns are the same; this one is compiled in an
            eighth of the time.
    """
    base = "A-Za-z" if ascii_only else f"A-Za-z{_WIDE}"
    start = f"{base}_"
    chars = f"{start}0-9{'' if ascii_only else _WIDE_INSIDE}-"  # the hyphen last, so that it is a plain one
    local = rf"(?:[{start}:0-9]|{_PLX})(?:[{chars}:]|{_PLX}|\.+(?=[{chars}:]|{_PLX}))*+"
    end = rf"(?![{chars}:]|\.[{chars}:])"
    # Possessive repeats: a long or an unfinished string must cost one pass, not a recursion.
    token = rf"""
        (?P<space>[ \t\r\n]++)
      | (?P<comment>\#[^\r\n]*+)
      | (?P<pname>(?:[{base}](?:[{chars}]|\.+(?=[{chars}]))*+)?:(?:{local})?)
      | (?P<iri><(?:[^\x00-\x20<>"{{}}|^`\\]|{_UCHAR})*+>)
      | (?P<string>
            \"\"\"(?:[^"\\]|{_ESCAPE}|"(?!""))*+\"\"\"
          | '''(?:[^'\\]|{_ESCAPE}|'(?!''))*+'''
          | "(?!"")(?:[^"\\\r\n]|{_ESCAPE})*+"
          | '(?!'')(?:[^'\\\r\n]|{_ESCAPE})*+'
        )
      | (?P<bnode>_:[{start}0-9](?:[{chars}]|\.+(?=[{chars}]))*+)
      | (?P<number>[+-]?(?:(?:[0-9]+\.[0-9]*|\.?[0-9]+)[eE][+-]?[0-9]+|[0-9]*\.[0-9]+|[0-9]+))
      | (?P<keyword>@(?:prefix|base)(?![A-Za-z0-9-])|(?:[Pp][Rr][Ee][Ff][Ii][Xx]|[Bb][Aa][Ss][Ee]){end}
          |(?:a|true|false){end})
      | (?P<langtag>@[A-Za-z]+(?:-[A-Za-z0-9]+)*+)
      | (?P<punct>\^\^|[.;,\[\]()])
        """
    return re.compile(token, re.VERBOSE)


class Token(NamedTuple):
    """One token of a Turtle text.

    Attributes:
        kind: iri, pname, bnode, string, langtag, number, keyword, punct or comment.
        text: the token as written.
        line: line of its first character, from 1.
        column: column of its first character in code points, from 1.
        start: offset of its first character in the text, from 0.
        end: offset after its last character.
    """

    kind: str
    text: str
    line: int
    column: int
    start: int
    end: int


class Statement(NamedTuple):
    """A directive or a triples block, with the comments around it.

    Attributes:
        kind: directive, triples, or end (the end of the text: no tokens, only the last comments).
        tokens: its tokens without comments, the final full stop included.
        before: the comments between the statement before and this one.
        inside: the comments among its tokens.
    """

    kind: str
    tokens: tuple[Token, ...]
    before: tuple[Token, ...]
    inside: tuple[Token, ...]


def lex(text: str, path: str) -> Iterator[Token]:
    """Split a Turtle text into tokens, comments included and white space left out.

    Args:
        text: the Turtle text.
        path: the path to print in errors.

    Yields:
        The tokens in order; those before a fault come before the error.

    Raises:
        ImnmError: ``turtle-syntax`` where no token fits.
    """
    position, line, line_start = 0, 1, 0
    match_at = _pattern(text.isascii()).match
    while position < len(text):
        match = match_at(text, position)
        if match is None:
            raise _unknown(text, position, Place(path, line, position - line_start + 1))
        kind, end = match.lastgroup, match.end()
        if kind is not None and kind != "space":
            found = match.group()
            yield Token(kind, found, line, position - line_start + 1, position, end)
        if kind in ("space", "string"):
            breaks = text.count("\n", position, end)
            if breaks:
                line += breaks
                line_start = text.rfind("\n", position, end) + 1
        position = end


def _unknown(text: str, position: int, place: Place) -> ImnmError:
    """Say why no token fits at a place."""
    first = text[position]
    if first in "\"'":
        return ImnmError(
            "turtle-syntax",
            "this string is not closed, or holds a wrong escape",
            'close it with the same quotes; use """ for several lines and \\\\ for a backslash',
            place,
        )
    if first == "<":
        what = "this IRI is not closed, or holds a character that no IRI may hold"
        return ImnmError("turtle-syntax", what, "close it with > and percent-encode the character", place)
    shown = first if first.isprintable() else f"U+{ord(first):04X}"
    what = f"no Turtle token can start with {shown!r} here"
    return ImnmError("turtle-syntax", what, "correct or remove it", place)


def statements(tokens: Iterable[Token], path: str) -> list[Statement]:
    """Split tokens into statements, each with the comments that stand before it.

    Args:
        tokens: the tokens of a whole text, as ``lex`` gives them.
        path: the path to print in errors.

    Returns:
        The directives and triples blocks in order, then one statement of kind ``end``.

    Raises:
        ImnmError: ``turtle-syntax`` when the last statement has no end.
    """
    found: list[Statement] = []
    before: list[Token] = []
    inside: list[Token] = []
    parts: list[Token] = []
    for token in tokens:
        if token.kind == "comment":
            (inside if parts else before).append(token)
            continue
        parts.append(token)
        if len(parts) == _sparql_length(parts[0]) or (token.kind == "punct" and token.text == "."):
            head = parts[0]
            directive = head.kind == "keyword" and head.text.lower().lstrip("@") in ("prefix", "base")
            kind = "directive" if directive else "triples"
            found.append(Statement(kind, tuple(parts), tuple(before), tuple(inside)))
            before, inside, parts = [], [], []
    if parts:
        place = Place(path, parts[0].line, parts[0].column)
        raise ImnmError("turtle-syntax", "this statement has no end", "end it with a full stop", place)
    found.append(Statement("end", (), tuple(before), ()))
    return found


def _sparql_length(head: Token) -> int:
    """Give how many tokens a SPARQL-style directive has, which no full stop ends; 0 for all else."""
    if head.kind != "keyword":
        return 0
    return {"prefix": 3, "base": 2}.get(head.text.lower(), 0)
