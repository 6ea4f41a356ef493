# SPDX-License-Identifier: Apache-2.0
"""The order of literals as the operator ``<`` of SPARQL sees it, for many pairs at once."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from itertools import islice

import pyoxigraph as ox

from imnm_kg.shacl.lexical import well_formed
from imnm_kg.shacl.vocabulary import XSD, Term

__all__ = ["orders"]

_INTEGERS = (
    "integer", "long", "int", "short", "byte", "nonNegativeInteger", "positiveInteger", "nonPositiveInteger",
    "negativeInteger", "unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte",
)  # fmt: skip
_EXACT = {f"{XSD}{name}" for name in (*_INTEGERS, "decimal")}
_DOUBLE, _FLOAT = f"{XSD}double", f"{XSD}float"
_STRING, _BOOLEAN, _INTEGER = f"{XSD}string", f"{XSD}boolean", f"{XSD}integer"
_BATCH = 5000


def orders(pairs: Iterable[tuple[Term, Term]]) -> list[str]:
    """Say how pairs of terms compare, each in its place: ``<``, ``=`` or ``>``, or ``?`` where SPARQL cannot tell.

    Numbers are compared by value whatever their type, strings by code points, booleans, and dates, times and durations
    by the embedded engine, which knows that a time without a timezone may be incomparable to one with.
    """
    found: list[str] = []
    others: dict[tuple[Term, Term], list[int]] = {}
    values: dict[Term, object] = {}

    def value_of(term: Term) -> object:
        value = values.get(term, values)  # a value is never the mapping itself
        if value is values:
            value = values[term] = _value(term)
        return value

    for pair in pairs:
        one, other = value_of(pair[0]), value_of(pair[1])
        if one is _TIMELIKE and other is _TIMELIKE:
            others.setdefault(pair, []).append(len(found))
            found.append("?")
        else:
            found.append(_sign(one, other))
    if others:
        _ask(others, found)
    return found


_TIMELIKE = object()


def _value(term: Term) -> object:
    """Give the value of a literal; None for one without, and a mark for what the engine compares."""
    if not isinstance(term, ox.Literal) or term.language is not None:
        return None
    text, datatype = term.value, term.datatype.value
    if datatype == _INTEGER and text.isascii() and text.isdecimal():  # nearly all of them
        return Decimal(text)
    if datatype == _STRING:
        return text
    if not datatype.startswith(XSD) or not well_formed(text, datatype):
        return None
    if datatype in _EXACT:
        try:
            return Decimal(text)
        except InvalidOperation:
            return None
    if datatype in (_DOUBLE, _FLOAT):
        number = float(text.replace("INF", "inf"))
        return number if datatype == _DOUBLE else _single(number)
    if datatype == _BOOLEAN:
        return text in ("true", "1")
    return _TIMELIKE


class _Single(float):
    """A number of single precision."""


def _single(number: float) -> _Single:
    try:
        return _Single(struct.unpack("f", struct.pack("f", number))[0])
    except OverflowError:
        return _Single("inf" if number > 0 else "-inf")


def _promoted(number: Decimal, beside: float) -> float:
    """Turn an exact number into one of the type of the number beside it, as XPath does before it compares."""
    return _single(float(number)) if isinstance(beside, _Single) else float(number)


def _sign(one: object, other: object) -> str:
    if type(one) is Decimal and type(other) is Decimal:
        return "<" if one < other else "=" if one == other else ">"
    if isinstance(one, Decimal) and isinstance(other, float):
        one = _promoted(one, other)
    elif isinstance(one, float) and isinstance(other, Decimal):
        other = _promoted(other, one)
    alike = isinstance(one, float) if isinstance(other, float) else type(one) is type(other)
    if not alike or not isinstance(one, Decimal | float | str | bool):
        return "?"
    if one < other:  # type: ignore[operator]
        return "<"
    return "=" if one == other else ">" if one > other else "?"  # type: ignore[operator]


def _ask(pairs: dict[tuple[Term, Term], list[int]], found: list[str]) -> None:
    """Let the engine compare, and put what it says in its places; what it cannot compare gives no row."""
    store = ox.Store()
    places = list(pairs.values())
    rest = iter(enumerate(pairs))
    while batch := list(islice(rest, _BATCH)):
        rows = "\n".join(f"({number} {one} {other})" for number, (one, other) in batch)
        query = (
            f"SELECT ?n ?sign {{ VALUES (?n ?a ?b) {{ {rows} }} "
            'BIND(IF(?a < ?b, "<", IF(?a > ?b, ">", IF(?a = ?b, "=", ""))) AS ?sign) FILTER(?sign != "") }'
        )
        result = store.query(query)
        assert isinstance(result, ox.QuerySolutions)
        for row in result:
            for place in places[int(row["n"].value)]:
                found[place] = row["sign"].value
