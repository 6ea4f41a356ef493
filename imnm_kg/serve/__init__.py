# SPDX-License-Identifier: Apache-2.0
"""The graph over HTTP: a SPARQL endpoint, stored queries as an API, linked data and pages, as one ASGI application.

Whoever imports a module of this package but ``negotiation`` imports Starlette, the optional extra ``serve``.
"""
