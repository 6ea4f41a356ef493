# SPDX-License-Identifier: Apache-2.0
"""Guard: no quote may cut off a negation, a hedge or a limit of frequency that stands in its sentence.

"did not improve symptoms" must not become an affirmed claim by quoting "improve symptoms". Every cue of
``ontology/lexicon/guard-cues.tsv`` in the sentences that a quote touches must be inside the quote, or there must
be a guard exception for that very place, with a reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from imnm_kg.errors import ImnmError, Place
from imnm_kg.model.claims import Claim, Evidence
from imnm_kg.model.documents import SourceText
from imnm_kg.model.findings import Finding
from imnm_kg.model.namespaces import DOCUMENT
from imnm_kg.rdf.files import read_text

__all__ = ["Cues", "guard", "read_cues"]

_KINDS = ("negation", "hedge", "frequency")


@dataclass(frozen=True)
class Cues:
    """The words to look for: one pattern, and the kind of each word."""

    pattern: re.Pattern[str]
    kinds: dict[str, str]


def read_cues(path: Path, shown: str | None = None) -> Cues:
    """Read the list of cues, a table of cue and kind.

    Raises:
        ImnmError: ``lexicon-syntax`` with the line.
    """
    name = shown or str(path)
    kinds: dict[str, str] = {}
    for number, line in enumerate(read_text(path, name).splitlines(), 1):
        if line.startswith("#") or line == "cue\tkind" or not line:
            continue
        cue, _, kind = line.partition("\t")
        if kind not in _KINDS:
            what = f"'{line}' is not a cue, a tab and one of {', '.join(_KINDS)}"
            raise ImnmError("lexicon-syntax", what, "mend the line", Place(name, number))
        kinds[cue] = kind
    words = sorted(kinds, key=len, reverse=True)
    # "n't" hangs on to its verb; every other cue is whole words.
    alternatives = "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in words if word != "n't")
    return Cues(re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)|n['’]t(?!\w)", re.IGNORECASE), kinds)


def guard(
    claims: Sequence[Claim],
    texts: Mapping[str, SourceText],
    cues: Cues,
    place_of: Callable[[str], Place | None],
) -> list[Finding]:
    """Return a finding for each cue that a statement's quote cuts off, and for each exception that fits none.

    Antecedents are left out: they supply a name and state nothing.
    """
    findings: list[Finding] = []
    seen: set[str] = set()
    for claim in claims:
        for item in claim.evidence:
            text = texts.get(item.document.value.removeprefix(DOCUMENT))
            if text is None or item.role != "Statement" or item.iri.value in seen:
                continue
            seen.add(item.iri.value)
            findings.extend(_check(claim, item, text, cues, place_of(item.iri.value)))
    return findings


def _check(claim: Claim, item: Evidence, text: SourceText, cues: Cues, place: Place | None) -> Iterator[Finding]:
    if text.text[item.start : item.end] != item.quote:
        return  # verify names it; where it should stand is not known
    sentence = text.sentence_around(item.start, item.end)
    excepted = {(exception.start, exception.end): exception for exception in item.exceptions}
    for found in cues.pattern.finditer(text.text, sentence.start, sentence.end):
        if item.start <= found.start() and found.end() <= item.end:
            continue
        if excepted.pop((found.start(), found.end()), None) is not None:
            continue
        kind = cues.kinds.get(" ".join(found.group().lower().split()), "negation")
        message = (
            f"the quote for “{claim.label}” cuts off the {kind} “{found.group()}” of its sentence"
            f" ({text.place(found.start())}): take it into the quote, or give a guard exception"
            f" for {found.start()}-{found.end()} with the reason why it does not bear on the claim"
        )
        yield Finding("guard-cue-cut", message, place, item.iri.value)
    for exception in excepted.values():
        message = (
            f"the guard exception for “{exception.cue}” at {exception.start}-{exception.end} fits no cue that the"
            " quote cuts off: remove it or mend its offsets"
        )
        yield Finding("guard-exception-unused", message, place, item.iri.value)
