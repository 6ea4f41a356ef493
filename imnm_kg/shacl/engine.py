# SPDX-License-Identifier: Apache-2.0
"""The validation itself: all focus nodes of a shape at once, and no node is asked about a shape a second time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from typing import TYPE_CHECKING

from pyoxigraph import Literal, Quad, Triple

from imnm_kg.shacl.columns import DataGraph, Graph
from imnm_kg.shacl.constraints.base import Finding, Scope
from imnm_kg.shacl.paths import path_values
from imnm_kg.shacl.processes import may_fork
from imnm_kg.shacl.report import Report, Result
from imnm_kg.shacl.shapes import Shape, Shapes, Target
from imnm_kg.shacl.shapes_reader import read_shapes
from imnm_kg.shacl.sparql import Evaluator, LocalEvaluator
from imnm_kg.shacl.vocabulary import Term

if TYPE_CHECKING:
    from imnm_kg.shacl.sharing import Task

__all__ = ["Validation", "validate"]

_WORTH_SHARING = 50_000


def validate(data: Iterable[Quad | Triple] | DataGraph, shapes: Sequence[Quad]) -> Report:
    """Validate the union of all graphs of some data.

    Args:
        data: the parsed data, or a graph made of it.
        shapes: the parsed shapes; all graphs are taken as one.

    Raises:
        ShapesError: when the shapes cannot be used.
    """
    graph = data if isinstance(data, DataGraph) else DataGraph(data)
    return Validation(graph, read_shapes(shapes), LocalEvaluator(graph, shapes)).report()


class Validation:
    """One validation of one graph."""

    def __init__(self, graph: Graph, shapes: Shapes, evaluator: Evaluator) -> None:
        """Prepare a validation.

        Args:
            graph: the data.
            shapes: the shapes.
            evaluator: what evaluates the queries of the shapes over the data.
        """
        self.graph = graph
        self.shapes = shapes
        self.evaluator = evaluator
        self._asked: dict[Term, tuple[set[int], set[int]]] = {}
        self._scoped: tuple[Shape, Scope | None] | None = None

    def report(self, workers: int = 1) -> Report:
        """Validate all shapes that have a target.

        Args:
            workers: how many processes share the work where there is much of it.
        """
        aims = [(shape, self.focus_nodes(shape)) for shape in self.shapes.targeted]
        results = list(map(self._result, self._findings(aims, workers)))
        results.sort(key=Result.sort_key)
        return Report(tuple(results), len(set().union(*(focus for _, focus in aims))))

    def _findings(self, aims: Sequence[tuple[Shape, set[int]]], workers: int) -> Iterator[Finding]:
        graph = self.graph
        if workers > 1 and isinstance(graph, DataGraph) and len(graph) >= _WORTH_SHARING and may_fork():
            from imnm_kg.shacl.sharing import Task, find_in_turn

            tasks = [Task(shape, each, focus) for shape, focus in aims if focus for each in shape.constraints]
            yield from find_in_turn(graph, self.shapes, tasks, self._find, workers)
            return
        for shape, focus in aims:
            yield from self.check(shape.node, focus)

    def _find(self, task: Task) -> list[Finding]:
        if self._scoped is None or self._scoped[0] is not task.shape:  # tasks of a shape follow each other
            self._scoped = task.shape, self._scope(task.shape, task.focus)
        scope = self._scoped[1]
        return [] if scope is None else list(task.constraint.check(self, task.shape, scope))

    def focus_nodes(self, shape: Shape) -> set[int]:
        """Give the nodes that the targets of a shape choose."""
        return {node for target in shape.targets for node in self.chosen(target)}

    def chosen(self, target: Target) -> set[int]:
        """Give the nodes that a target chooses."""
        number = self.graph.intern(target.term)
        if target.kind == "class":
            return self.graph.instances(number)
        if target.kind == "node":
            return {number}
        return self.graph.subjects(number) if target.kind == "subjectsOf" else self.graph.objects(number)

    def check(self, node: Term, focus: Set[int]) -> list[Finding]:
        """Give what a shape, by its node, finds at fault with some nodes."""
        shape = self.shapes[node]
        scope = self._scope(shape, focus)
        if scope is None:
            return []
        return [finding for constraint in shape.constraints for finding in constraint.check(self, shape, scope)]

    def failing(self, node: Term, focus: Set[int]) -> set[int]:
        """Give those of some nodes that do not conform to a shape."""
        known, bad = self._asked.setdefault(node, (set(), set()))
        new = focus - known
        if new:
            known |= new
            shape = self.shapes[node]
            scope = self._scope(shape, new)
            for constraint in shape.constraints if scope is not None else ():
                assert scope is not None
                bad |= constraint.failing(self, shape, scope)
        return bad & focus

    def _scope(self, shape: Shape, focus: Set[int]) -> Scope | None:
        if shape.deactivated or not focus:
            return None
        if shape.path is None:
            return Scope(focus, [number << 32 | number for number in focus])
        return Scope(focus, path_values(self.graph, shape.path, focus))

    def _result(self, finding: Finding) -> Result:
        shape, constraint, term = finding.shape, finding.constraint, self.graph.term
        # A constraint in SPARQL speaks before its shape, a component of the shapes graph after it.
        said = (
            (finding.messages, shape.messages) if constraint.source is not None else (shape.messages, finding.messages)
        )
        messages = said[0] or said[1]
        return Result(
            shape.severity,
            term(finding.focus),
            finding.path or shape.path,
            None if finding.value is None else term(finding.value),
            constraint.component,
            shape.node,
            constraint.source,
            messages or (Literal(constraint.says, language="en"),),
            bool(messages),
        )
