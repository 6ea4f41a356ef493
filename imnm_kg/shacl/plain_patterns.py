# SPDX-License-Identifier: Apache-2.0
"""Which patterns of XPath Python can match: those that mean the same there and cannot run wild."""

from __future__ import annotations

import re

__all__ = ["plain_pattern"]

_SPACE = r" \t\n\r"  # what XPath calls white space; Python calls more so
_PUNCTUATION = set("-.\\?*+{}()[]|^$")
_LETTERS = {"n": r"\n", "r": r"\r", "t": r"\t", "d": r"\d"}
_REPEAT = re.compile(r"[?*+]|\{([0-9]{1,3})(?:,([0-9]{0,3}))?\}")
_REPEATS = 2
_CHOICES = 12  # characters that may be there or not; each may double the ways to match


def plain_pattern(pattern: str) -> str | None:
    """Write a pattern of XPath as Python reads it.

    Args:
        pattern: a regular expression of XPath, without flags.

    Returns:
        None for a pattern that is malformed, that Python would read otherwise or has no word for, or whose repeats
        could make it take more than the square of the length of a text.
    """
    try:
        return _Plain(pattern).read()
    except _NotPlainError:
        return None


class _NotPlainError(Exception):
    pass


class _Plain:
    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0
        self.choices = 0

    def peek(self) -> str:
        return self.pattern[self.at : self.at + 1]

    def read(self) -> str:
        text, unbounded, branches = self.branches()
        # A search that is not tied to the start tries every start.
        tied = text.startswith("^") and branches == 1
        if self.at < len(self.pattern) or unbounded + (not tied) > _REPEATS or self.choices > _CHOICES:
            raise _NotPlainError
        try:
            re.compile(text)
        except (re.error, OverflowError) as error:
            raise _NotPlainError from error
        return text

    def branches(self) -> tuple[str, int, int]:
        """Read up to the end or a closing bracket: the text, the most unbounded repeats of a branch, the branches."""
        parts: list[str] = []
        counts = [0]
        while self.peek() not in ("", ")"):
            if self.peek() == "|":
                self.at += 1
                parts.append("|")
                counts.append(0)
                continue
            choices = self.choices
            piece, unbounded = self.piece()
            repeat = _REPEAT.match(self.pattern, self.at)
            if repeat is not None:
                self.at = repeat.end()
                if piece in ("^", r"\Z") or self.peek() in tuple("?*+{"):
                    raise _NotPlainError
                if repeat.group() == "?":
                    self.choices += 1
                else:
                    if unbounded or self.choices > choices:
                        raise _NotPlainError  # a repeat within a repeat may take exponential time
                    unbounded = int(repeat.group() in "*+" or repeat[2] == "")
                    self.choices += int(repeat[2]) - int(repeat[1]) if repeat[2] else 0
                piece += repeat.group()
            counts[-1] += unbounded
            parts.append(piece)
        return "".join(parts), max(counts), len(counts)

    def piece(self) -> tuple[str, int]:
        here = self.peek()
        if here == "(":
            if self.pattern.startswith("(?", self.at):
                raise _NotPlainError
            self.at += 1
            inner, unbounded, _ = self.branches()
            if self.peek() != ")":
                raise _NotPlainError
            self.at += 1
            return f"(?:{inner})", unbounded
        if here == "[":
            return self.characters(), 0
        if here == "\\":
            return self.escape(inside=False), 0
        self.at += 1
        if here in "?*+{}]":
            raise _NotPlainError
        return {".": r"[^\n\r]", "$": r"\Z", "^": "^"}.get(here) or re.escape(here), 0

    def escape(self, inside: bool) -> str:
        letter = self.pattern[self.at + 1 : self.at + 2]
        self.at += 2
        if letter in _PUNCTUATION:
            return re.escape(letter)
        if letter in _LETTERS:
            return _LETTERS[letter]
        if letter == "s":
            return _SPACE if inside else f"[{_SPACE}]"
        if letter == "S" and not inside:
            return f"[^{_SPACE}]"
        raise _NotPlainError

    def characters(self) -> str:
        self.at += 1
        parts = ["["]
        if self.peek() == "^":
            parts.append("^")
            self.at += 1
        first = True
        while self.peek() != "]" or first:
            here = self.peek()
            if here in ("", "[", "]", "&", "~", "|", "^") or (
                here == "-" and self.pattern[self.at + 1 : self.at + 2] == "["
            ):
                raise _NotPlainError  # classes within classes, and what Python warns of
            if here == "\\":
                parts.append(self.escape(inside=True))
            else:
                self.at += 1
                parts.append(here)
            first = False
        if "--" in "".join(parts):
            raise _NotPlainError
        self.at += 1
        return "".join([*parts, "]"])
