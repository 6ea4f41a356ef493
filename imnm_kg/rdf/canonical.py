# SPDX-License-Identifier: Apache-2.0
"""Canonical output of quads: N-Quads, TriG, the union as Turtle, and differences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import pyoxigraph as ox

from imnm_kg.rdf.blocks import Blocks
from imnm_kg.rdf.nodes import with_canonical_labels
from imnm_kg.rdf.terms import Terms, canonical_quads
from imnm_kg.rdf.turtle import prefix_lines, write_turtle

__all__ = ["canonical_lines", "difference", "union", "union_turtle", "write_nquads", "write_trig"]


def canonical_lines(quads: Iterable[ox.Quad]) -> list[str]:
    """Give the sorted canonical N-Quads lines, blank nodes named by RDFC-1.0.

    Args:
        quads: the quads as parsed; never take them from a ``pyoxigraph.Store``, which changes literals.

    Returns:
        The lines, without newlines, none twice.
    """
    return sorted(f"{quad} ." for quad in canonical_quads(quads))


def write_nquads(quads: Iterable[ox.Quad]) -> str:
    """Write quads as canonical N-Quads.

    Args:
        quads: the quads as parsed.
    """
    return "".join(f"{line}\n" for line in canonical_lines(quads))


def write_trig(quads: Iterable[ox.Quad], prefixes: Mapping[str, str], header: Sequence[str] = ()) -> str:
    """Write quads as TriG: the default graph first, then the graphs sorted, subjects sorted in each.

    Args:
        quads: the quads as parsed.
        prefixes: the namespaces by prefix; all are declared.
        header: comment lines for the top, verbatim.

    Raises:
        ImnmError: ``turtle-syntax`` for what TriG 1.1 cannot say, such as a triple term.
    """
    unique, nodes = with_canonical_labels(list(dict.fromkeys(quads)))
    terms = Terms(prefixes)
    graphs: dict[tuple[int, str], list[ox.Quad]] = {}
    for quad in unique:
        graphs.setdefault(_graph_key(quad, terms, nodes.labels), []).append(quad)
    parts = ["\n".join(header), *prefix_lines(prefixes)]
    for (kind, name), members in sorted(graphs.items()):
        blocks = Blocks(members, terms, nodes)
        texts = "\n\n".join(blocks.block(key, 4 if kind else 0) for key in blocks.sorted_keys())
        parts.append(f"{name} {{\n{texts}\n}}" if kind else texts)
    text = "\n\n".join(part for part in parts if part)
    return f"{text}\n" if text else ""


def _graph_key(quad: ox.Quad, terms: Terms, labels: Mapping[str, str]) -> tuple[int, str]:
    name = quad.graph_name
    if isinstance(name, ox.NamedNode):
        return 1, terms.iri(name.value)
    if isinstance(name, ox.BlankNode):
        return 2, labels[name.value]
    return 0, ""


def union_turtle(quads: Iterable[ox.Quad], prefixes: Mapping[str, str], header: Sequence[str] = ()) -> str:
    """Write the union of all graphs as Turtle, subjects sorted.

    Args:
        quads: the quads as parsed; a triple in several graphs is written once.
        prefixes: the namespaces by prefix; all are declared.
        header: comment lines for the top, verbatim.

    Raises:
        ImnmError: ``turtle-syntax`` for what Turtle 1.1 cannot say, such as a triple term.
    """
    return write_turtle((quad.triple for quad in quads), prefixes, header=header)


def union(quads: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
    """Yield every triple once, in the default graph.

    A pyoxigraph store that is asked for the union of its graphs answers twice for a triple that stands in two.

    Args:
        quads: the quads of any graphs.
    """
    seen: set[ox.Triple] = set()
    for quad in quads:
        if quad.triple not in seen:
            seen.add(quad.triple)
            yield ox.Quad(quad.subject, quad.predicate, quad.object)


def difference(left: Iterable[ox.Quad], right: Iterable[ox.Quad]) -> tuple[list[str], list[str]]:
    """Give the canonical lines that only the left and only the right has.

    A blank node is named by its whole dataset, so that one change can rename it in other lines too.

    Args:
        left: quads as parsed.
        right: quads as parsed.

    Returns:
        The lines only left and the lines only right, each sorted; both empty for equal datasets.
    """
    lines_left, lines_right = canonical_lines(left), canonical_lines(right)
    in_left, in_right = set(lines_left), set(lines_right)
    only_left = [line for line in lines_left if line not in in_right]
    return only_left, [line for line in lines_right if line not in in_left]
