# SPDX-License-Identifier: Apache-2.0
"""What the pages read: the release in the store as an index of triples, and the texts of the documents."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from pyoxigraph import DefaultGraph, Literal, NamedNode, Triple

from imnm_kg.model.claims import Claim, Index, read_claims
from imnm_kg.model.documents import SourceText, read_source_texts
from imnm_kg.model.namespaces import BASE, IMNM, RDF, RDFS
from imnm_kg.model.results import short
from imnm_kg.serve.site import Site

__all__ = ["Facts", "Thing", "facts_of", "node_of"]

_NOT_IN_IRI = re.compile(r'[\x00-\x20<>"{}|^`\\]')
_MOST_SITES = 8


class Thing(NamedTuple):
    """Something with a name and a page.

    Attributes:
        label: its name.
        href: the address of its page; empty for a text, which has none.
        iri: its IRI; empty for a text.
        kind: what it is, in words.
        own: whether the page is one of this site.
    """

    label: str
    href: str = ""
    iri: str = ""
    kind: str = ""
    own: bool = True


class _Some(Index):
    """The same triples, of which only some claims are to be read."""

    def __init__(self, facts: Facts, claims: Iterable[NamedNode]) -> None:
        super().__init__(())
        self._facts, self._claims = facts, list(claims)

    def instances(self, class_: NamedNode) -> list[NamedNode]:
        return self._claims if class_ == IMNM.Claim else self._facts.instances(class_)

    def objects(self, subject: NamedNode, predicate: NamedNode) -> list[object]:
        return self._facts.objects(subject, predicate)


class Facts(Index):
    """The triples of a release, looked up in its store where and when a page asks for them."""

    def __init__(self, site: Site) -> None:
        """Look at the default graph, which is the union of all."""
        super().__init__(())
        self.site = site
        self.root = urlsplit(site.base).path.rstrip("/")
        self._graph = DefaultGraph()
        self._kinds: dict[str, str] = {}

    def objects(self, subject: NamedNode, predicate: NamedNode) -> list[object]:
        """Return all values, sorted."""
        found = [quad.object for quad in self.site.store.quads_for_pattern(subject, predicate, None, self._graph)]
        return sorted(found, key=str) if len(found) > 1 else list(found)

    def nodes(self, subject: NamedNode, predicate: NamedNode) -> list[NamedNode]:
        """Return the values that are IRIs, sorted."""
        return [value for value in self.objects(subject, predicate) if isinstance(value, NamedNode)]

    def values(self, subject: NamedNode, predicate: NamedNode) -> list[str]:
        """Return the lexical forms of the literals, sorted."""
        return [value.value for value in self.objects(subject, predicate) if isinstance(value, Literal)]

    def instances(self, class_: NamedNode) -> list[NamedNode]:
        """Return the subjects of that type, sorted by IRI."""
        return self.subjects(RDF.type, class_)

    def subjects(self, predicate: NamedNode, value: NamedNode | Literal) -> list[NamedNode]:
        """Return the IRIs that have that value, sorted."""
        quads = self.site.store.quads_for_pattern(None, predicate, value, self._graph)
        found = {quad.subject for quad in quads if isinstance(quad.subject, NamedNode)}
        return sorted(found, key=lambda node: node.value)

    def about(self, node: NamedNode) -> list[Triple]:
        """Return the triples with that subject, each once."""
        quads = self.site.store.quads_for_pattern(node, None, None, self._graph)
        return list(dict.fromkeys(quad.triple for quad in quads))

    def knows(self, node: NamedNode) -> bool:
        """Tell whether the release says something of it."""
        return next(iter(self.site.store.quads_for_pattern(node, None, None, self._graph)), None) is not None

    def claims(self, nodes: Iterable[NamedNode]) -> list[Claim]:
        """Read some claims, sorted by IRI."""
        return read_claims(_Some(self, sorted(set(nodes), key=lambda node: node.value)))

    def claim(self, iri: str) -> Claim | None:
        """Read one claim; None where there is none of that IRI."""
        node = node_of(iri)
        if node is None or not self.is_of(node, IMNM.Claim):
            return None
        return next(iter(self.claims([node])), None)

    def claims_about(self, node: NamedNode, most: int = 1000) -> list[Claim]:
        """Read the claims that have something as subject, object or population.

        Args:
            node: the thing.
            most: how many to read; a page of more would be read by nobody.
        """
        found = [
            subject for key in (RDF.subject, RDF.object, IMNM.population) for subject in self.subjects(key, node)
            if self.is_of(subject, IMNM.Claim)
        ]  # fmt: skip
        return self.claims(sorted(set(found), key=lambda each: each.value)[:most])

    def is_of(self, node: NamedNode, class_: NamedNode) -> bool:
        """Tell whether the release gives it that very class."""
        quads = self.site.store.quads_for_pattern(node, RDF.type, class_, self._graph)
        return next(iter(quads), None) is not None

    def kinds(self, node: NamedNode) -> list[str]:
        """Return the local names of its classes in our ontology."""
        return [value.value.removeprefix(IMNM) for value in self.nodes(node, RDF.type) if value.value.startswith(IMNM)]

    def kind(self, node: NamedNode) -> str:
        """Say in words what it is, empty where our ontology has no class for it."""
        found = self._kinds.get(node.value)
        if found is None:
            names = self.kinds(node)
            found = self.label(IMNM.term(names[0])) if names else ""
            if len(self._kinds) < 10_000:
                self._kinds[node.value] = found
        return found

    def label(self, node: NamedNode) -> str:
        """Return its name, else the last part of its IRI."""
        return self.text(node, RDFS.label) or re.split(r"[/#]", node.value.rstrip("/#"))[-1]

    def href(self, iri: str) -> str:
        """Return the address of its page: on this site for what is ours, else its own."""
        if iri.startswith(BASE):
            return f"{self.root}/{quote(iri.removeprefix(BASE), safe='/#:@!$&()*+,;=~-._')}"
        return iri if iri.startswith(("http://", "https://")) else ""

    def thing(self, term: object) -> Thing:
        """Return the name and the page of a term."""
        if isinstance(term, NamedNode):
            own = term.value.startswith(BASE)
            label = self.text(term, RDFS.label) or (self.label(term) if own else short(term, self.site.prefixes))
            href = "" if own and not self.knows(term) else self.href(term.value)  # no link to a page that is none
            return Thing(label, href, term.value, self.kind(term), own)
        return Thing(term.value if isinstance(term, Literal) else str(term))

    def things(self, nodes: Iterable[NamedNode]) -> list[Thing]:
        """Return names and pages, each once, by name."""
        return sorted({self.thing(node) for node in nodes}, key=lambda thing: thing.label.casefold())

    @cached_property
    def texts(self) -> dict[str, SourceText]:
        """The texts of the documents by id; empty where the site has none."""
        return {} if self.site.documents is None else read_source_texts(self.site.documents)


def node_of(iri: str) -> NamedNode | None:
    """Return the node of an IRI; None for what can be none."""
    if _NOT_IN_IRI.search(iri):
        return None
    try:
        return NamedNode(iri)
    except ValueError:
        return None


_FACTS: dict[tuple[str, str, str], Facts] = {}


def facts_of(site: Site) -> Facts:
    """Return the facts of a site; made once for a release, its documents and its address."""
    key = (site.digest, site.base, str(site.documents))
    found = _FACTS.get(key)
    if found is None or found.site.store is not site.store:
        if len(_FACTS) >= _MOST_SITES:
            _FACTS.clear()
        found = _FACTS[key] = Facts(site)
    return found
