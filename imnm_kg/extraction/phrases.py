# SPDX-License-Identifier: Apache-2.0
"""Findings that no lexicon has: noun phrases whose head is a word for a symptom, a sign, a change or a damage."""

from __future__ import annotations

import re
from collections.abc import Callable

__all__ = ["has_head", "open_findings", "open_processes", "open_variants"]

_HEADS = (
    r"weakness|atrophy|infiltrat(?:ion|es?)|deposit(?:ion|s)|necrosis|signatures?|inflammation|"
    r"lesions?|symptoms|involvement|"
    r"upregulation|up regulation|overexpression|downregulation|elevation|dysfunction|failure|damage|"
    r"injury|pain|fibrosis|"
    r"impairment|degeneration|regeneration|ulcers?|ulcerations?|rash(?:es)?|swelling|stiffness|"
    r"fatigue|loss|abnormalit(?:y|ies)|"
    r"accumulation|aggregates?|aggregation|cytotoxicity|destruction|invasion|proliferation|activation|"
    r"depletion|deficiency|"
    r"dysregulation|angiopath(?:y|ies)|vasculopathy|calcification|hypertrophy|edema|oedema|erythema|"
    r"spasms?|cramps|toxicity|"
    r"reactions?|hemorrhage|haemorrhage|bleeding|thrombosis|infarction|acidosis|insufficiency|"
    r"disability|paralysis|palsy|paresis|"
    r"denervation|vacuoles?|inclusions?|autoimmunity|immunodeficiency|cytopenia|arrhythmias?|crisis|"
    r"crises|exacerbations?|relapses?|"
    r"disturbances?|changes|opacities|effusions?|congestion|malformations?|depigmentation|"
    r"pigmentation|scarring|sclerosis|retraction"
)
_STOP = (
    r"of|in|with|for|to|by|was|were|is|are|be|been|being|has|have|had|that|which|who|whose|whereas|"
    r"while|but|on|from|at|into|than|"
    r"then|may|might|can|could|should|would|will|not|no|did|does|do|if|when|after|before|during|"
    r"between|among|versus|vs|via|and|or|"
    r"nor|we|they|it|there|this|these|those|their|its|our|his|her|patients?|because|although|however|"
    r"thus|a|an|the|any|some|all|"
    r"both|either|each|more|most|less|least|such|as|other|many|several|also|only|including|showed?|"
    r"shown|shows|caused?|causes|"
    r"causing|suggest\w*|reported|observed|found|associated|related|characteri[sz]ed|defined|develop\w*|present\w*|"
    r"improv\w+|reduc(?:e|es|ing)|prevent\w*|treat\w*|contribut\w*|lead\w*|led|result\w*|induc\w+|"
    r"avoid\w*|manag\w*|"
    r"mediated|increases|decreases|"
    r"indicat\w*|reveal\w*|display\w*|exhibit\w*|experienc\w*|had|without|due|secondary|us|frequent|"
    r"common|usual|typical|"
    r"characteristic|main|major|significant|marked|predominant|clinical|possible|potential|further|"
    r"new|first|concomitant|"
    r"often|usually|commonly|frequently|typically|mainly|mostly|especially|particularly|respectively|"
    r"namely|severe|mild|moderate|"
    r"featuring|mechanisms?|underlying|markers?|progressive|late|early|post|acute|chronic|"
    r"significantly|increasingly|highly|so|well|therefore|following|against|about|over|under|within|"
    r"through|per|same|different|similar|certain|various|two|three|four|one|like"
)
_INNER = "\ue005\ue007\ue008\ue009"
_HEAD = re.compile(rf"(?<![a-z])(?:{_HEADS})(?![a-z])|levels?|concentration|expression")
_PHRASE = re.compile(
    rf"(?<![a-z0-9'\ue001-\ue00b])((?:(?:(?!(?:{_STOP})\b)[a-z0-9'+/.]*[a-z0-9'+/]|"
    rf"[{_INNER}])\s+){{1,5}})({_HEADS})(?![a-z0-9\ue001-\ue00b])"
)
_OF = re.compile(
    rf"(?<![a-z0-9\ue001-\ue00b])({_HEADS})\s+of\s+((?:the\s+)?(?:(?:(?!(?:{_STOP})\b)[a-z0-9'+/]+|"
    rf"[{_INNER}])\s*){{1,5}})(?=\s*(?:[,.;:()\[\]]|$|(?:{_STOP})\b))"
)


