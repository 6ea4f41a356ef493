# SPDX-License-Identifier: Apache-2.0
"""query and sparql: answers on standard output in every form, notes on standard error."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

from tests.cli.conftest import Run

pytestmark = pytest.mark.usefixtures("here")


@pytest.fixture
def here(release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a release in it, as the current folder."""
    shutil.copytree(release, tmp_path / "release")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_table(run: Run) -> None:
    done = run("query", "investigated-treatments")
    assert done.code == 0
    lines = done.out.splitlines()
    assert "interventionLabel  polarity" in lines[0]
    assert set(lines[1]) <= {"─", " "}
    assert any("zilucoplan" in line for line in lines[2:])
    assert done.err.splitlines()[-1].endswith(("row", "rows"))
    assert "\x1b" not in done.out + done.err


def test_rows_are_counted(run: Run) -> None:
    assert run("sparql", "SELECT ?a { VALUES ?a { 1 } }").err == "1 row\n"
    assert run("sparql", "SELECT ?a { VALUES ?a { 1 2 } }").err == "2 rows\n"
    none = run("sparql", "SELECT ?a { VALUES ?a { } }")
    assert (none.code, none.out, none.err) == (0, "a\n─\n", "0 rows\n")


def test_rows_without_a_value(run: Run) -> None:
    done = run("sparql", "SELECT ?a { VALUES ?b { 1 2 } }")
    assert (done.code, done.out, done.err) == (0, "a\n─\n\n\n", "2 rows\n")


def test_an_entity_is_named_by_its_prefix_whatever_the_query_declares(run: Run) -> None:
    named = run("query", "drug-actions", "-p", "intervention=zilucoplan")
    assert run("query", "drug-actions", "-p", "intervention=entity:zilucoplan") == named
    assert "complement-c5" in named.out


@pytest.mark.parametrize("form", ["csv", "tsv", "json", "xml"])
def test_forms_print_the_answer_alone(run: Run, form: str) -> None:
    done = run("query", "treatments", "-p", "certainty=Possible", "--format", form)
    assert (done.code, done.err) == (0, "")
    assert "azathioprine" in done.out
    assert "zilucoplan" not in done.out
    if form == "csv":
        rows = list(csv.DictReader(io.StringIO(done.out)))
        assert {row["certainty"].rsplit("/", 1)[1] for row in rows} == {"Possible"}
    if form == "json":
        assert len(json.loads(done.out)["results"]["bindings"]) > 5


def test_a_graph(run: Run) -> None:
    done = run("sparql", "CONSTRUCT { ?a imnm:inhibits ?b } WHERE { ?a imnm:inhibits ?b }")
    assert (done.code, done.err) == (0, "")
    triples = list(parse(done.out, format=RdfFormat.TURTLE))
    assert len(triples) == 3
    assert run("sparql", "CONSTRUCT WHERE { ?a imnm:inhibits ?b }", "--format", "turtle").out == done.out
    unfit = run("sparql", "CONSTRUCT WHERE { ?a imnm:inhibits ?b }", "--format", "csv")
    assert (unfit.code, unfit.out) == (2, "")
    assert "use --format turtle [format-unfit]" in unfit.err
    assert "[format-unfit]" in run("query", "treatments", "--format", "turtle").err


def test_ask(run: Run) -> None:
    assert run("sparql", "ASK { entity:zilucoplan imnm:inhibits entity:complement-c5 }") == (0, "yes\n", "")
    assert run("sparql", "ASK { entity:zilucoplan imnm:treats entity:imnm }") == (0, "no\n", "")
    assert run("sparql", "ASK { }", "--format", "csv").out == "true\n"


def test_graphs_may_be_named(run: Run) -> None:
    text = "SELECT DISTINCT ?g { GRAPH ?g { entity:zilucoplan imnm:inhibits ?o } }"
    done = run("sparql", text, "--format", "csv")
    assert done.out.split() == ["g", "https://w3id.org/imnm-kg/graph/statements"]


def test_the_default_graph_answers_once_for_a_triple_in_two_graphs(run: Run, here: Path) -> None:
    twice = "SELECT ?s ?p ?o (COUNT(DISTINCT ?g) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?s ?p ?o HAVING (?n > 1)"
    assert run("sparql", twice, "--format", "csv").code == 0
    (here / "release" / "imnm.nq").write_text(
        "<http://e/s> <http://e/p> 'o' <http://e/g> .\n<http://e/s> <http://e/p> 'o' <http://e/h> .\n".replace("'", '"')
    )
    (here / "release" / "imnm.ttl").write_text('<http://e/s> <http://e/p> "o" .\n')
    assert run("sparql", "SELECT ?o { ?s ?p ?o }", "--format", "csv").out.splitlines() == ["o", "o"]


