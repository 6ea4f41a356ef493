# SPDX-License-Identifier: Apache-2.0
"""The pages about the graph as a whole: the start page, statistics, how to cite, downloads, and what is not there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from pyoxigraph import NamedNode

from imnm_kg.model.namespaces import BASE, DCTERMS, IMNM
from imnm_kg.serve.pages.facts import Facts, Thing, facts_of
from imnm_kg.serve.pages.rendering import kept, render
from imnm_kg.serve.pages.views import ClaimView, claim_views
from imnm_kg.serve.site import Site

__all__ = ["FILES", "cite_page", "downloads_page", "home", "not_found", "statistics_page"]

FILES = {
    "imnm.ttl": ("text/turtle", "all graphs as one, Turtle: for stores with one graph"),
    "imnm.trig": ("application/trig", "the named graphs, TriG"),
    "imnm.nq": ("application/n-quads", "the named graphs, canonical N-Quads: the same bytes at every build"),
    "void.ttl": ("text/turtle", "description of the dataset, VoID and DCAT"),
    "stats.json": ("application/json", "the figures of the statistics page"),
    "report.ttl": ("text/turtle", "the SHACL validation report"),
}
"""The files of a release that may be downloaded, with media type and description."""

_DATASET = NamedNode(f"{BASE}dataset")
_KINDS = (
    "Disease", "DiseaseSubtype", "Drug", "DrugClass", "TreatmentStrategy", "Procedure", "Phenotype", "AdverseEffect",
    "Outcome", "Protein", "Antibody", "BiologicalProcess", "ClinicalTrial", "Publication", "Person", "Organization",
    "Document",
)  # fmt: skip


class _Kind(NamedTuple):
    name: str
    total: int
    things: list[Thing]


class _File(NamedTuple):
    name: str
    description: str
    media_type: str
    bytes: int
    sha256: str


def _subject(facts: Facts) -> Thing | None:
    node = facts.node(_DATASET, DCTERMS.subject)
    return None if node is None else facts.thing(node)


def _negative(facts: Facts) -> list[ClaimView]:
    claims = facts.claims(facts.subjects(IMNM.polarity, IMNM.Negated))
    return claim_views(facts, claims)


@kept
def _home(site: Site, head: str = "") -> str | None:
    facts = facts_of(site)
    negative = _negative(facts)
    subject = _subject(facts)
    kinds = [(facts.label(IMNM.term(kind)), facts.instances(IMNM.term(kind))) for kind in _KINDS]
    return render(
        site, "home.html", head,
        subject=subject, negative=negative[:6], more=max(0, len(negative) - 6),
        kinds=[_Kind(name, len(found), facts.things(found[:12])) for name, found in kinds if found],
        total=len(facts.instances(IMNM.Claim)), passages=len(facts.instances(IMNM.Evidence)),
        documents=facts.things(facts.instances(IMNM.Document)),
    )  # fmt: skip


def home(site: Site, head: str = "") -> str:
    """Return the start page: what this is, a search box, what did not work, and where to go."""
    return _home(site, head) or ""


def statistics_page(site: Site, head: str = "") -> str:
    """Return the figures of the release, from its ``stats.json``."""
    facts = facts_of(site)
    path = site.release / "stats.json"
    stats: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    named = [(facts.thing(IMNM.term(name)), count) for name, count in stats.get("instances", {}).items()]
    relations = [
        (facts.thing(IMNM.term(name)), count) for name, count in stats.get("claims", {}).get("predicate", {}).items()
    ]
    return render(
        site, "statistics.html", head, stats=stats,
        instances=sorted(named, key=lambda pair: (-pair[1], pair[0].label)),
        relations=sorted(relations, key=lambda pair: (-pair[1], pair[0].label)),
        graphs=[(Thing(iri.removeprefix(BASE)), count) for iri, count in stats.get(
            "graphs", {}).items()],
    )  # fmt: skip


def cite_page(site: Site, head: str = "") -> str:
    """Return how to cite the graph and under which licence it is."""
    facts = facts_of(site)
    return render(
        site, "cite.html", head,
        title=facts.text(_DATASET, DCTERMS.term("title")) or "imnm-kg",
        creators=facts.values(_DATASET, DCTERMS.creator) or ["The imnm-kg developers"],
        licence=facts.node(_DATASET, DCTERMS.license), rights=facts.values(_DATASET, DCTERMS.rights),
        dataset=_DATASET.value,
    )  # fmt: skip


@cache
def _file(path: Path, name: str, digest: str) -> _File:  # a release of another digest is another file
    media_type, description = FILES[name]
    data = path.read_bytes()
    assert digest
    return _File(name, description, media_type, len(data), hashlib.sha256(data).hexdigest())


def downloads_page(site: Site, head: str = "") -> str:
    """Return the files of the release with their sizes and SHA-256."""
    files = [_file(site.release / name, name, site.digest) for name in FILES if (site.release / name).is_file()]
    return render(site, "downloads.html", head, files=files)


def not_found(site: Site, iri: str, near: Iterable[Thing | tuple[str, str] | str] = (), head: str = "") -> str:
    """Return the page for an IRI or an address that is not there, with names that are near to it.

    Args:
        site: what is served.
        iri: what was asked for.
        near: what may have been meant: things, pairs of name and address, or IRIs.
        head: HTML for the end of ``<head>``.
    """
    facts = facts_of(site)
    offered = [
        Thing(each.rsplit("/", 1)[-1], facts.href(each), each) if isinstance(each, str)
        else each if isinstance(each, Thing) else Thing(each[0], each[1])
        for each in near
    ]  # fmt: skip
    return render(site, "not_found.html", head, iri=iri[:300], near=offered)
