# SPDX-License-Identifier: Apache-2.0
"""Reports: their order, their triples, and that the same report gives the same bytes."""

from __future__ import annotations

import random

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from imnm_kg.errors import Place
from imnm_kg.model.namespaces import RDF, SH, XSD
from imnm_kg.model.report import Report, Result, report_triples, report_turtle

E = "http://example.org/"
RESULTS = [
    Result(
        "Violation",
        f"<{E}b>",
        f"<{E}p>",
        f'"01"^^<{XSD}integer>',
        "Pattern",
        f"<{E}S>",
        "Mend it.",
        Place("a", 1),
    ),
    Result("Violation", f"<{E}a>", f"<{E}p>", "", "MinCount", f"<{E}S>", "Give one."),
    Result("Warning", f"<{E}a>", "", f"<{E}v>", "NodeKind", "", ""),
    Result("Info", "_:x1", f"^<{E}p>", '"a \\"word\\""@en', "In", f"<{E}S>", "Look."),
    Result("Violation", f"<{E}a>", f"<{E}p>/<{E}q>", "", "MaxCount", f"<{E}S>", "Keep one."),
    Result("Violation", '"a literal"', f"(<{E}p>|<{E}q>)", "", "Class", f"<{E}S>", "No."),
]


def test_order_and_counts() -> None:
    report = Report.of(RESULTS)
    assert [(result.severity, result.focus, result.path) for result in report.results] == [
        ("Violation", '"a literal"', f"(<{E}p>|<{E}q>)"),
        ("Violation", f"<{E}a>", f"<{E}p>"),
        ("Violation", f"<{E}a>", f"<{E}p>/<{E}q>"),
        ("Violation", f"<{E}b>", f"<{E}p>"),
        ("Warning", f"<{E}a>", ""),
        ("Info", "_:x1", f"^<{E}p>"),
    ]
    assert (report.violations, report.conforms) == (4, False)


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
    assert values(SH.resultPath) == [f"<{E}p>"] * 2, "a path that is more than a property is left out"
    assert '"a literal"' in values(SH.focusNode)


def test_the_turtle_of_an_empty_report() -> None:
    triples = report_triples(Report.of([]))
    assert [(triple.predicate, triple.object) for triple in triples] == [
        (RDF.type, SH.ValidationReport),
        (SH.conforms, Literal("true", datatype=XSD.boolean)),
    ]
