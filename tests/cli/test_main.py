# SPDX-License-Identifier: Apache-2.0
"""The command itself: help, wrong use, exit codes, errors on one line, streams."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from imnm_kg import __version__
from imnm_kg.cli.main import COMMANDS, EXIT_CLEAN, EXIT_ERROR, EXIT_FINDINGS, main
from tests.cli.conftest import Run


def test_exit_codes_are_those_of_the_contract() -> None:
    assert (EXIT_CLEAN, EXIT_FINDINGS, EXIT_ERROR) == (0, 1, 2)


@pytest.mark.parametrize("words", [["--help"], ["-h"], ["help"]])
def test_help(run: Run, words: list[str]) -> None:
    done = run(*words)
    assert (done.code, done.err) == (0, "")
    assert all(f"  {name} " in done.out for name in COMMANDS)
    assert "examples:\n  imnm-kg " in done.out


def test_no_command(run: Run) -> None:
    done = run()
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("usage: imnm-kg ")


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_a_command(run: Run, name: str) -> None:
    done = run(name, "--help")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"usage: imnm-kg {name} ")
    assert f"examples:\n  imnm-kg {name} " in done.out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_flag_of_an_example_is_known(name: str) -> None:
    import argparse
    import re

    command = importlib.import_module(f"imnm_kg.cli.{name}")
    parser = argparse.ArgumentParser()
    command.configure(parser)
    known = set(parser._option_string_actions)
    flags = {
        flag
        for line in command.EXAMPLES.splitlines()
        if line.startswith("  imnm-kg ")
        for flag in re.findall(r"(?<=\s)--?[a-z][a-z-]*", line)
    }
    assert flags <= known


def test_version(run: Run) -> None:
    assert run("--version") == (0, f"imnm-kg {__version__}\n", "")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["qeury"], "there is no command 'qeury'; did you mean query"),
        (["zzz"], "there is no command 'zzz'; known: build, "),
        (["--verbose"], "there is no option '--verbose'"),
        (["--verison"], "there is no option '--verison'; did you mean --version"),
        (["query", "--lst"], "unrecognized arguments: --lst"),
        (["query", "--form", "csv", "x"], "unrecognized arguments: --form"),
        (["query", "treatments", "--format", "yaml"], "invalid choice: 'yaml'"),
        (["query", "treatments", "--timeout", "soon"], "'soon' is no number of seconds above 0"),
        (["sparql"], "the following arguments are required: TEXT_OR_@FILE"),
        (["explain"], "the following arguments are required: ID"),
        (["fmt"], "the following arguments are required: PATH"),
        (["build", "here"], "unrecognized arguments: here"),
    ],
)
def test_wrong_use(run: Run, words: list[str], message: str) -> None:
    done = run(*words)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("imnm-kg: ")
    assert message in done.err
    assert done.err.count("\n") == 1
    assert done.err.endswith("[usage]\n")


def test_an_error_is_one_line_on_standard_error(run: Run, tmp_path: Path) -> None:
    done = run("query", "treatments", "--release", tmp_path)
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        f"imnm-kg: {tmp_path}: no release here: imnm.ttl is not in this folder; run 'imnm-kg build' or name the folder"
        " of a built release [release-missing]\n"
    )


@pytest.mark.parametrize("words", [["--debug", "query", "treatments"], ["query", "treatments", "--debug"]])
def test_debug_shows_where_an_error_comes_from(run: Run, tmp_path: Path, words: list[str]) -> None:
    done = run(*words, "--release", tmp_path)
    assert (done.code, done.out) == (2, "")
    assert "Traceback (most recent call last):" in done.err
    assert "[release-missing]" in done.err.splitlines()[-1]


def test_an_unexpected_error_is_one_line_too(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    command = importlib.import_module("imnm_kg.cli.fmt")

    def broken(_: object) -> int:
        raise RuntimeError("some\nbug")

    monkeypatch.setattr(command, "run", broken)
    done = run("fmt", ".")
    assert (done.code, done.out) == (2, "")
    assert done.err == ("imnm-kg: unexpected error, RuntimeError: some bug; run it again with --debug and report it\n")
    shown = run("--debug", "fmt", ".")
    assert shown.code == 2
    assert "RuntimeError: some\nbug" in shown.err


def test_an_interrupt(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    command = importlib.import_module("imnm_kg.cli.fmt")

    def interrupted(_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "run", interrupted)
    done = run("fmt", ".")
    assert done.code == 130
    assert done.err == "imnm-kg: interrupted; nothing half-written is left\n"


def test_standard_arguments_are_taken_when_none_are_given(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["imnm-kg", "--version"])
    assert main() == 0
    assert capsys.readouterr().out == f"imnm-kg {__version__}\n"


# As a program of its own


def program(
    *words: str | Path, folder: Path, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "imnm_kg", *map(str, words)],
        cwd=folder, capture_output=True, text=True, timeout=60, check=False, env={**os.environ, **(environment or {})},
    )  # fmt: skip


def test_from_another_folder(tmp_path: Path) -> None:
    done = program("--version", folder=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"imnm-kg {__version__}\n", "")


def test_its_exit_codes(tmp_path: Path) -> None:
    assert program("nothing", folder=tmp_path).returncode == 2
    (tmp_path / "a.ttl").write_text("<http://e/a>  a <http://e/b>.\n")
    assert program("fmt", "--check", "a.ttl", folder=tmp_path).returncode == 1
    debug = program("--debug", "fmt", "none.ttl", folder=tmp_path)
    assert debug.returncode == 2


def test_a_reader_that_goes_away_is_no_error(release: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "imnm_kg",
        "sparql",
        "SELECT ?s { ?s ?p ?o }",
        "--format",
        "csv",
        "--release",
        str(release),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == b"s\r\n"
        process.stdout.close()
        said = process.stderr.read()
        assert process.wait(timeout=60) == 0
    assert said == b""


def test_an_output_that_cannot_be_written_is_an_error() -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("there is no /dev/full here")
    command = [sys.executable, "-m", "imnm_kg", "query", "--list"]
    with full.open("w") as out:
        done = subprocess.run(command, stdout=out, stderr=subprocess.PIPE, timeout=60, check=False)
    assert done.returncode == 2
    assert b"No space left on device" in done.stderr
    assert b"Traceback" not in done.stderr


# Import-lightness


def imported(words: list[str], folder: Path) -> set[str]:
    """Give the modules that a command has imported when it ends."""
    code = (
        "import os, sys\n"
        "real = os._exit\n"
        "def leave(code):\n"
        "    sys.stderr.write('\\n#'.join(['', *sys.modules]))\n"
        "    sys.stderr.flush()\n"
        "    real(code)\n"
        "os._exit = leave\n"
        f"sys.argv = ['imnm-kg', *{words!r}]\n"
        "from imnm_kg.cli.entry import entry\n"
        "entry()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return {line[1:] for line in done.stderr.splitlines() if line.startswith("#")}


HEAVY = {"rdflib", "pyshacl", "owlready2", "SPARQLWrapper", "pandas", "rfc8785"}


@pytest.mark.parametrize(
    ("words", "never"),
    [
        (
            ["query", "treatments", "--release", "RELEASE"],
            HEAVY | {"dataclasses", "tempfile", "urllib.request", "json"},
        ),
        (["query", "treatments", "--format", "csv", "--release", "RELEASE"], HEAVY | {"dataclasses"}),
        (["query", "--list"], HEAVY | {"dataclasses"}),
        (["sparql", "ASK { }", "--release", "RELEASE"], HEAVY),
        (["fmt", "--check", "FILE"], HEAVY | {"imnm_kg.model.claims", "imnm_kg.operations.ask"}),
        (["--version"], HEAVY | {"pyoxigraph", "dataclasses"}),
        (["explain", "zilucoplan", "inhibits", "complement-c5", "--release", "RELEASE"], HEAVY),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_a_command_imports_only_what_it_needs(words: list[str], never: set[str], release: Path, tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text("<http://e/a> a <http://e/b> .\n")
    words = [{"RELEASE": str(release), "FILE": "a.ttl"}.get(word, word) for word in words]
    modules = imported(words, tmp_path)
    assert "imnm_kg.cli.main" in modules
    assert not modules & never


def test_a_code_page_that_lacks_a_character(release: Path, tmp_path: Path) -> None:
    words = ("query", "claim-counts", "--release", release)
    done = program(*words, folder=tmp_path, environment={"PYTHONIOENCODING": "cp1252"})
    assert (done.returncode, "document:mda-medical-management" in done.stdout) == (0, True)
