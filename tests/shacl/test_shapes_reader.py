# SPDX-License-Identifier: Apache-2.0
"""From a shapes graph to shapes: what is read, and every way in which shapes are refused."""

from __future__ import annotations

import gc
import re
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

import imnm_kg.shacl
from imnm_kg.shacl import ShapesError, read_shapes, validate
from imnm_kg.shacl.vocabulary import local_name
from tests.shacl.support import brief, read_toml, results, term, turtle

REFUSED: list[dict[str, Any]] = read_toml("refused-shapes")["case"]
READ: list[dict[str, Any]] = read_toml("read-shapes")["case"]
LARGE = "9" * 5000


@pytest.mark.parametrize("case", REFUSED, ids=[f"{case['at']}: {case['says'][:50]}" for case in REFUSED])
def test_refused(case: dict[str, Any]) -> None:
    with pytest.raises(ShapesError) as caught:
        read_shapes(turtle(case["shapes"].replace("LARGE", LARGE)))
    error = caught.value
    node, _, predicate = case["at"].partition(" ")
    assert case["says"] in error.what
    assert brief(error.node).removeprefix("_:") == node or node in ("p", "s")  # blank: the parser labels it
    assert (local_name(error.predicate.value) if error.predicate is not None else "") == predicate
    assert error.line == case.get("line")
    assert not error.what.endswith(".")
    assert error.what in str(error)


def test_what_is_refused_holds_no_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error may be let go on another thread than the one that it came from, and rows of the engine may not."""
    faults: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda fault: faults.append(fault.exc_value))
    for case in REFUSED:
        try:
            read_shapes(turtle(case["shapes"].replace("LARGE", LARGE)))
        except ShapesError as error:
            error.__dict__["itself"] = error  # so it waits for the collector
    thread = threading.Thread(target=gc.collect)
    thread.start()
    thread.join()
    assert faults == []


def test_every_error_has_a_case() -> None:
    """Each text in the package that an error is raised with is one that a case asks for."""
    says = [case["says"] for case in REFUSED]
    package = Path(imnm_kg.shacl.__file__).parent
    texts = [
        text
        for name in ("shapes_reader.py", "shapes_graph.py", "custom_components.py")
        for text in re.findall(r'(?:Shapes|Query)Error\([^"]*?"([^"]+)"', (package / name).read_text(encoding="utf-8"))
    ]
    parts = [max(re.split(r"\{[^}]*\}", text), key=len).strip() for text in texts]
    assert len(parts) > 25
    assert [part for part in parts if not any(part in said or said in part for said in says)] == []


@pytest.mark.parametrize("case", READ, ids=[case["shapes"] for case in READ])
def test_read(case: dict[str, Any]) -> None:
    assert results(validate(turtle(case["data"]), turtle(case["shapes"]))) == case["found"]


def test_a_shape_as_a_value() -> None:
    shapes = read_shapes(
        turtle(
            "ex:S a sh:NodeShape ; sh:targetClass ex:C ; sh:property [ sh:path ex:p ; sh:minCount 1 ; sh:maxCount 2 ] ."
        )
    )
    shape = shapes[term("ex:S")]
    assert [(target.kind, brief(target.term)) for target in shape.targets] == [("class", "C")]
    inner = shapes[shape.constraints[0].shapes[0]]
    assert str(inner.path) == "<http://example.org/p>"
    assert [type(each).__name__ for each in inner.constraints] == ["MinCount", "MaxCount"]
    assert shapes.targeted == (shape,)
