# SPDX-License-Identifier: Apache-2.0
"""From a shapes graph to shapes; what is ill-formed or unknown is refused with the shape and the property at fault."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache

from pyoxigraph import Literal, NamedNode, Quad, Triple

from imnm_kg.shacl.constraints import logic, sets, values
from imnm_kg.shacl.constraints.base import Constraint
from imnm_kg.shacl.constraints.queries import Sparql
from imnm_kg.shacl.custom_components import CustomComponents, read_query
from imnm_kg.shacl.paths import Path
from imnm_kg.shacl.patterns import Pattern, PatternError
from imnm_kg.shacl.shapes import Shape, Shapes, ShapesError, Target
from imnm_kg.shacl.shapes_graph import ShapesGraph
from imnm_kg.shacl.vocabulary import SH, Term, local_name, rdfs, sh

__all__ = ["read_shapes"]

_TARGETS = {
    "targetClass": "class",
    "targetNode": "node",
    "targetSubjectsOf": "subjectsOf",
    "targetObjectsOf": "objectsOf",
}
_AIMED = {sh(name) for name in _TARGETS}
_TYPES = (sh("NodeShape"), sh("PropertyShape"))
# What a shape may say beside what it asks.
_OTHER = {
    "path", "severity", "message", "deactivated", "name", "description", "order", "group", "defaultValue", "flags",
    "ignoredProperties", "qualifiedMinCount", "qualifiedMaxCount", "qualifiedValueShapesDisjoint", "prefixes",
    "declare", "shapesGraph", "suggestedShapesGraph", "entailment", *_TARGETS,
}  # fmt: skip
_OF_QUERY = ("select", "message", "prefixes", "deactivated")
_ONE_SHAPE = {"node": logic.Node, "not": logic.Not, "property": logic.Property}
_MANY_SHAPES = {"and": logic.And, "or": logic.Or, "xone": logic.Xone}
_RANGES = {
    "minExclusive": values.MinExclusive, "minInclusive": values.MinInclusive,
    "maxExclusive": values.MaxExclusive, "maxInclusive": values.MaxInclusive,
}  # fmt: skip
_BESIDE = {
    "equals": sets.Equals, "disjoint": sets.Disjoint, "lessThan": sets.LessThan,
    "lessThanOrEquals": sets.LessThanOrEquals,
}  # fmt: skip
_LENGTHS: dict[str, Callable[[int], Constraint]] = {
    "minLength": values.MinLength, "maxLength": values.MaxLength, "minCount": sets.MinCount, "maxCount": sets.MaxCount,
}  # fmt: skip
# The order of the standard; within a shape results come in it.
_PARAMETERS = (
    "class", "datatype", "nodeKind", "minCount", "maxCount", *_RANGES, "minLength", "maxLength", "pattern",
    "languageIn", "uniqueLang", *_BESIDE, "not", *_MANY_SHAPES, "node", "property", "qualifiedValueShape", "closed",
    "hasValue", "in", "sparql",
)  # fmt: skip
_ORDER = {sh(name): number for number, name in enumerate(_PARAMETERS)}
_FOR_PROPERTIES = {"minCount", "maxCount", "uniqueLang", "lessThan", "lessThanOrEquals", "qualifiedValueShape"}
_ABSENT = {
    "target": "targets of SHACL-AF are not supported",
    "rule": "rules of SHACL-AF are not validation, and are not run",
    "js": "constraints in JavaScript are not supported",
    "expression": "expressions of SHACL-AF are not supported",
}


def read_shapes(quads: Iterable[Quad | Triple]) -> Shapes:
    """Read all shapes of a shapes graph.

    Args:
        quads: the parsed shapes; all graphs are taken as one.

    Raises:
        ShapesError: when a shape is ill-formed, unknown to the standard, or refers to itself.
    """
    return _Reader(ShapesGraph(quads)).shapes()


class _Reader:
    def __init__(self, graph: ShapesGraph) -> None:
        self.graph = graph
        self.components = CustomComponents(graph)
        self.patterns = lru_cache(maxsize=None)(Pattern)  # shapes share them
        # A node may be a shape and a constraint in SPARQL at once.
        self.queries = {value for node in graph.by_subject for value in graph.values(node, sh("sparql"))}

    def shapes(self) -> Shapes:
        for node, properties in self.graph.by_subject.items():
            if sh("entailment") in properties:
                what = "sh:entailment asks for inferences, and none are drawn; put the inferred triples into the data"
                raise ShapesError(node, what, sh("entailment"), properties[sh("entailment")][0])
        todo = list(self.nodes())
        found: dict[Term, Shape] = {}
        while todo:
            node = todo.pop(0)
            if node not in found:
                shape = found[node] = self.shape(node)
                todo += [each for constraint in shape.constraints for each in constraint.shapes]
        _refuse_recursion(found)
        return Shapes(found, self.graph)

    def nodes(self) -> Iterator[Term]:
        """Give the nodes that the standard calls shapes for what is said of them."""
        marks = {sh(name) for name in (*_PARAMETERS, *_TARGETS)} | self.components.parameters
        for node, properties in self.graph.by_subject.items():
            if node in self.components.declarations:
                continue
            if not marks.isdisjoint(properties) or self.graph.is_instance(node, *_TYPES):
                yield node

    def shape(self, node: Term) -> Shape:
        graph, properties = self.graph, self.graph.by_subject.get(node, {})
        self.refuse_unknown(node, properties)
        path = self.path(node)
        severity = graph.one(node, sh("severity"))
        if severity is not None and not isinstance(severity, NamedNode):
            raise ShapesError(node, "sh:severity must be an IRI", sh("severity"), severity)
        constraints: list[Constraint] = []
        for number in sorted(each for each in map(_ORDER.get, properties) if each is not None):
            name = _PARAMETERS[number]
            if path is None and name in _FOR_PROPERTIES:
                raise ShapesError(node, f"sh:{name} needs a property shape, one with sh:path", sh(name))
            constraints += self.constraints(node, name, path)
        constraints += self.components.constraints(node, path)
        return Shape(
            node, path, self.targets(node), tuple(constraints), severity or sh("Violation"), graph.messages(node),
            graph.boolean(node, sh("deactivated")),
        )  # fmt: skip

    def refuse_unknown(self, node: Term, properties: Iterable[NamedNode]) -> None:
        for predicate in properties:
            if not predicate.value.startswith(SH) or predicate in self.components.parameters:
                continue
            name = predicate.value[len(SH) :]
            if name in _ABSENT:
                raise ShapesError(node, _ABSENT[name], predicate)
            if name in ("select", "ask", "prefixes") and node in self.queries:
                continue
            if name not in _OTHER and name not in _PARAMETERS and not self.components.declares(node):
                raise _unknown(node, predicate, "a shape", [*_PARAMETERS, *_OTHER])

    def path(self, node: Term) -> Path | None:
        paths = self.graph.values(node, sh("path"))
        if len(paths) > 1:
            raise ShapesError(node, "a property shape must have one sh:path", sh("path"), paths[1])
        if paths and self.graph.is_instance(node, sh("NodeShape")):
            raise ShapesError(node, "a node shape must have no sh:path", sh("path"))
        if not paths and self.graph.is_instance(node, sh("PropertyShape")):
            raise ShapesError(node, "a property shape must have one sh:path")
        return self.graph.path(node, paths[0]) if paths else None

    def targets(self, node: Term) -> tuple[Target, ...]:
        found: list[Target] = []
        for name, kind in _TARGETS.items() if not _AIMED.isdisjoint(self.graph.by_subject.get(node, ())) else ():
            for value in self.graph.values(node, sh(name)):
                if kind != "node" and not isinstance(value, NamedNode):
                    raise ShapesError(node, f"sh:{name} must be an IRI", sh(name), value)
                if kind == "node" and not isinstance(value, NamedNode | Literal):
                    raise ShapesError(node, "sh:targetNode must be an IRI or a literal", sh(name), value)
                found.append(Target(kind, value))
        if self.graph.is_instance(node, *_TYPES) and self.graph.is_instance(node, rdfs("Class")):
            if not isinstance(node, NamedNode):
                raise ShapesError(node, "a shape that is a class must be an IRI")
            found.append(Target("class", node))
        return tuple(found)

    def constraints(self, node: Term, name: str, path: Path | None) -> Iterator[Constraint]:
        graph, predicate = self.graph, sh(name)
        given = graph.values(node, predicate)

        def iri(value: Term) -> NamedNode:
            if not isinstance(value, NamedNode):
                raise ShapesError(node, f"sh:{name} must be an IRI", predicate, value)
            return value

        def shape(value: Term) -> Term:
            if isinstance(value, Literal):
                raise ShapesError(node, f"sh:{name} must be a shape, not a literal", predicate, value)
            return value

        if name == "class":
            yield from (values.Class(iri(value)) for value in given)
        elif name == "datatype":
            yield values.Datatype(iri(self.only(node, predicate)))
        elif name == "nodeKind":
            yield values.NodeKind(self.kind(node))
        elif name in _LENGTHS:
            count = graph.integer(node, predicate)
            assert count is not None
            yield _LENGTHS[name](count)
        elif name in _RANGES:
            bound = self.only(node, predicate)
            if not isinstance(bound, Literal):
                raise ShapesError(node, f"sh:{name} must be a literal", predicate, bound)
            yield _RANGES[name](bound)
        elif name == "pattern":
            yield from self.pattern(node)
        elif name == "languageIn":
            members = graph.members(node, predicate, self.only(node, predicate))
            if not all(isinstance(member, Literal) for member in members):
                raise ShapesError(node, "sh:languageIn must be a list of language tags", predicate)
            yield values.LanguageIn(tuple(member.value for member in members if isinstance(member, Literal)))
        elif name == "uniqueLang":
            if graph.boolean(node, predicate):
                yield sets.UniqueLang()
        elif name in _BESIDE:
            yield from (_BESIDE[name](iri(value)) for value in given)
        elif name in ("property", "node"):
            for value in given:
                if bool(graph.values(shape(value), sh("path"))) != (name == "property"):
                    kind = "property shape, one with" if name == "property" else "node shape, one without"
                    raise ShapesError(node, f"sh:{name} must be a {kind} sh:path", predicate, value)
                yield _ONE_SHAPE[name](value)
        elif name in _ONE_SHAPE:
            yield from (_ONE_SHAPE[name](shape(value)) for value in given)
        elif name in _MANY_SHAPES:
            yield from (_MANY_SHAPES[name](tuple(map(shape, graph.members(node, predicate, head)))) for head in given)
        elif name == "qualifiedValueShape":
            yield from self.qualified(node)
        elif name == "closed":
            yield from self.closed(node)
        elif name == "hasValue":
            yield from (sets.HasValue(value) for value in given)
        elif name == "in":
            yield values.In(graph.members(node, predicate, self.only(node, predicate)))
        elif name == "sparql":
            yield from self.sparql(node, path)

    def only(self, node: Term, predicate: NamedNode) -> Term:
        value = self.graph.one(node, predicate)
        assert value is not None
        return value

    def kind(self, node: Term) -> str:
        value = self.only(node, sh("nodeKind"))
        name = local_name(value.value) if isinstance(value, NamedNode) and value.value.startswith(SH) else ""
        if name not in ("BlankNode", "IRI", "Literal", "BlankNodeOrIRI", "BlankNodeOrLiteral", "IRIOrLiteral"):
            raise ShapesError(node, "sh:nodeKind must be one of the six kinds of SHACL", sh("nodeKind"), value)
        return name

    def pattern(self, node: Term) -> Iterator[Constraint]:
        pattern, flags = self.graph.string(node, sh("pattern")), self.graph.string(node, sh("flags")) or ""
        assert pattern is not None
        try:
            yield values.Pattern(pattern, flags, self.patterns(pattern, flags))
        except PatternError as error:
            what = f"sh:pattern cannot be used: {error}"
            raise ShapesError(node, what, sh("pattern"), self.graph.values(node, sh("pattern"))[0]) from error

    def closed(self, node: Term) -> Iterator[Constraint]:
        if not self.graph.boolean(node, sh("closed")):
            return
        allowed: set[NamedNode] = set()
        ignored = self.graph.one(node, sh("ignoredProperties"))
        if ignored is not None:
            for member in self.graph.members(node, sh("ignoredProperties"), ignored):
                if not isinstance(member, NamedNode):
                    raise ShapesError(node, "sh:ignoredProperties must be a list of IRIs", sh("ignoredProperties"))
                allowed.add(member)
        for shape in self.graph.values(node, sh("property")):
            allowed |= {path for path in self.graph.values(shape, sh("path")) if isinstance(path, NamedNode)}
        yield sets.Closed(frozenset(allowed))

    def qualified(self, node: Term) -> Iterator[Constraint]:
        graph, shape = self.graph, self.only(node, sh("qualifiedValueShape"))
        low, high = graph.integer(node, sh("qualifiedMinCount")), graph.integer(node, sh("qualifiedMaxCount"))
        if low is None and high is None:
            what = "sh:qualifiedValueShape needs sh:qualifiedMinCount or sh:qualifiedMaxCount"
            raise ShapesError(node, what, sh("qualifiedValueShape"))
        siblings: dict[Term, None] = {}
        if graph.boolean(node, sh("qualifiedValueShapesDisjoint")):
            for properties in graph.by_subject.values():
                if node in (beside := properties.get(sh("property"), [])):
                    siblings |= {each: None for one in beside for each in graph.values(one, sh("qualifiedValueShape"))}
            siblings.pop(shape, None)
        if low is not None:
            yield logic.QualifiedMinCount(shape, low, tuple(siblings))
        if high is not None:
            yield logic.QualifiedMaxCount(shape, high, tuple(siblings))

    def sparql(self, node: Term, path: Path | None) -> Iterator[Constraint]:
        for constraint in self.graph.values(node, sh("sparql")):
            if self.graph.boolean(constraint, sh("deactivated")):
                continue
            for predicate in self.graph.by_subject.get(constraint, ()):
                name = predicate.value.removeprefix(SH)
                # A shape may be its own constraint, and then has what a shape has, too.
                if name != predicate.value and name not in (*_OF_QUERY, *_OTHER, *_PARAMETERS):
                    raise _unknown(constraint, predicate, "a constraint in SPARQL", _OF_QUERY)
            if self.graph.one(constraint, sh("select")) is None:
                raise ShapesError(constraint, "a constraint in SPARQL must have one sh:select")
            query = read_query(self.graph, constraint, "select", ("this",), path)
            constants = {"currentShape": node} if query.uses("currentShape") else {}
            messages = self.graph.messages(constraint)
            yield Sparql(constraint, query, messages, constants)


def _unknown(node: Term, predicate: NamedNode, of: str, known: Sequence[str]) -> ShapesError:
    """Make the error of a property that SHACL does not have, with the one that may be meant."""
    from difflib import get_close_matches

    name = predicate.value[len(SH) :]
    near = get_close_matches(name, known, 1)
    hint = f"; did you mean sh:{near[0]}?" if near else ""
    return ShapesError(node, f"SHACL knows no sh:{name} of {of}{hint}", predicate)


def _refuse_recursion(shapes: dict[Term, Shape]) -> None:
    """Refuse a shape that refers to itself, directly or through others: the standard leaves open what it means."""
    done: set[Term] = set()
    for start in shapes:
        on_way: dict[Term, Iterator[Term]] = {}
        todo = [start]
        while todo:
            node = todo[-1]
            if node in done:
                todo.pop()
                continue
            if node not in on_way:
                on_way[node] = iter([each for constraint in shapes[node].constraints for each in constraint.shapes])
            below = next(on_way[node], None)
            if below is None:
                done.add(node)
                del on_way[node]
                todo.pop()
            elif below in on_way:
                raise ShapesError(node, f"the shape refers to itself through {below}; recursive shapes are refused")
            else:
                todo.append(below)
