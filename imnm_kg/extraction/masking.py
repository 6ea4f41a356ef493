# SPDX-License-Identifier: Apache-2.0
"""A sentence with a single character in the place of each mention, so that a rule is a pattern over typed mentions.

Members of a list ("azathioprine, methotrexate or tacrolimus") become one character together, a named combination
("A plus B") becomes one mention of a regimen. Every place of the masked sentence leads back to the text.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import product
from typing import NamedTuple

from imnm_kg.extraction.mentions import Mention, open_entry
from imnm_kg.extraction.phrases import open_findings, open_processes, open_variants
from imnm_kg.lexicon.entries import Entry

__all__ = ["CLASSES", "MARKS", "Masked", "Slot", "fold", "mask"]

MARKS = {
    "Disease": "\ue001", "Drug": "\ue002", "DrugClass": "\ue003", "Procedure": "\ue004", "Phenotype": "\ue005",
    "AdverseEffect": "\ue005", "OpenFinding": "\ue006", "Protein": "\ue007", "BiologicalProcess": "\ue008",
    "Antibody": "\ue009", "Factor": "\ue00a", "Regimen": "\ue00b",
}  # fmt: skip
"""The character that stands for a mention, by its kind."""

_THERAPY, _CONDITION, _TARGET = "\ue002\ue003\ue004\ue00b", "\ue001\ue005\ue006", "\ue007\ue008"
CLASSES = {
    "T": _THERAPY,
    "G": "\ue002\ue003\ue00b",
    "D": "\ue001",
    "F": "\ue005\ue006",
    "C": _CONDITION,
    "A": "\ue009",
    "P": _TARGET,
    "Q": _TARGET + "\ue009",
    "Y": "\ue00a",
    "M": _THERAPY + "\ue009",
    "H": _CONDITION + "\ue008",
    "V": _TARGET + "\ue009\ue00a",
    "K": "\ue003",
    "U": "\ue007",
    "Z": _TARGET + "\ue009\ue005",
    "E": _TARGET + "\ue009\ue00a\ue005\ue006",
    "S": _TARGET + "\ue009\ue00a" + _CONDITION,
    "X": _TARGET + "\ue009\ue00a" + _CONDITION + _THERAPY,
}
"""The classes of mentions that a pattern may name."""


class Slot(NamedTuple):
    """What stands at a place of the masked sentence: the mentions of a list; code points of the text, half-open.

    ``apposed``: the classes that the words behind a drug put it in ("eculizumab, a complement inhibitor, ...").
    """

    mentions: tuple[Mention, ...]
    start: int
    end: int
    apposed: tuple[Mention, ...] = ()


class Masked(NamedTuple):
    """A masked sentence.

    Attributes:
        text: lower case, one character for each list of mentions.
        slots: what stands at each of these characters, by place.
        origin: the offset in the document of each character, and one more for the end.
    """

    text: str
    slots: dict[int, Slot]
    origin: list[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the code points of the document that a stretch of the masked sentence stands for."""
        last = self.slots.get(end - 1)
        return self.origin[start], self.origin[end - 1] + 1 if last is None else last.end


class _Cell(NamedTuple):
    char: str
    at: int
    slot: Slot | None


def mask(plain: str, start: int, end: int, mentions: list[Mention]) -> Masked:
    """Mask a sentence.

    Args:
        plain: the normal form of the document.
        start: first code point of the sentence.
        end: the code point after its last.
        mentions: the mentions inside it, in order.
    """
    cells: list[_Cell] = []
    place = start
    for mention in mentions:
        cells.extend(_Cell(plain[at], at, None) for at in range(place, mention.start))
        slot = Slot((mention,), mention.start, mention.end)
        cells.append(_Cell(MARKS[mention.entry.kind], mention.start, slot))
        place = mention.end
    cells.extend(_Cell(plain[at], at, None) for at in range(place, end))
    cells = _without_brackets(cells)
    cells = _with_open_findings(cells, plain)
    cells = _without_appositions(cells)
    cells = _regimens(cells, _REGIMEN)
    for pattern in _GROUPS:
        cells = _grouped(cells, pattern)
    cells = _regimens(cells, _COMBINATION)
    text = "".join(cell.char for cell in cells)
    slots = {number: cell.slot for number, cell in enumerate(cells) if cell.slot is not None}
    return Masked(text, slots, [*(cell.at for cell in cells), end])


