# SPDX-License-Identifier: Apache-2.0
"""Files for the fuzz tests: documents put together from telling pieces, and files whose bytes were tampered with."""

from __future__ import annotations

import gzip
import json
import random
import tempfile
from pathlib import Path
from typing import NamedTuple

from hypothesis import strategies as st

from imnm_kg.model.records import TextRecord
from imnm_kg.reading.source import read_records
from tests.reading.support import FIXTURES, check

SEEDS = [
    (path.name, path.read_bytes())
    for folder in ("documents", "faulty")
    for path in sorted((FIXTURES / folder).iterdir())
    if path.suffix != ".json"
]
NAMES = (
    "a.txt", "a.md", "a.html", "a.xml", "a.nxml", "a.jsonl", "a", "a.txt.gz", "a.xml.gz", "a.jsonl.gz", "a.dat",
)  # fmt: skip
LINES = (
    "Sample myopathy is a disease of muscle, and samplimab did not help people who have it, as one trial showed.",
    "Rituximab may help.", "Treatment", "METHODS: We saw 5 people.", "CONCLUSIONS: It helps.", "References",
    "1. Muster AB, Beispiel C. A title. J Foo. 2015;1:2. doi:10.1000/x.", "[2] Muster A. B. 2001;1.", "- an item",
    "• item",
    "Muster AB, Beispiel C, Probe D", "J Foo. 2015 Feb;", "PMID: 12345678", "doi: 10.1000/s1(23)4",
    "NCT01234567 PMC12345",
    "Share this", "Home | About | Contact", "News", "Donate", "Find a clinic near you", "Last update: Feb 2023",
    "Related articles", "Reviewed by Carla Beispiel, MD", "We use cookies on this site.", "An icon that marks pages",
    "New Inhaler Cleared for Children With Asthma", "# Heading", "## References ##", "---", "===", "```", "~~~~",
    "    code",
    "\tcode", "![logo](a.png)", "[a](b)", "[a]: b", "> quote", "***", "<b>", "</div>", "&amp;", "&nbsp;", "<!-- x",
    "-->", "]]>",
    "<script>x</script>", "", "", " ", "\u2028", "\x85", "\x0c", "\xa0", "\ufeff", "\x01", "\x00", "\r", "é", "😀",
    "e\u0301", "İ", "ß", "ﬁ",
)  # fmt: skip
HTML_TAGS = (
    "html", "head", "body", "title", "h1", "h2", "h6", "p", "div", "span", "ul", "ol", "li", "table", "tr", "td",
    "th", "br", "pre",
    "nav", "header", "footer", "aside", "article", "main", "section", "form", "button", "script", "style", "template",
    "svg",
    "textarea", "b", "a", "dl", "dt", "x-y", "frameset", "select", "option", "math", "plaintext", "base", "meta",
    "iframe",
)  # fmt: skip
HTML_ATTRIBUTES = (
    "", "", ' class="references"', ' class="cookie-banner"', ' id="menuWrap"', " hidden", ' style="display:none"',
    ' role="navigation"',
    ' role="doc-bibliography"', ' aria-hidden="true"', ' class=""', ' name="citation_doi" content="10.1000/x"',
    " charset=latin-1",
    ' name="citation_date" content="20x1"', " a='", ' b="<',
)  # fmt: skip
XML_TAGS = (
    "PubmedArticleSet", "PubmedArticle", "PubmedBookArticle", "MedlineCitation", "PMID", "Article", "ArticleTitle",
    "Abstract",
    "AbstractText", "BookDocument", "Book", "BookTitle", "PubmedData", "ArticleIdList", "ArticleId",
    "MeshHeadingList", "MeshHeading",
    "DescriptorName", "Journal", "JournalIssue", "PubDate", "Year", "article", "front", "article-meta", "article-id",
    "title-group", "article-title", "abstract", "body", "sec", "title", "p", "label", "list", "list-item", "fig",
    "caption",
    "table-wrap", "table", "xref", "back", "ref-list", "ref", "mixed-citation", "element-citation", "name", "surname",
    "given-names", "person-group", "source", "year", "volume", "pub-id", "italic", "sub-article", "app", "i", "sup",
)  # fmt: skip
XML_ATTRIBUTES = (
    "", "", ' Label="METHODS"', ' Label=""', ' IdType="doi"', ' IdType="pmc"', ' pub-id-type="pmid"',
    ' pub-id-type="pmc"',
    ' ref-type="fn"', ' abstract-type="graphical"', ' xmlns="https://example.org/ns"', ' person-group-type="editor"',
    ' Version="1"',
)  # fmt: skip


class Example(NamedTuple):
    """A file."""

    name: str
    data: bytes


def _joined(pieces: list[str]) -> bytes:
    return "".join(pieces).encode("utf-8", "replace")


_lines = st.sampled_from(LINES)
_words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
_gaps = st.sampled_from(("\n", "\n\n", "\n\n\n", "\r\n", "\r\n\r\n", " ", "\n \n", "\r", "\t", ""))
plain = st.lists(st.one_of(_lines, _lines, _gaps, _gaps, _words), max_size=60).map(_joined)


def _element(tag: str, attributes: str, closed: bool) -> str:
    return f"<{tag}{attributes}>" if closed else f"</{tag}>"


