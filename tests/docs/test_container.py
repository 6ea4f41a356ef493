# SPDX-License-Identifier: Apache-2.0
"""The image and how it is run: what can be checked without building it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def instructions() -> list[tuple[str, str]]:
    text = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text("utf-8"))
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in lines)]


def last_stage() -> list[tuple[str, str]]:
    found = instructions()
    start = max(number for number, (word, _) in enumerate(found) if word == "FROM")
    return found[start:]


def test_images_are_pinned_to_a_version() -> None:
    images = [rest.split()[0] for word, rest in instructions() if word == "FROM"]
    assert len(images) == 3
    for image in images:
        assert re.fullmatch(r"[a-z]+:\d+(\.\d+)?-[a-z-]+", image), image


def test_it_runs_without_rights() -> None:
    users = [rest for word, rest in last_stage() if word == "USER"]
    assert users == ["10001:10001"]  # a number, so that a cluster can see that it is not root
    order = [word for word, _ in last_stage()]
    assert order.index("USER") < order.index("ENTRYPOINT")
    assert "RUN" not in order
    assert "SHELL" not in order


def test_signals_reach_the_server() -> None:
    (entry,) = [rest for word, rest in last_stage() if word == "ENTRYPOINT"]
    assert json.loads(entry)[:2] == ["imnm-kg", "serve"]  # a list: no shell stands between
    assert ("STOPSIGNAL", "SIGTERM") in last_stage()
    (check,) = [rest for word, rest in last_stage() if word == "HEALTHCHECK"]
    assert json.loads(check.partition("CMD ")[2])[0] == "python"
    assert "/health" in check
    (port,) = [rest for word, rest in last_stage() if word == "EXPOSE"]
    assert port in json.loads(entry)
    assert f":{port}/health" in check


def test_what_is_often_done_wrong() -> None:
    for word, rest in instructions():
        assert word == word.upper()
        assert word not in ("ADD", "MAINTAINER", "ONBUILD"), word
        assert "sudo" not in rest
        assert "apt-get" not in rest or ("--no-install-recommends" in rest and "/var/lib/apt/lists" in rest)
        assert "pip install" not in rest or "--no-cache-dir" in rest
        assert "npm install" not in rest  # npm ci: by the lock file
        assert not (word == "WORKDIR" and not rest.startswith("/"))
        assert not re.search(r"(?i)password|secret|token", rest)


def test_what_is_copied_is_there() -> None:
    ignored = [line for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if not line.startswith("#")]
    for word, rest in instructions():
        if word != "COPY" or "--from" in rest:
            continue
        *sources, _ = rest.split()
        for source in sources:
            assert source not in ignored
            if (ROOT / source.partition("/")[0]).exists():
                assert (ROOT / source).exists(), source
    needed = ["README.md", "LICENSE", "LICENSE-data", "pyproject.toml", "hatch_build.py", "graph", "ontology", "shapes",
              "queries", "imnm_kg"]  # fmt: skip
    assert not set(needed) & set(ignored)
    assert {".git", ".venv", "release", "tests"} <= set(ignored)


@pytest.mark.parametrize(
    "line",
    [
        "read_only: true",
        "cap_drop: [ALL]",
        'security_opt: ["no-new-privileges:true"]',
        "pids_limit: 256",
        "mem_limit: 4g",
    ],
)
def test_compose_takes_every_right_away(line: str) -> None:
    lines = [each.strip() for each in (ROOT / "compose.yaml").read_text("utf-8").splitlines()]
    assert line in lines


def test_compose_opens_the_port_on_loopback_only() -> None:
    text = (ROOT / "compose.yaml").read_text("utf-8")
    assert re.findall(r'- "([^"]*:8080)"', text) == ["127.0.0.1:8080:8080"]
    assert "privileged: true" not in text
    assert "network_mode" not in text
    assert re.search(r"(?m)^version:", text) is None
