# SPDX-License-Identifier: Apache-2.0
"""Claims out of one text: mentions, masked sentences, rules, context; a pure function of the text and the knowledge."""

from __future__ import annotations

from collections.abc import Iterator

from imnm_kg.extraction.arguments import (
    as_diseases,
    class_targets,
    continued,
    described_targets,
    outcome,
    preceding,
    side,
    stand_in,
    topic_object,
    topic_subject,
    with_anaphora,
)
from imnm_kg.extraction.context import context_of
from imnm_kg.extraction.cues import certainty_of, negated
from imnm_kg.extraction.document import Reading
from imnm_kg.extraction.filters import asks, is_test, may_relate, reason_for_study
from imnm_kg.extraction.gate import bits_of, fitting, promising, set_off, worth_reading
from imnm_kg.extraction.knowledge import Knowledge
from imnm_kg.extraction.masking import fold, mask
from imnm_kg.extraction.mentions import Mention, settle, with_definitions
from imnm_kg.extraction.populations import narrow, patient_group
from imnm_kg.extraction.proposal import Mark, ProposedClaim
from imnm_kg.extraction.relations import OF_BENEFIT, OF_HARM
from imnm_kg.extraction.rules import Rule
from imnm_kg.extraction.sections import Sentence, headed, sentences_with
from imnm_kg.extraction.selection import Candidate, harmless, select
from imnm_kg.extraction.sheet import KINDS, Masked
from imnm_kg.extraction.told import population_of, told_of
from imnm_kg.extraction.topics import Topic, topic_of
from imnm_kg.lexicon.matcher import Found, Matcher, longest
from imnm_kg.lexicon.variants import normalise, words_of, words_only
from imnm_kg.model.claims import RANKS
from imnm_kg.model.records import TextRecord

__all__ = ["extract_claims"]

_LONGEST_QUOTE = 700
_AROUND = 32
_SURE = ("investigatedFor",)
_NEAR = 30  # a denial further behind the verb denies something else
_MATCHES = 12  # of one rule in one sentence


def extract_claims(record: TextRecord, knowledge: Knowledge) -> tuple[ProposedClaim, ...]:
    """Propose the claims of a text, in the order of their passages; each claim once, at its clearest sentence."""
    matcher, triggers = knowledge.matcher, knowledge.triggers
    text = record.text
    plain = normalise(text)
    words = words_of(plain)
    found, hits = matcher.scan(text, words)
    if not found:
        return ()
    kinds = bits_of(found)
    names = longest(found)
    of_field = any(name.entry.iri in knowledge.field for name in names)
    if of_field and (more := knowledge.misspelt.find(words, names, matcher)):
        names = longest([*names, *more])
        kinds |= bits_of(more)
    if "ntibod" in text:
        kinds |= KINDS["Antibody"]  # one that the grammar tells
    allowed = triggers.with_kinds(kinds, True, of_field)
    title = _names_of_title(record, words, found, matcher)
    allowed &= triggers.with_topic(kinds | bits_of(title))
    if not allowed:
        return ()
    cues = triggers.found(hits, allowed)
    if not cues.places:
        return ()
    names = with_definitions(text, names)
    stretches = promising(plain, names, triggers, cues, of_field)
    if not stretches:
        return ()
    mentions = settle(text, plain, record.title, names, matcher)
    sentences = [
        headed(record, sentence)
        for sentence, inside in sentences_with(record, mentions, stretches)
        if worth_reading(plain, sentence, inside, triggers, cues, of_field)
    ]
    if not sentences:
        return ()
    mentions = narrow(text, mentions, matcher)
    starts = [mention.start for mention in mentions]
    topic = _topic(record, mentions, title, matcher)
    reading = Reading(record, plain, cues, mentions, starts, topic, of_field, knowledge)
    kept = select(candidate for sentence in sentences for candidate in _read_sentence(reading, sentence))
    harmed = frozenset(one.object.entry.iri for one in kept if one.rule.predicate in OF_HARM)
    sha256 = record.sha256 if kept else ""
    return tuple(_propose(reading, candidate, harmed, sha256) for candidate in kept)


