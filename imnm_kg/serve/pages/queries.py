# SPDX-License-Identifier: Apache-2.0
"""The pages of stored queries and of free SPARQL: forms, answers as tables, the editor."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode, Triple

from imnm_kg.model.namespaces import BASE, ENTITY, IMNM, OWL, RDFS
from imnm_kg.model.results import Answer, Term, short
from imnm_kg.model.stored_query import Parameter
from imnm_kg.serve.pages.facts import Facts, Thing, facts_of
from imnm_kg.serve.pages.rendering import has_script, render
from imnm_kg.serve.pages.wording import duration, without_header
from imnm_kg.serve.site import Site

__all__ = ["Terms", "editor_page", "editor_terms", "queries_page", "query_page", "results_page"]

_FIRST = """\
# What did not help, in whose words?
# Try imnm:Affirmed as well.
PREFIX entity: <https://w3id.org/imnm-kg/entity/>
PREFIX imnm: <https://w3id.org/imnm-kg/ontology/>
PREFIX oa: <http://www.w3.org/ns/oa#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>

SELECT ?statement ?certainty ?quote
WHERE {
  ?claim a imnm:Claim ;
    rdfs:label ?statement ;
    rdf:object entity:imnm ;
    imnm:polarity imnm:Negated ;
    imnm:certainty ?certainty ;
    imnm:hasEvidence ?evidence .
  ?evidence imnm:role imnm:Statement ;
    oa:hasSelector/oa:exact ?quote .
}
"""
_SHOWN = 1000
_ID = re.compile(r"((?:claim|evidence|inference):[0-9a-f]{6})[0-9a-f]{26}")


class Terms(NamedTuple):
    """What the editor completes: our classes, relations and entities, as pairs of IRI and label."""

    classes: list[tuple[str, str]]
    properties: list[tuple[str, str]]
    prefixes: dict[str, str]


class _Field(NamedTuple):
    """A field of the form of a stored query."""

    parameter: Parameter
    value: str
    default: str
    choices: tuple[str, ...]
    fault: str


class _Table(NamedTuple):
    """An answer as a table: columns and cells, cut where it is very long, and the columns that have no value."""

    columns: tuple[str, ...]
    rows: list[list[Thing]]
    total: int
    empty: tuple[str, ...] = ()


def _cell(facts: Facts, term: Term | None, label: Term | None = None) -> Thing:
    if isinstance(term, NamedNode):
        own = term.value.startswith(BASE)
        if label is not None:
            words = str(label.value)
        elif term.value.startswith(IMNM):
            words = facts.label(term)
        else:
            words = _ID.sub(r"\1…", short(term, facts.site.prefixes))
        return Thing(words, facts.href(term.value), term.value, "", own)
    if isinstance(term, Literal):
        return Thing(duration(term.value))
    return Thing("" if term is None else str(term))


def _table(facts: Facts, answer: Answer) -> _Table:
    """Arrange an answer: a column and its labels are one, and what has no value in any row is only named."""
    if answer.boolean is not None:
        return _Table(("answer",), [[Thing("yes" if answer.boolean else "no")]], 1)
    if answer.triples is not None:
        triples = [(each.subject, each.predicate, each.object) for each in answer.triples[:_SHOWN]]
        rows = [[_cell(facts, term) for term in each if not isinstance(term, Triple)] for each in triples]
        return _Table(("subject", "predicate", "object"), rows, len(answer.triples))
    places = {name: place for place, name in enumerate(answer.variables)}
    filled = {name for name, place in places.items() if any(row[place] is not None for row in answer.rows)}
    empty = tuple(name for name in places if name not in filled) if answer.rows else ()
    shown = [
        (name, place, places.get(f"{name}Label")) for name, place in places.items()
        if name not in empty and name.removesuffix("Label") not in places.keys() - {name}
    ]  # fmt: skip
    rows = [
        [_cell(facts, row[place], None if label is None else row[label]) for _, place, label in shown]
        for row in answer.rows[:_SHOWN]
    ]
    return _Table(tuple(name for name, _, _ in shown), rows, len(answer.rows), empty)


def queries_page(site: Site, head: str = "") -> str:
    """Return the list of the stored queries."""
    return render(site, "queries.html", head, queries=list(site.queries.values()))


def query_page(
    site: Site,
    name: str,
    parameters: Mapping[str, str] | None = None,
    answer: Answer | None = None,
    fault: tuple[str, str] | None = None,
    head: str = "",
) -> str:
    """Return the page of a stored query: what it answers, a form, the answer, the SPARQL.

    Args:
        site: what is served.
        name: the name of the query, one of the site's.
        parameters: what the reader gave, as typed.
        answer: the answer, where it was run.
        fault: the name of a parameter that is not right, and what it takes.
        head: HTML for the end of ``<head>``.
    """
    facts, stored, given = facts_of(site), site.queries[name], dict(parameters or {})
    filled = {key: value for key, value in given.items() if value}
    text = without_header(stored.text if fault else stored.bind(filled, site.prefixes))
    return render(
        site, "query.html", head,
        stored=stored, fields=[_field(facts, each, given, fault) for each in stored.parameters],
        table=None if answer is None else _table(facts, answer), text=text, fault=fault, given=filled,
        keywords=stored.header.get("keywords", ""),
    )  # fmt: skip


def _field(facts: Facts, parameter: Parameter, given: Mapping[str, str], fault: tuple[str, str] | None) -> _Field:
    default = "" if parameter.default == "UNDEF" else parameter.default
    choices = parameter.choices
    if parameter.type == "entity":
        choices = tuple(_entities(facts))
    elif parameter.type == "document":
        choices = tuple(node.value.rsplit("/", 1)[1] for node in facts.instances(IMNM.Document))
    return _Field(
        parameter, given.get(parameter.name, ""), default.partition(":")[2] or default, choices,
        fault[1] if fault is not None and fault[0] == parameter.name else "",
    )  # fmt: skip


def _entities(facts: Facts) -> list[str]:
    """Return the readable ids of what a form may offer: what claims are about."""
    kinds = ("Disease", "DiseaseSubtype", "Drug", "DrugClass", "TreatmentStrategy", "Procedure", "Phenotype",
             "AdverseEffect", "Outcome", "ClinicalTrial", "Protein", "Antibody", "BiologicalProcess")  # fmt: skip
    found = {node.value.removeprefix(ENTITY) for kind in kinds for node in facts.instances(IMNM.term(kind))}
    return sorted(name for name in found if "://" not in name)[:500]


def editor_page(site: Site, query: str = "", name: str = "", head: str = "") -> str:
    """Return the SPARQL editor; without scripts it is a form that sends the query to the endpoint.

    Args:
        site: what is served.
        query: the query to start with.
        name: a stored query to start with instead.
        head: HTML for the end of ``<head>``.
    """
    stored = site.queries.get(name)
    text = query or (_FIRST if stored is None else without_header(stored.text))
    return render(
        site, "editor.html", head,
        text=text, queries=list(site.queries.values()), chosen=stored, scripted=has_script("yasgui.min.js"),
    )  # fmt: skip


def results_page(site: Site, query: str, answer: Answer, head: str = "") -> str:
    """Return the answer to a free query as a page, for a browser that asked the endpoint itself."""
    return render(site, "results.html", head, text=query, table=_table(facts_of(site), answer))


def editor_terms(site: Site) -> Terms:
    """Return what the editor completes, from our own ontology."""
    facts = facts_of(site)

    def pairs(class_: NamedNode) -> list[tuple[str, str]]:
        return [(node.value, facts.text(node, RDFS.label) or "") for node in facts.instances(class_)]

    relations = [pair for name in ("ObjectProperty", "DatatypeProperty", "AnnotationProperty")
                 for pair in pairs(OWL.term(name))]  # fmt: skip
    return Terms(pairs(OWL.Class), sorted(set(relations)), dict(site.prefixes))
