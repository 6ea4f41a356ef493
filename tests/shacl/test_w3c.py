# SPDX-License-Identifier: Apache-2.0
"""The test suite of the W3C for SHACL Core and SHACL-SPARQL: the reports as RDF graphs, and the shapes to refuse.

The suite is not part of the repository. A report is the expected one when both are the same
graph after canonicalization (RDFC-1.0). Messages count where the expected report has some; ``sh:detail`` is optional in
the standard and never compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, NamedNode, Quad, RdfFormat, Triple, parse

from imnm_kg.shacl import ShapesError, validate
from imnm_kg.shacl.vocabulary import RDF, SH, Term
from tests.conftest import SHARED, outside

SUITE = SHARED / "suites" / "shacl" / "tests"
REASON = "the SHACL test suite of the W3C is not here"
MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
SHT = "http://www.w3.org/ns/shacl-test#"
# Tests that are left out, each with the reason; there is none, for all pass.
SKIPPED: dict[str, str] = {}
# What leads from a result to the blank nodes that belong to it.
PARTS = {
    *(f"{SH}{name}" for name in ("result", "resultPath", "inversePath", "alternativePath")),
    *(f"{SH}{name}OrMorePath" for name in ("zero", "one")), f"{SH}zeroOrOnePath", f"{RDF}first", f"{RDF}rest",
}  # fmt: skip


@cache
def triples(path: Path) -> list[Triple]:
    return [quad.triple for quad in parse(path=path, base_iri=path.as_uri(), format=RdfFormat.TURTLE)]


def file_of(term: Term) -> Path:
    assert isinstance(term, NamedNode)
    return Path(unquote(urlsplit(term.value).path))


def values(graph: Iterable[Triple], subject: Term, predicate: str) -> list[Term]:
    return [each.object for each in graph if each.subject == subject and each.predicate.value == predicate]


def suite_in(folder: Path) -> list[tuple[Path, Term]]:
    """Give all tests of a folder: those that its manifests name, and one that they forget."""
    return [
        (path, each.subject)
        for path in sorted(folder.rglob("*.ttl"))
        for each in triples(path)
        if each.object == NamedNode(f"{SHT}Validate")
    ]


TESTS = suite_in(SUITE)


def name(test: tuple[Path, Term]) -> str:
    return test[0].relative_to(SUITE).with_suffix("").as_posix()


def canonical(graph: Iterable[Triple]) -> list[str]:
    dataset = Dataset(Quad(*triple) for triple in graph)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(map(str, dataset))


def report_in(graph: Sequence[Triple], node: Term) -> list[Triple]:
    """Give the report that a manifest expects."""
    found, todo, seen = [], [node], set[Term]()
    while todo:
        here = todo.pop()
        if here in seen:
            continue
        seen.add(here)
        for each in graph:
            if each.subject == here and each.predicate.value != f"{SH}detail":
                found.append(each)
                if isinstance(each.object, BlankNode) and each.predicate.value in PARTS:
                    todo.append(each.object)
    return found


def test_the_whole_suite_is_here() -> None:
    outside(SUITE, REASON)
    names = [name(test) for test in TESTS]
    failures = [
        test for test in TESTS if values(triples(test[0]), test[1], f"{MF}result") == [NamedNode(f"{SHT}Failure")]
    ]
    assert len(names) == len(set(names)) == 121
    assert len(failures) == 7
    assert sum(name.startswith("core/") for name in names) == 98
    assert set(SKIPPED) <= set(names)


@pytest.mark.parametrize("test", TESTS or [None], ids=[name(test) for test in TESTS] or ["suite"])
def test_report(test: tuple[Path, Term] | None) -> None:
    outside(SUITE, REASON)
    assert test is not None
    if name(test) in SKIPPED:
        pytest.skip(SKIPPED[name(test)])
    path, node = test
    manifest = triples(path)
    (action,) = values(manifest, node, f"{MF}action")
    (expected,) = values(manifest, node, f"{MF}result")
    (data,) = values(manifest, action, f"{SHT}dataGraph")
    (shapes,) = values(manifest, action, f"{SHT}shapesGraph")
    if expected == NamedNode(f"{SHT}Failure"):
        with pytest.raises(ShapesError):
            validate(triples(file_of(data)), [Quad(*triple) for triple in triples(file_of(shapes))])
        return
    report = validate(triples(file_of(data)), [Quad(*triple) for triple in triples(file_of(shapes))])
    wanted = report_in(manifest, expected)
    with_messages = any(each.predicate.value == f"{SH}resultMessage" for each in wanted)
    found = [each for each in report.triples() if with_messages or each.predicate.value != f"{SH}resultMessage"]
    assert canonical(found) == canonical(wanted)
