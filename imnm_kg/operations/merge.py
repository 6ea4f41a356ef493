# SPDX-License-Identifier: Apache-2.0
"""Merge: bring accepted claims into the files of the graph; what a person reviewed there is never overwritten.

What would keep the graph from being built is told and left out. Merging again changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Triple

from imnm_kg.errors import Place
from imnm_kg.model.claims import Claim, Evidence, expected_label
from imnm_kg.model.entities import FILES
from imnm_kg.model.findings import Finding
from imnm_kg.model.namespaces import DCTERMS, DOCUMENT, ENTITY, IMNM, RDF, RDFS, SKOS
from imnm_kg.model.proposals import Proposals, without
from imnm_kg.rdf.edit import BlockText
from imnm_kg.rdf.files import read_text

__all__ = ["Merge", "merge"]

_ABOUT = {
    "factors": "factors of a person by which a risk is judged",
    "populations": "populations that findings are about",
    "regimens": "regimens and their parts",
}


@dataclass(frozen=True)
class Merge:
    """What a merge does.

    Attributes:
        files: the new text of each file that changes, in the order in which they are to be written.
        findings: what was left out, and why.
        evidence: how many passages are new in the graph.
        known: how many accepted passages the graph had already.
    """

    files: dict[Path, str]
    findings: tuple[Finding, ...]
    evidence: int
    known: int


class _Graph:
    """The files of the graph that a merge touches, as they will be."""

    def __init__(self, folder: Path, prefixes: dict[str, str], version: str) -> None:
        self._folder, self._prefixes, self._version = folder, prefixes, version
        self._open: dict[Path, tuple[BlockText, str]] = {}
        claims = sorted((folder / "claims").glob("*.ttl"))
        self._texts = {path: path.read_text(encoding="utf-8") for path in claims}

    def file(self, kind: str, name: str) -> BlockText:
        """Return a file of the graph; one that does not exist starts with its header."""
        path = self._folder / kind / f"{name}.ttl"
        if path not in self._open:
            text = read_text(path) if path.exists() else ""
            imnm = f"@prefix imnm: <{IMNM}> ."
            about = _ABOUT.get(name, name.replace("-", " ")) if kind == "entities" else (
                "a source document" if kind == "documents" else f"claims of the document {name} with their evidence"
            )  # fmt: skip
            head = f"# SPDX-License-Identifier: CC-BY-4.0\n# imnm-kg {self._version}: {about}.\n\n{imnm}\n"
            self._open[path] = (BlockText(text or head, str(path), self._prefixes), text)
        return self._open[path][0]

    def holding(self, iri: NamedNode) -> list[BlockText]:
        """Return the files of claims that have a block of a claim or of evidence."""
        digits = iri.value.rsplit("/", 1)[1]
        for path, text in self._texts.items():
            if path not in self._open and digits in text:
                self.file("claims", path.stem)
        return [file for file, _ in self._open.values() if iri.value in file]

    def changed(self) -> dict[Path, str]:
        """Return the files that changed; what others name comes before what names it."""
        order = ("entities", "documents", "claims")
        found = sorted(self._open.items(), key=lambda pair: (order.index(pair[0].parent.name), pair[0]))
        return {path: new for path, (file, old) in found if (new := file.text()) != old and file.subjects()}


def merge(proposals: Proposals, folder: Path, prefixes: dict[str, str], version: str) -> Merge:
    """Return what merging the accepted evidence of a file makes of the graph; nothing is written.

    Args:
        proposals: the file, with the graph as it is.
        folder: the folder with ``claims/``, ``documents/`` and ``entities/``.
        prefixes: the one list of prefixes.
        version: the version to name at the top of new files.

    Raises:
        ImnmError: what is wrong with a file of the graph.
    """
    return _Merger(proposals, _Graph(folder, prefixes, version)).run()


class _Merger:
    """Holds what is known while a file is merged."""

    def __init__(self, proposals: Proposals, graph: _Graph) -> None:
        self._proposals, self._graph, self._index = proposals, graph, proposals.graph
        self._known = proposals.known
        self._place_of_file = Place(str(proposals.path))
        self._evidence = {item.iri: item for claim in proposals.claims_of_graph() for item in claim.evidence}
        self._stated: dict[tuple[object, ...], list[Claim]] = {}
        for claim in proposals.claims_of_graph():
            self._note(claim)
        self._findings: list[Finding] = []
        self._documents: dict[NamedNode, Counter[NamedNode]] = {}
        self._new = self._old = 0

    def _note(self, claim: Claim) -> None:
        if any(item.certainty == "Established" and item.review_status == "Reviewed" for item in claim.evidence):
            self._stated.setdefault(_question(claim), []).append(claim)

    def run(self) -> Merge:
        entities: dict[NamedNode, NamedNode] = {}
        for whole in self._proposals.claims():
            accepted = tuple(item for item in whole.evidence if item.review_status == "Reviewed")
            claim = replace(whole, evidence=accepted)
            if not any(item.role == "Statement" for item in accepted):
                continue
            if problems := list(self._problems(claim)):
                self._findings += problems
                continue
            self._note(claim)
            placed = [item for item in accepted if self._put(claim, item)]
            for item in placed:
                ends = [x for x in (claim.subject, claim.object) if isinstance(x, NamedNode)]
                self._documents.setdefault(item.document, Counter()).update(ends)
                entities |= dict.fromkeys(self._named_by(claim, item), item.document)
            if placed:
                self._relabel(claim, placed)
        for document, found in self._documents.items():
            self._describe(document, found)
        self._take_in(entities)
        return Merge(self._graph.changed(), tuple(self._findings), self._new, self._old)

    def _problems(self, claim: Claim) -> Iterator[Finding]:
        """Say what would keep the graph from being built with a claim."""
        where, entities = self._place_of_file, self._proposals.entities
        misfits = entities.misfits(claim)
        if claim.population is not None and not entities.is_a(claim.population, IMNM.Entity):
            misfits.append(f"its population <{claim.population.value}> is no entity")
        for misfit in misfits:
            message = f"“{claim.label}” was left out: {misfit}; mend it, or describe the entity in graph/entities/"
            yield Finding("merge-misfit", message, where, claim.iri.value)
        for other in self._stated.get(_question(claim), ()):
            established = any(item.certainty == "Established" for item in claim.evidence)
            if other.polarity != claim.polarity and established and not self._is_disputed(claim, other):
                message = (
                    f"“{claim.label}” was left out: it contradicts “{other.label}”; read both passages and mend the"
                    f" narrower claim, or declare a dispute from {_short(claim)} to {_short(other)} in graph/disputes/"
                )
                yield Finding("merge-contradiction", message, where, claim.iri.value)
        for document in sorted({item.document for item in claim.evidence}, key=str):
            stored = [index.text(document, IMNM.textSha256) for index in (self._index, entities.index)]
            here = [x for x in self._proposals.triples(document.value) if x.predicate == IMNM.textSha256]
            differs = stored[0] is not None and bool(here) and here[0].object != Literal(stored[0])
            if stored[1] is None or differs:
                what = "the graph has another text of" if differs else "neither file nor graph describes"
                message = f"“{claim.label}” was left out: {what} document {document.value.removeprefix(DOCUMENT)};"
                message += " curate the new text under another id" if differs else " extract again"
                yield Finding("merge-document", message, where, claim.iri.value)
        for why in self._proposals.misnamed(claim):
            yield Finding("merge-name", f"“{claim.label}” was left out: {why}; mend the claim", where, claim.iri.value)

    def _is_disputed(self, one: Claim, other: Claim) -> bool:
        ends = {one.iri, other.iri}
        disputes = self._index.instances(IMNM.Dispute)
        return any({self._index.node(x, IMNM.term("from")), self._index.node(x, IMNM.to)} == ends for x in disputes)

    def _named_by(self, claim: Claim, item: Evidence) -> Iterator[NamedNode]:
        """Yield what claim and passage name: also who extracted and reviewed it."""
        yield from (x for x in (claim.subject, claim.object, claim.population) if isinstance(x, NamedNode))
        for triples in self._proposals.whole(item.iri.value).values():
            for value in (triple.object for triple in triples):
                if isinstance(value, NamedNode) and value.value.startswith(ENTITY):
                    yield value

    def _put(self, claim: Claim, item: Evidence) -> bool:
        """Bring a passage into the graph; tell whether it is new there."""
        known = self._evidence.get(item.iri)
        if known is None or known.review_status == "Proposed":
            holding = self._graph.holding(item.iri) if known is not None else []
            file = holding[0] if holding else self._graph.file("claims", item.document.value.removeprefix(DOCUMENT))
            about = file.triples(claim.iri.value) or without(self._proposals.triples(claim.iri.value), IMNM.hasEvidence)
            file.put(claim.iri.value, [*about, Triple(claim.iri, IMNM.hasEvidence, item.iri)])
            for subject, triples in self._proposals.whole(item.iri.value).items():
                file.put(subject, triples)
            self._new += 1
            return True
        self._old += 1
        if known.review_status == "Rejected" or known.certainty != item.certainty:
            there = "rejected" if known.review_status == "Rejected" else (known.certainty or "").lower()
            message = (
                f"“{claim.label}”: the passage {item.start}-{item.end} of"
                f" {item.document.value.removeprefix(DOCUMENT)} is {(item.certainty or '').lower()} here and {there} in"
                f" the graph, which was left as it is; settle it there by hand ({_short(item)})"
            )
            self._findings.append(Finding("merge-conflict", message, self._place_of_file, item.iri.value))
        else:
            self._add_readers(item)
        return False

    def _add_readers(self, item: Evidence) -> None:
        """Add the reviews of others to a passage that only programs have read; a person's stays as it is."""
        index = self._index
        records = [node for node in index.objects(item.iri, IMNM.hasReview) if isinstance(node, NamedNode)]
        if any(index.node(node, IMNM.agentKind) == IMNM.PersonAgent for node in records):
            return
        readers = {index.node(node, IMNM.reviewer) for node in records}
        number = max((int(x.value.rpartition("-")[2]) for x in records if x.value[-1].isdecimal()), default=0)
        for subject, triples in self._proposals.whole(item.iri.value).items():
            reviewer = [triple.object for triple in triples if triple.predicate == IMNM.reviewer]
            accepts = any(triple.object == IMNM.Reviewed for triple in triples)
            if "#review-" in subject and accepts and reviewer and reviewer[0] not in readers:
                number += 1
                node = NamedNode(f"{item.iri.value}#review-{number}")
                for file in self._graph.holding(item.iri)[:1]:
                    file.put(node.value, [Triple(node, x.predicate, x.object) for x in triples])
                    link = Triple(item.iri, IMNM.hasReview, node)
                    file.put(item.iri.value, [*file.triples(item.iri.value), link])

    def _relabel(self, claim: Claim, placed: list[Evidence]) -> None:
        """Give a claim the label that all its evidence asks for, in every file that has it."""
        known = self._proposals.claim_of_graph(claim.iri)
        passages = {item.iri: item for item in (() if known is None else known.evidence)}
        passages |= {item.iri: item for item in placed}
        words = expected_label(replace(claim, evidence=tuple(passages.values())), self._proposals.entities.index)
        label = Triple(claim.iri, RDFS.label, Literal(words, language="en"))
        for file in self._graph.holding(claim.iri):
            file.put(claim.iri.value, [*without(file.triples(claim.iri.value), RDFS.label), label])

    def _describe(self, document: NamedNode, ends: Counter[NamedNode]) -> None:
        """Bring a new document in; it is about what the accepted claims are about."""
        if self._index.text(document, IMNM.textSha256) is not None:
            return
        entities, file = self._proposals.entities, self._graph.file("documents", document.value.removeprefix(DOCUMENT))
        blocks = self._proposals.whole(document.value)
        about = [x.object for x in blocks[document.value] if x.predicate == IMNM.isAbout and x.object in ends]
        if not about:
            named = [node for node in ends if entities.is_a(node, IMNM.Entity)]
            about = [max(named, key=lambda node: (entities.is_a(node, IMNM.Disease), ends[node]))]
        links = [Triple(document, IMNM.isAbout, node) for node in about]
        blocks[document.value] = [*without(blocks[document.value], IMNM.isAbout), *links]
        for subject, triples in blocks.items():
            file.put(subject, triples)

    def _take_in(self, entities: dict[NamedNode, NamedNode]) -> None:
        """Bring new entities into the files of their kinds, each name with one of them."""
        new = {node: document for given, document in entities.items() for node in self._proposals.new_entities([given])}
        labels = {self._proposals.entities.label(node).casefold(): node for node in new}
        for node, document in new.items():
            kept: list[Triple] = []
            sources: list[Triple] = []
            for triple in self._proposals.triples(node.value):
                value = triple.object
                if triple.predicate == DCTERMS.source:
                    known = isinstance(value, NamedNode) and self._index.text(value, IMNM.textSha256) is not None
                    sources += [triple] if known or value in self._documents else []
                elif triple.predicate in (SKOS.altLabel, IMNM.abbreviation):
                    assert isinstance(value, Literal)
                    name = value.value.casefold()
                    free = labels.setdefault(name, node) == node and not self._known.owners(name)
                    kept += [triple] if free else []
                else:
                    kept.append(triple)
            kept += sources or [Triple(node, DCTERMS.source, document)]
            self._graph.file("entities", _file_of(kept)).put(node.value, kept)


def _file_of(triples: Iterable[Triple]) -> str:
    classes = [
        x.object.value.removeprefix(IMNM)
        for x in triples
        if x.predicate == RDF.type and isinstance(x.object, NamedNode)
    ]
    return next((FILES[name] for name in classes if name in FILES), "others")


def _question(claim: Claim) -> tuple[object, ...]:
    """Return what a claim and its denial have in common."""
    return claim.subject, claim.predicate, claim.object, claim.population or claim.object


def _short(node: Claim | Evidence) -> str:
    return ":".join(node.iri.value.rsplit("/", 2)[1:])
