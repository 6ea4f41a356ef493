# SPDX-License-Identifier: Apache-2.0
"""Terms of an ontology in RDF/XML, as a stream: no entity is expanded, nothing is fetched."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from imnm_kg.errors import ImnmError, Place
from imnm_kg.lexicon.collecting import Collector
from imnm_kg.lexicon.graphs import PREDICATES, TermGraph
from imnm_kg.model.namespaces import RDF
from imnm_kg.reading.streams import MAX_RECORD, Stream

if TYPE_CHECKING:
    from xml.parsers.expat import XMLParserType

__all__ = ["read_rdf_xml"]

_XML = "http://www.w3.org/XML/1998/namespace"
_ABOUT, _ID, _NODE_ID, _RESOURCE, _PARSE_TYPE, _DATATYPE = (
    f"{RDF}{name}" for name in ("about", "ID", "nodeID", "resource", "parseType", "datatype")
)
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|\\^`]*")
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
        self._skipped = 0  # how many elements are open in what is not looked at
        self._blank = 0
        parser: XMLParserType = ParserCreate(namespace_separator="")  # names come as IRIs
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.EntityDeclHandler = self._entity
        parser.SkippedEntityHandler = self._skip_entity
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
                    raise ImnmError("lexicon-syntax", what, "mend the file", self._here())
            self._parser.Parse(b"", True)
        except (LookupError, ValueError) as error:  # not known, or with several bytes a character
            what = f"its encoding is not read ({error})"
            raise ImnmError("lexicon-syntax", what, "save it as UTF-8", self._here()) from error
        except ExpatError as error:
            what = f"the XML is not well-formed: {errors.messages[error.code]}"
            place = self._stream.place(error.lineno)
            raise ImnmError("lexicon-syntax", what, "mend the file or get it again", place) from error

    def _here(self) -> Place:
        return self._stream.place(self._parser.CurrentLineNumber)

    def _entity(self, *_: object) -> None:
        what = "the file declares entities in its DOCTYPE, which can blow up or reach for other files"
        remedy = "save it without them (in Protégé as Turtle, with ROBOT: robot convert), or write out the IRIs"
        raise ImnmError("lexicon-entities", what, remedy, self._here())

    def _skip_entity(self, name: str, _: bool) -> None:
        # A file with an external DTD may use entities that are declared there, and that is not fetched.
        self._collector.fault(self._parser.CurrentLineNumber, f"the entity &{name[:80]}; is not declared in the file")
        if self._open:
            self._open[-1].text = None

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if self._skipped:
            self._skipped += 1
            return
        if not self._open:
            if name != f"{RDF}RDF":
                what = f"the root element is <{name[:80]}>, and not rdf:RDF"
                remedy = "save the ontology as RDF/XML, Turtle or OBO"
                raise ImnmError("lexicon-format", what, remedy, self._here())
            base, language = attributes.get(f"{_XML}base", ""), attributes.get(f"{_XML}lang", "")
            self._open.append(_Frame(False, "", base, language))
            return
        if len(self._open) > _DEEPEST:
            what = f"elements stand in each other more than {_DEEPEST} deep"
            raise ImnmError("lexicon-syntax", what, "mend the file", self._here())
        parent = self._open[-1]
        base, language = parent.base, parent.language
        if attributes:
            base = attributes.get(f"{_XML}base", base)
            language = attributes.get(f"{_XML}lang", language)
        if parent.is_node:
            self._property(parent.subject, name, attributes, base, language)
        else:
            self._node(parent, name, attributes, base, language)

    def _node(self, parent: _Frame, name: str, attributes: dict[str, str], base: str, language: str) -> None:
        if _ABOUT in attributes:
            subject = self._absolute(attributes[_ABOUT], base)
        elif _ID in attributes:
            subject = self._absolute(f"#{attributes[_ID]}", base)
        else:
            subject = self._new_blank(attributes.get(_NODE_ID))
        self._take(parent.subject, parent.predicate, subject, None)
        parent.text = None  # it holds a node, so it is no literal
        self._open.append(_Frame(True, subject, base, language))
        if name != f"{RDF}Description":
            self._take(subject, f"{RDF}type", name, None)
        for attribute, value in attributes.items():
            if attribute == f"{RDF}type":
                self._take(subject, attribute, self._absolute(value, base), None)
            else:
                self._take(subject, attribute, value, language)

    def _property(self, subject: str, name: str, attributes: dict[str, str], base: str, language: str) -> None:
        frame = _Frame(False, subject, base, language, name)
        how = attributes.get(_PARSE_TYPE)
        if how == "Literal":
            self._skipped = 1
            return
        if how == "Resource":
            blank = self._new_blank(None)
            self._take(subject, name, blank, None)
            frame = _Frame(True, blank, base, language)
        elif how == "Collection":
            frame.predicate = ""  # it holds a list, not the nodes themselves
        elif _RESOURCE in attributes:
            self._take(subject, name, self._absolute(attributes[_RESOURCE], base), None)
        elif _NODE_ID in attributes:
            self._take(subject, name, self._new_blank(attributes[_NODE_ID]), None)
        elif name in PREDICATES:
            frame.text = []
            if _DATATYPE in attributes:
                frame.language = ""  # a literal has a type or a language
        self._open.append(frame)

    def _characters(self, text: str) -> None:
        # The text of a node is white space; that of a property is only kept where it is asked for.
        if not self._skipped and self._open and self._open[-1].text is not None:
            self._open[-1].text.append(text)

    def _end(self, _name: str) -> None:
        if self._skipped > 1:
            self._skipped -= 1
            return
        if self._skipped:
            self._skipped = 0
            return
        frame = self._open.pop()
        if frame.text is not None:
            text = "".join(frame.text)
            if len(text) <= _LONGEST:
                self._take(frame.subject, frame.predicate, text, frame.language)

    def _take(self, subject: str, predicate: str, value: str, language: str | None) -> None:
        if subject and value and predicate in PREDICATES:
            self.graph.take(subject, predicate, value, language)

    def _new_blank(self, label: str | None) -> str:
        if label is not None:
            return f"_:{label}"
        self._blank += 1
        return f"_:{self._blank}:"  # no label has a colon

    def _absolute(self, reference: str, base: str) -> str:
        """Return an IRI, or nothing, with a fault told, where it is none."""
        iri = reference
        if not _ABSOLUTE.match(reference):
            with contextlib.suppress(ValueError):  # of a base that is none
                iri = urljoin(base, reference)
        if _ABSOLUTE.fullmatch(iri):
            return iri
        self._collector.fault(self._parser.CurrentLineNumber, f"'{iri[:80]}' is no whole IRI")
        return ""
