# SPDX-License-Identifier: Apache-2.0
"""Review: accept, reject or mend proposed evidence; each decision is in the file before the next is asked."""

from __future__ import annotations

import re
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode, Triple

from imnm_kg.errors import ImnmError
from imnm_kg.model.claims import POLARITIES, RANKS, Claim, Evidence, GuardException, Index, expected_label, read_claims
from imnm_kg.model.entities import Entities
from imnm_kg.model.ids import slug
from imnm_kg.model.namespaces import BASE, CLAIM, DCTERMS, ENTITY, EVIDENCE, IMNM, RDF, RDFS
from imnm_kg.model.stored_query import nearest
from imnm_kg.model.triples import claim_triples, exception_triples, review_triples
from imnm_kg.rdf.edit import BlockText
from imnm_kg.rdf.files import read_text, write_atomically

__all__ = ["MENDABLE", "Case", "Desk", "Mending", "Reviewer", "decided_in"]

MENDABLE = ("certainty", "object", "polarity", "population", "predicate", "subject")
"""What a reviewer can mend; the label is derived."""

_DIGITS = re.compile(r"[0-9a-f]{4,32}")
_SAVE_EVERY = 2.0  # seconds, where many decisions are made in one go


class Case(NamedTuple):
    """A passage that is to be read against its claim."""

    claim: Claim
    item: Evidence


@dataclass(frozen=True)
class Reviewer:
    """Who decides: the agent, the kind of agent (``imnm:PersonAgent`` or ``imnm:AutomatedAgent``) and the date."""

    iri: NamedNode
    kind: NamedNode
    date: str


class Mending(NamedTuple):
    """A case as it would be after mending: which parts change, and the entity that is new with it."""

    case: Case
    parts: tuple[str, ...]
    entity: tuple[Triple, ...]


def decided_in(index: Index) -> set[str]:
    """Return the evidence of some triples that was accepted or rejected, by IRI."""
    statuses = (IMNM.Reviewed, IMNM.Rejected)
    return {
        node.value for node in index.instances(IMNM.Evidence) if index.node(node, IMNM.reviewStatus) in statuses
    }  # fmt: skip


