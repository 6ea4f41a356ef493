# SPDX-License-Identifier: Apache-2.0
"""The lexical spaces of the datatypes of XML Schema 1.1 and RDF: whether a literal is written as its datatype asks."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from imnm_kg.shacl.vocabulary import RDF, XSD

__all__ = ["known_datatype", "well_formed"]

_TIMEZONE = r"(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))?"
_YEAR = r"(-?(?:[1-9][0-9]{3,}|0[0-9]{3}))"
_MONTH = r"(0[1-9]|1[0-2])"
_DAY = r"(0[1-9]|[12][0-9]|3[01])"
_TIME = r"(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?|24:00:00(?:\.0+)?)"
_DAY_TIME = (
    r"(?:T(?:[0-9]+H(?:[0-9]+M)?(?:[0-9]+(?:\.[0-9]+)?S)?|[0-9]+M(?:[0-9]+(?:\.[0-9]+)?S)?|[0-9]+(?:\.[0-9]+)?S))"
)
_NAME_START = (
    r":A-Z_a-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C-\u200D\u2070-\u218F\u2C00-\u2FEF"
    r"\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\U00010000-\U000EFFFF"
)
_NAME = rf"{_NAME_START}\-.0-9\u00B7\u0300-\u036F\u203F-\u2040"
_BASE64 = r"[A-Za-z0-9+/] ?"
_BASE64_END = r"[AEIMQUYcgkosw048] ?"

# Where the pattern has groups, they are year, month and day, so that the day can be checked against the calendar.
_PATTERNS = {
    "boolean": r"true|false|1|0",
    "decimal": r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)",
    "integer": r"[+-]?[0-9]+",
    "double": r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[+-]?INF|NaN",
    "dateTime": rf"{_YEAR}-{_MONTH}-{_DAY}T{_TIME}{_TIMEZONE}",
    "dateTimeStamp": rf"{_YEAR}-{_MONTH}-{_DAY}T{_TIME}(?!$){_TIMEZONE}",
    "date": rf"{_YEAR}-{_MONTH}-{_DAY}{_TIMEZONE}",
    "time": rf"{_TIME}{_TIMEZONE}",
    "gYear": rf"{_YEAR}{_TIMEZONE}",
    "gYearMonth": rf"{_YEAR}-{_MONTH}{_TIMEZONE}",
    "gMonth": rf"--{_MONTH}{_TIMEZONE}",
    "gMonthDay": rf"--(?:{_MONTH}-(?:0[1-9]|1[0-9]|2[0-8])|(?!02){_MONTH}-(?:29|30)|02-29|(?:0[13578]|1[02])-31)"
    + _TIMEZONE,
    "gDay": rf"---{_DAY}{_TIMEZONE}",
    "duration": rf"-?P(?=[0-9T])(?:[0-9]+Y)?(?:[0-9]+M)?(?:[0-9]+D)?{_DAY_TIME}?",
    "yearMonthDuration": r"-?P(?:[0-9]+Y(?:[0-9]+M)?|[0-9]+M)",
    "dayTimeDuration": rf"-?P(?:[0-9]+D{_DAY_TIME}?|{_DAY_TIME})",
    "hexBinary": r"(?:[0-9a-fA-F]{2})*",
    "base64Binary": rf"(?:(?:(?:{_BASE64}){{4}})*(?:(?:{_BASE64}){{3}}[A-Za-z0-9+/]|(?:{_BASE64}){{2}}{_BASE64_END}="
    rf"|{_BASE64}[AQgw] ?= ?=))?",
    "normalizedString": r"[^\r\n\t]*",
    "token": r"(?:[^\r\n\t ]+(?: [^\r\n\t ]+)*)?",
    "language": r"[a-zA-Z]{1,8}(?:-[a-zA-Z0-9]{1,8})*",
    "Name": rf"[{_NAME_START}][{_NAME}]*",
    "NCName": rf"(?!:)[{_NAME_START}](?:(?!:)[{_NAME}])*",
    "NMTOKEN": rf"[{_NAME}]+",
}
_PATTERNS["float"] = _PATTERNS["double"]
_PATTERNS["ID"] = _PATTERNS["IDREF"] = _PATTERNS["ENTITY"] = _PATTERNS["NCName"]

# Integers within bounds; None is no bound.
_BOUNDS: dict[str, tuple[int | None, int | None]] = {
    "long": (-(2**63), 2**63 - 1),
    "int": (-(2**31), 2**31 - 1),
    "short": (-(2**15), 2**15 - 1),
    "byte": (-(2**7), 2**7 - 1),
    "nonNegativeInteger": (0, None),
    "positiveInteger": (1, None),
    "nonPositiveInteger": (None, 0),
    "negativeInteger": (None, -1),
    "unsignedLong": (0, 2**64 - 1),
    "unsignedInt": (0, 2**32 - 1),
    "unsignedShort": (0, 2**16 - 1),
    "unsignedByte": (0, 2**8 - 1),
}
# Those in whose lexical space every text is, or that hold the rest of what is not above.
_ANY_TEXT = {"string", "anyURI", "QName", "NOTATION", "anySimpleType", "anyAtomicType", "untypedAtomic", "IDREFS",
             "ENTITIES", "NMTOKENS", "precisionDecimal"}  # fmt: skip
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@lru_cache(maxsize=256)
def _checker(datatype: str) -> Callable[[str], bool] | None:
    """Return what judges the lexical forms of a datatype; None where it is unknown, or takes every text."""
    if datatype == f"{RDF}langString" or not datatype.startswith(XSD):
        return None
    name = datatype[len(XSD) :]
    if name in _BOUNDS:
        return lambda text: _bounded(text, *_BOUNDS[name])
    pattern = _PATTERNS.get(name)
    if pattern is None:
        return None
    fullmatch = re.compile(pattern).fullmatch
    if not name.startswith("date"):
        return lambda text: fullmatch(text) is not None

    def dated(text: str) -> bool:
        found = fullmatch(text)
        # The calendar repeats every 400 years, and a year may have more digits than int() takes.
        return found is not None and int(found[3]) <= _days(int(found[1][-4:]), int(found[2]))

    return dated


def _bounded(text: str, low: int | None, high: int | None) -> bool:
    if re.fullmatch(_PATTERNS["integer"], text) is None:
        return False
    # A number of more digits than any bound has is out of a bound by its sign; int() of a million digits takes long.
    digits = text.lstrip("+-0")
    sign = -1 if text.startswith("-") else 1
    value = sign * (int(digits or "0") if len(digits) < 30 else 10**30)
    return (low is None or value >= low) and (high is None or value <= high)


def _days(year: int, month: int) -> int:
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 28 if month == 2 and not leap else _DAYS[month - 1]


def well_formed(text: str, datatype: str) -> bool:
    """Tell whether a text is in the lexical space of a datatype; of one that this module does not know, every text is.

    Args:
        text: the lexical form, as written.
        datatype: the IRI of the datatype.
    """
    checker = _checker(datatype)
    return checker is None or checker(text)


def known_datatype(datatype: str) -> bool:
    """Tell whether a datatype in the namespace of XML Schema is one of its datatypes; of any other, say yes.

    Args:
        datatype: the IRI of the datatype.
    """
    name = datatype.removeprefix(XSD)
    return name == datatype or name in _PATTERNS or name in _BOUNDS or name in _ANY_TEXT
