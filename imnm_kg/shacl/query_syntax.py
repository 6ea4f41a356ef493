# SPDX-License-Identifier: Apache-2.0
"""The structure of a SPARQL query as far as pre-binding needs it: groups, what binds a variable, what only tests it.

No evaluation and no full grammar: the engine parses the query too and refuses what is wrong. What this reader does not
know makes it give up, and the query is then evaluated node by node over the whole graph, which is always right.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

__all__ = ["Cursor", "Group", "Pattern", "Structure", "Token", "UnknownSyntaxError", "read_structure", "tokenize"]

_TOKENS = r"""
    (?P<space>[\s]+|\#[^\n]*)
  | (?P<iri><[^<>"{}|^`\\\s]*>)
  | (?P<string>\"\"\"(?:[^"\\]|\\.|"(?!""))*\"\"\"|'''(?:[^'\\]|\\.|'(?!''))*'''
      |"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
  | (?P<var>[?$]\w+)
  | (?P<pname>(?:[^\W\d_][\w.-]*)?:(?:(?:[\w:-]|%[0-9A-Fa-f]{2}|\\[_~.!$&'()*+,;=/?\#@%-])
      (?:(?:[\w.:-]|%[0-9A-Fa-f]{2}|\\[_~.!$&'()*+,;=/?\#@%-])*(?:[\w:-]|%[0-9A-Fa-f]{2}|\\[_~.!$&'()*+,;=/?\#@%-]))?)?)
  | (?P<bnode>_:\w[\w.-]*)
  | (?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)
  | (?P<word>[^\W\d]\w*)
  | (?P<lang>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
  | (?P<mark>\^\^|&&|\|\||[!<>]=|[{}()\[\].;,|^*+?!=<>/&-])
"""


@lru_cache
def _matcher() -> re.Pattern[str]:
    return re.compile(_TOKENS, re.VERBOSE | re.DOTALL)


class Token(NamedTuple):
    """One token: its kind, its text, and where it stands."""

    kind: str
    text: str
    start: int
    end: int

    @property
    def name(self) -> str:
        """A variable without its sign, a keyword in capitals, all else as written."""
        return self.text[1:] if self.kind == "var" else self.text.upper() if self.kind == "word" else self.text


class UnknownSyntaxError(Exception):
    """Something that this reader does not know."""


class Cursor:
    """A place among tokens that are read from left to right."""

    def __init__(self, tokens: Sequence[Token], iri: Callable[[str], str | None]) -> None:
        """Begin at the first token.

        Args:
            tokens: the tokens.
            iri: gives the IRI that a token stands for.
        """
        self.tokens, self.iri, self.at = tokens, iri, 0

    @property
    def at_end(self) -> bool:
        """Whether all tokens are read."""
        return self.at == len(self.tokens)

    def name(self, ahead: int = 0) -> str:
        """Give the name of a token ahead, an empty text behind the last."""
        place = self.at + ahead
        return self.tokens[place].name if place < len(self.tokens) else ""

    def takes(self, *names: str) -> bool:
        """Pass by a token, if it has one of some names."""
        taken = self.name() in names
        self.at += taken
        return taken


class Pattern(NamedTuple):
    """One triple pattern; an end that is a bracketed node is None."""

    subject: Token | None
    verb: tuple[Token, ...]
    object: Token | None


class Group:
    """One group between braces.

    Attributes:
        patterns: its own triple patterns.
        binds: the variables that its own triple patterns bind in every solution.
        tests: the variables in its filters and bindings, those of EXISTS groups in them too.
        late: the variables that an OPTIONAL or a BIND of it sees before its own triple patterns bind them.
        zero: the variables at the end of a path that may have no step, and so stand for nodes no triple has.
        groups: the groups in it.
        filters: its filters, each as tokens; for a group of EXISTS stands one of the kind ``group``, whose text is the
            place of the group in ``groups``.
        plain: whether it holds triple patterns between terms, and filters, and nothing else.
        start: the offset of the brace that opens it.
        end: the offset behind the brace that closes it.
    """

    def __init__(self, start: int = 0) -> None:
        self.start = self.end = start
        self.filters: list[tuple[Token, ...]] = []
        self.plain = True
        self.patterns: list[Pattern] = []
        self.binds: set[str] = set()
        self.tests: set[str] = set()
        self.late: set[str] = set()
        self.zero: set[str] = set()
        self.groups: list[Group] = []

    def walk(self) -> list[Group]:
        """Give this group and all below it."""
        return [self, *(below for group in self.groups for below in group.walk())]


class Structure:
    """What a query is made of.

    Attributes:
        form: ``SELECT``, ``ASK``, or what else the query is.
        top: its outermost group.
        opening: the offset behind the brace that opens it.
        words: the keywords it uses, in capitals.
        predicates: the tokens of the predicates that its patterns name.
        any_predicate: whether it may see a triple of any other predicate.
        projections: the clauses of SELECT as first and last token, the outermost first.
        selects: the variables that each clause of SELECT lists; None for a star.
        aliases: the variables that AS makes.
        graphs: what GRAPH names.
    """

    def __init__(self) -> None:
        self.form = ""
        self.top = Group()
        self.opening = 0
        self.words: set[str] = set()
        self.predicates: set[str] = set()
        self.any_predicate = False
        self.projections: list[tuple[int, int]] = []
        self.selects: list[set[str] | None] = []
        self.aliases: set[str] = set()
        self.graphs: set[str] = set()


def tokenize(text: str) -> list[Token]:
    """Split a query into tokens, without white space and comments.

    Raises:
        UnknownSyntaxError: where no token fits.
    """
    found: list[Token] = []
    position = 0
    while position < len(text):
        match = _matcher().match(text, position)
        if match is None or match.lastgroup is None:
            raise UnknownSyntaxError(f"no token fits at {position}")
        if match.lastgroup != "space":
            found.append(Token(match.lastgroup, match.group(), position, match.end()))
        position = match.end()
    return found


def read_structure(tokens: list[Token]) -> Structure:
    """Read the structure of a query.

    Args:
        tokens: its tokens.

    Raises:
        UnknownSyntaxError: where this reader does not know what it sees.
    """
    return _Reader(tokens).query()


class _Reader:
    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.at = 0
        self.found = Structure()

    def peek(self, ahead: int = 0) -> Token:
        if self.at + ahead >= len(self.tokens):
            raise UnknownSyntaxError("the query ends too early")
        return self.tokens[self.at + ahead]

    def take(self, *names: str) -> Token:
        token = self.peek()
        if names and token.name not in names:
            raise UnknownSyntaxError(f"{token.text} where one of {names} was expected")
        self.at += 1
        return token

    def query(self) -> Structure:
        found = self.found
        found.words = {token.name for token in self.tokens if token.kind == "word"}
        places = range(1, len(self.tokens))
        found.aliases = {
            self.tokens[n].name for n in places if self.tokens[n].kind == "var" and self.tokens[n - 1].name == "AS"
        }
        while self.peek().name in ("PREFIX", "BASE"):
            self.at += 3 if self.peek().name == "PREFIX" else 2
        found.form = self.peek().name
        if found.form == "SELECT":
            self.projection()
        else:
            self.take("ASK")
        if self.peek().name == "WHERE":
            self.take()
        found.opening = self.peek().end
        found.top = self.group()
        return found

    def projection(self) -> None:
        start = self.at
        self.take("SELECT")
        names: set[str] | None = set()
        depth = 0
        while self.peek().text != "{" and self.peek().name not in ("WHERE", "FROM"):
            token = self.take()
            depth += {"(": 1, ")": -1}.get(token.text, 0)
            if token.text == "*" and depth == 0:
                names = None
            elif token.kind == "var" and names is not None and (depth == 0 or self.tokens[self.at - 2].name == "AS"):
                names.add(token.name)
        if self.peek().name == "FROM":
            raise UnknownSyntaxError("FROM")
        self.found.projections.append((start, self.at))
        self.found.selects.append(names)

    def group(self) -> Group:
        group = Group(self.take("{").start)
        if self.peek().name == "SELECT":
            group.plain = False
            self.projection()
            if self.peek().name == "WHERE":
                self.take()
            group.groups.append(self.group())
            while self.peek().text != "}":
                self.modifier(group)
        while self.peek().text != "}":
            self.element(group)
        group.end = self.take("}").end
        return group

    def variables(self, start: int) -> set[str]:
        return {token.name for token in self.tokens[start : self.at] if token.kind == "var"}

    def modifier(self, group: Group) -> None:
        token = self.take()
        if token.text == "{":
            raise UnknownSyntaxError("a group among the modifiers of a SELECT")
        if token.kind == "var":
            group.tests.add(token.name)

    def element(self, group: Group) -> None:
        token = self.peek()
        name = token.name if token.kind == "word" else token.text
        start = self.at
        group.plain &= name not in ("MINUS", "UNION", "OPTIONAL", "{", "GRAPH", "BIND")
        if name in (".", "MINUS", "UNION"):
            self.take()
        elif name == "OPTIONAL":
            self.take()
            group.groups.append(self.group())
            group.late |= self.variables(start) - group.binds
        elif name == "{":
            group.groups.append(self.group())
        elif name == "GRAPH":
            self.take()
            self.found.graphs.add(self.take().text)
            group.groups.append(self.group())
        elif name in ("FILTER", "BIND"):
            self.take()
            tokens = self.expression(group)
            group.tests |= self.variables(start)
            if name == "FILTER":
                group.filters.append(tokens)
            else:
                group.late |= self.variables(start) - group.binds
        elif name in ("VALUES", "SERVICE"):
            raise UnknownSyntaxError(name)  # refused by whoever asks
        else:
            self.triples(group)

    def expression(self, group: Group) -> tuple[Token, ...]:
        """Take a constraint, and give its tokens: something in brackets, a call, or EXISTS with a group."""
        made: list[Token] = []
        while self.peek().kind in ("word", "iri", "pname"):
            made.append(self.take())
        if self.peek().text == "{":
            return (*made, self.inner(group))
        depth = 0
        while True:
            made.append(self.inner(group) if self.peek().text == "{" else self.take())
            depth += {"(": 1, ")": -1}.get(made[-1].text, 0)
            if depth == 0 and made[-1].kind != "group":
                return tuple(made)

    def inner(self, group: Group) -> Token:
        """Take a group of EXISTS, and give the token that stands for it."""
        group.groups.append(self.group())
        made = group.groups[-1]
        return Token("group", str(len(group.groups) - 1), made.start, made.end)

    def triples(self, group: Group) -> None:
        subject = self.node(group)
        self.properties(group, subject)

    def properties(self, group: Group, subject: Token | None) -> None:
        while self.peek().text not in (".", "}", "]") and self.starts_verb():
            start = self.at
            zero_first, zero_last = self.verb()
            verb = tuple(self.tokens[start : self.at])
            while True:
                value = self.node(group)
                group.patterns.append(Pattern(subject, verb, value))
                for end, zero in ((subject, zero_first), (value, zero_last)):
                    if end is not None and end.kind == "var":
                        (group.zero if zero else group.binds).add(end.name)
                if self.peek().text != ",":
                    break
                self.take()
            while self.peek().text == ";":
                self.take()

    def starts_verb(self) -> bool:
        token = self.peek()
        return token.kind in ("var", "iri", "pname") or token.text in ("a", "^", "!", "(")

    def verb(self) -> tuple[bool, bool]:
        """Take a predicate or a path; tell whether its first and its last step may be left out."""
        if self.peek().kind == "var":
            token = self.take()
            # $PATH stands for the path of the shape; whoever asks puts it in before this reader sees the query.
            self.found.any_predicate = True
            return (False, False) if token.name else (True, True)
        start = self.at
        marks: list[str] = []
        joins: set[str] = set()
        while True:
            while self.peek().text in ("^", "!"):
                if self.take().text == "!":
                    self.found.any_predicate = True
            if self.peek().text == "(":
                self.brackets()
            else:
                token = self.take()
                if token.kind not in ("iri", "pname") and token.text != "a":
                    raise UnknownSyntaxError(f"{token.text} in a path")
                self.found.predicates.add(token.text)
            marks.append(self.take().text if self.peek().text in ("*", "+", "?") else "")
            if self.peek().text not in ("/", "|"):
                break
            joins.add(self.take().text)
        path = [token.text for token in self.tokens[start : self.at]]
        if not {"*", "?"} & set(path):
            return False, False
        if "|" in path or "(" in path or "^" in path:
            zero_first = zero_last = True
        else:
            zero_first, zero_last = marks[0] in ("*", "?"), marks[-1] in ("*", "?")
        if "|" in path or "(" in path or all(mark in ("*", "?") for mark in marks):
            self.found.any_predicate = True  # a path with no step reaches every node of the graph
        return zero_first, zero_last

    def brackets(self) -> None:
        depth = 0
        while True:
            token = self.take()
            depth += {"(": 1, ")": -1}.get(token.text, 0)
            if token.kind in ("iri", "pname") or token.text == "a":
                self.found.predicates.add(token.text)
            elif token.text == "!":
                self.found.any_predicate = True
            elif token.text not in ("(", ")", "/", "|", "^", "*", "+", "?"):
                raise UnknownSyntaxError(f"{token.text} in a path")
            if depth == 0:
                return

    def node(self, group: Group) -> Token | None:
        """Take a subject or an object; a bracketed one gives none."""
        token = self.take()
        group.plain &= token.kind in ("var", "iri", "pname")
        if token.text == "[":
            self.properties(group, None)
            self.take("]")
            return None
        if token.text == "(":
            while self.peek().text != ")":
                inner = self.node(group)
                if inner is not None and inner.kind == "var":
                    group.binds.add(inner.name)
            self.take(")")
            self.found.predicates |= {"rdf:first", "rdf:rest"}
            self.found.any_predicate = True
            return None
        if token.kind == "string":
            if self.peek().text == "^^":
                self.take()
                self.take()
            elif self.peek().kind == "lang":
                self.take()
        elif token.text in ("+", "-"):
            self.take()
        elif token.kind not in ("var", "iri", "pname", "bnode", "number") and token.name not in ("TRUE", "FALSE"):
            raise UnknownSyntaxError(f"{token.text} where a term was expected")
        return token
