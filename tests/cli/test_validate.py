# SPDX-License-Identifier: Apache-2.0
"""validate as CI uses it: formats, thresholds, baselines, and what is refused with its place."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

from tests.cli.conftest import Run

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "tests" / "fixtures" / "validate"
SHAPES = ("--shapes", "shapes.ttl")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with data, shapes and bad shapes, as the current one."""
    shutil.copytree(FIXTURES, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


# Formats


def test_text(run: Run, here: Path) -> None:
    done = run("validate", "data.ttl", *SHAPES)
    assert (done.code, done.err) == (1, "")
    lines = done.out.splitlines()
    assert lines[:3] == [
        "data.ttl: 6 results",
        "data.ttl:15:12: violation: Write the code as two digits.",
        '    node e:bad, path e:code, value "x" (Pattern, e:CodeShape)',
    ]
    assert "    node e:bad, path e:part/e:code (MinCount, e:PartCodeShape)" in lines
    assert "    node [], path e:part/e:code (MinCount, e:PartCodeShape)" in lines
    assert lines[-1] == "3 violations, 1 warning, 2 infos for 3 focus nodes in 14 triples"
    assert "\x1b" not in done.out
    (here / "good.ttl").write_text('<http://example.org/a> a <http://example.org/Thing> ; <http://example.org/part> [ '
                                   '<http://example.org/code> "01" ] .')  # fmt: skip
    assert run("validate", "good.ttl", *SHAPES).out == "conforms: no result for 1 focus node in 3 triples\n"


def test_the_text_names_a_node_by_its_label_and_keeps_to_one_line(run: Run, here: Path) -> None:
    (here / "my.ttl").write_text(
        "@prefix e: <http://example.org/> .\n@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
        'e:a a e:Thing ; rdfs:label "das Ding"@de , "the\\nthing"@en ; e:code "\\u001B[31m\\n" ; '
        'e:part [ e:code "01" ] .'
    )
    done = run("validate", "my.ttl", *SHAPES)
    assert "node e:a “the thing”, path e:code, value" in done.out
    assert "\x1b" not in done.out


@pytest.mark.parametrize("width", [20, 40, 80])
def test_small_terminals(width: int) -> None:
    from imnm_kg.cli.reports import text
    from imnm_kg.cli.reports.view import View
    from imnm_kg.model.inputs import read_data, read_shapes
    from imnm_kg.model.placing import place_results
    from imnm_kg.operations.validate import validate

    data = read_data([FIXTURES / "data.ttl"])
    report = place_results(validate(data, read_shapes([FIXTURES / "shapes.ttl"])), data)
    written = text.render(View(report, data.prefixes, width=width, colours=True))
    plain = re.sub(r"\x1b\[\d+m", "", written)
    body = [line for line in plain.splitlines() if not line.startswith((str(FIXTURES), "3 violations"))]
    assert written != plain
    assert max(map(len, body)) <= max(width, 24)


@pytest.mark.usefixtures("here")
def test_turtle(run: Run) -> None:
    done = run("validate", "data.ttl", *SHAPES, "--format", "turtle")
    assert done.code == 1
    triples = [quad.triple for quad in parse(done.out, format=RdfFormat.TURTLE)]
    assert sum(str(triple.object).endswith("#ValidationResult>") for triple in triples) == 6
    assert done.out.count("sh:resultPath ( e:part e:code )") == 2
    assert done.out == run("validate", "data.ttl", *SHAPES, "--format", "turtle").out


@pytest.mark.usefixtures("here")
def test_json(run: Run) -> None:
    answer = json.loads(run("validate", "data.ttl", *SHAPES, "--format", "json").out)
    assert {key: answer[key] for key in ("conforms", "focus_nodes", "triples", "failing", "left_out", "vanished")} == {
        "conforms": False, "focus_nodes": 3, "triples": 14, "failing": 3, "left_out": 0, "vanished": [],
    }  # fmt: skip
    first = answer["results"][0]
    assert first.pop("identity")
    assert first == {
        "severity": "Violation", "focus": "<http://example.org/bad>", "label": None,
        "path": "<http://example.org/code>", "value": '"x"', "component": "Pattern",
        "shape": "<http://example.org/CodeShape>", "message": "Write the code as two digits.",
        "file": "data.ttl", "line": 15, "column": 12, "known": False,
    }  # fmt: skip


def test_junit(run: Run, here: Path) -> None:
    (here / "my.ttl").write_text(
        '@prefix e: <http://example.org/> .\ne:a a e:Thing ; e:code "<&\\"]]>\\u0001" ; e:part [ e:code "01" ] .'
    )
    for name, tests, failures in (("data.ttl", 6, 3), ("my.ttl", 1, 1)):
        root = ET.fromstring(run("validate", name, *SHAPES, "--format", "junit").out)
        assert (root.tag, root.get("tests"), root.get("failures")) == ("testsuites", str(tests), str(failures))
        assert len(root.findall("testsuite/testcase")) == tests
        assert len(root.findall("testsuite/testcase/failure")) == failures
        assert sum(int(suite.get("tests", "")) for suite in root.findall("testsuite")) == tests
    case = ET.fromstring(run("validate", "data.ttl", *SHAPES, "--format", "junit").out).find("testsuite/testcase")
    assert case is not None
    assert case.attrib == {"name": "e:bad Pattern e:code", "classname": "e:CodeShape", "file": "data.ttl", "line": "15"}
    good = ET.fromstring(run("validate", "data.ttl", *SHAPES, "--format", "junit", "--max-results", "0").out)
    assert good.find("testsuite/testcase/system-out") is not None


def check_sarif(text: str) -> list[dict[str, object]]:
    """What the schema of SARIF 2.1.0 asks of the parts that are used here."""
    log = json.loads(text)
    assert set(log) == {"$schema", "version", "runs"}
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    assert set(run) <= {"tool", "columnKind", "invocations", "results"}
    driver = run["tool"]["driver"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", driver["semanticVersion"])
    assert run["columnKind"] == "unicodeCodePoints"
    rules = [rule["id"] for rule in driver["rules"]]
    assert len(rules) == len(set(rules))
    for note in run["invocations"][0]["toolExecutionNotifications"]:
        assert set(note) == {"level", "message"}
    for result in run["results"]:
        assert result["level"] in ("error", "warning", "note")
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["message"]["text"]
        assert all(isinstance(value, str) for value in result["partialFingerprints"].values())
        assert result.get("baselineState", "new") in ("new", "unchanged")
        for location in result["locations"]:
            assert set(location) <= {"physicalLocation", "logicalLocations"}
            if "physicalLocation" in location:
                uri = location["physicalLocation"]["artifactLocation"]["uri"]
                assert re.fullmatch(r"[\w.~!$&'()*+,;=:@/%-]+", uri, flags=re.ASCII)
                region = location["physicalLocation"]["region"]
                assert all(region[key] >= 1 for key in region)
    return [dict(result) for result in run["results"]]


def test_sarif(run: Run, here: Path) -> None:
    results = check_sarif(run("validate", "data.ttl", *SHAPES, "--format", "sarif").out)
    assert [result["level"] for result in results] == ["error"] * 3 + ["warning"] + ["note"] * 2
    (here / "ein Ordner").mkdir()
    shutil.copy("data.ttl", "ein Ordner/é.ttl")
    assert len(check_sarif(run("validate", "ein Ordner", *SHAPES, "--format", "sarif", "--max-results", "2").out)) == 2


def test_github(run: Run, here: Path) -> None:
    done = run("validate", "data.ttl", *SHAPES, "--format", "github")
    lines = done.out.splitlines()
    assert lines[0] == (
        "::error file=data.ttl,line=15,col=12,title=e%3ACodeShape Pattern::"
        'Write the code as two digits. (node e:bad, value "x")'
    )
    assert [line.split(" ")[0] for line in lines[:-1]] == ["::error"] * 3 + ["::warning"] + ["::notice"] * 2
    (here / "a,b:c%.ttl").write_text(
        '@prefix e: <http://example.org/> .\ne:a a e:Thing ; e:code "100%\\n::error::" ; e:part [ e:code "01" ] .'
    )
    (command,) = run("validate", "a,b:c%.ttl", *SHAPES, "--format", "github").out.splitlines()[:-1]
    assert command.startswith("::error file=a%2Cb%3Ac%25.ttl,line=2,col=24,title=")
    assert command.endswith('value "100%25\\n::error::")')


def test_formats_beside_each_other(run: Run, here: Path) -> None:
    done = run("validate", "data.ttl", *SHAPES, "--also", "sarif", "out.sarif", "--also", "junit", "out.xml")
    assert done.code == 1
    check_sarif((here / "out.sarif").read_text("utf-8"))
    assert ET.parse(here / "out.xml").getroot().get("tests") == "6"
    assert "[usage]" in run("validate", "data.ttl", *SHAPES, "--also", "pdf", "out.pdf").err


@pytest.mark.usefixtures("here")
def test_the_engines_tell_the_same(run: Run) -> None:
    fast, reference = (
        json.loads(run("validate", "data.ttl", *SHAPES, "--format", "json", "--engine", engine).out)
        for engine in ("fast", "pyshacl")
    )
    for answer in (fast, reference):
        for result in answer["results"]:
            if result["focus"].startswith("_:"):
                result["focus"] = "_:"
    assert fast == reference


@pytest.mark.usefixtures("here")
def test_the_fast_engine_does_not_import_the_reference() -> None:
    code = (
        "import sys\nfrom imnm_kg.cli.main import main\n"
        "code = main(['validate', 'data.ttl', '--shapes', 'shapes.ttl'])\n"
        "heavy = {'rdflib', 'pyshacl', 'owlready2', 'imnm_kg.pipeline'} & set(sys.modules)\n"
        "sys.exit(f'imports {heavy}' if heavy else code)"
    )
    words = [sys.executable, "-c", code]
    done = subprocess.run(words, capture_output=True, text=True, check=False, env={"PYTHONPATH": str(ROOT)})
    assert (done.returncode, done.stderr) == (1, "")


# What fails


@pytest.mark.parametrize(("threshold", "code"), [("violation", 0), ("warning", 1), ("info", 1)])
def test_fail_on(run: Run, here: Path, threshold: str, code: int) -> None:
    (here / "my.ttl").write_text(
        "@prefix e: <http://example.org/> .\ne:a a e:Thing ; e:count 01 ; e:part [ e:code '01' ] ."
    )
    assert run("validate", "my.ttl", *SHAPES, "--fail-on", threshold).code == code


@pytest.mark.usefixtures("here")
def test_max_results_counts_all(run: Run) -> None:
    done = run("validate", "data.ttl", *SHAPES, "--max-results", "1")
    assert done.code == 1
    assert done.out.count(" node e:") == 1
    assert "5 more results not shown (--max-results)" in done.out
    assert done.out.endswith("3 violations, 1 warning, 2 infos for 3 focus nodes in 14 triples\n")
    assert run("validate", "data.ttl", *SHAPES, "--max-results", "0").code == 1
    assert (
        json.loads(run("validate", "data.ttl", *SHAPES, "--max-results", "2", "--format", "json").out)["left_out"] == 4
    )
    assert run("validate", "data.ttl", *SHAPES, "--max-results", "1", "--format", "turtle").out.startswith("# 5 more")
    assert "[usage]" in run("validate", "data.ttl", *SHAPES, "--max-results", "-1").err


def test_workers_find_what_one_finds(run: Run, tmp_path: Path) -> None:
    """Enough data for other processes; those may not be started beside the threads of the tests."""
    folder = ROOT / "benchmarks" / "validation"
    subprocess.run([sys.executable, str(folder / "generate.py"), "60000", "data.ttl"], check=True, cwd=tmp_path)
    command = [sys.executable, "-m", "imnm_kg", "validate", "data.ttl", "--shapes", str(folder / "shapes.ttl")]
    done = [
        subprocess.run([*command, "--workers", workers], capture_output=True, text=True, cwd=tmp_path, timeout=60)
        for workers in ("1", "3")
    ]
    assert (done[0].returncode, done[1].returncode) == (1, 1)
    assert done[0].stdout == done[1].stdout
    assert done[0].stdout.count("data.ttl:") > 20
    assert done[0].stderr == done[1].stderr
    assert "[usage]" in run("validate", "data.ttl", *SHAPES, "--workers", "0").err


def test_a_baseline(run: Run, here: Path) -> None:
    made = run("validate", "data.ttl", *SHAPES, "--write-baseline", "known.json")
    assert (made.code, made.err) == (0, "imnm-kg: wrote 6 results to known.json\n")
    assert run("validate", "data.ttl", *SHAPES, "--baseline", "known.json", "--fail-on", "info").code == 0
    text = (here / "data.ttl").read_text("utf-8")
    text = text.replace("e:bad a", "\n\ne:new a e:Thing ; e:code 'q' ; e:part [ e:code '01' ] .\ne:bad a")
    (here / "data.ttl").write_text(text.replace("    e:price 1.10 ;\n", ""), "utf-8")
    done = run("validate", "data.ttl", *SHAPES, "--baseline", "known.json")
    assert done.code == 1
    assert "violation: Write the code as two digits.\n    node e:new" in done.out
    assert "violation (known): Write the code as two digits.\n    node e:bad" in done.out
    gone = (
        "no longer there, though in the baseline: <http://example.org/bad>: Write the price without zeros at its end."
    )
    assert gone in done.out.splitlines()
    assert "; 1 new, 5 known for 4 focus nodes" in done.out
    states = [
        result["baselineState"]
        for result in check_sarif(
            run("validate", "data.ttl", *SHAPES, "--baseline", "known.json", "--format", "sarif").out
        )
    ]
    assert sorted(map(str, states)) == ["new"] + ["unchanged"] * 5
    github = run("validate", "data.ttl", *SHAPES, "--baseline", "known.json", "--format", "github").out
    assert github.count("::error ") == 1


def test_a_baseline_knows_a_result_once(run: Run, here: Path) -> None:
    """Two nodes in brackets with the same fault have no names to tell them apart, but they are counted."""
    (here / "my.ttl").write_text("@prefix e: <http://example.org/> .\n[] a e:Thing .\n")
    run("validate", "my.ttl", *SHAPES, "--write-baseline", "known.json")
    (here / "my.ttl").write_text("@prefix e: <http://example.org/> .\n[] a e:Thing .\n[] a e:Thing .\n")
    assert run("validate", "my.ttl", *SHAPES, "--baseline", "known.json", "--fail-on", "info").code == 1


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"version": 9, "results": []}', '{"version": 1, "results": [{}]}', '{"results": 1}']
)
def test_a_baseline_that_is_none(run: Run, here: Path, text: str) -> None:
    (here / "known.json").write_text(text)
    done = run("validate", "data.ttl", *SHAPES, "--baseline", "known.json")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("imnm-kg: known.json")
    assert done.err.endswith("[baseline-malformed]\n")


