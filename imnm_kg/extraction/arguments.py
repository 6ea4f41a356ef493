# SPDX-License-Identifier: Apache-2.0
"""The two ends of a relation: what a pattern names, lists that go on, what stands elsewhere in the document."""

from __future__ import annotations

import re

from imnm_kg.extraction.document import Reading, ancestors, base_of
from imnm_kg.extraction.mentions import Mention, open_entry
from imnm_kg.extraction.populations import pooled
from imnm_kg.extraction.relations import OF_DISEASE
from imnm_kg.extraction.rules import Rule
from imnm_kg.extraction.sections import Sentence
from imnm_kg.extraction.sheet import CLASSES, TREATMENTS, Masked
from imnm_kg.model.namespaces import ENTITY

__all__ = [
    "as_diseases", "class_targets", "continued", "described_targets", "may_refer", "outcome", "preceding", "side",
    "stand_in", "topic_object", "topic_subject", "with_anaphora",
]  # fmt: skip

_NEXT = re.compile(
    r"(?:\s*\([^()]{1,80}\))?(?:\s*[,;]\s*(?:and |or |as well as )?|\s+(?:and|or|as well as|along with|with|plus)\s+|"
    r",? (?:including|such as) )"
    r"(?:(?!(?:was|were|is|are|has|have|had|that|which|who|but|while|whereas|in|for|to|"
    r"by|thereby|thus|causes?|caused|leads?|led|results?|resulted|induces?|induced)\b)[a-z0-9%'/+.]+[\s,]+){0,5}?"
    r"(?:(?:propensity|tendency|risk) (?:to|of|for) )?"
    r"(?=[\ue001-\ue00b])[\ue001-\ue00b]"
)
_BEFORE = re.compile(
    r"([\ue001-\ue00b])(?:\s+(?!(?:was|were|is|are|has|have|had|in|for|with)\b)[a-z0-9]+){0,3}\s*(?:,|"
    r"/|,?\s+(?:and|or))\s+(?:[a-z]+\s+){0,4}$"
)
_ACTION = re.compile(r"\s+(?:inhibitors?|antagonists?|blockers?|agonists?)$", re.IGNORECASE)
_DESCRIBED = re.compile(
    r"(?:drugs?|agents?|medicines?|medications?|treatments?|therapies) (?:that|which) (?:suppress|inhibit|block|"
    r"dampen|calm|reduce)(?:es|s)? (?:the )?"
)
_ANAPHOR = re.compile(
    r"\b(?:this|the|these) (?:diseases?|disorders?|conditions?|syndrome|illness|patient population)\b"
)
_REFERENCE = re.compile(
    r"\b(?:this|the|these) (?:diseases?|disorders?|conditions?|syndrome|illness|patient population|"
    r"medications?|drugs?|agents?)\b"
)
_THESE = re.compile(r"\b(?:these (?:medications|drugs|agents)|this (?:drug|medication|agent))\b")
_THIS = re.compile(r"\bthis (?:disease|disorder|condition|syndrome)\b")


def side(masked: Masked, place: int | None) -> tuple[Mention, ...]:
    """Return the mentions at a place of a masked sentence, none where a pattern found nothing."""
    return () if place is None else masked.slots[place].mentions


def continued(masked: Masked, place: int, objects: tuple[Mention, ...]) -> tuple[Mention, ...]:
    """Go on with a list behind words that no lexicon has: ", ... and" up to the next verb."""
    made = list(objects)
    kinds = CLASSES["H"] if masked.text[place] in CLASSES["H"] else masked.text[place]
    while True:
        rest = masked.text[place + 1 :]
        found = _NEXT.match(rest)
        if found is None or masked.text[place + found.end()] not in kinds:
            return tuple(made)
        place += found.end()
        made += masked.slots[place].mentions


def preceding(masked: Masked, place: int, subjects: tuple[Mention, ...]) -> tuple[Mention, ...]:
    """Go back along a list of factors of several kinds: "male sex, dysphagia and anti-Jo-1 antibodies were ..."."""
    made = list(subjects)
    while (found := _BEFORE.search(masked.text, max(0, place - 80), place)) is not None:
        place = found.start()
        made = [*masked.slots[place].mentions, *made]
    return tuple(made)


def class_targets(reading: Reading, masked: Masked, place: int, *, apposed: bool) -> tuple[Mention, ...]:
    """Return what drugs of a class act on, where the name of the class says so: "JAK inhibitor"."""
    slot = masked.slots[place]
    made = []
    for mention in slot.apposed if apposed else slot.mentions:
        if mention.entry.kind == "DrugClass" and (found := _ACTION.search(mention.entry.label)) is not None:
            target = reading.knowledge.matcher.find(mention.entry.label[: found.start()])
            if len(target) == 1 and target[0].entry.kind in ("Protein", "BiologicalProcess"):
                made.append(Mention(mention.start, mention.end, target[0].entry))
    return tuple(made)