class Desk:
    """A file of proposed claims on the desk of a reviewer.

    Attributes:
        path: the file.
        entities: names and classes of what the graph and the file describe.
    """

    def __init__(
        self, path: Path, graph: Index, prefixes: Mapping[str, str], decided: Collection[str] = ()
    ) -> None:
        """Read the file.

        Args:
            path: the file.
            graph: the triples of ontology and graph.
            prefixes: the one list of prefixes.
            decided: evidence that was decided on elsewhere and is not asked again, by IRI.

        Raises:
            ImnmError: what is wrong with the file; ``review-nothing`` when it has no claim.
        """
        self.path, self._graph, self._decided = path, graph, frozenset(decided)
        self._blocks = BlockText(read_text(path), str(path), prefixes)
        self._parts: dict[str, list[str]] = {}
        for subject in self._blocks.subjects():
            self._note(subject)
        index = Index(self._blocks.triples())
        self._claims = {claim.iri.value: claim for claim in read_claims(index)}
        if not self._claims:
            what = f"{path} has no claim with evidence"
            raise ImnmError("review-nothing", what, "give a file that 'imnm-kg extract --format ttl' wrote")
        self._of_graph = {claim.iri.value: claim for claim in read_claims(graph)}
        self.entities = Entities(Index(self._blocks.triples(), graph))
        self._undo: list[list[tuple[str, list[Triple]]]] = []
        self._saved, self._waiting = time.monotonic(), False

    def _note(self, subject: str) -> None:
        whole, mark, _ = subject.partition("#")
        if mark and subject not in self._parts.setdefault(whole, []):
            self._parts[whole].append(subject)

    # Looking

    def cases(self) -> list[Case]:
        """Return every statement of the file with its claim, in the order of the documents."""
        found = [
            Case(claim, item) for claim in self._claims.values() for item in claim.evidence if item.role == "Statement"
        ]
        return sorted(found, key=lambda case: (case.item.document.value, case.item.start, case.item.end, case.claim.label))

    def pending(self) -> list[Case]:
        """Return what nobody has decided on, here or elsewhere."""
        return [
            case for case in self.cases()
            if case.item.review_status == "Proposed" and case.item.iri.value not in self._decided
        ]  # fmt: skip

    def is_decided_elsewhere(self, item: Evidence) -> bool:
        """Tell whether the graph or a file that was named has a decision on a passage that is proposed here."""
        return item.review_status == "Proposed" and item.iri.value in self._decided

    def beside(self, case: Case) -> list[Evidence]:
        """Return the passages of the graph that state the same claim at the same place of the document."""
        known = self._of_graph.get(case.claim.iri.value)
        return [
            item for item in (() if known is None else known.evidence)
            if item.document == case.item.document and item.start < case.item.end and case.item.start < item.end
            and item.iri != case.item.iri and item.review_status == "Reviewed"
        ]  # fmt: skip

    def find(self, text: str) -> list[Case]:
        """Return the statement of an id, or all of a claim: CURIE, IRI, the digits or their first four or more.

        Raises:
            ImnmError: ``review-unknown``.
        """
        wanted = text.strip("<>").removeprefix(BASE).replace("evidence/", "evidence:").replace("claim/", "claim:")
        kind, colon, digits = wanted.rpartition(":")
        found = []
        if _DIGITS.fullmatch(digits) and kind in ("", "evidence", "claim"):
            cases = self.cases()
            if kind != "claim":
                found = [case for case in cases if case.item.iri.value.startswith(EVIDENCE + digits)]
            if not found and (kind == "claim" or not colon):
                found = [case for case in cases if case.claim.iri.value.startswith(CLAIM + digits)]
                if len({case.claim.iri for case in found}) == 1:
                    return found
        if len(found) == 1:
            return found
        if found:
            what = f"'{text}' is the start of {len(found)} ids in {self.path}"
            raise ImnmError("review-unknown", what, "give more digits")
        raise ImnmError("review-unknown", f"{self.path} has no evidence '{text}'", "see --list for the ids")

    # Deciding

    def accept(self, case: Case, reviewer: Reviewer, exceptions: Sequence[GuardException] = ()) -> None:
        """Accept a passage, with a reason for each cue that does not bear on the claim."""
        self._change(self._decision(case.item.iri, IMNM.Reviewed, reviewer, exceptions), [case.claim.iri])

    def reject(self, case: Case, reviewer: Reviewer) -> None:
        """Reject a passage; it stays in the file, so that it is not asked again."""
        self._change(self._decision(case.item.iri, IMNM.Rejected, reviewer), [case.claim.iri])

    def mended(self, case: Case, changes: Mapping[str, str]) -> Mending:
        """Return what mending would make of a case; nothing is written.

        Args:
            case: the case.
            changes: a value for each of some of ``MENDABLE``; an empty population: everyone the object is about.

        Raises:
            ImnmError: ``review-value`` for what is not known or does not fit.
        """
        claim, entity = self._mended_claim(case, changes)
        certainty = case.item.certainty
        if "certainty" in changes:
            certainty = _choice("certainty", changes["certainty"], RANKS)
        old = {"certainty": case.item.certainty, **_parts_of(case.claim)}
        new = {"certainty": certainty, **_parts_of(claim)}
        parts = tuple(name for name in MENDABLE if old[name] != new[name])
        if not parts:
            raise ImnmError("review-value", "nothing of the claim would change", "accept it as it is")
        known = Entities(Index(entity, self.entities.index)) if entity else self.entities
        if misfits := known.misfits(claim):
            raise ImnmError("review-value", misfits[0], "take another relation or another entity")
        sha256 = self.entities.index.text(case.item.document, IMNM.textSha256) or ""
        claim = replace(claim, iri=claim.expected_iri)
        iri = case.item.iri if claim.iri == case.claim.iri else case.item.expected_iri(claim.iri, sha256)
        item = replace(case.item, iri=iri, certainty=certainty)
        claim = replace(claim, label=expected_label(replace(claim, evidence=(item,)), known.index))
        return Mending(Case(replace(claim, evidence=(item,)), item), parts, entity)

    def _mended_claim(self, case: Case, changes: Mapping[str, str]) -> tuple[Claim, tuple[Triple, ...]]:
        claim, entity = case.claim, tuple[Triple, ...]()
        for name, value in changes.items():
            if name == "polarity":
                claim = replace(claim, polarity=_choice("polarity", value, POLARITIES))
            elif name == "predicate":
                claim = replace(claim, predicate=self._relation(value))
            elif name == "subject":
                claim = replace(claim, subject=self._entity(value))
            elif name == "object":
                literal = isinstance(case.claim.object, Literal)
                claim = replace(claim, object=Literal(value) if literal else self._entity(value))
            elif name == "population":
                people = self.entities.named(value) if value else None
                if value and people is None:
                    people, entity = self._new_population(value, case.item.document)
                claim = replace(claim, population=people)
            elif name not in MENDABLE:
                raise ImnmError("review-value", f"'{name}' cannot be mended", nearest(name, MENDABLE, ""))
        if claim.population == claim.object and claim.population != case.claim.population:
            claim = replace(claim, population=None)
        return claim, entity

    def _entity(self, text: str) -> NamedNode:
        node = self.entities.named(text)
        if node is None:
            remedy = nearest(text, self.entities.all_names(), "describe it in graph/entities/ first")
            raise ImnmError("review-value", f"there is no entity '{text}'", remedy)
        return node

    def _relation(self, text: str) -> NamedNode:
        name = text.removeprefix("imnm:")
        index = self.entities.index
        relations = [node.value.removeprefix(IMNM) for node in (*index.subjects_with(IMNM.negatedLabel),)]
        if name not in relations:
            raise ImnmError("review-value", f"there is no relation '{text}'", nearest(name, relations, ""))
        return IMNM.term(name)

    def _new_population(self, name: str, document: NamedNode) -> tuple[NamedNode, tuple[Triple, ...]]:
        node = ENTITY.term(slug(name))
        if self.entities.is_known(node):
            return node, ()
        pairs = (
            (RDF.type, self.entities.class_of_population(name)),
            (RDFS.label, Literal(name, language="en")),
            (DCTERMS.source, document),
        )
        return node, tuple(Triple(node, key, value) for key, value in pairs)

    def mend(
        self, case: Case, mending: Mending, reviewer: Reviewer, exceptions: Sequence[GuardException] = ()
    ) -> None:
        """Accept a case as it was mended.

        A claim that changes gets another id: the passage is accepted for the new claim and rejected for the old one,
        so that the same proposal is not asked again.

        Raises:
            ImnmError: ``review-decided`` when the mended claim was rejected for that passage before.
        """
        old, new = case.item.iri, mending.case.item.iri
        changes: dict[str, list[Triple]] = {}
        if mending.entity:
            changes[str(mending.entity[0].subject.value)] = list(mending.entity)  # type: ignore[union-attr]
        claim = mending.case.claim
        if old == new:
            changes |= self._amended(old, self._copied(old, old), mending)
        elif new.value not in self._blocks:
            changes |= self._amended(new, self._copied(old, new), mending)
        elif Index(self._blocks.triples(new.value)).node(new, IMNM.reviewStatus) == IMNM.Rejected:
            what = f"“{claim.label}” was rejected for this passage"
            raise ImnmError("review-decided", what, "reject the passage, or mend it in another way")
        if old != new:
            links = self._blocks.triples(claim.iri.value) or claim_triples(replace(claim, evidence=()))
            changes[claim.iri.value] = [*links, Triple(claim.iri, IMNM.hasEvidence, new)]
        changes |= self._decision(new, IMNM.Reviewed, reviewer, exceptions, changes)
        if old != new:
            changes |= self._decision(old, IMNM.Rejected, reviewer)
        self._change(changes, dict.fromkeys((case.claim.iri, claim.iri)))
        if mending.entity:
            self.entities = Entities(Index(self._blocks.triples(), self._graph))

    def _copied(self, old: NamedNode, new: NamedNode) -> dict[str, list[Triple]]:
        """Copy a passage and its parts under another id, without its reviews."""
        copied: dict[str, list[Triple]] = {}
        for subject in (old.value, *self._parts.get(old.value, ())):
            if "#review-" in subject:
                continue
            triples = [triple for triple in self._blocks.triples(subject) if triple.predicate != IMNM.hasReview]
            copied[_moved(subject, old, new)] = [
                Triple(
                    NamedNode(_moved(subject, old, new)), triple.predicate,
                    NamedNode(_moved(triple.object.value, old, new))
                    if isinstance(triple.object, NamedNode) else triple.object,
                )
                for triple in triples
            ]  # fmt: skip
        return copied

    def _amended(self, iri: NamedNode, blocks: dict[str, list[Triple]], mending: Mending) -> dict[str, list[Triple]]:
        """Set certainty and label of a passage, and note in its extraction what a reviewer changed."""
        item, label = mending.case.item, Literal(f"passage for: {mending.case.claim.label}", language="en")
        about = _without(blocks[iri.value], IMNM.certainty, RDFS.label)
        about.append(Triple(iri, RDFS.label, label))
        if item.certainty is not None:
            about.append(Triple(iri, IMNM.certainty, IMNM.term(item.certainty)))
        blocks[iri.value] = about
        if (extraction := f"{iri.value}#extraction") in blocks:
            node = NamedNode(extraction)
            blocks[extraction] += [Triple(node, IMNM.mendedPart, Literal(part)) for part in mending.parts]
        return blocks

    def _decision(
        self,
        iri: NamedNode,
        decision: NamedNode,
        reviewer: Reviewer,
        exceptions: Sequence[GuardException] = (),
        pending: Mapping[str, list[Triple]] | None = None,
    ) -> dict[str, list[Triple]]:
        """Return the blocks of a passage with status, review record and guard exceptions."""
        about = (pending or {}).get(iri.value) or self._blocks.triples(iri.value)
        links = [triple.object.value for triple in about if triple.predicate == IMNM.hasReview]  # type: ignore[union-attr]
        # A second look of the same agent is no second reader: it takes the place of the first.
        own = [
            node for node in links
            if Triple(NamedNode(node), IMNM.reviewer, reviewer.iri) in self._blocks.triples(node)
        ]  # fmt: skip
        number = _number(own[0]) if own else 1 + max(map(_number, links), default=0)
        first = 1 + max((_number(node) for node in self._parts.get(iri.value, ()) if "#exception-" in node), default=0)
        made = [
            *_without(about, IMNM.reviewStatus),
            Triple(iri, IMNM.reviewStatus, decision),
            *review_triples(iri, number, reviewer.iri, reviewer.kind, decision, reviewer.date),
        ]
        for place, exception in enumerate(exceptions, first):
            made += exception_triples(iri, place, exception, reviewer.iri, reviewer.kind, reviewer.date)
        blocks: dict[str, list[Triple]] = {}
        for triple in made:
            blocks.setdefault(triple.subject.value, []).append(triple)  # type: ignore[union-attr]
        return blocks

    # Writing

    def _change(self, blocks: Mapping[str, list[Triple]], claims: Iterable[NamedNode]) -> None:
        """Write blocks, bring the labels of the claims in line, and save."""
        before: list[tuple[str, list[Triple]]] = []

        def put(subject: str, triples: list[Triple]) -> None:
            before.append((subject, self._blocks.triples(subject)))
            self._blocks.put(subject, triples)
            self._note(subject)

        for subject, triples in blocks.items():
            put(subject, triples)
        for iri in claims:
            claim = self._reload(iri)
            label = Literal(self._label(claim), language="en")
            put(iri.value, [*_without(self._blocks.triples(iri.value), RDFS.label), Triple(iri, RDFS.label, label)])
            self._reload(iri)
        self._undo.append(before)
        self._save()

    def _label(self, claim: Claim) -> str:
        own = {item.iri: item for item in claim.evidence}
        known = self._of_graph.get(claim.iri.value)
        others = [] if known is None else [item for item in known.evidence if item.iri not in own]
        return expected_label(replace(claim, evidence=(*own.values(), *others)), self.entities.index)

    def _reload(self, iri: NamedNode) -> Claim:
        triples = self._blocks.triples(iri.value)
        for triple in list(triples):
            if triple.predicate == IMNM.hasEvidence and isinstance(triple.object, NamedNode):
                whole = triple.object.value
                for subject in (whole, *self._parts.get(whole, ())):
                    triples += self._blocks.triples(subject)
        found = read_claims(triples)
        if not found:
            self._claims.pop(iri.value, None)  # it came with a decision that was undone
            return self._claims.get(iri.value) or Claim(iri, "", iri, iri, iri, POLARITIES[0], None, (), None, ())
        self._claims[iri.value] = found[0]
        return found[0]

    def undo(self) -> bool:
        """Take the last decision back, and tell whether there was one."""
        if not self._undo:
            return False
        touched: dict[str, None] = {}
        for subject, triples in reversed(self._undo.pop()):
            self._blocks.put(subject, triples)
            touched[subject] = None
        for subject in touched:
            if subject.startswith(CLAIM):
                self._reload(NamedNode(subject))
        self.entities = Entities(Index(self._blocks.triples(), self._graph))
        self._save()
        return True

    def _save(self) -> None:
        if self._waiting and time.monotonic() - self._saved < _SAVE_EVERY:
            return
        write_atomically(self.path, self._blocks.text())
        self._saved = time.monotonic()

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Save now and then while many decisions are made at once, and at the end however it comes."""
        self._waiting = True
        try:
            yield
        finally:
            self._waiting = False
            self._save()


def _parts_of(claim: Claim) -> dict[str, object]:
    return {
        "object": claim.object, "polarity": claim.polarity, "population": claim.population,
        "predicate": claim.predicate, "subject": claim.subject,
    }  # fmt: skip


def _choice(name: str, value: str, choices: Sequence[str]) -> str:
    found = next((choice for choice in choices if choice.lower() == value.lower().removeprefix("imnm:")), None)
    if found is None:
        raise ImnmError("review-value", f"'{value}' is no {name}", f"give one of {', '.join(choices)}")
    return found


def _without(triples: Iterable[Triple], *keys: NamedNode) -> list[Triple]:
    return [triple for triple in triples if triple.predicate not in keys]


def _moved(iri: str, old: NamedNode, new: NamedNode) -> str:
    return new.value + iri[len(old.value) :] if iri.split("#")[0] == old.value else iri


def _number(part: str) -> int:
    digits = part.rpartition("-")[2]
    return int(digits) if digits.isdecimal() else 0
