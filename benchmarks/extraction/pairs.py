# SPDX-License-Identifier: Apache-2.0
"""Chemical-disease pairs of BC5CDR and BioRED: what is found of each document, with marked mentions and without."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from figures import SCORES, as_figures, score_cells, show
from pubtator import Abstract, ids_of, kinds_of, read_abstracts, with_mentions

from imnm_kg.extraction.extract import extract_claims
from imnm_kg.extraction.knowledge import Knowledge
from imnm_kg.extraction.proposal import ProposedClaim
from imnm_kg.model.evaluation import Score

__all__ = ["HARMS", "TREATMENTS", "pairs"]

HARMS = ("hasAdverseEvent", "hasSideEffect", "contributesTo", "primaryDriverOf", "riskFactorFor")
TREATMENTS = ("treats", "ameliorates", "appliedToTreat", "firstLineFor", "manages", "prevents", "cures")

Pair = tuple[str, str]


class Task(NamedTuple):
    """What is measured: the relation type of the corpus, and the properties that stand for it."""

    type: str
    properties: tuple[str, ...]


def _wanted(abstract: Abstract, type_: str) -> set[Pair]:
    """Return the pairs of chemical and disease that the corpus has."""
    kinds = kinds_of(abstract)
    found = set()
    for name, one, other in abstract.relations:
        ends = {kinds.get(one): one, kinds.get(other): other}
        if name == type_ and {"Drug", "Disease"} <= set(ends):
            found.add((ends["Drug"], ends["Disease"]))
    return found


def _proposed(claims: Iterable[ProposedClaim], properties: Sequence[str]) -> set[Pair]:
    found = set()
    for claim in claims:
        if claim.predicate not in properties or claim.polarity != "Affirmed":
            continue
        ends = {claim.subject.kind: claim.subject, claim.object.kind: claim.object}
        if {"Drug", "Disease"} <= set(ends):
            found |= {(drug, disease) for drug in ids_of(ends["Drug"]) for disease in ids_of(ends["Disease"])}
    return found


def _score(abstracts: Sequence[Abstract], claims: Sequence[Sequence[ProposedClaim]], task: Task) -> Score:
    total = Score()
    for abstract, made in zip(abstracts, claims, strict=True):
        wanted, found = _wanted(abstract, task.type), _proposed(made, task.properties)
        total += Score(len(wanted & found), len(wanted - found), len(found - wanted))
    return total


def _with_marked(abstracts: Sequence[Abstract], knowledge: Knowledge) -> list[Sequence[ProposedClaim]]:
    """Extract with the mentions that each document marks."""
    return [extract_claims(abstract.record, with_mentions(knowledge, [abstract])) for abstract in abstracts]


def _with_lexicon(
    abstracts: Sequence[Abstract], lexicon: Sequence[Abstract], knowledge: Knowledge
) -> list[Sequence[ProposedClaim]]:
    """Extract with the mentions of other documents as the lexicon."""
    other = with_mentions(knowledge, lexicon)
    return [extract_claims(abstract.record, other) for abstract in abstracts]


def pairs(corpora: Path, knowledge: Knowledge) -> dict[str, Any]:
    """Measure, print, and return the figures."""
    train = read_abstracts(corpora / "bc5cdr" / "CDR_TrainingSet.PubTator.txt.gz")
    dev = read_abstracts(corpora / "bc5cdr" / "CDR_DevelopmentSet.PubTator.txt.gz")
    biored = read_abstracts(corpora / "biored" / "Train.PubTator.gz")
    induced = Task("CID", HARMS)
    marked = _with_marked(biored, knowledge)
    scores = {
        "BC5CDR development, chemical-induced disease, gold mentions": _score(
            dev, _with_marked(dev, knowledge), induced
        ),
        "BC5CDR development, the same, lexicon of the training set": _score(
            dev, _with_lexicon(dev, train, knowledge), induced
        ),
        "BC5CDR training, chemical-induced disease, gold mentions": _score(
            train, _with_marked(train, knowledge), induced
        ),
        "BioRED train, adverse (Positive_Correlation), gold mentions": _score(
            biored, marked, Task("Positive_Correlation", HARMS)
        ),
        "BioRED train, treats (Negative_Correlation), gold mentions": _score(
            biored, marked, Task("Negative_Correlation", TREATMENTS)
        ),
    }
    show("Chemical-disease pairs of documents", ("corpus", *SCORES), [[x, *score_cells(y)] for x, y in scores.items()])
    return {name: as_figures(score) for name, score in scores.items()}
