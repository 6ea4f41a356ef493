# SPDX-License-Identifier: Apache-2.0
"""The real release, assembled and inferred once a session, for pyoxigraph and for rdflib."""

from __future__ import annotations

import pytest
import rdflib
from pyoxigraph import Quad, RdfFormat, Store, Triple, serialize

from imnm_kg.model.stored_query import list_queries
from imnm_kg.operations.assemble import assemble
from imnm_kg.operations.infer import infer
from tests.queries.support import FOLDERS


@pytest.fixture(scope="session")
def release_triples() -> list[Triple]:
    """The union of all graphs, with literals as written."""
    assembled = assemble(FOLDERS).quads
    inferences = infer(assembled, list_queries(FOLDERS.queries, "rule"))
    quads = [*assembled, *(quad for inference in inferences for quad in inference.quads())]
    return list(dict.fromkeys(Triple(quad.subject, quad.predicate, quad.object) for quad in quads))


@pytest.fixture(scope="session")
def release_store(release_triples: list[Triple]) -> Store:
    """The release in pyoxigraph; tests that change it put it back."""
    store = Store()
    store.bulk_extend(Quad(triple.subject, triple.predicate, triple.object) for triple in release_triples)
    return store


@pytest.fixture(scope="session")
def release_graph(release_triples: list[Triple]) -> rdflib.Graph:
    """The release in rdflib."""
    graph = rdflib.Graph()
    text = serialize(release_triples, format=RdfFormat.N_TRIPLES)
    assert text is not None
    return graph.parse(data=text, format="nt")
