# SPDX-License-Identifier: Apache-2.0
"""What nodes of a graph are called where a label of a blank node will not do: in places, baselines and reports.

The parser gives a node in brackets another name each time. What stays is the way to it from the nearest node that has
a name in the file, and its number among those that were read in the same way.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from functools import cached_property

from pyoxigraph import BlankNode, Literal, NamedNode

from imnm_kg.rdf.places import Spot, Target
from imnm_kg.shacl.columns import LOW, DataGraph
from imnm_kg.shacl.vocabulary import Term

__all__ = ["Anchors"]

_MADE = re.compile(r"[a-f][0-9a-f]{23,31}")
_FILE = re.compile(r"f(\d+)x(.*)", re.DOTALL)
_STEPS = 4


class Anchors:
    """Gives nodes of one graph a name that lasts."""

    def __init__(self, graph: DataGraph, files: int, nodes: Iterable[int]) -> None:
        """Look for what leads to some nodes.

        Args:
            graph: the graph.
            files: of how many files it was made; with more than one, labels name the file.
            nodes: the nodes that will be asked about.
        """
        self._graph = graph
        self._files = files
        self._parents: dict[int, tuple[int, int]] = {}
        blank = {node for node in nodes if self._is_blank(node)}
        for _ in range(_STEPS):
            blank = self._add_parents(blank)
        if blank:  # a long list, most likely: what leads to any blank node, in one pass
            self._add_parents({node for node in self._objects() if self._is_blank(node)})

    def _is_blank(self, node: int) -> bool:
        return isinstance(self._graph.term(node), BlankNode)

    def _objects(self) -> Iterator[int]:
        for predicate in self._graph.predicates:
            yield from self._graph.objects(predicate)

    def _add_parents(self, wanted: set[int]) -> set[int]:
        """Find a triple that leads to each of some nodes; gives the blank subjects of these triples."""
        if not wanted:
            return set()
        subjects: set[int] = set()
        for predicate in self._graph.predicates:
            for pair in self._graph.column(predicate):
                if pair & LOW in wanted and pair & LOW not in self._parents:
                    self._parents[pair & LOW] = pair >> 32, predicate
                    subjects.add(pair >> 32)
        return {node for node in subjects if node not in self._parents and self._is_blank(node)}

    def file_of(self, node: int) -> int | None:
        """Give the number of the file that a blank node stands in; none for a node that may stand in any."""
        term = self._graph.term(node)
        if not isinstance(term, BlankNode):
            return None
        if self._files < 2:
            return 0
        found = _FILE.fullmatch(term.value)
        return None if found is None else int(found[1])

    def label_of(self, node: int) -> str:
        """Give the label of a blank node as its file has it."""
        term = self._graph.term(node)
        assert isinstance(term, BlankNode)
        found = _FILE.fullmatch(term.value) if self._files > 1 else None
        return term.value if found is None else found[2]

    def _chain(self, node: int) -> tuple[int, list[tuple[int, int]]]:
        """Give the nearest node above one that is named, or leads up no further, and the pairs of triples below it."""
        chain: list[tuple[int, int]] = []
        seen = {node}
        while self._is_blank(node) and node in self._parents:
            parent, predicate = self._parents[node]
            if parent in seen:
                break
            chain.append((predicate, node))
            seen.add(parent)
            node = parent
        return node, chain[::-1]

    def ancestor(self, node: int) -> int:
        """Give the nearest node with a name that leads to a node; the node itself if it has one."""
        return self._chain(node)[0]

    def spots(self, node: int, predicate: str | None = None, value: int | None = None) -> list[Spot]:
        """Give how to look for a triple in a file, what is most likely first.

        Args:
            node: its subject.
            predicate: its predicate; none to look for the subject.
            value: its object; none for any.
        """
        term = self._graph.term(node)
        if isinstance(term, Literal):
            return []
        target = None if value is None or predicate is None else self._target(node, predicate, value)
        if isinstance(term, NamedNode):
            return [Spot(term.value, (), predicate, target)]
        if not isinstance(term, BlankNode):
            return []
        found = [Spot(f"_:{self.label_of(node)}", (), predicate, target)]
        if _MADE.fullmatch(self.label_of(node)):
            root, chain = self._chain(node)
            start = self._start(root)
            if start is not None:
                steps, above = [], root
                for step, below in chain:
                    steps.append((self._iri(step), self._number(above, step, below)))
                    above = below
                found.append(Spot(start, tuple(steps), predicate, target))
        return found

    def _iri(self, predicate: int) -> str:
        term = self._graph.term(predicate)
        assert isinstance(term, NamedNode)
        return term.value

    def _start(self, root: int) -> str | int | None:
        term = self._graph.term(root)
        if isinstance(term, NamedNode):
            return term.value
        if not isinstance(term, BlankNode):
            return None
        if not _MADE.fullmatch(self.label_of(root)):
            return f"_:{self.label_of(root)}"
        return self._roots.get(root)

    def _target(self, node: int, predicate: str, value: int) -> Target | None:
        term = self._graph.term(value)
        if isinstance(term, BlankNode):
            if _MADE.fullmatch(self.label_of(value)):
                return self._number(node, self._graph.intern(NamedNode(predicate)), value)
            return BlankNode(self.label_of(value))
        return term if isinstance(term, NamedNode | Literal) else None

    def _number(self, node: int, predicate: int, value: int) -> int:
        """Give the number of brackets among all behind a predicate of a node, in the file of the brackets."""
        file = self.file_of(value)
        beside = {pair & LOW for pair in self._graph.forward(predicate, {node})}
        # Numbers of terms are given in the order of reading, so they are in the order of the file.
        made = sorted(
            each
            for each in beside
            if self._is_blank(each) and self.file_of(each) == file and _MADE.fullmatch(self.label_of(each))
        )
        return made.index(value) if value in made else 0

    @cached_property
    def _roots(self) -> dict[int, int]:
        """The nodes in brackets that no triple leads to: how many of their file were read before each."""
        subjects: set[int] = set()
        for predicate in self._graph.predicates:
            subjects |= {node for node in self._graph.subjects(predicate) if self._is_blank(node)}
        for predicate in self._graph.predicates:
            subjects -= self._graph.objects(predicate)
        counts: dict[int | None, int] = {}
        found: dict[int, int] = {}
        for node in sorted(subjects):
            if _MADE.fullmatch(self.label_of(node)):
                file = self.file_of(node)
                found[node] = counts.get(file, 0)
                counts[file] = found[node] + 1
        return found

    def name(self, node: int) -> str:
        """Give a name of a node that is the same however often and in whichever order files are read."""
        term = self._graph.term(node)
        if not isinstance(term, BlankNode):
            return str(term)
        root, chain = self._chain(node)
        start: Term = self._graph.term(root)
        head = str(start)
        if isinstance(start, BlankNode):
            triples = sorted(
                f"{self._graph.term(predicate)} {self._graph.term(value)}"
                for _, predicate, value in self._graph.outgoing({root})
                if not self._is_blank(value)
            )
            head = f"[{hashlib.sha256(chr(10).join(triples).encode()).hexdigest()[:16]}]"
        return " / ".join([head, *(str(self._graph.term(predicate)) for predicate, _ in chain)])
