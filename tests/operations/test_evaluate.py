# SPDX-License-Identifier: Apache-2.0
"""Evaluate: figures computed by hand, equal to those of the reference scorer, and a cause for each error."""

from __future__ import annotations

import contextlib
import io
import json
import random
import re
import sys
import types
from pathlib import Path
from typing import Any

import pytest

from imnm_kg.extraction.knowledge import read_knowledge
from imnm_kg.lexicon.entries import Entry
from imnm_kg.model.evaluation import (
    RELATIONS,
    AnnotatedClaim,
    AnnotatedDocument,
    Evaluation,
    GivenText,
    NameAt,
    Score,
    plain_name,
    scored_relation,
)
from imnm_kg.model.evaluation_report import score_rows, summary_lines
from imnm_kg.model.folders import Folders
from imnm_kg.operations.evaluate import evaluate, known_names
from imnm_kg.reading.claim_lines import read_annotated, read_predicted, read_texts
from tests.batch.support import make_root
from tests.conftest import SHARED, outside
from tests.operations.support import FIXTURES

FOLDER = FIXTURES / "evaluate"
GOLD, CLAIMS, TEXTS = FOLDER / "gold_small.jsonl", FOLDER / "claims.jsonl", FOLDER / "small.jsonl"


def measure(gold: Path = GOLD, claims: Path = CLAIMS, bootstrap: int = 0) -> Evaluation:
    texts = gold.with_name(gold.name.replace("gold_", ""))
    return evaluate(read_annotated(gold), read_predicted(claims), read_texts(texts), bootstrap=bootstrap)


def test_figures_computed_by_hand() -> None:
    found = measure()
    assert dict(found.relations) == {
        "adverse_effect_of": Score(0, 1, 1),
        "causes_or_contributes": Score(0, 1, 0),
        "does_not_treat": Score(0, 1, 0),
        "has_autoantibody": Score(0, 1, 0),
        "has_phenotype": Score(1, 0, 0),
        "treats": Score(1, 0, 3),
        "unlikely_cause": Score(0, 0, 1),
    }
    assert found.total == Score(2, 4, 5)
    assert (found.total.precision, found.total.recall) == (2 / 7, 2 / 6)
    assert found.total.f1 == pytest.approx(4 / 13)
    assert found.documents == (("D1", Score(2, 2, 2)), ("D2", Score(0, 2, 2)), ("D3", Score(0, 0, 1)))
    right, certainty, population, quote, overlap = found.agreement
    assert (right, certainty, population, quote) == (2, 2, 1, 2)
    assert overlap == pytest.approx(28 / 44 + 1)
    assert found.exact == (8, 9)
    assert found.outside == (("requires", 1),)
    assert found.unknown == (("D9", 1),)
    assert found.interval is None


def test_each_error_has_its_cause() -> None:
    found = measure()
    assert [(item.document, item.claim.relation, item.cause) for item in found.missed] == [
        ("D1", "does_not_treat", "polarity"),
        ("D1", "adverse_effect_of", "other relation"),
        ("D2", "causes_or_contributes", "polarity"),
        ("D2", "has_autoantibody", "object not found"),
    ]
    assert [item.near is not None for item in found.missed] == [True, True, True, False]
    assert [item.cause for item in found.extra] == [
        "rule improves", "rule harm", "rule cause", "quote of more than 700 characters", "no rule named",
    ]  # fmt: skip
    kinds = found.error_types()
    assert kinds[0] == ("missed: polarity", 2, (("does_not_treat", 1), ("causes_or_contributes", 1)))
    assert [item.name for item in kinds[1:]] == sorted(item.name for item in kinds[1:])
    assert len(found.error_types(3)) == 3
    assert found.rules["improves"] == Score(right=1, extra=2)


def claim(subject: str = "alphamab", object_: str = "fixturitis") -> AnnotatedClaim:
    return AnnotatedClaim(subject, "treats", "affirmed", object_, True, "", 0, 10)


