# SPDX-License-Identifier: Apache-2.0
"""Guard: a quote keeps the negations and hedges of its sentence, and its claim keeps those of the quote.

"did not improve symptoms" must not become an affirmed claim, neither by quoting "improve symptoms" nor by
overlooking the "not". Every cue of ``ontology/lexicon/guard-cues.tsv`` in the sentences that a quote touches must be
inside the quote; a negation in the quote makes the claim negated; a hedge in it sets a ceiling to the certainty.
Where that is not so, there must be a guard exception for that very cue, with a reason.

What a program proposed is not yet a claim of the graph: its concerns are for the reviewer and no findings of a build.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from imnm_kg.errors import ImnmError, Place
from imnm_kg.model.claims import RANKS, Claim, Evidence
from imnm_kg.model.documents import SourceText
from imnm_kg.model.findings import Finding
from imnm_kg.model.namespaces import DOCUMENT
from imnm_kg.rdf.files import read_text

__all__ = ["Concern", "CuePlace", "Cues", "guard", "guard_passage", "read_cues"]

_KINDS = ("negation", "hedge", "frequency")


def _plain(word: str) -> str:
    return " ".join(word.lower().split())


@dataclass(frozen=True)
class Cues:
    """The words to look for.

    Attributes:
        pattern: finds any of them.
        kinds: negation, hedge or frequency, by word.
        ceilings: the surest that a claim with the word in its quote may be, by word; not every word has one.
    """

    pattern: re.Pattern[str]
    kinds: dict[str, str]
    ceilings: dict[str, str]

    def kind(self, word: str) -> str:
        """Return the kind of a word as it was found; "n't" with any apostrophe is a negation."""
        return self.kinds.get(_plain(word), "negation")

    def ceiling(self, word: str) -> str | None:
        """Return the surest certainty that the word allows, if it sets a limit."""
        return self.ceilings.get(_plain(word))


def read_cues(path: Path, shown: str | None = None) -> Cues:
    """Read the list of cues, a table of cue, kind and, where there is one, ceiling.

    Raises:
        ImnmError: ``lexicon-syntax`` with the line.
    """
    name = shown or str(path)
    kinds: dict[str, str] = {}
    ceilings: dict[str, str] = {}
    for number, line in enumerate(read_text(path, name).splitlines(), 1):
        if line.startswith("#") or line.startswith("cue\tkind") or not line:
            continue
        cue, kind, ceiling, *more = [*line.split("\t"), "", ""]
        if kind not in _KINDS or ceiling not in ("", *RANKS) or any(more):
            what = f"'{line}' is not a cue, a tab and one of {', '.join(_KINDS)}"
            raise ImnmError("lexicon-syntax", what, "mend the line", Place(name, number))
        kinds[cue] = kind
        if ceiling:
            ceilings[cue] = ceiling
    if not kinds:
        raise ImnmError("lexicon-syntax", "the list has no cue", "restore it", Place(name, 1))
    words = sorted(kinds, key=len, reverse=True)
    # "n't" hangs on to its verb; every other cue is whole words.
    alternatives = "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in words if word != "n't")
    return Cues(re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)|n['’]t(?!\w)", re.IGNORECASE), kinds, ceilings)


class CuePlace(NamedTuple):
    """A cue where it was found, code points of the document."""

    word: str
    start: int
    end: int


class Concern(NamedTuple):
    """What the guard has to say of a passage, and the cues for which exceptions would settle it, if any would."""

    finding: Finding
    cues: tuple[CuePlace, ...] = ()


def guard(
    claims: Sequence[Claim],
    texts: Mapping[str, SourceText],
    cues: Cues,
    place_of: Callable[[str], Place | None],
) -> list[Finding]:
    """Return a finding for each cue that a statement's quote cuts off or that its claim does not keep.

    Without the text of a document only what is inside the quotes can be looked at. Antecedents are left out: they
    supply a name and state nothing. So are passages that were rejected, or that a program proposed and nobody has read.
    """
    findings: list[Finding] = []
    seen: set[str] = set()
    for claim in claims:
        for item in claim.evidence:
            if item.iri.value in seen or item.review_status == "Rejected" or _only_extracted(item):
                continue
            seen.add(item.iri.value)
            text = texts.get(item.document.value.removeprefix(DOCUMENT))
            for concern in guard_passage(claim, item, text, cues):
                # Places are looked up only when needed: that takes long.
                findings.append(concern.finding._replace(place=place_of(item.iri.value)))
    return findings


def _only_extracted(item: Evidence) -> bool:
    return item.extraction is not None and item.review_status == "Proposed"


def guard_passage(claim: Claim, item: Evidence, text: SourceText | None, cues: Cues) -> list[Concern]:
    """Return what the guard has to say of one passage, whatever its review status.

    Args:
        claim: the claim that it states.
        item: the passage.
        text: its document; none: only what is inside the quote is looked at.
        cues: the words to look for.
    """
    return list(_check(claim, item, text, cues)) if item.role == "Statement" else []


def _check(claim: Claim, item: Evidence, text: SourceText | None, cues: Cues) -> Iterator[Concern]:
    if text is None:
        found = _cues_in(item.quote, 0, len(item.quote), item.start, cues)
    elif text.text[item.start : item.end] == item.quote:
        sentence = text.sentence_around(item.start, item.end)
        found = _cues_in(text.text, sentence.start, sentence.end, 0, cues)
    else:
        return  # verify names it; where it should stand is not known
    excepted = {(exception.start, exception.end): exception for exception in item.exceptions}
    inside = []
    for cue in found:
        if excepted.pop((cue.start, cue.end), None) is not None:
            continue
        if item.start <= cue.start and cue.end <= item.end:
            inside.append(cue)
            continue
        assert text is not None
        message = (
            f"the quote for “{claim.label}” cuts off the {cues.kind(cue.word)} “{cue.word}” of its sentence"
            f" ({text.place(cue.start)}): take it into the quote, or {_exception(cue)}"
        )
        yield Concern(Finding("guard-cue-cut", message, subject=item.iri.value), (cue,))
    yield from _disagreements(claim, item, inside, cues)
    for exception in excepted.values() if text is not None else ():
        message = (
            f"the guard exception for “{exception.cue}” at {exception.start}-{exception.end} fits no cue of the"
            " sentence: remove it or mend its offsets"
        )
        yield Concern(Finding("guard-exception-unused", message, subject=item.iri.value))


def _cues_in(text: str, start: int, end: int, shift: int, cues: Cues) -> list[CuePlace]:
    found = cues.pattern.finditer(text, start, end)
    return [CuePlace(match.group(), match.start() + shift, match.end() + shift) for match in found]


def _exception(cue: CuePlace) -> str:
    return f"give a guard exception for {cue.start}-{cue.end} with the reason why it does not bear on the claim"


def _disagreements(claim: Claim, item: Evidence, inside: Sequence[CuePlace], cues: Cues) -> Iterator[Concern]:
    """Compare polarity and certainty with the cues inside the quote."""
    denials = [cue for cue in inside if cues.kind(cue.word) == "negation"]
    marks = () if item.extraction is None else item.extraction.marks
    marked = any(mark.role == "negation" and item.start <= mark.start and mark.end <= item.end for mark in marks)
    if claim.polarity == "Affirmed" and denials:
        message = (
            f"“{claim.label}” is affirmed, but its quote says “{denials[0].word}”: make the claim negated,"
            f" or {_exception(denials[0])}"
        )
        yield Concern(Finding("guard-polarity", message, subject=item.iri.value), tuple(denials))
    if claim.polarity == "Negated" and not denials and not marked:
        message = (
            f"“{claim.label}” is negated, but nothing in its quote denies it: make the claim affirmed,"
            " or quote the words that deny it"
        )
        yield Concern(Finding("guard-polarity", message, subject=item.iri.value))
    for cue in inside:
        ceiling = cues.ceiling(cue.word)
        if ceiling is None or item.certainty not in RANKS:
            continue
        if RANKS.index(item.certainty) > RANKS.index(ceiling):
            message = (
                f"“{claim.label}” is {item.certainty.lower()}, but its quote says “{cue.word}”: make it"
                f" {ceiling.lower()} at most, or {_exception(cue)}"
            )
            yield Concern(Finding("guard-certainty", message, subject=item.iri.value), (cue,))
