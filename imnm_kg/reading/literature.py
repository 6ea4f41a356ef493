# SPDX-License-Identifier: Apache-2.0
"""The public services that have abstracts and articles: how to ask NCBI and Europe PMC, and what their answers hold."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import quote, urlencode

from imnm_kg.errors import ImnmError
from imnm_kg.reading.web_addresses import one_line

__all__ = ["PubmedSet", "Services", "article_of", "is_busy", "parse_search", "require_xml", "split_pubmed"]

# The requests are those that NCBI describes in "Entrez Programming Utilities Help" (NBK25501) and Europe PMC under
# "Articles RESTful API".
_NCBI = "https://eutils.ncbi.nlm.nih.gov"
_EUROPE_PMC = "https://www.ebi.ac.uk"
_HTML = re.compile(rb"\s*(?:<!doctype\s+html|<html[\s>])", re.IGNORECASE)
# E-utilities say so in JSON, also with a good status.
_BUSY = re.compile(rb"\s*\{\s*\"error\"\s*:\s*\"[^\"]*rate limit", re.IGNORECASE)
_CUT_SHORT = frozenset(("no element found", "unclosed token", "unclosed CDATA section"))


@dataclass(frozen=True)
class Services:
    """Where to ask, and as whom.

    Attributes:
        base: a mirror that has the paths of both services; empty for the services themselves.
        tool: the name of the program, without blanks.
        email: whom to write to when the program misbehaves; may be empty.
        api_key: of an NCBI account; may be empty.
    """

    base: str = ""
    tool: str = "imnm-kg"
    email: str = ""
    api_key: str = field(default="", repr=False)

    def efetch(self, database: str, ids: Sequence[str]) -> str:
        """Return the URL that gives records of ``pubmed`` or ``pmc`` as XML."""
        who = {"tool": self.tool, "email": self.email, "api_key": self.api_key}
        asked = {"db": database, "id": ",".join(ids), "retmode": "xml"}
        return self._efetch({**asked, **{name: value for name, value in who.items() if value}})

    def shown_efetch(self, database: str, ids: Sequence[str]) -> str:
        """Return that URL without who asks, as the key of a cache and for messages."""
        return self._efetch({"db": database, "id": ",".join(ids), "retmode": "xml"})

    def _efetch(self, parameters: dict[str, str]) -> str:
        return f"{self.base or _NCBI}/entrez/eutils/efetch.fcgi?{urlencode(parameters, safe=',')}"

    def full_text(self, pmcid: str) -> str:
        """Return the URL of an open-access article as JATS."""
        return f"{self.base or _EUROPE_PMC}/europepmc/webservices/rest/{pmcid}/fullTextXML"

    def search(self, doi: str) -> str:
        """Return the URL that finds a DOI."""
        query = urlencode(
            {"query": f'DOI:"{doi}"', "resultType": "lite", "format": "json", "pageSize": "25"}, quote_via=quote
        )
        return f"{self.base or _EUROPE_PMC}/europepmc/webservices/rest/search?{query}"


def is_busy(body: bytes) -> bool:
    """Tell whether an answer of E-utilities says that it is asked too often."""
    return _BUSY.match(body[:1000]) is not None


class PubmedSet(NamedTuple):
    """What an answer of PubMed holds.

    Attributes:
        records: each record as a whole XML document, by PMID; the bytes between its tags are those of the answer.
        deleted: PMIDs that PubMed says are deleted.
        retracted: PMIDs of publications that were retracted.
    """

    records: dict[str, bytes]
    deleted: frozenset[str]
    retracted: frozenset[str]


def require_xml(body: bytes, shown: str, content_type: str = "") -> None:
    """Refuse what is no XML though XML was asked for.

    Raises:
        ImnmError: ``fetch-content``.
    """
    if _HTML.match(body.removeprefix(b"\xef\xbb\xbf")[:2000]):
        raise _content(f"{shown} is an HTML page, and XML was asked for")
    if not body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        start = one_line(body[:120].decode("utf-8", "replace"))
        said = f" ({one_line(content_type, 60)})" if content_type else ""
        raise _content(f"{shown} is no XML{said}: '{start}'" if start else f"{shown} is empty")


def _content(what: str) -> ImnmError:
    return ImnmError("fetch-content", what, "try again later, or get the document by hand")


def split_pubmed(body: bytes, shown: str) -> PubmedSet:
    """Take an answer of PubMed apart.

    Raises:
        ImnmError: ``fetch-content`` or ``fetch-cut-short``.
    """
    require_xml(body, shown)
    splitter = _Splitter()
    _parse(body, shown, splitter)
    if splitter.root not in ("PubmedArticleSet", "PubmedBookArticleSet"):
        raise _content(f"{shown} holds <{splitter.root[:60]}>, and no records of PubMed")
    head = body[: splitter.root_end].rstrip()
    tail = f"\n</{splitter.root}>\n".encode()
    records = {}
    for pmid, start, at in splitter.records:
        record = body[start : body.index(b">", at) + 1]
        if not record.startswith(b"<Pubmed"):  # places are those of bytes only in UTF-8
            raise _content(f"{shown} is not encoded as UTF-8")
        records[pmid] = head + b"\n" + record + tail
    return PubmedSet(records, frozenset(splitter.deleted), frozenset(splitter.retracted))


def article_of(body: bytes, pmcid: str, shown: str) -> bool:
    """Look at an answer that should be an article in JATS; tell whether it has a body.

    Raises:
        ImnmError: ``fetch-missing`` where there is no article in it, ``fetch-content`` for another article or no XML,
            ``fetch-cut-short``.
    """
    require_xml(body, shown)
    look = _ArticleLook()
    _parse(body, shown, look)
    if not look.articles:
        raise ImnmError("fetch-missing", f"{shown} holds no article {pmcid}", "check the id")
    digits = pmcid.removeprefix("PMC")
    if look.ids and digits not in look.ids:
        raise _content(f"{shown} is about PMC{min(look.ids)}, not {pmcid}")
    return look.has_body


def parse_search(body: bytes, doi: str, shown: str) -> tuple[str, str]:
    """Return PMID and PMCID of a DOI out of an answer of Europe PMC; empty what it has not.

    The PMCID is that of an article of which the full text is open, or the only id that there is.

    Raises:
        ImnmError: ``fetch-content``.
    """
    try:
        answer = json.loads(body)
        results = answer["resultList"]["result"]
        found = [one for one in results if str(one.get("doi", "")).lower() == doi.lower()]
        pmid = next((str(one["pmid"]) for one in found if one.get("pmid")), "")
        opened = [str(one["pmcid"]) for one in found if one.get("pmcid") and one.get("isOpenAccess") == "Y"]
        closed = [str(one["pmcid"]) for one in found if one.get("pmcid")]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _content(f"{shown} did not answer with the list of articles that was asked for") from error
    pmcid = next(iter(opened or ([] if pmid else closed)), "")
    # What goes into the next request is checked for form.
    return (
        pmid if re.fullmatch(r"[1-9]\d{0,7}", pmid, re.ASCII) else "",
        pmcid if re.fullmatch(r"PMC\d{1,9}", pmcid, re.ASCII) else "",
    )


class _Look:
    """What the parser tells: elements by their path."""

    def __init__(self) -> None:
        self.path: list[str] = []
        self.text: list[str] | None = None

    def start(self, name: str, attributes: dict[str, str], at: int) -> None:
        """An element begins at this byte."""

    def end(self, name: str, text: str, at: int) -> None:
        """The end tag of an element begins at this byte."""


class _Splitter(_Look):
    def __init__(self) -> None:
        super().__init__()
        self.root = ""
        self.root_end = 0
        self.records: list[tuple[str, int, int]] = []
        self.deleted: list[str] = []
        self.retracted: list[str] = []
        self._start = 0
        self._pmid = ""

    def start(self, name: str, attributes: dict[str, str], at: int) -> None:
        depth = len(self.path)
        if depth == 1:
            self.root = name
        elif depth == 2:
            self.root_end = self.root_end or at
            self._start, self._pmid = at, ""
        elif name == "PMID" or name == "PublicationType":
            self.text = []
        elif name == "CommentsCorrections" and attributes.get("RefType") == "RetractionIn":
            self.retracted.append(self._pmid)

    def end(self, name: str, text: str, at: int) -> None:
        depth = len(self.path)
        if name == "PMID" and depth == 3 and self.path[1] == "DeleteCitation":
            self.deleted.append(text.strip())
        elif name == "PMID" and depth == 4 and not self._pmid:
            self._pmid = text.strip()
        elif name == "PublicationType" and text.strip() == "Retracted Publication":
            self.retracted.append(self._pmid)
        elif depth == 2 and name in ("PubmedArticle", "PubmedBookArticle") and self._pmid:
            self.records.append((self._pmid, self._start, at))


class _ArticleLook(_Look):
    def __init__(self) -> None:
        super().__init__()
        self.articles = 0
        self.ids: set[str] = set()
        self.has_body = False
        self._own = False

    def start(self, name: str, attributes: dict[str, str], at: int) -> None:  # noqa: ARG002
        inside = self.path[:-1]
        if name == "article":
            self.articles += 1
        elif name == "body" and inside[-1:] == ["article"]:
            self.has_body = True
        elif name == "article-id" and inside[-1:] == ["article-meta"]:
            self._own = attributes.get("pub-id-type") in ("pmc", "pmcid")
            self.text = []

    def end(self, name: str, text: str, at: int) -> None:  # noqa: ARG002
        if name == "article-id" and self._own:
            self.ids.add(text.strip().upper().removeprefix("PMC").partition(".")[0])
            self._own = False


def _parse(body: bytes, shown: str, look: _Look) -> None:
    from xml.parsers.expat import ExpatError, ParserCreate, errors

    parser = ParserCreate()
    parser.buffer_text = True

    def start(name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        look.path.append(name)
        look.start(name, attributes, parser.CurrentByteIndex)

    def end(name: str) -> None:
        name = name.rpartition(":")[2]
        text, look.text = "".join(look.text or ()), None
        look.end(name, text, parser.CurrentByteIndex)
        look.path.pop()

    def characters(text: str) -> None:
        if look.text is not None:
            look.text.append(text)

    def entity(*_: object) -> None:
        raise _content(f"{shown} declares entities, which are not expanded")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters
    parser.EntityDeclHandler = entity
    try:
        parser.Parse(body, True)
    except (LookupError, ValueError) as error:  # an encoding that is not known, or has more than one byte a character
        raise _content(f"{shown} has an encoding that is not read ({error})") from error
    except ExpatError as error:
        said = errors.messages[error.code]
        if said in _CUT_SHORT:
            raise ImnmError("fetch-cut-short", f"{shown} ends before its end", "try again later") from error
        raise _content(f"{shown} is not well-formed XML ({said}, line {error.lineno})") from error
