# SPDX-License-Identifier: Apache-2.0
"""Claims and their evidence as frozen values, read from triples."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from pyoxigraph import Literal, NamedNode, Quad, Triple

from imnm_kg.model.ids import claim_id, evidence_id
from imnm_kg.model.namespaces import CLAIM, EVIDENCE, IMNM, OA, RDF, RDFS

__all__ = [
    "CONTEXT",
    "MARK_ROLES",
    "NARROWING",
    "RARELY",
    "Claim",
    "Evidence",
    "Extraction",
    "ExtractionMark",
    "GuardException",
    "Index",
    "expected_label",
    "read_claims",
]

Object: TypeAlias = NamedNode | Literal

CONTEXT = tuple(
    IMNM.term(name)
    for name in (
        "comparator", "condition", "dose", "duration", "frequency", "quantifier", "severity", "timepoint",
    )
)  # fmt: skip
"""The properties that narrow a claim; together with the population they are its context."""


NARROWING = tuple(IMNM.term(name) for name in ("comparator", "condition", "dose", "duration", "quantifier"))
"""The context that keeps a claim from becoming an edge; frequency, severity and timepoint do not."""


RARELY = ("sometimes", "occasionally", "rarely", "seldom")
"""The words of frequency that keep a claim from becoming an edge, as the rule ``direct-edge`` has them."""


MARK_ROLES = {
    "subject": IMNM.SubjectMention, "object": IMNM.ObjectMention, "population": IMNM.PopulationMention,
    "trigger": IMNM.TriggerWords, "negation": IMNM.NegationCue, "hedge": IMNM.HedgeCue,
}  # fmt: skip
"""What a stretch of a text can be in an extraction, and the term for it."""


class Index:
    """Triples by subject and predicate, for reading small structures out of parsed files."""

    def __init__(self, triples: Iterable[Triple | Quad], base: Index | None = None) -> None:
        """Index the triples, graph names do not matter; what ``base`` knows is known too."""
        self._base = base
        self._objects: defaultdict[str, defaultdict[str, list[object]]] = defaultdict(lambda: defaultdict(list))
        self._typed: defaultdict[str, list[NamedNode]] = defaultdict(list)
        is_a = RDF.type.value
        for triple in triples:
            subject, predicate, value = triple.subject, triple.predicate.value, triple.object
            if not isinstance(subject, NamedNode):
                continue
            values = self._objects[subject.value][predicate]
            if value in values:
                continue
            values.append(value)
            if predicate == is_a and isinstance(value, NamedNode):
                self._typed[value.value].append(subject)

    def instances(self, class_: NamedNode) -> list[NamedNode]:
        """Return the subjects of that type, sorted by IRI."""
        found = self._typed.get(class_.value, [])
        if self._base is not None:
            found = list(dict.fromkeys([*found, *self._base.instances(class_)]))
        return sorted(found, key=lambda node: node.value)

    def objects(self, subject: NamedNode, predicate: NamedNode) -> list[object]:
        """Return all values."""
        values = self._objects.get(subject.value)
        found = [] if values is None else values.get(predicate.value, [])
        if self._base is None:
            return found
        return [*found, *(value for value in self._base.objects(subject, predicate) if value not in found)]

    def node(self, subject: NamedNode, predicate: NamedNode) -> NamedNode | None:
        """Return the first value that is an IRI."""
        return next((x for x in self.objects(subject, predicate) if isinstance(x, NamedNode)), None)

    def text(self, subject: NamedNode, predicate: NamedNode) -> str | None:
        """Return the lexical form of the first literal."""
        return next((x.value for x in self.objects(subject, predicate) if isinstance(x, Literal)), None)

    def number(self, subject: NamedNode, predicate: NamedNode) -> int | None:
        """Return the first literal that is a whole number."""
        text = self.text(subject, predicate)
        return int(text) if text is not None and text.isdecimal() else None


@dataclass(frozen=True)
class GuardException:
    """A reasoned decision that a cue in the sentence of the quote does not bear on the claim (offsets: code points)."""

    cue: str
    start: int
    end: int
    reason: str


@dataclass(frozen=True)
class ExtractionMark:
    """A stretch of the text that took part in an extraction; ``role`` is one of ``MARK_ROLES``, offsets code points."""

    role: str
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Extraction:
    """Why a program proposed a passage.

    Attributes:
        rule: id of the rule.
        confidence: measured precision of the rule, none where it was not measured.
        extractor: the program.
        version: its version.
        marks: the words that took part, by place.
        mended: which parts a reviewer has changed since, sorted.
    """

    rule: str
    confidence: float | None
    extractor: NamedNode
    version: str
    marks: tuple[ExtractionMark, ...] = ()
    mended: tuple[str, ...] = ()


@dataclass(frozen=True)
class Evidence:
    """A passage of a document that carries a claim.

    Attributes:
        iri: the IRI of the evidence.
        document: the IRI of the document.
        quote: the passage, verbatim.
        prefix: at most 32 code points before it.
        suffix: at most 32 code points after it.
        start: first code point of the passage in the document's text.
        end: the code point after its last.
        role: ``Statement`` or ``Antecedent``.
        certainty: how sure the text is (local name), none for an antecedent.
        review_status: ``Reviewed``, ``Proposed`` or ``Rejected``.
        exceptions: cues in the sentence that were decided not to matter.
        extraction: why a program proposed it, none where it was found by hand.
    """

    iri: NamedNode
    document: NamedNode
    quote: str
    prefix: str
    suffix: str
    start: int
    end: int
    role: str
    certainty: str | None
    review_status: str | None
    exceptions: tuple[GuardException, ...] = ()
    extraction: Extraction | None = None

    def expected_iri(self, claim: NamedNode, text_sha256: str) -> NamedNode:
        """Return the IRI that the content gives."""
        role = IMNM.term(self.role)
        return EVIDENCE.term(evidence_id(claim, self.document, text_sha256, self.start, self.end, role))


@dataclass(frozen=True)
class Claim:
    """A statement with polarity, population and context, and the passages that carry it.

    Attributes:
        iri: the IRI of the claim.
        label: the claim in words.
        subject: what it is about.
        predicate: the relation.
        object: an entity or a literal.
        polarity: ``Affirmed`` or ``Negated``.
        population: whom it is about; none: everyone the object is about.
        context: pairs of context property and value, sorted.
        certainty: derived, the strongest among its reviewed and undisputed evidence; none before a build.
        evidence: the passages, statements first, then by document and place.
    """

    iri: NamedNode
    label: str
    subject: NamedNode
    predicate: NamedNode
    object: Object
    polarity: str
    population: NamedNode | None
    context: tuple[tuple[NamedNode, Object], ...]
    certainty: str | None
    evidence: tuple[Evidence, ...]

    @property
    def expected_iri(self) -> NamedNode:
        """The IRI that the content gives."""
        polarity = IMNM.term(self.polarity)
        made = claim_id(self.subject, self.predicate, self.object, polarity, self.population, self.context)
        return CLAIM.term(made)


def _local(node: NamedNode | None) -> str | None:
    return None if node is None else node.value.removeprefix(IMNM)


def _read_evidence(index: Index, iri: NamedNode) -> Evidence | None:
    selectors = [node for node in index.objects(iri, OA.hasSelector) if isinstance(node, NamedNode)]
    quote = next((node for node in selectors if index.text(node, OA.exact) is not None), None)
    position = next((node for node in selectors if index.text(node, OA.start) is not None), None)
    document, role = index.node(iri, OA.hasSource), _local(index.node(iri, IMNM.role))
    if quote is None or position is None or document is None or role is None:
        return None
    start, end = index.number(position, OA.start), index.number(position, OA.end)
    if start is None or end is None:
        return None
    exceptions = []
    for node in index.objects(iri, IMNM.hasGuardException):
        assert isinstance(node, NamedNode)
        first, last = index.number(node, OA.start), index.number(node, OA.end)
        if first is not None and last is not None:
            cue, reason = index.text(node, IMNM.cue) or "", index.text(node, IMNM.reason) or ""
            exceptions.append(GuardException(cue, first, last, reason))
    return Evidence(
        iri, document, index.text(quote, OA.exact) or "", index.text(quote, OA.prefix) or "",
        index.text(quote, OA.suffix) or "", start, end, role, _local(index.node(iri, IMNM.certainty)),
        _local(index.node(iri, IMNM.reviewStatus)), tuple(sorted(exceptions, key=lambda x: x.start)),
        _read_extraction(index, iri),
    )  # fmt: skip


_DECIMAL = re.compile(r"[0-9]+(\.[0-9]+)?")
_ROLE_OF_TERM = {term.value: role for role, term in MARK_ROLES.items()}


def _read_extraction(index: Index, evidence: NamedNode) -> Extraction | None:
    node = index.node(evidence, IMNM.hasExtraction)
    extractor = None if node is None else index.node(node, IMNM.extractor)
    if node is None or extractor is None:
        return None
    marks = []
    for mark in index.objects(node, IMNM.hasMark):
        if not isinstance(mark, NamedNode):
            continue
        role, start, end = index.node(mark, IMNM.markRole), index.number(mark, OA.start), index.number(mark, OA.end)
        if role is not None and role.value in _ROLE_OF_TERM and start is not None and end is not None:
            marks.append(ExtractionMark(_ROLE_OF_TERM[role.value], index.text(mark, OA.exact) or "", start, end))
    confidence = index.text(node, IMNM.confidence) or ""
    return Extraction(
        index.text(node, IMNM.extractionRule) or "",
        float(confidence) if _DECIMAL.fullmatch(confidence) else None, extractor,
        index.text(node, IMNM.extractorVersion) or "", tuple(sorted(marks, key=lambda x: (x.start, x.end, x.role))),
        tuple(sorted(str(x.value) for x in index.objects(node, IMNM.mendedPart) if isinstance(x, Literal))),
    )  # fmt: skip


def read_claims(triples: Iterable[Triple | Quad] | Index) -> list[Claim]:
    """Read every claim that is whole, sorted by IRI; what lacks a part is left to the shapes."""
    index = triples if isinstance(triples, Index) else Index(triples)
    claims = []
    for iri in index.instances(IMNM.Claim):
        subject, predicate = index.node(iri, RDF.subject), index.node(iri, RDF.predicate)
        polarity = _local(index.node(iri, IMNM.polarity))
        objects = index.objects(iri, RDF.object)
        if subject is None or predicate is None or polarity is None or len(objects) != 1:
            continue
        found = (
            _read_evidence(index, node) for node in index.objects(iri, IMNM.hasEvidence) if isinstance(node, NamedNode)
        )
        evidence = sorted(
            (item for item in found if item is not None),
            key=lambda item: (item.role != "Statement", item.document.value, item.start, item.end),
        )
        context = [(key, value) for key in CONTEXT for value in index.objects(iri, key)]
        claims.append(
            Claim(
                iri, index.text(iri, RDFS.label) or "", subject, predicate, objects[0],  # type: ignore[arg-type]
                polarity, index.node(iri, IMNM.population),
                tuple(sorted(context, key=lambda pair: (str(pair[0]), str(pair[1])))),  # type: ignore[arg-type]
                _local(index.node(iri, IMNM.certainty)), tuple(evidence),
            )
        )  # fmt: skip
    return claims


POLARITIES = ("Affirmed", "Negated")
RANKS = ("Hypothesised", "Possible", "Probable", "Established")
"""The certainties, from the weakest to the strongest."""


def expected_label(claim: Claim, index: Index) -> str:
    """Return the claim in words, as its label must have it: so that a label never says more than the claim.

    Subject, relation (in its negated form for a negated claim) and object by their labels; in brackets the certainty
    of its strongest statement unless it is established, the population unless it is the object, and the context.
    A statement that is only proposed counts as long as none is reviewed, a rejected one never.
    """

    def words(term: Object) -> str:
        return term.value if isinstance(term, Literal) else index.text(term, RDFS.label) or term.value

    worded = IMNM.negatedLabel if claim.polarity == "Negated" else RDFS.label
    relation = index.text(claim.predicate, worded) or claim.predicate.value
    kept = [item for item in claim.evidence if item.certainty in RANKS and item.review_status != "Rejected"]
    read = [item for item in kept if item.review_status == "Reviewed"]
    found = [item.certainty for item in read or kept]
    strongest = max(found, key=lambda name: RANKS.index(str(name)), default="Established")
    brackets = [] if strongest == "Established" else [str(strongest).lower()]
    if claim.population not in (None, claim.object):
        brackets.append(f"population: {words(claim.population)}")
    brackets += [f"{key.value.removeprefix(IMNM)}: {words(value)}" for key, value in claim.context]
    label = f"{words(claim.subject)} {relation} {words(claim.object)}"
    return f"{label} ({'; '.join(brackets)})" if brackets else label
