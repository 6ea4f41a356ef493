# SPDX-License-Identifier: Apache-2.0
"""extract: formats, streams, exit codes, and every kind of bad input, named and counted with nothing else lost."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

from imnm_kg.model.claim_rows import read_rows
from tests.batch.support import json_lines, make_root, pubmed, text_of
from tests.cli.conftest import Run


@pytest.fixture(scope="module")
def knowledge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_root(tmp_path_factory.mktemp("knowledge"))


@pytest.fixture
def here(knowledge: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own, with what the extractor knows beside it."""
    for name in ("ontology", "graph"):
        (tmp_path / name).symlink_to(knowledge / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def summary(err: str) -> str:
    return re.sub(r"; [\d.]+ \w+$", "", err.splitlines()[-1])


def test_json_lines(run: Run, here: Path) -> None:
    (here / "note.txt").write_text(text_of(2))
    json_lines(here / "a.jsonl", range(3))
    done = run("extract", "note.txt", "a.jsonl")
    assert done.code == 0
    found = [json.loads(line) for line in done.out.splitlines()]
    assert [one["document"] for one in found] == ["note", "d0", "d1", "d2"]
    assert found[0] == {**found[3], "document": "note"}
    assert (found[0]["polarity"], found[0]["quote"]) == (
        "negated",
        "Betamab did not inhibit factor X, as far as is known.",
    )
    assert summary(done.err) == "· 2 files, 4 documents, 4 claims, 0 passed over"
    assert run("extract", "note.txt", "a.jsonl", "--quiet") == (0, done.out, "")
    assert run("extract", "note.txt", "a.jsonl", "-q", "--out", "out.jsonl") == (0, "", "")
    assert (here / "out.jsonl").read_text() == done.out
    # A rule without a measured precision has none to show.
    assert run("extract", "note.txt", "-q", "--min-confidence", "0.5") == (0, "", "")


def test_no_claim_is_no_finding(run: Run, here: Path) -> None:
    (here / "note.txt").write_text("Nothing was seen.")
    assert run("extract", "note.txt", "-q") == (0, "", "")
    assert run("extract", "note.txt", "-q", "--format", "ttl") == (0, "", "")


def test_turtle(run: Run, here: Path) -> None:
    (here / "note.txt").write_text(text_of(2))
    json_lines(here / "a.jsonl", range(3))
    done = run("extract", "note.txt", "--format", "ttl", "-q", "--texts", "texts")
    assert done.code == 0
    assert "imnm:reviewStatus imnm:Proposed" in done.out
    assert (here / "texts" / "note.txt").read_text() == text_of(2)
    assert run("extract", "note.txt", "--format", "ttl", "-q", "--out", "note.ttl") == (0, "", "")
    assert (here / "note.ttl").read_text() == done.out
    assert run("extract", "note.txt", "a.jsonl", "--format", "ttl", "-q", "--out", "claims") == (0, "", "")
    assert sorted(path.name for path in (here / "claims").iterdir()) == ["d0.ttl", "d1.ttl", "d2.ttl", "note.ttl"]
    assert (here / "claims" / "note.ttl").read_text() == done.out
    failed = run("extract", "note.txt", "a.jsonl", "--format", "ttl", "-q")
    assert (failed.code, failed.out) == (2, "")
    assert failed.err.endswith("[extract-turtle]\n")
    (here / "note.ttl").write_text(done.out.replace("imnm:Proposed", "imnm:Reviewed"))
    failed = run("extract", "note.txt", "--format", "ttl", "-q", "--out", "note.ttl")
    assert failed.err.startswith("imnm-kg: note.ttl: the file has claims that were reviewed; ")


def test_quads(run: Run, here: Path) -> None:
    json_lines(here / "a.jsonl", range(3))
    done = run("extract", "a.jsonl", "--format", "nq", "-q")
    graphs = {str(quad.graph_name) for quad in parse(done.out, format=RdfFormat.N_QUADS)}
    assert graphs == {f"<https://w3id.org/imnm-kg/graph/claims/d{number}>" for number in range(3)}


def test_shards_and_merge(run: Run, here: Path) -> None:
    (here / "in").mkdir()
    pubmed(here / "in" / "a.xml.gz", range(1, 9))
    json_lines(here / "in" / "b.jsonl", range(3))
    (here / "in" / "README").write_text("no document")
    words = ("extract", "in", "--format", "parquet", "--out", "shards")
    done = run(*words, "--workers", "1")
    assert (done.code, done.out) == (0, "")
    assert "note: 1 file passed by as no document (in/README)" in done.err
    assert summary(done.err).startswith("· 2 files, 11 documents, ")
    assert summary(run(*words, "--workers", "2").err).startswith("· 2 files (2 as before), 11 documents, ")
    assert run("extract", "--merge", "shards", "--format", "nq", "--out", "all.nq", "-q") == (0, "", "")
    assert list(parse(path=here / "all.nq", format=RdfFormat.N_QUADS))
    assert run("extract", "--merge", "shards", "--out", "all.jsonl", "-q").code == 0
    lines = run("extract", "in", "-q").out.splitlines()
    assert sorted((here / "all.jsonl").read_text().splitlines()) == sorted(lines)
    assert run(*words[:-1], "one.parquet", "-q") == (0, "", "")
    rows = list(read_rows(here / "one.parquet"))
    assert len(rows) == len(lines)
    assert run("extract", "in", "--out", "lines", "-q", "--workers", "1") == (0, "", "")
    shards = sorted((here / "lines" / "claims").iterdir())
    assert "".join(path.read_text() for path in shards).splitlines() == lines


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ("", "no INPUT was given"),
        ("a.jsonl --format parquet", "Parquet is not written to standard output"),
        ("a.jsonl --workers 2", "--workers is for shards"),
        ("a.jsonl --workers 0 --out d", "0 is no number of processes"),
        ("a.jsonl --min-confidence 2", "2 is no number from 0 to 1"),
        ("a.jsonl --min-confidence x", "x is no number from 0 to 1"),
        ("a.jsonl --engine spark", "the Spark engine writes Parquet into a folder"),
        ("a.jsonl --out d --texts t", "--texts is not for shards"),
        ("a.jsonl --texts a.jsonl", "a.jsonl is a file"),
        ("a.jsonl --out a.jsonl", "a.jsonl is an input"),
        ("a.jsonl --merge d --out x.nq", "--merge makes one file of shards"),
        ("--merge d", "--merge makes one file of shards"),
        ("--merge d --format ttl --out x.ttl", "--merge makes one file of shards"),
    ],
)
def test_options_that_do_not_go_together(run: Run, here: Path, words: str, what: str) -> None:
    json_lines(here / "a.jsonl", [1])
    done = run("extract", *words.split())
    assert (done.code, done.out) == (2, "")
    assert what in done.err
    assert done.err.endswith("[usage]\n")
    assert done.err.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("none.txt", "file-missing"),
        ("empty", "input-none"),
        ("a.jsonl --out none/x.jsonl", "file-unwritable"),
        ("a.jsonl --lexicon none.obo", "file-missing"),
        ("a.jsonl --lexicon none.obo --format parquet --out d", "file-missing"),
        ("a.jsonl --format parquet --out empty/..", "extract-folder"),
        ("--merge none --out x.jsonl", "shards-none"),
    ],
)
def test_errors(run: Run, here: Path, words: str, code: str) -> None:
    json_lines(here / "a.jsonl", [1])
    (here / "empty").mkdir()
    done = run("extract", *words.split(), "-q")
    assert (done.code, done.out) == (2, "")
    assert done.err.endswith(f"[{code}]\n")
    assert done.err.count("\n") == 1


