# SPDX-License-Identifier: Apache-2.0
"""``imnm-kg validate``: SHACL on the graph or on any data, for a person or for CI."""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from imnm_kg.cli.answers import seconds
from imnm_kg.cli.output import refuse_input, style_for, terminal_width
from imnm_kg.errors import counted

if TYPE_CHECKING:
    from imnm_kg.model.inputs import Data, Shapes
    from imnm_kg.model.report import Report

EXAMPLES = """\
examples:
  imnm-kg validate                                   the graph, with all its inferences, and its own shapes
  imnm-kg validate my.ttl --shapes my-shapes.ttl     any data with any shapes
  imnm-kg validate data --shapes shapes --format github --fail-on warning
  imnm-kg validate my.ttl --shapes my-shapes.ttl --write-baseline known.json
  imnm-kg validate my.ttl --shapes my-shapes.ttl --baseline known.json
  imnm-kg validate --format turtle > report.ttl      the report in the vocabulary of SHACL
  imnm-kg validate --endpoint http://127.0.0.1:7878/query   the graph behind an endpoint, which is only read

Without DATA all sources are looked at: inferences are drawn, then shapes, stored checks, names, prefixes and mappings,
and with --documents the quotes. With --shapes alone these shapes validate the sources, and nothing else runs.
Exit code 0: nothing fails; 1: there are new results as severe as --fail-on says; 2: an error, or nothing to look at."""

FORMATS = ("text", "turtle", "json", "junit", "sarif", "github")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("data", nargs="*", type=Path, metavar="DATA", help=".ttl, .trig, .nt, .nq or folders")
    parser.add_argument(
        "--shapes", action="append", type=Path, metavar="PATH", help="shapes, files or folders; may be repeated"
    )
    parser.add_argument("--endpoint", metavar="URL", help="validate the default graph of a SPARQL endpoint instead")
    parser.add_argument("--timeout", type=seconds, default=60.0, metavar="SECONDS", help="for --endpoint; default: 60")
    parser.add_argument("--documents", type=Path, metavar="DIR", help="verify the quotes of the graph in these texts")
    parser.add_argument(
        "--engine", choices=["fast", "pyshacl"], default="fast", help="default: fast; pyshacl is the reference"
    )
    parser.add_argument("--format", choices=FORMATS, default="text", help="default: text")
    parser.add_argument(
        "--also", action="append", nargs=2, metavar=("FORMAT", "FILE"), default=[],
        help="write the report in another format into a file too; may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--fail-on", choices=["violation", "warning", "info"], default="violation",
        help="the least severity that makes exit code 1; default: violation",
    )  # fmt: skip
    parser.add_argument("--max-results", type=int, metavar="N", help="show N results; all are counted")
    parser.add_argument("--baseline", type=Path, metavar="FILE", help="results that are known and do not fail")
    parser.add_argument("--write-baseline", type=Path, metavar="FILE", help="write the results as a baseline; exit 0")
    parser.add_argument("--check-shapes", action="store_true", help="list each shape that hits nothing, too")
    parser.add_argument(
        "--workers", type=int, metavar="N", help="processes for large DATA; default: one a processor, 4 at most"
    )
    parser.add_argument("--allow-empty", action="store_true", help="empty data, shapes or targets are no error")


def run(arguments: argparse.Namespace) -> int:
    """Validate and print the report."""
    from imnm_kg.errors import ImnmError

    if arguments.max_results is not None and arguments.max_results < 0:
        raise ImnmError("usage", f"{arguments.max_results} is no number of results", "give --max-results 0 or more")
    if arguments.workers is not None and arguments.workers < 1:
        raise ImnmError("usage", f"{arguments.workers} is no number of processes", "give --workers 1 or more")
    for name, _ in arguments.also:
        if name not in FORMATS:
            raise ImnmError("usage", f"there is no format '{name}'", f"give --also one of {', '.join(FORMATS)}")
    written = [("--also", Path(path)) for _, path in arguments.also]
    written += [("--write-baseline", arguments.write_baseline)] if arguments.write_baseline is not None else []
    if written:
        from imnm_kg.model.inputs import list_files

        inputs = list_files([*arguments.data, *(arguments.shapes or ())])
        for option, path in written:
            refuse_input(option, path, inputs)
    known = None
    if arguments.baseline is not None:
        from imnm_kg.model.baseline import compare, read_baseline

        known = read_baseline(arguments.baseline)
    report, prefixes = _looked_at(arguments)
    for note in report.notes:
        print(f"imnm-kg: note: {note}", file=sys.stderr)
    compared = None if known is None else compare(report, known)
    report = report if compared is None else compared.report
    return show(report, prefixes, arguments, () if compared is None else compared.vanished)


