# SPDX-License-Identifier: Apache-2.0
"""Sentences written for this project: what the rules find in wording that no document of the corpora has."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from corpus import measure, read_corpus
from figures import as_figures, show_relations

from imnm_kg.extraction.knowledge import Knowledge

__all__ = ["sentences"]

_GOLD = Path(__file__).resolve().parent / "sentences" / "gold_sentences.jsonl"


def sentences(knowledge: Knowledge) -> dict[str, Any]:
    """Measure, print, and return the figures of each relation and of all."""
    corpus = read_corpus(_GOLD, knowledge)
    found = measure(corpus)
    show_relations(f"Sentences written for this project, {len(corpus.annotated)}", found)
    share = found.agreement.share(found.agreement.certainty)
    print(f"certainty agrees: {share:.3f} of {found.agreement.right}")
    return {
        "all": as_figures(found.total),
        "relations": {relation: as_figures(score) for relation, score in found.relations},
        "certainty": share,
    }
