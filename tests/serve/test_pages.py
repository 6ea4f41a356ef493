# SPDX-License-Identifier: Apache-2.0
"""The pages: what they say, that they escape, that they work without scripts, and that nothing comes from elsewhere."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pytest
from pyoxigraph import Literal, NamedNode

from imnm_kg.model.claims import read_claims
from imnm_kg.model.namespaces import BASE, IMNM, RDFS
from imnm_kg.model.results import Answer
from imnm_kg.operations.ask import ask
from imnm_kg.pipeline import Dataset
from imnm_kg.serve import pages
from imnm_kg.serve.pages import rendering
from imnm_kg.serve.pages.facts import facts_of
from imnm_kg.serve.pages.matrix import matrix
from imnm_kg.serve.pages.views import claim_views
from imnm_kg.serve.pages.wording import duration, short_quote, text_fragment, without_header
from imnm_kg.serve.site import Site
from tests.serve.pages_app import pages_app

IMNM01 = f"{BASE}entity/imnm01-trial"
DISEASE = f"{BASE}entity/imnm"
FAILED = f"{BASE}claim/83c6b86117aac755acfe91a727d8d42c"
DISPUTED = f"{BASE}claim/894330f65427a0f45f285c21b5074fed"
HARM = f"{BASE}claim/3cc151f4d9910361775e3d7717277d74"


class Page(HTMLParser):
    """A page taken apart: its elements with their attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {key: value or "" for key, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def links(self) -> list[str]:
        return [each["href"] for each in self.all("a") if "href" in each]


@pytest.fixture(scope="module")
def site(release: Path) -> Site:
    return Site.open(release, base="http://127.0.0.1:8080")


@pytest.fixture(scope="module")
def whole(release: Path, documents: Path) -> Site:
    return Site.open(release, documents, base="http://127.0.0.1:8080")


@pytest.fixture(scope="module")
def iris(dataset: Dataset) -> list[str]:
    """Every IRI of ours that is the subject of something, fragments aside."""
    found = {quad.subject.value for quad in dataset.quads if isinstance(quad.subject, NamedNode)}
    return sorted(iri for iri in found if iri.startswith(BASE) and "#" not in iri)


def client(site: Site) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=pages_app(site))
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080")


def get(site: Site, path: str, **headers: str) -> httpx.Response:
    import asyncio

    async def ask_for() -> httpx.Response:
        async with client(site) as asking:
            return await asking.get(path, headers=headers)

    return asyncio.run(ask_for())


def shown(html: str | None) -> Page:
    assert html is not None
    return Page(html)


# What they say


def test_two_clicks_from_the_start_page_to_the_sentence_and_a_query(whole: Site) -> None:
    start = shown(pages.home(whole))
    assert "/claim/83c6b86117aac755acfe91a727d8d42c" in start.links
    assert "zilucoplan treatment did not improve IMNM symptoms" in start.text
    claim = shown(pages.claim_page(whole, FAILED))
    assert "They showed that zilucoplan treatment did not improve IMNM symptoms ." in claim.text
    assert f"VALUES ?claim {{ <{FAILED}> }}" in claim.text
    assert any(each.get("data-copy") == "sparql" for each in claim.all("button"))


def test_the_query_of_a_claim_runs_and_gives_its_quotes(site: Site) -> None:
    html = pages.claim_page(site, FAILED)
    stored = site.queries["claim-evidence"].bind({"claim": NamedNode(FAILED)})
    assert html is not None
    assert stored.splitlines()[-1] in html
    quotes = {str(row["quote"]) for row in Answer.of(ask(site.store, stored))}
    assert "zilucoplan treatment did not improve IMNM symptoms" in quotes


def test_a_claim_shows_polarity_certainty_context_source_and_what_it_supports(site: Site) -> None:
    page = shown(pages.claim_page(site, FAILED))
    for words in (
        "zilucoplan does not ameliorate immune-mediated necrotizing myopathy", "✕ negated", "●●●● established",
        "timepoint 8 weeks", "the text says that it is not so", "everyone the object is about", "a negative assertion",
        "It supports", "complement inhibition does not treat", "imnm-kg automated curator (automated)",
        "rdf:predicate imnm:ameliorates", "code points 787 to 837",
    ):  # fmt: skip
        assert words in page.text, words


