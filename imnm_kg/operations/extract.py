# SPDX-License-Identifier: Apache-2.0
"""Extract: from records to proposed claims and their rows; pure functions of the record and the knowledge."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from imnm_kg.extraction.extract import extract_claims
from imnm_kg.extraction.knowledge import Knowledge
from imnm_kg.extraction.proposal import Mark, ProposedClaim
from imnm_kg.lexicon.entries import Entry
from imnm_kg.model.claim_rows import Row
from imnm_kg.model.document_nodes import DocumentFacts, document_facts
from imnm_kg.model.records import BadRecord, TextRecord

__all__ = ["Read", "claim_of", "extract", "facts_of", "json_line", "propose", "rows_of"]


class Read(NamedTuple):
    """A record that was read, and its claims."""

    record: TextRecord
    claims: tuple[ProposedClaim, ...]


def propose(record: TextRecord, knowledge: Knowledge, min_confidence: float = 0.0) -> tuple[ProposedClaim, ...]:
    """Propose the claims of a record.

    Args:
        record: the text.
        knowledge: names, rules and cues.
        min_confidence: the least confidence; a rule whose precision was not measured counts as 0.
    """
    claims = extract_claims(record, knowledge)
    if min_confidence > 0:
        return tuple(claim for claim in claims if (claim.confidence or 0.0) >= min_confidence)
    return claims


def extract(
    records: Iterable[TextRecord | BadRecord], knowledge: Knowledge, min_confidence: float = 0.0
) -> Iterator[Read | BadRecord]:
    """Yield each record with its claims; what could not be read is passed on as it is."""
    for record in records:
        if isinstance(record, BadRecord):
            yield record
        else:
            yield Read(record, propose(record, knowledge, min_confidence))


def rows_of(read: Read) -> list[Row]:
    """Return the claims of a record as rows, in the order of their passages."""
    if not read.claims:
        return []
    record, facts = read.record, document_facts(read.record)
    document = {
        "source": record.source,
        "position": record.position,
        "document": facts.id,
        "text_sha256": facts.text_sha256,
        "text_length": facts.text_length,
        "title": facts.title,
        "doi": facts.doi,
        "pmid": facts.pmid,
        "pmcid": facts.pmcid,
        "year": record.year,
        "zones": [{"kind": kind, "start": start, "end": end} for kind, start, end in facts.zones],
    }
    return [{**document, **_row(claim)} for claim in sorted(read.claims, key=_order)]


def _order(claim: ProposedClaim) -> tuple[object, ...]:
    return (
        claim.start, claim.end, claim.subject.iri, claim.predicate, claim.object.iri, claim.polarity,
        claim.population, claim.context,
    )  # fmt: skip


def _row(claim: ProposedClaim) -> Row:
    return {
        **_entity("subject", claim.subject),
        "predicate": claim.predicate,
        **_entity("object", claim.object),
        "polarity": claim.polarity.lower(),
        "certainty": claim.certainty.lower(),
        "population": claim.population,
        "context": [{"key": key, "value": value} for key, value in claim.context],
        "quote": claim.quote,
        "prefix": claim.prefix,
        "suffix": claim.suffix,
        "start": claim.start,
        "end": claim.end,
        "rule": claim.rule,
        "confidence": claim.confidence,
        "marks": [mark._asdict() for mark in claim.marks],
    }


def _entity(role: str, entry: Entry) -> Row:
    return {
        role: entry.iri,
        f"{role}_kind": entry.kind,
        f"{role}_label": entry.label,
        f"{role}_names": list(entry.names),
        f"{role}_abbreviations": list(entry.abbreviations),
        f"{role}_coined": entry.coined,
    }


def json_line(row: Row) -> str:
    """Return a row as a line of ``extract --format jsonl``, with its line end."""
    return json.dumps(claim_of(row).as_json(), ensure_ascii=False) + "\n"


def claim_of(row: Row) -> ProposedClaim:
    """Return the claim that a row was made of; of its entities what claims need."""
    return ProposedClaim(
        row["document"], row["text_sha256"], _entry(row, "subject"), row["predicate"], _entry(row, "object"),
        row["polarity"].capitalize(), row["certainty"].capitalize(), row["population"],
        tuple((pair["key"], pair["value"]) for pair in row["context"]),
        row["quote"], row["prefix"], row["suffix"], row["start"], row["end"], row["rule"], row["confidence"],
        tuple(Mark(mark["role"], mark["text"], mark["start"], mark["end"]) for mark in row["marks"]),
    )  # fmt: skip


def facts_of(row: Row) -> DocumentFacts:
    """Return what a row says of its document."""
    zones = tuple((zone["kind"], zone["start"], zone["end"]) for zone in row["zones"])
    return DocumentFacts(
        row["document"], row["title"], row["doi"], row["pmid"], row["pmcid"], row["text_sha256"], row["text_length"],
        zones,
    )  # fmt: skip


def _entry(row: Row, role: str) -> Entry:
    return Entry(
        row[role], row[f"{role}_kind"], row[f"{role}_label"], tuple(row[f"{role}_names"]),
        tuple(row[f"{role}_abbreviations"]), coined=row[f"{role}_coined"],
    )  # fmt: skip
