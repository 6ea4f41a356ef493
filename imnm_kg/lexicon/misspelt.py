# SPDX-License-Identifier: Apache-2.0
"""Drug names with one letter wrong: a long word that no lexicon has, one edit away from a word of a drug's name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from imnm_kg.lexicon.entries import Entry
from imnm_kg.lexicon.matcher import Found, Matcher
from imnm_kg.lexicon.variants import words_only
from imnm_kg.model.namespaces import ENTITY

__all__ = ["Misspelt"]

_SHORTEST = 9  # a shorter word has too many neighbours
_WORD = re.compile(r"(?<!\S)[a-z]{8,40}(?!\S)")
_KEPT = 50_000  # words that are remembered: texts of one field share most of theirs
_REACH = 60  # code points of a name behind its first long word


class Misspelt:
    """The long words of our own drug names, by what is left of each when one letter is taken out.

    Two words are one edit apart (a letter more, less or another, or two neighbours changed) where one of these, or the
    word itself, is the same. Diseases are left out: "nephritic" is no misspelt "nephritis". So is what begins with
    another letter.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        """Index the words of the names."""
        self._known: set[str] = set()
        self._near: dict[str, set[str]] = {}
        words: set[str] = set()
        for entry in entries:
            if not entry.iri.startswith(ENTITY):
                continue
            for name in (entry.label, *entry.names):
                parts = _WORD.findall(words_only(name))
                self._known.update(parts)
                if entry.kind == "Drug":
                    words.update(part for part in parts if len(part) >= _SHORTEST)
        for word in words:
            for left in _without_one(word):
                self._near.setdefault(left, set()).add(word)
        self._meant = lru_cache(maxsize=_KEPT)(self._word_near)

    def find(self, words: str, found: Sequence[Found], matcher: Matcher) -> list[Found]:
        """Return the names of drugs that are written with one letter wrong, outside of the names that were found.

        Args:
            words: a text, in the form in which names are compared.
            found: the names in it.
            matcher: the names.
        """
        made: list[Found] = []
        taken = [(item.start, item.end) for item in found]
        for match in _WORD.finditer(words):
            written, start, end = match.group(), match.start(), match.end()
            if written in self._known or any(first < end and start < last for first, last in taken):
                continue
            word = self._meant(written)
            if word is None:
                continue
            for item in matcher.find_all(*[word + words[end : end + _REACH]] * 2):
                last = item.end + len(written) - len(word)
                if item.start == 0 and item.entry.kind == "Drug" and start + last >= end:
                    made.append(Found(start, start + last, item.entry))
        return made

    def _word_near(self, written: str) -> str | None:
        """Return the one word that is one edit away, none where there is none or another too."""
        near = (word for left in _without_one(written) for word in self._near.get(left, ()))
        meant = {word for word in near if _one_edit(written, word)}
        return meant.pop() if len(meant) == 1 else None


def _without_one(word: str) -> Iterator[str]:
    yield word
    for place in range(1, len(word)):
        yield word[:place] + word[place + 1 :]


def _one_edit(one: str, other: str) -> bool:
    """Tell whether two different words are one insertion, deletion, substitution or swap of neighbours apart."""
    if len(one) > len(other):
        one, other = other, one
    first = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    if len(one) < len(other):
        return one[first:] == other[first + 1 :]
    swapped = one[first : first + 2] == other[first : first + 2][::-1] and one[first + 2 :] == other[first + 2 :]
    return one[first + 1 :] == other[first + 1 :] or swapped