_BRACKETS = re.compile(r"\s*[(\[]([^()\[\]]*(?:\([^()]*\)[^()\[\]]*)*)[)\]]")
_EXAMPLES = re.compile(r"\b(?:e\.? ?g\b|such as|including|i\.? ?e\b|like|namely)")


def _without_brackets(cells: list[_Cell]) -> list[_Cell]:
    """Drop brackets that hold figures, citations, or another name of what stands before them."""
    text = "".join(cell.char for cell in cells)
    if "(" not in text and "[" not in text:
        return cells
    dropped: set[int] = set()
    for found in _BRACKETS.finditer(text):
        inside = [cell.slot for cell in cells[found.start(1) : found.end(1)] if cell.slot is not None]
        before = cells[found.start() - 1].slot if found.start() else None
        if len(inside) == 1 and _names_antibody(before, inside[0]):
            cells[found.start() - 1] = cells[
                found.start(1) + text[found.start(1) : found.end(1)].index(MARKS["Antibody"])
            ]
        elif inside and not _FIGURES.search(found.group(1)) and not _same_thing(before, inside, found.group(1)):
            continue
        if not inside and _EXAMPLES.search(found.group(1)):
            continue
        dropped.update(range(found.start(), found.end()))
    return [cell for number, cell in enumerate(cells) if number not in dropped]


_FIGURES = re.compile(
    r"\d\s?%.*\d|\d.*\b(?:patients?|groups?|participants?|versus|vs)\b.*\d|\bn\s*=|\bp\s*[=<>]|"
    r"\b(?:rr|hr|or|ci)\b\s*[\d=]"
)


def _names_antibody(before: Slot | None, inside: Slot) -> bool:
    """Tell whether brackets name the antibody that the word before them leaves open: "an autoantibody (anti-cN1A)"."""
    kinds = [slot.mentions[0].entry for slot in (before, inside) if slot is not None]
    return len(kinds) == 2 and all(x.kind == "Antibody" for x in kinds) and kinds[0].iri.endswith("/autoantibody")


def _same_thing(before: Slot | None, inside: list[Slot], content: str) -> bool:
    if before is None:
        return False
    known = {mention.entry.iri for mention in before.mentions}
    if all(slot.mentions[0].entry.iri in known for slot in inside):
        return True
    if _EXAMPLES.search(content) or len(inside) != 1:
        return False
    kinds = {mention.entry.kind for mention in before.mentions}
    bare = len(content.strip()) <= 2
    if bare and "Antibody" in kinds and inside[0].mentions[0].entry.kind == "Protein":
        return True  # "antibodies against lipoprotein receptor-related protein 4 (LRP4)"
    return (
        bare
        and inside[0].mentions[0].entry.kind in kinds
        and kinds & {"Disease", "Drug", "Antibody", "Protein"} != set()
    )


def _with_open_findings(cells: list[_Cell], plain: str) -> list[_Cell]:
    """Put findings that no lexicon has, recognised by their head noun, in the place of their words."""
    text = "".join(cell.char for cell in cells)
    for start, end, gene in reversed(open_variants(text)):
        slot = cells[gene].slot
        assert slot is not None
        at, stop = cells[start].at, cells[end].at if end < len(cells) else slot.end
        mention = Mention(at, max(stop, slot.end), _variants(slot.mentions[0].entry))
        cells[start:end] = [_Cell(MARKS["Factor"], at, Slot((mention,), at, mention.end))]
    for find, kind, mark in (
        (open_processes, "BiologicalProcess", "BiologicalProcess"),
        (open_findings, "Phenotype", "OpenFinding"),
    ):
        text = "".join(cell.char for cell in cells)
        for start, end, label in reversed(find(text, cells_text(cells, plain))):
            first, last = cells[start], cells[end - 1]
            stop = last.at + 1 if last.slot is None else last.slot.end
            mention = Mention(first.at, stop, open_entry(label, kind))
            cells[start:end] = [_Cell(MARKS[mark], first.at, Slot((mention,), first.at, stop))]
    return cells


def _variants(gene: Entry) -> Entry:
    """Make the entry of the variants of a gene; its names follow from those of the gene."""
    label = min(gene.abbreviations, key=len, default=gene.label)
    names = tuple(f"{name} {word}" for name in gene.all_names[:28] for word in ("variants", "mutation"))
    return Entry(f"{gene.iri}-variants", "Factor", f"{label} variants", names, coined=True)


