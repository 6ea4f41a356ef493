# SPDX-License-Identifier: Apache-2.0
"""Evaluate: hold extracted claims against annotated ones, and say of each error what kind it is."""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from imnm_kg.extraction.knowledge import Knowledge
from imnm_kg.extraction.mentions import find_mentions
from imnm_kg.lexicon.variants import normalise
from imnm_kg.model.evaluation import (
    RELATIONS,
    Agreement,
    AnnotatedClaim,
    AnnotatedDocument,
    Evaluation,
    Extra,
    GivenText,
    Hit,
    Mark,
    Missed,
    NameAt,
    PredictedClaim,
    Score,
    plain_name,
)

__all__ = ["evaluate", "known_names"]

_LONGEST_QUOTE = 700
_SEED = 1
_BASE = {"does_not_treat": "treats", "unlikely_cause": "causes_or_contributes"}
_PARTS = " + "  # between the parts of a regimen's name
_HALF = re.compile("[\ud800-\udfff]")  # of a surrogate pair: JSON can spell it, but it is no character


def evaluate(
    annotated: Sequence[AnnotatedDocument],
    predicted: Iterable[PredictedClaim],
    texts: Mapping[str, GivenText],
    *,
    bootstrap: int = 0,
    names: Mapping[str, Sequence[NameAt]] | None = None,
) -> Evaluation:
    """Score claims.

    A claim is right when document, relation with polarity, subject and object agree with an annotated claim that no
    other has met. The same claim from several passages counts once; one with a quote of more than 700 characters is
    extra, whatever it says.

    Args:
        annotated: the documents; those of other documents among ``predicted`` are counted and not scored.
        predicted: the claims, in their order.
        texts: the texts by document, to see whether quotes are exact; those that are missing are not looked at.
        bootstrap: how often to draw the documents anew for the interval of F1; 0: no interval.
        names: of each document the names that the lexicon has, to tell why a claim was missed; those that a predicted
            claim of the document has are known in any case.
    """
    by_document: defaultdict[str, list[PredictedClaim]] = defaultdict(list)
    for claim in predicted:
        by_document[claim.document].append(claim)
    documents: list[tuple[str, Score]] = []
    hits: list[Hit] = []
    missed: list[Missed] = []
    extra: list[Extra] = []
    outside: Counter[str] = Counter()
    for document in annotated:
        claims = by_document.get(document.id, [])
        scored = [claim for claim in claims if claim.relation in RELATIONS]
        outside.update(claim.relation for claim in claims if claim.relation not in RELATIONS)
        found, more, left = _match(document, scored)
        known = [*(names or {}).get(document.id, ()), *_names_of(scored)]
        hits += found
        extra += more
        missed += [_missed(document.id, claim, scored, known) for claim in left]
        documents.append((document.id, Score(len(found), len(left), len(more))))
    ids = {document.id for document in annotated}
    return Evaluation(
        _by_relation(hits, missed, extra), tuple(documents), tuple(hits), tuple(missed), tuple(extra), _agreement(hits),
        _exact(by_document, texts), _interval(dict(documents), bootstrap), tuple(outside.most_common()),
        tuple(sorted((id_, len(claims)) for id_, claims in by_document.items() if id_ not in ids)),
    )  # fmt: skip


def _match(
    document: AnnotatedDocument, predicted: Iterable[PredictedClaim]
) -> tuple[list[Hit], list[Extra], list[AnnotatedClaim]]:
    """Return the claims that are right, those that are extra, and the annotated ones that are left."""
    left = list(document.claims)
    hits: list[Hit] = []
    extra: list[Extra] = []
    seen: set[tuple[frozenset[str], str, str, frozenset[str]]] = set()
    for claim in predicted:
        key = (claim.subject_names, claim.relation, claim.polarity, claim.object_names)
        if key in seen:
            continue
        seen.add(key)
        if len(claim.quote) > _LONGEST_QUOTE:
            extra.append(Extra(document.id, claim, f"quote of more than {_LONGEST_QUOTE} characters"))
            continue
        met = next((one for one in left if _same_relation(claim, one) and _same_ends(claim, one)), None)
        if met is None:
            extra.append(Extra(document.id, claim, f"rule {claim.rule}" if claim.rule else "no rule named"))
            continue
        left.remove(met)
        hits.append(Hit(document.id, claim, met))
    return hits, extra, left


def _same_relation(claim: PredictedClaim, annotated: AnnotatedClaim) -> bool:
    return (claim.relation, claim.polarity) == (annotated.relation, annotated.polarity)


def _same_ends(claim: PredictedClaim, annotated: AnnotatedClaim) -> bool:
    return plain_name(annotated.subject) in claim.subject_names and plain_name(annotated.object) in claim.object_names


def _same_ends_swapped(claim: PredictedClaim, annotated: AnnotatedClaim) -> bool:
    return plain_name(annotated.subject) in claim.object_names and plain_name(annotated.object) in claim.subject_names


