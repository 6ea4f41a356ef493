# SPDX-License-Identifier: Apache-2.0
"""Mapping files in SSSOM's TSV form: reading them, and the SKOS triples that they say."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
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
    """One row: subject, predicate and object as full IRIs; ``denied`` for the modifier ``Not``."""

    subject: str
    predicate: str
    object: str
    denied: bool
    justification: str
    place: Place


@dataclass(frozen=True)
class MappingSet:
    """One file: its prefixes and its rows."""

    prefixes: dict[str, str]
    mappings: tuple[Mapping, ...]


def read_sssom(path: Path, shown: str | None = None) -> MappingSet:
    """Read an SSSOM file.

    Raises:
        ImnmError: ``sssom-syntax`` with the line, for a missing column, a CURIE whose prefix is not in
            ``curie_map``, a predicate that is no SKOS mapping, a modifier other than ``Not``.
    """
    name = shown or str(path)
    lines = read_text(path, name).splitlines()
    prefixes: dict[str, str] = {}
    in_map = False
    body = 0
    for body, line in enumerate(lines):  # noqa: B007 - the place where the table starts
        if not line.startswith("#"):
            break
        if found := re.fullmatch(r"#\s+([\w.-]+):\s*(\S+)", line) if in_map else None:
            prefixes[found[1]] = found[2]
        in_map = line.strip() == "#curie_map:" or (in_map and line.startswith("#  "))
    rows = csv.DictReader(lines[body:], delimiter="\t", quoting=csv.QUOTE_NONE)
    missing = [column for column in _REQUIRED if column not in (rows.fieldnames or [])]
    if missing:
        raise _error(f"the column {missing[0]} is missing", Place(name, body + 1))
    return MappingSet(prefixes, tuple(_mappings(rows, prefixes, name, body)))


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
            row["mapping_justification"], place,
        )  # fmt: skip


def _error(what: str, place: Place) -> ImnmError:
    return ImnmError("sssom-syntax", what, "mend the row after the SSSOM table format", place)


def mapping_triples(mappings: MappingSet, denied: NamedNode) -> Iterator[Triple]:
    """Yield a SKOS triple for each mapping; a denied one gives a triple with the property ``denied``."""
    for row in mappings.mappings:
        predicate = denied if row.denied else NamedNode(row.predicate)
        yield Triple(NamedNode(row.subject), predicate, NamedNode(row.object))