def cells_text(cells: list[_Cell], plain: str) -> list[str]:
    """Return the words of the document that each cell stands for."""
    return [cell.char if cell.slot is None else plain[cell.slot.start : cell.slot.end] for cell in cells]


_COPULA = re.compile(
    r"(?:(?<=\ue001)(?:\s*,)?\s+(?:is|are|was|were|represents?)\s+(?:[a-z0-9]+\s+){0,3}?(?:an?|the|"
    r"one of the|among the)\s+(?:[a-z0-9]+\s+){0,8}?\ue001)"
    r"|(?:(?<=\ue001)\s*,\s+(?:an?|one of the|the)\s+(?:[a-z0-9]+\s+){0,6}?\ue001(?:\s*,|"
    r"(?=\s+(?:characteri|associated|defined|that|which))))"
    r"|(?:(?<=[\ue002\ue003\ue004])(?:\s*,)?\s+(?:is|are|was|were)\s+(?:an?|the|(?:some|one|"
    r"examples) of the|among the)\s+(?:[a-z0-9]+\s+){0,6}?"
    r"[\ue003\ue004](?=\s+(?:that|which|used|approved|for|in|indicated|recommended|with)\b))"
)


def fold(masked: Masked) -> Masked:
    """Take "is a rare autoimmune disease" out behind a disease: what follows is told of the disease itself."""
    found = _COPULA.search(masked.text)
    if found is None:
        return masked
    start, end = found.span()
    shift = end - start
    slots = {
        place if place < start else place - shift: slot
        for place, slot in masked.slots.items()
        if not start <= place < end
    }
    return Masked(masked.text[:start] + masked.text[end:], slots, masked.origin[:start] + masked.origin[end:])


# Between members of a list: a comma or a conjunction, and up to four words that are no verb and no preposition.
_LINK = r"(?:\s*[,;/]\s*(?:(?:and|or|and/or|as well as|nor|plus)\s+)?|\s+(?:and/or|and|or|as well as|nor)\s+|\s*/\s*)"
_STOP = (
    r"of|in|with|for|to|by|was|were|is|are|be|been|has|have|had|that|which|who|whereas|while|but|on|"
    r"from|at|into|than|then|"
    r"may|might|can|could|should|would|not|no|did|does|do|if|when|after|before|during|between|among|versus|vs|via|"
    r"we|they|it|there|this|these|patients?|because|although|however|thus|associated|treated|showed|"
    r"shown|caused?|causes|"
    r"including|such|improved?|improves|reduced?s?|increased?s?|decreased?s?|developed|received|induced?s?|inhibit\w*|"
    r"followed|compared|led|leads?|resulted|results?|suggests?|found|observed|reported|appears?|"
    r"seems?|remains?|only|both"
)
_WORDS = rf"(?:(?!(?:{_STOP})\b)[a-z0-9'%+.]+\s+){{0,4}}"
_FINDING_WORDS = rf"(?:(?!(?:{_STOP.replace('reduced?s?|increased?s?|decreased?s?|', '')})\b)[a-z0-9'%+.]+\s+){{0,4}}"
_EXAMPLE = rf"(?:{_LINK}|\s*[,(]?\s*(?:such as|including|for example|e\.? ?g\.?|like|namely)\s*,?\s*)"
_GROUPS = tuple(
    re.compile(
        rf"([{members}])((?:\s+(?:therapy|treatment|infusions?|drugs?|antibod(?:y|ies)|autoantibodies|"
        rf"disease))?{link}{words})(?=[{members}])"
    )
    for members, words, link in (
        (_THERAPY, _WORDS, _EXAMPLE), (_CONDITION, _FINDING_WORDS, _LINK), ("\ue009", _WORDS, _EXAMPLE),
        (_TARGET, _WORDS, _EXAMPLE), ("\ue00a", _WORDS, _LINK),
    )
)  # fmt: skip


_OPENING = re.compile(
    r"(?:in|among|for|with|during|after|unlike|like|compared with|besides|despite|when|if|although|"
    r"because|as|since|while|where)\s+(?:[a-z0-9]+\s+){0,5}"
)


