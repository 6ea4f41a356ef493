# SPDX-License-Identifier: Apache-2.0
"""Fetching of documents from a server on loopback: what is asked, what is written, what goes wrong."""

from __future__ import annotations

import gzip
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path

import pytest

from imnm_kg.errors import ImnmError
from imnm_kg.model.records import TextRecord
from imnm_kg.operations import fetch as fetch_module
from imnm_kg.operations.fetch import Failed, Fetched, Wanted, fetch, read_wanted
from imnm_kg.reading import web as web_module
from imnm_kg.reading.literature import Services
from imnm_kg.reading.source import read_records
from imnm_kg.reading.web import Web
from imnm_kg.reading.web_addresses import is_public, origin_of
from imnm_kg.reading.web_cache import WebCache
from tests.operations.support import FIXTURES
from tests.operations.web import HTML, TEXT, Reply, Server, StoppedClock, serving

EFETCH = "/entrez/eutils/efetch.fcgi"
REST = "/europepmc/webservices/rest"


def fixture(name: str) -> bytes:
    return (FIXTURES / "fetch" / name).read_bytes()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    with serving() as made:
        yield made


class Desk:
    """Fetches from the server with a clock that does not wait."""

    def __init__(self, server: Server, folder: Path) -> None:
        self.server = server
        self.folder = folder
        self.out = folder / "out"
        self.time = StoppedClock()
        self.said: list[str] = []

    def web(self, *given: str) -> Web:
        return Web("imnm-kg/test", [self.server.url, *given], clock=self.time.clock, say=self.said.append)

    def __call__(
        self, *words: str, refresh: bool = False, text: bool = False, key: str = "", email: str = ""
    ) -> list[Fetched | Failed]:
        wanted = [read_wanted(word) for word in words]
        return list(
            fetch(
                wanted,
                self.out,
                web=self.web(*(one.id for one in wanted if one.kind == "URL")),
                cache=WebCache(self.folder / "cache", refresh=refresh),
                services=Services(self.server.url, "imnm-kg", email, key),
                text=text,
                say=self.said.append,
            )
        )

    def one(self, word: str, **options: bool) -> Fetched:
        (got,) = self(word, **options)  # type: ignore[arg-type]
        assert isinstance(got, Fetched), got
        return got

    def error(self, word: str, **options: bool) -> ImnmError:
        (got,) = self(word, **options)  # type: ignore[arg-type]
        assert isinstance(got, Failed), got
        return got.error


@pytest.fixture
def desk(server: Server, tmp_path: Path) -> Desk:
    return Desk(server, tmp_path)


# What a word asks for


@pytest.mark.parametrize(
    ("word", "kind", "id_"),
    [
        ("36923454", "PMID", "36923454"),
        ("PMID:36923454", "PMID", "36923454"),
        ("pmid: 7", "PMID", "7"),
        ("https://pubmed.ncbi.nlm.nih.gov/36923454/", "PMID", "36923454"),
        ("PMC7001", "PMCID", "PMC7001"),
        ("pmcid:pmc7001.2", "PMCID", "PMC7001"),
        ("https://pmc.ncbi.nlm.nih.gov/articles/PMC7001/", "PMCID", "PMC7001"),
        ("10.1000/made.up", "DOI", "10.1000/made.up"),
        ("doi:10.1000/made.up", "DOI", "10.1000/made.up"),
        ("https://doi.org/10.1000/made%2Eup", "DOI", "10.1000/made.up"),
        ("https://example.org/a?b=c#part", "URL", "https://example.org/a?b=c"),
        ("HTTP://Example.org", "URL", "HTTP://Example.org"),
    ],
)
def test_read_wanted(word: str, kind: str, id_: str) -> None:
    assert read_wanted(word) == Wanted(word, kind, id_)


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("", "fetch-id"),
        ("zilucoplan", "fetch-id"),
        ("0123", "fetch-id"),
        ("123456789", "fetch-id"),
        ("PMC", "fetch-id"),
        ("10.1000/", "fetch-id"),
        ("page.html", "fetch-id"),
        ("file:///etc/passwd", "fetch-address"),
        ("ftp://example.org/a", "fetch-address"),
        ("http://", "fetch-address"),
        ("http://name:secret@example.org/", "fetch-address"),
        ("http://example.org:port/", "fetch-address"),
        ("http://example.org/a b", "fetch-address"),
    ],
)
def test_a_word_that_asks_for_nothing(word: str, code: str) -> None:
    with pytest.raises(ImnmError) as caught:
        read_wanted(word)
    assert caught.value.code == code
    assert "secret" not in str(caught.value)