def test_the_source_opens_at_the_passage(site: Site) -> None:
    links = [link for link in shown(pages.claim_page(site, FAILED)).links if ":~:text=" in link]
    assert links[0] == (
        "https://www.niams.nih.gov/labs/niams-advances/evaluation-zilucoplan-use-immune-mediated-necrotizing-myopathy"
        "#:~:text=zilucoplan%20treatment%20did%20not%20improve%20IMNM%20symptoms"
    )


def test_without_documents_a_quote_has_ellipses_with_them_its_sentence(site: Site, whole: Site) -> None:
    without = shown(pages.claim_page(site, FAILED))
    assert "… oplan therapy. They showed that" in without.text
    assert without.all("mark")
    assert "… oplan therapy" not in shown(pages.claim_page(whole, FAILED)).text


def test_a_disputed_hypothesis_says_so_where_it_stands(site: Site) -> None:
    page = shown(pages.claim_page(site, DISPUTED))
    assert "It is disputed by" in page.text
    assert "is not the primary driver of" in page.text
    assert "hypothesised" in page.text
    assert "! disputed" in shown(pages.entity_page(site, DISEASE)).text


def test_harms_keep_dose_and_duration(site: Site) -> None:
    page = shown(pages.entity_page(site, f"{BASE}entity/glucocorticoid"))
    at = page.text.index("has side effect weight gain")
    assert "possible" in page.text[at : at + 200]
    assert "dose high" in page.text[at : at + 200]
    assert "duration long-term" in page.text[at : at + 200]


def test_the_matrix_has_each_treatment_claim_once_in_the_right_column(site: Site, dataset: Dataset) -> None:
    facts = facts_of(site)
    node = NamedNode(DISEASE)
    rows = matrix(claim_views(facts, facts.claims_about(node)), DISEASE)
    cells = [(row.tried.label, column, view) for row in rows for column, cell in enumerate(row.cells) for view in cell]
    tried = ("treats", "cures", "manages", "ameliorates", "appliedToTreat", "firstLineFor", "investigatedFor")
    expected = {
        claim.iri.value for claim in read_claims([quad.triple for quad in dataset.quads])
        if claim.object == node and claim.predicate.value.removeprefix(IMNM) in tried
    }  # fmt: skip
    assert len(expected) == len(cells)
    assert {view.iri for _, _, view in cells} == expected
    placed = {(label, view.predicate): column for label, column, view in cells}
    assert placed["zilucoplan", "ameliorates"] == 0
    assert placed["zilucoplan", "investigatedFor"] == 4
    assert placed["complement inhibition", "treats"] == 0
    assert placed["medical treatment", "cures"] == 0
    assert placed["prednisone", "firstLineFor"] == 2
    assert placed["rituximab", "treats"] == 3
    assert placed["physical therapy", "appliedToTreat"] == 4
    assert [row.tried.label for row in rows if row.negative] == [row.tried.label for row in rows][:3]


def test_a_trial_has_arms_endpoints_and_labelled_background(site: Site) -> None:
    page = shown(pages.entity_page(site, IMNM01))
    for words in ("zilucoplan arm of IMNM-01", "not met", "serum creatine kinase", "primary", "NCT04025632"):
        assert words in page.text, words
    # The endpoint that only background names says so in its own row, and the statements have a section that says so.
    row = page.text[page.text.index("percent change from baseline in serum creatine kinase") :]
    assert "background" in row[: row.index("IMNM clinical symptoms")]
    assert "background Not in any source document" in page.text


def test_a_publication_a_person_an_organisation(site: Site) -> None:
    paper = shown(pages.entity_page(site, f"{BASE}entity/mammen-2023"))
    assert "https://doi.org/10.1016/s2665-9913(23)00003-6" in paper.links
    assert paper.text.index("Mammen AL") < paper.text.index("Amato AA") < paper.text.index("Benveniste O")
    person = shown(pages.entity_page(site, f"{BASE}entity/andrew-mammen"))
    assert "author 1 of 16" in person.text
    assert "publisher" in shown(pages.entity_page(site, f"{BASE}entity/niams")).text.lower()
    short = shown(pages.entity_page(site, f"{BASE}entity/allenbach-2015"))
    assert "et al." in short.text


