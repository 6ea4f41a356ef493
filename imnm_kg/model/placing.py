# SPDX-License-Identifier: Apache-2.0
"""Places of results in the files of the data, and of what is wrong with shapes in theirs."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import BlankNode, NamedNode

from imnm_kg.errors import ImnmError, Place
from imnm_kg.model.anchors import Anchors
from imnm_kg.model.inputs import Data, Shapes
from imnm_kg.model.report import Report, Result
from imnm_kg.rdf.files import Source
from imnm_kg.rdf.places import Located, Spot, find_places
from imnm_kg.shacl import DataGraph, ShapesError
from imnm_kg.shacl import Result as FoundResult
from imnm_kg.shacl.columns import LOW
from imnm_kg.shacl.paths import Alternative, Inverse, Path, Predicate, Repeated, Sequence, path_values

__all__ = ["place_results", "shapes_fault"]

_Triple = tuple[int, str | None, int | None]
_Wanted = tuple[Spot, int | None]


def place_results(report: Report, data: Data, limit: int | None = None) -> Report:
    """Give results their places in the files; files are read again, but only for the triples at fault.

    Args:
        report: the report.
        data: what was validated.
        limit: how many results, from the first, will be shown.
    """
    graph = data.graph
    chosen = report.results[:limit]
    triples: dict[FoundResult, list[_Triple]] = {}
    for result in chosen:
        if result.source is not None and result.source not in triples:
            triples[result.source] = list(_triples(graph, result.source))
    outside = {subject for each in triples.values() for subject, *_ in each}
    outside -= {subject for subject, *_ in graph.outgoing(outside)}
    uses = _uses(graph, outside) if outside else {}
    for each in triples.values():
        each.extend(uses[subject] for subject, *_ in list(each) if subject in uses)
    numbers = {number for each in triples.values() for s, _, o in each for number in (s, o) if number is not None}
    anchors = Anchors(graph, data.files, numbers)
    spots = {
        triple: [(spot, anchors.file_of(triple[0])) for spot in anchors.spots(*triple)]
        for triple in {triple for each in triples.values() for triple in each}
    }
    located = _locate(data.sources, {wanted for each in spots.values() for wanted in each})

    def place(result: Result) -> Result:
        for triple in triples.get(result.source, ()) if result.source is not None else ():
            there = [located[wanted] for wanted in spots[triple] if wanted in located]
            if there:
                return result._replace(place=max(there, key=lambda each: each.quality).place)
        return result

    return report._replace(results=(*map(place, chosen), *report.results[len(chosen) :]))


def _locate(sources: Iterable[Source], wanted: set[_Wanted]) -> dict[_Wanted, Located]:
    """Find spots in the files that they may stand in; the first file that has all of a spot wins."""
    found: dict[_Wanted, Located] = {}
    for number, source in enumerate(sources):
        asked = {w[0]: w for w in wanted if w[1] in (None, number) and (w not in found or found[w].quality < 3)}
        for spot, located in find_places(source, asked).items():
            key = asked[spot]
            if key not in found or located.quality > found[key].quality:
                found[key] = located
    return found


def _triples(graph: DataGraph, result: FoundResult) -> Iterable[_Triple]:
    """Give what to show of a result: the triple at fault, its predicate, its subject; the best first."""
    focus = graph.intern(result.focus)
    if result.path is not None:
        if result.value is not None:
            step = _last_step(graph, result.path, focus, graph.intern(result.value))
            if step is not None:
                yield step
        first = _first(result.path)
        if first is not None and graph.forward(graph.intern(first), {focus}):
            yield focus, first.value, None
    yield focus, None, None


def _first(path: Path) -> NamedNode | None:
    """Give the predicate that a path starts with, if there is one."""
    match path:
        case Predicate():
            return path.iri
        case Sequence():
            return _first(path.paths[0])
        case Repeated():
            return _first(path.path)
    return None


def _last_step(graph: DataGraph, path: Path, start: int, end: int) -> tuple[int, str, int] | None:
    """Give the last triple on a way along a path, in the direction in which it is written."""
    match path:
        case Predicate():
            there = start << 32 | end in graph.forward(graph.intern(path.iri), {start})
            return (start, path.iri.value, end) if there else None
        case Inverse():
            return _last_step(graph, path.path, end, start)
        case Alternative():
            steps = (_last_step(graph, each, start, end) for each in path.paths)
            return next((step for step in steps if step is not None), None)
        case Sequence():
            before: Path = path.paths[0] if len(path.paths) == 2 else Sequence(path.paths[:-1])
            last = path.paths[-1]
        case Repeated():
            if path.mark == "?":
                return _last_step(graph, path.path, start, end)
            before, last = Repeated(path.path, "*"), path.path
    for pair in sorted(path_values(graph, before, {start})):
        step = _last_step(graph, last, pair & LOW, end)
        if step is not None:
            return step
    return None


def _uses(graph: DataGraph, nodes: set[int]) -> dict[int, _Triple]:
    """Give for nodes of which nothing is said a triple that leads to them."""
    found: dict[int, _Triple] = {}
    for predicate in sorted(graph.predicates):
        name = graph.term(predicate)
        assert isinstance(name, NamedNode)
        for pair in graph.column(predicate):
            if pair & LOW in nodes and pair & LOW not in found:
                found[pair & LOW] = pair >> 32, name.value, pair & LOW
    return found


def shapes_fault(error: ShapesError, shapes: Shapes) -> ImnmError:
    """Turn an error of the engine into one that says which shape, in which file and line."""
    graph = DataGraph(shapes.quads)
    node = graph.intern(error.node)
    value = None if error.value is None else graph.intern(error.value)
    anchors = Anchors(graph, len(shapes.sources), [node] if value is None else [node, value])
    above = graph.term(anchors.ancestor(node))
    name = f"{above}: " if isinstance(above, NamedNode) else ""
    what = f"the shapes cannot be used: {name}{error.what}"
    for label in {error.node, error.value}:
        if isinstance(label, BlankNode):
            what = what.replace(f" {label}", "")
    spots = anchors.spots(node, None if error.predicate is None else error.predicate.value, value)
    located = _locate(shapes.sources, {(spot, anchors.file_of(node)) for spot in spots})
    place = None
    if located:
        best = max(located.values(), key=lambda each: each.quality)
        place = best.place
        if error.line is not None and best.last_line > (place.line or 0):
            place = Place(place.file, min((place.line or 1) + error.line - 1, best.last_line))
    return ImnmError("shapes-malformed", what, "mend the shapes", place)
