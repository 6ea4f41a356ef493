# SPDX-License-Identifier: Apache-2.0
"""``imnm-kg validate``: SHACL on the graph or on any data."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from imnm_kg.cli.output import Style, style_for

if TYPE_CHECKING:
    from imnm_kg.model.report import Report, Result

EXAMPLES = """\
examples:
  imnm-kg validate                                   the graph, with all its inferences, and its own shapes
  imnm-kg validate my.ttl --shapes my-shapes.ttl     any data with any shapes
  imnm-kg validate --format turtle > report.ttl      the report in the vocabulary of SHACL

Without DATA the source files are assembled and the inferences drawn first. Exit code 1: there are violations."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("data", nargs="*", type=Path, metavar="DATA", help=".ttl, .trig, .nt, .nq or folders")
    parser.add_argument(
        "--shapes", action="append", type=Path, metavar="PATH", help="shapes, files or folders; may be repeated"
    )
    parser.add_argument("--engine", choices=["pyshacl"], default="pyshacl", help="default: pyshacl")
    parser.add_argument("--format", choices=["text", "turtle", "json"], default="text", help="default: text")


def run(arguments: argparse.Namespace) -> int:
    """Validate and print the report."""
    from imnm_kg.model.folders import find_folders
    from imnm_kg.operations.assemble import read_prefixes
    from imnm_kg.operations.validate import places_of, read_data, read_shapes, validate
    from imnm_kg.pipeline import derive

    folders = find_folders()
    shapes = read_shapes(arguments.shapes or [folders.shapes])
    if arguments.data:
        data, place_of = read_data(arguments.data), places_of(arguments.data)
        triples = len(data)
        if not arguments.shapes:  # ours ask about the classes, relations and prefixes of the ontology too
            data = list(dict.fromkeys([*data, *read_data([folders.ontology])]))
    else:
        dataset = derive(folders)
        data, place_of = list(dataset.quads), dataset.assembly.place_of
        triples = len(data)
    report = validate(data, shapes, place_of)
    if arguments.format == "turtle":
        from imnm_kg.model.report import report_turtle

        sys.stdout.write(report_turtle(report, read_prefixes(folders)))
    elif arguments.format == "json":
        print(json.dumps(_json(report), indent=1, ensure_ascii=False))
    else:
        sys.stdout.write(_text(report, style_for(sys.stdout), read_prefixes(folders), triples))
    return 1 if report.violations else 0


def _json(report: Report) -> dict[str, object]:
    def one(result: Result) -> dict[str, object]:
        place = result.place
        return {
            "severity": result.severity,
            "focus": result.focus,
            "path": result.path or None,
            "value": result.value or None,
            "component": result.component,
            "shape": result.shape or None,
            "message": result.message,
            "file": None if place is None else place.file,
            "line": None if place is None else place.line,
            "column": None if place is None else place.column,
        }

    return {"conforms": report.conforms, "results": [one(result) for result in report.results]}


def _text(report: Report, style: Style, prefixes: dict[str, str], triples: int) -> str:
    if report.conforms:
        return f"{style('conforms', 'green')}: no result in {triples:,} triples\n"

    def short(node: str) -> str:
        iri = node[1:-1]
        for prefix, namespace in prefixes.items():
            if iri.startswith(namespace) and not set(iri[len(namespace) :]) & set("/#"):
                return f"{prefix}:{iri[len(namespace) :]}"
        return node

    colours = {"Violation": "red", "Warning": "yellow", "Info": "cyan"}
    lines = []
    for result in report.results:
        where = "" if result.place is None else style(f"{result.place}: ", "bold")
        severity = style(result.severity.lower(), colours.get(result.severity, "red"))
        lines.append(f"{where}{severity}: {result.message or result.component}")
        parts = [f"node {short(result.focus)}"]
        parts += [f"path {short(result.path)}"] if result.path else []
        parts += [f"value {short(result.value)}"] if result.value else []
        lines.append(style(f"    {', '.join(parts)} ({result.component}, {short(result.shape)})", "dim"))
    counts = Counter(result.severity for result in report.results)
    lines.append(", ".join(f"{number} {name.lower()}{'' if number == 1 else 's'}" for name, number in counts.items()))
    return "\n".join(lines) + "\n"
