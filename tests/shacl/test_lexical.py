# SPDX-License-Identifier: Apache-2.0
"""Whether a text is in the lexical space of its datatype, for each datatype of XML Schema."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imnm_kg.shacl.lexical import well_formed
from imnm_kg.shacl.vocabulary import RDF, XSD
from tests.shacl.support import read_toml

SPACES: dict[str, Any] = read_toml("lexical")
CASES = [
    (name, text, side == "good") for name, sides in SPACES.items() for side in ("good", "bad") for text in sides[side]
]
# Datatypes that RDF 1.1 (Concepts, section 5.1) leaves out, for they need more than a text.
NOT_FOR_RDF = {"QName", "NOTATION", "IDREFS", "ENTITIES", "NMTOKENS"}
BUILT_IN = (
    "string boolean decimal float double duration dateTime time date gYearMonth gYear gMonthDay gDay gMonth hexBinary "
    "base64Binary anyURI normalizedString token language Name NCName NMTOKEN ID IDREF ENTITY integer "
    "nonPositiveInteger negativeInteger long int short byte nonNegativeInteger unsignedLong unsignedInt "
    "unsignedShort unsignedByte "
    "positiveInteger yearMonthDuration dayTimeDuration dateTimeStamp"
)


def test_every_built_in_datatype_has_cases() -> None:
    assert set(SPACES) == set(BUILT_IN.split())
    assert sum(not good for _, _, good in CASES) > 200


@pytest.mark.parametrize("name", SPACES)
def test_lexical_space(name: str) -> None:
    judged = {(text, well_formed(text, XSD + name)) for _, text, _ in [case for case in CASES if case[0] == name]}
    assert judged == {(text, good) for of, text, good in CASES if of == name}


@pytest.mark.parametrize(
    "datatype", [*(XSD + name for name in sorted(NOT_FOR_RDF)), "http://example.org/own", f"{RDF}HTML", f"{XSD}unknown"]
)
def test_of_an_unknown_datatype_every_text_is_good(datatype: str) -> None:
    assert all(well_formed(text, datatype) for text in ("", "a", "1 2"))


@pytest.mark.parametrize(
    ("text", "datatype", "good"),
    [
        ("1" * 5000 + "-02-28", "date", True),
        ("1" * 4998 + "04-02-29", "date", True),
        ("1" * 4998 + "01-02-29", "date", False),
        ("9" * 100000, "integer", True),
        ("9" * 100000, "long", False),
        ("0" * 100000 + "7", "byte", True),
        ("-" + "9" * 100000, "nonPositiveInteger", True),
        ("QUJD " * 40000 + "*", "base64Binary", False),
        ("a " * 40000, "token", False),
        ("P" + "1" * 100000, "duration", False),
    ],
    ids=lambda value: str(value)[:8],
)
def test_long_texts_take_no_long_time(text: str, datatype: str, good: bool) -> None:
    start = time.process_time()
    assert well_formed(text, XSD + datatype) is good
    assert time.process_time() - start < 2


@given(st.dates())
def test_every_day_of_the_calendar_is_a_date(day: Any) -> None:
    assert well_formed(day.isoformat(), f"{XSD}date")


@given(st.integers())
def test_integers_beside_their_bounds(number: int) -> None:
    for name, bits in (("byte", 8), ("short", 16), ("int", 32), ("long", 64)):
        assert well_formed(str(number), XSD + name) == (-(2 ** (bits - 1)) <= number < 2 ** (bits - 1))
