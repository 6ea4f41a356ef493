# SPDX-License-Identifier: Apache-2.0
"""What a run tells while it goes on, and what it has done at the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from imnm_kg.model.records import BadRecord

__all__ = ["Summary", "Watch"]


class Watch(Protocol):
    """Is told of a run as it goes on."""

    def expect(self, weight: int) -> None:
        """Is told how much there is to read, in a measure that goes with the work: bytes as they are unpacked."""

    def tick(self, records: int, claims: int) -> None:
        """Is told how many records and claims have come since; also none, so that time is seen to pass."""

    def done(self, weight: int) -> None:
        """Is told how much has been read since."""

    def bad(self, record: BadRecord) -> None:
        """Is told a record that is passed over; not every one of a run with many."""

    def note(self, text: str) -> None:
        """Is told something that is well to know and nothing wrong."""


@dataclass
class Summary:
    """What a run has done.

    Attributes:
        files: inputs that were read.
        unchanged: those of them that an earlier run had read.
        records: records that were read.
        claims: claims that were found.
        bad: records that were passed over.
    """

    files: int = 0
    unchanged: int = 0
    records: int = 0
    claims: int = 0
    bad: int = 0
