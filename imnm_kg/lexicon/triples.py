# SPDX-License-Identifier: Apache-2.0
"""Terms of a Turtle or N-Triples file, as a stream: a broken statement costs itself and nothing else."""

from __future__ import annotations

import io
import re
from collections import deque
from typing import IO, TYPE_CHECKING, cast

from imnm_kg.errors import ImnmError
from imnm_kg.lexicon.collecting import Collector
from imnm_kg.lexicon.graphs import PREDICATES, TermGraph
from imnm_kg.reading.streams import Stream

if TYPE_CHECKING:
    from pyoxigraph import QuadParser

__all__ = ["read_triples"]

_MOST_FAULTS = 10_000  # after these a file is taken for no RDF at all
_KEPT = 4 * 1024 * 1024  # more than the parser reads ahead
_WHERE = re.compile(r"^Parser error .*?: |\s*\(line \d+\)$")


def read_triples(stream: Stream, collector: Collector, *, turtle: bool = True) -> None:
    """Give the terms of a file to a collector.

    A statement that is broken is a fault, and reading goes on with the next: in N-Triples with the next line, in Turtle
    with the next line that is not indented and follows a full stop.

    Args:
        stream: the file.
        collector: takes the terms.
        turtle: whether it is Turtle, and not N-Triples.

    Raises:
        ImnmError: ``lexicon-format`` where there is hardly a statement that is whole; and as ``Stream.lines``, when all
            before the break has been given.
    """
    from pyoxigraph import RdfFormat, parse

    source = _Lines(stream, collector, turtle)
    graph = TermGraph(collector)
    form = RdfFormat.TURTLE if turtle else RdfFormat.N_TRIPLES
    parser = parse(cast("IO[bytes]", source), format=form)
    while True:
        try:
            _take_all(parser, graph)
            break
        except SyntaxError as error:
            line = source.line_of(error.lineno or 1)
            said = " ".join(_WHERE.sub("", error.msg or "the statement cannot be read").split())
            # The statement that a break of the file has cut off is told with that.
            if source.failure is None or line < source.last:
                collector.fault(line, said)
            graph.broke()
            if collector.broken >= _MOST_FAULTS:
                first = collector.faults[0]
                what = f"{_MOST_FAULTS:,} statements are broken, the first in line {first.line}: {first.what}"
                raise ImnmError(
                    "lexicon-format", what, "check that the file is what its name says", stream.place()
                ) from error
        if not source.go_on_behind(line, parser):
            break
        parser = parse(cast("IO[bytes]", source), format=form)
    graph.finish()
    if source.failure is not None:
        raise source.failure


def _take_all(parser: QuadParser, graph: TermGraph) -> None:
    from pyoxigraph import BlankNode, Literal, NamedNode

    for quad in parser:
        predicate = quad.predicate.value
        if predicate not in PREDICATES:
            continue
        value, subject = quad.object, quad.subject
        if isinstance(subject, NamedNode):
            name = subject.value
        elif isinstance(subject, BlankNode):
            name = f"_:{subject.value}"
        else:
            continue
        if isinstance(value, Literal):
            if "\ufffd" not in value.value:
                graph.take(name, predicate, value.value, value.language or "")
        elif isinstance(value, NamedNode):
            graph.take(name, predicate, value.value, None)


class _Lines(io.RawIOBase):
    """The lines of a file for the parser; what it has read ahead can be given once more to the next one.

    The parser must see no error and no byte that is not UTF-8, for it would read on wrongly: such a byte is replaced,
    and a name with the replacement character is none.

    Attributes:
        failure: why the file could not be read to its end, if so.
        last: the line that was read last.
    """

    def __init__(self, stream: Stream, collector: Collector, turtle: bool) -> None:
        super().__init__()
        self.failure: ImnmError | None = None
        self.last = 0
        self._lines = stream.lines()
        self._collector = collector
        self._turtle = turtle
        self._given: deque[tuple[int, bytes]] = deque()
        self._again: deque[tuple[int, bytes]] = deque()
        self._size = 0
        self._rest = b""
        self._first = 1  # the line of the file that is the first of the parser

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        pieces = [self._rest]
        have = len(self._rest)
        while have < size and (numbered := self._next()) is not None:
            self._given.append(numbered)
            pieces.append(numbered[1])
            have += len(numbered[1])
        data = b"".join(pieces)
        self._size += have - len(self._rest)
        while self._size > _KEPT and len(self._given) > 1:
            self._size -= len(self._given.popleft()[1])
        self._rest = data[size:]
        return data[:size]

    def line_of(self, number: int) -> int:
        """Return the line of the file that the parser counts as that number."""
        return max(self._first + number - 1, 1)

    def go_on_behind(self, line: int, parser: QuadParser) -> bool:
        """Make the next parser start with the first statement behind a line; tell whether there is one."""
        self._again = deque((*(one for one in self._given if one[0] > line), *self._again))
        before = next((text for number, text in self._given if number == line), b".")
        self._given.clear()
        self._size = 0
        while (numbered := self._next()) is not None:
            if not self._turtle or (_ends(before) and not numbered[1][:1].isspace()):
                self._again.appendleft(numbered)
                head = "".join(f"@prefix {name}: <{space}> . " for name, space in parser.prefixes.items())
                if parser.base_iri:
                    head = f"@base <{parser.base_iri}> . {head}"
                self._rest = head.encode() if self._turtle else b""
                self._first = numbered[0]
                return True
            if numbered[1].strip():
                before = numbered[1]
        return False

    def _next(self) -> tuple[int, bytes] | None:
        if self._again:
            return self._again.popleft()
        try:
            number, line = next(self._lines, (0, None))
        except ImnmError as error:
            self.failure = error
            return None
        if not number:
            return None
        self.last = number
        if line is None:
            self._collector.fault(number, "the line is too long to be read")
            return number, b"\n"
        if not line.isascii():
            try:
                line.decode()
            except UnicodeDecodeError as error:
                self._collector.fault(number, f"the byte 0x{line[error.start]:02X} is not valid UTF-8")
                line = line.decode("utf-8", "replace").encode()
        return number, line + b"\n"


def _ends(line: bytes) -> bool:
    """Tell whether a line ends a statement."""
    line = line.rstrip()
    return line.endswith(b".") or line.startswith(b"#")
