# SPDX-License-Identifier: Apache-2.0
"""The answer to a query, and its standard forms: CSV, TSV, JSON, XML, and Turtle for graphs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, TypeAlias

from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    Triple,
)

from imnm_kg.errors import ImnmError
from imnm_kg.model.namespaces import XSD

if TYPE_CHECKING:
    import pandas

__all__ = ["Answer", "Result", "Term", "plain", "serialize", "short"]

Term: TypeAlias = NamedNode | Literal | BlankNode
Result: TypeAlias = QuerySolutions | QueryBoolean | QueryTriples | tuple[Triple, ...]


class Answer:
    """Rows (``SELECT``), a boolean (``ASK``) or triples (``CONSTRUCT``, ``DESCRIBE``); one of the three.

    Attributes:
        variables: the names of the columns.
        rows: one tuple a row, ``None`` where a variable is unbound.
        boolean: the answer of ``ASK``.
        triples: the graph that was constructed.
    """

    __slots__ = ("boolean", "rows", "triples", "variables")

    def __init__(
        self,
        variables: tuple[str, ...] = (),
        rows: tuple[tuple[Term | None, ...], ...] = (),
        boolean: bool | None = None,
        triples: tuple[Triple, ...] | None = None,
    ) -> None:
        """Hold one of the three."""
        self.variables = variables
        self.rows = rows
        self.boolean = boolean
        self.triples = triples

    @staticmethod
    def of(result: Result) -> Answer:
        """Read a result to its end."""
        if isinstance(result, QueryBoolean):
            return Answer(boolean=bool(result))
        if not isinstance(result, QuerySolutions):
            return Answer(triples=tuple(result))
        variables = tuple(variable.value for variable in result.variables)
        rows = tuple(tuple(solution[name] for name in variables) for solution in result)
        return Answer(variables=variables, rows=rows)

    def __len__(self) -> int:
        return len(self.rows if self.triples is None else self.triples)

    def __iter__(self) -> Iterator[dict[str, str | int | float | bool | None]]:
        """Yield each row as plain Python values by column name; IRIs and texts are strings."""
        for row in self.rows:
            yield {name: plain(term) for name, term in zip(self.variables, row, strict=True)}

    def to_pandas(self) -> pandas.DataFrame:
        """Return the rows as a data frame of plain values.

        Raises:
            ImnmError: ``pandas-missing`` when pandas is not installed.
        """
        try:
            import pandas as pd
        except ImportError as error:
            raise ImnmError(
                "pandas-missing", "pandas is not installed", "install it with pip install 'imnm-kg[pandas]'"
            ) from error
        return pd.DataFrame(list(self), columns=list(self.variables))


def plain(term: Term | None) -> str | int | float | bool | None:
    """Turn a term into a Python value; a literal that its datatype does not allow stays text."""
    if not isinstance(term, Literal):
        return None if term is None else term.value
    name = term.datatype.value.removeprefix(XSD)
    try:
        if name == "integer":
            return int(term.value)
        if name in ("decimal", "double", "float"):
            return float(term.value)
    except ValueError:
        return term.value
    return term.value in ("true", "1") if name == "boolean" else term.value


def short(term: Term | None, prefixes: Mapping[str, str]) -> str:
    """Write a term for a person: a prefixed name where there is one, a literal's text without quotes."""
    if term is None:
        return ""
    if isinstance(term, NamedNode):
        value = term.value
        best = max(
            (p for p in prefixes if value.startswith(prefixes[p])),
            key=lambda p: len(prefixes[p]),
            default=None,
        )
        if best is not None and not set(local := value[len(prefixes[best]) :]) & set("/#?"):
            return f"{best}:{local}"
        return value
    return term.value if isinstance(term, Literal) else str(term)


def serialize(result: Result, form: str, prefixes: Mapping[str, str]) -> str:
    """Write a result in one of the standard forms, all but ``table``.

    Raises:
        ImnmError: ``format-unfit`` for rows as Turtle or a graph as a table of rows.
    """
    if not isinstance(result, QuerySolutions | QueryBoolean):
        if form != "turtle":
            raise ImnmError("format-unfit", f"a graph cannot be written as {form}", "use --format turtle")
        from imnm_kg.rdf.turtle import used_prefixes, write_turtle

        triples = tuple(result)
        return write_turtle(triples, used_prefixes(triples, prefixes))
    if form == "turtle":
        remedy = "use table, csv, tsv, json or xml, or ask with CONSTRUCT"
        raise ImnmError("format-unfit", "rows cannot be written as Turtle", remedy)
    if isinstance(result, QueryBoolean) and form in ("csv", "tsv"):
        return f"{str(bool(result)).lower()}\n"
    body = result.serialize(format=getattr(QueryResultsFormat, form.upper()))
    text = (body or b"").decode()
    return text if text.endswith("\n") else text + "\n"