# PubMed


def test_records_of_pubmed_come_in_one_request(desk: Desk) -> None:
    desk.server.on(EFETCH, Reply(fixture("pubmed.xml")))
    got = desk("101", "PMID:103", "102", "101", email="me@example.org", key="k3y")
    assert [one.path.name for one in got if isinstance(one, Fetched)] == [
        "PMID-101.xml", "PMID-103.xml", "PMID-102.xml",
    ]  # fmt: skip
    assert [one.notes for one in got if isinstance(one, Fetched)] == [(), (), ("the publication was retracted",)]
    (asked,) = desk.server.asked
    assert asked.query == {
        "db": "pubmed", "id": "101,103,102", "retmode": "xml", "tool": "imnm-kg", "email": "me@example.org",
        "api_key": "k3y",
    }  # fmt: skip
    assert asked.headers["User-Agent"] == "imnm-kg/test"
    assert "k3y" not in " ".join(desk.said)
    assert not any(b"k3y" in path.read_bytes() for path in desk.folder.rglob("*") if path.is_file())


def test_a_record_is_a_document_with_the_bytes_of_the_answer(desk: Desk) -> None:
    desk.server.on(EFETCH, Reply(fixture("pubmed.xml")))
    whole = fixture("pubmed.xml").decode()
    text = desk.one("101").path.read_text("utf-8")
    start = whole.index("<PubmedArticle>")
    record = whole[start : whole.index("</PubmedArticle>") + len("</PubmedArticle>")]
    assert text == f"{whole[:start].rstrip()}\n{record}\n</PubmedArticleSet>\n"
    (read,) = read_records(desk.out / "PMID-101.xml")
    assert isinstance(read, TextRecord)
    assert (read.id, read.title) == ("PMID:101", "A made-up trial of a made-up drug – first part")


