# SPDX-License-Identifier: Apache-2.0
"""SPARQL text: what of it is no string, IRI or comment, which prefixes it uses, and errors with places."""

from __future__ import annotations

import re
from collections.abc import Mapping

from imnm_kg.errors import ImnmError, Place

__all__ = [
    "OPAQUE",
    "bare",
    "lacks_function",
    "place_at",
    "query_error",
    "query_form",
    "service_place",
    "undeclared_prefixes",
]

OPAQUE = (
    r"\\[_~.!$&'()*+,;=/?#@%-]"  # an escape in a local name begins no string and no comment
    r'|"""(?:[^"\\]|\\.|"(?!""))*"""'
    r"|'''(?:[^'\\]|\\.|'(?!''))*'''"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'(?:[^'\\\n]|\\.)*'"
    r'|<[^<>"{}|^`\s]{0,1000}>'  # no longer: "<" may as well be the sign for less
    r"|\#[^\n]*"
)
"""Matches one string, IRI or comment: text in which no word is a keyword."""


def bare(text: str) -> str:
    """Blank out strings, IRIs and comments, so that keywords are found only where they are keywords."""
    return re.sub(OPAQUE, lambda found: re.sub(r"[^\n]", " ", found.group()), text)


def place_at(text: str, offset: int, shown: str) -> Place:
    """Return line and column of an offset.

    Args:
        text: the text.
        offset: the offset, from 0.
        shown: the path to print.
    """
    return Place(shown, text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset))


def query_form(text: str) -> str | None:
    """Return the form of a query: ``SELECT``, ``ASK``, ``CONSTRUCT`` or ``DESCRIBE``."""
    found = re.search(r"(?i)(?<![\w:?$.-])(SELECT|ASK|CONSTRUCT|DESCRIBE)(?![\w:.-])", bare(text))
    return None if found is None else found[1].upper()


# Everything that is one token though it may hold the word: strings, IRIs, comments, prefixed names, variables,
# language tags. What is left of words are keywords.
_TOKEN = rf"(?P<opaque>{OPAQUE}|(?:[^\W\d][\w.-]*)?:(?:[\w:%.-]|\\.)*|[?$]\w+|@[\w-]+)|(?P<word>[^\W\d]\w*)"
_CODE_POINT = r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})"


def service_place(text: str, shown: str) -> Place | None:
    """Return where a query calls another server with ``SERVICE``, if it does.

    SPARQL turns escaped code points into characters before anything else, so the query is looked at both as it is
    written and as it will be read.
    """
    if "\\" not in text and "service" not in text.lower():
        return None
    for read in dict.fromkeys((text, _unescaped(text))):
        if "service" not in read.lower():
            continue
        for token in re.finditer(_TOKEN, read):
            # A number may run into the word: 1e0SERVICE is a number and a keyword.
            if token["word"] and "service" in token["word"].lower():
                return place_at(read, token.start(), shown)
    return None


def _unescaped(text: str) -> str:
    def character(found: re.Match[str]) -> str:
        code = int(found[1] or found[2], 16)
        return chr(code) if code < 0x110000 else found.group()

    return re.sub(_CODE_POINT, character, text)


def undeclared_prefixes(text: str) -> dict[str, int]:
    """Return the prefixes that a query uses and does not declare, each with the offset of its first use."""
    query = bare(text)
    declared = set(re.findall(r"(?i)\bPREFIX\s+([\w.-]*):", query))
    uses = re.finditer(r"(?<![\w:?$@.-])([A-Za-z][\w.-]*)?:", query)
    found: dict[str, int] = {}
    for use in uses:
        if (prefix := use[1] or "") not in declared:
            found.setdefault(prefix, use.start())
    return found


# Among the tokens that could follow the parser also says in words what else is wrong.
_SENTENCE = re.compile(r"(?:^|, )([A-Z][A-Za-z]*(?: [A-Za-z]+)+)(?=, |$)")


def lacks_function(error: RuntimeError) -> bool:
    """Tell whether an engine raised an error because it does not have a function that the query calls."""
    return "custom function" in str(error)


def query_error(
    error: SyntaxError | RuntimeError, text: str, shown: str, known: Mapping[str, str] | None = None
) -> ImnmError:
    """Turn an engine's error into one line: what, where, what to do.

    Args:
        error: what the parser raised; its own text lists every token that could have followed. Or what the engine
            raised that does not have a function.
        text: the query.
        shown: how to name the query.
        known: prefixes that need not be declared.
    """
    if isinstance(error, RuntimeError):
        function = re.search(r"<[^>]*>", str(error)) if lacks_function(error) else None
        if function is None:
            return ImnmError("query-syntax", str(error), "mend the query", Place(shown))
        at = text.find(function[0])
        place = Place(shown) if at < 0 else place_at(text, at, shown)
        what = f"the function {function[0]} is none of SPARQL 1.1"
        return ImnmError("query-syntax", what, "take a function of SPARQL 1.1", place)
    update = re.search(
        r"(?i)^\s*(?:(?:PREFIX\s+\S*:|BASE)\s+)*(INSERT|DELETE|LOAD|CLEAR|DROP|CREATE|ADD|MOVE|COPY|WITH)\b", bare(text)
    )
    if update is not None:
        what = f"{update[1].upper()} is an update, and the graph is only read"
        return ImnmError(
            "query-syntax", what, "ask with SELECT, ASK, CONSTRUCT or DESCRIBE", place_at(text, update.start(1), shown)
        )
    for prefix, offset in undeclared_prefixes(text).items():
        if prefix not in (known or {}):
            what = f"the prefix {prefix}: is not declared"
            return ImnmError("query-syntax", what, "declare it with PREFIX", place_at(text, offset, shown))
    found = re.match(r"error at (\d+):(\d+): (?:expected (?:one of )?)?(.*)", str(error.msg), flags=re.DOTALL)
    if found is None:
        return ImnmError("query-syntax", f"not SPARQL 1.1: {error.msg}", "mend the query", Place(shown))
    line, column = int(found[1]), int(found[2])
    lines = text.split("\n")
    rest = lines[line - 1][column - 1 :].strip() if line <= len(lines) else ""
    sentence = _SENTENCE.search(" ".join(found[3].split()))
    if sentence is not None:
        what = sentence[1][0].lower() + sentence[1][1:] if sentence[1][1].islower() else sentence[1]
        if not rest:  # what is wrong with the whole is told at its end
            return ImnmError("query-syntax", f"not SPARQL 1.1: {what}", "mend the query", Place(shown))
    else:
        what = f"“{rest[:30]}” cannot stand here" if rest else "the query ends too early"
    return ImnmError("query-syntax", f"not SPARQL 1.1: {what}", "mend the query", Place(shown, line, column))
