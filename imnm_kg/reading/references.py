# SPDX-License-Identifier: Apache-2.0
"""References: the entries of a list, or one printed citation, as publications with authors, title, journal and ids."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from imnm_kg.model.records import CITATION, Reference, TextZone
from imnm_kg.reading.boilerplate import plain_line
from imnm_kg.reading.identifiers import find_identifiers
from imnm_kg.reading.spans import line_spans, stripped

__all__ = [
    "begins_with_author",
    "citation_features",
    "is_author_line",
    "is_reference_heading",
    "marker_length",
    "parse_references",
]

# An entry longer than this is no reference; a zone has no more entries than fit into it.
_LONGEST = 3000

_HEADING = re.compile(
    r"(?:\d{1,2}\.?\s+)?(?:(?:selected|key|cited|general|additional|main|supplementary|suggested|annotated)\s+)?"
    r"(?:references?(?:\s+(?:and\s+(?:notes|further reading|links|sources)|list|cited))?|bibliograph(?:y|ies)"
    r"|(?:literature|works|sources|publications)\s+(?:cited|consulted|used)|sources|citations|further reading"
    r"|suggested reading|reading list|reference list)\s*:?",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"[ \t]*(?:\[(\d{1,4})\]|\((\d{1,4})\)|(\d{1,4})[.)](?![\d])|(\d{1,4})(?=[ \t]+[^\W\d_a-z]))[ \t]*"
)
_BULLET = re.compile(r"[ \t]*[-*+•‣◦▪·–][ \t]+")

# Capital letters are all but a-z: the names of the field come in many alphabets.
_PARTICLE = r"(?:d[aeiou]s?|del|della|den|der|des|du|el|al|bin|ibn|la|le|ten|ter|van|von|zu|zur|'t)"
_NAME = r"[^\W\d_a-z][\w'’′‐-]{0,40}"
_INITIALS = r"(?:(?:[^\W\d_a-z]\.[ -]?){1,4}(?<! )|[^\W\d_a-z]{1,4}(?:-[^\W\d_a-z]{1,2})?(?!['’′‐.-]?\w))"
_AUTHOR = re.compile(
    rf"(?:{_PARTICLE}\s+){{0,3}}{_NAME}(?:\s+(?:{_PARTICLE}\s+){{0,2}}{_NAME}){{0,3}}(?:,\s|\s){_INITIALS}"
    r"(?:,?\s(?:Jr|Sr|II|III|IV|2nd|3rd)\b\.?)?(?:\(\d{1,3}\))*[*†‡§¶¹²³]*"
)
_CAPITALS = re.compile(r"[^a-z]*\s[^\W\d_a-z]{3,}$")  # a heading in capitals, not a name
_BETWEEN = re.compile(r"\s*(?:[,;]\s*(?:and\s+|&\s*)?|\s(?:and|&)\s+)")
_ET_AL = re.compile(r"[,;]?\s*(?:et\s+al|and others|\.\.\.|…)\.?")
_GROUP = re.compile(
    r"[,;]\s*((?:and |for |on behalf of )?[^.,;]{3,120}\b(?:Groups?|Stud(?:y|ies)|Consortium|Network|Investigators"
    r"|Committee|Collaboration|Collaborators|Team|Society|Initiative|Registry|Association|Foundation|Alliance))(?=[.;:])"
)
_APA_YEAR = re.compile(r"[.,]?\s*\(((?:18|19|20)\d\d)[a-z]?\)[.,:]?\s*")
_BODY_AND_YEAR = re.compile(r"([^().,;:]{2,80})\s\((?:18|19|20)\d\d[a-z]?\)[.,:]?\s")
_BODY = re.compile(
    r"([^.;:()]{0,80}\b(?:Groups?|Consortium|Network|Investigators|Committee|Society|Association|Foundation|Organi[sz]ation"
    r"|Institutes?|Cent(?:er|re)s?|Agency|Ministry|Administration|Department|Council|University|Service|Academy|College)"
    r"(?:\s(?:for|of|on)\s[^.;:()]{2,60})?)[.]\s"
)
_ID = re.compile(r"(?:doi|pmid|pmcid|https?)\s?:", re.IGNORECASE)
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Spring|Summer|Autumn|Fall|Winter)[a-z]{0,6}\.?"
# A year as the place of an article in its journal has it.
_ISSUE = re.compile(
    r"(?<![\w./-])(?P<year>(?:18|19|20)\d\d)[a-z]?"
    rf"(?:[ -](?:{_MONTH})(?:[-/ ]{{1,2}}{_MONTH})?(?:\s\d{{1,2}}(?:-\d{{1,2}})?)?)?"
    r"(?:\s?;|:\s?\w|,\s?(?:vol\.?\s)?\d{1,4}(?:\s?\(|[,:])"
    r"|\.?\s*(?:doi\b|https?:|Epub|PMID|PMCID|Available|Online|In press)"
    r"|(?<=[.,;:]\s\d{4})\.?\s*$)",
    re.IGNORECASE,
)
_ENDING_YEAR = re.compile(r"\(((?:18|19|20)\d\d)\)\.?")
_YEAR = re.compile(r"[12][089]\d\d")
_ANY_YEAR = re.compile(r"(?<![\w./-])((?:18|19|20)\d\d)(?![\w/-])")
_SENTENCE = re.compile(r"(?<!\bvs)(?<!\bcf)(?<!\bspp)(?<!\b[A-ZÀ-Þ])[.?!][\"'”’)\]]?\s+(?=[^\sa-z])")
_EDITOR = re.compile(r".{0,200}\beds?\.\)?,?\s+")
_VOLUME = re.compile(r",?\s*(?:vol(?:ume)?\.?\s*)?\d|https?:|\bdoi\b", re.IGNORECASE)


def is_reference_heading(line: str) -> bool:
    """Tell whether a line is the heading of a list of references."""
    return len(line) < 60 and _HEADING.fullmatch(line.strip()) is not None


def marker_length(text: str, start: int, end: int) -> int:
    """Return the length of the number or bullet that a line starts with, 0 where there is none."""
    found = _NUMBER.match(text, start, end) or _BULLET.match(text, start, end)
    return found.end() - start if found else 0


def begins_with_author(text: str, start: int) -> bool:
    """Tell whether what stands at a place of a text looks like the name of an author with initials."""
    return _AUTHOR.match(text, start) is not None


def is_author_line(line: str) -> bool:
    """Tell whether a line is nothing but authors, at least two of them."""
    authors, end = _authors(line)
    return len(authors) > 1 and not line[end:].strip(" .,;:")


def citation_features(text: str) -> frozenset[str]:
    """Return what a text has of a printed citation.

    That is: ``authors`` (or ``author`` for one alone), ``issue`` (a year with a volume or a month), and the kinds of
    identifiers.
    """
    if len(text) > _LONGEST:
        return frozenset()
    found = {identifier.kind for identifier in find_identifiers(text)} - {"nct"}
    clean = " ".join(text.split())
    authors, end = _authors(clean)
    if len(authors) > 1 or any(is_author_line(line) for line in text.splitlines()):
        found.add("authors")
    elif authors and (end == len(clean) or clean[end] in ".:," or clean[end - 1] == "."):
        # One alone must end like one, else it is a name and a capital in a sentence.
        found.add("author")
    if _YEAR.search(clean) and (_ISSUE.search(clean) or _ENDING_YEAR.search(clean)):
        found.add("issue")
    return frozenset(found)


def parse_references(text: str, zone: TextZone) -> tuple[Reference, ...]:
    """Read the references of a zone.

    Vancouver, PubMed and the styles near them are understood; what of an entry is not understood stays empty, its text
    is always there. Entries may be numbered, with bullets or bare, and go over several lines. A zone that is a
    ``Citation`` is one reference.

    Args:
        text: the text that the zone belongs to.
        zone: a list of references, with or without its heading, or a citation.
    """
    if zone.kind == CITATION:
        spans: Iterator[tuple[int, int]] = iter([stripped(text, zone.start, zone.end)])
    else:
        spans = _entries(text, zone.start, zone.end)
    return tuple(_reference(text, start, end) for start, end in spans if start < end)


class _Line(NamedTuple):
    start: int
    end: int
    after_blank: bool


def _lines(text: str, start: int, end: int) -> Iterator[_Line]:
    blank = False
    for begin, stop in line_spans(text, start, end):
        first, last = stripped(text, begin, stop)
        if first < last:
            yield _Line(begin, last, blank)
        blank = first == last


def _entries(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the entries without their numbers or bullets."""
    lines = list(_lines(text, start, end))
    if lines and is_reference_heading(text[lines[0].start : lines[0].end].lstrip("# \t").rstrip("# \t")):
        del lines[0]
    if not lines:
        return
    begins = _beginnings(text, lines)
    for place, index in enumerate(begins):
        last = begins[place + 1] if place + 1 < len(begins) else len(lines)
        first = lines[index].start
        first += marker_length(text, first, lines[index].end)
        yield stripped(text, first, lines[last - 1].end)


