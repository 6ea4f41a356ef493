# SPDX-License-Identifier: Apache-2.0
"""Namespaces: the terms of the code are terms of the ontology, its prefixes those of the one list."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pyoxigraph import NamedNode

from imnm_kg.model.namespaces import BASE, IMNM, OWN_PREFIXES, RDF
from imnm_kg.operations.assemble import read_prefixes
from imnm_kg.pipeline import Dataset

ROOT = Path(__file__).parents[2]


def test_terms() -> None:
    assert IMNM.Claim == NamedNode("https://w3id.org/imnm-kg/ontology/Claim")
    assert IMNM.term("from") == NamedNode("https://w3id.org/imnm-kg/ontology/from")
    assert IMNM.Claim is IMNM.Claim
    with pytest.raises(AttributeError):
        _ = IMNM.__nothing__


def test_no_term_is_hidden_by_a_method_of_text() -> None:
    """A namespace is a text, so DCTERMS.title would be a method; such a term is had by term("title")."""
    for path in (ROOT / "imnm_kg").rglob("*.py"):
        for name in re.findall(
            r"\b(?:IMNM|DCTERMS|FOAF|OA|OBO|OWL|PROV|RDFS?|SH|SKOS|XSD|VOID)\.(\w+)", path.read_text()
        ):
            assert name == "term" or not hasattr(str, name), f"{path}: {name}"


def test_own_prefixes_are_those_of_the_list(dataset: Dataset) -> None:
    prefixes = dataset.assembly.prefixes
    assert {prefix: prefixes.get(prefix) for prefix in OWN_PREFIXES} == OWN_PREFIXES
    assert all(space.startswith(BASE) for space in OWN_PREFIXES.values())


def test_the_list_of_prefixes_is_whole(world: Path, dataset: Dataset) -> None:
    from imnm_kg.model.folders import Folders

    prefixes = read_prefixes(Folders(ROOT))
    assert prefixes == read_prefixes(Folders(world)) == dataset.assembly.prefixes
    assert prefixes["rdf"] == str(RDF)
    for file in dataset.assembly.files:
        for prefix, space in re.findall(r"^@prefix ([\w.-]*): <([^>]*)>", file.text, re.MULTILINE):
            assert prefixes.get(prefix) == space, f"{file.path} declares {prefix}: otherwise"


def test_terms_of_the_code_are_declared(dataset: Dataset) -> None:
    """A misspelt IMNM.term in the code would find nothing, and nobody would hear of it."""
    known = {quad.subject.value for quad in dataset.quads if isinstance(quad.subject, NamedNode)}
    known |= set(dataset.assembly.index._typed)
    used = {
        name
        for path in (ROOT / "imnm_kg").rglob("*.py")
        for pair in re.findall(r"\bIMNM\.(?:term\(\"(\w+)\"\)|(\w+))", path.read_text(encoding="utf-8"))
        for name in pair
        if name and name != "term"
    }
    assert len(used) > 20
    assert sorted(name for name in used if f"{IMNM}{name}" not in known) == []
