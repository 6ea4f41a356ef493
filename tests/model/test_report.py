# SPDX-License-Identifier: Apache-2.0
"""Reports: their order, their triples, what fails, and that the same report gives the same bytes."""

from __future__ import annotations

import random

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from imnm_kg.errors import Place
from imnm_kg.model.namespaces import RDF, SH, XSD
from imnm_kg.model.report import Report, Result, fails, report_turtle
from imnm_kg.shacl import Result as Found
from imnm_kg.shacl.paths import Alternative, Inverse, Path, Predicate, Sequence
from imnm_kg.shacl.vocabulary import Term

E = "http://example.org/"
P, Q = Predicate(NamedNode(f"{E}p")), Predicate(NamedNode(f"{E}q"))


def result(
    severity: str, focus: Term, path: Path | None, value: Term | None, component: str, message: str = "Mend it."
) -> Result:
    source = Found(
        SH.term(severity), focus, path, value, SH.term(f"{component}ConstraintComponent"), NamedNode(f"{E}S"),
        None, (Literal(message),), True,
    )  # fmt: skip
    return Result(
        severity, str(focus), "" if path is None else str(path), "" if value is None else str(value), component,
        f"<{E}S>", message, source=source,
    )  # fmt: skip


A, B = NamedNode(f"{E}a"), NamedNode(f"{E}b")
RESULTS = [
    result("Violation", B, P, Literal("01", datatype=XSD.integer), "Pattern")._replace(place=Place("a", 1)),
    result("Violation", A, P, None, "MinCount"),
    result("Warning", A, None, NamedNode(f"{E}v"), "NodeKind"),
    result("Info", BlankNode("x1"), Inverse(P), Literal('a "word"', language="en"), "In"),
    result("Violation", A, Sequence((P, Q)), None, "MaxCount"),
    result("Violation", Literal("a literal"), Alternative((P, Q)), None, "Class"),
]


def test_order_and_counts() -> None:
    report = Report.of(RESULTS)
    assert [(each.severity, each.focus, each.path) for each in report.results] == [
        ("Violation", '"a literal"', f"<{E}p>|<{E}q>"),
        ("Violation", f"<{E}a>", f"<{E}p>"),
        ("Violation", f"<{E}a>", f"<{E}p>/<{E}q>"),
        ("Violation", f"<{E}b>", f"<{E}p>"),
        ("Warning", f"<{E}a>", ""),
        ("Info", "_:x1", f"^<{E}p>"),
    ]
    assert (report.violations, report.conforms) == (4, False)
    assert report.counts == {"Violation": 4, "Warning": 1, "Info": 1}


def test_an_order_that_does_not_depend_on_the_engine() -> None:
    shuffled = list(RESULTS)
    random.Random(1).shuffle(shuffled)
    assert Report.of(shuffled) == Report.of(RESULTS)
    prefixes = {"sh": str(SH), "e": E, "unused": "http://unused.org/"}
    text = report_turtle(Report.of(shuffled), prefixes, ["# head"])
    assert text == report_turtle(Report.of(RESULTS), prefixes, ["# head"])
    assert text.startswith("# head\n\n@prefix e: ")
    assert "unused" not in text


def test_any_result_makes_a_report_not_conform() -> None:
    assert Report.of([]).conforms
    report = Report.of([RESULTS[3]])
    assert not report.conforms
    assert report.violations == 0


def test_what_fails() -> None:
    report = Report.of(RESULTS)
    assert [report.failing(word) for word in ("violation", "warning", "info")] == [4, 5, 6]
    known = report._replace(results=tuple(each._replace(known=True) for each in report.results))
    assert known.failing("info") == 0
    own = RESULTS[0]._replace(severity=f"{E}Fatal")
    assert fails(own, "violation"), "a severity that the shapes make up is never let pass"


def test_the_turtle_says_the_results() -> None:
    text = report_turtle(Report.of(RESULTS), {"sh": str(SH)})
    triples = [quad.triple for quad in parse(text, format=RdfFormat.TURTLE)]

    def values(predicate: NamedNode) -> list[str]:
        return sorted(str(triple.object) for triple in triples if triple.predicate == predicate)

    assert sum(triple.object == SH.ValidationResult for triple in triples) == 6
    assert values(SH.conforms) == [str(Literal("false", datatype=XSD.boolean))]
    assert values(SH.value) == [f'"01"^^<{XSD}integer>', '"a \\"word\\""@en', f"<{E}v>"]
    assert values(SH.resultSeverity) == sorted(map(str, [SH.Violation] * 4 + [SH.Warning, SH.Info]))
    assert [value.rsplit("#", 1)[1] for value in values(SH.sourceConstraintComponent)] == [
        f"{name}ConstraintComponent>" for name in ("Class", "In", "MaxCount", "MinCount", "NodeKind", "Pattern")
    ]
    assert len(values(SH.resultPath)) == 5, "complex paths too"
    assert values(SH.inversePath) == [f"<{E}p>"]
    assert len(values(SH.alternativePath)) == 1
    assert '"a literal"' in values(SH.focusNode)


def test_the_turtle_of_an_empty_report() -> None:
    triples = [Triple(each.subject, each.predicate, each.object) for each in Report.of([]).to_triples()]
    assert [(triple.predicate, triple.object) for triple in triples] == [
        (RDF.type, SH.ValidationReport),
        (SH.conforms, Literal("true", datatype=XSD.boolean)),
    ]
