# SPDX-License-Identifier: Apache-2.0
"""schema.org descriptions for machines that read pages, as a JSON-LD block for the head of a page.

A reader of schema.org knows neither polarity nor certainty. So a medical statement is made here only from a direct
edge, which the build makes from reviewed, affirmed and established claims alone; whatever is negated, hedged or true
of a narrower group appears as a claim with its own words, or not at all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from pyoxigraph import DefaultGraph, Literal, NamedNode

from imnm_kg.model.namespaces import BASE, DCTERMS, FOAF, GRAPH, IMNM, OA, OBO, OWL, RDF, RDFS, SKOS, Namespace

if TYPE_CHECKING:
    from imnm_kg.serve.site import Site

__all__ = ["describe", "json_ld"]

_DEFAULT = DefaultGraph()
_STATEMENTS = GRAPH.statements
_PRISM = Namespace("http://prismstandard.org/namespaces/basic/2.0/")
_FABIO = Namespace("http://purl.org/spar/fabio/")
_DCAT = Namespace("http://www.w3.org/ns/dcat#")
_MOST = 100

_TYPES = {
    "Disease": "MedicalCondition",
    "DiseaseSubtype": "MedicalCondition",
    "HealthCondition": "MedicalCondition",
    "Phenotype": "MedicalSignOrSymptom",
    "AdverseEffect": "MedicalEntity",
    "Drug": "Drug",
    "DrugClass": "DrugClass",
    "Procedure": "MedicalProcedure",
    "TreatmentStrategy": "MedicalTherapy",
    "Regimen": "MedicalTherapy",
    "ClinicalTrial": "MedicalTrial",
    "Publication": "ScholarlyArticle",
    "Document": "WebPage",
    "Journal": "Periodical",
    "Person": "Person",
    "Organization": "Organization",
    "Protein": "Protein",
    "Antibody": "BioChemEntity",
    "Claim": "Claim",
    "Evidence": "Quotation",
}
_HELPS = ("treats", "cures", "manages", "ameliorates", "appliedToTreat", "firstLineFor")
_ACTS = ("inhibits", "activates", "decreases")
_DESIGNS = {
    "Randomized": "RandomizedTrial",
    "PlaceboControlled": "PlaceboControlledTrial",
    "Multicentre": "MultiCenterTrial",
    "DoubleBlind": "DoubleBlindedTrial",
    "OpenLabel": "OpenTrial",
}


def json_ld(site: Site, iri: str) -> str:
    """Return the block of data for the head of the page of a node; empty where schema.org has no word for it.

    It is a block of data and no script: a browser does not run it, and no policy need allow it.

    Args:
        site: what is served.
        iri: the IRI of the node; that of the dataset for the start page.
    """
    described = describe(site, iri)
    if not described:
        return ""
    text = json.dumps({"@context": "https://schema.org/", **described}, ensure_ascii=True)
    for character in "<>&":  # so that no text in it can end the block
        text = text.replace(character, f"\\u{ord(character):04x}")
    return f'<script type="application/ld+json">{text}</script>'


def describe(site: Site, iri: str) -> dict[str, Any]:
    """Describe a node in the words of schema.org; empty where it has none for it.

    Args:
        site: what is served.
        iri: the IRI of the node.
    """
    try:
        node = NamedNode(iri)
    except ValueError:
        return {}
    return _Describer(site).describe(node)


class _Describer:
    def __init__(self, site: Site) -> None:
        self.site = site
        self.store = site.store

    # -- reading

    def objects(self, node: NamedNode, key: NamedNode) -> list[NamedNode | Literal]:
        found = (quad.object for quad in self.store.quads_for_pattern(node, key, None, _DEFAULT))
        return sorted((each for each in found if isinstance(each, NamedNode | Literal)), key=str)[:_MOST]

    def nodes(self, node: NamedNode, key: NamedNode) -> list[NamedNode]:
        return [each for each in self.objects(node, key) if isinstance(each, NamedNode)]

    def texts(self, node: NamedNode, key: NamedNode) -> list[str]:
        return list(dict.fromkeys(each.value for each in self.objects(node, key) if isinstance(each, Literal)))

    def text(self, node: NamedNode, key: NamedNode) -> str | None:
        return next(iter(self.texts(node, key)), None)

    def name(self, node: NamedNode) -> str:
        return self.text(node, RDFS.label) or re.split("[/#]", node.value)[-1]

    def edges(self, node: NamedNode, names: tuple[str, ...]) -> list[NamedNode]:
        """Return where direct edges lead, each end once."""
        every = (self.store.quads_for_pattern(node, IMNM.term(name), None, _STATEMENTS) for name in names)
        return _ends(quad.object for quads in every for quad in quads)

    def edges_to(self, node: NamedNode, names: tuple[str, ...]) -> list[NamedNode]:
        """Return where direct edges come from, each end once."""
        every = (self.store.quads_for_pattern(None, IMNM.term(name), node, _STATEMENTS) for name in names)
        return _ends(quad.subject for quads in every for quad in quads)

    def type(self, node: NamedNode) -> str | None:
        kinds = {each.value.removeprefix(IMNM) for each in self.nodes(node, RDF.type)}
        return next((type_ for kind, type_ in _TYPES.items() if kind in kinds), None)

    def brief(self, node: NamedNode) -> dict[str, Any]:
        return {"@type": self.type(node) or "Thing", "@id": node.value, "name": self.name(node)}

    def briefs(self, nodes: list[NamedNode]) -> list[dict[str, Any]]:
        return [self.brief(node) for node in nodes]

    # -- describing

    def describe(self, node: NamedNode) -> dict[str, Any]:
        if node.value == f"{BASE}dataset":
            return self._dataset(node)
        type_ = self.type(node)
        if type_ is None:
            return self._term(node) if node.value.startswith(IMNM) else {}
        page = f"{self.site.address(node.value)}.html"
        made: dict[str, Any] = {"@type": type_, "@id": node.value, "name": self.name(node), "mainEntityOfPage": page}
        made["alternateName"] = [each for each in self.texts(node, SKOS.altLabel) if each != made["name"]]
        made["identifier"] = [each.value for each in self.nodes(node, SKOS.exactMatch)]
        more: Callable[[NamedNode], dict[str, Any]] | None = {
            "MedicalCondition": self._condition,
            "Drug": self._drug,
            "MedicalTrial": self._trial,
            "ScholarlyArticle": self._article,
            "WebPage": self._document,
            "Claim": self._claim,
            "Quotation": self._quotation,
        }.get(type_)
        if more is not None:
            made.update(more(node))
        return {key: value for key, value in made.items() if value not in (None, "", [], {})}

    def _condition(self, node: NamedNode) -> dict[str, Any]:
        helps = self.edges_to(node, _HELPS)
        return {
            "signOrSymptom": [
                {**self.brief(each), "@type": "MedicalSignOrSymptom"} for each in self.edges(node, ("hasPhenotype",))
            ],
            "drug": self.briefs([each for each in helps if self.type(each) == "Drug"]),
            "possibleTreatment": [
                {**self.brief(each), "@type": "MedicalTherapy"}
                for each in helps
                if self.type(each) in ("MedicalProcedure", "MedicalTherapy")
            ],
            "study": self.briefs(self.edges_to(node, ("studiesCondition",))),
        }

    def _drug(self, node: NamedNode) -> dict[str, Any]:
        acts = [
            f"{self.name(IMNM.term(name))} {self.name(each)}" for name in _ACTS for each in self.edges(node, (name,))
        ]
        return {
            "drugClass": self.briefs(self.edges(node, ("memberOfClass",))),
            "mechanismOfAction": "; ".join(acts),
            "study": self.briefs(self.edges_to(node, ("testsIntervention",))),
        }

    def _trial(self, node: NamedNode) -> dict[str, Any]:
        features = self.edges(node, ("hasDesignFeature",))
        designs = [_DESIGNS.get(each.value.removeprefix(IMNM)) for each in features]
        return {
            "healthCondition": self.briefs(self.edges(node, ("studiesCondition",))),
            "studySubject": self.briefs(self.edges(node, ("testsIntervention",))),
            "trialDesign": [f"https://schema.org/{each}" for each in designs if each is not None],
        }

    def _article(self, node: NamedNode) -> dict[str, Any]:
        doi = self.text(node, _PRISM.doi)
        numbers = (
            ("doi", doi),
            ("pmid", self.text(node, _FABIO.hasPubMedId)),
            ("pmcid", self.text(node, _FABIO.hasPubMedCentralId)),
        )
        return {
            "headline": self.text(node, DCTERMS.term("title")),
            "datePublished": self.text(node, _PRISM.publicationDate),
            "author": self._authors(node),
            "isPartOf": self.briefs(self.nodes(node, IMNM.publishedIn)),
            "pageStart": self.text(node, _PRISM.startingPage),
            "about": self.briefs(self.nodes(node, IMNM.isAbout)),
            "sameAs": None if doi is None else f"https://doi.org/{doi}",
            "identifier": [
                {"@type": "PropertyValue", "propertyID": key, "value": value} for key, value in numbers if value
            ],
        }

    def _authors(self, node: NamedNode) -> list[dict[str, Any]]:
        """Return the authors in their order, where the graph knows it."""
        placed = []
        for authorship in self.nodes(node, IMNM.hasAuthorship):
            author, place = self.nodes(authorship, IMNM.author), self.text(authorship, IMNM.position) or ""
            if author and place.isdecimal():
                placed.append((int(place), author[0]))
        ordered = [author for _, author in sorted(placed, key=lambda pair: (pair[0], pair[1].value))]
        return self.briefs(ordered or self.nodes(node, DCTERMS.creator))

    def _document(self, node: NamedNode) -> dict[str, Any]:
        page = self.nodes(node, FOAF.page)
        return {
            "url": page[0].value if page else None,
            "publisher": self.briefs(self.nodes(node, DCTERMS.publisher)),
            "inLanguage": self.text(node, DCTERMS.language),
            "about": self.briefs(self.nodes(node, IMNM.isAbout)),
        }

    def _claim(self, node: NamedNode) -> dict[str, Any]:
        """Describe a claim: its label says negation and hedge, and the key words say them again."""
        said = [("polarity", IMNM.polarity), ("certainty", IMNM.certainty)]
        values = [(key, self.nodes(node, property_)) for key, property_ in said]
        sources = [
            document for each in self.nodes(node, IMNM.hasEvidence) for document in self.nodes(each, OA.hasSource)
        ]
        return {
            "text": self.name(node),
            "keywords": [f"{key}: {each.value.removeprefix(IMNM)}" for key, found in values for each in found],
            "appearance": self.briefs(sorted(set(sources), key=lambda each: each.value)),
        }

    def _quotation(self, node: NamedNode) -> dict[str, Any]:
        quotes = [text for each in self.nodes(node, OA.hasSelector) for text in self.texts(each, OA.exact)]
        return {
            "name": None,
            "text": quotes[0] if quotes else None,
            "isPartOf": self.briefs(self.nodes(node, OA.hasSource)),
        }

    def _term(self, node: NamedNode) -> dict[str, Any]:
        if not {OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.NamedIndividual} & set(
            self.nodes(node, RDF.type)
        ):
            return {}
        made = {
            "@type": "DefinedTerm",
            "@id": node.value,
            "name": self.name(node),
            "description": self.text(node, OBO.IAO_0000115),
            "inDefinedTermSet": f"{BASE}ontology",
        }
        return {key: value for key, value in made.items() if value}

    def _dataset(self, node: NamedNode) -> dict[str, Any]:
        made = {
            "@type": "Dataset",
            "@id": node.value,
            "name": self.text(node, DCTERMS.term("title")) or "imnm-kg",
            "description": self.text(node, DCTERMS.description),
            "url": f"{self.site.base}/",
            "identifier": node.value,
            "version": self.site.version,
            "license": next((each.value for each in self.nodes(node, DCTERMS.license)), None),
            "creator": [{"@type": "Organization", "name": each} for each in self.texts(node, DCTERMS.creator)],
            "dateModified": self.site.modified.date().isoformat(),
            "keywords": self.texts(node, _DCAT.keyword),
            "isAccessibleForFree": True,
            "about": self.briefs(self.nodes(node, DCTERMS.subject)),
            "distribution": [
                {
                    "@type": "DataDownload",
                    "contentUrl": self.site.address(each.value),
                    "encodingFormat": next(iter(self._media_types(each)), None),
                }
                for each in self.nodes(node, _DCAT.distribution)
            ],
        }
        return {key: value for key, value in made.items() if value not in (None, "", [])}

    def _media_types(self, node: NamedNode) -> list[str]:
        found = self.objects(node, _DCAT.mediaType)
        return [each.value.removeprefix("https://www.iana.org/assignments/media-types/") for each in found]


def _ends(terms: Iterable[object]) -> list[NamedNode]:
    found = {term for term in terms if isinstance(term, NamedNode)}
    return sorted(found, key=lambda each: each.value)[:_MOST]
