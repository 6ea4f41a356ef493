# SPDX-License-Identifier: Apache-2.0
"""Stored queries as linked data: ``sh:SPARQLExecutable`` nodes, in the way of the SIB's collections of examples.

Editors and question-answering tools read such files to offer the queries of an endpoint as examples.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, Triple

from imnm_kg.model.namespaces import BASE, DCTERMS, OWL, RDF, RDFS, SH, XSD, Namespace
from imnm_kg.rdf.sparql import query_form
from imnm_kg.rdf.turtle import used_prefixes, write_turtle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imnm_kg.model.stored_query import StoredQuery
    from imnm_kg.serve.site import Site

__all__ = ["QUERIES", "executables", "write_executables"]

QUERIES = Namespace(f"{BASE}queries/")
"""The IRIs of the stored queries; they dereference to the queries themselves."""

_SCHEMA = Namespace("https://schema.org/")
_PREFIXES = NamedNode(f"{BASE}queries")
_LICENCE = NamedNode("https://creativecommons.org/licenses/by/4.0/")
_FORMS = {"SELECT": "Select", "ASK": "Ask", "CONSTRUCT": "Construct", "DESCRIBE": "Describe"}


def executables(site: Site) -> str:
    """Write all stored queries as Turtle.

    Args:
        site: what is served; its endpoint is the target of the queries.
    """
    triples = [*_declarations(site)]
    for query in site.queries.values():
        triples += _executable(query, f"{site.base}/sparql")
    known = {**site.prefixes, "schema": str(_SCHEMA), "sh": str(SH)}
    return write_turtle(triples, used_prefixes(triples, known))


def write_executables(site: Site, path: Path) -> None:
    """Write all stored queries to a Turtle file.

    Args:
        site: what is served; its endpoint is the target of the queries.
        path: the file.
    """
    path.write_text(executables(site), encoding="utf-8")


def _declarations(site: Site) -> Iterator[Triple]:
    used = {pair for query in site.queries.values() for pair in query.prefixes.items()}
    yield Triple(_PREFIXES, RDF.type, OWL.Ontology)
    yield Triple(_PREFIXES, RDFS.label, Literal("Stored queries of imnm-kg", language="en"))
    for prefix, namespace in sorted(used):
        node = NamedNode(f"{BASE}prefix/{prefix}")
        yield Triple(_PREFIXES, SH.declare, node)
        yield Triple(node, RDF.type, SH.PrefixDeclaration)
        yield Triple(node, SH.prefix, Literal(prefix))
        yield Triple(node, SH.namespace, Literal(namespace, datatype=XSD.anyURI))


def _executable(query: StoredQuery, endpoint: str) -> Iterator[Triple]:
    node, form = QUERIES.term(query.name), query_form(query.text) or "SELECT"
    yield Triple(node, RDF.type, SH.SPARQLExecutable)
    yield Triple(node, RDF.type, SH.term(f"SPARQL{_FORMS[form]}Executable"))
    yield Triple(node, RDFS.label, Literal(query.title, language="en"))
    yield Triple(node, RDFS.comment, Literal(_html(query.description), datatype=RDF.HTML))
    yield Triple(node, SH.prefixes, _PREFIXES)
    yield Triple(node, SH.term(form.lower()), Literal(re.sub(r"\A(?:#[^\n]*\n)+", "", query.text)))
    yield Triple(node, _SCHEMA.target, NamedNode(endpoint))
    yield Triple(node, DCTERMS.license, _LICENCE)
    for word in query.header.get("keywords", "").split(","):
        if word.strip():
            yield Triple(node, _SCHEMA.keywords, Literal(word.strip()))


def _html(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
