# SPDX-License-Identifier: Apache-2.0
"""The pages of the site: functions that return HTML, and the routes of those that need no negotiation.

Every function takes the site first and ``head``, HTML for the end of ``<head>``, last. A page of something that the
release does not know is None. Send what they return with ``respond``, which adds the security headers.
"""

from __future__ import annotations

from imnm_kg.serve.pages.about import cite_page, downloads_page, home, not_found, statistics_page
from imnm_kg.serve.pages.claims import claim_page, document_page, evidence_page
from imnm_kg.serve.pages.entities import entity_page
from imnm_kg.serve.pages.network import graph_data, graph_page
from imnm_kg.serve.pages.queries import editor_page, queries_page, query_page, results_page
from imnm_kg.serve.pages.rendering import HEADERS, respond
from imnm_kg.serve.pages.routes import html_routes, routes
from imnm_kg.serve.pages.search import find, search_page, suggest
from imnm_kg.serve.pages.terms import resource_page, term_page

__all__ = [
    "HEADERS",
    "cite_page",
    "claim_page",
    "document_page",
    "downloads_page",
    "editor_page",
    "entity_page",
    "evidence_page",
    "find",
    "graph_data",
    "graph_page",
    "home",
    "html_routes",
    "not_found",
    "queries_page",
    "query_page",
    "resource_page",
    "respond",
    "results_page",
    "routes",
    "search_page",
    "statistics_page",
    "suggest",
    "term_page",
]
