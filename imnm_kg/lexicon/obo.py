# SPDX-License-Identifier: Apache-2.0
"""Terms of a file in OBO format 1.4 or older, line by line: a broken line costs itself and nothing else."""

from __future__ import annotations

import re

from imnm_kg.errors import ImnmError
from imnm_kg.lexicon.collecting import Collector
from imnm_kg.lexicon.synonyms import ABBREVIATION, NO_NAME, synonym_type
from imnm_kg.reading.streams import Stream, decode

__all__ = ["read_obo"]

_TAG = re.compile(r"[A-Za-z][\w.-]*:")
_USED = frozenset(
    ("id", "name", "synonym", "exact_synonym", "related_synonym", "is_a", "is_obsolete", "import", "idspace")
)
# What makes up most of a file is passed over before anything else is done with it.
_UNUSED = frozenset(
    (b"", b"alt_id", b"comment", b"created_by", b"creation_date", b"def", b"disjoint_from", b"intersection_of",
     b"namespace", b"property_value", b"relationship", b"subset", b"xref")
)  # fmt: skip
_SYNONYM = re.compile(r'"((?:[^"\\]|\\.)*)"\s*(?:(EXACT|RELATED|BROAD|NARROW)\b)?\s*([^\s\[{"]*)')
_SCOPES = ("EXACT", "RELATED", None)  # the format takes one without scope for a related one
_ESCAPED = re.compile(r"\\(.)")
_ESCAPES = {"n": " ", "t": " ", "W": " "}
_COMMENT = re.compile(r"(?:^|\s)!.*$")
_QUALIFIERS = re.compile(r'(?<!\\)\{(?:[^"{}]|"(?:[^"\\]|\\.)*")*\}\s*$')


def read_obo(stream: Stream, collector: Collector) -> None:
    """Give the terms of a file to a collector.

    Obsolete terms are left out; so are broad and narrow synonyms, and those that the vocabulary itself calls dubious,
    deprecated or a formula. Cross-references are not read, and what ``import`` names is told and never fetched.

    Raises:
        ImnmError: as ``Stream.lines``, when all before the break has been given.
    """
    reader = _Obo(collector)
    for number, data in stream.lines():
        if data is None:
            collector.fault(number, "the line is too long to be read")
        elif number == 1 or data.partition(b":")[0] not in _UNUSED:
            try:
                reader.line(number, decode(data, stream, number))
            except ImnmError as error:
                if error.code == "record-binary":
                    raise
                collector.fault(number, error.what)
    reader.end()  # not after a break: what was being read may be half a term


class _Obo:
    """Where in the file the reading stands."""

    def __init__(self, collector: Collector) -> None:
        self._collector = collector
        self._stanza = "header"
        self._start = 0
        self._clear()

    def _clear(self) -> None:
        self._id = self._name = ""
        self._obsolete = False
        self._synonyms: list[str] = []
        self._shorts: list[str] = []
        self._parents: list[str] = []

    def line(self, number: int, line: str) -> None:
        tag, colon, value = line.partition(":")
        if tag in _USED:
            if self._stanza == "[Term]":
                self._term(number, tag, value.strip())
            elif self._stanza == "header":
                self._header(tag, value.strip())
            return
        line = line.strip()
        if line.startswith("["):
            self.end()
            self._stanza, self._start = line.partition("!")[0].rstrip(), number
        elif self._stanza in ("header", "[Term]") and line and line[0] not in "!#" and not (colon and _TAG.match(line)):
            self._collector.fault(number, "the line has no tag with a colon")

    def _header(self, tag: str, value: str) -> None:
        if tag == "import":
            self._collector.imports.append(_plain(value))
        elif tag == "idspace":
            parts = value.split()
            if len(parts) > 1:
                self._collector.prefixes[parts[0]] = _ESCAPED.sub(r"\1", parts[1])

    def _term(self, number: int, tag: str, value: str) -> None:
        if tag == "id":
            self._id = _plain(value)
        elif tag == "name":
            self._name = _plain(value)
        elif tag == "is_obsolete":
            self._obsolete = _plain(value) == "true"
        elif tag == "is_a":
            parent = self._iri(_plain(value))
            if parent:
                self._parents.append(parent)
        elif tag.endswith("synonym"):
            self._synonym(number, tag, value)

    def _synonym(self, number: int, tag: str, value: str) -> None:
        found = _SYNONYM.match(value)
        if found is None:
            self._collector.fault(number, "the synonym has no name in quotation marks")
            return
        text, scope, kind = found.groups()
        if tag == "synonym" and scope not in _SCOPES:
            return
        name = _unescaped(text)
        type_ = synonym_type(kind)
        if type_ == ABBREVIATION:
            self._shorts.append(name)
        elif type_ != NO_NAME:
            self._synonyms.append(name)

    def _iri(self, id_: str) -> str:
        return self._collector.known.expand(id_, self._collector.prefixes, obo=True)

    def end(self) -> None:
        """Give away the term that ends here."""
        if self._stanza == "[Term]":
            self._give()
        self._stanza = ""
        self._clear()

    def _give(self) -> None:
        collector = self._collector
        if not self._id:
            collector.fault(self._start, "the term has no id")
        elif self._obsolete:
            collector.leave_out("obsolete")
        elif not (iri := self._iri(self._id)):
            what = f"the id '{self._id[:80]}' has a prefix that neither an idspace nor ontology/prefixes.ttl declares"
            collector.fault(self._start, what)
        elif collector.has(iri):
            collector.fault(self._start, f"a term '{self._id[:80]}' stands above already")
        elif not self._name:
            collector.leave_out("no name")
        else:
            collector.add(iri, self._name, self._synonyms, shorts=self._shorts, parents=self._parents)


def _plain(value: str) -> str:
    """Return a value without its comment and its qualifiers, escapes undone."""
    if "!" in value:
        value = _COMMENT.sub("", value)
    value = value.rstrip()
    if value.endswith("}"):
        value = _QUALIFIERS.sub("", value).rstrip()
    return _unescaped(value)


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    return _ESCAPED.sub(lambda found: _ESCAPES.get(found[1], found[1]), text)
