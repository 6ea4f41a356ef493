# SPDX-License-Identifier: Apache-2.0
"""A validation report as JSON, for programs of one's own."""

from __future__ import annotations

import json

from imnm_kg.cli.reports.view import View
from imnm_kg.model.report import Result

__all__ = ["render"]


def render(view: View) -> str:
    """Write the report as JSON; terms are in N-Triples form, and null is what is absent."""
    report = view.report
    content: dict[str, object] = {
        "conforms": report.conforms,
        "focus_nodes": report.focus_nodes,
        "triples": report.triples,
        "counts": dict(report.counts),
        "failing": view.failing,
        "left_out": view.left_out,
        "vanished": list(view.vanished),
        "results": [_one(result) for result in view.shown],
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _one(result: Result) -> dict[str, object]:
    place = result.place
    return {
        "severity": result.severity,
        "focus": result.focus,
        "label": result.label or None,
        "path": result.path or None,
        "value": result.value or None,
        "component": result.component,
        "shape": result.shape or None,
        "message": result.message,
        "file": None if place is None else place.file,
        "line": None if place is None else place.line,
        "column": None if place is None else place.column,
        "known": result.known,
        "identity": result.identity,
    }
