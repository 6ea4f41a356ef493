# SPDX-License-Identifier: Apache-2.0
"""Linked data: every IRI of the graph leads to what is known of it, as a page or as RDF.

``/entity/zilucoplan`` stands for the drug and answers 303 with the address of a document about it:
``/entity/zilucoplan.html``, ``.ttl``, ``.jsonld`` and so on. Nothing here touches a file: an address is an IRI that
the graph knows or does not know.
"""

from __future__ import annotations

import asyncio
import re
from bisect import bisect_left
from collections.abc import Mapping
from difflib import get_close_matches
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from pyoxigraph import DefaultGraph, NamedNode
from starlette.routing import BaseRoute, Match, Route

from imnm_kg.errors import ImnmError
from imnm_kg.model.namespaces import BASE, RDF
from imnm_kg.serve.api import load_pages
from imnm_kg.serve.concise import describe, knows, write_quads
from imnm_kg.serve.negotiation import best
from imnm_kg.serve.reply import (
    Cache,
    Receive,
    Reply,
    Scope,
    Send,
    header,
    make_reply,
    problem,
    refuse_method,
    see_other,
    send_reply,
)
from imnm_kg.serve.schema_org import json_ld

if TYPE_CHECKING:
    from imnm_kg.serve.site import Site

__all__ = ["FORMS", "SPACES", "LinkedData", "routes"]

FORMS = {
    "ttl": "text/turtle; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "jsonld": "application/ld+json",
    "nt": "application/n-triples",
    "rdf": "application/rdf+xml",
    "nq": "application/n-quads",
    "trig": "application/trig; charset=utf-8",
}
"""The forms of a description by the ending of its address, the preferred one first."""

SPACES = (
    "background", "claim", "dispute", "document", "entity", "evidence", "graph", "inference", "ontology", "prefix",
)  # fmt: skip
"""The first parts of the IRIs of the graph."""

_ALIASES = {
    "application/xhtml+xml": "html",
    "application/json": "jsonld",
    "application/x-turtle": "ttl",
    "text/plain": "nt",
    "application/xml": "rdf",
    "text/xml": "rdf",
}
_NOT_IN_IRI = re.compile(r'[\x00-\x20\x7f-\x9f<>"{}|^`\\\ufffd]')
_SAFE = "/:@!$&'()*+,;=~-._"
_CACHE = 32 << 20
_LONGEST = 2000
_FEW = 4000  # names among which each is compared with one that is not known
_AROUND = 200


class _GraphRoute(Route):
    """The names of graphs; what else begins as they do may be another's address, such as that of a view."""

    def __init__(self, path: str, linked: LinkedData) -> None:
        super().__init__(path, linked)
        self._linked = linked

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        match, child = super().matches(scope)
        if match == Match.FULL and self._linked.find(scope["path"]) is None:
            return Match.NONE, {}
        return match, child


def routes(site: Site) -> list[BaseRoute]:
    """Return the addresses of everything that has an IRI of ours.

    They must come before those of a view of the graph below ``/graph/``.

    Args:
        site: what is served.
    """
    linked = LinkedData(site)
    spaces = [Route(f"/{space}/{{name:path}}", linked) for space in SPACES if space != "graph"]
    whole = [Route(f"/{name}{ending}", linked) for name in ("dataset", "ontology") for ending in ("", ".{form}")]
    return [*spaces, _GraphRoute("/graph/{name:path}", linked), *whole]


