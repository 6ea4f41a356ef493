# SPDX-License-Identifier: Apache-2.0
"""A baseline: the results that a project knows of and does not want to be told again, in a file beside its data."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from imnm_kg.errors import ImnmError, Place
from imnm_kg.model.report import Report
from imnm_kg.rdf.files import read_text, write_atomically

__all__ = ["Compared", "compare", "read_baseline", "write_baseline"]

_VERSION = 1


class Compared(NamedTuple):
    """A report held against a baseline.

    Attributes:
        report: the report, its known results marked.
        vanished: what the baseline has and the report has not, one line each.
    """

    report: Report
    vanished: tuple[str, ...]


def read_baseline(path: Path) -> list[dict[str, str]]:
    """Read the results of a baseline.

    Raises:
        ImnmError: ``baseline-malformed``, or as ``read_text`` raises.
    """
    text = read_text(path)
    try:
        content = json.loads(text)
    except ValueError as error:
        line = getattr(error, "lineno", None)
        raise _malformed(path, "it is no JSON", line) from error
    if not isinstance(content, dict) or not isinstance(content.get("results"), list):
        raise _malformed(path, "it has no list of results")
    if content.get("version") != _VERSION:
        raise _malformed(path, f"it has the version {content.get('version')!r}, and {_VERSION} is known")
    for each in content["results"]:
        if not isinstance(each, dict) or not isinstance(each.get("identity"), str):
            raise _malformed(path, "a result in it has no identity")
    return [{key: str(value) for key, value in each.items()} for each in content["results"]]


def _malformed(path: Path, why: str, line: int | None = None) -> ImnmError:
    what, remedy = f"the baseline cannot be used: {why}", "make it again with --write-baseline"
    return ImnmError("baseline-malformed", what, remedy, Place(str(path), line))


def write_baseline(path: Path, report: Report) -> None:
    """Write the results of a report as a baseline; one result a line, sorted, so that changes of it can be read."""
    rows = sorted(
        json.dumps(
            {
                "identity": result.identity, "severity": result.severity, "component": result.component,
                "focus": result.label or ("" if result.focus.startswith("_:") else result.focus),
                "path": result.path, "message": result.message,
            },
            ensure_ascii=False,
        )
        for result in report.results
    )  # fmt: skip
    body = ",\n  ".join(rows)
    opening, closing = ("[\n  ", "\n ]") if rows else ("[", "]")
    write_atomically(path, f'{{\n "version": {_VERSION},\n "results": {opening}{body}{closing}\n}}\n')


def compare(report: Report, baseline: list[dict[str, str]]) -> Compared:
    """Hold a report against a baseline; a result that the baseline has once is known once."""
    left = Counter(each["identity"] for each in baseline)
    results = []
    for result in report.results:
        known = left[result.identity] > 0
        left[result.identity] -= known
        results.append(result._replace(known=known))
    vanished = []
    for each in baseline:
        if left[each["identity"]] > 0:
            left[each["identity"]] -= 1
            about = each.get("focus") or each["identity"]
            vanished.append(f"{about}: {each.get('message') or each.get('component', '')}")
    results.sort(key=lambda result: result.known)  # what is new comes first, however few are shown
    return Compared(report._replace(results=tuple(results)), tuple(vanished))
