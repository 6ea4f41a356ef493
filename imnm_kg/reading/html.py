# SPDX-License-Identifier: Apache-2.0
"""HTML: the visible text of a page in reading order, with menus, banners and footers zoned off.

lxml parses it: it is the library that XML is read with already, it is quick, and it takes any broken page.
"""

from __future__ import annotations

import codecs
import re
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from imnm_kg.errors import ImnmError
from imnm_kg.model.records import BOILERPLATE, REFERENCES, TextRecord
from imnm_kg.reading.blocks import Block
from imnm_kg.reading.identifiers import find_identifiers
from imnm_kg.reading.markup import (
    BLOCK,
    CELL,
    INLINE,
    LINE,
    SKIP,
    VERBATIM,
    TextBuilder,
    flow,
    inner_text,
    local_name,
)
from imnm_kg.reading.plain import MAX_BLOCKS
from imnm_kg.reading.streams import Stream, decode
from imnm_kg.reading.zones import references_of, zone_blocks

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["read_html"]

_CHARSET = re.compile(rb"<meta\b[^>]{0,300}?\bcharset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_XML_ENCODING = re.compile(rb"\s*<\?xml\b[^>]{0,100}?\bencoding\s*=\s*[\"']([\w.:-]{1,40})", re.IGNORECASE)

_UNSEEN = frozenset((
    "head", "script", "style", "template", "noscript", "svg", "iframe", "object", "embed", "applet", "canvas",
    "audio", "video", "map", "datalist", "dialog", "img", "picture", "input", "link", "meta", "base", "title",
    "annotation", "annotation-xml", "noframes", "frameset", "frame", "param", "source", "track", "area",
))  # fmt: skip
_BLOCKS = frozenset((
    "html", "body", "address", "article", "aside", "blockquote", "caption", "center", "details", "dd", "div", "dl",
    "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header",
    "hgroup", "hr", "legend", "main", "menu", "nav", "ol", "p", "section", "summary", "table", "ul", "button",
    "label", "select",
))  # fmt: skip
_LINES = frozenset(("br", "li", "tr", "option", "thead", "tbody", "tfoot", "optgroup"))
_PAGE = frozenset(("nav", "footer", "aside", "form", "menu", "button", "select", "fieldset"))
_PAGE_ROLES = frozenset((
    "navigation", "banner", "contentinfo", "complementary", "search", "menu", "menubar", "menuitem", "dialog",
    "alertdialog", "alert", "toolbar", "tablist", "tooltip", "button", "form",
))  # fmt: skip
_HIDDEN_CLASSES = frozenset((
    "sr-only", "visually-hidden", "visuallyhidden", "screen-reader-text", "screen-reader-only", "element-invisible",
    "hidden", "d-none", "is-hidden", "sr-only-focusable", "u-hidden", "print-only",
))  # fmt: skip
_HIDDEN_STYLE = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse))", re.IGNORECASE)
# Words of a class or id that make a part of a page one that is not its text.
_PAGE_WORDS = frozenset((
    "ad", "ads", "advert", "advertisement", "advertising", "banner", "breadcrumb", "breadcrumbs", "comments",
    "consent", "cookie", "cookies", "copyright", "donate", "donation", "footer", "gdpr", "login", "masthead", "menu",
    "menubar", "modal", "nav", "navbar", "navigation", "newsletter", "pager", "pagination", "popup", "promo",
    "promotion", "related", "recommended", "recirculation", "sidebar", "signup", "share", "sharing", "sitenav",
    "skiplink", "skip", "social", "sponsor", "sponsored", "subscribe", "subscription", "tagcloud", "ticker",
    "toolbar", "topbar", "trending", "widget",
))  # fmt: skip
_LIST_WORDS = frozenset(
    (
        "references",
        "reference-list",
        "ref-list",
        "reflist",
        "bibliography",
        "citation-list",
        "cited-references",
        "footnotes-references",
    )
)
_WORD = re.compile(r"[a-z0-9]+")
_SPLIT = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+")
_MOST_TAGS = 1_000_000
_KEEP = frozenset(("html", "body", "main", "article"))


