# SPDX-License-Identifier: Apache-2.0
"""``imnm-kg build``: the main job."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from imnm_kg.cli.findings import print_findings
from imnm_kg.cli.output import progress
from imnm_kg.errors import ImnmError, Place
from imnm_kg.model.folders import Folders, find_folders

EXAMPLES = """\
examples:
  imnm-kg build --documents documents      verify every quote, write ./release
  imnm-kg build --out /tmp/graph           write the release somewhere else
  imnm-kg build --no-reason --no-validate  quickly, without HermiT and SHACL

It reads ontology/, graph/, shapes/ and queries/ of the current folder, or those inside the package.
A build with findings writes nothing and leaves the former release as it was."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--documents", type=Path, metavar="DIR", help="the documents' texts; verifies every quote")
    parser.add_argument("--out", type=Path, default=Path("release"), metavar="DIR", help="default: ./release")
    parser.add_argument("--no-reason", action="store_true", help="leave out HermiT's check of consistency")
    parser.add_argument("--no-validate", action="store_true", help="leave out SHACL; no report.ttl is written")
    parser.add_argument("-q", "--quiet", action="store_true", help="tell only what is wrong")


def _refuse_sources(out: Path, folders: Folders) -> None:
    """A release among the sources would be read as a source by the next build."""
    for source in (folders.ontology, folders.graph, folders.shapes, folders.queries):
        if out.resolve().is_relative_to(source.resolve()):
            what = f"the release would be written into the sources in {source.name}/"
            raise ImnmError("release-folder", what, "name another folder with --out", Place(str(out)))


def run(arguments: argparse.Namespace) -> int:
    """Build and write the release."""
    from imnm_kg.operations.publish import check_writable, write_release
    from imnm_kg.pipeline import build

    say = progress(arguments.quiet)
    check_writable(arguments.out)
    folders = find_folders()
    _refuse_sources(arguments.out, folders)
    say(f"building from {folders.root}")
    result = build(
        folders,
        arguments.documents,
        with_reasoner=not arguments.no_reason,
        with_shapes=not arguments.no_validate,
        say=say,
    )
    for note in result.notes:  # also when quiet: what was not checked must be known
        print(f"imnm-kg: note: {note}", file=sys.stderr)
    if result.findings:
        return print_findings(result.findings, "nothing was written")
    write_release(arguments.out, result.files)
    say(f"wrote {', '.join(sorted(result.files))} to {arguments.out}")
    return 0
