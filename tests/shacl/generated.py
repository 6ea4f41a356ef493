# SPDX-License-Identifier: Apache-2.0
"""Shapes and data made at random, for the comparison with other engines; what a case draws from is in ``terms.ttl``."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse, serialize

from imnm_kg.shacl.vocabulary import RDF, SH, XSD, Term, rdf, rdfs, sh

__all__ = ["EX", "Case", "cases", "collected"]

FIXTURES = Path(__file__).parent / "fixtures"
EX = "http://example.org/"
INTEGER, BOOLEAN = NamedNode(f"{XSD}integer"), NamedNode(f"{XSD}boolean")
_RDF_LIST = NamedNode(f"{RDF}nil")


def ex(name: str) -> NamedNode:
    return NamedNode(EX + name)


def _pools() -> dict[str, list[Term]]:
    found: dict[str, list[Term]] = {}
    for quad in parse(path=FIXTURES / "terms.ttl", format=RdfFormat.TURTLE):
        found.setdefault(quad.predicate.value.removeprefix(EX), []).append(quad.object)
    return found


POOLS = _pools()
NODES: list[Term] = [*map(ex, "abcd"), BlankNode("b0"), BlankNode("b1")]
CLASSES = [ex("C"), ex("D"), ex("E")]
PREDICATES = [ex("p"), ex("q"), ex("r")]
DATATYPES = [term for term in POOLS["datatype"] if isinstance(term, NamedNode)]
KINDS = [sh(name) for name in ("IRI", "BlankNode", "Literal", "BlankNodeOrIRI", "BlankNodeOrLiteral", "IRIOrLiteral")]


@dataclass(frozen=True)
class Case:
    """Shapes and data, as triples."""

    shapes: list[Triple] = field(repr=False)
    data: list[Triple] = field(repr=False)

    def __str__(self) -> str:
        prefixes = {"sh": SH, "ex": EX, "xsd": XSD, "rdf": RDF}
        parts = (serialize(part, format=RdfFormat.TURTLE, prefixes=prefixes) for part in (self.shapes, self.data))
        return "# shapes\n{}\n# data\n{}".format(*(part.decode() for part in parts if part is not None))

    def __repr__(self) -> str:
        return str(self)


class _Builder:
    """Draws one case; ``strange`` admits terms that engines are known to judge apart."""

    def __init__(self, random: Random, strange: bool) -> None:
        self.random, self.triples, self.counts = random, list[Triple](), {"N": 0, "l": 0}
        self.literals = [*POOLS["literal"], *(POOLS["strange"] if strange else ())]
        self.bounds = [*POOLS["bound"], *(POOLS["strangeBound"] if strange else ())]
        self.strange = strange

    def one(self, terms: list[Any]) -> Any:
        return self.random.choice(terms)

    def some(self, terms: list[Any], least: int, most: int) -> list[Any]:
        return self.random.sample(terms, self.random.randint(least, most))

    def yes(self, chance: int = 2) -> bool:
        return self.random.randrange(chance) == 0

    def say(self, subject: Term, name: str, value: Term) -> None:
        self.triples.append(Triple(subject, sh(name), value))  # type: ignore[arg-type]

    def new(self, kind: str) -> str:
        self.counts[kind] += 1
        return f"{kind}{self.counts[kind]}"

    def list_of(self, members: list[Term]) -> Term:
        head: Term = _RDF_LIST
        for member in reversed(members):
            cell = BlankNode(self.new("l"))
            for name, value in (("first", member), ("rest", head)):
                self.triples.append(Triple(cell, rdf(name), value))
            head = cell
        return head

    def value(self) -> Term:
        term: Term = self.one([*self.literals, *NODES[:4]])
        return term

    def path(self, depth: int = 2) -> Term:
        form = self.random.randint(0, 9) if depth else 0
        if form < 4:
            return self.one([*PREDICATES, rdf("type")])  # type: ignore[no-any-return]
        node = BlankNode(self.new("l"))
        if form in (4, 5):
            return self.list_of([self.path(depth - 1) for _ in range(2)])
        if form == 6:
            self.say(node, "alternativePath", self.list_of([self.path(depth - 1) for _ in range(2)]))
        elif form == 7:
            self.say(node, "inversePath", self.path(depth - 1))
        else:
            self.say(node, self.one(["zeroOrMorePath", "oneOrMorePath", "zeroOrOnePath"]), self.path(depth - 1))
        return node

    def shape(self, depth: int, is_property: bool | None = None) -> Term:
        node = ex(self.new("N"))
        is_property = self.yes() if is_property is None else is_property
        self.triples.append(Triple(node, rdf("type"), sh("PropertyShape" if is_property else "NodeShape")))
        if is_property:
            self.say(node, "path", self.path())
        for name in self.some([*VALUES, *SETS, *(LOGIC if depth else ()), *(PROPERTIES if is_property else ())], 1, 3):
            if name not in PROPERTIES or is_property:
                self.constraint(node, name, depth)
        if self.yes(4):
            self.say(node, "severity", self.one([sh("Warning"), sh("Info"), sh("Violation")]))
        if self.yes(10):
            self.say(node, "deactivated", Literal("true", datatype=BOOLEAN))
        return node

    def constraint(self, node: Term, name: str, depth: int) -> None:
        match name:
            case "class":
                self.say(node, name, self.one(CLASSES))
            case "datatype":
                self.say(node, name, self.one(DATATYPES))
            case "nodeKind":
                self.say(node, name, self.one(KINDS))
            case "minExclusive" | "minInclusive" | "maxExclusive" | "maxInclusive":
                self.say(node, name, self.one(self.bounds))
            case "minLength" | "maxLength" | "minCount" | "maxCount":
                self.say(node, name, Literal(str(self.random.randint(0, 3)), datatype=INTEGER))
            case "pattern":
                self.say(node, name, self.one(POOLS["pattern"] + (POOLS["strangePattern"] if self.strange else [])))
                if self.yes(3):
                    self.say(node, "flags", self.one(POOLS["flags"] + (POOLS["strangeFlags"] if self.strange else [])))
            case "languageIn":
                self.say(node, name, self.list_of(self.some(POOLS["language"], 1, 2)))
            case "uniqueLang":
                self.say(node, name, Literal(self.one(["true", "false"]), datatype=BOOLEAN))
            case "equals" | "disjoint" | "lessThan" | "lessThanOrEquals":
                self.say(node, name, self.one(PREDICATES))
            case "hasValue":
                self.say(node, name, self.value())
            case "in":
                self.say(node, name, self.list_of([self.value() for _ in range(self.random.randint(1, 4))]))
            case "closed":
                self.say(node, name, Literal("true", datatype=BOOLEAN))
                if self.yes():
                    self.say(node, "ignoredProperties", self.list_of([self.one([*PREDICATES, rdf("type")])]))
            case "not":
                self.say(node, name, self.shape(depth - 1))
            case "node":
                self.say(node, name, self.shape(depth - 1, is_property=False))
            case "and" | "or" | "xone":
                self.say(node, name, self.list_of([self.shape(depth - 1) for _ in range(self.random.randint(1, 3))]))
            case "property":
                for _ in range(self.random.randint(1, 2)):
                    self.say(node, name, self.shape(depth - 1, is_property=True))
            case _:
                self.qualified(node, depth)

    def qualified(self, node: Term, depth: int) -> None:
        self.say(node, "qualifiedValueShape", self.shape(max(depth - 1, 0)))
        for name in self.some(["qualifiedMinCount", "qualifiedMaxCount"], 1, 2):
            self.say(node, name, Literal(str(self.random.randint(0, 2)), datatype=INTEGER))
        if self.yes():
            self.say(node, "qualifiedValueShapesDisjoint", Literal("true", datatype=BOOLEAN))

    def target(self, node: Term) -> None:
        name = self.one(["targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf", "implicit"])
        if name == "implicit":
            self.triples += [Triple(node, rdf("type"), rdfs("Class"))]  # type: ignore[arg-type]
            self.implicit.append(node)
        else:
            pools: dict[str, list[Any]] = {"targetClass": CLASSES, "targetNode": [*NODES[:4], *POOLS["literal"]]}
            pool = pools.get(name, PREDICATES)
            self.say(node, name, self.one(pool))

    def case(self) -> Case:
        self.implicit: list[Term] = []
        for _ in range(self.random.randint(1, 2)):
            shape = self.shape(2)
            for _ in range(self.random.randint(1, 2)):
                self.target(shape)
        data = []
        for _ in range(self.random.randint(1, 14)):
            subject, form = self.one(NODES), self.random.randint(0, 9)
            if form < 2:
                data.append(Triple(subject, rdf("type"), self.one([*CLASSES, *self.implicit])))
            elif form == 2:
                data.append(Triple(self.one(CLASSES), rdfs("subClassOf"), self.one(CLASSES)))
            else:
                value = self.one(NODES) if form < 6 else self.one(self.literals)
                data.append(Triple(subject, self.one(PREDICATES), value))
        return Case(list(dict.fromkeys(self.triples)), list(dict.fromkeys(data)))


VALUES = [
    "class", "datatype", "nodeKind", "minExclusive", "minInclusive", "maxExclusive", "maxInclusive", "minLength",
    "maxLength", "pattern", "languageIn", "in",
]  # fmt: skip
SETS = ["equals", "disjoint", "hasValue", "closed"]
LOGIC = ["not", "node", "and", "or", "xone", "property"]
PROPERTIES = ["minCount", "maxCount", "uniqueLang", "lessThan", "lessThanOrEquals", "qualified"]


def cases(strange: bool = False) -> st.SearchStrategy[Case]:
    """Draw a case in a way that can be shrunk."""
    return st.randoms(use_true_random=False).map(lambda random: _Builder(random, strange).case())


def collected(count: int, strange: bool = False) -> list[Case]:
    """Give so many cases at once, the same ones each time."""
    return [_Builder(Random(seed), strange).case() for seed in range(count)]
