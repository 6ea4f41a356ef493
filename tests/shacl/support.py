# SPDX-License-Identifier: Apache-2.0
"""What the tests of validation share: fixtures as data, Turtle with the usual prefixes, and results as short texts."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from imnm_kg.shacl.report import Report
from imnm_kg.shacl.sparql import LocalEvaluator
from imnm_kg.shacl.vocabulary import RDF, RDFS, SH, XSD, Term, local_name

__all__ = ["EX", "FIXTURES", "PREFIXES", "AskedOfAll", "brief", "read_toml", "results", "term", "turtle"]

FIXTURES = Path(__file__).parent / "fixtures"
EX = "http://example.org/"
PREFIXES = {"sh": SH, "ex": EX, "xsd": XSD, "rdf": RDF, "rdfs": RDFS, "owl": "http://www.w3.org/2002/07/owl#"}
_HEAD = "".join(f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in PREFIXES.items())


class AskedOfAll(LocalEvaluator):
    """Asks the engine about every node, and leaves out none because it cannot have a row."""

    def _possible(self, asked: Any) -> Sequence[int]:
        return range(len(asked.tuples))


def read_toml(name: str) -> dict[str, Any]:
    return tomllib.loads((FIXTURES / f"{name}.toml").read_text(encoding="utf-8"))


def turtle(text: str) -> list[Quad]:
    return list(parse(_HEAD + text, format=RdfFormat.TURTLE))


def term(text: str) -> Term:
    return turtle(f"ex:s ex:p {text} .")[0].object


def brief(term: Term | None) -> str:
    """Write a term in few characters: what follows the last separator of an IRI, a literal as its text."""
    if term is None:
        return ""
    if isinstance(term, NamedNode):
        return local_name(term.value)
    return term.value if isinstance(term, Literal) else str(term)


def results(report: Report) -> list[str]:
    """Write each result as its component, focus node, path and value."""
    return sorted(
        " ".join(
            part
            for part in (
                brief(each.component).removesuffix("ConstraintComponent"),
                brief(each.focus),
                "" if each.path is None else str(each.path).replace(EX, ""),
                brief(each.value),
            )
            if part
        )
        for each in report.results
    )
