# SPDX-License-Identifier: Apache-2.0
"""Whom a finding is about: the words that narrow a disease, patient groups, and animal models."""

from __future__ import annotations

import re
from collections.abc import Mapping

from imnm_kg.extraction.mentions import Mention, antibody_of, open_entry
from imnm_kg.lexicon.entries import Entry
from imnm_kg.lexicon.matcher import Matcher
from imnm_kg.model.namespaces import ENTITY

__all__ = ["model_population", "narrow", "patient_group", "pooled", "population_label"]

# Words before a disease that narrow it, as the population's name has them.
_NARROWING = {
    r"(?:treatment|therapy|drug|multidrug|multi drug)?[- ]?(?:refractory|resistant)": "refractory",
    r"intractable": "refractory",
    r"generali[sz]ed": "generalized",
    r"ocular": "ocular",
    r"bulbar": "bulbar",
    r"double[- ](?:sero)?negative": "double-seronegative",
    r"(?:auto)?antibody[- ]negative|seronegative": "seronegative",
    r"seropositive": "seropositive",
    r"juvenile|childhood(?:[- ]onset)?|pa?ediatric": "juvenile",
    r"late[- ]onset": "late-onset",
    r"early[- ]onset": "early-onset",
    r"relapsing|relapsed": "relapsing",
    r"fulminant": "fulminant",
    r"amyopathic": "amyopathic",
}  # fmt: skip
_NARROW = re.compile(rf"(?:^|(?<=[\s(,]))({'|'.join(_NARROWING)})[\s-]+$", re.IGNORECASE)
_KNOWN = [(re.compile(pattern, re.IGNORECASE), name) for pattern, name in _NARROWING.items()]
_NEUTRAL = re.compile(
    r"(?:^|(?<=[\s(,]))(?:severe|active|moderate(?:[- ]to[- ]severe)?|mild|adult|newly[- ]diagnosed|"
    r"new[- ]onset|recent[- ]onset|"
    r"established|biopsy[- ]proven|definite|classical?|isolated|progressive|steroid[- ]dependent)[\s-]+$",
    re.IGNORECASE,
)
_CASES = re.compile(r"(?:refractory|resistant) (?:cases?|forms?|patients?) (?:of|with)\s+$", re.IGNORECASE)
# The last words of these: a search for the end of a text would try every place of it.
_LAST_WORDS = (
    "severe", "active", "moderate", "mild", "adult", "diagnosed", "onset", "established", "proven", "definite",
    "classic", "classical", "isolated", "progressive", "dependent", "refractory", "resistant", "intractable",
    "generalised", "generalized", "ocular", "bulbar", "negative", "seropositive", "juvenile", "childhood", "pediatric",
    "paediatric", "relapsing", "relapsed", "fulminant", "amyopathic",
)  # fmt: skip
_POSITIVE = re.compile(
    r"[\s-]*(?:auto-?)?(?:antibod(?:y|ies)|ab|igg)?[\s-]*(?:sero)?(?:positive|\(\+\)|\+|pos)[\s-]*$", re.IGNORECASE
)
_NEGATIVE = re.compile(r"[\s-]*(?:auto-?)?(?:antibod(?:y|ies)|ab|igg)?[\s-]*(?:sero)?negative[\s-]*$", re.IGNORECASE)
_REFRACTORY = re.compile(r"[\s-]+(refractory|resistant|dependent|unresponsive)[\s-]+$", re.IGNORECASE)
_ASSOCIATED = re.compile(r"[\s-]+(associated|related)[\s-]+$", re.IGNORECASE)
_WITH_ANTIBODY = re.compile(
    r"\s+(?:patients\s+)?(?:with|and|who (?:are|were) positive for|positive for)\s+$", re.IGNORECASE
)
_REFRACTORY_TO = re.compile(
    r"\s+(?:patients\s+)?(?:that (?:is|was|were|are)\s+|who (?:are|were)\s+)?(?:refractory|resistant)\b", re.IGNORECASE
)
_ORDER = {"refractory": 0, "relapsing": 1, "juvenile": 2, "late-onset": 2, "early-onset": 2, "double-seronegative": 3,
          "seronegative": 3, "seropositive": 3, "generalized": 5, "ocular": 5, "bulbar": 5}  # fmt: skip


_GAP = "-" + "".join(letter for letter in map(chr, range(0x3001)) if letter.isspace())


def _rank(modifier: str) -> int:
    if modifier.endswith("-positive") or modifier.endswith("-negative"):
        return 4
    return _ORDER.get(modifier, 0 if modifier.endswith("-refractory") else 3)


