# SPDX-License-Identifier: Apache-2.0
"""The release in Virtuoso, an engine of another house: every stored question gives the same rows in the same order.

``.ci/run`` installs Virtuoso (Debian: virtuoso-opensource-7-bin); elsewhere, with ``-m slow``, the tests are skipped by
name without it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import Quad, RdfFormat, parse, serialize

from imnm_kg.model.stored_query import StoredQuery
from tests.engines.support import ask_table, virtuoso
from tests.queries.support import FIXTURES, QUESTIONS, names, read_tsv

pytestmark = pytest.mark.slow  # the server takes ten seconds to start
GRAPH = "https://w3id.org/imnm-kg/release/imnm.ttl"
# Virtuoso stores a boolean as a number and gives it back as one.
BOOLEAN = "^^<http://www.w3.org/2001/XMLSchema#boolean>"
KNOWN = {f'"1"{BOOLEAN}': f'"true"{BOOLEAN}', f'"0"{BOOLEAN}': f'"false"{BOOLEAN}'}


@pytest.fixture(scope="module")
def endpoint(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("virtuoso")
    union = [quad.triple for quad in parse(path=release / "imnm.ttl", format=RdfFormat.TURTLE)]
    with virtuoso(folder, serialize(union, format=RdfFormat.N_TRIPLES) or b"", GRAPH) as address:
        yield address


def test_everything_was_loaded(endpoint: str, release: Path) -> None:
    _, rows = ask_table(endpoint, f"SELECT (COUNT(*) AS ?n) FROM <{GRAPH}> WHERE {{ ?s ?p ?o }}")
    triples: set[Quad] = set(parse(path=release / "imnm.ttl", format=RdfFormat.TURTLE))
    assert rows == [(f'"{len(triples)}"^^<http://www.w3.org/2001/XMLSchema#integer>',)]


@pytest.mark.parametrize("query", QUESTIONS, ids=names(QUESTIONS))
def test_same_rows(query: StoredQuery, endpoint: str) -> None:
    variables, rows = ask_table(endpoint, query.text)
    mended = [tuple(KNOWN.get(value, value) for value in row) for row in rows]
    assert (variables, mended) == read_tsv(FIXTURES / f"{query.name}.tsv")
