# SPDX-License-Identifier: Apache-2.0
"""Reading of RDF files into terms as written, with places for errors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

import pyoxigraph as ox

from imnm_kg.errors import ImnmError, Place
from imnm_kg.rdf.files import read_text
from imnm_kg.rdf.lexer import Statement, Token, lex, statements

__all__ = ["Scope", "TurtleFile", "format_of", "parse_turtle", "read_rdf", "read_turtle", "subject_of"]

_FORMATS = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".trig": ox.RdfFormat.TRIG,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".nq": ox.RdfFormat.N_QUADS,
}
_LOCATION = re.compile(r"^Parser error at line \d+ (?:column|between columns) \d+(?: and (?:line )?\d+[^:]*)?: ")
_UCHAR = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")


class TurtleFile:
    """A parsed Turtle text.

    Attributes:
        path: the path to print in errors.
        text: the text, exactly as read.
        prefixes: the declared prefixes and their namespaces, unused ones too.
        quads: the triples in file order, literals as written; blank-node labels of the text are kept.
    """

    def __init__(self, path: str, text: str, prefixes: dict[str, str], quads: tuple[ox.Triple, ...]) -> None:
        """Keep what was parsed."""
        self.path, self.text, self.prefixes, self.quads = path, text, prefixes, quads
        self._places: dict[str, Place] | None = None

    def subject_places(self) -> dict[str, Place]:
        """Give for each IRI that starts a triples block the place of its first block.

        Raises:
            ImnmError: ``turtle-syntax`` when the text is not Turtle 1.1.
        """
        if self._places is None:
            self._places = self._read_places()
        return self._places

    def _read_places(self) -> dict[str, Place]:
        places: dict[str, Place] = {}
        scope = Scope()
        for statement in statements(lex(self.text, self.path), self.path):
            if statement.kind == "directive":
                scope.declare(statement)
            elif statement.kind == "triples":
                head = statement.tokens[0]
                subject = scope.expand(head)
                if subject is not None:
                    places.setdefault(subject, Place(self.path, head.line, head.column))
        return places


class Scope:
    """The prefixes and the base in force at a point of a text.

    Attributes:
        base: the base IRI, if one is declared.
        prefixes: the namespaces by prefix.
    """

    def __init__(self) -> None:
        self.base: str | None = None
        self.prefixes: dict[str, str] = {}

    def declare(self, statement: Statement) -> None:
        """Take in a directive.

        Args:
            statement: a statement of kind ``directive`` that the parser accepts.
        """
        tokens = statement.tokens
        if tokens[0].text.lower().endswith("base"):
            self.base = self._resolve(tokens[1])
        else:
            self.prefixes[tokens[1].text[:-1]] = self._resolve(tokens[2])

    def expand(self, token: Token) -> str | None:
        """Give the IRI that a token stands for, or None when it is no IRI.

        Args:
            token: a token whose prefix is declared.
        """
        if token.kind == "iri":
            return self._resolve(token)
        if token.kind != "pname":
            return None
        prefix, _, local = token.text.partition(":")
        return self.prefixes[prefix] + re.sub(r"\\(.)", r"\1", local)

    def _resolve(self, token: Token) -> str:
        iri = _UCHAR.sub(lambda found: chr(int(found[1] or found[2], 16)), token.text[1:-1])
        if self.base is None:
            return iri
        # The parser resolves, so that this can never differ from what the triples say.
        text = f"<{iri}> <urn:p> <urn:o> ."
        quad = next(iter(ox.parse(input=text, format=ox.RdfFormat.TURTLE, base_iri=self.base)))
        return subject_of(quad)[0]


def subject_of(triple: ox.Triple | ox.Quad) -> tuple[str, bool]:
    """Give the IRI or the label of a subject, and whether it is a blank node.

    Args:
        triple: a triple or a quad.

    Raises:
        ImnmError: ``turtle-syntax`` for a triple term, which Turtle 1.1 does not know.
    """
    subject = triple.subject
    if isinstance(subject, ox.Triple):
        raise ImnmError("turtle-syntax", "a triple is the subject of a triple", "use plain RDF 1.1 triples")
    return subject.value, isinstance(subject, ox.BlankNode)


def parse_turtle(text: str, path: str, base: str | None = None) -> TurtleFile:
    """Parse a Turtle 1.1 text.

    Args:
        text: the Turtle text.
        path: the path to print in errors.
        base: what relative IRIs are resolved against; without it they are errors.

    Raises:
        ImnmError: ``turtle-syntax`` or ``turtle-prefix-undeclared``, with the place.
    """
    parser = ox.parse(input=text, format=ox.RdfFormat.TURTLE, base_iri=base)
    try:
        triples = tuple(quad.triple for quad in parser)
    except SyntaxError as error:
        raise _diagnose(text, path, error) from error
    if any(_beyond_rdf11(triple) for triple in triples):
        # The parser takes Turtle 1.2 too; the lexer knows the place of what is new there.
        statements(lex(text, path), path)
        what, remedy = "the text uses Turtle 1.2", "use Turtle 1.1 only"
        raise ImnmError("turtle-syntax", what, remedy, Place(path))
    return TurtleFile(path, text, dict(parser.prefixes), triples)


def _beyond_rdf11(triple: ox.Triple) -> bool:
    value = triple.object
    return isinstance(value, ox.Triple) or (isinstance(value, ox.Literal) and value.direction is not None)


def _diagnose(text: str, path: str, error: SyntaxError) -> ImnmError:
    """Turn an error of the parser into one that names the true cause and its place."""
    found = _from_parser("turtle-syntax", path, error)
    limit = (error.end_lineno or error.lineno or 1, error.end_offset or error.offset or 1)
    try:
        # A large file is read no further than the parser got.
        tokens = takewhile(lambda each: (each.line, each.column) <= limit, lex(text, path))
        token = next(_undeclared(tokens), None)
        if token is not None:
            prefix = token.text.partition(":")[0]
            what = f"the prefix {prefix}: is not declared"
            remedy = f"declare it at the top with @prefix {prefix}: <...> or correct it"
            return ImnmError("turtle-prefix-undeclared", what, remedy, Place(path, token.line, token.column))
    except ImnmError as fault:
        # The lexer knows where an unfinished string or IRI starts; the parser tells where it gave up.
        if fault.place is not None and found.place is not None and fault.place <= found.place:
            return fault
    return found


def _undeclared(tokens: Iterator[Token]) -> Iterator[Token]:
    """Give the prefixed names whose prefix has not been declared before them."""
    declared: set[str] = set()
    directive = False
    for token in tokens:
        if token.kind == "pname":
            prefix = token.text.partition(":")[0]
            if directive:
                declared.add(prefix)
            elif prefix not in declared:
                yield token
        if token.kind != "comment":
            directive = token.kind == "keyword" and token.text.lower().endswith("prefix")


def _from_parser(code: str, path: str, error: SyntaxError) -> ImnmError:
    said = " ".join(_LOCATION.sub("", error.msg or "the text cannot be parsed").split()).rstrip(".")
    what = f"syntax error: {said}"
    return ImnmError(code, what, "correct the syntax here", Place(path, error.lineno, error.offset))


def read_turtle(path: Path, shown: str | None = None, base: str | None = None) -> TurtleFile:
    """Read and parse a Turtle 1.1 file.

    Args:
        path: the file.
        shown: the path to print in errors, when not ``path`` itself.
        base: what relative IRIs are resolved against; without it they are errors.

    Raises:
        ImnmError: as ``read_text`` and ``parse_turtle`` raise.
    """
    name = str(path) if shown is None else shown
    return parse_turtle(read_text(path, name), name, base)


def format_of(path: Path, shown: str | None = None) -> ox.RdfFormat:
    """Tell the format of a file by its extension.

    Raises:
        ImnmError: ``rdf-format-unknown``.
    """
    rdf_format = _FORMATS.get(path.suffix)
    if rdf_format is None:
        what = f"the extension {path.suffix!r} tells no RDF format"
        remedy = f"use one of {' '.join(sorted(_FORMATS))}"
        raise ImnmError("rdf-format-unknown", what, remedy, Place(shown or str(path)))
    return rdf_format


def read_rdf(path: Path, shown: str | None = None, base: str | None = None) -> tuple[list[ox.Quad], dict[str, str]]:
    """Read a ``.ttl``, ``.trig``, ``.nt`` or ``.nq`` file.

    Args:
        path: the file; its extension tells the format.
        shown: the path to print in errors, when not ``path`` itself.
        base: what relative IRIs are resolved against; without it they are errors.

    Returns:
        The quads in file order and the declared prefixes.

    Raises:
        ImnmError: ``rdf-format-unknown``, ``rdf-syntax``, or as ``read_turtle`` raises.
    """
    name = str(path) if shown is None else shown
    rdf_format = format_of(path, name)
    if rdf_format == ox.RdfFormat.TURTLE:
        turtle = read_turtle(path, name, base)
        return [ox.Quad(*triple) for triple in turtle.quads], turtle.prefixes
    parser = ox.parse(input=read_text(path, name), format=rdf_format, base_iri=base)
    try:
        quads = list(parser)
    except SyntaxError as error:
        raise _from_parser("rdf-syntax", name, error) from error
    return quads, dict(parser.prefixes)
