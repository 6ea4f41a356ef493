# SPDX-License-Identifier: Apache-2.0
"""Constraints on single values: their class, datatype and kind, their text, their range, and lists of allowed ones."""

from __future__ import annotations

from collections.abc import Set
from typing import ClassVar

from pyoxigraph import BlankNode, Literal, NamedNode

from imnm_kg.shacl.constraints.base import Run, ValueConstraint, brief
from imnm_kg.shacl.lexical import well_formed
from imnm_kg.shacl.patterns import Pattern as Compiled
from imnm_kg.shacl.vocabulary import Term

__all__ = [
    "Class",
    "Datatype",
    "In",
    "LanguageIn",
    "MaxExclusive",
    "MaxInclusive",
    "MaxLength",
    "MinExclusive",
    "MinInclusive",
    "MinLength",
    "NodeKind",
    "Pattern",
    "language_matches",
]

_KINDS: dict[str, tuple[type, ...]] = {
    "BlankNode": (BlankNode,),
    "IRI": (NamedNode,),
    "Literal": (Literal,),
    "BlankNodeOrIRI": (BlankNode, NamedNode),
    "BlankNodeOrLiteral": (BlankNode, Literal),
    "IRIOrLiteral": (NamedNode, Literal),
}


class Class(ValueConstraint):
    """``sh:class``: each value is an instance of the class or of one below it."""

    iri: Term

    @property
    def says(self) -> str:
        """What the constraint asks."""
        return f"must be an instance of {brief(self.iri)}"

    def faulty(self, run: Run, values: Set[int]) -> set[int]:
        """Give the values that are no instances."""
        return set(values) - run.graph.instances_among(run.graph.intern(self.iri), values)


class Datatype(ValueConstraint):
    """``sh:datatype``: each value is a literal of the datatype, and written as the datatype asks."""

    iri: NamedNode

    @property
    def says(self) -> str:
        """What the constraint asks."""
        return f"must be a literal of datatype {brief(self.iri)}, written as it asks"

    def faulty(self, run: Run, values: Set[int]) -> set[int]:
        """Give the values that are of another datatype or ill-formed."""
        term, iri, datatype = run.graph.term, self.iri, self.iri.value
        bad = set()
        for value in values:
            node = term(value)
            if not isinstance(node, Literal) or node.datatype != iri or not well_formed(node.value, datatype):
                bad.add(value)
        return bad


class NodeKind(ValueConstraint):
    """``sh:nodeKind``: each value is an IRI, a blank node, a literal, or one of two of them."""

    kind: str

    @property
    def says(self) -> str:
        """What the constraint asks."""
        return f"must be of kind {self.kind}"

    def faulty(self, run: Run, values: Set[int]) -> set[int]:
        """Give the values of another kind."""
        term, kinds = run.graph.term, _KINDS[self.kind]
        return {value for value in values if not isinstance(term(value), kinds)}


def _text(term: Term) -> str | None:
    return term.value if isinstance(term, NamedNode | Literal) else None


class MinLength(ValueConstraint):
    """``sh:minLength``: the text of each value has at least so many characters; a blank node has no text."""

    length: int

    @property
    def says(self) -> str:
        """What the constraint asks."""
        return f"must have {self.length} or more characters"

    def faulty(self, run: Run, values: Set[int]) -> set[int]:
        """Give the values that are too short."""
        term = run.graph.term
        return {value for value in values if (text := _text(term(value))) is None or len(text) < self.length}


class MaxLength(ValueConstraint):
    """``sh:maxLength``: the text of each value has at most so many characters; a blank node has no text."""

    length: int

    @property
    def says(self) -> str:
        """What the constraint asks."""
        return f"must have {self.length} or fewer characters"

    def faulty(self, run: Run, values: Set[int]) -> set[int]:
        """Give the values that are too long."""
        term = run.graph.term
        return {value for value in values if (text := _text(term(value))) is None or len(text) > self.length}


class Pattern(ValueConstraint):
    """``sh:pattern``: a regular expression is found in the text of each value; a blank node has no text."""

    pattern: str
    flags: str
    compiled: Compiled

    @property
    def says(self) -> str:
        """What the constraint asks."""
        return f"must match {self.pattern}" + (f" (flags {self.flags})" if self.flags else "")

    def faulty(self, run: Run, values: Set[int]) -> set[int]:
        """Give the values in which the pattern is not found."""
        term = run.graph.term
        texts = {value: _text(term(value)) for value in values}
        missed = self.compiled.misses({text for text in texts.values() if text is not None})
        return {value for value, text in texts.items() if text is None or text in missed}


def language_matches(language: str, wanted: str) -> bool:
    """Tell whether a language tag is in a basic range of RFC 4647, as ``langMatches`` of SPARQL does."""
    language, wanted = language.lower(), wanted.lower()
    if wanted == "*":
        return bool(language)
    return language == wanted or language.startswith(f"{wanted}-")


class LanguageIn(ValueConstraint):
    """``sh:languageIn``: each value is a literal in one of some languages."""

    languages: tuple[str, ...]

    @property
    def says(self) -> str:
        """What the constraint asks."""
        return f"must be in one of the languages {', '.join(self.languages)}"

    def faulty(self, run: Run, values: Set[int]) -> set[int]:
        """Give the values in no language or another one."""
        term = run.graph.term
        known: dict[str | None, bool] = {None: False}
        bad = set()
        for value in values:
            node = term(value)
            language = node.language if isinstance(node, Literal) else None
            if language not in known:
                known[language] = any(language_matches(language or "", wanted) for wanted in self.languages)
            if not known[language]:
                bad.add(value)
        return bad


class In(ValueConstraint):
    """``sh:in``: each value is one of a list."""

    members: tuple[Term, ...]

    @property
    def says(self) -> str:
        """What the constraint asks."""
        return f"must be one of {brief(self.members)}"

    def faulty(self, run: Run, values: Set[int]) -> set[int]:
        """Give the values that are not in the list."""
        return set(values) - {run.graph.intern(member) for member in self.members}


class _Range(ValueConstraint):
    """A bound: each value compares with it in one of some ways; one that cannot be compared is at fault."""

    bound: Literal
    allowed: ClassVar[str]
    words: ClassVar[str]

    @property
    def says(self) -> str:
        """What the constraint asks."""
        return f"must be {self.words} {brief(self.bound)}"

    def faulty(self, run: Run, values: Set[int]) -> set[int]:
        """Give the values beyond the bound, and those that cannot be compared with it."""
        from imnm_kg.shacl.ordering import orders  # numbers of any size take a while to import

        term, numbers = run.graph.term, list(values)
        signs = orders((term(number), self.bound) for number in numbers)
        return {number for number, sign in zip(numbers, signs, strict=True) if sign not in self.allowed}


class MinExclusive(_Range):
    """``sh:minExclusive``."""

    allowed, words = ">", "greater than"


class MinInclusive(_Range):
    """``sh:minInclusive``."""

    allowed, words = ">=", "greater than or equal to"


class MaxExclusive(_Range):
    """``sh:maxExclusive``."""

    allowed, words = "<", "less than"


class MaxInclusive(_Range):
    """``sh:maxInclusive``."""

    allowed, words = "<=", "less than or equal to"
