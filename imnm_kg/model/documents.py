# SPDX-License-Identifier: Apache-2.0
"""Source documents: their texts, known by SHA-256, with offsets in code points."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from imnm_kg.errors import ImnmError, Place
from imnm_kg.model.sentences import Span, sentence_spans
from imnm_kg.rdf.files import read_text

__all__ = ["SourceText", "read_source_texts"]


@dataclass(frozen=True)
class SourceText:
    """The text of one document; every offset is a code point of it, line ends as stored."""

    id: str
    path: str
    text: str

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 of the UTF-8 bytes, in lower-case hexadecimal digits."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @cached_property
    def sentences(self) -> tuple[Span, ...]:
        """The sentences, in order."""
        return sentence_spans(self.text)

    def sentence_around(self, start: int, end: int) -> Span:
        """Return the stretch of whole sentences that the passage touches."""
        touched = [span for span in self.sentences if span.start < end and start < span.end]
        if not touched:
            return Span(start, end)
        return Span(min(touched[0].start, start), max(touched[-1].end, end))

    def place(self, offset: int) -> Place:
        """Return line and column of an offset."""
        line = self.text.count("\n", 0, offset) + 1
        column = offset - (self.text.rfind("\n", 0, offset) + 1) + 1
        return Place(self.path, line, column)


def read_source_texts(folder: Path) -> dict[str, SourceText]:
    """Read every ``*.txt`` of a folder; the id of a document is the stem of its file.

    Raises:
        ImnmError: ``documents-missing`` when the folder is none, and what ``read_text`` raises.
    """
    if not folder.is_dir():
        raise ImnmError(
            "documents-missing",
            "no such folder of documents",
            "give the folder that holds the texts, one <document-id>.txt each, with --documents",
            Place(str(folder)),
        )
    return {path.stem: SourceText(path.stem, str(path), read_text(path)) for path in sorted(folder.glob("*.txt"))}
