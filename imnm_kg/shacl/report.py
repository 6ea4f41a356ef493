# SPDX-License-Identifier: Apache-2.0
"""The report of a validation: its results as values, and as a ``sh:ValidationReport``."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from imnm_kg.shacl.frozen import Frozen
from imnm_kg.shacl.paths import Alternative, Inverse, Path, Predicate, Repeated, Sequence
from imnm_kg.shacl.vocabulary import FALSE, TRUE, Term, rdf, sh

__all__ = ["Report", "Result"]

_SEVERITIES = (sh("Violation"), sh("Warning"), sh("Info"))
_REPEATED = {"*": "zeroOrMorePath", "+": "oneOrMorePath", "?": "zeroOrOnePath"}


class Result(NamedTuple):
    """One result.

    Attributes:
        severity: ``sh:Violation``, ``sh:Warning``, ``sh:Info`` or an IRI of the shapes' own.
        focus: the node that was looked at.
        path: the path from it to the value, if there is one.
        value: the value at fault, if it is one.
        component: the constraint component.
        shape: the shape.
        constraint: the node of the constraint, for one in SPARQL.
        messages: what to say, one a language.
        own_message: whether the shapes gave the messages, and not this library.
    """

    severity: NamedNode
    focus: Term
    path: Path | None
    value: Term | None
    component: NamedNode
    shape: Term
    constraint: Term | None
    messages: tuple[Literal, ...]
    own_message: bool

    def sort_key(self) -> tuple[int, str, str, str, str, str, str]:
        """Give the place of a result: the severest first, then by focus node."""
        rank = _SEVERITIES.index(self.severity) if self.severity in _SEVERITIES else len(_SEVERITIES)
        path, value = "" if self.path is None else str(self.path), "" if self.value is None else str(self.value)
        return rank, str(self.focus), path, value, str(self.shape), self.component.value, str(self.constraint)


class Report(Frozen):
    """The results of a validation, in order.

    Attributes:
        results: the results.
        focus_nodes: how many nodes were looked at because a target chose them.
        by_store: for data behind an endpoint, the components whose judgement rests on how its store writes literals.
    """

    results: tuple[Result, ...]
    focus_nodes: int
    by_store: tuple[str, ...] = ()

    @cached_property
    def conforms(self) -> bool:
        """Whether there is no result, of whatever severity."""
        return not self.results

    def triples(self) -> Iterator[Triple]:
        """Write the report in the vocabulary of SHACL; its nodes are blank, numbered in the order of the results."""
        report = BlankNode("report")
        yield Triple(report, rdf("type"), sh("ValidationReport"))
        yield Triple(report, sh("conforms"), TRUE if self.conforms else FALSE)
        for number, result in enumerate(self.results):
            node = BlankNode(f"result{number}")
            yield Triple(report, sh("result"), node)
            yield Triple(node, rdf("type"), sh("ValidationResult"))
            yield Triple(node, sh("resultSeverity"), result.severity)
            yield Triple(node, sh("sourceConstraintComponent"), result.component)
            yield Triple(node, sh("sourceShape"), result.shape)
            yield Triple(node, sh("focusNode"), result.focus)
            if result.path is not None:
                path, parts = _path_triples(result.path, f"{node.value}p")
                yield Triple(node, sh("resultPath"), path)
                yield from parts
            if result.value is not None:
                yield Triple(node, sh("value"), result.value)
            if result.constraint is not None:
                yield Triple(node, sh("sourceConstraint"), result.constraint)
            for message in result.messages:
                yield Triple(node, sh("resultMessage"), message)


def _path_triples(path: Path, label: str) -> tuple[NamedNode | BlankNode, list[Triple]]:
    node = BlankNode(label)
    match path:
        case Predicate():
            return path.iri, []
        case Inverse():
            inner, below = _path_triples(path.path, f"{label}i")
            return node, [Triple(node, sh("inversePath"), inner), *below]
        case Repeated():
            inner, below = _path_triples(path.path, f"{label}r")
            return node, [Triple(node, sh(_REPEATED[path.mark]), inner), *below]
        case Sequence():
            return _list_triples(path.paths, label)
        case Alternative():
            head, below = _list_triples(path.paths, f"{label}a")
            return node, [Triple(node, sh("alternativePath"), head), *below]


def _list_triples(paths: tuple[Path, ...], label: str) -> tuple[BlankNode, list[Triple]]:
    found: list[Triple] = []
    for number, path in enumerate(paths):
        cell = BlankNode(f"{label}{number}")
        rest = BlankNode(f"{label}{number + 1}") if number + 1 < len(paths) else rdf("nil")
        inner, below = _path_triples(path, f"{label}{number}x")
        found += [Triple(cell, rdf("first"), inner), Triple(cell, rdf("rest"), rest), *below]
    return BlankNode(f"{label}0"), found
