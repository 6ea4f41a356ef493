# SPDX-License-Identifier: Apache-2.0
r"""``sh:pattern``: the regular expressions of XPath, as the REGEX of SPARQL reads them, in bounded time.

Plain patterns, which mean the same everywhere and cannot run wild, are matched by Python; every other one by the
embedded engine, whose matcher takes time linear in the text and knows ``\p{L}`` and the flags of XPath.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import islice

import pyoxigraph as ox

from imnm_kg.shacl.plain_patterns import plain_pattern

__all__ = ["Pattern", "PatternError"]

_BATCH = 2000
_SHORT = 1000
_MANY = 500  # Python takes longer to compile a pattern than the engine to match it in so many texts
_FLAGS = "smixq"
_NAME_START = (
    r":A-Z_a-z\x{C0}-\x{D6}\x{D8}-\x{F6}\x{F8}-\x{2FF}\x{370}-\x{37D}\x{37F}-\x{1FFF}\x{200C}-\x{200D}"
    r"\x{2070}-\x{218F}\x{2C00}-\x{2FEF}\x{3001}-\x{D7FF}\x{F900}-\x{FDCF}\x{FDF0}-\x{FFFD}\x{10000}-\x{EFFFF}"
)
_NAME = _NAME_START + r"\-.0-9\x{B7}\x{300}-\x{36F}\x{203F}-\x{2040}"
_ESCAPES = {"i": _NAME_START, "c": _NAME, "s": r" \t\n\r", "d": r"\p{Nd}"}
# What XPath knows behind a backslash and the engine knows too, with the same meaning.
_SAME = set("nrt\\|.?*+(){}-[]^$pP")


class PatternError(ValueError):
    """A pattern that is no regular expression of XPath, or one that cannot be matched here."""


class Pattern:
    """A compiled pattern."""

    def __init__(self, pattern: str, flags: str = "") -> None:
        """Compile a pattern.

        Args:
            pattern: a regular expression of XPath.
            flags: some of ``s``, ``m``, ``i``, ``x``, ``q``.

        Raises:
            PatternError: when it is malformed, or holds a back-reference, which no linear matcher knows.
        """
        if strange := set(flags) - set(_FLAGS):
            raise PatternError(f"the flag {min(strange)!r} is not one of {' '.join(_FLAGS)}")
        self._pattern = pattern if not flags else None
        text = pattern if "q" in flags else _translated(pattern, "x" in flags)
        self._regex = f"{ox.Literal(text)}, {ox.Literal(flags)}"
        query = f'SELECT ?x {{ BIND(REGEX("", {self._regex}) AS ?x) }}'
        if next(_rows(query))["x"] is None:
            raise PatternError("it is malformed, or too large")

    def misses(self, texts: Collection[str]) -> set[str]:
        """Give those of some texts in which the pattern is not found."""
        found: set[str] = set()
        plain = None
        if self._pattern is not None and len(texts) > _MANY:
            plain = plain_pattern(self._pattern)
        if plain is not None:
            search = re.compile(plain).search
            # The time that Python takes for a plain pattern grows with the square of a text's length at worst.
            found = {text for text in texts if len(text) <= _SHORT and search(text) is None}
            texts = [text for text in texts if len(text) > _SHORT]
        rest = iter(texts)
        while batch := list(islice(rest, _BATCH)):
            rows = " ".join(f"({number} {ox.Literal(text)})" for number, text in enumerate(batch))
            query = f"SELECT ?n {{ VALUES (?n ?text) {{ {rows} }} FILTER(!REGEX(?text, {self._regex})) }}"
            found |= {batch[int(row["n"].value)] for row in _rows(query)}
        return found


_STORE = ox.Store()  # stays empty: only its evaluation of expressions is wanted


def _rows(query: str) -> Iterator[ox.QuerySolution]:
    result = _STORE.query(query)
    assert isinstance(result, ox.QuerySolutions)
    yield from result


def _translated(pattern: str, extended: bool) -> str:
    """Write a pattern of XPath as the engine's matcher reads it."""
    parts: list[str] = []
    depth, position = 0, 0
    while position < len(pattern):
        here = pattern[position]
        if here == "\\":
            step, text = _escape(pattern, position, depth)
        elif depth and pattern.startswith("-[", position):
            step, text, depth = 2, "--[", depth + 1
        elif here == "[":
            if depth:
                raise PatternError("a [ within a class of characters must be written \\[")
            step, text, depth = 1, here, 1
            if pattern.startswith("[^", position):
                step, text = 2, "[^"
        elif here == "]" and depth:
            step, text, depth = 1, here, depth - 1
        elif (depth and here in "&~#") or (depth and extended and here.isspace()):
            step, text = 1, "" if here.isspace() else f"\\{here}"
        elif here == "#" and extended:
            step, text = 1, "\\#"  # XPath's flag x has no comments
        elif pattern.startswith("(?", position) and not pattern.startswith("(?:", position):
            raise PatternError("XPath knows no group that starts with (? other than (?:")
        else:
            step, text = 1, here
        parts.append(text)
        position += step
    if depth:
        raise PatternError("a class of characters is not closed")
    return "".join(parts)


def _escape(pattern: str, position: int, depth: int) -> tuple[int, str]:
    letter = pattern[position + 1 : position + 2]
    if letter in ("p", "P"):
        found = re.compile(r"\{[A-Za-z0-9-]+\}").match(pattern, position + 2)
        if found is None:
            raise PatternError(f"\\{letter} must be followed by a category in braces")
        return 2 + len(found.group()), f"\\{letter}{found.group()}"
    if letter == "w" or letter == "W":
        inside = r"[^\p{P}\p{Z}\p{C}]" if letter == "w" else r"[\p{P}\p{Z}\p{C}]"
        return 2, inside
    if letter.lower() in _ESCAPES and letter:
        characters = _ESCAPES[letter.lower()]
        return 2, f"[^{characters}]" if letter.isupper() else characters if depth else f"[{characters}]"
    if letter.isdigit():
        raise PatternError("back-references are not supported")
    if letter not in _SAME or not letter:
        raise PatternError(f"\\{letter} is no escape of XPath")
    return 2, f"\\{letter}"
