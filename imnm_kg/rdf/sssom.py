# SPDX-License-Identifier: Apache-2.0
"""Mapping files in SSSOM's TSV form: reading them, and the SKOS triples that they say."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pyoxigraph import NamedNode, Triple

from imnm_kg.errors import ImnmError, Place
from imnm_kg.rdf.files import read_text

__all__ = ["Mapping", "MappingSet", "mapping_triples", "read_sssom"]

_REQUIRED = ("subject_id", "predicate_id", "object_id", "mapping_justification")
_CURIE = re.compile(r"(?P<prefix>[A-Za-z][\w.-]*):(?P<local>\S+)")
_PREDICATES = ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch")
_SKOS = "http://www.w3.org/2004/02/skos/core#"


@dataclass(frozen=True)
class Mapping:
    """One row.

    Attributes:
        subject: the full IRI, as are predicate and object.
        predicate: the relation of SKOS.
        object: the term of the other vocabulary.
        denied: whether the row has the modifier ``Not``.
        justification: how the mapping was found, as the row writes it.
        place: the line of the row.
        subject_label: the label of the subject, empty where the row has none.
        columns: where each field of the row starts, by name, counted from 1.
    """

    subject: str
    predicate: str
    object: str
    denied: bool
    justification: str
    place: Place
    subject_label: str = ""
    columns: tuple[tuple[str, int], ...] = ()

    def place_of(self, field: str) -> Place:
        """Give the place of a field; that of the row where it has no such field."""
        return self.place._replace(column=dict(self.columns).get(field, 1))


@dataclass(frozen=True)
class MappingSet:
    """One file.

    Attributes:
        prefixes: the prefixes of its ``curie_map``.
        mappings: its rows.
        path: the path to print.
        metadata: what its header says beside the prefixes.
        lines: the line of each prefix and each key of the header.
    """

    prefixes: dict[str, str]
    mappings: tuple[Mapping, ...]
    path: str = ""
    metadata: dict[str, str] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)

    def place_of(self, key: str) -> Place:
        """Give the place of a prefix (``HP:``) or a key of the header; the first line where there is none."""
        return Place(self.path, self.lines.get(key, 1), 1)


def read_sssom(path: Path, shown: str | None = None) -> MappingSet:
    """Read an SSSOM file.

    Raises:
        ImnmError: ``sssom-syntax`` with the line, for a missing column, a CURIE whose prefix is not in
            ``curie_map``, a predicate that is no SKOS mapping, a modifier other than ``Not``.
    """
    name = shown or str(path)
    lines = read_text(path, name).splitlines()
    prefixes: dict[str, str] = {}
    metadata: dict[str, str] = {}
    where: dict[str, int] = {}
    in_map = False
    body = 0
    for body, line in enumerate(lines):  # body is the place where the table starts
        if not line.startswith("#"):
            break
        if found := re.fullmatch(r"#\s+([\w.-]+):\s*(\S+)", line) if in_map else None:
            prefixes[found[1]] = found[2]
            where[f"{found[1]}:"] = body + 1
        elif found := re.fullmatch(r"#([a-z_]+):\s*(\S.*)", line):
            metadata[found[1]] = found[2]
            where[found[1]] = body + 1
        in_map = line.strip() == "#curie_map:" or (in_map and line.startswith("#  "))
    rows = csv.DictReader(lines[body:], delimiter="\t", quoting=csv.QUOTE_NONE)
    missing = [column for column in _REQUIRED if column not in (rows.fieldnames or [])]
    if missing:
        raise _error(f"the column {missing[0]} is missing", Place(name, body + 1))
    return MappingSet(prefixes, tuple(_mappings(rows, prefixes, name, body)), name, metadata, where)


def _mappings(rows: csv.DictReader[str], prefixes: dict[str, str], name: str, above: int) -> Iterator[Mapping]:
    for row in rows:
        place = Place(name, above + rows.line_num)  # empty lines are skipped, and counted

        def expand(column: str, row: dict[str, str] = row, place: Place = place) -> str:
            found = _CURIE.fullmatch(row[column] or "")
            if found is None or found["prefix"] not in prefixes:
                raise _error(f"{column} '{row[column]}' has no prefix of the curie_map", place)
            return prefixes[found["prefix"]] + found["local"]

        modifier = row.get("predicate_modifier") or ""
        if modifier not in ("", "Not"):
            raise _error(f"predicate_modifier '{modifier}' is not known", place)
        predicate = expand("predicate_id")
        if predicate.removeprefix(_SKOS) not in _PREDICATES:
            raise _error(f"predicate_id '{row['predicate_id']}' is no SKOS mapping relation", place)
        yield Mapping(
            expand("subject_id"), predicate, expand("object_id"), modifier == "Not",
            row["mapping_justification"] or "", place, row.get("subject_label") or "", tuple(_columns(row)),
        )  # fmt: skip


def _columns(row: dict[str, str]) -> Iterator[tuple[str, int]]:
    at = 1
    for name, value in row.items():
        yield name, at
        at += len(value or "") + 1


def _error(what: str, place: Place) -> ImnmError:
    return ImnmError("sssom-syntax", what, "mend the row after the SSSOM table format", place)


def mapping_triples(mappings: MappingSet, denied: NamedNode) -> Iterator[Triple]:
    """Yield a SKOS triple for each mapping; a denied one gives a triple with the property ``denied``."""
    for row in mappings.mappings:
        predicate = denied if row.denied else NamedNode(row.predicate)
        yield Triple(NamedNode(row.subject), predicate, NamedNode(row.object))
