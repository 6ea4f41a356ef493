# SPDX-License-Identifier: Apache-2.0
"""The terms of RDF, RDFS, OWL, XSD and SHACL that validation speaks of."""

from __future__ import annotations

from functools import lru_cache
from typing import TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

__all__ = ["FALSE", "RDF", "RDFS", "SH", "TRUE", "XSD", "Term", "local_name", "owl", "rdf", "rdfs", "sh", "xsd"]

Term: TypeAlias = NamedNode | BlankNode | Literal | Triple

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
XSD = "http://www.w3.org/2001/XMLSchema#"
SH = "http://www.w3.org/ns/shacl#"


@lru_cache(maxsize=512)
def rdf(name: str) -> NamedNode:
    """Return a term of RDF."""
    return NamedNode(RDF + name)


@lru_cache(maxsize=512)
def rdfs(name: str) -> NamedNode:
    """Return a term of RDF Schema."""
    return NamedNode(RDFS + name)


@lru_cache(maxsize=512)
def owl(name: str) -> NamedNode:
    """Return a term of OWL."""
    return NamedNode("http://www.w3.org/2002/07/owl#" + name)


@lru_cache(maxsize=512)
def xsd(name: str) -> NamedNode:
    """Return a datatype of XML Schema."""
    return NamedNode(XSD + name)


@lru_cache(maxsize=512)
def sh(name: str) -> NamedNode:
    """Return a term of SHACL."""
    return NamedNode(SH + name)


TRUE = Literal("true", datatype=xsd("boolean"))
FALSE = Literal("false", datatype=xsd("boolean"))


def local_name(iri: str) -> str:
    """Return what stands behind the last ``#`` or ``/`` of an IRI, or all of it."""
    cut = max(iri.rfind("#"), iri.rfind("/"))
    return iri[cut + 1 :] or iri
