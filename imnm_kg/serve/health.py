# SPDX-License-Identifier: Apache-2.0
"""Pages for those who run the server: whether it answers, and its counts for Prometheus."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from imnm_kg.serve.frames import Job

if TYPE_CHECKING:
    from imnm_kg.serve.service import Service
    from imnm_kg.serve.site import Site

__all__ = ["routes"]

_PATIENCE = 5.0


def routes(site: Site) -> list[BaseRoute]:
    """Return ``/health`` and ``/metrics``."""

    async def health(request: Request) -> Response:
        service: Service = request.app.state.service
        try:
            asked = service.run(Job("text", "ASK {}"), "health", "health")
            reply = await asyncio.wait_for(asked, _PATIENCE)
            well = reply.status == 200
        except TimeoutError:
            well = False
        said = {"status": "ok" if well else "no answer", "release": site.version, "digest": site.digest}
        headers = {"Cache-Control": "no-store"}
        return JSONResponse({**said, **service.engine.load}, 200 if well else 503, headers)

    async def metrics(request: Request) -> Response:
        service: Service = request.app.state.service
        gauges = {**service.engine.load, "kept_bytes": service.cache.size}
        text = service.journal.metrics(gauges, service.engine.deaths)
        return PlainTextResponse(text, headers={"Cache-Control": "no-store"}, media_type="text/plain; version=0.0.4")

    return [Route("/health", health), Route("/metrics", metrics)]
