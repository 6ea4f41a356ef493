# SPDX-License-Identifier: Apache-2.0
"""Fetch: get single documents from PubMed, PMC or the web, and write each into a file of its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from imnm_kg.errors import ImnmError, Place
from imnm_kg.model.records import BadRecord
from imnm_kg.rdf.files import write_atomically
from imnm_kg.reading.literature import Services, article_of, is_busy, parse_search, require_xml, split_pubmed
from imnm_kg.reading.web import Answer, Web
from imnm_kg.reading.web_addresses import one_line, origin_of
from imnm_kg.reading.web_cache import WebCache

__all__ = ["BATCH", "Failed", "Fetched", "Wanted", "fetch", "read_wanted"]

BATCH = 200
"""How many records of PubMed one request asks for."""

PMID, PMCID, DOI, URL = "PMID", "PMCID", "DOI", "URL"
_FORMS = (
    (PMID, re.compile(r"(?:PMID:?\s*)?([1-9]\d{0,7})", re.IGNORECASE | re.ASCII)),
    (PMID, re.compile(r"https?://(?:pubmed\.ncbi\.nlm\.nih\.gov|www\.ncbi\.nlm\.nih\.gov/pubmed)/([1-9]\d{0,7})/?",
                      re.ASCII)),
    (PMCID, re.compile(r"(?:PMCID:?\s*)?(PMC\d{1,9})(?:\.\d+)?", re.IGNORECASE | re.ASCII)),
    (PMCID, re.compile(r"https?://(?:pmc\.ncbi\.nlm\.nih\.gov|www\.ncbi\.nlm\.nih\.gov/pmc)/articles/(PMC\d{1,9})/?",
                       re.ASCII)),
    (DOI, re.compile(r"(?:doi:\s*|https?://(?:dx\.)?doi\.org/)?(10\.\d{4,9}/[^\s\"]+)", re.IGNORECASE)),
)  # fmt: skip
_EXTENSIONS = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "text/xml": ".xml",
    "application/xml": ".xml",
}


class Wanted(NamedTuple):
    """A document that a user asks for.

    Attributes:
        given: as it was given.
        kind: ``PMID``, ``PMCID``, ``DOI`` or ``URL``.
        id: the id in its own form, or the URL.
    """

    given: str
    kind: str
    id: str


class Fetched(NamedTuple):
    """A document that is there.

    Attributes:
        wanted: what was asked for.
        path: its file.
        written: whether the file is new; else it was there with the same bytes.
        notes: what a reader of it must know.
    """

    wanted: Wanted
    path: Path
    written: bool
    notes: tuple[str, ...] = ()


class Failed(NamedTuple):
    """A document that could not be got, and why."""

    wanted: Wanted
    error: ImnmError


class _Document(NamedTuple):
    stem: str
    extension: str
    body: bytes
    notes: tuple[str, ...] = ()


def read_wanted(word: str) -> Wanted:
    """Tell what a word asks for; the page of a record of PubMed or PMC stands for the record.

    Raises:
        ImnmError: ``fetch-id`` for what is neither an id nor a URL, ``fetch-address`` for a URL that is not fetched.
    """
    text = word.strip()
    for kind, form in _FORMS:
        found = form.fullmatch(text)
        if found is not None:
            id_ = found[1]
            return Wanted(word, kind, id_.upper() if kind == PMCID else unquote(id_) if kind == DOI else id_)
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", text):
        origin_of(text)
        return Wanted(word, URL, text.partition("#")[0])
    what = f"'{one_line(word, 80)}' is no id of a publication and no URL"
    raise ImnmError("fetch-id", what, "give a PMID, a PMCID (PMC…), a DOI (10.…), or the http or https URL of a page")


def fetch(
    wanted: Sequence[Wanted],
    out: Path,
    *,
    web: Web,
    cache: WebCache,
    services: Services,
    text: bool = False,
    say: Callable[[str], None] = lambda _: None,
) -> Iterator[Fetched | Failed]:
    """Get documents one after the other and write them; yields each as it is done, in the order asked for.

    What the cache has is taken from there. Records of PubMed are asked for 200 at a time. A file that is there already
    with other bytes is left alone.

    Args:
        wanted: the documents; what is asked for twice is got once.
        out: the folder, which is made.
        web: asks.
        cache: keeps what was got.
        services: where PubMed and PMC are.
        text: whether to write the text as the extractor reads it, and not the document as it is.
        say: is told of each step.

    Raises:
        ImnmError: ``file-unwritable`` when the folder cannot be made.
    """
    is_new = not out.exists()
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        what = f"the folder cannot be made ({error.strerror or error})"
        raise ImnmError("file-unwritable", what, "name another folder with --out", Place(str(out))) from error
    library = _Library(web, cache, services, say)
    first: dict[tuple[str, str], Wanted] = {}
    for one in wanted:
        first.setdefault((one.kind, one.id), one)
    library.ask_for([one.id for one in first.values() if one.kind == PMID])
    for one in first.values():
        try:
            document = library.get(one)
            if text:
                document = _as_text(document, one)
            yield _write(document, one, out)
        except ImnmError as error:
            yield Failed(one, error)
    if is_new and not any(out.iterdir()):
        out.rmdir()  # nothing was got


class _Library:
    """Knows where each kind of document is to be had."""

    def __init__(self, web: Web, cache: WebCache, services: Services, say: Callable[[str], None]) -> None:
        self._web = web
        self._cache = cache
        self._services = services
        self._say = say
        self._waiting: list[str] = []
        self._failed: dict[str, ImnmError] = {}
        self._got: dict[str, Answer] = {}

    def ask_for(self, pmids: Sequence[str]) -> None:
        """Note records of PubMed that will be wanted, so that one request can get many."""
        self._waiting.extend(pmids)

    def get(self, wanted: Wanted) -> _Document:
        if wanted.kind == PMID:
            return self._pubmed(wanted.id)
        if wanted.kind == PMCID:
            return self._article(wanted.id)
        if wanted.kind == DOI:
            return self._doi(wanted.id)
        return self._page(wanted.id)

    def _ask(self, key: str, url: str) -> Answer:
        """Return the answer to a request from the cache, else from the service; the caller keeps it if it is good."""
        kept = self._cache.take(key)
        if kept is not None:
            return kept
        self._say(f"asking {urlsplit(url).hostname}: {key}")
        # The key has no key of an account in it, and may be kept and shown.
        answer = self._web.get(url, shown=key, busy=is_busy)
        return answer if url == key else replace(answer, url=key)

    def _pubmed(self, pmid: str) -> _Document:
        key = self._services.shown_efetch("pubmed", [pmid])
        answer = self._cache.take(key)
        if answer is None:
            if pmid not in self._failed:
                self._batch(pmid)
            if pmid in self._failed:
                raise self._failed[pmid]
            answer = self._got.pop(pmid)
        found = split_pubmed(answer.body, key)
        notes = ("the publication was retracted",) if pmid in found.retracted else ()
        return _Document(f"PMID-{pmid}", ".xml", found.records[pmid], notes)

    def _batch(self, wanted: str) -> None:
        """Get a record, and as many of the others as one request may ask for and are not kept."""
        services, cache = self._services, self._cache
        keys = {wanted: services.shown_efetch("pubmed", [wanted])}
        for pmid in self._waiting:
            key = services.shown_efetch("pubmed", [pmid])
            if len(keys) < BATCH and cache.take(key) is None:
                keys[pmid] = key
        self._waiting = [pmid for pmid in self._waiting if pmid not in keys]
        shown = keys[wanted] if len(keys) == 1 else f"PubMed ({len(keys)} records)"
        self._say(f"asking for {shown}")
        try:
            answer = self._web.get(services.efetch("pubmed", list(keys)), shown=shown, busy=is_busy)
            found = split_pubmed(answer.body, shown)
        except ImnmError as error:
            self._failed.update(dict.fromkeys(keys, error))
            return
        for pmid, key in keys.items():
            if pmid in found.records:
                self._got[pmid] = replace(answer, url=key, body=found.records[pmid])
                cache.keep(key, self._got[pmid])
            elif pmid in found.deleted:
                what = f"PubMed has deleted the record {pmid}"
                self._failed[pmid] = ImnmError("fetch-withdrawn", what, "look for another id of it")
            else:
                self._failed[pmid] = ImnmError("fetch-missing", f"PubMed has no record {pmid}", "check the id")

    def _article(self, pmcid: str) -> _Document:
        key = self._services.full_text(pmcid)
        try:
            answer = self._ask(key, key)
            has_body = article_of(answer.body, pmcid, key)
        except ImnmError as error:
            if error.code != "fetch-missing":
                raise
            # Europe PMC gives what is open; PMC has more, of some of it the abstract alone.
            key = self._services.shown_efetch("pmc", [pmcid.removeprefix("PMC")])
            answer = self._ask(key, self._services.efetch("pmc", [pmcid.removeprefix("PMC")]))
            has_body = article_of(answer.body, pmcid, key)
        self._cache.keep(key, answer)
        notes = () if has_body else ("it has no full text: its publisher gives title and abstract only",)
        return _Document(pmcid, ".xml", answer.body, notes)

    def _doi(self, doi: str) -> _Document:
        key = self._services.search(doi)
        answer = self._ask(key, key)
        pmid, pmcid = parse_search(answer.body, doi, key)
        self._cache.keep(key, answer)
        if pmcid:
            return self._article(pmcid)
        if pmid:
            return self._pubmed(pmid)
        raise ImnmError(
            "fetch-missing", f"Europe PMC knows no publication with the DOI {doi}", "give the URL of its page"
        )

    def _page(self, url: str) -> _Document:
        answer = self._ask(url, url)
        extension = _extension(answer)
        if not extension:
            what = f"{url} is {one_line(answer.content_type, 60) or 'of no said type'}, which is not read"
            remedy = "give the address of a page in HTML, text or XML; of a PDF save the text by hand"
            raise ImnmError("fetch-content", what, remedy)
        if not answer.body.strip():
            raise ImnmError("fetch-content", f"{url} is empty", "check the address")
        if extension == ".xml":
            require_xml(answer.body, url, answer.content_type)
        self._cache.keep(url, answer)
        return _Document(_stem(url), extension, _as_utf8(answer, extension))


def _extension(answer: Answer) -> str:
    """Return the extension of what a page is; empty for what is not read."""
    type_ = answer.content_type
    if type_.endswith("+xml") and type_ not in _EXTENSIONS:
        return ".xml"
    if type_ in ("", "application/octet-stream", "binary/octet-stream"):  # the server does not know
        suffix = Path(urlsplit(answer.url).path).suffix.lower()
        return {".htm": ".html", ".nxml": ".xml"}.get(suffix, suffix if suffix in _EXTENSIONS.values() else "")
    return _EXTENSIONS.get(type_, "")


def _stem(url: str) -> str:
    """Return a name for a page, which is also the id of its document: host and path in small letters."""
    parts = urlsplit(url)
    place = unquote(f"{(parts.hostname or '').removeprefix('www.')}{parts.path}")
    stem = re.sub(r"[^a-z0-9]+", "-", re.sub(r"\.(?:html?|php|aspx?|txt|xml|md)$", "", place.lower())).strip("-")
    if parts.query or len(stem) > 80:  # else two pages could have one name
        import hashlib

        stem = f"{stem[:80].rstrip('-')}-{hashlib.sha256(url.encode()).hexdigest()[:8]}"
    return stem


def _as_utf8(answer: Answer, extension: str) -> bytes:
    """Return a page with its encoding in it or in UTF-8, for a file has no header that says it."""
    body, charset = answer.body, answer.charset
    inside = extension == ".xml" or (extension == ".html" and re.search(rb"charset\s*=", body[:4096], re.IGNORECASE))
    if inside or charset in ("", "utf-8", "utf8", "us-ascii"):
        return body
    try:
        return body.decode(charset).encode()
    except (LookupError, UnicodeError) as error:
        what = f"{answer.url} is not encoded as {one_line(charset, 40)}, as its server says"
        raise ImnmError("fetch-content", what, "save the page by hand as UTF-8") from error


def _as_text(document: _Document, wanted: Wanted) -> _Document:
    """Return a document as the text that the extractor reads."""
    import tempfile

    from imnm_kg.reading.source import read_records

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{document.stem[:80]}{document.extension}"
        path.write_bytes(document.body)
        record = next(iter(read_records(path, wanted.given)), None)
    if record is None or isinstance(record, BadRecord):
        what = f"{wanted.given} cannot be read: {record.what if record is not None else 'there is no text in it'}"
        raise ImnmError("fetch-content", what, "leave out --format txt to get the document as it is")
    return document._replace(extension=".txt", body=record.text.encode("utf-8", "replace"))


def _write(document: _Document, wanted: Wanted, out: Path) -> Fetched:
    path = out / f"{document.stem}{document.extension}"
    if path.exists():
        if path.is_file() and path.read_bytes() == document.body:
            return Fetched(wanted, path, False, document.notes)
        what, remedy = "there is another file of that name", "move it away, or name another folder with --out"
        raise ImnmError("fetch-exists", what, remedy, Place(str(path)))
    write_atomically(path, document.body)
    return Fetched(wanted, path, True, document.notes)