def _names_of_title(record: TextRecord, words: str, found: list[Found], matcher: Matcher) -> list[Found]:
    """Return every name in the title; most texts begin with it, and its names are found."""
    title = record.title
    if record.text.startswith(title) and not words[len(title) :][:1].strip():
        return [name for name in found if name.end <= len(title)]
    return matcher.find_all(title, words_only(title))


def _topic(record: TextRecord, mentions: list[Mention], names: list[Found], matcher: Matcher) -> Topic:
    """Tell what a text is about, by its title with the names in it and by its mentions."""
    title, text = record.title, record.text
    named: list[Mention] = []
    if names:
        defined = with_definitions(title, longest(names))
        named = narrow(title, settle(title, normalise(title), "", defined, matcher), matcher)
    topic = topic_of(named, mentions, len(text))
    group = patient_group(title if topic.disease is not None else f"{title} {text}")
    return topic if group is None else topic._replace(population=group)


def _read_sentence(reading: Reading, sentence: Sentence) -> Iterator[Candidate]:
    start, end, section = sentence
    triggers = reading.knowledge.triggers
    inside = [m for m in reading.within(start, end) if m.end <= end and not m.entry.generic and not is_test(m.entry)]
    inside = with_anaphora(reading, sentence, inside)
    bits, findings = set_off(reading.plain, start, end, inside, triggers, reading.found, reading.of_field)
    rules = [rule for rule in triggers.rules(bits) if rule.needs in ("", section)]
    rules = fitting(rules, reading.plain, start, end, inside, findings)
    if rules and asks(reading, sentence):
        rules = [rule for rule in rules if rule.predicate == "investigatedFor"]
    if not rules:
        return
    masked = mask(reading.plain, start, end, inside, findings=findings)
    folded = fold(masked)
    words = reading.plain[start:end]
    for rule in rules:
        if rule.unless and rule.silencer.search(words):
            continue
        plainly = rule.copula or rule.predicate == "subtypeOf" or rule.topic == "class"  # these read "X is a Y" itself
        if plainly:
            yield from _apply(reading, sentence, masked, rule)
        if not plainly or (folded is not masked and rule.topic != "class"):
            yield from _apply(reading, sentence, folded, rule)


def _apply(reading: Reading, sentence: Sentence, masked: Masked, rule: Rule) -> Iterator[Candidate]:
    regex, text = rule.regex, masked.text
    place = 0
    for _ in range(_MATCHES):
        found = regex.search(text, place)
        if found is None:
            return
        place = found.start() + 1
        groups = found.groupdict()
        subjects = side(masked, found.start("s") if groups.get("s") else None)
        objects = side(masked, found.start("o") if groups.get("o") else None)
        if groups.get("u"):
            objects = outcome(reading, *masked.span(*found.span("u")))
        if rule.topic == "class":
            place_k = found.start("k") if groups.get("k") else found.start("s")
            objects = class_targets(reading, masked, place_k, apposed=not groups.get("k"))
        if rule.topic == "described":
            objects = tuple(target for mention in subjects for target in described_targets(reading, mention))
        if rule.list and objects:
            objects = continued(masked, found.start("o"), objects)
        if not subjects and rule.topic == "subject":
            subjects = topic_subject(reading, rule)
        if rule.subject and groups.get("t"):
            subjects = stand_in(reading, rule, masked, found.span("t"))
        if not objects and rule.topic == "object":
            objects = topic_object(reading, sentence)
        if rule.predicate == "riskFactorFor" and subjects:
            subjects = preceding(masked, found.start("s"), subjects)
        if rule.predicate in OF_BENEFIT and objects and not groups.get("u"):
            objects = as_diseases(reading, sentence, objects)
        if not subjects or not objects:
            continue
        trigger = masked.span(*found.span("t")) if groups.get("t") else masked.span(*found.span())
        span = masked.span(*found.span())
        yield from _instances(reading, sentence, rule, subjects, objects, trigger, span)


