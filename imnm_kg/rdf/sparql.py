# SPDX-License-Identifier: Apache-2.0
"""SPARQL text: what of it is no string, IRI or comment, which prefixes it uses, and errors with places."""

from __future__ import annotations

import re
from collections.abc import Mapping

from imnm_kg.errors import ImnmError, Place

__all__ = ["bare", "query_form", "service_place", "syntax_error", "undeclared_prefixes"]

_OPAQUE = (
    r'"""(?:[^"\\]|\\.|"(?!""))*"""'
    r"|'''(?:[^'\\]|\\.|'(?!''))*'''"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'(?:[^'\\\n]|\\.)*'"
    r'|<[^<>"{}|^`\s]*>'
    r"|\#[^\n]*"
)


def bare(text: str) -> str:
    """Blank out strings, IRIs and comments, so that keywords are found only where they are keywords."""
    return re.sub(_OPAQUE, lambda found: re.sub(r"[^\n]", " ", found.group()), text)


def place_at(text: str, offset: int, shown: str) -> Place:
    """Return line and column of an offset."""
    return Place(shown, text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset))


def query_form(text: str) -> str | None:
    """Return the form of a query: ``SELECT``, ``ASK``, ``CONSTRUCT`` or ``DESCRIBE``."""
    found = re.search(r"(?i)(?<![\w:?$.-])(SELECT|ASK|CONSTRUCT|DESCRIBE)(?![\w:.-])", bare(text))
    return None if found is None else found[1].upper()


def service_place(text: str, shown: str) -> Place | None:
    """Return where a query calls another server with ``SERVICE``, if it does."""
    if "service" not in text.lower():
        return None
    found = re.search(r"(?i)(?<![\w:?$.-])SERVICE(?![\w:.-])", bare(text))
    return None if found is None else place_at(text, found.start(), shown)


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


def syntax_error(error: SyntaxError, text: str, shown: str, known: Mapping[str, str] | None = None) -> ImnmError:
    """Turn a parser's error into one line: what, where, what to do.

    Args:
        error: what the parser raised; its own text lists every token that could have followed.
        text: the query.
        shown: how to name the query.
        known: prefixes that need not be declared.
    """
    for prefix, offset in undeclared_prefixes(text).items():
        if prefix not in (known or {}):
            what = f"the prefix {prefix}: is not declared"
            return ImnmError("query-syntax", what, "declare it with PREFIX", place_at(text, offset, shown))
    found = re.match(r"error at (\d+):(\d+): (?:expected (?:one of )?)?(.*)", str(error.msg), flags=re.DOTALL)
    if found is None:
        return ImnmError("query-syntax", f"not SPARQL 1.1: {error.msg}", "mend the query", Place(shown))
    line, column = int(found[1]), int(found[2])
    rest = (text.splitlines() or [""])[min(line, text.count("\n") + 1) - 1][column - 1 :].strip()
    sentence = re.match(r"The [^\[\]]+?(?=,? \[_\]|$)", " ".join(found[3].split()))
    if sentence is not None:
        what = sentence.group()
    else:
        what = f"“{rest[:30]}” cannot stand here" if rest else "the query ends too early"
    return ImnmError("query-syntax", f"not SPARQL 1.1: {what}", "mend the query", Place(shown, line, column))
