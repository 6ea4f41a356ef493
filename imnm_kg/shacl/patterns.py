# SPDX-License-Identifier: Apache-2.0
r"""``sh:pattern``: the regular expressions of XPath, as the REGEX of SPARQL reads them, in bounded time.

Plain patterns, which mean the same everywhere and cannot run wild, are matched by Python; every other one by the
embedded engine, whose matcher takes time linear in the text and knows ``\p{L}`` and the flags of XPath.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

import pyoxigraph as ox

__all__ = ["Pattern", "PatternError"]

_BATCH = 2000
_FLAGS = "smixq"
# One piece of a plain pattern: a character, an escaped punctuation mark, a class of plain characters and ranges, each
# with at most one repeat; no group that is repeated, for only nested repeats take exponential time.
_PLAIN = re.compile(
    r"""\^?(?:
        (?: [^\\^$.|?*+()\[\]{}\s] | [ ] | \\[-.\\?*+{}()\[\]|^$]
          | \[ \^? (?:[^\\\[\]^&~-]|\\[-.\\?*+{}()\[\]|^$]) (?:[^\\\[\]&~-]|-(?![-\[])|\\[-.\\?*+{}()\[\]|^$])* \] )
        (?: [?*+] | \{[0-9]{1,3}(?:,[0-9]{0,3})?\} )?
    )*\$?""",
    re.VERBOSE,
)
_UNBOUNDED = re.compile(r"(?<!\\)(?:[*+]|\{[0-9]+,\})")
_NAME_START = r":A-Z_a-z\x{C0}-\x{D6}\x{D8}-\x{F6}\x{F8}-\x{2FF}\x{370}-\x{37D}\x{37F}-\x{1FFF}\x{200C}-\x{200D}"
_NAME_START += (
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
        self._search = None
        if not flags and _PLAIN.fullmatch(pattern) and len(_UNBOUNDED.findall(pattern)) < 3:
            try:
                self._search = re.compile(pattern[:-1] + r"\Z" if _ends(pattern) else pattern).search
            except (re.error, OverflowError) as error:
                raise PatternError(str(error)) from error
            return
        text = pattern if "q" in flags else _translated(pattern, "x" in flags)
        self._regex = f"{ox.Literal(text)}, {ox.Literal(flags)}"
        query = f'SELECT ?x {{ BIND(REGEX("", {self._regex}) AS ?x) }}'
        if next(_rows(ox.Store(), query))["x"] is None:
            raise PatternError("it is malformed, or too large")

    def misses(self, texts: Iterable[str]) -> set[str]:
        """Give those of some texts in which the pattern is not found."""
        if self._search is not None:
            return {text for text in texts if self._search(text) is None}
        found: set[str] = set()
        rest = iter(texts)
        store = ox.Store()
        while batch := list(islice(rest, _BATCH)):
            rows = " ".join(f"({number} {ox.Literal(text)})" for number, text in enumerate(batch))
            query = f"SELECT ?n {{ VALUES (?n ?text) {{ {rows} }} FILTER(!REGEX(?text, {self._regex})) }}"
            found |= {batch[int(row["n"].value)] for row in _rows(store, query)}
        return found


def _rows(store: ox.Store, query: str) -> Iterator[ox.QuerySolution]:
    result = store.query(query)
    assert isinstance(result, ox.QuerySolutions)
    yield from result


def _ends(pattern: str) -> bool:
    """Whether a pattern ends in the mark of the end, which for Python also stands before a last line break."""
    return pattern.endswith("$") and (len(pattern) - len(pattern[:-1].rstrip("\\")) - 1) % 2 == 0


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
