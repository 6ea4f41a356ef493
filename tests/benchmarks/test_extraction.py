# SPDX-License-Identifier: Apache-2.0
"""The measurements of extraction run from one command, on invented corpora, and their parts do what they say."""

from __future__ import annotations

import gzip
import importlib
import json
import shutil
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from imnm_kg.extraction.knowledge import Knowledge
from imnm_kg.extraction.rules import read_confidence
from imnm_kg.extraction.triggers import Triggers
from imnm_kg.lexicon.entries import Entry, read_names
from imnm_kg.model.evaluation import AnnotatedDocument, GivenText, Score
from imnm_kg.model.folders import Folders
from imnm_kg.model.records import TextRecord
from imnm_kg.reading.source import read_records
from tests.extraction.support import knowledge
from tests.operations.support import FIXTURES, ROOT

FOLDER = ROOT / "benchmarks" / "extraction"
SCRIPTS = ("calibrate.py", "negex.py", "run.py", "speed.py", "workers.py")


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(FOLDER))
    return importlib.import_module


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The invented corpora; those that are published compressed are compressed."""
    folder = tmp_path_factory.mktemp("shared")
    shutil.copytree(FIXTURES / "benchmarks", folder, dirs_exist_ok=True)
    for path in [*folder.rglob("*.PubTator.txt"), *folder.rglob("*.PubTator")]:
        path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes()))
    return folder


def script(name: str, *words: str | Path) -> str:
    command = [sys.executable, str(FOLDER / name), *map(str, words)]
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout


@pytest.mark.parametrize("name", SCRIPTS)
def test_help(name: str) -> None:
    assert "Usage: python benchmarks/extraction/" in script(name, "--help")


def test_sentences_are_understood_as_well_as_they_were(load: Any) -> None:
    made = load("sentences").sentences(knowledge())
    assert made["all"]["annotated"] > 500
    assert made["all"]["precision"] >= 0.8
    assert made["all"]["recall"] >= 0.55
    assert made["certainty"] >= 0.9


@pytest.mark.slow
def test_a_corpus_that_is_not_there_is_told_in_one_line(tmp_path: Path) -> None:
    command = [sys.executable, str(FOLDER / "calibrate.py"), str(tmp_path / "gold.jsonl")]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.startswith(f"calibrate.py: {tmp_path}")
    assert done.stderr.endswith("[file-missing]\n")


@pytest.mark.slow
def test_every_figure_with_one_command(shared: Path, tmp_path: Path) -> None:
    out = script("run.py", "--shared", shared, "--json", tmp_path / "figures.json")
    made = json.loads((tmp_path / "figures.json").read_text("utf-8"))
    assert set(made) == {"development", "cross_validation", "sentences", "sources", "negex", "pairs"}
    assert made["development"]["all"]["annotated"] == 6
    exact, looked = made["development"]["exact_quotes"]
    assert exact == looked
    assert len(made["cross_validation"]["thresholds"]) == 5
    assert made["cross_validation"]["no_threshold"]["right"] == made["development"]["all"]["right"]
    assert set(made["sources"]) == {"note"}
    assert made["sources"]["note"]["reviewed"] == 0
    assert len(made["sources"]["note"]["in_no_reviewed_claim"]) == made["sources"]["note"]["proposed"]
    assert set(made["negex"]) == {"precision", "recall", "f1"}
    assert [score["annotated"] for score in made["pairs"].values()] == [3, 3, 1, 1, 1]
    for title in ("Development set, 6 documents", "Five-fold cross-validation", "Source documents", "NegEx: ", "pairs"):
        assert title in out


@pytest.mark.slow
def test_calibration(shared: Path, tmp_path: Path) -> None:
    gold = shared / "corpus" / "gold_dev.jsonl"
    out = script("calibrate.py", gold, "--out", tmp_path / "rule-confidence.tsv")
    assert " rules made no claim" in out
    text = (tmp_path / "rule-confidence.tsv").read_text("utf-8")
    assert text.startswith("# SPDX-License-Identifier: CC-BY-4.0\n# imnm-kg ")
    rows = [line.split("\t") for line in text.splitlines() if not line.startswith("#")]
    assert rows[0] == ["rule", "right", "claims", "confidence"]
    assert rows[1:] == sorted(rows[1:])
    read = read_confidence(tmp_path / "rule-confidence.tsv")
    assert read == {name: round((int(right) + 1) / (int(all_) + 2), 3) for name, right, all_, _ in rows[1:]}
    assert "rituximab" not in text


def test_every_reviewed_claim_of_the_documents_is_proposed(load: Any, documents: Path, folders: Folders) -> None:
    found = load("sources").sources(documents, folders, knowledge())
    assert {name: (made["missed"], made["in_no_reviewed_claim"]) for name, made in found.items()} == {
        "mda-medical-management": ([], []), "niams-zilucoplan-trial": ([], []),
    }  # fmt: skip


def test_confidence(load: Any) -> None:
    calibrate = load("calibrate")
    assert [calibrate.confidence(Score(r, 9, e)) for r, e in ((0, 0), (1, 0), (8, 0), (1, 2))] == [0.5, 0.667, 0.9, 0.4]
    table = calibrate.confidence_table({"b": Score(1, 0, 0), "a": Score(0, 0, 1), "": Score(0, 0, 4)})
    assert table.splitlines()[-2:] == ["a\t0\t1\t0.333", "b\t1\t1\t0.667"]


def test_passages_of_an_article_stay_in_one_fold(load: Any) -> None:
    corpus = load("corpus")
    ids = [f"D{n}" for n in range(23)]
    texts = {id_: GivenText(id_, "", "", f"group {n // 3}") for n, id_ in enumerate(ids)}
    whole = corpus.Corpus(tuple(AnnotatedDocument(id_, ()) for id_ in ids), texts, ())
    folds = corpus.folds_of(whole)
    assert sorted(id_ for fold in folds for id_ in fold) == sorted(ids)
    assert all(sum(any(texts[x].group == f"group {n}" for x in fold) for fold in folds) == 1 for n in range(8))
    assert corpus.folds_of(whole) == folds


def test_pubtator(load: Any) -> None:
    pubtator, pairs = load("pubtator"), load("pairs")
    first, second = pubtator.read_abstracts(FIXTURES / "benchmarks/corpora/bc5cdr/CDR_DevelopmentSet.PubTator.txt")
    assert first.mentions == (("Fixturol", "Drug", ("D1",)), ("fixturitis", "Disease", ("D2",)), ("NVX", "Drug", ()))
    assert second.mentions[-1].ids == ("D4", "D5")
    assert first.text == "Fixturol-induced fixturitis.\nA woman had fixturitis after fixturol. NVX was not given."
    assert pairs._wanted(second, "CID") == {("D3", "D4"), ("D3", "D5")}
    (other,) = pubtator.read_abstracts(FIXTURES / "benchmarks/corpora/biored/Train.PubTator")
    assert pairs._wanted(other, "Positive_Correlation") == {("D6", "D5")}
    assert pairs._wanted(other, "Negative_Correlation") == {("D6", "D2")}


def test_marked_mentions_stand_in_for_the_lexicon(load: Any) -> None:
    pubtator = load("pubtator")
    abstracts = pubtator.read_abstracts(FIXTURES / "benchmarks/corpora/bc5cdr/CDR_DevelopmentSet.PubTator.txt")
    knowledge = pubtator.with_mentions(_nothing(), abstracts)
    found = knowledge.matcher.find("FIXTUROL, nvx or NVX, and fixture rash and fever; betanol")
    assert [pubtator.ids_of(item.entry) for item in found] == [("D1",), (), ("D4", "D5"), ("D3",)]
    assert pubtator.ids_of(Entry("https://example.org/x", "Drug", "x")) == ()


def _nothing() -> Any:
    """Knowledge of nothing at all: what is measured there needs names only."""
    empty = dict.fromkeys(field.name for field in fields(Knowledge))
    return Knowledge(**{**empty, "triggers": Triggers(())})  # type: ignore[arg-type]


def test_lexicons_of_a_wanted_size(load: Any, tmp_path: Path) -> None:
    filling = load("filling")
    own = [Entry(f"urn:own:{n}", "Drug", f"ownol {n}", (f"ownamide {n}",), (f"OWN{n}",)) for n in range(20)]
    names = {"Humans": "Disease", "OWNOL 3": "Drug", "Fixturol": "Drug", "a|b": "Drug"}
    more = filling.fill(own, names, 500)
    assert [entry.label for entry in more[:2]] == ["Humans", "Fixturol"]
    assert filling.count_terms([*own, *more]) == 500
    assert filling.fill(own, names, 500) == more
    filling.write_lexicon(tmp_path / "names.tsv", more)
    read = read_names(tmp_path / "names.tsv")
    assert [filling.terms_of(entry) for entry in read] == [filling.terms_of(entry) for entry in more]
    for size in (60, 59, 31, 3):
        assert size - 2 <= filling.count_terms(filling.sample(own, size)) <= size
    assert filling.sample(own, 60) == own


def _pubmed(folder: Path, records: int) -> Path:
    """A file of PubMed as it is published: lines of a record, one record twice, and a list of deleted ones."""
    text = "Rituximab was effective in dermatomyositis."
    ids = [*range(1, records + 1), 1]
    articles = "".join(
        f"  <PubmedArticle>\n    <MedlineCitation>\n      <PMID>{number}</PMID>\n      <Article>"
        f"<Abstract><AbstractText>{text}</AbstractText></Abstract></Article>\n"
        f"    </MedlineCitation>\n  </PubmedArticle>\n"
        for number in ids
    )
    path = folder / "pubmed.xml.gz"
    deleted = "<DeleteCitation>\n<PMID>99</PMID>\n</DeleteCitation>\n"
    path.write_bytes(gzip.compress(f"<PubmedArticleSet>\n{articles}{deleted}</PubmedArticleSet>\n".encode()))
    return path


def test_records_are_dealt_out_whole_and_once(load: Any, tmp_path: Path) -> None:
    workers = load("workers")
    paths, count = workers.deal_out([_pubmed(tmp_path, 11)], tmp_path, 4)
    assert (len(paths), count) == (4, 11)
    ids = [record.id for path in paths for record in read_records(path) if isinstance(record, TextRecord)]
    assert sorted(ids, key=lambda id_: int(id_.rpartition(":")[2])) == [f"PMID:{number}" for number in range(1, 12)]
    assert workers.deal_out([_pubmed(tmp_path, 11)], tmp_path, 4, 5)[1] == 5


def test_folders_of_the_same_bytes(load: Any, tmp_path: Path) -> None:
    same = load("workers").same_bytes
    for name in ("one", "two", "three"):
        (tmp_path / name / "claims").mkdir(parents=True)
        (tmp_path / name / "claims" / "a").write_text("x" if name != "three" else "y", encoding="utf-8")
    assert same(tmp_path / "one", tmp_path / "two")
    assert not same(tmp_path / "one", tmp_path / "three")
    (tmp_path / "two" / "more").touch()
    assert not same(tmp_path / "one", tmp_path / "two")


@pytest.mark.slow
def test_what_a_second_process_brings(tmp_path: Path) -> None:
    out = script("workers.py", "--pubmed", _pubmed(tmp_path, 9), "--shards", "3", "--rounds", "2",
                 "--json", tmp_path / "figures.json")  # fmt: skip
    made = json.loads((tmp_path / "figures.json").read_text("utf-8"))
    assert (made["records"], made["inputs"], len(made["rounds"]), made["same_bytes"]) == (9, 3, 2, True)
    assert made["best"]["one"] == min(turn["one"] for turn in made["rounds"])
    assert made["best"]["ratio"] == pytest.approx(made["best"]["one"] / made["best"]["two"])
    assert "9 records in 3 inputs" in out
    assert "the same bytes" in out
