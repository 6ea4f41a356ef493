# SPDX-License-Identifier: Apache-2.0
"""Which of the names that a vocabulary gives a term are looked for in texts, and which count only in capitals."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

__all__ = ["LONGEST", "Naming", "name_term", "one_blank"]

LONGEST = 150
"""The most characters of a name; a longer one is a definition, or a systematic name that no text has."""

# Capitals and digits, up to six, with at least one capital.
_SHORT = re.compile(r"(?=[\d+/.-]*[A-Z])[A-Z\d][A-Z\d+/.-]{0,5}")
# What vocabularies add to a name to tell what kind of thing it is.
_TAG = re.compile(r" \((?:disease|disorder|finding|human|medical procedure|procedure|substance)\)$| AE$")
_ANTIBODY = re.compile(r"(?:anti[ -]?(.+?)(?: (?:auto-?)?antibod(?:y|ies))?|(.+) (?:auto-?)?antibod(?:y|ies))", re.I)
_FEWEST, _MOST = 3, 15  # everyday words are shorter


class Naming(NamedTuple):
    """The names of a term, as an entry has them; an empty label where nothing is left to look for."""

    label: str
    names: tuple[str, ...]
    abbreviations: tuple[str, ...]
    ambiguous: frozenset[str]


_NONE: frozenset[str] = frozenset()


def one_blank(text: str) -> str:
    """Return a name with single blanks, and none at its ends."""
    return " ".join(text.split())


def name_term(
    kind: str, label: str, synonyms: Iterable[str], shorts: Iterable[str], everyday: frozenset[str], *, loud: bool
) -> Naming:
    """Sort the names of a term into those that count in any case and those for which case matters.

    A synonym of up to six capitals and digits is an abbreviation, and so is what the vocabulary calls one. Of two
    letters, or an everyday word, it is ambiguous; of one it is dropped. A name that is an everyday word, has no letter,
    fewer than three characters or more than ``LONGEST`` is dropped. Where the label is short, a long synonym becomes
    the label, because a label counts in any case.

    Args:
        kind: one of the kinds of entries; of an antibody the names are those of its target.
        label: the preferred name.
        synonyms: other names.
        shorts: what the vocabulary itself calls an abbreviation; with a ``?`` at its end one that is ambiguous.
        everyday: words that are no names, in small letters.
        loud: whether the vocabulary writes long names in capitals, so that capitals say nothing.
    """
    abbreviations: dict[str, bool] = {}
    for short in shorts:
        plain = short.removesuffix("?")
        if len(plain) > 1 and any(letter.isalpha() for letter in plain):
            abbreviations[plain] = plain != short or len(plain) == 2 or plain.lower() in everyday
    long: dict[str, None] = {}
    for name in (label, *synonyms):
        size = len(name)
        if size < _MOST:  # what follows takes time, and most names are longer
            if not loud and _SHORT.fullmatch(name):
                if size > 1 and name not in abbreviations:
                    abbreviations[name] = size == 2 or name.lower() in everyday
                continue
            if size < _FEWEST or name.lower() in everyday:
                continue
        if size <= LONGEST and not _is_code(name):
            long[name] = None
            if name[-1] in ")E" and (tag := _TAG.search(name)) is not None:
                long[name[: tag.start()]] = None
    names = list(long)
    if names:
        # The label of the vocabulary, where it can be one, else the first long name.
        label = names.pop(0)
    elif len(label) < _FEWEST or label.lower() in everyday or len(label) > LONGEST or _is_code(label):
        return Naming("", (), (), _NONE)
    if kind == "Antibody":
        names = [target for name in (label, *names) if (target := _target(name))]
    ambiguous = frozenset(short for short, doubtful in abbreviations.items() if doubtful)
    return Naming(label, tuple(dict.fromkeys(names)), tuple(abbreviations), ambiguous or _NONE)


def _is_code(name: str) -> bool:
    return not name[0].isalpha() and not any(map(str.isalpha, name))


def _target(name: str) -> str:
    found = _ANTIBODY.fullmatch(name)
    return "" if found is None else found[1] or found[2]
