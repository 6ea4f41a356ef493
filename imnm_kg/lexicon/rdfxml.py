# SPDX-License-Identifier: Apache-2.0
"""Terms of an ontology in RDF/XML, as a stream: no entity is declared or expanded, nothing is fetched, memory is flat."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urljoin

from imnm_kg.errors import ImnmError
from imnm_kg.lexicon.collecting import Collector
from imnm_kg.lexicon.graphs import PREDICATES, TermGraph
from imnm_kg.lexicon.vocabularies import is_iri
from imnm_kg.model.namespaces import OWL, RDF
from imnm_kg.reading.streams import MAX_RECORD, Stream

if TYPE_CHECKING:
    from xml.parsers.expat import XMLParserType

__all__ = ["read_rdf_xml"]

_XML = "http://www.w3.org/XML/1998/namespace"
_ABOUT, _ID, _NODE_ID, _RESOURCE, _PARSE_TYPE = (
    f"{RDF}{name}" for name in ("about", "ID", "nodeID", "resource", "parseType")
)
_DEEPEST = 500
_LONGEST = 10_000  # of a literal: a longer one is no name


def read_rdf_xml(stream: Stream, collector: Collector) -> None:
    """Give the terms of a file in RDF/XML to a collector.

    Raises:
        ImnmError: ``lexicon-entities`` for a file that declares entities, ``lexicon-format`` for XML that is no RDF,
            ``lexicon-syntax`` where the XML is not well-formed, and as ``Stream.chunks``; except for the first two all
            before the break has been given.
    """
    reader = _Reader(stream, collector)
    failure: ImnmError | None = None
    try:
        reader.read()
    except ImnmError as error:
        if error.code in ("lexicon-entities", "lexicon-format"):
            raise
        failure = error
    reader.graph.finish()
    if failure is not None:
        raise failure


class _Frame:
    """An element that is open: a node, with its subject, or a property of one."""

    __slots__ = ("base", "is_node", "language", "predicate", "subject", "text")

    def __init__(self, is_node: bool, subject: str, base: str, language: str, predicate: str = "") -> None:
        self.is_node = is_node
        self.subject = subject
        self.base = base
        self.language = language
        self.predicate = predicate
        self.text: list[str] | None = None


class _Reader:
    """Turns the events of the parser into triples."""

    def __init__(self, stream: Stream, collector: Collector) -> None:
        from xml.parsers.expat import ParserCreate

        self.graph = TermGraph(collector)
        self._stream = stream
        self._collector = collector
        self._open: list[_Frame] = []
        self._skipped = 0
        self._blank = 0
        self._root = False
        parser: XMLParserType = ParserCreate(namespace_separator="")  # names come as IRIs
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.EntityDeclHandler = self._entity
        self._parser = parser

    def read(self) -> None:
        from xml.parsers.expat import ExpatError, errors

        fed = 0
        try:
            for chunk in self._stream.chunks():
                self._parser.Parse(chunk, False)
                fed += len(chunk)
                if fed - self._parser.CurrentByteIndex > MAX_RECORD:
                    what = f"{MAX_RECORD // 1024**2} MB hold no whole element"
                    raise ImnmError("lexicon-syntax", what, "mend the file", self._place())
            self._parser.Parse(b"", True)
        except ExpatError as error:
            what = f"the XML is not well-formed: {errors.messages[error.code]}"
            raise ImnmError("lexicon-syntax", what, "mend the file or get it again", self._stream.place(error.lineno)) from error

    def _place(self) -> object: ...