def test_a_relation_has_definition_examples_and_claims(site: Site) -> None:
    page = shown(pages.term_page(site, f"{IMNM}ameliorates"))
    for words in ("Has a measured effect", "does not ameliorate", "✕ it is not", "affects", "Claims (1)"):
        assert words in page.text, words


def test_a_document_has_its_claims_in_the_order_of_the_text(site: Site) -> None:
    page = shown(pages.document_page(site, f"{BASE}document/niams-zilucoplan-trial"))
    first, second = "is a subtype of", "does not ameliorate"
    assert page.text.index(first) < page.text.index(second)


def test_the_graph_has_an_edge_for_each_row_of_its_table(site: Site) -> None:
    data = pages.graph_data(site, DISEASE)
    ids = {node["id"] for node in data["nodes"]}
    assert all(edge["source"] in ids and edge["target"] in ids for edge in data["edges"])
    negated = {edge["statement"] for edge in data["edges"] if edge["negated"]}
    assert "zilucoplan does not ameliorate immune-mediated necrotizing myopathy (timepoint: P8W)" in negated
    assert [node["label"] for node in data["nodes"] if node["centre"]] == ["immune-mediated necrotizing myopathy"]
    table = shown(pages.graph_page(site, DISEASE))
    assert len(table.all("tr")) - 1 == len(data["edges"])
    trial = pages.graph_data(site, IMNM01)
    assert any(edge["background"] for edge in trial["edges"])


# Search


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("zilucoplan", "zilucoplan"), ("IMNM", "immune-mediated necrotizing myopathy"),
        ("ivig", "intravenous immunoglobulin"),
        ("mycophenoloate mofetil", "mycophenolate mofetil"),
        ("Necrotising autoimmune", "immune-mediated necrotizing myopathy"),
    ],
)  # fmt: skip
def test_search_knows_labels_synonyms_abbreviations_and_misspellings(site: Site, text: str, first: str) -> None:
    assert pages.find(site, text)[0].label == first


def test_suggestions_say_which_name_fitted(site: Site) -> None:
    offered = pages.suggest(site, "ivi")
    assert offered[0]["label"] == "intravenous immunoglobulin"
    assert offered[0]["href"] == "/entity/intravenous-immunoglobulin"
    assert "IVIG" in offered[0]["matched"]
    assert pages.suggest(site, "") == []
    assert len(pages.suggest(site, "m")) == 8


def test_search_finds_the_words_of_a_quote_and_offers_what_is_spelt_nearly_so(site: Site) -> None:
    page = shown(pages.search_page(site, "did not improve"))
    assert "/claim/83c6b86117aac755acfe91a727d8d42c" in page.links
    assert "Did you mean prednisone" in shown(pages.search_page(site, "prednisonne")).text


# That they hold


@pytest.mark.parametrize(
    "hostile", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7 * 7 }}", "\x00\n"]
)
def test_what_a_reader_types_is_escaped(site: Site, hostile: str) -> None:
    for html in (
        pages.search_page(site, hostile), pages.editor_page(site, hostile), pages.not_found(site, hostile),
        pages.query_page(site, "treatments", {"disease": hostile}, fault=("disease", hostile)),
    ):  # fmt: skip
        assert "<script>alert" not in html
        assert "<img" not in html
        assert hostile.startswith("{{") is ("{{ 7 * 7 }}" in html)


def test_a_label_with_markup_is_escaped(release: Path) -> None:
    from pyoxigraph import Quad

    hostile = Site.open(release, base="http://127.0.0.1:8099")
    drug = NamedNode(f"{BASE}entity/zilucoplan")
    hostile.store.remove(Quad(drug, RDFS.label, Literal("zilucoplan", language="en")))
    hostile.store.add(Quad(drug, RDFS.label, Literal("<b onclick=x>zilu</b>")))
    html = pages.entity_page(hostile, DISEASE)
    assert html is not None
    assert "<b onclick" not in html
    assert "&lt;b onclick" in html