def _by_relation(
    hits: Iterable[Hit], missed: Iterable[Missed], extra: Iterable[Extra]
) -> tuple[tuple[str, Score], ...]:
    made: defaultdict[str, Score] = defaultdict(Score)
    for hit in hits:
        made[hit.annotated.relation] += Score(right=1)
    for miss in missed:
        made[miss.claim.relation] += Score(missed=1)
    for item in extra:
        made[item.claim.relation] += Score(extra=1)
    return tuple(sorted(made.items()))


def _agreement(hits: Sequence[Hit]) -> Agreement:
    certainty = population = quote = 0
    overlap = 0.0
    for _, claim, annotated in hits:
        certainty += claim.asserted == annotated.asserted
        population += plain_name(claim.population) == plain_name(annotated.population)
        shared = min(claim.end, annotated.end) - max(claim.start, annotated.start)
        quote += shared > 0
        overlap += max(0, shared) / (max(claim.end, annotated.end) - min(claim.start, annotated.start))
    return Agreement(len(hits), certainty, population, quote, overlap)


def _exact(by_document: Mapping[str, Sequence[PredictedClaim]], texts: Mapping[str, GivenText]) -> tuple[int, int]:
    pairs = [(texts[id_].text, claim) for id_, claims in by_document.items() if id_ in texts for claim in claims]
    return sum(text[claim.start : claim.end] == claim.quote for text, claim in pairs), len(pairs)


def _interval(documents: Mapping[str, Score], times: int) -> tuple[float, float] | None:
    """Draw as many documents as there are, with repetition, again and again; the seed is fixed."""
    if not times:
        return None
    pick, ids = random.Random(_SEED), sorted(documents)
    values = sorted(_f1_of(documents[id_] for id_ in pick.choices(ids, k=len(ids))) for _ in range(times))
    return values[int(0.025 * times)], values[int(0.975 * times) - 1]


def _f1_of(scores: Iterable[Score]) -> float:
    right = missed = extra = 0
    for score in scores:
        right += score.right
        missed += score.missed
        extra += score.extra
    return 2 * right / max(1, 2 * right + extra + missed)


def _missed(
    document: str, claim: AnnotatedClaim, predicted: Iterable[PredictedClaim], known: Sequence[NameAt]
) -> Missed:
    """Say why a claim was missed, as far as the file of claims and the names tell."""
    marks = (*_marks("subject", claim.subject, known), *_marks("object", claim.object, known))
    near: PredictedClaim | None = None
    for other in predicted:
        if not (_same_ends(other, claim) or _same_ends_swapped(other, claim)):
            continue
        same = _BASE.get(other.relation, other.relation) == _BASE.get(claim.relation, claim.relation)
        if same and other.polarity != claim.polarity:
            return Missed(document, claim, "polarity", other, marks)
        near = near or other
    if near is not None:
        return Missed(document, claim, "other relation", near, marks)
    for role, name in (("subject", claim.subject), ("object", claim.object)):
        if not _is_known(name, known):
            return Missed(document, claim, f"{role} not found", None, marks)
    return Missed(document, claim, "no rule fired", None, marks)


def _parts(name: str) -> list[str]:
    return [plain_name(part) for part in name.split(_PARTS)]


def _is_known(name: str, known: Sequence[NameAt]) -> bool:
    """Tell whether a name, or each part of a regimen, is among the names."""
    return all(any(part in one.names for one in known) for part in (_parts(name)))


def _marks(role: str, name: str, known: Sequence[NameAt]) -> list[Mark]:
    parts = _parts(name)
    return [Mark(role, one.start, one.end) for one in known if any(part in one.names for part in parts)]


def _names_of(predicted: Iterable[PredictedClaim]) -> list[NameAt]:
    """Return the names in the claims; they stand at no place."""
    return [NameAt(0, 0, names) for claim in predicted for names in (claim.subject_names, claim.object_names)]


def known_names(given: GivenText, knowledge: Knowledge) -> tuple[NameAt, ...]:
    """Return the names that the lexicon has for what a text and its title name; those of the title have no place."""
    text, title = _HALF.sub("\ufffd", given.text), _HALF.sub("\ufffd", given.title)
    made = []
    for mention in find_mentions(text, normalise(text), title, knowledge.matcher):
        made.append(
            NameAt(mention.start, mention.end, _all_names(mention.entry.iri, mention.entry.all_names, knowledge))
        )
    for found in knowledge.matcher.find(title):
        made.append(NameAt(0, 0, _all_names(found.entry.iri, found.entry.all_names, knowledge)))
    return tuple(made)


def _all_names(iri: str, names: Iterable[str], knowledge: Knowledge) -> frozenset[str]:
    """Add the names of the disease of which what is said of a group of its patients is told."""
    entry = knowledge.entries.get(iri)
    base = knowledge.entries.get(entry.base) if entry is not None and entry.population else None
    return frozenset(plain_name(name) for name in (*names, *(base.all_names if base is not None else ())))
