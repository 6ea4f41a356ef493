# SPDX-License-Identifier: Apache-2.0
"""A file of proposed claims under review: what it says, and how a change gets into it at once and whole."""

from __future__ import annotations

import re
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode, Triple

from imnm_kg.errors import ImnmError, Place
from imnm_kg.model.claims import Claim, Evidence, Index, expected_label, read_claims
from imnm_kg.model.entities import Entities, denies
from imnm_kg.model.namespaces import BASE, CLAIM, DCTERMS, EVIDENCE, IMNM, RDFS
from imnm_kg.rdf.edit import BlockText
from imnm_kg.rdf.files import read_text, write_atomically

__all__ = ["Case", "Proposals", "decided_in", "without"]

_DIGITS = re.compile(r"[0-9a-f]{4,32}")
_SAVE_EVERY = 2.0  # seconds, where many decisions are made in one go

_Blocks = Mapping[str, list[Triple]]


class Case(NamedTuple):
    """A passage that is to be read against its claim."""

    claim: Claim
    item: Evidence


def decided_in(index: Index) -> set[str]:
    """Return the evidence of some triples that was accepted or rejected, by IRI."""
    statuses = (IMNM.Reviewed, IMNM.Rejected)
    nodes = index.instances(IMNM.Evidence)
    return {node.value for node in nodes if index.node(node, IMNM.reviewStatus) in statuses}


def without(triples: Iterable[Triple], *keys: NamedNode) -> list[Triple]:
    """Return the triples that have none of these predicates."""
    return [triple for triple in triples if triple.predicate not in keys]


def _stamp(path: Path) -> tuple[int, int, int]:
    """Return what tells one state of a file from another; zeros where there is none."""
    try:
        found = path.stat()
    except OSError:
        return 0, 0, 0
    return found.st_ino, found.st_size, found.st_mtime_ns


