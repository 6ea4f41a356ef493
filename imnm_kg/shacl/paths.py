# SPDX-License-Identifier: Apache-2.0
"""Property paths of SHACL: their values for many nodes at once, and their text in SPARQL."""

from __future__ import annotations

from collections.abc import Iterable, Set
from typing import TypeAlias

from pyoxigraph import NamedNode

from imnm_kg.shacl.columns import LOW, Graph
from imnm_kg.shacl.frozen import Frozen

__all__ = ["Alternative", "Inverse", "Path", "Predicate", "Repeated", "Sequence", "path_values"]


class Predicate(Frozen):
    """One predicate, forward."""

    iri: NamedNode

    def __str__(self) -> str:
        return str(self.iri)


class Inverse(Frozen):
    """A path walked backward."""

    path: Path

    def __str__(self) -> str:
        return f"^{_grouped(self.path)}"


class Sequence(Frozen):
    """Paths one after the other."""

    paths: tuple[Path, ...]

    def __str__(self) -> str:
        return "/".join(map(_grouped, self.paths))


class Alternative(Frozen):
    """Any of some paths."""

    paths: tuple[Path, ...]

    def __str__(self) -> str:
        return "|".join(map(_grouped, self.paths))


class Repeated(Frozen):
    """A path walked several times.

    Attributes:
        path: the path.
        mark: ``*`` (zero or more), ``+`` (one or more) or ``?`` (zero or one).
    """

    path: Path
    mark: str

    def __str__(self) -> str:
        return f"{_grouped(self.path)}{self.mark}"


Path: TypeAlias = Predicate | Inverse | Sequence | Alternative | Repeated


def _grouped(path: Path) -> str:
    return str(path) if isinstance(path, Predicate) else f"({path})"


def path_values(graph: Graph, path: Path, nodes: Set[int], inverse: bool = False) -> list[int]:
    """Give the pairs node, value along a path, each once.

    Args:
        graph: the data.
        path: the path.
        nodes: where to start.
        inverse: whether to walk it backward.
    """
    match path:
        case Predicate():
            predicate = graph.intern(path.iri)
            return graph.backward(predicate, nodes) if inverse else graph.forward(predicate, nodes)
        case Inverse():
            return path_values(graph, path.path, nodes, not inverse)
        case Sequence():
            return _along(graph, path.paths[::-1] if inverse else path.paths, nodes, inverse)
        case Alternative():
            return list({pair for each in path.paths for pair in path_values(graph, each, nodes, inverse)})
        case Repeated():
            return _repeated(graph, path, nodes, inverse)


def _along(graph: Graph, paths: Iterable[Path], nodes: Set[int], inverse: bool) -> list[int]:
    pairs: Iterable[int] = [node << 32 | node for node in nodes]
    for path in paths:
        step = _by_first(path_values(graph, path, {pair & LOW for pair in pairs}, inverse))
        pairs = {pair >> 32 << 32 | value for pair in pairs for value in step.get(pair & LOW, ())}
    return list(pairs)


def _repeated(graph: Graph, path: Repeated, nodes: Set[int], inverse: bool) -> list[int]:
    themselves = [node << 32 | node for node in nodes]
    if path.mark == "?":
        return list({*themselves, *path_values(graph, path.path, nodes, inverse)})
    # All steps that any of the nodes can reach, asked for level by level; then each node walks in them alone.
    steps: dict[int, list[int]] = {}
    asked: set[int] = set()
    frontier: set[int] = set(nodes)
    while frontier:
        found = _by_first(path_values(graph, path.path, frontier, inverse))
        steps.update(found)
        asked |= frontier
        frontier = {value for values in found.values() for value in values} - asked
    pairs = set(themselves) if path.mark == "*" else set()
    for node in nodes:
        reached: set[int] = set()
        todo = list(steps.get(node, ()))
        while todo:
            value = todo.pop()
            if value not in reached:
                reached.add(value)
                todo += steps.get(value, ())
        pairs |= {node << 32 | value for value in reached}
    return list(pairs)


def _by_first(pairs: Iterable[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for pair in pairs:
        found.setdefault(pair >> 32, []).append(pair & LOW)
    return found