class _Place(NamedTuple):
    """What the markup around a block says of it."""

    kind: str = ""
    level: int = 0
    item: int = 0
    in_article: bool = False


def read_html(stream: Stream) -> TextRecord:
    """Read a page.

    Scripts, styles, templates, pictures and what is hidden give no text. What stands in navigation, headers, footers,
    asides, forms, dialogs, or parts whose class says so, is in the text and zoned as boilerplate.

    Raises:
        ImnmError: ``record-html`` for a page that is nested too deeply, and as ``read_plain``.
    """
    data = stream.whole()
    if data.count(b"<") > _MOST_TAGS:
        what = f"the page has more than {_MOST_TAGS:,} tags"
        raise ImnmError("record-too-large", what, "give its text, or its parts", stream.place())
    encoding = _encoding(data)
    source = decode(data, stream, encoding=encoding)
    root = _parsed(data.removeprefix(codecs.BOM_UTF8) if encoding == "utf-8" else source.encode(), stream)
    del data, source  # the tree holds all of it again
    if root is None:
        raise stream.empty()
    page = _Page(root)
    builder = TextBuilder()
    blocks: list[Block] = []
    for run in flow(root, _Place(), page.enter):
        start, end = builder.add(run.text, run.gap)
        kind, level, item, _ = run.context
        blocks.append(Block(start, end, kind, level if kind == "" else 0, listed=item > 0, item=item))
    text = builder.text
    if not text:
        raise stream.empty()
    meta = _meta(root)
    zones, title = zone_blocks(text, blocks) if len(blocks) <= MAX_BLOCKS else ((), "")
    ids = {found.kind: found.value for name in ("doi", "pmid") for found in find_identifiers(meta.get(name, ""))}
    year = meta.get("year", "")[:4] if re.match(r"[12][0-9]{3}", meta.get("year", "")) else ""
    return TextRecord(
        stream.stem, text, zones, title=title or meta.get("title", ""), source=stream.shown,
        doi=ids.get("doi", ""), pmid=ids.get("pmid", ""), year=int(year) if year else None,
        references=references_of(text, zones, blocks),
    )  # fmt: skip


def _encoding(data: bytes) -> str:
    """Return the encoding that a page says it has, if it is one that a page can have; else UTF-8."""
    head = data[:4096]
    found = _CHARSET.search(head) or _XML_ENCODING.match(head)
    name = found[1].decode("ascii").lower() if found else "utf-8"
    # As in browsers: what calls itself Latin-1 or ASCII is Windows-1252.
    if name in ("iso-8859-1", "latin1", "latin-1", "ascii", "us-ascii", "windows-1252", "cp1252"):
        return "cp1252"
    try:
        info = codecs.lookup(name)
    except (LookupError, ValueError):
        return "utf-8"
    # A page whose ASCII can be read is not in an encoding of two bytes, whatever it says.
    same = info.name.startswith(("iso8859", "cp12", "cp8", "koi8", "mac-", "gb", "big5", "euc", "shift_jis", "euc_"))
    return info.name if same else "utf-8"


