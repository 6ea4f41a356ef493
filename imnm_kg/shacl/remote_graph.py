# SPDX-License-Identifier: Apache-2.0
"""A graph behind a SPARQL endpoint: terms by number, and the pairs that validation asks for, each asked for once.

A blank node has a name within one answer only, so it can be a value, but nothing further can be asked about it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence, Set

from pyoxigraph import BlankNode, Literal

from imnm_kg.shacl.columns import LOW
from imnm_kg.shacl.paths import Alternative, Inverse, Path, Predicate, Repeated, path_values
from imnm_kg.shacl.queries import MARK
from imnm_kg.shacl.remote_rows import Row, Text, UnaskableError, WholeResults, odd
from imnm_kg.shacl.shapes import Target
from imnm_kg.shacl.vocabulary import Term, rdf, rdfs

__all__ = ["RemoteGraph"]

_CLASSES = 500


class RemoteGraph:
    """A graph behind an endpoint; see ``Graph``. What was asked once is kept."""

    def __init__(self, results: WholeResults) -> None:
        """Ask nothing yet."""
        self._results = results
        self._terms: list[Term] = []
        self._ids: dict[Term, int] = {}
        self._blank: set[int] = set()
        self._known: dict[tuple[int, bool], dict[int, tuple[int, ...]]] = {}
        self._instances: dict[int, set[int]] = {}
        self._below: dict[int, set[int]] = {}
        self._type, self._sub_class = self.intern(rdf("type")), self.intern(rdfs("subClassOf"))

    def intern(self, term: Term) -> int:
        """Give the number of a term, a new one where nothing has shown it yet."""
        number = self._ids.setdefault(term, len(self._ids))
        if number == len(self._terms):
            self._terms.append(term)
            if isinstance(term, BlankNode):
                self._blank.add(number)
        return number

    def term(self, number: int) -> Term:
        """Give the term of a number."""
        return self._terms[number]

    def blank(self, nodes: Iterable[int]) -> set[int]:
        """Give the blank nodes among some nodes."""
        return self._blank.intersection(nodes)

    def forward(self, predicate: int, nodes: Set[int]) -> list[int]:
        """Give the pairs node, object of the triples with one of the nodes as subject."""
        return self._step(predicate, nodes, True)

    def backward(self, predicate: int, nodes: Set[int]) -> list[int]:
        """Give the pairs node, subject of the triples with one of the nodes as object."""
        return self._step(predicate, nodes, False)

    def subjects(self, predicate: int) -> set[int]:
        """Give the subjects of a predicate."""
        return self.matching(f"?x {self._terms[predicate]} ?y")

    def objects(self, predicate: int) -> set[int]:
        """Give the objects of a predicate."""
        return self.matching(f"?y {self._terms[predicate]} ?x")

    def pattern(self, target: Target) -> str:
        """Write what ``?x`` must match to be chosen by a target that is no node."""
        number = self.intern(target.term)
        if target.kind == "class":
            return self._typed(sorted(self._classes(number)))
        return f"?x {target.term} ?y" if target.kind == "subjectsOf" else f"?y {target.term} ?x"

    def matching(self, pattern: str) -> set[int]:
        """Give what ``?x`` can be in a pattern."""
        return set(map(self.intern, self._results.terms(pattern)))

    def _typed(self, classes: Sequence[int]) -> str:
        return f"VALUES ?y {{ {' '.join(str(self._terms[each]) for each in classes)} }} ?x {rdf('type')} ?y"

    def instances(self, of: int) -> set[int]:
        """Give the SHACL instances of a class: those typed with it or with a class below it."""
        if of not in self._instances:
            classes = sorted(self._classes(of))
            found: list[set[int]] = []
            for start in range(0, len(classes), _CLASSES):
                found.append(self.matching(self._typed(classes[start : start + _CLASSES])))
            if sum(bool(self.blank(part)) for part in found) > 1:
                raise UnaskableError(f"blank nodes are instances of the many classes below {self._terms[of]}")
            self._instances[of] = set().union(*found)
        return self._instances[of]

    def instances_among(self, of: int, nodes: Set[int]) -> set[int]:
        """Give those of the nodes that are SHACL instances of a class."""
        if of in self._instances and self.blank(nodes) <= self._instances[of]:
            return self._instances[of] & nodes
        if self.blank(nodes):
            raise UnaskableError(f"it asks whether a blank node is an instance of {self._terms[of]}")
        classes = self._classes(of)
        return {pair >> 32 for pair in self.forward(self._type, nodes) if pair & LOW in classes}

    def outgoing(self, nodes: Set[int], without: Set[int] = frozenset()) -> Iterator[tuple[int, int, int]]:
        """Give the triples with one of the nodes as subject, those of some predicates left out."""
        if self.blank(nodes):
            raise UnaskableError("it asks for all properties of a blank node")
        left_out = ", ".join(str(self._terms[predicate]) for predicate in sorted(without))
        others = f" FILTER(?{{}} NOT IN ({left_out}))" if without else ""
        asked = sorted(node for node in nodes if not isinstance(self._terms[node], Literal))

        def alone(place: int) -> list[Row]:
            subject = self._terms[asked[place]]
            predicates = self._results.terms(f"{subject} ?x ?y{others.format('x')}")
            return [
                {MARK: Literal(place), "predicate": predicate, "value": value}
                for predicate in predicates
                for value in self._results.terms(f"{subject} {predicate} ?x")
            ]

        found = self._of_nodes(
            asked, f"?node ?predicate ?value{others.format('predicate')}", ("predicate", "value"), alone
        )
        yield from {(asked[place], predicate, value) for place, (predicate, value) in found}

    def along(self, path: Path, nodes: Set[int]) -> list[int]:
        """Give the pairs node, value along a path: step by step, or in one query where blank nodes are on the way."""
        try:
            pairs = path_values(self, path, nodes)
        except UnaskableError:
            if self.blank(nodes):
                raise
        else:
            # Two values of a node that come from two answers may be one blank node.
            if _is_one_step(path) or not self.blank(pair & LOW for pair in pairs) or self.blank(nodes):
                return pairs
        asked = sorted(nodes)
        found = self._of_nodes(asked, f"?node {path} ?value", ("value",), self._alone(asked, f"{{}} {path} ?x"), True)
        whole = {asked[place] << 32 | value for place, (value,) in found}
        return list(whole | ({node << 32 | node for node in nodes} if _may_stay(path) else set()))

    def _step(self, predicate: int, nodes: Set[int], ahead: bool) -> list[int]:
        known = self._known.setdefault((predicate, ahead), {})
        new = nodes - known.keys()
        iri = self._terms[predicate]
        if self.blank(new):
            raise UnaskableError(f"it asks for the {'values' if ahead else 'subjects'} of {iri} of a blank node")
        asked = sorted(node for node in new if not (ahead and isinstance(self._terms[node], Literal)))
        way = 1 if ahead else -1
        pattern, single = (f" {iri} ".join(ends[::way]) for ends in (("?node", "?value"), ("{}", "?x")))
        found: dict[int, dict[int, None]] = {}
        for place, (value,) in self._of_nodes(asked, pattern, ("value",), self._alone(asked, single)):
            found.setdefault(asked[place], {})[value] = None
        known.update((node, tuple(found.get(node, ()))) for node in new)
        return [node << 32 | value for node in nodes for value in known[node]]

    def _alone(self, asked: Sequence[int], pattern: str) -> Callable[[int], list[Row]]:
        def alone(place: int) -> list[Row]:
            node = str(self._terms[asked[place]])
            return [{"value": term} for term in self._results.terms(pattern.replace("{}", node, 1))]

        return alone

    def _of_nodes(
        self,
        asked: Sequence[int],
        pattern: str,
        names: tuple[str, ...],
        alone: Callable[[int], list[Row]],
        distinct: bool = False,
    ) -> Iterator[tuple[int, tuple[int, ...]]]:
        projected = " ".join(f"?{name}" for name in (MARK, *names))
        select = f"SELECT {'DISTINCT ' if distinct else ''}{projected}"

        def write(values: str) -> Text:
            return "", f"{select} WHERE {{ VALUES (?{MARK} ?node) {{ {values} }} {pattern} }}"

        for place, row in self._results.of_nodes([str(self._terms[node]) for node in asked], write, alone):
            if not row.keys() >= set(names):
                raise odd("a row that does not hold what was asked for")
            yield place, tuple(self.intern(row[name]) for name in names)

    def _classes(self, of: int) -> set[int]:
        """Give a class and those below it."""
        if of not in self._below:
            classes, frontier, blank = {of}, {of}, False
            while frontier:
                found = {pair & LOW for pair in self.backward(self._sub_class, frontier)} - classes
                blank = blank or bool(self.blank(found))
                frontier = found - self.blank(found)
                classes |= frontier
            if blank and self._blank_class_matters(sorted(classes)):
                raise UnaskableError(f"a class below {self._terms[of]} is a blank node")
            self._below[of] = classes
        return self._below[of]

    def _blank_class_matters(self, classes: Sequence[int]) -> bool:
        for start in range(0, len(classes), _CLASSES):
            values = " ".join(str(self._terms[each]) for each in classes[start : start + _CLASSES])
            used = f"{{ ?x {rdf('type')} ?b }} UNION {{ ?x {rdfs('subClassOf')} ?b }}"
            below = f"VALUES ?y {{ {values} }} ?b {rdfs('subClassOf')} ?y FILTER(isBlank(?b))"
            if self._results.ask(f"ASK {{ {below} {used} }}"):
                return True
        return False


def _is_one_step(path: Path) -> bool:
    return isinstance(path.path if isinstance(path, Inverse) else path, Predicate)


def _may_stay(path: Path) -> bool:
    """Tell whether a path may have no step, so that each node is a value of itself."""
    match path:
        case Predicate():
            return False
        case Inverse():
            return _may_stay(path.path)
        case Alternative():
            return any(map(_may_stay, path.paths))
        case Repeated():
            return path.mark != "+" or _may_stay(path.path)
        case _:
            return all(map(_may_stay, path.paths))
