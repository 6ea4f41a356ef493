# SPDX-License-Identifier: Apache-2.0
"""Markdown: the text is the file, its headings and lists tell the blocks, code and front matter are no text proper."""

from __future__ import annotations

import re
from collections.abc import Iterator

from imnm_kg.model.records import BOILERPLATE, TextRecord
from imnm_kg.reading.blocks import Block
from imnm_kg.reading.plain import MAX_BLOCKS, text_blocks
from imnm_kg.reading.spans import line_spans, stripped
from imnm_kg.reading.streams import Stream, decode
from imnm_kg.reading.zones import references_of, zone_blocks

__all__ = ["markdown_blocks", "read_markdown"]

_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]|$)")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)[ \t]*$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_RULE = re.compile(r" {0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})$")
_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])(?:[ \t]|$)")
_CODE = re.compile(r"(?: {4}| {0,3}\t)")
# [name]: address, which a reader of the page does not see
_TARGET = re.compile(r" {0,3}\[[^\]\[]{1,200}\]:[ \t]*\S")
_TO = r"(?:\([^()]{0,500}\)|\[[^\]]{0,200}\])"
_IMAGE = re.compile(rf"[ \t]*(?:!\[[^\]]{{0,500}}\]{_TO}[ \t]*|\[!\[[^\]]{{0,500}}\]{_TO}\]{_TO}[ \t]*)+$")
_FRONT = re.compile(r"---[ \t]*\r?\n")
_FRONT_END = re.compile(r"^(?:---|\.\.\.)[ \t]*\r?$", re.MULTILINE)
_FRONT_LONGEST = 20_000


def read_markdown(stream: Stream) -> TextRecord:
    """Read a Markdown file; the text is the file as it is.

    Raises:
        ImnmError: as ``read_plain``.
    """
    text = decode(stream.whole(), stream)
    if not text.strip():
        raise stream.empty()
    blocks = markdown_blocks(text)
    if not any(block.level for block in blocks):  # without a heading it is as good as plain text
        blocks = _with_guesses(text, blocks)
    zones, title = zone_blocks(text, blocks)
    return TextRecord(stream.stem, text, zones, title=title, source=stream.shown, references=references_of(text, zones))


def _with_guesses(text: str, blocks: list[Block]) -> list[Block]:
    guesses = {(block.start, block.end): block for block in text_blocks(text)}
    return [block if block.kind else guesses.get((block.start, block.end), block) for block in blocks]


def markdown_blocks(text: str) -> list[Block]:
    """Return the headings, paragraphs, items of lists and code of a Markdown text; none of a text that has too many."""
    blocks: list[Block] = []
    for block in _blocks(text):
        blocks.append(block)
        if len(blocks) > MAX_BLOCKS:
            return []
    return blocks


def _front_matter(text: str) -> int:
    """Return where the front matter ends, 0 where there is none."""
    opening = _FRONT.match(text)
    closing = _FRONT_END.search(text, opening.end(), opening.end() + _FRONT_LONGEST) if opening else None
    return closing.end() if closing else 0


class _Paragraph:
    """The paragraph that is being read."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._start = -1
        self._end = -1
        self.listed = False

    @property
    def open(self) -> bool:
        return self._start >= 0

    def add(self, start: int, end: int) -> None:
        if not self.open:
            self._start = start
        self._end = end

    def take(self, level: int = 0) -> Iterator[Block]:
        """Yield the paragraph, if one is open, and close it."""
        if self.open:
            start, end = stripped(self._text, self._start, self._end)
            yield Block(start, end, level=level, listed=self.listed and not level)
        self._start, self.listed = -1, False


def _blocks(text: str) -> Iterator[Block]:
    start = _front_matter(text)
    if start:
        yield Block(*stripped(text, 0, start), BOILERPLATE)
    paragraph = _Paragraph(text)
    fence, code = "", -1  # the opening fence, and where the code began
    in_list = blank = False
    last = start
    for begin, stop in line_spans(text, start, len(text)):
        line = text[begin : min(stop, begin + 2000)].rstrip("\r")
        if fence:
            if (closing := _FENCE.match(line)) and closing[1].startswith(fence) and not line[closing.end() :].strip():
                yield Block(*stripped(text, code, stop), BOILERPLATE)
                fence = ""
        elif not line.strip():
            yield from paragraph.take()
            blank = True
        elif opening := _FENCE.match(line):
            yield from paragraph.take()
            fence, code, in_list = opening[1], begin, in_list and line[0] == " "
        elif heading := _HEADING.match(line):
            yield from paragraph.take()
            yield Block(*stripped(text, begin, stop), level=len(heading[1]))
            in_list = False
        elif paragraph.open and not paragraph.listed and (under := _UNDERLINE.match(line)):
            paragraph.add(begin, stop)
            yield from paragraph.take(1 if under[1][0] == "=" else 2)
        elif _RULE.match(line):
            yield from paragraph.take()
        elif (_CODE.match(line) and not paragraph.open and not in_list) or _TARGET.match(line) or _IMAGE.match(line):
            yield from paragraph.take()
            yield Block(*stripped(text, begin, stop), BOILERPLATE)
        elif _ITEM.match(line):
            yield from paragraph.take()
            paragraph.add(begin, stop)
            paragraph.listed = in_list = True
        else:
            in_list = in_list and (not blank or line[0] in " \t")
            paragraph.add(begin, stop)
        blank = blank and not line.strip()
        last = stop
    if fence:
        yield Block(*stripped(text, code, last), BOILERPLATE)
    yield from paragraph.take()