_CHANGE = re.compile(
    r"(?<![a-z])(increased|elevated|higher|high|raised|reduced|decreased|lower|low)\s+((?:serum|"
    r"plasma|muscle|tissue|circulating|cell surface)\s+)?"
    r"(?:(?:levels?|concentrations?|expression|activity|titers?|frequency|proportions?|"
    r"numbers?)\s+of\s+)((?:[a-z0-9]+\s+){0,2}[\ue007\ue009])"
    r"|(?<![a-z])(increased|elevated|higher|high|raised|reduced|decreased|lower|low)\s+((?:serum|"
    r"plasma|muscle|tissue|circulating)\s+)?([\ue007])(?=\s+(?:levels?|concentrations?|expression|"
    r"activity))"
)
_UP = ("increased", "elevated", "higher", "high", "raised")


def _changes(text: str, words: Callable[[int, int], str]) -> list[tuple[int, int, str]]:
    """Find raised and lowered amounts: "higher serum levels of sC5b-9" is "elevated serum sC5b-9"."""
    made = []
    for found in _CHANGE.finditer(text):
        first = 1 if found.group(1) else 4
        way = "elevated" if found.group(first) in _UP else "reduced"
        where = (found.group(first + 1) or "").strip()
        what = words(found.start(first + 2), found.end(first + 2))
        made.append((found.start(), found.end(), " ".join(part for part in (way, where, what) if part)))
    return made


_ACTION = re.compile(
    r"([\ue007](?:\s+[\ue007])?)\s+(activation|clustering|interactions?|signall?ing|production|"
    r"secretion|catabolism|binding|degradation|"
    r"phosphorylation|synthesis|internali[sz]ation|translocation|differentiation|migration|release|"
    r"generation|crosstalk|induction)(?![a-z])"
)


def open_processes(text: str, words: Callable[[int, int], str]) -> list[tuple[int, int, str]]:
    """Find processes that no lexicon has: a molecule or a cell with a word for what happens to it."""
    return [(found.start(), found.end(), words(found.start(), found.end())) for found in _ACTION.finditer(text)]


_VARIANT = re.compile(
    r"(?:mutations?|variants?)\s+(?:in|of)\s+(?:the\s+)?(\ue007)(?:\s+genes?)?|"
    r"(\ue007)(?:\s+genes?)?\s+(?:mutations?|variants?)(?![a-z])"
)


def open_variants(text: str) -> list[tuple[int, int, int]]:
    """Find variants of a gene: places (half-open), and where the gene stands."""
    return [(m.start(), m.end(), m.start(1) if m.group(1) else m.start(2)) for m in _VARIANT.finditer(text)]


def has_head(plain: str, start: int, end: int) -> bool:
    """Tell whether a sentence has a word that may be the head of an open finding."""
    return _HEAD.search(plain, start, end) is not None


def open_findings(text: str, words: Callable[[int, int], str]) -> list[tuple[int, int, str]]:
    """Find open findings in a masked sentence.

    Args:
        text: the masked sentence.
        words: gives the words that a stretch of it stands for.

    Returns:
        Places (half-open) and label, in order and without overlap.
    """
    made = _changes(text, words)
    for found in _PHRASE.finditer(text):
        start, end = found.start(1), found.end(2)
        label = words(start, end)
        if 4 < len(label) < 70 and not any(first < end and start < last for first, last, _ in made):
            made.append((start, end, label))
    taken = [(start, end) for start, end, _ in made]
    for found in _OF.finditer(text):
        start, end = found.start(1), found.start(2) + len(found.group(2).rstrip())
        if any(first < end and start < last for first, last in taken):
            continue
        label = words(start, end)
        if 4 < len(label) < 70:
            made.append((start, end, label))
    return sorted(made)
