# SPDX-License-Identifier: Apache-2.0
"""What a document is about: its disease and its treatment, for sentences that do not name them."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from imnm_kg.extraction.mentions import Mention
from imnm_kg.extraction.populations import population_label
from imnm_kg.extraction.sheet import TREATMENTS

__all__ = ["Topic", "topic_of"]


class Topic(NamedTuple):
    """The main disease and the main treatment as they are most fully named; none where a text has none."""

    disease: Mention | None
    therapy: Mention | None
    population: str


def topic_of(title: list[Mention], body: list[Mention], length: int) -> Topic:
    """Choose by how often and how early a thing is named; the title counts most.

    Args:
        title: the mentions of the title.
        body: the mentions of the text, in order.
        length: of the text, in code points.
    """
    disease = _main(
        [m for m in title if m.entry.kind == "Disease"], [m for m in body if m.entry.kind == "Disease"], length
    )
    therapy = _main(
        [m for m in title if m.entry.kind in TREATMENTS], [m for m in body if m.entry.kind in TREATMENTS], length
    )
    population = ""
    if disease is not None:
        named = [m for m in (*title, *body) if m.entry.iri == disease.entry.iri and m.modifiers]
        total = sum(1 for m in (*title, *body) if m.entry.iri == disease.entry.iri)
        counts = Counter(m.modifiers for m in named)
        if counts:
            modifiers, number = counts.most_common(1)[0]
            in_title = any(m.modifiers == modifiers for m in title)
            if in_title or 2 * number > total:
                disease = disease._replace(modifiers=modifiers)
        population = population_label(disease)
    return Topic(disease, therapy, population)


def _main(title: list[Mention], body: list[Mention], length: int) -> Mention | None:
    scores: Counter[str] = Counter()
    first: dict[str, Mention] = {}
    for mention in title:
        if mention.entry.generic:
            continue
        scores[mention.entry.iri] += 6
        first.setdefault(mention.entry.iri, mention)
    for mention in body:
        if mention.entry.generic:
            continue
        early = mention.start < 300 or mention.start > length - 500
        scores[mention.entry.iri] += 2 if early else 1
        first.setdefault(mention.entry.iri, mention)
    if not scores:
        return None
    best = max(scores, key=lambda iri: (scores[iri], -first[iri].start))
    return first[best]
