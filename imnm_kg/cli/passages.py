# SPDX-License-Identifier: Apache-2.0
"""A passage in its sentence as a person wants to see it, with the quote and the words that took part highlighted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from imnm_kg.cli.output import Style, wrap

if TYPE_CHECKING:
    from imnm_kg.model.explanation import Passage

__all__ = ["marks_in_words", "passage_lines", "sentence_lines"]

_Span = tuple[int, int]


def passage_lines(passage: Passage, style: Style, room: int) -> list[str]:
    """Lay out a passage with its source, its reviews and its guard exceptions."""
    kind = "the words it stands for" if passage.role == "Antecedent" else f"said as {(passage.certainty or '').lower()}"
    if passage.status in ("Proposed", "Rejected"):
        kind += f", {passage.status.lower()}"
    source = passage.document + (f", {passage.publisher}" if passage.publisher else "")
    where = f"{kind}; {source}, characters {passage.place[0]}-{passage.place[1]}"
    lines = [*sentence_lines(passage, style, room), *(f"  {line}" for line in wrap(where, room - 2))]
    if passage.url:
        lines.append(f"  {style(passage.url, 'underline')}")
    if passage.proposed:
        told = [f"proposed by {passage.proposed}", *([marks_in_words(passage)] if passage.marks else [])]
        lines += [style(f"  {part}", "dim") for line in told for part in wrap(line, room - 2)]
    if passage.reviews:
        lines.append(style(f"  read by {', '.join(passage.reviews)}", "dim"))
    for exception in passage.exceptions:
        lines += [style(f"  {part}", "dim") for part in wrap(exception, room - 2)]
    return lines


def marks_in_words(passage: Passage) -> str:
    """Name the words that took part, and those that stand elsewhere in the document with their place."""
    first = passage.place[0] - len(passage.before)
    last = passage.place[1] + len(passage.after)
    return "; ".join(
        f"{mark.role} “{' '.join(mark.text.split())}”"
        + ("" if first <= mark.start and mark.end <= last else f" (at {mark.start}-{mark.end})")
        for mark in passage.marks
    )


def sentence_lines(passage: Passage, style: Style, room: int) -> list[str]:
    """Lay out the sentence in quotation marks: the quote bold and the marks underlined, else in ``[]`` and ``{}``."""
    dots = "" if passage.whole else "…"
    text = f"{dots}{passage.before}{passage.quote}{passage.after}{dots}"
    text = "".join(" " if character.isspace() else character for character in text)
    start = len(dots) + len(passage.before)
    quote = (start, start + len(passage.quote))
    shift = start - passage.place[0]
    spans = [(mark.start + shift, mark.end + shift) for mark in passage.marks]
    marks = _joined(span for span in spans if span[0] >= len(dots) and span[1] <= len(text) - len(dots))
    if not style.colours:
        # What is inside closes before what is around it, and opens after it.
        signs = [(end, 0, "}") for _, end in marks] + [(quote[1], 1, "]"), (quote[0], 2, "[")]
        signs += [(first, 3, "{") for first, _ in marks]
        for place, _, sign in sorted(signs, reverse=True):
            text = text[:place] + sign + text[place:]
        lines = wrap(text, room - 2)
    else:
        lines = _styled(text, quote, marks, style, room - 2)
    lines = [f"“{line}" if number == 0 else f" {line}" for number, line in enumerate(lines)]
    lines[-1] += "”"
    return lines


def _joined(spans: Iterable[_Span]) -> list[_Span]:
    """Return spans in order, those that overlap as one."""
    made: list[_Span] = []
    for first, last in sorted(spans):
        if made and first < made[-1][1]:
            made[-1] = (made[-1][0], max(last, made[-1][1]))
        else:
            made.append((first, last))
    return made


def _styled(text: str, quote: _Span, marks: list[_Span], style: Style, width: int) -> list[str]:
    """Wrap the text and highlight quote and marks on every line they run over."""
    borders = sorted({0, len(text), *quote, *(place for span in marks for place in span)})
    lines, at = [], 0
    for line in wrap(text, width):
        start = text.index(line, at) if line in text[at:] else at
        at = start + len(line)
        cuts = [start, *(place for place in borders if start < place < at), at]
        lines.append("".join(_piece(text, cuts[i], cuts[i + 1], quote, marks, style) for i in range(len(cuts) - 1)))
    return lines


def _piece(text: str, first: int, last: int, quote: _Span, marks: list[_Span], style: Style) -> str:
    names = ["bold", "yellow"] if quote[0] <= first < quote[1] else []
    if any(start <= first < end for start, end in marks):
        names = [*(names or ["bold"]), "underline"]
    return style(text[first:last], *names) if names else text[first:last]
