# SPDX-License-Identifier: Apache-2.0
"""Verify: find every quote again in its document, by strict equality, and say where a text diverges.

Nothing is forgiven: no case folding, no white space, no dots for left-out words. A quote is equal or it is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from imnm_kg.errors import ImnmError, Place
from imnm_kg.model.claims import Claim, Evidence, Index
from imnm_kg.model.documents import SourceText
from imnm_kg.model.findings import Finding
from imnm_kg.model.namespaces import DOCUMENT, IMNM

__all__ = ["Verification", "nearest_divergence", "verify"]

_AROUND = 32


@dataclass(frozen=True)
class Verification:
    """The result: how many quotes were checked in which documents, and what was found."""

    checked: int
    documents: tuple[str, ...]
    findings: tuple[Finding, ...]


def verify(
    claims: Sequence[Claim],
    index: Index,
    texts: Mapping[str, SourceText],
    place_of: Callable[[str], Place | None],
) -> Verification:
    """Check the documents' hashes and every quote with its prefix, suffix and offsets.

    Args:
        claims: the claims with their evidence.
        index: the triples, for what the graph says of each document.
        texts: the documents by id.
        place_of: where the block of a subject stands, for the findings.

    Raises:
        ImnmError: ``verify-nothing`` when there is no quote to check.
    """
    evidence = {item.iri.value: item for claim in claims for item in claim.evidence}
    used = sorted({item.document.value.removeprefix(DOCUMENT) for item in evidence.values()})
    # A text that only a program has read so far need not be at hand: nothing of it is in the release.
    read = {
        item.document.value.removeprefix(DOCUMENT)
        for item in evidence.values()
        if item.extraction is None or item.review_status == "Reviewed"
    }
    findings = [
        finding for id_ in used if id_ in read or id_ in texts
        for finding in _check_document(id_, index, texts, place_of)
    ]  # fmt: skip
    checked = 0
    for iri in sorted(evidence):
        item = evidence[iri]
        text = texts.get(item.document.value.removeprefix(DOCUMENT))
        if text is None:
            continue
        checked += 1
        findings.extend(finding._replace(place=place_of(iri)) for finding in _check_quote(item, text))
    if checked == 0:
        raise ImnmError(
            "verify-nothing",
            "not one quote was checked: no claim has a quote from a document of this folder",
            "give the folder that holds the documents' texts with --documents",
        )
    return Verification(checked, tuple(id_ for id_ in used if id_ in texts), tuple(findings))


def _check_document(
    id_: str, index: Index, texts: Mapping[str, SourceText], place_of: Callable[[str], Place | None]
) -> Iterator[Finding]:
    node = DOCUMENT.term(id_)
    place = place_of(node.value)
    text = texts.get(id_)
    if text is None:
        message = f"document {id_}: its text {id_}.txt is not in the folder, its quotes were not checked"
        yield Finding("document-absent", message, place, node.value)
        return
    sha256 = index.text(node, IMNM.textSha256)
    if sha256 != text.sha256:
        message = (
            f"document {id_}: the text at {text.path} is not the one that was curated (sha256 {text.sha256[:12]}…,"
            f" curated {(sha256 or 'none')[:12]}…); its quotes were checked all the same"
        )
        yield Finding("document-differs", message, place, node.value)
    length = index.number(node, IMNM.textLength)
    if sha256 == text.sha256 and length != len(text.text):
        message = f"document {id_}: the text has {len(text.text)} code points, imnm:textLength says {length}"
        yield Finding("document-length", message, place, node.value)


def _check_quote(item: Evidence, text: SourceText) -> Iterator[Finding]:
    found = text.text[item.start : item.end]
    if found != item.quote:
        message = f"quote of {item.iri.value.rsplit('/', 1)[1]} is not at {item.start}-{item.end}"
        message += f" of {text.id}: {nearest_divergence(item.quote, item.start, text)}"
        yield Finding("quote-differs", message, subject=item.iri.value)
        return
    before = text.text[max(0, item.start - _AROUND) : item.start]
    after = text.text[item.end : item.end + _AROUND]
    for name, is_, should in (("prefix", item.prefix, before), ("suffix", item.suffix, after)):
        if is_ != should:
            message = (
                f"{name} of {item.iri.value.rsplit('/', 1)[1]} is {is_!r}, the text of {text.id} has {should!r};"
                f" give the {_AROUND} code points that stand there"
            )
            yield Finding(f"{name}-differs", message, subject=item.iri.value)


def nearest_divergence(quote: str, start: int, text: SourceText) -> str:
    """Say where a quote that is not at its offset is, or where the text first says something else.

    The longest beginning of the quote that the text has anywhere is looked for; of several places the one that
    is nearest to ``start`` counts.
    """
    if quote and (where := _nearest(text.text, quote, start)) is not None:
        return f"it stands at {where}-{where + len(quote)} ({text.place(where)}); mend the offsets"
    low, high = 0, len(quote)
    while low < high:  # the longest prefix that occurs: if one occurs, all shorter ones do
        middle = (low + high + 1) // 2
        low, high = (middle, high) if quote[:middle] in text.text else (low, middle - 1)
    if low == 0:
        return "not even its first character stands in the text"
    where = _nearest(text.text, quote[:low], start)
    assert where is not None
    at = where + low
    expected, actual = quote[low : low + 20], text.text[at : at + 20]
    return f"the text diverges at {at} ({text.place(at)}): the quote has {expected!r}, the text {actual!r}"


def _nearest(text: str, piece: str, start: int) -> int | None:
    after = text.find(piece, max(0, start))
    before = text.rfind(piece, 0, max(0, start) + len(piece) - 1)
    places = [place for place in (before, after) if place >= 0]
    return min(places, key=lambda place: abs(place - start)) if places else None
