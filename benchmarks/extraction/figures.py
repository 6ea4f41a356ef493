# SPDX-License-Identifier: Apache-2.0
"""Tables on standard output, and the same figures as JSON."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from imnm_kg.cli.output import Style, format_table
from imnm_kg.errors import ImnmError
from imnm_kg.model.evaluation import Evaluation, Score
from imnm_kg.rdf.files import write_atomically

__all__ = ["SCORES", "add_json_option", "as_figures", "save", "score_cells", "show", "show_relations", "told"]

SCORES = ("annotated", "right", "extra", "P", "R", "F1")


def score_cells(score: Score) -> list[str]:
    """Return the cells below ``SCORES``."""
    shares = [f"{value:.3f}" for value in (score.precision, score.recall, score.f1)]
    return [str(score.annotated), str(score.right), str(score.extra), *shares]


def as_figures(score: Score) -> dict[str, float]:
    """Return a score as JSON has it."""
    return {"annotated": score.annotated, "right": score.right, "extra": score.extra, "precision": score.precision,
            "recall": score.recall, "f1": score.f1}  # fmt: skip


def show(title: str, headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table under its title."""
    print(f"\n{title}\n{format_table(headers, rows, Style(False))}", end="", flush=True)


def show_relations(title: str, found: Evaluation) -> None:
    """Print the scores of each relation and of all."""
    rows = [[relation, *score_cells(score)] for relation, score in found.relations]
    show(title, ("relation", *SCORES), [*rows, ["all", *score_cells(found.total)]])


def add_json_option(parser: argparse.ArgumentParser) -> None:
    """Add the option that all the scripts have."""
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to this file too")


def save(path: Path | None, figures: dict[str, Any]) -> None:
    """Write figures as JSON, where a file is named."""
    if path is not None:
        write_atomically(path, json.dumps(figures, indent=2) + "\n")


def told(main: Callable[[], int]) -> int:
    """Run a script; an error is one line on standard error and exit code 2, as with the commands."""
    try:
        return main()
    except ImnmError as error:
        print(f"{Path(sys.argv[0]).name}: {error}", file=sys.stderr)
        return 2
