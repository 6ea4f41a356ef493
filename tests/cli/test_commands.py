# SPDX-License-Identifier: Apache-2.0
"""build, verify, validate, explain and fmt: exit codes, streams and what they leave on disk."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

from imnm_kg.cli import output
from tests.cli.conftest import Run

NEGATED = "382166308745c7e7b86dc5ce8dcb5ac7"


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


# build


def test_build(run: Run, in_world: Path) -> None:
    done = run("build", "--documents", "documents", "--no-reason")
    assert (done.code, done.out) == (0, "")
    assert "verified 6 quotes in 1 document" in done.err
    assert "left out 2 pieces of evidence that are proposed or rejected" in done.err
    names = sorted(path.name for path in (in_world / "release").iterdir())
    assert names == ["imnm.nq", "imnm.trig", "imnm.ttl", "report.ttl", "stats.json", "void.ttl"]
    first = {path.name: path.read_bytes() for path in (in_world / "release").iterdir()}
    assert run("build", "--documents", "documents", "--no-reason", "--quiet") == (0, "", "")
    assert {path.name: path.read_bytes() for path in (in_world / "release").iterdir()} == first


def test_build_without_documents_and_shapes(run: Run, in_world: Path) -> None:
    done = run("build", "--no-reason", "--no-validate", "--out", "out/here")
    assert done.code == 0
    assert "note: without --documents no quote was verified and the guard did not run" in done.err
    assert sorted(path.name for path in (in_world / "out" / "here").iterdir()) == [
        "imnm.nq", "imnm.trig", "imnm.ttl", "stats.json", "void.ttl",
    ]  # fmt: skip


def test_a_build_with_findings_leaves_the_former_release(run: Run, in_world: Path) -> None:
    run("build", "--no-reason", "--no-validate")
    before = {path.name: path.read_bytes() for path in (in_world / "release").iterdir()}
    change(in_world / "documents" / "note.txt", "may help", "does help")
    done = run("build", "--documents", "documents", "--no-reason", "--no-validate")
    assert done.code == 1
    assert re.search(
        r"^graph/claims/note.ttl:\d+:1: quote of acfbfa26\w+ is not at .*\[quote-differs\]$", done.out, re.M
    )
    assert "[document-differs]" in done.out
    assert done.err.endswith("3 findings; nothing was written\n")
    assert {path.name: path.read_bytes() for path in (in_world / "release").iterdir()} == before


def test_build_errors(run: Run, in_world: Path) -> None:
    (in_world / "file").write_text("x")
    assert "[release-folder]" in run("build", "--out", "file").err
    assert "[release-folder]" in run("build", "--out", ".").err
    done = run("build", "--documents", "none", "--no-reason")
    assert done.code == 2
    assert done.err.splitlines()[-1].startswith("imnm-kg: none: no such folder of documents; give the folder")
    (in_world / "graph" / "entities" / "broken.ttl").write_text("x")
    done = run("build")
    assert (done.code, done.out) == (2, "")
    assert "graph/entities/broken.ttl:1:" in done.err
    assert not (in_world / "release").exists()


# verify


@pytest.mark.usefixtures("in_world")
def test_verify(run: Run) -> None:
    done = run("verify")
    assert done == (0, "checked 6 quotes in 1 document: all are equal, none cuts off a negation or a hedge\n", "")
    assert run("verify", "-q", "--documents", "documents") == (0, "", "")


def test_verify_tells_each_finding(run: Run, in_world: Path) -> None:
    change(in_world / "documents" / "note.txt", "Alphamab is", "Alphamab was")
    done = run("verify")
    assert done.code == 1
    assert done.out.count("[quote-differs]") == 6
    assert "the text diverges at 9 (documents/note.txt:1:10): the quote has 'is a blocker of fixi'" in done.out
    assert done.err == "7 findings; checked 6 quotes in 1 document\n"


def test_verify_of_nothing_is_an_error(run: Run, in_world: Path) -> None:
    (in_world / "empty").mkdir()
    done = run("verify", "--documents", "empty")
    assert (done.code, done.out) == (2, "")
    assert "[verify-nothing]" in done.err
    assert "[documents-missing]" in run("verify", "--documents", "none").err


def test_verify_the_graph(run: Run, documents: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = run("verify", "--documents", documents)
    assert (done.code, done.err) == (0, "")
    assert re.match(r"checked \d{2,} quotes in 2 documents: all are equal", done.out)


# validate


def test_validate_the_sources(run: Run, in_world: Path) -> None:
    done = run("validate")
    assert done.code == 1
    assert "ontology/mappings/drugs.sssom.tsv:3:1: violation: the prefix chem: is not in the list" in done.out
    assert "without --documents no quote was verified" in done.err
    (in_world / "ontology" / "mappings" / "drugs.sssom.tsv").unlink()
    done = run("validate")
    assert done.code == 0
    assert re.fullmatch(r"conforms: no result for \d+ focus nodes in [\d,]+ triples\n", done.out)
    change(
        in_world / "graph" / "entities" / "all.ttl",
        '    rdfs:label "betamab"@en .',
        "    rdfs:seeAlso entity:alphamab .",
    )
    done = run("validate")
    assert done.code == 1
    told = (
        r"graph/entities/all.ttl:\d+:1: violation: Give the drug one English label.\n"
        r"    node entity:betamab, path rdfs:label \(MinCount, imnm:DrugShape-label\)\n"
    )
    assert re.search(told, done.out)
    assert "the label of the claim is “betamab treats fixturitis (possible)”" in done.out  # a check beside the shapes
    assert re.search(r"\n\d+ violations for \d+ focus nodes in [\d,]+ triples\n$", done.out)


DATA = "@prefix imnm: <https://w3id.org/imnm-kg/ontology/> .\n\n<http://e/a> a imnm:Drug .\n"


def test_validate_any_data(run: Run, in_world: Path) -> None:
    (in_world / "my.ttl").write_text(DATA)
    done = run("validate", "my.ttl")
    assert (done.code, done.err) == (1, "")
    assert done.out.startswith("my.ttl: 1 result\nmy.ttl:3:1: violation: ")
    answer = json.loads(run("validate", "my.ttl", "--format", "json").out)
    assert answer["conforms"] is False
    (result,) = answer["results"]
    assert {key: result[key] for key in ("severity", "component", "file", "line", "column", "value")} == {
        "severity": "Violation", "component": "MinCount", "file": "my.ttl", "line": 3, "column": 1, "value": None,
    }  # fmt: skip
    turtle = run("validate", "my.ttl", "--format", "turtle")
    assert turtle.code == 1
    assert sum(str(q.predicate).endswith("#result>") for q in parse(turtle.out, format=RdfFormat.TURTLE)) == 1
    shape = in_world / "shapes" / "drug.ttl"
    change(shape, "sh:minCount 1 ;", "sh:minCount 1 ;\n    sh:severity sh:Warning ;")
    warned = run("validate", "my.ttl", "--shapes", shape)
    assert warned.code == 0, "a warning is no violation"
    assert warned.out.endswith("1 warning for 1 focus node in 1 triple\n")


def test_validate_of_several_files(run: Run, in_world: Path) -> None:
    (in_world / "data").mkdir()
    (in_world / "data" / "a.ttl").write_text(DATA)
    (in_world / "data" / "b.ttl").write_text('<http://e/a> <http://www.w3.org/2000/01/rdf-schema#label> "a" .\n')
    assert run("validate", "data").code == 0
    assert run("validate", "data/a.ttl").code == 1
    assert run("validate", "data/a.ttl", "data/b.ttl").code == 0


INPUTS = {
    "empty.ttl": (b"", "file-empty"),
    "bom.ttl": (b"\xef\xbb\xbf" + DATA.encode(), "file-bom"),
    "latin.ttl": (b'<http://e/a> <http://e/b> "\xe9" .\n', "file-not-utf8"),
    "broken.ttl": (b"<http://e/a> <http://e/b> .\n", "turtle-syntax"),
    "undeclared.ttl": (b"e:a a e:B .\n", "turtle-prefix-undeclared"),
}


@pytest.mark.parametrize("name", INPUTS)
@pytest.mark.parametrize("command", ["validate", "fmt", "fmt --check"])
def test_inputs_that_are_none(run: Run, in_world: Path, command: str, name: str) -> None:
    data, code = INPUTS[name]
    (in_world / name).write_bytes(data)
    done = run(*command.split(), name)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"imnm-kg: {name}")
    assert done.err.endswith(f"[{code}]\n")
    assert done.err.count("\n") == 1
    assert (in_world / name).read_bytes() == data


@pytest.mark.parametrize("command", ["validate", "fmt"])
def test_inputs_that_are_not_there(run: Run, in_world: Path, command: str) -> None:
    assert "[file-missing]" in run(command, "none.ttl").err
    assert run(command, "none.ttl").code == 2
    (in_world / "folder.ttl").mkdir()
    assert run(command, "folder.ttl").code == 2
    (in_world / "data.csv").write_text("a,b\n")
    assert run(command, "data.csv").code == 2


def test_line_ends_of_windows(run: Run, in_world: Path) -> None:
    (in_world / "crlf.ttl").write_bytes(DATA.replace("\n", "\r\n").encode())
    assert run("validate", "crlf.ttl").out.startswith("crlf.ttl: 1 result\ncrlf.ttl:3:1: violation: ")
    assert run("fmt", "--check", "crlf.ttl").code == 1
    assert run("fmt", "crlf.ttl").code == 0
    assert (in_world / "crlf.ttl").read_bytes() == DATA.encode()


def test_shapes_that_find_everything_good(run: Run, in_world: Path) -> None:
    (in_world / "my.ttl").write_text(DATA)
    assert "[shapes-none]" in run("validate", "my.ttl", "--shapes", "my.ttl").err


# explain


@pytest.fixture
def built(run: Run, in_world: Path) -> Path:
    assert run("build", "--no-reason", "--no-validate", "-q").code == 0
    return in_world


@pytest.mark.usefixtures("built")
def test_explain(run: Run) -> None:
    done = run("explain", "alphamab", "ameliorates", "fixturitis")
    assert (done.code, done.err) == (0, "")
    for part in (
        "alphamab does not ameliorate fixturitis",
        "negative assertion  https://w3id.org/imnm-kg/inference/",
        "rule                negative-assertion",
        "because",
        "certainty   established",
        "timepoint   P8W",
        "“…ocker of fixin. In trial FIX-1, [alphamab did not improve symptoms of fixturitis].",
        "said as established; A note on fixturitis, Fixture Press, characters 48-95",
        "the words it stands for; A note on fixturitis",
        "https://example.org/note",
        "read by the first reader (automated), the second reader (a person)",
    ):
        assert part in done.out
    assert max(map(len, done.out.splitlines())) <= 110
    assert "\x1b" not in done.out


@pytest.mark.usefixtures("built")
def test_explain_with_documents(run: Run) -> None:
    done = run("explain", NEGATED[:8], "--documents", "documents")
    assert "“In trial FIX-1, [alphamab did not improve symptoms of fixturitis].”" in done.out


@pytest.mark.usefixtures("built")
def test_explain_on_a_terminal(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from imnm_kg.cli import explain

    monkeypatch.setattr(explain, "style_for", lambda _: output.Style(True))
    monkeypatch.setattr(explain, "terminal_width", lambda _: 50)
    done = run("explain", NEGATED)
    marked = re.findall(r"\x1b\[1;33m([^\x1b]*)\x1b\[0m", done.out)
    assert len(marked) == 3, "a quote over two lines is marked on both"
    assert " ".join(marked[:2]) == "alphamab did not improve symptoms of fixturitis"
    plain = re.sub(r"\x1b\[[\d;]*m", "", done.out)
    prose = [line for line in plain.splitlines() if "https://" not in line and " said as " not in line]
    assert "[alphamab" not in plain
    assert max(map(len, [line for line in prose if "characters" not in line and "read by" not in line])) <= 52


@pytest.mark.usefixtures("built")
def test_explain_errors(run: Run) -> None:
    for words, code in (
        (["zzz"], "explain-unknown"),
        (["alphamab", "inhibits"], "explain-unknown"),
        (["alphmab", "inhibits", "fixin"], "explain-unknown"),
    ):
        done = run("explain", *words)
        assert (done.code, done.out) == (2, "")
        assert done.err.endswith(f"[{code}]\n")
    assert "[documents-missing]" in run("explain", NEGATED, "--documents", "none").err
    assert "[release-missing]" in run("explain", NEGATED, "--release", "graph").err


# query


@pytest.mark.usefixtures("built")
def test_queries_of_a_folder_are_asked_of_its_release(run: Run) -> None:
    done = run("query", "claims-of", "-p", "subject=betamab", "--format", "csv")
    assert [row["label"] for row in csv.DictReader(io.StringIO(done.out))] == ["betamab treats fixturitis (possible)"]
    default = run("query", "claims-of", "--format", "csv")
    assert len(default.out.splitlines()) == 3


# fmt


UGLY = "@prefix e: <http://e/> .\ne:b   a e:T.\ne:a a e:T ; e:p 1 .\n"
NEAT = "@prefix e: <http://e/> .\n\ne:b a e:T .\n\ne:a a e:T ;\n    e:p 1 .\n"


def test_fmt(run: Run, in_world: Path) -> None:
    path = in_world / "a.ttl"
    path.write_text(UGLY)
    done = run("fmt", "--check", "a.ttl")
    assert done == (1, "a.ttl: not in the format; run 'imnm-kg fmt a.ttl'\n", "1 file, 1 would change\n")
    assert path.read_text() == UGLY
    assert run("fmt", "a.ttl") == (0, "a.ttl: formatted\n", "1 file, 1 changed\n")
    assert path.read_text() == NEAT
    assert run("fmt", "--check", "a.ttl") == (0, "", "1 file, 0 would change\n")


def test_fmt_of_folders(run: Run, in_world: Path) -> None:
    shutil.copytree(in_world / "graph", in_world / "copy")
    (in_world / "copy" / ".hidden").mkdir()
    (in_world / "copy" / ".hidden" / "a.ttl").write_text(UGLY)
    assert run("fmt", "--check", "copy", "copy/claims").err == "3 files, 0 would change\n"


def test_an_error_in_one_file_does_not_hide_the_others(run: Run, in_world: Path) -> None:
    (in_world / "x").mkdir()
    (in_world / "x" / "a.ttl").write_text("broken")
    (in_world / "x" / "b.ttl").write_text(UGLY)
    done = run("fmt", "--check", "x")
    assert done.code == 2
    assert done.out.startswith("x/b.ttl: not in the format")
    assert done.err.startswith("imnm-kg: x/a.ttl:1:")


def test_fmt_keeps_what_it_cannot_format(run: Run, in_world: Path) -> None:
    text = "@prefix e: <http://e/> .\n\ne:a a e:T ; # why\n    e:p 1 .\n"
    (in_world / "a.ttl").write_text(text)
    done = run("fmt", "a.ttl")
    assert done.code == 2
    assert "a.ttl:3:13: a comment inside a statement cannot be kept; move it above the subject" in done.err
    assert (in_world / "a.ttl").read_text() == text


def test_fmt_of_a_folder_without_turtle_is_an_error(run: Run, in_world: Path) -> None:
    (in_world / "empty").mkdir()
    assert run("fmt", "--check", "empty").code == 2


@pytest.mark.parametrize("out", ["graph", "ontology/release", "./queries"])
def test_a_release_among_the_sources_is_refused(run: Run, in_world: Path, out: str) -> None:
    before = sorted(in_world.rglob("*"))
    done = run("build", "--no-reason", "--no-validate", "--out", out)
    assert (done.code, done.out) == (2, "")
    assert "[release-folder]" in done.err
    assert sorted(in_world.rglob("*")) == before


def test_other_data_with_the_shapes_of_the_project(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.ttl").write_text(
        "<https://w3id.org/imnm-kg/entity/x> a <https://w3id.org/imnm-kg/ontology/Drug> ."
    )
    done = run("validate", tmp_path / "mine.ttl")
    assert done.code == 1
    assert re.search(r"mine.ttl:1:1: violation: ", done.out)