GOOD = json.dumps({"id": "good", "text": text_of(0)}).encode()
MANY = b"".join(b'\n{"id": "%d", "text": "no news"}' % number for number in range(99))
BOMB = b"""<?xml version="1.0"?>
<!DOCTYPE PubmedArticleSet [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>
<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>1</PMID><Article><ArticleTitle>&c;</ArticleTitle></Article>
</MedlineCitation></PubmedArticle></PubmedArticleSet>"""
OUTSIDE = BOMB.replace(b'<!ENTITY a "aaaaaaaaaa">', b'<!ENTITY a SYSTEM "file:///etc/hostname">')
BAD_INPUTS: dict[str, tuple[str, bytes, list[str]]] = {
    "truncated gzip": ("x.jsonl.gz", gzip.compress(GOOD + MANY)[:-9], ["record-gzip"]),
    "not gzip after all": ("x.jsonl.gz", b"\x1f\x8b\x08\x00" + b"junk" * 9, ["record-gzip"]),
    "entity bomb": ("x.xml", BOMB, ["record-xml-entities"]),
    "external entity": ("x.xml", OUTSIDE, ["record-xml-entities"]),
    "broken XML": ("x.xml", b"<PubmedArticleSet><PubmedArticle>", ["record-xml"]),
    "empty file": ("x.txt", b"", ["record-empty"]),
    "binary file": ("x.txt", bytes(range(256)) * 9, ["record-binary"]),
    "Latin-1": ("x.txt", "Müller".encode("latin-1"), ["record-encoding"]),
    "mixed encodings": ("x.jsonl", GOOD + b"\n" + '{"id": "b", "text": "é"}'.encode("latin-1"), ["record-encoding"]),
    "duplicate ids": ("x.jsonl", GOOD + b"\n" + GOOD, ["record-duplicate"]),
    "lines that are no records": ("x.jsonl", b'[]\n{"id": 1}\nx\n' + GOOD, ["record-json"] * 3),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_INPUTS)
