# SPDX-License-Identifier: Apache-2.0
"""fetch: its options, streams, exit codes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from imnm_kg import __version__
from tests.cli.conftest import Done, Run
from tests.operations.support import FIXTURES
from tests.operations.web import HTML, Reply, Server, serving

EFETCH = "/entrez/eutils/efetch.fcgi"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Server]:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NCBI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    with serving() as made:
        made.on(EFETCH, Reply((FIXTURES / "fetch" / "pubmed.xml").read_bytes()))
        made.on("/page", Reply((FIXTURES / "fetch" / "page.html").read_bytes(), HTML))
        yield made


@pytest.fixture
def fetch(run: Run, server: Server) -> Run:
    def call(*words: str | Path) -> Done:
        return run("fetch", *words, "--base-url", f"{server.url}/")

    return call


def test_fetch(fetch: Run, server: Server, tmp_path: Path) -> None:
    done = fetch("101", "PMID:103", "--out", "papers", "--email", "me@example.org", "--api-key", "k3y")
    assert (done.code, done.out) == (0, "papers/PMID-101.xml\npapers/PMID-103.xml\n")
    assert done.err == "· asking for PubMed (2 records)\n"
    (asked,) = server.asked
    assert asked.headers["User-Agent"] == f"imnm-kg/{__version__} (+https://w3id.org/imnm-kg/; mailto:me@example.org)"
    assert (asked.query["tool"], asked.query["email"], asked.query["api_key"]) == ("imnm-kg", "me@example.org", "k3y")
    assert (tmp_path / "cache" / "imnm-kg" / "fetch" / "requests").is_dir()
    assert fetch("101", "--out", "papers", "--quiet") == (0, "papers/PMID-101.xml\n", "")
    assert len(server.asked) == 1
    assert fetch("101", "--out", "papers", "--refresh", "--cache", "other").code == 0
    assert len(server.asked) == 2
    assert (tmp_path / "other").is_dir()


def test_a_key_in_the_environment(fetch: Run, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NCBI_API_KEY", "k3y")
    assert fetch("101", "-q").code == 0
    assert server.asked[0].query["api_key"] == "k3y"


def test_what_was_fetched_can_be_extracted_from(fetch: Run, server: Server) -> None:
    done = fetch("101", f"{server.url}/page", "-q", "--format", "txt")
    assert (done.code, done.out) == (0, "PMID-101.txt\n127-0-0-1-page.txt\n")
    assert Path("PMID-101.txt").read_text("utf-8").endswith("RESULTS: Nothing happened to 12 <b> patients.")


def test_some_that_cannot_be_got(fetch: Run) -> None:
    done = fetch("102", "999", "-q")
    assert (done.code, done.out) == (1, "PMID-102.xml\n")
    assert done.err == (
        "imnm-kg: note: PMID-102.xml: the publication was retracted\n"
        "imnm-kg: PubMed has no record 999; check the id [fetch-missing]\n"
    )
    assert fetch("999", "998", "-q").code == 2


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["zilucoplan"], "'zilucoplan' is no id of a publication and no URL; give a PMID"),
        (["101", "ftp://example.org/"], "'ftp://example.org/' is no http or https URL"),
        (["101", "--email", "nobody"], "'nobody' is no email address"),
        (["101", "--email", "a@b.c\r\nX: y"], "is no email address"),
        (["101", "--format", "pdf"], "invalid choice: 'pdf'"),
        ([], "the following arguments are required: ID-OR-URL"),
    ],
)
def test_wrong_use(fetch: Run, server: Server, words: list[str], message: str) -> None:
    done = fetch(*words)
    assert (done.code, done.out, server.asked) == (2, "", [])
    assert message in done.err
    assert done.err.count("\n") == 1


def test_a_mirror_that_is_none(run: Run) -> None:
    done = run("fetch", "101", "--base-url", "mirror")
    assert (done.code, done.out) == (2, "")
    assert done.err.endswith("'mirror' is no http or https URL; give a plain http or https URL [fetch-address]\n")
