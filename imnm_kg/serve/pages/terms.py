# SPDX-License-Identifier: Apache-2.0
"""The pages of terms of the ontology, and of everything else that has an IRI of ours and no page of its own."""

from __future__ import annotations

from pyoxigraph import NamedNode

from imnm_kg.model.namespaces import BASE, IMNM, OBO, OWL, RDF, RDFS, SKOS
from imnm_kg.serve.pages.claims import claim_page, document_page, evidence_page, turtle_of
from imnm_kg.serve.pages.entities import entity_page
from imnm_kg.serve.pages.facts import Facts, Thing, facts_of, node_of
from imnm_kg.serve.pages.plain import Fact, facts_about, mappings_of
from imnm_kg.serve.pages.rendering import kept, render
from imnm_kg.serve.site import Site

__all__ = ["resource_page", "term_page"]

_MOST = 200
_DEFINITION = OBO.IAO_0000115
_ABOVE = ((RDFS.subClassOf, "broader class"), (RDFS.subPropertyOf, "broader relation"), (OWL.inverseOf, "inverse"))
_ENDS = ((RDFS.domain, "subject is a"), (RDFS.range, "object is a"))


def _hierarchy(facts: Facts, node: NamedNode) -> list[Fact]:
    rows = []
    for key, name in (*_ABOVE, *_ENDS):
        if found := facts.nodes(node, key):
            rows.append(Fact(name, tuple(facts.things(found))))
    for key, name in ((RDFS.subClassOf, "narrower classes"), (RDFS.subPropertyOf, "narrower relations")):
        if below := facts.subjects(key, node):
            rows.append(Fact(name, tuple(facts.things(below))))
    return rows


def _uses(facts: Facts, node: NamedNode) -> tuple[str, list[Thing], int]:
    """Return what a term is used for: the members of a class, the claims of a relation."""
    if facts.is_of(node, OWL.Class):
        found, words = facts.instances(node), "Members"
    else:
        found, words = [each for each in facts.subjects(RDF.predicate, node) if facts.is_of(each, IMNM.Claim)], "Claims"
    return words, facts.things(found[:_MOST]), len(found)


@kept
def term_page(site: Site, iri: str, head: str = "") -> str | None:
    """Return the page of a class, relation or value of the ontology; None where there is none of that IRI."""
    facts, node = facts_of(site), node_of(iri)
    if node is None or not facts.knows(node):
        return None
    words, uses, total = _uses(facts, node)
    shown = {key for key, _ in (*_ABOVE, *_ENDS)}
    shown |= {_DEFINITION, RDFS.comment, SKOS.example, IMNM.counterexample, IMNM.negatedLabel}
    return render(
        site, "term.html", head,
        thing=facts.thing(node), iri=iri, local=iri.removeprefix(BASE),
        types=facts.things(facts.nodes(node, RDF.type)),
        definition=facts.text(node, _DEFINITION) or facts.text(node, RDFS.comment) or "",
        negated=facts.text(node, IMNM.negatedLabel) or "",
        examples=facts.values(node, SKOS.example), counterexamples=facts.values(node, IMNM.counterexample),
        hierarchy=_hierarchy(facts, node), uses=uses, uses_words=words, total=total,
        facts=facts_about(facts, node, shown),
        mappings=mappings_of(facts, node), turtle=turtle_of(facts, [node]),
    )  # fmt: skip


def resource_page(site: Site, iri: str, head: str = "") -> str | None:
    """Return the page of whatever has that IRI, by what it is; None for an IRI that the release says nothing of.

    Args:
        site: what is served.
        iri: an IRI of ours.
        head: HTML for the end of ``<head>``.
    """
    if iri.startswith(IMNM):
        return term_page(site, iri, head)
    node = node_of(iri)
    if node is None:
        return None
    facts = facts_of(site)
    for class_, make in (
        (IMNM.Claim, claim_page), (IMNM.Evidence, evidence_page), (IMNM.Document, document_page),
    ):  # fmt: skip
        if facts.is_of(node, class_):
            return make(site, iri, head)
    if any(iri.startswith(f"{BASE}{space}/") for space in ("entity", "document")):
        return entity_page(site, iri, head)
    return term_page(site, iri, head)