def _parsed(data: bytes, stream: Stream) -> _Element | None:
    from lxml import etree

    # Long lines are no danger: what a page may have at most is limited before.
    parser = etree.HTMLParser(
        encoding="utf-8", huge_tree=True, no_network=True, remove_comments=True, remove_pis=True, recover=True
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        if not data.strip():
            return None
        what = f"the page cannot be parsed: {error.msg or 'no element in it'}"
        raise ImnmError("record-html", what, "mend the page, or give its text", stream.place()) from error
    # A parser that mends what it reads stops here without a word, except in its log.
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" or "depth" in entry.message for entry in parser.error_log):
        what = "the page is nested too deeply to be read to its end"
        raise ImnmError("record-html", what, "mend the page, or give its text", stream.place())
    return root


class _Page:
    """What the elements of one page mean."""

    def __init__(self, root: _Element) -> None:
        self._sizes = _sizes(root)
        self._whole = self._sizes[root]
        self._items = 0
        self._holds_title = {above for title in root.iter("h1", "main", "article") for above in title.iterancestors()}

    def enter(self, element: _Element, place: _Place) -> tuple[int, _Place]:
        """Say what becomes of an element."""
        name = local_name(element)
        if name in _UNSEEN or self._is_hidden(element):
            return SKIP, place
        if name == "li":
            self._items += 1
            return LINE, place._replace(item=self._items)
        if name in _LINES or (name in ("p", "ul", "ol") and place.item):
            return LINE, place
        if name in ("td", "th"):
            return CELL, place
        if name in ("pre", "textarea", "listing", "xmp"):
            return VERBATIM, place
        kind = place.kind or self._kind(element, name, place.in_article)
        if kind == place.kind and name not in _BLOCKS:
            return INLINE, place
        if name in ("h1", "h2", "h3", "h4", "h5", "h6"):
            return BLOCK, place._replace(kind=kind, level=int(name[1]))
        return BLOCK, place._replace(kind=kind, in_article=place.in_article or name in ("article", "main"))

    def _is_hidden(self, element: _Element) -> bool:
        get = element.get
        if get("hidden") is not None or get("aria-hidden") == "true":
            return True
        style, classes = get("style"), get("class")
        return (style is not None and _HIDDEN_STYLE.search(style) is not None) or (
            classes is not None and not _HIDDEN_CLASSES.isdisjoint(classes.split())
        )

    def _kind(self, element: _Element, name: str, in_article: bool) -> str:
        """Return the zone that an element opens, empty where it opens none."""
        role = (element.get("role") or "").lower()
        if role in ("doc-bibliography", "doc-endnotes"):
            return REFERENCES
        if name in _KEEP or name == "a":
            return ""
        if name in _PAGE or role in _PAGE_ROLES:
            # A form around the whole page is no form to fill in.
            return "" if self._is_most(element) else BOILERPLATE
        if name == "header":
            return "" if in_article or element in self._holds_title else BOILERPLATE
        named = f"{element.get('class') or ''} {element.get('id') or ''}"
        if named == " ":
            return ""
        whole = {part.lower() for part in named.split()}
        if name in ("ol", "ul", "div", "section", "dl") and not whole.isdisjoint(_LIST_WORDS):
            return REFERENCES
        if element in self._holds_title or name in ("h1", "h2", "h3", "h4", "h5", "h6", "p", "td", "th", "tr", "li"):
            return ""
        words = {word.lower() for word in _SPLIT.split(named)}
        return BOILERPLATE if not words.isdisjoint(_PAGE_WORDS) and not self._is_most(element) else ""

    def _is_most(self, element: _Element) -> bool:
        return element in self._holds_title or 2 * self._sizes[element] > self._whole


def _sizes(root: _Element) -> dict[_Element, int]:
    """Return how much text each element has in it, roughly."""
    sizes: dict[_Element, int] = defaultdict(int)
    # Children come after their parent, so backwards each is complete when it is added to what it stands in.
    for element in reversed(list(root.iter("*"))):
        if local_name(element) not in _UNSEEN:
            sizes[element] += len(element.text or "")
            above = element.getparent()
            if above is not None:
                sizes[above] += sizes[element] + len(element.tail or "")
    return sizes


def _meta(root: _Element) -> dict[str, str]:
    """Return title, DOI, PMID and year that the head of a page names."""
    names = {
        "citation_title": "title", "dc.title": "title", "og:title": "title", "citation_doi": "doi",
        "dc.identifier": "doi", "prism.doi": "doi", "citation_pmid": "pmid", "citation_publication_date": "year",
        "citation_date": "year", "dc.date": "year", "citation_online_date": "year",
    }  # fmt: skip
    found: dict[str, str] = {}
    for element in root.iter("meta"):
        name = names.get((element.get("name") or element.get("property") or "").lower())
        content = " ".join((element.get("content") or "").split())
        if name and content:
            found.setdefault(name, f"PMID:{content}" if name == "pmid" else content)
    title = next((title for title in root.iter("title") if local_name(title.getparent()) == "head"), None)
    if "title" not in found and title is not None:
        found["title"] = " ".join(inner_text(title).split())
    return found
