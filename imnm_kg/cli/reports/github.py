# SPDX-License-Identifier: Apache-2.0
"""A validation report as annotations of GitHub Actions, which shows them beside the lines of a pull request."""

from __future__ import annotations

from imnm_kg.cli.reports.view import View
from imnm_kg.model.report import Result

__all__ = ["render"]

_LEVELS = {"Violation": "error", "Warning": "warning", "Info": "notice"}


def render(view: View) -> str:
    """Write one workflow command a result; known results are notices, whatever their severity."""
    lines = [_command(result, view) for result in view.shown]
    if view.left_out:
        lines.append(f"::notice::{_data(f'{view.left_out} more results are not shown (--max-results)')}")
    lines += [f"::notice::{_data(f'no longer there, though in the baseline: {each}')}" for each in view.vanished]
    return "\n".join([*lines, _plain(view.summary())]) + "\n"


def _command(result: Result, view: View) -> str:
    level = "notice" if result.known else _LEVELS.get(result.severity, "error")
    given: dict[str, str] = {}
    if result.place is not None:
        given["file"] = result.place.file.replace("\\", "/")
        if result.place.line is not None:
            given["line"] = str(result.place.line)
            if result.place.column is not None:
                given["col"] = str(result.place.column)
    given["title"] = f"{view.short(result.shape)} {result.component}".strip()
    label = f" “{result.label}”" if result.label else ""
    value = f", value {view.short(result.value)}" if result.value and not result.value.startswith("_:") else ""
    message = f"{result.message or result.component} (node {view.node(result)}{label}{value})"
    properties = ",".join(f"{name}={_property(text)}" for name, text in given.items())
    return f"::{level} {properties}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _plain(text: str) -> str:
    """Keep a line that is no command from becoming one."""
    return text.replace("::", ": :")
