# SPDX-License-Identifier: Apache-2.0
"""Shapes are checked themselves: what cannot be met, what nothing uses, what has no effect, what hits nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from pyoxigraph import NamedNode

from imnm_kg.shacl.asked import asked, barred, named, parameter
from imnm_kg.shacl.columns import DataGraph
from imnm_kg.shacl.constraints import logic, sets, values
from imnm_kg.shacl.constraints.base import brief
from imnm_kg.shacl.contradictions import Contradiction, contradictions
from imnm_kg.shacl.engine import Validation
from imnm_kg.shacl.lexical import known_datatype
from imnm_kg.shacl.paths import Alternative, Inverse, Path, Predicate, Repeated, Sequence
from imnm_kg.shacl.shapes import Shape, Shapes, Target
from imnm_kg.shacl.shapes_graph import ShapesGraph
from imnm_kg.shacl.vocabulary import RDF, RDFS, SH, Term, local_name, owl, rdf, sh

__all__ = ["Note", "lint"]

_SEVERITIES = ("Violation", "Warning", "Info")
_TYPES = (sh("NodeShape"), sh("PropertyShape"))
_TARGETED = {
    "class": "no instance of the class {} is in the data",
    "node": "the node {} is not in the data",
    "subjectsOf": "no node in the data has the property {}",
    "objectsOf": "no node in the data is a value of the property {}",
}
_PREDICATE_OF = {"class": "targetClass", "node": "targetNode", "subjectsOf": "targetSubjectsOf",
                 "objectsOf": "targetObjectsOf"}  # fmt: skip
# What says nothing without something else.
_PARTNERS = {
    sh(name): (name, partner)
    for name, partner in (
        ("flags", "pattern"),
        ("ignoredProperties", "closed"),
        ("qualifiedMinCount", "qualifiedValueShape"),
        ("qualifiedMaxCount", "qualifiedValueShape"),
        ("qualifiedValueShapesDisjoint", "qualifiedValueShape"),
    )
}


class Note(NamedTuple):
    """Something about a shape that its author should know.

    Attributes:
        code: the kind of the note.
        shape: the node of the shape, or of the constraint of its own.
        predicate: the property of the shape that it is about, if it is about one.
        text: an English sentence.
        within: the shape with an IRI that a shape without one is a part of; its own IRI where it has one.
        path: the path of a property shape, as SPARQL writes it.
    """

    code: str
    shape: Term
    predicate: NamedNode | None
    text: str
    within: NamedNode | None = None
    path: str = ""


def lint(shapes: Shapes, validation: Validation | None = None) -> tuple[Note, ...]:
    """Check shapes.

    Args:
        shapes: the shapes, as ``read_shapes`` gave them.
        validation: a validation of data in memory with them; without it nothing is said of what hits no data.

    Returns:
        The notes, in the order of the shapes of the file, those of a shape by code.
    """
    graph = shapes.graph
    assert graph is not None, "the shapes were not read from a graph"
    parents = _parents(shapes)
    # A parameter of a component of one's own may name a shape.
    elsewhere = {
        value
        for properties in graph.by_subject.values()
        for predicate, values_ in properties.items()
        if not predicate.value.startswith(SH)
        for value in values_
    }
    found: list[tuple[str, Term, str, str]] = []
    for shape in shapes.by_node.values():
        found += _unsatisfiable(shapes, shape)
        found += _use(graph, elsewhere, shape, parents)
        found += _effects(graph, shapes, shape)
        found += _names(shape)
    found += _deactivated(graph)
    if validation is not None:
        found += _hits(shapes, validation)
    notes = [
        Note(code, node, sh(name) if name else None, text, _within(node, parents), _path(shapes, node))
        for code, node, name, text in dict.fromkeys(found)
    ]
    order = {node: number for number, node in enumerate(shapes.by_node)}
    return tuple(sorted(notes, key=lambda note: (order.get(note.shape, len(order)), note.code, note.text)))


_Found = Iterator[tuple[str, Term, str, str]]
_Parents = Mapping[Term, list[tuple[Shape, str]]]


def _parents(shapes: Shapes) -> dict[Term, list[tuple[Shape, str]]]:
    """Give for each shape the shapes that refer to it, and how."""
    found: dict[Term, list[tuple[Shape, str]]] = {}
    for shape in shapes.by_node.values():
        for constraint in shape.constraints:
            for node in constraint.shapes:
                found.setdefault(node, []).append((shape, parameter(constraint)))
    return found


def _within(node: Term, parents: _Parents) -> NamedNode | None:
    todo, seen = [node], set[Term]()
    while todo:
        each = todo.pop(0)
        if isinstance(each, NamedNode):
            return each
        if each not in seen:
            seen.add(each)
            todo += [parent.node for parent, _ in parents.get(each, ())]
    return None


def _path(shapes: Shapes, node: Term) -> str:
    shape = shapes.by_node.get(node)
    return "" if shape is None or shape.path is None else str(shape.path)


# What cannot be met -------------------------------------------------------------------------------------------


def _unsatisfiable(shapes: Shapes, shape: Shape) -> _Found:
    if shape.deactivated:
        return
    for each in contradictions(shapes, shape):
        code, end = (
            ("unsatisfiable", "no node can conform") if each.always else ("no-value-allowed", "no value is good")
        )
        yield code, shape.node, each.parameter, f"{_sentence(each.what)}: {end}."
    # Property shapes of one path that a node must conform to at once, as those of a class and of the class above it.
    by_path: dict[Path, list[Shape]] = {}
    leads = any(isinstance(each, logic.Node | logic.And | logic.Property) for each in shape.constraints)
    for other in asked(shapes, shape).properties if leads else ():
        if other.path is not None and not other.deactivated:
            by_path.setdefault(other.path, []).append(other)
    for path, beside in by_path.items():
        if len(beside) < 2:
            continue
        alone = {each.what for other in beside for each in contradictions(shapes, other)}
        for each in contradictions(shapes, *beside):
            if each.what not in alone:
                code, end = _consequence(each)
                names = ", ".join(named(other.node) for other in beside)
                text = f"The property shapes {names} look along the same path {path}, and {each.what}: {end}."
                yield code, shape.node, "property", text


def _consequence(each: Contradiction) -> tuple[str, str]:
    if each.always:
        return "unsatisfiable", "no node can conform"
    return "no-value-allowed", "no value is good"


def _sentence(text: str) -> str:
    return text if text.startswith("sh:") else text[0].upper() + text[1:]


# What nothing uses, and what says nothing ---------------------------------------------------------------------


def _use(graph: ShapesGraph, elsewhere: set[Term], shape: Shape, parents: _Parents) -> _Found:
    node = shape.node
    types = graph.values(node, rdf("type"))
    if node not in graph.by_subject:
        refers = ", ".join(f"sh:{name} of {named(parent.node)}" for parent, name in parents[node])
        text = f"Nothing describes the shape {named(node)} that {refers} names: every node conforms to it."
        yield "undefined-shape", node, "", text
    elif shape.targets and not shape.constraints and not shape.deactivated:
        yield "empty-shape", node, "", "The shape has a target and asks nothing: every node conforms to it."
    implicit = any(target == Target("class", node) for target in shape.targets)
    if owl("Class") in types and any(type_ in types for type_ in _TYPES) and not implicit:
        what = "make it an rdfs:Class too, or give it sh:targetClass"
        text = f"A shape that is an owl:Class and no rdfs:Class has no target by that: {what}."
        yield "class-not-target", node, "", text
    elif not shape.targets and node not in parents and node not in elsewhere:
        yield "unused-shape", node, "", "The shape has no target, and no other shape refers to it: it is never asked."


def _effects(graph: ShapesGraph, shapes: Shapes, shape: Shape) -> _Found:
    node = shape.node
    properties = graph.by_subject.get(node, {})
    for name, partner in sorted(each for each in map(_PARTNERS.get, properties) if each is not None):
        if sh(partner) not in properties:
            yield "no-effect", node, name, f"sh:{name} says nothing without sh:{partner}."
        elif partner == "closed" and not graph.boolean(node, sh("closed")):
            yield "no-effect", node, name, f"sh:{name} says nothing where sh:closed is not true."
    qualified = [x for x in shape.constraints if isinstance(x, logic.QualifiedMinCount | logic.QualifiedMaxCount)]
    if qualified and graph.boolean(node, sh("qualifiedValueShapesDisjoint")) and not qualified[0].siblings:
        what = "no property shape beside it has another sh:qualifiedValueShape"
        yield (
            "no-effect",
            node,
            "qualifiedValueShapesDisjoint",
            f"sh:qualifiedValueShapesDisjoint says nothing: {what}.",
        )
    for constraint in shape.constraints:
        if isinstance(constraint, sets.MinCount) and constraint.count == 0:
            yield "no-effect", node, "minCount", "sh:minCount 0 asks nothing."
    if shape.constraints and all(isinstance(each, logic.Property) for each in shape.constraints):
        for name in ("severity", "message"):
            if sh(name) in properties:
                text = (
                    f"sh:{name} says nothing: the shape asks through sh:property alone, whose results have their own."
                )
                yield "no-effect", node, name, text
    yield from _languages(shapes, shape)
    yield from _barred_members(shapes, shape)


def _languages(shapes: Shapes, shape: Shape) -> _Found:
    if any(isinstance(each, sets.UniqueLang) for each in shape.constraints):
        for each in asked(shapes, shape).constraints:
            if isinstance(each, values.Datatype) and each.iri != rdf("langString"):
                what = f"a literal of sh:datatype {brief(each.iri)} has no language"
            elif isinstance(each, values.NodeKind) and "Literal" not in each.kind:
                what = f"what is of kind sh:{each.kind} has no language"
            elif isinstance(each, values.Class):
                what = f"an instance of sh:class {brief(each.iri)} is no literal and has no language"
            else:
                continue
            yield "no-effect", shape.node, "uniqueLang", f"sh:uniqueLang says nothing: {what}."


def _barred_members(shapes: Shapes, shape: Shape) -> _Found:
    for each in shape.constraints:
        if isinstance(each, values.In):
            others = [other for other in asked(shapes, shape).constraints if other is not each]
            bars = {member: bar for member in each.members if (bar := barred(member, others)) is not None}
            if len(bars) < len(each.members):
                for member, bar in bars.items():
                    text = f"sh:in lists {brief(member)}, which sh:{parameter(bar)} excludes."
                    yield "no-effect", shape.node, "in", text


def _names(shape: Shape) -> _Found:
    """Find names that are no names of what they stand for."""
    severity = shape.severity.value
    standard = severity.startswith(SH) and severity[len(SH) :] in _SEVERITIES
    near = [] if standard else _near(local_name(severity).capitalize())
    # A severity of one's own is allowed; one that looks like one of SHACL and is none is a slip.
    if (severity.startswith(SH) and not standard) or (near and not severity.startswith(SH)):
        hint = f"; did you mean sh:{near[0]}?" if near else "."
        yield "severity-unknown", shape.node, "severity", f"SHACL knows no severity {shape.severity}{hint}"
    for each in shape.constraints:
        if isinstance(each, values.Datatype) and not known_datatype(each.iri.value):
            what = f"{each.iri} is no datatype of XML Schema: no literal in use can have it."
            yield "datatype-unknown", shape.node, "datatype", what


def _near(name: str) -> list[str]:
    from difflib import get_close_matches

    return get_close_matches(name, _SEVERITIES, 1, 0.8)


def _deactivated(graph: ShapesGraph) -> _Found:
    for node, properties in graph.by_subject.items():
        if sh("deactivated") in properties and graph.boolean(node, sh("deactivated")):
            yield "deactivated", node, "deactivated", "It is switched off by sh:deactivated and asks nothing."


# What hits no data --------------------------------------------------------------------------------------------


def _hits(shapes: Shapes, validation: Validation) -> _Found:
    graph = validation.graph
    assert isinstance(graph, DataGraph)
    used = {graph.term(number) for number in graph.predicates}
    asking, hitting = _asking(shapes, shapes.targeted), list[Shape]()
    targets = {target.term for shape in shapes.targeted for target in shape.targets}
    present = _present(graph, targets | {iri for shape in asking for iri in _properties(shape).values()})
    for shape in shapes.targeted:
        hits = [target.term in present if target.kind == "node" else bool(validation.chosen(target))
                for target in shape.targets]  # fmt: skip
        if any(hits):
            hitting.append(shape)
        for target, hit in zip(shape.targets, hits, strict=True):
            if not hit:
                known = target.term in present or target.kind == "node" or _of_a_language(target.term)
                code, end = _emptiness("target", known)
                text = f"The target hits nothing: {_TARGETED[target.kind].format(brief(target.term))}{end}"
                yield code, shape.node, _PREDICATE_OF[target.kind], text
    met = {shape.node for shape in _asking(shapes, hitting)}
    for shape in asking:
        for (name, iri), known in {
            each: each[1] in present or _of_a_language(each[1]) for each in _properties(shape).items()
        }.items():
            # Below a target that hits nothing, an empty path says nothing new; a misspelt one does.
            if iri not in used and (shape.node in met or not known):
                code, end = _emptiness("path", known)
                where = " of the path" if name.startswith("path") else ""
                text = f"No triple of the data has the property {brief(iri)}{where}{end}"
                yield code, shape.node, name.split()[0], text


def _of_a_language(term: Term) -> bool:
    """Tell whether a term is of RDF, RDFS or OWL, which no data describes."""
    spaces = (RDF, RDFS, owl("").value)
    return isinstance(term, NamedNode) and term.value.startswith(spaces)


def _emptiness(what: str, known: bool) -> tuple[str, str]:
    if known:
        return f"{what}-empty", "."
    return f"{what}-unknown", ", and nothing in the data speaks of it: is it misspelt?"


def _asking(shapes: Shapes, starts: Iterable[Shape]) -> list[Shape]:
    """Give the shapes that are asked, but for those that only ``sh:not`` leads to, which want what they ask absent."""
    found: dict[Term, Shape] = {}
    todo = list(starts)
    while todo:
        shape = todo.pop(0)
        if shape.node not in found and not shape.deactivated:
            found[shape.node] = shape
            below = [each for each in shape.constraints if not isinstance(each, logic.Not | logic.QualifiedMaxCount)]
            todo += [shapes[node] for each in below for node in each.shapes]
    return list(found.values())


def _properties(shape: Shape) -> dict[str, NamedNode]:
    """Give the properties that data must have for the shape to ask anything, by where it names them."""
    # A shape that forbids a property wants it to be absent.
    forbids = any(isinstance(each, sets.MaxCount) and each.count == 0 for each in shape.constraints)
    path = sorted(_predicates(shape.path), key=str) if shape.path is not None and not forbids else []
    found = {f"path {number}": iri for number, iri in enumerate(path)}
    for number, each in enumerate(shape.constraints):
        if isinstance(each, sets.LessThan | sets.Equals):
            found[f"{parameter(each)} {number}"] = each.iri
    return found


def _predicates(path: Path) -> set[NamedNode]:
    match path:
        case Predicate():
            return {path.iri}
        case Inverse() | Repeated():
            return _predicates(path.path)
        case Sequence() | Alternative():
            return set().union(*map(_predicates, path.paths))


def _present(graph: DataGraph, terms: set[Term]) -> set[Term]:
    """Give those of some terms that stand in the data, in whatever place."""
    held = graph.ends[-1] if graph.ends else 0  # numbers below are those of subjects and objects
    predicates = graph.predicates
    return {term for term in terms if (number := graph.intern(term)) < held or number in predicates}
