# SPDX-License-Identifier: Apache-2.0
"""One process: what is written when, Turtle by document, and memory that does not grow with the input."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

from imnm_kg.batch.settings import Loaded, load_knowledge
from imnm_kg.batch.stream import Sink, TextSink, TurtleFile, TurtleFolder, extract_stream
from imnm_kg.batch.watch import Summary
from imnm_kg.errors import ImnmError
from imnm_kg.model.records import TextRecord
from imnm_kg.operations.extract import Read
from tests.batch.support import Ear, json_lines, pubmed, settings, text_of

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def loaded(root: Path) -> Loaded:
    return load_knowledge(settings(root))


class Kept(Sink):
    def __init__(self) -> None:
        self.ids: list[str] = []

    def take(self, read: Read) -> None:
        self.ids.append(read.record.id)


def test_documents_with_claims_in_order(root: Path, loaded: Loaded, tmp_path: Path) -> None:
    inputs = [pubmed(tmp_path / "b.xml", [3, 1, 2]), json_lines(tmp_path / "a.jsonl", [1, 1])]
    ear, kept, texts = Ear(), Kept(), TextSink(tmp_path)
    summary = extract_stream(inputs, settings(root), loaded, [kept, texts], ear)
    assert summary == Summary(2, 0, 4, summary.claims, 1)
    assert kept.ids == ["PMID:3", "PMID:1", "PMID:2", "d1"]
    assert [bad.code for bad in ear.told] == ["record-duplicate"]
    assert (ear.records, ear.claims, ear.weight) == (5, summary.claims, ear.expected)
    assert (tmp_path / "pmid-3.txt").read_text() == f"Title 3.\n\n{text_of(3)}"
    assert (tmp_path / "d1.txt").read_text() == text_of(1)


def test_turtle_of_one_document(root: Path, loaded: Loaded, tmp_path: Path) -> None:
    turtle = TurtleFile(settings(root), loaded.knowledge)
    assert turtle.text == ""
    extract_stream([json_lines(tmp_path / "a.jsonl", [2])], settings(root), loaded, [turtle], Ear())
    assert "imnm:polarity imnm:Negated ;" in turtle.text
    assert "imnm:reviewStatus imnm:Proposed ;" in turtle.text
    assert list(parse(turtle.text, format=RdfFormat.TURTLE))
    with pytest.raises(ImnmError, match=r"more than one document \(d2, d3\); name a folder .*\[extract-turtle\]"):
        extract_stream([json_lines(tmp_path / "b.jsonl", [3])], settings(root), loaded, [turtle], Ear())


def test_turtle_of_many_documents(root: Path, loaded: Loaded, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    path = pubmed(tmp_path / "a.xml", range(1, 6))

    def run() -> list[str]:
        sink = TurtleFolder(out, settings(root), loaded.knowledge)
        extract_stream([path], settings(root), loaded, [sink], Ear())
        return sorted(item.name for item in out.iterdir())

    assert run() == [f"pmid-{number}.ttl" for number in range(1, 6)]
    one = out / "pmid-4.ttl"
    text = one.read_text()
    run()
    assert one.read_text() == text
    # What somebody decided is never written over.
    one.write_text(text.replace("imnm:Proposed", "imnm:Rejected"))
    with pytest.raises(ImnmError, match=r"pmid-4.ttl: the file has claims that were reviewed; .*\[extract-reviewed\]"):
        run()
    assert "imnm:Rejected" in one.read_text()


def test_two_ids_with_one_name_get_two_files(tmp_path: Path) -> None:
    sink = TextSink(tmp_path)
    for id_, text in (("a b", "one"), ("A-B", "two")):
        sink.take(Read(TextRecord(id_, text), ()))
    assert sorted(item.read_text() for item in tmp_path.iterdir()) == ["one", "two"]
    assert (tmp_path / "a-b.txt").read_text() == "one"


MEASURE = """
import resource, sys
from pathlib import Path
from imnm_kg.batch.folder import extract_folder
from imnm_kg.model import claim_rows
from tests.batch.support import Ear, settings
claim_rows._ROWS = 200
root, path, out = map(Path, sys.argv[1:4])
summary = extract_folder([path], out, settings(root), 1, Ear())
print(summary.claims, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.slow
def test_memory_is_flat(root: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}

    def peak(count: int) -> tuple[int, int]:
        path = pubmed(tmp_path / f"{count}.xml.gz", range(1, count + 1))
        command = [sys.executable, "-c", MEASURE, str(root), str(path), str(tmp_path / f"out-{count}")]
        done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
        claims, size = map(int, done.stdout.split())
        return claims, size

    few, small = peak(300)
    many, big = peak(3000)
    assert few >= 300
    assert many >= 3000
    assert big - small < 12_000, f"{small} KB for {few} claims, {big} KB for {many}"
