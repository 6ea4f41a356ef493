# SPDX-License-Identifier: Apache-2.0
"""The action and the hook for the CI of other projects: they say what the command understands, and they run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from imnm_kg.cli.main import main

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "tests" / "fixtures" / "validate"
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
HOOKS: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
STEP = ACTION["runs"]["steps"][-1]


@pytest.fixture
def options(capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit):
        main(["validate", "--help"])
    return capsys.readouterr().out


def test_the_action_is_a_composite_one_with_its_inputs() -> None:
    assert ACTION["runs"]["using"] == "composite"
    assert set(ACTION["inputs"]) >= {"data", "shapes", "fail-on", "baseline", "format"}
    assert {name for name, given in ACTION["inputs"].items() if given.get("required")} == {"data", "shapes"}
    assert all(given["description"] for given in ACTION["inputs"].values())
    assert all("shell" in step for step in ACTION["runs"]["steps"] if "run" in step)


def test_every_input_is_used_and_none_is_a_part_of_the_script() -> None:
    used = {name for text in STEP["env"].values() for name in re.findall(r"inputs\.([\w-]+)", text)}
    assert used == set(ACTION["inputs"])
    assert all(f"${name}" in STEP["run"] for name in STEP["env"])
    assert not any("${{" in step.get("run", "") for step in ACTION["runs"]["steps"])


def test_every_option_of_the_action_exists(options: str) -> None:
    given = set(re.findall(r"(?<![\w-])--[a-z-]+", STEP["run"]))
    assert given == {"--shapes", "--format", "--fail-on", "--baseline", "--also", "--max-results"}
    assert all(re.search(rf"{option}\b", options) for option in given)
    assert ACTION["inputs"]["format"]["default"] in options
    assert ACTION["inputs"]["fail-on"]["default"] in options


@pytest.fixture
def runner(tmp_path: Path) -> dict[str, str]:
    """The environment of a step, with the program where the action installs it."""
    program = tmp_path / "imnm-kg" / "bin" / "imnm-kg"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m imnm_kg "$@"\n')
    program.chmod(0o755)
    defaults = {
        name: ACTION["inputs"][re.findall(r"inputs\.([\w-]+)", text)[0]].get("default", "")
        for name, text in STEP["env"].items()
    }
    return {**os.environ, "PYTHONPATH": str(ROOT), "RUNNER_TEMP": str(tmp_path), **defaults}


def run(given: dict[str, str]) -> subprocess.CompletedProcess[str]:
    words = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", STEP["run"]]
    return subprocess.run(words, capture_output=True, text=True, check=False, cwd=FIXTURES, env=given)


def test_the_script_of_the_action_runs(runner: dict[str, str], tmp_path: Path) -> None:
    sarif = tmp_path / "out.sarif"
    paths = {"DATA": "data.ttl\nbad/slow-data.ttl\n", "SHAPES": "shapes.ttl"}
    done = run({**runner, **paths, "SARIF_FILE": str(sarif)})
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("::error file=bad/slow-data.ttl,line=7,col=12,")
    assert sarif.exists()
    assert "::error file=data.ttl,line=15,col=12," in done.stdout
    assert run({**runner, "DATA": "none.ttl", "SHAPES": "shapes.ttl"}).returncode == 2


def test_an_input_is_never_a_command(runner: dict[str, str], tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    done = run({**runner, "DATA": f'$(touch "{trap}"); touch "{trap}"', "SHAPES": "shapes.ttl"})
    assert done.returncode == 2
    assert not trap.exists()


def test_the_hook() -> None:
    (hook,) = HOOKS
    assert hook["id"] == "imnm-kg-validate"
    assert hook["entry"].split() == ["imnm-kg", "validate"]
    assert hook["language"] == "python"
    assert not hook["pass_filenames"], "a shape may ask about files that did not change"
    assert re.search(hook["files"], "data/a.ttl")
    assert not re.search(hook["files"], "data/a.ttl.txt")


def shown(page: str) -> list[Any]:
    blocks = re.findall(r"^```yaml\n(.*?)^```$", (ROOT / page).read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    return [yaml.safe_load(block) for block in blocks]


@pytest.mark.parametrize("page", ["README.md", "docs/validation.md"])
def test_what_the_pages_show_has_inputs_that_exist(page: str) -> None:
    steps = [step for block in shown(page) if isinstance(block, list) for step in block if isinstance(step, dict)]
    ours = [step for step in steps if str(step.get("uses", "")).partition("@")[0].endswith("/imnm-kg")]
    assert ours
    for step in ours:
        assert {"data", "shapes"} <= set(step["with"]) <= set(ACTION["inputs"])


def test_the_hook_that_the_page_shows_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (config,) = [block for block in shown("docs/validation.md") if isinstance(block, dict) and "repos" in block]
    (hook,) = config["repos"][0]["hooks"]
    assert hook["id"] == HOOKS[0]["id"]
    for name in ("data", "shapes"):
        folder = tmp_path / "project" / name
        folder.mkdir(parents=True)
        (folder / f"{name}.ttl").write_bytes((FIXTURES / f"{name}.ttl").read_bytes())
    monkeypatch.chdir(tmp_path / "project")
    assert main([*HOOKS[0]["entry"].split()[1:], *hook["args"]]) == 1
