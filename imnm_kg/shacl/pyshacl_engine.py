# SPDX-License-Identifier: Apache-2.0
"""The reference validator, pySHACL, behind the same face as the engine of this package.

Whoever imports this module imports rdflib and pySHACL, so it is imported only where somebody asks for it.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import pyshacl
import rdflib
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple
from pyparsing import ParseBaseException
from pyshacl.errors import ReportableRuntimeError
from rdflib.plugins.sparql import prepareQuery

from imnm_kg.errors import ImnmError
from imnm_kg.rdf.sparql import undeclared_prefixes
from imnm_kg.shacl.columns import DataGraph
from imnm_kg.shacl.rdflib_bridge import from_rdflib, rdflib_graph
from imnm_kg.shacl.report import Report, Result
from imnm_kg.shacl.shapes_graph import ShapesGraph
from imnm_kg.shacl.vocabulary import SH, rdf, sh

__all__ = ["validate_by_pyshacl"]


def validate_by_pyshacl(data: DataGraph, shapes: Sequence[Quad]) -> Report:
    """Validate some data; how many focus nodes there are it does not tell.

    Args:
        data: the data.
        shapes: the parsed shapes; all graphs are taken as one.

    Raises:
        ImnmError: ``shapes-malformed`` when pySHACL cannot use the shapes.
    """
    # What it would say on standard error comes back as an error or in the report.
    logging.getLogger("pyshacl-validate").disabled = True
    shapes_graph = rdflib_graph(shapes, _PreparedGraph())
    _check_prefixes(shapes_graph)
    try:
        _, report, _ = pyshacl.validate(
            rdflib_graph(data.triples(), _PreparedGraph()),
            shacl_graph=shapes_graph,
            inference="none",
            advanced=False,
            inplace=True,
            meta_shacl=False,
        )
    except (ReportableRuntimeError, ParseBaseException, ValueError, SyntaxError, re.error) as error:
        what = " ".join(str(error).split())[:300]
        raise ImnmError("shapes-malformed", f"the shapes cannot be used: {what}", "mend the shapes") from error
    if not isinstance(report, rdflib.Graph):
        raise ImnmError("shapes-malformed", f"no report: {report}", "mend the shapes")
    return Report(tuple(sorted(_results(report), key=Result.sort_key)), 0)


def _results(report: rdflib.Graph) -> Iterator[Result]:
    graph = ShapesGraph(
        Triple(from_rdflib(s), from_rdflib(p), from_rdflib(o))  # type: ignore[arg-type]
        for s, p, o in report
    )
    inner = {value for node in graph.by_subject for value in graph.values(node, sh("detail"))}
    for node, said in graph.by_subject.items():
        if sh("ValidationResult") not in said.get(rdf("type"), ()) or node in inner:
            continue
        focus, shape = graph.one(node, sh("focusNode")), graph.one(node, sh("sourceShape"))
        severity = graph.one(node, sh("resultSeverity"))
        component = graph.one(node, sh("sourceConstraintComponent"))
        path = graph.one(node, sh("resultPath"))
        assert focus is not None
        messages = [each for each in graph.values(node, sh("resultMessage")) if isinstance(each, Literal)]
        yield Result(
            severity if isinstance(severity, NamedNode) else sh("Violation"),
            focus,
            None if path is None else graph.path(node, path),
            graph.one(node, sh("value")),
            component if isinstance(component, NamedNode) else sh("ConstraintComponent"),
            BlankNode("shape") if shape is None else shape,
            graph.one(node, sh("sourceConstraint")),
            tuple(sorted(messages, key=str)),
            True,
        )


def _check_prefixes(shapes: rdflib.Graph) -> None:
    """Find a prefix that a query of a shape uses and its sh:prefixes does not give, before rdflib stumbles over it."""
    prefixes, declare, prefix_of = (rdflib.URIRef(f"{SH}{name}") for name in ("prefixes", "declare", "prefix"))
    for name in ("select", "ask", "construct"):
        for node, text in shapes.subject_objects(rdflib.URIRef(f"{SH}{name}")):
            given = {
                str(value)
                for start in shapes.objects(node, prefixes)
                for ontology in shapes.transitive_objects(start, rdflib.OWL.imports)
                for declaration in shapes.objects(ontology, declare)
                for value in shapes.objects(declaration, prefix_of)
            }
            for prefix in sorted(set(undeclared_prefixes(str(text))) - given):
                what = f"a query of {node.n3()} uses the prefix {prefix}: that its sh:prefixes does not give"
                raise ImnmError("shapes-malformed", what, "declare it with sh:declare and point sh:prefixes at it")


class _PreparedGraph(rdflib.Graph):
    """A graph that parses a query once: pySHACL sends the same text for every focus node."""

    def query(self, query_object: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(query_object, str):
            query_object = _prepared(query_object)
        return super().query(query_object, *args, **kwargs)


@lru_cache(maxsize=512)
def _prepared(text: str) -> Any:
    return prepareQuery(text)
