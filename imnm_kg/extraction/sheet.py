# SPDX-License-Identifier: Apache-2.0
"""A sentence as it is masked: a string that is cut and patched, every character of which leads back to the text."""

from __future__ import annotations

from bisect import bisect_left
from typing import NamedTuple

from imnm_kg.extraction.mentions import Mention

__all__ = ["CLASSES", "KINDS", "MARKS", "TREATMENTS", "Masked", "Sheet", "Slot", "bits_in"]

MARKS = {
    "Disease": "\ue001", "Drug": "\ue002", "DrugClass": "\ue003", "Procedure": "\ue004", "Phenotype": "\ue005",
    "AdverseEffect": "\ue005", "OpenFinding": "\ue006", "Protein": "\ue007", "BiologicalProcess": "\ue008",
    "Antibody": "\ue009", "Factor": "\ue00a", "Regimen": "\ue00b",
}  # fmt: skip
"""The character that stands for a mention, by its kind."""

KINDS = {kind: 1 << (ord(mark) - 0xE001) for kind, mark in MARKS.items()}
"""A bit for each kind, in the order of the marks."""

_THERAPY, _CONDITION, _TARGET = "\ue002\ue003\ue004\ue00b", "\ue001\ue005\ue006", "\ue007\ue008"
CLASSES = {
    "T": _THERAPY,
    "G": "\ue002\ue003\ue00b",
    "D": "\ue001",
    "F": "\ue005\ue006",
    "C": _CONDITION,
    "A": "\ue009",
    "P": _TARGET,
    "Q": _TARGET + "\ue009",
    "Y": "\ue00a",
    "L": _CONDITION + "\ue00a",
    "M": _THERAPY + "\ue009",
    "H": _CONDITION + "\ue008",
    "V": _TARGET + "\ue009\ue00a",
    "K": "\ue003",
    "U": "\ue007",
    "Z": _TARGET + "\ue009\ue005",
    "E": _TARGET + "\ue009\ue00a\ue005\ue006",
    "S": _TARGET + "\ue009\ue00a" + _CONDITION,
    "X": _TARGET + "\ue009\ue00a" + _CONDITION + _THERAPY,
}
"""The classes of mentions that a pattern may name."""

TREATMENTS = tuple(kind for kind, mark in MARKS.items() if mark in CLASSES["T"])
"""The kinds of what people are treated with; a regimen is made of a sentence and stands in no lexicon."""


def bits_in(marks: str) -> int:
    """Return the bits of the kinds that marks stand for."""
    return sum({1 << (ord(mark) - 0xE001) for mark in marks})


class Slot(NamedTuple):
    """What stands at a place of the masked sentence: the mentions of a list; code points of the text, half-open.

    ``apposed``: the classes that the words behind a drug put it in ("eculizumab, a complement inhibitor, ...").
    """

    mentions: tuple[Mention, ...]
    start: int
    end: int
    apposed: tuple[Mention, ...] = ()


class Masked(NamedTuple):
    """A masked sentence.

    Attributes:
        text: lower case, one character for each list of mentions.
        slots: what stands at each of these characters, by place.
        origin: the offset in the document of each character, and one more for the end.
    """

    text: str
    slots: dict[int, Slot]
    origin: list[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the code points of the document that a stretch of the masked sentence stands for."""
        last = self.slots.get(end - 1)
        return self.origin[start], self.origin[end - 1] + 1 if last is None else last.end


class Sheet:
    """A sentence under work.

    ``text`` has one mark for each slot; ``slots`` and ``places`` (where the marks stand) are in its order; ``origin``
    has the code point of the document for each character. Patching strings and lists is done by the interpreter's own
    slicing: a sentence is masked in a tenth of a millisecond.
    """

    def __init__(self, plain: str, start: int, end: int, mentions: list[Mention]) -> None:
        """Put marks in the places of the mentions, which are in order and inside the sentence."""
        parts: list[str] = []
        self.origin: list[int] = []
        self.slots: list[Slot] = []
        self.places: list[int] = []
        self.plain = plain
        place = start
        for mention in mentions:
            parts += plain[place : mention.start], MARKS[mention.entry.kind]
            self.origin.extend(range(place, mention.start))
            self.places.append(len(self.origin))
            self.origin.append(mention.start)
            self.slots.append(Slot((mention,), mention.start, mention.end))
            place = mention.end
        parts.append(plain[place:end])
        self.origin.extend(range(place, end + 1))
        self.text = "".join(parts)

    def slot(self, place: int) -> Slot:
        """Return what the mark at a place stands for."""
        return self.slots[bisect_left(self.places, place)]

    def slots_in(self, start: int, end: int) -> list[Slot]:
        """Return what the marks of a stretch stand for."""
        return self.slots[bisect_left(self.places, start) : bisect_left(self.places, end)]

    def stop(self, end: int) -> int:
        """Return the code point of the document after a stretch that ends there."""
        at = bisect_left(self.places, end - 1)
        if at < len(self.places) and self.places[at] == end - 1:
            return self.slots[at].end
        return self.origin[end - 1] + 1

    def words(self, start: int, end: int) -> str:
        """Return the words of the document that a stretch stands for, without mentions folded into a list."""
        made: list[str] = []
        place = start
        for at in range(bisect_left(self.places, start), bisect_left(self.places, end)):
            mark, slot = self.places[at], self.slots[at]
            made += self.text[place:mark], self.plain[slot.start : slot.end]
            place = mark + 1
        made.append(self.text[place:end])
        return " ".join("".join(made).split())

    def set(self, place: int, slot: Slot) -> None:
        """Give a mark another meaning."""
        self.slots[bisect_left(self.places, place)] = slot

    def patch(self, start: int, end: int, mark: str = "", slot: Slot | None = None) -> None:
        """Put one mark, or nothing, in the place of a stretch."""
        first, last = bisect_left(self.places, start), bisect_left(self.places, end)
        shift = len(mark) - (end - start)
        self.text = self.text[:start] + mark + self.text[end:]
        self.origin[start:end] = self.origin[start : start + len(mark)]
        later = [place + shift for place in self.places[last:]]
        self.places[first:] = [start, *later] if slot is not None else later
        self.slots[first:last] = [slot] if slot is not None else []

    def finish(self) -> Masked:
        """Return the masked sentence."""
        return Masked(self.text, dict(zip(self.places, self.slots, strict=True)), self.origin)