def _grouped(cells: list[_Cell], pattern: re.Pattern[str]) -> list[_Cell]:
    """Make one cell of the members of each list."""
    text = "".join(cell.char for cell in cells)
    if not pattern.search(text):
        return cells
    made: list[_Cell] = []
    place = 0
    while place < len(cells):
        found = pattern.match(text, place)
        if found is None:
            made.append(cells[place])
            place += 1
            continue
        if found.group(2).lstrip().startswith(",") and _OPENING.fullmatch(text, 0, place):
            made.append(cells[place])  # "In myositis, marked weakness ...": the comma begins the clause, no list
            place += 1
            continue
        slot = cells[place].slot
        assert slot is not None
        mentions, stop, apposed = list(slot.mentions), slot.end, slot.apposed
        while found is not None:
            place = found.end()
            other = cells[place].slot
            assert other is not None
            mentions += other.mentions
            stop = other.end
            found = pattern.match(text, place)
        made.append(_Cell(_leading(mentions), slot.start, Slot(tuple(mentions), slot.start, stop, apposed)))
        place += 1
    return made


def _leading(mentions: list[Mention]) -> str:
    """Choose the mark of a list: a disease in it shows, also behind a finding."""
    marks = [MARKS.get(mention.entry.kind, MARKS["OpenFinding"]) for mention in mentions]
    return marks[0]


_REGIMEN = re.compile(
    rf"([{_THERAPY}])(?:\s+(?:therapy|treatment))?\s*(?:\+|plus|(?:,\s*)?(?:used\s+)?(?:combined|"
    rf"together|in combination|combination therapy|concomitantly)\s+with)"
    rf"\s*{_WORDS}([{_THERAPY}])"
)
_COMBINATION = re.compile(
    rf"\b(?:combination|combinations|combined use|concomitant use|concurrent use|interactions?|"
    rf"coadministration|co administration|multi ?target (?:therapy|treatment)|"
    rf"(?:combined|combination|triple|dual) (?:therapy|treatment|immunosuppression|regimen))\s+(?:of|"
    rf"with|using|consisting of|between)\s+{_WORDS}([{_THERAPY}])"
)


# "eculizumab, a terminal complement inhibitor, produced": the class says what the drug is and is no subject of its own.
_APPOSITION = re.compile(
    rf"(?<=[\ue002\ue003])\s*,?\s*(?:\(\s*)?(?:an?|the)\s+{_WORDS}[\ue003](?:\s+(?:drug|agent|antibody|"
    rf"therapy|class))?\s*(?:\)|,|(?=\s+(?:in|for|was|were|is|that|which|on|to|with|has|had)\b))"
)


def _without_appositions(cells: list[_Cell]) -> list[_Cell]:
    text = "".join(cell.char for cell in cells)
    for found in reversed(list(_APPOSITION.finditer(text))):
        classes = [cell.slot for cell in cells[found.start() : found.end()] if cell.slot is not None]
        drug = cells[found.start() - 1]
        if drug.slot is not None:
            apposed = tuple(mention for slot in classes for mention in slot.mentions)
            cells[found.start() - 1] = drug._replace(slot=drug.slot._replace(apposed=apposed))
        del cells[found.start() : found.end()]
    return cells


def _regimens(cells: list[_Cell], pattern: re.Pattern[str]) -> list[_Cell]:
    """Make one mention of a combination that the text names as one."""
    text = "".join(cell.char for cell in cells)
    for found in reversed(list(pattern.finditer(text))):
        slots = [cells[found.start(number)].slot for number in range(1, pattern.groups + 1)]
        parts = [mention for slot in slots if slot is not None for mention in slot.mentions]
        if len(dict.fromkeys(part.entry.iri for part in parts)) < 2:
            continue
        first = found.start(1)
        start, stop = parts[0].start, parts[-1].end
        mention = Mention(start, stop, regimen([part.entry for part in parts]))
        cells[first : found.end(pattern.groups)] = [_Cell(MARKS["Regimen"], start, Slot((mention,), start, stop))]
    return cells


def regimen(parts: list[Entry]) -> Entry:
    """Make the entry of a combination, its parts in the order of the text; its names are made of theirs."""
    unique = list({part.iri: part for part in parts}.values())
    each = {2: 7, 3: 3}.get(len(unique), 1)
    names = product(*([part.label, *part.names][:each] for part in unique))
    made = open_entry(" + ".join(part.label for part in unique), "Regimen")
    return replace(made, names=tuple(sorted({" + ".join(chosen) for chosen in names})))
