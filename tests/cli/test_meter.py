# SPDX-License-Identifier: Apache-2.0
"""What is told of a long run: a line every ten seconds, or one that is rewritten on a terminal."""

from __future__ import annotations

import sys

import pytest

from imnm_kg.batch.watch import Summary
from imnm_kg.cli.meter import Meter
from imnm_kg.model.records import BadRecord

BAD = BadRecord("a.jsonl", 3, "record-json", "the line is not JSON", 4, "mend the line")


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_line_every_ten_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    meter = Meter(False, clock)
    meter.expect(1000)
    for _ in range(40):
        clock.now += 1
        meter.tick(500, 3)
        if clock.now == 115:
            meter.done(250)
    assert capsys.readouterr().err.splitlines() == [
        "· 5,000 documents, 500 a second, 30 claims",
        "· 10,000 documents, 500 a second, 60 claims, about 40 s left",
        "· 15,000 documents, 500 a second, 90 claims, about 30 s left",
        "· 20,000 documents, 500 a second, 120 claims, about 20 s left",
    ]
    assert meter.end(Summary(2, 1, 20000, 120, 0)) == 0
    assert capsys.readouterr().err == "· 2 files (1 as before), 20,000 documents, 120 claims, 0 passed over; 40 s\n"


def test_a_line_that_is_rewritten(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("NO_COLOR", "1")
    clock = Clock()
    meter = Meter(False, clock)
    clock.now += 1
    meter.tick(7, 0)
    clock.now += 0.1
    meter.tick(1, 0)
    meter.bad(BAD)
    meter.end(Summary(1, 0, 8, 0, 1))
    assert capsys.readouterr().err == (
        "\r\x1b[K· 7 documents, 7 a second, 0 claims"
        "\r\x1b[Kimnm-kg: passed over a.jsonl:4: record 3: the line is not JSON; mend the line [record-json]\n"
        "· 1 file, 8 documents, 0 claims, 1 passed over; 1.1 s\n"
    )


def test_twenty_are_told_the_others_counted(capsys: pytest.CaptureFixture[str]) -> None:
    meter = Meter(True)
    for _ in range(25):
        meter.bad(BAD)
        meter.tick(1000, 1)
    assert meter.end(Summary(1, 0, 9, 9, 31), "; bad.jsonl has them all") == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 21, "when quiet, nothing else"
    assert lines[-1] == "imnm-kg: 11 more were passed over; bad.jsonl has them all"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.04, "0.0 s"), (9.96, "10.0 s"), (59, "59 s"), (91, "2 min"), (3600, "60 min"), (7500, "2 h 05 min")],
)
def test_times(seconds: float, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    meter = Meter(False, clock)
    clock.now += seconds
    meter.end(Summary())
    assert capsys.readouterr().err.endswith(f"; {words}\n")


def test_a_file_as_a_whole(capsys: pytest.CaptureFixture[str]) -> None:
    Meter(False).bad(BadRecord("a.xml", 0, "record-gzip", "the gzip data end before their end"))
    assert capsys.readouterr().err == "imnm-kg: passed over a.xml: the gzip data end before their end [record-gzip]\n"
