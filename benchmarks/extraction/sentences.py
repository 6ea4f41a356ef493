# SPDX-License-Identifier: Apache-2.0
"""Sentences written for this project: what the rules find in wording that no document of the corpora has."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from corpus import measure, read_corpus
from figures import SCORES, as_figures, score_cells, show

from imnm_kg.extraction.knowledge import Knowledge

__all__ = ["sentences"]

_GOLD = Path(__file__).resolve().parent / "sentences" / "gold_sentences.jsonl"


def sentences(knowledge: Knowledge) -> dict[str, Any]:
    """Measure, print, and return the figures of each relation and of all."""
    corpus = read_corpus(_GOLD, knowledge)
    found = measure(corpus)
    rows = [[relation, *score_cells(score)] for relation, score in found.relations]
    show(
        f"Sentences written for this project, {len(corpus.annotated)}",
        ("relation", *SCORES),
        [*rows, ["all", *score_cells(found.total)]],
    )
    share = found.agreement.share(found.agreement.certainty)
    print(f"certainty agrees: {share:.3f} of {found.agreement.right}")
    return {
        "all": as_figures(found.total),
        "relations": {relation: as_figures(score) for relation, score in found.relations},
        "certainty": share,
    }
