# SPDX-License-Identifier: Apache-2.0
"""A proposed claim: what a rule found in a text, with everything that says why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from imnm_kg.lexicon.entries import Entry

__all__ = ["Mark", "ProposedClaim"]


class Mark(NamedTuple):
    """A stretch of the text that took part: code points of the document, half-open.

    ``role``: ``subject``, ``object``, ``population``, ``trigger``, ``negation`` or ``hedge``.
    """

    role: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ProposedClaim:
    """A claim as a rule proposes it.

    Attributes:
        document: id of the document.
        text_sha256: SHA-256 of the document's text.
        subject: what it is about.
        predicate: local name of the property.
        object: what it says of it.
        polarity: ``Affirmed`` or ``Negated``.
        certainty: ``Established``, ``Probable``, ``Possible`` or ``Hypothesised``.
        population: the name of whom it is about, empty where the text does not say.
        context: pairs of context property (local name) and words of the text, sorted.
        quote: the passage, verbatim; at most two sentences.
        prefix: at most 32 code points before it.
        suffix: at most 32 code points after it.
        start: first code point of the passage.
        end: the code point after its last.
        rule: id of the rule.
        confidence: measured precision of the rule, none where it was not measured.
        marks: mentions, trigger and cues at their places.
    """

    document: str
    text_sha256: str
    subject: Entry
    predicate: str
    object: Entry
    polarity: str
    certainty: str
    population: str
    context: tuple[tuple[str, str], ...]
    quote: str
    prefix: str
    suffix: str
    start: int
    end: int
    rule: str
    confidence: float | None
    marks: tuple[Mark, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the fields of a line of ``extract --format jsonl``, in their order."""
        context: dict[str, list[str]] = {}
        for key, value in self.context:
            context.setdefault(key, []).append(value)
        return {
            "document": self.document,
            "subject": self.subject.iri,
            "subject_label": self.subject.label,
            "subject_names": list(self.subject.all_names),
            "predicate": self.predicate,
            "object": self.object.iri,
            "object_label": self.object.label,
            "object_names": list(self.object.all_names),
            "polarity": self.polarity.lower(),
            "certainty": self.certainty.lower(),
            "population": self.population,
            "context": context,
            "quote": self.quote,
            "start": self.start,
            "end": self.end,
            "rule": self.rule,
            "confidence": self.confidence,
            "marks": [list(mark) for mark in self.marks],
        }
