# SPDX-License-Identifier: Apache-2.0
"""The application: the routes of each part of the site, under one roof."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import BaseRoute, Route

from imnm_kg.serve import api, crawlers, health, linked, pages
from imnm_kg.serve.answering import RunnerReply
from imnm_kg.serve.description import Description
from imnm_kg.serve.frames import Job
from imnm_kg.serve.front import Front
from imnm_kg.serve.limits import Limits
from imnm_kg.serve.service import Service
from imnm_kg.serve.site import Site

if TYPE_CHECKING:
    from typing import TextIO

__all__ = ["create_app", "from_environment"]

# Each part of the site gives its routes; a part asks the graph by ``request.app.state.service``. Names of graphs come
# before the views of the graph, which begin with the same word.
_PARTS: tuple[Callable[[Site], list[BaseRoute]], ...] = (
    linked.routes,
    crawlers.routes,
    health.routes,
    pages.routes,
)
_EDITOR = "/editor"  # the page that a browser gets for /sparql, if a part has it


def create_app(site: Site, limits: Limits | None = None, log: TextIO | None = None) -> Front:
    """Make the ASGI application of a site.

    Args:
        site: what to serve.
        limits: what may be used; the defaults when left out.
        log: where the log goes, one JSON object a line; nowhere when left out.
    """
    limits = limits or Limits()
    service = Service(site, limits, log)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        service.engine.start()
        yield
        await service.engine.stop()
        service.journal.flush()

    async def run(text: str, form: str, name: str, client: str) -> RunnerReply:
        return RunnerReply(*await service.run(Job("text", text, form=form), f"stored {name}", client))

    routes = [*api.routes(site, run), *(route for part in _PARTS for route in part(site))]
    # What is packed already, as answers of the workers are, goes through as it is.
    packing = Middleware(GZipMiddleware, minimum_size=1024, compresslevel=4)
    inner = Starlette(routes=routes, lifespan=lifespan, middleware=[packing])
    inner.state.service = service
    has_editor = any(isinstance(route, Route) and route.path == _EDITOR for route in routes)
    return Front(service, inner, Description(site, bool(limits.services)), _EDITOR if has_editor else None)


def from_environment() -> Front:
    """Make the application for ``uvicorn --factory imnm_kg.serve.app:from_environment``.

    ``IMNM_RELEASE``, ``IMNM_DOCUMENTS`` and ``IMNM_BASE`` stand for the options of ``imnm-kg serve``.
    """
    release, documents = os.environ.get("IMNM_RELEASE"), os.environ.get("IMNM_DOCUMENTS")
    base = os.environ.get("IMNM_BASE", "http://127.0.0.1:8000")
    site = Site.open(Path(release) if release else None, Path(documents) if documents else None, base)
    return create_app(site, log=sys.stdout)
