# SPDX-License-Identifier: Apache-2.0
"""Review: accept, reject or mend proposed evidence; each decision is in the file before the next is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode, Triple

from imnm_kg.errors import ImnmError
from imnm_kg.model.claims import POLARITIES, RANKS, Claim, GuardException, Index, expected_label
from imnm_kg.model.entities import Entities
from imnm_kg.model.ids import slug
from imnm_kg.model.namespaces import DCTERMS, ENTITY, IMNM, OWL, RDF, RDFS
from imnm_kg.model.proposals import Case, Proposals, without
from imnm_kg.model.stored_query import nearest
from imnm_kg.model.triples import claim_triples, exception_triples, review_triples

__all__ = ["MENDABLE", "Mending", "Reviewer", "accept", "find_reviewer", "has_decided", "mend", "mended", "reject"]

MENDABLE = ("certainty", "object", "polarity", "population", "predicate", "subject")
"""What a reviewer can mend; the label is derived."""

KINDS = {"person": IMNM.PersonAgent, "automated": IMNM.AutomatedAgent}

_Blocks = dict[str, list[Triple]]


@dataclass(frozen=True)
class Reviewer:
    """Who decides: the agent, the kind of agent (``imnm:PersonAgent`` or ``imnm:AutomatedAgent``) and the date."""

    iri: NamedNode
    kind: NamedNode
    date: str


class Mending(NamedTuple):
    """A case as it would be after mending: which parts change, and the entity that is new with it, if one is."""

    case: Case
    parts: tuple[str, ...]
    entity: tuple[Triple, ...]


def find_reviewer(proposals: Proposals, name: str, kind: str | None, date: str) -> Reviewer:
    """Return the reviewer of that name, as the graph describes the agent.

    Args:
        proposals: the file, for what is known.
        name: the agent's id, IRI or label.
        kind: ``person`` or ``automated``; none: what the agent is.
        date: the day of the review, ``YYYY-MM-DD``.

    Raises:
        ImnmError: ``reviewer-unknown``; ``reviewer-kind`` when the agent is of the other kind, for the review of a
            program never shows as a person's.
    """
    entities = proposals.entities
    node = entities.named(name) or next((x for x in entities.owners(name) if entities.is_a(x, IMNM.Agent)), None)
    if node is None or not entities.is_a(node, IMNM.Agent):
        remedy = "describe the person in graph/entities/people.ttl or the program in graph/entities/agents.ttl first"
        raise ImnmError("reviewer-unknown", f"there is no person and no program '{name}'", remedy)
    is_ = "person" if entities.is_a(node, IMNM.Person) else "automated"
    if kind not in (None, is_):
        what = f"“{entities.label(node)}” is {'a person' if is_ == 'person' else 'no person'}"
        raise ImnmError("reviewer-kind", what, f"leave --kind {kind} out, or name another reviewer")
    return Reviewer(node, KINDS[is_], date)


def accept(proposals: Proposals, case: Case, reviewer: Reviewer, exceptions: Sequence[GuardException] = ()) -> None:
    """Accept a passage, with a reason for each cue that does not bear on the claim."""
    proposals.change(_decision(proposals, case.item.iri, IMNM.Reviewed, reviewer, exceptions), [case.claim.iri])


def reject(proposals: Proposals, case: Case, reviewer: Reviewer) -> None:
    """Reject a passage; it stays in the file, so that it is not asked again."""
    proposals.change(_decision(proposals, case.item.iri, IMNM.Rejected, reviewer), [case.claim.iri])


def mended(proposals: Proposals, case: Case, changes: Mapping[str, str]) -> Mending:
    """Return what mending would make of a case; nothing is written.

    Args:
        proposals: the file.
        case: the case.
        changes: a value for each of some of ``MENDABLE``; an empty population: everyone the object is about.

    Raises:
        ImnmError: ``review-value`` for what is not known or does not fit.
    """
    claim, entity = case.claim, tuple[Triple, ...]()
    certainty = case.item.certainty
    for name, value in changes.items():
        if name == "certainty":
            certainty = _choice(name, value, RANKS)
        elif name == "polarity":
            claim = replace(claim, polarity=_choice(name, value, POLARITIES))
        elif name == "predicate":
            claim = replace(claim, predicate=_relation(proposals.entities, value))
        elif name == "subject":
            claim = replace(claim, subject=_entity(proposals.entities, value))
        elif name == "object":
            is_text = isinstance(claim.object, Literal)
            claim = replace(claim, object=Literal(value) if is_text else _entity(proposals.entities, value))
        elif name == "population":
            people, entity = _population(proposals.entities, value, case.item.document)
            claim = replace(claim, population=people)
        else:
            raise ImnmError("review-value", f"'{name}' cannot be mended", nearest(name, MENDABLE, ""))
    if claim.population == claim.object and claim != case.claim:
        claim = replace(claim, population=None)  # everyone the object is about
    old, new = {"certainty": case.item.certainty, **_parts(case.claim)}, {"certainty": certainty, **_parts(claim)}
    parts = tuple(name for name in MENDABLE if old[name] != new[name])
    if not parts:
        raise ImnmError("review-value", "nothing of the claim would change", "accept it as it is")
    entities = Entities(Index(entity, proposals.entities.index)) if entity else proposals.entities
    if misfits := entities.misfits(claim):
        raise ImnmError("review-value", misfits[0], "take another relation or another entity")
    claim = replace(claim, iri=claim.expected_iri)
    item = replace(case.item, certainty=certainty)
    if claim.iri != case.claim.iri:
        sha256 = entities.index.text(item.document, IMNM.textSha256) or ""
        item = replace(item, iri=item.expected_iri(claim.iri, sha256))
    claim = replace(claim, evidence=(item,))
    return Mending(Case(replace(claim, label=expected_label(claim, entities.index)), item), parts, entity)


def _parts(claim: Claim) -> dict[str, object]:
    return {
        "object": claim.object, "polarity": claim.polarity, "population": claim.population,
        "predicate": claim.predicate, "subject": claim.subject,
    }  # fmt: skip


def _choice(name: str, value: str, choices: Sequence[str]) -> str:
    found = next((choice for choice in choices if choice.lower() == value.lower().removeprefix("imnm:")), None)
    if found is None:
        raise ImnmError("review-value", f"'{value}' is no {name}", f"give one of {', '.join(choices)}")
    return found


def _entity(entities: Entities, text: str) -> NamedNode:
    node = entities.named(text)
    if node is None:
        remedy = nearest(text, entities.all_names(), "describe it in graph/entities/ first")
        raise ImnmError("review-value", f"there is no entity '{text}'", remedy)
    return node


def _relation(entities: Entities, text: str) -> NamedNode:
    node, index = IMNM.term(text.removeprefix("imnm:")), entities.index
    if index.text(node, IMNM.negatedLabel) is None:
        properties = [*index.instances(OWL.ObjectProperty), *index.instances(OWL.DatatypeProperty)]
        names = [x.value.removeprefix(IMNM) for x in properties if index.text(x, IMNM.negatedLabel) is not None]
        remedy = nearest(text, names, "see 'imnm-kg query relations'")
        raise ImnmError("review-value", f"there is no relation '{text}'", remedy)
    return node


def _population(entities: Entities, name: str, document: NamedNode) -> tuple[NamedNode | None, tuple[Triple, ...]]:
    """Return the population of a name, and its triples where it is new."""
    known = entities.named(name) if name else None
    if known is not None or not name:
        return known, ()
    node = ENTITY.term(slug(name))
    if entities.is_known(node):
        return node, ()
    pairs = (
        (RDF.type, entities.class_of_population(name)),
        (RDFS.label, Literal(name, language="en")),
        (DCTERMS.source, document),
    )
    return node, tuple(Triple(node, key, value) for key, value in pairs)


def mend(
    proposals: Proposals, case: Case, mending: Mending, reviewer: Reviewer, exceptions: Sequence[GuardException] = ()
) -> None:
    """Accept a case as it was mended.

    A claim that changes gets another id: the passage is accepted for the new claim and rejected for the old one, so
    that the same proposal is not asked again.

    Raises:
        ImnmError: ``review-decided`` when the mended claim was rejected for that passage before.
    """
    old, new, claim = case.item.iri, mending.case.item.iri, mending.case.claim
    blocks: _Blocks = {_iri(triple.subject): list(mending.entity) for triple in mending.entity}
    known = proposals.whole(new.value)
    if old == new or not known:
        blocks |= _amended(_copied(proposals, old, new), mending)
    elif Triple(new, IMNM.reviewStatus, IMNM.Rejected) in known[new.value]:
        what = f"“{claim.label}” was rejected for this passage"
        raise ImnmError("review-decided", what, "reject the passage, or mend it in another way")
    blocks |= _decision(proposals, new, IMNM.Reviewed, reviewer, exceptions, blocks)
    if old != new:
        own = proposals.triples(claim.iri.value) or claim_triples(replace(claim, evidence=()))
        blocks[claim.iri.value] = [*own, Triple(claim.iri, IMNM.hasEvidence, new)]
        blocks |= _decision(proposals, old, IMNM.Rejected, reviewer)
    proposals.change(blocks, dict.fromkeys((case.claim.iri, claim.iri)))


def _copied(proposals: Proposals, old: NamedNode, new: NamedNode) -> _Blocks:
    """Copy a passage and its parts under another id, and then without its reviews."""

    def moved(iri: str) -> str:
        return new.value + iri[len(old.value) :] if iri.partition("#")[0] == old.value else iri

    copied: _Blocks = {}
    for subject, triples in proposals.whole(old.value).items():
        if old != new:
            if "#review-" in subject:
                continue
            triples = without(triples, IMNM.hasReview)
        node = NamedNode(moved(subject))
        copied[node.value] = [
            Triple(node, each.predicate, NamedNode(moved(value.value)) if isinstance(value, NamedNode) else value)
            for each in triples
            for value in (each.object,)
        ]
    return copied


def _amended(blocks: _Blocks, mending: Mending) -> _Blocks:
    """Set certainty and label of a passage, and note in its extraction what the reviewer changed."""
    item, iri = mending.case.item, mending.case.item.iri
    about = without(blocks[iri.value], IMNM.certainty, RDFS.label)
    about.append(Triple(iri, RDFS.label, Literal(f"passage for: {mending.case.claim.label}", language="en")))
    if item.certainty is not None:
        about.append(Triple(iri, IMNM.certainty, IMNM.term(item.certainty)))
    blocks[iri.value] = about
    if (extraction := f"{iri.value}#extraction") in blocks:
        node = NamedNode(extraction)
        blocks[extraction] += [Triple(node, IMNM.mendedPart, Literal(part)) for part in mending.parts]
    return blocks


def _decision(
    proposals: Proposals,
    iri: NamedNode,
    decision: NamedNode,
    reviewer: Reviewer,
    exceptions: Sequence[GuardException] = (),
    pending: Mapping[str, list[Triple]] | None = None,
) -> _Blocks:
    """Return the blocks of a passage with status, review record and guard exceptions."""
    about = (pending or {}).get(iri.value) or proposals.triples(iri.value)
    reviews = [_iri(triple.object) for triple in about if triple.predicate == IMNM.hasReview]
    # A second look of the same agent is no second reader: it takes the place of the first.
    of_reviewer = [node for node in reviews if _says(proposals, node, reviewer)]
    number = _number(of_reviewer[0]) if of_reviewer else 1 + max(map(_number, reviews), default=0)
    made = [
        *without(about, IMNM.reviewStatus),
        Triple(iri, IMNM.reviewStatus, decision),
        *review_triples(iri, number, reviewer.iri, reviewer.kind, decision, reviewer.date),
    ]
    known = [_number(_iri(triple.object)) for triple in about if triple.predicate == IMNM.hasGuardException]
    for place, exception in enumerate(exceptions, 1 + max(known, default=0)):
        made += exception_triples(iri, place, exception, reviewer.iri, reviewer.kind, reviewer.date)
    blocks: _Blocks = {}
    for triple in made:
        blocks.setdefault(_iri(triple.subject), []).append(triple)
    return blocks


def has_decided(proposals: Proposals, case: Case, reviewer: Reviewer) -> bool:
    """Tell whether the reviewer has a record on a passage, and so may decide again."""
    links = [x for x in proposals.triples(case.item.iri.value) if x.predicate == IMNM.hasReview]
    return any(_says(proposals, _iri(link.object), reviewer) for link in links)


def _says(proposals: Proposals, record: str, reviewer: Reviewer) -> bool:
    return Triple(NamedNode(record), IMNM.reviewer, reviewer.iri) in proposals.triples(record)


def _iri(term: object) -> str:
    assert isinstance(term, NamedNode)  # the file has no blank node
    return term.value


def _number(part: str) -> int:
    digits = part.rpartition("-")[2]
    return int(digits) if digits.isdecimal() else 0
