# SPDX-License-Identifier: Apache-2.0
"""What became of a record that could not be read, and ids that come twice."""

from __future__ import annotations

import hashlib

from imnm_kg.errors import ImnmError
from imnm_kg.model.records import BadRecord, TextRecord

__all__ = ["SeenIds", "bad_record"]

_BITS = 1 << 20  # of one page of the map of PMIDs


def bad_record(error: ImnmError, source: str, position: int = 0) -> BadRecord:
    """Return an error as a record that is told, counted and passed over.

    Args:
        error: what is wrong, and where.
        source: the file as it was given.
        position: number of the record in its file, from 1; 0 when the file as a whole is meant.
    """
    line = error.place.line if error.place is not None else None
    return BadRecord(source, position, error.code, error.what, line, error.remedy)


class SeenIds:
    """The ids of a run, to find those that come a second time; all of PubMed takes a few megabytes."""

    def __init__(self) -> None:
        self._pmids: dict[int, bytearray] = {}
        self._others: set[bytes] = set()

    def check(self, record: TextRecord) -> BadRecord | None:
        """Take in the id of a record.

        Returns:
            ``None`` when the id is new, else the bad record to put in place of this one.
        """
        if self._is_new(record.id):
            return None
        what, remedy = f"the id {record.id!r} was read before in this run", "remove one of the two, or rename it"
        return bad_record(ImnmError("record-duplicate", what, remedy), record.source, record.position)

    def _is_new(self, id_: str) -> bool:
        digits = id_.removeprefix("PMID:")
        # PMID:007 is not the id PMID:7, and nine digits are no PMID.
        if digits != id_ and digits.isascii() and digits.isdigit() and digits[0] != "0" and len(digits) < 9:
            page, bit = divmod(int(digits), _BITS)
            bits = self._pmids.setdefault(page, bytearray(_BITS // 8))
            mask = 1 << (bit & 7)
            new = not bits[bit >> 3] & mask
            bits[bit >> 3] |= mask
            return new
        key = hashlib.blake2b(id_.encode("utf-8", "surrogatepass"), digest_size=16).digest()
        new = key not in self._others
        self._others.add(key)
        return new
