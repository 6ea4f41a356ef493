# SPDX-License-Identifier: Apache-2.0
"""A document while it is read: its text, its mentions in order, what it is about, and all that the extractor knows."""

from __future__ import annotations

from bisect import bisect_left
from typing import NamedTuple

from imnm_kg.extraction.knowledge import Knowledge
from imnm_kg.extraction.mentions import Mention
from imnm_kg.extraction.topics import Topic
from imnm_kg.extraction.triggers import FoundCues
from imnm_kg.lexicon.entries import Entry
from imnm_kg.model.records import TextRecord

__all__ = ["Reading", "ancestors", "base_of", "words_before"]


class Reading(NamedTuple):
    """A document as it is read."""

    record: TextRecord
    plain: str
    found: FoundCues
    mentions: list[Mention]
    starts: list[int]
    topic: Topic
    of_field: bool
    knowledge: Knowledge

    def within(self, start: int, end: int) -> list[Mention]:
        """Return the mentions that begin inside a stretch."""
        return self.mentions[bisect_left(self.starts, start) : bisect_left(self.starts, end)]


def base_of(reading: Reading, entry: Entry) -> Entry:
    """Return the disease of which what is said about a group of its patients is told."""
    if entry.population and entry.base:
        return reading.knowledge.entries.get(entry.base, entry)
    return entry


def ancestors(reading: Reading, entry: Entry) -> list[str]:
    """Return the IRIs of what an entry is a form of, nearest first."""
    found: list[str] = []
    while entry.base and entry.base not in found:
        found.append(entry.base)
        parent = reading.knowledge.entries.get(entry.base)
        if parent is None:
            break
        entry = parent
    return found


def words_before(reading: Reading, mention: Mention, width: int = 60) -> str:
    """Return the words in front of a mention, in normal form."""
    return reading.plain[max(0, mention.start - width) : mention.start]