def narrow(text: str, mentions: list[Mention], matcher: Matcher) -> list[Mention]:
    """Take the words that narrow a disease into its mention; a drug or an antibody among them is none of its own."""
    made: list[Mention] = []
    for number, mention in enumerate(mentions):
        if mention.entry.kind != "Disease":
            made.append(mention)
            continue
        start, modifiers = mention.start, []
        while True:
            left = text[max(0, start - 60) : start]
            last = left.lower().rstrip(_GAP)
            narrows = last.endswith(_LAST_WORDS)
            if narrows and (found := _NEUTRAL.search(left)):
                start -= len(left) - found.start()
                continue
            if last.endswith(("of", "with")) and (found := _CASES.search(left)):
                modifiers.append("refractory")
                start -= len(left) - found.start()
                continue
            if narrows and (found := _NARROW.search(left)):
                modifiers.append(next(name for known, name in _KNOWN if known.fullmatch(found.group(1))))
                start -= len(left) - found.start()
                continue
            before = made[-1] if made else None
            if before is None or not start - 40 <= before.end <= start:
                break
            modifier = _compound(before, text[before.end : start], matcher)
            if modifier is None:
                break
            modifiers.append(modifier)
            start = before.start
            made.pop()
        modifiers += _behind(text, mention, mentions[number + 1] if number + 1 < len(mentions) else None)
        ordered = tuple(sorted(dict.fromkeys(modifiers), key=_rank))
        made.append(Mention(start, mention.end, mention.entry, ordered))
    return made


def _compound(before: Mention, between: str, matcher: Matcher) -> str | None:
    """Name the modifier that another mention in front of a disease makes, if it makes one."""
    kind = before.entry.kind
    if kind in ("Antibody", "Protein"):
        positive = bool(_POSITIVE.fullmatch(between) or (kind == "Protein" and between == "-"))
        if (positive or _NEGATIVE.fullmatch(between)) and (antibody := antibody_of(before.entry, matcher)) is not None:
            return f"{antibody.label}-{'positive' if positive else 'negative'}"
    if kind in ("Drug", "DrugClass") and _REFRACTORY.fullmatch(between):
        return f"{before.entry.label.removesuffix('s')}-refractory"
    if kind in ("Disease", "Factor") and (found := _ASSOCIATED.fullmatch(between)):
        return f"{before.entry.label.removesuffix('s')}-{found.group(1).lower()}"
    return None


def _behind(text: str, mention: Mention, after: Mention | None) -> list[str]:
    if _REFRACTORY_TO.match(text, mention.end):
        return ["refractory"]
    if after is None or after.start > mention.end + 40:
        return []
    if after.entry.kind == "Antibody" and re.fullmatch(r"\s+with\s+", text[mention.end : after.start]):
        return [f"{after.entry.label}-positive"]
    return []


def population_label(mention: Mention) -> str:
    """Return the name of the population that a disease mention stands for: its modifiers and its own full name."""
    label = mention.entry.label
    return " ".join((*[word for word in mention.modifiers if word not in label], label))


_POOLED = (f"{ENTITY}polymyositis", f"{ENTITY}dermatomyositis")


def pooled(diseases: tuple[Mention, ...], entries: Mapping[str, Entry]) -> tuple[Mention, ...]:
    """Make one of polymyositis and dermatomyositis where a text gives one finding for both together."""
    if len(diseases) != 2 or {m.entry.iri for m in diseases} != set(_POOLED):
        return diseases
    modifiers = tuple(dict.fromkeys((*diseases[0].modifiers, *diseases[1].modifiers)))
    entry = entries.get(f"{ENTITY}polymyositis-dermatomyositis") or open_entry(
        "polymyositis/dermatomyositis", "Disease"
    )
    return (Mention(diseases[0].start, diseases[1].end, entry, modifiers),)


_ANIMALS = re.compile(
    r"\b(?:mice|mouse|murine|rats?|zebrafish|rabbits?|primates?|guinea pigs?|animal models?|knock-?out|transgenic)\b",
    re.IGNORECASE,
)
_ANIMAL_NAMES = {
    "mice": "mouse", "murine": "mouse", "rats": "rat", "rabbits": "rabbit", "animal model": "animal",
    "animal models": "animal", "primates": "primate", "guinea pigs": "guinea pig", "guinea pig": "guinea pig",
    "knockout": "mouse", "knock-out": "mouse", "transgenic": "mouse", "primate": "primate",
}  # fmt: skip


def model_population(disease: str, sentence: str) -> str | None:
    """Return the name of the animal model that a sentence speaks of, none where it speaks of people."""
    found = _ANIMALS.search(sentence)
    if found is None:
        return None
    word = found.group().lower()
    animal = _ANIMAL_NAMES.get(word, word)
    return f"{disease} {animal} model"


_GROUP = re.compile(
    r"\b(liver|renal|kidney|heart|cardiac|lung|pancreas|organ|stem[- ]cell|"
    r"bone[- ]marrow)[- ]transplant(?:ation)?s?\b(?:\s+(?:recipients?|patients?))?",
    re.IGNORECASE,
)
_ORGANS = {"kidney": "renal", "cardiac": "heart", "stem cell": "stem cell", "bone marrow": "stem cell"}


def patient_group(text: str) -> str | None:
    """Return the group that a whole text is about when it names no disease: recipients of a transplant, for now."""
    found = _GROUP.search(text) if "transplant" in text.lower() else None
    if found is None:
        return None
    organ = found.group(1).lower().replace("-", " ")
    return f"{_ORGANS.get(organ, organ)} transplant recipients"
