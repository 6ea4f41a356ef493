# SPDX-License-Identifier: Apache-2.0
"""The benchmark of validation: its data has the faults that it says, and the engine finds each of them and no other."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

from pyoxigraph import parse

from imnm_kg.shacl import validate

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks" / "validation"


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"benchmark_{name}", FOLDER / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_every_fault_is_found(tmp_path: Path) -> None:
    path = tmp_path / "data.ttl"
    faults = load("generate").generate(20_000, path)
    report = validate(parse(path=str(path)), list(parse(path=str(FOLDER / "shapes.ttl"))))
    assert len(report.results) == sum(faults.values()) >= 8
    components = {result.component.value.rpartition("#")[2] for result in report.results}
    assert {"SPARQLConstraintComponent", "ClosedConstraintComponent"} <= components


def test_the_data_is_the_same_each_time(tmp_path: Path) -> None:
    one, other = tmp_path / "one.ttl", tmp_path / "other.ttl"
    module = load("generate")
    assert module.generate(2000, one) == module.generate(2000, other)
    assert one.read_bytes() == other.read_bytes()
