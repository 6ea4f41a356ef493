# SPDX-License-Identifier: Apache-2.0
"""Which files are read, and of what kind each is."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from imnm_kg.errors import ImnmError
from imnm_kg.model.records import BadRecord
from imnm_kg.reading.source import EXTENSIONS, list_inputs, read_records
from tests.reading.support import one

TITLES = "<title-group><article-title>T</article-title></title-group>"
ARTICLE = f"<article><front><article-meta>{TITLES}</article-meta></front></article>"
CITATION = "<PMID>5</PMID><Article><ArticleTitle>T</ArticleTitle></Article>"
PUBMED = f"<PubmedArticle><MedlineCitation>{CITATION}</MedlineCitation></PubmedArticle>"


def names(folder: Path, found: list[Path]) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in found]


def test_a_folder_is_walked_in_order(tmp_path: Path) -> None:
    for name in (
        "b.txt", "a.md", "sub/z.html", "sub/a.xml.gz", "sub/deep/x.JSONL", "c.nxml", ".hidden.txt", ".git/x.txt",
        "picture.png", "sub/notes", "data.csv.gz", "a.ndjson", "README.markdown", "p.HTM",
    ):  # fmt: skip
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    skipped: list[Path] = []
    found = list_inputs([tmp_path], skipped.append)
    assert names(tmp_path, found) == [
        "README.markdown", "a.md", "a.ndjson", "b.txt", "c.nxml", "p.HTM", "sub/a.xml.gz", "sub/z.html",
        "sub/deep/x.JSONL",
    ]  # fmt: skip
    assert names(tmp_path, skipped) == ["data.csv.gz", "picture.png", "sub/notes"]
    assert list_inputs([tmp_path]) == found


def test_a_file_that_is_given_is_read_whatever_its_name_and_once(tmp_path: Path) -> None:
    for name in ("a.txt", "notes", ".hidden"):
        (tmp_path / name).write_text("x")
    given = [tmp_path / "notes", tmp_path / ".hidden", tmp_path, tmp_path / "a.txt", tmp_path / "sub" / ".." / "a.txt"]
    (tmp_path / "sub").mkdir()
    assert names(tmp_path, list_inputs(given)) == ["notes", ".hidden", "a.txt"]
    assert list_inputs([tmp_path / "a.txt", tmp_path / "notes"])[0] == tmp_path / "a.txt"


def test_a_link_to_a_folder_inside_it_does_not_go_round(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "again.txt").symlink_to(tmp_path / "a.txt")
    assert names(tmp_path, list_inputs([tmp_path])) == ["a.txt"]


def test_nothing_to_read(tmp_path: Path) -> None:
    (tmp_path / "picture.png").write_text("x")
    for paths in ([], [tmp_path]):
        with pytest.raises(ImnmError, match=r"\[input-none\]"):
            list_inputs(paths)
    with pytest.raises(ImnmError, match=r"none\.txt: there is no such file; check the path \[file-missing\]"):
        list_inputs([tmp_path / "none.txt"])


def test_a_folder_that_cannot_be_listed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_path: str) -> None:
        raise PermissionError(13, "Permission denied", str(tmp_path / "shut"))

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(
        ImnmError, match=r"shut: the folder cannot be listed \(Permission denied\).+\[file-unreadable\]"
    ):
        list_inputs([tmp_path])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<!DOCTYPE html><p>A <b>page</b>.", "A page."),
        ("\ufeff  <html><p>A <b>page</b>.", "A page."),
        ("<!-- a comment --><body>A <b>page</b>.", "A page."),
        (
            '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body>A <b>page</b>.</body></html>',
            "A page.",
        ),
        ("<article><h1>A page.</h1></article>", "A page."),
        ('<article class="x"><p>A page.</p></article>', "A page."),
        (ARTICLE.replace("<article>", '<article article-type="letter">'), "T"),
        (ARTICLE, "T"),
        (f'<?xml version="1.0"?><PubmedArticleSet>{PUBMED}</PubmedArticleSet>', "T"),
        (f"<!DOCTYPE article SYSTEM 'x.dtd'>{ARTICLE}", "T"),
        ('{"id": "1", "text": "A line."}', "A line."),
        ('{ "text": "A line.", "id": 1}\n', "A line."),
        ("{x} is a set", "{x} is a set"),
        ("< 5 mg was given", "< 5 mg was given"),
        ("A text that says <b>.", "A text that says <b>."),
        ("# A heading\n\nA text.", "# A heading\n\nA text."),
    ],
)
@pytest.mark.parametrize("name", ["unknown", "unknown.dat"])
def test_the_kind_is_told_by_how_a_file_begins(tmp_path: Path, name: str, text: str, words: str) -> None:
    assert one(tmp_path, name, text).text == words


def test_a_heading_makes_markdown_of_a_file_without_extension(tmp_path: Path) -> None:
    assert one(tmp_path, "unknown", "# A heading\n\nA text.").title == "A heading"
    assert one(tmp_path, "unknown.txt", "# A heading\n\nA text.").title != "A heading#"


def test_xhtml_under_the_extension_of_xml(tmp_path: Path) -> None:
    text = '<?xml version="1.0"?>\n<html xmlns="http://www.w3.org/1999/xhtml"><body><p>A page.</p></body></html>'
    assert one(tmp_path, "a.xml", text).text == "A page."


@pytest.mark.parametrize("extension", sorted(EXTENSIONS))
@pytest.mark.parametrize("packed", [False, True])
def test_every_extension_can_be_packed(tmp_path: Path, extension: str, packed: bool) -> None:
    kind = EXTENSIONS[extension]
    text = {"xml": ARTICLE, "jsonl": '{"id": "the.name", "text": "T"}'}.get(kind, "T")
    data = gzip.compress(text.encode()) if packed else text.encode()
    record = one(tmp_path, f"the.name{extension}{'.gz' if packed else ''}", data)
    assert (record.text, record.id) == ("T", "the.name")


def test_the_path_is_shown_as_it_was_given(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("x")
    (record,) = read_records(path)
    assert record.source == str(path)
    (missing,) = read_records(tmp_path / "none")
    assert isinstance(missing, BadRecord)
    assert missing.source == str(tmp_path / "none")


def test_a_file_is_closed_when_nobody_reads_on(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"id": "1", "text": "x"}\n' * 3)
    records = read_records(path)
    next(records)
    records.close()  # type: ignore[attr-defined]
    path.unlink()
