# SPDX-License-Identifier: Apache-2.0
"""``imnm-kg extract``: claims out of documents."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from imnm_kg.cli.output import refuse_input
from imnm_kg.errors import ImnmError, counted

if TYPE_CHECKING:
    from imnm_kg.batch.settings import Settings
    from imnm_kg.batch.stream import Sink
    from imnm_kg.batch.watch import Summary
    from imnm_kg.cli.meter import Meter

EXAMPLES = """\
examples:
  imnm-kg extract page.html                              claims as JSON lines, each with its quote and its rule
  imnm-kg extract page.html --format ttl --out page.ttl  to be reviewed
  imnm-kg extract papers/ --format ttl --out proposed    a folder: a Turtle file for each document
  imnm-kg extract pubmed/*.xml.gz --format parquet --out claims --workers 8
  imnm-kg extract --merge claims --format nq --out claims.nq

It reads text, Markdown, HTML, PubMed and JATS XML, and JSON lines with id and text; each may be gzipped.
--out is a file when its name ends in .jsonl, .ttl, .nq or .parquet, else a folder. A run into a folder of shards
(parquet, jsonl, nq) that was stopped goes on when it is started again. Exit code 1: something was passed over."""


_EXTENSIONS = (".json", ".jsonl", ".ndjson", ".nq", ".parquet", ".ttl", ".txt")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("inputs", nargs="*", type=Path, metavar="INPUT", help="files or folders")
    parser.add_argument("--format", choices=["jsonl", "ttl", "nq", "parquet"], default="jsonl", help="default: jsonl")
    parser.add_argument("--out", type=Path, metavar="PATH", help="a file or a folder; default: standard output")
    parser.add_argument("--workers", type=_count, metavar="N", help="processes; default: one, for shards one a core")
    parser.add_argument("--engine", choices=["local", "spark"], default="local", help="default: local")
    parser.add_argument(
        "--lexicon", action="append", default=[], metavar="FILE[:KIND]", help="OBO, OWL, SKOS or TSV; may be repeated"
    )
    parser.add_argument("--min-confidence", type=_share, default=0.0, metavar="X", help="0 to 1; default: all claims")
    parser.add_argument("--texts", type=Path, metavar="DIR", help="write the texts of the documents with claims there")
    parser.add_argument("--merge", type=Path, metavar="DIR", help="bring the Parquet shards of a run into one file")
    parser.add_argument("-q", "--quiet", action="store_true", help="tell only what is wrong")


def _count(word: str) -> int:
    if not word.isdecimal() or not 1 <= int(word) <= 1000:
        raise argparse.ArgumentTypeError(f"{word} is no number of processes")
    return int(word)


def _share(word: str) -> float:
    try:
        value = float(word)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{word} is no number from 0 to 1")
    return value


def run(arguments: argparse.Namespace) -> int:
    """Extract, or merge."""
    from imnm_kg import __version__
    from imnm_kg.batch.settings import Settings
    from imnm_kg.cli.meter import Meter
    from imnm_kg.lexicon.foreign import lexicon_argument
    from imnm_kg.model.folders import find_folders
    from imnm_kg.reading.source import list_inputs

    _check(arguments)
    settings = Settings(
        find_folders().root,
        tuple(lexicon_argument(word) for word in arguments.lexicon),
        arguments.min_confidence,
        arguments.format,
        __version__,
    )
    if arguments.merge is not None:
        return _merge(arguments, settings)
    skipped: list[Path] = []
    inputs = _without_output(list_inputs(arguments.inputs, skipped.append), arguments.out)
    if skipped and not arguments.quiet:
        said = f"{counted(len(skipped), 'file')} passed by as no document ({skipped[0]})"
        print(f"imnm-kg: note: {said}", file=sys.stderr)
    meter = Meter(arguments.quiet)
    if arguments.engine == "spark":
        from imnm_kg.batch.cluster import extract_on_cluster

        bar = sys.stderr.isatty() and not arguments.quiet
        summary = extract_on_cluster(inputs, arguments.out, settings, arguments.workers, meter, bar=bar)
        return meter.end(summary, f"; {arguments.out / 'bad-records.jsonl'} has them all")
    if _is_sharded(arguments):
        from imnm_kg.batch.folder import extract_folder

        workers = arguments.workers or os.cpu_count() or 1
        summary = extract_folder(inputs, arguments.out, settings, workers, meter)
        return meter.end(summary, f"; {arguments.out / 'bad-records.jsonl'} has them all")
    return meter.end(_stream(arguments, inputs, settings, meter))


def _without_output(inputs: list[Path], out: Path | None) -> list[Path]:
    """Leave out what an earlier run wrote into a folder among the inputs, and refuse to write over an input."""
    if out is None:
        return inputs
    if not out.is_dir():
        refuse_input("--out", out, inputs)
        return inputs
    target = out.resolve()
    return [path for path in inputs if not path.resolve().is_relative_to(target)]


def _is_folder(arguments: argparse.Namespace) -> bool:
    out = arguments.out
    return out is not None and (out.is_dir() if out.exists() else out.suffix.lower() not in _EXTENSIONS)


def _is_sharded(arguments: argparse.Namespace) -> bool:
    return arguments.format != "ttl" and _is_folder(arguments)


def _check(arguments: argparse.Namespace) -> None:
    """Refuse options that do not go together."""

    def refuse(what: str, remedy: str) -> None:
        raise ImnmError("usage", what, remedy)

    if arguments.merge is not None:
        file = arguments.out is not None and not _is_folder(arguments)
        if arguments.inputs or arguments.format not in ("jsonl", "nq") or not file:
            refuse("--merge makes one file of shards", "give --merge DIR --format nq or jsonl, --out FILE and no INPUT")
        return
    if not arguments.inputs:
        refuse("no INPUT was given", "name files or folders; see 'imnm-kg extract --help'")
    if arguments.format == "parquet" and arguments.out is None:
        refuse("Parquet is not written to standard output", "name a folder or a file with --out")
    if arguments.engine == "spark" and (arguments.format != "parquet" or not _is_folder(arguments)):
        refuse("the Spark engine writes Parquet into a folder", "give --format parquet --out DIR")
    if arguments.workers is not None and not _is_sharded(arguments):
        refuse("--workers is for shards", "give --format parquet, jsonl or nq and a folder with --out")
    if arguments.texts is not None and _is_sharded(arguments):
        refuse("--texts is not for shards", "leave it out, or write one file")
    for folder in (arguments.texts, arguments.out if _is_folder(arguments) else None):
        if folder is not None and folder.exists() and not folder.is_dir():
            refuse(f"{folder} is a file", "name a folder")


def _stream(arguments: argparse.Namespace, inputs: list[Path], settings: Settings, meter: Meter) -> Summary:
    from imnm_kg.batch.quads import make_proposer
    from imnm_kg.batch.settings import load_knowledge
    from imnm_kg.batch.stream import RowSink, TextSink, TurtleFile, TurtleFolder, extract_stream, refuse_reviewed
    from imnm_kg.batch.work import row_writer
    from imnm_kg.model.aside import written_aside
    from imnm_kg.rdf.files import unwritable

    loaded = load_knowledge(settings)
    sinks: list[Sink] = []
    out = arguments.out
    for folder in (arguments.texts, out if _is_folder(arguments) else None):
        if folder is not None:
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise unwritable(folder, error) from error
    if arguments.texts is not None:
        sinks.append(TextSink(arguments.texts))
    if settings.format == "ttl":
        if _is_folder(arguments):
            return extract_stream(
                inputs, settings, loaded, [*sinks, TurtleFolder(out, settings, loaded.knowledge)], meter
            )
        if out is not None:
            refuse_reviewed(out)
        turtle = TurtleFile(settings, loaded.knowledge)
        summary = extract_stream(inputs, settings, loaded, [*sinks, turtle], meter)
        if out is None:
            sys.stdout.write(turtle.text)
        else:
            text = turtle.text
            with written_aside(out) as stream:
                stream.write(text.encode())
        return summary
    with contextlib.nullcontext(sys.stdout.buffer) if out is None else written_aside(out) as stream:
        rows = row_writer(stream, settings.format, lambda: make_proposer(settings, loaded.knowledge))
        flush = stream.flush if out is None else (lambda: None)
        summary = extract_stream(inputs, settings, loaded, [*sinks, RowSink(rows, flush)], meter)
        rows.close()
        return summary


def _merge(arguments: argparse.Namespace, settings: Settings) -> int:
    from imnm_kg.batch.merging import merge_shards
    from imnm_kg.cli.meter import Meter

    meter = Meter(arguments.quiet)
    return meter.end(merge_shards(arguments.merge, arguments.out, settings, meter))
