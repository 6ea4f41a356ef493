# SPDX-License-Identifier: Apache-2.0
"""A validation report for a person: grouped by file, or by shape where no file is known, with a count at the end."""

from __future__ import annotations

from itertools import groupby

from imnm_kg.cli.output import Style, one_line, wrap
from imnm_kg.cli.reports.view import View
from imnm_kg.errors import counted
from imnm_kg.model.report import Result

__all__ = ["render"]

_COLOURS = {"Violation": "red", "Warning": "yellow", "Info": "cyan"}
_LONGEST = 200


def render(view: View) -> str:
    """Write the report as text."""
    style = Style(view.colours)
    lines: list[str] = []
    ordered = sorted(view.shown, key=_group)  # stable: within a group the severest still come first
    for (file, shape), group in groupby(ordered, key=_group):
        results = list(group)
        head = file or (f"shape {view.short(shape)}" if shape else "without a place")
        lines.append(style(f"{one_line(head)}: {counted(len(results), 'result')}", "underline"))
        for result in results:
            lines += _lines(result, view, style)
        lines.append("")
    if view.left_out:
        lines.append(f"{counted(view.left_out, 'more result')} not shown (--max-results)")
    for each in view.vanished:
        lines.append(f"no longer there, though in the baseline: {one_line(each)}")
    lines.append(style(view.summary(), "green" if view.report.conforms else "bold"))
    return "\n".join(lines) + "\n"


def _group(result: Result) -> tuple[str, str]:
    return (result.place.file, "") if result.place is not None else ("", result.shape)


def _lines(result: Result, view: View, style: Style) -> list[str]:
    where = f"{one_line(str(result.place))}: " if result.place is not None else ""
    severity = f"{view.severity(result)}{' (known)' if result.known else ''}"
    message = one_line(result.message or result.component)
    node = view.node(result) + (f" “{result.label}”" if result.label else "")
    parts = [f"node {node}"]
    parts += [f"path {view.path(result.path)}"] if result.path else []
    if result.value and result.value != result.focus:
        value = "a node without a name" if result.value.startswith("_:") else view.short(result.value)
        parts.append(f"value {value if len(value) <= _LONGEST else value[:_LONGEST] + '…'}")
    shape = f", {view.short(result.shape)}" if result.shape else ""
    detail = one_line(f"{', '.join(parts)} ({result.component}{shape})")
    first = f"{where}{severity}: {message}"
    if view.width is None:
        colour = _COLOURS.get(result.severity, "red")
        return [
            f"{style(where, 'bold')}{style(severity, colour)}: {message}",
            style(f"    {detail}", "dim"),
        ]
    room = max(20, view.width - 4)
    head, *more = wrap(first, max(20, view.width - 2))
    head = style(head, _COLOURS.get(result.severity, "red"))
    return [head, *(f"  {line}" for line in more), *(style(f"    {line}", "dim") for line in wrap(detail, room))]
