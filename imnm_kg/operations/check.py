# SPDX-License-Identifier: Apache-2.0
"""Check: run the queries of ``queries/checks/``; a row of one of them is a problem."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions, Store

from imnm_kg.errors import Place
from imnm_kg.model.findings import Finding
from imnm_kg.model.stored_query import StoredQuery
from imnm_kg.rdf.canonical import union
from imnm_kg.rdf.sparql import query_error

__all__ = ["check"]


def check(
    quads: Iterable[Quad],
    queries: Sequence[StoredQuery],
    place_of: Callable[[str], Place | None] = lambda _: None,
    prefixes: dict[str, str] | None = None,
) -> list[Finding]:
    """Run the checks over the union of all graphs.

    Returns:
        A finding for each row: the title of the check, the values of the row, and what to do.

    Raises:
        ImnmError: ``query-syntax`` for a check that cannot be run.
    """
    store = Store()
    store.bulk_extend(union(quads))
    findings: list[Finding] = []
    for query in queries:
        try:
            solutions = store.query(query.text)
        except (SyntaxError, RuntimeError) as error:
            raise query_error(error, query.text, query.path) from error
        assert isinstance(solutions, QuerySolutions)
        names = [variable.value for variable in solutions.variables]
        for solution in solutions:
            row = {name: solution[name] for name in names if solution[name] is not None}
            first = next((term.value for term in row.values() if isinstance(term, NamedNode)), None)
            values = ", ".join(f"{name} {_shown(term, prefixes or {})}" for name, term in row.items())
            remedy = query.header.get("remedy", query.description)
            message = f"{query.title}: {values}; {remedy}"
            place = None if first is None else place_of(first)
            findings.append(Finding(f"check-{query.name}", message, place, first))
    return findings


def _shown(term: object, prefixes: dict[str, str]) -> str:
    if isinstance(term, Literal):
        return f"“{term.value}”"
    if isinstance(term, NamedNode):
        for prefix, namespace in prefixes.items():
            if term.value.startswith(namespace) and "/" not in term.value[len(namespace) :]:
                return f"{prefix}:{term.value[len(namespace) :]}"
        return f"<{term.value}>"
    return str(term)
