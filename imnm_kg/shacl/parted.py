# SPDX-License-Identifier: Apache-2.0
"""A large file as a source of a graph, read by several processes side by side.

What they read is put together in the order of the file, so the graph is the one that a single process makes.
"""

from __future__ import annotations

import marshal
import re
from array import array
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, QuadParser, RdfFormat, parse

from imnm_kg.rdf.stretches import Stretch, StretchStream, stretches_of
from imnm_kg.shacl.columns import Portion
from imnm_kg.shacl.processes import Process
from imnm_kg.shacl.vocabulary import Term

__all__ = ["PartedFile", "PartsError", "pack_terms", "unpack_terms"]

_MORE = 1.15  # of the first part, whose reader need not send what it has read
_LABEL = re.compile(rb"_:([^\s,;()\[\]<>\"'#]+)")


class PartsError(Exception):
    """The file cannot be read in parts; whole it can be, or has a fault that reading it whole tells."""


class PartedFile:
    """A file of Turtle, N-Triples or N-Quads in parts."""

    def __init__(self, path: Path, format_: RdfFormat, base: str | None, count: int) -> None:
        """Keep what to read.

        Args:
            path: the file.
            format_: its format.
            base: what its relative IRIs are resolved against.
            count: how many processes read it, this one included.
        """
        self._path, self._format, self._base, self._count = path, format_, base, count
        self.parser: QuadParser | None = None
        """The parser of the first part."""

    def pieces(self) -> Iterator[Iterable[Quad] | Portion]:
        """Read the first part, while others read theirs, which follow.

        Raises:
            PartsError: when parts cannot be told from each other with certainty, or one has a fault.
            SyntaxError: when the first part has a fault.
        """
        first, *others = stretches_of(self._path, [_MORE, *[1] * (self._count - 1)])
        processes: list[Process] = []
        with closing(StretchStream(self._path, first)) as stream:
            try:
                parser = self.parser = self._parser(stream, self._base)
                head = next(parser, None)
                if head is None:
                    raise PartsError
                prefixes, base = parser.prefixes, parser.base_iri
                for number, stretch in enumerate(others, 1):
                    try:
                        processes.append(Process(partial(self._read, stretch, number, prefixes, base)))
                    except OSError as error:
                        raise PartsError from error  # the system allows no more of them
                yield chain((head,), parser)
                if not others:
                    return
                _ensure(stream, parser, prefixes, base)
                for process in processes:
                    result = process.result()
                    if result is None:
                        raise PartsError
                    yield _unpack(result)
            finally:
                for process in processes:
                    process.end()

    def _parser(self, stream: StretchStream, base: str | None) -> QuadParser:
        return parse(input=stream, format=self._format, base_iri=base)  # type: ignore[arg-type]  # it only reads

    def _read(self, stretch: Stretch, number: int, prefixes: Mapping[str, str], base: str | None) -> bytes:
        with closing(StretchStream(self._path, stretch, prefixes)) as stream:
            parser = self._parser(stream, base)
            portion = Portion.of(parser)
        _ensure(stream, parser, prefixes, base)
        terms = portion.terms
        if any(isinstance(term, BlankNode) for term in terms):
            terms = list(map(_Apart(self._labels(stretch), number), terms))
        columns = [(predicate.value, column.tobytes()) for predicate, column in portion.columns]
        return marshal.dumps((pack_terms(terms), columns))

    def _labels(self, stretch: Stretch) -> set[str]:
        """Give all labels of blank nodes in a part, with some words from strings and comments that look like one."""
        with self._path.open("rb") as stream:
            stream.seek(stretch.start)
            text = stream.read(stretch.end - stretch.start)
        return {label.decode().rstrip(".") for label in set(_LABEL.findall(text))}


class _Apart:
    """Tells blank nodes without a label from those of other parts: copies of a process draw the same random ones."""

    def __init__(self, labels: set[str], number: int) -> None:
        self._labels, self._number = labels, number

    def __call__(self, term: Term) -> Term:
        if isinstance(term, BlankNode) and term.value not in self._labels:
            return BlankNode(f"{term.value}p{self._number}")
        return term


def _ensure(stream: StretchStream, parser: QuadParser, prefixes: Mapping[str, str], base: str | None) -> None:
    """Refuse a part whose end was perhaps none, or behind which other prefixes hold than before it."""
    if not stream.is_sure or parser.prefixes != prefixes or parser.base_iri != base:
        raise PartsError


def pack_terms(terms: Iterable[Term]) -> list[Any]:
    """Write terms in values that can be sent.

    Raises:
        PartsError: for a term of RDF 1.2.
    """
    return list(map(_packed, terms))


def _packed(term: Term) -> Any:
    if isinstance(term, NamedNode):
        return term.value
    if isinstance(term, BlankNode):
        return (term.value,)
    if not isinstance(term, Literal) or term.direction is not None:
        raise PartsError
    return term.value, term.language, term.datatype.value


def unpack_terms(values: Iterable[Any]) -> list[Term]:
    """Read what ``pack_terms`` wrote."""
    datatypes: dict[str, NamedNode] = {}

    def term(value: Any) -> Term:
        if isinstance(value, str):
            return NamedNode(value)
        if len(value) == 1:
            return BlankNode(value[0])
        text, language, datatype = value
        if language is not None:
            return Literal(text, language=language)
        named = datatypes.get(datatype)
        if named is None:
            named = datatypes[datatype] = NamedNode(datatype)
        return Literal(text, datatype=named)

    return list(map(term, values))


def _unpack(data: bytes) -> Portion:
    terms, columns = marshal.loads(data)
    return Portion(unpack_terms(terms), [(NamedNode(name), array("Q", column)) for name, column in columns])
