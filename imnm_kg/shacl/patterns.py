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
_FLAGS = "smixq"
_LONG = 1000
_MANY = 500  # Python takes longer to compile a pattern than the engine to match it in so many texts
_REPEAT = re.compile(r"(?:[*+?]|\{[0-9]+(?:,[0-9]*)?\})\??")
_SPACE = " \t\n\r"
_NAME_START = r":A-Z_a-z\x{C0}-\x{D6}\x{D8}-\x{F6}\x{F8}-\x{2FF}\x{370}-\x{37D}\x{37F}-\x{1FFF}\x{200C}-\x{200D}"
_NAME_START += (
    r"\x{2070}-\x{218F}\x{2C00}-\x{2FEF}\x{3001}-\x{D7FF}\x{F900}-\x{FDCF}\x{FDF0}-\x{FFFD}\x{10000}-\x{EFFFF}"
)
_NAME = _NAME_START + r"\-.0-9\x{B7}\x{300}-\x{36F}\x{203F}-\x{2040}"
_ESCAPES = {"i": _NAME_START, "c": _NAME, "s": r" \t\n\r", "d": r"\p{Nd}"}
_CATEGORY = re.compile(r"\{(?:L[ultmo]?|M[nce]?|N[dlo]?|P[cdseifo]?|Z[slp]?|S[mcko]?|C[cfon]?)\}")
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
        if "q" not in flags:
            pattern = _translated(_without_space(pattern) if "x" in flags else pattern)
        self._regex = f"{ox.Literal(pattern)}, {ox.Literal(flags.replace('x', ''))}"
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
            found = {text for text in texts if len(text) <= _LONG and search(text) is None}
            texts = [text for text in texts if len(text) > _LONG]
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


def _without_space(pattern: str) -> str:
    """Drop white space outside classes of characters, as the flag x asks; it may stand behind a backslash too."""
    parts: list[str] = []
    depth, escaped = 0, False
    for here in pattern:
        if here in _SPACE and depth == 0:
            continue
        parts.append(here)
        if escaped or here == "\\":
            escaped = not escaped
        elif here in "[]":
            depth = max(0, depth + (1 if here == "[" else -1))
    return "".join(parts)


def _translated(pattern: str) -> str:
    """Write a pattern of XPath as the engine's matcher reads it."""
    parts: list[str] = []
    opened: list[int] = []  # where the classes that are open begin among the parts
    position = 0
    while position < len(pattern):
        here, depth = pattern[position], len(opened)
        if here == "\\":
            step, text = _escape(pattern, position, depth)
        elif here == "[":
            if depth:
                raise PatternError("a [ within a class of characters must be written \\[")
            step = 2 if pattern.startswith("[^", position) else 1
            text = pattern[position : position + step]
            opened.append(len(parts))
        elif depth and pattern.startswith("-[", position):
            # XPath takes away from the complement, the engine from what the complement is made of.
            if parts[opened[-1]] == "[^":
                parts[opened[-1]] = "[[^"
                parts.append("]")
            parts.append("--")
            step = 3 if pattern.startswith("-[^", position) else 2
            text = pattern[position + 1 : position + step]
            opened.append(len(parts))
        elif here == "]" and depth:
            step, text = 1, here
            opened.pop()
            if opened and not pattern.startswith("]", position + 1):
                raise PatternError("a class that is taken away from another one must stand at its end")
        elif depth and pattern.startswith("--", position):
            raise PatternError("a - beside another one in a class of characters must be written \\-")
        elif depth and here in "&~":
            step, text = 1, f"\\{here}"
        elif not depth and (repeat := _REPEAT.match(pattern, position)):
            step, text = len(repeat.group()), repeat.group()
            if _REPEAT.match(pattern, position + step):
                raise PatternError("a repeat cannot be repeated without a group")
        elif not depth and here in "{}]":
            raise PatternError(f"a {here} that stands for itself must be written \\{here}")
        elif pattern.startswith("(?", position) and not pattern.startswith("(?:", position):
            raise PatternError("XPath knows no group that starts with (? other than (?:")
        else:
            step, text = 1, here
        parts.append(text)
        position += step
    if opened:
        raise PatternError("a class of characters is not closed")
    return "".join(parts)


def _escape(pattern: str, position: int, depth: int) -> tuple[int, str]:
    letter = pattern[position + 1 : position + 2]
    if letter in ("p", "P"):
        found = _CATEGORY.match(pattern, position + 2)
        if found is None:
            raise PatternError(f"\\{letter} must be followed by a general category in braces; no blocks are known here")
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
