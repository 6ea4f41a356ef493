# SPDX-License-Identifier: Apache-2.0
"""``imnm-kg validate``: SHACL on the graph or on any data."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from imnm_kg.cli.answers import seconds
from imnm_kg.cli.output import Style, style_for
from imnm_kg.errors import ImnmError

if TYPE_CHECKING:
    from pyoxigraph import Quad

    from imnm_kg.model.report import Report, Result

EXAMPLES = """\
examples:
  imnm-kg validate                                   the graph, with all its inferences, and its own shapes
  imnm-kg validate my.ttl --shapes my-shapes.ttl     any data with any shapes
  imnm-kg validate --format turtle > report.ttl      the report in the vocabulary of SHACL
  imnm-kg validate --endpoint http://127.0.0.1:7878/query   the graph behind an endpoint, which is only read

Without DATA the source files are assembled and the inferences drawn first. Exit code 1: there are violations."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("data", nargs="*", type=Path, metavar="DATA", help=".ttl, .trig, .nt, .nq or folders")
    parser.add_argument(
        "--shapes", action="append", type=Path, metavar="PATH", help="shapes, files or folders; may be repeated"
    )
    parser.add_argument("--endpoint", metavar="URL", help="validate the default graph of a SPARQL endpoint instead")
    parser.add_argument("--timeout", type=seconds, default=60.0, metavar="SECONDS", help="for --endpoint; default: 60")
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
    if arguments.endpoint is not None:
        report, triples = _ask(arguments, [*shapes, *read_data([folders.ontology / "prefixes.ttl"])]), None
    elif arguments.data:
        data, place_of = read_data(arguments.data), places_of(arguments.data)
        triples = len(data)
        if not arguments.shapes:  # ours ask about the classes, relations and prefixes of the ontology too
            data = list(dict.fromkeys([*data, *read_data([folders.ontology])]))
    else:
        dataset = derive(folders)
        data, place_of = list(dataset.quads), dataset.assembly.place_of
        triples = len(data)
    if arguments.endpoint is None:
        report = validate(data, shapes, place_of)
    if arguments.format == "turtle":
        from imnm_kg.model.report import report_turtle

        sys.stdout.write(report_turtle(report, read_prefixes(folders)))
    elif arguments.format == "json":
        print(json.dumps(_json(report), indent=1, ensure_ascii=False))
    else:
        sys.stdout.write(_text(report, style_for(sys.stdout), read_prefixes(folders), triples))
    return 1 if report.violations else 0


def _ask(arguments: argparse.Namespace, shapes: list[Quad]) -> Report:
    """Validate what is behind an endpoint, and say on standard error what the report rests on."""
    if arguments.data:
        raise ImnmError("usage", "DATA and --endpoint name two graphs", "give one of the two")
    from imnm_kg.operations.validate_remote import notes_on, printable, validate_remote

    report = validate_remote(arguments.endpoint, shapes, arguments.timeout)
    for note in notes_on(report):
        print(f"imnm-kg: note: {note}", file=sys.stderr)
    return printable(report)


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


def _text(report: Report, style: Style, prefixes: dict[str, str], triples: int | None) -> str:
    if report.conforms:
        where = "at the endpoint" if triples is None else f"in {triples:,} triples"
        return f"{style('conforms', 'green')}: no result {where}\n"

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
