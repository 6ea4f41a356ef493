# SPDX-License-Identifier: Apache-2.0
"""Claims, passages and background statements as values that a template can print without asking any further."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode

from imnm_kg.model.claims import Claim, Evidence
from imnm_kg.model.explanation import Passage
from imnm_kg.model.namespaces import IMNM, RDF, RDFS
from imnm_kg.operations.explain import passage_of
from imnm_kg.serve.pages.facts import Facts, Thing
from imnm_kg.serve.pages.wording import dots, duration, rank, short_quote, text_fragment

__all__ = [
    "BackgroundView",
    "ClaimView",
    "PassageView",
    "background_about",
    "claim_view",
    "claim_views",
    "passage_view",
    "value_of",
]


class ClaimView(NamedTuple):
    """A claim for a list.

    Attributes:
        iri: its IRI.
        href: the address of its page.
        statement: the claim in words, as its label has it.
        subject: what it is about.
        relation: the relation in words, in its negated form for a negated claim.
        predicate: the local name of the relation.
        object: the other end of the relation.
        negated: whether the text says that it is not so.
        certainty: how sure, one of four words; empty where nothing was read.
        hedged: whether it is less than established.
        dots: the certainty as four circles.
        population: whom it is about, where that is narrower than its object.
        context: what narrows or describes it, as pairs of name and value in words.
        quote: the beginning of its first passage.
        sources: the documents that state it.
        disputed: whether another claim is declared to speak against it.
    """

    iri: str
    href: str
    statement: str
    subject: Thing
    relation: str
    predicate: str
    object: Thing
    negated: bool
    certainty: str
    hedged: bool
    dots: str
    population: Thing | None
    context: tuple[tuple[str, str], ...]
    quote: str
    sources: tuple[Thing, ...]
    disputed: bool


class PassageView(NamedTuple):
    """A passage of a document that carries a claim.

    Attributes:
        href: the address of the page of the evidence.
        passage: the quote in its surroundings.
        document: the document.
        opens: the address that opens the page of the document at the passage; none where no page is known.
        dots: how sure the passage is, as four circles.
        kind: what the passage itself rests on, in words.
        trial: the trial that it comes from.
    """

    href: str
    passage: Passage
    document: Thing
    opens: str | None
    dots: str
    kind: Thing | None
    trial: Thing | None


class BackgroundView(NamedTuple):
    """A background statement: what no source document states, with the public page where it was read."""

    href: str
    subject: Thing
    relation: str
    object: Thing
    source: Thing


def value_of(facts: Facts, term: object) -> Thing:
    """Return the name and page of a term; a duration among the literals is put into words."""
    return Thing(duration(term.value)) if isinstance(term, Literal) else facts.thing(term)


def claim_view(facts: Facts, claim: Claim) -> ClaimView:
    """Return a claim for a list."""
    negated = claim.polarity == "Negated"
    relation = facts.text(claim.predicate, IMNM.negatedLabel if negated else RDFS.label)
    certainty = claim.certainty or ""
    said = [item for item in claim.evidence if item.role == "Statement"]
    narrower = claim.population if claim.population not in (None, claim.object) else None
    return ClaimView(
        claim.iri.value, facts.href(claim.iri.value), claim.label, facts.thing(claim.subject),
        relation or facts.label(claim.predicate), claim.predicate.value.removeprefix(IMNM),
        value_of(facts, claim.object), negated, certainty.lower(), 0 < rank(certainty) < 4, dots(certainty),
        None if narrower is None else facts.thing(narrower),
        tuple((key.value.removeprefix(IMNM), value_of(facts, value).label) for key, value in claim.context),
        short_quote(said[0].quote) if said else "",
        tuple(facts.things({item.document for item in said})),
        bool(facts.subjects(IMNM.disputes, claim.iri)),
    )  # fmt: skip


def claim_views(facts: Facts, claims: Iterable[Claim]) -> list[ClaimView]:
    """Return claims for a list: negated ones first, then the surest, then by words."""
    views = [claim_view(facts, claim) for claim in claims]
    return sorted(views, key=lambda view: (not view.negated, view.dots.count("○"), view.statement.casefold()))


def passage_view(facts: Facts, item: Evidence) -> PassageView:
    """Return a passage in its surroundings: the whole sentence where the documents are at hand."""
    passage = passage_of(facts, item, facts.texts)
    kind, trial = facts.node(item.iri, IMNM.evidenceType), facts.node(item.iri, IMNM.fromTrial)
    return PassageView(
        facts.href(item.iri.value), passage, facts.thing(item.document),
        None if passage.url is None else text_fragment(passage.url, item.quote), dots(item.certainty),
        None if kind is None else facts.thing(kind), None if trial is None else facts.thing(trial),
    )  # fmt: skip


def background_about(facts: Facts, nodes: Iterable[NamedNode]) -> list[BackgroundView]:
    """Return the background statements that have one of the things as subject or object."""
    wanted = list(nodes)
    found = {
        statement for node in wanted for key in (RDF.subject, RDF.object) for statement in facts.subjects(key, node)
        if facts.is_of(statement, IMNM.BackgroundStatement)
    }  # fmt: skip
    views = []
    for statement in sorted(found, key=lambda node: node.value):
        subject, predicate = facts.node(statement, RDF.subject), facts.node(statement, RDF.predicate)
        source = facts.node(statement, IMNM.sourceURL)
        values = facts.objects(statement, RDF.object)
        if subject is None or predicate is None or source is None or not values:
            continue
        views.append(
            BackgroundView(
                facts.href(statement.value), facts.thing(subject), facts.label(predicate), value_of(facts, values[0]),
                facts.thing(source),
            )
        )  # fmt: skip
    return views
