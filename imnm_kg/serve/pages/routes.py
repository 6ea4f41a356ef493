# SPDX-License-Identifier: Apache-2.0
"""The routes of the pages: those that need no negotiation, and plain ones for everything that has an IRI."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from imnm_kg.model.namespaces import BASE
from imnm_kg.serve.pages.about import FILES, cite_page, downloads_page, home, not_found, statistics_page
from imnm_kg.serve.pages.network import graph_data, graph_page
from imnm_kg.serve.pages.queries import editor_page, editor_terms
from imnm_kg.serve.pages.rendering import EDITOR_POLICY, STATIC, respond
from imnm_kg.serve.pages.search import find, search_page, suggest
from imnm_kg.serve.pages.terms import resource_page
from imnm_kg.serve.schema_org import json_ld
from imnm_kg.serve.site import Site

__all__ = ["html_routes", "routes"]

SPACES = ("background", "claim", "dispute", "document", "entity", "evidence", "graph", "inference", "ontology")
_FRESH = {"cache-control": "no-cache"}
_PLAIN = {"x-content-type-options": "nosniff", **_FRESH}


def routes(site: Site) -> list[BaseRoute]:
    """Return the routes of the pages that are pages only: start, search, editor, graph view, statistics and files.

    Args:
        site: what is served.
    """

    def page(make: Callable[[Site], str]) -> Callable[[Request], Response]:
        def answer(request: Request) -> Response:
            return _send(site, request, make(site))

        return answer

    def search(request: Request) -> Response:
        return respond(search_page(site, request.query_params.get("q", "")), headers=_FRESH)

    def suggestions(request: Request) -> Response:
        return JSONResponse(suggest(site, request.query_params.get("q", "")), headers=_PLAIN)

    def editor(request: Request) -> Response:
        given = request.query_params
        html = editor_page(site, given.get("query", ""), given.get("name", ""))
        return respond(html, headers={"content-security-policy": EDITOR_POLICY, **_FRESH})

    def terms(request: Request) -> Response:
        del request
        return JSONResponse(editor_terms(site)._asdict(), headers=_PLAIN)

    def graph(request: Request) -> Response:
        iri = f"{BASE}{request.path_params['space']}/{request.path_params['name']}"
        made = graph_page(site, iri)
        return _missing(site, iri) if made is None else _send(site, request, made)

    def data(request: Request) -> Response:
        iri = f"{BASE}{request.path_params['space']}/{request.path_params['name']}"
        found = graph_data(site, iri)
        return JSONResponse(found, status_code=200 if found["nodes"] else 404, headers=_PLAIN)

    def download(request: Request) -> Response:
        name = request.path_params["name"]
        path = site.release / name
        if name not in FILES or not path.is_file():
            return _missing(site, f"{BASE}release/{name}")
        return FileResponse(path, media_type=FILES[name][0], filename=name)

    def icon(request: Request) -> Response:
        del request  # what a browser asks for beside anything that is no page, such as an answer in JSON
        return FileResponse(STATIC / "icon.svg", media_type="image/svg+xml")

    return [
        Route("/", page(lambda site: home(site, json_ld(site, f"{BASE}dataset")))),
        Route("/favicon.ico", icon),
        Route("/search", search),
        Route("/suggest", suggestions),
        Route("/editor", editor),
        Route("/editor/terms", terms),
        Route("/graph/{space}/{name:path}", graph),
        Route("/graph-data/{space}/{name:path}", data),
        Route("/statistics", page(statistics_page)),
        Route("/cite", page(cite_page)),
        Route("/downloads", page(downloads_page)),
        Route("/release/{name}", download),
        Mount("/static", StaticFiles(directory=STATIC)),
    ]


def html_routes(site: Site) -> list[BaseRoute]:
    """Return plain routes for everything that has an IRI, in HTML and nothing else: without negotiation.

    Args:
        site: what is served.
    """

    def resource(request: Request) -> Response:
        iri = f"{BASE}{request.url.path.removeprefix('/')}"
        made = resource_page(site, iri)
        return _missing(site, iri) if made is None else _send(site, request, made)

    return [Route(f"/{space}/{{name:path}}", resource) for space in SPACES]


def _missing(site: Site, iri: str) -> Response:
    near = [(hit.label, hit.href) for hit in find(site, iri.rsplit("/", 1)[-1].replace("-", " "), 5)]
    return respond(not_found(site, iri, near), 404)


def _send(site: Site, request: Request, html: str) -> Response:
    """Send a page that depends on the release and this program alone, unless the client has it already."""
    tag = f'"{hashlib.sha256(html.encode()).hexdigest()[:16]}"'
    headers = {"etag": tag, "last-modified": site.last_modified, **_FRESH}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return respond(html, headers=headers)
