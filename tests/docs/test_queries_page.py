# SPDX-License-Identifier: Apache-2.0
"""``docs/queries.md`` is what ``docs/generate.py`` makes of the headers; the check can fail."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "queries.md"


def generate(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, str(ROOT / "docs" / "generate.py"), *map(str, arguments)]
    return subprocess.run(words, capture_output=True, text=True, check=False)


def test_the_page_is_up_to_date() -> None:
    result = generate("--check")
    assert (result.returncode, result.stderr) == (0, "")


def test_a_page_that_is_out_of_date_or_missing_is_told(tmp_path: Path) -> None:
    page = tmp_path / "queries.md"
    assert generate("--check", "--page", page).returncode == 1
    page.write_text(PAGE.read_text("utf-8").replace("# Stored queries", "# Queries"), encoding="utf-8")
    result = generate("--check", "--page", page)
    assert result.returncode == 1
    assert result.stderr == f"{page}: out of date; run 'python docs/generate.py'\n"


def test_generating_again_gives_the_same_bytes(tmp_path: Path) -> None:
    assert generate("--page", tmp_path / "queries.md").returncode == 0
    assert (tmp_path / "queries.md").read_bytes() == PAGE.read_bytes()


def test_a_changed_header_changes_the_page(tmp_path: Path) -> None:
    for kind in ("questions", "checks", "rules"):
        (tmp_path / kind).mkdir()
    text = "# title: A | B\n# description: A row is x.\n# param: limit integer - how many\n"
    text += "SELECT * WHERE { VALUES ?limit { 7 } }\n"
    (tmp_path / "questions" / "small.rq").write_text(text, encoding="utf-8")
    for kind in ("checks", "rules"):
        (tmp_path / kind / "other.rq").write_text(text, encoding="utf-8")
    generate("--queries", tmp_path, "--page", tmp_path / "page.md")
    page = (tmp_path / "page.md").read_text("utf-8")
    assert "| [`small`](#small) | A \\| B |" in page
    assert "| `limit` | `integer` | `7` | how many |" in page


@pytest.mark.parametrize("kind", ["questions", "checks", "rules"])
def test_every_stored_query_has_its_section(kind: str) -> None:
    heads = re.findall(r"^### (\S+)$", PAGE.read_text("utf-8"), flags=re.MULTILINE)
    names = [path.stem for path in (ROOT / "queries" / kind).glob("*.rq")]
    assert names
    assert set(names) <= set(heads)
    assert len(heads) == len(set(heads))
