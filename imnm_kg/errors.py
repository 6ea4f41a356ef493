# SPDX-License-Identifier: Apache-2.0
"""The one family of errors: what is wrong, where, and what to do about it."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["ImnmError", "Place", "counted"]


class Place(NamedTuple):
    """Where something is: a file and, where known, a line and a column (both counted from 1).

    A named tuple like all values that ``imnm-kg query`` needs: importing dataclasses takes longer than a query.
    """

    file: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        parts = [self.file]
        if self.line is not None:
            parts.append(str(self.line))
            if self.column is not None:
                parts.append(str(self.column))
        return ":".join(parts)


class ImnmError(Exception):
    """An error that a person can act on.

    Attributes:
        code: id of the error, e.g. ``turtle-syntax``; ``docs/errors.md`` has a section of that name.
        what: what is wrong, without a final full stop.
        remedy: what to do about it, an imperative sentence without a final full stop.
        place: where it is, if it is anywhere.
    """

    def __init__(self, code: str, what: str, remedy: str, place: Place | None = None) -> None:
        self.code = code
        self.what = what
        self.remedy = remedy
        self.place = place
        super().__init__(str(self))

    def __reduce__(self) -> tuple[type[ImnmError], tuple[str, str, str, Place | None]]:
        """Let it travel to another process."""
        return type(self), (self.code, self.what, self.remedy, self.place)

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place is not None else ""
        return f"{where}{self.what}; {self.remedy} [{self.code}]"


def counted(number: int, noun: str) -> str:
    """Say how many there are of something: "1 file", "1,024 files"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
