# SPDX-License-Identifier: Apache-2.0
"""Rows as N-Quads: the triples of the Turtle of each document, in a graph of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import BinaryIO

from pyoxigraph import Triple

from imnm_kg.batch.settings import Settings
from imnm_kg.extraction.knowledge import Knowledge
from imnm_kg.model.claim_rows import Row
from imnm_kg.model.document_nodes import document_iri
from imnm_kg.model.folders import Folders
from imnm_kg.model.namespaces import DOCUMENT, GRAPH
from imnm_kg.operations.assemble import assemble
from imnm_kg.operations.extract import claim_of, facts_of
from imnm_kg.operations.propose import Proposer

__all__ = ["QuadRows", "document_triples", "make_proposer"]


def make_proposer(settings: Settings, knowledge: Knowledge) -> Proposer:
    """Read the graph for what it knows: names, claims, documents."""
    index = assemble(Folders(settings.root)).source_index
    return Proposer(index, settings.version, knowledge.entries)


def document_triples(rows: Iterable[Row], proposer: Proposer) -> Iterator[tuple[str, list[Triple]]]:
    """Yield for each document the name of its graph, as N-Quads write it, and its triples.

    The rows of one document stand together. The graph is named like that of the file in ``graph/claims/`` which a
    curator would make of the document.
    """
    for _, group in groupby(rows, key=_document_of):
        of_document = list(group)
        id_ = of_document[0]["document"]
        triples = proposer.triples(map(claim_of, of_document), {id_: facts_of(of_document[0])})
        yield f"<{GRAPH}claims/{document_iri(id_).value.removeprefix(DOCUMENT)}>", triples


def _document_of(row: Row) -> tuple[str, int]:
    return row["source"], row["position"]


class QuadRows:
    """Writes rows as N-Quads, sorted within each document."""

    def __init__(self, stream: BinaryIO, proposer: Proposer) -> None:
        """Begin to write; the stream stays open at the end."""
        self._stream = stream
        self._proposer = proposer

    def write(self, rows: Iterable[Row]) -> None:
        """Write the rows of a document."""
        for graph, triples in document_triples(rows, self._proposer):
            lines = sorted({f"{triple} {graph} .\n" for triple in triples})
            self._stream.write("".join(lines).encode("utf-8"))

    def close(self) -> None:
        """Nothing is held."""
