# SPDX-License-Identifier: Apache-2.0
"""What a person sees of a long run: how far it is, what was passed over, and a summary."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from imnm_kg.batch.watch import Summary
from imnm_kg.cli.output import style_for
from imnm_kg.errors import counted
from imnm_kg.model.records import BadRecord

__all__ = ["Meter"]

_TOLD = 20  # bad records; the others are counted
_LINE_EVERY = 10.0  # seconds, where the output is no terminal
_REWRITE_EVERY = 0.25


class Meter:
    """Tells of a run on standard error: one line that is rewritten on a terminal, else a line every ten seconds."""

    def __init__(self, quiet: bool, clock: Callable[[], float] = time.monotonic) -> None:
        """Start the clock; when quiet, only what is wrong is told."""
        self._quiet = quiet
        self._clock = clock
        self._terminal = sys.stderr.isatty()
        self._style = style_for(sys.stderr)
        self._began = self._said = self._finished = clock()
        self._records = self._claims = self._told = 0
        self._expected = self._weight = 0
        self._shown = False

    def expect(self, weight: int) -> None:
        """Take in how much there is to read."""
        self._expected += weight

    def done(self, weight: int) -> None:
        """Take in how much of it was read."""
        self._weight += weight
        # What is half read is not known, so the time left is told by the last input that was finished, and runs down.
        self._finished = self._clock()

    def tick(self, records: int, claims: int) -> None:
        """Take in records and claims, and say how far the run is where it is time."""
        self._records += records
        self._claims += claims
        now = self._clock()
        if not self._quiet and now - self._said >= (_REWRITE_EVERY if self._terminal else _LINE_EVERY):
            self._said = now
            self._say(self._line(now - self._began))

    def _line(self, seconds: float) -> str:
        parts = [
            counted(self._records, "document"),
            f"{self._records / max(seconds, 0.001):,.0f} a second",
            counted(self._claims, "claim"),
        ]
        if 0 < self._weight < self._expected:
            spent = self._finished - self._began
            left = spent * (self._expected - self._weight) / self._weight + spent - seconds
            parts.append(f"about {_time(left)} left" if left > 0 else "nearly done")
        return ", ".join(parts)

    def _say(self, line: str) -> None:
        text = f"{self._style('·', 'cyan')} {line}"
        sys.stderr.write(f"\r\x1b[K{text}" if self._terminal else f"{text}\n")
        sys.stderr.flush()
        self._shown = self._terminal

    def _clear(self) -> None:
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            self._shown = False

    def bad(self, record: BadRecord) -> None:
        """Tell a record that is passed over; the first ones only."""
        self._told += 1
        if self._told > _TOLD:
            return
        self._clear()
        place = record.source if record.line is None else f"{record.source}:{record.line}"
        which = f"record {record.position}: " if record.position else ""
        remedy = f"; {record.remedy}" if record.remedy else ""
        print(f"imnm-kg: passed over {place}: {which}{record.what}{remedy} [{record.code}]", file=sys.stderr)

    def note(self, text: str) -> None:
        """Tell something that is well to know, unless quiet."""
        if not self._quiet:
            self._clear()
            print(f"imnm-kg: note: {text}", file=sys.stderr)

    def end(self, summary: Summary, where: str = "") -> int:
        """Print the summary; returns the exit code."""
        self._clear()
        if summary.bad > _TOLD:
            print(f"imnm-kg: {summary.bad - min(self._told, _TOLD):,} more were passed over{where}", file=sys.stderr)
        if not self._quiet:
            parts = [
                counted(summary.files, "file") + (f" ({summary.unchanged:,} as before)" if summary.unchanged else ""),
                counted(summary.records, "document"),
                counted(summary.claims, "claim"),
                f"{summary.bad:,} passed over",
            ]
            seconds = self._clock() - self._began
            print(f"{self._style('·', 'cyan')} {', '.join(parts)}; {_time(seconds)}", file=sys.stderr)
        return 1 if summary.bad else 0


def _time(seconds: float) -> str:
    """Give a time as a person says it."""
    if seconds < 90:
        return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.1f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02} min"