def _instances(
    reading: Reading,
    sentence: Sentence,
    rule: Rule,
    subjects: tuple[Mention, ...],
    objects: tuple[Mention, ...],
    trigger: tuple[int, int],
    span: tuple[int, int],
) -> Iterator[Candidate]:
    start, end, section = sentence
    text = reading.record.text[start:end]
    cues = reading.knowledge.cues
    spans = [(m.start - start, m.end - start) for m in (*subjects, *objects) if start <= m.start < end]
    polarity, marks = "Affirmed", []
    if rule.polarity == "negated":
        polarity = "Negated"
    elif rule.polarity == "affirmed":
        denial = negated(text, trigger[0] - start, trigger[1] - start, cues, spans)
        if denial is not None and denial.start < trigger[1] - start + _NEAR:
            if rule.denial != "flip":
                return
            polarity = "Negated"
            marks.append(Mark("negation", denial.text, start + denial.start, start + denial.end))
    if rule.predicate in OF_HARM and polarity == "Affirmed" and harmless(text):
        return
    said = trigger if rule.gloss else span
    certainty, hedges = certainty_of(text, max(0, said[0] - start), min(end, said[1]) - start, cues, spans)
    marks += [Mark("hedge", cue.text, start + cue.start, start + cue.end) for cue in hedges]
    if hedges and reason_for_study(text):
        certainty = "Hypothesised"
    if rule.certainty and RANKS.index(rule.certainty) < RANKS.index(certainty):
        certainty = rule.certainty
    if rule.predicate in _SURE:
        certainty = "Established"
    marks.append(Mark("trigger", reading.record.text[slice(*trigger)], *trigger))
    for subject in subjects:
        for object_ in objects:
            if not may_relate(reading, rule, subject, object_, trigger):
                continue
            yield Candidate(subject, object_, rule, polarity, certainty, section, sentence.start, sentence.end,
                            span, tuple(marks))  # fmt: skip


def _propose(reading: Reading, candidate: Candidate, harmed: frozenset[str], sha256: str) -> ProposedClaim:
    record, rule = reading.record, candidate.rule
    start, end = _quote(record.text, candidate)
    marks = [
        Mark(role, record.text[m.start : m.end], m.start, m.end)
        for role, m in (("subject", candidate.subject), ("object", candidate.object))
        if start <= m.start and m.end <= end
    ]
    marks += [mark for mark in candidate.marks if start <= mark.start and mark.end <= end]
    return ProposedClaim(
        record.id, sha256,
        told_of(reading, candidate.subject, rule.predicate, "subject"), rule.predicate,
        told_of(reading, candidate.object, rule.predicate, "object"),
        candidate.polarity, candidate.certainty, population_of(reading, candidate, harmed),
        context_of(record.text, candidate),
        record.text[start:end], record.text[max(0, start - _AROUND) : start], record.text[end : end + _AROUND],
        start, end, rule.id, rule.confidence,
        tuple(sorted(dict.fromkeys(marks), key=lambda m: (m.start, m.end, m.role))),
    )  # fmt: skip


def _quote(text: str, candidate: Candidate) -> tuple[int, int]:
    """Return the sentence, or of a very long one the words that carry the claim."""
    start, end = candidate.start, candidate.end
    if end - start <= _LONGEST_QUOTE:
        return start, end
    first = max(start, min(candidate.span[0], candidate.span[1] - 1))
    last = min(end, candidate.span[1])
    while first > start and text[first - 1] not in ".;\n" and last - first < _LONGEST_QUOTE // 2:
        first -= 1
    while first < last and text[first].isspace():
        first += 1
    return first, min(last, first + _LONGEST_QUOTE)
