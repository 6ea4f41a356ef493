# SPDX-License-Identifier: Apache-2.0
"""Layout of subject blocks in the one Turtle format."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pyoxigraph as ox

from imnm_kg.rdf.nodes import BlankNodes, key_of
from imnm_kg.rdf.terms import RDF, Terms

__all__ = ["Blocks"]

_FIRST, _REST, _NIL, _TYPE = (f"{RDF}{name}" for name in ("first", "rest", "nil", "type"))
_LEADING = (
    _TYPE,
    "http://www.w3.org/2000/01/rdf-schema#label",
    "http://www.w3.org/2004/02/skos/core#prefLabel",
    "http://purl.obolibrary.org/obo/IAO_0000115",
    "http://www.w3.org/2004/02/skos/core#definition",
)
_WIDTH = 100

_Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
_Lines = list[tuple[int, str]]


class Blocks:
    """The subject blocks of one graph.

    Attributes:
        keys: the keys of the subjects that have a block of their own, in order of first appearance.
    """

    def __init__(self, triples: Iterable[ox.Triple | ox.Quad], terms: Terms, nodes: BlankNodes) -> None:
        """Take the graph in.

        Args:
            triples: the triples of the graph, none twice.
            terms: the writer of terms.
            nodes: the blank nodes of the whole document.

        Raises:
            ImnmError: ``turtle-syntax`` for a triple term as a subject.
        """
        self._terms = terms
        self._nodes = nodes
        self._about: dict[str, dict[str, list[_Term]]] = {}
        self._no_lists: set[str] = set()
        for triple in triples:
            about = self._about.setdefault(key_of(triple.subject), {})
            about.setdefault(triple.predicate.value, []).append(triple.object)
        self.keys = tuple(key for key in self._about if key[2:] not in nodes.parents or key[:2] != "_:")

    def subject_text(self, key: str) -> str:
        """Write a subject alone.

        Args:
            key: the key of the subject.
        """
        return self._nodes.labels[key[2:]] if key.startswith("_:") else self._terms.iri(key)

    def sorted_keys(self) -> list[str]:
        """Give the keys in the order of their text, blank nodes last by number."""
        return sorted(self.keys, key=self._place)

    def _place(self, key: str) -> tuple[int, str]:
        text = self.subject_text(key)
        return (int(text.removeprefix("_:b")) + 1, "") if key.startswith("_:") else (0, text)

    def block(self, key: str, indent: int = 0) -> str:
        """Write the block of a subject, without a newline at its end.

        Args:
            key: the key of the subject.
            indent: how many columns to indent it by.

        Raises:
            ImnmError: ``turtle-syntax`` for what Turtle 1.1 cannot say.
        """
        body = self._body(key)
        lines = [(0, f"{self.subject_text(key)} {body[0][1]}"), *_shift(body[1:], 4)]
        return "\n".join(" " * (indent + depth) + text for depth, text in _closed(lines, " ."))

    def _body(self, key: str) -> _Lines:
        """Write the predicates and objects of a subject, the predicates at column 0."""
        rows = [(self._verb(predicate), objects) for predicate, objects in self._about[key].items()]
        rows.sort(key=lambda row: row[0])
        lines: _Lines = []
        for (_, verb), objects in rows:
            texts = sorted((self._object(term) for term in objects), key=_joined)
            for number, text in enumerate(texts):
                part = [(0, f"{verb} {text[0][1]}"), *text[1:]] if number == 0 else _shift(text, 4)
                last = number == len(texts) - 1
                lines += _closed(part, " ;" if last else " ,")
        depth, text_of_last = lines[-1]
        return [*lines[:-1], (depth, text_of_last.removesuffix(" ;"))]

    def _verb(self, predicate: str) -> tuple[tuple[int, str], str]:
        text = "a" if predicate == _TYPE else self._terms.iri(predicate)
        leading = _LEADING.index(predicate) if predicate in _LEADING else len(_LEADING)
        return (leading, text), text

    def _object(self, term: _Term) -> _Lines:
        """Write an object, its first line at column 0."""
        if isinstance(term, ox.NamedNode):
            return [(0, "()" if term.value == _NIL else self._terms.iri(term.value))]
        if isinstance(term, ox.Literal):
            return [(0, self._terms.literal(term))]
        key = key_of(term)
        label = self._nodes.labels.get(key[2:])
        if label is not None:
            return [(0, label)]
        if key not in self._about:
            return [(0, "[]")]
        items = self._items(key)
        if items is None:
            return [(0, "["), *_shift(self._body(key), 4), (0, "]")]
        texts = [self._object(item) for item in items]
        one_line = f"( {' '.join(text[0][1] for text in texts)} )"
        if all(len(text) == 1 for text in texts) and "\n" not in one_line and len(one_line) <= _WIDTH:
            return [(0, one_line)]
        return [(0, "("), *(line for text in texts for line in _shift(text, 4)), (0, ")")]

    def _items(self, key: str) -> list[_Term] | None:
        """Give the items of a list, or None when the node is not the head of a well-formed one."""
        items: list[_Term] = []
        cells: list[str] = []
        while key != _NIL:
            about = self._about.get(key, {})
            cells.append(key)
            fits = set(about) == {_FIRST, _REST} and all(len(objects) == 1 for objects in about.values())
            nested = key.startswith("_:") and key[2:] not in self._nodes.labels
            rest = about[_REST][0] if fits else None
            if not nested or key in self._no_lists or not isinstance(rest, ox.NamedNode | ox.BlankNode):
                self._no_lists.update(cells)
                return None
            items.append(about[_FIRST][0])
            key = key_of(rest)
        return items


def _shift(lines: Sequence[tuple[int, str]], columns: int) -> _Lines:
    return [(depth + columns, text) for depth, text in lines]


def _closed(lines: _Lines, mark: str) -> _Lines:
    depth, text = lines[-1]
    return [*lines[:-1], (depth, text + mark)]


def _joined(lines: _Lines) -> str:
    return "\n".join(" " * depth + text for depth, text in lines)
