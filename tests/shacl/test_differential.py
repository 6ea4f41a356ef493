# SPDX-License-Identifier: Apache-2.0
"""Random shapes over random data: the results are those of pySHACL and of Jena, or the difference is a known one.

``known-differences.toml`` names each known difference with the section of the standard that decides it, and with its
smallest case, which is run here too. ``.ci/run`` installs Jena (Debian: libapache-jena-java); elsewhere its tests are
skipped by name without it.
"""

from __future__ import annotations

import tomllib
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from pyoxigraph import NamedNode, Quad, RdfFormat, Store, Triple, parse

from imnm_kg.shacl.vocabulary import RDF, RDFS, SH, XSD
from tests.shacl.generated import EX, Case, cases, collected
from tests.shacl.others import Found, by_jena, by_pyshacl, by_us, need_jena

KNOWN: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "known-differences.toml").read_text(encoding="utf-8")
)["difference"]
PREFIXES = {"sh": SH, "ex": EX, "xsd": XSD, "rdf": RDF, "rdfs": RDFS}
SHAPES, DATA = NamedNode("urn:shapes"), NamedNode("urn:data")

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning", "ignore::FutureWarning")


def turtle(text: str) -> list[Triple]:
    head = "".join(f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in PREFIXES.items())
    return [quad.triple for quad in parse(head + text, format=RdfFormat.TURTLE)]


def example(known: dict[str, Any]) -> Case:
    return Case(turtle(known["shapes"]), turtle(known["data"]))


EXAMPLES = [example(known) for known in KNOWN]


def excused(case: Case, engine: str) -> bool:
    """Whether a known difference of an engine may concern a case."""
    store = Store()
    for graph, triples in ((SHAPES, case.shapes), (DATA, case.data)):
        store.extend(Quad(each.subject, each.predicate, each.object, graph) for each in triples)
    whens = {known["when"] for known in KNOWN if known["engine"] == engine}
    return any(bool(store.query(f"ASK {{ {when} }}", prefixes=PREFIXES)) for when in whens)


def compare(cases: Sequence[Case], theirs: Sequence[Found], engine: str) -> list[str]:
    """Describe the cases that differ in no known way."""
    wrong = []
    for case, their in zip(cases, theirs, strict=True):
        ours = by_us(case)
        if ours != their and not excused(case, engine):
            wrong.append(f"{case}\n{difference(ours, their)}")
    return wrong


def difference(ours: Found, theirs: Found) -> str:
    if isinstance(ours, str) or isinstance(theirs, str):
        return f"ours: {ours}\ntheirs: {theirs}"
    return f"only ours: {sorted(ours - theirs)}\nonly theirs: {sorted(theirs - ours)}"


@cache
def by_jena_of_examples() -> list[Found]:
    return by_jena(EXAMPLES)


@pytest.mark.parametrize(
    "known",
    [
        pytest.param(known, id=known["name"], marks=[pytest.mark.slow] if known["engine"] == "jena" else [])
        for known in KNOWN
    ],
)
def test_known_difference(known: dict[str, Any]) -> None:
    case, engine = example(known), known["engine"]
    if engine == "jena":
        need_jena()
    ours = by_us(case)
    theirs = by_jena_of_examples()[KNOWN.index(known)] if engine == "jena" else by_pyshacl(case)
    assert excused(case, engine)
    assert not isinstance(ours, str)
    if "error" in known:
        assert isinstance(theirs, str)
        assert known["error"] in theirs
        return
    assert not isinstance(theirs, str), theirs
    for side, found in (("ours", ours - theirs), ("theirs", theirs - ours)):
        assert sorted((one[2], one[0], one[3]) for one in found.elements()) == sorted(
            tuple(text.replace("\n", "\\n") for text in one) for one in known[side]
        ), side


def test_every_difference_says_why() -> None:
    names = Counter(known["name"] for known in KNOWN)
    assert max(names.values()) == 1
    assert all(known["section"] and known["reading"].strip() and known["when"] for known in KNOWN)


@settings(max_examples=60)
@given(cases())
def test_as_pyshacl(case: Case) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert compare([case], [by_pyshacl(case)], "pyshacl") == []


def test_cases_find_every_component() -> None:
    found: Counter[str] = Counter()
    for case in collected(600):
        ours = by_us(case)
        assert not isinstance(ours, str)
        found.update({one[2] for one in ours})
    assert len(found) == 27  # all of the standard but sh:property, whose results are those of other shapes


Judge = Callable[[Sequence[Case]], Sequence[Found]]


@pytest.mark.slow
@pytest.mark.parametrize("strange", [False, True], ids=["plain", "strange"])
@pytest.mark.parametrize("engine", ["pyshacl", "jena"])
def test_as_another_engine(engine: str, strange: bool) -> None:
    if engine == "jena":
        need_jena()
    made = collected(1000, strange)
    theirs = by_jena(made) if engine == "jena" else [by_pyshacl(case) for case in made]
    wrong = compare(made, theirs, engine)
    assert not wrong, f"{len(wrong)} of {len(made)} cases differ, the shortest:\n{min(wrong, key=len)}"
