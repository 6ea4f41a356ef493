# SPDX-License-Identifier: Apache-2.0
"""Which rules are worth trying on a sentence: those with a cue word in it, all found in one pass over the text."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from imnm_kg.extraction.rules import Rule
from imnm_kg.lexicon.variants import words_only

__all__ = ["TriggerHits", "Triggers"]


class TriggerHits:
    """The cue words of a text: for a stretch of it, the rules to try."""

    def __init__(self, rules: Sequence[Rule], places: list[int], numbers: list[tuple[int, ...]]) -> None:
        """Take the places of cues in order, and for each the numbers of the rules that have it."""
        self._rules, self._places, self._numbers = rules, places, numbers

    def __bool__(self) -> bool:
        return bool(self._places)

    def rules(self, start: int, end: int) -> list[Rule]:
        """Return the rules with a cue that begins inside the stretch, in their order."""
        first, last = bisect_left(self._places, start), bisect_left(self._places, end)
        if first == last:
            return []
        wanted = {number for numbers in self._numbers[first:last] for number in numbers}
        return [self._rules[number] for number in sorted(wanted)]


class Triggers:
    """The cue words of all rules, compiled."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        """Compile the cues."""
        from ahocorasick_rs import AhoCorasick

        self._rules = tuple(rules)
        numbers: dict[str, list[int]] = {}
        for number, rule in enumerate(rules):
            for cue in rule.cues:
                numbers.setdefault(words_only(f" {cue}"), []).append(number)
        self._numbers = [tuple(found) for found in numbers.values()]
        self._automaton = AhoCorasick(list(numbers))

    def find(self, words: str) -> TriggerHits:
        """Find all cues in a text, given in the form in which names are compared; a cue begins a word."""
        hits = [
            (start, cue) for cue, start, _ in self._automaton.find_matches_as_indexes(f" {words}", overlapping=True)
        ]
        hits.sort()
        return TriggerHits(self._rules, [start for start, _ in hits], [self._numbers[cue] for _, cue in hits])
