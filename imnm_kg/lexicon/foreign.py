# SPDX-License-Identifier: Apache-2.0
"""Lexicons that a user gives: OBO, OWL, SKOS or a table becomes entries that are looked for beside our own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from imnm_kg.errors import ImnmError, Place
from imnm_kg.lexicon.collecting import Collector, Fault
from imnm_kg.lexicon.entries import KINDS, Entry
from imnm_kg.lexicon.vocabularies import Vocabularies, read_vocabularies
from imnm_kg.model.folders import find_folders
from imnm_kg.reading.streams import Stream, decode

__all__ = ["ForeignLexicon", "lexicon_argument", "read_foreign"]

_OBO, _XML, _TURTLE, _TRIPLES, _TABLE = "OBO", "RDF/XML", "Turtle", "N-Triples", "a table"
_EXTENSIONS = {
    ".obo": _OBO, ".owl": _XML, ".rdf": _XML, ".xml": _XML, ".ttl": _TURTLE, ".turtle": _TURTLE, ".nt": _TRIPLES,
    ".tsv": _TABLE, ".tab": _TABLE, ".txt": _TABLE,
}  # fmt: skip
_OTHER = (
    (re.compile(r"(?:Prefix\s*\(|Ontology\s*\()"), "OWL functional syntax"),
    (re.compile(r"(?:Prefix:|Ontology:)"), "OWL Manchester syntax"),
    (re.compile(r"[{\[]\s*[\"{\[]"), "JSON"),
)
# What stands before the first statement of a Turtle, OBO or table file, and of XML.
_COMMENTS = re.compile(r"(?:\s+|[#!][^\n]*(?:\n|$)|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
_KIND = re.compile(r"(?:^\s*[#!]|<!--)\s*kind:?\s+(\w+)", re.MULTILINE | re.IGNORECASE)
_HEAD = 16_384
_OTHER_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\0\0")


@dataclass(frozen=True)
class ForeignLexicon:
    """What a file of names gives.

    Attributes:
        entries: its terms, sorted by IRI.
        faults: what was broken and passed over, in the order of the file: line (or nothing) and what is wrong; at most
            a thousand.
        broken: how many were broken in all.
        left_out: how many whole terms are not used, by reason, the most frequent reason first.
        imports: what the file names as imported; nothing of it was fetched.
    """

    entries: tuple[Entry, ...]
    faults: tuple[Fault, ...] = ()
    broken: int = 0
    left_out: tuple[tuple[str, int], ...] = ()
    imports: tuple[str, ...] = ()

    @property
    def passed_by(self) -> str:
        """What of the file is not used on purpose, in words: terms by reason, and imports; empty where all is."""
        said = []
        if self.left_out:
            terms = len(self.entries) + sum(count for _, count in self.left_out)
            said.append(f"left out of {terms:,} terms: {', '.join(f'{n:,} {why}' for why, n in self.left_out)}")
        if self.imports:
            number = "1 import is" if len(self.imports) == 1 else f"{len(self.imports):,} imports are"
            more = ", …" if len(self.imports) > 1 else ""
            said.append(f"{number} not followed ({self.imports[0]}{more})")
        return "; ".join(said)


def lexicon_argument(word: str) -> tuple[Path, str]:
    """Return file and kind of ``FILE`` or ``FILE:Kind`` as it was given on the command line; the kind may be empty.

    Raises:
        ImnmError: ``lexicon-kind`` when there is no such file but one without the end, and the end is no kind.
    """
    name, _, end = word.rpartition(":")
    kind = _known_kind(end)
    if name and kind:
        return Path(name), kind
    if name and re.fullmatch(r"[A-Za-z]+", end) and Path(name).is_file() and not Path(word).exists():
        raise _no_kind(f"'{end}' is no kind of entries", Place(name))
    return Path(word), ""


def _known_kind(word: str) -> str:
    return next((kind for kind in KINDS if kind.lower() == word.lower()), "")


def _no_kind(what: str, place: Place) -> ImnmError:
    remedy = f"give it as FILE:Kind, or in a comment '# kind: Kind' at the top; the kinds are {', '.join(KINDS)}"
    return ImnmError("lexicon-kind", what, remedy, place)


def read_foreign(
    path: Path, shown: str | None = None, *, kind: str = "", known: Vocabularies | None = None
) -> ForeignLexicon:
    """Read a lexicon in OBO, RDF/XML, Turtle, N-Triples or a table with tabs; any of them may be gzipped.

    The format is told by the content, then by the extension. A term keeps its own IRI. Its kind is that which its row
    says, else ``kind``, else that of a comment ``# kind: Disease`` at the top, else that of its vocabulary.

    Args:
        path: the file.
        shown: the path to print in errors, when not ``path`` itself.
        kind: the kind of all terms.
        known: what is known of vocabularies; read from the ontology folder where it is not given.

    Raises:
        ImnmError: ``lexicon-format``, ``lexicon-entities``, ``lexicon-kind``, ``lexicon-empty`` when there is no term
            to look for, and what ``Stream`` raises for a file that cannot be opened, is empty or is no text.
    """
    with Stream(path, shown) as stream:
        head = stream.head[:_HEAD].decode("utf-8", "replace").lstrip("\ufeff")
        form = _format(head, path, stream)
        if form != _XML and stream.head[:2] in _OTHER_MARKS:
            decode(stream.head, stream)  # raises for what is marked as UTF-16 or UTF-32
        collector = Collector(known or read_vocabularies(find_folders()), kind or _kind_of(head, stream))
        try:
            _read(form, stream, collector)
        except ImnmError as error:
            if error.code in ("lexicon-entities", "lexicon-format", "record-binary"):
                raise
            collector.fault(error.place.line if error.place is not None else None, error.what)
    return _lexicon(collector, stream)


def _read(form: str, stream: Stream, collector: Collector) -> None:
    if form == _OBO:
        from imnm_kg.lexicon.obo import read_obo

        read_obo(stream, collector)
    elif form == _XML:
        from imnm_kg.lexicon.rdfxml import read_rdf_xml

        read_rdf_xml(stream, collector)
    elif form == _TABLE:
        from imnm_kg.lexicon.tables import read_table

        read_table(stream, collector)
    else:
        from imnm_kg.lexicon.triples import read_triples

        read_triples(stream, collector, turtle=form == _TURTLE)


def _lexicon(collector: Collector, stream: Stream) -> ForeignLexicon:
    entries = collector.finish()
    if not entries:
        place = stream.place()
        if collector.left_out["no kind"] and not collector.left_out["no name to look for"]:
            raise _no_kind("nothing says what kind of things these terms are", place)
        reasons = [f"{count} left out ({why})" for why, count in collector.left_out.most_common(2)]
        if collector.faults:
            first = collector.faults[0]
            where = f"line {first.line}: " if first.line is not None else ""
            reasons.append(f"{collector.broken} broken, the first: {where}{first.what}")
        what = f"there is no term to look for{': ' if reasons else ''}{'; '.join(reasons)}"
        raise ImnmError("lexicon-empty", what, "give a file with terms that have names", place)
    left_out = tuple(collector.left_out.most_common())
    faults = sorted(collector.faults, key=lambda fault: (fault.line is None, fault.line or 0))
    return ForeignLexicon(entries, tuple(faults), collector.broken, left_out, tuple(collector.imports))


def _kind_of(head: str, stream: Stream) -> str:
    found = _KIND.search(_COMMENTS.match(head).group())  # type: ignore[union-attr]
    if found is None:
        return ""
    kind = _known_kind(found[1])
    if not kind:
        raise _no_kind(f"'{found[1]}' is no kind of entries", stream.place())
    return kind


def _format(head: str, path: Path, stream: Stream) -> str:
    found = _COMMENTS.match(head)
    start = head[found.end() if found else 0 :]
    names = [suffix.lower() for suffix in path.suffixes]
    extension = next((suffix for suffix in reversed(names) if suffix != ".gz"), "")
    for pattern, name in _OTHER:
        if pattern.match(start):
            what = f"this is {name}, which is not read"
            raise ImnmError("lexicon-format", what, "save it as RDF/XML, Turtle, OBO or a table", stream.place())
    if re.match(r"<(?:!DOCTYPE|\w[\w.-]*:?\w*(?:\s|>|/>))", start, re.IGNORECASE):
        return _XML
    if re.match(r"(?:format-version|data-version|ontology|default-namespace|subsetdef):|\[(?:Term|Typedef)\]", start):
        return _OBO
    if re.match(r"@(?:prefix|base)\s|(?:PREFIX|BASE)\s+(?:[\w.-]*:\s*)?<", start, re.IGNORECASE):
        return _TURTLE
    told = _EXTENSIONS.get(extension)
    if told in (None, _XML) and re.match(r"<[A-Za-z][\w+.-]*:[^<>\s]*>\s", start):
        return _TURTLE
    if told is None and re.match(r"[^\n]*\t", start):
        told = _TABLE
    if told is None:
        what = "neither the content nor the extension tells which format this is"
        remedy = "name it .obo, .owl, .ttl, .nt or .tsv, after its format"
        raise ImnmError("lexicon-format", what, remedy, stream.place())
    return told
