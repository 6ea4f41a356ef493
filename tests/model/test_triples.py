# SPDX-License-Identifier: Apache-2.0
"""Claims and evidence as triples: what is written is what is read."""

from __future__ import annotations

import pytest
from pyoxigraph import Literal

from imnm_kg.model.claims import Claim, Evidence, Extraction, ExtractionMark, GuardException, Index, read_claims
from imnm_kg.model.namespaces import CLAIM, DOCUMENT, ENTITY, EVIDENCE, IMNM, OBO, XSD
from imnm_kg.model.triples import claim_triples, evidence_triples, exception_triples, review_triples

EXTRACTION = Extraction(
    "a-rule", 0.5, ENTITY.extractor, "0.1.0",
    (ExtractionMark("subject", "one", 3, 6), ExtractionMark("trigger", "helps", 7, 12)), ("certainty", "polarity"),
)  # fmt: skip
ITEM = Evidence(
    EVIDENCE.term("00"), DOCUMENT.note, "one helps\ntwo", "a ", "", 3, 16, "Statement", "Possible", "Proposed",
    (), EXTRACTION,
)  # fmt: skip
HELPS = Claim(
    CLAIM.term("00"), "one treats two (possible)", ENTITY.one, IMNM.treats, ENTITY.two, "Affirmed", ENTITY.people,
    ((IMNM.dose, Literal("high")), (IMNM.severity, IMNM.Severe)), None, (ITEM,),
)  # fmt: skip


def test_a_claim_is_read_as_it_was_written() -> None:
    triples = [*claim_triples(HELPS), *evidence_triples(ITEM, "passage for: it", OBO.ECO_0000034)]
    assert read_claims(triples) == [HELPS]


def test_what_is_absent_is_not_written() -> None:
    bare = Evidence(EVIDENCE.term("00"), DOCUMENT.note, "x", "", "", 0, 1, "Antecedent", None, "Proposed")
    claim = Claim(CLAIM.term("00"), "it", ENTITY.one, IMNM.treats, Literal("text"), "Negated", None, (), None, (bare,))
    triples = [*claim_triples(claim), *evidence_triples(bare, "antecedent", OBO.ECO_0000034)]
    assert read_claims(triples) == [claim]
    assert not {IMNM.population, IMNM.certainty, IMNM.hasExtraction} & {triple.predicate for triple in triples}


@pytest.mark.parametrize(
    ("value", "text"),
    [(1.0, "1.0"), (0.0, "0.0"), (0.83, "0.83"), (0.83333, "0.8333"), (0.1, "0.1"), (2 / 3, "0.6667")],
)
def test_a_confidence_is_a_canonical_decimal(value: float, text: str) -> None:
    item = Evidence(
        EVIDENCE.term("00"), DOCUMENT.note, "x", "", "", 0, 1, "Statement", "Possible", "Proposed", (),
        Extraction("a-rule", value, ENTITY.extractor, "0.1.0"),
    )  # fmt: skip
    (found,) = [x for x in evidence_triples(item, "it", OBO.ECO_0000034) if x.predicate == IMNM.confidence]
    assert found.object == Literal(text, datatype=XSD.decimal)


def test_reviews_and_exceptions() -> None:
    iri = EVIDENCE.term("00")
    index = Index(
        [
            *claim_triples(HELPS),
            *evidence_triples(ITEM, "it", OBO.ECO_0000034),
            *review_triples(iri, 1, ENTITY.reader, IMNM.PersonAgent, IMNM.Reviewed, "2026-12-01"),
            *exception_triples(
                iri,
                2,
                GuardException("may", 1, 4, "It is said of three."),
                ENTITY.reader,
                IMNM.PersonAgent,
                "2026-12-01",
            ),
        ]
    )
    (claim,) = read_claims(index)
    assert claim.evidence[0].exceptions == (GuardException("may", 1, 4, "It is said of three."),)
    record = index.node(iri, IMNM.hasReview)
    assert record is not None
    assert record.value == f"{EVIDENCE}00#review-1"
    assert (index.node(record, IMNM.reviewer), index.node(record, IMNM.agentKind)) == (ENTITY.reader, IMNM.PersonAgent)
    assert index.node(record, IMNM.decision) == IMNM.Reviewed


def test_an_index_over_another_knows_both() -> None:
    base = Index(claim_triples(HELPS))
    over = Index(claim_triples(HELPS)[:2] + evidence_triples(ITEM, "it", OBO.ECO_0000034), base)
    assert over.instances(IMNM.Claim) == [HELPS.iri], "once"
    assert over.node(HELPS.iri, IMNM.hasEvidence) == ITEM.iri
    assert over.instances(IMNM.Evidence) == [ITEM.iri]
    assert base.instances(IMNM.Evidence) == []


def test_what_is_no_confidence_and_no_mark_is_passed_over() -> None:
    triples = evidence_triples(ITEM, "it", OBO.ECO_0000034)
    broken = [x for x in triples if x.predicate not in (IMNM.confidence, IMNM.markRole)]
    (claim,) = read_claims([*claim_triples(HELPS), *broken])
    extraction = claim.evidence[0].extraction
    assert extraction is not None
    assert (extraction.confidence, extraction.marks) == (None, ())
