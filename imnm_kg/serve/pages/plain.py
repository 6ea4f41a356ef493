# SPDX-License-Identifier: Apache-2.0
"""What is no claim: names, mappings, bibliography, roles, and the arms and endpoints of a trial."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode

from imnm_kg.model.namespaces import BASE, DCTERMS, IMNM, OWL, PROV, RDF, RDFS, SKOS
from imnm_kg.serve.pages.facts import Facts, Thing
from imnm_kg.serve.pages.wording import duration, spaced

__all__ = [
    "Arm",
    "Endpoint",
    "Fact",
    "Names",
    "Outcome",
    "arms_of",
    "authors_of",
    "endpoints_of",
    "facts_about",
    "mappings_of",
    "names_of",
    "publications_about",
    "roles_of",
]

_MOST = 200
_BROAD = NamedNode("http://www.geneontology.org/formats/oboInOwl#hasBroadSynonym")
_PRISM = "http://prismstandard.org/namespaces/basic/2.0/"
_FABIO = "http://purl.org/spar/fabio/"
_MATCHES = tuple(SKOS.term(f"{name}Match") for name in ("exact", "close", "broad", "narrow", "related"))
_ELSEWHERE = {
    *_MATCHES, _BROAD, RDF.type, RDFS.label, SKOS.altLabel, SKOS.hiddenLabel, SKOS.scopeNote, SKOS.note,
    DCTERMS.term("title"), DCTERMS.creator, IMNM.abbreviation, IMNM.hasAuthorship, IMNM.hasArm, IMNM.hasEndpoint,
    IMNM.hasZone, IMNM.deniedMatch, IMNM.authorListComplete, DCTERMS.source, RDFS.isDefinedBy,
}  # fmt: skip
"""What a page shows in a place of its own, or not at all."""
_OF_CLAIMS = {
    RDF.subject, RDF.object, RDF.predicate, IMNM.population, IMNM.fromTrial, IMNM.author, IMNM.arm, IMNM.comparatorArm,
    IMNM.endpoint, IMNM.reviewer, IMNM.curator, IMNM.extractor, OWL.sourceIndividual, OWL.targetIndividual,
    PROV.wasDerivedFrom, DCTERMS.creator, IMNM.mentions, IMNM.isAbout,
}  # fmt: skip
_RESOLVED = {
    f"{_PRISM}doi": "https://doi.org/{}", f"{_FABIO}hasPubMedId": "https://pubmed.ncbi.nlm.nih.gov/{}/",
    f"{_FABIO}hasPubMedCentralId": "https://pmc.ncbi.nlm.nih.gov/articles/{}",
}  # fmt: skip
_WORDS = {
    f"{_PRISM}doi": "DOI", f"{_FABIO}hasPubMedId": "PubMed", f"{_FABIO}hasPubMedCentralId": "PubMed Central",
    f"{_PRISM}publicationDate": "published", f"{_PRISM}number": "issue",
}  # fmt: skip


class Names(NamedTuple):
    """The names of something besides its label."""

    synonyms: tuple[str, ...]
    abbreviations: tuple[str, ...]
    broader: tuple[str, ...]
    misspelt: tuple[str, ...]
    notes: tuple[str, ...]


class Fact(NamedTuple):
    """A plain statement for a table: what is said, and its values."""

    name: str
    values: tuple[Thing, ...]


class Arm(NamedTuple):
    """An arm of a trial; what is background has its source beside it."""

    arm: Thing
    interventions: tuple[Thing, ...]
    background: tuple[tuple[str, str, Thing], ...]


class Outcome(NamedTuple):
    """How an endpoint came out in an arm."""

    arm: Thing | None
    comparator: Thing | None
    status: str


class Endpoint(NamedTuple):
    """An endpoint of a trial with its results; background is what no source document states."""

    endpoint: Thing
    measure: str
    rank: str
    timepoint: str
    results: tuple[Outcome, ...]
    background: bool
    sources: tuple[Thing, ...]


def names_of(facts: Facts, node: NamedNode) -> Names:
    """Return synonyms, abbreviations, broader names and misspellings; an abbreviation is no synonym as well."""
    short = facts.values(node, IMNM.abbreviation)
    return Names(
        tuple(name for name in facts.values(node, SKOS.altLabel) if name not in short), tuple(short),
        tuple(facts.values(node, _BROAD)), tuple(facts.values(node, SKOS.hiddenLabel)),
        (*facts.values(node, SKOS.scopeNote), *facts.values(node, SKOS.note)),
    )  # fmt: skip


def mappings_of(facts: Facts, node: NamedNode) -> list[Fact]:
    """Return the terms of other vocabularies that it is mapped to, by kind of match."""
    rows = []
    for match in _MATCHES:
        if found := facts.nodes(node, match):
            name = spaced(match.value.removeprefix(SKOS))
            rows.append(Fact(name, tuple(facts.thing(each) for each in found)))
    return rows


def facts_about(facts: Facts, node: NamedNode, without: Collection[NamedNode] = ()) -> list[Fact]:
    """Return the plain statements about something, by name; what claims say of it is left to them.

    Args:
        facts: what the site knows.
        node: the thing.
        without: properties that the page shows in another place.
    """
    rows: dict[NamedNode, list[Thing]] = {}
    for triple in facts.about(node):
        key = triple.predicate
        if key not in without and key not in _ELSEWHERE and not _is_claimed(facts, key):
            rows.setdefault(key, []).append(_value(facts, key, triple.object))
    made = [
        Fact(_name(facts, key), tuple(sorted(values, key=lambda thing: thing.label.casefold())))
        for key, values in rows.items()
    ]
    return sorted(made, key=lambda fact: fact.name.casefold())


def _value(facts: Facts, predicate: NamedNode, term: object) -> Thing:
    if isinstance(term, Literal):
        pattern = _RESOLVED.get(predicate.value)
        words = term.value if predicate != IMNM.textLength else f"{int(term.value):,} code points"
        return Thing(words) if pattern is None else Thing(words, pattern.format(words), "", "", False)
    return facts.thing(term)


def _name(facts: Facts, predicate: NamedNode) -> str:
    said = _WORDS.get(predicate.value) or facts.text(predicate, RDFS.label)
    return said or spaced(predicate.value.replace("#", "/").rsplit("/", 1)[1])


def _is_claimed(facts: Facts, predicate: NamedNode) -> bool:
    return bool(facts.objects(predicate, IMNM.negatedLabel))


def roles_of(facts: Facts, node: NamedNode) -> list[Fact]:
    """Return what refers to something by a plain statement: as publisher, funder, author and the like."""
    rows: dict[str, list[Thing]] = {}
    for authorship in facts.subjects(IMNM.author, node):
        for publication in facts.subjects(IMNM.hasAuthorship, authorship):
            name = f"author {facts.number(authorship, IMNM.position)}"
            if facts.text(publication, IMNM.authorListComplete) == "true":
                name += f" of {len(facts.nodes(publication, IMNM.hasAuthorship))}"
            rows.setdefault(name, []).append(facts.thing(publication))
    for quad in facts.site.store.quads_for_pattern(None, None, node, None):
        subject, predicate = quad.subject, quad.predicate
        if predicate in _OF_CLAIMS | _ELSEWHERE or _is_claimed(facts, predicate):
            continue
        if isinstance(subject, NamedNode) and subject.value != f"{BASE}dataset":
            values = rows.setdefault(_name(facts, predicate), [])
            if len(values) < _MOST and (thing := facts.thing(subject)) not in values:
                values.append(thing)
    return [
        Fact(name, tuple(sorted(values, key=lambda thing: thing.label.casefold())))
        for name, values in sorted(rows.items())
    ]


def publications_about(facts: Facts, node: NamedNode) -> list[Thing]:
    """Return the publications and documents that are about something."""
    return facts.things(facts.subjects(IMNM.isAbout, node)[:_MOST])


def authors_of(facts: Facts, node: NamedNode) -> tuple[list[tuple[str, Thing]], bool]:
    """Return the authors of a publication in their order, as printed, and whether the list is complete."""
    found = sorted(facts.nodes(node, IMNM.hasAuthorship), key=lambda each: facts.number(each, IMNM.position) or 0)
    rows = []
    for authorship in found:
        author = facts.node(authorship, IMNM.author)
        if author is not None:
            rows.append((facts.text(authorship, IMNM.nameAsPrinted) or facts.label(author), facts.thing(author)))
    return rows, facts.text(node, IMNM.authorListComplete) == "true"


def _background(facts: Facts, node: NamedNode, predicate: NamedNode) -> list[tuple[NamedNode, object]]:
    return [
        (statement, facts.objects(statement, RDF.object)[0]) for statement in facts.subjects(RDF.subject, node)
        if facts.is_of(statement, IMNM.BackgroundStatement) and facts.node(statement, RDF.predicate) == predicate
    ]  # fmt: skip


def arms_of(facts: Facts, trial: NamedNode) -> list[Arm]:
    """Return the arms of a trial with what was given, and what background says of them."""
    made = []
    for arm in facts.nodes(trial, IMNM.hasArm):
        said = []
        for predicate in (IMNM.armRegimen, IMNM.enrollment):
            for statement, value in _background(facts, arm, predicate):
                words = value.value if isinstance(value, Literal) else str(value)
                source = facts.node(statement, IMNM.sourceURL)
                if source is not None:
                    said.append((facts.label(predicate), words, facts.thing(source)))
        given = tuple(facts.things(facts.nodes(arm, IMNM.armIntervention)))
        made.append(Arm(facts.thing(arm), given, tuple(said)))
    return sorted(made, key=lambda each: each.arm.label)


def endpoints_of(facts: Facts, trial: NamedNode) -> list[Endpoint]:
    """Return the endpoints of a trial and how they came out: the primary ones first."""
    stated = facts.nodes(trial, IMNM.hasEndpoint)
    other = [value for _, value in _background(facts, trial, IMNM.hasEndpoint) if isinstance(value, NamedNode)]
    made = []
    for node in dict.fromkeys([*stated, *other]):
        results = []
        for result in facts.subjects(IMNM.endpoint, node):
            arm, against = facts.node(result, IMNM.arm), facts.node(result, IMNM.comparatorArm)
            status = facts.node(result, IMNM.status)
            if status is not None:
                ends = [None if end is None else facts.thing(end) for end in (arm, against)]
                results.append(Outcome(ends[0], ends[1], facts.label(status)))
        rank = facts.node(node, IMNM.rank)
        made.append(
            Endpoint(
                facts.thing(node), facts.text(node, IMNM.measure) or facts.label(node),
                "" if rank is None else facts.label(rank), duration(facts.text(node, IMNM.timepoint) or ""),
                tuple(results), node not in stated or facts.node(node, IMNM.sourceGrade) is not None,
                tuple(facts.things(facts.nodes(node, IMNM.source))),
            )
        )  # fmt: skip
    return sorted(made, key=lambda each: (each.rank != "primary", each.measure))