def test_many_records_go_into_several_requests(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert fetch_module.BATCH == 200
    monkeypatch.setattr(fetch_module, "BATCH", 20)

    def answer(first: int, last: int) -> Reply:
        records = "".join(
            f"<PubmedArticle><MedlineCitation><PMID>{n}</PMID></MedlineCitation></PubmedArticle>"
            for n in range(first, last)
        )
        return Reply(f"<PubmedArticleSet>{records}</PubmedArticleSet>")

    desk.server.on(EFETCH, answer(1, 21), answer(21, 41), answer(41, 46))
    got = desk(*map(str, range(1, 46)))
    assert all(isinstance(one, Fetched) for one in got)
    assert [len(asked.query["id"].split(",")) for asked in desk.server.asked] == [20, 20, 5]


def test_a_record_that_is_not_there_or_deleted(desk: Desk) -> None:
    desk.server.on(EFETCH, Reply(fixture("pubmed.xml")))
    missing, there, deleted = desk("100", "101", "104")
    assert isinstance(missing, Failed)
    assert str(missing.error) == "PubMed has no record 100; check the id [fetch-missing]"
    assert isinstance(there, Fetched)
    assert isinstance(deleted, Failed)
    assert deleted.error.code == "fetch-withdrawn"
    assert len(desk.server.asked) == 1


def test_an_error_of_a_request_is_that_of_all_its_records(desk: Desk) -> None:
    desk.server.on(EFETCH, Reply('{"error":"API key invalid"}', "application/json", 400))
    got = desk("1", "2", "3")
    assert [one.error.code for one in got if isinstance(one, Failed)] == ["fetch-refused"] * 3
    assert len(desk.server.asked) == 1
    assert isinstance(got[0], Failed)
    assert got[0].error.what == 'PubMed (3 records) answered 400 Bad Request: {"error":"API key invalid"}'
    assert not desk.out.exists(), "nothing was got"


@pytest.mark.parametrize(
    ("body", "code", "what"),
    [
        ("<!doctype HTML><html><p>Maintenance</p></html>", "fetch-content", "is an HTML page, and XML was asked for"),
        ("<html><p>Maintenance</p></html>", "fetch-content", "is an HTML page"),
        ("Too many cooks", "fetch-content", "is no XML: 'Too many cooks'"),
        ("", "fetch-content", "is empty"),
        ("<PubmedArticleSet><PubmedArticle><Medli", "fetch-cut-short", "ends before its end"),
        ("<PubmedArticleSet><PubmedArticle>", "fetch-cut-short", "ends before its end"),
        (
            "<PubmedArticleSet><a></b></PubmedArticleSet>",
            "fetch-content",
            "is not well-formed XML (mismatched tag, line",
        ),
        ("<eFetchResult><ERROR>no</ERROR></eFetchResult>", "fetch-content", "holds <eFetchResult>"),
        (
            '<!DOCTYPE a [<!ENTITY b "c">]><PubmedArticleSet>&b;</PubmedArticleSet>',
            "fetch-content",
            "declares entities",
        ),
        (
            '<?xml version="1.0" encoding="klingon"?><PubmedArticleSet/>',
            "fetch-content",
            "an encoding that is not read",
        ),
        ("<PubmedArticleSet></PubmedArticleSet>", "fetch-missing", "PubMed has no record 101"),
    ],
)
def test_an_answer_that_is_none(desk: Desk, body: str, code: str, what: str) -> None:
    desk.server.on(EFETCH, Reply(body))
    error = desk.error("101")
    assert error.code == code
    assert what in error.what
    assert not desk.out.exists()
    assert not (desk.folder / "cache").exists()


def test_records_in_another_encoding_are_refused(desk: Desk) -> None:
    body = fixture("pubmed.xml").decode().replace('"1.0"', '"1.0" encoding="UTF-16"').encode("utf-16")
    desk.server.on(EFETCH, Reply(body))
    assert desk.error("101").code == "fetch-content"


# PMC and DOI


def test_an_open_article(desk: Desk) -> None:
    desk.server.on(f"{REST}/PMC7001/fullTextXML", Reply(fixture("article.xml"), "application/xml"))
    got = desk.one("PMC7001")
    assert (got.path.name, got.notes) == ("PMC7001.xml", ())
    assert got.path.read_bytes() == fixture("article.xml")


def test_an_article_that_europe_pmc_may_not_give(desk: Desk) -> None:
    desk.server.on(EFETCH, Reply(fixture("abstract-only.xml")))
    got = desk.one("PMC7002")
    assert got.notes == ("it has no full text: its publisher gives title and abstract only",)
    assert desk.server.paths() == [f"{REST}/PMC7002/fullTextXML", EFETCH]
    assert desk.server.asked[1].query == {"db": "pmc", "id": "7002", "retmode": "xml", "tool": "imnm-kg"}
    assert desk.one("PMC7002").written is False
    assert desk.server.paths()[2:] == [f"{REST}/PMC7002/fullTextXML"]


def test_another_article_than_was_asked_for(desk: Desk) -> None:
    desk.server.on(f"{REST}/PMC7003/fullTextXML", Reply(fixture("article.xml")))
    error = desk.error("PMC7003")
    assert error.code == "fetch-content"
    assert "is about PMC7001, not PMC7003" in error.what


def test_no_article(desk: Desk) -> None:
    desk.server.on(EFETCH, Reply('<pmc-articleset><Reply Id="9" error="not available"/></pmc-articleset>'))
    assert desk.error("PMC9").code == "fetch-missing"


def test_a_doi_leads_to_the_open_article(desk: Desk) -> None:
    desk.server.on(f"{REST}/search", Reply(fixture("search.json"), "application/json"))
    desk.server.on(f"{REST}/PMC7001/fullTextXML", Reply(fixture("article.xml")))
    assert desk.one("doi:10.1000/made.up").path.name == "PMC7001.xml"
    assert desk.server.asked[0].query == {
        "query": 'DOI:"10.1000/made.up"', "resultType": "lite", "format": "json", "pageSize": "25",
    }  # fmt: skip


def test_a_doi_leads_to_the_record(desk: Desk) -> None:
    body = fixture("search.json").decode().replace('"Y"', '"N"')
    desk.server.on(f"{REST}/search", Reply(body, "application/json"))
    desk.server.on(EFETCH, Reply(fixture("pubmed.xml")))
    assert desk.one("10.1000/made.up").path.name == "PMID-101.xml"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ('{"hitCount": 0, "resultList": {"result": []}}', "fetch-missing"),
        ('{"resultList": {"result": [{"doi": "10.1000/made.up", "pmid": "1&id=2"}]}}', "fetch-missing"),
        (
            '{"resultList": {"result": [{"doi": "10.1000/made.up", "pmcid": "../x", "isOpenAccess": "Y"}]}}',
            "fetch-missing",
        ),
        ('{"errCode": 404, "errMsg": "no"}', "fetch-content"),
        ('{"resultList": {"result": ["x"]}}', "fetch-content"),
        ("<html>", "fetch-content"),
    ],
)
def test_a_doi_that_leads_nowhere(desk: Desk, body: str, code: str) -> None:
    desk.server.on(f"{REST}/search", Reply(body, "application/json"))
    assert desk.error("10.1000/made.up").code == code
    assert len(desk.server.asked) == 1


