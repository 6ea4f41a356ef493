# SPDX-License-Identifier: Apache-2.0
"""Lexicon entries: what a name stands for, read from our own lists and from the entities of the graph."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from imnm_kg.errors import ImnmError, Place
from imnm_kg.model.claims import Index
from imnm_kg.model.namespaces import ENTITY, IMNM, RDFS, SKOS
from imnm_kg.rdf.files import read_text

__all__ = ["COLUMNS", "KINDS", "Entry", "merge", "read_entities", "read_names"]

KINDS = (
    "AdverseEffect", "Antibody", "BiologicalProcess", "Disease", "Drug", "DrugClass", "Factor", "Phenotype",
    "Procedure", "Protein",
)  # fmt: skip
"""The kinds of entries; each is the local name of a class of the ontology."""

COLUMNS = ("id", "kind", "label", "names", "abbreviations", "flags", "base")

_ANTIBODY = re.compile(r"(?i)anti-?\s?(.+?)\s+(?:auto-?)?antibod(?:y|ies)$")
_FLAGS = ("generic", "population")
_OF_CLASS = {"DiseaseSubtype": "Disease", "TreatmentStrategy": "DrugClass"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing and its names.

    Attributes:
        iri: its IRI; a term of a foreign vocabulary keeps its own.
        kind: one of ``KINDS``.
        label: its preferred name.
        names: its other names; of an antibody the names of its target.
        abbreviations: short forms, for which case matters.
        ambiguous: those of them that count only where the text defines them or has the long name.
        generic: whether it is too general to be told anything of.
        population: whether what is said of it is told of ``base``, with this as the population.
        base: the IRI of the disease it is a form of, or of the class a drug is of; empty where none.
        coined: whether no lexicon has it and a text gave it its name.
    """

    iri: str
    kind: str
    label: str
    names: tuple[str, ...] = ()
    abbreviations: tuple[str, ...] = ()
    ambiguous: frozenset[str] = frozenset()
    generic: bool = False
    population: bool = False
    base: str = ""
    coined: bool = False

    @property
    def all_names(self) -> tuple[str, ...]:
        """Label, other names and abbreviations, sorted; of an antibody also ``anti-X`` for each target.

        Of an entry that a text coined they follow from its IRI alone: texts spell one thing in several ways.
        """
        if self.coined:
            return self.names
        made = {self.label, *self.abbreviations}
        made |= {f"anti-{name} antibody" for name in self.names} if self.kind == "Antibody" else set(self.names)
        return tuple(sorted(made))[:60]


def _split(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split("|") if part.strip())


def read_names(path: Path, shown: str | None = None) -> list[Entry]:
    """Read one list of names, a table with the columns of ``COLUMNS``.

    Raises:
        ImnmError: ``lexicon-syntax`` with the line, and what ``read_text`` raises.
    """
    name = shown or str(path)
    entries = []
    seen: dict[str, int] = {}
    for number, line in enumerate(read_text(path, name).split("\n"), 1):
        if line.startswith("#") or not line or line.split("\t")[0] == "id":
            continue
        cells = line.split("\t")
        wrong = _wrong(cells, seen)
        if wrong:
            raise ImnmError("lexicon-syntax", wrong, "mend the line", Place(name, number))
        id_, kind, label, names, short, flags, base = cells
        seen[id_] = number
        marked = _split(short)
        entries.append(
            Entry(
                ENTITY + id_, kind, label, _split(names),
                tuple(mark.removesuffix("?") for mark in marked),
                frozenset(mark[:-1] for mark in marked if mark.endswith("?")),
                "generic" in _split(flags), "population" in _split(flags), ENTITY + base if base else "",
            )
        )  # fmt: skip
    return entries


def _wrong(cells: list[str], seen: dict[str, int]) -> str:
    """Say what is wrong with a line, or nothing."""
    if len(cells) != len(COLUMNS):
        return f"the line has {len(cells)} columns, {len(COLUMNS)} are meant ({', '.join(COLUMNS)})"
    if cells[0] in seen:
        return f"the id '{cells[0]}' stands in line {seen[cells[0]]} already"
    if not cells[0] or not cells[2]:
        return "id and label may not be empty"
    if cells[1] not in KINDS:
        return f"'{cells[1]}' is no kind; the kinds are {', '.join(KINDS)}"
    unknown = [flag for flag in _split(cells[5]) if flag not in _FLAGS]
    return f"'{unknown[0]}' is no flag; the flags are {', '.join(_FLAGS)}" if unknown else ""


def read_entities(index: Index) -> list[Entry]:
    """Read the entities of the graph that have names for the extractor, sorted by IRI."""
    entries = []
    for kind in (*KINDS, *_OF_CLASS, "Outcome"):
        for node in index.instances(IMNM.term(kind)):
            label = index.text(node, RDFS.label)
            if label is None:
                continue
            shorts = {str(x.value) for x in index.objects(node, IMNM.abbreviation)}  # type: ignore[attr-defined]
            others = {
                str(x.value)  # type: ignore[attr-defined]
                for property_ in (SKOS.altLabel, SKOS.hiddenLabel)
                for x in index.objects(node, property_)
            }
            known = _OF_CLASS.get(kind, kind)
            if known == "Antibody":  # its names are those of its target
                shorts |= {name for name in others if not _ANTIBODY.match(name)}
                others = {found.group(1) for name in (*others, label) if (found := _ANTIBODY.match(name))}
            entries.append(Entry(node.value, known, label, tuple(sorted(others - shorts)), tuple(sorted(shorts))))
    return sorted(entries, key=lambda entry: entry.iri)


def merge(entries: Iterable[Entry]) -> list[Entry]:
    """Make one entry of those with the same IRI: label and kind of the first, the names of all; sorted by IRI."""
    made: dict[str, Entry] = {}
    for entry in entries:
        first = made.get(entry.iri)
        if first is None:
            made[entry.iri] = entry
            continue
        names = tuple(
            dict.fromkeys((*first.names, *((entry.label,) if entry.label != first.label else ()), *entry.names))
        )
        if first.kind == "Antibody":  # its names are those of the target; the label is none
            names = tuple(dict.fromkeys((*first.names, *entry.names)))
        made[entry.iri] = replace(
            first, names=names,
            abbreviations=tuple(dict.fromkeys((*first.abbreviations, *entry.abbreviations))),
            ambiguous=first.ambiguous | entry.ambiguous,
            generic=first.generic or entry.generic,
            population=first.population or entry.population,
            base=first.base or entry.base,
        )  # fmt: skip
    return sorted(made.values(), key=lambda entry: entry.iri)
