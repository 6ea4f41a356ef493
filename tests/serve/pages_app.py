# SPDX-License-Identifier: Apache-2.0
"""A small application for tests of the pages: them, and the least of an endpoint and of an API that they speak to."""

from __future__ import annotations

from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from imnm_kg.model.results import Answer, serialize
from imnm_kg.operations.ask import ask
from imnm_kg.serve.pages import html_routes, queries_page, query_page, respond, routes
from imnm_kg.serve.site import Site

__all__ = ["pages_app"]


def pages_app(site: Site) -> Starlette:
    async def sparql(request: Request) -> Response:
        body = (await request.body()).decode()
        text = request.query_params.get("query") or parse_qs(body)["query"][0]
        result = serialize(ask(site.store, text, site.prefixes), "json", site.prefixes)
        return Response(result, media_type="application/sparql-results+json")

    async def queries(request: Request) -> Response:
        del request
        return respond(queries_page(site))

    async def query(request: Request) -> Response:
        stored, given = site.queries[request.path_params["name"]], dict(request.query_params)
        bound = stored.bind({key: value for key, value in given.items() if value}, site.prefixes)
        return respond(query_page(site, stored.name, given, Answer.of(ask(site.store, bound))))

    own = [
        Route("/queries", queries),
        Route("/queries/{name}", query),
        Route("/sparql", sparql, methods=["GET", "POST"]),
    ]
    return Starlette(routes=[*routes(site), *own, *html_routes(site)])
