# SPDX-License-Identifier: Apache-2.0
"""The matrix of a disease: what was tried, by how it came out and how sure the texts are of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from imnm_kg.serve.pages.facts import Thing
from imnm_kg.serve.pages.views import ClaimView

__all__ = ["BENEFITS", "COLUMNS", "TRIED", "Column", "Row", "matrix"]

BENEFITS = frozenset(("ameliorates", "cures", "firstLineFor", "manages", "treats"))
"""The relations that say of a treatment that it helps, or is given because it does."""

TRIED = BENEFITS | {"appliedToTreat", "investigatedFor"}
"""The relations between a treatment and a disease."""


class Column(NamedTuple):
    """A column: one way to come out, and how sure.

    Attributes:
        key: its name in classes of the style sheet.
        group: how it came out.
        title: how sure.
        mark: a sign that stands beside the colour.
    """

    key: str
    group: str
    title: str
    mark: str


COLUMNS = (
    Column("neg-sure", "Negative finding", "established", "✕"),
    Column("neg-hedged", "Negative finding", "hedged", "✕"),
    Column("aff-sure", "Affirmed", "established", "✓"),
    Column("aff-hedged", "Affirmed", "hedged", "✓"),
    Column("tried", "Used or tested", "effect not stated", "○"),
)


class Row(NamedTuple):
    """What was tried, and the claims about it, one group for each column."""

    tried: Thing
    cells: tuple[tuple[ClaimView, ...], ...]

    @property
    def negative(self) -> bool:
        """Whether a text says that it does not do what was hoped."""
        return bool(self.cells[0] or self.cells[1])


def _place(view: ClaimView) -> int:
    if view.predicate not in BENEFITS or (view.negated and view.predicate == "firstLineFor"):
        return 4  # not being the first choice is no finding that it does not help
    return (0 if view.negated else 2) + view.hedged


def matrix(views: Iterable[ClaimView], disease: str) -> list[Row]:
    """Arrange the claims on treatments of a disease.

    Args:
        views: claims, of which those are taken that relate a treatment to the disease.
        disease: the IRI of the disease.

    Returns:
        One row for each thing that was tried: first those with a negative finding, then the surest, then by name.
    """
    rows: dict[Thing, tuple[list[ClaimView], ...]] = {}
    for view in views:
        if view.predicate in TRIED and view.object.iri == disease:
            cells = rows.setdefault(view.subject, tuple([] for _ in COLUMNS))
            cells[_place(view)].append(view)
    made = [Row(tried, tuple(tuple(cell) for cell in cells)) for tried, cells in rows.items()]
    return sorted(
        made, key=lambda row: (next(n for n, cell in enumerate(row.cells) if cell), row.tried.label.casefold())
    )
