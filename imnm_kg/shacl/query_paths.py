# SPDX-License-Identifier: Apache-2.0
"""Paths in the triple patterns of a query: written as steps of one predicate, or read as paths of SHACL."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pyoxigraph import NamedNode

from imnm_kg.shacl.paths import Alternative, Inverse, Path, Predicate, Repeated
from imnm_kg.shacl.paths import Sequence as Steps
from imnm_kg.shacl.query_syntax import Cursor, Pattern, Token

__all__ = ["path_of", "steps_of"]


def steps_of(pattern: Pattern, number: int) -> list[Pattern]:
    """Write a path as patterns of one predicate each, with variables of their own between, as far as it is a sequence.

    What follows from the first step that may be repeated or left out stays one path.

    Args:
        pattern: the triple pattern.
        number: what tells its variables from those of other patterns of the group.
    """
    verb, found, start, at = pattern.verb, list[Pattern](), pattern.subject, 0
    if any(token.text in ("|", "!") for token in verb):
        return [pattern]
    while at < len(verb):
        inverse = verb[at].text == "^"
        step = at + inverse
        last = step + 1 == len(verb)
        plain = verb[step].kind in ("iri", "pname") or verb[step].text == "a"
        if not plain or not (last or verb[step + 1].text == "/"):
            return [*found, Pattern(start, verb[at:], pattern.object)]
        # No variable of a query has a space in its name, and the numbers make it this pattern's own.
        end = pattern.object if last else Token("var", f"? {number} {step}", 0, 0)
        ends = (end, start) if inverse else (start, end)
        found.append(Pattern(ends[0], verb[step : step + 1], ends[1]))
        at, start = step + 2, end
    return found


def path_of(verb: Sequence[Token], iri: Callable[[str], str | None]) -> Path | None:
    """Read a predicate or a path; none for a variable and for what SHACL has no path of, such as ``!``.

    Args:
        verb: its tokens.
        iri: gives the IRI that a token stands for.
    """
    reader = _Reader(verb, iri)
    try:
        path = reader.alternative()
    except (IndexError, ValueError):
        return None
    return path if reader.at_end else None


class _Reader(Cursor):
    """A path as it is read, from left to right; SPARQL 1.1, rules 88 to 94."""

    def alternative(self) -> Path:
        paths = [self.sequence()]
        while self.takes("|"):
            paths.append(self.sequence())
        return paths[0] if len(paths) == 1 else Alternative(tuple(paths))

    def sequence(self) -> Path:
        paths = [self.step()]
        while self.takes("/"):
            paths.append(self.step())
        return paths[0] if len(paths) == 1 else Steps(tuple(paths))

    def step(self) -> Path:
        if self.takes("^"):
            return Inverse(self.step())
        if self.takes("("):
            path = self.alternative()
            if not self.takes(")"):
                raise ValueError("a bracket is not closed")
        else:
            token = self.tokens[self.at]
            iri = self.iri(token.text) if token.kind in ("iri", "pname") or token.text == "a" else None
            if iri is None:
                raise ValueError(f"{token.text} in a path")
            self.at += 1
            path = Predicate(NamedNode(iri))
        if self.takes("*", "+", "?"):
            path = Repeated(path, self.tokens[self.at - 1].text)
        return path
