# SPDX-License-Identifier: Apache-2.0
"""Propose: what the extractor found as Turtle, the same that ``graph/claims/`` holds, marked as proposed.

One file has all that a reviewer needs: the claims with their evidence, why each was proposed, the documents, and the
entities that the graph does not have yet.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from pyoxigraph import Literal, NamedNode, Triple

from imnm_kg.errors import ImnmError, Place
from imnm_kg.extraction.proposal import Mark, ProposedClaim
from imnm_kg.lexicon.entries import Entry
from imnm_kg.model.claims import (
    CONTEXT,
    Claim,
    Evidence,
    Extraction,
    ExtractionMark,
    Index,
    expected_label,
    read_claims,
)
from imnm_kg.model.document_nodes import DocumentFacts, document_facts, document_iri, document_triples
from imnm_kg.model.entities import Entities, denies
from imnm_kg.model.ids import claim_id, evidence_id, slug
from imnm_kg.model.namespaces import CLAIM, DCTERMS, ENTITY, EVIDENCE, IMNM, OBO, RDF, RDFS, SKOS
from imnm_kg.model.records import TextRecord
from imnm_kg.model.triples import claim_triples, evidence_triples
from imnm_kg.rdf.turtle import used_prefixes, write_turtle

__all__ = ["EXTRACTOR", "Proposer", "proposals_turtle", "render_turtle"]

EXTRACTOR = ENTITY.term("imnm-kg-extractor")

_Context: TypeAlias = "tuple[tuple[NamedNode, NamedNode | Literal], ...]"
_NO_SUPPORT = OBO.ECO_0000034  # author statement without traceable support: a program does not follow references
_ISO = re.compile(
    r"P([0-9]+W|[0-9]+Y([0-9]+M)?([0-9]+D)?|[0-9]+M([0-9]+D)?|[0-9]+D(T[0-9]+H)?|T[0-9]+H([0-9]+M)?|T[0-9]+M)"
)
_SPAN = re.compile(
    r"(?:at |after |by )?(?:(?P<n>[0-9]+)[ -](?P<unit>day|week|month|year)s?|(?P<u>day|week|month|year) (?P<m>[0-9]+))"
)


class Proposer:
    """What proposing needs of graph and lexicon, read once for any number of documents."""

    def __init__(self, index: Index, version: str, entries: Mapping[str, Entry] | None = None) -> None:
        """Read what is known.

        Args:
            index: the triples of ontology and graph, for names that are known.
            version: the version of the extractor.
            entries: the lexicon by IRI, for the parts of regimens and for populations that it knows.
        """
        self.version = version
        self._index = index
        self._entities = Entities(index)
        self._known = {claim.iri: claim for claim in read_claims(index)}
        self._entries = {entry.label.casefold(): entry for entry in reversed(list((entries or {}).values()))}

    def triples(self, claims: Iterable[ProposedClaim], documents: Mapping[str, DocumentFacts]) -> list[Triple]:
        """Return all that one file says: documents, new entities, claims with their passages.

        Args:
            claims: what the extractor found; their order does not matter.
            documents: the documents by id.
        """
        ordered = sorted(claims, key=lambda one: (one.document, one.start, one.end, one.predicate, one.rule))
        iris = _document_iris(ordered, self._index)
        book = _Book(self._entities, self._entries)
        made = _Claims(self._index, self._known, iris, book, self.version)
        for one in ordered:
            made.add(one)
        triples = [
            triple
            for id_, iri in iris.items()
            if self._index.text(iri, IMNM.textSha256) is None
            for triple in document_triples(documents[id_], iri, made.about(iri))
        ]
        triples += book.triples()
        if not self._entities.is_known(EXTRACTOR):
            triples += [
                Triple(EXTRACTOR, RDF.type, IMNM.SoftwareAgent),
                Triple(EXTRACTOR, RDFS.label, Literal("imnm-kg extractor", language="en")),
                Triple(EXTRACTOR, IMNM.agentKind, IMNM.AutomatedAgent),
            ]
        return triples + made.triples(Index(triples, self._index))


def proposals_turtle(
    claims: Sequence[ProposedClaim],
    records: Mapping[str, TextRecord],
    *,
    index: Index,
    prefixes: Mapping[str, str],
    version: str,
    entries: Mapping[str, Entry] | None = None,
) -> str:
    """Write proposed claims in the one Turtle format.

    A claim that the graph has already gets the id that it has there, so that it only gets more evidence.

    Args:
        claims: what the extractor found; their order does not matter.
        records: the documents by id.
        index: the triples of ontology and graph, for names that are known.
        prefixes: the one list of prefixes.
        version: the version of the extractor.
        entries: the lexicon by IRI, for the parts of regimens and for populations that it knows.

    Raises:
        ImnmError: ``propose-text`` when the words of a claim are not at their place in its document.
    """
    return render_turtle(Proposer(index, version, entries), claims, records, prefixes)


def render_turtle(
    proposer: Proposer, claims: Sequence[ProposedClaim], records: Mapping[str, TextRecord], prefixes: Mapping[str, str]
) -> str:
    """Write proposed claims as ``proposals_turtle`` does, with what was read once.

    Raises:
        ImnmError: ``propose-text``.
    """
    facts = {id_: document_facts(records[id_]) for id_ in {one.document for one in claims} & records.keys()}
    for one in claims:
        _check_text(one, records, facts)
    triples = proposer.triples(claims, facts)
    header = ["# SPDX-License-Identifier: CC-BY-4.0", f"# imnm-kg {proposer.version}: proposed claims, to be reviewed."]
    order = list(dict.fromkeys(triple.subject.value for triple in triples if isinstance(triple.subject, NamedNode)))
    return write_turtle(triples, used_prefixes(triples, prefixes), header=header, order=order)


def _check_text(one: ProposedClaim, records: Mapping[str, TextRecord], facts: Mapping[str, DocumentFacts]) -> None:
    """Assert that every offset is one of the source."""
    record = records.get(one.document)
    parts = [
        ("quote", one.quote, one.start, one.end),
        *((mark.role, mark.text, mark.start, mark.end) for mark in one.marks),
    ]
    wrong = None
    if record is None:
        wrong = "the document is not at hand"
    elif facts[one.document].text_sha256 != one.text_sha256:
        wrong = "the document has another text"
    else:
        for name, words, start, end in parts:
            if record.text[start:end] != words:
                wrong = f"its {name} “{words[:40]}” is not at {start}-{end}"
    if wrong:
        what = f"a claim of the rule '{one.rule}' does not fit its document: {wrong}"
        raise ImnmError("propose-text", what, "extract again from the same text, or report it", Place(one.document))


def _document_iris(claims: Iterable[ProposedClaim], index: Index) -> dict[str, NamedNode]:
    """Give each document an IRI of its own: not that of another text, here or in the graph."""
    made: dict[str, NamedNode] = {}
    for id_, sha256 in dict.fromkeys((one.document, one.text_sha256) for one in claims):
        iri = document_iri(id_)
        if index.text(iri, IMNM.textSha256) not in (None, sha256) or iri in made.values():
            iri = document_iri(id_, sha256[:8])
        made[id_] = iri
    return made


@dataclass
class _New:
    """An entity that the graph does not have."""

    iri: NamedNode
    class_: NamedNode
    label: str
    names: tuple[str, ...] = ()
    abbreviations: tuple[str, ...] = ()
    parts: tuple[NamedNode, ...] = ()
    sources: set[NamedNode] = field(default_factory=set)


class _Book:
    """The entities of a file: those that the graph knows, and those that are new."""

    def __init__(self, entities: Entities, entries: Mapping[str, Entry]) -> None:
        self._entities = entities
        self._entries = entries
        self._new: dict[str, _New] = {}
        self._by_label: dict[str, _New] = {}

    def entity(self, entry: Entry, document: NamedNode) -> NamedNode:
        """Return the entity that an entry stands for; a new one is noted."""
        if entry.kind == "Regimen":
            return self._regimen(entry, document)
        known = self._known(entry.iri, entry.label, IMNM.term(entry.kind))
        if known is not None:
            return known
        names = tuple(f"anti-{name} antibody" for name in entry.names) if entry.kind == "Antibody" else entry.names
        return self._coin(
            entry.iri, IMNM.term(entry.kind), entry.label, document, names=names, abbreviations=entry.abbreviations
        )

    def _known(self, iri: str, label: str, class_: NamedNode) -> NamedNode | None:
        if "://" in iri and self._entities.is_known(NamedNode(iri)):
            return NamedNode(iri)
        return self._entities.mapped(iri) or self._entities.find(label, class_)

    def _coin(
        self,
        iri: str,
        class_: NamedNode,
        label: str,
        document: NamedNode,
        *,
        names: tuple[str, ...] = (),
        abbreviations: tuple[str, ...] = (),
        parts: tuple[NamedNode, ...] = (),
    ) -> NamedNode:
        made = self._new.get(iri) or self._by_label.get(label.casefold())
        if made is None:
            node = NamedNode(iri) if "://" in iri else ENTITY.term(slug(label))
            made = self._new[iri] = _New(node, class_, label, names, abbreviations, parts)
            self._by_label[label.casefold()] = made
        made.sources.add(document)
        for part in made.parts:
            if (new := next((one for one in self._new.values() if one.iri == part), None)) is not None:
                new.sources.add(document)
        return made.iri

    def _regimen(self, entry: Entry, document: NamedNode) -> NamedNode:
        """Return the regimen with these parts, sorted, so that it is one whatever the order of the text."""
        parts = sorted(dict.fromkeys(part.strip() for part in entry.label.split(" + ")), key=str.casefold)
        label = " + ".join(parts)
        iri = ENTITY + slug(label)
        known = self._known(iri, label, IMNM.Regimen)
        return known or self._coin(
            iri,
            IMNM.Regimen,
            label,
            document,
            parts=tuple(self._named(part, IMNM.Intervention, document) for part in parts),
        )

    def _named(self, label: str, class_: NamedNode, document: NamedNode) -> NamedNode:
        """Return the entity of a name: of the graph, of this file, of the lexicon, else a new one of the class."""
        known = self._entities.find(label, class_)
        if known is not None:
            return known
        new, entry = self._by_label.get(label.casefold()), self._entries.get(label.casefold())
        if new is None and entry is not None:
            return self.entity(entry, document)
        iri = ENTITY + slug(label)
        if self._entities.is_known(NamedNode(iri)):
            return NamedNode(iri)
        return self._coin(iri, class_, label, document)

    def population(self, name: str, told_of: Sequence[Entry], document: NamedNode) -> NamedNode | None:
        """Return whom a claim is about; a disease with narrower words before its name is a subtype of it."""
        if not name:
            return None
        same = next((entry for entry in told_of if entry.label.casefold() == name.casefold()), None)
        if same is not None:
            return self.entity(same, document)
        class_ = self._entities.class_of_population(name)
        diseases = [entry.label.casefold() for entry in told_of if entry.kind == "Disease"]
        if any(name.casefold().endswith(label) for label in diseases):
            class_ = IMNM.DiseaseSubtype  # of a disease that is new here
        return self._named(name, class_, document)

    def triples(self) -> list[Triple]:
        """Return the new entities, sorted by IRI; a name that another entity has is left out."""
        made: list[Triple] = []
        taken = {label: one.iri for label, one in self._by_label.items()}
        for one in sorted(self._new.values(), key=lambda new: new.iri.value):
            names = dict.fromkeys(
                name for name in (*one.names, *one.abbreviations)
                if name and not denies(name) and taken.setdefault(name.casefold(), one.iri) == one.iri
                and not self._entities.owners(name) and name.casefold() != one.label.casefold()
            )  # fmt: skip
            pairs: list[tuple[NamedNode, NamedNode | Literal]] = [
                (RDF.type, one.class_),
                (RDFS.label, Literal(one.label, language="en")),
                *((SKOS.altLabel, Literal(name, language="en")) for name in names),
                *((IMNM.abbreviation, Literal(name, language="en")) for name in one.abbreviations if name in names),
                *((DCTERMS.hasPart, part) for part in one.parts),
                *((DCTERMS.source, source) for source in sorted(one.sources, key=str)),
            ]
            made += [Triple(one.iri, key, value) for key, value in pairs]
        return made


class _Claims:
    """The claims of a file, each with its passages; the same claim of two documents is one."""

    def __init__(
        self,
        index: Index,
        known: Mapping[NamedNode, Claim],
        documents: Mapping[str, NamedNode],
        book: _Book,
        version: str,
    ) -> None:
        self._index, self._known, self._documents, self._book, self._version = index, known, documents, book, version
        self._made: dict[NamedNode, tuple[Claim, dict[NamedNode, Evidence]]] = {}
        self._about: dict[NamedNode, Counter[tuple[bool, NamedNode]]] = {}

    def add(self, one: ProposedClaim) -> None:
        """Take a proposal in; of two for the same passage that of the surer rule counts."""
        document = self._documents[one.document]
        ends = (one.subject, one.object)
        subject, object_ = (self._book.entity(entry, document) for entry in ends)
        counter = self._about.setdefault(document, Counter())
        counter.update((entry.kind == "Disease", node) for entry, node in zip(ends, (subject, object_), strict=True))
        population = self._book.population(one.population, ends, document)
        if population == object_ or (population == subject and one.subject.kind == "Disease"):
            population = None  # everyone that the claim is about anyway
        claim = self._claim(one, subject, object_, population)
        role = IMNM.Statement
        iri = EVIDENCE.term(evidence_id(claim.iri, document, one.text_sha256, one.start, one.end, role))
        marks = tuple(ExtractionMark(mark.role, mark.text, mark.start, mark.end) for mark in _with_denial(one))
        item = Evidence(
            iri, document, one.quote, one.prefix, one.suffix, one.start, one.end, "Statement", one.certainty,
            "Proposed", extraction=Extraction(one.rule, one.confidence, EXTRACTOR, self._version, marks),
        )  # fmt: skip
        passages = self._made.setdefault(claim.iri, (claim, {}))[1]
        if iri not in passages or _confidence(item) > _confidence(passages[iri]):
            passages[iri] = item

    def _claim(self, one: ProposedClaim, subject: NamedNode, object_: NamedNode, population: NamedNode | None) -> Claim:
        predicate, polarity, context = IMNM.term(one.predicate), IMNM.term(one.polarity), self._context(one)
        # "Everyone the object is about" can be written in two ways: that of the graph counts.
        forms = [None, object_] if population is None else [population]
        iris = [
            CLAIM.term(claim_id(subject, predicate, object_, polarity, form, context)) for form in forms
        ]  # fmt: skip
        at = next((number for number, iri in enumerate(iris) if iri in self._known), 0)
        return Claim(iris[at], "", subject, predicate, object_, one.polarity, forms[at], context, None, ())

    def _context(self, one: ProposedClaim) -> _Context:
        """Return the context as the graph writes it; what has no term or form there becomes a condition."""
        severities = {self._index.text(node, RDFS.label): node for node in self._index.instances(IMNM.Severity)}
        known = {key.value.removeprefix(IMNM): key for key in CONTEXT}
        found: dict[tuple[NamedNode, NamedNode | Literal], None] = {}
        for name, words in one.context:
            key, value = known.get(name, IMNM.condition), Literal(words)
            if name == "severity":
                term = severities.get(words.lower())
                found[(key, term) if term is not None else (IMNM.condition, value)] = None
            elif name == "timepoint":
                time = _iso(words)
                found[(key, Literal(time)) if time else (IMNM.condition, value)] = None
            elif words:
                found[key, value] = None
        return tuple(sorted(found, key=lambda pair: (str(pair[0]), str(pair[1]))))

    def about(self, document: NamedNode) -> list[NamedNode]:
        """Return what a document is about: the disease that most of its claims name, else what they name most."""
        found = self._about[document]
        best = max(found, key=lambda pair: (pair[0], found[pair]))  # of equals the first that the text names
        return [best[1]]

    def triples(self, index: Index) -> list[Triple]:
        """Return claims and evidence, each claim before its passages.

        Args:
            index: the triples of graph and file, for the labels.
        """
        made: list[Triple] = []
        for iri, (claim, passages) in self._made.items():
            known = self._known[iri].evidence if iri in self._known else ()
            whole = replace(claim, evidence=tuple(passages.values()))
            label = expected_label(replace(claim, evidence=(*known, *passages.values())), index)
            made += claim_triples(replace(whole, label=label))
            for item in passages.values():
                words = expected_label(replace(claim, evidence=(item,)), index)
                made += evidence_triples(item, f"passage for: {words}", _NO_SUPPORT)
        return made


def _confidence(item: Evidence) -> float:
    found = None if item.extraction is None else item.extraction.confidence
    return -1.0 if found is None else found


def _with_denial(one: ProposedClaim) -> list[Mark]:
    """Return the marks; where no cue denies a negated claim, the trigger of its rule does ("ineffective")."""
    marks = list(one.marks)
    if one.polarity == "Negated" and not any(mark.role == "negation" for mark in marks):
        marks += [mark._replace(role="negation") for mark in marks if mark.role == "trigger"]
    return sorted(dict.fromkeys(marks), key=lambda mark: (mark.start, mark.end, mark.role))


def _iso(words: str) -> str:
    """Write a time as an ISO 8601 duration; empty where it is none."""
    text = " ".join(words.split())
    if _ISO.fullmatch(text):
        return text
    found = _SPAN.fullmatch(text.lower())
    if found is None:
        return ""
    return f"P{int(found['n'] or found['m'])}{(found['unit'] or found['u'])[0].upper()}"
