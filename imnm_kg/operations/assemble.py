# SPDX-License-Identifier: Apache-2.0
"""Assemble: read ontology, mappings and graph files into one dataset of named graphs, as written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from pyoxigraph import BlankNode, NamedNode, Quad, Triple

from imnm_kg.errors import ImnmError, Place
from imnm_kg.model.claims import Claim, Index, expected_label, read_claims
from imnm_kg.model.findings import Finding
from imnm_kg.model.folders import Folders
from imnm_kg.model.namespaces import BASE, DOCUMENT, ENTITY, GRAPH, IMNM, SH
from imnm_kg.rdf.lexer import lex
from imnm_kg.rdf.reader import TurtleFile, read_turtle
from imnm_kg.rdf.sssom import mapping_triples, read_sssom

__all__ = ["Assembly", "assemble", "check_ids", "read_prefixes"]

_NOT_RELEASED = (IMNM.Proposed, IMNM.Rejected)


@dataclass(frozen=True)
class Assembly:
    """What the source files say.

    Attributes:
        quads: every triple in the graph of its file, reviewed claims only, literals as written.
        prefixes: the one list of prefixes.
        files: the Turtle files that were read.
        sources: every triple of the files, what is held back included.
        held_back: how many pieces of evidence are proposed or rejected and therefore left out.
    """

    quads: tuple[Quad, ...]
    prefixes: dict[str, str]
    files: tuple[TurtleFile, ...]
    sources: tuple[Quad, ...] = ()
    held_back: int = 0
    _places: dict[str, Place] = field(default_factory=dict)

    def place_of(self, iri: str) -> Place | None:
        """Return where the block of a subject stands; of a part of it (``#quote``), where the whole stands."""
        if not self._places:
            for file in self.files:
                for subject, place in file.subject_places().items():
                    self._places.setdefault(subject, place)
        return self._places.get(iri) or self._places.get(iri.split("#")[0])

    @cached_property
    def index(self) -> Index:
        """The triples by subject and predicate."""
        return Index(self.quads)

    @cached_property
    def source_claims(self) -> list[Claim]:
        """The claims of the files, proposed ones included, as they are written: without what is derived."""
        return read_claims(self.source_index)

    @cached_property
    def source_index(self) -> Index:
        """The triples of the files by subject and predicate, what is held back included."""
        return Index(self.sources) if self.held_back else self.index


def read_prefixes(folders: Folders) -> dict[str, str]:
    """Read the one list of prefixes, ``ontology/prefixes.ttl``."""
    path = folders.ontology / "prefixes.ttl"
    index = Index(read_turtle(path, folders.shown(path)).quads)
    found = {}
    for node in index.instances(SH.PrefixDeclaration):
        prefix, namespace = index.text(node, SH.prefix), index.text(node, SH.namespace)
        if prefix is not None and namespace is not None:
            found[prefix] = namespace
    return found


def assemble(folders: Folders) -> Assembly:
    """Read all source files.

    Raises:
        ImnmError: what is wrong with a file, with line and column; ``graph-blank-node`` for a blank node in
            ``graph/``.
    """
    files: list[TurtleFile] = []
    quads: list[Quad] = []
    for path in [*sorted(folders.ontology.glob("*.ttl")), *sorted(folders.graph.rglob("*.ttl"))]:
        file = read_turtle(path, folders.shown(path))
        in_graph = path.is_relative_to(folders.graph)
        if in_graph:
            _refuse_blank_nodes(file)
        base = folders.graph if in_graph else folders.ontology
        name = "ontology" if path.name == "imnm.ttl" else _graph_name(path, base)
        files.append(file)
        quads.extend(_in_graph(file.quads, name))
    for path in sorted((folders.ontology / "mappings").glob("*.sssom.tsv")):
        mappings = read_sssom(path, folders.shown(path))
        name = "mappings/" + path.name.removesuffix(".sssom.tsv")
        quads.extend(_in_graph(mapping_triples(mappings, IMNM.deniedMatch), name))
    quads = _without_repeats(quads)
    kept, held_back = _released(quads)
    return Assembly(tuple(kept), read_prefixes(folders), tuple(files), tuple(quads), held_back)


def _graph_name(path: Path, base: Path) -> str:
    name = path.relative_to(base).with_suffix("").as_posix()
    return "background" if name.startswith("background/") else name


def _in_graph(triples: Iterable[Triple], name: str) -> Iterable[Quad]:
    graph = GRAPH.term(name)
    return (Quad(triple.subject, triple.predicate, triple.object, graph) for triple in triples)


def _refuse_blank_nodes(file: TurtleFile) -> None:
    if any(isinstance(node, BlankNode) for triple in file.quads for node in (triple.subject, triple.object)):
        written = (x for x in lex(file.text, file.path) if x.kind == "bnode" or x.text in ("[", "("))
        places = (Place(file.path, token.line, token.column) for token in written)
        raise ImnmError(
            "graph-blank-node",
            "a file in graph/ has a blank node",
            "give the node an IRI, so that others can point at it",
            next(places, Place(file.path)),
        )


def _without_repeats(quads: list[Quad]) -> list[Quad]:
    """Leave out what a file proposes again of evidence that another file has with a decision."""
    proposed, decided = set[tuple[str, str]](), dict[str, set[str]]()
    for subject, status, graph in _said(quads, IMNM.reviewStatus):
        if status == IMNM.Proposed:
            proposed.add((subject, str(graph)))
        else:
            decided.setdefault(subject, set()).add(str(graph))
    again = {(iri, graph) for iri, graph in proposed if decided.get(iri, set()) - {graph}}
    return [quad for quad in quads if (_whole(quad.subject), str(quad.graph_name)) not in again] if again else quads


def _released(quads: list[Quad]) -> tuple[list[Quad], int]:
    """Leave out evidence that is proposed or rejected, claims that no other states, and what only they speak of."""
    left_out = {subject for subject, status, _ in _said(quads, IMNM.reviewStatus) if status in _NOT_RELEASED}
    if not left_out:
        return quads, 0
    count = len(left_out)
    statements = {subject for subject, role, _ in _said(quads, IMNM.role) if role == IMNM.Statement}
    evidence_of: dict[str, set[str]] = {}
    for subject, evidence, _ in _said(quads, IMNM.hasEvidence):
        assert isinstance(evidence, NamedNode)
        evidence_of.setdefault(subject, set()).add(evidence.value)
    for claim, passages in evidence_of.items():
        # An antecedent states nothing: without a statement beside it, it does not carry the claim.
        if passages & left_out and statements.isdisjoint(passages - left_out):
            left_out |= {claim, *passages}
    pairs = [(_whole(quad.subject), _whole(quad.object)) for quad in quads]
    left_out |= _spoken_of_by(left_out, pairs)
    kept = [quad for quad, pair in zip(quads, pairs, strict=True) if left_out.isdisjoint(pair)]
    return kept, count


def _said(quads: Iterable[Quad], predicate: NamedNode) -> Iterator[tuple[str, object, object]]:
    """Yield subject, object and graph of what is said with a predicate of something that has an IRI."""
    for quad in quads:
        if quad.predicate == predicate and isinstance(subject := quad.subject, NamedNode):
            yield subject.value, quad.object, quad.graph_name


def _whole(node: object) -> str:
    """Return the IRI of what a node is a part of (``…#quote``), or its own; of anything else an empty text."""
    if not isinstance(node, NamedNode):
        return ""
    return node.value.partition("#")[0] if node.value.startswith(BASE) else node.value


def _spoken_of_by(left_out: set[str], pairs: list[tuple[str, str]]) -> set[str]:
    """Return the entities and documents that only what is left out speaks of, directly or by one another."""
    # An entity that keeps the IRI of its own vocabulary is known by its source, a document.
    foreign = {subject for subject, object_ in pairs if object_.startswith(DOCUMENT) and not subject.startswith(BASE)}
    names: dict[str, set[str]] = {}
    for subject, object_ in pairs:
        if (object_.startswith((ENTITY, DOCUMENT)) or object_ in foreign) and subject != object_:
            names.setdefault(subject, set()).add(object_)
    named, todo = set[str](), set(left_out)
    while todo:
        todo = {name for subject in todo for name in names.get(subject, ())} - named
        named |= todo
    used = {name for subject, found in names.items() if subject not in left_out | named for name in found & named}
    while used:
        named -= used
        used = {name for subject in used for name in names.get(subject, ())} & named
    return named


def check_ids(assembly: Assembly) -> list[Finding]:
    """Compare the id of every claim and evidence, and the label of every claim, with what the content gives.

    Proposed claims are looked at too, so that a curator sees what is wrong before accepting one.
    """
    index = assembly.source_index
    findings = []
    for claim in assembly.source_claims:
        pairs = [(claim.iri, claim.expected_iri)]
        for item in claim.evidence:
            sha256 = index.text(item.document, IMNM.textSha256)
            if sha256 is not None:
                pairs.append((item.iri, item.expected_iri(claim.iri, sha256)))
        for is_, should in pairs:
            if is_ != should:
                message = (
                    f"the id {is_.value.rsplit('/', 1)[1]} does not fit the content: where the content is right, rename"
                    f" the node to {should.value.rsplit('/', 1)[1]}"
                )
                findings.append(Finding("id-differs", message, assembly.place_of(is_.value), is_.value))
        label = expected_label(claim, index)
        if claim.label != label:
            message = f"the label of the claim is “{claim.label}”; its content says “{label}”"
            findings.append(Finding("label-differs", message, assembly.place_of(claim.iri.value), claim.iri.value))
    return findings
