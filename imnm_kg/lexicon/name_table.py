# SPDX-License-Identifier: Apache-2.0
"""A table from names to numbers that keeps no name: half a million take a fifth of the memory of a dict."""

from __future__ import annotations

from array import array
from hashlib import blake2b

__all__ = ["FewNames", "NameTable"]

_FIRST_BITS = 10


class FewNames:
    """The same for so few names that a dict of them is quicker and small enough."""

    __slots__ = ("_numbers",)

    def __init__(self) -> None:
        """Make an empty table."""
        self._numbers: dict[str, int] = {}

    def __len__(self) -> int:
        """Return how many names it has."""
        return len(self._numbers)

    def add(self, name: str, number: int) -> bool:
        """Add a name, unless the table has it already, and return whether it is new."""
        if name in self._numbers:
            return False
        self._numbers[name] = number
        return True

    def get(self, name: str) -> int:
        """Return the number of a name, -1 where the table does not have it."""
        return self._numbers.get(name, -1)


class NameTable:
    """Numbers by name, open addressing over the hashes of the names, in arrays.

    Two names with one hash of 64 bits would be one name. Among a million names that is expected once in 37 million
    tables; that a word of a text has the hash of a name, once in 18 million million words looked up.
    The hash is the same in every process, so that a result would be too.
    """

    __slots__ = ("_bits", "_hashes", "_numbers", "_used")

    def __init__(self) -> None:
        """Make an empty table."""
        self._bits = _FIRST_BITS
        self._hashes, self._numbers = _empty(_FIRST_BITS)
        self._used = 0

    def __len__(self) -> int:
        """Return how many names it has."""
        return self._used

    def add(self, name: str, number: int) -> bool:
        """Add a name, unless the table has it already.

        Args:
            name: the name.
            number: what to find under it, below 2**32.

        Returns:
            Whether the name is new.
        """
        if 3 * self._used > 2 << self._bits:
            self._grow()
        key = _hash(name)
        place = _place(self._hashes, key)
        if self._hashes[place]:
            return False
        self._hashes[place] = key
        self._numbers[place] = number
        self._used += 1
        return True

    def get(self, name: str) -> int:
        """Return the number of a name, -1 where the table does not have it."""
        key = _hash(name)
        hashes = self._hashes
        mask = len(hashes) - 1
        place = key & mask
        while known := hashes[place]:
            if known == key:
                return self._numbers[place]
            place = (place + 1) & mask
        return -1

    def _grow(self) -> None:
        hashes, numbers = self._hashes, self._numbers
        self._bits += 1
        self._hashes, self._numbers = _empty(self._bits)
        for key, number in zip(hashes, numbers, strict=True):
            if key:
                place = _place(self._hashes, key)
                self._hashes[place] = key
                self._numbers[place] = number


def _empty(bits: int) -> tuple[array[int], array[int]]:
    return array("Q", bytes(8 << bits)), array("I", bytes(4 << bits))


def _hash(name: str) -> int:
    """Return the hash of a name, never 0: that is an empty place."""
    return int.from_bytes(blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest()) or 1


def _place(hashes: array[int], key: int) -> int:
    """Return the place of a hash, or the empty one where it belongs."""
    mask = len(hashes) - 1
    place = key & mask
    while hashes[place] not in (0, key):
        place = (place + 1) & mask
    return place
