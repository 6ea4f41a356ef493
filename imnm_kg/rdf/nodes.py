# SPDX-License-Identifier: Apache-2.0
"""Blank nodes of a document: which are nested, which get a label, and which label."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from typing import NamedTuple

import pyoxigraph as ox

from imnm_kg.errors import ImnmError
from imnm_kg.rdf.terms import RDF, canonical_quads

__all__ = ["BlankNodes", "find_blank_nodes", "key_of", "natural", "with_canonical_labels"]

_FIRST, _REST, _NIL = (f"{RDF}{name}" for name in ("first", "rest", "nil"))
# Deeper nesting gets a label: nobody can read it, and each level costs stack.
_DEPTH = 60

_Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
_Parents = dict[str, tuple[str, str]]


class BlankNodes(NamedTuple):
    """How the blank nodes of a dataset are written.

    Attributes:
        labels: the label of each blank node that is written by label, by its id.
        parents: the key of the subject in whose block each other blank node is nested, by its id.
    """

    labels: dict[str, str]
    parents: dict[str, str]

    def root(self, key: str) -> str:
        """Give the key of the block in which a subject is written.

        Args:
            key: the key of a subject.
        """
        while key.startswith("_:") and key[2:] in self.parents:
            key = self.parents[key[2:]]
        return key


def key_of(term: _Term) -> str:
    """Give the key of a subject: its IRI, or ``_:`` and the id of a blank node.

    Args:
        term: the subject.

    Raises:
        ImnmError: ``turtle-syntax`` for a literal or a triple term.
    """
    if isinstance(term, ox.NamedNode):
        return term.value
    if isinstance(term, ox.BlankNode):
        return f"_:{term.value}"
    raise ImnmError("turtle-syntax", f"{term} is no subject of RDF 1.1", "use plain RDF 1.1 triples")


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """Give a sort key by which ``b2`` comes before ``b10``.

    Args:
        text: an id.
    """
    parts = re.findall(r"[0-9]+|[^0-9]+", text)
    return tuple((0, int(part), part) if part.isdecimal() else (1, 0, part) for part in parts)


def find_blank_nodes(quads: Collection[ox.Quad], rank: Callable[[str], tuple[object, ...]]) -> BlankNodes:
    """Decide which blank nodes are nested and which get a label.

    Nested is a node that is an object exactly once and is in one graph only. The nodes of a circle that
    nothing else leads to all get a label, because no one of them is the outermost.

    Args:
        quads: all quads of the document, none twice.
        rank: the sort key of an id, which decides the numbers of the labels.
    """
    uses: dict[str, list[tuple[str, str]]] = {}
    graphs: dict[str, set[str]] = {}
    for quad in quads:
        if not (
            isinstance(quad.subject, ox.BlankNode)
            or isinstance(quad.object, ox.BlankNode | ox.Triple)
            or isinstance(quad.graph_name, ox.BlankNode)
        ):
            continue
        graph = str(quad.graph_name)
        for term in (quad.subject, quad.object, quad.graph_name):
            if isinstance(term, ox.BlankNode):
                graphs.setdefault(term.value, set()).add(graph)
                uses.setdefault(term.value, [])
        if isinstance(quad.object, ox.BlankNode):
            uses[quad.object.value].append((key_of(quad.subject), quad.predicate.value))
        if isinstance(quad.graph_name, ox.BlankNode):
            graphs[quad.graph_name.value].add("the name of a graph")
    parents = {node: found[0] for node, found in uses.items() if len(found) == 1 and len(graphs[node]) == 1}
    for node in _circular(parents):
        del parents[node]
    for node in _too_deep(parents, _list_cells(quads, parents)):
        del parents[node]
    labelled = sorted((node for node in uses if node not in parents), key=rank)
    labels = {node: f"_:b{number}" for number, node in enumerate(labelled)}
    return BlankNodes(labels, {node: parent for node, (parent, _) in parents.items()})


def _circular(parents: _Parents) -> set[str]:
    """Give the nodes that are their own ancestors."""
    found: set[str] = set()
    done: set[str] = set()
    for start in parents:
        path: dict[str, int] = {}
        node = start
        while node in parents and node not in done and node not in path:
            path[node] = len(path)
            node = parents[node][0].removeprefix("_:")
        if node in path:
            found.update(name for name, place in path.items() if place >= path[node])
        done.update(path)
    return found


def _list_cells(quads: Iterable[ox.Quad], parents: _Parents) -> set[str]:
    """Give the nested nodes that are cells of well-formed lists."""
    about: dict[str, list[str]] = {}
    ends: list[str] = []
    for quad in quads:
        if isinstance(quad.subject, ox.BlankNode):
            about.setdefault(quad.subject.value, []).append(quad.predicate.value)
            if quad.predicate.value == _REST and quad.object == ox.NamedNode(_NIL):
                ends.append(quad.subject.value)
    cells: set[str] = set()
    for node in ends:
        while node in parents and node not in cells and sorted(about.get(node, ())) == [_FIRST, _REST]:
            cells.add(node)
            parent, predicate = parents[node]
            if predicate != _REST:
                break
            node = parent.removeprefix("_:")
    return cells


def _too_deep(parents: _Parents, cells: set[str]) -> set[str]:
    """Give the nodes at which nesting must start anew; a list counts as one level."""
    depths: dict[str, int] = {}
    found: set[str] = set()
    for start in parents:
        path = []
        node = start
        while node in parents and node not in depths:
            path.append(node)
            node = parents[node][0].removeprefix("_:")
        depth = depths.get(node, 0)
        for step in reversed(path):
            parent, predicate = parents[step]
            depth += not (predicate == _REST and step in cells and parent.removeprefix("_:") in cells)
            if depth > _DEPTH:
                found.add(step)
                depth = 0
            depths[step] = depth
    return found


def with_canonical_labels(quads: list[ox.Quad]) -> tuple[list[ox.Quad], BlankNodes]:
    """Find the blank nodes, after renaming them by RDFC-1.0 if any gets a label.

    Args:
        quads: all quads of the document, none twice.

    Returns:
        The quads, renamed if need be, and their blank nodes.
    """
    nodes = find_blank_nodes(quads, lambda node: (node,))
    if not nodes.labels:
        # Nothing to number, and canonicalization can be slow.
        return quads, nodes
    quads = canonical_quads(quads)
    return quads, find_blank_nodes(quads, natural)
