# SPDX-License-Identifier: Apache-2.0
"""The concise description of a node: what the graph says of it, what points to it, and the names of its neighbours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING
from xml.parsers.expat import ExpatError, ParserCreate

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, RdfFormat, Triple, serialize

from imnm_kg.errors import ImnmError
from imnm_kg.model.namespaces import BASE, IMNM, OWL, RDF, RDFS
from imnm_kg.rdf.turtle import used_prefixes, write_turtle

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyoxigraph import Store

__all__ = ["MOST", "describe", "knows", "write_quads"]

MOST = 1000
"""As many nodes that point to it a description names at most; for more there is SPARQL."""

_DEFAULT = DefaultGraph()
_STATEMENTS = (IMNM.Claim, IMNM.BackgroundStatement, OWL.NegativePropertyAssertion, IMNM.Dispute, IMNM.Support)
_GRAPH_OF_ONTOLOGY = NamedNode(f"{BASE}graph/ontology")
_ONTOLOGY = f"{BASE}ontology"
_FORMATS = {
    "nt": RdfFormat.N_TRIPLES,
    "jsonld": RdfFormat.JSON_LD,
}


def knows(store: Store, node: NamedNode) -> bool:
    """Tell whether a node is anywhere in the graph, also as the name of a graph."""
    patterns = ((node, None, None, None), (None, None, node, None), (None, None, None, node), (None, node, None, None))
    return any(next(iter(store.quads_for_pattern(*pattern)), None) is not None for pattern in patterns)


def describe(store: Store, node: NamedNode) -> list[Quad]:
    """Return the description of a node, in the graphs that say it, sorted.

    That is: its triples, those of its fragments (such as the selectors of an evidence) and of its blank nodes; what
    points to it, with all that a claim or another statement about it says, since a statement without its polarity
    says something else; and the labels of all of these. A named graph and the ontology are described by what is in
    them.

    Args:
        store: the graph; its default graph is the union of the named ones.
        node: what is described.
    """
    found: dict[Quad, None] = {}
    graph = _GRAPH_OF_ONTOLOGY if node.value.removesuffix("/") == _ONTOLOGY or _is_version(store, node) else node
    for quad in store.quads_for_pattern(None, None, None, graph):
        found[quad] = None
    for quad in _own(store, [node]):
        found[quad] = None
    for subject in _pointing(store, node):
        found.update(dict.fromkeys(subject))
    labels = _neighbours(found)
    for neighbour in labels:
        for quad in _named(store.quads_for_pattern(neighbour, RDFS.label, None, None)):
            found[quad] = None
    return sorted(found, key=str)


def _is_version(store: Store, node: NamedNode) -> bool:
    return next(iter(store.quads_for_pattern(None, OWL.versionIRI, node, _DEFAULT)), None) is not None


def _named(quads: Iterable[Quad]) -> list[Quad]:
    """Leave out the union where named graphs say it: its blank nodes are others, and would stand there twice."""
    found = list(quads)
    return [quad for quad in found if quad.graph_name != _DEFAULT] or found


def _own(store: Store, nodes: Iterable[NamedNode | BlankNode]) -> Iterator[Quad]:
    """Yield the triples of nodes, of their fragments and of the blank nodes below them."""
    waiting, seen = list(nodes), set(nodes)
    while waiting:
        node = waiting.pop()
        for quad in _named(store.quads_for_pattern(node, None, None, None)):
            yield quad
            value = quad.object
            below = isinstance(value, BlankNode) or (isinstance(value, NamedNode) and _is_fragment(value, node))
            if below and isinstance(value, NamedNode | BlankNode) and value not in seen:
                seen.add(value)
                waiting.append(value)


def _is_fragment(value: NamedNode, node: NamedNode | BlankNode) -> bool:
    base, sign, _ = value.value.partition("#")
    return bool(sign) and isinstance(node, NamedNode) and base == node.value.partition("#")[0]


def _pointing(store: Store, node: NamedNode) -> Iterator[list[Quad]]:
    """Yield what points to a node, statements whole."""
    incoming = islice(store.quads_for_pattern(None, None, node, _DEFAULT), MOST)
    seen: set[NamedNode] = set()
    for quad in incoming:
        subject = quad.subject
        if not isinstance(subject, NamedNode):
            continue
        yield _named(store.quads_for_pattern(subject, quad.predicate, node, None))
        if subject not in seen and quad.predicate != RDF.type and _is_statement(store, subject):
            seen.add(subject)
            yield _named(store.quads_for_pattern(subject, None, None, None))


def _is_statement(store: Store, node: NamedNode) -> bool:
    kinds = (quad.object for quad in store.quads_for_pattern(node, RDF.type, None, _DEFAULT))
    return any(kind in _STATEMENTS for kind in kinds)


def _neighbours(quads: Iterable[Quad]) -> list[NamedNode]:
    found: dict[NamedNode, None] = {}
    for quad in quads:
        for term in (quad.subject, quad.predicate, quad.object):
            if isinstance(term, NamedNode):
                found[term] = None
    return list(found)


def write_quads(quads: list[Quad], form: str, prefixes: Mapping[str, str]) -> bytes:
    """Write a description.

    Args:
        quads: the description.
        form: ``ttl``, ``nt``, ``jsonld``, ``rdf``, ``nq`` or ``trig``; only the last two keep the graphs.
        prefixes: for Turtle and TriG.

    Raises:
        ImnmError: ``format-unfit`` for what RDF/XML cannot say.
    """
    if form == "nq":
        return serialize(quads, format=RdfFormat.N_QUADS) or b""
    triples = list(dict.fromkeys(quad.triple for quad in quads))
    if form == "trig":
        return _trig(quads, used_prefixes(triples, prefixes))
    if form == "ttl":
        return write_turtle(triples, used_prefixes(triples, prefixes)).encode()
    if form == "rdf":
        return _rdf_xml(triples)
    return serialize(triples, format=_FORMATS[form]) or b""


def _trig(quads: list[Quad], prefixes: Mapping[str, str]) -> bytes:
    body = serialize(quads, format=RdfFormat.TRIG, prefixes=dict(prefixes)) or b""
    lines = body.splitlines(keepends=True)
    count = next((i for i, line in enumerate(lines) if not line.startswith(b"@prefix")), len(lines))
    return b"".join([*sorted(lines[:count]), *lines[count:]])  # else in another order each time


def _rdf_xml(triples: list[Triple]) -> bytes:
    body = (serialize(triples, format=RdfFormat.RDF_XML) or b"").replace(b"\r", b"&#xD;")
    parser = ParserCreate(namespace_separator=" ")  # what it refuses no reader of RDF/XML takes
    try:
        parser.Parse(body, True)
    except ExpatError as error:
        what = "RDF/XML cannot say this: a predicate has no local name, or a text has a control character"
        raise ImnmError("format-unfit", what, "ask for text/turtle") from error
    return body
