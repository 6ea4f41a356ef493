# SPDX-License-Identifier: Apache-2.0
"""Terms and graphs of rdflib: for pySHACL, and for queries over literals that the embedded store would change.

Whoever imports this module imports rdflib, so it is imported only where one of the two is at hand.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import rdflib
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from imnm_kg.shacl.vocabulary import Term

__all__ = ["from_rdflib", "rdflib_graph", "to_rdflib"]

# Of these rdflib changes the white space whenever it makes a literal.
_COLLAPSED = (rdflib.XSD.normalizedString, rdflib.XSD.token)


def to_rdflib(term: Any) -> rdflib.term.Node:
    """Turn a parsed term into one of rdflib, without changing a literal."""
    if isinstance(term, BlankNode):
        return rdflib.BNode(term.value)
    if not isinstance(term, Literal):
        return rdflib.URIRef(term.value)
    if term.language:
        return rdflib.Literal(term.value, lang=term.language)
    type_ = term.datatype.value
    datatype = None if type_ == str(rdflib.XSD.string) else rdflib.URIRef(type_)
    if datatype in _COLLAPSED:
        plain = rdflib.Literal(term.value)
        plain._datatype = datatype
        return plain
    return rdflib.Literal(term.value, datatype=datatype, normalize=False)  # what is judged is what is written


def from_rdflib(node: Any) -> Term:
    """Turn a term of rdflib into one as the parser gives it."""
    if isinstance(node, rdflib.BNode):
        return BlankNode(str(node))
    if isinstance(node, rdflib.URIRef):
        return NamedNode(str(node))
    if node.language:
        return Literal(str(node), language=node.language)
    return Literal(str(node), datatype=None if node.datatype is None else NamedNode(str(node.datatype)))


def rdflib_graph(triples: Iterable[Quad | Triple], graph: rdflib.Graph | None = None) -> rdflib.Graph:
    """Fill a graph of rdflib from parsed triples, without parsing twice.

    Args:
        triples: triples, or quads of which all graphs are taken as one.
        graph: the graph to fill; a new one by default.
    """
    made: dict[object, rdflib.term.Node] = {}

    def term(value: Any) -> rdflib.term.Node:
        found = made.get(value)
        if found is None:
            found = made[value] = to_rdflib(value)
        return found

    filled = rdflib.Graph() if graph is None else graph
    for triple in triples:
        filled.add((term(triple.subject), term(triple.predicate), term(triple.object)))
    return filled
