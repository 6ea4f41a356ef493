# SPDX-License-Identifier: Apache-2.0
"""What a sentence must have, in what order, for a pattern to match it: asked before the sentence is masked.

An outline is a list of steps, each some words or marks of which one must follow what the step before found. It is
taken from the regular expression of a rule and asks no more than that does: lookaheads, distances and all that is
optional are left out. Masking takes words away and puts marks in their places; so a sentence with its marks put in
front of the words that they stand for has every step that the masked sentence has, in the same order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from imnm_kg.extraction.mentions import Mention
from imnm_kg.extraction.sheet import MARKS
from imnm_kg.lexicon.matcher import Found

__all__ = ["Outline", "Step", "sketch", "steps_of"]

Step: TypeAlias = tuple[str, ...]

_FIRST, _LAST = min(MARKS.values()), max(MARKS.values())
# What masking may make of a mark: a process or a variant of a protein, a regimen of two treatments.
_MADE_OF = {
    MARKS["BiologicalProcess"]: MARKS["Protein"],
    MARKS["Factor"]: MARKS["Protein"],
    MARKS["Regimen"]: MARKS["Drug"] + MARKS["DrugClass"] + MARKS["Procedure"],
}
_GROUP = re.compile(r"\((?:\?(?:P<\w+>|:|(?P<around><?[=!])|(?P<other>)))?")
_CLASS = re.compile(r"\[(?P<not>\^?)(?P<members>(?:\\.|[^\]\\])+)\]")
_MANY = re.compile(r"(?:[*?]|\{(?P<least>\d*),?\d*\}|\+)[?+]?")


class _Reader:
    """A regular expression as it is read, from left to right."""

    def __init__(self, source: str) -> None:
        self.source, self.place = source, 0

    def branches(self) -> list[Step]:
        """Read alternatives up to the closing bracket, and return the steps that all of them take."""
        read = [self.sequence()]
        while self.source.startswith("|", self.place):
            self.place += 1
            read.append(self.sequence())
        if len(read) == 1:
            return read[0]
        if not all(read):
            return []
        best = [max(steps, key=_worth) for steps in read]
        return [tuple(dict.fromkeys(word for step in best for word in step))]

    def sequence(self) -> list[Step]:
        """Read what follows one another."""
        made: list[Step] = []
        word = ""
        while self.place < len(self.source) and self.source[self.place] not in "|)":
            letter, steps = self.piece()
            least = self.least()
            if letter and least == 1:
                word += letter
                continue
            if letter and least:
                word, letter = word + letter, ""
            made += [(word,)] * (len(word) > 1)
            word = ""
            made += steps if least else []
        return made + [(word,)] * (len(word) > 1)

    def piece(self) -> tuple[str, list[Step]]:
        """Read a letter, a class or a group: the letter, or else the steps."""
        source, letter = self.source, self.source[self.place]
        if letter == "(":
            return "", self.group()
        if letter == "[":
            found = _CLASS.match(source, self.place)
            if found is None:
                raise ValueError("a class without an end")
            self.place = found.end()
            members = "" if found["not"] else "".join(_members(found["members"]))
            return "", [tuple(members)] if members and all(map(_is_mark, members)) else []
        self.place += 1
        if letter == "\\":
            letter = source[self.place]
            self.place += 1
            return ("", []) if letter.isalnum() else (letter, [])
        if letter in ".^$":
            return "", []
        return ("", [(letter,)]) if _is_mark(letter) else (letter, [])

    def group(self) -> list[Step]:
        """Read a group; one that looks ahead or back takes no step."""
        found = _GROUP.match(self.source, self.place)
        if found is None or found["other"] is not None:
            raise ValueError("a group of a kind that no rule has")
        self.place = found.end()
        steps = self.branches()
        self.place += 1  # the bracket
        return [] if found["around"] else steps

    def least(self) -> int:
        """Read how often a piece stands at the least; 2: more than once is allowed too, so that a word ends there."""
        found = _MANY.match(self.source, self.place)
        if found is None:
            return 1
        self.place = found.end()
        if found.group().startswith("+"):
            return 2
        return 2 if int(found["least"] or 0) else 0


def _members(inside: str) -> Iterator[str]:
    """Yield the characters of a class, the range of a few marks too; a class of others is of no use."""
    first, dash, last = inside.partition("-")
    if dash and len(first) == len(last) == 1 and _is_mark(first):
        yield from map(chr, range(ord(first), ord(last) + 1))
    else:
        yield from inside


def _is_mark(letter: str) -> bool:
    return _FIRST <= letter <= _LAST


def _worth(step: Step) -> int:
    """Tell how much a step says: its shortest word, for which a mark counts most."""
    return min(16 if _is_mark(word) else len(word) for word in step)


def steps_of(source: str) -> list[Step]:
    """Return the steps of a regular expression; none, which is always right, where it has what cannot be read here."""
    reader = _Reader(source)
    try:
        steps = reader.branches()
    except ValueError:
        return []
    return steps if reader.place == len(source) else []


class Outline:
    """The steps of a pattern, compiled: those of marks alone, which are the cheaper to ask for, and all of them."""

    __slots__ = ("drawn", "marks")

    def __init__(self, steps: Sequence[Step]) -> None:
        """Compile steps."""
        self.marks = _compiled([step for step in steps if all(map(_is_mark, step))])
        self.drawn = _compiled(steps)


def _compiled(steps: Sequence[Step]) -> re.Pattern[str]:
    """Return a pattern that matches, from its beginning, what takes all steps.

    Each step is taken where it is found first and never again elsewhere: where that leaves the later ones nothing, no
    other choice would. So of words that have each other in them only the shorter are looked for.
    """
    made = []
    for step in steps:
        words = set("".join(_MADE_OF.get(word, "") for word in step)) | set(step)
        kept = sorted(word for word in words if not any(other != word and other in word for other in words))
        made.append(f"(?>.*?(?:{'|'.join(map(re.escape, kept))}))")
    return re.compile("".join(made), re.DOTALL)


def sketch(plain: str, start: int, end: int, mentions: Sequence[Mention | Found]) -> str:
    """Return a sentence in normal form with the mark of each mention put in front of its words."""
    parts: list[str] = []
    place = start
    for mention in mentions:
        parts += plain[place : mention.start], MARKS[mention.entry.kind]
        place = mention.start
    parts.append(plain[place:end])
    return "".join(parts)
