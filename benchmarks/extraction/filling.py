# SPDX-License-Identifier: Apache-2.0
"""Lexicons of a wanted size: our names or an even sample of them, then those of a PubMed file, then made-up ones."""

from __future__ import annotations

import gzip
import random
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from lxml import etree

from imnm_kg.lexicon.entries import COLUMNS, Entry
from imnm_kg.lexicon.variants import normalise

__all__ = ["count_terms", "fill", "names_of", "sample", "terms_of", "write_lexicon"]

_SEED = 5
_TAGS = {"DescriptorName": "Disease", "NameOfSubstance": "Drug"}
_STARTS = (
    "ab", "al", "be", "bro", "ca", "cla", "den", "do", "ek", "fe", "glu", "hy", "il", "ka", "le", "mo", "ni", "o",
    "pre", "ri", "sa", "te", "ul", "ve", "xa", "zo",
)  # fmt: skip
_MIDDLES = (
    "ba", "ci", "do", "fe", "li", "lo", "mi", "na", "pe", "qui", "ra", "ro", "se", "ta", "tri", "va", "xi", "zu",
)  # fmt: skip
_DRUGS = ("mab", "nib", "pril", "sartan", "statin", "cillin", "mycin", "azole", "olol", "idine", "amide", "tinib")
_DISEASES = ("itis", "oma", "osis", "opathy", "emia", "algia", "uria", "plasia", "trophy", "ectasia")
_PLACES = ("of the liver", "of the lung", "of the optic nerve", "of the small bowel", "of bone marrow", "of the skin")
_SORTS = ("familial", "acute", "chronic", "congenital", "late-onset", "X-linked", "autosomal recessive", "idiopathic")


def terms_of(entry: Entry) -> tuple[str, ...]:
    """Return every name of an entry; each counts as a term."""
    return (entry.label, *entry.names, *entry.abbreviations)


def names_of(path: Path) -> dict[str, str]:
    """Return the MeSH descriptor and substance names of a PubMed file, each with a kind."""
    found: dict[str, str] = {}
    with gzip.open(path) as stream:
        for _, element in etree.iterparse(stream, tag=("PubmedArticle", *_TAGS)):
            if element.tag in _TAGS and element.text:
                found.setdefault(element.text, _TAGS[element.tag])
            elif element.tag == "PubmedArticle":
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
    return found


def _stem(pick: random.Random) -> str:
    return pick.choice(_STARTS) + "".join(pick.choices(_MIDDLES, k=pick.randrange(1, 4)))


def _made_up() -> Iterator[Entry]:
    """Yield entries of three names each, half of them drugs, half diseases; the same on every run."""
    pick = random.Random(_SEED)
    number = 0
    while True:
        number += 1
        stem = _stem(pick)
        if number % 2:
            label = f"{stem}{pick.choice(_DRUGS)}"
            other = (f"{label} {pick.choice(('sodium', 'hydrochloride', 'acetate'))}", f"{stem[:3].upper()}-{number}")
            yield Entry(f"urn:made:{number}", "Drug", label, other)
        else:
            label = f"{pick.choice(_SORTS)} {stem}{pick.choice(_DISEASES)}"
            other = (
                f"{label} {pick.choice(_PLACES)}",
                f"{stem.title()}-{_stem(pick).title()} syndrome type {number % 40}",
            )
            yield Entry(f"urn:made:{number}", "Disease", label, other)


def fill(own: Iterable[Entry], names: dict[str, str], size: int) -> list[Entry]:
    """Return the entries that make ours so many terms in all: those of the file, then made-up ones, each name once."""
    entries: list[Entry] = []
    ours = list(own)
    known = {normalise(term) for entry in ours for term in terms_of(entry)}
    count = count_terms(ours)
    more = (Entry(f"urn:file:{n}", kind, name) for n, (name, kind) in enumerate(names.items()) if "|" not in name)
    for source in (more, _made_up()):
        for entry in source:
            if count >= size:
                return entries
            terms = [term for term in terms_of(entry) if normalise(term) not in known][: size - count]
            if terms:
                known.update(map(normalise, terms))
                entries.append(Entry(entry.iri, entry.kind, terms[0], tuple(terms[1:])))
                count += len(terms)
    return entries


def count_terms(entries: Iterable[Entry]) -> int:
    """Return how many terms the entries have in all."""
    return sum(len(terms_of(entry)) for entry in entries)


def sample(entries: Sequence[Entry], size: int) -> list[Entry]:
    """Return all entries, or of more than so many terms as many, taken evenly; the same on every run."""
    left = list(entries)
    while (count := count_terms(left)) > size:
        step = max(2, round(count / (count - size)))
        kept = [entry for number, entry in enumerate(left) if number % step]
        if count_terms(kept) < size:  # the last few one by one
            while count > size:
                count -= len(terms_of(left.pop()))
            return left
        left = kept
    return left


def write_lexicon(path: Path, entries: Iterable[Entry]) -> None:
    """Write entries as a list of names."""
    lines = ["\t".join(COLUMNS)]
    lines += [f"{entry.iri}\t{entry.kind}\t{entry.label}\t{'|'.join(entry.names)}\t\t\t" for entry in entries]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
