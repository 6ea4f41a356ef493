# SPDX-License-Identifier: Apache-2.0
"""What a person sees: tables, colours on a terminal only, progress and errors on standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, TextIO

from imnm_kg.errors import ImnmError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "Style",
    "format_table",
    "given_width",
    "progress",
    "refuse_input",
    "style_for",
    "terminal_width",
    "wrap",
]

_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36", "underline": "4"}


class Style:
    """Wraps text in terminal codes, or leaves it as it is."""

    def __init__(self, colours: bool) -> None:
        """Say whether codes are wanted."""
        self.colours = colours

    def __call__(self, text: str, *names: str) -> str:
        """Return the text in the named styles."""
        if not self.colours or not text:
            return text
        codes = ";".join(_CODES[name] for name in names)
        return f"\x1b[{codes}m{text}\x1b[0m"


def style_for(stream: TextIO) -> Style:
    """Colours on a terminal only, and not where NO_COLOR is set or the terminal is dumb."""
    wanted = stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return Style(wanted)


def refuse_input(option: str, out: Path, inputs: Iterable[Path]) -> None:
    """Refuse to write over a file that is read.

    Raises:
        ImnmError: ``usage``.
    """
    target = out.resolve()
    if any(target == path.resolve() for path in inputs):
        raise ImnmError("usage", f"{out} is an input", f"name another file with {option}")


def given_width() -> int | None:
    """The columns that COLUMNS asks for, if it asks for some."""
    given = os.environ.get("COLUMNS", "")
    return int(given) if given.isdecimal() and int(given) > 0 else None


def terminal_width(stream: TextIO) -> int | None:
    """The columns of the terminal; none where the output is no terminal and nothing must be cut."""
    if not stream.isatty():
        return None
    if (given := given_width()) is not None:
        return given
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except OSError:
        return 80


def _width(text: str) -> int:
    if text.isascii():
        return len(text)
    import unicodedata

    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return len(text) + wide - sum(unicodedata.combining(character) > 0 for character in text)


def one_line(text: str) -> str:
    """Bring a text of the data to one line: line ends and tabs become spaces, other controls are shown, never sent."""
    if text.isprintable():
        return text
    return "".join(
        " " if character in "\n\t\r" else character if character.isprintable() else f"\\x{ord(character):02x}"
        for character in text
    )


def format_table(headers: Sequence[str], rows: Sequence[Sequence[str]], style: Style, width: int | None = None) -> str:
    """Lay out a table with aligned columns; on a narrow terminal the widest columns are wrapped.

    Where so many columns do not fit in a readable width, each row becomes a record, one value a line.

    Args:
        headers: the names of the columns.
        rows: the cells, text.
        style: for the header line.
        width: columns of the terminal; none: nothing is wrapped.
    """
    cells = [[one_line(cell) for cell in row] for row in rows]
    widths = [max([_width(h), *(_width(row[i]) for row in cells)]) for i, h in enumerate(headers)]
    if width is not None and cells and sum(min(w, _READABLE) for w in widths) + 2 * (len(headers) - 1) > width:
        return _records(headers, cells, style, width)
    if width is not None:
        widths = _fit(widths, [min(_width(h), 12) for h in headers], width - 2 * (len(headers) - 1))
    lines = [style("  ".join(_pad(_cut(h, w), w) for h, w in zip(headers, widths, strict=True)).rstrip(), "bold")]
    lines.append(style("  ".join("─" * w for w in widths), "dim"))
    for row in cells:
        wrapped = [wrap(cell, w) if _width(cell) > w else [cell] for cell, w in zip(row, widths, strict=True)]
        for number in range(max((len(lines_) for lines_ in wrapped), default=1)):
            parts = [lines_[number] if number < len(lines_) else "" for lines_ in wrapped]
            lines.append("  ".join(_pad(part, w) for part, w in zip(parts, widths, strict=True)).rstrip())
    return "\n".join(lines) + "\n"


_READABLE = 14
"""A column that is narrower than this, and than its content, is hard to read."""


def _records(headers: Sequence[str], rows: Sequence[Sequence[str]], style: Style, width: int) -> str:
    """Lay out each row as lines of name and value; empty values are left out."""
    name_width = max(_width(header) for header in headers)
    lines = []
    for number, row in enumerate(rows, 1):
        lines.append(style(f"── {number} ".ljust(min(width, 60), "─"), "dim"))
        for header, cell in zip(headers, row, strict=True):
            if cell:
                first, *more = wrap(cell, max(20, width - name_width - 2))
                lines.append(f"{style(_pad(header, name_width), 'bold')}  {first}")
                lines += [f"{' ' * name_width}  {part}" for part in more]
    return "\n".join(lines) + "\n"


def _fit(widths: list[int], least: list[int], room: int) -> list[int]:
    """Take columns from the widest until the table fits, but leave each a few."""
    fitted = list(widths)
    while sum(fitted) > room:
        candidates = [i for i in range(len(fitted)) if fitted[i] > max(least[i], 8)]
        if not candidates:
            break
        widest = max(candidates, key=lambda i: fitted[i])
        fitted[widest] -= 1
    return fitted


def _pad(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def _cut(text: str, width: int) -> str:
    return text if _width(text) <= width else text[: max(1, width - 1)] + "…"


def wrap(text: str, width: int) -> list[str]:
    """Wrap a text, long words too."""
    import textwrap

    return textwrap.wrap(text, max(1, width), break_on_hyphens=False) or [""]


def progress(quiet: bool) -> Callable[[str], None]:
    """Return what tells the steps of long work on standard error."""
    if quiet:
        return lambda _: None
    style = style_for(sys.stderr)

    def say(text: str) -> None:
        print(f"{style('·', 'cyan')} {text}", file=sys.stderr, flush=True)

    return say