@pytest.mark.parametrize(
    ("subject", "names", "cause"),
    [
        ("alphamab", ["alphamab", "fixturitis"], "no rule fired"),
        ("alphamab", ["fixturitis"], "subject not found"),
        ("alphamab", ["Alphamabs"], "object not found"),
        ("alphamab + betamab", ["alphamab", "fixturitis"], "subject not found"),
        ("alphamab + betamab", ["betamab", "alphamab", "fixturitis"], "no rule fired"),
    ],
)
def test_causes_where_nothing_like_it_was_found(subject: str, names: list[str], cause: str) -> None:
    known = [NameAt(0, 5, frozenset({plain_name(name)})) for name in names]
    found = evaluate([AnnotatedDocument("D", (claim(subject),))], [], {}, names={"D": known})
    assert [item.cause for item in found.missed] == [cause]
    assert all(mark.role in ("subject", "object") for mark in found.missed[0].marks)


def test_nothing_at_all() -> None:
    found = evaluate([AnnotatedDocument("D", ())], [], {}, bootstrap=1)
    assert found.total == Score()
    assert (found.total.precision, found.total.recall, found.total.f1) == (0, 0, 0)
    assert found.interval == (0, 0)
    assert summary_lines(found) == ["F1, 95 % interval over documents: 0.000 to 0.000"]
    assert found.agreement.share(found.agreement.certainty) == 0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Oedema", "edema"),
        ("necrotising myopathies", "necrotizing myopathie"),
        ("corticosteroids", "glucocorticoids"),
        ("steroid", "Glucocorticosteroids"),
        ("anti-Mi2 antibodies", "anti mi2 antibodie"),
        ("A + B", "a  +  b"),
        ("tumour necrosis factor-α", "tumor necrosis factor"),
    ],
)
def test_names_that_are_equal(one: str, other: str) -> None:
    assert plain_name(one) == plain_name(other)


@pytest.mark.parametrize(("one", "other"), [("virus", "viru"), ("psoriasis", "psoriasi"), ("mass", "mas"), ("C+", "C")])
def test_names_that_are_not_equal(one: str, other: str) -> None:
    assert plain_name(one) != plain_name(other)


@pytest.mark.parametrize(
    ("name", "polarity", "expected"),
    [
        ("ameliorates", "negated", ("does_not_treat", "negated")),
        ("https://w3id.org/imnm-kg/ontology/contributesTo", "negated", ("unlikely_cause", "negated")),
        ("does_not_treat", "affirmed", ("does_not_treat", "negated")),
        ("imnm:hasSideEffect", "negated", ("adverse_effect_of", "negated")),
        ("inhibits/targets", "affirmed", ("inhibits/targets", "affirmed")),
        ("requires", "negated", ("requires", "negated")),
    ],
)
def test_relations(name: str, polarity: str, expected: tuple[str, str]) -> None:
    assert scored_relation(name, polarity) == expected


def test_the_lexicon_tells_what_it_knows(tmp_path: Path) -> None:
    base = Entry("urn:fixturitis", "Disease", "fixturitis", ("FIX disease",))
    group = Entry("urn:bad", "Disease", "bad fixturitis", population=True, base="urn:fixturitis")
    drug = Entry("urn:zetamab", "Drug", "zetamab")
    knowledge = read_knowledge(Folders(make_root(tmp_path)), [base, group, drug], rules=[])
    found = known_names(GivenText("D", "Bad fixturitis was mild.", "Zetamab for it"), knowledge)
    assert [(item.start, item.end) for item in found] == [(0, 14), (0, 0)]
    assert found[0].names == {"bad fixturitis", "fixturitis", "fix disease"}
    assert found[1].names == {"zetamab"}


# The reference


