# SPDX-License-Identifier: Apache-2.0
"""Terms of an ontology or thesaurus out of a stream of triples: OWL classes and SKOS concepts."""

from __future__ import annotations

from imnm_kg.lexicon.collecting import Collector
from imnm_kg.lexicon.synonyms import ABBREVIATION, NO_NAME, synonym_type
from imnm_kg.model.namespaces import OBO, OWL, RDF, RDFS, SKOS

__all__ = ["PREDICATES", "TermGraph"]

_OBO_IN_OWL = "http://www.geneontology.org/formats/oboInOwl#"
_SYNONYMS = (
    f"{SKOS}altLabel",
    f"{SKOS}hiddenLabel",
    f"{_OBO_IN_OWL}hasExactSynonym",
    f"{_OBO_IN_OWL}hasRelatedSynonym",
    f"{OBO}IAO_0000118",  # alternative label
    "http://www.ebi.ac.uk/efo/alternative_term",
)
_LABEL, _SYNONYM, _NOTATION, _PARENT, _DEPRECATED, _TYPE, _IMPORT = range(7)
_AXIOM = {
    f"{OWL}annotatedSource": 0,
    f"{OWL}annotatedTarget": 1,
    f"{_OBO_IN_OWL}hasSynonymType": 2,
}
PREDICATES = {
    f"{RDFS}label": _LABEL,
    f"{SKOS}prefLabel": _LABEL,
    **dict.fromkeys(_SYNONYMS, _SYNONYM),
    f"{SKOS}notation": _NOTATION,
    f"{RDFS}subClassOf": _PARENT,
    f"{SKOS}broader": _PARENT,
    f"{OWL}deprecated": _DEPRECATED,
    f"{RDF}type": _TYPE,
    f"{OWL}imports": _IMPORT,
    **dict.fromkeys(_AXIOM, -1),
}
"""The properties that are looked at; any other triple is of no use here."""

_CLASSES = frozenset((f"{OWL}Class", f"{RDFS}Class", f"{SKOS}Concept", f"{OWL}NamedIndividual"))


class _Node:
    """What was said of one IRI so far."""

    __slots__ = ("deprecated", "label", "notations", "other_type", "parents", "rank", "synonyms", "term")

    def __init__(self) -> None:
        self.label = ""
        self.rank = 9
        self.synonyms: list[str] | tuple[()] = ()
        self.notations: list[str] | tuple[()] = ()
        self.parents: list[str] | tuple[()] = ()
        self.deprecated = self.term = self.other_type = False


class TermGraph:
    """Takes triples one by one, in any order; ``finish`` gives the terms to the collector."""

    def __init__(self, collector: Collector) -> None:
        self._collector = collector
        self._nodes: dict[str, _Node] = {}
        self._current = ""
        self._axiom: tuple[str, list[str]] = ("", ["", "", ""])
        self._typed: list[tuple[str, str, str]] = []

    def take(self, subject: str, predicate: str, value: str, language: str | None) -> None:
        """Take a triple.

        Args:
            subject: an IRI, or a blank node with ``_:`` before its label.
            predicate: one of ``PREDICATES``.
            value: the IRI, or the lexical form of the literal.
            language: the language tag of a literal, empty for none; ``None`` for an IRI.
        """
        if subject.startswith("_:"):
            self._take_axiom(subject, predicate, value)
            return
        what = PREDICATES[predicate]
        if what == _IMPORT:
            self._collector.imports.append(value)
            return
        if subject != self._current:
            self._settle(self._current)
            self._current = subject
        node = self._nodes.get(subject)
        if node is None:
            node = self._nodes[subject] = _Node()
        if what == _TYPE:
            node.term = node.term or value in _CLASSES
            node.other_type = True
        elif what == _PARENT:
            if language is None and not value.startswith("_:"):
                node.parents = [*node.parents, value]
        elif language is None:
            return
        elif what == _DEPRECATED:
            node.deprecated = value in ("true", "1")
        elif what == _NOTATION:
            node.notations = [*node.notations, value]
        elif language == "" or language[:2].lower() == "en":
            self._name(node, what, value, language)

    @staticmethod
    def _name(node: _Node, what: int, value: str, language: str) -> None:
        """Take a name in English, or in no language; of several labels that in plain English is preferred."""
        rank = 9
        if what == _LABEL:
            rank = 0 if language.lower() == "en" else 1 if not language else 2
        if rank < node.rank:
            value, node.label, node.rank = node.label, value, rank
        if value:
            node.synonyms = [*node.synonyms, value]

    def _take_axiom(self, subject: str, predicate: str, value: str) -> None:
        """Take what is said of a triple: the type of a synonym. The triples of one axiom follow each other."""
        place = _AXIOM.get(predicate)
        if place is None:
            return
        if self._axiom[0] != subject:
            self._end_axiom()
            self._axiom = (subject, ["", "", ""])
        self._axiom[1][place] = value

    def _end_axiom(self) -> None:
        source, target, type_ = self._axiom[1]
        if type_ and (kind := synonym_type(type_)) in (ABBREVIATION, NO_NAME):
            self._typed.append((source, target, kind))

    def _settle(self, iri: str) -> None:
        """Give away a term whose triples seem to be complete, so that it takes less memory."""
        node = self._nodes.get(iri)
        if node is not None and node.term and node.label and not self._collector.has(iri):
            del self._nodes[iri]
            self._give(iri, node)

    def broke(self) -> None:
        """Forget what was said last where it is not enough for a term: its statement broke off."""
        node = self._nodes.get(self._current)
        if node is not None and not node.label:
            del self._nodes[self._current]

    def finish(self) -> None:
        """Give the terms to the collector; nothing is kept."""
        self._end_axiom()
        while self._nodes:
            self._give(*self._nodes.popitem())
        for iri, name, kind in self._typed:
            self._collector.retype(iri, name, short=kind == ABBREVIATION)

    def _give(self, iri: str, node: _Node) -> None:
        collector = self._collector
        known = collector.has(iri)  # with more said of it further down in the file
        # What is only pointed at, or is a property or the ontology itself, is no term.
        if not (known or node.term or (node.label and not node.other_type)):
            return
        if node.deprecated or node.label.lower().startswith("obsolete "):
            if known:
                collector.drop(iri, "obsolete")
            else:
                collector.leave_out("obsolete")
        elif not node.label and not known:
            collector.leave_out("no name in English")
        else:
            shorts = [f"{code}?" for code in node.notations if code.isalpha() and code.isupper() and 1 < len(code) < 7]
            collector.add(iri, node.label, node.synonyms, shorts=shorts, parents=node.parents)
