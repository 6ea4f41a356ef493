# SPDX-License-Identifier: Apache-2.0
"""A long fuzz of the readers: ``python -m tests.reading.fuzz --seconds 600 [--only html] [--seed 1]``.

Prints how many files were read of each kind. The first that breaks a rule ends the run with its traceback, and with the
file made as small as it goes.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable

from hypothesis import HealthCheck, given, seed, settings

from tests.reading.strategies import EXAMPLES, Example, holds

_ROUND = settings(
    max_examples=300, deadline=None, derandomize=False, database=None, print_blob=False,
    suppress_health_check=list(HealthCheck), report_multiple_bugs=False,
)  # fmt: skip


class _Tally:
    """What was read so far."""

    def __init__(self) -> None:
        self.count: Counter[str] = Counter()
        self.slowest = (0.0, Example("", b""))

    def reader(self, kind: str) -> Callable[[Example], None]:
        """Return the test for one kind of files."""

        def once(example: Example) -> None:
            self.count[kind] += 1
            start = time.perf_counter()
            holds(example)
            self.slowest = max(self.slowest, (time.perf_counter() - start, example))

        return once


def main() -> int:
    """Run until the time is up."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--only", choices=sorted(EXAMPLES), action="append")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    chosen = parser.parse_args()
    kinds = chosen.only or list(EXAMPLES)
    tally = _Tally()
    end = time.monotonic() + chosen.seconds
    number = chosen.seed
    while time.monotonic() < end:
        kind = kinds[number % len(kinds)]
        print(f"{kind}, seed {number}", end="\r", file=sys.stderr, flush=True)
        seed(number)(_ROUND(given(EXAMPLES[kind])(tally.reader(kind))))()
        number += 1
    for kind, files in sorted(tally.count.items()):
        print(f"{kind:10} {files:9,} files")
    seconds, example = tally.slowest
    print(f"slowest: {seconds:.3f} s for {len(example.data):,} bytes as {example.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
