# SPDX-License-Identifier: Apache-2.0
"""SHACL over parsed terms: SHACL Core and SHACL-SPARQL, complete, set at a time, for any data and any shapes.

Example::

    from pyoxigraph import parse
    from imnm_kg.shacl import validate

    report = validate(parse(path="data.ttl"), list(parse(path="shapes.ttl")))
    for result in report.results:
        print(result.focus, result.path, *(message.value for message in result.messages))
"""

from __future__ import annotations

from imnm_kg.shacl.columns import DataGraph
from imnm_kg.shacl.engine import Validation, validate
from imnm_kg.shacl.lint import Note, lint
from imnm_kg.shacl.report import Report, Result
from imnm_kg.shacl.shapes import Shape, Shapes, ShapesError
from imnm_kg.shacl.shapes_reader import read_shapes

__all__ = [
    "DataGraph",
    "Note",
    "Report",
    "Result",
    "Shape",
    "Shapes",
    "ShapesError",
    "Validation",
    "lint",
    "read_shapes",
    "validate",
]
