# SPDX-License-Identifier: Apache-2.0
"""Ask: run SPARQL against a built release in memory."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pyoxigraph import RdfFormat, Store

from imnm_kg.errors import ImnmError, Place
from imnm_kg.rdf.sparql import bare, query_error, service_place, undeclared_prefixes

if TYPE_CHECKING:
    from imnm_kg.model.results import Result

__all__ = ["ask", "check_query", "open_release", "with_prefixes"]


def open_release(folder: Path, *, graphs: bool = False) -> Store:
    """Load a release into memory.

    Args:
        folder: the folder of the release.
        graphs: also load the named graphs, for queries with ``GRAPH``; the default graph is the union of all
            in either case.

    Raises:
        ImnmError: ``release-damaged`` with the file and line.
    """
    store = Store()
    files = [("imnm.ttl", RdfFormat.TURTLE)] + ([("imnm.nq", RdfFormat.N_QUADS)] if graphs else [])
    for name, form in files:
        path = folder / name
        try:
            store.load(path=str(path), format=form, lenient=True)  # our own files: no need to look at each IRI
        except (SyntaxError, OSError) as error:
            line = error.lineno if isinstance(error, SyntaxError) else None
            said = error.msg if isinstance(error, SyntaxError) else error.strerror or str(error)
            what = f"the release cannot be read: {said}"
            place = Place(str(path), line)
            raise ImnmError("release-damaged", what, "build it again with 'imnm-kg build'", place) from error
        if not path.stat().st_size:
            what = "the file of the release is empty"
            raise ImnmError("release-damaged", what, "build it again with 'imnm-kg build'", Place(str(path)))
    return store


def ask(store: Store, text: str, prefixes: Mapping[str, str] | None = None, shown: str = "query") -> Result:
    """Run a query; nothing goes to the network.

    Args:
        store: an opened release.
        text: SPARQL 1.1 query text.
        prefixes: prefixes that need not be declared in the query.
        shown: how to name the query in errors.

    Raises:
        ImnmError: ``query-syntax`` with line and column, ``query-service`` for a query that would call another
            server.
    """
    check_query(text, shown)
    try:
        return store.query(text, prefixes=dict(prefixes or {}))
    except (SyntaxError, RuntimeError) as error:
        raise query_error(error, text, shown, prefixes) from error


def check_query(text: str, shown: str = "query", services: Collection[str] = ()) -> bool:
    """Refuse a query that would call another server, or would crash the engine.

    Args:
        text: SPARQL query text.
        shown: how to name the query in errors.
        services: the addresses that ``SERVICE`` may ask.

    Returns:
        Whether the query calls one of the services.

    Raises:
        ImnmError: ``query-service``, ``query-too-large``.
    """
    place = service_place(text, shown)
    if place is not None and not _only_calls(text, services):
        raise ImnmError(
            "query-service",
            "SERVICE would send a request to another server",
            "remove it, or ask that server with --endpoint",
            place,
        )
    _refuse_what_would_crash(text, shown)
    return place is not None


def _only_calls(text: str, services: Collection[str]) -> bool:
    """Tell whether each SERVICE names one of the addresses in full; in doubt it does not."""
    if "\\" in text:  # an escape may hide the word
        return False
    pattern = r"(?i)(?<![\w:?$])service\s+(?:silent\s*)?<([^<>\s]*)>"
    # Whatever else has the word may be the keyword, as in "SERVICE # a comment".
    return "service" not in re.sub(pattern, "", text).lower() and set(re.findall(pattern, text)) <= set(services)


_LONGEST, _DEEPEST, _LONGEST_CHAIN = 65_536, 200, 1_500
# What the engine takes apart by recursion, one step for each.
_CHAINED = r"(?i)[!+*/|&^]|-(?=[?$(])|(?<![A-Za-z])-|\b(?:UNION|OPTIONAL|MINUS|FILTER|GRAPH)\b"


def _refuse_what_would_crash(text: str, shown: str) -> None:
    """Refuse what would overflow the stack of the engine, which would end the whole process without a word."""
    place = Place(shown)
    if len(text) > _LONGEST:
        what = f"the query has {len(text):,} characters, and {_LONGEST:,} are the most"
        raise ImnmError("query-too-large", what, "ask in several queries, or a server with --endpoint", place)
    if len(text) <= _DEEPEST:  # too short for either
        return
    # Brackets in strings count too: telling them apart could be led astray, and so many of them are rare.
    depth = deepest = 0
    if sum(map(text.count, "{([")) > _DEEPEST:
        for character in re.findall(r"[][(){}]", text):
            depth += 1 if character in "{([" else -1
            deepest = max(deepest, depth)
    if deepest > _DEEPEST:
        what = f"the query nests {deepest:,} brackets, and {_DEEPEST} are the most"
        raise ImnmError("query-too-large", what, "write it with fewer", place)
    chained = len(re.findall(_CHAINED, bare(text))) if len(text) > _LONGEST_CHAIN else 0
    if chained > _LONGEST_CHAIN:
        what = f"the query has {chained:,} operators, and {_LONGEST_CHAIN:,} are the most"
        raise ImnmError("query-too-large", what, "use VALUES or IN, or ask in several queries", place)


def with_prefixes(text: str, prefixes: Mapping[str, str]) -> str:
    """Declare the prefixes that a query uses and does not declare, for a server that does not know them."""
    wanted = sorted(set(undeclared_prefixes(text)) & set(prefixes))
    return "\n".join([*(f"PREFIX {prefix}: <{prefixes[prefix]}>" for prefix in wanted), text])