def test_a_query_from_a_file(run: Run, here: Path) -> None:
    (here / "my.rq").write_text("ASK { }\n")
    assert run("sparql", "@my.rq").out == "yes\n"
    (here / "bad.rq").write_text("ASK {\n  ?a ?b }\nLIMIT 1 }\n")
    bad = run("sparql", "@bad.rq")
    assert bad.code == 2
    assert bad.err.startswith("imnm-kg: bad.rq:3:1: ")
    for name, code in (("none.rq", "file-missing"), ("release", "file-is-directory")):
        assert f"[{code}]" in run("sparql", f"@{name}").err
    (here / "empty.rq").write_bytes(b"")
    assert "[file-empty]" in run("sparql", "@empty.rq").err
    (here / "latin.rq").write_bytes(b"# \xe9\nASK { }")
    assert "imnm-kg: latin.rq:1:3: the byte 0xE9 is not valid UTF-8" in run("sparql", "@latin.rq").err


def test_a_query_from_a_file_that_ends_too_early(run: Run, here: Path) -> None:
    (here / "bad.rq").write_text("ASK {\n  ?a ?b\n}\n")
    bad = run("sparql", "@bad.rq")
    assert bad.code == 2
    assert "the query ends too early; mend the query [query-syntax]" in bad.err


def test_service_is_refused(run: Run) -> None:
    done = run("sparql", "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }")
    assert (done.code, done.out) == (2, "")
    assert "[query-service]" in done.err


def test_unknown_names(run: Run) -> None:
    assert "there is no stored query 'treatment'; did you mean treatments" in run("query", "treatment").err
    assert "has no parameter 'desease'; did you mean disease" in run("query", "treatments", "-p", "desease=imnm").err
    assert "'-p disease' is no KEY=VALUE" in run("query", "treatments", "-p", "disease").err
    done = run("query", "treatments", "-p", "certainty=Sure")
    assert "'Sure' is no value of certainty; give one of Established, Probable, Possible, Hypothesised" in done.err
    assert (done.code, done.out) == (2, "")
    assert "no query is named" in run("query").err


def test_an_injection_is_a_value_or_refused(run: Run) -> None:
    done = run("query", "treatments", "-p", "disease=imnm } DROP ALL #")
    assert (done.code, done.out) == (2, "")
    assert "[parameter-type]" in done.err
    text = run("query", "entities-by-name", "-p", 'text="} DROP ALL # \\u0022', "--format", "csv")
    assert text.code in (0, 2)
    assert "query-syntax" not in text.err


def test_a_value_that_holds_an_equals_sign(run: Run) -> None:
    done = run("query", "treatments", "-p", "disease=https://example.org/?a=b", "--format", "csv")
    assert done.code == 0
    assert len(done.out.splitlines()) == 1


def test_list_and_show(run: Run) -> None:
    listed = run("query", "--list")
    assert (listed.code, listed.err) == (0, "")
    assert "treatments " in listed.out
    shown = run("query", "--show", "treatments")
    assert (shown.code, shown.err) == (0, "")
    assert "parameters:\n  disease: " in shown.out
    assert (
        "certainty: only claims of this certainty; all when left out (may be left out)\n      one of Est" in shown.out
    )
    assert "SELECT " in shown.out
    assert "did you mean treatments" in run("query", "--show", "treatment").err


def test_an_endpoint_that_does_not_answer(run: Run) -> None:
    for words in (["query", "treatments"], ["sparql", "ASK { }"]):
        done = run(*words, "--endpoint", "http://127.0.0.1:1/sparql", "--timeout", "1")
        assert (done.code, done.out) == (2, "")
        assert "[endpoint-unreachable]" in done.err
    assert "[endpoint-url]" in run("sparql", "ASK { }", "--endpoint", "localhost").err


def test_a_damaged_release(run: Run, here: Path) -> None:
    (here / "release" / "imnm.ttl").write_text("<http://e/a> <http://e/b> .\n")
    done = run("query", "treatments")
    assert (done.code, done.out) == (2, "")
    assert "imnm.ttl:1: the release cannot be read" in done.err
    assert "build it again with 'imnm-kg build' [release-damaged]" in done.err


def test_an_unknown_entity_is_noted_with_the_nearest_names(run: Run) -> None:
    done = run("query", "treatments", "-p", "disease=IMNM", "--format", "csv")
    assert done.code == 0
    assert "note: the graph does not know <https://w3id.org/imnm-kg/entity/IMNM>; did you mean imnm" in done.err


def test_a_parameter_given_twice_and_a_time_that_is_none(run: Run) -> None:
    done = run("query", "treatments", "-p", "disease=imnm", "-p", "disease=fda")
    assert (done.code, "'-p disease=' is given twice" in done.err) == (2, True)
    assert run("query", "treatments", "--timeout", "-5").code == 2