# Pages


def test_a_page(desk: Desk) -> None:
    url = desk.server.on("/News/An-Invented_Page.html", Reply(fixture("page.html"), HTML))
    got = desk.one(url)
    assert got.path.name == "127-0-0-1-news-an-invented-page.html"
    assert got.path.read_bytes() == fixture("page.html")


def test_the_text_of_a_page(desk: Desk) -> None:
    url = desk.server.on("/page", Reply(fixture("page.html"), HTML))
    got = desk.one(url, text=True)
    assert got.path.name == "127-0-0-1-page.txt"
    assert "The made-up drug did not help." in got.path.read_text("utf-8")
    assert "<p>" not in got.path.read_text("utf-8")


def test_pages_that_differ_in_their_query_have_names_of_their_own(desk: Desk) -> None:
    desk.server.on("/page", Reply("one", TEXT))
    names = {desk.one(f"{desk.server.url}/page?n={n}").path.name for n in range(3)}
    names.add(desk.one(f"{desk.server.url}/page").path.name)
    assert len(names) == 4


@pytest.mark.parametrize(
    ("type_", "path", "extension"),
    [
        ("text/plain", "/a", ".txt"),
        ("TEXT/Markdown; charset=utf-8", "/a", ".md"),
        ("application/xhtml+xml", "/a", ".html"),
        ("application/jats+xml", "/a", ".xml"),
        ("application/octet-stream", "/a.nxml", ".xml"),
        ("", "/a.htm", ".html"),
    ],
)
def test_the_kind_of_a_page(desk: Desk, type_: str, path: str, extension: str) -> None:
    url = desk.server.on(path, Reply("<a>text</a>", type_))
    assert desk.one(url).path.suffix == extension


