# SPDX-License-Identifier: Apache-2.0
"""A short fuzz of each reader: nothing but documented faults, zones in order and inside the text, twice the same.

``python -m tests.reading.fuzz --seconds 600`` goes on for longer, with other files each time.
"""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings

from tests.reading.strategies import EXAMPLES, Example, holds

QUICK = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])


@QUICK
@given(EXAMPLES["plain"])
def test_plain(example: Example) -> None:
    holds(example)


@QUICK
@given(EXAMPLES["markdown"])
def test_markdown(example: Example) -> None:
    holds(example)


@QUICK
@given(EXAMPLES["html"])
def test_html(example: Example) -> None:
    holds(example)


@QUICK
@given(EXAMPLES["xml"])
def test_xml(example: Example) -> None:
    holds(example)


@QUICK
@given(EXAMPLES["jsonl"])
def test_jsonl(example: Example) -> None:
    holds(example)


@QUICK
@given(EXAMPLES["tampered"])
def test_tampered(example: Example) -> None:
    holds(example)


@QUICK
@given(EXAMPLES["named"])
def test_under_any_name(example: Example) -> None:
    holds(example)


@QUICK
@given(EXAMPLES["packed"])
def test_packed(example: Example) -> None:
    holds(example)
