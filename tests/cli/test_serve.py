# SPDX-License-Identifier: Apache-2.0
"""``imnm-kg serve``: what stops it before it serves, each in one line."""

from __future__ import annotations

import importlib.util
import socket
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from imnm_kg.cli.main import main


def told(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["serve", *words]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    return captured.err


def test_a_port_that_is_taken(release: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert "another program has it" in told(capsys, "--port", port, "--release", str(release))


def test_an_address_that_is_none(release: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for host in ("192.0.2.1", "no.such.host.invalid"):
        assert "[serve-address]" in told(capsys, "--port", "0", "--host", host, "--release", str(release))


def test_the_extra_is_missing(
    release: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    find = importlib.util.find_spec

    def without(name: str, package: str | None = None) -> ModuleSpec | None:
        return None if name == "starlette" else find(name, package)

    monkeypatch.setattr("imnm_kg.cli.serve.find_spec", without)
    line = told(capsys, "--port", "0", "--release", str(release))
    assert "pip install 'imnm-kg[serve]'" in line
    assert "[serve-missing]" in line


def test_another_system(release: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "win32")
    assert "[serve-system]" in told(capsys, "--port", "0", "--release", str(release))


@pytest.mark.parametrize(
    "words",
    [
        ["--port", "x"],
        ["--port", "70000"],
        ["--base", "ftp://kg.example.org"],
        ["--base", "kg.example.org"],
        ["--base", "https://kg.example.org/?a=b"],
        ["--base", "https://"],
        ["--rows", "-1"],
        ["--rows", "0"],
        ["--rate", "nan"],
        ["--query-seconds", "0"],
        ["--trust-proxy", "proxy"],
        ["--trust-proxy", "127.0.0"],
        ["--allow-service", "example"],
        ["--allow-service", "https://"],
    ],
)  # fmt: skip
def test_options_that_make_no_sense(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert "[usage]" in told(capsys, *words)


def test_a_release_or_documents_that_are_not_there(
    tmp_path: Path, release: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "[release-missing]" in told(capsys, "--port", "0", "--release", str(tmp_path / "none"))
    missing = str(tmp_path / "none")
    assert "[documents-missing]" in told(capsys, "--port", "0", "--release", str(release), "--documents", missing)
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    (damaged / "imnm.ttl").write_text("<a> <b>", "utf-8")
    assert "[release-damaged]" in told(capsys, "--port", "0", "--release", str(damaged))
