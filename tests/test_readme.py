# SPDX-License-Identifier: Apache-2.0
"""Every command that the README shows is run here, and what it prints is compared where the README prints it."""

from __future__ import annotations

import contextlib
import io
import json
import re
import shlex
from pathlib import Path

import pytest

from imnm_kg.cli.main import main

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", README, flags=re.DOTALL)
# .ci/run runs these two as they stand; here they would install the package into the tests that run.
SETUP = [line for kind, text in BLOCKS if kind == "sh" for line in text.splitlines() if line.startswith("python3 -m")]
SERVE = "imnm-kg serve"  # runs until somebody ends it: the tests of the server start it and ask it
COMMANDS = [
    line
    for kind, text in BLOCKS
    if kind == "sh" and not text.startswith("$")
    for line in text.splitlines()
    if line.startswith("imnm-kg") and line != SERVE
]
SESSIONS = [text for kind, text in BLOCKS if kind == "sh" and text.startswith("$")]


@pytest.fixture
def clone(tmp_path: Path, release: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder like a clone in which the release has been built."""
    for name in ("ontology", "graph", "shapes", "queries"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "release").symlink_to(release)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(line: str) -> tuple[int, str]:
    words = shlex.split(line)
    assert words[0] == "imnm-kg"
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        code = main(words[1:])
    return code, out.getvalue()


def test_the_readme_shows_commands() -> None:
    assert len(COMMANDS) >= 8
    assert f"\n{SERVE}\n" in README
    assert len(SESSIONS) == 1
    assert len(SETUP) == 2
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert 'grep -E "^python3 -m venv .*pytest$" README.md' in ci


@pytest.mark.parametrize("line", [line for line in COMMANDS if "DIR" not in line])
@pytest.mark.usefixtures("clone")
def test_command(line: str) -> None:
    code, out = run(line)
    assert code == 0
    assert out.strip() or " fmt " in line  # what it tells goes to standard error


@pytest.mark.parametrize("line", [line for line in COMMANDS if "DIR" in line])
@pytest.mark.usefixtures("clone")
def test_command_with_documents(line: str, documents: Path, tmp_path: Path) -> None:
    line = line.replace("DIR", str(documents))
    if " build " in line:
        line += f" --no-reason --no-validate --out {tmp_path / 'out'}"
    assert run(line)[0] == 0


@pytest.mark.parametrize("session", SESSIONS)
@pytest.mark.usefixtures("clone")
def test_session(session: str) -> None:
    command, expected = session.split("\n", 1)
    assert run(command.removeprefix("$ ")) == (0, expected)


@pytest.mark.usefixtures("clone")
def test_python() -> None:
    [code] = [text for kind, text in BLOCKS if kind == "python"]
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(code, "README.md", "exec"), {})
    lines = out.getvalue().splitlines()
    assert any(line.startswith("azathioprine") for line in lines)
    assert any(line.startswith("zilucoplan does not ameliorate") for line in lines)


def test_figures(release: Path) -> None:
    stats = json.loads((release / "stats.json").read_text(encoding="utf-8"))
    claims, evidence = stats["claims"], stats["evidence"]["total"]
    said = f"{claims['total']} claims with {evidence} passages: {claims['polarity']['Negated']} negated, "
    said += ", ".join(f"{claims['certainty'][x]} {x.lower()}" for x in ("Established", "Probable", "Possible"))
    assert f"{said}, {claims['certainty']['Hypothesised']} hypothesised" in README
