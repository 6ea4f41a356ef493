# SPDX-License-Identifier: Apache-2.0
"""The log, one JSON object a line, and the counts for Prometheus."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from bisect import bisect_left
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TextIO

__all__ = ["Journal"]

_BOUNDS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
_WRITE_EVERY = 0.2  # seconds; a line for itself would cost a system call a request
_MOST_LINES = 2000


class Journal:
    """Writes and counts what happens; nothing of a query but its hash is written."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream
        self._lines: list[str] = []
        self._timer: asyncio.TimerHandle | None = None
        self._second = (0, "")
        self._statuses: Counter[tuple[str, int]] = Counter()
        self._buckets = [0] * (len(_BOUNDS) + 1)
        self._seconds = 0.0
        self._rows = 0
        self.kept = 0

    def request(
        self, part: str, method: str, status: int, seconds: float, client: str, rows: int = 0, query: str = "",
        code: str = "",
    ) -> None:  # fmt: skip
        """Write and count a request.

        Args:
            part: which part of the site it asked: ``sparql``, ``queries``, ``graph-store``, ``page`` …
            method: of the request; only those that HTTP knows are told apart.
            status: of the answer.
            seconds: from its head to the end of the answer.
            client: its address.
            rows: of the result.
            query: the first digits of the query's hash.
            code: the id of the error.
        """
        self._statuses[part, status] += 1
        self._buckets[bisect_left(_BOUNDS, seconds)] += 1
        self._seconds += seconds
        self._rows += rows
        if self._stream is None:
            return
        more = f',"rows":{rows},"query":"{query}"' if query else ""
        if code:
            more += f',"code":"{code}"'
        if not method.isalpha():
            method = "?"
        # Written by hand, for it is as much work as the rest: none of these texts needs an escape.
        self._line(
            f'{{"time":"{self._now()}","event":"request","part":"{part}","method":"{method}","status":{status},'
            f'"seconds":{seconds:.6f},"client":"{client}"{more}}}\n'
        )

    def event(self, event: str, **more: object) -> None:
        """Write something that is no request."""
        if self._stream is not None:
            self._line(json.dumps({"time": self._now(), "event": event, **more}) + "\n")

    def _now(self) -> str:
        now = time.time()
        second = int(now)
        if self._second[0] != second:
            self._second = (second, time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second)))
        return f"{self._second[1]}.{int((now - second) * 1000):03d}Z"

    def _line(self, line: str) -> None:
        self._lines.append(line)
        if len(self._lines) >= _MOST_LINES:
            self.flush()
        elif self._timer is None:
            try:
                self._timer = asyncio.get_running_loop().call_later(_WRITE_EVERY, self.flush)
            except RuntimeError:  # before the loop or after it
                self.flush()

    def flush(self) -> None:
        """Write what waits."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._stream is not None and self._lines:
            with suppress(OSError, ValueError):  # a log that cannot be written is no reason to stop
                self._stream.write("".join(self._lines))
                self._stream.flush()
        self._lines.clear()

    def metrics(self, gauges: Mapping[str, float], deaths: Mapping[str, int]) -> str:
        """Write the counts in the text form of Prometheus."""
        lines = ["# TYPE imnm_requests_total counter"]
        for (part, status), count in sorted(self._statuses.items()):
            lines.append(f'imnm_requests_total{{part="{part}",status="{status}"}} {count}')
        lines.append("# TYPE imnm_request_seconds histogram")
        total = 0
        for bound, count in zip((*map(str, _BOUNDS), "+Inf"), self._buckets, strict=True):
            total += count
            lines.append(f'imnm_request_seconds_bucket{{le="{bound}"}} {total}')
        lines += [f"imnm_request_seconds_sum {self._seconds:.6f}", f"imnm_request_seconds_count {total}"]
        lines += ["# TYPE imnm_rows_total counter", f"imnm_rows_total {self._rows}"]
        lines += ["# TYPE imnm_kept_answers_total counter", f"imnm_kept_answers_total {self.kept}"]
        lines.append("# TYPE imnm_ended_queries_total counter")
        lines += [f'imnm_ended_queries_total{{reason="{reason}"}} {count}' for reason, count in deaths.items()]
        for name, value in gauges.items():
            lines += [f"# TYPE imnm_{name} gauge", f"imnm_{name} {value:g}"]
        return "\n".join(lines) + "\n"

    def handler(self) -> logging.Handler:
        """Give a handler that writes what other libraries log."""
        return _Handler(self)


class _Handler(logging.Handler):
    def __init__(self, journal: Journal) -> None:
        super().__init__(logging.WARNING)
        self._journal = journal

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if type(error).__name__ == "CutOffError":
            return  # its request has a line that says more
        more = {} if error is None else {"error": f"{type(error).__name__}: {error}"[:300]}
        if error is not None and error.__traceback__ is not None:
            last = error.__traceback__
            while last.tb_next is not None:
                last = last.tb_next
            more["at"] = f"{last.tb_frame.f_globals.get('__name__')}:{last.tb_lineno}"
        self._journal.event("warning", text=record.getMessage()[:300].split("\n")[0], **more)