class Proposals:
    """The file, with the graph that its claims are proposed for.

    Attributes:
        path: the file.
        graph: the triples of ontology and graph.
        entities: names and classes of what graph and file describe.
    """

    def __init__(self, path: Path, graph: Index, prefixes: Mapping[str, str], decided: Collection[str] = ()) -> None:
        """Read the file.

        Args:
            path: the file.
            graph: the triples of ontology and graph.
            prefixes: the one list of prefixes.
            decided: evidence that was decided on elsewhere and is not asked again, by IRI.

        Raises:
            ImnmError: what is wrong with the file; ``review-nothing`` when it has no claim.
        """
        self.path, self.graph, self._decided = path, graph, frozenset(decided)
        self._stamp = _stamp(path)
        self._blocks = BlockText(read_text(path), str(path), prefixes)
        self._parts: dict[str, list[str]] = {}
        for subject in self._blocks.subjects():
            self._note(subject)
        self._claims = {claim.iri.value: claim for claim in read_claims(self._blocks.triples())}
        if not self._claims:
            what = f"{path} has no claim with evidence"
            raise ImnmError("review-nothing", what, "give a file that 'imnm-kg extract --format ttl' wrote")
        self._of_graph = {claim.iri.value: claim for claim in read_claims(graph)}
        self.entities = self._read_entities()
        self._undo: list[list[tuple[str, list[Triple]]]] = []
        self._saved, self._waiting = 0.0, False

    def _read_entities(self) -> Entities:
        return Entities(Index(self._blocks.triples(), self.graph))

    def _note(self, subject: str) -> None:
        whole, mark, _ = subject.partition("#")
        if mark and subject not in self._parts.setdefault(whole, []):
            self._parts[whole].append(subject)

    def triples(self, subject: str) -> list[Triple]:
        """Return what the file says of a subject."""
        return self._blocks.triples(subject)

    def whole(self, subject: str) -> dict[str, list[Triple]]:
        """Return the block of a subject and those of its parts (``…#quote``), by subject; none where there is none."""
        subjects = (subject, *self._parts.get(subject, ()))
        return {each: found for each in subjects if (found := self._blocks.triples(each))}

    def claims(self) -> list[Claim]:
        """Return the claims of the file, sorted by IRI."""
        return [self._claims[iri] for iri in sorted(self._claims)]

    def claim_of_graph(self, iri: NamedNode) -> Claim | None:
        """Return a claim as the graph has it."""
        return self._of_graph.get(iri.value)

    def claims_of_graph(self) -> list[Claim]:
        """Return all claims of the graph."""
        return list(self._of_graph.values())

    @cached_property
    def known(self) -> Entities:
        """Names and classes of what the graph describes, without the file."""
        return Entities(self.graph)

    def new_entities(self, nodes: Iterable[object]) -> list[NamedNode]:
        """Return those of some nodes that only the file describes, with the parts of regimens."""
        found: dict[NamedNode, None] = {}
        todo = list(nodes)
        while todo:
            node = todo.pop(0)
            if not isinstance(node, NamedNode) or node in found or self.known.is_known(node):
                continue
            if triples := self.triples(node.value):
                found[node] = None
                todo += [triple.object for triple in triples if triple.predicate == DCTERMS.hasPart]
        return list(found)

    def misnamed(self, claim: Claim) -> list[str]:
        """Say which new entity of a claim has a name that the graph cannot take in."""
        said = []
        for node in self.new_entities((claim.subject, claim.object, claim.population)):
            label = self.entities.label(node)
            others = [other for other in self.known.owners(label) if other != node]
            if others or denies(label):
                why = f"<{others[0].value}> has that name too" if others else "a name may have no negation"
                said.append(f"<{node.value}> is named “{label}”, and {why}")
        return said

    def cases(self) -> list[Case]:
        """Return every statement of the file with its claim, in the order of the documents."""
        found = [
            Case(claim, item) for claim in self._claims.values() for item in claim.evidence if item.role == "Statement"
        ]
        return sorted(
            found, key=lambda case: (case.item.document.value, case.item.start, case.item.end, case.claim.label)
        )

    def pending(self) -> list[Case]:
        """Return what nobody has decided on, here or elsewhere."""
        return [
            case for case in self.cases()
            if case.item.review_status == "Proposed" and not self.is_decided_elsewhere(case.item)
        ]  # fmt: skip

    def is_decided_elsewhere(self, item: Evidence) -> bool:
        """Tell whether the graph, or a file that was named, has a decision on a passage that is proposed here."""
        return item.review_status == "Proposed" and item.iri.value in self._decided

    def beside(self, case: Case) -> list[Evidence]:
        """Return the reviewed passages of the graph that state the same claim at the same place of the document."""
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
        wanted = text.strip("<>").removeprefix(BASE).replace("/", ":")
        kind, _, digits = wanted.rpartition(":")
        cases = self.cases() if _DIGITS.fullmatch(digits) else []
        found = [
            case for case in cases if kind in ("", "evidence") and case.item.iri.value.startswith(EVIDENCE + digits)
        ]
        if not found:
            found = [
                case for case in cases if kind in ("", "claim") and case.claim.iri.value.startswith(CLAIM + digits)
            ]
            several = len({case.claim.iri for case in found}) > 1
        else:
            several = len(found) > 1
        if several:
            raise ImnmError(
                "review-unknown", f"'{text}' is the start of several ids in {self.path}", "give more digits"
            )
        if not found:
            raise ImnmError("review-unknown", f"{self.path} has no evidence '{text}'", "see --list for the ids")
        return found

    def change(self, blocks: _Blocks, claims: Iterable[NamedNode]) -> None:
        """Write blocks, bring the labels of the claims in line, and save.

        Args:
            blocks: the triples of each subject that changes.
            claims: the claims whose evidence changes.

        Raises:
            ImnmError: ``file-unwritable``; ``review-changed`` when somebody else wrote the file in the meantime, so
                that no decision of theirs is lost.
        """
        before: list[tuple[str, list[Triple]]] = []

        def put(subject: str, triples: list[Triple]) -> None:
            before.append((subject, self._blocks.triples(subject)))
            self._blocks.put(subject, triples)
            self._note(subject)

        for subject, triples in blocks.items():
            put(subject, triples)
        if any("/entity/" in subject for subject in blocks):
            self.entities = self._read_entities()
        for iri in claims:
            self._reload(iri)
            label = Triple(iri, RDFS.label, Literal(self._label(self._claims[iri.value]), language="en"))
            put(iri.value, [*without(self._blocks.triples(iri.value), RDFS.label), label])
            self._reload(iri)
        self._undo.append(before)
        self._save()

    def _label(self, claim: Claim) -> str:
        own = {item.iri for item in claim.evidence}
        known = self._of_graph.get(claim.iri.value)
        others = [] if known is None else [item for item in known.evidence if item.iri not in own]
        return expected_label(replace(claim, evidence=(*claim.evidence, *others)), self.entities.index)

    def _reload(self, iri: NamedNode) -> None:
        triples = self._blocks.triples(iri.value)
        for triple in list(triples):
            if triple.predicate == IMNM.hasEvidence and isinstance(triple.object, NamedNode):
                triples += [each for block in self.whole(triple.object.value).values() for each in block]
        found = read_claims(triples)
        if found:
            self._claims[iri.value] = found[0]
        else:  # it had come with a decision that was taken back
            self._claims.pop(iri.value, None)

    def undo(self) -> bool:
        """Take the last change back, and tell whether there was one."""
        if not self._undo:
            return False
        changed = list(reversed(self._undo.pop()))
        for subject, triples in changed:
            self._blocks.put(subject, triples)
        for subject in dict.fromkeys(subject for subject, _ in changed if subject.startswith(CLAIM)):
            self._reload(NamedNode(subject))
        self._save()
        return True

    def _save(self) -> None:
        if self._waiting and time.monotonic() - self._saved < _SAVE_EVERY:
            return
        if _stamp(self.path) != self._stamp:
            what = "the file was changed by another program in the meantime; the last decision was not written"
            raise ImnmError("review-changed", what, "start the review again", Place(str(self.path)))
        write_atomically(self.path, self._blocks.text())
        self._saved, self._stamp = time.monotonic(), _stamp(self.path)

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Save now and then while many changes are made at once, and at the end, however it comes."""
        self._waiting = True
        try:
            yield
        finally:
            self._waiting = False
            if self._undo:
                self._save()
