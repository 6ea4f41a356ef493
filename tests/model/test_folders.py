# SPDX-License-Identifier: Apache-2.0
"""Folders: the current folder before the package, and errors that say what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from imnm_kg.errors import ImnmError
from imnm_kg.model import folders as module
from imnm_kg.model.folders import Folders, find_folders, find_release


def test_the_four_folders() -> None:
    root = Path("/data")
    four = Folders(root)
    assert [four.ontology, four.graph, four.shapes, four.queries] == [
        root / name for name in ("ontology", "graph", "shapes", "queries")
    ]


def test_the_current_folder_comes_first(world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(world)
    assert find_folders().root.samefile(world)
    monkeypatch.chdir(tmp_path)
    assert not find_folders().root.samefile(tmp_path)


def test_no_data_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(module, "_PACKAGED", tmp_path / "none")
    monkeypatch.setattr(module, "_PACKAGE", tmp_path / "none" / "package")
    with pytest.raises(ImnmError, match=r"\[data-missing\]"):
        find_folders()
    with pytest.raises(ImnmError, match=r"there is no release in ./release .* run 'imnm-kg build' first"):
        find_release()


def test_release(release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_release(release) == release
    monkeypatch.chdir(release.parent)
    assert find_release() == Path("release")
    with pytest.raises(ImnmError, match=rf"^{tmp_path}: no release here: imnm.ttl .*\[release-missing\]"):
        find_release(tmp_path)


def test_paths_are_shown_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    four = Folders(tmp_path / "data")
    file = tmp_path / "data" / "graph" / "a.ttl"
    monkeypatch.chdir(tmp_path)
    assert four.shown(file) == str(Path("data", "graph", "a.ttl"))
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert four.shown(file) == str(Path("graph", "a.ttl"))
    assert four.shown(Path("/other/a.ttl")) == str(Path("/other/a.ttl"))