def _tags(tags: tuple[str, ...], attributes: tuple[str, ...]) -> st.SearchStrategy[str]:
    return st.builds(_element, st.sampled_from(tags), st.sampled_from(attributes), st.booleans())


html = st.lists(st.one_of(_tags(HTML_TAGS, HTML_ATTRIBUTES), _lines, _words), max_size=60).map(_joined)


def _tree(tags: tuple[str, ...], attributes: tuple[str, ...]) -> st.SearchStrategy[str]:
    leaf = st.sampled_from([line for line in LINES if not set(line) & set("<&\0\x01\x0c")]) | st.sampled_from(
        (
            "5",
            "2015",
            "10.1000/x",
            "PMC5",
            "&#8805;",
            "&nbsp;",
            "&x;",
            "<!-- c -->",
            "<?p i?>",
            "<![CDATA[a < b]]>",
            "\n  ",
        )
    )
    return st.recursive(
        leaf,
        lambda inner: st.builds(
            lambda tag, given, children: f"<{tag}{given}>{''.join(children)}</{tag}>",
            st.sampled_from(tags), st.sampled_from(attributes), st.lists(inner, max_size=5),
        ),
        max_leaves=40,
    )  # fmt: skip


_doctypes = st.sampled_from(
    ("", "", '<?xml version="1.0"?>', "<!DOCTYPE a>", '<!DOCTYPE article SYSTEM "http://127.0.0.1:9/x.dtd">')
)
xml = st.builds(
    lambda doctype, root, trees: f"{doctype}<{root}>{''.join(trees)}</{root}>".encode(),
    _doctypes,
    st.sampled_from(("PubmedArticleSet", "PubmedArticle", "article", "pmc-articleset", "rss", "html")),
    st.lists(_tree(XML_TAGS, XML_ATTRIBUTES), max_size=4),
)  # fmt: skip

_values: st.SearchStrategy[object] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | _lines
    | _words
    | st.sampled_from(("\ud800", "Body", "x\udfff")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(("kind", "start", "end", "label", "id", "text")), inner, max_size=5)
    ),
    max_leaves=8,
)
_zone = st.fixed_dictionaries(
    {"kind": st.sampled_from(("Body", "Title", "x")), "start": st.integers(-1, 9), "end": st.integers(0, 9)}
)
_objects = st.dictionaries(
    st.sampled_from(("id", "text", "title", "doi", "pmid", "pmcid", "year", "mesh", "zones", "other")),
    _values,
    max_size=6,
) | st.fixed_dictionaries(
    {"id": _lines | st.integers(), "text": st.lists(_lines, max_size=6).map("\n".join)},
    optional={"zones": st.lists(_zone, max_size=3), "title": _lines, "year": st.integers() | _words},
)
jsonl = st.lists(_objects.map(json.dumps) | _values.map(json.dumps) | _lines, max_size=8).map("\n".join).map(str.encode)


def _tampered(seed: tuple[str, bytes], chance: random.Random, times: int) -> Example:
    """Change, remove, double or add some bytes of a good file."""
    name, data = seed[0], bytearray(seed[1])
    for _ in range(times):
        place = chance.randrange(len(data) + 1)
        size = chance.choice((1, 1, 2, 5, 40))
        kind = chance.randrange(5)
        if kind == 0:
            data[place : place + size] = b""
        elif kind == 1:
            data[place:place] = chance.randbytes(size)
        elif kind == 2:
            data[place:place] = data[place : place + size] * chance.choice((1, 2, 50))
        elif kind == 3:
            other = chance.randrange(len(data) + 1)
            data[place:place] = data[other : other + size]
        else:
            data[place:place] = chance.choice(LINES).encode("utf-8", "replace")
    return Example(name, bytes(data))


tampered = st.builds(_tampered, st.sampled_from(SEEDS), st.randoms(use_true_random=False), st.integers(1, 8))


def _packed(example: Example, kept: float, flip: int | None) -> Example:
    data = bytearray(gzip.compress(example.data, mtime=0))
    del data[int(len(data) * kept) + 2 :]
    if flip is not None and data:
        data[flip % len(data)] ^= 1 << flip % 8
    return Example(f"{example.name}.gz", bytes(data))


named = st.builds(Example, st.sampled_from(NAMES), plain | html | xml | jsonl | st.binary(max_size=80))
packed = st.builds(_packed, tampered | named, st.floats(0.5, 1), st.none() | st.integers(0, 10_000))

EXAMPLES: dict[str, st.SearchStrategy[Example]] = {
    "plain": st.builds(Example, st.just("a.txt"), plain),
    "markdown": st.builds(Example, st.just("a.md"), plain),
    "html": st.builds(Example, st.just("a.html"), html | plain),
    "xml": st.builds(Example, st.just("a.xml"), xml),
    "jsonl": st.builds(Example, st.just("a.jsonl"), jsonl),
    "tampered": tampered,
    "named": named,
    "packed": packed,
}


def holds(example: Example) -> None:
    """Read a file twice and assert what must hold of whatever comes of it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / example.name
        path.write_bytes(example.data)
        found = list(read_records(path, example.name))
        assert list(read_records(path, example.name)) == found
    for item in found:
        check(item, example.name)
    if example.name.endswith((".txt", ".md")) and isinstance(found[0], TextRecord):
        assert found[0].text.encode() in (example.data, example.data.removeprefix(b"\xef\xbb\xbf"))
