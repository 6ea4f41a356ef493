# SPDX-License-Identifier: Apache-2.0
"""``imnm-kg verify``: every quote against its document."""

from __future__ import annotations

import argparse
from pathlib import Path

from imnm_kg.cli.findings import print_findings
from imnm_kg.errors import counted
from imnm_kg.model.folders import find_folders

EXAMPLES = """\
examples:
  imnm-kg verify --documents documents

DIR holds the documents' texts, one <document-id>.txt each; default: ./documents.
A quote is equal to its text, character by character, or it is a finding."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--documents", type=Path, default=Path("documents"), metavar="DIR", help="the texts")
    parser.add_argument("-q", "--quiet", action="store_true", help="tell only what is wrong")


def run(arguments: argparse.Namespace) -> int:
    """Verify and guard."""
    from imnm_kg.pipeline import derive, verify_documents

    folders = find_folders()
    dataset = derive(folders)
    result, cut = verify_documents(folders, dataset, arguments.documents)
    what = f"checked {counted(result.checked, 'quote')} in {counted(len(result.documents), 'document')}"
    findings = [*result.findings, *cut]
    if findings:
        return print_findings(findings, what)
    if not arguments.quiet:
        print(f"{what}: all are equal, none cuts off a negation or a hedge")
    return 0
