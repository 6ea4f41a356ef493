# SPDX-License-Identifier: Apache-2.0
"""Reading of fixtures for the tests of the verbs."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pyoxigraph as ox
from pyoxigraph import Quad

from imnm_kg.model.folders import Folders
from imnm_kg.operations.assemble import read_prefixes

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "tests" / "fixtures"


@cache
def header() -> str:
    prefixes = read_prefixes(Folders(ROOT))
    return "".join(f"@prefix {prefix}: <{space}> .\n" for prefix, space in prefixes.items())


def turtle(text: str) -> list[Quad]:
    """Parse Turtle that may use every prefix of the project."""
    return list(ox.parse(header() + text, format=ox.RdfFormat.TURTLE))


def term(text: str) -> Any:
    return turtle(f"<urn:s> <urn:p> {text} .")[0].object


def read_toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))