@pytest.mark.parametrize(
    ("type_", "path"), [("application/pdf", "/a.xml"), ("image/png", "/a"), ("", "/a"), ("text/csv", "/")]
)
def test_a_page_that_is_not_read(desk: Desk, type_: str, path: str) -> None:
    url = desk.server.on(path, Reply(b"%PDF-", type_))
    error = desk.error(url)
    assert error.code == "fetch-content"
    assert "which is not read" in error.what


def test_a_page_without_a_byte(desk: Desk) -> None:
    assert desk.error(desk.server.on("/a", Reply(" \n", HTML))).code == "fetch-content"


def test_the_encoding_that_only_the_header_says(desk: Desk) -> None:
    url = desk.server.on("/a", Reply("50 µg".encode("latin-1"), "text/plain; charset=ISO-8859-1"))
    assert desk.one(url).path.read_text("utf-8") == "50 µg"
    inside = '<meta charset="iso-8859-1"><p>50 µg'.encode("latin-1")
    url = desk.server.on("/b", Reply(inside, "text/html; charset=iso-8859-1"))
    assert desk.one(url).path.read_bytes() == inside
    for number, charset in enumerate(("utf-16", "klingon")):
        url = desk.server.on(f"/c{number}", Reply(b"\x00\xd8\x00", f"text/plain; charset={charset}"))
        assert desk.error(url).code == "fetch-content"


# Files


def test_a_different_file_is_left_alone(desk: Desk) -> None:
    desk.server.on(EFETCH, Reply(fixture("pubmed.xml")))
    path = desk.one("101").path
    assert desk.one("101").written is False
    path.write_text("mine")
    error = desk.error("101")
    assert str(error) == (
        f"{path}: there is another file of that name; move it away, or name another folder with --out [fetch-exists]"
    )
    assert path.read_text() == "mine"
    assert [path.name for path in desk.out.iterdir()] == ["PMID-101.xml"]


def test_a_folder_that_cannot_be_made(desk: Desk) -> None:
    desk.out.write_text("a file")
    with pytest.raises(ImnmError) as caught:
        desk("101")
    assert caught.value.code == "file-unwritable"


# The cache


def test_nothing_is_asked_for_twice(desk: Desk) -> None:
    desk.server.on(EFETCH, Reply(fixture("pubmed.xml")))
    desk("101", "103")
    assert all(isinstance(one, Fetched) for one in desk("103", "101"))
    assert len(desk.server.asked) == 1
    desk("101", refresh=True)
    assert len(desk.server.asked) == 2


def test_a_cache_that_is_damaged_counts_as_empty(desk: Desk) -> None:
    desk.server.on(EFETCH, Reply(fixture("pubmed.xml")))
    desk.one("101")
    (body,) = (path for path in (desk.folder / "cache" / "bodies").rglob("*") if path.is_file())
    body.write_bytes(body.read_bytes()[:-5])
    desk.one("101")
    assert len(desk.server.asked) == 2
    (note,) = (desk.folder / "cache" / "requests").rglob("*.json")
    for damage in ("{", "[]", '{"request": "other"}', note.read_text().replace('"sha256": "', '"sha256": "/../')):
        note.write_text(damage)
        desk.one("101")
    assert len(desk.server.asked) == 6


def test_a_cache_that_cannot_be_written(desk: Desk) -> None:
    (desk.folder / "cache").write_text("a file")
    desk.server.on("/a", Reply("text", TEXT))
    error = desk.error(f"{desk.server.url}/a")
    assert error.code == "file-unwritable"


# Patience


def test_requests_keep_their_distance(desk: Desk) -> None:
    urls = [desk.server.on(f"/{n}", Reply("text", TEXT)) for n in range(3)]
    desk(*urls)
    assert desk.time.waits == [0.34, 0.34]
    quick = StoppedClock()
    web = Web("x", urls, intervals={"127.0.0.1": 0.1}, clock=quick.clock)
    for url in urls:
        web.get(url)
    assert quick.waits == [0.1, 0.1]


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_what_may_pass_is_tried_again(desk: Desk, status: int) -> None:
    url = desk.server.on("/a", Reply("busy", TEXT, status), Reply("busy", TEXT, status), Reply("text", TEXT))
    assert desk.one(url).path.read_text() == "text"
    assert desk.time.waits == [1.0, 2.0]
    assert desk.said[1].startswith(f"{url} answered {status} ")
    assert desk.said[1].endswith("; trying again in 1 s")


