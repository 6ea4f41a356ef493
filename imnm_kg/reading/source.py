# SPDX-License-Identifier: Apache-2.0
"""The files that are read: which they are, of what kind each is, and their records one by one."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from imnm_kg.errors import ImnmError, Place
from imnm_kg.model.records import BadRecord, TextRecord
from imnm_kg.reading.faults import bad_record
from imnm_kg.reading.html import read_html
from imnm_kg.reading.jsonl import read_jsonl
from imnm_kg.reading.markdown import read_markdown
from imnm_kg.reading.plain import read_plain
from imnm_kg.reading.streams import Stream
from imnm_kg.reading.xml import read_xml, root_name

__all__ = ["EXTENSIONS", "list_inputs", "read_records"]

PLAIN, MARKDOWN, HTML, XML, JSONL = "plain", "markdown", "html", "xml", "jsonl"
# Kind of a file by its extension; ``.gz`` may follow any of them.
EXTENSIONS = {
    ".htm": HTML,
    ".html": HTML,
    ".jsonl": JSONL,
    ".markdown": MARKDOWN,
    ".md": MARKDOWN,
    ".ndjson": JSONL,
    ".nxml": XML,
    ".txt": PLAIN,
    ".xhtml": HTML,
    ".xml": XML,
}  # fmt: skip

_TAGS = frozenset((
    "html", "head", "body", "main", "article", "section", "div", "p", "h1", "h2", "h3", "title", "meta", "span",
    "table", "ul", "ol", "a",
))  # fmt: skip
_JATS = re.compile(r"<(?:\w+:)?(?:front|article-meta)\b|\barticle-type=|<!DOCTYPE\s+article\b|^<\?xml", re.IGNORECASE)
_JSON_LINE = re.compile(r"\{\s*\"")
_MARKDOWN = re.compile(r"\A---[ \t]*\r?\n|^#{1,6} \S", re.MULTILINE)


def list_inputs(paths: Sequence[Path], skipped: Callable[[Path], None] | None = None) -> list[Path]:
    """Return the files to read, each once, in the order given, a folder's in the order of their names.

    A folder is walked with all folders in it. Hidden files and folders are passed over in silence, files whose
    extension tells no kind of document are named. A file that is given itself is read whatever it is called.

    Args:
        paths: files and folders.
        skipped: is told each file of a folder that is no document.

    Raises:
        ImnmError: ``file-missing`` for a path that is not there, ``file-unreadable`` for a folder that cannot be
            listed, ``input-none`` when there is nothing to read.
    """
    found: dict[Path, Path] = {}
    for path in paths:
        if not path.exists():
            raise ImnmError("file-missing", "there is no such file", "check the path", Place(str(path)))
        for file in _walk(path) if path.is_dir() else (path,):
            if file is path or _kind_by_name(file):
                found.setdefault(file.resolve(), file)
            elif skipped is not None:
                skipped(file)
    if not found:
        what = "there is no document here" if paths else "no file was given"
        remedy = f"give files, or folders that hold some ({' '.join(EXTENSIONS)}, each also with .gz)"
        raise ImnmError("input-none", what, remedy, Place(str(paths[0])) if len(paths) == 1 else None)
    return list(found.values())


def _walk(folder: Path) -> Iterator[Path]:
    def fail(error: OSError) -> None:
        what = f"the folder cannot be listed ({error.strerror or error})"
        place = Place(str(error.filename or folder))
        raise ImnmError("file-unreadable", what, "check its permissions", place) from error

    for here, folders, names in os.walk(folder, onerror=fail):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(here) / name for name in sorted(names) if not name.startswith("."))


def read_records(path: Path, shown: str | None = None) -> Iterator[TextRecord | BadRecord]:
    """Yield the records of a file, and in place of each that cannot be read what is wrong with it.

    The kind of the file is told by its extension, else by how it begins. Nothing is raised for what a file holds, nor
    when it cannot be opened: that is a bad record with position 0, which stands for the file or the rest of it.

    Args:
        path: the file; gzip is told by its first bytes.
        shown: the path to print, when not ``path`` itself.
    """
    try:
        with Stream(path, shown) as stream:
            kind = _kind_by_name(path) or _kind_by_head(stream.head)
            if kind == XML and root_name(stream.head) == "html":
                kind = HTML
            yield from _READERS[kind](stream)
    except ImnmError as error:
        yield bad_record(error, str(path) if shown is None else shown)


def _one(read: Callable[[Stream], TextRecord]) -> Callable[[Stream], Iterator[TextRecord | BadRecord]]:
    def reader(stream: Stream) -> Iterator[TextRecord | BadRecord]:
        yield read(stream)

    return reader


_READERS: dict[str, Callable[[Stream], Iterator[TextRecord | BadRecord]]] = {
    PLAIN: _one(read_plain),
    MARKDOWN: _one(read_markdown),
    HTML: _one(read_html),
    XML: read_xml,
    JSONL: read_jsonl,
}


def _kind_by_name(path: Path) -> str:
    """Return the kind of a file by its extension, empty where that tells none."""
    name = path.name.lower().removesuffix(".gz")
    return EXTENSIONS.get(Path(name).suffix, "")


def _kind_by_head(head: bytes) -> str:
    """Return the kind of a file by how it begins; plain text where nothing speaks for another."""
    text = head.decode("utf-8", "replace").lstrip("\ufeff").lstrip()
    if text.startswith("<"):
        root = root_name(head)
        # Pages and JATS share the name of one element.
        if root in _TAGS and not (root == "article" and _JATS.search(text)):
            return HTML
        return XML if root else PLAIN
    if _JSON_LINE.match(text):
        return JSONL
    return MARKDOWN if _MARKDOWN.search(text[:2000]) else PLAIN