def _beginnings(text: str, lines: list[_Line]) -> list[int]:
    """Return the indices of the lines with which an entry begins."""
    if _number(text, lines[0]) is not None:
        return _numbered(text, lines)
    if _BULLET.match(text, lines[0].start, lines[0].end):
        return [i for i, line in enumerate(lines) if i == 0 or _BULLET.match(text, line.start, line.end)]
    # With empty lines between entries a single line break is inside one, unless each line is a citation of its own.
    found = [0]
    for i, line in enumerate(lines[1:], 1):
        before, until = lines[found[-1]].start, lines[i - 1].end
        features = citation_features(text[before:until]) if until - before <= _LONGEST else frozenset()
        complete = bool(features & {"issue", "doi", "pmid", "pmcid"})
        if line.after_blank or (complete and _starts_entry(text[line.start : line.end].strip())):
            found.append(i)
    return found


def _number(text: str, line: _Line) -> int | None:
    found = _NUMBER.match(text, line.start, line.end)
    return int(next(group for group in found.groups() if group)) if found else None


def _numbered(text: str, lines: list[_Line]) -> list[int]:
    """Follow the numbers upwards: a line may begin with a volume or a year that is no number of an entry."""
    begins: list[int] = []
    current = 0
    for i, line in enumerate(lines):
        number = _number(text, line)
        if number is not None and (not begins or current < number <= current + 5):
            begins.append(i)
            current = number
    return begins


