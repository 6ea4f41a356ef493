# SPDX-License-Identifier: Apache-2.0
"""A corpus of annotated documents, and the claims that are extracted from it, as ``imnm-kg extract`` would."""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from imnm_kg.errors import ImnmError
from imnm_kg.extraction.extract import extract_claims
from imnm_kg.extraction.knowledge import Knowledge
from imnm_kg.model.evaluation import AnnotatedDocument, Evaluation, GivenText, PredictedClaim, Score
from imnm_kg.model.records import BadRecord, TextRecord
from imnm_kg.operations.evaluate import evaluate
from imnm_kg.reading.claim_lines import read_annotated, read_predicted, read_texts
from imnm_kg.reading.source import read_records

__all__ = ["BOOTSTRAP", "Corpus", "folds_of", "measure", "read_corpus", "records_of", "rule_scores"]

BOOTSTRAP = 1000
_SEED = 1


@dataclass(frozen=True)
class Corpus:
    """Annotated documents, their texts, and the claims extracted from them."""

    annotated: tuple[AnnotatedDocument, ...]
    texts: dict[str, GivenText]
    claims: tuple[PredictedClaim, ...]

    def group(self, document: str) -> str:
        """Return the article that a document is a passage of."""
        return self.texts[document].group if document in self.texts else document


def records_of(path: Path) -> list[TextRecord]:
    """Read the records of a file.

    Raises:
        ImnmError: for the first that cannot be read: a measurement with less is another one.
    """
    made = []
    for record in read_records(path):
        if isinstance(record, BadRecord):
            raise ImnmError(record.code, f"{record.source}, record {record.position}: {record.what}", record.remedy)
        made.append(record)
    return made


def _claims(records: Iterable[TextRecord], knowledge: Knowledge) -> tuple[PredictedClaim, ...]:
    """Extract, write as JSON lines and read again, so that what is measured is what a user gets."""
    lines = [
        json.dumps(claim.as_json(), ensure_ascii=False)
        for record in records
        for claim in extract_claims(record, knowledge)
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "claims.jsonl"
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return read_predicted(path)


def read_corpus(gold: Path, knowledge: Knowledge) -> Corpus:
    """Read a file of annotations and its texts, which stand beside it under its name without ``gold_``."""
    texts = gold.with_name(gold.name.replace("gold_", ""))
    return Corpus(read_annotated(gold), read_texts(texts), _claims(records_of(texts), knowledge))


def measure(corpus: Corpus, documents: Iterable[str] | None = None, claims: Iterable[PredictedClaim] | None = None,
            bootstrap: int = 0) -> Evaluation:  # fmt: skip
    """Score the claims of a corpus, or other ones, on all documents or on some."""
    wanted = None if documents is None else set(documents)
    annotated = [item for item in corpus.annotated if wanted is None or item.id in wanted]
    given = corpus.claims if claims is None else claims
    return evaluate(annotated, given, corpus.texts, bootstrap=bootstrap)


def rule_scores(evaluations: Iterable[Evaluation]) -> dict[str, Score]:
    """Add up what is right and what is extra of each rule, sorted by rule."""
    made: dict[str, Score] = {}
    for evaluation in evaluations:
        for rule, score in evaluation.rules.items():
            made[rule] = made.get(rule, Score()) + score
    return dict(sorted(made.items()))


def folds_of(corpus: Corpus, number: int = 5) -> Sequence[frozenset[str]]:
    """Part the documents so that the passages of one article stay together; the same parts on every run."""
    groups: dict[str, list[str]] = {}
    for document in corpus.annotated:
        groups.setdefault(corpus.group(document.id), []).append(document.id)
    names = sorted(groups)
    random.Random(_SEED).shuffle(names)
    return [frozenset(id_ for name in names[fold::number] for id_ in groups[name]) for fold in range(number)]
