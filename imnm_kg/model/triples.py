# SPDX-License-Identifier: Apache-2.0
"""Claims, evidence, reviews and guard exceptions as triples: what ``read_claims`` reads."""

from __future__ import annotations

from decimal import Decimal

from pyoxigraph import Literal, NamedNode, Triple

from imnm_kg.model.claims import MARK_ROLES, Claim, Evidence, Extraction, GuardException
from imnm_kg.model.namespaces import DCTERMS, IMNM, OA, RDF, RDFS, XSD

__all__ = ["claim_triples", "evidence_triples", "exception_triples", "extraction_triples", "review_triples"]

_Value = NamedNode | Literal


def _about(subject: NamedNode, *pairs: tuple[NamedNode, _Value]) -> list[Triple]:
    return [Triple(subject, key, value) for key, value in pairs]


def _english(text: str) -> Literal:
    return Literal(text, language="en")


def _number(value: int) -> Literal:
    return Literal(str(value), datatype=XSD.integer)


def _part(owner: NamedNode, name: str) -> NamedNode:
    return NamedNode(f"{owner.value}#{name}")


def claim_triples(claim: Claim) -> list[Triple]:
    """Return the block of a claim, with its label and the links to its evidence."""
    return _about(
        claim.iri,
        (RDF.type, IMNM.Claim),
        (RDFS.label, _english(claim.label)),
        (RDF.subject, claim.subject),
        (RDF.predicate, claim.predicate),
        (RDF.object, claim.object),
        (IMNM.polarity, IMNM.term(claim.polarity)),
        *([] if claim.population is None else [(IMNM.population, claim.population)]),
        *claim.context,
        *((IMNM.hasEvidence, item.iri) for item in claim.evidence),
    )


def evidence_triples(item: Evidence, label: str, evidence_type: NamedNode) -> list[Triple]:
    """Return evidence with its selectors and its extraction; reviews and guard exceptions are added by others."""
    quote, position = _part(item.iri, "quote"), _part(item.iri, "position")
    made = _about(
        item.iri,
        (RDF.type, IMNM.Evidence),
        (RDF.type, OA.SpecificResource),
        (RDFS.label, _english(label)),
        (IMNM.role, IMNM.term(item.role)),
        (IMNM.evidenceType, evidence_type),
        (IMNM.reviewStatus, IMNM.term(item.review_status or "Proposed")),
        *([] if item.certainty is None else [(IMNM.certainty, IMNM.term(item.certainty))]),
        (OA.hasSource, item.document),
        (OA.hasSelector, quote),
        (OA.hasSelector, position),
    )
    made += _about(
        quote,
        (RDF.type, OA.TextQuoteSelector),
        (OA.exact, Literal(item.quote)),
        (OA.prefix, Literal(item.prefix)),
        (OA.suffix, Literal(item.suffix)),
    )
    made += _about(
        position,
        (RDF.type, OA.TextPositionSelector),
        (OA.start, _number(item.start)),
        (OA.end, _number(item.end)),
    )
    return made + ([] if item.extraction is None else extraction_triples(item.iri, item.extraction))


def extraction_triples(evidence: NamedNode, extraction: Extraction) -> list[Triple]:
    """Return why a program proposed a passage, a mark a node, and the link to it."""
    node = _part(evidence, "extraction")
    marks = [(_part(evidence, f"mark-{number}"), mark) for number, mark in enumerate(extraction.marks, 1)]
    made = [Triple(evidence, IMNM.hasExtraction, node)]
    made += _about(
        node,
        (RDF.type, IMNM.Extraction),
        (IMNM.extractionRule, Literal(extraction.rule)),
        (IMNM.extractor, extraction.extractor),
        (IMNM.extractorVersion, Literal(extraction.version)),
        *([] if extraction.confidence is None else [(IMNM.confidence, _decimal(extraction.confidence))]),
        *((IMNM.hasMark, mark) for mark, _ in marks),
        *((IMNM.mendedPart, Literal(part)) for part in extraction.mended),
    )
    for iri, mark in marks:
        made += _about(
            iri,
            (RDF.type, IMNM.ExtractionMark),
            (IMNM.markRole, MARK_ROLES[mark.role]),
            (OA.exact, Literal(mark.text)),
            (OA.start, _number(mark.start)),
            (OA.end, _number(mark.end)),
        )
    return made


def _decimal(value: float) -> Literal:
    """Write a number in the canonical form of xsd:decimal, to four digits."""
    text = format(Decimal(f"{value:.4f}").normalize(), "f")
    return Literal(text if "." in text else f"{text}.0", datatype=XSD.decimal)


def review_triples(
    evidence: NamedNode, number: int, reviewer: NamedNode, kind: NamedNode, decision: NamedNode, date: str
) -> list[Triple]:
    """Return a review record of a passage and the link to it."""
    node = _part(evidence, f"review-{number}")
    return [
        Triple(evidence, IMNM.hasReview, node),
        *_about(
            node,
            (RDF.type, IMNM.ReviewRecord),
            (IMNM.reviewer, reviewer),
            (IMNM.agentKind, kind),
            (IMNM.decision, decision),
            (DCTERMS.date, Literal(date, datatype=XSD.date)),
        ),
    ]


def exception_triples(
    evidence: NamedNode, number: int, exception: GuardException, curator: NamedNode, kind: NamedNode, date: str
) -> list[Triple]:
    """Return a guard exception of a passage and the link to it."""
    node = _part(evidence, f"exception-{number}")
    return [
        Triple(evidence, IMNM.hasGuardException, node),
        *_about(
            node,
            (RDF.type, IMNM.GuardException),
            (IMNM.cue, Literal(exception.cue)),
            (OA.start, _number(exception.start)),
            (OA.end, _number(exception.end)),
            (IMNM.reason, Literal(exception.reason)),
            (IMNM.curator, curator),
            (IMNM.agentKind, kind),
            (DCTERMS.date, Literal(date, datatype=XSD.date)),
        ),
    ]
