# SPDX-License-Identifier: Apache-2.0
"""What search engines ask for first: ``/robots.txt``, and ``/sitemap.xml`` with the pages that are worth a visit."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import quote
from xml.sax.saxutils import escape

from pyoxigraph import DefaultGraph, NamedNode
from starlette.routing import BaseRoute, Route

from imnm_kg.errors import ImnmError
from imnm_kg.model.namespaces import BASE, IMNM, RDF
from imnm_kg.serve.reply import Receive, Reply, Scope, Send, make_reply, problem, refuse_method, send_reply

if TYPE_CHECKING:
    from imnm_kg.serve.site import Site

__all__ = ["routes"]

_SPACES = ("claim", "document", "entity", "ontology")
_SITE_PAGES = ("", "queries", "statistics", "downloads", "cite")
_MOST = 50_000  # addresses that one sitemap may have
# Questions without an end, and files that are large and of no use to a search engine.
_NOT_FOR_ROBOTS = ("/sparql", "/graph-store", "/search", "/suggest", "/editor", "/graph-data", "/release", "/metrics")
_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
_XML = "application/xml"


def routes(site: Site) -> list[BaseRoute]:
    """Return ``/robots.txt`` and ``/sitemap.xml``, in parts where there are very many pages.

    Args:
        site: what is served.
    """
    crawlers = _Crawlers(site)
    return [Route(path, crawlers) for path in ("/robots.txt", "/sitemap.xml", "/sitemap-{part:int}.xml")]


class _Crawlers:
    def __init__(self, site: Site) -> None:
        self.site = site
        self._most = _MOST
        self._parts: list[Reply] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        del receive
        if not await refuse_method(scope, send, self.site):
            await send_reply(scope, send, self.site, await self._reply(scope))

    async def _reply(self, scope: Scope) -> Reply:
        if scope["path"] == "/robots.txt":
            lines = ["User-agent: *", *(f"Disallow: {path}" for path in _NOT_FOR_ROBOTS), "Allow: /", ""]
            text = "\n".join([*lines, f"Sitemap: {self.site.base}/sitemap.xml", ""])
            return make_reply(text.encode(), "text/plain; charset=utf-8")
        if not self._parts:
            self._parts = await asyncio.to_thread(self._make)
        part: int | None = scope["path_params"].get("part")
        if part is None:
            return self._parts[0] if len(self._parts) == 1 else self._index()
        if 1 <= part <= len(self._parts):
            return self._parts[part - 1]
        what = f"there is no part {part} of the sitemap"
        return problem(404, ImnmError("resource-unknown", what, f"see {self.site.base}/sitemap.xml"))

    def _make(self) -> list[Reply]:
        addresses = [f"{self.site.base}/{page}" for page in _SITE_PAGES]
        addresses += [f"{self.site.base}/queries/{name}" for name in self.site.queries]
        addresses += [f"{self.site.base}/{quote(name, safe='/:@~.-_')}.html" for name in self._names()]
        day = self.site.modified.date().isoformat()
        parts = [addresses[start : start + self._most] for start in range(0, len(addresses), self._most)]
        return [
            _xml("urlset", "".join(f"<url><loc>{escape(each)}</loc><lastmod>{day}</lastmod></url>\n" for each in part))
            for part in parts
        ]

    def _names(self) -> list[str]:
        found = set()
        for quad in self.site.store.quads_for_pattern(None, RDF.type, None, DefaultGraph()):
            subject = quad.subject
            if quad.object == IMNM.Authorship:  # a place in a list of authors, of no interest by itself
                continue
            if isinstance(subject, NamedNode) and subject.value.startswith(BASE) and "#" not in subject.value:
                name = subject.value.removeprefix(BASE)
                if name.partition("/")[0] in _SPACES and not name.endswith("/"):
                    found.add(name)
        return sorted(found)

    def _index(self) -> Reply:
        numbers = range(1, len(self._parts) + 1)
        parts = (f"<sitemap><loc>{escape(self.site.base)}/sitemap-{number}.xml</loc></sitemap>\n" for number in numbers)
        return _xml("sitemapindex", "".join(parts))


def _xml(element: str, content: str) -> Reply:
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<{element} xmlns="{_NAMESPACE}">\n{content}</{element}>\n'
    return make_reply(text.encode(), _XML)
