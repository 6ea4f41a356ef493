# SPDX-License-Identifier: Apache-2.0
"""A validation shared among processes: each takes constraints in turn, and its findings are sent back as numbers."""

from __future__ import annotations

import marshal
from array import array
from collections.abc import Callable, Iterator, Sequence, Set
from contextlib import suppress
from typing import Any, NamedTuple, TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode

from imnm_kg.shacl.columns import DataGraph
from imnm_kg.shacl.constraints.base import Constraint, Finding
from imnm_kg.shacl.parted import PartsError, pack_terms, unpack_terms
from imnm_kg.shacl.paths import Predicate
from imnm_kg.shacl.processes import Process, Turns
from imnm_kg.shacl.shapes import Shape, Shapes

__all__ = ["Task", "find_in_turn"]

_COLUMNS = 4  # of a finding: focus node, value, constraint, and what else there is to say


class Task(NamedTuple):
    """A constraint of a shape that has a target.

    Attributes:
        shape: the shape.
        constraint: the constraint.
        focus: the focus nodes.
    """

    shape: Shape
    constraint: Constraint
    focus: Set[int]


Find: TypeAlias = Callable[[Task], list[Finding]]


def find_in_turn(
    graph: DataGraph, shapes: Shapes, tasks: Sequence[Task], find: Find, workers: int
) -> Iterator[Finding]:
    """Carry out tasks in several processes, this one included, and give what they find in the order of the tasks.

    A task that another process cannot finish, or whose findings cannot be sent, is carried out here, so that what is
    wrong with it is told as if there were one process.

    Args:
        graph: the data.
        shapes: all shapes.
        tasks: the tasks.
        find: what carries out a task.
        workers: how many processes there are.
    """
    turns = Turns(len(tasks))
    sender = _Sender(graph, shapes, find)
    processes: list[Process] = []
    found: dict[int, list[Finding]] = {}
    try:
        with suppress(OSError):  # the system may allow no more of them
            processes.extend(Process(lambda: sender.carry_out(tasks, turns)) for _ in range(workers - 1))
        while (number := turns.take()) is not None:
            found[number] = find(tasks[number])
        for process in processes:
            found.update(sender.read(process.result()))
    finally:
        turns.close()
        for process in processes:
            process.end()
    for number, task in enumerate(tasks):
        yield from found[number] if number in found else find(task)


class _Sender:
    """Writes findings in bytes, and reads them in the process that this one is a copy of."""

    def __init__(self, graph: DataGraph, shapes: Shapes, find: Find) -> None:
        self._graph, self._find = graph, find
        self._known = len(graph.terms)  # terms from here on are new, each process has its own
        self._constraints = [(shape, each) for shape in shapes.by_node.values() for each in shape.constraints]
        self._places = {(shape.node, id(each)): place for place, (shape, each) in enumerate(self._constraints)}

    def carry_out(self, tasks: Sequence[Task], turns: Turns) -> bytes:
        """Carry out tasks while there are any, up to one that fails."""
        done: list[tuple[int, bytes]] = []
        extras: list[Any] = []
        with suppress(Exception):  # the task is carried out once more where an error can be told
            while (number := turns.take()) is not None:
                done.append((number, self._packed(self._find(tasks[number]), extras)))
        made = self._graph.terms[self._known :]
        if any(isinstance(term, BlankNode) for term in made):
            raise PartsError  # another process, a copy of the same one, may have drawn the same name
        return marshal.dumps((done, extras, pack_terms(made)))

    def _packed(self, findings: list[Finding], extras: list[Any]) -> bytes:
        rows = array("q")
        for finding in findings:
            extra = -1
            if finding.path is not None or finding.messages:
                if not isinstance(finding.path, Predicate | None):
                    raise PartsError
                extra = len(extras)
                extras.append((finding.path and finding.path.iri.value, pack_terms(finding.messages)))
            value = -1 if finding.value is None else finding.value
            rows.extend((finding.focus, value, self._places[finding.shape.node, id(finding.constraint)], extra))
        return rows.tobytes()

    def read(self, data: bytes | None) -> Iterator[tuple[int, list[Finding]]]:
        """Read what ``carry_out`` gave: the findings by task."""
        if data is None:
            return
        done, extras, terms = marshal.loads(data)
        own = [self._graph.intern(term) for term in unpack_terms(terms)]
        for number, packed in done:
            rows = array("q", packed)
            columns = [rows[column::_COLUMNS] for column in range(_COLUMNS)]
            yield number, [self._finding(own, extras, *row) for row in zip(*columns, strict=True)]

    def _finding(self, own: list[int], extras: list[Any], focus: int, value: int, place: int, extra: int) -> Finding:
        def number(sent: int) -> int:
            return sent if sent < self._known else own[sent - self._known]

        shape, constraint = self._constraints[place]
        path, messages = (None, ()) if extra < 0 else extras[extra]
        said = tuple(message for message in unpack_terms(messages) if isinstance(message, Literal))
        where = None if path is None else Predicate(NamedNode(path))
        return Finding(number(focus), None if value < 0 else number(value), shape, constraint, where, said)