def test_imports_are_told_once(run: Run, here: Path) -> None:
    (here / "my.ttl").write_text(
        "@prefix owl: <http://www.w3.org/2002/07/owl#> .\n@prefix e: <http://example.org/> .\n"
        "e:o a owl:Ontology ; owl:imports e:o , <http://unreachable.invalid/x> .\n"
        "e:o2 owl:imports <http://unreachable.invalid/x> .\ne:a a e:Thing ; e:part [ e:code '01' ] .\n"
    )
    done = run("validate", "my.ttl", *SHAPES)
    assert done.code == 0
    assert "".join(line for line in done.err.splitlines(True) if "imported" in line) == (
        "imnm-kg: note: <http://unreachable.invalid/x> is imported but is none of the files, and nothing is fetched; "
        "give its file too\n"
    )


def test_relative_iris_are_those_of_the_file(run: Run, here: Path) -> None:
    """Files without a base are common; the base is the path from the current folder, the same on every machine."""
    (here / "sub").mkdir()
    (here / "sub" / "é a.ttl").write_text(
        "@prefix owl: <http://www.w3.org/2002/07/owl#> .\n<> a owl:Ontology ; owl:imports <../data.ttl> .\n"
        "<#x> a <http://example.org/Thing> ;\n  <http://example.org/code> 'q' ."
    )
    done = run("validate", "sub", "data.ttl", *SHAPES, "--format", "json")
    assert done.err == ""
    ours = [each for each in json.loads(done.out)["results"] if each["file"] != "data.ttl"]
    assert {each["focus"] for each in ours} == {"<file:///sub/%C3%A9%20a.ttl#x>"}
    assert [(each["file"], each["line"], each["column"]) for each in ours] == [
        ("sub/é a.ttl", 4, 29),
        ("sub/é a.ttl", 3, 1),
    ]


