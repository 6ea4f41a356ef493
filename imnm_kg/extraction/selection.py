# SPDX-License-Identifier: Apache-2.0
"""Which of the candidates of a text become claims: each once, at its clearest sentence; the conclusion decides."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from imnm_kg.extraction.mentions import Mention
from imnm_kg.extraction.proposal import Mark
from imnm_kg.extraction.rules import Rule

__all__ = ["Candidate", "harmless", "select"]


class Candidate(NamedTuple):
    """What a rule found in a sentence.

    ``start``, ``end``: of the sentence; ``span``: of the words that matched; code points of the text.
    """

    subject: Mention
    object: Mention
    rule: Rule
    polarity: str
    certainty: str
    section: str
    start: int
    end: int
    span: tuple[int, int]
    marks: tuple[Mark, ...]


_RANK = {"conclusion": 0, "results": 1, "": 2, "aim": 2, "background": 3, "methods": 4}
_BENEFIT = ("treats", "ameliorates", "manages", "appliedToTreat")
_FAMILY = {
    "ameliorates": "treats", "manages": "treats", "appliedToTreat": "treats", "activates": "acts", "inhibits": "acts",
    "targets": "acts", "decreases": "acts", "hasSideEffect": "harm", "hasAdverseEvent": "harm",
}  # fmt: skip


def select(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Keep one candidate for each claim, and of contradicting ones those that the text ends on."""
    groups: defaultdict[tuple[str, str, str, str], list[Candidate]] = defaultdict(list)
    for one in candidates:
        family = _FAMILY.get(one.rule.predicate, one.rule.predicate)
        groups[one.subject.entry.iri, family, one.object.entry.iri, one.polarity].append(one)
    best = {key: min(found, key=_preference) for key, found in groups.items()}
    kept = [one for key, one in best.items() if not _overruled(key, one, best)]
    return sorted(kept, key=lambda one: (one.start, one.span, one.subject.start, one.object.start, one.rule.id))


def _preference(one: Candidate) -> tuple[int, int, int, int, str]:
    named = 0 if one.start <= one.object.start < one.end else 1
    return one.rule.tier, _RANK.get(one.section, 2), named, one.start, one.rule.id


def _overruled(
    key: tuple[str, str, str, str], one: Candidate, best: dict[tuple[str, str, str, str], Candidate]
) -> bool:
    subject, family, object_, polarity = key
    if family == "treats":
        other = best.get((subject, family, object_, "Negated" if polarity == "Affirmed" else "Affirmed"))
        if other is not None:
            mine, theirs = _RANK.get(one.section, 2), _RANK.get(other.section, 2)
            if polarity == "Affirmed" and one.section in ("background", "") and one.certainty != "Established":
                return False  # an earlier study, told as such
            if mine != theirs:
                return mine > theirs
            return polarity == "Affirmed"
        if (subject, "firstLineFor", object_, "Affirmed") in best and polarity == "Affirmed":
            return best[subject, "firstLineFor", object_, "Affirmed"].start == one.start
    if family == "harm" and one.rule.tier > 1:  # what a treatment is studied for is no harm of it, unless said plainly
        return any((subject, "investigatedFor", object_, said) in best for said in ("Affirmed", "Negated"))
    if family == "contributesTo":  # a harm of a treatment is no mechanism, unless a gloss says what the harm is
        return (subject, "harm", object_, polarity) in best and one.rule.tier > 1
    if family == "riskFactorFor":
        return (subject, "contributesTo", object_, polarity) in best and one.rule.tier > 1
    return False


_BOTH = re.compile(
    r"\b(?:in|between|across|of) (?:both|each|all|the two)(?: treatment| study)? (?:groups?|arms?)|"
    r"\bsimilar (?:between|in|across|among|to)|\b(?:was|were) (?:the same|equal|identical) (?:in|for|between|across)|"
    r"\bno (?:significant )?differences?\b|comparable (?:between|in|to|across)|"
    r"not (?:considered )?(?:to be )?related to|unrelated to|"
    r"\b(?:unlikely|improbable) (?:causes?|explanations?|culprits?|triggers?)\b",
    re.IGNORECASE,
)
_RESPECTIVELY = re.compile(
    r"\b(\d+(?:\.\d+)?)\s?%? and (\d+(?:\.\d+)?)\b.{0,60} and placebo,? respectively", re.IGNORECASE
)
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s?%")


def harmless(sentence: str) -> bool:
    """Tell whether the harms of a sentence are no more those of the drug than of what it was compared with."""
    if _BOTH.search(sentence):
        return True
    at = sentence.lower().find("placebo")
    if at < 0:
        return False
    pair = _RESPECTIVELY.search(sentence)
    if pair is not None:
        return float(pair[1]) < 1.3 * float(pair[2])
    shares = [(found.start(), float(found.group(1))) for found in _PERCENT.finditer(sentence)]
    if len(shares) < 2:
        return False
    nearest = min(shares, key=lambda share: abs(share[0] - at))[1]
    others = [share for _, share in shares if share != nearest]
    return not others or max(others) < 1.3 * nearest