def test_every_iri_of_the_graph_has_a_page_whose_links_lead_somewhere(site: Site, iris: list[str]) -> None:
    assert len(iris) > 500
    known, targets = set(iris), set()
    for iri in iris:
        page = shown(pages.resource_page(site, iri))
        assert len(page.all("h1")) == 1, iri
        targets |= {link for link in page.links if link.startswith("/") and "?" not in link}
    spaces = ("background", "claim", "dispute", "document", "entity", "evidence", "inference", "ontology")
    for target in targets:
        path = target.lstrip("/").partition("#")[0]
        if path.split("/")[0] in spaces:
            assert BASE + path in known, target


SHOWN = [
    "/", "/search?q=zilucoplan", "/editor", "/editor?name=treatments", "/statistics", "/cite", "/downloads", "/queries",
    "/queries/ineffective-treatments", "/entity/imnm", "/entity/zilucoplan", "/entity/imnm01-trial",
    "/entity/mammen-2023", "/claim/83c6b86117aac755acfe91a727d8d42c", "/document/mda-medical-management",
    "/evidence/081ad66f903b2f71c7ee105615b68afd", "/ontology/treats", "/graph/entity/imnm", "/entity/nothing",
]  # fmt: skip


@pytest.mark.parametrize("path", SHOWN)
def test_a_page_loads_nothing_from_elsewhere_and_has_nothing_inline(site: Site, path: str) -> None:
    answer = get(site, path)
    assert answer.status_code == (404 if path == "/entity/nothing" else 200)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    page = Page(answer.text)
    for tag, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on") or name == "style"], (tag, attributes)
        assert tag not in ("style", "iframe", "object", "embed", "base"), tag
        if attributes.get("type") == "application/ld+json" or attributes.get("rel") == "alternate":
            continue  # data for search engines, and the address of data: a browser neither runs nor loads them
        if tag in ("script", "img", "link"):
            address = attributes.get("src") or attributes.get("href") or ""
            assert address.startswith("/static/"), address
            assert get(site, address).status_code == 200, address


@pytest.mark.parametrize("path", SHOWN)
def test_a_page_has_what_wcag_asks_of_its_markup(site: Site, path: str) -> None:
    html = get(site, path).text
    page = Page(html)
    tags = [tag for tag, _ in page.elements]
    assert page.all("html")[0]["lang"] == "en"
    assert [tags.count(tag) for tag in ("h1", "main", "title")] == [1, 1, 1]
    assert page.links[0] == "#main"
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids)), [name for name in ids if ids.count(name) > 1]
    assert tags.count("table") == tags.count("caption")
    for table in re.findall(r"<table.*?</table>", html, flags=re.DOTALL):
        assert re.search(r"<th[^>]* scope=", table), table[:200]
    labelled = {each["for"] for each in page.all("label")}
    for field in (*page.all("input"), *page.all("select"), *page.all("textarea")):
        assert field["id"] in labelled, field
    for _, attributes in page.elements:
        for name in attributes.get("aria-labelledby", "").split() + attributes.get("aria-describedby", "").split():
            assert name in ids, name


def test_the_slot_of_the_head_takes_json_ld(site: Site) -> None:
    extra = '<script type="application/ld+json">{"@context": "https://schema.org"}</script>'
    html = pages.entity_page(site, DISEASE, extra)
    assert html is not None
    assert html.index(extra) < html.index("</head>")
    assert extra not in (pages.entity_page(site, DISEASE) or "")


def test_what_is_not_there(site: Site) -> None:
    for make in (pages.claim_page, pages.evidence_page, pages.document_page, pages.term_page, pages.entity_page):
        assert make(site, f"{BASE}entity/nothing") is None
        assert make(site, "not an <iri>") is None
    answer = get(site, "/entity/zilucoplam")
    assert answer.status_code == 404
    assert "Did you mean" not in get(site, "/entity/qqqq").text
    near = pages.not_found(site, f"{BASE}entity/x", [f"{BASE}entity/zilucoplan", ("IMNM", "/entity/imnm")])
    assert "/entity/zilucoplan" in Page(near).links
    assert get(site, "/release/../pyproject.toml").status_code == 404
    assert get(site, "/release/passwd").status_code == 404
    assert get(site, "/static/../routes.py").status_code == 404
    assert get(site, "/graph/entity/nothing").status_code == 404
    assert get(site, "/graph-data/entity/nothing").status_code == 404


