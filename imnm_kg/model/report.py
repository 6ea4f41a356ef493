# SPDX-License-Identifier: Apache-2.0
"""A validation report: results of SHACL, as values, in an order that does not depend on the engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from imnm_kg.errors import Place
from imnm_kg.model.namespaces import RDF, SH, XSD
from imnm_kg.rdf.turtle import used_prefixes, write_turtle

__all__ = ["Report", "Result", "report_triples", "report_turtle"]

SEVERITIES = ("Violation", "Warning", "Info")


@dataclass(frozen=True, order=True)
class Result:
    """One result: every term in N-Triples form, empty where absent.

    Attributes:
        severity: ``Violation``, ``Warning`` or ``Info``.
        focus: the focus node.
        path: the property path; a complex one as its text in Turtle.
        value: the value that is at fault.
        component: the local name of the constraint component.
        shape: the source shape.
        message: what to do, as the shape says it.
        place: where the focus node stands in the file that the user gave.
    """

    severity: str
    focus: str
    path: str
    value: str
    component: str
    shape: str
    message: str
    place: Place | None = None


@dataclass(frozen=True)
class Report:
    """All results, sorted: violations first, then by focus node."""

    results: tuple[Result, ...]

    @property
    def conforms(self) -> bool:
        """Whether there is no result at all, of whatever severity, as the standard defines it."""
        return not self.results

    @property
    def violations(self) -> int:
        """How many results are violations."""
        return sum(result.severity == "Violation" for result in self.results)

    @staticmethod
    def of(results: Iterable[Result]) -> Report:
        """Sort results into a report."""

        def key(result: Result) -> tuple[int, str, str, str, str, str]:
            rank = SEVERITIES.index(result.severity) if result.severity in SEVERITIES else len(SEVERITIES)
            return rank, result.focus, result.path, result.value, result.shape, result.component

        return Report(tuple(sorted(results, key=key)))


def _node(text: str) -> NamedNode | BlankNode | Literal | None:
    if text.startswith("<"):
        return None if ">" in text[:-1] else NamedNode(text[1:-1])  # a path may be a row of IRIs
    if text.startswith("_:"):
        return BlankNode(text[2:])
    if text.startswith('"'):
        from pyoxigraph import RdfFormat, parse

        triple = next(iter(parse(f"<x:s> <x:p> {text} .", format=RdfFormat.N_TRIPLES)))
        return triple.object if isinstance(triple.object, Literal) else None
    return None


def report_triples(report: Report) -> list[Triple]:
    """Return the report in the vocabulary of SHACL."""
    node = BlankNode("report")
    conforms = Literal("true" if report.conforms else "false", datatype=XSD.boolean)
    triples = [Triple(node, RDF.type, SH.ValidationReport), Triple(node, SH.conforms, conforms)]
    for number, result in enumerate(report.results):
        each = BlankNode(f"result{number}")
        triples += [Triple(node, SH.result, each), Triple(each, RDF.type, SH.ValidationResult)]
        triples.append(Triple(each, SH.resultSeverity, SH.term(result.severity)))
        triples.append(Triple(each, SH.sourceConstraintComponent, SH.term(f"{result.component}ConstraintComponent")))
        if result.message:
            triples.append(Triple(each, SH.resultMessage, Literal(result.message)))
        for predicate, text in (
            (SH.focusNode, result.focus), (SH.resultPath, result.path), (SH.value, result.value),
            (SH.sourceShape, result.shape),
        ):  # fmt: skip
            if (term := _node(text)) is not None:
                triples.append(Triple(each, predicate, term))
    return triples


def report_turtle(report: Report, prefixes: Mapping[str, str], header: Iterable[str] = ()) -> str:
    """Write the report as Turtle; the same report gives the same bytes."""
    triples = report_triples(report)
    return write_turtle(triples, used_prefixes(triples, prefixes), header=list(header))
