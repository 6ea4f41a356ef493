# SPDX-License-Identifier: Apache-2.0
"""The IRIs of the project: namespaces, and the terms that the code itself speaks of."""

from __future__ import annotations

from pyoxigraph import NamedNode

__all__ = [
    "BASE",
    "CLAIM",
    "DCTERMS",
    "DOCUMENT",
    "ENTITY",
    "EVIDENCE",
    "FOAF",
    "GRAPH",
    "IMNM",
    "INFERENCE",
    "OA",
    "OBO",
    "OWL",
    "OWN_PREFIXES",
    "PROV",
    "RDF",
    "RDFS",
    "SH",
    "SKOS",
    "XSD",
    "Namespace",
]

BASE = "https://w3id.org/imnm-kg/"


class Namespace(str):
    """A namespace IRI; ``IMNM.Claim`` and ``IMNM["from"]`` are the terms in it."""

    __slots__ = ()

    def __getattr__(self, name: str) -> NamedNode:
        if name.startswith("__"):
            raise AttributeError(name)
        return self.term(name)

    def term(self, name: str) -> NamedNode:
        """Return the term of that local name, also where it is a word of Python."""
        iri = f"{self}{name}"
        node = _TERMS.get(iri)
        if node is None:
            node = NamedNode(iri)
            if len(_TERMS) < _MOST_TERMS:  # those of the code come first; ids made from content are without number
                _TERMS[iri] = node
        return node


_TERMS: dict[str, NamedNode] = {}
_MOST_TERMS = 2000
IMNM = Namespace(f"{BASE}ontology/")
CLAIM = Namespace(f"{BASE}claim/")
EVIDENCE = Namespace(f"{BASE}evidence/")
INFERENCE = Namespace(f"{BASE}inference/")
ENTITY = Namespace(f"{BASE}entity/")
DOCUMENT = Namespace(f"{BASE}document/")
GRAPH = Namespace(f"{BASE}graph/")
OWN_PREFIXES = {
    "background": f"{BASE}background/",
    "claim": CLAIM,
    "dispute": f"{BASE}dispute/",
    "document": DOCUMENT,
    "entity": ENTITY,
    "evidence": EVIDENCE,
    "graph": GRAPH,
    "imnm": IMNM,
    "inference": INFERENCE,
}
"""The project's own prefixes; ``ontology/prefixes.ttl`` has them all, with the foreign ones."""

DCTERMS = Namespace("http://purl.org/dc/terms/")
FOAF = Namespace("http://xmlns.com/foaf/0.1/")
OA = Namespace("http://www.w3.org/ns/oa#")
OBO = Namespace("http://purl.obolibrary.org/obo/")
OWL = Namespace("http://www.w3.org/2002/07/owl#")
PROV = Namespace("http://www.w3.org/ns/prov#")
RDF = Namespace("http://www.w3.org/1999/02/22-rdf-syntax-ns#")
RDFS = Namespace("http://www.w3.org/2000/01/rdf-schema#")
SH = Namespace("http://www.w3.org/ns/shacl#")
SKOS = Namespace("http://www.w3.org/2004/02/skos/core#")
XSD = Namespace("http://www.w3.org/2001/XMLSchema#")
