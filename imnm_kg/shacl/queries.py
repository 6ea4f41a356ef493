# SPDX-License-Identifier: Apache-2.0
"""Queries of shapes: what pre-binding forbids, and how a query is bound to nodes.

A query is bound either to many nodes at once, when the structure shows that this cannot change its meaning, or to one
node by putting its term into the text, as the standard describes pre-binding.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import pyoxigraph as ox
from pyoxigraph import NamedNode

from imnm_kg.rdf.sparql import query_error
from imnm_kg.shacl.frozen import Frozen
from imnm_kg.shacl.query_syntax import Structure, Token, UnknownSyntaxError, read_structure, tokenize
from imnm_kg.shacl.vocabulary import RDF

__all__ = ["TOGETHER", "Query", "QueryError"]

_FORBIDDEN = ("MINUS", "VALUES", "SERVICE")
# Where one of these stands, the rows of many nodes would be counted, cut or joined together.
TOGETHER = {"GROUP", "HAVING", "LIMIT", "OFFSET", "COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"}
_FREE = ("shapesGraph", "currentShape", "PATH")
MARK = "imnmMark"
ALONE = "imnmRow"
MARKS = NamedNode("urn:x-shacl:marks")


class QueryError(ValueError):
    """A query that no shape may hold, or that is no SPARQL.

    Attributes:
        line: the line of the query's text that is at fault, from 1, where it is known.
    """

    def __init__(self, what: str, line: int | None = None) -> None:
        self.line = line
        super().__init__(what)


def mark(name: str) -> NamedNode:
    """Return the predicate that leads from a mark to the node that a variable is bound to."""
    return NamedNode(f"urn:x-shacl:{name}")


class Query(Frozen):
    """A query of a constraint or of a validator.

    Attributes:
        text: its text as the shapes graph gives it, with ``$PATH`` put in.
        prologue: the declarations that ``sh:prefixes`` leads to.
        prefixes: the same as a mapping.
    """

    text: str
    prologue: str
    prefixes: Mapping[str, str]

    @cached_property
    def tokens(self) -> list[Token]:
        """The tokens of the text; none when it holds something unknown."""
        try:
            return tokenize(self.text)
        except UnknownSyntaxError:
            return []

    @cached_property
    def structure(self) -> Structure | None:
        """The structure of the text, if it could be read."""
        try:
            return read_structure(self.tokens)
        except UnknownSyntaxError:
            return None

    def check(self, form: str, bound: tuple[str, ...]) -> None:
        """Refuse what no engine may evaluate.

        Args:
            form: ``SELECT`` or ``ASK``, as the property that holds the query says.
            bound: the names of the variables that will be pre-bound.

        Raises:
            QueryError: when the text is no such query, or breaks a rule of pre-binding.
        """
        unbound = {token.name for token in self.tokens if token.kind == "var"} & set(_FREE)
        text = self.bind(dict.fromkeys(unbound, "<urn:x>")) if unbound else self.text
        if _form(self.prologue, text) != form:
            raise QueryError(f"the query is no {form}")
        words = {token.name: token for token in self.tokens if token.kind == "word"}
        for word in _FORBIDDEN:
            if word in words:
                raise QueryError(f"{word} has no meaning with pre-bound variables", self._line(words[word]))
        if "FROM" in words:
            raise QueryError("FROM names graphs, and the data is one graph", self._line(words["FROM"]))
        for before, token in zip(self.tokens, self.tokens[1:], strict=False):
            if before.name == "AS" and token.kind == "var" and token.name in (*bound, *_FREE):
                raise QueryError(f"${token.name} is pre-bound, so AS cannot give it a value", self._line(token))
        if self.structure is None:
            return
        for names in self.structure.selects[1:]:
            for name in bound:
                if names is None or name not in names:
                    raise QueryError(f"a SELECT within the query must list ${name}")
        for graph in self.structure.graphs:
            if graph.lstrip("$?") != "shapesGraph":
                raise QueryError(f"GRAPH {graph} cannot be asked: the data is one graph, the union of all")

    def _line(self, token: Token) -> int:
        return self.text.count("\n", 0, token.start) + 1

    def uses(self, name: str) -> bool:
        """Tell whether the query holds a variable."""
        return not self.tokens or any(token.kind == "var" and token.name == name for token in self.tokens)

    def predicates(self) -> frozenset[str] | None:
        """Give the IRIs of the predicates that it can see; None for all."""
        structure = self.structure
        if structure is None or structure.any_predicate:
            return None
        found = {self.iri(text) for text in structure.predicates}
        return None if None in found else frozenset(iri for iri in found if iri is not None)

    def iri(self, text: str) -> str | None:
        """Give the IRI that a token stands for, if it is one and can be told."""
        if text == "a":
            return f"{RDF}type"
        if text.startswith("<"):
            return text[1:-1]
        prefix, colon, local = text.partition(":")
        if not colon or prefix not in self.prefixes or "\\" in local:
            return None
        return self.prefixes[prefix] + local

    def together(self, names: tuple[str, ...]) -> bool:
        """Tell whether binding variables to many nodes at once gives what binding them one by one does."""
        structure = self.structure
        if structure is None or len(structure.projections) > 1 or structure.words & TOGETHER:
            return False
        groups = structure.top.walk()
        if any(set(names) & group.zero for group in groups):
            return False
        # Only the outermost group is joined with the nodes before it is tested; another one must bind by itself.
        return all(
            name not in group.late and (name not in group.tests or name in group.binds)
            for group in groups[1:]
            for name in names
        )

    def for_marks(self, names: tuple[str, ...]) -> str:
        """Write the query so that it is asked of all marks of the graph of marks; each row names its mark."""
        assert self.structure is not None
        parts = " ; ".join(f"{mark(name)} ?{name}" for name in names)
        marks = f" GRAPH {MARKS} {{ ?{MARK} {parts} . }} "
        return self._with_start(marks, f"?{MARK} ")

    def for_names(self, names: tuple[str, ...]) -> str:
        """Write the query so that its rows name the nodes that it was asked of, which it binds itself."""
        assert self.structure is not None
        listed = self.structure.selects[0] if self.structure.selects else set()
        missing = [f"?{name} " for name in names if listed is not None and name not in listed]
        return self._with_start("", "".join(missing))

    def for_values(self, names: tuple[str, ...], rows: str) -> str:
        """Write the query so that it is asked of rows of terms, each in brackets with the number of its mark."""
        variables = " ".join(f"?{name}" for name in (MARK, *names))
        return self._with_start(f" VALUES ({variables}) {{ {rows} }} ", f"?{MARK} ")

    def _with_start(self, start: str, projected: str) -> str:
        structure = self.structure
        assert structure is not None
        inside = self.text[structure.opening :]
        if structure.form == "ASK":
            at = next(token.start for token in self.tokens if token.name == "ASK")
            return f"{self.prologue}{self.text[:at]}SELECT DISTINCT {projected}WHERE {{{start}{inside}"
        first, _ = structure.projections[0]
        names = structure.selects[0]
        if names is None:
            head = self.text[: structure.opening]
        else:
            behind = first + 1 if self.tokens[first + 1].name not in ("DISTINCT", "REDUCED") else first + 2
            at = self.tokens[behind].start
            head = f"{self.text[:at]}{projected}{self.text[at : structure.opening]}"
        return f"{self.prologue}{head}{start}{inside}"

    def bind(self, terms: Mapping[str, str]) -> str:
        """Put terms into the text in place of variables.

        Args:
            terms: the text of a term, or of a path, by the name of the variable.

        Returns:
            The text without its declarations.
        """
        tokens, parts, last = self.tokens, [], 0
        ranges = self.structure.projections if self.structure is not None else []
        emptied = set()
        for first, end in ranges:
            bare = [token for token in tokens[first:end] if token.name not in ("SELECT", "DISTINCT", "REDUCED")]
            if bare and all(token.kind == "var" and token.name in terms for token in bare):
                emptied.add(first)
        for number, token in enumerate(tokens):
            if number in emptied:
                behind = 2 if tokens[number + 1].name in ("DISTINCT", "REDUCED") else 1
                end = tokens[number + behind].start
                parts += [self.text[last:end], f"(1 AS ?{ALONE}{number}) "]
                last = end
            if token.kind != "var" or token.name not in terms:
                continue
            start, end, text = token.start, token.end, terms[token.name]
            if number > 1 and tokens[number - 1].text == "(" and tokens[number - 2].name == "BOUND":
                start, end, text = tokens[number - 2].start, tokens[number + 1].end, "(true)"
            elif any(first < number < behind for first, behind in ranges) and not self._within(number):
                text = ""
            elif self._grouped(number):
                text = f"({text})"
            parts += [self.text[last:start], text]
            last = end
        return "".join([*parts, self.text[last:]])

    def _grouped(self, number: int) -> bool:
        """Tell whether a variable is one that GROUP BY or ORDER BY lists; there a term must stand in brackets."""
        while number > 0 and self.tokens[number - 1].kind == "var":
            number -= 1
        return number > 0 and self.tokens[number - 1].name == "BY"

    def _within(self, number: int) -> bool:
        """Tell whether a token of a SELECT clause stands in brackets."""
        depth = 0
        for token in self.tokens[:number]:
            depth += {"(": 1, ")": -1}.get(token.text, 0)
        return depth > 0


def _form(prologue: str, text: str) -> str:
    """Give the form of a query that an engine can read; its rows are left here, for they may end on no other thread."""
    try:
        rows = ox.Store().query(prologue + text)
    except (SyntaxError, RuntimeError) as error:
        raise _refused(error, prologue, text) from error
    if isinstance(rows, ox.QueryBoolean):
        return "ASK"
    return "CONSTRUCT" if isinstance(rows, ox.QueryTriples) else "SELECT"


def _refused(error: SyntaxError | RuntimeError, prologue: str, text: str) -> QueryError:
    fault = query_error(error, prologue + text, "")
    line = None if fault.place is None or fault.place.line is None else fault.place.line - prologue.count("\n")
    return QueryError(fault.what, line if line is None or line > 0 else 1)