# What is refused


@pytest.mark.parametrize(
    ("bad", "place", "code"),
    [
        ("e:x e:p e:q e:r .", "5:13", "turtle-syntax"),
        ("f:x e:p 1 .", "5:1", "turtle-prefix-undeclared"),
        ("e:x e:p 'open .", "5:9", "turtle-syntax"),
        ("e:x e:p \n  [ e:q ] .", "6:9", "turtle-syntax"),
    ],
)
def test_a_fault_in_a_long_file_is_told_as_in_a_short_one(
    run: Run, here: Path, monkeypatch: pytest.MonkeyPatch, bad: str, place: str, code: str
) -> None:
    """Only the statement at fault is read slowly."""
    head = '@prefix e: <http://example.org/> .\n@base <http://b.org/> .\ne:a e:p """x\n. """ . <rel> e:p <b> .\n'
    (here / "long.ttl").write_text(f"{head}{bad}\n{'e:z e:p 1 . # more' * 20}\n")
    short = run("validate", "long.ttl", *SHAPES)
    monkeypatch.setattr("imnm_kg.model.inputs._LARGE", 60)
    done = run("validate", "long.ttl", *SHAPES)
    assert done == short
    assert done.code == 2
    assert done.err.startswith(f"imnm-kg: long.ttl:{place}: ")
    assert done.err.endswith(f"[{code}]\n")


