# SPDX-License-Identifier: Apache-2.0
"""Zones of a text: what of it is title, body, list of references, citation, or only belongs to the page."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from itertools import groupby

from imnm_kg.model.records import (
    ABSTRACT,
    BODY,
    BOILERPLATE,
    CITATION,
    REFERENCES,
    TITLE,
    Reference,
    TextZone,
)
from imnm_kg.reading.blocks import Block, block_line, is_section_name, merged
from imnm_kg.reading.boilerplate import announces_links, is_boilerplate, is_menu_item, plain_line
from imnm_kg.reading.references import (
    begins_with_author,
    citation_features,
    is_author_line,
    is_reference_heading,
    marker_length,
    parse_references,
)

__all__ = ["references_of", "zone_blocks"]

_CITATION_LONGEST = 1500
_STRANGERS = 3  # blocks between entries that may not look like one
_AMBIGUOUS = re.compile(r"sources|citations", re.IGNORECASE)  # also of exposure, of funding
_IDS = frozenset(("doi", "pmid", "pmcid"))
_TOP = 40  # blocks above the text proper, at most
_PLACES = frozenset(("issue", "doi", "pmid", "pmcid"))
# A line with one of these says something; a title of an article has none.
_SAYS = re.compile(
    r"\b(?:was|were|is|are|has|have|had|did|does|do|may|might|can|could|should|will|showed|shows"
    r"|found|we|our|this|these|there)\b",
    re.IGNORECASE,
)
_SMALL_WORD = re.compile(r"\b[a-z]{2,}\b")
_SENTENCE_END = re.compile(r"[.!?][)\]\"'”’]*$")
_WORD = re.compile(r"[^\W\d_]{3,}|[A-Z]{2,}\d*")
_STOP = frozenset((
    "about", "above", "after", "ages", "also", "among", "and", "are", "been", "before", "between", "both", "for",
    "from", "has", "have", "how", "into", "its", "more", "most", "new", "not", "now", "other", "our", "over", "than",
    "that", "the", "their", "these", "this", "those", "through", "under", "use", "used", "using", "was", "were",
    "what", "when", "which", "who", "will", "with", "without", "you", "your",
))  # fmt: skip


def zone_blocks(text: str, blocks: Sequence[Block]) -> tuple[tuple[TextZone, ...], str]:
    """Find the zones of a text and its title.

    Args:
        text: the text.
        blocks: its blocks in order; the rules write into them what they find.

    Returns:
        The zones, and the title where a heading is one, else an empty string.
    """
    for block in blocks:
        block.fixed = bool(block.kind)
    _mark_references(text, blocks)
    _mark_citations(text, blocks)
    _mark_boilerplate(text, blocks)
    title = _mark_top(text, blocks)
    return tuple(merged(text, blocks)), block_line(text, title) if title is not None else ""


def references_of(text: str, zones: Sequence[TextZone], blocks: Sequence[Block] = ()) -> tuple[Reference, ...]:
    """Return the references of all lists and citations of a text.

    Args:
        text: the text.
        zones: its zones.
        blocks: its blocks, where they tell the items of lists.
    """
    starts = [block.start for block in blocks]
    found: list[Reference] = []
    for zone in zones:
        if zone.kind not in (REFERENCES, CITATION):
            continue
        inside = blocks[bisect_left(starts, zone.start) : bisect_left(starts, zone.end)]
        items = [list(parts) for item, parts in groupby(inside, key=lambda block: block.item) if item]
        entries = [TextZone(CITATION, parts[0].start, parts[-1].end) for parts in items] or [zone]
        found.extend(reference for entry in entries for reference in parse_references(text, entry))
    return tuple(found)


def _is_prose(text: str, block: Block) -> bool:
    size = block.end - block.start
    return size >= 200 or (size >= 80 and _SENTENCE_END.search(text, block.end - 5, block.end) is not None)


# --- references -------------------------------------------------------------------------------------------------


def _mark_references(text: str, blocks: Sequence[Block]) -> None:
    position = 0
    while position < len(blocks):
        block = blocks[position]
        if block.fixed:
            position += 1
            continue
        heading = is_reference_heading(block_line(text, block))
        if heading and position + 1 < len(blocks) and blocks[position + 1].kind == REFERENCES:
            block.kind = REFERENCES
            position += 1
            continue
        end = _end_of_list(text, blocks, position + 1 if heading else position)
        if (
            heading
            and _AMBIGUOUS.match(block_line(text, block))
            and not _has_citation(text, blocks[position + 1 : end])
        ):
            end = position
        if end - position > (1 if heading else 2) or (not heading and end > position and _is_list(text, block)):
            for entry in blocks[position:end]:
                entry.kind = REFERENCES
        else:
            end = position + 1
        position = end


def _end_of_list(text: str, blocks: Sequence[Block], start: int) -> int:
    """Return where the list of citations that starts at a block ends; ``start`` where none does."""
    known = start > 0 and is_reference_heading(block_line(text, blocks[start - 1]))
    numbered: bool | None = None
    end = position = start
    while position < len(blocks) and position < end + _STRANGERS:
        block = blocks[position]
        if block.fixed or (block.level and not block.guessed):
            break
        mark = marker_length(text, block.start, block.end) > 0 or block.listed
        numbered = mark if numbered is None else numbered
        if known and numbered:
            # Below its heading a number is enough.
            good = mark or len(_features(text, block)) > 1
        elif known:
            good = _is_entry(text, block)
        else:
            # Elsewhere each entry must look like one.
            begins = mark or begins_with_author(text, block.start)
            good = begins and len(_features(text, block)) > 1
        position += 1
        if good:
            end = position
        elif not known and end == start:
            break
    return end


def _has_citation(text: str, entries: Sequence[Block]) -> bool:
    return any(_features(text, entry) or "http" in text[entry.start : entry.end] for entry in entries)


def _features(text: str, block: Block) -> frozenset[str]:
    start = block.start + marker_length(text, block.start, block.end)
    return citation_features(text[start : min(block.end, start + _CITATION_LONGEST)])


def _is_entry(text: str, block: Block) -> bool:
    """Tell whether a block without a number, below the heading of a list, is an entry of it."""
    features = _features(text, block)
    if len(features) > 1 or features & _IDS:
        return True
    return bool(features) and not is_boilerplate(block_line(text, block))


def _is_list(text: str, block: Block) -> bool:
    """Tell whether a paragraph is a list of three or more citations, one or more lines each."""
    if block.end - block.start > 100 * _CITATION_LONGEST:
        return False
    if not marker_length(text, block.start, block.end) and not begins_with_author(text, block.start):
        return False
    entries = parse_references(text, TextZone(REFERENCES, block.start, block.end))
    good = sum(len(citation_features(entry.text)) > 1 for entry in entries)
    return good > 2 and 2 * good > len(entries)


# --- citations --------------------------------------------------------------------------------------------------


def _mark_citations(text: str, blocks: Sequence[Block]) -> None:
    position = 0
    while position < len(blocks):
        block = blocks[position]
        if block.kind or block.end - block.start > _CITATION_LONGEST or (block.level and not block.guessed):
            position += 1
            continue
        end = _end_of_citation(text, blocks, position)
        start = position
        if end > position and _opens_with_authors(text, block) and position and _is_title(text, blocks[position - 1]):
            start -= 1
        for part in blocks[start:end]:
            part.kind = CITATION
        position = max(end, position + 1)


def _end_of_citation(text: str, blocks: Sequence[Block], start: int) -> int:
    """Return the block after the citation that starts at a block; ``start`` where none does."""
    passage = text[blocks[start].start : blocks[start].end]
    features = citation_features(passage)
    if not features:
        return start
    places = features & _PLACES
    # Authors and a place in a journal; or one author, or two such places, with hardly a word around them.
    bare = (len(places) > 1 or (bool(places) and "author" in features)) and _is_bare(passage)
    end = start + 1 if ("authors" in features and places) or bare else start
    authors = " ".join(passage.split())
    if is_author_line(authors) or end > start:
        # Journal, year and ids may follow, each a paragraph of its own.
        for position in range(start + 1, min(start + 7, len(blocks))):
            block = blocks[position]
            if block.kind or block.end - block.start > 200 or (block.level and not block.guessed):
                break
            line = text[block.start : block.end]
            if citation_features(line) & _PLACES and not _SAYS.search(line):
                end = position + 1
    if end == start and authors.count(",") > 1 and is_author_line(authors):
        end = start + 1
    return end


def _is_bare(passage: str) -> bool:
    return _SAYS.search(passage) is None and len(_SMALL_WORD.findall(passage)) < 25


def _opens_with_authors(text: str, block: Block) -> bool:
    stop = text.find("\n", block.start, block.end)
    return is_author_line(" ".join(text[block.start : stop if stop > 0 else block.end].split()))


def _is_title(text: str, block: Block) -> bool:
    """Tell whether the block before a line of authors is the title of what they wrote."""
    if block.kind or block.end - block.start > 350 or (block.level and not block.guessed):
        return False
    line = text[block.start : block.end]
    return len(line.split()) > 3 and _SAYS.search(line) is None


# --- boilerplate ------------------------------------------------------------------------------------------------


def _mark_boilerplate(text: str, blocks: Sequence[Block]) -> None:
    run = 0  # lines of a page or words of a menu, one after the other
    strong = False  # one of them is more than a word
    words: list[Block] = []  # those that are still words only
    section = False  # below a heading such as Related articles
    for position, block in enumerate(blocks):
        if block.kind:
            section = section and block.kind == BOILERPLATE
            run, strong, words = 0, False, []
            continue
        line = block_line(text, block)
        page = _is_page_line(text, block, line)
        followed = position + 1 < len(blocks) and _is_prose(text, blocks[position + 1])
        if section and (not block.level or (block.guessed and not followed)) and _is_link(text, block):
            page = True
        elif block.level or not page:
            section = page and announces_links(line)
        if page:
            block.kind = BOILERPLATE
        elif is_menu_item(line):
            words.append(block)
        else:
            run, strong, words = 0, False, []
            continue
        run += 1
        strong = strong or page
        # One such word is a heading; three together, or one beside a banner at an end of the text, are a menu.
        at_end = position + 1 == len(blocks) or run == position + 1
        if run > 2 or (at_end and run > 1 and strong):
            last = words.pop() if words and words[-1] is block and followed else None
            for word in words:
                word.kind = BOILERPLATE
            words = [last] if last is not None else []


def _is_link(text: str, block: Block) -> bool:
    return not _is_prose(text, block) and _SENTENCE_END.search(text, max(block.start, block.end - 5), block.end) is None


def _is_page_line(text: str, block: Block, line: str) -> bool:
    if is_boilerplate(line):
        return True
    passage = text[block.start : block.end] if line else ""
    if "\n" not in passage:
        return False
    lines = [line for part in passage.split("\n") if (line := plain_line(part))]
    page = sum(map(is_boilerplate, lines))
    return (page > 0 or len(lines) > 2) and page + sum(map(is_menu_item, lines)) >= len(lines)


def _mark_top(text: str, blocks: Sequence[Block]) -> Block | None:
    """Mark what stands above the title and concerns another subject, such as a ticker of news; return the title."""
    top: list[Block] = []
    for block in blocks:
        if block.kind in ("", TITLE):
            if _is_prose(text, block) and not block.level:
                break
            top.append(block)
            if len(top) > _TOP:
                break
    if not top:
        return None
    marked = next((block for block in top if block.kind == TITLE or (block.level == 1 and not block.guessed)), None)
    subject = _stems(" ".join(text[block.start : min(block.end, block.start + 3000)] for block in _prose(text, blocks)))
    named = [block for block in top if not is_section_name(block_line(text, block))]
    title = marked or next((block for block in named if _concerns(block_line(text, block), subject)), None)
    if title is None:
        return top[0] if top[0] in named and top[0].guessed and subject else None
    for block in top:
        if block is title:
            break
        line = block_line(text, block)
        if block.kind == "" and len(_stems(line)) > 2 and not line.endswith(".") and not _concerns(line, subject):
            block.kind = BOILERPLATE
    if marked is not None:
        marked.kind = TITLE
    return title if title.level or title.kind else None


def _prose(text: str, blocks: Sequence[Block]) -> list[Block]:
    return [block for block in blocks if block.kind in ("", ABSTRACT, BODY) and _is_prose(text, block)][:30]


def _stems(text: str) -> set[str]:
    """Return the beginnings of the words that carry meaning; an ending does not make another subject."""
    return {word.lower()[:6] for word in _WORD.findall(text) if word.lower() not in _STOP}


def _concerns(line: str, subject: set[str]) -> bool:
    stems = _stems(line)
    return bool(stems) and 2 * len(stems & subject) >= len(stems)
