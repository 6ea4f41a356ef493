# SPDX-License-Identifier: Apache-2.0
"""Printing of findings: one line each, and a count at the end."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from imnm_kg.cli.output import style_for
from imnm_kg.errors import counted
from imnm_kg.model.findings import Finding

__all__ = ["print_findings"]


def print_findings(findings: Sequence[Finding], ending: str = "") -> int:
    """Print findings on standard output, sorted by place; returns the exit code 1."""
    style = style_for(sys.stdout)

    def order(finding: Finding) -> tuple[str, int, str]:
        place = finding.place
        return ("", 0, str(finding)) if place is None else (place.file, place.line or 0, str(finding))

    for finding in sorted(findings, key=order):
        where = "" if finding.place is None else style(f"{finding.place}: ", "bold")
        print(f"{where}{finding.message} {style(f'[{finding.code}]', 'dim')}")
    count = counted(len(findings), "finding")
    print(f"{style(count, 'red')}{f'; {ending}' if ending else ''}", file=sys.stderr)
    return 1
