# SPDX-License-Identifier: Apache-2.0
"""What a measurement of extraction is made of: annotated and predicted claims, their scores, and the errors."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

__all__ = [
    "RELATIONS", "Agreement", "AnnotatedClaim", "AnnotatedDocument", "ErrorType", "Evaluation", "Extra", "GivenText",
    "Hit", "Mark", "Missed", "NameAt", "PredictedClaim", "Score", "plain_name", "scored_relation",
]  # fmt: skip

RELATIONS = {
    "treats": ("treats", "ameliorates", "amelioratesCondition", "appliedToTreat", "treatsOrAppliedOrStudiedToTreat",
               "prevents", "preventativeForCondition", "manages", "cures"),
    "does_not_treat": ("doesNotTreat",),
    "investigated_for": ("investigatedFor", "inClinicalTrialsFor", "studiedToTreat"),
    "adverse_effect_of": ("adverseEffectOf", "hasSideEffect", "hasAdverseEvent", "hasAdverseEffect"),
    "inhibits/targets": ("inhibits/targets", "inhibitsTargets", "inhibits", "targets", "activates", "decreases",
                         "increases"),
    "causes_or_contributes": ("causesOrContributes", "contributesTo", "causes", "primaryDriverOf"),
    "unlikely_cause": ("unlikelyCause",),
    "risk_factor_for": ("riskFactorFor",),
    "has_autoantibody": ("hasAutoantibody",),
    "has_phenotype": ("hasPhenotype",),
    "first_line_for": ("firstLineFor", "firstLineTreatmentFor"),
    "subtype_of": ("subtypeOf",),
    "contraindicated": ("contraindicated", "contraindicatedIn"),
}  # fmt: skip
"""The relations that are scored, each with the names that it goes by: properties of the ontology and of Biolink."""

_DENIED = {"treats": "does_not_treat", "causes_or_contributes": "unlikely_cause"}
_BY_NAME = {name.lower(): relation for relation, names in RELATIONS.items() for name in names}
_SPELT = (
    ("oedema", "edema"), ("necrotis", "necrotiz"), ("ciclosporin", "cyclosporin"), ("tumour", "tumor"),
    ("diarrhoea", "diarrhea"), ("anaemia", "anemia"), ("fibre", "fiber"),
)  # fmt: skip
_NOT_NAME = re.compile(r"[^a-z0-9+]+")
_STEROIDS = re.compile(r"\b(?:cortico|glucocortico)?steroids?\b")


@lru_cache(maxsize=100_000)  # the names of an entity come with each of its claims
def plain_name(name: str) -> str:
    """Return the form in which names of annotated and of predicted claims are compared.

    Equal are case, punctuation, British and American spelling, singular and plural, and the words for glucocorticoids.
    """
    made = name.lower()
    for ours, theirs in _SPELT:
        made = made.replace(ours, theirs)
    made = _STEROIDS.sub("glucocorticoids", _NOT_NAME.sub(" ", made).strip())
    return " ".join(_singular(word) for word in made.split())


def _singular(word: str) -> str:
    plural = len(word) > 4 and word.endswith("s") and not word.endswith(("ss", "is", "us"))
    return word[:-1] if plural else word


def scored_relation(name: str, polarity: str) -> tuple[str, str]:
    """Return relation and polarity as they are scored; a name that is no relation of ``RELATIONS`` stays as it is.

    A negated ``treats`` is ``does_not_treat``, a negated cause is ``unlikely_cause``, and both are always negated.
    """
    local = name if name.startswith("inhibits/") else re.split(r"[#/:]", name)[-1]
    relation = _BY_NAME.get(re.sub(r"[^a-z/]", "", local.lower()), local)
    if polarity == "negated":
        relation = _DENIED.get(relation, relation)
    return relation, "negated" if relation in _DENIED.values() else polarity


class Mark(NamedTuple):
    """A stretch of a text and the part it plays (``subject``, ``object``, ``trigger`` …): code points, half-open."""

    role: str
    start: int
    end: int


class NameAt(NamedTuple):
    """A name that the extractor knows, at its place, with all names of what it stands for in their plain form."""

    start: int
    end: int
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class GivenText:
    """A text that was annotated; ``group`` holds together the passages of one article."""

    id: str
    text: str
    title: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class AnnotatedClaim:
    """A claim that a person marked; relation and polarity as they are scored, ``start`` and ``end`` of its sentence."""

    subject: str
    relation: str
    polarity: str
    object: str
    asserted: bool
    population: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class AnnotatedDocument:
    """A document with all its annotated claims."""

    id: str
    claims: tuple[AnnotatedClaim, ...]


@dataclass(frozen=True, slots=True)
class PredictedClaim:
    """A claim that was extracted; relation and polarity as they are scored.

    Attributes:
        document: id of the document.
        subject: preferred name of the subject.
        object: preferred name of the object.
        subject_names: all names of the subject, plain.
        object_names: all names of the object, plain.
        relation: a key of ``RELATIONS``, or a name that is not scored.
        polarity: ``affirmed`` or ``negated``.
        asserted: whether its certainty is the highest.
        population: whom it is about, empty where the text does not say.
        quote: the passage.
        start: its first code point.
        end: the code point after its last.
        rule: what made it, empty where nothing says.
        marks: what took part in it.
    """

    document: str
    subject: str
    object: str
    subject_names: frozenset[str]
    object_names: frozenset[str]
    relation: str
    polarity: str
    asserted: bool
    population: str
    quote: str
    start: int
    end: int
    rule: str = ""
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Score:
    """How many claims are right, how many annotated ones were missed, how many predicted ones are extra."""

    right: int = 0
    missed: int = 0
    extra: int = 0

    def __add__(self, other: Score) -> Score:
        return Score(self.right + other.right, self.missed + other.missed, self.extra + other.extra)

    @property
    def annotated(self) -> int:
        """How many claims were annotated."""
        return self.right + self.missed

    @property
    def predicted(self) -> int:
        """How many claims were predicted."""
        return self.right + self.extra

    @property
    def precision(self) -> float:
        """The share of the predicted claims that is right; 0 where there is none."""
        return self.right / self.predicted if self.predicted else 0.0

    @property
    def recall(self) -> float:
        """The share of the annotated claims that was found; 0 where there is none."""
        return self.right / self.annotated if self.annotated else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


class Hit(NamedTuple):
    """A predicted claim that is right, and the annotated one that it met."""

    document: str
    predicted: PredictedClaim
    annotated: AnnotatedClaim


class Missed(NamedTuple):
    """An annotated claim that was not found.

    ``cause``: ``polarity``, ``other relation``, ``subject not found``, ``object not found`` or ``no rule fired``;
    ``near``: of the first two, the claim that was found instead; ``marks``: where its subject and object are known.
    """

    document: str
    claim: AnnotatedClaim
    cause: str
    near: PredictedClaim | None = None
    marks: tuple[Mark, ...] = ()


class Extra(NamedTuple):
    """A predicted claim that was not annotated; ``cause`` names its rule, or says that its quote is too long."""

    document: str
    claim: PredictedClaim
    cause: str


class ErrorType(NamedTuple):
    """A kind of error, how often it came, and on which relations it fell, the most first."""

    name: str
    number: int
    relations: tuple[tuple[str, int], ...]


class Agreement(NamedTuple):
    """Of the right claims: how many agree in certainty and in population, and whose quote overlaps the sentence.

    ``overlap`` is the sum of the shares that quote and sentence have in common.
    """

    right: int
    certainty: int
    population: int
    quote: int
    overlap: float

    def share(self, count: float) -> float:
        """Return the share of the right claims; 0 where there is none."""
        return count / self.right if self.right else 0.0


@dataclass(frozen=True)
class Evaluation:
    """A measurement.

    Attributes:
        relations: the score of each relation that has a claim, sorted.
        documents: the score of each annotated document, in their order.
        hits: the right claims.
        missed: the annotated claims that were not found.
        extra: the predicted claims that were not annotated.
        agreement: of the right claims.
        exact: how many quotes are what the text has at their place, and how many were looked at.
        interval: 95 % of the values that F1 takes when the documents are drawn anew; none where not asked for.
        outside: how many predicted claims have a relation that is not scored, by relation, the most first.
        unknown: how many predicted claims are of each document that was not annotated, sorted.
    """

    relations: tuple[tuple[str, Score], ...]
    documents: tuple[tuple[str, Score], ...]
    hits: tuple[Hit, ...]
    missed: tuple[Missed, ...]
    extra: tuple[Extra, ...]
    agreement: Agreement
    exact: tuple[int, int]
    interval: tuple[float, float] | None = None
    outside: tuple[tuple[str, int], ...] = ()
    unknown: tuple[tuple[str, int], ...] = ()

    @property
    def total(self) -> Score:
        """The score over all relations."""
        return sum((score for _, score in self.relations), Score())

    @property
    def rules(self) -> dict[str, Score]:
        """How many claims of each rule are right and how many are extra, sorted by rule."""
        made: dict[str, Score] = {}
        for hit in self.hits:
            made[hit.predicted.rule] = made.get(hit.predicted.rule, Score()) + Score(right=1)
        for item in self.extra:
            made[item.claim.rule] = made.get(item.claim.rule, Score()) + Score(extra=1)
        return dict(sorted(made.items()))

    def error_types(self, most: int = 10) -> tuple[ErrorType, ...]:
        """Return the most frequent kinds of errors: missed claims by their cause, extra ones by their rule."""
        made: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for miss in self.missed:
            made[f"missed: {miss.cause}"][miss.claim.relation] += 1
        for item in self.extra:
            made[f"extra: {item.cause}"][item.claim.relation] += 1
        ranked = sorted(made.items(), key=lambda pair: (-pair[1].total(), pair[0]))
        return tuple(ErrorType(name, counts.total(), tuple(counts.most_common())) for name, counts in ranked[:most])
