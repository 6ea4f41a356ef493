# SPDX-License-Identifier: Apache-2.0
"""Findings: what a check found in the data, where, and what to do."""

from __future__ import annotations

from typing import NamedTuple

from imnm_kg.errors import Place

__all__ = ["Finding"]


class Finding(NamedTuple):
    """One thing that is wrong in the data.

    Attributes:
        code: id of the kind of finding; ``docs/errors.md`` has a section of that name.
        message: what is wrong and what to do, one line.
        place: where it stands, if that is known.
        subject: the IRI that it is about, if any.
    """

    code: str
    message: str
    place: Place | None = None
    subject: str | None = None

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place is not None else ""
        return f"{where}{self.message} [{self.code}]"
