# SPDX-License-Identifier: Apache-2.0
"""The tests of a query's FILTER, for many rows at once, as far as they can be told without an engine.

A value that is not known for certain is none, and so is what follows from it. What is known is exact: IRIs, blank
nodes, strings as terms, and integers written as canonical XML Schema writes them. SPARQL 1.1, 17.2 to 17.4.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence
from typing import Protocol, TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode

from imnm_kg.shacl.query_syntax import Cursor, Token
from imnm_kg.shacl.vocabulary import RDF, XSD, Term

__all__ = ["INTEGER", "PLAIN_INTEGER", "Expression", "Rows", "Value", "read_expression", "value_of"]

Value: TypeAlias = bool | int | Term | None
"""A truth value, an integer, another term; none: not known, or an error."""

INTEGER = f"{XSD}integer"
PLAIN_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,17}")
"""An integer that 64 bits hold, written as XML Schema writes it."""

_STRINGS = (f"{XSD}string", f"{RDF}langString")
_LARGEST = 2**63 - 1  # of an engine's integers; what goes beyond is an error there


class Rows(Protocol):
    """The rows that an expression is evaluated for."""

    def __len__(self) -> int:
        """Count the rows."""

    def values(self, name: str) -> list[Value]:
        """Give what a variable stands for in each row."""

    def exists(self, group: int) -> list[bool | None]:
        """Tell for each row whether a group of EXISTS, by its place, has a solution; none: not known."""


Expression: TypeAlias = Callable[[Rows], Sequence[Value]]


def value_of(term: Term) -> Value:
    """Give the value that a term has in an expression."""
    if isinstance(term, Literal) and term.datatype.value == INTEGER and PLAIN_INTEGER.fullmatch(term.value):
        return int(term.value)
    return term


def read_expression(tokens: Sequence[Token], iri: Callable[[str], str | None]) -> Expression:
    """Read the expression of a filter; what is in it and not known here gives values that are not known.

    Args:
        tokens: its tokens.
        iri: gives the IRI that a token stands for.
    """
    reader = _Reader(tokens, iri)
    try:
        made = reader.either()
    except (IndexError, ValueError):
        return _unknown
    return made if reader.at_end else _unknown


def _unknown(rows: Rows) -> Sequence[Value]:
    return [None] * len(rows)


def _constant(value: Value) -> Expression:
    return lambda rows: [value] * len(rows)


def _combined(function: Callable[[Value, Value], Value], first: Expression, second: Expression) -> Expression:
    return lambda rows: list(map(function, first(rows), second(rows)))


def _mapped(function: Callable[[Value], Value], one: Expression) -> Expression:
    return lambda rows: list(map(function, one(rows)))


def _and(first: Value, second: Value) -> bool | None:
    if first is False or second is False:
        return False
    return True if first is True and second is True else None


def _or(first: Value, second: Value) -> bool | None:
    if first is True or second is True:
        return True
    return False if first is False and second is False else None


def _not(value: Value) -> bool | None:
    return not value if isinstance(value, bool) else None


def _is_string(value: Value) -> bool:
    return isinstance(value, Literal) and value.datatype.value in _STRINGS


def _equal(first: Value, second: Value) -> bool | None:
    if first is None or second is None or isinstance(first, bool) or isinstance(second, bool):
        return None
    if isinstance(first, int) and isinstance(second, int):
        return first == second
    if isinstance(first, NamedNode | BlankNode) or isinstance(second, NamedNode | BlankNode):
        return first == second
    return first == second if _is_string(first) and _is_string(second) else None


def _ordered(test: Callable[[int, int], bool]) -> Callable[[Value, Value], bool | None]:
    return lambda first, second: test(first, second) if type(first) is int and type(second) is int else None


def _counted(function: Callable[[int, int], int]) -> Callable[[Value, Value], int | None]:
    def made(first: Value, second: Value) -> int | None:
        if type(first) is not int or type(second) is not int:
            return None
        found = function(first, second)
        return found if -_LARGEST <= found <= _LARGEST else None

    return made


_COMPARED: dict[str, Callable[[Value, Value], Value]] = {
    "=": _equal,
    "!=": lambda first, second: _not(_equal(first, second)),
    "<": _ordered(operator.lt),
    ">": _ordered(operator.gt),
    "<=": _ordered(operator.le),
    ">=": _ordered(operator.ge),
}
_SUMS = {"+": _counted(operator.add), "-": _counted(operator.sub)}
_PRODUCT = _counted(operator.mul)


def _is_iri(value: Value) -> bool | None:
    return None if value is None else isinstance(value, NamedNode)


def _is_blank(value: Value) -> bool | None:
    return None if value is None else isinstance(value, BlankNode)


def _is_literal(value: Value) -> bool | None:
    return None if value is None else isinstance(value, Literal | int)


def _length(value: Value) -> int | None:
    return len(value.value) if isinstance(value, Literal) and _is_string(value) else None


def _language(value: Value) -> Literal | None:
    if type(value) is int:
        return Literal("")
    return Literal(value.language or "") if isinstance(value, Literal) else None


def _lower(value: Value) -> Literal | None:
    plain = isinstance(value, Literal) and value.datatype.value == _STRINGS[0] and value.value.isascii()
    return Literal(value.value.lower()) if plain and isinstance(value, Literal) else None


def _datatype(value: Value) -> NamedNode | None:
    if type(value) is int:
        return NamedNode(INTEGER)
    return value.datatype if isinstance(value, Literal) else None


_CALLED: dict[str, Callable[[Value], Value]] = {
    "DATATYPE": _datatype,
    "ISBLANK": _is_blank,
    "ISIRI": _is_iri,
    "ISLITERAL": _is_literal,
    "ISURI": _is_iri,
    "LANG": _language,
    "LCASE": _lower,
    "STRLEN": _length,
}


class _Reader(Cursor):
    """An expression as it is read, from left to right; SPARQL 1.1, rules 110 to 121."""

    def need(self, name: str) -> None:
        if not self.takes(name):
            raise ValueError(f"{name} is missing")

    def either(self) -> Expression:
        made = self.all()
        while self.takes("||"):
            made = _combined(_or, made, self.all())
        return made

    def all(self) -> Expression:
        made = self.relation()
        while self.takes("&&"):
            made = _combined(_and, made, self.relation())
        return made

    def relation(self) -> Expression:
        first = self.sum()
        compare = _COMPARED.get(self.name())
        if compare is not None:
            self.at += 1
            return _combined(compare, first, self.sum())
        denied = self.name() == "NOT"
        if self.name(denied) != "IN":
            return first
        self.at += 1 + denied
        made = _constant(False)
        for one in self.arguments():
            made = _combined(_or, made, _combined(_equal, first, one))
        return _mapped(_not, made) if denied else made

    def sum(self) -> Expression:
        made = self.product()
        while (function := _SUMS.get(self.name())) is not None:
            self.at += 1
            made = _combined(function, made, self.product())
        return made

    def product(self) -> Expression:
        made = self.unary()
        while self.name() in ("*", "/"):
            self.at += 1
            divided = self.name(-1) == "/"
            made = _combined(_PRODUCT, made, self.unary())
            made = _unknown if divided else made
        return made

    def unary(self) -> Expression:
        if self.takes("!"):
            return _mapped(_not, self.unary())
        if self.name() in ("+", "-"):
            self.at += 1
            self.unary()
            return _unknown
        return self.primary()

    def primary(self) -> Expression:
        if self.takes("("):
            made = self.either()
            self.need(")")
            return made
        token, name = self.tokens[self.at], self.name()
        self.at += 1
        if token.kind == "var":
            return lambda rows: rows.values(name)
        if token.kind in ("iri", "pname"):
            iri = self.iri(token.text)
            if self.name() == "(":
                self.arguments()
                return _unknown
            return _unknown if iri is None else _constant(NamedNode(iri))
        if token.kind == "word":
            return self.word(name)
        if token.kind == "string":
            return self.string(token)
        if token.kind == "number":
            return _constant(int(name)) if PLAIN_INTEGER.fullmatch(name) else _unknown
        raise ValueError(f"{token.text} in an expression")

    def word(self, name: str) -> Expression:
        if name in ("TRUE", "FALSE"):
            return _constant(name == "TRUE")
        denied = name == "NOT"
        if denied:
            self.need("EXISTS")
        if denied or name == "EXISTS":
            token = self.tokens[self.at]
            if token.kind != "group":
                raise ValueError("EXISTS without a group")
            self.at += 1
            group = int(token.text)
            return _mapped(_not, lambda rows: rows.exists(group)) if denied else lambda rows: rows.exists(group)
        function, given = _CALLED.get(name), self.arguments()
        return _unknown if function is None or len(given) != 1 else _mapped(function, given[0])

    def string(self, token: Token) -> Expression:
        if self.takes("^^"):
            self.at += 1
            return _unknown
        if self.at < len(self.tokens) and self.tokens[self.at].kind == "lang":
            self.at += 1
            return _unknown
        inside = token.text[1:-1]
        known = "\\" not in inside and not token.text.startswith(('"""', "'''"))
        return _constant(Literal(inside)) if known else _unknown

    def arguments(self) -> list[Expression]:
        self.need("(")
        made: list[Expression] = []
        while not self.takes(")"):
            made.append(self.either())
            if self.name() != ")":
                self.need(",")
        return made
