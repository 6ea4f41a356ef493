# SPDX-License-Identifier: Apache-2.0
"""Run the shapes over many small broken graphs at once.

A case is a part of ``valid.ttl``, the nodes that it touches and whatever these need, with a few triples taken out
(``remove``) and put in (``add``); ``needs`` names further nodes, and ``aim`` points a shape that has no target of
its own at a node. To validate hundreds of cases in one run, the names of every case get the number of
the case, and the results are told apart by it.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pyshacl
import pyshacl.shape
from pyshacl.constraints import ALL_CONSTRAINT_PARAMETERS, CONSTRAINT_PARAMETERS_MAP
from rdflib import RDF, RDFS, SH, BNode, Graph, Literal, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.plugins.sparql import prepareQuery
from rdflib.query import Result as QueryResult
from rdflib.term import Node

import imnm_kg.shacl
from imnm_kg.shacl.rdflib_bridge import from_rdflib, rdflib_graph

ROOT = Path(__file__).resolve().parents[2]
SHAPES = ROOT / "shapes"
FIXTURES = ROOT / "tests" / "fixtures" / "shapes"
CAPITAL_TAG = re.compile('"@[a-z-]*[A-Z]')
BASE = "https://w3id.org/imnm-kg/"
DCTERMS = Namespace("http://purl.org/dc/terms/")
IMNM = Namespace(BASE + "ontology/")
OWNS = {IMNM[key] for key in ("hasEvidence", "hasArm", "hasEndpoint", "hasAuthorship", "hasZone")}

Triple = tuple[Node, Node, Node]


@dataclass(frozen=True, order=True)
class Found:
    """One result of a validation, each part as Turtle; no path or value: an empty text."""

    focus: str
    path: str
    value: str
    component: str
    shape: str


@dataclass(frozen=True)
class Case:
    """A broken graph and what the shapes say of it."""

    file: str
    name: str
    needs: tuple[str, ...]
    remove: tuple[str, ...]
    add: tuple[str, ...]
    aim: tuple[tuple[str, str], ...]
    expect: tuple[Found, ...]

    @property
    def id(self) -> str:
        return f"{self.file}: {self.name}"


class PreparedGraph(Graph):
    """A graph that parses a query once: pySHACL sends the same text for every focus node."""

    def query(self, query_object: Any, *args: Any, **kwargs: Any) -> QueryResult:
        if isinstance(query_object, str):
            query_object = _prepared(query_object)
        return super().query(query_object, *args, **kwargs)


@cache
def _prepared(text: str) -> Any:
    return prepareQuery(text)


class QuickList(list[Node]):
    """A list that is asked as a set: pySHACL looks each property of a shape up in one of forty, half of its time."""

    def __contains__(self, item: object) -> bool:
        return item in self._members

    @cached_property
    def _members(self) -> frozenset[Node]:
        return frozenset(self)


# Where pySHACL keeps what it looks up; it fills the place itself where nothing is there yet.
pyshacl.shape.CONSTRAINT_PARAMS = (QuickList(ALL_CONSTRAINT_PARAMETERS), CONSTRAINT_PARAMETERS_MAP)


# Reading ------------------------------------------------------------------------------------------------------


@cache
def prefixes() -> dict[str, str]:
    graph = Graph().parse(ROOT / "ontology" / "prefixes.ttl")
    return {
        str(graph.value(node, SH.prefix)): str(graph.value(node, SH.namespace))
        for node in graph.subjects(RDF.type, SH.PrefixDeclaration)
    }


def _node(term: Any) -> Node:
    if isinstance(term, ox.NamedNode):
        return URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return BNode(term.value)
    # rdflib would make "01"^^xsd:integer canonical, and the shapes would see nothing to complain of.
    if term.language:
        return Literal(term.value, lang=term.language)
    return Literal(term.value, datatype=URIRef(term.datatype.value), normalize=False)


def triples(text: str) -> list[Triple]:
    """Parse Turtle that may use every prefix of the project; literals stay as written."""
    header = "".join(f"@prefix {name}: <{space}> .\n" for name, space in prefixes().items())
    if CAPITAL_TAG.search(text):
        # pyoxigraph makes language tags lower-case, rdflib makes integers canonical: no case needs both.
        return list(Graph().parse(data=header + text, format="turtle"))
    quads = ox.parse(header + text, format=ox.RdfFormat.TURTLE)
    return [(_node(quad.subject), _node(quad.predicate), _node(quad.object)) for quad in quads]


def term(text: str) -> Node:
    return triples(f"<urn:s> <urn:p> {text} .")[0][2]


@cache
def valid() -> tuple[Triple, ...]:
    return tuple(triples((FIXTURES / "valid.ttl").read_text(encoding="utf-8")))


@cache
def ontology() -> tuple[Triple, ...]:
    return tuple(triples((ROOT / "ontology" / "imnm.ttl").read_text(encoding="utf-8")))


def shapes_graph() -> Graph:
    graph = Graph(store="SimpleMemory")  # one that keeps no named graphs answers faster, and shapes are asked a lot
    for path in [*sorted(SHAPES.glob("*.ttl")), ROOT / "ontology" / "prefixes.ttl"]:
        for triple in triples(path.read_text(encoding="utf-8")):
            graph.add(triple)
    return graph


def read_cases() -> list[Case]:
    return [case for path in sorted(FIXTURES.glob("*.toml")) for case in _cases_of(path)]


def _cases_of(path: Path) -> Iterable[Case]:
    for item in tomllib.loads(path.read_text(encoding="utf-8"))["case"]:
        yield Case(
            path.stem,
            item["name"],
            tuple(item.get("needs", ())),
            tuple(item.get("remove", ())),
            tuple(item.get("add", ())),
            tuple((one["shape"], one["focus"]) for one in item.get("aim", ())),
            tuple(sorted(Found(**result) for result in item["expect"])),
        )


# Parts of valid.ttl -------------------------------------------------------------------------------------------


def _root(node: Node) -> Node:
    """Return the node that a part of it, such as ``#quote``, belongs to."""
    return URIRef(str(node).split("#")[0]) if str(node).startswith(BASE) else node


