# SPDX-License-Identifier: Apache-2.0
"""Of what a claim is told: the entity that a mention stands for, and the population."""

from __future__ import annotations

from imnm_kg.extraction.document import Reading, base_of
from imnm_kg.extraction.filters import in_phrase
from imnm_kg.extraction.mentions import Mention, open_entry
from imnm_kg.extraction.populations import model_population, population_label
from imnm_kg.extraction.relations import OF_DISEASE, OF_HARM, OF_THERAPY
from imnm_kg.extraction.selection import Candidate
from imnm_kg.lexicon.entries import Entry

__all__ = ["population_of", "told_of"]


def told_of(reading: Reading, mention: Mention, predicate: str, role: str) -> Entry:
    """Return the entity that a mention stands for in a claim."""
    entry = mention.entry
    if predicate == "subtypeOf" and role == "subject":
        if mention.modifiers:
            return open_entry(population_label(mention), "Disease")
        return entry
    if entry.coined and (known := reading.knowledge.outcomes.get(entry.label)) is not None:
        return known
    return base_of(reading, entry) if entry.kind == "Disease" else entry


def population_of(reading: Reading, candidate: Candidate, harmed: frozenset[str]) -> str:
    """Name whom a claim is about: the disease it is told of as narrowly as the sentence has it, else the document's."""
    rule, topic = candidate.rule, reading.topic
    sentence = reading.record.text[candidate.start : candidate.end]
    if rule.gloss:
        return ""
    mention = _told_about(reading, candidate)
    if mention is not None:
        base = base_of(reading, mention.entry)
        label = population_label(mention)
        narrows = rule.predicate in OF_THERAPY or (rule.predicate in OF_DISEASE and candidate.section != "")
        narrowed = mention.modifiers or mention.entry.population
        same = topic.disease is not None and base.iri == base_of(reading, topic.disease.entry).iri
        if narrows and same and not narrowed and candidate.section != "background" and rule.predicate != "subtypeOf":
            label = topic.population
        return model_population(base.label, sentence) or label
    label = topic.population
    if rule.predicate in OF_HARM and topic.disease is not None and topic.disease.entry.iri in harmed:
        label = f"{candidate.subject.entry.label.removesuffix('s')} users"
    return (model_population(label, sentence) or label) if label else ""


def _told_about(reading: Reading, candidate: Candidate) -> Mention | None:
    """Return the disease whose patients a claim is about, where its sentence names it."""
    predicate, object_ = candidate.rule.predicate, candidate.object
    if predicate == "subtypeOf":
        return object_
    if predicate in OF_DISEASE:
        return candidate.subject
    if predicate in (*OF_THERAPY, "contributesTo") and object_.entry.kind == "Disease":
        return object_
    if predicate in OF_HARM:
        return None
    ends = {candidate.subject.entry.iri, object_.entry.iri}
    others = [
        m for m in reading.within(candidate.start, candidate.end)
        if m.entry.kind == "Disease" and m.entry.iri not in ends and not m.entry.generic
        and in_phrase(reading, m, (len(reading.plain), 0))
    ]  # fmt: skip
    topic = reading.topic.disease
    same = [m for m in others if topic is not None and m.entry.iri == topic.entry.iri]
    if same or not others:
        return None
    return others[0] if topic is None or predicate != "riskFactorFor" else None
