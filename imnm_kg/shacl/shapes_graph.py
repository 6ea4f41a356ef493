# SPDX-License-Identifier: Apache-2.0
"""A shapes graph as parsed: its triples by subject, its lists, paths, prefixes and checked literals."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from imnm_kg.shacl.lexical import well_formed
from imnm_kg.shacl.paths import Alternative, Inverse, Path, Predicate, Repeated, Sequence
from imnm_kg.shacl.shapes import ShapesError
from imnm_kg.shacl.vocabulary import XSD, Term, local_name, owl, rdf, rdfs, sh, xsd

__all__ = ["ShapesGraph"]

_FIRST, _REST, _NIL, _TYPE = rdf("first"), rdf("rest"), rdf("nil"), rdf("type")
_REPEATED = (("zeroOrMorePath", "*"), ("oneOrMorePath", "+"), ("zeroOrOnePath", "?"))
_PATH_DEPTH = 50


class ShapesGraph:
    """The triples of a shapes graph, and checked ways to read them."""

    def __init__(self, quads: Iterable[Quad | Triple]) -> None:
        """Index the triples by subject and predicate."""
        self.by_subject: dict[Term, dict[NamedNode, list[Term]]] = {}
        for quad in quads:
            values = self.by_subject.setdefault(quad.subject, {}).setdefault(quad.predicate, [])
            if quad.object not in values:
                values.append(quad.object)

    def values(self, node: Term, predicate: NamedNode) -> list[Term]:
        """Give the values of a property."""
        return self.by_subject.get(node, {}).get(predicate, [])

    def one(self, node: Term, predicate: NamedNode) -> Term | None:
        """Give the value of a property that has at most one.

        Raises:
            ShapesError: when it has more.
        """
        values = self.values(node, predicate)
        if len(values) > 1:
            raise ShapesError(
                node, f"sh:{local_name(predicate.value)} must have at most one value", predicate, values[1]
            )
        return values[0] if values else None

    def _text(self, node: Term, predicate: NamedNode, datatype: str, words: str) -> str | None:
        """Give the text of a literal of a datatype, which a property must have as its value where it has one."""
        value = self.one(node, predicate)
        if value is None:
            return None
        if isinstance(value, Literal) and value.datatype == xsd(datatype) and well_formed(value.value, XSD + datatype):
            return value.value
        raise ShapesError(node, f"sh:{local_name(predicate.value)} must be {words}", predicate, value)

    def integer(self, node: Term, predicate: NamedNode) -> int | None:
        """Give the value of a property that is a whole number."""
        text = self._text(node, predicate, "integer", "an xsd:integer")
        try:
            return None if text is None else int(text)
        except ValueError as error:  # of thousands of digits
            what = f"sh:{local_name(predicate.value)} is too large"
            raise ShapesError(node, what, predicate, self.one(node, predicate)) from error

    def boolean(self, node: Term, predicate: NamedNode) -> bool:
        """Give the value of a property that is true or false; false where it has none."""
        # The term counts: "1" is another one, and its test in the W3C's suite says so.
        return self._text(node, predicate, "boolean", "true or false") == "true"

    def string(self, node: Term, predicate: NamedNode) -> str | None:
        """Give the value of a property that is a plain string."""
        return self._text(node, predicate, "string", "an xsd:string")

    def messages(self, node: Term) -> tuple[Literal, ...]:
        """Give the messages of a shape, a constraint or a validator."""
        found: list[Literal] = []
        for value in self.values(node, sh("message")):
            if not isinstance(value, Literal) or value.datatype not in (xsd("string"), rdf("langString")):
                raise ShapesError(node, "sh:message must be a text", sh("message"), value)
            found.append(value)
        return tuple(found)

    def members(self, node: Term, predicate: NamedNode, head: Term) -> tuple[Term, ...]:
        """Give the members of a list.

        Raises:
            ShapesError: when it is not a well-formed list.
        """
        found: list[Term] = []
        seen: set[Term] = set()
        while head != _NIL:
            first, rest = self.values(head, _FIRST), self.values(head, _REST)
            if head in seen or len(first) != 1 or len(rest) != 1:
                raise ShapesError(node, f"sh:{local_name(predicate.value)} must be a well-formed list", predicate, head)
            seen.add(head)
            found.append(first[0])
            head = rest[0]
        return tuple(found)

    def path(self, shape: Term, node: Term, depth: int = 0) -> Path:
        """Read a property path.

        Raises:
            ShapesError: when it is ill-formed.
        """

        def fault(what: str) -> ShapesError:
            return ShapesError(shape, f"sh:path {what}", sh("path"), node if depth == 0 else None)

        if isinstance(node, NamedNode):
            return Predicate(node)
        if not isinstance(node, BlankNode):
            raise fault("must be an IRI or a path")
        if depth > _PATH_DEPTH:
            raise fault("leads through itself, or is too deep")
        forms = self.by_subject.get(node, {})
        kinds = [
            kind for kind in ("inversePath", "alternativePath", *(name for name, _ in _REPEATED)) if sh(kind) in forms
        ]
        if _FIRST in forms:  # a list is a sequence, whatever else is said of its first cell
            kinds = ["sequence"]
        if len(kinds) != 1:
            raise fault("is none of the paths of SHACL" if not kinds else f"is {' and '.join(kinds)} at once")
        kind = kinds[0]
        if kind in ("sequence", "alternativePath"):
            head = node if kind == "sequence" else self.one(node, sh(kind))
            assert head is not None
            parts = tuple(self.path(shape, part, depth + 1) for part in self.members(shape, sh("path"), head))
            if len(parts) < 2:
                raise fault("needs two members or more")
            return Sequence(parts) if kind == "sequence" else Alternative(parts)
        inner = self.one(node, sh(kind))
        assert inner is not None
        step = self.path(shape, inner, depth + 1)
        return Inverse(step) if kind == "inversePath" else Repeated(step, dict(_REPEATED)[kind])

    def is_instance(self, node: Term, *of: NamedNode) -> bool:
        """Tell whether a node is a SHACL instance of one of some classes in this graph."""
        todo, seen = list(self.values(node, _TYPE)), set()
        while todo:
            found = todo.pop()
            if found in of:
                return True
            if found not in seen:
                seen.add(found)
                todo += self.values(found, rdfs("subClassOf"))
        return False

    def prefixes(self, node: Term) -> dict[str, str]:
        """Give the prefixes that ``sh:prefixes`` of a constraint or a validator leads to.

        Raises:
            ShapesError: when a prefix is declared with two namespaces.
        """
        todo, seen, found = list(self.values(node, sh("prefixes"))), set(), dict[str, str]()
        while todo:
            ontology = todo.pop()
            if ontology in seen:
                continue
            seen.add(ontology)
            todo += self.values(ontology, owl("imports"))
            for declaration in self.values(ontology, sh("declare")):
                prefix, namespace = (self.one(declaration, sh(name)) for name in ("prefix", "namespace"))
                if not isinstance(prefix, Literal) or not isinstance(namespace, Literal):
                    raise ShapesError(ontology, "sh:declare must give sh:prefix and sh:namespace", sh("declare"))
                if found.setdefault(prefix.value, namespace.value) != namespace.value:
                    raise ShapesError(node, f"the prefix {prefix.value}: is declared twice", sh("prefixes"))
        return found
