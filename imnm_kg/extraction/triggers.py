# SPDX-License-Identifier: Apache-2.0
"""Which rules are worth trying on a stretch of a text: as bits, one for each rule, to combine them at once.

A rule needs a cue word, which is found in the same pass over the text as its names, names of the kinds that its pattern
has, and, where the document may stand for an end, a document that names such a thing.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from imnm_kg.extraction.relations import OF_DISEASE
from imnm_kg.extraction.rules import Rule
from imnm_kg.extraction.sheet import CLASSES, KINDS, bits_in
from imnm_kg.lexicon.variants import words_only

__all__ = ["FoundCues", "Triggers"]

_OPEN, _DISEASE, _THERAPY = KINDS["OpenFinding"], KINDS["Disease"], bits_in(CLASSES["T"])


class FoundCues(NamedTuple):
    """The cues in a text: where each begins, in order, and the rules that it is one of, as bits."""

    places: list[int]
    rules: list[int]

    def within(self, start: int, end: int) -> int:
        """Return the rules with a cue that begins inside a stretch, as bits."""
        places, made = self.places, 0
        number, count = bisect_left(places, start), len(places)
        while number < count and places[number] < end:
            made |= self.rules[number]
            number += 1
        return made


class Triggers:
    """What sets off the rules, compiled."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        """Compile the cues of the rules."""
        self._rules = tuple(rules)
        self._of_cue: dict[str, int] = {}
        for number, rule in enumerate(rules):
            for cue in rule.cues:
                form = words_only(f" {cue}")
                self._of_cue[form] = self._of_cue.get(form, 0) | 1 << number
        self._of_kinds: dict[tuple[int, bool, bool], int] = {}
        self._of_topic: dict[int, int] = {}

    @property
    def cues(self) -> tuple[str, ...]:
        """The cues of all rules, in the form in which a matcher looks for them."""
        return tuple(self._of_cue)

    def rules(self, bits: int) -> list[Rule]:
        """Return the rules that bits stand for, in their order."""
        made = []
        while bits:
            lowest = bits & -bits
            made.append(self._rules[lowest.bit_length() - 1])
            bits ^= lowest
        return made

    def found(self, cues: Iterable[tuple[int, str]], allowed: int) -> FoundCues:
        """Return where the cues of some rules begin, given the cues in a text with their places.

        Args:
            cues: what a matcher found.
            allowed: the rules, as bits.
        """
        of_cue = self._of_cue
        hits = [(place, bits) for place, cue in cues if (bits := of_cue.get(cue, 0) & allowed)]
        hits.sort()
        return FoundCues([place for place, _ in hits], [bits for _, bits in hits])

    def with_kinds(self, kinds: int, several: bool, findings: bool) -> int:
        """Return the rules that find what they name in a stretch with these kinds of names.

        Args:
            kinds: the kinds of names in it, as bits.
            several: whether it names more than one thing.
            findings: whether it has a word that may be the head of a finding that no lexicon has.
        """
        key = (kinds, several, findings)
        if key not in self._of_kinds:
            self._of_kinds[key] = self._number(lambda rule: _has_ends(rule, *key))
        return self._of_kinds[key]

    def with_topic(self, kinds: int) -> int:
        """Return the rules for which a document with these kinds of names may stand where their pattern lacks an end.

        Args:
            kinds: the kinds of names in the text and in its title, as bits.
        """
        if kinds not in self._of_topic:
            self._of_topic[kinds] = self._number(lambda rule: _has_topic(rule, kinds))
        return self._of_topic[kinds]

    def _number(self, wanted: Callable[[Rule], bool]) -> int:
        return sum(1 << number for number, rule in enumerate(self._rules) if wanted(rule))


def _has_ends(rule: Rule, kinds: int, several: bool, findings: bool) -> bool:
    known = False
    for wanted in rule.ends:
        if kinds & wanted:
            known = True
        elif not (findings and wanted & _OPEN):
            return False
    return known and (several or findings or len(rule.ends) < 2)


def _has_topic(rule: Rule, kinds: int) -> bool:
    if rule.topic == "object":
        return kinds & _DISEASE != 0
    if rule.topic == "subject":
        return kinds & (_DISEASE if rule.predicate in OF_DISEASE else _THERAPY) != 0
    return True
