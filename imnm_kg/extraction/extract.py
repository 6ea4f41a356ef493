# SPDX-License-Identifier: Apache-2.0
"""Claims out of one text: mentions, masked sentences, rules, context; a pure function of the text and the knowledge."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

from imnm_kg.extraction.cues import certainty_of, negated
from imnm_kg.extraction.knowledge import Knowledge
from imnm_kg.extraction.masking import CLASSES, Masked, fold, mask
from imnm_kg.extraction.mentions import Mention, find_mentions, open_entry
from imnm_kg.extraction.populations import model_population, narrow, patient_group, pooled, population_label
from imnm_kg.extraction.proposal import Mark, ProposedClaim
from imnm_kg.extraction.rules import Rule
from imnm_kg.extraction.sections import Sentence, sentences_of
from imnm_kg.extraction.selection import Candidate, harmless, select
from imnm_kg.extraction.topics import Topic, topic_of
from imnm_kg.extraction.triggers import TriggerHits
from imnm_kg.lexicon.entries import Entry
from imnm_kg.lexicon.variants import normalise
from imnm_kg.model.claims import RANKS
from imnm_kg.model.namespaces import ENTITY
from imnm_kg.model.records import TextRecord

__all__ = ["extract_claims"]

_NEXT = re.compile(
    r"(?:\s*[,;]\s*(?:and |or |as well as )?|\s+(?:and|or|as well as|along with|with|plus)\s+|,? (?:including|such as) )"
    r"(?:(?!(?:was|were|is|are|has|have|had|that|which|who|but|while|whereas|in|for|to|by)\b)[a-z0-9%'/+.]+[\s,]+){0,5}?"
    r"(?:(?:propensity|tendency|risk) (?:to|of|for) )?"
    r"(?=[\ue001-\ue00b])[\ue001-\ue00b]"
)

_LONGEST_QUOTE = 700
_AROUND = 32
_OF_THERAPY = ("treats", "ameliorates", "investigatedFor", "firstLineFor", "manages", "contraindicatedIn", "appliedToTreat")
_OF_BENEFIT = tuple(name for name in _OF_THERAPY if name != "contraindicatedIn")
_OF_DISEASE = ("hasPhenotype", "hasAutoantibody", "subtypeOf")
_SURE = ("investigatedFor",)
_OF_ACTION = ("contributesTo", "inhibits", "decreases", "activates", "targets")
_NEAR = 30  # a denial further behind the verb denies something else
_MATCHES = 12  # of one rule in one sentence


class _Reading(NamedTuple):
    """A document as it is read."""

    record: TextRecord
    plain: str
    mentions: list[Mention]
    starts: list[int]
    hits: TriggerHits
    topic: Topic
    knowledge: Knowledge
    sha256: str

    def within(self, start: int, end: int) -> list[Mention]:
        """Return the mentions that begin inside a stretch."""
        return self.mentions[bisect_left(self.starts, start) : bisect_left(self.starts, end)]


def extract_claims(record: TextRecord, knowledge: Knowledge) -> tuple[ProposedClaim, ...]:
    """Propose the claims of a text, in the order of their passages; each claim once, at its clearest sentence."""
    matcher = knowledge.matcher
    text = record.text
    plain = normalise(text)
    hits = knowledge.triggers.find(plain)
    if not hits:
        return ()
    mentions = narrow(text, find_mentions(text, plain, record.title, matcher), matcher)
    if len(mentions) < 2:
        return ()
    title = narrow(record.title, find_mentions(record.title, normalise(record.title), "", matcher), matcher) if record.title else []
    topic = topic_of(title, mentions, len(text))
    if (group := patient_group(record.title if topic.disease is not None else f"{record.title} {text}")) is not None:
        topic = topic._replace(population=group)
    starts = [mention.start for mention in mentions]
    reading = _Reading(record, plain, mentions, starts, hits, topic, knowledge, record.sha256)
    found = [candidate for sentence in sentences_of(record) for candidate in _read_sentence(reading, sentence)]
    kept = select(found)
    harmed = frozenset(one.object.entry.iri for one in kept if one.rule.predicate == "hasAdverseEvent")
    return tuple(_propose(reading, candidate, harmed) for candidate in kept)


def _read_sentence(reading: _Reading, sentence: Sentence) -> Iterator[Candidate]:
    start, end, section = sentence
    rules = reading.hits.rules(start, end)
    if not rules:
        return
    inside = [m for m in reading.within(start, end) if m.end <= end and not m.entry.generic and not _is_test(m.entry)]
    inside = _with_anaphora(reading, sentence, inside)
    aim = section == "aim" and _ASKS.search(reading.plain, start, end) is not None or _ASKS_PLAINLY.search(reading.plain, start, end) is not None
    if not inside:
        return
    masked = mask(reading.plain, start, end, inside)
    folded = fold(masked)
    words = reading.plain[start:end]
    for rule in rules:
        if aim and rule.predicate != "investigatedFor":
            continue
        if (rule.needs and rule.needs != section) or (rule.unless and rule.silencer.search(words)):
            continue
        plainly = rule.predicate == "subtypeOf" or rule.topic == "class"  # these read "X is a Y" itself
        if plainly:
            yield from _apply(reading, sentence, masked, rule)
        if not plainly or (folded is not masked and rule.topic != "class"):
            yield from _apply(reading, sentence, folded, rule)


_TEST = re.compile(
    r"graphy|scopy|imaging|biops|\btests?\b|testing|tomograph|\bscan|screening|assay|ultraso|examination|monitoring|assessment|measurement|"
    r"electromyogra|nerve conduction|serology|histolog|immunohisto|capillarosc|sequencing|\bmri\b|spirometry|questionnaire|cytometry",
    re.IGNORECASE,
)


def _is_test(entry: Entry) -> bool:
    """Tell whether a procedure finds something out and treats nothing."""
    return entry.kind == "Procedure" and _TEST.search(entry.label) is not None


# A sentence that asks is no answer.
_ASKS = re.compile(r"\b(?:to (?:assess|evaluate|investigate|determine|examine|clarify|explore|test|compare|identify|study)|aim(?:s|ed)?|whether|sought)\b")
_ASKS_PLAINLY = re.compile(
    r"\b(?:we|the authors) (?:hypothesi[sz]ed|asked|sought|aimed|tested|investigated|examined|wondered)\b|\b(?:this|the|our) (?:present |current )?(?:study|review|trial|analysis|work) (?:aims|aimed|was designed|sought|investigates|examines|explores) |"
    r"\b(?:the )?(?:aim|objective|purpose|goal) of|it is (?:not clear|unclear|unknown)"
)
_ANAPHOR = re.compile(r"\b(?:this|the|these) (?:diseases?|disorders?|conditions?|syndrome|illness|patient population)\b")


_THIS = re.compile(r"\bthis (?:disease|disorder|condition|syndrome)\b")


def _with_anaphora(reading: _Reading, sentence: Sentence, inside: list[Mention]) -> list[Mention]:
    """Let "this disease" stand for the document's, where the sentence names no other one."""
    topic = reading.topic.disease
    if topic is None:
        return inside
    named = any(m.entry.kind == "Disease" for m in inside)
    found = (_THIS if named else _ANAPHOR).search(reading.plain, sentence.start, sentence.end)
    if found is None or any(m.start < found.end() and found.start() < m.end for m in inside):
        return inside
    return sorted([*inside, Mention(found.start(), found.end(), topic.entry, topic.modifiers)])


