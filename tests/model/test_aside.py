# SPDX-License-Identifier: Apache-2.0
"""A file that is written aside is whole or not there."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from imnm_kg.errors import ImnmError
from imnm_kg.model.aside import clean, written_aside


def test_the_file_appears_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    with written_aside(path) as stream:
        stream.write(b"new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert [item.name for item in tmp_path.iterdir()] == ["a.txt"]


def test_a_failure_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(KeyError), written_aside(path) as stream:  # noqa: PT012 - the block is what fails
        stream.write(b"half")
        raise KeyError
    assert path.read_text() == "old"
    assert [item.name for item in tmp_path.iterdir()] == ["a.txt"]


def test_what_a_killed_process_left_is_removed(tmp_path: Path) -> None:
    (tmp_path / ".a.txt.123.tmp").write_text("half")
    (tmp_path / ".other").write_text("kept")
    clean(tmp_path)
    assert [item.name for item in tmp_path.iterdir()] == [".other"]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    wanted = r"none/a.txt: the file cannot be written \(No such file.*\[file-unwritable\]"
    with pytest.raises(ImnmError, match=wanted), written_aside(tmp_path / "none" / "a.txt"):
        pass


def test_links_are_followed_and_pipes_are_written_to(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "a.txt")
    with written_aside(tmp_path / "link") as stream:
        stream.write(b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "a.txt").read_text() == "new"
    os.mkfifo(tmp_path / "pipe")
    with (tmp_path / "got").open("wb") as got, subprocess.Popen(["cat", tmp_path / "pipe"], stdout=got) as reader:
        with written_aside(tmp_path / "pipe") as stream:
            stream.write(b"through")
        reader.wait(20)
    assert (tmp_path / "got").read_text() == "through"
    assert (tmp_path / "pipe").is_fifo()
