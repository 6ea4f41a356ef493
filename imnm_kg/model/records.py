# SPDX-License-Identifier: Apache-2.0
"""A text to be read for claims: its zones, its identifiers, and what became of a record that could not be read.

Every offset is a code point of ``TextRecord.text``, half-open. The text of a plain file is the file; that of XML or
HTML is the visible text in reading order, made the same way on every run, and known by its SHA-256.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

__all__ = ["ABSTRACT", "BODY", "BOILERPLATE", "CITATION", "REFERENCES", "TITLE", "BadRecord", "Reference", "TextRecord",
           "TextZone"]  # fmt: skip

TITLE, ABSTRACT, BODY = "Title", "Abstract", "Body"
REFERENCES, BOILERPLATE, CITATION = "ReferenceList", "Boilerplate", "Citation"


@dataclass(frozen=True, slots=True)
class TextZone:
    """A stretch of a text of one kind.

    Attributes:
        kind: ``Title``, ``Abstract``, ``Body``, ``ReferenceList``, ``Boilerplate`` or ``Citation``.
        start: its first code point.
        end: the code point after its last.
        label: the heading or section label as printed (``CONCLUSIONS``, ``Supportive care``), empty where none.
        section: the heading of the outermost section that it stands in, where that is another (``Methods``).
    """

    kind: str
    start: int
    end: int
    label: str = ""
    section: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """A publication that a text cites, with what was printed of it; ids are checked for form and empty where none."""

    text: str
    start: int
    end: int
    authors: tuple[str, ...] = ()
    title: str = ""
    journal: str = ""
    year: int | None = None
    doi: str = ""
    pmid: str = ""
    pmcid: str = ""
    nct: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TextRecord:
    """One document.

    Attributes:
        id: ``PMID:…`` for a PubMed record, the ``id`` of a JSON line, ``PMC…`` (else ``PMID:…`` or ``DOI:…``) for a
            JATS article, else the stem of the file.
        text: its text; never changed after reading.
        zones: in order, without overlap; what is in none is read like ``Body``.
        title: the title, empty where unknown; it tells what the text is about and is never evidence.
        source: the file as it was given.
        position: number of the record in its file, from 1.
        doi, pmid, pmcid: identifiers, empty where none.
        year: of publication, where known.
        mesh: MeSH descriptor names, in order.
        references: what its reference list names.
    """

    id: str
    text: str
    zones: tuple[TextZone, ...] = ()
    title: str = ""
    source: str = ""
    position: int = 1
    doi: str = ""
    pmid: str = ""
    pmcid: str = ""
    year: int | None = None
    mesh: tuple[str, ...] = ()
    references: tuple[Reference, ...] = field(default=(), repr=False)

    @property
    def sha256(self) -> str:
        """The SHA-256 of the UTF-8 bytes of the text, in lower-case hexadecimal digits."""
        return hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class BadRecord:
    """A record, or a whole file, that could not be read: told, counted and passed over.

    Attributes:
        source: the file as it was given.
        position: number of the record in its file, from 1; 0 when the file as a whole is meant.
        code: a short id of the kind of fault, a section of ``docs/errors.md``, for example ``record-json``.
        what: what is wrong, without a final full stop.
        line: line of the file, from 1, where known.
        remedy: what to do about it, without a final full stop.
    """

    source: str
    position: int
    code: str
    what: str
    line: int | None = None
    remedy: str = ""