def test_patience_ends(desk: Desk) -> None:
    url = desk.server.on("/a", Reply("busy", TEXT, 503))
    error = desk.error(url)
    assert str(error) == (f"{url} answered 503 Service Unavailable: busy; wait a while and try again [fetch-refused]")
    assert (len(desk.server.asked), desk.time.waits) == (5, [1.0, 2.0, 4.0, 8.0])


@pytest.mark.parametrize(
    "reply",
    [
        Reply("<p>no", HTML, 403),
        Reply(gzip.compress(b"no"), TEXT, 403, {"Content-Encoding": "gzip"}),
        Reply("zz\r\n", TEXT, 403, {"Transfer-Encoding": "chunked"}),
        Reply("", TEXT, 403),
    ],
)
def test_an_error_without_words(desk: Desk, reply: Reply) -> None:
    url = desk.server.on("/a", reply)
    assert desk.error(url).what == f"{url} answered 403 Forbidden"


def test_what_a_server_says_cannot_spoil_the_terminal(desk: Desk) -> None:
    url = desk.server.on("/a", Reply("\x1b[2Jno\r\nway", TEXT, 403))
    assert desk.error(url).what == f"{url} answered 403 Forbidden: \ufffd[2Jno way"


@pytest.mark.parametrize(
    ("value", "wait"),
    [("7", 7.0), (formatdate(1_000_000_030, usegmt=True), 30.0), ("soon", 1.0), ("-5", 1.0), ("0", None)],
)
def test_how_long_the_server_asks_to_wait(desk: Desk, value: str, wait: float | None) -> None:
    url = desk.server.on("/a", Reply("", TEXT, 429, {"Retry-After": value}), Reply("text", TEXT))
    desk.one(url)
    assert desk.time.waits[0] == (0.0 if wait is None else wait)


def test_a_server_that_asks_to_wait_long(desk: Desk) -> None:
    url = desk.server.on("/a", Reply("", TEXT, 503, {"Retry-After": "86400"}))
    assert desk.error(url).code == "fetch-refused"
    assert (len(desk.server.asked), desk.time.waits) == (1, [])


def test_a_limit_that_is_told_with_a_good_status(desk: Desk) -> None:
    desk.server.on(
        EFETCH,
        Reply('{"error":"API rate limit exceeded","count":"11"}', "application/json"),
        Reply(fixture("pubmed.xml")),
    )
    desk.one("101")
    assert desk.time.waits == [1.0]
    desk.server.on(EFETCH, Reply('{"error":"API rate limit exceeded","count":"11"}', "application/json"))
    assert desk.error("105").code == "fetch-refused"


@pytest.mark.parametrize(
    ("status", "code"),
    [(404, "fetch-missing"), (410, "fetch-withdrawn"), (403, "fetch-refused"), (418, "fetch-refused")],
)
def test_what_does_not_pass_is_not_tried_again(desk: Desk, status: int, code: str) -> None:
    assert desk.error(desk.server.on("/a", Reply("<p>no", HTML, status))).code == code
    assert len(desk.server.asked) == 1


# What breaks


def test_a_body_that_is_cut_short(desk: Desk) -> None:
    url = desk.server.on("/a", Reply("text" * 1000, TEXT, cut=10))
    error = desk.error(url)
    assert (error.code, len(desk.server.asked)) == ("fetch-cut-short", 5)
    assert "ends after 3,990 bytes of 4,000" in error.what
    desk.server.on("/a", Reply("text" * 1000, TEXT, cut=10), Reply("text", TEXT))
    assert desk.one(url).path.read_text() == "text"