BAD = {
    "parameter": (
        "bad/parameter.ttl:11:9: ",
        "<http://example.org/ThingShape>: SHACL knows no sh:minCuont of a shape; ",
    ),
    "path": ("bad/path.ttl:12:13: ", "<http://example.org/CodeShape>: sh:path is none of the paths of SHACL; "),
    "query": ("bad/query.ttl:13: ", "<http://example.org/ThingShape>: not SPARQL 1.1: "),
    "prefix": ("bad/prefix.ttl:9:27: ", "the query uses the prefix nope: that its sh:prefixes does not give; "),
    "recursion": ("bad/recursion.ttl:", "recursive shapes are refused; "),
    "entailment": ("bad/entailment.ttl:10:43: ", "sh:entailment asks for inferences, and none are drawn; "),
    "pattern": ("bad/pattern.ttl:9:47: ", "sh:pattern cannot be used: back-references are not supported; "),
    "list": ("bad/list.ttl:11:11: ", "sh:in must be a well-formed list; "),
    "syntax": ("bad/syntax.ttl:7:31: ", "syntax error: "),
}


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("name", BAD)
def test_bad_shapes_are_one_line_with_their_place(run: Run, name: str) -> None:
    done = run("validate", "data.ttl", "--shapes", f"bad/{name}.ttl")
    place, what = BAD[name]
    assert (done.code, done.out) == (2, "")
    assert done.err.count("\n") == 1
    assert done.err.startswith(f"imnm-kg: {place}")
    assert what in done.err
    assert done.err.endswith("[turtle-syntax]\n" if name == "syntax" else "[shapes-malformed]\n")
    assert "_:" not in done.err


