# SPDX-License-Identifier: Apache-2.0
"""What the graph knows of entities: which has which name, of which classes it is, and which relation fits it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from pyoxigraph import Literal, NamedNode

from imnm_kg.model.claims import Claim, Index
from imnm_kg.model.namespaces import ENTITY, IMNM, OWL, RDF, RDFS, SKOS

__all__ = ["FILES", "Entities", "denies"]

FILES = {
    "AdverseEffect": "adverse-effects", "Antibody": "biology", "BiologicalEntity": "biology",
    "BiologicalProcess": "biology", "ClinicalTrial": "trials", "Disease": "diseases", "DiseaseSubtype": "diseases",
    "Drug": "drugs", "DrugClass": "drugs", "Factor": "factors", "HealthCondition": "phenotypes",
    "Intervention": "procedures", "MolecularEntity": "biology", "Outcome": "outcomes", "Phenotype": "phenotypes",
    "Population": "populations", "Procedure": "procedures", "Protein": "biology", "Regimen": "regimens",
    "ResearchTopic": "outcomes", "SoftwareAgent": "agents", "TreatmentStrategy": "procedures",
}  # fmt: skip
"""The file of ``graph/entities/`` that holds the members of a class."""

_DENIAL = re.compile(r"(^|[^A-Za-z])(no|not|non|without|never)([^A-Za-z]|$)", re.IGNORECASE)
_MODEL = re.compile(r"\bmodels?$")
_NOT_IN_IRI = re.compile(r'[\x00-\x20<>"{}|^`\\]')
_NAMED = tuple(IMNM.term(name) for name in ("Entity", "Agent", "Journal", "Publication", "TrialRecord"))
_NAMES = (RDFS.label, SKOS.altLabel, SKOS.hiddenLabel)


def denies(name: str) -> bool:
    """Tell whether a name has a word that belongs into a negated claim, such as "not"."""
    return _DENIAL.search(name) is not None


class Entities:
    """The entities of a graph by name and by class.

    Attributes:
        index: the triples, those of the ontology included.
    """

    def __init__(self, index: Index) -> None:
        """Read the names of everything that has one; two are the same name whatever their case."""
        self.index = index
        self._above: dict[str, frozenset[str]] = {}
        self._by_name: defaultdict[str, list[NamedNode]] = defaultdict(list)
        self._mapped: dict[str, NamedNode] = {}
        for class_ in index.instances(OWL.Class):
            if any(self.below(class_, top) for top in _NAMED):
                for node in index.instances(class_):
                    self._read(node)

    def _read(self, node: NamedNode) -> None:
        for name in self.names(node):
            if node not in self._by_name[name.casefold()]:
                self._by_name[name.casefold()].append(node)
        for match in self.index.objects(node, SKOS.exactMatch):
            if isinstance(match, NamedNode):
                self._mapped.setdefault(match.value, node)

    def names(self, node: NamedNode) -> Iterator[str]:
        """Yield label, alternative and hidden labels of an entity."""
        for key in _NAMES:
            yield from (value.value for value in self.index.objects(node, key) if isinstance(value, Literal))

    def below(self, class_: NamedNode, top: NamedNode) -> bool:
        """Tell whether a class is another one or below it."""
        found = self._above.get(class_.value)
        if found is None:
            seen, todo = {class_.value}, [class_]
            while todo:
                for above in self.index.objects(todo.pop(), RDFS.subClassOf):
                    if isinstance(above, NamedNode) and above.value not in seen:
                        seen.add(above.value)
                        todo.append(above)
            found = self._above[class_.value] = frozenset(seen)
        return top.value in found

    def classes(self, node: NamedNode) -> list[NamedNode]:
        """Return the classes that the graph gives an entity."""
        return [class_ for class_ in self.index.objects(node, RDF.type) if isinstance(class_, NamedNode)]

    def is_a(self, node: NamedNode, top: NamedNode) -> bool:
        """Tell whether an entity is of a class or of one below it."""
        return any(self.below(class_, top) for class_ in self.classes(node))

    def is_known(self, node: NamedNode) -> bool:
        """Tell whether the graph describes something with a label."""
        return self.index.text(node, RDFS.label) is not None

    def label(self, node: NamedNode) -> str:
        """Return the label of something, its IRI where it has none."""
        return self.index.text(node, RDFS.label) or node.value

    def find(self, name: str, class_: NamedNode = IMNM.Entity) -> NamedNode | None:
        """Return the entity of that name, that of the class first where several share it; the label counts first."""
        found = [node for node in self._by_name.get(name.casefold(), ()) if self.is_a(node, IMNM.Entity)]
        order = sorted(
            found,
            key=lambda node: (
                not self.is_a(node, class_), self.label(node).casefold() != name.casefold(), node.value,
            ),
        )  # fmt: skip
        return order[0] if order else None

    def named(self, text: str) -> NamedNode | None:
        """Return the entity that a person means: by its id (``entity:zilucoplan``), its IRI or a name."""
        iri = text.strip("<>") if "://" in text else ENTITY + text.removeprefix("entity:")
        if _NOT_IN_IRI.search(iri) is None and self.is_known(NamedNode(iri)):
            return NamedNode(iri)
        return self.find(text)

    def class_of_population(self, name: str) -> NamedNode:
        """Return the class of a population: a disease with narrower words before its name is a subtype of it."""
        words = name.split()
        tails = (self.find(" ".join(words[first:]), IMNM.Disease) for first in range(1, len(words)))
        narrowed = any(node is not None and self.is_a(node, IMNM.Disease) for node in tails)
        return IMNM.DiseaseSubtype if narrowed and not _MODEL.search(name) else IMNM.Population

    def mapped(self, iri: str) -> NamedNode | None:
        """Return the entity of ours that a term of another vocabulary is an exact match of."""
        return self._mapped.get(iri)

    def owners(self, name: str) -> list[NamedNode]:
        """Return everything that has the name, in any case."""
        return list(self._by_name.get(name.casefold(), ()))

    def all_names(self) -> list[str]:
        """Return the readable ids of all entities, sorted."""
        nodes = {node.value for found in self._by_name.values() for node in found}
        return sorted(iri.removeprefix(ENTITY) for iri in nodes if iri.startswith(ENTITY))

    def misfits(self, claim: Claim) -> list[str]:
        """Say which end of a claim its relation does not allow, as the shape of a claim will."""
        said = []
        for end, key, where in (("subject", RDFS.domain, "domain"), ("object", RDFS.range, "range")):
            wanted = self.index.node(claim.predicate, key)
            node = claim.subject if end == "subject" else claim.object
            if wanted is not None and isinstance(node, NamedNode) and not self.is_a(node, wanted):
                said.append(
                    f"the {end} “{self.label(node)}” is no {self.label(wanted)}, which the {where} of"
                    f" “{self.label(claim.predicate)}” asks for"
                )
        return said
