# SPDX-License-Identifier: Apache-2.0
"""A process that is none: its work is done at once, where a property is tried on many examples."""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["Inline"]


class Inline:
    """Has the face of ``imnm_kg.shacl.processes.Process``."""

    def __init__(self, work: Callable[[], bytes]) -> None:
        try:
            self._result: bytes | None = work()
        except Exception:
            self._result = None

    def result(self) -> bytes | None:
        return self._result

    def end(self) -> None:
        pass
