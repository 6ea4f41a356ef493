# SPDX-License-Identifier: Apache-2.0
"""What the pages show is true: Turtle is in the graph, queries have rows, hashes fit, links and commands exist."""

from __future__ import annotations

import hashlib
import json
import re
import shlex
from pathlib import Path

import pytest
import rfc8785
from pyoxigraph import Quad, RdfFormat, Store, parse

from imnm_kg.cli.main import COMMANDS, main
from imnm_kg.model.results import Answer
from imnm_kg.model.stored_query import load_query
from imnm_kg.operations.ask import ask, open_release
from imnm_kg.pipeline import Dataset

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
DECISIONS = sorted((DOCS / "decisions").glob("*.md"))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def blocks(path: Path, language: str) -> list[str]:
    found = re.findall(rf"^```{language}\n(.*?)^```$", path.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    return [str(block) for block in found]


def numbered(language: str) -> list[tuple[Path, int]]:
    return [(path, number) for path in PAGES for number in range(len(blocks(path, language)))]


def anchors(path: Path) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.fixture(scope="module")
def store(release: Path) -> Store:
    return open_release(release)


def test_there_are_pages_with_turtle_and_sparql() -> None:
    assert {path.name for path in PAGES} >= {
        "curation.md", "errors.md", "glossary.md", "model.md", "queries.md",
    }  # fmt: skip
    assert len(blocks(DOCS / "model.md", "turtle")) >= 3
    assert len(blocks(DOCS / "model.md", "sparql")) == 3


@pytest.mark.parametrize(("path", "number"), numbered("turtle"))
def test_every_triple_that_a_page_shows_is_in_the_graph(path: Path, number: int, dataset: Dataset) -> None:
    prefixes = "".join(f"@prefix {key}: <{iri}> .\n" for key, iri in dataset.assembly.prefixes.items())
    shown = [quad.triple for quad in parse(prefixes + blocks(path, "turtle")[number], format=RdfFormat.TURTLE)]
    known = {quad.triple for quad in dataset.quads}
    assert shown
    assert [str(triple) for triple in shown if triple not in known] == []


@pytest.mark.parametrize(("path", "number"), numbered("sparql"))
def test_every_query_that_a_page_shows_has_rows(path: Path, number: int, store: Store) -> None:
    answer = Answer.of(ask(store, blocks(path, "sparql")[number]))
    assert len(answer.rows) >= 1
    assert all(any(row[column] is not None for row in answer.rows) for column in range(len(answer.variables)))


def test_the_negated_claims_of_the_model_page_are_those_of_the_documents(store: Store) -> None:
    answer = Answer.of(ask(store, blocks(DOCS / "model.md", "sparql")[0]))
    quotes = {str(row["quote"]) for row in answer}
    assert "zilucoplan treatment did not improve IMNM symptoms" in quotes
    assert "there is no cure for immune-mediated necrotizing myopathy (IMNM)" in quotes


@pytest.mark.parametrize("number", [0, 1])
def test_the_worked_examples_of_decision_0001_are_right(number: int, dataset: Dataset) -> None:
    path = DOCS / "decisions" / "0001-claims-and-ids.md"
    text = blocks(path, "json")[number].removesuffix("\n")
    array = json.loads(text)
    assert rfc8785.dumps(array).decode() == text
    digest = hashlib.sha256(text.encode()).hexdigest()
    assert f"`{digest}`" in path.read_text("utf-8")
    kind = ("claim", "evidence")[number]
    assert f"`{kind}:{digest[:32]}`" in path.read_text("utf-8")
    iris = {claim.iri.value for claim in dataset.claims}
    iris |= {item.iri.value for claim in dataset.claims for item in claim.evidence}
    assert f"https://w3id.org/imnm-kg/{kind}/{digest[:32]}" in iris


def test_decisions_are_numbered_without_a_gap() -> None:
    assert [int(path.name[:4]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))
    assert len(DECISIONS) >= 12


@pytest.mark.parametrize("path", DECISIONS, ids=name)
def test_a_decision_is_short_and_has_its_three_parts(path: Path) -> None:
    text = path.read_text("utf-8")
    assert text.startswith(f"# {path.name[:4]} ")
    assert re.findall(r"^## (.+)$", text, flags=re.MULTILINE) == ["Context", "Decision", "Consequences"]
    assert len(text.splitlines()) <= 50


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text("utf-8")):
        if target.startswith(("http://", "https://")):
            continue
        file, _, anchor = target.partition("#")
        other = (path.parent / file).resolve() if file else path
        assert other.exists(), target
        assert not anchor or anchor in anchors(other), target


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_files_and_stored_queries_that_are_named_exist(path: Path) -> None:
    text = path.read_text("utf-8")
    # What stands in backticks and begins like a folder of the repository; ids in angle brackets are examples.
    for found in re.findall(r"`((?:imnm_kg|ontology|graph|queries|shapes|tests|docs)/[\w./-]*)`", text):
        assert (ROOT / found).exists(), found
    for query in re.findall(r"imnm-kg query ([a-z][a-z-]*)", text):
        assert list((ROOT / "queries").glob(f"*/{query}.rq")), query


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_commands_and_options_that_are_shown_exist(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [line for block in blocks(path, "sh") for line in block.splitlines()]
    lines += re.findall(r"`(imnm-kg [^`]+)`", path.read_text("utf-8"))
    for line in lines:
        words = shlex.split(line, comments=True)
        if words[:1] != ["imnm-kg"] or words[1] in ("COMMAND", "--help"):
            continue
        assert words[1] in COMMANDS, line
        if words[1] == "query" and words[2:] and not words[2].startswith("-"):
            given = [words[place + 1] for place, word in enumerate(words) if word == "-p"]
            load_query(ROOT / "queries", words[2]).bind(dict(pair.split("=", 1) for pair in given))
        with pytest.raises(SystemExit):
            main([words[1], "--help"])
        known = capsys.readouterr().out
        for option in words[2:]:
            if option.startswith("-"):
                assert re.search(rf"(?<![\w-]){re.escape(option.partition('=')[0])}(?![\w-])", known), line


def test_the_glossary_has_a_meaning_and_words_to_avoid_for_each_term() -> None:
    rows = re.findall(r"^\| (.+) \|$", (DOCS / "glossary.md").read_text("utf-8"), flags=re.MULTILINE)
    cells = [row.split(" | ") for row in rows if not row.startswith(("term |", "---"))]
    assert len(cells) > 50
    assert all(len(row) == 3 and all(row) for row in cells)
    terms = [row[0] for row in cells]
    assert sorted(terms) == sorted(set(terms))


def test_the_version_of_the_changelog_is_that_of_the_package() -> None:
    from imnm_kg import __version__

    heads = re.findall(r"^## \[(.+?)\](?: - (\S+))?$", (ROOT / "CHANGELOG.md").read_text("utf-8"), flags=re.M)
    assert heads[0][0] == "Unreleased"
    assert heads[1][0] == __version__
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", heads[1][1])


def test_a_page_with_a_triple_that_the_graph_lacks_would_be_told(dataset: Dataset) -> None:
    false = "entity:zilucoplan imnm:treats entity:imnm ."
    prefixes = "".join(f"@prefix {key}: <{iri}> .\n" for key, iri in dataset.assembly.prefixes.items())
    triple = next(iter(parse(prefixes + false, format=RdfFormat.TURTLE))).triple
    assert triple not in {quad.triple for quad in dataset.quads if isinstance(quad, Quad)}