def test_a_page_that_has_not_changed_is_not_sent_again(site: Site) -> None:
    first = get(site, "/entity/imnm")
    again = get(site, "/entity/imnm", **{"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert get(site, "/", **{"if-none-match": '"other"'}).status_code == 200


def test_a_site_below_a_path_links_below_it(release: Path) -> None:
    below = Site.open(release, base="https://example.org/imnm/")
    page = shown(pages.entity_page(below, DISEASE))
    assert all(link.startswith(("/imnm/", "#", "http")) for link in page.links), page.links


def test_without_npm_there_is_a_plain_form_and_a_table(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    from imnm_kg.serve.pages import network, queries

    def none(name: str) -> bool:
        return not name

    monkeypatch.setattr(network, "has_script", none)
    monkeypatch.setattr(queries, "has_script", none)
    monkeypatch.setattr(rendering, "_PAGES", rendering._Pages(1000))
    editor = Page(pages.editor_page(site))
    assert [each["action"] for each in editor.all("form")] == ["/search", "/sparql"]
    assert not [each for each in editor.all("script") if "vendor" in each["src"]]
    graph = shown(pages.graph_page(site, DISEASE))
    assert not [each for each in graph.all("script") if "vendor" in each["src"]]
    assert not [each for each in graph.all("div") if each.get("id") == "network"]
    assert "does not ameliorate" in graph.text


def test_statistics_downloads_and_citation(site: Site, release: Path) -> None:
    import hashlib

    figures = json.loads((release / "stats.json").read_text("utf-8"))
    assert f"{figures['triples']:,}" in pages.statistics_page(site)
    digest = hashlib.sha256((release / "imnm.nq").read_bytes()).hexdigest()
    assert digest in pages.downloads_page(site)
    assert get(site, "/release/imnm.nq").content == (release / "imnm.nq").read_bytes()
    assert "@misc{imnm-kg-" in pages.cite_page(site)


def test_the_page_of_a_stored_query_has_form_answer_and_links(site: Site) -> None:
    page = Page(get(site, "/queries/treatments?certainty=Possible").text)
    selects: list[dict[str, Any]] = [*page.all("select")]
    assert [each["name"] for each in selects] == ["certainty", "polarity"]
    assert "VALUES ?certainty { <https://w3id.org/imnm-kg/ontology/Possible> }" in page.text
    assert "azathioprine" in page.text
    assert any(link.startswith("/editor?query=") for link in page.links)
    fault = Page(pages.query_page(site, "treatments", {"certainty": "sure"}, fault=("certainty", "give one of …")))
    assert fault.all("p")
    assert "certainty : give one of" in fault.text
    assert any(each.get("role") == "alert" for each in fault.all("p"))
    graph = Page(
        pages.results_page(site, "CONSTRUCT", Answer.of(ask(site.store, "CONSTRUCT WHERE { ?s ?p ?o } LIMIT 2")))
    )
    assert "2 rows" in graph.text


# Words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("P8W", "8 weeks"),
        ("P1D", "1 day"),
        ("P1Y6M", "1 year 6 months"),
        ("PT2H", "2 hours"),
        ("P", "P"),
        ("high", "high"),
    ],
)
def test_durations_in_words(text: str, words: str) -> None:
    assert duration(text) == words


def test_text_fragments_escape_what_means_something_in_them() -> None:
    assert text_fragment("https://e.org/a", "first-line, often & more") == (
        "https://e.org/a#:~:text=first%2Dline%2C%20often%20%26%20more"
    )
    long = " ".join(f"word{number}" for number in range(40))
    assert text_fragment("https://e.org/a#b", long) == (
        "https://e.org/a#b:~:text=word0%20word1%20word2%20word3,word36%20word37%20word38%20word39"
    )


def test_a_query_is_shown_with_its_title_alone_of_the_header() -> None:
    assert without_header("# SPDX: x\n# title: What\n# param: a\nSELECT *\n# kept\n") == "# What\nSELECT *\n# kept\n"
    assert without_header("") == ""


def test_a_long_quote_is_cut_at_a_word() -> None:
    assert short_quote("a" * 10) == "a" * 10
    assert short_quote("word " * 60).endswith("word …")
    assert len(short_quote("word " * 60)) <= 162