@pytest.mark.parametrize("words", ["", "--format parquet --out shards --workers 1"], ids=["stream", "shards"])
def test_bad_input(run: Run, here: Path, name: str, words: str) -> None:
    file, data, codes = BAD_INPUTS[name]
    (here / "in").mkdir()
    (here / "in" / file).write_bytes(data)
    pubmed(here / "in" / "a.xml", [1, 2])
    json_lines(here / "in" / "z.jsonl", [4])
    done = run("extract", "in", "-q", *words.split())
    assert done.code == 1
    told = done.err.splitlines()
    assert [re.search(r"\[([\w-]+)\]$", line)[1] for line in told] == codes  # type: ignore[index]
    assert all(line.startswith(f"imnm-kg: passed over in/{file}") for line in told)
    if words:
        rows = [row for path in (here / "shards" / "claims").iterdir() for row in read_rows(path)]
        documents = {row["document"] for row in rows}
        bad = [json.loads(line) for line in (here / "shards" / "bad-records.jsonl").read_text().splitlines()]
        assert [(one["source"], one["code"]) for one in bad] == [(f"in/{file}", code) for code in codes]
    else:
        documents = {json.loads(line)["document"] for line in done.out.splitlines()}
    assert documents == {"PMID:1", "PMID:2", "d4"} | ({"good"} if GOOD in data or name == "truncated gzip" else set())


def test_odd_input_that_is_not_bad(run: Run, here: Path) -> None:
    record = "<PubmedArticle><MedlineCitation><PMID>{}</PMID><Article><ArticleTitle>{}</ArticleTitle></Article>"
    record += "</MedlineCitation></PubmedArticle>"
    title = record.format(5, "Alphamab inhibits protein X.")
    (here / "a.xml").write_text(f"<PubmedArticleSet>{title}{record.format(6, '')}</PubmedArticleSet>")
    lines = [
        {"id": "controls", "text": f"\x01\x08{text_of(0)}\x7f\u200b"},
        {"id": "nul", "text": f"a\x00b. {text_of(0)}"},
    ]
    (here / "b.jsonl").write_text("\n".join(map(json.dumps, lines)))
    done = run("extract", "a.xml", "b.jsonl", "-q")
    assert (done.code, done.err) == (0, "")
    for line in done.out.splitlines():
        one = json.loads(line)
        text = next((given["text"] for given in lines if given["id"] == one["document"]), "")
        assert text[one["start"] : one["end"]] == one["quote"]
    assert {json.loads(line)["document"] for line in done.out.splitlines()} >= {"controls", "nul"}


