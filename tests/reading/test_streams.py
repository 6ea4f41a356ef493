# SPDX-License-Identifier: Apache-2.0
"""Bytes of a file: head, chunks, lines and limits."""

from __future__ import annotations

import gzip
import itertools
from pathlib import Path

import pytest

from imnm_kg.errors import ImnmError
from imnm_kg.reading import streams
from imnm_kg.reading.streams import Stream, decode


def stream_of(folder: Path, data: bytes, name: str = "a.txt") -> Stream:
    path = folder / name
    path.write_bytes(data)
    return Stream(path, name)


@pytest.mark.parametrize("size", [1, 63 * 1024, 64 * 1024, 65 * 1024, 1_000_000])
@pytest.mark.parametrize("packed", [False, True])
def test_chunks_are_the_file(tmp_path: Path, size: int, packed: bool) -> None:
    data = bytes(itertools.islice(itertools.cycle(b"abcdefghij\n"), size))
    with stream_of(tmp_path, gzip.compress(data) if packed else data) as stream:
        assert data.startswith(stream.head)
        assert b"".join(stream.chunks()) == data
    with stream_of(tmp_path, data) as stream:
        assert stream.whole() == data
    with stream_of(tmp_path, data) as stream:
        lines = list(stream.lines())
    assert b"\n".join(line for _, line in lines if line is not None) == data.removesuffix(b"\n")
    assert [number for number, _ in lines] == list(range(1, len(lines) + 1))


def test_lines_over_the_ends_of_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "_HEAD", 3)
    monkeypatch.setattr(streams, "_CHUNK", 3)
    with stream_of(tmp_path, b"a\n\nbcdefgh\nij\n\n") as stream:
        assert list(stream.lines()) == [(1, b"a"), (2, b""), (3, b"bcdefgh"), (4, b"ij"), (5, b"")]


def test_a_line_that_is_too_long_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "_HEAD", 3)
    monkeypatch.setattr(streams, "_CHUNK", 3)
    monkeypatch.setattr(streams, "MAX_RECORD", 5)
    with stream_of(tmp_path, b"abcde\nabcdef\nabcdefghijkl\nx\nabcdefghijkl") as stream:
        assert list(stream.lines()) == [(1, b"abcde"), (2, None), (3, None), (4, b"x"), (5, None)]


@pytest.mark.parametrize(
    ("name", "stem"), [("a.txt", "a"), ("a.b.xml.gz", "a.b"), ("a", "a"), ("A.TXT.GZ", "A"), (".a", ".a")]
)
def test_the_stem_of_a_name(tmp_path: Path, name: str, stem: str) -> None:
    with stream_of(tmp_path, b"x", name) as stream:
        assert stream.stem == stem


def test_the_place_of_a_wrong_byte_counts_lines_and_characters(tmp_path: Path) -> None:
    with stream_of(tmp_path, b"x") as stream:
        with pytest.raises(ImnmError, match=r"a\.txt:7:3: the byte 0xFF is not valid UTF-8; .+\[record-encoding\]"):
            decode("éé".encode() + b"\xff", stream, 7)
        with pytest.raises(ImnmError, match=r"a\.txt:2:1: the byte 0x81 is not valid cp1252"):
            decode(b"\xe9\n\x81", stream, encoding="cp1252")
        assert decode(b"\xef\xbb\xbfx", stream) == "x"
        assert decode(b"\xef\xbb\xbfx", stream, 2) == "\ufeffx"


def test_a_stream_cannot_be_made_of_nothing(tmp_path: Path) -> None:
    with pytest.raises(ImnmError, match=r"a\.txt: there is no text in it; .+\[record-empty\]"):
        stream_of(tmp_path, b"")
    with pytest.raises(ImnmError, match=r"\[file-missing\]"):
        Stream(tmp_path / "none")
    with pytest.raises(ImnmError, match=r"\[file-is-directory\]"):
        Stream(tmp_path)
