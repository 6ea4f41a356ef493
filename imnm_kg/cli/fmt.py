# SPDX-License-Identifier: Apache-2.0
"""``imnm-kg fmt``: the one Turtle format."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from imnm_kg.cli.output import style_for
from imnm_kg.errors import ImnmError, Place, counted
from imnm_kg.rdf.files import read_text, write_atomically
from imnm_kg.rdf.turtle import format_turtle

EXAMPLES = """\
examples:
  imnm-kg fmt graph ontology shapes      rewrite what is not in the format
  imnm-kg fmt --check .                  only tell; exit code 1 if a file differs

Comments above a subject go with it; a comment inside a block cannot be kept and is an error."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help=".ttl files or folders of them")
    parser.add_argument("--check", action="store_true", help="change nothing, tell which files differ")


def run(arguments: argparse.Namespace) -> int:
    """Format or check; a file with an error stops nothing else from being told."""
    style = style_for(sys.stderr)
    differing = 0
    errors: list[ImnmError] = []
    files = _turtle_files(arguments.paths)
    if not files:
        where = Place(str(arguments.paths[0]))
        raise ImnmError("fmt-nothing", "there is no Turtle file here", "give .ttl files or folders of them", where)
    for path in files:
        try:
            text = read_text(path)
            formatted = format_turtle(text, str(path))
            if formatted == text:
                continue
            differing += 1
            if arguments.check:
                print(f"{path}: not in the format; run 'imnm-kg fmt {path}'")
            else:
                write_atomically(path, formatted)
                print(f"{path}: formatted")
        except ImnmError as error:
            errors.append(error)
    for each in errors:
        print(f"imnm-kg: {each}", file=sys.stderr)
    if errors:
        return 2
    verb = "would change" if arguments.check else "changed"
    print(style(f"{counted(len(files), 'file')}, {differing} {verb}", "dim"), file=sys.stderr)
    return 1 if arguments.check and differing else 0


def _turtle_files(paths: list[Path]) -> list[Path]:
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            hidden = (
                p for p in sorted(path.rglob("*.ttl")) if not any(x.startswith(".") for x in p.relative_to(path).parts)
            )
            found.update(dict.fromkeys(hidden))
        elif path.exists() and path.suffix != ".ttl":
            raise ImnmError("fmt-not-turtle", "not a Turtle file", "give .ttl files or folders", Place(str(path)))
        else:
            found[path] = None
    return list(found)
