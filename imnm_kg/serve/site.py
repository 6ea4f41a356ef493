# SPDX-License-Identifier: Apache-2.0
"""What is served: one release in memory, its stored queries, and the address that it is served under."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Store

from imnm_kg.errors import ImnmError
from imnm_kg.knowledge_graph import KnowledgeGraph
from imnm_kg.model.folders import Folders, find_folders, find_release
from imnm_kg.model.namespaces import BASE, DCTERMS
from imnm_kg.model.stored_query import StoredQuery, list_queries
from imnm_kg.operations.ask import open_release

__all__ = ["Site"]

_DATASET = NamedNode(f"{BASE}dataset")


@dataclass(frozen=True)
class Site:
    """One release, ready to be served.

    Attributes:
        store: all triples in the default graph and, by source, in named graphs; never written to.
        release: the folder of the release.
        folders: the folders of the ontology and the stored queries.
        documents: the folder of the documents' texts, for whole sentences; None without.
        base: the address that the site is reached under, without a slash at the end.
        prefixes: the prefixes of the release; queries may use them without declaring them.
        queries: the stored questions by name.
        version: the version of the dataset.
        modified: when the dataset was issued, from the dataset itself: no clock of this machine.
        digest: SHA-256 of the release's quads, 16 hexadecimal digits; the same bytes, the same digest.
    """

    store: Store
    release: Path
    folders: Folders
    documents: Path | None
    base: str
    prefixes: dict[str, str]
    queries: dict[str, StoredQuery]
    version: str
    modified: datetime
    digest: str

    @staticmethod
    def open(
        release: Path | None = None,
        documents: Path | None = None,
        base: str = "http://127.0.0.1:8080",
        store: Store | None = None,
    ) -> Site:
        """Load a release into memory.

        Args:
            release: its folder; else ``./release``, else the one inside the package.
            documents: the folder of the documents' texts.
            base: the address that the site is reached under.
            store: the release's, where it was opened before.

        Raises:
            ImnmError: ``release-missing``, ``release-damaged``.
        """
        folder, folders = find_release(release), find_folders()
        store = store or open_release(folder, graphs=True)
        graph = KnowledgeGraph(folder, folders)
        return Site(
            store,
            folder,
            folders,
            documents,
            base.rstrip("/"),
            graph.prefixes,
            {query.name: query for query in list_queries(folders.queries, "question")},
            _said(store, NamedNode("http://www.w3.org/ns/dcat#version")) or "",
            _date(_said(store, DCTERMS.modified) or _said(store, DCTERMS.issued), folder),
            hashlib.sha256((folder / "imnm.nq").read_bytes()).hexdigest()[:16],
        )

    @property
    def etag(self) -> str:
        """The entity tag of everything that depends on the release alone."""
        return f'"{self.digest}"'

    @property
    def last_modified(self) -> str:
        """The date of the release as HTTP writes it."""
        return format_datetime(self.modified, usegmt=True)

    def address(self, iri: str) -> str:
        """Give the address under which an IRI of the graph is served; one of others is its own."""
        return f"{self.base}/{iri.removeprefix(BASE)}" if iri.startswith(BASE) else iri


def _said(store: Store, predicate: NamedNode) -> str | None:
    for quad in store.quads_for_pattern(_DATASET, predicate, None, None):
        if isinstance(quad.object, Literal):
            return quad.object.value
    return None


def _date(text: str | None, release: Path) -> datetime:
    try:
        return datetime.fromisoformat(text or "").replace(tzinfo=UTC)
    except ValueError as error:
        what = f"the release {release} does not say when it was issued"
        raise ImnmError("release-damaged", what, "build it again with 'imnm-kg build'") from error