def test_chunks_that_are_cut_short(desk: Desk) -> None:
    chunked = {"Transfer-Encoding": "chunked"}
    url = desk.server.on("/a", Reply("5\r\ntext!\r\nff\r\n", TEXT, headers=chunked))
    desk.server.replies["/a"][0].body = b"5\r\ntext!\r\nff\r\nrest"
    assert desk.error(url).code == "fetch-cut-short"


def test_a_packed_body(desk: Desk) -> None:
    packed = gzip.compress(b"text" * 1000)
    url = desk.server.on("/a", Reply(packed, TEXT, headers={"Content-Encoding": "gzip"}))
    assert desk.one(url).path.read_bytes() == b"text" * 1000
    for number, body in enumerate((packed[:-20], b"text")):
        url = desk.server.on(f"/b{number}", Reply(body, TEXT, headers={"Content-Encoding": "gzip"}))
        assert desk.error(url).code == "fetch-cut-short"


@pytest.mark.parametrize("packed", [False, True])
def test_a_body_that_is_too_large(desk: Desk, packed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_module, "MAX_BODY", 1024**2)
    body, headers = b" " * (1024**2 + 1), {}
    if packed:
        body, headers = gzip.compress(body * 100), {"Content-Encoding": "gzip"}
    url = desk.server.on("/a", Reply(body, TEXT, headers=headers))
    error = desk.error(url)
    assert (error.code, len(desk.server.asked)) == ("fetch-too-large", 1)
    assert "has more than 1 MB" in error.what


def test_a_server_that_does_not_answer(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_module, "_TIMEOUT", 0.05)
    url = desk.server.on("/a", Reply("text", TEXT, hang=30))
    error = desk.error(url)
    assert (error.code, error.what) == ("fetch-unreachable", "127.0.0.1 did not answer in time")
    assert desk.time.waits == [1.0, 2.0, 4.0, 8.0]


def test_a_body_that_trickles(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_module, "_DEADLINE", -1.0)
    assert desk.error(desk.server.on("/a", Reply("text", TEXT))).code == "fetch-unreachable"


def test_no_network(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving() as other:
        gone = [f"{other.url}/{n}" for n in range(2)]
    got = desk(*gone, desk.server.on("/a", Reply("text", TEXT)))
    assert isinstance(got[0], Failed)
    assert got[0].error.code == "fetch-unreachable"
    assert got[0].error.what == "127.0.0.1 cannot be reached (Connection refused)"
    assert isinstance(got[1], Failed)
    assert got[1].error is got[0].error
    assert isinstance(got[2], Fetched)
    assert 1.0 not in desk.time.waits

    def unknown(*_: object, **__: object) -> object:
        import socket

        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr("socket.getaddrinfo", unknown)
    assert desk.error("https://example.org/").what == "example.org cannot be reached (Name or service not known)"


# Where a request may go


def test_a_redirect_is_followed(desk: Desk) -> None:
    desk.server.on("/b", Reply("", TEXT, 301, {"Location": "c?d=e#f"}))
    desk.server.on("/c", Reply("text", TEXT))
    url = desk.server.on("/a", Reply("", TEXT, 302, {"Location": f"{desk.server.url}/b"}))
    got = desk.one(url)
    assert got.path.name == "127-0-0-1-a.txt"
    assert desk.server.paths() == ["/a", "/b", "/c"]


def test_a_redirect_in_a_circle(desk: Desk) -> None:
    url = desk.server.on("/a", Reply("", TEXT, 307, {"Location": "/a"}))
    error = desk.error(url)
    assert (error.code, len(desk.server.asked)) == ("fetch-redirect", 6)


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://example.org/", "gopher://x/", "javascript:1", "http://u:p@x/"]
)
def test_a_redirect_to_something_else(desk: Desk, target: str) -> None:
    url = desk.server.on("/a", Reply("", TEXT, 302, {"Location": target}))
    assert desk.error(url).code == "fetch-address"


