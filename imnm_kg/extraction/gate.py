# SPDX-License-Identifier: Apache-2.0
"""What is worth reading: asked of a text, then of its sentences, before the work on it that costs more.

Of all of PubMed nearly everything ends here. A rule is tried only where a cue of it stands beside names of the kinds
that its pattern needs; findings that no lexicon has are looked for in texts of the field only. Of what is left, the
outlines of the patterns drop most sentences before they are masked, and none in which a pattern would match.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from imnm_kg.extraction.arguments import may_refer
from imnm_kg.extraction.mentions import Mention
from imnm_kg.extraction.outlines import sketch
from imnm_kg.extraction.phrases import has_head
from imnm_kg.extraction.rules import Rule
from imnm_kg.extraction.sections import Sentence
from imnm_kg.extraction.sheet import KINDS, MARKS
from imnm_kg.extraction.triggers import FoundCues, Triggers
from imnm_kg.lexicon.matcher import Found

__all__ = ["bits_of", "fitting", "promising", "set_off", "worth_reading"]

# Brackets that are dropped may make one word of what stands on both sides of them.
_GLUED = re.compile(r"[)\]]\w")


def bits_of(mentions: Iterable[Mention | Found]) -> int:
    """Return the kinds of names as bits, in the order of the marks."""
    bits = 0
    for mention in mentions:
        bits |= KINDS[mention.entry.kind]
    return bits


def set_off(
    plain: str, start: int, end: int, inside: Sequence[Mention | Found], triggers: Triggers, cues: FoundCues,
    of_field: bool,
) -> tuple[int, bool]:  # fmt: skip
    """Return the rules of which a stretch has a cue and names of the kinds, as bits, and whether findings may be in it.

    Args:
        plain: the normal form of the text.
        start: where the stretch begins.
        end: where it ends.
        inside: the names in it.
        triggers: what sets off the rules.
        cues: the cues in the text, of the rules that it allows.
        of_field: whether it names a disease of the field or an antibody.
    """
    findings = of_field and has_head(plain, start, end)
    several = len({name.entry.iri for name in inside}) > 1
    rules = triggers.with_kinds(bits_of(inside), several, findings)
    return rules and rules & cues.within(start, end), findings


def promising(
    plain: str, names: Sequence[Found], triggers: Triggers, cues: FoundCues, of_field: bool
) -> list[tuple[int, int]]:
    """Return the stretches of a text that have what a rule needs: sentences, taken roughly, in order.

    Args:
        plain: the normal form of the text.
        names: the names in it, in order.
        triggers: what sets off the rules.
        cues: the cues in it, of the rules that the text as a whole allows.
        of_field: whether it names a disease of the field or an antibody.
    """
    made: list[tuple[int, int]] = []
    stops = plain
    for mark in ("! ", "? "):
        if mark in stops:
            stops = stops.replace(mark, ". ")
    number, count = 0, len(names)
    while number < count:
        place = names[number].start
        before = stops.rfind(". ", 0, place)
        start = before + 2 if before >= 0 else 0
        end = stops.find(". ", place)
        end = len(plain) if end < 0 else end + 2
        first = number
        number += 1
        while number < count and names[number].start < end:
            number += 1
        if set_off(plain, start, end, names[first:number], triggers, cues, of_field)[0]:
            made.append((start, end))
    return made


def worth_reading(
    plain: str, sentence: Sentence, inside: Sequence[Mention], triggers: Triggers, cues: FoundCues, of_field: bool
) -> bool:
    """Tell whether a rule may match in a sentence, before it is known what the text is about.

    Args:
        plain: the normal form of the text.
        sentence: the sentence.
        inside: the mentions in it.
        triggers: what sets off the rules.
        cues: the cues in it, of the rules that the text as a whole allows.
        of_field: whether it names a disease of the field or an antibody.
    """
    start, end, _ = sentence
    rules, findings = set_off(plain, start, end, inside, triggers, cues, of_field)
    if not rules:
        return False
    return may_refer(plain, start, end) or bool(fitting(triggers.rules(rules), plain, start, end, inside, findings))


def fitting(
    rules: list[Rule], plain: str, start: int, end: int, inside: Sequence[Mention], findings: bool
) -> list[Rule]:
    """Return the rules of which a sentence has the outline.

    Args:
        rules: the rules to choose from.
        plain: the normal form of the text.
        start: where the sentence begins.
        end: where it ends.
        inside: the mentions in it.
        findings: whether it has a word that may be the head of a finding that no lexicon has.
    """
    outlines = [(rule, rule.loose_outline if findings else rule.outline) for rule in rules]
    marks = "".join([MARKS[mention.entry.kind] for mention in inside])
    outlines = [(rule, outline) for rule, outline in outlines if outline.marks.match(marks)]
    if not outlines or _GLUED.search(plain, start, end):
        return [rule for rule, _ in outlines]
    drawn = sketch(plain, start, end, inside)
    return [rule for rule, outline in outlines if outline.drawn.match(drawn)]
