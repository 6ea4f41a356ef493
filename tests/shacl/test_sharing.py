# SPDX-License-Identifier: Apache-2.0
"""What several processes find is what one finds, in the same order."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from hypothesis import given
from pyoxigraph import Quad, Triple

from imnm_kg.shacl import ShapesError, engine, sharing
from tests.examples import examples
from tests.shacl.forking import BLANK, DATA, FAILS, SHAPES, report_of
from tests.shacl.generated import Case, cases
from tests.shacl.inline import Inline
from tests.shacl.support import turtle


@pytest.fixture(autouse=True, scope="module")
def _inline() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sharing, "Process", Inline)
        patch.setattr(engine, "_WORTH_SHARING", 0)
        patch.setattr(engine, "may_fork", lambda: True)
        yield


@examples(300)
@given(cases(strange=True))
def test_shared_as_alone(case: Case) -> None:
    assert_same(quads(case.data), quads(case.shapes))


def quads(triples: list[Triple]) -> list[Quad]:
    return [Quad(*triple) for triple in triples]


def assert_same(data: list[Quad], shapes: list[Quad]) -> None:
    try:
        alone = report_of(data, shapes, 1)
    except ShapesError as error:
        told = str(error)
    else:
        told = ""
    if told:
        with pytest.raises(ShapesError, match=f"^{re.escape(told)}$"):
            report_of(data, shapes, 3)
        return
    assert report_of(data, shapes, 3) == alone


@pytest.mark.parametrize("failing", [False, True], ids=["done elsewhere", "all other processes fail"])
def test_paths_messages_and_new_terms(failing: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if failing:
        monkeypatch.setattr(Inline, "result", lambda _: None)
    assert_same(turtle(DATA), turtle(SHAPES))
    assert_same(turtle(DATA), turtle(FAILS))
    assert_same([], turtle(SHAPES))


def test_new_blank_nodes_are_made_by_one_process() -> None:
    found = report_of(turtle(DATA), turtle(BLANK), 3).results
    assert len({result.value for result in found}) == len(found) == 4


def test_the_system_may_allow_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(_: object) -> Inline:
        raise BlockingIOError

    monkeypatch.setattr(sharing, "Process", none)
    assert_same(turtle(DATA), turtle(SHAPES))


def test_in_processes() -> None:
    """Other tests do at once what processes do; here they are copies of a process that has no threads."""
    done = subprocess.run([sys.executable, "-m", "tests.shacl.forking"], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr, done.returncode) == ("as it must be\n", "", 0)
