# SPDX-License-Identifier: Apache-2.0
"""Pages: what is visible, what is none of the text, and what the head says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reading.support import bad, one, zones

LONG = "A text about sample myopathy that is long enough to be most of what a reader of this page sees on the screen. "


def text(folder: Path, page: str) -> str:
    return one(folder, "a.html", page).text


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ("<p>a<br>b<br/>c</p>", "a\nb\nc"),
        ("a <b>b</b><i>c</i>\n  d", "a bc d"),
        ("<p>5&nbsp;&times;&nbsp;10<sup>9</sup>&lt;&#x2265;</p>", "5\u00a0×\u00a0109<≥"),
        ("<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul><p>d", "a\nb\nc\n\nd"),
        ("<ol><li><p>a</p></li><li><p>b</p></li></ol>", "a\nb"),
        ("<table><tr><th>a</th><th>b</th></tr><tr><td>c</td><td> d </td></tr></table>", "a\tb\nc\td"),
        ("<dl><dt>a</dt><dd>b</dd></dl>", "a\n\nb"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("a<!-- b -->c<script>d</script><style>e</style><template>f</template><noscript>g</noscript>h", "ach"),
        ("<svg><title>a</title><text>b</text></svg><img alt='c'><video>d</video><iframe>e</iframe>f", "f"),
        ("<p>a<input value='b'><select><option>c</option></select></p>", "a\n\nc"),
        ("<math><mi>x</mi><annotation>y</annotation></math>", "x"),
        ("<p>a</p> loose <div>b<p>c</p>d</div>", "a\n\nloose\n\nb\n\nc\n\nd"),
        ("<p>a<p>b<td>c", "a\n\nb\n\nc"),
        ("a\u2028b", "a\u2028b"),
    ],
)
def test_visible_text(tmp_path: Path, page: str, expected: str) -> None:
    assert text(tmp_path, page) == expected


def test_a_reference_to_nul_gives_none(tmp_path: Path) -> None:
    """What the parser puts in its place differs between its versions."""
    assert text(tmp_path, "a&#0;b") in ("ab", "a\ufffdb")


@pytest.mark.parametrize(
    "attribute",
    ["hidden", "hidden=''", "aria-hidden=true", "style='display:none'", "style='color: red; Display : none;'",
     "style='visibility:hidden'", "class='sr-only'", "class='a visually-hidden b'"],
)  # fmt: skip
def test_what_is_hidden(tmp_path: Path, attribute: str) -> None:
    assert text(tmp_path, f"<p>a</p><div {attribute}>b<p>c</p></div><p>d") == "a\n\nd"
    assert text(tmp_path, f"a<span {attribute}>b</span>c") == "ac"


@pytest.mark.parametrize(
    "part",
    ["nav", "footer", "aside", "form", "header", "menu", "button", "div role=navigation", "div role=banner",
     "div role=dialog",
     "div class=cookie-banner", "div class='c-nav nav--top'", "div id=relatedArticles", "section class=share_buttons",
     "div class='l-sidebar'", "ul class=breadcrumbs", "span class=newsletter-signup", "div class='newsTicker'"],
)  # fmt: skip
def test_parts_of_the_page_are_zoned_off(tmp_path: Path, part: str) -> None:
    name = part.split(" ")[0]
    record = one(tmp_path, "a.html", f"<main><h1>T</h1><p>{LONG}</p></main><{part}>Samplimab cures.</{name}>")
    assert zones(record)[-1] == ("Boilerplate", "", "Samplimab cures.")


@pytest.mark.parametrize(
    "part",
    ["body class='has-menu nav-open'", "div class=page-with-sidebar", "form id=aspnetForm", "main role=banner",
     "div class=related",
     "article class=share"],
)  # fmt: skip
def test_a_part_that_holds_most_of_the_page_is_its_text(tmp_path: Path, part: str) -> None:
    name = part.split(" ")[0]
    record = one(tmp_path, "a.html", f"<{part}><h1>Title</h1><p>{LONG}</p></{name}><nav>Home</nav>")
    assert [kind for kind, _, _ in zones(record)] == ["Title", "Body", "Boilerplate"]


def test_the_header_of_an_article_is_text_and_that_of_the_site_is_not(tmp_path: Path) -> None:
    page = f"<header>Site</header><article><header><h1>Title</h1><p>{LONG}</p></header></article>"
    assert [kind for kind, _, _ in zones(one(tmp_path, "a.html", page))] == ["Boilerplate", "Title", "Body"]


def test_headings_are_labels_and_sections(tmp_path: Path) -> None:
    page = f"<h1>T</h1><h2>A</h2><h3>B</h3><p>{LONG}</p><h3>C</h3><p>{LONG}</p><h2>D</h2><p>{LONG}</p>"
    record = one(tmp_path, "a.html", page)
    assert [(zone.label, zone.section) for zone in record.zones if zone.kind == "Body"] == [
        ("B", "A"),
        ("C", "A"),
        ("D", ""),
    ]


@pytest.mark.parametrize("part", ["ol class=references", "section role=doc-bibliography", "div class='ref-list x'"])
def test_a_list_that_the_markup_tells(tmp_path: Path, part: str) -> None:
    name = part.split(" ")[0]
    item = "li" if name == "ol" else "p"
    entries = f"<{item}>Muster AB. A title. J Foo. 2015;1:2.</{item}><{item}>A book.</{item}>"
    page = f"<p>{LONG}</p><h2>References</h2><{part}>{entries}</{name}>"
    record = one(tmp_path, "a.html", page)
    kind, label, words = zones(record)[-1]
    assert (kind, label, words.split("\n")[0]) == ("ReferenceList", "References", "References")
    assert [cited.title for cited in record.references] == ["A title", "A book"]


def test_an_item_of_several_paragraphs_is_one_reference(tmp_path: Path) -> None:
    item = "<li><p>Muster AB. A title.</p><p>J Foo. 2015;1:2.</p><p><a>PubMed</a></p></li>"
    record = one(tmp_path, "a.html", f"<p>{LONG}</p><h2>References</h2><ol>{item}{item}</ol>")
    assert [cited.text for cited in record.references] == ["Muster AB. A title.\nJ Foo. 2015;1:2.\nPubMed"] * 2


@pytest.mark.parametrize(
    ("head", "title", "doi", "pmid", "year"),
    [
        ("<title> A\n title </title>", "A title", "", "", None),
        ("<title>x</title><meta name=citation_title content='A title'>", "A title", "", "", None),
        ("<meta name=citation_doi content='10.1000/x'><meta name=citation_pmid content=5>", "", "10.1000/x", "5", None),
        (
            "<meta name=DC.Identifier content='doi:10.1000/x'><meta name=dc.date content='2021-03'>",
            "",
            "10.1000/x",
            "",
            2021,
        ),
        ("<meta name=citation_doi content='none'><meta name=citation_date content='soon'>", "", "", "", None),
        ("<meta property=og:title content='A title'>", "A title", "", "", None),
    ],
)
def test_what_the_head_says(tmp_path: Path, head: str, title: str, doi: str, pmid: str, year: int | None) -> None:
    record = one(tmp_path, "a.html", f"<html><head>{head}</head><body><p>{LONG}")
    assert (record.title, record.doi, record.pmid, record.year) == (title, doi, pmid, year)


def test_a_heading_is_a_better_title_than_that_of_the_window(tmp_path: Path) -> None:
    record = one(tmp_path, "a.html", f"<title>Site | Page</title><h1>Sample <i>myopathy</i></h1><p>{LONG}")
    assert record.title == "Sample myopathy"


def test_a_page_of_too_many_tags(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imnm_kg.reading.html._MOST_TAGS", 100)
    assert bad(tmp_path, "a.html", "<b>" * 101).code == "record-too-large"
