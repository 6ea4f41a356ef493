# SPDX-License-Identifier: Apache-2.0
"""Reason: what HermiT sees, that it is OWL 2 DL, and what HermiT says of good and bad graphs."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Triple, serialize

from imnm_kg import pipeline
from imnm_kg.errors import ImnmError
from imnm_kg.model.folders import Folders
from imnm_kg.model.namespaces import BASE, ENTITY, GRAPH, IMNM, OWL, PROV, RDF, RDFS, SKOS
from imnm_kg.operations import reason as module
from imnm_kg.operations.reason import Consistency, java_missing, projection, reason
from imnm_kg.pipeline import Dataset, build
from tests.operations.support import FIXTURES, turtle

JAVA = shutil.which("java")
needs_java = pytest.mark.skipif(JAVA is None, reason="there is no Java here")

ONTOLOGY = """
<https://w3id.org/imnm-kg/ontology> a owl:Ontology .
imnm:Drug a owl:Class . imnm:Disease a owl:Class ; owl:disjointWith imnm:Drug .
imnm:treats a owl:ObjectProperty ; rdfs:domain imnm:Drug ; rdfs:range imnm:Disease .
imnm:cures a owl:ObjectProperty ; rdfs:subPropertyOf imnm:treats .
"""
ENTITIES = "entity:a a imnm:Drug . entity:b a imnm:Disease ."
NEGATIVE = """
inference:1 a owl:NegativePropertyAssertion ; owl:sourceIndividual entity:a ; owl:assertionProperty imnm:treats ;
    owl:targetIndividual entity:b .
"""


def dataset_of(ontology: str = ONTOLOGY, statements: str = "", negative: str = "", more: str = "") -> list[Quad]:
    parts = (
        (ontology, "ontology"),
        (ENTITIES + more, "entities/all"),
        (statements, "statements"),
        (negative, "negative"),
    )
    return [Quad(q.subject, q.predicate, q.object, GRAPH.term(name)) for text, name in parts for q in turtle(text)]


# The projection


def test_what_the_reasoner_sees() -> None:
    more = (
        'entity:a rdfs:label "a" ; skos:exactMatch <http://e/a> ; a imnm:Authorship , <http://e/Unknown> .'
        "claim:1 a imnm:Claim ; rdf:subject entity:a . imnm:Claim a owl:Class . imnm:Authorship a owl:Class ."
    )
    statements = "entity:a imnm:treats entity:b . entity:a imnm:undeclared entity:b ."
    seen = projection(dataset_of(ONTOLOGY, statements, NEGATIVE, more))
    data = {str(triple) for triple in seen} - {str(Triple(*triple)) for triple in turtle_triples(ONTOLOGY)}
    node = "_:n1"
    owl, e = "<http://www.w3.org/2002/07/owl#", f"<{ENTITY}"
    a = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
    assert data == {
        f"{e}a> {a} <{IMNM}Drug>",
        f"{e}b> {a} <{IMNM}Disease>",
        f"{e}a> <{IMNM}treats> {e}b>",
        f"{e}a> {a} {owl}NamedIndividual>",
        f"{e}b> {a} {owl}NamedIndividual>",
        f"{node} {a} {owl}NegativePropertyAssertion>",
        f"{node} {owl}sourceIndividual> {e}a>",
        f"{node} {owl}assertionProperty> <{IMNM}treats>",
        f"{node} {owl}targetIndividual> {e}b>",
    }


def turtle_triples(text: str) -> list[tuple[NamedNode, NamedNode, NamedNode | Literal]]:
    return [(q.subject, q.predicate, q.object) for q in turtle(text)]  # type: ignore[misc]


def test_no_claims_evidence_names_or_provenance_of_data(dataset: Dataset) -> None:
    seen = projection(dataset.quads)
    ontology = {triple_of(quad) for quad in dataset.quads if quad.graph_name == GRAPH.ontology}
    data = [triple for triple in seen if triple not in ontology]
    assert len(data) > 100
    for triple in data:
        assert not str(triple.subject).startswith((f"<{BASE}claim/", f"<{BASE}evidence/", f"<{BASE}inference/"))
        assert not str(triple.object).startswith((f"<{BASE}claim/", f"<{BASE}evidence/", f"<{BASE}inference/"))
        assert not str(triple.predicate).startswith((f"<{SKOS}", f"<{PROV}", f"<{RDFS}"))
    assert len(seen) == len(set(seen))


def triple_of(quad: Quad) -> Triple:
    return Triple(quad.subject, quad.predicate, quad.object)


def test_every_property_in_it_is_declared(dataset: Dataset) -> None:
    seen = projection(dataset.quads)
    kinds = (OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
    declared = {triple.subject for triple in seen if triple.predicate == RDF.type and triple.object in kinds}
    language = (str(RDF), str(RDFS), str(OWL))
    used = {triple.predicate for triple in seen if not triple.predicate.value.startswith(language)}
    assert used - declared == set()
    assert IMNM.inhibits in used


def test_every_individual_of_an_edge_has_a_type(dataset: Dataset) -> None:
    seen = projection(dataset.quads)
    typed = {t.subject for t in seen if t.predicate == RDF.type and t.object != OWL.NamedIndividual}
    ends = {
        node
        for quad in dataset.quads
        if quad.graph_name in (GRAPH.statements, GRAPH.inferred)
        for node in (quad.subject, quad.object)
        if isinstance(node, NamedNode)
    }
    assert ends - typed == set()


def test_negative_assertions_are_blank_nodes(dataset: Dataset) -> None:
    seen = projection(dataset.quads)
    nodes = {t.subject for t in seen if t.object == OWL.NegativePropertyAssertion}
    assert len(nodes) == 3
    assert all(isinstance(node, BlankNode) for node in nodes)


def test_the_projection_is_owl_2_dl(dataset: Dataset, tmp_path: Path) -> None:
    told = profile_of(projection(dataset.quads), tmp_path)
    assert [line for line in told if line.startswith("violation")] == []
    assert told[0] == "in profile: true"
    assert told[2] == "negative assertions: 3"


@pytest.mark.slow
def test_the_check_of_the_profile_can_fail(tmp_path: Path) -> None:
    broken = ONTOLOGY + "imnm:treats a owl:TransitiveProperty , owl:AsymmetricProperty ."
    told = profile_of(projection(dataset_of(broken)), tmp_path)
    assert told[0] == "in profile: false"
    assert any(line.startswith("violation") for line in told)


def profile_of(triples: Sequence[Triple], folder: Path) -> list[str]:
    """Ask the OWL API inside HermiT's jar; the program is compiled on the fly, which takes a JDK."""
    if JAVA is None:
        pytest.skip("there is no Java here")
    modules = subprocess.run([JAVA, "--list-modules"], capture_output=True, text=True, check=True).stdout
    if "jdk.compiler@" not in modules:
        pytest.skip("there is no JDK here, only a Java runtime")
    found = importlib.util.find_spec("owlready2")
    assert found is not None
    assert found.origin is not None
    jar = Path(found.origin).parent / "hermit" / "HermiT.jar"
    path = folder / "projection.nt"
    path.write_bytes(serialize(triples, format=RdfFormat.N_TRIPLES) or b"")
    program = FIXTURES / "owl" / "CheckProfile.java"
    made = subprocess.run(
        [JAVA, "-cp", str(jar), str(program), str(path)], capture_output=True, text=True, timeout=120, check=False
    )
    assert made.returncode == 0, made.stderr
    return made.stdout.splitlines()


