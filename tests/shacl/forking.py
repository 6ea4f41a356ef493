# SPDX-License-Identifier: Apache-2.0
"""A program of its own: what may not be tried beside the threads of the tests."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence

from pyoxigraph import Quad

from imnm_kg.shacl import DataGraph, Report, Validation, engine, read_shapes
from imnm_kg.shacl.processes import Process, Turns, may_fork, processors
from imnm_kg.shacl.sparql import LocalEvaluator
from tests.shacl.support import turtle

__all__ = ["BLANK", "DATA", "FAILS", "SHAPES", "report_of"]

SHAPES = """
    ex:S a sh:NodeShape ; sh:targetSubjectsOf ex:p ; sh:closed true ; sh:ignoredProperties ( rdf:type ) ;
        sh:property [ sh:path ex:p ; sh:maxCount 1 ; sh:nodeKind sh:IRI ] ;
        sh:sparql [ sh:message "{?value} is new"@en, "neu"@de ; sh:select \"\"\"
            SELECT $this ?value ?path WHERE {
                $this <http://example.org/p> ?old BIND(<http://example.org/p> AS ?path)
                BIND(CONCAT(STR(?old), "!") AS ?value)
            }\"\"\" ] .
    ex:T a sh:NodeShape ; sh:targetNode ex:a ; sh:minLength 99 ; sh:not [ sh:path ex:p ; sh:minCount 1 ] .
    ex:U a sh:NodeShape ; sh:targetNode ex:z ; sh:deactivated true ; sh:minLength 99 .
"""
DATA = 'ex:a ex:p ex:b, "1" ; ex:q 1 . ex:b ex:p "2"@en ; a ex:C . [] ex:p "01"^^xsd:integer .'
FAILS = """
    ex:S a sh:NodeShape ; sh:targetSubjectsOf ex:p ;
        sh:sparql [ sh:select "SELECT $this ?failure WHERE { $this ?p ?o BIND(true AS ?failure) }" ] .
"""

BLANK = """
    ex:S a sh:NodeShape ; sh:targetSubjectsOf ex:p ;
        sh:sparql [ sh:select "SELECT ?this ?value WHERE { $this <http://example.org/p> ?o BIND(BNODE() AS ?value) }" ].
"""


def report_of(data: Sequence[Quad], shapes: Sequence[Quad], workers: int) -> Report:
    graph = DataGraph(data)
    return Validation(graph, read_shapes(shapes), LocalEvaluator(graph, shapes)).report(workers)


def main() -> None:
    assert may_fork()
    assert 1 <= processors() <= 4
    long = b"x" * 3_000_000
    assert Process(lambda: long).result() == long
    assert Process(lambda: bytes(1 // 0)).result() is None
    assert Process(lambda: os._exit(3)).result() is None
    started = Process(lambda: bytes(time.sleep(600) or 0))  # type: ignore[func-returns-value]
    started.end()
    started.end()
    turns = Turns(5000)
    taking = [Process(lambda: b"".join(b"%d " % number for number in iter(turns.take, None))) for _ in range(3)]
    taken = [int(number) for each in taking for number in (each.result() or b"").split()]
    assert sorted(taken) == list(range(5000))
    turns.close()
    engine._WORTH_SHARING = 0
    data, shapes = turtle(DATA), turtle(SHAPES)
    alone = report_of(data, shapes, 1)
    assert len(alone.results) > 5
    assert all(report_of(data, shapes, workers) == alone for workers in (2, 3, 4))
    print("as it must be")


if __name__ == "__main__":
    main()
