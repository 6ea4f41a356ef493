# SPDX-License-Identifier: Apache-2.0
"""The page of the shapes: a table of each class, made of the files in ``shapes/``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad, Triple

from imnm_kg.rdf.reader import read_turtle
from imnm_kg.shacl import Shape, Shapes, read_shapes
from imnm_kg.shacl.constraints import logic, sets, values
from imnm_kg.shacl.constraints.base import Constraint
from imnm_kg.shacl.constraints.queries import Sparql
from imnm_kg.shacl.vocabulary import Term, local_name, rdfs

__all__ = ["shapes_page"]

_TOP = """\
# Shapes

This page is generated from the files in `shapes/` by `python docs/generate.py`; do not edit it.

A section is a file of `shapes/`. The first table of a section says which properties a node has: what a value must be,
how many there are, and what to do otherwise, in the words of the report. "0..1" is at most one, "1..\\*" at least one.
The second table has what is asked of the node as a whole, its IRI for one. The last explains the parts that the others
name. A node must have what all sections say of all of its classes. A build stops at a violation only.

`imnm-kg validate` validates the graph with these shapes, or any data; [errors](errors.md#shacl-component) says how a
result looks.
"""
_KINDS = {
    "BlankNode": "a blank node",
    "IRI": "an IRI",
    "Literal": "a literal",
    "BlankNodeOrIRI": "an IRI or a blank node",
    "BlankNodeOrLiteral": "a literal or a blank node",
    "IRIOrLiteral": "an IRI or a literal",
}
_RANGES: dict[type[Constraint], str] = {
    values.MinInclusive: "at least",
    values.MinExclusive: "more than",
    values.MaxInclusive: "at most",
    values.MaxExclusive: "less than",
}
_BESIDE: dict[type[Constraint], str] = {
    sets.Equals: "the same as in {}",
    sets.Disjoint: "not in {}",
    sets.LessThan: "less than {}",
    sets.LessThanOrEquals: "at most {}",
}
_TARGETS = {
    "class": "each {}",
    "node": "the node {}",
    "subjectsOf": "each node with {}",
    "objectsOf": "each value of {}",
}
_LONGEST = 110


@dataclass(frozen=True)
class _Page:
    shapes: Shapes
    labels: Mapping[Term, str]
    prefixes: Mapping[str, str]

    def short(self, text: str) -> str:
        """Write the IRIs in a text with prefixes."""

        def one(found: re.Match[str]) -> str:
            for prefix, space in self.prefixes.items():
                local = found[1].removeprefix(space)
                if found[1].startswith(space) and re.fullmatch(r"[\w.-]+", local):
                    return f"{prefix}:{local}"
            return found[0]

        return re.sub(r"<([^<>]+)>", one, text)

    def code(self, term: object) -> str:
        if isinstance(term, Literal) and term.datatype.value.endswith(("#integer", "#boolean", "#decimal")):
            return f"`{term.value}`"
        return f"`{self.short(str(term))}`"

    def label(self, node: Term) -> str:
        return self.labels.get(node) or local_name(getattr(node, "value", str(node)))

    def asks(self, constraint: Constraint) -> str:
        """Say what a constraint asks of a value; an empty text for a count, which has a column of its own."""
        match constraint:
            case values.Class():
                return f"of class {self.code(constraint.iri)}"
            case values.Datatype():
                return self.code(constraint.iri)
            case values.NodeKind():
                return _KINDS[constraint.kind]
            case values.In():
                return self.any_of(map(self.code, constraint.members))
            case values.Pattern():
                if len(constraint.pattern) > _LONGEST:
                    return "a pattern of the file"
                flags = f" (flags `{constraint.flags}`)" if constraint.flags else ""
                return f"like `{constraint.pattern}`{flags}"
            case values.MinLength(length=1):
                return "not empty"
            case values.MinLength() | values.MaxLength():
                most = "at least" if isinstance(constraint, values.MinLength) else "at most"
                return f"{most} {constraint.length} characters"
            case values.LanguageIn():
                return f"a text in {self.any_of(f'`{each}`' for each in constraint.languages)}"
            case values.MinInclusive() | values.MinExclusive() | values.MaxInclusive() | values.MaxExclusive():
                return f"{_RANGES[type(constraint)]} {self.code(constraint.bound)}"
            case sets.Equals() | sets.Disjoint() | sets.LessThan():
                return _BESIDE[type(constraint)].format(self.code(constraint.iri))
            case sets.UniqueLang():
                return "one a language"
            case sets.HasValue():
                return f"one of them {self.code(constraint.term)}"
            case sets.Closed():
                return "no other property than those of the tables" if constraint.allowed else "no property"
            case logic.QualifiedMinCount() | logic.QualifiedMaxCount():
                most = "at least" if isinstance(constraint, logic.QualifiedMinCount) else "at most"
                return f"{most} {constraint.count} that are {self.label(constraint.node)}"
            case logic.Not():
                return f"not {self.label(constraint.node)}"
            case logic.Node() | logic.Property():
                return self.label(constraint.node)
            case logic.And():
                return " and ".join(map(self.label, constraint.nodes))
            case logic.Or():
                return self.any_of(map(self.label, constraint.nodes))
            case logic.Xone():
                return f"exactly one of: {', '.join(map(self.label, constraint.nodes))}"
            case Sparql():
                return self.label(constraint.node)
        return ""

    def any_of(self, names: Iterable[str]) -> str:
        *most, last = names
        return f"{', '.join(most)} or {last}" if most else last

    def must(self, shape: Shape) -> str:
        return "; ".join(dict.fromkeys(filter(None, map(self.asks, shape.constraints))))

    def count(self, shape: Shape) -> str:
        low = max((each.count for each in shape.constraints if isinstance(each, sets.MinCount)), default=0)
        low = max(low, len({each.term for each in shape.constraints if isinstance(each, sets.HasValue)}))
        high = min((each.count for each in shape.constraints if isinstance(each, sets.MaxCount)), default=None)
        if high is None:
            return f"{low}..\\*"
        return str(high) if low == high else "none" if high == 0 else f"{low}..{high}"

    def result(self, shape: Shape, constraint: Constraint | None = None) -> tuple[str, str]:
        """Give severity and message of a result."""
        own = constraint.messages if isinstance(constraint, Sparql) else ()
        messages = own or shape.messages
        return local_name(shape.severity.value).lower(), messages[0].value if messages else ""


def shapes_page(folder: Path, prefix_file: Path) -> str:
    """Return the text of the page.

    Args:
        folder: the folder of the shapes, a file a class.
        prefix_file: the one list of prefixes.
    """
    files = [read_turtle(path, path.name) for path in sorted(folder.glob("*.ttl"))]
    listed = read_turtle(prefix_file, prefix_file.name)
    quads = [Quad(*triple) for file in (*files, listed) for triple in file.quads]
    labels: dict[Term, str] = {
        quad.subject: quad.object.value
        for quad in quads
        if quad.predicate == rdfs("label") and isinstance(quad.object, Literal)
    }
    # The longest namespace first: it is the one that fits.
    known = {prefix: space for file in files for prefix, space in file.prefixes.items()}
    prefixes = dict(sorted(known.items(), key=lambda item: (-len(item[1]), item[0])))
    page = _Page(read_shapes(quads), labels, prefixes)
    sections = []
    rows = []
    for file in files:
        name = file.path.removesuffix(".ttl")
        own = [shape for node in _subjects(file.quads) if (shape := page.shapes.by_node.get(node)) is not None]
        about = next(iter(re.findall(r"(?m)^# .*?: shapes? of (.*)\.$", file.text)), name)
        targets = dict.fromkeys(_target(page, shape) for shape in own if shape.targets)
        rows.append((f"[{name}](#{name})", about, "; ".join(targets)))
        sections.append(_section(page, name, about, own))
    overview = _table(("file", "shapes of", "for"), rows)
    return "\n\n".join([_TOP.rstrip(), overview, *sections]) + "\n"


def _subjects(triples: Iterable[Triple]) -> list[Term]:
    return list(dict.fromkeys(triple.subject for triple in triples))


def _target(page: _Page, shape: Shape) -> str:
    kinds: dict[str, list[str]] = {}
    for target in shape.targets:
        kinds.setdefault(target.kind, []).append(page.code(target.term))
    return ", ".join(_TARGETS[kind].format(page.any_of(sorted(names))) for kind, names in kinds.items())


def _section(page: _Page, name: str, about: str, own: list[Shape]) -> str:
    parts = [f"## {name}", f"The shapes of {about}, `shapes/{name}.ttl`."]
    together: dict[str, list[Shape]] = {}
    for shape in own:
        if shape.targets:
            together.setdefault(_target(page, shape), []).append(shape)
    explained: list[Shape] = []
    for target, shapes in together.items():
        parts.append(f"For {target}:")
        properties = _properties(page, shapes)
        rows = [
            (page.code(shape.path), page.must(shape) or "anything", page.count(shape), *page.result(shape))
            for shape in properties
        ]
        if rows:
            parts.append(_table(("property", "a value is", "how many", "severity", "message"), rows))
        whole = [
            (page.label(each.node), "a query", *page.result(shape, each))
            if isinstance(each, Sparql)
            else (page.label(shape.node), page.asks(each), *page.result(shape))
            for shape in shapes
            for each in shape.constraints
            if not isinstance(each, logic.Property)
        ]
        if whole:
            parts.append(_table(("of the node", "it is or has", "severity", "message"), whole))
        explained += [*properties, *shapes]
    helpers = [
        (page.label(shape.node), ": ".join(filter(None, (_along(page, shape), page.must(shape)))))
        for shape in _helpers(page, explained)
    ]
    if helpers:
        parts.append(_table(("part", "what it is"), helpers))
    return "\n\n".join(parts)


def _properties(page: _Page, shapes: Iterable[Shape]) -> list[Shape]:
    constraints = [each for shape in shapes for each in shape.constraints if isinstance(each, logic.Property)]
    return [page.shapes[node] for node in dict.fromkeys(node for each in constraints for node in each.shapes)]


def _along(page: _Page, shape: Shape) -> str:
    return "" if shape.path is None else f"{page.code(shape.path)}, {page.count(shape)}"


def _helpers(page: _Page, shapes: Iterable[Shape]) -> list[Shape]:
    """Give the shapes that some shapes name in what they ask, and those that these name."""
    found: dict[Term, Shape] = {}
    todo = list(shapes)
    while todo:
        shape = todo.pop(0)
        for each in shape.constraints:
            if shape.targets and isinstance(each, logic.Property):
                continue
            for node in each.shapes:
                if node not in found:
                    found[node] = page.shapes[node]
                    todo.append(page.shapes[node])
    return [shape for shape in found.values() if isinstance(shape.node, NamedNode)]


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *(tuple(cell.replace("|", "\\|") for cell in row) for row in rows)]
    return "\n".join("|".join(("", *(f" {cell} " if cell != "---" else cell for cell in line), "")) for line in lines)