def _apply(reading: _Reading, sentence: Sentence, masked: Masked, rule: Rule) -> Iterator[Candidate]:
    regex, text = rule.regex, masked.text
    place = 0
    for _ in range(_MATCHES):
        found = regex.search(text, place)
        if found is None:
            return
        place = found.start() + 1
        groups = found.groupdict()
        subjects = _side(masked, found.start("s") if groups.get("s") else None)
        objects = _side(masked, found.start("o") if groups.get("o") else None)
        if rule.topic == "class":
            place_k = found.start("k") if groups.get("k") else found.start("s")
            objects = _class_targets(reading, masked, place_k, apposed=not groups.get("k"))
        if rule.list and objects:
            objects = _continued(masked, found.start("o"), objects)
        if not subjects and rule.topic == "subject":
            subjects = _topic_subject(reading, rule)
        if not objects and rule.topic == "object":
            objects = _topic_object(reading, sentence)
        if rule.predicate == "riskFactorFor" and subjects:
            subjects = _preceding(masked, found.start("s"), subjects)
        if rule.predicate in _OF_BENEFIT and objects:
            objects = _as_diseases(reading, sentence, objects)
        if not subjects or not objects:
            continue
        trigger = masked.span(*found.span("t")) if groups.get("t") else masked.span(*found.span())
        span = masked.span(*found.span())
        yield from _instances(reading, sentence, rule, subjects, objects, trigger, span)


def _side(masked: Masked, place: int | None) -> tuple[Mention, ...]:
    return () if place is None else masked.slots[place].mentions


def _continued(masked: Masked, place: int, objects: tuple[Mention, ...]) -> tuple[Mention, ...]:
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


