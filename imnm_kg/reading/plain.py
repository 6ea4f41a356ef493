# SPDX-License-Identifier: Apache-2.0
"""Plain text: the text is the file, its blocks are paragraphs, and headings are guessed from how a line looks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from imnm_kg.model.records import TITLE, TextRecord, TextZone
from imnm_kg.reading.blocks import LONGEST_LINE, Block
from imnm_kg.reading.boilerplate import is_boilerplate, plain_line
from imnm_kg.reading.references import is_author_line, is_reference_heading, marker_length
from imnm_kg.reading.spans import line_spans, stripped
from imnm_kg.reading.streams import Stream, decode
from imnm_kg.reading.zones import references_of, zone_blocks

__all__ = ["MAX_BLOCKS", "read_plain", "text_blocks", "zones_of_text"]

# A text in more paragraphs is no document; it is read as one body.
MAX_BLOCKS = 100_000
_MANY_LINES = 12
_WRAPPED = 140  # no editor breaks its lines later than this
_EMPTY_LINES = re.compile(r"\n[^\S\n]*\n\s*")
_HEADING_WORDS = 15


def read_plain(stream: Stream) -> TextRecord:
    """Read a file of plain text.

    Raises:
        ImnmError: ``record-empty``, ``record-binary``, ``record-encoding`` or ``record-too-large``, and what
            ``Stream.chunks`` raises.
    """
    text = decode(stream.whole(), stream)
    if not text.strip():
        raise stream.empty()
    zones, title = zones_of_text(text)
    return TextRecord(stream.stem, text, zones, title=title, source=stream.shown, references=references_of(text, zones))


def zones_of_text(text: str, title: str = "") -> tuple[tuple[TextZone, ...], str]:
    """Find zones and title of a text without markup.

    Args:
        text: the text.
        title: its title where that is known; the text may begin with it.
    """
    blocks = text_blocks(text)
    if title and blocks and text[blocks[0].start : blocks[0].end] == title:
        blocks[0].kind = TITLE
    zones, found = zone_blocks(text, blocks)
    return zones, title or found


def text_blocks(text: str) -> list[Block]:
    """Return the paragraphs of a text; lines at their ends that belong to the page, and headings, stand alone."""
    blocks: list[Block] = []
    for start, end in _paragraphs(text):
        blocks.extend(_lines_apart(text, start, end))
        if len(blocks) > MAX_BLOCKS:
            return []
    for block in blocks[:-1]:
        if not block.level and _is_heading(text, block):
            block.level, block.guessed = 1, True
    return blocks


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    start, last = stripped(text, 0, len(text))
    for gap in _EMPTY_LINES.finditer(text, start, last):
        yield start, stripped(text, start, gap.start())[1]
        start = gap.end()
    if start < last:
        yield start, last


def _lines_apart(text: str, start: int, end: int) -> Iterator[Block]:
    """Yield a paragraph, its heading and the lines of the page above and below it as blocks of their own."""
    if text.find("\n", start, end) < 0 or (end - start <= LONGEST_LINE and is_boilerplate(plain_line(text[start:end]))):
        yield Block(start, end)
        return
    spans = list(islice(line_spans(text, start, end), MAX_BLOCKS + 2))
    if any(stop - begin > _WRAPPED for begin, stop in spans):
        # The lines are not wrapped, so each is a paragraph or a heading.
        for begin, stop in spans:
            first, last = stripped(text, begin, stop)
            if first < last:
                yield Block(first, last)
        return
    below: list[Block] = []
    for _ in range(_MANY_LINES):
        stop = text.find("\n", start, end)
        if stop < 0 or not 0 < stop - start <= LONGEST_LINE:
            break
        line = plain_line(text[start:stop])
        heading = is_reference_heading(line) or (line.isupper() and _looks_like_heading(line))
        if not heading and not is_boilerplate(line):
            break
        yield Block(start, stripped(text, start, stop)[1], level=int(heading), guessed=heading)
        start = stripped(text, stop, end)[0]
    for _ in range(_MANY_LINES):
        stop = text.rfind("\n", start, end)
        if stop < 0 or end - stop > LONGEST_LINE or not is_boilerplate(plain_line(text[stop + 1 : end])):
            break
        below.append(Block(*stripped(text, stop, end)))
        end = stripped(text, start, stop)[1]
    yield Block(start, end)
    yield from reversed(below)


def _is_heading(text: str, block: Block) -> bool:
    if block.end - block.start > 120 or "\n" in text[block.start : block.end]:
        return False
    return _looks_like_heading(text[block.start : block.end])


def _looks_like_heading(line: str) -> bool:
    if not line or line[-1] in ".,;!" or len(line.split()) > _HEADING_WORDS or len(line) > 120:
        return False
    if not (line[0].isupper() or line[0].isdigit() or line[0] in "\"“‘'(") or not any(map(str.isalpha, line)):
        return False
    bullet = marker_length(line, 0, len(line)) > 0 and not line[0].isdigit()
    return not bullet and not is_author_line(line)
