# SPDX-License-Identifier: Apache-2.0
"""Findings and errors: one line that says where, what, what to do, and the code."""

from __future__ import annotations

import pytest

from imnm_kg.errors import ImnmError, Place
from imnm_kg.model.findings import Finding


@pytest.mark.parametrize(
    ("place", "text"),
    [
        (Place("a.ttl"), "a.ttl"),
        (Place("a.ttl", 3), "a.ttl:3"),
        (Place("a.ttl", 3, 7), "a.ttl:3:7"),
        (Place("a.ttl", None, 7), "a.ttl"),
    ],
)
def test_place(place: Place, text: str) -> None:
    assert str(place) == text
    assert str(Finding("some-code", "it is wrong", place)) == f"{text}: it is wrong [some-code]"
    assert str(ImnmError("some-code", "it is wrong", "mend it", place)) == f"{text}: it is wrong; mend it [some-code]"


def test_without_a_place() -> None:
    assert str(Finding("some-code", "it is wrong")) == "it is wrong [some-code]"
    error = ImnmError("some-code", "it is wrong", "mend it")
    assert str(error) == "it is wrong; mend it [some-code]"
    assert (error.code, error.what, error.remedy, error.place) == ("some-code", "it is wrong", "mend it", None)


def test_findings_are_values() -> None:
    one = Finding("c", "m", Place("f", 1), "http://e/s")
    assert one == Finding("c", "m", Place("f", 1), "http://e/s")
    assert len({one, one._replace(), one._replace(code="d")}) == 2
    with pytest.raises(AttributeError):
        one.code = "d"  # type: ignore[misc]
