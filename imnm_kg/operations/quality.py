# SPDX-License-Identifier: Apache-2.0
"""Quality that no query of the graph can see: prefixes, mapping files, and terms that shapes and queries name.

A shape or a check that names a term which nobody describes finds nothing, and so looks as if all were well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import NamedNode, Quad

from imnm_kg.errors import Place
from imnm_kg.model.claims import Index
from imnm_kg.model.findings import Finding
from imnm_kg.model.folders import Folders
from imnm_kg.model.namespaces import BASE, OWL, RDFS, SH
from imnm_kg.rdf.files import read_text
from imnm_kg.rdf.lexer import lex
from imnm_kg.rdf.reader import TurtleFile, read_turtle
from imnm_kg.rdf.sparql import OPAQUE, place_at
from imnm_kg.rdf.sssom import MappingSet, read_sssom

__all__ = ["Sources", "quality", "read_sources", "shape_faults"]

_DIRECTIVE = re.compile(r"(?im)^[ \t]*@?prefix[ \t]+(?P<prefix>[^\s:]*):[ \t]*<(?P<space>[^<>]*)>")
_NAME = re.compile(
    rf"(?P<iri><[^<>\"{{}}|^`\s]{{1,1000}}>)|(?P<opaque>{OPAQUE})"
    r"|(?<![\w?$@:])(?P<prefix>[A-Za-z][\w-]*(?:\.[\w-]+)*):(?P<local>[A-Za-z0-9_](?:[\w.-]*[\w-])?)"
)
_JUSTIFICATION = "https://w3id.org/semapv/vocab/"
_SHAPE = f"{BASE}shape/"
_NO_FAULT = ("deactivated", "path-empty", "target-empty")


@dataclass(frozen=True)
class Sources:
    """The files beside the graph that speak of it.

    Attributes:
        shapes: the files of the shapes.
        queries: the stored queries, each with its path to print and its text.
        mappings: the mapping files.
        keys: the table of working names, if there is one: its path to print and its text.
    """

    shapes: tuple[TurtleFile, ...]
    queries: tuple[tuple[str, str], ...]
    mappings: tuple[MappingSet, ...]
    keys: tuple[str, str] | None


def read_sources(folders: Folders) -> Sources:
    """Read the files beside the graph.

    Raises:
        ImnmError: what is wrong with one of them, with its place.
    """

    def files(folder: Path, pattern: str) -> list[tuple[Path, str]]:
        return [(path, folders.shown(path)) for path in sorted(folder.rglob(pattern))]

    keys = folders.ontology / "keys.tsv"
    return Sources(
        tuple(read_turtle(path, shown) for path, shown in files(folders.shapes, "*.ttl")),
        tuple((shown, read_text(path, shown)) for path, shown in files(folders.queries, "*.rq")),
        tuple(read_sssom(path, shown) for path, shown in files(folders.ontology / "mappings", "*.sssom.tsv")),
        (folders.shown(keys), read_text(keys, folders.shown(keys))) if keys.exists() else None,
    )


def quality(sources: Sources, files: Sequence[TurtleFile], index: Index, prefixes: Mapping[str, str]) -> list[Finding]:
    """Look at prefixes, mappings, and the terms that shapes and queries name.

    Args:
        sources: the files beside the graph.
        files: the files of ontology and graph.
        index: what they say.
        prefixes: the one list of prefixes.

    Returns:
        The findings, with file, line and column.
    """
    return [
        *_listed_twice(index, files),
        *_prefixes(sources, files, prefixes),
        *_terms(sources, files, prefixes),
        *_mappings(sources.mappings, index),
    ]


def shape_faults(sources: Sources, files: Sequence[TurtleFile], quads: Iterable[Quad]) -> list[Finding]:
    """Check the shapes themselves; what merely meets no data yet, or is switched off, is no fault.

    Args:
        sources: the files beside the graph.
        files: the files of ontology and graph, for the prefixes that queries in shapes use.
        quads: the graph that the shapes are for.
    """
    from imnm_kg.shacl import DataGraph, ShapesError, Validation, lint, read_shapes
    from imnm_kg.shacl.sparql import LocalEvaluator

    declared = (SH.declare, SH.prefix, SH.namespace)
    triples = [triple for file in sources.shapes for triple in file.quads]
    triples += [triple for file in files for triple in file.quads if triple.predicate in declared]
    shapes_quads = [Quad(*triple) for triple in triples]
    try:
        shapes = read_shapes(shapes_quads)
    except ShapesError:
        return []  # validation stops at them and says why
    graph = DataGraph(quads)
    validation = Validation(graph, shapes, LocalEvaluator(graph, shapes_quads))
    places = {subject: place for file in sources.shapes for subject, place in file.subject_places().items()}
    found = []
    for note in lint(shapes, validation):
        if note.code not in _NO_FAULT:
            iri = None if note.within is None else note.within.value
            place = None if iri is None else places.get(iri)
            found.append(Finding(f"shape-{note.code}", note.text.removesuffix(".") + "; mend the shape", place, iri))
    return found


# Prefixes -----------------------------------------------------------------------------------------------------


def _listed_twice(index: Index, files: Sequence[TurtleFile]) -> Iterator[Finding]:
    places = {subject: place for file in files for subject, place in file.subject_places().items()}
    seen: dict[tuple[str, str], NamedNode] = {}
    for node in sorted(index.instances(SH.PrefixDeclaration), key=str):
        prefix, space = index.text(node, SH.prefix) or "", index.text(node, SH.namespace) or ""
        for what, value in (("prefix", f"{prefix}:"), ("namespace", f"<{space}>")):
            other = seen.setdefault((what, value), node)
            if other != node:
                message = f"the {what} {value} is declared by <{other.value}> too; keep one declaration of it"
                yield Finding("prefix-repeated", message, places.get(node.value), node.value)


def _prefixes(sources: Sources, files: Sequence[TurtleFile], prefixes: Mapping[str, str]) -> Iterator[Finding]:
    for prefix, space, place in _declared(sources, files):
        if prefix not in prefixes:
            message = (
                f"the prefix {prefix}: is not in the list; declare it in ontology/prefixes.ttl, or use one that is"
            )
            yield Finding("prefix-unlisted", message, place)
        elif prefixes[prefix] != space:
            message = f"the prefix {prefix}: stands for <{space}> here and for <{prefixes[prefix]}> in the list"
            yield Finding("prefix-clash", f"{message}; take the namespace of ontology/prefixes.ttl", place)


def _declared(sources: Sources, files: Sequence[TurtleFile]) -> Iterator[tuple[str, str, Place]]:
    for file in (*files, *sources.shapes):
        for found in _DIRECTIVE.finditer(file.text):
            # A query in a string may have lines that look like directives; those of its own are the parser's.
            if file.prefixes.get(found["prefix"]) == found["space"]:
                yield found["prefix"], found["space"], place_at(file.text, found.start("prefix"), file.path)
    for path, text in sources.queries:
        for found in _DIRECTIVE.finditer(text):
            yield found["prefix"], found["space"], place_at(text, found.start("prefix"), path)
    for mappings in sources.mappings:
        for prefix, space in mappings.prefixes.items():
            yield prefix, space, mappings.place_of(f"{prefix}:")


# Terms that shapes, queries and tables name -------------------------------------------------------------------


def _terms(sources: Sources, files: Sequence[TurtleFile], prefixes: Mapping[str, str]) -> Iterator[Finding]:
    described = {
        triple.subject.value
        for file in (*files, *sources.shapes)
        for triple in file.quads
        if isinstance(triple.subject, NamedNode)
    }
    for iri, place in _named(sources, prefixes):
        if not iri.startswith(BASE) or iri in described:
            continue
        what = "no file of the shapes" if iri.startswith(_SHAPE) else "neither ontology nor graph"
        message = f"{what} describes <{iri}>, which is named here; correct the name, or describe the term"
        yield Finding("term-unknown", message, place, iri)


def _named(sources: Sources, prefixes: Mapping[str, str]) -> Iterator[tuple[str, Place]]:
    for file in sources.shapes:
        subject_places = file.subject_places()
        for token in lex(file.text, file.path):
            if token.kind == "pname" and not token.text.endswith(":"):
                prefix, _, local = token.text.partition(":")
                iri = file.prefixes.get(prefix, "") + re.sub(r"\\(.)", r"\1", local)
            elif token.kind == "iri":
                iri = token.text[1:-1]
                if iri in file.prefixes.values():
                    continue
            else:
                continue
            yield iri, Place(file.path, token.line, token.column)
        for triple in file.quads:
            if triple.predicate in (SH.select, SH.ask):
                place = subject_places.get(str(triple.subject)[1:-1], Place(file.path))
                text = getattr(triple.object, "value", "")
                yield from ((iri, place) for iri, _ in _names_in(text, prefixes))
    for path, text in sources.queries:
        own = {found["prefix"]: found["space"] for found in _DIRECTIVE.finditer(text)}
        yield from ((iri, place_at(text, at, path)) for iri, at in _names_in(text, own))
    if sources.keys is not None:
        path, text = sources.keys
        for number, line in enumerate(text.splitlines(), 1):
            fields = line.split("\t")
            if not line.startswith("#") and len(fields) > 1 and ":" in fields[1]:
                prefix, _, local = fields[1].partition(":")
                yield prefixes.get(prefix, f"{prefix}:") + local, Place(path, number, len(fields[0]) + 2)


def _names_in(text: str, prefixes: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    """Give the IRIs that a query names, each with its offset; namespaces, strings and comments are passed over."""
    for found in _NAME.finditer(text):
        if found["prefix"] is not None and found["prefix"] in prefixes:
            yield prefixes[found["prefix"]] + found["local"], found.start()
        elif found["iri"] is not None and found["iri"][1:-1] not in prefixes.values():
            yield found["iri"][1:-1], found.start()


# Mappings -----------------------------------------------------------------------------------------------------


def _mappings(sets: Iterable[MappingSet], index: Index) -> Iterator[Finding]:
    version = index.text(NamedNode(f"{BASE}ontology"), OWL.versionInfo)
    seen: dict[tuple[str, str, str, bool], Place] = {}
    for one in sets:
        yield from _header(one, version)
        for row in one.mappings:
            first = seen.setdefault((row.subject, row.predicate, row.object, row.denied), row.place)
            if first != row.place:
                message = f"the same mapping stands at {first}; keep one of the two rows"
                yield Finding("mapping-repeated", message, row.place_of("subject_id"), row.subject)
            label = index.text(NamedNode(row.subject), RDFS.label)
            if row.subject_label and label is not None and label != row.subject_label:
                message = f"the row calls the subject “{row.subject_label}”, its label is “{label}”; take the label"
                yield Finding("mapping-label", message, row.place_of("subject_label"), row.subject)
            if not row.justification.startswith("semapv:") or one.prefixes.get("semapv") != _JUSTIFICATION:
                message = f"'{row.justification}' is no justification; give a term of <{_JUSTIFICATION}> as semapv:…"
                yield Finding("mapping-justification", message, row.place_of("mapping_justification"), row.subject)


def _header(one: MappingSet, version: str | None) -> Iterator[Finding]:
    for key in ("mapping_set_id", "license"):
        if not one.metadata.get(key, "").startswith(("http://", "https://")):
            message = f"the header has no {key} that is an IRI; add a line '#{key}: https://…'"
            yield Finding("mapping-header", message, one.place_of(key))
    given = one.metadata.get("mapping_set_version")
    if given != version:
        said = f"gives mapping_set_version {given}" if given else "gives no mapping_set_version"
        message = (
            f"the header {said}, and the version of the ontology is {version or 'unknown'}; give that of the ontology"
        )
        yield Finding("mapping-header", message, one.place_of("mapping_set_version"))
