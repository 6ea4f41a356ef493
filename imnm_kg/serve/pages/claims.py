# SPDX-License-Identifier: Apache-2.0
"""The pages of claims, of the passages that carry them, and of the documents that the passages are from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from pyoxigraph import NamedNode, Triple

from imnm_kg.model.claims import Claim, Evidence
from imnm_kg.model.namespaces import BASE, CLAIM, DOCUMENT, FOAF, IMNM, OA, PROV
from imnm_kg.operations.explain import becomes
from imnm_kg.rdf.turtle import used_prefixes, write_turtle
from imnm_kg.serve.pages.facts import Facts, Thing, facts_of, node_of
from imnm_kg.serve.pages.plain import facts_about, names_of
from imnm_kg.serve.pages.rendering import kept, render
from imnm_kg.serve.pages.views import ClaimView, PassageView, claim_view, claim_views, passage_view
from imnm_kg.serve.pages.wording import CERTAINTIES, text_fragment, without_header
from imnm_kg.serve.site import Site

__all__ = ["LinkView", "claim_page", "document_page", "evidence_page", "turtle_of"]

_QUERY = "claim-evidence"


class LinkView(NamedTuple):
    """A declared link to another claim: which way it speaks, the claim, the reason, and who declared it."""

    words: str
    against: bool
    claim: ClaimView
    reason: str
    curator: Thing | None
    automated: bool


def turtle_of(facts: Facts, nodes: Iterable[NamedNode]) -> str:
    """Write the triples of some things in the one Turtle format of the project."""
    triples: list[Triple] = []
    for node in nodes:
        triples += facts.about(node)
    return write_turtle(triples, used_prefixes(triples, facts.site.prefixes))


def _parts(facts: Facts, item: Evidence) -> list[NamedNode]:
    """Return the nodes that make up a passage: itself, its quote and place, its reviews."""
    keys = (OA.hasSelector, IMNM.hasReview, IMNM.hasGuardException, IMNM.hasExtraction)
    return [item.iri, *(part for key in keys for part in facts.nodes(item.iri, key))]


def _links(facts: Facts, claim: Claim) -> list[LinkView]:
    """Return what is declared to support or dispute a claim, and what the claim itself supports or disputes."""
    made = []
    for class_, active, passive in (
        (IMNM.Dispute, "It disputes", "It is disputed by"),
        (IMNM.Support, "It supports", "It is supported by"),
    ):
        for key, other, words in ((IMNM.to, IMNM.term("from"), passive), (IMNM.term("from"), IMNM.to, active)):
            for node in facts.subjects(key, claim.iri):
                end = facts.node(node, other)
                linked = None if end is None else facts.claim(end.value)
                if linked is None or not facts.is_of(node, class_):
                    continue
                curator = facts.node(node, IMNM.curator)
                made.append(
                    LinkView(
                        words, class_ == IMNM.Dispute, claim_view(facts, linked), facts.text(node, IMNM.reason) or "",
                        None if curator is None else facts.thing(curator),
                        facts.node(node, IMNM.agentKind) == IMNM.AutomatedAgent,
                    )
                )  # fmt: skip
    return made


@kept
def claim_page(site: Site, iri: str, head: str = "") -> str | None:
    """Return the page of a claim; None where there is none of that IRI.

    Args:
        site: what is served.
        iri: the IRI of the claim.
        head: HTML for the end of ``<head>``.
    """
    facts = facts_of(site)
    claim = facts.claim(iri)
    if claim is None:
        return None
    derived = facts.subjects(PROV.wasDerivedFrom, claim.iri)
    rules = {facts.text(node, IMNM.rule) for node in derived}
    against = [node for node in facts.subjects(IMNM.to, claim.iri) if facts.is_of(node, IMNM.Dispute)]
    parts = [part for item in claim.evidence for part in _parts(facts, item)]
    stored = site.queries.get(_QUERY)
    passages = [passage_view(facts, item) for item in claim.evidence]
    return render(
        site, "claim.html", head,
        view=claim_view(facts, claim), meaning=CERTAINTIES.get(claim.certainty or "", ""),
        predicate=facts.thing(claim.predicate),
        statements=[view for view in passages if view.passage.role == "Statement"],
        antecedents=[view for view in passages if view.passage.role != "Statement"],
        population=facts.thing(claim.population or claim.object), whole=claim.population in (None, claim.object),
        becomes=becomes(facts, claim, rules, against), links=_links(facts, claim),
        query="" if stored is None else without_header(stored.bind({"claim": claim.iri})), query_name=_QUERY,
        turtle=turtle_of(facts, [claim.iri, *parts]), digits=iri.removeprefix(CLAIM),
    )  # fmt: skip


@kept
def evidence_page(site: Site, iri: str, head: str = "") -> str | None:
    """Return the page of one passage; None where there is none of that IRI."""
    facts, node = facts_of(site), node_of(iri)
    if node is None or not facts.is_of(node, IMNM.Evidence):
        return None
    for claim in facts.claims(facts.subjects(IMNM.hasEvidence, node)):
        for item in claim.evidence:
            if item.iri == node:
                return render(
                    site, "evidence.html", head,
                    view=claim_view(facts, claim), item=passage_view(facts, item), turtle=turtle_of(
                        facts, _parts(facts, item)),
                    local=iri.removeprefix(BASE), meaning=CERTAINTIES.get(item.certainty or "", ""),
                )  # fmt: skip
    return None


class _Said(NamedTuple):
    """A passage of a document and the claims that it, or a shorter beginning of it, states."""

    passage: PassageView
    claims: list[ClaimView]


@kept
def document_page(site: Site, iri: str, head: str = "") -> str | None:
    """Return the page of a source document, its claims in the order of the text; None where there is none."""
    facts, node = facts_of(site), node_of(iri)
    if node is None or not facts.is_of(node, IMNM.Document):
        return None
    carrying = {
        claim for evidence in facts.subjects(OA.hasSource, node)
        for claim in facts.subjects(IMNM.hasEvidence, evidence)
    }  # fmt: skip
    claims = facts.claims(carrying)
    said: dict[int, _Said] = {}
    stated = [(item, claim) for claim in claims for item in claim.evidence]
    for item, claim in sorted(stated, key=lambda pair: (pair[0].start, -pair[0].end, pair[1].label)):
        if item.document == node and item.role == "Statement":
            # Passages that begin at the same word are one another's beginnings: the longest stands for them all.
            place = said.setdefault(item.start, _Said(passage_view(facts, item), []))
            place.claims.append(claim_view(facts, claim))
    page = facts.node(node, FOAF.page)
    return render(
        site, "document.html", head,
        thing=facts.thing(node), said=[said[place] for place in sorted(said)], names=names_of(facts, node),
        facts=facts_about(facts, node), page=None if page is None else page.value, iri=iri,
        total=len(claims), negative=len([view for view in claim_views(facts, claims) if view.negated]),
        local=iri.removeprefix(DOCUMENT), whole=iri.removeprefix(DOCUMENT) in facts.texts,
        fragment=text_fragment,
    )  # fmt: skip
