# SPDX-License-Identifier: Apache-2.0
"""Every stored query file is well made: header, prefixes, order, and nothing that ties it to one engine."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from imnm_kg.model.stored_query import StoredQuery
from tests.queries import support

FILES = (*support.QUESTIONS, *support.CHECKS)
ALL = pytest.mark.parametrize("query", FILES, ids=support.names(FILES))
# The first ask another place, the others give rows that differ from engine to engine or from run to run.
NOT_PORTABLE = (
    *("GRAPH", "SERVICE", "FROM"),
    *("GROUP_CONCAT", "SAMPLE", "LIMIT", "OFFSET", "REDUCED", "BNODE", "NOW", "RAND", "UUID"),
)
NOT_CODE = r"<[^<>\"{}|^`\s]*>|\"(?:[^\"\\\n]|\\.)*\"|#[^\n]*"


def _code(query: StoredQuery) -> str:
    """The query without its header, comments, strings and full IRIs."""
    return re.sub(NOT_CODE, " ", query.text)


@ALL
def test_header(query: StoredQuery) -> None:
    assert query.text.startswith("# SPDX-License-Identifier: CC-BY-4.0\n# title: ")
    assert query.description.endswith(".")
    assert query.header["keywords"]
    known = {"title", "description", "keywords"} | ({"remedy"} if query.kind == "check" else set())
    assert set(query.header) == known
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", query.name)
    assert query.text.endswith("\n")
    assert not re.search(r"[ \t]$", query.text, flags=re.MULTILINE)


@ALL
def test_prefixes(query: StoredQuery) -> None:
    declared = re.findall(r"^PREFIX (\S*): <(\S*)>$", query.text, flags=re.MULTILINE)
    body = re.sub(r"^PREFIX .*$", "", _code(query), flags=re.MULTILINE)
    used = set(re.findall(r"(?<![\w?$])([A-Za-z][\w-]*):(?=[A-Za-z0-9])", body))
    assert [prefix for prefix, _ in declared] == sorted({prefix for prefix, _ in declared})
    assert {prefix for prefix, _ in declared} == used
    for prefix, namespace in declared:
        assert support.PREFIXES[prefix] == namespace


@ALL
def test_runs_on_every_engine(query: StoredQuery) -> None:
    code = _code(query)
    for word in NOT_PORTABLE:
        assert not re.search(rf"(?<![:?])\b{word}\b", code, flags=re.IGNORECASE), word
    assert "SELECT *" not in code
    assert re.search(r"^ORDER BY \S", code, flags=re.MULTILINE)
    # Engines differ on class paths.
    assert not re.search(r"(\ba|rdf:type|rdfs:subClassOf)\s*[*+/]", code)


@ALL
def test_parameters_are_written_once(query: StoredQuery) -> None:
    for parameter in query.parameters:
        slots = re.findall(rf"VALUES \?{parameter.name} \{{ \S+ \}}", query.text)
        assert len(slots) == 1, parameter.name
        assert query.bind({}) == query.text


def test_titles_and_descriptions_are_unique() -> None:
    for key in ("title", "description", "name"):
        counts = Counter(getattr(query, key) for query in FILES)
        assert [value for value, count in counts.items() if count > 1] == []


def test_there_is_nothing_else_in_the_folders() -> None:
    for kind in ("questions", "checks"):
        assert {path.suffix for path in (support.FOLDERS.queries / kind).iterdir()} == {".rq"}
