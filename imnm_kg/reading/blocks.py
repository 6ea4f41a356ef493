# SPDX-License-Identifier: Apache-2.0
"""Blocks of a text, its paragraphs and headings, and how they become zones once each has its kind."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from imnm_kg.model.records import ABSTRACT, BODY, CITATION, REFERENCES, TextZone
from imnm_kg.reading.boilerplate import plain_line
from imnm_kg.reading.references import is_reference_heading
from imnm_kg.reading.spans import stripped

__all__ = ["LONGEST_LINE", "Block", "block_line", "is_section_name", "merged"]

# Nothing that a rule looks at closely is longer.
LONGEST_LINE = 400
# Levels of what is no heading of the markup: a line that looks like one, a label at the start of a paragraph.
_GUESSED, _MARK = 98, 99
_UNDERLINE = re.compile(r"\n[ \t]*[=-]+$")

# Words with which the label of a section of an abstract begins.
_SECTION_WORDS = (
    "abstract|aims?|background|case|clinical|conclusions?|context|data|designs?|diagnos[ei]s|discussion|evidence"
    "|exposures?|findings?|funding|hypothes[ei]s|importance|in conclusion|interpretation|interventions?|introduction"
    "|key|level|limitations?|main|materials?|measurements?|methods?|methodology|objectives?|outcomes?|participants|patients?"
    "|plain|primary|procedures?|purpose|rationale|recent|registration|relevance|results?|settings?|significance"
    "|statistics?|statistical|study|studies|subjects|summary|therapy|treatment|trial"
)
_SECTION = re.compile(
    rf"(?:{_SECTION_WORDS})(?:[\s,/&]+(?:{_SECTION_WORDS}|of|and|the|to|in|for|review|points|measures|practice|analysis))*",
    re.IGNORECASE,
)
_CAPITALISED = "|".join(word[0].upper() + word[1:] for word in _SECTION_WORDS.split("|") if word[0].isalpha())
_LABEL_END = re.compile(r":\s")
_LABEL_LONGEST = 64
_LABEL = re.compile(
    # at the start of a line any capitals, or a known word with one capital
    rf"(?:\A|\n[^\S\n]*)(?P<line>[A-Z][A-Z /,&'’()-]{{2,60}}|(?:{_CAPITALISED}),?(?:[ /][A-Za-z,/]{{2,14}}){{0,4}})\Z"
    # after a sentence a known word in capitals
    rf"|[.?!)\]]\s+(?P<inside>(?:{_SECTION_WORDS.upper()})\b[A-Z /,&'’()-]{{0,50}})\Z"
)


@dataclass(slots=True)
class Block:
    """A paragraph, a heading, a line or an item of a list.

    Attributes:
        start: its first code point.
        end: the code point after its last; no white space at either end.
        kind: of zone, where the markup or a rule tells it.
        level: of a heading, 1 for the highest; 0 for other blocks.
        guessed: that it is a heading was guessed from the look of the line.
        listed: it is an item of a list.
        item: number of the item that it is a part of, where the markup tells; 0 else.
        fixed: the markup says the kind, and no rule changes it.
    """

    start: int
    end: int
    kind: str = ""
    level: int = 0
    guessed: bool = False
    listed: bool = False
    item: int = 0
    fixed: bool = False


def block_line(text: str, block: Block) -> str:
    """Return the words of a block as one plain line, empty for one that is too long for a line."""
    if block.end - block.start > LONGEST_LINE:
        return ""
    passage = text[block.start : block.end]
    return plain_line(_UNDERLINE.sub("", passage) if block.level else passage)


def is_section_name(line: str) -> bool:
    """Tell whether a line is the usual name of a section of an abstract or article."""
    return _SECTION.fullmatch(line) is not None


@dataclass(slots=True)
class _Heads:
    """The headings that a place of the text stands under."""

    open: list[tuple[int, str]]

    def add(self, level: int, label: str) -> None:
        self.close(level)
        self.open.append((level, label))

    def close(self, level: int) -> None:
        self.open = [head for head in self.open if head[0] < level]

    @property
    def label(self) -> str:
        return self.open[-1][1] if self.open else ""

    @property
    def section(self) -> str:
        return self.open[0][1] if len(self.open) > 1 else ""


def merged(text: str, blocks: Sequence[Block]) -> Iterator[TextZone]:
    """Join neighbours of one kind under one heading."""
    heads = _Heads([])
    labels = [_labels(text, block) for block in blocks]
    structured = len({label for found in labels for _, label in found}) > 1
    kind, start, end, label, section, bare = "", 0, 0, "", "", False
    for block, found in zip(blocks, labels, strict=True):
        pieces = found if found and found[0][0] == block.start else [(block.start, ""), *found]
        for i, (first, mark) in enumerate(pieces):
            last = pieces[i + 1][0] if i + 1 < len(pieces) else block.end
            last = stripped(text, first, last)[1]
            now = block.kind or (ABSTRACT if mark and structured else BODY)
            if block.level and now in (BODY, ABSTRACT, REFERENCES):
                heads.add(_GUESSED if block.guessed else block.level, block_line(text, block).rstrip(" :"))
            if mark:
                heads.add(_MARK, mark)
            elif now == CITATION:
                heads.close(_GUESSED)
            elif now == BODY and not structured:
                heads.close(_MARK)
            name, outer = _name(heads, now)
            # A heading directly below another leaves that no text of its own.
            if kind == now and ((name, outer) == (label, section) or (bare and block.level)):
                end, label, section = last, name, outer
                bare = bare and bool(block.level)
                continue
            if kind:
                yield TextZone(kind, start, end, label, section if section != label else "")
            kind, start, end, label, section, bare = now, first, last, name, outer, bool(block.level)
    if kind:
        yield TextZone(kind, start, end, label, section if section != label else "")


def _name(heads: _Heads, kind: str) -> tuple[str, str]:
    """Return label and section of what stands here; a list of references has its own heading or none."""
    if kind in (BODY, ABSTRACT) or (kind == REFERENCES and is_reference_heading(heads.label)):
        return heads.label, heads.section
    return "", ""


def _labels(text: str, block: Block) -> list[tuple[int, str]]:
    """Return place and name of each section label that a paragraph has inside: ``METHODS: …``."""
    labels: list[tuple[int, str]] = []
    if block.kind or block.level:
        return labels
    for end in _LABEL_END.finditer(text, block.start, block.end):
        # From the front of the paragraph, or with the end of the sentence before the label.
        begin = max(block.start, end.start() - _LABEL_LONGEST)
        found = _LABEL.search(text[begin : end.start()])
        if found is None or (
            begin > block.start and found.start() == 0 and found.lastgroup == "line" and text[begin] != "\n"
        ):
            continue
        group = found.lastgroup or ""
        labels.append((begin + found.start(group), found[group].strip()))
    return labels