def _looked_at(arguments: argparse.Namespace) -> tuple[Report, dict[str, str]]:
    """Validate what the options name: an endpoint, files, or all sources of the graph and more than shapes."""
    from imnm_kg.errors import ImnmError

    if arguments.endpoint is not None:
        if arguments.data:
            raise ImnmError("usage", "DATA and --endpoint name two graphs", "give one of the two")
        return _ask(arguments)
    if arguments.documents is not None and (arguments.data or arguments.shapes):
        what = "--documents is for the quotes of the graph, and something else is validated"
        raise ImnmError("usage", what, "give --documents without DATA and without --shapes")
    if not arguments.data and not arguments.shapes:
        return _audit(arguments)
    from imnm_kg.operations.validate import validate
    from imnm_kg.shacl.processes import processors

    workers = arguments.workers or processors()
    data, shapes = read_inputs(arguments.data, arguments.shapes, arguments.allow_empty, workers)
    _tell_imports(data, shapes)
    report = validate(data, shapes, arguments.engine, arguments.allow_empty, arguments.check_shapes, workers)
    if report.results:
        from imnm_kg.model.placing import place_results

        report = place_results(report, data, arguments.max_results)
    return report, {**shapes.prefixes, **data.prefixes}


def _audit(arguments: argparse.Namespace) -> tuple[Report, dict[str, str]]:
    """Look at all that is wrong in the sources of the graph."""
    from imnm_kg.model.folders import find_folders
    from imnm_kg.model.report import Report, results_of
    from imnm_kg.pipeline import audit

    folders = find_folders()
    found = audit(folders, arguments.documents, engine=arguments.engine)
    every = [*found.report.results, *results_of(found.findings)]
    report = Report.of(every, found.report.focus_nodes, found.report.triples)
    elsewhere = (
        () if folders.is_here else (f"this folder has no ontology/ and graph/; those in {folders.root} were read",)
    )
    return report._replace(notes=(*elsewhere, *found.notes)), found.dataset.assembly.prefixes


def _ask(arguments: argparse.Namespace) -> tuple[Report, dict[str, str]]:
    """Validate what is behind an endpoint, and say what the report rests on."""
    from imnm_kg.errors import ImnmError
    from imnm_kg.model.folders import find_folders
    from imnm_kg.model.inputs import Data, own_shapes, read_shapes
    from imnm_kg.operations.validate import report_of
    from imnm_kg.operations.validate_remote import notes_on, validate_remote
    from imnm_kg.shacl import DataGraph

    if arguments.shapes:
        shapes = read_shapes(arguments.shapes, arguments.allow_empty)
    else:
        shapes = own_shapes(find_folders(), arguments.allow_empty)
    found = validate_remote(arguments.endpoint, shapes.quads, arguments.timeout)
    if not found.focus_nodes and not arguments.allow_empty:
        what = "the targets of the shapes choose no node of the endpoint's default graph, so nothing was looked at"
        raise ImnmError("validate-nothing", what, "check the targets of the shapes, or give --allow-empty")
    report = report_of(found, Data(DataGraph()), shapes)
    return report._replace(notes=tuple(notes_on(found))), dict(shapes.prefixes)


def read_inputs(
    data: list[Path], shapes: list[Path] | None, allow_empty: bool, workers: int = 1
) -> tuple[Data, Shapes]:
    """Read what is to be validated and with what; ours for what is not given."""
    from imnm_kg.model.inputs import read_data, read_shapes

    if data and shapes:
        return read_data(data, (), allow_empty, workers), read_shapes(shapes, allow_empty)
    from imnm_kg.model.folders import find_folders

    folders = find_folders()
    found = read_shapes(shapes or [folders.shapes], allow_empty)
    if data:  # our shapes ask about the classes, relations and prefixes of the ontology too
        return read_data(data, sorted(folders.ontology.glob("*.ttl")), allow_empty, workers), found
    from imnm_kg.pipeline import data_of, derive

    return data_of(derive(folders)), found


def _tell_imports(data: Data, shapes: Shapes) -> None:
    from imnm_kg.model.inputs import unfetched_imports

    for iri in unfetched_imports(data.graph, shapes, [*data.sources, *shapes.sources]):
        print(
            f"imnm-kg: note: <{iri}> is imported but is none of the files, and nothing is fetched; give its file too",
            file=sys.stderr,
        )


def show(
    report: Report, prefixes: dict[str, str], arguments: argparse.Namespace, vanished: tuple[str, ...] = ()
) -> int:
    """Print a report in the format that is wanted, write a baseline if one is, and give the exit code.

    Args:
        report: the report, its known results marked.
        prefixes: the namespaces by prefix, for short IRIs.
        arguments: the options.
        vanished: what the baseline has and the report has not.
    """
    from imnm_kg.cli.reports.view import View
    from imnm_kg.rdf.files import write_atomically

    view = View(
        report,
        prefixes,
        arguments.fail_on,
        arguments.max_results,
        vanished,
        arguments.baseline is not None,
    )
    for name, path in arguments.also:
        write_atomically(Path(path), _render(name, view))
    if arguments.format == "text":
        view = view._replace(width=terminal_width(sys.stdout), colours=style_for(sys.stdout).colours)
    sys.stdout.write(_render(arguments.format, view))
    if arguments.write_baseline is not None:
        from imnm_kg.model.baseline import write_baseline

        write_baseline(arguments.write_baseline, report)
        print(f"imnm-kg: wrote {counted(len(report.results), 'result')} to {arguments.write_baseline}", file=sys.stderr)
        return 0
    return 1 if view.failing else 0


def _render(name: str, view: object) -> str:
    text: str = importlib.import_module(f"imnm_kg.cli.reports.{name}").render(view)
    return text
