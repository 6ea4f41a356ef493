# SPDX-License-Identifier: Apache-2.0
"""Runs a command in process and gives its exit code and what it wrote."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from imnm_kg.cli.main import main


class Done(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*words: str | Path) -> Done:
        capsys.readouterr()
        try:
            code = main([str(word) for word in words])
        except SystemExit as end:  # argparse ends so after --help
            code = end.code if isinstance(end.code, int) else 2
        out, err = capsys.readouterr()
        return Done(code, out, err)

    return call


@pytest.fixture
def in_world(world: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small world as the current folder."""
    monkeypatch.chdir(world)
    return world
