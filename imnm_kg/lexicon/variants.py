# SPDX-License-Identifier: Apache-2.0
"""The one form in which names and texts are compared, and the spellings under which a name occurs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

__all__ = ["antibody_forms", "normalise", "plural", "spellings", "words_of", "words_only"]

# One character for one character: an offset in the normal form is an offset in the text. A text is brought to one
# byte a character first, for bytes are translated some twenty times faster than strings.
_GREEK_LETTERS = "αβγδεζηθικλμνξοπρστυφχψω"
_GREEK_BYTES = {letter: chr(0xE0 + number) for number, letter in enumerate(_GREEK_LETTERS)}
_SINGLE = {
    **_GREEK_BYTES,
    **{letter.upper(): byte for letter, byte in _GREEK_BYTES.items()},
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212\u00ad", "-"),
    **dict.fromkeys("\u2018\u2019\u02bc\u2032", "'"),
    **dict.fromkeys("\u201c\u201d", '"'),
    "µ": _GREEK_BYTES["μ"],
    "ς": _GREEK_BYTES["σ"],
    "ß": "s",
    "ø": "o",
    "Ø": "o",
    "ł": "l",
    "Ł": "l",
    "ı": "i",
}
_OTHER_LETTER = "\xff"  # a letter of a script that no name is written in: it keeps words apart from their neighbours
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_PLAIN_TABLE = bytes(
    0x20 if chr(code) in "-_" or chr(code).isspace() else 0x27 if code == 0x60 else _LOWER.get(code, code)
    for code in range(256)
)
_WORDS_TABLE = bytes(
    code if code >= 0xE0 or (code < 0x80 and chr(code).isalnum()) else 0x20
    for code in (_LOWER.get(number, number) for number in range(256))
)


@lru_cache(maxsize=4096)
def _single(letter: str) -> str:
    """Return the one byte that stands for a character beyond ASCII: its base letter, a mark, or a space."""
    known = _SINGLE.get(letter)
    if known is not None:
        return known
    base = unicodedata.normalize("NFD", letter)[0]
    if base.isascii():
        return base
    return _OTHER_LETTER if letter.isalnum() else " "


_BRITISH = (
    (re.compile(r"(?<!o)edema"), "oedema"),
    (re.compile(r"(?<!a)emi(a|c)\b"), r"aemi\1"),
    (re.compile(r"\bhem(?=o|at|a)"), "haem"),
    (re.compile(r"(?<=[a-z])hem(?=orr|oly|at)"), "haem"),
    (re.compile(r"tumor"), "tumour"),
    (re.compile(r"(?<!o)esophag"), "oesophag"),
    (re.compile(r"diarrhea"), "diarrhoea"),
    (re.compile(r"fiber"), "fibre"),
    (re.compile(r"\bpediatr"), "paediatr"),
    (re.compile(r"ischem"), "ischaem"),
    (re.compile(r"apnea\b"), "apnoea"),
    (re.compile(r"pnea\b"), "pnoea"),
    (re.compile(r"leukopen"), "leucopen"),
    (re.compile(r"(?<=[a-z]{3})iz(?=e\b|ed\b|ing\b|ation)"), "is"),
    (re.compile(r"color"), "colour"),
    (re.compile(r"celiac"), "coeliac"),
    (re.compile(r"sulf"), "sulph"),
    (re.compile(r"ynec"), "ynaec"),
    (re.compile(r"etiolog"), "aetiolog"),
)
# Of a hundred thousand names few have any of these, and to look for all at once is quick.
_AMERICAN = re.compile(
    r"edem|emi[ac]|hem|tumor|esophag|diarrhea|fiber|pediatr|pnea|leukop|iz(?:e|ing|at)|color|celiac|sulf|ynec|etiolog"
)
_GREEK = {
    "alpha": "α",
    "beta": "β",
    "gamma": "γ",
    "delta": "δ",
    "kappa": "κ",
    "lambda": "λ",
    "epsilon": "ε",
    "zeta": "ζ",
    "mu": "μ",
}
_GREEK_WORD = re.compile(rf"(?<![a-z])({'|'.join(_GREEK)})(?![a-z])")
_SIBILANT = re.compile(r"(?:s|x|z|ch|sh)$")


def _bytes(text: str) -> bytes:
    if not text.isascii():
        # A text has few of them, and each many times. Those of one byte come first, the highest first: what stands for
        # the others are higher bytes, which are not to be taken for letters of the text.
        letters = sorted(set(_NOT_ASCII.findall(text)), key=lambda letter: (letter > "\xff", -ord(letter)))
        for letter in letters:
            text = text.replace(letter, _single(letter))
    return text.encode("latin-1")


def normalise(text: str) -> str:
    """Return the form in which patterns read a text: lower case, hyphens and white space as spaces, plain quotes.

    It has the length of the text: every character stands for the one in its place. Letters with accents are their
    base letters.
    """
    return _bytes(text).translate(_PLAIN_TABLE).decode("latin-1")


def words_only(text: str) -> str:
    """Return the form in which names are compared, of the same length: letters and digits, spaces for all else."""
    return _bytes(text).translate(_WORDS_TABLE).decode("latin-1")


def words_of(plain: str) -> str:
    """Return the form in which names are compared, given the normal form: at a fifth of the cost."""
    return plain.encode("latin-1").translate(_WORDS_TABLE).decode("latin-1")


def spellings(name: str) -> Iterator[str]:
    """Yield the name in its normal form, and its British spelling and Greek letters where it has them."""
    plain = " ".join(normalise(name).split())
    yield plain
    british = plain
    for pattern, replacement in _BRITISH if _AMERICAN.search(plain) else ():
        british = pattern.sub(replacement, british)
    if british != plain:
        yield british
        for pattern, replacement in _BRITISH:  # texts mix them: "oedema of hemorrhagic ..."
            single = pattern.sub(replacement, plain)
            if single not in (plain, british):
                yield single
    greek = _GREEK_WORD.sub(lambda found: _GREEK_BYTES[_GREEK[found.group()]], plain)
    if greek != plain:
        yield greek
        yield re.sub(r" (?=[\xe0-\xfe])", "", greek)
    if plain.endswith("'s disease") or " 's " in plain or "'s " in plain:
        yield plain.replace("'s", "")


def plural(name: str) -> str | None:
    """Return the plural of a normal form, or the singular of one that is a plural; none where it has no other."""
    if name.endswith("myopathies") or name.endswith("ies"):
        return f"{name[:-3]}y"
    if name.endswith("y") and name[-2:-1] not in "aeiou":
        return f"{name[:-1]}ies"
    if name.endswith("itis"):
        return f"{name[:-2]}ides"
    if name.endswith("sis"):
        return f"{name[:-2]}es"
    if name.endswith(("us", "ss", "is", "ics")) or not name[-1:].isalpha():
        return None
    if name.endswith("s"):
        return name[:-1]
    return f"{name}es" if _SIBILANT.search(name) else f"{name}s"


_ANTIBODY = (
    "antibody",
    "antibodies",
    "autoantibody",
    "autoantibodies",
    "auto antibodies",
    "auto antibody",
    "abs",
    "ab",
)


def antibody_forms(target: str) -> Iterator[str]:
    """Yield the ways to write the antibody against a target, in normal form: ``anti-X``, ``X antibodies``, others."""
    for x in dict.fromkeys(spellings(target)):
        yield f"anti {x}"
        yield f"anti{x}"
        for word in _ANTIBODY:
            yield f"anti {x} {word}"
            yield f"anti{x} {word}"
            yield f"{x} {word}"
        yield f"anti {x} igg"
        yield f"{x} igg"
        yield f"{x} seropositivity"
        yield f"anti {x} positivity"
        for word in _ANTIBODY[:6]:
            for link in ("to", "against", "directed against", "specific for", "to the", "against the"):
                yield f"{word} {link} {x}"