def _starts_entry(line: str) -> bool:
    """Tell whether a line begins like a citation: with an author, or at least not in the middle of one."""
    if _AUTHOR.match(line):
        return True
    return line[0].isupper() and bool(citation_features(line) & {"issue", "doi", "pmid"}) and len(line) > 60


def _authors(entry: str) -> tuple[tuple[str, ...], int]:
    """Return the authors that an entry begins with, and where they end."""
    authors: list[str] = []
    position = 0
    while (found := _AUTHOR.match(entry, position)) and not _CAPITALS.match(found.group()):
        author = re.sub(r"(?:\(\d{1,3}\)|[*†‡§¶¹²³])+$", "", found.group()).strip()
        # A full stop after the only initial ends the list; with a comma before it the style has one there.
        authors.append(author[:-1] if author.count(".") == 1 and "," not in author else author)
        position = found.end()
        between = _BETWEEN.match(entry, position)
        if between is None or _AUTHOR.match(entry, between.end()) is None:
            break
        position = between.end()
    if authors and (more := _ET_AL.match(entry, position)):
        position = more.end()
    if authors and (group := _GROUP.match(entry, position)):
        authors.append(group.group(1))
        position = group.end()
    return tuple(authors), position


def _reference(text: str, start: int, end: int) -> Reference:
    printed = text[start:end]
    if len(printed) > _LONGEST:
        return Reference(printed, start, end)
    ids: dict[str, str] = {}
    trials: list[str] = []
    for identifier in find_identifiers(printed):
        if identifier.kind == "nct":
            trials.append(identifier.value)
        else:
            ids.setdefault(identifier.kind, identifier.value)
    authors, title, journal, year = _parts(printed)
    return Reference(
        printed, start, end, authors, title, journal, year,
        ids.get("doi", ""), ids.get("pmid", ""), ids.get("pmcid", ""), tuple(dict.fromkeys(trials)),
    )  # fmt: skip


