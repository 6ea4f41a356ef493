# SPDX-License-Identifier: Apache-2.0
"""A validation report as SARIF 2.1.0, which code scanning of GitHub, GitLab and Azure reads."""

from __future__ import annotations

import json
from typing import Any

from imnm_kg import __version__
from imnm_kg.cli.reports.view import View, address
from imnm_kg.model.report import Result

__all__ = ["render"]

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {"Violation": "error", "Warning": "warning", "Info": "note"}


def render(view: View) -> str:
    """Write the report as SARIF: a rule is a shape with one of its components."""
    rules: dict[str, int] = {}
    results = [_result(result, view, rules.setdefault(_rule(result, view), len(rules))) for result in view.shown]
    told = [{"level": "note", "message": {"text": view.summary()}}]
    if view.left_out:
        told.append({"level": "note", "message": {"text": f"{view.left_out} more results are left out"}})
    told += [
        {"level": "note", "message": {"text": f"no longer there, though in the baseline: {each}"}}
        for each in view.vanished
    ]
    run = {
        "tool": {
            "driver": {
                "name": "imnm-kg validate",
                "semanticVersion": __version__,
                "rules": [{"id": rule, "shortDescription": {"text": rule}} for rule in rules],
            }
        },
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": told}],
        "results": results,
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1, ensure_ascii=False) + "\n"


def _rule(result: Result, view: View) -> str:
    return f"{view.short(result.shape)}/{result.component}" if result.shape else result.component


def _result(result: Result, view: View, index: int) -> dict[str, Any]:
    label = f" “{result.label}”" if result.label else ""
    value = f", value {view.short(result.value)}" if result.value and not result.value.startswith("_:") else ""
    text = f"{result.message or result.component} (node {view.node(result)}{label}{value})"
    found: dict[str, Any] = {
        "ruleId": _rule(result, view),
        "ruleIndex": index,
        "level": _LEVELS.get(result.severity, "error"),
        "message": {"text": text},
        "partialFingerprints": {"imnmKgResult/v1": result.identity},
    }
    if view.baseline:
        found["baselineState"] = "unchanged" if result.known else "new"
    location: dict[str, Any] = {"logicalLocations": [{"fullyQualifiedName": view.node(result)}]}
    if result.place is not None:
        physical: dict[str, Any] = {"artifactLocation": {"uri": address(result.place)}}
        if result.place.line is not None:
            region = {"startLine": result.place.line}
            if result.place.column is not None:
                region["startColumn"] = result.place.column
            physical["region"] = region
        location["physicalLocation"] = physical
    found["locations"] = [location]
    return found
