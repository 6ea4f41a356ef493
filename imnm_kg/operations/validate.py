# SPDX-License-Identifier: Apache-2.0
"""Validate: SHACL by pySHACL, over the terms as the files write them.

Whoever imports this module imports rdflib and pySHACL, so the command line does it only where it validates.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyshacl
import rdflib
from pyoxigraph import BlankNode, Literal, Quad, Triple
from pyparsing import ParseBaseException
from pyshacl.errors import ReportableRuntimeError
from rdflib.plugins.sparql import prepareQuery

from imnm_kg.errors import ImnmError, Place
from imnm_kg.model.report import Report, Result
from imnm_kg.rdf.reader import read_rdf, read_turtle
from imnm_kg.rdf.sparql import undeclared_prefixes

__all__ = ["places_of", "read_data", "read_shapes", "validate"]

_SHACL = "http://www.w3.org/ns/shacl#"


def read_data(paths: Iterable[Path]) -> list[Quad]:
    """Read data files or folders of them (``.ttl``, ``.trig``, ``.nt``, ``.nq``) into one list."""
    files = [read_rdf(path)[0] for path in _files(paths)]
    if len(files) < 2:
        return [quad for quads in files for quad in quads]

    # A label names a blank node within its file only.
    def apart(term: Any, number: int) -> Any:
        return BlankNode(f"f{number}x{term.value}") if isinstance(term, BlankNode) else term

    return [
        Quad(apart(q.subject, number), q.predicate, apart(q.object, number), apart(q.graph_name, number))
        for number, quads in enumerate(files)
        for q in quads
    ]


def read_shapes(paths: Iterable[Path]) -> list[Quad]:
    """Read shapes from files or folders.

    Raises:
        ImnmError: ``shapes-none`` when no shape with a target is there: such a graph would find everything good.
    """
    quads = read_data(paths)
    targets = {f"{_SHACL}target{kind}" for kind in ("Class", "Node", "SubjectsOf", "ObjectsOf")}
    targeted = any(quad.predicate.value in targets for quad in quads)
    implicit = {q.subject for q in quads if str(q.object) == "<http://www.w3.org/2000/01/rdf-schema#Class>"} & {
        q.subject for q in quads if str(q.object) in (f"<{_SHACL}NodeShape>", f"<{_SHACL}PropertyShape>")
    }
    if not targeted and not implicit:
        raise ImnmError(
            "shapes-none",
            "the shapes have no target, so they would find every graph good",
            "give files with shapes that have sh:targetClass or another target with --shapes",
        )
    return quads


def _files(paths: Iterable[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        if not path.exists():
            raise ImnmError("file-missing", "there is no such file or folder", "check the path", Place(str(path)))
        if path.is_dir():
            inside = [p for p in sorted(path.rglob("*")) if p.suffix in (".ttl", ".trig", ".nt", ".nq")]
            if not inside:
                raise ImnmError(
                    "rdf-none", "the folder holds no RDF file", "give a folder with .ttl, .trig, .nt or .nq files",
                    Place(str(path)),
                )  # fmt: skip
            found.extend(inside)
        else:
            found.append(path)
    return found


def validate(
    data: Iterable[Quad | Triple],
    shapes: Iterable[Quad | Triple],
    place_of: Callable[[str], Place | None] = lambda _: None,
) -> Report:
    """Validate the union of all graphs of the data.

    Args:
        data: the quads, as parsed.
        shapes: the shapes; ontology and prefixes may be among the data.
        place_of: where the block of a subject stands, for the results.

    Raises:
        ImnmError: ``shapes-malformed`` when pySHACL cannot use the shapes.
    """
    # What it would say on standard error comes back as an error or in the report.
    logging.getLogger("pyshacl-validate").disabled = True
    data_graph, shapes_graph = _graph(data), _graph(shapes)
    for triple in data_graph.triples((None, rdflib.URIRef(f"{_SHACL}declare"), None)):
        shapes_graph.add(triple)
        for part in data_graph.triples((triple[2], None, None)):
            shapes_graph.add(part)
    _check_prefixes(shapes_graph)
    try:
        _, report, _ = pyshacl.validate(
            data_graph,
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
    return Report.of(_results(report, place_of))


def _check_prefixes(shapes: rdflib.Graph) -> None:
    """Find a prefix that a query of a shape uses and its sh:prefixes does not give, before rdflib stumbles over it."""
    prefixes, declare, prefix_of = (rdflib.URIRef(f"{_SHACL}{name}") for name in ("prefixes", "declare", "prefix"))
    for name in ("select", "ask", "construct"):
        for node, text in shapes.subject_objects(rdflib.URIRef(f"{_SHACL}{name}")):
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


def _graph(quads: Iterable[Quad | Triple]) -> rdflib.Graph:
    """Turn parsed terms into an rdflib graph, without parsing twice and without changing a literal."""
    made: dict[object, rdflib.term.Node] = {}

    def term(value: Any) -> rdflib.term.Node:
        found = made.get(value)
        if found is None:
            found = made[value] = _term(value)
        return found

    graph = _PreparedGraph()
    for quad in quads:
        graph.add((term(quad.subject), term(quad.predicate), term(quad.object)))
    return graph


def _term(value: Any) -> rdflib.term.Node:
    if isinstance(value, BlankNode):
        return rdflib.BNode(value.value)
    if not isinstance(value, Literal):
        return rdflib.URIRef(value.value)
    if value.language:
        return rdflib.Literal(value.value, lang=value.language)
    type_ = value.datatype.value
    datatype = None if type_ == str(rdflib.XSD.string) else rdflib.URIRef(type_)
    return rdflib.Literal(value.value, datatype=datatype, normalize=False)  # what is judged is what is written


def _results(report: rdflib.Graph, place_of: Callable[[str], Place | None]) -> Iterable[Result]:
    shacl = rdflib.Namespace(_SHACL)

    def text(node: Any, name: str) -> str:
        value = report.value(node, shacl[name])
        if isinstance(value, rdflib.BNode):  # its label differs from run to run
            return _path_text(report, value) if name == "resultPath" else "" if name == "sourceShape" else f"_:{value}"
        return "" if value is None else str(value.n3())

    for node in report.subjects(rdflib.RDF.type, shacl.ValidationResult):
        if next(report.subjects(shacl.detail, node), None) is not None:
            continue
        focus = report.value(node, shacl.focusNode)
        messages = sorted(str(message) for message in report.objects(node, shacl.resultMessage))
        component = str(report.value(node, shacl.sourceConstraintComponent)).removeprefix(_SHACL)
        yield Result(
            str(report.value(node, shacl.resultSeverity)).removeprefix(_SHACL),
            text(node, "focusNode"), text(node, "resultPath"), text(node, "value"),
            component.removesuffix("ConstraintComponent"), text(node, "sourceShape"),
            " ".join(" ".join(messages).split()),
            place_of(str(focus)) if isinstance(focus, rdflib.URIRef) else None,
        )  # fmt: skip


_PATH_FORMS = {
    "inversePath": "^{}",
    "zeroOrMorePath": "{}*",
    "oneOrMorePath": "{}+",
    "zeroOrOnePath": "{}?",
}


def _path_text(report: rdflib.Graph, node: Any) -> str:
    """Write a property path as SPARQL does."""
    if not isinstance(node, rdflib.BNode):
        return str(node.n3())
    if report.value(node, rdflib.RDF.first) is not None:
        return "/".join(_path_text(report, item) for item in report.items(node))
    if (head := report.value(node, rdflib.URIRef(f"{_SHACL}alternativePath"))) is not None:
        return "(" + "|".join(_path_text(report, item) for item in report.items(head)) + ")"
    for name, form in _PATH_FORMS.items():
        if (inner := report.value(node, rdflib.URIRef(f"{_SHACL}{name}"))) is not None:
            return form.format(_path_text(report, inner))
    return ""


def places_of(paths: Iterable[Path]) -> Callable[[str], Place | None]:
    """Return what tells where the block of a subject stands in the given files; Turtle files only."""
    found: dict[str, Place] = {}
    for path in _files(paths):
        if path.suffix == ".ttl":
            for subject, place in read_turtle(path).subject_places().items():
                found.setdefault(subject, place)
    return found.get