@pytest.mark.slow
def test_a_line_of_50_mb(run: Run, here: Path) -> None:
    long = json.dumps({"id": "long", "text": "x" * 50_000_000})
    (here / "a.jsonl").write_text(f"{long}\n{GOOD.decode()}\n")
    done = run("extract", "a.jsonl", "-q")
    assert (done.code, done.err) == (0, "")
    assert [json.loads(line)["document"] for line in done.out.splitlines()] == ["good"]


LEXICON = """\
format-version: 1.2

[Term]
id: CHEBI:1
name: deltamab

[Term]
id: CHEBI:2
name: "broken
synonym: "no end

[Term]
id: CHEBI:3
name: epsilonmab
"""


@pytest.mark.parametrize("words", ["", "--format parquet --out shards --workers 1"], ids=["stream", "shards"])
def test_a_lexicon_with_a_broken_line(run: Run, here: Path, words: str) -> None:
    (here / "drugs.obo").write_text(LEXICON)
    (here / "note.txt").write_text("Deltamab inhibits protein X. Epsilonmab inhibits protein X.")
    command = ("extract", "note.txt", "-q", "--lexicon", "drugs.obo:Drug", *words.split())
    done = run(*command)
    assert done.code == 1
    assert re.fullmatch(r"imnm-kg: passed over drugs.obo:10: .*\[lexicon-line\]\n", done.err)
    if words:
        found = [row["subject"] for path in (here / "shards" / "claims").iterdir() for row in read_rows(path)]
        assert run(*command) == (1, "", done.err), "it is told again, though nothing was read again"
    else:
        found = [json.loads(line)["subject"] for line in done.out.splitlines()]
    assert [iri.rsplit("_", 1)[1] for iri in found] == ["1", "3"]


OTHERS = """\
format-version: 1.2
import: https://example.org/one.owl
import: https://example.org/two.owl

[Term]
id: CHEBI:1
name: deltamab

[Term]
id: CHEBI:2
name: old mab
is_obsolete: true

[Term]
id: UBERON:1
name: left leg
"""


@pytest.mark.parametrize("words", ["", "--format parquet --out shards --workers 1"], ids=["stream", "shards"])
def test_what_a_lexicon_left_out_is_told_in_a_line(run: Run, here: Path, words: str) -> None:
    (here / "others.obo").write_text(OTHERS)
    (here / "plain.tsv").write_text("# kind: Drug\n# base: https://example.org/\n1\tepsilonmab\n")
    (here / "note.txt").write_text("Deltamab inhibits protein X. Epsilonmab inhibits protein X.")
    command = ["extract", "note.txt", "--lexicon", "others.obo", "--lexicon", "plain.tsv", *words.split()]
    done = run(*command)
    told = (
        "imnm-kg: note: others.obo: left out of 3 terms: 1 obsolete, 1 no kind; "
        "2 imports are not followed (https://example.org/one.owl, …)"
    )
    assert (done.code, done.err.splitlines()[:-1]) == (0, [told]), "of a lexicon that is used whole there is none"
    assert run(*command).err.splitlines()[:-1] == [told]
    assert run(*command, "--quiet").err == ""


def test_what_was_written_is_no_input(run: Run, here: Path) -> None:
    (here / "in").mkdir()
    json_lines(here / "in" / "a.jsonl", range(3))
    words = ("extract", "in", "--format", "parquet", "--out", "in/shards-1.2", "--workers", "1")
    assert summary(run(*words).err) == "· 1 file, 3 documents, 3 claims, 0 passed over"
    assert summary(run(*words).err) == "· 1 file (1 as before), 3 documents, 3 claims, 0 passed over"


def test_many_bad_records_are_counted(run: Run, here: Path) -> None:
    (here / "a.jsonl").write_bytes(b"x\n" * 50 + GOOD)
    done = run("extract", "a.jsonl", "-q", "--format", "parquet", "--out", "shards", "--workers", "1")
    lines = done.err.splitlines()
    assert done.code == 1
    assert len(lines) == 21
    assert lines[-1] == "imnm-kg: 30 more were passed over; shards/bad-records.jsonl has them all"
    assert len((here / "shards" / "bad-records.jsonl").read_text().splitlines()) == 50
