# SPDX-License-Identifier: Apache-2.0
"""What a sentence says beside a claim and narrows it: dose, duration, severity, frequency, timepoint, comparator."""

from __future__ import annotations

import re

from imnm_kg.extraction.selection import Candidate
from imnm_kg.extraction.sheet import TREATMENTS

__all__ = ["context_of"]

_DOSE = re.compile(
    r"(?:\b(high|low|moderate|medium|standard|full|reduced|cumulative)[ -]dose\s+|"
    r"\b(\d+(?:\.\d+)?\s?(?:mg|g|µg|mcg|ml|IU)(?:/(?:kg|day|d|week|m2))*)\s+(?:of\s+)?)"
    r"(?:[a-z-]+\s+){0,2}$",
    re.IGNORECASE,
)
_DOSE_BEHIND = re.compile(
    r"\s*\(?\s*(\d+(?:\.\d+)?\s?(?:mg|g|µg|mcg|ml|IU)(?:/(?:kg|day|d|week|m2))*(?:\s+per\s+\w+)?)\b", re.IGNORECASE
)
_DURATION = re.compile(
    r"\b((?:long|short)[ -]term|chronic|prolonged|maintenance)\s+(?:use of\s+|treatment with\s+|"
    r"therapy with\s+)?(?:[a-z-]+\s+){0,3}$",
    re.IGNORECASE,
)
_CONDITION = re.compile(
    r"\b((?:early|prompt|timely|immediate|intensive|aggressive)(?:,?(?: and)? (?:early|prompt|timely|immediate|"
    r"intensive|aggressive))* (?:treatment|therapy|use|initiation|intervention)) (?:with|of)\s+(?:[a-z-]+\s+){0,3}$",
    re.IGNORECASE,
)
_SEVERITY = re.compile(
    r"\b(severe|disabling|mild|moderate|marked|profound|fatal|life[ -]threatening)\s+(?:[a-z-]+\s+){0,1}$",
    re.IGNORECASE,
)
_FREQUENCY = re.compile(
    r"\b(often|frequently|commonly|usually|typically|generally|sometimes|occasionally|rarely|seldom|"
    r"always|mostly|mainly)\b",
    re.IGNORECASE,
)
_QUANTIFIER = re.compile(
    r"\b(?:in|of|among|with)\s+(?:the\s+)?(some|most|many|several|few|a minority of|the majority of|"
    r"a proportion of|a subset of|up to \d+ ?% of|about \d+ ?% of|"
    r"\d+(?:\.\d+)? ?% of)\s+(?:[a-z-]+\s+){0,2}"
    r"(?:patients?|cases?|individuals?|people|women|men|children|adults)",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"\b(?:at|after|over|within|by|for)\s+(?:the\s+)?(?:(week|month|year|day)s?\s+(\d+)|(\d+)[ -](day|"
    r"week|month|year)s?)\b",
    re.IGNORECASE,
)
_LETTER = {"day": "D", "week": "W", "month": "M", "year": "Y"}
_COMPARATOR = re.compile(
    r"\b(?:compared (?:with|to)|versus|vs\.?|relative to|over|than|and)\s+(?:the\s+|matching\s+|"
    r"matched\s+)?(placebo)\b",
    re.IGNORECASE,
)


def context_of(text: str, candidate: Candidate) -> tuple[tuple[str, str], ...]:
    """Return the context of a claim, pairs of property and words, sorted.

    Only what stands beside the two ends or between them counts; what a sentence says elsewhere may be told of
    something else.
    """
    start, end = candidate.start, candidate.end
    first, last = max(start, candidate.span[0]), min(end, candidate.span[1])
    found: set[tuple[str, str]] = set()
    for mention in (candidate.subject, candidate.object):
        if not start <= mention.start < end:
            continue
        before = text[max(start, mention.start - 60) : mention.start]
        if mention.entry.kind in TREATMENTS:
            if dose := _DOSE.search(before):
                found.add(("dose", _words(dose.group(1) or dose.group(2))))
            elif dose := _DOSE_BEHIND.match(text, mention.end, min(end, mention.end + 30)):
                found.add(("dose", _words(dose.group(1))))
            if condition := _CONDITION.search(before):
                found.add(("condition", _words(condition.group(1))))
            if duration := _DURATION.search(before):
                found.add(("duration", _words(duration.group(1)).replace("long term", "long-term")))
        elif severity := _SEVERITY.search(before):
            found.add(("severity", _words(severity.group(1))))
    if frequency := _FREQUENCY.search(text, first, last):
        found.add(("frequency", frequency.group(1).lower()))
    if quantifier := _QUANTIFIER.search(text, max(start, first - 30), min(end, last + 30)):
        found.add(("quantifier", _words(quantifier.group(1))))
    if time := _TIME.search(text, first, min(end, last + 40)):
        unit, number = (time.group(1), time.group(2)) if time.group(1) else (time.group(4), time.group(3))
        found.add(("timepoint", f"P{number}{_LETTER[unit.lower()]}"))
    if comparator := _COMPARATOR.search(text, first, min(end, last + 60)):
        found.add(("comparator", comparator.group(1).lower()))
    return tuple(sorted(found))


def _words(text: str) -> str:
    return " ".join(text.lower().replace("-", " ").split()).removesuffix(" of")
