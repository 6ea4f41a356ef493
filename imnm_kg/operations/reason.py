# SPDX-License-Identifier: Apache-2.0
"""Reason: let HermiT check that ontology, edges and negative assertions agree; it only checks, it adds nothing.

HermiT sees one projection as N-Triples: the ontology, the types of entities, the direct and inferred edges and
the negative assertions. Claims, evidence, names and provenance never enter.
"""

from __future__ import annotations

import contextlib
import io
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import BlankNode, NamedNode, Quad, RdfFormat, Triple, serialize

from imnm_kg.errors import ImnmError
from imnm_kg.model.namespaces import BASE, GRAPH, IMNM, OWL, RDF, SH

__all__ = ["Consistency", "java_missing", "projection", "reason"]

_WHOLE = (GRAPH.ontology.value,)
_EDGES = (GRAPH.statements.value, GRAPH.inferred.value)
_NEGATIVE = GRAPH.negative.value


@dataclass(frozen=True)
class Consistency:
    """What HermiT found: whether there is a model at all, and the classes that can have no member."""

    consistent: bool
    unsatisfiable: tuple[str, ...]
    triples: int


def java_missing() -> str | None:
    """Return a sentence when there is no Java to run HermiT with, else nothing."""
    if shutil.which("java"):
        return None
    return "no Java was found: HermiT did not check the ontology; install a Java runtime (11 or later) for that"


def projection(quads: Iterable[Quad]) -> list[Triple]:
    """Return the triples that the reasoner sees, as OWL 2 DL.

    Negative assertions get blank nodes, which the mapping of OWL to RDF asks for; the published graph gives them
    IRIs, so that others can point at them.
    """
    quads = list(quads)
    classes = {
        quad.subject.value
        for quad in quads
        if quad.predicate == RDF.type and quad.object == OWL.Class and isinstance(quad.subject, NamedNode)
    }
    relations = {
        quad.subject.value
        for quad in quads
        if quad.predicate == RDF.type and quad.object in (OWL.ObjectProperty, OWL.DatatypeProperty)
        and isinstance(quad.subject, NamedNode)
    }  # fmt: skip
    kept: dict[Triple, None] = {}
    individuals: dict[str, None] = {}
    for quad in quads:
        graph = quad.graph_name.value if isinstance(quad.graph_name, NamedNode) else ""
        triple = Triple(quad.subject, quad.predicate, quad.object)
        if graph in _WHOLE:
            kept[triple] = None
        elif graph == _NEGATIVE:
            assert isinstance(quad.subject, NamedNode)
            node = BlankNode("n" + quad.subject.value.rsplit("/", 1)[1])
            kept[Triple(node, quad.predicate, quad.object)] = None
        elif (graph in _EDGES and quad.predicate.value in relations) or (
            quad.predicate == RDF.type and _is_entity_type(quad, classes)
        ):
            kept[triple] = None
            if isinstance(quad.subject, NamedNode):
                individuals[quad.subject.value] = None
    declared = (Triple(NamedNode(iri), RDF.type, OWL.NamedIndividual) for iri in individuals)
    return [*kept, *(triple for triple in declared if triple not in kept)]


def _is_entity_type(quad: Quad, classes: set[str]) -> bool:
    subject, class_ = quad.subject, quad.object
    return (
        isinstance(subject, NamedNode)
        and isinstance(class_, NamedNode)
        and class_.value in classes
        and ("/entity/" in subject.value or not subject.value.startswith(BASE))  # a foreign term keeps its IRI
        and class_ not in (IMNM.Authorship, SH.PrefixDeclaration)
    )


def reason(quads: Sequence[Quad], memory_mb: int = 1000) -> Consistency:
    """Run HermiT on the projection.

    Args:
        quads: the whole dataset.
        memory_mb: the heap that Java may use, in megabytes.

    Raises:
        ImnmError: ``java-missing``, ``reasoner-failed`` with what Java said.
    """
    if sentence := java_missing():
        raise ImnmError("java-missing", sentence.split(";")[0], sentence.split("; ")[1])
    import owlready2
    from owlready2.base import OwlReadyInconsistentOntologyError, OwlReadyJavaError

    triples = projection(quads)
    with tempfile.TemporaryDirectory(prefix="imnm-kg-") as folder:
        path = Path(folder) / "projection.nt"
        path.write_bytes(serialize(triples, format=RdfFormat.N_TRIPLES) or b"")
        world = owlready2.World()
        said = io.StringIO()
        try:
            # HermiT makes a base IRI of the current folder, and cannot where that is the root.
            with contextlib.chdir(folder), contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
                ontology = world.get_ontology(path.as_uri()).load()
                owlready2.reasoning.JAVA_MEMORY = memory_mb
                with ontology:
                    owlready2.sync_reasoner_hermit(world, debug=0)
            unsatisfiable = sorted(
                class_.iri for class_ in world.inconsistent_classes() if class_ is not owlready2.Nothing
            )
        except OwlReadyInconsistentOntologyError:
            return Consistency(False, (), len(triples))
        except OwlReadyJavaError as error:
            what = " ".join(str(error).split())[:300]
            remedy = "check the Java installation, or build with --no-reason"
            raise ImnmError("reasoner-failed", f"HermiT failed: {what}", remedy) from error
        finally:
            world.close()
    return Consistency(not unsatisfiable, tuple(unsatisfiable), len(triples))
