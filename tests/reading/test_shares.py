# SPDX-License-Identifier: Apache-2.0
"""Shares of a file: together they are the file, to the line of a fault, or they say that it cannot be done."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imnm_kg.model.records import BadRecord, TextRecord
from imnm_kg.reading import shares
from imnm_kg.reading.shares import Share, UnevenError, can_share, read_share
from imnm_kg.reading.source import read_records

ARTICLE = """<PubmedArticle Status="x">
<MedlineCitation><PMID>{n}</PMID><Article>
<ArticleTitle>Title of note {n}</ArticleTitle></Article></MedlineCitation></PubmedArticle>"""
BOOK = (
    "<PubmedBookArticle><BookDocument><PMID>{n}</PMID><ArticleTitle>Title of book {n}</ArticleTitle></BookDocument>"
    "</PubmedBookArticle>"
)
SET = '<?xml version="1.0"?>\n<!DOCTYPE PubmedArticleSet SYSTEM "x.dtd">\n<PubmedArticleSet>\n{}\n</PubmedArticleSet>\n'


def together(path: Path, of: int) -> list[TextRecord | BadRecord]:
    found = [record for number in range(of) for record in read_share(path, path.name, Share(number, of))]
    return sorted(found, key=lambda record: record.position)


def articles(count: int) -> str:
    return SET.format("\n".join((BOOK if n % 50 == 7 else ARTICLE).format(n=n) for n in range(1, count + 1)))


@pytest.mark.parametrize("of", [1, 2, 3])
@pytest.mark.parametrize("name", ["a.xml", "a.xml.gz"])
def test_shares_of_pubmed_are_the_file(tmp_path: Path, name: str, of: int) -> None:
    text = articles(700).replace("<PMID>333</PMID>", "<PMID>none</PMID>")
    path = tmp_path / name
    path.write_bytes(gzip.compress(text.encode()) if name.endswith("gz") else text.encode())
    assert can_share(path)
    whole = list(read_records(path, path.name))
    assert len(whole) == 700
    assert isinstance(whole[332], BadRecord)
    assert whole[332].line is not None, "so that the line is compared, too"
    assert together(path, of) == whole


@pytest.mark.parametrize("of", [2, 5])
def test_shares_of_lines_are_the_file(tmp_path: Path, of: int) -> None:
    lines = [json.dumps({"id": f"d{n}", "text": f"Text {n}."}) for n in range(900)]
    lines[400] = "{broken"
    lines.insert(100, "   ")
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(lines))
    assert can_share(path)
    whole = list(read_records(path, path.name))
    assert whole[400] == BadRecord("a.jsonl", 401, "record-json", whole[400].what, 402, "mend the line")  # type: ignore[union-attr]
    assert together(path, of) == whole


def test_every_position_belongs_to_one_share() -> None:
    for of in (1, 2, 7):
        parts = [Share(number, of) for number in range(of)]
        for position in range(3000):
            assert [share.has(position) for share in parts].count(True) == 1
        for share in parts:
            mine = [position for position in range(3000) if share.has(position)]
            assert [share.position(number) for number in range(len(mine))] == mine


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.txt", b"A note."),
        ("a.nxml", b"<article><body><p>A note.</p></body></article>"),
        ("a.xml", b"<PubmedArticleSet></PubmedArticleSet>"),
        ("a.xml", articles(3).encode("utf-16")),
        ("a.xml", b""),
    ],
)
def test_other_files_are_not_shared(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    assert not can_share(tmp_path / name)
    assert not can_share(tmp_path / "none.xml")


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda text: text[:-300],  # breaks off
        lambda text: text.replace("</PubmedArticleSet>", "</Other>"),
        lambda text: text.replace("Title of note 9<", "Title of <b note 9<"),
        # A comment that looks like the end of one record and the start of the next.
        lambda text: text.replace("Title of note 9<", f"Title <!-- </PubmedArticle>{ARTICLE.format(n=0)} --><"),
        lambda text: text.replace("<Article>\n", "<Article><article/>\n", 1),
        lambda text: text.replace("<PMID>9</PMID>", f"<PMID>9</PMID>{ARTICLE.format(n=0)}"),
    ],
)
def test_what_is_not_as_it_seems_is_left_to_one_process(tmp_path: Path, spoilt: object) -> None:
    path = tmp_path / "a.xml"
    assert callable(spoilt)
    text = spoilt(articles(400))
    assert text != articles(400)
    path.write_text(text)
    assert can_share(path)
    with pytest.raises(UnevenError):
        together(path, 2)


def test_truncated_gzip_is_left_to_one_process(tmp_path: Path) -> None:
    path = tmp_path / "a.xml.gz"
    path.write_bytes(gzip.compress(articles(400).encode())[:-500])
    with pytest.raises(UnevenError):
        together(path, 2)


@given(st.lists(st.integers(1, 40), max_size=40), st.integers(0, 6))
def test_pieces_do_not_depend_on_how_the_bytes_come(cuts: list[int], count: int) -> None:
    data = articles(count).encode()
    chunks = []
    at = 0
    for cut in cuts:
        chunks.append(data[at : at + cut])
        at += cut
    chunks.append(data[at:])
    pieces = list(shares._pieces(iter(chunks), "a.xml"))
    assert b"".join(piece for _, piece in pieces) == data
    assert sum(is_record for is_record, _ in pieces) == count


def test_a_record_without_an_end_is_not_held_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shares, "MAX_RECORD", 1000)
    with pytest.raises(UnevenError):
        list(shares._pieces(iter([b"<PubmedArticle>", *[b"x" * 100] * 20]), "a.xml"))
