# SPDX-License-Identifier: Apache-2.0
"""What is worth reading: asked of a text, then of a sentence, before the work on it that costs more.

Of all of PubMed nearly everything ends here. A rule is tried only where a cue of it stands beside names of the kinds
that its pattern needs; findings that no lexicon has are looked for in texts of the field only.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence

from imnm_kg.extraction.mentions import Mention
from imnm_kg.extraction.phrases import has_head
from imnm_kg.extraction.rules import Rule
from imnm_kg.extraction.sheet import MARKS
from imnm_kg.extraction.triggers import TriggerHits
from imnm_kg.lexicon.matcher import Found

__all__ = ["bits_of", "promising", "worth_trying"]

_BITS = {kind: 1 << (ord(mark) - 0xE001) for kind, mark in MARKS.items()}
_OPEN = _BITS["OpenFinding"]
_BREAK = re.compile(r"[.!?]\s")


def bits_of(mentions: Iterable[Mention | Found]) -> int:
    """Return the kinds of names as bits, in the order of the marks."""
    bits = 0
    for mention in mentions:
        bits |= _BITS[mention.entry.kind]
    return bits


def worth_trying(rule: Rule, bits: int, count: int, findings: bool) -> bool:
    """Tell whether a sentence has what a rule names.

    Args:
        rule: the rule.
        bits: the kinds of names in the sentence.
        count: how many things it names.
        findings: whether it has a word that may be the head of a finding that no lexicon has.
    """
    known = False
    for wanted in rule.ends:
        if bits & wanted:
            known = True
        elif not (findings and wanted & _OPEN):
            return False
    return known and (count > 1 or findings or len(rule.ends) < 2)


def promising(plain: str, found: Sequence[Found], hits: TriggerHits, of_field: bool) -> list[tuple[int, int]]:
    """Return the stretches of a text that have what a rule needs: sentences, taken roughly, in order.

    Args:
        plain: the normal form of the text.
        found: the names in it, in order.
        hits: the cues in it.
        of_field: whether it names a disease of the field or an antibody.
    """
    made: list[tuple[int, int]] = []
    starts = [item.start for item in found]
    first, place = 0, 0
    for end in (*(stop.end() for stop in _BREAK.finditer(plain)), len(plain)):
        last = bisect_left(starts, end, first)
        if first < last:
            rules = hits.rules(place, end)
            if rules:
                bits = bits_of(found[first:last])
                findings = of_field and has_head(plain, place, end)
                count = len({item.entry.iri for item in found[first:last]})
                if any(worth_trying(rule, bits, count, findings) for rule in rules):
                    made.append((place, end))
        first, place = last, end
    return made