_ACTION = re.compile(r"\s+(?:inhibitors?|antagonists?|blockers?|agonists?)$", re.IGNORECASE)


_BEFORE = re.compile(r"([\ue001-\ue00b])(?:\s+(?!(?:was|were|is|are|has|have|had|in|for|with)\b)[a-z0-9]+){0,3}\s*(?:,|/|,?\s+(?:and|or))\s+(?:[a-z]+\s+){0,4}$")


def _preceding(masked: Masked, place: int, subjects: tuple[Mention, ...]) -> tuple[Mention, ...]:
    """Go back along a list of factors of several kinds: "male sex, dysphagia and anti-Jo-1 antibodies were ..."."""
    made = list(subjects)
    while (found := _BEFORE.search(masked.text, max(0, place - 80), place)) is not None:
        place = found.start()
        made = [*masked.slots[place].mentions, *made]
    return tuple(made)


def _class_targets(reading: _Reading, masked: Masked, place: int, *, apposed: bool) -> tuple[Mention, ...]:
    """Return what drugs of a class act on, where the name of the class says so: "JAK inhibitor"."""
    slot = masked.slots[place]
    made = []
    for mention in slot.apposed if apposed else slot.mentions:
        if mention.entry.kind == "DrugClass" and (found := _ACTION.search(mention.entry.label)) is not None:
            target = reading.knowledge.matcher.find(mention.entry.label[: found.start()])
            if len(target) == 1 and target[0].entry.kind in ("Protein", "BiologicalProcess"):
                made.append(Mention(mention.start, mention.end, target[0].entry))
    return tuple(made)


def _topic_subject(reading: _Reading, rule: Rule) -> tuple[Mention, ...]:
    wanted = reading.topic.disease if rule.predicate in _OF_DISEASE else reading.topic.therapy
    return () if wanted is None else (wanted,)


def _topic_object(reading: _Reading, sentence: Sentence) -> tuple[Mention, ...]:
    """Give the document's disease, but never where the sentence names another one only."""
    topic = reading.topic.disease
    if topic is None:
        return ()
    named = [m for m in reading.within(sentence.start, sentence.end) if m.entry.kind == "Disease"]
    base = {_base(reading, m.entry).iri for m in named}
    if named and _base(reading, topic.entry).iri not in base:
        return ()
    return (next((m for m in named if _base(reading, m.entry).iri == _base(reading, topic.entry).iri), topic),)


def _as_diseases(reading: _Reading, sentence: Sentence, objects: tuple[Mention, ...]) -> tuple[Mention, ...]:
    """Tell a benefit of the disease where a symptom or a marker of it got better; two that are pooled are one."""
    diseases = tuple(m for m in objects if m.entry.kind == "Disease")
    if not diseases:
        named = [m for m in reading.within(sentence.start, sentence.end) if m.entry.kind == "Disease" and not m.entry.generic]
        last = objects[-1].end
        behind = next((m for m in named if m.start >= last), None)
        diseases = (behind,) if behind is not None else _topic_object(reading, sentence)
    return pooled(diseases, reading.knowledge.entries) or objects


def _base(reading: _Reading, entry: Entry) -> Entry:
    """Return the disease of which what is said about a group of its patients is told."""
    if entry.population and entry.base:
        return reading.knowledge.entries.get(entry.base, entry)
    return entry


