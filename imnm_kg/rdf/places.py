# SPDX-License-Identifier: Apache-2.0
"""Where triples stand in files: line and column, found only for the triples that somebody asks about.

The parser gives no positions, and the lexer is too slow for large files. So the file is cut into statements first
(``imnm_kg.rdf.scan``), and only those about a wanted subject are read token by token.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import NamedTuple, TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode

from imnm_kg.errors import ImnmError, Place
from imnm_kg.rdf.files import Source
from imnm_kg.rdf.lexer import Token, lex
from imnm_kg.rdf.line_starts import UnsureError, statements_at_line_starts
from imnm_kg.rdf.reader import Scope
from imnm_kg.rdf.scan import ANONYMOUS, Piece, wanted_statements
from imnm_kg.rdf.statement import Node, read_statement

__all__ = ["Located", "Spot", "find_places"]

_NIL = re.compile(r"\((?:\s|#[^\n]*)*\)")  # rdf:nil has a name
Target: TypeAlias = NamedNode | BlankNode | Literal | int


class Spot(NamedTuple):
    """A triple, or a subject, to be found in a file.

    Attributes:
        subject: the IRI of a named subject, ``_:`` and a label, or the number of a statement among those that start
            with a bracket, from 0.
        steps: how to get from it to a node in brackets: a predicate, and the number of the brackets among all that
            stand behind that predicate, from 0.
        predicate: the predicate; none for the subject itself.
        object: the object, or the number of the brackets among all behind the predicate; none for any.
    """

    subject: str | int
    steps: tuple[tuple[str, int], ...] = ()
    predicate: str | None = None
    object: Target | None = None


class Located(NamedTuple):
    """Where a spot stands.

    Attributes:
        quality: 3 all of it, 2 its predicate, 1 its subject or a node on the way there.
        place: file, line and column.
        last_line: the line in which the token at the place ends.
    """

    quality: int
    place: Place
    last_line: int


def find_places(source: Source, spots: Iterable[Spot]) -> dict[Spot, Located]:
    """Find spots in a file that the parser has accepted.

    Args:
        source: the file.
        spots: what to find.

    Returns:
        The best place of each spot of which at least the subject is there.
    """
    by_subject: dict[str | int, list[Spot]] = {}
    for spot in dict.fromkeys(spots):
        by_subject.setdefault(spot.subject, []).append(spot)
    found: dict[Spot, Located] = {}
    before: Counter[tuple[str | int, str]] = Counter()

    def look(subject: str | int, piece: Piece) -> None:
        asked = by_subject[subject]
        for spot, located in _in_piece(source.shown, piece, subject, asked, before):
            if spot not in found or located.quality > found[spot].quality:
                found[spot] = located
        by_subject[subject] = [each for each in asked if each not in found or found[each].quality < 3]
        if not by_subject[subject]:
            del by_subject[subject]

    if not source.by_line:
        plain = {str(subject) for subject, asked in by_subject.items() if all(map(_is_plain, asked))}
        with suppress(UnsureError), source.open() as stream:
            for piece in statements_at_line_starts(stream, plain, source.base) if plain else ():
                if piece.subject in by_subject:
                    look(piece.subject, piece)
    anonymous = 0
    with source.open() as stream:
        heads = {ANONYMOUS if isinstance(subject, int) else subject for subject in by_subject}
        for piece in wanted_statements(stream, heads, source.by_line, source.base) if heads else ():
            subject: str | int = piece.subject
            if subject == ANONYMOUS and not _NIL.match(piece.text):
                subject = anonymous
                anonymous += 1
            if subject in by_subject:
                look(subject, piece)
                if not by_subject:
                    break
    return found


def _is_plain(spot: Spot) -> bool:
    """Tell whether a spot is found without the brackets in other statements being counted."""
    return isinstance(spot.subject, str) and not spot.steps and not isinstance(spot.object, int)


def _in_piece(
    file: str, piece: Piece, subject: str | int, asked: list[Spot], before: Counter[tuple[str | int, str]]
) -> Iterator[tuple[Spot, Located]]:
    """Find spots in a statement about their subject.

    Args:
        file: the path to give.
        piece: the statement.
        subject: its subject.
        asked: the spots.
        before: how many brackets earlier statements about a subject have behind a predicate; brought up to date.
    """
    head = Located(1, Place(file, piece.line, piece.column), piece.line)
    rest = []
    for spot in asked:
        if spot.predicate is None and not spot.steps:
            yield spot, head._replace(quality=3)
        else:
            rest.append(spot)
    if not rest:
        return
    try:
        root = read_statement([token for token in lex(piece.text, file) if token.kind != "comment"], piece.scope)
    except ImnmError:  # labels and the like that the parser takes and the grammar of Turtle 1.1 does not
        yield from ((spot, head) for spot in rest)
        return

    def located(quality: int, token: Token) -> Located:
        line = piece.line + token.line - 1
        column = token.column + (piece.column - 1 if token.line == 1 else 0)
        return Located(quality, Place(file, line, column), line + token.text.count("\n"))

    for spot in rest:
        quality, token = _search(root, spot, piece.scope, lambda predicate: before[subject, predicate])
        yield spot, located(quality, token)
    for predicate, count in root.brackets().items():
        before[subject, predicate] += count


def _search(root: Node, spot: Spot, scope: Scope, before: Callable[[str], int]) -> tuple[int, Token]:
    """Find a spot in a statement; only of the root may something have been said before."""
    node = root
    for predicate, number in spot.steps:
        inner = _brackets(node, predicate, number - (before(predicate) if node is root else 0))
        if inner is None:
            return 1, node.token
        node = inner
    if spot.predicate is None:
        return 3, node.token
    pairs = [pair for pair in node.pairs if pair.predicate == spot.predicate]
    if not pairs:
        return 1, node.token
    if spot.object is None:
        return 3, pairs[0].token
    if isinstance(spot.object, int):
        inner = _brackets(node, spot.predicate, spot.object - (before(spot.predicate) if node is root else 0))
        return (2, pairs[0].token) if inner is None else (3, inner.token)
    for pair in pairs:
        if not isinstance(pair.object, Node) and pair.object.is_term(spot.object, scope):
            return 3, pair.object.token
    return 2, pairs[0].token


def _brackets(node: Node, predicate: str, number: int) -> Node | None:
    found = [p.object for p in node.pairs if p.predicate == predicate and isinstance(p.object, Node)]
    return found[number] if 0 <= number < len(found) else None