def described_targets(reading: Reading, mention: Mention) -> tuple[Mention, ...]:
    """Return what a treatment acts on whose name is a description: "drugs that suppress the immune system"."""
    words = reading.plain[mention.start : mention.end]
    found = _DESCRIBED.match(words)
    target = reading.knowledge.matcher.find(words[found.end() :]) if found is not None else []
    if found is None or len(target) != 1 or target[0].entry.kind not in ("Protein", "BiologicalProcess"):
        return ()
    shift = mention.start + found.end()
    return (Mention(shift + target[0].start, shift + target[0].end, target[0].entry),)


def stand_in(reading: Reading, rule: Rule, masked: Masked, place: tuple[int, int]) -> tuple[Mention, ...]:
    """Return what the trigger of a rule stands for where no name does: "there is no cure" is told of any treatment."""
    entry = reading.knowledge.entries.get(ENTITY + rule.subject)
    return () if entry is None else (Mention(*masked.span(*place), entry),)


def outcome(reading: Reading, start: int, end: int) -> tuple[Mention, ...]:
    """Return the outcome that a stretch of the text names, one of the graph's where it has it."""
    words = reading.plain[start:end]
    entry = reading.knowledge.outcomes.get(words) or open_entry(words, "Outcome")
    return (Mention(start, end, entry),)


def topic_subject(reading: Reading, rule: Rule) -> tuple[Mention, ...]:
    """Give the document's disease or treatment, whichever the relation is told of."""
    wanted = reading.topic.disease if rule.predicate in OF_DISEASE else reading.topic.therapy
    return () if wanted is None else (wanted,)


def topic_object(reading: Reading, sentence: Sentence) -> tuple[Mention, ...]:
    """Give the document's disease, but never where the sentence names another one: which is meant, it does not tell."""
    topic = reading.topic.disease
    if topic is None:
        return ()
    named = [m for m in reading.within(sentence.start, sentence.end) if m.entry.kind == "Disease"]
    own = base_of(reading, topic.entry).iri
    kin = {own, *ancestors(reading, topic.entry)}
    others = {base_of(reading, m.entry).iri for m in named if not m.entry.generic} - kin
    if named and (own not in {base_of(reading, m.entry).iri for m in named} or others):
        return ()
    return (next((m for m in named if base_of(reading, m.entry).iri == base_of(reading, topic.entry).iri), topic),)


def as_diseases(reading: Reading, sentence: Sentence, objects: tuple[Mention, ...]) -> tuple[Mention, ...]:
    """Tell a benefit of the disease where a symptom or a marker of it got better; two that are pooled are one."""
    diseases = tuple(m for m in objects if m.entry.kind == "Disease")
    if not diseases:
        named = [
            m for m in reading.within(sentence.start, sentence.end) if m.entry.kind == "Disease" and not m.entry.generic
        ]
        last = objects[-1].end
        behind = next((m for m in named if m.start >= last), None)
        diseases = (behind,) if behind is not None else topic_object(reading, sentence)
    return pooled(diseases, reading.knowledge.entries) or objects


def _with_treatment(reading: Reading, sentence: Sentence, inside: list[Mention]) -> list[Mention]:
    """Let "these medications" stand for the treatment that the text named last."""
    if any(m.entry.kind in TREATMENTS for m in inside):
        return inside
    found = _THESE.search(reading.plain, sentence.start, sentence.end)
    if found is None:
        return inside
    before = [m for m in reading.within(max(0, sentence.start - 300), sentence.start) if m.entry.kind in TREATMENTS]
    classes = [m for m in before if m.entry.kind == "DrugClass"]
    if not before or (classes or before)[-1].entry.generic:
        return inside
    named = (classes or before)[-1]
    return sorted([*inside, Mention(found.start(), found.end(), named.entry)])


def may_refer(plain: str, start: int, end: int) -> bool:
    """Tell whether a sentence has words that ``with_anaphora`` may take for a name."""
    return _REFERENCE.search(plain, start, end) is not None


def with_anaphora(reading: Reading, sentence: Sentence, inside: list[Mention]) -> list[Mention]:
    """Let "this disease" stand for the document's, where the sentence names no other one."""
    inside = _with_treatment(reading, sentence, inside)
    topic = reading.topic.disease
    if topic is None:
        return inside
    mine = base_of(reading, topic.entry).iri
    named = any(m.entry.kind == "Disease" and base_of(reading, m.entry).iri != mine for m in inside)
    found = (_THIS if named else _ANAPHOR).search(reading.plain, sentence.start, sentence.end)
    if found is None or any(m.start < found.end() and found.start() < m.end for m in inside):
        return inside
    return sorted([*inside, Mention(found.start(), found.end(), topic.entry, topic.modifiers)])
