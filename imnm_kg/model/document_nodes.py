# SPDX-License-Identifier: Apache-2.0
"""A text record as a source document of the graph: its node, its identifiers and its zones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode, Triple

from imnm_kg.model.ids import slug
from imnm_kg.model.namespaces import DCTERMS, DOCUMENT, FOAF, IMNM, OA, RDF, RDFS, XSD
from imnm_kg.model.records import BOILERPLATE, CITATION, REFERENCES, TextRecord

__all__ = ["DocumentFacts", "document_facts", "document_iri", "document_triples"]

_APART = (BOILERPLATE, CITATION, REFERENCES)
_NOT_IN_PATH = re.compile(r"[^A-Za-z0-9._~()/:;-]")


class DocumentFacts(NamedTuple):
    """What the graph says of a document, other than what it is about; its text is no longer needed for it.

    ``zones``: kind, first code point and the code point after the last.
    """

    id: str
    title: str
    doi: str
    pmid: str
    pmcid: str
    text_sha256: str
    text_length: int
    zones: tuple[tuple[str, int, int], ...]


def document_facts(record: TextRecord) -> DocumentFacts:
    """Return what the graph says of a document."""
    return DocumentFacts(
        record.id, record.title, record.doi, record.pmid, record.pmcid, record.sha256, len(record.text),
        tuple(_zones(record)),
    )  # fmt: skip


def document_iri(record_id: str, suffix: str = "") -> NamedNode:
    """Return the IRI of the document with that id: ``PMID:36923454`` is ``document:pmid-36923454``."""
    return DOCUMENT.term(f"{slug(record_id)}-{suffix}" if suffix else slug(record_id))


def document_triples(facts: DocumentFacts, iri: NamedNode, about: Iterable[NamedNode]) -> list[Triple]:
    """Return the node of a document and its zones.

    Args:
        facts: what is said of it.
        iri: the document.
        about: what it is about.
    """
    title = " ".join(facts.title.split()) or facts.id
    # Titles come more than once, and a label names one thing.
    label = title if facts.id in title else f"{title} ({facts.id})"
    pairs: list[tuple[NamedNode, NamedNode | Literal]] = [
        (RDF.type, IMNM.Document),
        (RDFS.label, Literal(label, language="en")),
        (DCTERMS.term("title"), Literal(title, language="en")),
        (DCTERMS.language, Literal("en")),
        *((DCTERMS.identifier, Literal(name)) for name in dict.fromkeys(_identifiers(facts))),
        *((FOAF.page, NamedNode(page)) for page in _pages(facts)),
        (IMNM.textSha256, Literal(facts.text_sha256)),
        (IMNM.textLength, _number(facts.text_length)),
        *((IMNM.isAbout, node) for node in about),
    ]
    made = [Triple(iri, key, value) for key, value in pairs]
    for number, (kind, start, end) in enumerate(facts.zones, 1):
        node = NamedNode(f"{iri.value}#zone-{number}")
        made.append(Triple(iri, IMNM.hasZone, node))
        name = iri.value.rsplit("/", 1)[1]
        made += [
            Triple(node, RDF.type, IMNM.Zone),
            Triple(node, RDFS.label, Literal(f"{kind} of {name}", language="en")),
            Triple(node, IMNM.zoneKind, IMNM.term(kind)),
            Triple(node, OA.start, _number(start)),
            Triple(node, OA.end, _number(end)),
        ]
    return made


def _number(value: int) -> Literal:
    return Literal(str(value), datatype=XSD.integer)


def _identifiers(facts: DocumentFacts) -> Iterator[str]:
    yield facts.id
    for name, value in (("PMID", facts.pmid), ("DOI", facts.doi)):
        if value:
            yield f"{name}:{value}"
    if facts.pmcid:
        yield facts.pmcid


def _pages(facts: DocumentFacts) -> list[str]:
    """Give the address of the page by the first identifier that has one."""
    if facts.pmid.isdecimal():
        return [f"https://pubmed.ncbi.nlm.nih.gov/{facts.pmid}/"]
    if re.fullmatch(r"PMC[0-9]+", facts.pmcid):
        return [f"https://pmc.ncbi.nlm.nih.gov/articles/{facts.pmcid}/"]
    if facts.doi:
        quoted = _NOT_IN_PATH.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), facts.doi)
        return [f"https://doi.org/{quoted}"]
    return []


def _zones(record: TextRecord) -> list[tuple[str, int, int]]:
    """Give the zones that the graph knows: what is neither boilerplate nor references nor citation is body."""
    apart = [
        (zone.kind, zone.start, zone.end) for zone in record.zones if zone.kind in _APART and zone.start < zone.end
    ]
    found, place = [], 0
    for kind, start, end in [*sorted(apart, key=lambda zone: zone[1:]), ("", len(record.text), len(record.text))]:
        body = record.text[place:start]
        if stripped := body.strip():
            first = place + body.index(stripped)
            found.append(("Body", first, first + len(stripped)))
        if kind:
            found.append((kind, start, end))
        place = end
    return found
