# SPDX-License-Identifier: Apache-2.0
"""What the endpoint says of itself: the SPARQL 1.1 service description, and VoID of the dataset."""

from __future__ import annotations

import gzip
from functools import lru_cache
from typing import TYPE_CHECKING

from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, Triple, parse

from imnm_kg.model.namespaces import BASE
from imnm_kg.serve.formats import GRAPHS, choose
from imnm_kg.serve.writing import write_graph

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imnm_kg.serve.site import Site

__all__ = ["Description"]

_SERVICE = """\
@prefix sd: <http://www.w3.org/ns/sparql-service-description#> .
@prefix formats: <http://www.w3.org/ns/formats/> .
@prefix void: <http://rdfs.org/ns/void#> .

<{base}/sparql> a sd:Service ;
    sd:endpoint <{base}/sparql> ;
    sd:supportedLanguage sd:SPARQL11Query ;
    sd:feature sd:UnionDefaultGraph {federated};
    sd:resultFormat formats:SPARQL_Results_JSON, formats:SPARQL_Results_XML, formats:SPARQL_Results_CSV,
        formats:SPARQL_Results_TSV, formats:Turtle, formats:N-Triples, formats:RDF_XML, formats:JSON-LD,
        formats:TriG, formats:N-Quads ;
    sd:defaultDataset <{dataset}> .

<{dataset}> a sd:Dataset, void:Dataset ;
    void:sparqlEndpoint <{base}/sparql> ;
    sd:defaultGraph <{base}/sparql#default-graph> .

<{base}/sparql#default-graph> a sd:Graph ;
    void:triples {triples} .
"""
_SD = "http://www.w3.org/ns/sparql-service-description#"
_TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_EVERYTHING = 10_000_000


class Description:
    """Written once for each form, when it is first asked for."""

    def __init__(self, site: Site, federated: bool = False) -> None:
        self._site = site
        self._federated = federated
        self.service = lru_cache(64)(self._write_service)
        self.dataset = lru_cache(64)(self._write_dataset)

    def _write_service(self, accept: str, packed: bool) -> tuple[str, str, bytes]:
        """Return the tag of the form, its content type, and the service description with VoID."""
        return self._write(accept, packed, [*self._service_triples(), *self._void_triples()])

    def _write_dataset(self, accept: str, packed: bool) -> tuple[str, str, bytes]:
        """Return the tag of the form, its content type, and the VoID description."""
        return self._write(accept, packed, [*self._void_triples(), *self._address()])

    def _write(self, accept: str, packed: bool, triples: Iterable[Triple]) -> tuple[str, str, bytes]:
        form, content_type = choose(accept, None, GRAPHS)
        pieces: list[bytes] = []
        prefixes = {**self._site.prefixes, "sd": _SD, "void": "http://rdfs.org/ns/void#"}
        write_graph(triples, form, pieces.append, _EVERYTHING, prefixes)
        body = b"".join(pieces)
        return f"about-{form}", content_type, gzip.compress(body, mtime=0) if packed else body

    def _service_triples(self) -> list[Triple]:
        store, base = self._site.store, self._site.base
        count = sum(1 for _ in store.quads_for_pattern(None, None, None, DefaultGraph()))
        federated = ", sd:BasicFederatedQuery " if self._federated else ""
        text = _SERVICE.format(base=base, dataset=f"{BASE}dataset", triples=count, federated=federated)
        triples = [quad.triple for quad in parse(text, format=RdfFormat.TURTLE)]
        dataset = NamedNode(f"{BASE}dataset")
        for graph in sorted(store.named_graphs(), key=str):
            if isinstance(graph, NamedNode):
                node = NamedNode(f"{base}/sparql#{graph.value.removeprefix(BASE)}")
                triples.append(Triple(dataset, NamedNode(f"{_SD}namedGraph"), node))
                triples.append(Triple(node, _TYPE, NamedNode(f"{_SD}NamedGraph")))
                triples.append(Triple(node, NamedNode(f"{_SD}name"), graph))
        return triples

    def _void_triples(self) -> list[Triple]:
        path = self._site.release / "void.ttl"
        if not path.is_file():
            return []
        quads: Iterable[Quad] = parse(path=str(path), format=RdfFormat.TURTLE)
        return [quad.triple for quad in quads]

    def _address(self) -> list[Triple]:
        endpoint = NamedNode(f"{self._site.base}/sparql")
        return [Triple(NamedNode(f"{BASE}dataset"), NamedNode("http://rdfs.org/ns/void#sparqlEndpoint"), endpoint)]
