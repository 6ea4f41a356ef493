# SPDX-License-Identifier: Apache-2.0
"""XML of PubMed and JATS, record by record: nothing is fetched, no entity is expanded, and memory stays flat."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from imnm_kg.errors import ImnmError
from imnm_kg.model.records import BadRecord, TextRecord
from imnm_kg.reading.faults import bad_record
from imnm_kg.reading.jats import jats_record
from imnm_kg.reading.markup import local_name
from imnm_kg.reading.pubmed import pubmed_record
from imnm_kg.reading.streams import MAX_RECORD, Stream

if TYPE_CHECKING:
    from lxml.etree import XMLSyntaxError, _Element

__all__ = ["read_xml", "root_name"]

_RECORDS = ("PubmedArticle", "PubmedBookArticle", "{*}article")
# A file of one of these may hold no record at all.
_SETS = frozenset(("pubmedarticleset", "pubmedbookarticleset", "pmc-articleset", "deletecitation"))
_DECLARED = re.compile(rb"<!DOCTYPE[^>\[]*\[.{0,60000}?<!ENTITY\s", re.DOTALL | re.IGNORECASE)
_BEFORE_ROOT = re.compile(r"\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>", re.DOTALL | re.IGNORECASE)
_ROOT = re.compile(r"<(?:[\w.-]+:)?([\w.-]+)")
# lxml adds to a message where the fault is, which we tell apart.
_WHERE = re.compile(r"(?:\s*,)?\s*line \d+(?:, column \d+)?.*$", re.DOTALL)


def root_name(head: bytes) -> str:
    """Return the name of the root element in small letters, empty where the beginning of a file shows none."""
    text = head.replace(b"\0", b"").decode("utf-8", "replace").lstrip("\ufeff\ufffd")
    position = 0
    while found := _BEFORE_ROOT.match(text, position):
        position = found.end()
    root = _ROOT.match(text, position)
    return root[1].lower() if root else ""


def read_xml(stream: Stream) -> Iterator[TextRecord | BadRecord]:
    """Yield the records of a file of PubMed or JATS XML.

    A file that breaks off, or is no XML from some point on, keeps what came before; the break is told at the end, as a
    bad record that stands for the file. The same goes for a file that declares entities: it is refused as a whole.
    """
    if _DECLARED.search(stream.head.replace(b"\0", b"")):
        yield bad_record(_entities(stream), stream.shown)
        return
    feed = _Feed(stream)
    position = 0
    going = True
    while going:
        going = feed.step()
        for element in feed.finished():
            if position == 0 and _declares_entities(element):
                yield bad_record(_entities(stream), stream.shown)
                return
            position += 1
            yield _record(element, stream, position)
            _forget(element)
    if feed.failure is not None:
        yield bad_record(feed.failure, stream.shown)
    elif feed.root is not None and position == 0 and _declares_entities(feed.root):
        yield bad_record(_entities(stream), stream.shown)
    elif feed.root is not None and position == 0 and local_name(feed.root) not in _SETS:
        what = f"the root element is <{local_name(feed.root)[:60]}>, and there is no record of PubMed or JATS in it"
        remedy = "give a PubmedArticleSet, or JATS with an <article>"
        yield bad_record(ImnmError("record-xml-kind", what, remedy, stream.place()), stream.shown)


class _Feed:
    """A parser that is fed piece by piece, so that what it had read before a fault can still be taken from it.

    Attributes:
        failure: why it stopped before the end of the file, if it did.
        root: the root element, when all was read.
    """

    def __init__(self, stream: Stream) -> None:
        from lxml import etree

        self.failure: ImnmError | None = None
        self.root: _Element | None = None
        self._stream = stream
        self._chunks = stream.chunks()
        self._size = 0
        self._fault = etree.XMLSyntaxError
        self._parser = etree.XMLPullParser(
            events=("end",),
            tag=_RECORDS,
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )

    def step(self) -> bool:
        """Read one piece of the file and tell whether there may be more."""
        try:
            chunk = next(self._chunks, b"")
            if not chunk:
                self.root = self._parser.close()
                return False
            self._parser.feed(chunk)
        except self._fault as error:
            self.failure = _syntax(error, self._stream)
        except ImnmError as error:
            self.failure = error
        else:
            self._size += len(chunk)
            if self._size <= MAX_RECORD:
                return True
            what = f"{MAX_RECORD // 1024**2} MB hold no whole record"
            self.failure = ImnmError("record-too-large", what, "split the file", self._stream.place())
        return False

    def finished(self) -> Iterator[_Element]:
        """Yield the records that have been read whole."""
        for _, element in self._parser.read_events():
            self._size = 0
            yield element


def _syntax(error: XMLSyntaxError, stream: Stream) -> ImnmError:
    reason = " ".join(_WHERE.sub("", error.msg or "").split())[:200].rstrip(".")
    what = f"the XML is not well-formed: {reason or 'it ends too early'}"
    line = error.lineno or None
    return ImnmError("record-xml", what, "mend the file or get it again", stream.place(line))


def _record(element: _Element, stream: Stream, position: int) -> TextRecord | BadRecord:
    try:
        if element.tag in ("PubmedArticle", "PubmedBookArticle"):
            return pubmed_record(element, stream.shown, position)
        return jats_record(element, stream, position)
    except ImnmError as error:
        return bad_record(error, stream.shown, position)


def _forget(element: _Element) -> None:
    """Free a record and what stands before it."""
    element.clear()
    parent = element.getparent()
    if parent is not None:
        while element.getprevious() is not None:
            del parent[0]


def _declares_entities(element: _Element) -> bool:
    """Tell whether the document of an element declares entities, in whatever encoding it does so."""
    dtd = element.getroottree().docinfo.internalDTD
    return dtd is not None and next(iter(dtd.iterentities()), None) is not None


def _entities(stream: Stream) -> ImnmError:
    what = "the file declares entities in its DOCTYPE, which can blow up or reach for other files"
    remedy = "remove the declarations and write the characters themselves"
    return ImnmError("record-xml-entities", what, remedy, stream.place())
