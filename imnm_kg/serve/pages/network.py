# SPDX-License-Identifier: Apache-2.0
"""The neighbourhood of something as a graph: nodes and edges for a picture, and a table that says the same."""

from __future__ import annotations

from typing import TypedDict

from pyoxigraph import NamedNode

from imnm_kg.model.namespaces import BASE, IMNM
from imnm_kg.serve.pages.facts import facts_of, node_of
from imnm_kg.serve.pages.rendering import has_script, kept, render
from imnm_kg.serve.pages.views import BackgroundView, ClaimView, background_about, claim_views
from imnm_kg.serve.site import Site

__all__ = ["Edge", "Network", "Node", "graph_data", "graph_page"]

_MOST = 150
"""How many claims a picture can show and still be read."""


class Node(TypedDict):
    """A node: its id, name, what it is, its page, and whether the picture is about it."""

    id: str
    label: str
    kind: str
    href: str
    centre: bool


class Edge(TypedDict):
    """An edge: a claim or a background statement, with all that its line has to show."""

    id: str
    source: str
    target: str
    label: str
    negated: bool
    hedged: bool
    background: bool
    certainty: str
    statement: str
    href: str


class Network(TypedDict):
    """A picture: its nodes and edges."""

    nodes: list[Node]
    edges: list[Edge]


def _claims(site: Site, iri: str) -> tuple[list[ClaimView], list[BackgroundView], int]:
    """Return the claims about something and those among its neighbours, with how many were left out."""
    facts, node = facts_of(site), node_of(iri)
    if node is None:
        return [], [], 0
    near = facts.claims_about(node)
    around = {claim.subject for claim in near} | {claim.object for claim in near}
    around |= {claim.population for claim in near if claim.population is not None}
    wider = {
        claim.iri: claim for other in around if isinstance(other, NamedNode) and facts.is_of(other, IMNM.Drug)
        for claim in facts.claims_about(other) if claim.object in around and claim.subject in around
    }  # fmt: skip
    every = {claim.iri: claim for claim in near} | wider
    views = claim_views(facts, list(every.values()))
    return views[:_MOST], background_about(facts, [node]), max(0, len(views) - _MOST)


def graph_data(site: Site, iri: str) -> Network:
    """Return nodes and edges of the neighbourhood of something, as plain values for JSON.

    Args:
        site: what is served.
        iri: the IRI of what the picture is about.
    """
    views, background, _ = _claims(site, iri)
    facts = facts_of(site)
    nodes: dict[str, Node] = {}
    edges: list[Edge] = []
    centre = node_of(iri)

    def end(identifier: str, label: str, kind: str, href: str) -> str:
        nodes.setdefault(identifier, Node(id=identifier, label=label, kind=kind, href=href, centre=identifier == iri))
        return identifier

    if centre is not None and facts.knows(centre):
        thing = facts.thing(centre)
        end(iri, thing.label, thing.kind, thing.href)
    for view in views:
        target = view.object.iri or f"text:{view.object.label}"
        edges.append(
            Edge(
                id=view.iri, label=view.relation, negated=view.negated, hedged=view.hedged, background=False,
                certainty=view.certainty, statement=view.statement, href=view.href,
                source=end(view.subject.iri, view.subject.label, view.subject.kind, view.subject.href),
                target=end(target, view.object.label, view.object.kind or "text", view.object.href),
            )
        )  # fmt: skip
    for row in background:
        target = row.object.iri or f"text:{row.object.label}"
        edges.append(
            Edge(
                id=row.href, label=row.relation, negated=False, hedged=False, background=True, certainty="",
                statement=f"{row.subject.label} {row.relation} {row.object.label} (background)", href=row.href,
                source=end(row.subject.iri, row.subject.label, row.subject.kind, row.subject.href),
                target=end(target, row.object.label, row.object.kind or "text", row.object.href),
            )
        )  # fmt: skip
    return Network(nodes=list(nodes.values()), edges=edges)


@kept
def graph_page(site: Site, iri: str, head: str = "") -> str | None:
    """Return the page with the picture of a neighbourhood and its table; None for an unknown IRI."""
    facts, node = facts_of(site), node_of(iri)
    if node is None or not facts.knows(node):
        return None
    views, background, left_out = _claims(site, iri)
    return render(
        site, "graph.html", head,
        thing=facts.thing(node), views=views, background=background, left_out=left_out,
        data=f"{facts.root}/graph-data/{iri.removeprefix(BASE)}", drawn=has_script("cytoscape.min.js"),
    )  # fmt: skip
