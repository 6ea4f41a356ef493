# SPDX-License-Identifier: Apache-2.0
"""A validation report as JUnit XML, which most CI servers show: a suite a shape, a case a result."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape, quoteattr

from imnm_kg.cli.reports.view import View
from imnm_kg.model.report import Result

__all__ = ["render"]

_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(view: View) -> str:
    """Write the report as JUnit XML; known results and those below the threshold are skipped cases."""
    suites: dict[str, list[Result]] = {}
    for result in view.shown:
        suites.setdefault(result.shape, []).append(result)
    parts = []
    for shape, results in suites.items():
        name = view.short(shape) if shape else "shapes without a name"
        parts.append(_suite(name, [_case(result, name, view) for result in results], sum(map(view.fails, results))))
    if not parts:
        parts.append(_suite("SHACL", [f"    <testcase {_attributes(name=view.summary(), classname='SHACL')}/>"], 0))
    cases = max(1, len(view.shown))
    failures = sum(map(view.fails, view.shown))
    notes = [f"{view.left_out} more results are left out"] if view.left_out else []
    notes += [f"no longer there, though in the baseline: {each}" for each in view.vanished]
    if notes:
        text = escape(_allowed("\n".join(notes)))
        case = f"    <testcase {_attributes(name='notes', classname='SHACL')}>\n      <system-out>{text}</system-out>"
        parts.append(_suite("notes", [f"{case}\n    </testcase>"], 0))
        cases += 1
    head = _attributes(name="imnm-kg validate", tests=cases, failures=failures, errors=0)
    body = "\n".join(parts)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites {head}>\n{body}\n</testsuites>\n'


def _suite(name: str, cases: list[str], failures: int) -> str:
    skipped = sum("<skipped " in case for case in cases)
    head = _attributes(name=name, tests=len(cases), failures=failures, errors=0, skipped=skipped)
    return "\n".join([f"  <testsuite {head}>", *cases, "  </testsuite>"])


def _case(result: Result, suite: str, view: View) -> str:
    place = result.place
    given = {"name": f"{view.node(result)} {result.component} {view.path(result.path)}".strip(), "classname": suite}
    if place is not None:
        given |= {"file": place.file} | ({"line": str(place.line)} if place.line else {})
    where = f"{place}: " if place is not None else ""
    value = f"\nvalue {view.short(result.value)}" if result.value else ""
    label = f" “{result.label}”" if result.label else ""
    detail = f"{where}{view.severity(result)}: {result.message}\nnode {view.node(result)}{label}{value}"
    message = result.message or result.component
    if view.fails(result):
        inside = f"<failure {_attributes(message=message, type=result.component)}>{escape(_allowed(detail))}</failure>"
    else:
        why = "known" if result.known else view.severity(result)
        inside = f"<skipped {_attributes(message=f'{why}: {message}')}/>"
        inside += f"\n      <system-out>{escape(_allowed(detail))}</system-out>"
    return f"    <testcase {_attributes(**given)}>\n      {inside}\n    </testcase>"


def _attributes(**given: object) -> str:
    return " ".join(f"{name}={quoteattr(_allowed(str(value)))}" for name, value in given.items())


def _allowed(text: str) -> str:
    """Replace what XML cannot hold, even escaped."""
    return _NO_XML.sub("\ufffd", text)