class LinkedData:
    """The application of the descriptions.

    Attributes:
        site: what is served.
        cache: the descriptions that are kept.
    """

    def __init__(self, site: Site) -> None:
        self.site = site
        self.cache = Cache(_CACHE)
        self._root = urlsplit(site.base).path.rstrip("/")
        self._pages = load_pages()
        self._forms = {form: kind for form, kind in FORMS.items() if form != "html" or self._pages is not None}
        self._names: dict[str, list[str]] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        del receive
        if await refuse_method(scope, send, self.site):
            return
        try:
            reply = await self._reply(scope)
        except ImnmError as error:
            status = 406 if error.code.startswith("format-") else 400
            reply = problem(status, error)
        await send_reply(scope, send, self.site, reply)

    async def _reply(self, scope: Scope) -> Reply:
        path: str = scope["path"]
        accept = header(scope, b"accept")
        kept = self.cache.get(path)
        if kept is not None:
            return kept
        found = self.find(path)
        if found is None:
            return await self._missing(path, accept)
        node, form = found
        if form is None:
            return self._see(node, accept, scope["query_string"])
        reply = await asyncio.to_thread(self._document, node, form)
        if reply is None:
            return await self._missing(path, accept)
        self.cache.put(path, reply)
        return reply

    def find(self, path: str) -> tuple[NamedNode, str | None] | None:
        """Find what an address stands for.

        Args:
            path: the path, decoded.

        Returns:
            The node, and the form if the address is that of a document about it; None where the graph does not know
            the node.
        """
        if len(path) > _LONGEST or _NOT_IN_IRI.search(path):
            return None
        rest = path.lstrip("/")
        node = _node(f"{BASE}{rest}")
        if node is not None and knows(self.site.store, node):
            return node, None
        stem, dot, ending = rest.rpartition(".")
        if dot and ending in self._forms:
            node = _node(f"{BASE}{stem}")
            if node is not None and knows(self.site.store, node):
                return node, ending
        return None

    def _see(self, node: NamedNode, accept: str, query_string: bytes) -> Reply:
        """Send a client to the document in the form that it wants."""
        asked = re.fullmatch(rb"format=([a-z]{1,12})", query_string)
        offered = tuple(self._forms_of(node).items())
        form = _choose(accept, None if asked is None else asked[1].decode(), offered)
        return see_other(f"{self._address(node)}.{form}", [("link", self._links(node))])

    def _forms_of(self, node: NamedNode) -> dict[str, str]:
        """Return the forms; there is no page of what only names others, such as a graph."""
        if next(iter(self.site.store.quads_for_pattern(node, None, None, None)), None) is not None:
            return self._forms
        return {form: kind for form, kind in self._forms.items() if form != "html"}

    def _address(self, node: NamedNode) -> str:
        """Give the path of a node; what has no place in a header or an address is escaped."""
        name = quote(node.value.removeprefix(BASE).rstrip("/"), safe=_SAFE)
        return f"{self._root}/{name}"

    def _links(self, node: NamedNode, without: str = "") -> str:
        address = self._address(node)
        links = [
            f'<{address}.{form}>; rel="alternate"; type="{_bare(kind)}"'
            for form, kind in self._forms_of(node).items()
            if form != without
        ]
        return ", ".join(links)

    def _document(self, node: NamedNode, form: str) -> Reply | None:
        about = quote(node.value, safe=f"{_SAFE}#?%")
        headers = [("link", f'{self._links(node, form)}, <{about}>; rel="describes"')]
        if form != "html":
            body = write_quads(describe(self.site.store, node), form, self.site.prefixes)
            return make_reply(body, FORMS[form], headers)
        assert self._pages is not None
        page = self._pages.resource_page(self.site, node.value, self._head(node))
        if page is None:
            return None
        security: Mapping[str, str] = self._pages.HEADERS
        headers += [(name, value) for name, value in security.items() if name != "x-content-type-options"]
        return make_reply(page.encode(), FORMS[form], headers)

    def _head(self, node: NamedNode) -> str:
        """What stands in the head of a page: where the data is, and the data for search engines."""
        address = self._address(node).replace("&", "&amp;").replace("'", "&#39;")
        links = [
            f'<link rel="alternate" type="{_bare(kind)}" href="{address}.{form}">'
            for form, kind in self._forms.items()
            if form != "html"
        ]
        return "\n".join([*links, json_ld(self.site, node.value)])

    # -- what is not there

    async def _missing(self, path: str, accept: str) -> Reply:
        shown = path[:120].encode("ascii", "backslashreplace").decode()
        shown = re.sub(r"[\x00-\x1f\x7f]", "?", shown)
        near = await asyncio.to_thread(self._near, path[:200])
        addresses = [self._address(node) for node in near]
        wants_page = best(accept, (*(_bare(kind) for form, kind in FORMS.items() if form != "html"),
                                   "application/json", "text/html")) == "text/html"  # fmt: skip
        if wants_page and self._pages is not None:
            links = [(node.value.removeprefix(BASE), href) for node, href in zip(near, addresses, strict=True)]
            html = self._pages.not_found(self.site, f"{BASE}{shown.lstrip('/')}", links)
            security: Mapping[str, str] = self._pages.HEADERS
            headers = [(name, value) for name, value in security.items() if name != "x-content-type-options"]
            return make_reply(html.encode(), FORMS["html"], headers, 404, steady=False)
        remedy = f"did you mean {' or '.join(addresses)}?" if near else f"look for it at {self.site.base}/search"
        error = ImnmError("resource-unknown", f"the graph does not know {shown}", remedy)
        return problem(404, error, near=addresses)

    def _near(self, path: str) -> list[NamedNode]:
        """Return the nodes whose names are nearest, in the same space."""
        space, _, name = path.lstrip("/").partition("/")
        stem, dot, ending = name.rpartition(".")
        wanted = (stem if dot and ending in FORMS else name).casefold()
        if space not in SPACES or not wanted or _NOT_IN_IRI.search(wanted):
            return []
        if self._names is None:
            self._names = self._all_names()
        names = self._names.get(space, [])
        if len(names) > _FEW:  # compare only with those that stand near to it, or begin alike
            place = _place(names, wanted)
            names = names[max(0, place - _AROUND) : place + _AROUND]
        folded: dict[str, str] = {}
        for each in names:
            folded.setdefault(each.casefold(), each)
        starts = [each for each in folded if len(wanted) >= 4 and each.startswith(wanted)][:3]
        close = get_close_matches(wanted, folded, n=3, cutoff=0.6)
        return [NamedNode(f"{BASE}{space}/{folded[each]}") for each in dict.fromkeys([*starts, *close])][:3]

    def _all_names(self) -> dict[str, list[str]]:
        names: dict[str, set[str]] = {space: set() for space in SPACES}
        for quad in self.site.store.quads_for_pattern(None, RDF.type, None, DefaultGraph()):
            if isinstance(quad.subject, NamedNode) and quad.subject.value.startswith(BASE):
                space, _, name = quad.subject.value.removeprefix(BASE).partition("/")
                if name and "#" not in name and space in names:
                    names[space].add(name)
        return {space: sorted(found, key=str.casefold) for space, found in names.items()}


def _bare(kind: str) -> str:
    return kind.partition(";")[0]


def _place(names: list[str], wanted: str) -> int:
    return bisect_left(names, wanted, key=str.casefold)


def _node(iri: str) -> NamedNode | None:
    try:
        return NamedNode(iri)
    except ValueError:
        return None


@lru_cache(1024)
def _choose(accept: str, asked: str | None, forms: tuple[tuple[str, str], ...]) -> str:
    """Choose the form of a description: by its ending, else as the client accepts it."""
    names = [form for form, _ in forms]
    if asked is not None:
        if asked in names:
            return asked
        raise ImnmError("format-unknown", f"a description has no form '{asked}'", f"use {', '.join(names)}")
    by_type = {_bare(kind): form for form, kind in forms}
    for alias, form in _ALIASES.items():
        if form in names:
            by_type.setdefault(alias, form)
    chosen = best(accept, tuple(by_type))
    if chosen is None:
        raise ImnmError("format-unknown", "the client takes no form of a description", f"ask for {', '.join(by_type)}")
    return by_type[chosen]
