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
from imnm_kg.model.entities import FILES, Entities, denies
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
        files = [self.file("claims", path.stem) for path, text in self._texts.items() if digits in text]
        files += [file for path, (file, _) in self._open.items() if path not in self._texts]
        return [file for file in files if iri.value in file]

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
        self._proposals, self._graph = proposals, graph
        self._index = proposals.graph
        self._known = Entities(proposals.graph)
        self._evidence = {item.iri: item for claim in proposals.claims_of_graph() for item in claim.evidence}
        self._stated: dict[tuple[object, ...], list[Claim]] = {}
        for claim in proposals.claims_of_graph():
            if _is_established(claim):
                self._stated.setdefault(_question(claim), []).append(claim)
        self._findings: list[Finding] = []
        self._documents: dict[NamedNode, Counter[NamedNode]] = {}
        self._names: dict[str, NamedNode] = {}
        self._new = self._old = 0

    def run(self) -> Merge:
        entities: dict[NamedNode, NamedNode] = {}
        for claim in self._proposals.claims():
            accepted = tuple(item for item in claim.evidence if item.review_status == "Reviewed")
            claim = replace(claim, evidence=accepted)
            if not any(item.role == "Statement" for item in accepted):
                continue
            problems = list(self._problems(claim))
            self._findings += problems
            if problems:
                continue
            if _is_established(claim):
                self._stated.setdefault(_question(claim), []).append(claim)
            for item in accepted:
                if self._place(claim, item):
                    self._count(claim, item.document)
                    entities |= dict.fromkeys(self._named(claim, item), item.document)
            self._relabel(claim)
        for document, ends in self._documents.items():
            self._describe(document, ends)
        self._take_in(entities)
        return Merge(self._graph.changed(), tuple(self._findings), self._new, self._old)

    def _finding(self, code_message: tuple[str, str], claim: Claim) -> Finding:
        code, message = code_message
        where = Place(str(self._proposals.path))
        if code == "merge-contradiction":
            return Finding("merge-contradiction", message, where, claim.iri.value)
        if code == "merge-document":
            return Finding("merge-document", message, where, claim.iri.value)
        return Finding("merge-name", message, where, claim.iri.value)
