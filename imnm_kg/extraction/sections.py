# SPDX-License-Identifier: Apache-2.0
"""Sentences to read: those of the text proper, each with the section it stands in."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from imnm_kg.extraction.mentions import Mention
from imnm_kg.model.records import BOILERPLATE, CITATION, REFERENCES, TITLE, TextRecord
from imnm_kg.model.sentences import sentence_around

__all__ = ["Sentence", "headed", "sentences_with"]


class Sentence(NamedTuple):
    """A sentence without its section label: code points of the text, half-open.

    ``section``: ``background``, ``aim``, ``methods``, ``results``, ``conclusion``, or empty where nothing says.
    """

    start: int
    end: int
    section: str


_UNREAD = (TITLE, REFERENCES, BOILERPLATE, CITATION)
_LABEL = re.compile(
    r"(?:[A-Z][A-Z'’/&,() -]{2,60}|Plain Language Summary|Conclusions?|Results?|Methods?|Background|"
    r"Objectives?|Aims?|Purpose|Introduction|Findings|Interpretation|Discussion|Summary):\s+"
)
_SECTIONS = (
    ("conclusion", ("CONCLUSION", "INTERPRETATION", "DISCUSSION", "SUMMARY", "SIGNIFICANCE", "IMPLICATION")),
    ("aim", ("OBJECTIVE", "AIM", "PURPOSE", "GOAL")),
    ("background", ("BACKGROUND", "INTRODUCTION", "CONTEXT", "RATIONALE", "IMPORTANCE")),
    ("methods", ("METHOD", "DESIGN", "SETTING", "PARTICIPANTS", "PATIENTS", "MATERIAL", "SEARCH", "SELECTION", "DATA",
                 "MAIN OUTCOME", "REGISTRATION", "FUNDING", "INTERVENTION", "TRIAL REG", "SYSTEMATIC REVIEW REG")),
    ("results", ("RESULT", "FINDING", "OBSERVATION", "CASE")),
)  # fmt: skip
_CONCLUDES = re.compile(
    r"(?:in (?:conclusion|summary|brief)|to conclude|to summari[sz]e|overall,|taken together|"
    r"together,|collectively|altogether|"
    r"th(?:ese|e|is|ose)(?: present| current)? (?:results?|findings?|data|observations?|study|trial|"
    r"case|report|meta-analysis|review)"
    r"(?: of th(?:is|e) (?:study|trial))? (?:suggests?|indicates?|shows?|demonstrates?|supports?|"
    r"confirms?|provides?|highlights?|reveals?)|"
    r"our (?:results?|findings?|data|study|observations?) (?:suggests?|indicates?|shows?|"
    r"demonstrates?|supports?|confirms?|reveals?|highlights?)|"
    r"we (?:conclude|found|showed|demonstrate|show)|therefore|thus|hence)",
    re.IGNORECASE,
)


@lru_cache(maxsize=1024)  # most texts have the same few
def _section(label: str) -> str:
    upper = label.upper()
    return next((name for name, words in _SECTIONS if any(word in upper for word in words)), "")


def _stretches(record: TextRecord) -> Iterator[tuple[int, int, str]]:
    """Yield what is to be read: zones of text, and what is in no zone."""
    place = 0
    for zone in record.zones:
        if record.text[place : zone.start].strip():
            yield place, zone.start, ""
        if zone.kind not in _UNREAD:
            yield zone.start, zone.end, _section(zone.label) or _section(zone.section)
        place = zone.end
    if place < len(record.text):
        yield place, len(record.text), ""


def sentences_with(
    record: TextRecord, mentions: Sequence[Mention], wanted: Sequence[tuple[int, int]]
) -> Iterator[tuple[Sentence, Sequence[Mention]]]:
    """Yield the sentences from which claims may come, each with the mentions that begin in it, in order.

    A label is still a part of them, and their section is what the zone says: ``headed`` reads labels.

    Args:
        record: the text.
        mentions: its mentions, in order.
        wanted: stretches of it, in order: only sentences with a mention in one of these are yielded.
    """
    text, starts = record.text, [mention.start for mention in mentions]
    zones = _stretches(record)
    first, last, section = next(zones, (0, 0, ""))
    done = 0
    for begin, stop in wanted:
        number = bisect_left(starts, max(begin, done))
        while number < len(starts) and (place := starts[number]) < stop:
            while last <= place and last:
                first, last, section = next(zones, (0, 0, ""))
            if not last:
                return
            number += 1
            if place < first:
                continue
            start, end = sentence_around(text, first, last, place)
            before = bisect_left(starts, start)
            number = bisect_left(starts, end)
            done = end
            yield Sentence(start, end, section), mentions[before:number]


def headed(record: TextRecord, sentence: Sentence) -> Sentence:
    """Return a sentence behind its label, with the section that the last label or its first words tell."""
    text, (start, end, section) = record.text, sentence
    said = ""
    if found := _LABEL.match(text, start, end):
        said, start = _section(found.group()), found.end()
    if _CONCLUDES.match(text, start, end):
        return Sentence(start, end, "conclusion")
    return Sentence(start, end, said or _labelled(record, sentence.start) or section)


def _labelled(record: TextRecord, place: int) -> str:
    """Return the section that the last label before a place in the same stretch tells, empty where none does."""
    text = record.text
    first, last = next((begin, end) for begin, end, _ in _stretches(record) if begin <= place < end)
    if ":" not in text[first:place]:
        return ""
    for found in reversed(list(_LABEL.finditer(text, first, place))):
        begins = sentence_around(text, first, last, found.start()).start == found.start()
        if begins and (section := _section(found.group())):
            return section
    return ""
