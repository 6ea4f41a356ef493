# SPDX-License-Identifier: Apache-2.0
"""An explanation: why the graph says something, down to quotes and sources, as values."""

from __future__ import annotations

from dataclasses import dataclass

from imnm_kg.model.claims import ExtractionMark

__all__ = ["Explanation", "Link", "Passage"]


@dataclass(frozen=True)
class Passage:
    """A quote in its surroundings.

    Attributes:
        before: what stands before the quote in its sentence, or the stored prefix.
        quote: the quote.
        after: what stands after it.
        whole: whether the sentence is whole, because the document was at hand.
        role: ``Statement`` or ``Antecedent``.
        certainty: how sure the text is, for a statement.
        document: the title of the document.
        publisher: who published it.
        url: its address, if one is known.
        place: code points in the document, half-open.
        reviews: who read it, in words.
        exceptions: cues in the sentence that do not bear on the claim: whether inside the quote, and why.
        status: ``Reviewed``, ``Proposed`` or ``Rejected``.
        proposed: by which rule of which program, in words; none where it was found by hand.
        marks: the words that took part in the extraction, by place in the document.
    """

    before: str
    quote: str
    after: str
    whole: bool
    role: str
    certainty: str | None
    document: str
    publisher: str | None
    url: str | None
    place: tuple[int, int]
    reviews: tuple[str, ...]
    exceptions: tuple[str, ...]
    status: str | None = None
    proposed: str | None = None
    marks: tuple[ExtractionMark, ...] = ()


@dataclass(frozen=True)
class Link:
    """What speaks for or against a claim: the other claim in words, and the curator's reason."""

    kind: str
    other: str
    iri: str
    reason: str


@dataclass(frozen=True)
class Explanation:
    """Why the graph says something.

    Attributes:
        iri: what is explained.
        kind: claim, edge, negative assertion or inference.
        statement: it in words.
        facts: polarity, certainty, population and context, in words.
        passages: the quotes, for a claim.
        links: disputes and supports, for a claim.
        rule: the rule that made it, for what was inferred.
        premises: what it was made from.
    """

    iri: str
    kind: str
    statement: str
    facts: tuple[tuple[str, str], ...] = ()
    passages: tuple[Passage, ...] = ()
    links: tuple[Link, ...] = ()
    rule: str | None = None
    premises: tuple[Explanation, ...] = ()
