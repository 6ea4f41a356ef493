# SPDX-License-Identifier: Apache-2.0
"""The pages of entities: a disease, a drug, a trial, a publication, a person, an organisation, and the rest."""

from __future__ import annotations

from typing import NamedTuple

from pyoxigraph import NamedNode

from imnm_kg.model.claims import Claim
from imnm_kg.model.namespaces import IMNM
from imnm_kg.serve.pages.facts import Facts, facts_of, node_of
from imnm_kg.serve.pages.matrix import COLUMNS, TRIED, matrix
from imnm_kg.serve.pages.plain import (
    arms_of,
    authors_of,
    endpoints_of,
    facts_about,
    mappings_of,
    names_of,
    publications_about,
    roles_of,
)
from imnm_kg.serve.pages.rendering import kept, render
from imnm_kg.serve.pages.views import ClaimView, background_about, claim_views
from imnm_kg.serve.site import Site

__all__ = ["Section", "entity_page", "sections"]

_MECHANISM = frozenset(("activates", "contributesTo", "hasAutoantibody", "primaryDriverOf", "riskFactorFor"))
_ACTS_ON = frozenset(("activates", "affects", "decreases", "inhibitedBy", "inhibits", "targets"))
_HARMS = frozenset(("contraindicatedIn", "hasAdverseEvent", "hasSideEffect", "sideEffectOf"))
_CARE = frozenset(("improves", "includes", "prevents", "requires", "tailoredTo"))
_CLASSES = frozenset(("hasMember", "hasSubtype", "memberOfClass", "subtypeOf"))
_DISEASE = frozenset(("Disease", "DiseaseSubtype", "HealthCondition"))
_INTERVENTION = frozenset(("Drug", "DrugClass", "Intervention", "Procedure", "Regimen", "TreatmentStrategy"))


class Section(NamedTuple):
    """Claims under one heading.

    Attributes:
        id: the name to link to.
        title: the heading.
        note: what a reader should know before reading them; may be empty.
        claims: the claims.
        more: how many claims more there are than a page can show.
        compact: whether a reader will rather run an eye over them than read each.
    """

    id: str
    title: str
    note: str
    claims: list[ClaimView]
    more: int
    compact: bool


_COMPACT = frozenset(("classes", "classification", "design", "phenotypes", "questions", "statements", "trials"))
_MOST = 60
_Plan = tuple[tuple[str, str, str, frozenset[str]], ...]
_PLANS: dict[str, _Plan] = {
    "disease": (
        ("care", "Care and its outcomes", "What care improves, prevents, includes or requires in people with it.",
         _CARE),
        ("phenotypes", "Phenotypes", "Symptoms, signs and findings.", frozenset(("hasPhenotype", "phenotypeOf"))),
        ("mechanism", "Mechanism", "What is said to drive it, and what is said not to.", _MECHANISM),
        ("trials", "Trials", "", frozenset((
            "firstClinicalTrialFor", "firstRandomizedTrialFor", "studiesCondition",
        ))),
        ("classification", "Classification", "", _CLASSES),
    ),
    "intervention": (
        ("tried", "What it was tried for", "With what came of it. Tested does not mean that it works.", TRIED | _CARE),
        ("acts-on", "What it acts on", "", _ACTS_ON),
        ("harms", "Harms", "With the dose and duration that the text names: an effect of a high dose is not one of"
         " every dose.", _HARMS | {"contributesTo"}),
        ("classes", "Classes and members", "A finding about a class is none about a member, and the other way round.",
         _CLASSES),
        ("trials", "Trials", "", frozenset(("testedIn", "testsIntervention"))),
    ),
    "trial": (
        ("design", "Design", "", frozenset(("hasDesignFeature", "hasPhase", "treatmentDuration"))),
        ("questions", "What it tested", "", frozenset((
            "assesses", "studiesCondition", "testsIntervention",
        ))),
    ),
}  # fmt: skip


def _sort(facts: Facts, node: NamedNode) -> str:
    kinds = set(facts.kinds(node))
    if kinds & _DISEASE:
        return "disease"
    if kinds & _INTERVENTION:
        return "intervention"
    for kind in ("ClinicalTrial", "Publication", "Person", "Organization"):
        if kind in kinds:
            return kind.removeprefix("Clinical").lower()
    return "other"


