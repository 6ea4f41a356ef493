# SPDX-License-Identifier: Apache-2.0
"""Asking and printing, as ``query`` and ``sparql`` share it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from imnm_kg.cli.entry import take
from imnm_kg.errors import counted
from imnm_kg.model.folders import find_release
from imnm_kg.operations.ask import open_release

if TYPE_CHECKING:
    from pyoxigraph import Store

    from imnm_kg.model.results import Result

__all__ = ["FORMATS", "add_asking_options", "add_endpoint_options", "open_for", "print_result", "seconds"]

FORMATS = ("table", "csv", "tsv", "json", "xml", "turtle")


def add_asking_options(parser: argparse.ArgumentParser) -> None:
    """Add what both commands take."""
    parser.add_argument("--release", type=Path, metavar="DIR", help="the folder of a built release")
    add_endpoint_options(parser)
    parser.add_argument("--format", choices=FORMATS, help="default: table, or turtle for a graph")


def add_endpoint_options(parser: argparse.ArgumentParser) -> None:
    """Add what says that another server is asked."""
    parser.add_argument("--endpoint", metavar="URL", help="ask a remote SPARQL endpoint instead")
    parser.add_argument("--timeout", type=seconds, default=60.0, metavar="SECONDS", help="for --endpoint; default: 60")


def seconds(text: str) -> float:
    """Read a number of seconds of an option."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"'{text}' is no number of seconds above 0")
    return value


def open_for(arguments: argparse.Namespace, *, graphs: bool = False) -> Store:
    """Open the release that the options say; ``graphs`` when a query may name graphs."""
    folder = find_release(arguments.release)
    return (None if graphs else take(str(folder))) or open_release(folder, graphs=graphs)


def print_result(result: Result, form: str | None, prefixes: Mapping[str, str]) -> int:
    """Print what came back; returns the exit code."""
    from imnm_kg.cli.output import format_table, style_for, terminal_width
    from imnm_kg.model.results import Answer, serialize, short

    if form not in (None, "table"):
        sys.stdout.write(serialize(result, form, prefixes))
        return 0
    answer = Answer.of(result)
    if answer.triples is not None:
        sys.stdout.write(serialize(answer.triples, form or "turtle", prefixes))
    elif answer.boolean is not None:
        print("yes" if answer.boolean else "no")
    else:
        rows = [[short(term, prefixes) for term in row] for row in answer.rows]
        every = range(len(answer.variables))
        kept = [i for i in every if any(row[i] for row in rows)] or every
        headers = [answer.variables[i] for i in kept]  # a column without any value says nothing to a person
        table = format_table(
            headers, [[row[i] for i in kept] for row in rows], style_for(sys.stdout), terminal_width(sys.stdout)
        )
        sys.stdout.write(table)
        print(counted(len(rows), "row"), file=sys.stderr)
    return 0
