# SPDX-License-Identifier: Apache-2.0
"""The application: the routes of each part of the site, under one roof."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.routing import BaseRoute

from imnm_kg.serve.site import Site

__all__ = ["create_app"]


def create_app(site: Site) -> Starlette:
    """Make the ASGI application of a site.

    Args:
        site: what to serve.
    """
    routes: list[BaseRoute] = []
    return Starlette(routes=routes)
