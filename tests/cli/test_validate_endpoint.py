# SPDX-License-Identifier: Apache-2.0
"""validate --endpoint: the report of the graph behind it, notes on standard error, exit code 2 for no report."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

from tests.cli.conftest import Run
from tests.sparql_server import JSON, SparqlServer, served

PREFIXES = "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix ex: <http://example.org/> .\n"
SHAPES = """
ex:S a sh:NodeShape ; sh:targetClass ex:C ; sh:property [ sh:path ex:p ; sh:maxInclusive 5 ; sh:message "too much" ],
    [ sh:path ex:q ; sh:severity sh:Warning ; sh:minCount 1 ] .
"""


@pytest.fixture(scope="module")
def server() -> Iterator[SparqlServer]:
    with served() as started:
        yield started


@pytest.fixture
def shapes(tmp_path: Path) -> Path:
    path = tmp_path / "shapes.ttl"
    path.write_text(PREFIXES + SHAPES, encoding="utf-8")
    return path


def holds(server: SparqlServer, text: str) -> None:
    server.holds(parse(PREFIXES + text, format=RdfFormat.TURTLE))


def test_a_report(server: SparqlServer, shapes: Path, run: Run) -> None:
    holds(server, "ex:a a ex:C ; ex:p 7 ; ex:q 1 . ex:b a ex:C ; ex:p 3 .")
    done = run("validate", "--endpoint", server.url, "--shapes", shapes)
    assert done.code == 1
    assert "violation: too much" in done.out
    assert "1 violation, 1 warning" in done.out
    assert done.err == "imnm-kg: note: judged as the store gives literals, not as a file wrote them: MaxInclusive\n"
    found = json.loads(run("validate", "--endpoint", server.url, "--shapes", shapes, "--format", "json").out)
    assert [(each["focus"], each["component"]) for each in found["results"]] == [
        ("<http://example.org/a>", "MaxInclusive"), ("<http://example.org/b>", "MinCount"),
    ]  # fmt: skip
    done = run("validate", "--endpoint", server.url, "--shapes", shapes, "--format", "turtle")
    assert done.out.count("sh:ValidationResult") == 2


def test_a_graph_that_conforms(server: SparqlServer, shapes: Path, run: Run) -> None:
    holds(server, "ex:a a ex:C ; ex:p 3 ; ex:q 1 .")
    done = run("validate", "--endpoint", server.url, "--shapes", shapes)
    assert (done.code, done.out) == (0, "conforms: no result for 1 focus node\n")


def test_our_own_shapes(server: SparqlServer, release: Path, run: Run) -> None:
    server.holds(parse(path=release / "imnm.ttl", format=RdfFormat.TURTLE), most=200)
    done = run("validate", "--endpoint", server.url)
    assert done.code == 0
    assert re.fullmatch(r"conforms: no result for [\d,]+ focus nodes\n", done.out)


def test_nothing_to_look_at(server: SparqlServer, shapes: Path, run: Run) -> None:
    holds(server, "ex:a a ex:D .")
    done = run("validate", "--endpoint", server.url, "--shapes", shapes)
    assert done.code == 2
    assert "choose no node of the endpoint's default graph, so nothing was looked at" in done.err
    done = run("validate", "--endpoint", server.url, "--shapes", shapes, "--allow-empty")
    assert done.code == 0
    assert "choose no node of the endpoint's default graph, so nothing was looked at" in done.err


@pytest.mark.parametrize(
    ("odd", "code"),
    [
        ((500, {}, b"it broke"), "endpoint-refused"),
        ((200, {"Content-Type": "text/html"}, b"<html>"), "endpoint-answer"),
        ((200, {"Content-Type": JSON}, b'{"results'), "endpoint-answer"),
        ((200, {"Content-Type": JSON, "Content-Length": "999"}, b'{"results'), "endpoint-unreachable"),
        ((206, {"Content-Type": JSON}, b'{"results":{"bindings":[]}}'), "endpoint-cut"),
    ],
)
@pytest.mark.parametrize("before", [0, 1, 2])
def test_a_fault_is_no_report(
    server: SparqlServer, shapes: Path, run: Run, before: int, odd: tuple[int, dict[str, str], bytes], code: str
) -> None:
    holds(server, "ex:a a ex:C ; ex:p 3 ; ex:q 1 .")
    server.odd_after = before
    server.odd = [odd] * 50
    done = run("validate", "--endpoint", server.url, "--shapes", shapes)
    assert (done.code, done.out) == (2, "")
    assert done.err.count("\n") == 1
    assert done.err.endswith(f"[{code}]\n")


def test_a_server_that_hangs(server: SparqlServer, shapes: Path, run: Run) -> None:
    holds(server, "")
    server.odd = [(0, {}, b"")] * 50
    done = run("validate", "--endpoint", server.url, "--shapes", shapes, "--timeout", "0.2")
    assert (done.code, done.out) == (2, "")
    assert "[endpoint-unreachable]" in done.err


def test_shapes_that_cannot_be_asked(server: SparqlServer, shapes: Path, run: Run) -> None:
    holds(server, "[] a ex:C .")
    done = run("validate", "--endpoint", server.url, "--shapes", shapes)
    assert (done.code, done.out) == (2, "")
    assert (
        "cannot be asked of an endpoint: it asks for the values of <http://example.org/p> of a blank node" in done.err
    )
    assert done.err.endswith("[endpoint-shapes]\n")


def test_shapes_that_cannot_be_used(server: SparqlServer, tmp_path: Path, run: Run) -> None:
    path = tmp_path / "shapes.ttl"
    path.write_text(PREFIXES + "ex:S a sh:NodeShape ; sh:targetClass ex:C ; sh:minCont 1 .", encoding="utf-8")
    done = run("validate", "--endpoint", server.url, "--shapes", path)
    assert done.code == 2
    assert done.err.endswith("[shapes-malformed]\n")


def test_data_and_an_endpoint_are_two_graphs(server: SparqlServer, shapes: Path, run: Run) -> None:
    done = run("validate", shapes, "--endpoint", server.url, "--shapes", shapes)
    assert (done.code, done.out) == (2, "")
    assert "DATA and --endpoint name two graphs" in done.err


def test_what_is_no_address(shapes: Path, run: Run) -> None:
    done = run("validate", "--endpoint", "localhost:7878", "--shapes", shapes)
    assert done.code == 2
    assert "[endpoint-url]" in done.err
