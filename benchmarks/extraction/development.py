# SPDX-License-Identifier: Apache-2.0
"""The development set, and what is left of it when all that was fitted is fitted on four fifths of the articles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from calibrate import confidence
from corpus import BOOTSTRAP, Corpus, folds_of, measure, read_corpus
from figures import SCORES, as_figures, score_cells, show, show_relations

from imnm_kg.extraction.knowledge import Knowledge
from imnm_kg.model.evaluation import Evaluation, PredictedClaim

__all__ = ["cross_validate", "development", "threshold_of"]

_UNSEEN = 0.5  # the confidence of a rule that made no claim where confidences were estimated


class Held(NamedTuple):
    """What five folds gave: claims that passed the threshold of their fold, and how surely each was expected right."""

    claims: list[PredictedClaim]
    thresholds: list[float]
    expected: float
    number: int


def development(gold: Path, knowledge: Knowledge) -> dict[str, Any]:
    """Measure, print, and return the figures."""
    corpus = read_corpus(gold, knowledge)
    found = measure(corpus, bootstrap=BOOTSTRAP)
    show_relations(f"Development set, {len(corpus.annotated)} documents", found)
    _print_rest(found)
    show_types(found)
    return {"development": _figures(found), "cross_validation": cross_validate(corpus)}


def _print_rest(found: Evaluation) -> None:
    agreement = found.agreement
    for name in ("certainty", "population", "quote"):
        print(f"{name} agrees: {agreement.share(getattr(agreement, name)):.3f} of {agreement.right}")
    print(f"quotes exact: {found.exact[0]} of {found.exact[1]}")
    if found.interval is not None:
        print(f"F1, 95 % interval over documents: {found.interval[0]:.3f} to {found.interval[1]:.3f}")


def show_types(found: Evaluation) -> None:
    """Print the ten most frequent kinds of errors."""
    rows = [
        [name, str(number), ", ".join(f"{relation} {count}" for relation, count in relations)]
        for name, number, relations in found.error_types()
    ]
    show("The most frequent errors", ("error", "number", "relations"), rows)


def _figures(found: Evaluation) -> dict[str, Any]:
    agreement = found.agreement
    return {
        "all": as_figures(found.total),
        "relations": {relation: as_figures(score) for relation, score in found.relations},
        "agreement": {x: agreement.share(getattr(agreement, x)) for x in ("certainty", "population", "quote")},
        "exact_quotes": list(found.exact),
        "f1_interval": None if found.interval is None else list(found.interval),
        "error_types": [[name, number] for name, number, _ in found.error_types()],
    }


def threshold_of(corpus: Corpus, documents: Iterable[str], confidences: Mapping[str, float]) -> float:
    """Return the confidence below which leaving out claims makes F1 the best on some documents; 0 leaves out none."""
    ids = frozenset(documents)
    best = (measure(corpus, ids).total.f1, 0.0)
    for value in sorted(set(confidences.values())):
        kept = [claim for claim in corpus.claims if confidences.get(claim.rule, _UNSEEN) >= value]
        best = max(best, (measure(corpus, ids, kept).total.f1, value), key=lambda pair: (pair[0], -pair[1]))
    return best[1]


def _hold_out(corpus: Corpus) -> Held:
    folds = folds_of(corpus)
    ids = frozenset(document.id for document in corpus.annotated)
    held = Held([], [], 0.0, 0)
    for fold in folds:
        rules = measure(corpus, ids - fold).rules
        confidences = {rule: confidence(score) for rule, score in rules.items()}
        threshold = threshold_of(corpus, ids - fold, confidences)
        there = [claim for claim in corpus.claims if claim.document in fold]
        kept = [claim for claim in there if confidences.get(claim.rule, _UNSEEN) >= threshold]
        expected = sum(confidences.get(claim.rule, _UNSEEN) for claim in there)
        held = Held(
            [*held.claims, *kept], [*held.thresholds, threshold], held.expected + expected, held.number + len(there)
        )
    return held


def cross_validate(corpus: Corpus) -> dict[str, Any]:
    """Fit confidences and threshold on four folds, measure on the fifth, print and return what comes together."""
    everything = measure(corpus)
    confidences = {rule: confidence(score) for rule, score in everything.rules.items()}
    threshold = threshold_of(corpus, (document.id for document in corpus.annotated), confidences)
    fitted = [claim for claim in corpus.claims if confidences.get(claim.rule, _UNSEEN) >= threshold]
    held = _hold_out(corpus)
    rows, figures = [], {}
    for name, claims in (
        ("no threshold", corpus.claims),
        ("fitted on all", fitted),
        ("fitted on four folds", held.claims),
    ):
        found = measure(corpus, claims=claims, bootstrap=BOOTSTRAP)
        low, high = found.interval or (0.0, 0.0)
        rows.append([name, *score_cells(found.total), f"{low:.3f} to {high:.3f}"])
        figures[name.replace(" ", "_")] = as_figures(found.total) | {"f1_interval": [low, high]}
    show(
        "Five-fold cross-validation over articles: confidences of rules, and a threshold on them",
        ("", *SCORES, "F1, 95 %"),
        rows,
    )
    listed = ", ".join(f"{value:.3f}" for value in held.thresholds)
    expected = held.expected / held.number if held.number else 0.0
    print(f"thresholds: {listed}; on all: {threshold:.3f}")
    measured = everything.total.precision
    print(f"precision that the confidences of the other folds promise: {expected:.3f}, measured: {measured:.3f}")
    return {
        **figures,
        "thresholds": held.thresholds,
        "promised_precision": expected,
        "precision": measured,
    }
