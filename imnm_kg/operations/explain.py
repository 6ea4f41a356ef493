# SPDX-License-Identifier: Apache-2.0
"""Explain: lead a claim, an edge or an inference back to its premises, quotes and sources."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

from pyoxigraph import Literal, NamedNode, Quad, Triple

from imnm_kg.errors import ImnmError
from imnm_kg.model.claims import (
    NARROWING,
    RANKS,
    RARELY,
    Claim,
    Evidence,
    Extraction,
    GuardException,
    Index,
    read_claims,
)
from imnm_kg.model.documents import SourceText
from imnm_kg.model.explanation import Explanation, Link, Passage
from imnm_kg.model.namespaces import (
    BASE,
    DCTERMS,
    DOCUMENT,
    ENTITY,
    FOAF,
    IMNM,
    OWL,
    PROV,
    RDF,
    RDFS,
)
from imnm_kg.model.stored_query import nearest

__all__ = ["becomes", "explain", "passage_of"]

_DIGITS = re.compile(r"[0-9a-f]{4,32}")


class _Explainer:
    """Holds the dataset while one thing is explained."""

    def __init__(self, triples: Iterable[Triple | Quad], texts: Mapping[str, SourceText]) -> None:
        self.index = Index(triples)
        self.claims = {claim.iri.value: claim for claim in read_claims(self.index)}
        self.texts = texts

    def label(self, term: object) -> str:
        return _label(self.index, term)

    def words(self, subject: object, predicate: NamedNode, object_: object, *, negated: bool = False) -> str:
        relation = self.index.text(predicate, IMNM.negatedLabel) if negated else None
        return f"{self.label(subject)} {relation or self.label(predicate)} {self.label(object_)}"

    def claim(self, claim: Claim) -> Explanation:
        read = [item for item in claim.evidence if item.review_status == "Reviewed"]
        kept = [item.certainty for item in read or claim.evidence if item.certainty in RANKS]
        strongest = claim.certainty or max(kept, key=lambda name: RANKS.index(str(name)), default=None)
        facts = [("polarity", claim.polarity.lower()), ("certainty", (strongest or "none").lower())]
        if claim.population is not None:
            facts.append(("population", self.label(claim.population)))
        facts += [
            (key.value.removeprefix(IMNM), value.value if isinstance(value, Literal) else self.label(value))
            for key, value in claim.context
        ]
        facts.append(("becomes", self._becomes(claim)))
        words = self.words(claim.subject, claim.predicate, claim.object, negated=claim.polarity == "Negated")
        if strongest not in (None, "Established"):
            words += f" ({strongest.lower()})"  # the headline must not say more than the text
        passages = tuple(passage_of(self.index, item, self.texts) for item in claim.evidence)
        return Explanation(claim.iri.value, "claim", words, tuple(facts), passages, self._links(claim))

    def _becomes(self, claim: Claim) -> str:
        """Say what the graph makes of the claim, or why it stays a claim only."""
        rules = {self.index.text(node, IMNM.rule) for node in self._derived_from(claim.iri)}
        against = [node for node in self.index.instances(IMNM.Dispute) if self.index.node(node, IMNM.to) == claim.iri]
        return becomes(self.index, claim, rules, against)

    def _derived_from(self, premise: NamedNode) -> list[NamedNode]:
        nodes = [*self.index.instances(IMNM.Inference), *self.index.instances(OWL.NegativePropertyAssertion)]
        return [node for node in nodes if premise in self.index.objects(node, PROV.wasDerivedFrom)]

    def _links(self, claim: Claim) -> tuple[Link, ...]:
        found = []
        for class_, verb, passive in (
            (IMNM.Dispute, "disputes", "disputed by"),
            (IMNM.Support, "supports", "supported by"),
        ):
            for node in self.index.instances(class_):
                if self.index.node(node, IMNM.to) == claim.iri:
                    found.append(self._link(node, IMNM.term("from"), passive))
                elif self.index.node(node, IMNM.term("from")) == claim.iri:
                    found.append(self._link(node, IMNM.to, verb))
        return tuple(found)

    def _link(self, node: NamedNode, end: NamedNode, verb: str) -> Link:
        other = self.index.node(node, end)
        assert other is not None
        return Link(verb, self.label(other), other.value, self.index.text(node, IMNM.reason) or "")

    def inference(self, node: NamedNode, depth: int = 0) -> Explanation:
        negative = self.index.node(node, OWL.sourceIndividual)
        if negative is not None:
            predicate = self.index.node(node, OWL.assertionProperty)
            targets = [*self.index.objects(node, OWL.targetIndividual), *self.index.objects(node, OWL.targetValue)]
            assert predicate is not None
            words, kind = self.words(negative, predicate, targets[0], negated=True), "negative assertion"
        else:
            subject, predicate = self.index.node(node, RDF.subject), self.index.node(node, RDF.predicate)
            assert subject is not None
            assert predicate is not None
            words, kind = self.words(subject, predicate, self.index.objects(node, RDF.object)[0]), "inference"
        rule = self.index.text(node, IMNM.rule)
        if rule == "direct-edge":
            kind = "edge"
        premises = [
            made
            for premise in sorted(self.index.objects(node, PROV.wasDerivedFrom), key=str)
            if isinstance(premise, NamedNode) and (made := self.premise(premise, depth)) is not None
        ]
        return Explanation(node.value, kind, words, rule=rule, premises=tuple(premises))

    def premise(self, node: NamedNode, depth: int) -> Explanation | None:
        if node.value in self.claims:
            return self.claim(self.claims[node.value])
        if self.index.text(node, IMNM.rule) is not None:
            return self.inference(node, depth + 1) if depth < 8 else None
        return Explanation(node.value, "premise", self.label(node))


def becomes(index: Index, claim: Claim, rules: Collection[str | None], against: Iterable[NamedNode]) -> str:
    """Say what the graph makes of a claim, or why it stays a claim only.

    Args:
        index: the triples, for names.
        claim: the claim.
        rules: the rules of what was derived from it.
        against: the disputes that a curator declared against it.
    """
    if "direct-edge" in rules:
        return "a direct edge"
    if "negative-assertion" in rules:
        return "a negative assertion"
    statuses = {item.review_status for item in claim.evidence if item.role == "Statement"}
    if "Reviewed" not in statuses:
        return "nothing: it was rejected" if statuses == {"Rejected"} else "nothing yet: it is proposed"
    if claim.certainty is None:  # a rule gives it to every claim of a release
        return "nothing yet: it is not merged into the graph"
    reasons = []
    if claim.certainty != "Established":
        reasons.append("it is hedged")
    if narrowing := sorted({key.value.removeprefix(IMNM) for key, _ in claim.context if key in NARROWING}):
        reasons.append(f"it holds only under its {' and '.join(narrowing)}")
    if claim.population not in (None, claim.object):
        reasons.append(f"it is said only of {_label(index, claim.population)}")
    if any(key == IMNM.frequency and str(value.value).lower() in RARELY for key, value in claim.context):
        reasons.append("it holds only now and then")
    if any(index.text(node, IMNM.blocksEdge) == "true" for node in against):
        reasons.append("it is disputed")
    return f"no edge: {', '.join(reasons) or 'its trial did not meet its endpoint'}"


def _label(index: Index, term: object) -> str:
    if isinstance(term, Literal):
        return f"“{term.value}”"
    assert isinstance(term, NamedNode)
    return index.text(term, RDFS.label) or term.value.rsplit("/", 1)[1]


def passage_of(index: Index, item: Evidence, texts: Mapping[str, SourceText]) -> Passage:
    """Return a quote in its surroundings: the whole sentence where the document is at hand.

    Args:
        index: the triples, for names and sources.
        item: the evidence.
        texts: the documents by id.
    """
    text = texts.get(item.document.value.removeprefix(DOCUMENT))
    before, after, whole = item.prefix, item.suffix, False
    if text is not None and text.text[item.start : item.end] == item.quote:
        sentence = text.sentence_around(item.start, item.end)
        before, after = text.text[sentence.start : item.start], text.text[item.end : sentence.end]
        whole = True
    publisher = index.node(item.document, DCTERMS.publisher)
    page = index.node(item.document, FOAF.page)
    reviews = [
        f"{_label(index, index.node(node, IMNM.reviewer))}"
        f" ({'a person' if index.node(node, IMNM.agentKind) == IMNM.PersonAgent else 'automated'})"
        for node in sorted(index.objects(item.iri, IMNM.hasReview), key=str)
        if isinstance(node, NamedNode) and index.node(node, IMNM.reviewer) is not None
    ]
    extraction = item.extraction
    return Passage(
        before, item.quote, after, whole, item.role, item.certainty, _label(index, item.document),
        None if publisher is None else _label(index, publisher), None if page is None else page.value,
        (item.start, item.end), tuple(reviews),
        tuple(_set_aside(exception, item) for exception in item.exceptions),
        item.review_status, None if extraction is None else _proposed(index, extraction),
        () if extraction is None else extraction.marks,
    )  # fmt: skip


def _proposed(index: Index, extraction: Extraction) -> str:
    """Say who proposed a passage, by which rule and how often that is right."""
    measured = "not measured" if extraction.confidence is None else f"{extraction.confidence:.2f}"
    words = f"rule {extraction.rule}, confidence {measured}"
    words += f", by {_label(index, extraction.extractor)} {extraction.version}"
    return words + (f"; a reviewer mended {' and '.join(extraction.mended)}" if extraction.mended else "")


def _set_aside(exception: GuardException, item: Evidence) -> str:
    inside = item.start <= exception.start and exception.end <= item.end
    return f"{'inside' if inside else 'outside'} the quote, “{exception.cue}”: {exception.reason}"


def explain(
    triples: Iterable[Triple | Quad],
    words: Iterable[str],
    prefixes: Mapping[str, str],
    texts: Mapping[str, SourceText] | None = None,
) -> list[Explanation]:
    """Explain a claim, an evidence, an inference, or an edge.

    Args:
        triples: the whole dataset.
        words: one id (the digits or their first four or more, a CURIE, an IRI), or three: subject, relation and
            object of an edge, by name.
        prefixes: for CURIEs.
        texts: the documents, for whole sentences.

    Returns:
        One explanation, or one for each way in which an edge came about.

    Raises:
        ImnmError: ``explain-unknown`` with the nearest, ``explain-ambiguous``.
    """
    explainer = _Explainer(triples, texts or {})
    given = list(words)
    if len(given) == 3:
        return _explain_edge(explainer, given, prefixes)
    if len(given) != 1:
        raise ImnmError("explain-unknown", "give one id, or subject, relation and object", "see --help")
    node = _find(explainer, given[0], prefixes)
    if node.value in explainer.claims:
        return [explainer.claim(explainer.claims[node.value])]
    for claim in explainer.claims.values():
        if any(item.iri == node for item in claim.evidence):
            return [explainer.claim(claim)]
    return [explainer.inference(node)]


def _find(explainer: _Explainer, text: str, prefixes: Mapping[str, str]) -> NamedNode:
    known = set(explainer.claims)
    known |= {item.iri.value for claim in explainer.claims.values() for item in claim.evidence}
    for class_ in (IMNM.Inference, OWL.NegativePropertyAssertion):
        known |= {node.value for node in explainer.index.instances(class_)}
    prefix, _, local = text.partition(":")
    iri = prefixes[prefix] + local if prefix in prefixes else text.strip("<>")
    if iri in known:
        return NamedNode(iri)
    digits = iri.removeprefix(BASE).rpartition("/")[2]
    matches = sorted(x for x in known if x.rsplit("/", 1)[1].startswith(digits)) if _DIGITS.fullmatch(digits) else []
    if len(matches) > 1:
        listed = ", ".join(match.removeprefix(BASE).replace("/", ":")[:24] for match in matches[:4])
        raise ImnmError("explain-ambiguous", f"'{text}' is the start of {listed}", "give more digits")
    if not matches:
        names = [iri.rsplit("/", 1)[1] for iri in sorted(explainer.claims)]
        raise ImnmError(
            "explain-unknown", f"there is no claim, evidence or inference '{text}'",
            nearest(text, names, "see 'imnm-kg query claims-by-certainty'"),
        )  # fmt: skip
    return NamedNode(matches[0])


def _explain_edge(explainer: _Explainer, words: list[str], prefixes: Mapping[str, str]) -> list[Explanation]:
    def node(word: str, namespace: str) -> NamedNode:
        prefix, colon, local = word.partition(":")
        if colon and prefix in prefixes:
            return NamedNode(prefixes[prefix] + local)
        iri = word.strip("<>") if "://" in word else namespace + word
        return NamedNode(re.sub(r'[\s<>"{}|\\^`]', "-", iri))  # what cannot be in an IRI names nothing

    index = explainer.index
    subject, predicate, object_ = node(words[0], ENTITY), node(words[1], IMNM), node(words[2], ENTITY)
    # An object is an entity, a value of the ontology such as Phase2, or a text.
    objects: tuple[NamedNode | Literal, ...] = (object_, node(words[2], IMNM), Literal(words[2]))

    def says(each: NamedNode, keys: tuple[NamedNode, NamedNode], ends: tuple[NamedNode, ...]) -> bool:
        return (
            index.node(each, keys[0]) == subject
            and index.node(each, keys[1]) == predicate
            and any(value in index.objects(each, end) for value in objects for end in ends)
        )

    positive, negative = (RDF.subject, RDF.predicate), (OWL.sourceIndividual, OWL.assertionProperty)
    nodes = [each for each in index.instances(IMNM.Inference) if says(each, positive, (RDF.object,))]
    targets = (OWL.targetIndividual, OWL.targetValue)
    nodes += [each for each in index.instances(OWL.NegativePropertyAssertion) if says(each, negative, targets)]
    # Also the claims that are no edge: beside a denial the hedged claim must be seen, and the other way round.
    premises = {str(premise) for each in nodes for premise in index.objects(each, PROV.wasDerivedFrom)}
    stated = [
        explainer.claim(claim) for claim in explainer.claims.values()
        if (claim.subject, claim.predicate) == (subject, predicate) and claim.object in objects
        and str(claim.iri) not in premises
    ]  # fmt: skip
    if nodes or stated:
        return [*(explainer.inference(each) for each in nodes), *stated]
    for term in (subject, predicate, object_):
        if index.text(term, RDFS.label) is None:
            namespace = IMNM if term == predicate else ENTITY
            names = {
                x.value.removeprefix(namespace) for c in explainer.claims.values() for x in _terms(c, term == predicate)
            }
            raise ImnmError("explain-unknown", f"the graph does not know <{term.value}>", nearest(
                term.value.removeprefix(namespace), names, "see 'imnm-kg query entities'"))  # fmt: skip
    raise ImnmError(
        "explain-unknown", f"no claim and no edge says “{explainer.words(subject, predicate, object_)}”",
        f"see 'imnm-kg query entity-claims -p entity={words[0]}'",
    )  # fmt: skip


def _terms(claim: Claim, relation: bool) -> list[NamedNode]:
    if relation:
        return [claim.predicate]
    return [claim.subject, *([claim.object] if isinstance(claim.object, NamedNode) else [])]
