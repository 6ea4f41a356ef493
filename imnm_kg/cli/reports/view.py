# SPDX-License-Identifier: Apache-2.0
"""What of a validation report is shown, and how its terms are written short."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePath
from types import MappingProxyType
from typing import NamedTuple

from imnm_kg.errors import Place, counted
from imnm_kg.model.report import Report, Result, fails

__all__ = ["View", "address"]

_ANONYMOUS = re.compile(r"^\[[0-9a-f]+\]")


class View(NamedTuple):
    """A report as it is to be shown.

    Attributes:
        report: the report, its known results marked.
        prefixes: the namespaces by prefix, for short IRIs.
        fail_on: the least severity that fails.
        limit: how many results are shown; none for all.
        vanished: what the baseline has and the report has not.
        baseline: whether there is a baseline.
        width: the columns of the terminal, if it is one.
        colours: whether colours may be used.
    """

    report: Report
    prefixes: Mapping[str, str] = MappingProxyType({})
    fail_on: str = "violation"
    limit: int | None = None
    vanished: tuple[str, ...] = ()
    baseline: bool = False
    width: int | None = None
    colours: bool = False

    @property
    def shown(self) -> tuple[Result, ...]:
        """The results that are shown."""
        return self.report.results[: self.limit]

    @property
    def left_out(self) -> int:
        """How many results are not shown."""
        return len(self.report.results) - len(self.shown)

    @property
    def failing(self) -> int:
        """How many results make the command fail, those that are not shown too."""
        return self.report.failing(self.fail_on)

    def fails(self, result: Result) -> bool:
        """Tell whether a result makes the command fail."""
        return not result.known and fails(result, self.fail_on)

    def short(self, text: str) -> str:
        """Write a term in N-Triples form short, with a prefix where there is one."""
        if text.startswith('"'):
            head, mark, type_ = text.rpartition('"^^<')
            return f'{head}"^^{self.short("<" + type_)}' if mark else text
        if not text.startswith("<") or text.find(">") != len(text) - 1:
            return text
        iri, best = text[1:-1], ""
        for prefix, namespace in self.prefixes.items():
            local = iri[len(namespace) :]
            # The longest namespace wins; what needs an escape stays an IRI that can be copied.
            if iri.startswith(namespace) and namespace and not set(local) & set("/#?&=%") and local:
                written = f"{prefix}:{local}"
                if not best or len(written) < len(best):
                    best = written
        return best or text

    def path(self, text: str) -> str:
        """Write a path short, each IRI of it for itself."""
        parts = text.split("<")
        return parts[0] + "".join(
            self.short(f"<{iri}>") + rest for iri, _, rest in (part.partition(">") for part in parts[1:])
        )

    def node(self, result: Result) -> str:
        """Write the focus node short; for one without a name the way to it."""
        name = _ANONYMOUS.sub("[]", result.name or result.focus)
        return self.path(name) if name.startswith(("<", "[")) else self.short(name)

    def summary(self) -> str:
        """Say in one line how many results there are."""
        report = self.report
        looked = counted(report.focus_nodes, "focus node")
        if report.triples is not None:
            looked += f" in {counted(report.triples, 'triple')}"
        if report.conforms:
            return f"conforms: no result for {looked}"
        counts = ", ".join(counted(number, self._severity(name)) for name, number in report.counts.items())
        known = sum(result.known for result in report.results)
        told = f"; {len(report.results) - known:,} new, {known:,} known" if self.baseline else ""
        return f"{counts}{told} for {looked}"

    def _severity(self, name: str) -> str:
        return self.short(f"<{name}>") if ":" in name else name.lower()

    def severity(self, result: Result) -> str:
        """Write a severity as a word."""
        return self._severity(result.severity)


def address(place: Place) -> str:
    """Write the file of a place as a relative URI with forward slashes, as other programs want it."""
    from urllib.parse import quote

    path = PurePath(place.file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())
