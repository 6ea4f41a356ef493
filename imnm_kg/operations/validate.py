# SPDX-License-Identifier: Apache-2.0
"""Validate: SHACL over the terms as the files write them, each result with its place and its label."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from pyoxigraph import Literal, NamedNode

from imnm_kg.errors import ImnmError, Place
from imnm_kg.model.inputs import Data, Shapes, add_prefixes
from imnm_kg.model.report import Report, Result, identity_of
from imnm_kg.shacl import DataGraph, ShapesError, Validation, read_shapes
from imnm_kg.shacl import Report as Found
from imnm_kg.shacl import Result as FoundResult
from imnm_kg.shacl.columns import LOW
from imnm_kg.shacl.sparql import LocalEvaluator
from imnm_kg.shacl.vocabulary import SH, Term, local_name, sh

__all__ = ["ENGINES", "report_of", "validate"]

ENGINES = ("fast", "pyshacl")
# Notes on shapes that are right and only find nothing in this data.
_MAY_BE = {
    "deactivated": ("shape is switched off", "shapes are switched off"),
    "path-empty": ("path has no triple in the data", "paths have no triple in the data"),
    "path-unknown": ("path is misspelt or of no use here", "paths are misspelt or of no use here"),
    "target-empty": ("target hits nothing", "targets hit nothing"),
    "target-unknown": ("target is misspelt or of no use here", "targets are misspelt or of no use here"),
}  # fmt: skip
_LABELS = tuple(
    NamedNode(iri)
    for iri in (
        "http://www.w3.org/2000/01/rdf-schema#label", "http://www.w3.org/2004/02/skos/core#prefLabel",
        "https://schema.org/name", "http://schema.org/name", "http://purl.org/dc/terms/title",
        "http://purl.org/dc/elements/1.1/title", "http://xmlns.com/foaf/0.1/name",
    )
)  # fmt: skip


def validate(
    data: Data,
    shapes: Shapes,
    engine: str = "fast",
    allow_empty: bool = False,
    every_note: bool = False,
    workers: int = 1,
) -> Report:
    """Validate the union of all graphs of the data; the results have no places yet.

    Args:
        data: the data.
        shapes: the shapes; the ontology of prefixes may be among the data.
        engine: ``fast``, or ``pyshacl`` for the reference validator.
        allow_empty: whether nothing to look at is no error.
        every_note: whether the notes tell each shape that hits nothing, and not only how many.
        workers: how many processes of the fast engine share the work where there is much of it.

    Raises:
        ImnmError: ``data-empty``, ``shapes-malformed`` with the place in the shapes, ``validate-nothing``.
    """
    if data.empty and not allow_empty:
        what = "the data has no triple, so every shape would find it good"
        remedy = "check which files are given, or give --allow-empty"
        raise ImnmError("data-empty", what, remedy, Place(data.sources[0].shown) if data.sources else None)
    shapes = add_prefixes(shapes, data.graph)
    try:
        found, notes = _run(data, shapes, engine, every_note, workers)
    except ShapesError as error:
        from imnm_kg.model.placing import shapes_fault

        raise shapes_fault(error, shapes) from error
    if not found.focus_nodes and not allow_empty:
        what = "no node of the data is one that a shape is aimed at, so nothing was looked at"
        raise ImnmError("validate-nothing", what, "check the targets of the shapes, or give --allow-empty")
    return report_of(found, data, shapes)._replace(notes=notes)


def _run(data: Data, shapes: Shapes, engine: str, every_note: bool, workers: int) -> tuple[Found, tuple[str, ...]]:
    graph = data.graph
    if engine == "fast":
        validation = Validation(graph, read_shapes(shapes.quads), LocalEvaluator(graph, shapes.quads))
        found = validation.report(workers)
        if not _has_one(data, (x for shape in validation.shapes.targeted for x in validation.focus_nodes(shape))):
            found = Found(found.results, 0)
        # Where nothing was looked at, to say of each shape that it hits nothing would say nothing more.
        return found, tuple(_notes(validation, every_note)) if found.focus_nodes else ()
    from imnm_kg.shacl.pyshacl_engine import validate_by_pyshacl

    told = validate_by_pyshacl(graph, shapes.quads)
    nodes = _focus_nodes(graph, shapes)
    return Found(told.results, len(nodes) if _has_one(data, nodes) else 0), ()


def _has_one(data: Data, nodes: Iterable[int]) -> bool:
    """Tell whether one of some nodes is in the data, and not only in what stands beside it."""
    return data.terms is None or any(node < data.terms for node in nodes)


def _notes(validation: Validation, every: bool) -> Iterator[str]:
    """Say what is odd about the shapes themselves, in the order of their files; what other data may hit is counted."""
    from imnm_kg.shacl.lint import lint

    counts: Counter[tuple[str, str]] = Counter()
    for note in lint(validation.shapes, validation):
        if note.code in _MAY_BE and not every:
            counts[_MAY_BE[note.code]] += 1
        else:
            about = f"{note.within.value}: " if note.within is not None else ""
            yield f"{about}{note.text.rstrip('.')} [{note.code}]"
    if counts:
        told = ", ".join(f"{number} {of[number != 1]}" for of, number in counts.items())
        yield f"of the shapes themselves: {told}; --check-shapes lists them"


def _focus_nodes(graph: DataGraph, shapes: Shapes) -> set[int]:
    """Give the nodes that targets choose, for an engine that does not tell."""
    found: set[int] = set()
    types: dict[Term, set[Term]] = {}
    for quad in shapes.quads:
        name = local_name(quad.predicate.value)
        number = graph.intern(quad.object)
        if quad.predicate == sh("targetClass"):
            found |= graph.instances(number)
        elif quad.predicate == sh("targetNode"):
            found.add(number)
        elif quad.predicate == sh("targetSubjectsOf"):
            found |= graph.subjects(number)
        elif quad.predicate == sh("targetObjectsOf"):
            found |= graph.objects(number)
        elif name == "type":
            types.setdefault(quad.subject, set()).add(quad.object)
    shape_types = {sh("NodeShape"), sh("PropertyShape")}
    for node, of in types.items():
        if of & shape_types and any(str(each).endswith("rdf-schema#Class>") for each in of):
            found |= graph.instances(graph.intern(node))
    return found


# Results


def report_of(found: Found, data: Data, shapes: Shapes) -> Report:
    """Give the results of an engine their labels, names and identities.

    Args:
        found: what the engine found.
        data: the data; one without files for data behind an endpoint, of which nothing more is known.
        shapes: the shapes.
    """
    graph = data.graph
    triples = len(graph) if data.sources else None
    if not found.results:
        return Report((), found.focus_nodes, triples)
    from imnm_kg.model.anchors import Anchors

    nodes = {term: graph.intern(term) for result in found.results for term in (result.focus, result.value) if term}
    anchors = Anchors(graph, data.files, nodes.values())
    shapes_graph = DataGraph(shapes.quads)
    shape_nodes = {result.shape: shapes_graph.intern(result.shape) for result in found.results}
    shape_anchors = Anchors(shapes_graph, len(shapes.sources), shape_nodes.values())
    named: dict[Term, str] = {}
    for term, number in shape_nodes.items():
        above = shapes_graph.term(shape_anchors.ancestor(number))
        named[term] = str(above) if isinstance(above, NamedNode) else ""
    labels = _labels(graph, {nodes[result.focus] for result in found.results})

    # Thousands of results share a path and a message.
    paths: dict[int, str] = {}
    messages: dict[int, str] = {}

    def one(result: FoundResult) -> Result:
        path = paths.get(id(result.path))
        if path is None:
            path = paths[id(result.path)] = "" if result.path is None else str(result.path)
        said = messages.get(id(result.messages))
        if said is None:
            said = messages[id(result.messages)] = _said(result.messages)
        focus = anchors.name(nodes[result.focus])
        value = "" if result.value is None else anchors.name(nodes[result.value])
        constraint = str(result.constraint) if isinstance(result.constraint, NamedNode) else ""
        parts = [focus, path, value, result.component.value, named[result.shape], constraint]
        identity = identity_of(parts)
        component = local_name(result.component.value).removesuffix("ConstraintComponent")
        severity = result.severity.value
        return Result(
            severity.removeprefix(SH) if severity.startswith(SH) else severity,
            str(result.focus), path, "" if result.value is None else str(result.value),
            component, named[result.shape], said,
            label=labels.get(nodes[result.focus], ""), name=focus, identity=identity, source=result,
        )  # fmt: skip

    return Report.of(map(one, found.results), found.focus_nodes, triples)


def _said(messages: Iterable[Literal]) -> str:
    """Choose the English messages, else those without a language, else all, in one line."""
    every = list(messages)
    for wanted in ("en", None):
        chosen = [m for m in every if (m.language or "").split("-")[0] == (wanted or "")]
        if chosen:
            break
    return " ".join(" ".join(sorted(message.value for message in chosen or every)).split())


def _labels(graph: DataGraph, nodes: set[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for predicate in _LABELS:
        choices: dict[int, list[tuple[bool, bool, str]]] = {}
        for pair in graph.forward(graph.intern(predicate), nodes - set(found)):
            term = graph.term(pair & LOW)
            if isinstance(term, Literal):
                language = (term.language or "").split("-")[0]
                choices.setdefault(pair >> 32, []).append((language != "en", language != "", term.value))
        found |= {node: " ".join(min(each)[2].split()) for node, each in choices.items()}
    return found