@pytest.mark.usefixtures("here")
def test_bad_shapes_of_several_files(run: Run) -> None:
    done = run("validate", "data.ttl", *SHAPES, "--shapes", "bad/path.ttl")
    assert done.err.startswith("imnm-kg: bad/path.ttl:12:13: ")


@pytest.mark.usefixtures("here")
def test_a_pattern_that_would_run_for_ever(run: Run) -> None:
    start = time.monotonic()
    assert run("validate", "bad/slow-data.ttl", "--shapes", "bad/slow.ttl").code == 1
    assert time.monotonic() - start < 10


def test_nothing_to_validate(run: Run, here: Path) -> None:
    (here / "none.ttl").write_text("# nothing\n")
    (here / "other.ttl").write_text("<http://e/a> <http://e/b> 1 .\n")
    for words, code in (
        (("none.ttl", *SHAPES), "data-empty"),
        (("other.ttl", *SHAPES), "validate-nothing"),
        (("data.ttl", "--shapes", "none.ttl"), "shapes-none"),
    ):
        done = run("validate", *words)
        assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
        assert done.err.endswith(f"[{code}]\n")
        allowed = run("validate", *words, "--allow-empty")
        assert (allowed.code, allowed.err) == (0, "")


def test_the_only_target_is_misspelt(run: Run, here: Path) -> None:
    text = "@prefix sh: <http://www.w3.org/ns/shacl#> .\n<http://e/S> a sh:NodeShape ;\n  sh:targetClas <http://e/> .\n"
    (here / "misspelt.ttl").write_text(text)
    done = run("validate", "data.ttl", "--shapes", "misspelt.ttl")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("imnm-kg: misspelt.ttl:3:")
    assert "did you mean sh:targetClass?" in done.err