def _section(id_: str, title: str, note: str, claims: list[ClaimView], *, compact: bool) -> Section:
    return Section(id_, title, note, claims[:_MOST], max(0, len(claims) - _MOST), compact)


def sections(facts: Facts, sort: str, claims: list[Claim], *, matrix_of: str = "") -> list[Section]:
    """Put claims under headings, each under the first that takes it.

    Args:
        facts: what the site knows.
        sort: disease, intervention, trial or any other sort of page.
        claims: the claims.
        matrix_of: the IRI of the disease whose treatments stand in a matrix and in no list.
    """
    views = claim_views(facts, claims)
    left = [view for view in views if not (matrix_of and view.predicate in TRIED and view.object.iri == matrix_of)]
    made = []
    for id_, title, note, relations in _PLANS.get(sort, ()):
        taken = [view for view in left if view.predicate in relations]
        left = [view for view in left if view.predicate not in relations]
        if taken:
            made.append(_section(id_, title, note, taken, compact=id_ in _COMPACT))
    if left:
        made.append(_section("statements", "Other statements" if made else "Statements", "", left, compact=True))
    return made


@kept
def entity_page(site: Site, iri: str, head: str = "") -> str | None:
    """Return the page of an entity; None for an IRI that the release says nothing of.

    Args:
        site: what is served.
        iri: the IRI of the entity.
        head: HTML for the end of ``<head>``.
    """
    facts, node = facts_of(site), node_of(iri)
    if node is None or not facts.knows(node):
        return None
    sort, claims = _sort(facts, node), facts.claims_about(node)
    trial = sort == "trial"
    findings = [] if not trial else claim_views(facts, _findings(facts, node, claims))
    rows = matrix(claim_views(facts, claims), iri) if sort == "disease" else []
    parts = [node, *facts.nodes(node, IMNM.hasArm)] if trial else [node]
    authors, complete = authors_of(facts, node)
    return render(
        site, "entity.html", head,
        thing=facts.thing(node), sort=sort, names=names_of(facts, node), iri=iri,
        matrix=rows, columns=COLUMNS, negative=sum(row.negative for row in rows),
        sections=sections(facts, sort, claims, matrix_of=iri if sort == "disease" else ""),
        findings=findings, arms=arms_of(facts, node) if trial else [],
        endpoints=endpoints_of(facts, node) if trial else _endpoints_near(facts, claims, sort),
        authors=authors, complete=complete, facts=facts_about(facts, node), roles=roles_of(facts, node),
        about=publications_about(facts, node), background=background_about(facts, parts),
        mappings=mappings_of(facts, node),
        has_claims=bool(claims), query=_query_of(sort), local=iri.rsplit("/", 1)[1],
    )  # fmt: skip


def _findings(facts: Facts, trial: NamedNode, shown: list[Claim]) -> list[Claim]:
    """Return the claims whose passages come from a trial, those about the trial itself aside."""
    found = {
        claim for evidence in facts.subjects(IMNM.fromTrial, trial)
        for claim in facts.subjects(IMNM.hasEvidence, evidence)
    }  # fmt: skip
    return facts.claims(found - {claim.iri for claim in shown})


def _endpoints_near(facts: Facts, claims: list[Claim], sort: str) -> list[object]:
    """Return the endpoints of the trials of a disease or an intervention."""
    if sort not in ("disease", "intervention"):
        return []
    trials = {
        claim.subject for claim in claims
        if claim.predicate in (IMNM.studiesCondition, IMNM.testsIntervention) and facts.is_of(
            claim.subject, IMNM.ClinicalTrial)
    }  # fmt: skip
    return [
        endpoint for trial in sorted(trials, key=lambda each: each.value) for endpoint in endpoints_of(facts, trial)
    ]


def _query_of(sort: str) -> tuple[str, str]:
    """Name the stored query, and its parameter, that asks for what a page shows."""
    return {"disease": ("treatments", "disease"), "trial": ("trial-overview", "trial")}.get(
        sort, ("entity-claims", "entity")
    )
