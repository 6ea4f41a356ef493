# SPDX-License-Identifier: Apache-2.0
"""Turtle text of single terms: IRIs as prefixed names, literals exact, and RDFC-1.0 blank nodes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import pyoxigraph as ox

from imnm_kg.errors import ImnmError

__all__ = ["RDF", "XSD", "Terms", "canonical_quads", "iri_text", "literal_text", "string_text"]

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XSD = "http://www.w3.org/2001/XMLSchema#"

_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")
_NOT_IN_IRI = re.compile(r'[\x00-\x20<>"{}|^`\\]')
_SHORTHAND = {
    f"{XSD}integer": re.compile(r"[+-]?[0-9]+"),
    f"{XSD}decimal": re.compile(r"[+-]?[0-9]*\.[0-9]+"),
    f"{XSD}double": re.compile(r"[+-]?(?:[0-9]+\.[0-9]*|\.?[0-9]+)[eE][+-]?[0-9]+"),
    f"{XSD}boolean": re.compile(r"true|false"),
}
# What a person cannot see or what an editor may change: controls, line separators, direction marks.
_UNSEEN = "\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff"
_SHORT = re.compile(rf'["\\{_UNSEEN}]')
_LONG = re.compile(rf'"(?="|\Z)|\\|(?!\n)[{_UNSEEN}]')
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\t": "\\t", "\b": "\\b", "\n": "\\n", "\r": "\\r", "\f": "\\f"}


def _escape(found: re.Match[str]) -> str:
    character = found.group()
    return _ESCAPES.get(character) or f"\\u{ord(character):04X}"


def string_text(value: str) -> str:
    r"""Write a string: in long form with its newlines raw if it has any, else in short form.

    Args:
        value: the string.
    """
    if "\n" in value:
        return f'"""{_LONG.sub(_escape, value)}"""'
    return f'"{_SHORT.sub(_escape, value)}"'


def iri_text(value: str) -> str:
    """Write an IRI in angle brackets.

    Args:
        value: the IRI.
    """
    return "<" + _NOT_IN_IRI.sub(lambda found: f"\\u{ord(found.group()):04X}", value) + ">"


class Terms:
    """Writes terms with a fixed set of prefixes.

    Attributes:
        prefixes: the namespaces by prefix.
    """

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        """Take the prefixes in.

        Args:
            prefixes: the namespaces by prefix; of two prefixes for a namespace the first in order is used.
        """
        self.prefixes = dict(prefixes)
        # The longest namespace first, because it wins.
        self._spaces = sorted(
            ((space, prefix) for prefix, space in self.prefixes.items() if space),
            key=lambda pair: (-len(pair[0]), pair),
        )
        # Most namespaces end with one of a few marks, so that they can be looked up instead of tried.
        self._by_space = {space: prefix for space, prefix in reversed(self._spaces) if space[-1] in "/#_:"}
        self._odd = [pair for pair in self._spaces if pair[0][-1] not in "/#_:"]
        self._known: dict[str, str] = {}

    def iri(self, value: str) -> str:
        """Write an IRI as a prefixed name if its local part is plain, else in angle brackets.

        Args:
            value: the IRI.
        """
        text = self._known.get(value)
        if text is None:
            text = self._known[value] = self._iri(value)
        return text

    def _iri(self, value: str) -> str:
        if not self._odd:
            # The last mark ends the longest namespace that can be meant; one further to the left would leave
            # the mark in the local part, which is plain only where the mark is an underscore.
            for end in range(len(value), 0, -1):
                if value[end - 1] in "/#_:":
                    prefix = self._by_space.get(value[:end])
                    if prefix is not None and _LOCAL.fullmatch(value, end):
                        return f"{prefix}:{value[end:]}"
                    if value[end - 1] != "_":
                        return iri_text(value)
            return iri_text(value)
        for space, prefix in self._spaces:
            if value.startswith(space) and _LOCAL.fullmatch(value, len(space)):
                return f"{prefix}:{value[len(space) :]}"
        return iri_text(value)

    def literal(self, value: ox.Literal) -> str:
        """Write a literal so that it parses to the same lexical form, datatype and language.

        Args:
            value: the literal.

        Raises:
            ImnmError: ``turtle-syntax`` for a base direction, which Turtle 1.1 does not know.
        """
        if value.direction is not None:
            what = f"the literal {value} has a base direction"
            raise ImnmError("turtle-syntax", what, "use a language tag alone")
        if value.language is not None:
            return f"{string_text(value.value)}@{value.language.lower()}"
        datatype = value.datatype.value
        shorthand = _SHORTHAND.get(datatype)
        if shorthand is not None and shorthand.fullmatch(value.value):
            return value.value
        text = string_text(value.value)
        return text if datatype == f"{XSD}string" else f"{text}^^{self.iri(datatype)}"


def literal_text(value: ox.Literal, prefixes: Mapping[str, str]) -> str:
    """Write one literal.

    Args:
        value: the literal.
        prefixes: the namespaces by prefix, for its datatype.

    Raises:
        ImnmError: ``turtle-syntax`` for a base direction.
    """
    return Terms(prefixes).literal(value)


def canonical_quads(quads: Iterable[ox.Quad]) -> list[ox.Quad]:
    """Rename blank nodes by RDFC-1.0 and drop repeated quads.

    Args:
        quads: the quads, with literals as parsed.

    Returns:
        The quads in no set order; a blank node is named ``c14n`` and a number.
    """
    unique = list(dict.fromkeys(quads))
    # A quad without blank nodes has no say in their names, so only the others are canonicalised.
    ground: list[ox.Quad] = []
    others: list[ox.Quad] = []
    for quad in unique:
        (others if _has_blank_node(quad) else ground).append(quad)
    if not others:
        return unique
    dataset = ox.Dataset(others)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return [*ground, *dataset]


# A triple term may hold a blank node, which is not worth a search.
_NAMED_LATE = (ox.BlankNode, ox.Triple)


def _has_blank_node(quad: ox.Quad) -> bool:
    return (
        isinstance(quad.object, _NAMED_LATE)
        or isinstance(quad.subject, _NAMED_LATE)
        or isinstance(quad.graph_name, ox.BlankNode)
    )
