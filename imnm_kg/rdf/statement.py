# SPDX-License-Identifier: Apache-2.0
"""One statement of Turtle as a tree of tokens: which token is the subject, the predicate and the object of what."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from pyoxigraph import BlankNode, Literal, NamedNode

from imnm_kg.rdf.lexer import Token
from imnm_kg.rdf.reader import Scope

__all__ = ["Leaf", "Node", "Pair", "read_statement"]

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_XSD = "http://www.w3.org/2001/XMLSchema#"
_FIRST, _REST = f"{_RDF}first", f"{_RDF}rest"
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_LETTERS = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}


class Leaf(NamedTuple):
    """An IRI, a labelled blank node or a literal.

    Attributes:
        token: its first token.
        suffix: the language tag or the datatype, for a literal with one.
    """

    token: Token
    suffix: Token | None = None

    def is_term(self, term: NamedNode | BlankNode | Literal, scope: Scope) -> bool:
        """Tell whether it stands for a term.

        Args:
            term: the term; a blank node by its label.
            scope: the prefixes and the base in force.
        """
        kind, text = self.token.kind, self.token.text
        if isinstance(term, NamedNode):
            if text == "()":
                return term.value == f"{_RDF}nil"
            return kind in ("iri", "pname") and scope.expand(self.token) == term.value
        if isinstance(term, BlankNode):
            return kind == "bnode" and text[2:] == term.value
        if kind == "string":
            if _unescaped(text) != term.value:
                return False
            if self.suffix is None:
                return term.language is None and term.datatype.value == f"{_XSD}string"
            if self.suffix.kind == "langtag":
                return term.language is not None and term.language.lower() == self.suffix.text[1:].lower()
            return term.language is None and scope.expand(self.suffix) == term.datatype.value
        return kind in ("number", "keyword") and text == term.value and _type(text) == term.datatype.value


class Pair(NamedTuple):
    """A predicate with one of its objects.

    Attributes:
        predicate: the IRI of the predicate.
        token: the token of the predicate.
        object: a leaf, or the node in brackets.
    """

    predicate: str
    token: Token
    object: Leaf | Node


class Node:
    """The subject of a statement, or a node in brackets in it; a list is one node a member, as its triples are.

    Attributes:
        token: the subject, or the opening bracket; for a later cell of a list the first token of its member.
        pairs: what is said of it.
    """

    __slots__ = ("pairs", "token")

    def __init__(self, token: Token) -> None:
        """Begin a node of which nothing has been said."""
        self.token = token
        self.pairs: list[Pair] = []

    def brackets(self) -> Counter[str]:
        """Count the nodes in brackets behind each predicate."""
        return Counter(pair.predicate for pair in self.pairs if isinstance(pair.object, Node))


class _Open:
    """Brackets that are open: a list, or else a node about which pairs follow."""

    __slots__ = ("begun", "is_list", "node", "predicate")

    def __init__(self, node: Node, is_list: bool = False) -> None:
        self.node = node
        self.is_list = is_list
        self.predicate: Token | None = None
        self.begun = False


def read_statement(tokens: Sequence[Token], scope: Scope) -> Node:
    """Read a triples block that the parser has accepted.

    Args:
        tokens: its tokens, without comments.
        scope: the prefixes and the base in force.
    """
    root = Node(tokens[0])
    stack = [_Open(root)]
    if tokens[0].text in "[(":
        stack.append(_Open(root, tokens[0].text == "("))
    position = 1
    while position < len(tokens):
        token, top = tokens[position], stack[-1]
        position += 1
        if token.text in ("]", ")") and token.kind == "punct":
            stack.pop()
        elif not top.is_list and token.kind == "punct" and token.text in ",;.":
            if token.text != ",":
                top.predicate = None
        elif not top.is_list and top.predicate is None:
            top.predicate = token
        else:
            node, predicate, name = _next_cell(top, token, scope)
            value: Leaf | Node
            if token.kind == "punct" and token.text == "(" and tokens[position].text == ")":
                position += 1
                value = Leaf(Token("iri", "()", token.line, token.column, token.start, token.end))
            elif token.kind == "punct":
                value = Node(token)
                stack.append(_Open(value, token.text == "("))
            else:
                suffix = None
                if token.kind == "string" and position < len(tokens):
                    if tokens[position].kind == "langtag":
                        suffix, position = tokens[position], position + 1
                    elif tokens[position].text == "^^":
                        suffix, position = tokens[position + 1], position + 2
                value = Leaf(token, suffix)
            node.pairs.append(Pair(name, predicate, value))
    return root


def _next_cell(top: _Open, token: Token, scope: Scope) -> tuple[Node, Token, str]:
    """Give the node that an object belongs to, and its predicate; a member of a list has a cell of its own."""
    if not top.is_list:
        assert top.predicate is not None
        predicate = top.predicate
        name = f"{_RDF}type" if predicate.text == "a" else scope.expand(predicate)
        return top.node, predicate, name or ""
    if top.begun:
        cell = Node(token)
        top.node.pairs.append(Pair(_REST, token, cell))
        top.node = cell
    top.begun = True
    return top.node, token, _FIRST


def _type(text: str) -> str:
    if text in ("true", "false"):
        return f"{_XSD}boolean"
    if "e" in text or "E" in text:
        return f"{_XSD}double"
    return f"{_XSD}decimal" if "." in text else f"{_XSD}integer"


def _unescaped(text: str) -> str:
    inside = text[3:-3] if text[:3] in ('"""', "'''") else text[1:-1]
    if "\\" not in inside:
        return inside

    def plain(found: re.Match[str]) -> str:
        code = found[1] or found[2]
        return chr(int(code, 16)) if code else _LETTERS.get(found[3], found[3])

    return _ESCAPE.sub(plain, inside)
