# SPDX-License-Identifier: Apache-2.0
"""``docs/shapes.md`` is what ``docs/generate.py`` makes of the shapes, and has each of them; the check can fail."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

from imnm_kg.rdf.files import read_text

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "shapes.md"
FILES = sorted((ROOT / "shapes").glob("*.ttl"))
SH = "http://www.w3.org/ns/shacl#"


def generate(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, str(ROOT / "docs" / "generate.py"), *map(str, arguments)]
    return subprocess.run(words, capture_output=True, text=True, check=False)


def section(name: str, page: str) -> str:
    found = re.search(rf"(?ms)^## {name}\n(.*?)(?=^## |\Z)", page)
    assert found is not None
    return found[1]


def test_a_page_that_is_out_of_date_is_told_and_generating_gives_the_same_bytes(tmp_path: Path) -> None:
    page = tmp_path / "shapes.md"
    result = generate("--check", "--shapes-page", page)
    assert (result.returncode, result.stderr) == (1, f"{page}: out of date; run 'python docs/generate.py'\n")
    assert generate("--shapes-page", page).returncode == 0
    assert page.read_bytes() == PAGE.read_bytes()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_message_of_a_file_is_in_its_section(path: Path) -> None:
    text = section(path.stem, read_text(PAGE))
    quads = list(parse(read_text(path), format=RdfFormat.TURTLE))
    # A shape that another names within sh:or or sh:not has a row; its message is in no report.
    named = {quad.object for quad in quads if quad.predicate.value in (f"{SH}property", f"{SH}sparql")}
    targeted = {quad.subject for quad in quads if quad.predicate.value.startswith(f"{SH}target")}
    helpers = {
        quad.object for quad in quads if quad.predicate.value == f"{SH}property" and quad.subject not in targeted
    }
    said = [
        str(getattr(quad.object, "value", ""))
        for quad in quads
        if quad.predicate.value == f"{SH}message" and quad.subject in (named | targeted) - helpers
    ]
    assert [message for message in said if message.replace("|", "\\|") not in text] == []
    assert "_:" not in text


def test_what_a_row_says(tmp_path: Path) -> None:
    (tmp_path / "thing.ttl").write_text(
        """# SPDX-License-Identifier: CC-BY-4.0
# imnm-kg 0.1.0: shapes of a thing.

@prefix ex: <https://example.org/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

ex:Thing a sh:NodeShape ;
    sh:closed true ;
    sh:or ( ex:One ex:Two ) ;
    sh:property ex:number , ex:text , ex:kind ;
    sh:targetClass ex:Thing .

ex:number sh:path ex:number ;
    sh:datatype xsd:integer ;
    sh:lessThan ex:other ;
    sh:maxCount 1 ;
    sh:message "Give a | number." ;
    sh:minCount 1 ;
    sh:minInclusive 1 ;
    sh:severity sh:Warning .

ex:text sh:path ( ex:part [ sh:inversePath ex:text ] ) ;
    sh:languageIn ( "en" "fr" ) ;
    sh:minCount 2 ;
    sh:pattern "^(a|b)$" .

ex:kind sh:path ex:kind ;
    sh:hasValue ex:Kind ;
    sh:not ex:One .

ex:One rdfs:label "one" ; sh:nodeKind sh:IRI ; sh:minLength 3 .

ex:Two rdfs:label "two" ; sh:class ex:Other .
""",
        encoding="utf-8",
    )
    page = tmp_path / "page.md"
    assert generate("--shapes", tmp_path, "--shapes-page", page).returncode == 0
    text = section("thing", read_text(page))
    assert [line for line in text.splitlines() if line] == [
        "The shapes of a thing, `shapes/thing.ttl`.",
        "For each `ex:Thing`:",
        "| property | a value is | how many | severity | message |",
        "|---|---|---|---|---|",
        "| `ex:number` | `xsd:integer`; at least `1`; less than `ex:other` | 1 | warning | Give a \\| number. |",
        "| `ex:part/(^ex:text)` | like `^(a\\|b)$`; a text in `en` or `fr` | 2..\\* | violation |  |",
        "| `ex:kind` | not one; one of them `ex:Kind` | 1..\\* | violation |  |",
        "| of the node | it is or has | severity | message |",
        "|---|---|---|---|",
        "| Thing | one or two | violation |  |",
        "| Thing | no other property than those of the tables | violation |  |",
        "| part | what it is |",
        "|---|---|",
        "| one | an IRI; at least 3 characters |",
        "| two | of class `ex:Other` |",
    ]
