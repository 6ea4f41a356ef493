# SPDX-License-Identifier: Apache-2.0
"""The mentions of a document: names of the lexicon, its own abbreviations, and antibodies by their grammar."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from imnm_kg.lexicon.abbreviations import candidates, definition
from imnm_kg.lexicon.entries import Entry
from imnm_kg.lexicon.matcher import Found, Matcher, longest
from imnm_kg.lexicon.variants import words_of, words_only
from imnm_kg.model.ids import slug
from imnm_kg.model.namespaces import ENTITY

__all__ = ["Mention", "antibody_of", "find_mentions", "open_entry", "settle", "with_definitions"]


class Mention(NamedTuple):
    """A name at its place: code points of the text, half-open.

    ``modifiers``: the words that narrow a disease here, in the order of a population's name.
    """

    start: int
    end: int
    entry: Entry
    modifiers: tuple[str, ...] = ()


def open_entry(label: str, kind: str) -> Entry:
    """Make the entry of something that no lexicon has; its names follow from its IRI: "loss of x" is "x loss" too."""
    id_ = slug(label)
    plain = id_.replace("-", " ")
    if kind == "Regimen":
        plain = label
    head, of, rest = plain.partition(" of ")
    names = (plain, f"{rest.removeprefix('the ')} {head}") if of and " of " not in rest else (plain,)
    return Entry(ENTITY + id_, kind, label, names, coined=True)


# "steroid-sparing", "myositis-specific", "lupus-like": the name is a part of an adjective and nothing is said of it.
_ADJECTIVE = re.compile(r" (?:sparing|specific|like|free|na[iï]ve|mimicking)\b")
_LIST_TARGET = re.compile(
    r"\s*(?:,?\s+(?:and|or)(?:/or)?\b|,|/)\s*-?\s?((?:anti-?)?[\w][\w+\-/αβγδ]{0,14}(?: [0-9]+)?)"
)
_BACK_TARGET = re.compile(r"([\w][\w+\-/αβγδ]{0,14})\s*(?:,|/|,?\s+(?:and|or)(?:/or)?)\s*$")
_ANTI = re.compile(
    r"(?<![\w-])anti-(?!inflammat|microb|viral|biotic|body|bodies|epilep|hypertens|coagul|tumou?r\b|"
    r"cancer|fibro|fung|psych|malari|diabet|platelet|oxid|retro|gen|thromb|emet|depress|apopt|convuls)"
    r"([\w/.αβγδ+-]+(?:[ ](?!antibod|autoantibod|and\b|or\b|in\b|with\b|was|were|is\b|are\b|positiv|"
    r"negativ|treatment|therapy)[\w/-]+){0,4}?)"
    r"[ -](?:auto-?)?antibod(?:y|ies)\b"
)
_AGAINST = re.compile(
    r"\b(?:auto-?)?antibod(?:y|ies)\s+(?:to|against|directed against|targeting|specific for|"
    r"reactive with|toward|towards)\s+"
    r"(?:the\s+|an?\s+)?((?!antibod|be\b|have\b|one\b|two\b|three\b|these|this\b|those|both|their|"
    r"its\b|multiple|various|specific|other|different|several|self|host|some|many|all\b|any\b|"
    r"each)[\w+\-/.]+(?:[ ](?!in\b|and\b|or\b|with\b|was|were|is\b|are\b|that|which|have|has|had|of\b|"
    r"can\b|may\b|from\b|occur|by\b|as\b|on\b|at\b|to\b|for\b|cause|induce|correlat|associat|detected|"
    r"found|present|contribute)[\w+\-/]+){0,4})",
    re.IGNORECASE,
)


_TO = re.compile(
    r"(?:auto-?)?antibod(?:y|ies)\s+(?:directed\s+)?(?:to|against|targeting|specific for|at)\b", re.IGNORECASE
)
_LINK = re.compile(r"(?:\s*\([^()]{1,14}\))?\s*(?:,|/|,?\s+(?:and|or)(?:/or)?)\s+(?:(?:to|against)\s+)?(?:the\s+)?")
_OF_TARGET = re.compile(
    r"[\s-]+(?:expression|levels?|genes?|mRNA|activity|signal\w*|phosphorylation|inhibit\w+|deficien\w+)\b"
)


def find_mentions(text: str, plain: str, title: str, matcher: Matcher) -> list[Mention]:
    """Find every mention, in order and without overlap.

    Args:
        text: the document.
        plain: its normal form.
        title: its title, for what it names in full.
        matcher: the names.
    """
    found = with_definitions(text, longest(matcher.find_all(text, words_of(plain))))
    return settle(text, plain, title, found, matcher)


def settle(text: str, plain: str, title: str, found: list[Found], matcher: Matcher) -> list[Mention]:
    """Make mentions of the names in a text, what it defines among them; the grammar of antibodies adds to them."""
    if any(item.tentative for item in found):
        found = _without_tentative(title, found, matcher)
    if "ntibod" in text and (unknown := _unknown_antibodies(text, found)):
        found = longest([*found, *unknown])
    found = _antibody_lists(text, found, matcher)
    return [Mention(item.start, item.end, item.entry) for item in found if not _ADJECTIVE.match(plain, item.end)]


def with_definitions(text: str, found: list[Found]) -> list[Found]:
    """Let what a text defines in brackets decide what its short forms stand for, wherever it uses them."""
    shorts = candidates(text)
    if not shorts:
        return found
    starts = {item.start: item for item in found}
    ends = {item.end: item for item in found if not item.tentative}
    forms = {text[item.start : item.end] for item in found}
    defined: dict[str, Entry | None] = {}
    renamed: dict[tuple[int, int], Entry] = {}
    for one in shorts:
        if not (one.long_end in ends or one.start in starts or one.short in forms or f"{one.short}s" in forms):
            continue
        made = definition(text, one)
        if made is None:
            continue
        known = ends.get(made.long_end)
        inner = starts.get(made.short_start)
        entry = None
        spelt = known is not None and known.start <= made.long_start + 4
        if inner is not None and not spelt and not _akin(text[made.long_start : made.long_end], inner.entry):
            pass  # "cell-mediated lympholysis (CML)": here the short form is of something else
        elif inner is not None and not inner.tentative and inner.entry.kind != "Protein":
            entry = inner.entry  # a short form with one meaning in the field says which long form is meant
            if known is not None and spelt:
                renamed[known.start, known.end] = entry
        elif known is not None and (spelt or (inner is not None and inner.entry.iri == known.entry.iri)):
            entry = known.entry
        elif known is not None and known.entry.kind == "Disease" and len(made.short) >= 4 and "-" in made.short:
            entry = known.entry  # "ASS-ILD" is told of the disease in its long form
        if made.short not in defined or defined[made.short] is None:
            defined[made.short] = entry
    if renamed:
        found = [item._replace(entry=renamed.get((item.start, item.end), item.entry)) for item in found]
    if not defined:
        return found
    kept = []
    for item in found:
        written = text[item.start : item.end]
        short = written if written in defined else written[:-1] if written.endswith("s") else written
        if short in defined and (short not in item.entry.label):
            continue
        kept.append(item)
    kept += _occurrences(text, {short: entry for short, entry in defined.items() if entry is not None})
    return longest(kept)


_SYSTEMATIC = re.compile(r"\d,\d|\d-[a-z]|\)-")  # "1,3-bis(2-chloroethyl)-1-nitrosourea"


def _akin(long: str, entry: Entry) -> bool:
    """Tell whether words that a text gives a short form may name an entry: a stem in common, or a formula."""
    if _SYSTEMATIC.search(long):
        return True
    stems = {word[:5] for name in (entry.label, *entry.names) for word in words_only(name).split() if len(word) > 3}
    return any(word[:5] in stems for word in words_only(long).split())


def _occurrences(text: str, defined: Mapping[str, Entry]) -> list[Found]:
    """Find the short forms that a text defines, and their plurals, as words of it; of two at one place the longer."""
    made: list[Found] = []
    for short, entry in defined.items():
        start = text.find(short)
        while start >= 0:
            end = start + len(short)
            if not (start and _is_word(text[start - 1])):
                if text[end : end + 1] == "s" and not _is_word(text[end + 1 : end + 2]):
                    made.append(Found(start, end + 1, entry))
                elif not _is_word(text[end : end + 1]):
                    made.append(Found(start, end, entry))
            start = text.find(short, start + 1)
    made.sort(key=lambda item: (item.start, -item.end))
    reach = 0
    kept = []
    for item in made:
        if item.start >= reach:
            kept.append(item)
            reach = item.end
    return kept


def _is_word(letter: str) -> bool:
    return letter.isalnum() or letter == "_"


def _without_tentative(title: str, found: list[Found], matcher: Matcher) -> list[Found]:
    """Drop ambiguous short forms that a text neither defines nor spells out."""
    spelt = [item.entry for item in (*found, *matcher.find(title)) if not item.tentative]
    told = {entry.iri for entry in spelt}
    kin = {entry.base for entry in spelt if entry.base} | told
    return [
        item for item in found
        if not item.tentative or item.entry.iri in told or (item.entry.base in kin and _narrow(item.entry, matcher))
    ]  # fmt: skip


def _narrow(entry: Entry, matcher: Matcher) -> bool:
    """Tell whether an entry is of a family narrow enough for a relative in the text to say which "DM" is meant."""
    steps = 0
    while entry.base and steps < 3:
        parent = matcher.by_iri.get(entry.base)
        if parent is None:
            break
        entry, steps = parent, steps + 1
    return steps >= 2 or entry.kind == "DrugClass"


def _unknown_antibodies(text: str, found: list[Found]) -> list[Found]:
    """Find antibodies whose target the lexicon does not have: "anti-X antibodies", "antibodies against X"."""
    known = [(item.start, item.end) for item in found if item.entry.kind in ("Antibody", "DrugClass", "Drug")]
    made = []
    for pattern in (_ANTI, _AGAINST):
        for match in pattern.finditer(text):
            if any(start < match.end() and match.start() < end and end - start > 14 for start, end in known):
                continue
            target = match.group(1).strip(" -.")
            if len(target) < 2 or target.lower() in ("them", "it", "self", "the"):
                continue
            end = match.end() if pattern is _ANTI else match.start(1) + len(match.group(1).rstrip(" -."))
            made.append(Found(match.start(), end, open_entry(f"anti-{target} antibody", "Antibody")))
    return made


def _antibody_lists(text: str, found: list[Found], matcher: Matcher) -> list[Found]:
    """Complete lists: "anti-Mi2, -MDA5 and -NXP2", "PL-7, PL-12 and EJ antibodies", "antibodies to SRP or HMGCR"."""
    made: list[Found] = []
    for item in found:
        if item.entry.kind != "Antibody":
            continue
        place = item.end
        against = _TO.match(text, item.start, item.end) is not None
        while (match := _LIST_TARGET.match(text, place)) is not None:
            entry = matcher.antibody(match.group(1).removeprefix("anti").lstrip("-"))
            dashed = text[match.start(1) - 1 : match.start(1)] == "-" or match.group(1).startswith("anti")
            if entry is None or not (
                dashed
                or (against and not _OF_TARGET.match(text, match.end()))
                or _ends_in_antibodies(text, match.end())
            ):
                break
            made.append(Found(match.start(1), match.end(), entry))
            place = match.end()
        if against:
            made += _against_more(text, place, found, matcher)
        place = item.start
        if text[item.start : item.start + 4].lower() != "anti" and "ntibod" in text[item.start : item.end]:
            while (match := _BACK_TARGET.search(text, max(0, place - 40), place)) is not None:
                entry = matcher.antibody(match.group(1))
                if entry is None:
                    break
                made.append(Found(match.start(1), match.end(1), entry))
                place = match.start(1)
    return longest([*made, *found]) if made else found  # of one place, the antibody and not its target


def _against_more(text: str, place: int, found: list[Found], matcher: Matcher) -> Iterator[Found]:
    """Go on behind "antibodies to X" with targets that the text names in full, for as long as they are listed."""
    while (link := _LINK.match(text, place)) is not None:
        target = next((item for item in found if item.start == link.end() and item.entry.kind == "Protein"), None)
        entry = None if target is None else antibody_of(target.entry, matcher)
        if target is None or entry is None or _OF_TARGET.match(text, target.end):
            return
        yield Found(target.start, target.end, entry)
        place = target.end


def antibody_of(entry: Entry, matcher: Matcher) -> Entry | None:
    """Return an antibody itself, or the one against a protein; none where the lexicon has none."""
    if entry.kind == "Antibody":
        return entry
    if entry.kind == "Protein":
        return next((made for name in (entry.label, *entry.abbreviations) if (made := matcher.antibody(name))), None)
    return None


def _ends_in_antibodies(text: str, place: int) -> bool:
    return (
        re.match(r"(?:\s*(?:,|/|,?\s+(?:and|or))\s*-?[\w/\-]{1,14}){0,8}\s+(?:auto-?)?antibod", text[place:])
        is not None
    )
