# SPDX-License-Identifier: Apache-2.0
"""Edit a Turtle text block by block: a subject is replaced, added or removed, all else stays byte for byte."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pyoxigraph as ox

from imnm_kg.errors import ImnmError, Place
from imnm_kg.rdf.blocks import Blocks
from imnm_kg.rdf.lexer import lex, statements
from imnm_kg.rdf.nodes import BlankNodes
from imnm_kg.rdf.reader import Scope, parse_turtle
from imnm_kg.rdf.terms import Terms
from imnm_kg.rdf.turtle import prefix_lines

__all__ = ["BlockText"]

_NO_BLANK_NODES = BlankNodes({}, {})


class BlockText:
    """A Turtle text as a row of blocks, one or more for each subject.

    Attributes:
        path: the path to print in errors.
        prefixes: the declared prefixes and their namespaces.
    """

    def __init__(self, text: str, path: str, known: Mapping[str, str]) -> None:
        """Take the text apart.

        Args:
            text: the Turtle text, without blank nodes.
            path: the path to print in errors.
            known: the prefixes that may be declared when a new block needs them.

        Raises:
            ImnmError: what ``parse_turtle`` raises, and ``graph-blank-node``.
        """
        self.path = path
        file = parse_turtle(text, path)
        self.prefixes = dict(file.prefixes)
        self._triples: dict[str, dict[ox.Triple, None]] = {}
        for triple in file.quads:
            if not isinstance(triple.subject, ox.NamedNode) or isinstance(triple.object, ox.BlankNode):
                what, remedy = "the file has a blank node", "give the node an IRI, so that others can point at it"
                raise ImnmError("graph-blank-node", what, remedy, Place(path))
            self._triples.setdefault(triple.subject.value, {})[triple] = None
        self._head, self._gaps, self._blocks = "", dict[int, str](), dict[int, str]()
        self._places: dict[str, list[int]] = {}
        self._cut(text)
        spaces = tuple(self.prefixes.values())
        # What a declared prefix can write is not written with another one, so that the rest stays in the format.
        free = {p: s for p, s in known.items() if p not in self.prefixes and not s.startswith(spaces)}
        self._offered = {**free, **self.prefixes}
        self._terms = Terms(self._offered)

    def _cut(self, text: str) -> None:
        """Find the stretch of the directives, and each block with the white space and comments behind it."""
        scope = Scope()
        spans: list[tuple[str, int, int]] = []
        first, last = -1, 0
        for statement in statements(lex(text, self.path), self.path):
            if not statement.tokens:
                continue
            start, end = statement.tokens[0].start, statement.tokens[-1].end
            if statement.kind == "directive":
                scope.declare(statement)
                if not spans:  # one that stands further down is left alone
                    first, last = (start if first < 0 else first), end
            else:
                subject = scope.expand(statement.tokens[0])
                assert subject is not None  # blank nodes were refused
                spans.append((subject, start, end))
        first = max(first, 0)
        self._before, self._directives = text[:first], text[first:last]
        self._head = text[last : spans[0][1]] if spans else text[last:]
        for number, (subject, start, end) in enumerate(spans):
            after = spans[number + 1][1] if number + 1 < len(spans) else len(text)
            self._blocks[number], self._gaps[number] = text[start:end], text[end:after]
            self._places.setdefault(subject, []).append(number)
        self._next = len(spans)

    def __contains__(self, subject: object) -> bool:
        return isinstance(subject, str) and subject in self._triples

    def subjects(self) -> list[str]:
        """Return the IRIs that have a block, in order of first appearance."""
        return list(self._triples)

    def triples(self, subject: str | None = None) -> list[ox.Triple]:
        """Return the triples of a subject, or of the whole text."""
        if subject is None:
            return [triple for about in self._triples.values() for triple in about]
        return list(self._triples.get(subject, ()))

    def put(self, subject: str, triples: Iterable[ox.Triple]) -> None:
        """Make these the triples of a subject: its block is written anew where it stands, or at the end.

        A subject that says the same already keeps its bytes. Without any triple, its block is removed.
        """
        new = dict.fromkeys(triples)
        if new.keys() == self._triples.get(subject, {}).keys():
            return
        places = self._places.pop(subject, [])
        for place in places[0 if not new else 1 :]:
            self._remove(place)
        if not new:
            self._triples.pop(subject, None)
            return
        self._triples[subject] = new
        place = places[0] if places else self._append()
        self._blocks[place] = self._block(subject, list(new))
        self._places[subject] = [place]

    def _remove(self, place: int) -> None:
        """Take a block out; comments above the next block, or at the end, stay."""
        del self._blocks[place]
        gap = self._gaps.pop(place)
        before = max((number for number in self._gaps if number < place), default=-1)
        joined = self._gaps.get(before, self._head) + (gap.lstrip("\n") if gap.strip() else "")
        if not self._gaps or place > next(reversed(self._gaps)):
            joined = joined.rstrip("\n") + "\n"
        if before < 0:
            self._head = joined
        else:
            self._gaps[before] = joined

    def _append(self) -> int:
        place, self._next = self._next, self._next + 1
        last = next(reversed(self._gaps), -1)
        gap = self._head if last < 0 else self._gaps[last]
        comments = gap.strip("\n")
        gap = f"\n\n{comments}\n" if comments else "\n\n"
        if last < 0:
            self._head = gap if self._directives else gap.lstrip("\n")
        else:
            self._gaps[last] = gap
        self._gaps[place] = "\n"
        return place

    def _block(self, subject: str, triples: list[ox.Triple]) -> str:
        """Write a block, and declare the prefixes that it needs and that may be declared."""
        text = Blocks(triples, self._terms, _NO_BLANK_NODES).block(subject)
        used = {token.text.partition(":")[0] for token in lex(text, self.path) if token.kind == "pname"}
        new = {prefix: self._offered[prefix] for prefix in used - self.prefixes.keys()}
        # A prefix by which another block would be written otherwise cannot be declared any more.
        unfit = {prefix for prefix, space in new.items() if f"<{space}" in self.text()}
        if unfit:
            self._offered = {prefix: space for prefix, space in self._offered.items() if prefix not in unfit}
            self._terms = Terms(self._offered)
            return self._block(subject, triples)
        if new:
            self._declare(new)
        return text

    def _declare(self, new: dict[str, str]) -> None:
        old = "\n\n".join(prefix_lines(self.prefixes))
        self.prefixes |= new
        if self._directives == old:
            self._directives = "\n\n".join(prefix_lines(self.prefixes))
        else:  # in an order of its own: what is new goes behind
            self._directives += "".join(f"\n@prefix {prefix}: <{space}> ." for prefix, space in sorted(new.items()))

    def text(self) -> str:
        """Return the whole text."""
        parts = [self._before, self._directives, self._head]
        for place, block in self._blocks.items():
            parts += [block, self._gaps[place]]
        return "".join(parts)