@pytest.mark.parametrize(
    "target",
    ["http://127.0.0.1:{port}/b", "http://localhost:{port}/b", "http://[::1]:{port}/b", "http://169.254.169.254/"],
)
def test_a_redirect_into_a_private_network(desk: Desk, target: str) -> None:
    with serving() as inner:
        inner.on("/b", Reply("secret", TEXT))
        url = desk.server.on("/a", Reply("", TEXT, 302, {"Location": target.format(port=inner.port)}))
        error = desk.error(url)
        # Where the machine has no IPv6, the address cannot even be looked at.
        assert error.code in ("fetch-address", "fetch-unreachable")
        assert inner.asked == []


def test_a_name_that_leads_into_a_private_network(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    address = ("10.0.0.5", 80)
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: [(2, 1, 6, "", address)])
    url = desk.server.on("/a", Reply("", TEXT, 302, {"Location": "http://innocent.example.org/"}))
    web = desk.web(url)
    with pytest.raises(ImnmError) as caught:
        web.get("http://innocent.example.org/")
    assert caught.value.code == "fetch-address"
    assert "innocent.example.org leads to 10.0.0.5" in caught.value.what


def test_a_proxy_does_not_lead_into_a_private_network(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", desk.server.url)
    desk.server.on("/page", Reply("text", TEXT))
    web = Web("imnm-kg/test", clock=desk.time.clock)
    assert web.get("http://example.org/page").body == b"text"
    with pytest.raises(ImnmError) as caught:
        web.get("http://127.0.0.1:9/page")
    assert caught.value.code == "fetch-address"
    assert len(desk.server.asked) == 1


def test_https_is_not_left(monkeypatch: pytest.MonkeyPatch) -> None:
    web = Web("x")
    monkeypatch.setattr(web, "_once", lambda *_: "http://example.org/")
    with pytest.raises(ImnmError) as caught:
        web.get("https://example.org/")
    assert caught.value.code == "fetch-redirect"


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True),
        ("2606:4700::1", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("ff02::1", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:93.184.215.14", True),
        ("2002:0a00:0001::1", False),
        ("64:ff9b::a00:1", False),
        ("64:ff9b::5db8:d70e", True),
        ("2001:0:53aa:64c:0:0:0:1", False),
        ("localhost", False),
    ],
)
def test_public_addresses(address: str, public: bool) -> None:
    assert is_public(address) is public


def test_origins() -> None:
    assert origin_of("HTTPS://Example.org/a") == ("example.org", 443)
    assert origin_of("http://[::1]:8080/") == ("::1", 8080)


# Encryption


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that nobody has signed but itself, and its key."""
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("there is no openssl here to make a certificate")
    folder = tmp_path_factory.mktemp("tls")
    words = (
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
        "-keyout", "key.pem", "-out", "cert.pem", "-subj", "/CN=invented", "-addext", "subjectAltName=IP:127.0.0.1",
    )  # fmt: skip
    subprocess.run([program, *words], cwd=folder, check=True, capture_output=True, timeout=60)
    return folder / "cert.pem", folder / "key.pem"


def test_https(certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    cert, key = certificate
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(cert, key)
    with serving(server_side) as server:
        url = server.on("/a", Reply("text", TEXT)).replace("http:", "https:")
        with pytest.raises(ImnmError) as caught:
            Web("x", [url]).get(url)
        assert caught.value.code == "fetch-unreachable"
        assert caught.value.what.startswith("the certificate of 127.0.0.1 is not good (self")
        trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        trusting.load_verify_locations(cert)
        monkeypatch.setattr(ssl, "create_default_context", lambda: trusting)
        assert Web("x", [url]).get(url).body == b"text"
        named = url.replace("127.0.0.1", "localhost")  # which its certificate has not
        with pytest.raises(ImnmError) as caught:
            Web("x", [named]).get(named)
        assert "is not good" in caught.value.what
