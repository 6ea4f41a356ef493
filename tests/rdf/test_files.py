# SPDX-License-Identifier: Apache-2.0
"""Reading and writing of files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from imnm_kg.errors import ImnmError
from imnm_kg.rdf.files import has_crlf, read_text, write_atomically


def test_reads_text_exactly_as_stored(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes("é\r\nb\rc\n".encode())
    assert read_text(file) == "é\r\nb\rc\n"
    assert has_crlf(read_text(file))
    assert not has_crlf("a\nb\r")


@pytest.mark.parametrize(
    ("content", "code", "line", "column"),
    [
        (b"", "file-empty", None, None),
        (b"\xef\xbb\xbfa", "file-bom", 1, 1),
        ("é\né".encode() + b"\xff\n", "file-not-utf8", 2, 2),
        (b"\xc3", "file-not-utf8", 1, 1),
    ],
)
def test_refuses_content(tmp_path: Path, content: bytes, code: str, line: int | None, column: int | None) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(content)
    with pytest.raises(ImnmError) as caught:
        read_text(file, "shown.txt")
    assert caught.value.code == code
    assert caught.value.place is not None
    assert (caught.value.place.file, caught.value.place.line, caught.value.place.column) == (
        "shown.txt",
        line,
        column,
    )


def test_refuses_paths(tmp_path: Path) -> None:
    with pytest.raises(ImnmError, match=r"\[file-missing\]"):
        read_text(tmp_path / "none")
    with pytest.raises(ImnmError, match=r"\[file-is-directory\]"):
        read_text(tmp_path)
    file = tmp_path / "file"
    file.write_text("x")
    with pytest.raises(ImnmError, match=r"\[file-unreadable\]"):
        read_text(file / "below")


def test_write_keeps_mode_and_bytes(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    write_atomically(file, "é\r\n")
    assert file.read_bytes() == "é\r\n".encode()
    file.chmod(0o640)
    write_atomically(file, b"\x00\xff")
    assert file.read_bytes() == b"\x00\xff"
    assert file.stat().st_mode & 0o777 == 0o640
    assert [found.name for found in tmp_path.iterdir()] == ["a.txt"]


def test_write_follows_a_link(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    target.write_text("old")
    link = tmp_path / "link"
    link.symlink_to(target)
    write_atomically(link, "new")
    assert link.is_symlink()
    assert target.read_text() == "new"


def test_write_failure_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ImnmError, match=r"\[file-unwritable\]"):
        write_atomically(tmp_path / "none" / "a.txt", "x")
    (tmp_path / "dir").mkdir()
    with pytest.raises(ImnmError, match=r"\[file-unwritable\]"):
        write_atomically(tmp_path / "dir", "x")
    with pytest.raises(ImnmError, match=r"\[file-unwritable\]"):
        write_atomically(tmp_path / "a.txt", "\ud800")
    file = tmp_path / "a.txt"
    file.write_text("old")

    def fail(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(ImnmError, match="No space left"):
        write_atomically(file, "new")
    assert file.read_text() == "old"
    assert sorted(found.name for found in tmp_path.iterdir()) == ["a.txt", "dir"]