def _parts(printed: str) -> tuple[tuple[str, ...], str, str, int | None]:
    """Return authors, title, journal and year of a printed reference, as far as they are understood."""
    entry = plain_line(printed)
    authors, position = _authors(entry)
    title = ""
    year = None
    if not authors:
        lines = [plain_line(line) for line in printed.splitlines() if line.strip()]
        below = next((i for i, line in enumerate(lines) if i and is_author_line(line)), None)
        if below is not None:
            # A title above its authors, as on the page of an article; the journal may stand above it or below them.
            authors, _ = _authors(lines[below])
            places = [line for line in lines[:below] if _ISSUE.search(line)]
            title = _clean(" ".join(line for line in lines[:below] if line not in places))
            entry, position = " ".join(places or lines[below + 1 :]), 0
            entry = entry[marker_length(entry, 0, len(entry)) :]
        elif body := _BODY_AND_YEAR.match(entry) or _BODY.match(entry):
            authors, position = (body[1],), body.end(1)
    if apa := _APA_YEAR.match(entry, position):
        year, position = int(apa.group(1)), apa.end()
    rest = entry[position:].lstrip(" .,:;")
    if not title:
        title, rest = _title(rest, bool(authors))
    issue = _ISSUE.search(rest)
    if issue is None and (ending := _ENDING_YEAR.search(rest)):
        year = year or int(ending.group(1))
    elif issue is not None:
        year = year or int(issue["year"])
    elif year is None and (years := _ANY_YEAR.findall(rest) or _ANY_YEAR.findall(entry)):
        year = int(years[-1])
    return authors, title, _journal(rest[: issue.start()] if issue else rest), year


def _title(rest: str, after_authors: bool) -> tuple[str, str]:
    """Split what follows the authors into title and remainder; without authors it may begin with the journal."""
    if _ID.match(rest):
        return "", rest
    end = _SENTENCE.search(rest)
    if end is None:
        issue = _ISSUE.search(rest)
        return ("", rest) if issue and not after_authors else (_clean(rest[: issue.start()] if issue else rest), "")
    if (
        not after_authors
        and (issue := _ISSUE.match(rest, end.end())) is not None
        and len(rest[: end.start()].split()) < 7
    ):
        return "", rest
    return _clean(rest[: end.end()]), rest[end.end() :]


def _journal(middle: str) -> str:
    """Return the journal from what stands between the title and the year: the last of its sentences."""
    middle = _EDITOR.sub("", middle)
    if volume := _VOLUME.search(middle):
        middle = middle[: volume.start()]
    parts = [part for part in re.split(r"(?<=[.?!])\s+", middle.strip(" ,:;(")) if part.strip(" .")]
    if not parts:
        return ""
    first = len(parts) - 1
    # An abbreviated title has full stops of its own: Neuromuscul. Disord.
    while (
        first > 0
        and parts[first - 1].endswith(".")
        and len(parts[first - 1].split()) < 3
        and parts[first - 1][0].isupper()
    ):
        first -= 1
    journal = " ".join(parts[first:]).strip(" ,:;(")
    journal = journal if journal.count(".") > 1 or " " not in journal else journal.rstrip(".")
    return journal.rstrip(".") if journal.count(".") == 1 else journal


def _clean(title: str) -> str:
    title = title.strip(" \"'“”,;:")
    return title[:-1].rstrip() if title.endswith(".") else title
