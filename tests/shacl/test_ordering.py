# SPDX-License-Identifier: Apache-2.0
"""The order of literals as SPARQL sees it, in both directions, alone and many at once."""

from __future__ import annotations

import pytest
from pyoxigraph import Literal, NamedNode

from imnm_kg.shacl.ordering import orders
from imnm_kg.shacl.vocabulary import XSD, Term
from tests.shacl.support import read_toml, term

PAIRS: list[list[str]] = read_toml("ordering")["pairs"]
TURNED = {"<": ">", ">": "<", "=": "=", "?": "?"}


@pytest.mark.parametrize(("one", "other", "sign"), PAIRS, ids=[" ".join(pair) for pair in PAIRS])
def test_sign(one: str, other: str, sign: str) -> None:
    pair = term(one), term(other)
    assert orders([pair, pair[::-1], pair]) == [sign, TURNED[sign], sign]


def test_many_at_once() -> None:
    assert orders((term(one), term(other)) for one, other, _ in PAIRS) == [sign for _, _, sign in PAIRS]


def test_more_than_one_batch() -> None:
    dates: list[Term] = [Literal(f"{year}-01-01", datatype=NamedNode(f"{XSD}date")) for year in range(2000, 9999)]
    found = orders((date, dates[1]) for date in dates)
    assert found == ["<", "=", *[">"] * (len(dates) - 2)]


def test_numbers_of_many_digits() -> None:
    long, short = (Literal(text, datatype=NamedNode(f"{XSD}integer")) for text in ("9" * 6000, "2"))
    double = Literal("1e308", datatype=NamedNode(f"{XSD}double"))
    pairs: list[tuple[Term, Term]] = [(long, short), (long, double)]
    assert orders(pairs) == [">", ">"]
