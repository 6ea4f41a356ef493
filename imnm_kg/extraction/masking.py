# SPDX-License-Identifier: Apache-2.0
"""A sentence with a single character in the place of each mention, so that a rule is a pattern over typed mentions.

Members of a list ("azathioprine, methotrexate or tacrolimus") become one character together, a named combination
("A plus B") becomes one mention of a regimen. Every place of the masked sentence leads back to the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import product
from typing import TypeAlias

from imnm_kg.extraction.mentions import Mention, open_entry
from imnm_kg.extraction.phrases import open_findings, open_processes, open_variants
from imnm_kg.extraction.sheet import CLASSES, MARKS, Masked, Sheet, Slot
from imnm_kg.lexicon.entries import Entry

__all__ = ["fold", "mask"]

_Finder: TypeAlias = Callable[[str, Callable[[int, int], str]], list[tuple[int, int, str]]]


def mask(plain: str, start: int, end: int, mentions: list[Mention], *, findings: bool = True) -> Masked:
    """Mask a sentence.

    Args:
        plain: the normal form of the document.
        start: first code point of the sentence.
        end: the code point after its last.
        mentions: the mentions inside it, in order.
        findings: whether to look for findings that no lexicon has.
    """
    sheet = Sheet(plain, start, end, mentions)
    _drop_brackets(sheet)
    _add_open_processes(sheet)
    if findings:
        _add_open(sheet, open_findings, "Phenotype", MARKS["OpenFinding"])
    _drop_appositions(sheet)
    _add_regimens(sheet, _REGIMEN)
    for members, pattern, link in _GROUPS:
        if sum(sheet.text.count(mark) for mark in members) > 1:
            _group(sheet, pattern, link)
    _add_regimens(sheet, _COMBINATION)
    return sheet.finish()


_BRACKETS = re.compile(r"\s*[(\[]([^()\[\]]*(?:\([^()]*\)[^()\[\]]*)*)[)\]]")
_EXAMPLES = re.compile(r"\b(?:e\.? ?g\b|such as|including|i\.? ?e\b|like|namely)")


def _drop_brackets(sheet: Sheet) -> None:
    """Drop brackets that hold figures, citations, or another name of what stands before them."""
    if "(" not in sheet.text and "[" not in sheet.text:
        return
    for found in reversed(list(_BRACKETS.finditer(sheet.text))):
        inside = sheet.slots_in(found.start(1), found.end(1))
        at = found.start() - 1
        before = sheet.slot(at) if at >= 0 and sheet.text[at] in _ALL_MARKS else None
        if before is not None and len(inside) == 1 and _names_antibody(before, inside[0]):
            sheet.set(at, inside[0])
        elif (inside and not _FIGURES.search(found.group(1)) and not _same_thing(before, inside, found.group(1))) or (
            not inside and _EXAMPLES.search(found.group(1))
        ):
            continue
        sheet.patch(found.start(), found.end())


_ALL_MARKS = frozenset(MARKS.values())
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


def _add_open_processes(sheet: Sheet) -> None:
    """Put variants of genes and what happens to molecules in the place of their words."""
    for start, end, gene in reversed(open_variants(sheet.text)):
        stop = sheet.stop(end)
        mention = Mention(sheet.origin[start], stop, _variants(sheet.slot(gene).mentions[0].entry))
        sheet.patch(start, end, MARKS["Factor"], Slot((mention,), mention.start, stop))
    if any(mark in sheet.text for mark in CLASSES["U"]):
        _add_open(sheet, open_processes, "BiologicalProcess", MARKS["BiologicalProcess"])


def _add_open(sheet: Sheet, find: _Finder, kind: str, mark: str) -> None:
    """Put things that no lexicon has, recognised by their head noun, in the place of their words."""
    for start, end, label in reversed(find(sheet.text, sheet.words)):
        stop = sheet.stop(end)
        mention = Mention(sheet.origin[start], stop, open_entry(label, kind))
        sheet.patch(start, end, mark, Slot((mention,), mention.start, stop))


def _variants(gene: Entry) -> Entry:
    """Make the entry of the variants of a gene; its names follow from those of the gene."""
    label = min(gene.abbreviations, key=len, default=gene.label)
    names = tuple(f"{name} {word}" for name in gene.all_names[:28] for word in ("variants", "mutation"))
    return Entry(f"{gene.iri}-variants", "Factor", f"{label} variants", names, coined=True)


_COPULA = re.compile(
    r"(?:(?<=\ue001)(?:\s*,)?\s+(?:is|are|was|were|represents?)\s+(?:[a-z0-9]+\s+){0,3}?(?:an?|the|"
    r"one of the|among the)\s+(?:[a-z0-9]+(?:,(?=\s+[a-z]+(?:al|ic|ive|ed|ous|ary|ile|are)\b))?\s+){0,8}?\ue001)"
    r"|(?:(?<=\ue001)\s+(?:is|are)\s+(?:(?:usually|often|generally|mostly)\s+)?(?:rare|chronic|systemic|severe|acquired|"
    r"heterogeneous|debilitating|progressive|inherited|genetic|multisystem)\s+(?:(?:and|but|multisystem|chronic|rare|"
    r"systemic|acquired|heterogeneous|progressive)\s+){0,2}\ue001(?=\s+(?:that|which|characteri|with|associated|of)\b))"
    r"|(?:(?<=\ue001)\s*,\s+(?:(?:now |increasingly |also )?(?:recogni[sz]ed|classified|regarded|considered|known) "
    r"as\s+)?(?:an?|one of the|the)\s+(?:[a-z0-9]+\s+){0,6}?\ue001(?:\s*,|"
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
    r"including|such|avoid\w*|prevent\w*|causing|leading|resulting|triggering|inducing|"
    r"improved?|improves|reduced?s?|increased?s?|decreased?s?|developed|received|induced?s?|inhibit\w*|"
    r"followed|compared|led|leads?|resulted|results?|suggests?|found|observed|reported|appears?|"
    r"seems?|remains?|only|both"
)
_WORDS = rf"(?:(?!(?:{_STOP})\b)[a-z0-9'%+.]+\s+){{0,4}}"
_FINDING_WORDS = rf"(?:(?!(?:{_STOP.replace('reduced?s?|increased?s?|decreased?s?|', '')})\b)[a-z0-9'%+.]+\s+){{0,4}}"
_EXAMPLE = rf"(?:{_LINK}|\s*[,(]?\s*(?:such as|including|for example|e\.? ?g\.?|like|namely)\s*,?\s*)"
_SUFFIX = r"(?:\s+(?:therapy|treatment|infusions?|drugs?|antibod(?:y|ies)|autoantibodies|disease))?"
_GROUPS = tuple(
    (members, re.compile(rf"[{members}](?:{_SUFFIX}{link}{words}[{members}])+"), re.compile(rf"{_SUFFIX}\s*,"))
    for members, words, link in (
        (CLASSES["T"], _WORDS, _EXAMPLE),
        (CLASSES["C"], _FINDING_WORDS, _LINK),
        ("\ue009", _WORDS, _EXAMPLE),
        (CLASSES["P"], _WORDS, _EXAMPLE),
        ("\ue00a", _WORDS, _LINK),
    )
)
_OPENING = re.compile(
    r"(?:in|among|for|with|during|after|unlike|like|compared with|besides|despite|when|if|although|"
    r"because|as|since|while|where)\s+(?:[a-z0-9]+\s+){0,5}"
)


def _group(sheet: Sheet, pattern: re.Pattern[str], comma: re.Pattern[str]) -> None:
    """Make one mark of the members of each list."""
    place = 0
    while (found := pattern.search(sheet.text, place)) is not None:
        start, end = found.span()
        place = start + 1
        if comma.match(sheet.text, start + 1) and _OPENING.fullmatch(sheet.text, 0, start):
            continue  # "In myositis, marked weakness ...": the comma begins the clause, no list
        slots = sheet.slots_in(start, end)
        mentions = tuple(mention for slot in slots for mention in slot.mentions)
        made = Slot(mentions, slots[0].start, slots[-1].end, slots[0].apposed)
        sheet.patch(start, end, sheet.text[start], made)


_T = CLASSES["T"]
_REGIMEN = re.compile(
    rf"([{_T}])(?:\s+(?:therapy|treatment))?\s*(?:\+|plus|(?:,\s*)?(?:used\s+)?(?:combined|"
    rf"together|in combination|combination therapy|concomitantly)\s+with)"
    rf"\s*{_WORDS}([{_T}])"
)
_COMBINATION = re.compile(
    rf"\b(?:combination|combinations|combined use|concomitant use|concurrent use|interactions?|"
    rf"coadministration|co administration|multi ?target (?:therapy|treatment)|"
    rf"(?:combined|combination|triple|dual) (?:therapy|treatment|immunosuppression|regimen))\s+(?:of|"
    rf"with|using|consisting of|between)\s+{_WORDS}([{_T}])"
)


# "eculizumab, a terminal complement inhibitor, produced": the class says what the drug is and is no subject of its own.
_APPOSITION = re.compile(
    rf"(?<=[\ue002\ue003])\s*,?\s*(?:\(\s*)?(?:an?|the)\s+{_WORDS}[\ue003](?:\s+(?:drug|agent|antibody|"
    rf"therapy|class))?\s*(?:\)|,|(?=\s+(?:in|for|was|were|is|that|which|on|to|with|has|had)\b))"
)


def _drop_appositions(sheet: Sheet) -> None:
    if CLASSES["K"] not in sheet.text:
        return
    for found in reversed(list(_APPOSITION.finditer(sheet.text))):
        classes = sheet.slots_in(found.start(), found.end())
        apposed = tuple(mention for slot in classes for mention in slot.mentions)
        drug = found.start() - 1
        sheet.set(drug, sheet.slot(drug)._replace(apposed=apposed))
        sheet.patch(found.start(), found.end())


def _add_regimens(sheet: Sheet, pattern: re.Pattern[str]) -> None:
    """Make one mention of a combination that the text names as one."""
    for found in reversed(list(pattern.finditer(sheet.text))):
        slots = [sheet.slot(found.start(number)) for number in range(1, pattern.groups + 1)]
        parts = [mention for slot in slots for mention in slot.mentions]
        if len(dict.fromkeys(part.entry.iri for part in parts)) < 2:
            continue
        start, stop = parts[0].start, parts[-1].end
        mention = Mention(start, stop, regimen([part.entry for part in parts]))
        sheet.patch(found.start(1), found.end(pattern.groups), MARKS["Regimen"], Slot((mention,), start, stop))


def regimen(parts: list[Entry]) -> Entry:
    """Make the entry of a combination, its parts in the order of the text; its names are made of theirs."""
    unique = list({part.iri: part for part in parts}.values())
    each = {2: 7, 3: 3}.get(len(unique), 1)
    names = product(*([part.label, *part.names][:each] for part in unique))
    made = open_entry(" + ".join(part.label for part in unique), "Regimen")
    return replace(made, names=tuple(sorted({" + ".join(chosen) for chosen in names})))
