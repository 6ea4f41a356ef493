# SPDX-License-Identifier: Apache-2.0
"""Asking and printing, as ``query`` and ``sparql`` share it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

from imnm_kg.cli.output import format_table, style_for, terminal_width
from imnm_kg.model.folders import find_release
from imnm_kg.model.results import FORMATS, Answer, serialize, short
from imnm_kg.operations.ask import ask, ask_endpoint, open_release

__all__ = ["add_asking_options", "print_result"]


def add_asking_options(parser: argparse.ArgumentParser) -> None:
    """Add what both commands take."""
    parser.add_argument("--release", type=Path, metavar="DIR", help="the folder of a built release")
    parser.add_argument("--endpoint", metavar="URL", help="ask a remote SPARQL endpoint instead")
    parser.add_argument(
        "--timeout", type=float, default=60.0, metavar="SECONDS", help="for --endpoint; default: 60"
    )
    parser.add_argument("--format", choices=FORMATS, help="default: table, or turtle for a graph")


def print_result(
    text: str,
    arguments: argparse.Namespace,
    shown: str,
    prefixes: Mapping[str, str],
    *,
    graphs: bool = False,
) -> int:
    """Run a query where the options say, and print what comes back."""
    if arguments.endpoint is not None:
        result = ask_endpoint(arguments.endpoint, text, arguments.timeout)
    else:
        store = open_release(find_release(arguments.release), graphs=graphs)
        result = ask(store, text, prefixes, shown)
    if arguments.format not in (None, "table"):
        sys.stdout.write(serialize(result, arguments.format, prefixes))
        return 0
    answer = Answer.of(result)
    if answer.triples is not None:
        sys.stdout.write(serialize(answer.triples, arguments.format or "turtle", prefixes))
    elif answer.boolean is not None:
        print("yes" if answer.boolean else "no")
    else:
        rows = [[short(term, prefixes) for term in row] for row in answer.rows]
        table = format_table(answer.variables, rows, style_for(sys.stdout), terminal_width(sys.stdout))
        sys.stdout.write(table)
        print(f"{len(rows)} row{'' if len(rows) == 1 else 's'}", file=sys.stderr)
    return 0
