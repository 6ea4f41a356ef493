# SPDX-License-Identifier: Apache-2.0
"""Documents: texts as stored, hashes, sentences around a place, offset to line and column."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from imnm_kg.errors import ImnmError, Place
from imnm_kg.model.documents import SourceText, read_source_texts

TEXT = "Title\n\nFirst é one. Second 𝛼 one.\r\nThird."


def test_offsets_are_code_points_and_lines_and_columns_count_from_one() -> None:
    text = SourceText("x", "x.txt", TEXT)
    places = {0: (1, 1), 4: (1, 5), 5: (1, 6), 6: (2, 1), 7: (3, 1), TEXT.index("S"): (3, 14)}
    assert {offset: text.place(offset) for offset in places} == {
        offset: Place("x.txt", line, column) for offset, (line, column) in places.items()
    }
    assert text.place(TEXT.index("Third")) == Place("x.txt", 4, 1)
    assert text.place(len(TEXT)) == Place("x.txt", 4, 7)
    assert str(text.place(TEXT.index("𝛼"))) == "x.txt:3:21"


def test_sentences_around() -> None:
    text = SourceText("x", "x.txt", TEXT)

    def around(words: str) -> str:
        start = TEXT.index(words)
        span = text.sentence_around(start, start + len(words))
        return TEXT[span.start : span.end]

    assert around("é") == "First é one."
    assert around("one. Second") == "First é one. Second 𝛼 one."
    assert around("Title") == "Title"
    assert text.sentence_around(5, 6) == (5, 6), "white space belongs to no sentence"
    assert text.sentence_around(5, 12) == (5, TEXT.index(" Second")), "the passage itself is never cut"


def test_reading_keeps_every_byte(tmp_path: Path) -> None:
    data = TEXT.encode()
    (tmp_path / "a-text.txt").write_bytes(data)
    (tmp_path / "notes.md").write_text("not a document")
    texts = read_source_texts(tmp_path)
    assert list(texts) == ["a-text"]
    assert texts["a-text"].text == TEXT
    assert texts["a-text"].sha256 == hashlib.sha256(data).hexdigest()
    assert texts["a-text"].path == str(tmp_path / "a-text.txt")


def test_no_folder_of_documents(tmp_path: Path) -> None:
    with pytest.raises(ImnmError, match=r"no such folder of documents; give .*\[documents-missing\]$"):
        read_source_texts(tmp_path / "none")
    assert read_source_texts(tmp_path) == {}


@pytest.mark.parametrize(
    ("data", "code"), [(b"", "file-empty"), (b"\xef\xbb\xbfa", "file-bom"), (b"\xff", "file-not-utf8")]
)
def test_texts_that_are_none(tmp_path: Path, data: bytes, code: str) -> None:
    (tmp_path / "a.txt").write_bytes(data)
    with pytest.raises(ImnmError) as caught:
        read_source_texts(tmp_path)
    assert caught.value.code == code


def test_the_two_documents(documents: Path) -> None:
    texts = read_source_texts(documents)
    assert {id_: len(text.text) for id_, text in texts.items()} == {
        "mda-medical-management": 2815,
        "niams-zilucoplan-trial": 2266,
    }
    trial = texts["niams-zilucoplan-trial"]
    start = trial.text.index("did not improve")
    span = trial.sentence_around(start, start + 3)
    assert trial.text[span.start : span.end] == "They showed that zilucoplan treatment did not improve IMNM symptoms."