@pytest.fixture(scope="module")
def reference() -> Any:
    path = outside(SHARED / "corpus" / "score.py", "the reference scorer is not here")
    module = types.ModuleType("reference_scorer", "It describes itself.")
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), module.__dict__)  # leaves nothing beside it
    return module


def scores_of(reference: Any, gold: Path, claims: Path, times: int) -> list[str]:
    """Run the reference and return its figures: a line a relation, agreement, interval and exact quotes."""
    out, words = io.StringIO(), sys.argv
    sys.argv = ["score", str(gold), str(claims), "--bootstrap", str(times)]
    try:
        with contextlib.redirect_stdout(out):
            assert reference.main() == 0
    finally:
        sys.argv = words
    return out.getvalue().splitlines()[1:]


def figures(line: str) -> list[str]:
    return re.findall(r"[0-9.]+", line.replace("F1", "").replace("95 %", ""))


def ours(found: Evaluation) -> list[list[str]]:
    return [*(list(row[1:]) for row in score_rows(found)), *map(figures, summary_lines(found))]


def theirs(lines: list[str], relations: int) -> list[list[str]]:
    return [*(line.split()[1:] for line in lines[:relations]), *map(figures, lines[relations:])]


def test_the_figures_are_those_of_the_reference(reference: Any) -> None:
    found = measure(bootstrap=200)
    assert ours(found) == theirs(scores_of(reference, GOLD, CLAIMS, 200), len(found.relations) + 1)


def test_the_figures_are_those_of_the_reference_on_many_files(reference: Any, tmp_path: Path) -> None:
    pick = random.Random(7)
    names = ["steroids", "oedema", "Glucocorticoids", "virus", "fixturitis", "anti-FIX antibodies", "A + B", "tumours"]
    words = [*RELATIONS, *(name for group in RELATIONS.values() for name in group), "requires", "imnm:treats"]

    def any_claim(document: str) -> dict[str, Any]:
        start = pick.randrange(60)
        subject, object_ = pick.choice(names), pick.choice(names)
        return {
            "document": document, "subject_label": subject, "subject": f"e:{subject}",
            "subject_names": [subject.upper(), "x"], "object_label": object_, "object": f"e:{object_}",
            "object_names": [object_.upper(), "x"], "predicate": pick.choice(words),
            "polarity": pick.choice(["affirmed", "negated"]), "certainty": pick.choice(["established", "possible"]),
            "population": pick.choice(["", "adults", "Adult"]), "quote": "w" * pick.choice([5, 5, 5, 701]),
            "start": start, "end": start + 5,
        }  # fmt: skip

    def any_annotation() -> dict[str, Any]:
        start = pick.randrange(60)
        return {
            "subject": pick.choice(names), "relation": pick.choice(list(RELATIONS)), "object": pick.choice(names),
            "polarity": pick.choice(["affirmed", "negated"]), "certainty": pick.choice(["asserted", "hedged"]),
            "population": pick.choice(["adults", "Adult"]), "sentence": [start, start + pick.randrange(1, 40)],
        }  # fmt: skip

    for number in range(30):
        ids = [f"D{n}" for n in range(pick.randrange(1, 6))]
        gold, claims = tmp_path / f"gold_{number}.jsonl", tmp_path / f"claims_{number}.jsonl"
        annotated = [{"id": id_, "claims": [any_annotation() for _ in range(pick.randrange(60))]} for id_ in ids]
        gold.write_text("".join(json.dumps(line) + "\n" for line in annotated))
        texts = [{"id": id_, "text": "w" * 40 + "v" * 30} for id_ in [*ids, "D9"]]
        (tmp_path / f"{number}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in texts))
        made = [any_claim(pick.choice([*ids, "D9", "D10"])) for _ in range(pick.randrange(200))]
        claims.write_text("".join(json.dumps(line) + "\n" for line in made))
        found = measure(gold, claims, 20)
        assert ours(found) == theirs(scores_of(reference, gold, claims, 20), len(found.relations) + 1), number
