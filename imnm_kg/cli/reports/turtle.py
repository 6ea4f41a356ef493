# SPDX-License-Identifier: Apache-2.0
"""A validation report in the vocabulary of SHACL, as Turtle."""

from __future__ import annotations

from imnm_kg.cli.reports.view import View
from imnm_kg.model.report import report_turtle

__all__ = ["render"]

_SH = "http://www.w3.org/ns/shacl#"


def render(view: View) -> str:
    """Write the report as Turtle; what is not shown is told in a comment."""
    header = [f"# {view.left_out} more results are left out"] if view.left_out else []
    return report_turtle(view.report._replace(results=view.shown), {"sh": _SH, **view.prefixes}, header)
