# SPDX-License-Identifier: Apache-2.0
"""A validation report for people and programs: each result with its place, the label of its node, and an identity."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from imnm_kg.errors import Place
from imnm_kg.model.findings import Finding
from imnm_kg.model.namespaces import BASE
from imnm_kg.shacl.report import Report as FoundReport
from imnm_kg.shacl.report import Result as FoundResult
from imnm_kg.shacl.vocabulary import Term, sh

__all__ = ["SEVERITIES", "Report", "Result", "fails", "identity_of", "report_turtle", "results_of"]

SEVERITIES = ("Violation", "Warning", "Info")
"""The severities of the standard, the severest first. One that shapes make up themselves counts as a violation."""


class Result(NamedTuple):
    """One result: every term in N-Triples form, empty where absent.

    Attributes:
        severity: ``Violation``, ``Warning`` or ``Info``, or the IRI of a severity of the shapes' own.
        focus: the focus node.
        path: the property path, as SPARQL writes it.
        value: the value that is at fault.
        component: the local name of the constraint component.
        shape: the source shape; for one without a name the nearest that has one.
        message: what to do, as the shape says it.
        place: where the triple stands that is at fault, or its subject, in the file that the user gave.
        label: what the focus node is called in the data.
        name: the focus node, or for one without a name the way to it from the nearest that has one.
        identity: what makes it the same result in another run, whatever the lines and the order of files.
        known: whether a baseline has it.
        source: the result as the engine gave it.
    """

    severity: str
    focus: str
    path: str
    value: str
    component: str
    shape: str
    message: str
    place: Place | None = None
    label: str = ""
    name: str = ""
    identity: str = ""
    known: bool = False
    source: FoundResult | None = None

    @property
    def rank(self) -> int:
        """How severe it is; 0 is the severest."""
        return SEVERITIES.index(self.severity) if self.severity in SEVERITIES else 0


class Report(NamedTuple):
    """All results, sorted: the severest first, then by focus node.

    Attributes:
        results: the results.
        focus_nodes: how many nodes were looked at because a target chose them.
        triples: how many triples the data has; None for data behind an endpoint.
        notes: what a reader must know beside the results, one sentence each.
    """

    results: tuple[Result, ...]
    focus_nodes: int = 0
    triples: int | None = 0
    notes: tuple[str, ...] = ()

    @property
    def conforms(self) -> bool:
        """Whether there is no result at all, of whatever severity, as the standard defines it."""
        return not self.results

    @property
    def violations(self) -> int:
        """How many results are violations."""
        return sum(result.rank == 0 for result in self.results)

    @property
    def counts(self) -> Counter[str]:
        """How many results there are of each severity."""
        return Counter(result.severity for result in self.results)

    def failing(self, fail_on: str = "violation") -> int:
        """Count the results that make the command fail: new ones, at least as severe as said.

        Args:
            fail_on: ``violation``, ``warning`` or ``info``.
        """
        return sum(not result.known and fails(result, fail_on) for result in self.results)

    @staticmethod
    def of(
        results: Iterable[Result], focus_nodes: int = 0, triples: int | None = 0, notes: tuple[str, ...] = ()
    ) -> Report:
        """Sort results into a report; the order does not depend on names that a parser made up."""

        def key(result: Result) -> tuple[int, str, str, str, str, str, str]:
            return (
                result.rank, result.severity, result.name or result.focus, result.path,
                "" if result.value.startswith("_:") else result.value, result.shape, result.component,
            )  # fmt: skip

        return Report(tuple(sorted(results, key=key)), focus_nodes, triples, notes)

    def to_triples(self) -> Iterator[Triple]:
        """Give the report in the vocabulary of SHACL; blank nodes of data and shapes are numbered anew."""
        labels: dict[BlankNode, BlankNode] = {}

        def plain(term: Term) -> Term:
            return labels.setdefault(term, BlankNode(f"n{len(labels)}")) if isinstance(term, BlankNode) else term

        sources = [result.source for result in self.results if result.source is not None]
        again = [
            each._replace(
                focus=plain(each.focus),
                value=None if each.value is None else plain(each.value),
                shape=plain(each.shape),
                constraint=None if each.constraint is None else plain(each.constraint),
            )
            for each in sources
        ]
        return FoundReport(tuple(again), self.focus_nodes).triples()


def results_of(findings: Iterable[Finding]) -> Iterator[Result]:
    """Turn findings of other checks than shapes into results, so that one report has them all."""
    for finding in findings:
        subject = NamedNode(finding.subject or f"{BASE}dataset")
        check = NamedNode(f"{BASE}docs/errors#{finding.code}")
        identity = identity_of([finding.code, finding.message])
        message = Literal(finding.message, language="en")
        source = FoundResult(sh("Violation"), subject, None, None, check, check, None, (message,), True)
        yield Result(
            "Violation", str(subject), "", "", finding.code, "", finding.message, finding.place,
            name=str(subject), identity=identity, source=source,
        )  # fmt: skip


def identity_of(parts: Sequence[str]) -> str:
    """Give what tells a result from others, the same in every run, of what it says apart from lines and order."""
    import hashlib  # here and below: a report without results needs none of it, and start-up is felt on every call
    import json

    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def fails(result: Result, fail_on: str) -> bool:
    """Tell whether a result is at least as severe as said."""
    return result.rank <= SEVERITIES.index(fail_on.capitalize())


def report_turtle(report: Report, prefixes: Mapping[str, str], header: Iterable[str] = ()) -> str:
    """Write the report as Turtle; the same report gives the same bytes."""
    from imnm_kg.rdf.turtle import used_prefixes, write_turtle

    triples = list(report.to_triples())
    # With an order, labels need not be made canonical, which takes long for thousands of results; they are so already.
    return write_turtle(triples, used_prefixes(triples, prefixes), header=list(header), order=["_:report"])
