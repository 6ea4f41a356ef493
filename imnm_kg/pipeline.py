# SPDX-License-Identifier: Apache-2.0
"""The main jobs, composed of the single operations: a build of the graph, and the desk for reviews of proposals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode, Quad

from imnm_kg.errors import counted
from imnm_kg.model.claims import Claim, GuardException, Index, read_claims
from imnm_kg.model.documents import SourceText, read_source_texts
from imnm_kg.model.findings import Finding
from imnm_kg.model.folders import Folders
from imnm_kg.model.namespaces import BASE, DOCUMENT, OWL
from imnm_kg.model.proposals import Case, Proposals, decided_in
from imnm_kg.model.report import Report, report_turtle
from imnm_kg.model.stored_query import list_queries
from imnm_kg.operations.assemble import Assembly, assemble, check_ids
from imnm_kg.operations.check import check
from imnm_kg.operations.guard import CuePlace, Cues, guard, guard_passage, read_cues
from imnm_kg.operations.infer import infer
from imnm_kg.operations.merge import Merge, merge
from imnm_kg.operations.publish import render_release
from imnm_kg.operations.quality import quality, read_sources, shape_faults
from imnm_kg.operations.verify import Verification, verify
from imnm_kg.rdf.reader import read_turtle

if TYPE_CHECKING:
    from imnm_kg.model.inputs import Data

__all__ = [
    "Audit", "Build", "Dataset", "Desk", "Examination", "audit", "build", "data_of", "derive", "open_desk",
    "verify_documents",
]  # fmt: skip

Say = Callable[[str], None]


@dataclass(frozen=True)
class Dataset:
    """The assembled sources with all that follows from them."""

    assembly: Assembly
    quads: tuple[Quad, ...]
    claims: tuple[Claim, ...]
    version: str


@dataclass(frozen=True)
class Audit:
    """All that can be found in the sources without a reasoner.

    Attributes:
        dataset: the sources with all that follows from them.
        report: what the shapes find.
        findings: what everything else finds: ids, checks, guard, quotes, quality, and the shapes looked at themselves.
        notes: what was not done, and why.
    """

    dataset: Dataset
    report: Report
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]

    @property
    def clean(self) -> bool:
        """Whether nothing stands against a release: no finding, and no violation of a shape."""
        return not self.findings and not self.report.violations


@dataclass(frozen=True)
class Build:
    """A build: its files by name, what was found, and what was left out.

    Attributes:
        files: the release, none if there are findings.
        findings: what is wrong; a build with findings is not written.
        report: the SHACL report, none when validation was left out.
        notes: what was not done, and why.
    """

    files: dict[str, str]
    findings: tuple[Finding, ...]
    report: Report | None
    notes: tuple[str, ...]


def derive(folders: Folders, say: Say = lambda _: None) -> Dataset:
    """Assemble the sources and draw all inferences."""
    assembly = assemble(folders)
    say(f"assembled {counted(len(assembly.files), 'file')}: {len(assembly.quads):,} triples")
    if assembly.held_back:
        say(f"left out {assembly.held_back} pieces of evidence that are proposed or rejected")
    inferences = infer(assembly.quads, list_queries(folders.queries, "rule"))
    say(f"inferred {len(inferences)} statements")
    derived = (quad for inference in inferences for quad in inference.quads())
    quads = tuple(dict.fromkeys([*assembly.quads, *derived]))
    version = assembly.index.text(NamedNode(f"{BASE}ontology"), OWL.versionInfo) or "0"
    return Dataset(assembly, quads, tuple(read_claims(quads)), version)


def verify_documents(folders: Folders, dataset: Dataset, documents: Path) -> tuple[Verification, list[Finding]]:
    """Verify every quote and run the guard; returns both results."""
    texts = read_source_texts(documents)
    # Proposed claims are verified too: a curator must know before accepting one.
    assembly = dataset.assembly
    result = verify(assembly.source_claims, assembly.source_index, texts, assembly.place_of)
    return result, _guard(folders, dataset, texts)


def _guard(folders: Folders, dataset: Dataset, texts: Mapping[str, SourceText]) -> list[Finding]:
    path = folders.ontology / "lexicon" / "guard-cues.tsv"
    return guard(dataset.assembly.source_claims, texts, read_cues(path, folders.shown(path)), dataset.assembly.place_of)


def build(
    folders: Folders,
    documents: Path | None = None,
    *,
    with_reasoner: bool = True,
    with_shapes: bool = True,
    say: Say = lambda _: None,
) -> Build:
    """Run the main job; nothing is written here.

    Args:
        folders: where the data folders are.
        documents: the folder with the documents' texts; without it quotes are not verified.
        with_reasoner: let HermiT check the projection.
        with_shapes: validate with the shapes.
        say: told what was done, one line a step.
    """
    dataset = derive(folders, say)
    findings, notes = _look(folders, dataset, documents, say)
    # An inconsistent graph is told by the checks, with both quotes; a reasoner would only say that it is one.
    if with_reasoner and not findings:
        findings += _reason(dataset, say, notes)
    report = _validate(folders, dataset, say) if with_shapes else None
    if report is not None:
        findings += _violations(report)
    files: dict[str, str] = {}
    if not findings:
        files = render_release(dataset.quads, dataset.claims, dataset.assembly.prefixes, dataset.version)
        if report is not None:
            header = ["# SPDX-License-Identifier: CC-BY-4.0", f"# imnm-kg {dataset.version}: validation report."]
            files["report.ttl"] = report_turtle(report, dataset.assembly.prefixes, header)
    return Build(files, tuple(findings), report, tuple(notes))


def _look(folders: Folders, dataset: Dataset, documents: Path | None, say: Say) -> tuple[list[Finding], list[str]]:
    """Look at ids, run the checks, and verify and guard the quotes; returns the findings, and what was not done."""
    assembly = dataset.assembly
    findings = check_ids(assembly)
    findings += check(dataset.quads, list_queries(folders.queries, "check"), assembly.place_of, assembly.prefixes)
    say("ran the checks")
    if documents is None:
        note = "no quote was verified and the guard did not run on the sentences around the quotes"
        return findings + _guard(folders, dataset, {}), [f"without --documents {note}"]
    result, cut = verify_documents(folders, dataset, documents)
    say(f"verified {counted(result.checked, 'quote')} in {counted(len(result.documents), 'document')}")
    return [*findings, *result.findings, *cut], []


def audit(folders: Folders, documents: Path | None = None, *, engine: str = "fast", say: Say = lambda _: None) -> Audit:
    """Find all that is wrong in the sources; nothing is written, and no Java is needed.

    Args:
        folders: where the data folders are.
        documents: the folder with the documents' texts; without it quotes are not verified.
        engine: what validates: ``fast`` or ``pyshacl``.
        say: told what was done, one line a step.

    Raises:
        ImnmError: when a file cannot be read, or the shapes cannot be used.
    """
    dataset = derive(folders, say)
    findings, notes = _look(folders, dataset, documents, say)
    sources, assembly = read_sources(folders), dataset.assembly
    findings += quality(sources, assembly.files, assembly.source_index, assembly.prefixes)
    findings += shape_faults(sources, assembly.files, dataset.quads)
    say("looked at prefixes, mappings, shapes and queries")
    return Audit(dataset, _validate(folders, dataset, say, engine), tuple(findings), tuple(notes))


def _reason(dataset: Dataset, say: Say, notes: list[str]) -> list[Finding]:
    from imnm_kg.operations.reason import java_missing, reason

    if sentence := java_missing():
        notes.append(sentence)
        return []
    result = reason(dataset.quads)
    if result.consistent:
        say(f"HermiT: consistent, no class without a possible member ({result.triples:,} triples)")
        return []
    if result.unsatisfiable:
        return [
            Finding(
                "reason-unsatisfiable",
                f"no individual can ever belong to the class <{iri}>: mend its axioms",
                dataset.assembly.place_of(iri),
                iri,
            )
            for iri in result.unsatisfiable
        ]
    message = "HermiT finds the graph inconsistent: a type, an edge or a negative assertion breaks an axiom"
    return [Finding("reason-inconsistent", message)]


def data_of(dataset: Dataset) -> Data:
    """Give a dataset as what can be validated, with the files that its triples stand in."""
    from imnm_kg.model.inputs import Data
    from imnm_kg.rdf.files import Source
    from imnm_kg.shacl import DataGraph

    sources = tuple(Source(file.path, text=file.text) for file in dataset.assembly.files)
    return Data(DataGraph(dataset.quads), sources, dataset.assembly.prefixes, not dataset.quads)


def _validate(folders: Folders, dataset: Dataset, say: Say, engine: str = "fast") -> Report:
    from imnm_kg.model.inputs import read_shapes
    from imnm_kg.model.placing import place_results
    from imnm_kg.operations.validate import validate

    data = data_of(dataset)
    report = place_results(validate(data, read_shapes([folders.shapes]), engine), data)
    say(f"validated with the shapes: {counted(len(report.results), 'result')}")
    return report


def _violations(report: Report) -> list[Finding]:
    return [
        Finding(f"shacl-{result.component}", f"{result.message} ({result.focus})", result.place, result.focus[1:-1])
        for result in report.results
        if result.rank == 0
    ]


@dataclass(frozen=True)
class Examination:
    """What stands against accepting a case.

    Attributes:
        objections: what only mending or rejecting can settle.
        cues: the words that a reason must be given for, each with what the guard says of it.
        notes: what is good to know.
    """

    objections: tuple[str, ...]
    cues: tuple[tuple[CuePlace, str], ...]
    notes: tuple[str, ...]

    def exceptions(self, reason: str) -> list[GuardException]:
        """Return a guard exception for each of the words, all with one reason."""
        return [GuardException(cue.word, cue.start, cue.end, reason) for cue, _ in self.cues]


@dataclass(frozen=True)
class Desk:
    """A file of proposed claims with all that a reviewer needs beside it."""

    proposals: Proposals
    texts: Mapping[str, SourceText]
    cues: Cues
    assembly: Assembly
    graph: Path

    def examine(self, case: Case) -> Examination:
        """Hold a case against the guard, the ontology and the text."""
        claim, item = case
        known = self.proposals.entities
        text = self.texts.get(item.document.value.removeprefix(DOCUMENT))
        objections = [*known.misfits(claim), *self.proposals.misnamed(claim)]
        if text is not None and text.text[item.start : item.end] != item.quote:
            objections.append(f"the quote is not at {item.start}-{item.end} of {text.path}: it is another text")
        cues: dict[CuePlace, str] = {}
        for concern in guard_passage(claim, item, text, self.cues):
            if not concern.cues:
                objections.append(concern.finding.message)
            for cue in concern.cues:
                cues.setdefault(cue, concern.finding.message)
        notes = [
            f"the graph states this at {x.start}-{x.end} already: “{x.quote}”" for x in self.proposals.beside(case)
        ]
        return Examination(tuple(objections), tuple(cues.items()), tuple(notes))

    def merge(self) -> Merge:
        """Return what merging the accepted evidence makes of the graph; nothing is written."""
        version = self.assembly.source_index.text(NamedNode(f"{BASE}ontology"), OWL.versionInfo) or "0"
        return merge(self.proposals, self.graph, self.assembly.prefixes, version)


def open_desk(folders: Folders, path: Path, documents: Path | None = None, known: Iterable[Path] = ()) -> Desk:
    """Open a file of proposed claims for review.

    Args:
        folders: where ontology and graph are.
        path: the file.
        documents: the folder of the documents' texts; without it the guard sees the quotes only.
        known: other files with decisions, which are not asked again.

    Raises:
        ImnmError: what is wrong with one of the files.
    """
    texts = {} if documents is None else read_source_texts(documents)
    assembly = assemble(folders)
    decided = decided_in(assembly.source_index)
    for other in known:
        decided |= decided_in(Index(read_turtle(other).quads))
    proposals = Proposals(path, assembly.source_index, assembly.prefixes, decided)
    cues = folders.ontology / "lexicon" / "guard-cues.tsv"
    return Desk(proposals, texts, read_cues(cues, folders.shown(cues)), assembly, folders.graph)