@cache
def _neighbours() -> dict[Node, set[Node]]:
    """Say of each described node what it cannot be valid without: what it names, what owns it, its premises."""
    described: dict[Node, set[Node]] = {_root(subject): set() for subject, _, _ in valid()}
    inferences = _by_triple(valid())
    for subject, predicate, value in valid():
        subject_root, value_root = _root(subject), _root(value)
        described[subject_root].update(inferences[subject, predicate, value])
        if predicate != DCTERMS.source:
            described[subject_root].add(value_root)
        owns = predicate in OWNS or (predicate == RDF.object and "/background/" in str(subject))
        if owns and value_root in described:
            described[value_root].add(subject_root)
    return described


def _by_triple(graph: Iterable[Triple]) -> defaultdict[Triple, set[Node]]:
    parts: defaultdict[Node, dict[Node, Node]] = defaultdict(dict)
    for subject, predicate, value in graph:
        if "/inference/" in str(subject):
            parts[subject][predicate] = value
    found: defaultdict[Triple, set[Node]] = defaultdict(set)
    for node, part in parts.items():
        if RDF.object in part:
            found[part[RDF.subject], part[RDF.predicate], part[RDF.object]].add(node)
    return found


def part_of_valid(start: Iterable[Node]) -> list[Triple]:
    """Return what ``valid.ttl`` says of some nodes and of all that they need."""
    neighbours, seen, todo = _neighbours(), set[Node](), [_root(node) for node in start]
    while todo:
        node = todo.pop()
        if node in neighbours and node not in seen:
            seen.add(node)
            todo.extend(neighbours[node])
    return [triple for triple in valid() if _root(triple[0]) in seen]


# Numbering ----------------------------------------------------------------------------------------------------

_RULES = (
    (re.compile(rf"^({BASE}(?:claim|evidence|inference)/)0000"), r"\g<1>{n:04x}"),
    (re.compile(rf"^({BASE}(?:entity|document|dispute|background|release)/)"), r"\g<1>c{n:04x}-"),
    (re.compile(rf"^({BASE}ontology/[Ff]ixture)"), r"\g<1>{n:04x}"),
    (re.compile(rf"^({BASE}fixture-(?:dataset|ontology))"), r"\g<1>-{n:04x}"),
)
_UNDO = (
    (re.compile(rf"^({BASE}(?:claim|evidence|inference)/)([0-9a-f]{{4}})"), r"\g<1>0000"),
    (re.compile(rf"^({BASE}(?:entity|document|dispute|background|release)/)c([0-9a-f]{{4}})-"), r"\g<1>"),
    (re.compile(rf"^({BASE}ontology/[Ff]ixture)([0-9a-f]{{4}})"), r"\g<1>"),
    (re.compile(rf"^({BASE}fixture-(?:dataset|ontology))-([0-9a-f]{{4}})"), r"\g<1>"),
)


def _numbered(node: Node, number: int) -> Node:
    if isinstance(node, URIRef):
        for pattern, new in _RULES:
            if pattern.match(node):
                return URIRef(pattern.sub(new.format(n=number), node))
    return node


def _number_of(node: Node) -> int | None:
    if isinstance(node, URIRef):
        for pattern, _ in _UNDO:
            if match := pattern.match(node):
                return int(match[2], 16)
    return None


def _plain(node: Node) -> Node:
    if isinstance(node, URIRef):
        for pattern, old in _UNDO:
            if pattern.match(node):
                return URIRef(pattern.sub(old, node))
    if isinstance(node, Literal):
        return Literal(re.sub(" c[0-9a-f]{4}$", "", node), node.language, node.datatype, normalize=False)
    return node


def _numbered_triple(triple: Triple, number: int) -> Triple:
    subject, predicate, value = (_numbered(node, number) for node in triple)
    if predicate == RDFS.label and isinstance(value, Literal):
        # Labels are unique in a graph, so those of the cases must differ.
        value = Literal(f"{value} c{number:04x}", value.language, value.datatype, normalize=False)
    return subject, predicate, value