# HermiT


@needs_java
def test_the_graph_is_consistent(dataset: Dataset) -> None:
    result = reason(dataset.quads)
    assert (result.consistent, result.unsatisfiable) == (True, ())
    assert result.triples == len(projection(dataset.quads))


@needs_java
@pytest.mark.parametrize(
    ("statements", "negative"),
    [("entity:a imnm:treats entity:b .", NEGATIVE),
     pytest.param("entity:a imnm:cures entity:b .", NEGATIVE, marks=pytest.mark.slow),
     pytest.param("entity:b imnm:treats entity:b .", "", marks=pytest.mark.slow)],
    ids=["an edge and its negation", "a narrower edge and the negation", "a subject of the wrong class"],
)  # fmt: skip
def test_a_clash_is_inconsistent(statements: str, negative: str) -> None:
    result = reason(dataset_of(ONTOLOGY, statements, negative))
    assert (result.consistent, result.unsatisfiable) == (False, ())


@needs_java
def test_a_negative_assertion_alone_is_consistent() -> None:
    assert reason(dataset_of(ONTOLOGY, "", NEGATIVE)).consistent


@needs_java
def test_a_class_without_a_possible_member_is_named() -> None:
    nothing = "imnm:Both a owl:Class ; rdfs:subClassOf imnm:Drug , imnm:Disease ."
    result = reason(dataset_of(ONTOLOGY + nothing))
    assert result == Consistency(False, (IMNM.Both.value,), result.triples)


# Without Java, and what the build says


def test_without_java(world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(world))
    assert java_missing() is not None
    with pytest.raises(ImnmError, match=r"no Java was found: .*; install a Java runtime .*\[java-missing\]"):
        reason([])
    without = build(Folders(world), with_shapes=False)
    assert without.findings == ()
    assert any("HermiT did not check" in note for note in without.notes)
    left_out = build(Folders(world), with_reasoner=False, with_shapes=False)
    assert left_out.files == without.files, "a build without Java gives the same bytes"


@pytest.mark.parametrize(
    ("answer", "codes"),
    [
        (Consistency(True, (), 1), []),
        (Consistency(False, (), 1), ["reason-inconsistent"]),
        (Consistency(False, (IMNM.Drug.value, "http://e/x"), 1), ["reason-unsatisfiable"] * 2),
    ],
)
def test_what_the_build_makes_of_it(
    world: Path, monkeypatch: pytest.MonkeyPatch, answer: Consistency, codes: list[str]
) -> None:
    monkeypatch.setattr(module, "java_missing", lambda: None)
    monkeypatch.setattr(module, "reason", lambda _: answer)
    result = pipeline.build(Folders(world), with_shapes=False)
    assert [finding.code for finding in result.findings] == codes
    assert bool(result.files) == (not codes)
    if len(codes) == 2:
        assert result.findings[0].place is not None
        assert IMNM.Drug.value in result.findings[0].message


@needs_java
def test_java_that_fails_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake = tmp_path / "java"
    fake.write_text("#!/bin/sh\necho 'Could not reserve enough space' >&2\nexit 1\n")
    fake.chmod(0o755)
    import owlready2

    monkeypatch.setattr(owlready2.reasoning, "JAVA_EXE", str(fake), raising=False)
    monkeypatch.setattr(owlready2, "JAVA_EXE", str(fake), raising=False)
    with pytest.raises(ImnmError, match=r"HermiT failed: .*\[reasoner-failed\]") as caught:
        reason(dataset_of())
    assert "\n" not in str(caught.value)
