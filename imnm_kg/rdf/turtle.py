# SPDX-License-Identifier: Apache-2.0
"""The one Turtle format: writing a graph, and formatting a Turtle text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pyoxigraph as ox

from imnm_kg.errors import ImnmError, Place
from imnm_kg.rdf.blocks import Blocks
from imnm_kg.rdf.lexer import Statement, Token, lex, statements
from imnm_kg.rdf.nodes import find_blank_nodes, key_of, natural, with_canonical_labels
from imnm_kg.rdf.reader import Scope, TurtleFile, parse_turtle
from imnm_kg.rdf.terms import RDF, Terms, canonical_quads, iri_text

__all__ = ["OWN", "format_turtle", "prefix_lines", "used_prefixes", "write_turtle"]

OWN = "https://w3id.org/imnm-kg/"


def prefix_lines(prefixes: Mapping[str, str], own: str = OWN) -> list[str]:
    """Write the ``@prefix`` lines: one text for the foreign namespaces, one for those of the project.

    Args:
        prefixes: the namespaces by prefix.
        own: how the namespaces of the project start.

    Returns:
        No, one or two texts of several lines, each sorted by prefix.
    """
    parts: list[list[str]] = [[], []]
    for prefix, space in sorted(prefixes.items()):
        parts[space.startswith(own)].append(f"@prefix {prefix}: {iri_text(space)} .")
    return ["\n".join(part) for part in parts if part]


def used_prefixes(triples: Iterable[ox.Triple | ox.Quad], prefixes: Mapping[str, str]) -> dict[str, str]:
    """Return the prefixes that writing these triples can use.

    Args:
        triples: the triples; the names of graphs count too.
        prefixes: the namespaces by prefix.
    """
    iris: set[str] = set()
    for triple in triples:
        if triple.predicate.value != f"{RDF}type":  # which is written "a"
            iris.add(triple.predicate.value)
        if isinstance(triple.subject, ox.NamedNode):
            iris.add(triple.subject.value)
        if isinstance(triple.object, ox.NamedNode):
            iris.add(triple.object.value)
        elif isinstance(triple.object, ox.Literal):
            iris.add(triple.object.datatype.value)
        if isinstance(triple, ox.Quad) and isinstance(triple.graph_name, ox.NamedNode):
            iris.add(triple.graph_name.value)
    terms = Terms(prefixes)
    texts = (terms.iri(iri) for iri in iris)
    used = {text.partition(":")[0] for text in texts if not text.startswith("<")}
    return {prefix: space for prefix, space in prefixes.items() if prefix in used}


def write_turtle(
    triples: Iterable[ox.Triple],
    prefixes: Mapping[str, str],
    *,
    header: Sequence[str] = (),
    own: str = OWN,
    order: Sequence[str] | None = None,
    comments: Mapping[str, Sequence[str]] | None = None,
    footer: Sequence[str] = (),
) -> str:
    """Write a graph in the one Turtle format.

    Args:
        triples: the triples; one that comes twice is written once.
        prefixes: the namespaces by prefix; all are declared.
        header: comment lines for the top, verbatim.
        own: how the namespaces of the project start; they are declared last.
        order: the keys of subjects (an IRI, or ``_:`` and an id) in the order of their blocks; subjects
            not in it follow, sorted. Labels of blank nodes are numbered in this order when it names
            blank nodes, else by RDFC-1.0.
        comments: comment lines to stand above a block, by the key of its subject.
        footer: comment lines for the end, verbatim.

    Returns:
        The text, with one newline at its end; empty when there is nothing to write.

    Raises:
        ImnmError: ``turtle-syntax`` for what Turtle 1.1 cannot say, such as a triple term.
    """
    quads = list(dict.fromkeys(ox.Quad(*triple) for triple in triples))
    places = {key: place for place, key in reversed(list(enumerate(order or ())))}
    if any(key.startswith("_:") for key in places):
        nodes = find_blank_nodes(quads, lambda node: _rank(places.get(f"_:{node}"), node))
    else:
        quads, nodes = with_canonical_labels(quads)
    blocks = Blocks(quads, Terms(prefixes), nodes)
    keys = blocks.sorted_keys()
    keys.sort(key=lambda key: places.get(key, len(places)))
    above: dict[str, list[str]] = {}
    for key, lines in (comments or {}).items():
        # A blank node may have lost its block to the one it is nested in.
        above.setdefault(nodes.root(key), []).extend(lines)
    parts = ["\n".join(header), *prefix_lines(prefixes, own)]
    if not prefixes and keys:
        # With no directive below the header, these comments would be read as part of it; an empty line
        # after them keeps formatting again from changing anything.
        parts.append("\n".join(above.pop(keys[0], ())))
    parts += ["\n".join([*above.get(key, ()), blocks.block(key)]) for key in keys]
    parts.append("\n".join(footer))
    text = "\n\n".join(part for part in parts if part)
    return f"{text}\n" if text else ""


def _rank(place: int | None, node: str) -> tuple[object, ...]:
    return (1, natural(node)) if place is None else (0, place)


def format_turtle(text: str, path: str) -> str:
    """Format a Turtle text, keeping its graph, its prefixes, its order of subjects and its comments.

    A comment after the full stop of a block, on the same line, moves above that block.

    Args:
        text: the Turtle text; its line ends may be CRLF.
        path: the path to print in errors.

    Returns:
        The formatted text, with LF line ends.

    Raises:
        ImnmError: ``turtle-syntax``, ``turtle-prefix-undeclared``, ``fmt-comment-inside``,
            ``fmt-prefix-clash``, or ``fmt-changed-graph`` if the result were not the same graph.
    """
    source = parse_turtle(text, path)
    prefixes: dict[str, str] = {}
    header: list[str] = []
    waiting: list[str] = []
    comments: dict[str, list[str]] = {}
    triples: list[ox.Triple] = []
    order: list[str] = []
    directives = ""
    scope = Scope()
    previous: Token | None = None
    previous_key: str | None = None
    for number, statement in enumerate(statements(lex(text, path), path)):
        if statement.inside:
            raise _inside(statement.inside[0], path)
        before = list(statement.before)
        if previous_key is not None and before and previous is not None and before[0].line == previous.line:
            comments.setdefault(previous_key, []).append(before.pop(0).text)
        (waiting if number else header).extend(_comment_lines(before))
        previous, previous_key = (statement.tokens or (None,))[-1], None
        if statement.kind == "directive":
            scope.declare(statement)
            _declare(prefixes, statement, scope, path)
            first, last = statement.tokens[0], statement.tokens[-1]
            directives += text[first.start : last.end] + "\n"
        elif statement.kind == "triples":
            found = _triples_of(text, statement, directives)
            triples += found
            previous_key = _key_of_statement(statement, scope, found)
            # The parser gives inner nodes first; only few of them get a block of their own.
            order += [previous_key, *(key_of(triple.subject) for triple in found)]
            comments.setdefault(previous_key, []).extend(waiting)
            waiting = []
    result = write_turtle(triples, prefixes, header=header, order=order, comments=comments, footer=waiting)
    _check_same(source, result)
    return result


def _inside(comment: Token, path: str) -> ImnmError:
    return ImnmError(
        "fmt-comment-inside",
        "a comment inside a statement cannot be kept",
        "move it above the subject",
        Place(path, comment.line, comment.column),
    )


def _comment_lines(comments: list[Token]) -> list[str]:
    """Give the texts of comments, with one empty line where there was at least one between two."""
    lines: list[str] = []
    for number, comment in enumerate(comments):
        if number and comment.line > comments[number - 1].line + 1:
            lines.append("")
        lines.append(comment.text.rstrip())
    return lines


def _declare(prefixes: dict[str, str], statement: Statement, scope: Scope, path: str) -> None:
    """Take in a prefix, and refuse one that clashes with another."""
    name = statement.tokens[1]
    if name.kind != "pname":
        return
    prefix = name.text[:-1]
    space = scope.prefixes[prefix]
    place = Place(path, name.line, name.column)
    if prefixes.get(prefix, space) != space:
        what = f"the prefix {prefix}: is declared twice, for <{prefixes[prefix]}> and for <{space}>"
        raise ImnmError("fmt-prefix-clash", what, "rename one of the two", place)
    other = next((name for name, known in prefixes.items() if known == space and name != prefix), None)
    if other is not None:
        what = f"the prefixes {other}: and {prefix}: are both declared for <{space}>"
        raise ImnmError("fmt-prefix-clash", what, "keep one of the two", place)
    prefixes[prefix] = space


def _triples_of(text: str, statement: Statement, directives: str) -> list[ox.Triple]:
    """Parse one triples block alone, which tells what triples it says; labels stay as they are."""
    block = text[statement.tokens[0].start : statement.tokens[-1].end]
    parser = ox.parse(input=directives + block, format=ox.RdfFormat.TURTLE)
    return [quad.triple for quad in parser]


def _key_of_statement(statement: Statement, scope: Scope, triples: list[ox.Triple]) -> str:
    """Give the key of the subject with which a triples block starts."""
    head = statement.tokens[0]
    if head.kind == "bnode":
        return head.text
    iri = scope.expand(head)
    if iri is not None:
        return iri
    if statement.tokens[1].text == ")":
        return f"{RDF}nil"
    # It starts with a bracket: an anonymous node, which nothing in the block can refer to.
    objects = {triple.object for triple in triples}
    labels = {token.text for token in statement.tokens if token.kind == "bnode"}
    keys = (key_of(triple.subject) for triple in triples if triple.subject not in objects)
    return next(key for key in keys if key.startswith("_:") and key not in labels)


def _check_same(source: TurtleFile, result: str) -> None:
    """Refuse a result that is not the same graph: the formatter must never change data."""
    written = parse_turtle(result, source.path).quads
    before, after = (set(canonical_quads(ox.Quad(*triple) for triple in part)) for part in (source.quads, written))
    if before != after:
        lost = next(iter(sorted(map(str, before ^ after))), "")
        what = f"formatting would change the graph, for example at {lost}"
        remedy = "leave the file as it is and report this as a bug of imnm-kg"
        raise ImnmError("fmt-changed-graph", what, remedy, Place(source.path))