# Running ------------------------------------------------------------------------------------------------------


def case_triples(case: Case) -> list[Triple]:
    """Return the graph of a case.

    Raises:
        AssertionError: a triple to be removed is not there.
    """
    gone, new = triples("\n".join(case.remove)), triples("\n".join(case.add))
    named = [term(text) for text in (*case.needs, *(focus for _, focus in case.aim))]
    touched = [node for one in (*gone, *new) for node in (one[0], one[2])]
    graph = part_of_valid([*named, *touched])
    missing = [one for one in gone if one not in graph]
    assert not missing, f"{case.id}: not in valid.ttl: {missing}"
    return [one for one in graph if one not in gone] + new


def run(engine: str, cases: Sequence[Case]) -> tuple[list[list[Found]], list[Found]]:
    """Validate all cases in one graph with our engine (``fast``) or ``pyshacl``.

    Returns:
        The results of each case; and those that belong to no case.
    """
    shapes, data = shapes_graph(), [*ontology()]
    for number, case in enumerate(cases, 1):
        data += [_numbered_triple(triple, number) for triple in case_triples(case)]
        for shape, focus in case.aim:
            shapes.add((term(shape), SH.targetNode, _numbered(term(focus), number)))
    # A literal or a property carries no number: its results belong to the case that expects some of them.
    claimed = {
        (result.focus, result.shape): number
        for number, case in enumerate(cases, 1)
        for result in case.expect
        if _numbered(term(result.focus), 1) == term(result.focus)
    }
    found: defaultdict[int | None, list[Found]] = defaultdict(list)
    for number_seen, result in validate(engine, data, shapes):
        found[number_seen or claimed.get((result.focus, result.shape))].append(result)
    strays = sorted(found.pop(None, []))
    # Two equal solutions of a query are two results to the standard and our engine, and one to pySHACL.
    return [sorted(set(found[number])) for number in range(1, len(cases) + 1)], strays


def validate(engine: str, data: Iterable[Triple], shapes: Graph) -> Iterable[tuple[int | None, Found]]:
    """Validate, and give every result with the number that its focus node or value carries."""
    report: Graph
    if engine == "fast":
        report = rdflib_graph(imnm_kg.shacl.validate(_terms(data), list(_terms(shapes))).triples())
    else:
        graph = PreparedGraph()
        for triple in data:
            graph.add(triple)
        report = pyshacl.validate(graph, shacl_graph=shapes, inplace=True)[1]
    for result in report.objects(None, SH.result):
        focus, path, value = (report.value(result, key) for key in (SH.focusNode, SH.resultPath, SH.value))
        component = str(report.value(result, SH.sourceConstraintComponent)).removeprefix(str(SH))
        source = report.value(result, SH.sourceConstraint) or report.value(result, SH.sourceShape)
        assert focus is not None
        assert source is not None
        yield (
            _number_of(focus) or (None if value is None else _number_of(value)),
            Found(
                turtle(_plain(focus)),
                "" if path is None else path_text(report, path),
                "" if value is None else turtle(_plain(value)),
                component.removesuffix("ConstraintComponent"),
                turtle(source),
            ),
        )


def _terms(graph: Iterable[Triple]) -> Iterator[ox.Quad]:
    """Give triples as our engine reads them; literals stay as written."""
    for triple in graph:
        subject, predicate, value = map(from_rdflib, triple)
        yield ox.Quad(subject, predicate, value)  # type: ignore[arg-type]


# Writing ------------------------------------------------------------------------------------------------------


@cache
def _spaces() -> list[tuple[str, str]]:
    return sorted(((space, name) for name, space in prefixes().items()), key=lambda one: -len(one[0]))


def turtle(node: Node) -> str:
    """Write a term as Turtle, the same for every way of writing it."""
    if isinstance(node, BNode):
        return f"_:{node}"
    if isinstance(node, Literal):
        text = str(node).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        if node.language:
            return f'"{text}"@{node.language}'
        plain = node.datatype is None or str(node.datatype).endswith("#string")
        return f'"{text}"' if plain else f'"{text}"^^{turtle(URIRef(str(node.datatype)))}'
    for space, name in _spaces():
        local = str(node).removeprefix(space)
        if local != str(node) and re.fullmatch(r"\w([\w-]*\w)?", local):
            return f"{name}:{local}"
    return f"<{node}>"


def path_text(graph: Graph, path: Node) -> str:
    """Write a property path as the shapes write it."""
    if isinstance(path, URIRef):
        return turtle(path)
    if (path, RDF.first, None) in graph:
        return f"( {' '.join(path_text(graph, step) for step in Collection(graph, path))} )"
    for key in (SH.inversePath, SH.alternativePath):
        inner = graph.value(path, key)
        if inner is not None:
            return f"[ {turtle(key)} {path_text(graph, inner)} ]"
    raise ValueError(path)