@pytest.mark.parametrize("engine", ["fast", "pyshacl"])
def test_what_stands_beside_the_data_is_not_what_was_looked_at(run: Run, here: Path, engine: str) -> None:
    (here / "other.ttl").write_text("<http://e/a> a <http://e/b> ; <http://e/c> <http://e/d> .\n")
    done = run("validate", "other.ttl", "--engine", engine)  # with our shapes and, beside it, our ontology
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert done.err.endswith("[validate-nothing]\n")
    claim = "<http://e/a> a <https://w3id.org/imnm-kg/ontology/Claim> .\n"
    (here / "claim.ttl").write_text(claim)
    assert run("validate", "claim.ttl", "--engine", engine).code == 1


@pytest.mark.parametrize(
    "words", [("--also", "json", "data.ttl"), ("--also", "text", "./shapes.ttl"), ("--write-baseline", "data.ttl")]
)
def test_no_input_is_written_over(run: Run, here: Path, words: tuple[str, ...]) -> None:
    before = {path: path.read_bytes() for path in here.glob("*.ttl")}
    done = run("validate", "data.ttl", *SHAPES, *words)
    assert (done.code, done.out) == (2, "")
    assert done.err.endswith(f"is an input; name another file with {words[0]} [usage]\n")
    assert {path: path.read_bytes() for path in here.glob("*.ttl")} == before


def test_a_report_may_stand_among_the_data(run: Run, here: Path) -> None:
    (here / "data").mkdir()
    shutil.copy(here / "data.ttl", here / "data" / "data.ttl")
    for _ in range(2):
        assert run("validate", "data", *SHAPES, "--also", "junit", "data/report.xml").code == 1
    assert run("validate", "data", *SHAPES, "--also", "junit", "data/data.ttl").code == 2


@pytest.mark.usefixtures("here")
def test_which_sources_are_looked_at_is_told_elsewhere_only(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "those in" in run("validate").err
    monkeypatch.chdir(ROOT)
    assert "those in" not in run("validate").err


@pytest.mark.parametrize("name", ["a.rdf", "a.jsonld", "a.txt"])
def test_formats_that_are_not_read(run: Run, here: Path, name: str) -> None:
    (here / name).write_text("<x/>")
    assert "[rdf-format-unknown]" in run("validate", name, *SHAPES).err