def _instances(
    reading: _Reading,
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
    if rule.predicate == "hasAdverseEvent" and polarity == "Affirmed" and harmless(text):
        return
    certainty, hedges = certainty_of(text, max(0, span[0] - start), min(end, span[1]) - start, cues, spans)
    marks += [Mark("hedge", cue.text, start + cue.start, start + cue.end) for cue in hedges]
    if rule.certainty and RANKS.index(rule.certainty) < RANKS.index(certainty):
        certainty = rule.certainty
    if rule.predicate in _SURE:
        certainty = "Established"
    marks.append(Mark("trigger", reading.record.text[slice(*trigger)], *trigger))
    for subject in subjects:
        for object_ in objects:
            if _base(reading, subject.entry).iri == _base(reading, object_.entry).iri and rule.predicate != "subtypeOf":
                continue
            if subject.entry.iri == object_.entry.iri and not subject.modifiers:
                continue
            if rule.predicate in _OF_THERAPY and _given_up(reading, subject):
                continue
            if rule.predicate == "hasAdverseEvent" and object_.entry.kind == "Disease" and not rule.phrase and _indicated(reading, object_):
                continue
            if rule.predicate == "hasPhenotype" and (subject.entry.kind != "Disease" or _located(reading, subject)):
                continue
            if rule.predicate in _OF_ACTION and not rule.phrase and _in_phrase(reading, subject, trigger):
                continue
            if not _fits_outcome(reading, rule, subject, object_):
                continue
            if rule.predicate == "hasAutoantibody" and object_.entry.label.endswith(("autoantibody", "autoantibodies")):
                continue
            if rule.predicate == "subtypeOf" and not _is_form(reading, rule, subject, object_):
                continue
            yield Candidate(subject, object_, rule, polarity, certainty, section, sentence.start, sentence.end,
                            span, tuple(marks))  # fmt: skip


def _ancestors(reading: _Reading, entry: Entry) -> list[str]:
    """Return the IRIs of what an entry is a form of, nearest first."""
    found: list[str] = []
    while entry.base and entry.base not in found:
        found.append(entry.base)
        parent = reading.knowledge.entries.get(entry.base)
        if parent is None:
            break
        entry = parent
    return found


def _is_form(reading: _Reading, rule: Rule, subject: Mention, object_: Mention) -> bool:
    """Tell whether a classification is worth a claim: not under an umbrella such as "autoimmune disease", and, where the
    words alone leave it open ("such as", "is a"), not against what the lexicon knows of both."""
    if len(_ancestors(reading, object_.entry)) < 2:
        return False
    above = _ancestors(reading, subject.entry)
    if subject.entry.iri == object_.entry.iri or object_.entry.iri in above:
        return True
    return rule.tier == 1 and subject.entry.iri not in _ancestors(reading, object_.entry)


_OUTCOMES = tuple(ENTITY + id_ for id_ in ("interstitial-lung-disease", "cancer", "neoplasm", "infection", "cardiovascular-disease"))


def _fits_outcome(reading: _Reading, rule: Rule, subject: Mention, object_: Mention) -> bool:
    """Tell an antibody of a disease from one that raises the risk of lung disease or cancer in it."""
    if rule.predicate not in ("riskFactorFor", "hasAutoantibody"):
        return True
    antibody, disease = (object_, subject) if rule.predicate == "hasAutoantibody" else (subject, object_)
    if antibody.entry.kind != "Antibody" or disease.entry.kind != "Disease":
        return rule.predicate == "riskFactorFor"
    outcome = bool({disease.entry.iri, *_ancestors(reading, disease.entry)} & set(_OUTCOMES))
    return outcome == (rule.predicate == "riskFactorFor")


_GIVING_UP = re.compile(r"\b(?:discontinu\w+|withdraw\w*|cessation|stopping|taper\w*|removal|reduction|reducing|switch\w* from|dependen\w+|resistan\w+|refractory) (?:of|to|from|on)?\s*(?:the\s+|oral\s+|intravenous\s+)?(?:dose of\s+)?$")
_GIVEN_UP = re.compile(r"[\s-]*(?:induced|related toxicity|associated toxicity|(?:therapy |treatment |use )?(?:was|were|had been|has been) (?:also )?(?:discontinued|stopped|withdrawn|tapered|ceased|replaced|completely discontinued))")
_WITH_DISEASE = re.compile(r"\b(?:patients?|individuals?|adults?|children|subjects?|people|persons?|those|women|men|participants?|cases?|recipients?) (?:with|of|who had|having|suffering from)\s+(?:[a-z-]+\s+){0,3}$")
_LOCATED = re.compile(r"\b(?:in|of|with|for|from|to|on|by)\s+(?:the\s+)?$")


def _before(reading: _Reading, mention: Mention, width: int = 60) -> str:
    return reading.plain[max(0, mention.start - width) : mention.start]


def _given_up(reading: _Reading, mention: Mention) -> bool:
    """Tell whether a treatment is named for being stopped, or for what it caused."""
    if mention.start >= len(reading.plain):
        return False
    return bool(_GIVING_UP.search(_before(reading, mention)) or _GIVEN_UP.match(reading.plain, mention.end))


def _indicated(reading: _Reading, mention: Mention) -> bool:
    """Tell whether a disease is why people are treated ("in patients with X"), and no harm of the treatment."""
    return _WITH_DISEASE.search(_before(reading, mention)) is not None


def _located(reading: _Reading, mention: Mention) -> bool:
    """Tell whether a disease only says where something else is found: "calcinosis in X is associated with"."""
    before = _before(reading, mention)
    if not _LOCATED.search(before) or _WITH_DISEASE.search(before):
        return False
    opening = re.search(r"(?:^|[.;:]\s+)(?:in|among|unlike|of)\s+(?:[a-z-]+\s+){0,3}$", before)
    patients = re.search(r"\b(?:muscles?|biops\w+|sera|serum|blood|tissues?|samples?|signs?|symptoms?|features?|manifestations?|hallmark\w*|histopathology|form|forms|complications?|model|models|cohort|cohorts|diagnosis|onset|setting) (?:of|in|from|with)\s+(?:the\s+)?$", before)
    return opening is None and patients is None


_PREPOSITION = re.compile(r"(?:\b(?:with|in|into|of|for|from|among|to|on|against|between|by)\s+(?:the\s+)?|-)$")


def _in_phrase(reading: _Reading, mention: Mention, trigger: tuple[int, int]) -> bool:
    """Tell whether a name stands in a phrase ("in patients with X"), so that it is not what the verb behind it speaks of.

    A treatment may ("treatment with X reduced"), and an antibody ("sera with antibodies").
    """
    if mention.entry.kind in ("Drug", "DrugClass", "Procedure", "Regimen", "Antibody", "Factor") or mention.start > trigger[0]:
        return False
    return _PREPOSITION.search(reading.record.text, max(0, mention.start - 12), mention.start) is not None


def _told_of(reading: _Reading, mention: Mention, predicate: str, role: str) -> Entry:
    """Return the entity that a mention stands for in a claim."""
    entry = mention.entry
    if predicate == "subtypeOf" and role == "subject":
        if mention.modifiers:
            return open_entry(population_label(mention), "Disease")
        return entry
    return _base(reading, entry) if entry.kind == "Disease" else entry


def _population(reading: _Reading, candidate: Candidate, harmed: frozenset[str]) -> str:
    """Name whom a claim is about: the disease it is told of as narrowly as the sentence has it, else the document's."""
    rule, topic = candidate.rule, reading.topic
    sentence = reading.record.text[candidate.start : candidate.end]
    mention = _told_about(reading, candidate)
    if mention is not None:
        base = _base(reading, mention.entry)
        label = population_label(mention)
        narrows = rule.predicate in _OF_THERAPY or (rule.predicate in _OF_DISEASE and candidate.section != "")
        narrowed = mention.modifiers or mention.entry.population
        if narrows and candidate.section != "background" and not narrowed and topic.disease is not None:
            if base.iri == _base(reading, topic.disease.entry).iri and rule.predicate != "subtypeOf":
                label = topic.population
        return model_population(base.label, sentence) or label
    label = topic.population
    if rule.predicate == "hasAdverseEvent" and topic.disease is not None and topic.disease.entry.iri in harmed:
        label = f"{candidate.subject.entry.label.removesuffix('s')} users"
    return (model_population(label, sentence) or label) if label else ""


def _told_about(reading: _Reading, candidate: Candidate) -> Mention | None:
    """Return the disease whose patients a claim is about, where its sentence names it."""
    predicate, object_ = candidate.rule.predicate, candidate.object
    if predicate == "subtypeOf":
        return object_
    if predicate in _OF_DISEASE:
        return candidate.subject
    if predicate in (*_OF_THERAPY, "contributesTo") and object_.entry.kind == "Disease":
        return object_
    if predicate == "hasAdverseEvent":
        return None
    ends = {candidate.subject.entry.iri, object_.entry.iri}
    others = [
        m for m in reading.within(candidate.start, candidate.end)
        if m.entry.kind == "Disease" and m.entry.iri not in ends and not m.entry.generic
        and _in_phrase(reading, m, (len(reading.plain), 0))
    ]  # fmt: skip
    topic = reading.topic.disease
    same = [m for m in others if topic is not None and m.entry.iri == topic.entry.iri]
    if same or not others:
        return None
    return others[0] if topic is None or predicate != "riskFactorFor" else None


def _propose(reading: _Reading, candidate: Candidate, harmed: frozenset[str]) -> ProposedClaim:
    record, rule = reading.record, candidate.rule
    start, end = _quote(record.text, candidate)
    marks = [
        Mark(role, record.text[m.start : m.end], m.start, m.end)
        for role, m in (("subject", candidate.subject), ("object", candidate.object))
        if start <= m.start and m.end <= end
    ]
    marks += [mark for mark in candidate.marks if start <= mark.start and mark.end <= end]
    return ProposedClaim(
        record.id, reading.sha256,
        _told_of(reading, candidate.subject, rule.predicate, "subject"), rule.predicate,
        _told_of(reading, candidate.object, rule.predicate, "object"),
        candidate.polarity, candidate.certainty, _population(reading, candidate, harmed), (),
        record.text[start:end], record.text[max(0, start - _AROUND) : start], record.text[end : end + _AROUND],
        start, end, rule.id, rule.confidence, tuple(sorted(dict.fromkeys(marks), key=lambda m: (m.start, m.end, m.role))),
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
