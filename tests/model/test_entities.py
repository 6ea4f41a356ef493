# SPDX-License-Identifier: Apache-2.0
"""Entities by name and by class, and which relation fits them."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import NamedNode

from imnm_kg.model.claims import Claim
from imnm_kg.model.entities import FILES, Entities, denies
from imnm_kg.model.folders import Folders
from imnm_kg.model.namespaces import CLAIM, ENTITY, IMNM
from imnm_kg.operations.assemble import assemble
from imnm_kg.pipeline import Dataset


@pytest.fixture(scope="module")
def entities(dataset: Dataset) -> Entities:
    return Entities(dataset.assembly.source_index)


@pytest.mark.parametrize(
    ("name", "id_"),
    [("zilucoplan", "zilucoplan"), ("RA101495", "zilucoplan"), ("aza", "azathioprine"), ("nothing", None),
     ("mycophenoloate mofetil", "mycophenolate-mofetil"), ("Andrew Mammen", None)],
)  # fmt: skip
def test_find_by_any_name_in_any_case(entities: Entities, name: str, id_: str | None) -> None:
    assert entities.find(name) == (None if id_ is None else ENTITY.term(id_))


@pytest.mark.parametrize(
    "text", ["imnm", "entity:imnm", f"{ENTITY}imnm", f"<{ENTITY}imnm>", "Immune-mediated necrotizing myopathy", "IMNM"]
)
def test_what_a_person_means(entities: Entities, text: str) -> None:
    assert entities.named(text) == ENTITY.imnm


def test_what_is_no_iri_names_nothing(entities: Entities) -> None:
    assert entities.named("no such {thing}") is None


def test_terms_of_other_vocabularies(world: Path) -> None:
    small = Entities(assemble(Folders(world)).source_index)
    assert small.mapped("https://example.org/chem/1") == ENTITY.alphamab
    assert small.mapped("https://example.org/chem/2") is None, "that match is denied"


def test_classes(entities: Entities) -> None:
    assert entities.is_a(ENTITY.zilucoplan, IMNM.Intervention)
    assert not entities.is_a(ENTITY.zilucoplan, IMNM.Disease)
    assert entities.owners("Zilucoplan") == [ENTITY.zilucoplan]
    assert "zilucoplan" in entities.all_names()
    assert entities.label(ENTITY.nothing) == ENTITY.nothing.value


@pytest.mark.parametrize(
    ("name", "class_"),
    [("refractory IMNM", "DiseaseSubtype"), ("juvenile immune-mediated necrotizing myopathy", "DiseaseSubtype"),
     ("IMNM mouse model", "Population"), ("kidney transplant recipients", "Population"), ("adults", "Population")],
)  # fmt: skip
def test_the_class_of_a_population(entities: Entities, name: str, class_: str) -> None:
    assert entities.class_of_population(name) == IMNM.term(class_)


def claim(subject: str, predicate: str, object_: str) -> Claim:
    ends = (ENTITY.term(subject), IMNM.term(predicate), ENTITY.term(object_))
    return Claim(CLAIM.term("00"), "it", *ends, "Affirmed", None, (), None, ())


def test_misfits_are_told_as_the_shapes_would(entities: Entities) -> None:
    assert entities.misfits(claim("zilucoplan", "treats", "imnm")) == []
    assert entities.misfits(claim("zilucoplan", "hasAdverseEvent", "imnm")) == [], "a disease can be a harm"
    said = entities.misfits(claim("imnm", "treats", "zilucoplan"))
    assert said == [
        "the subject “immune-mediated necrotizing myopathy” is no intervention, which the domain of “treats” asks for",
        "the object “zilucoplan” is no health condition, which the range of “treats” asks for",
    ]


FACTOR = """\
@prefix entity: <https://w3id.org/imnm-kg/entity/> .
@prefix imnm: <https://w3id.org/imnm-kg/ontology/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .

entity:pregnancy a imnm:Factor ;
    rdfs:label "pregnancy"@en .
"""


def test_a_circumstance_can_forbid_a_treatment(world: Path) -> None:
    (world / "graph" / "entities" / "factors.ttl").write_text(FACTOR)
    small = Entities(assemble(Folders(world)).source_index)
    assert small.misfits(claim("alphamab", "contraindicatedIn", "pregnancy")) == []
    assert small.misfits(claim("alphamab", "treats", "pregnancy")) == [
        "the object “pregnancy” is no health condition, which the range of “treats” asks for"
    ]
    assert small.misfits(claim("alphamab", "contraindicatedIn", "alphamab")) == [
        "the object “alphamab” is no circumstance, which the range of “is contraindicated in” asks for"
    ]


@pytest.mark.parametrize("name", ["non-Hodgkin lymphoma", "myopathy without rash", "NOT it", "never"])
def test_a_name_that_denies(name: str) -> None:
    assert denies(name)


@pytest.mark.parametrize("name", ["nonthymomatous", "notes", "annotation", "seronegative"])
def test_a_name_that_does_not_deny(name: str) -> None:
    assert not denies(name)


def test_every_kind_of_entity_has_a_file(entities: Entities, folders: Folders) -> None:
    index = entities.index
    classes = [
        x for x in index.instances(NamedNode("http://www.w3.org/2002/07/owl#Class")) if entities.below(x, IMNM.Entity)
    ]
    above = {IMNM.Circumstance, IMNM.Entity, IMNM.HealthState}
    assert {x.value.removeprefix(IMNM) for x in classes if x not in above} == set(FILES) - {"SoftwareAgent"}
    for name in set(FILES.values()) - {"factors", "populations", "regimens"}:
        assert (folders.graph / "entities" / f"{name}.ttl").is_file()
