# SPDX-License-Identifier: Apache-2.0
"""Search over names: labels, synonyms, abbreviations and misspellings, with suggestions while one types."""

from __future__ import annotations

import unicodedata
from difflib import get_close_matches
from typing import NamedTuple, TypedDict

from pyoxigraph import Literal, NamedNode

from imnm_kg.model.namespaces import IMNM, OA, RDFS, SKOS
from imnm_kg.serve.pages.facts import Facts, facts_of
from imnm_kg.serve.pages.rendering import render
from imnm_kg.serve.pages.views import ClaimView, claim_views
from imnm_kg.serve.site import Site

__all__ = ["Hit", "Suggestion", "find", "search_page", "suggest"]

_KEYS = (
    (RDFS.label, ""), (SKOS.altLabel, "synonym"), (IMNM.abbreviation, "abbreviation"),
    (SKOS.hiddenLabel, "misspelling"),
    (NamedNode("http://www.geneontology.org/formats/oboInOwl#hasBroadSynonym"), "broader name"),
)  # fmt: skip
# What nobody looks for by name: its parts are on the pages of claims and publications.
_PARTS = frozenset((
    "Authorship", "EndpointResult", "Evidence", "Extraction", "ExtractionMark", "GuardException", "Inference",
    "ReviewRecord", "Zone",
))  # fmt: skip
_MOST_LETTERS, _MOST_HITS, _MOST_SUGGESTIONS, _MOST_CLAIMS = 200, 60, 8, 40


class Suggestion(TypedDict):
    """What is offered while one types."""

    label: str
    kind: str
    href: str
    matched: str


class Hit(NamedTuple):
    """Something that was found: its name and page, what it is, and the name that fitted if it is another."""

    label: str
    href: str
    kind: str
    matched: str


class _Name(NamedTuple):
    folded: str
    shown: str
    way: str
    label: str
    kind: str
    href: str
    iri: str


_NAMES: dict[int, tuple[Facts, list[_Name]]] = {}


def _fold(text: str) -> str:
    """Fold case, accents and dashes, which nobody types the same way twice."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    kept = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(kept.replace("-", " ").replace("–", " ").split())


def _names(facts: Facts) -> list[_Name]:
    """Return every name of the release; read once."""
    found = _NAMES.get(id(facts))
    if found is not None and found[0] is facts:
        return found[1]
    made = []
    for key, way in _KEYS:
        for quad in facts.site.store.quads_for_pattern(None, key, None, None):
            node, value = quad.subject, quad.object
            if not isinstance(node, NamedNode) or not isinstance(value, Literal):
                continue
            kinds = facts.kinds(node)
            if kinds and not _PARTS.intersection(kinds):
                thing = facts.thing(node)
                made.append(
                    _Name(_fold(value.value), value.value, way, thing.label, thing.kind, thing.href, node.value)
                )
    names = sorted(set(made))
    if len(_NAMES) > 8:
        _NAMES.clear()
    _NAMES[id(facts)] = (facts, names)
    return names


def _score(folded: str, wanted: str, kind: str) -> int:
    """Rate how well a name fits; the lower the better, 9 for not at all. A claim comes after what it is about."""
    if folded == wanted:
        found = 0
    elif folded.startswith(wanted):
        found = 1
    elif f" {wanted}" in f" {folded}":
        found = 2
    elif wanted in folded:
        found = 3
    elif all(word in folded for word in wanted.split()):
        found = 4
    else:
        return 9
    return found + (3 if kind == "claim" else 0)


def find(site: Site, text: str, most: int = _MOST_HITS) -> list[Hit]:
    """Return what has a name that fits a text, the best first, each once.

    Args:
        site: what is served.
        text: what a reader typed.
        most: how many to return.
    """
    wanted = _fold(text[:_MOST_LETTERS])
    if not wanted:
        return []
    scored = [(score, name) for name in _names(facts_of(site)) if (score := _score(name.folded, wanted, name.kind)) < 9]
    hits: dict[str, Hit] = {}
    for _, name in sorted(scored, key=lambda pair: (pair[0], bool(pair[1].way), len(pair[1].folded), pair[1])):
        matched = "" if not name.way or name.shown == name.label else f"{name.way}: {name.shown}"
        hits.setdefault(name.iri, Hit(name.label, name.href, name.kind, matched))
        if len(hits) >= most:
            break
    return list(hits.values())


def suggest(site: Site, text: str) -> list[Suggestion]:
    """Return what to offer while a reader types, as plain values for JSON."""
    return [
        Suggestion(label=hit.label, kind=hit.kind, href=hit.href, matched=hit.matched)
        for hit in find(site, text, _MOST_SUGGESTIONS)
    ]


def _near(site: Site, text: str) -> list[Hit]:
    """Return what has a name that is spelt nearly like the text."""
    names = _names(facts_of(site))
    close = get_close_matches(_fold(text[:_MOST_LETTERS]), {name.folded for name in names}, n=5, cutoff=0.7)
    hits = {
        name.iri: Hit(name.label, name.href, name.kind, "") for word in close for name in names if name.folded == word
    }
    return list(hits.values())


def _quoting(facts: Facts, text: str) -> list[ClaimView]:
    """Return the claims one of whose passages has the text in it."""
    wanted = _fold(text)
    quotes = [
        quad.subject
        for quad in facts.site.store.quads_for_pattern(None, OA.exact, None, None)
        if isinstance(quad.object, Literal) and wanted in _fold(quad.object.value)
    ]
    selectors = [node for node in dict.fromkeys(quotes) if isinstance(node, NamedNode)]
    claims = {
        claim for selector in selectors for evidence in facts.subjects(OA.hasSelector, selector)
        for claim in facts.subjects(IMNM.hasEvidence, evidence)
    }  # fmt: skip
    return claim_views(facts, facts.claims(claims))[:_MOST_CLAIMS]


def search_page(site: Site, text: str = "", head: str = "") -> str:
    """Return the page of what fits a text: things by their names, then claims by the words of their passages."""
    text = " ".join(text[:_MOST_LETTERS].split())
    hits = find(site, text)
    facts = facts_of(site)
    return render(
        site, "search.html", head,
        text=text, hits=[hit for hit in hits if hit.kind != "claim"],
        claims=_quoting(facts, text) if len(text) > 2 else [],
        near=[] if hits or not text else _near(site, text),
        stored=[stored for stored in site.queries.values() if text and _fold(text) in _fold(
            f"{stored.title} {stored.header.get('keywords', '')}")],
    )  # fmt: skip
