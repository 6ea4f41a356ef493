# SPDX-License-Identifier: Apache-2.0
"""The two source documents: which reviewed claims of the graph extraction finds, and what it proposes besides."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from corpus import records_of
from figures import show
from pyoxigraph import NamedNode

from imnm_kg.extraction.extract import extract_claims
from imnm_kg.extraction.knowledge import Knowledge
from imnm_kg.extraction.proposal import ProposedClaim
from imnm_kg.model.claims import Claim, read_claims
from imnm_kg.model.evaluation import scored_relation
from imnm_kg.model.folders import Folders
from imnm_kg.model.namespaces import DOCUMENT, IMNM
from imnm_kg.rdf.reader import read_turtle

__all__ = ["sources"]


class Key(NamedTuple):
    """A claim without population and context: what is compared."""

    subject: str
    relation: str
    polarity: str
    object: str


def _key(subject: str, predicate: str, polarity: str, object_: str, exact: bool) -> Key:
    """Compare properties exactly, or as the relations of the guidelines, where ``ameliorates`` is ``treats``."""
    relation, told = (predicate, polarity.lower()) if exact else scored_relation(predicate, polarity.lower())
    return Key(subject, relation, told, object_)


def _reviewed(folders: Folders, document: str) -> list[Claim]:
    """Return the reviewed claims of a document about two entities."""
    triples = [t for path in sorted((folders.graph / "claims").glob("*.ttl")) for t in read_turtle(path).quads]
    iri = DOCUMENT.term(document)
    return [
        claim
        for claim in read_claims(triples)
        if isinstance(claim.object, NamedNode)
        and any(x.document == iri and x.role == "Statement" and x.review_status == "Reviewed" for x in claim.evidence)
    ]


def _relation(predicate: str) -> str:
    return scored_relation(predicate, "affirmed")[0]


def _of_claim(claim: Claim, exact: bool) -> Key:
    assert isinstance(claim.object, NamedNode)
    predicate = claim.predicate.value.removeprefix(IMNM)
    return _key(claim.subject.value, predicate, claim.polarity, claim.object.value, exact)


def _of_proposal(claim: ProposedClaim, exact: bool) -> Key:
    return _key(claim.subject.iri, claim.predicate, claim.polarity, claim.object.iri, exact)


def _found(reviewed: Iterable[Claim], proposed: Iterable[ProposedClaim], exact: bool) -> list[Claim]:
    keys = {_of_proposal(claim, exact) for claim in proposed}
    return [claim for claim in reviewed if _of_claim(claim, exact) in keys]


def _words(claim: ProposedClaim) -> str:
    return f"{claim.subject.label} {claim.predicate} {claim.object.label} ({claim.polarity.lower()}; rule {claim.rule})"


def sources(documents: Path, folders: Folders, knowledge: Knowledge) -> dict[str, Any]:
    """Measure, print, and return the figures."""
    relations = {_relation(rule.predicate) for rule in knowledge.rules}
    figures: dict[str, Any] = {}
    rows: list[Sequence[str]] = []
    for path in sorted(documents.glob("*.txt")):
        every = _reviewed(folders, path.stem)
        reviewed = [claim for claim in every if _relation(claim.predicate.value.removeprefix(IMNM)) in relations]
        proposed = [claim for record in records_of(path) for claim in extract_claims(record, knowledge)]
        exact, loose = _found(reviewed, proposed, True), _found(reviewed, proposed, False)
        keys = {_of_claim(claim, False) for claim in every}
        alone = [claim for claim in proposed if _of_proposal(claim, False) not in keys]
        rows.append([path.stem, *(str(len(x)) for x in (reviewed, exact, loose, proposed, alone))])
        figures[path.stem] = {
            "reviewed": len(reviewed), "same_property": len(exact), "same_relation": len(loose),
            "proposed": len(proposed), "missed": [claim.label for claim in reviewed if claim not in loose],
            "in_no_reviewed_claim": [_words(claim) for claim in alone],
        }  # fmt: skip
    headers = (
        "document",
        "reviewed",
        "found, same property",
        "found, same relation",
        "proposed",
        "in no reviewed claim",
    )
    show("Source documents: reviewed claims within the relations of the rules", headers, rows)
    for name, values in figures.items():
        for kind in ("missed", "in_no_reviewed_claim"):
            for words in values[kind]:
                print(f"{name}, {kind.replace('_', ' ')}: {words}")
    return figures
