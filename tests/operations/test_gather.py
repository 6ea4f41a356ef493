# SPDX-License-Identifier: Apache-2.0
"""Gather and connect: what an endpoint says of the graph is what the release says."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from pyoxigraph import QueryBoolean, QueryResultsFormat, QuerySolutions, RdfFormat

from imnm_kg import ImnmError, KnowledgeGraph
from imnm_kg.cli.main import main
from imnm_kg.operations.ask import open_release


@pytest.fixture(scope="module")
def graph(release: Path) -> KnowledgeGraph:
    return KnowledgeGraph.open(release)


@pytest.fixture(scope="module")
def url(release: Path) -> Iterator[str]:
    """A plain endpoint of one store; no code of ours but the loading of the release."""
    store = open_release(release)

    class Endpoint(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            text = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())["query"][0]
            found = store.query(text)
            if isinstance(found, QuerySolutions | QueryBoolean):
                body, kind = found.serialize(format=QueryResultsFormat.JSON), "application/sparql-results+json"
            else:
                body, kind = found.serialize(format=RdfFormat.TURTLE), "text/turtle"
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/sparql"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize(
    "words",
    [
        ("zilucoplan", "ameliorates", "imnm"),
        ("zilucoplan", "inhibits", "complement-c5"),
        ("entity:zilucoplan", "imnm:inhibits", "entity:complement-c5"),
        ("imnm01-trial", "hasPhase", "Phase2"),
        ("476d045b6a14",),
        ("068ebe2ce2624e542868b665eb01cce4",),
        ("claim:83c6b86117aac755acfe91a727d8d42c",),
        ("https://w3id.org/imnm-kg/claim/83c6b86117aac755acfe91a727d8d42c",),
    ],
)
def test_explain_says_the_same(graph: KnowledgeGraph, url: str, words: tuple[str, ...]) -> None:
    assert KnowledgeGraph.connect(url).explain(*words) == graph.explain(*words)


def test_explain_says_the_same_of_every_claim_and_inference(graph: KnowledgeGraph, url: str) -> None:
    remote = KnowledgeGraph.connect(url)
    found = graph.sparql("SELECT ?x { VALUES ?c { imnm:Claim owl:NegativePropertyAssertion imnm:Inference } ?x a ?c }")
    for row in list(found)[::17]:
        assert remote.explain(str(row["x"])) == graph.explain(str(row["x"])), row


@pytest.mark.parametrize(
    "words",
    [("zilucoplann", "ameliorates", "imnm"), ("zilucoplan", "amelioratess", "imnm"), ("zilucoplan", "cures", "imnm"),
     ("nothing",), ("ffff0000ffff",), ("a b",), ("<http://e/>", "a", "b>c"), ("a", "b")],
)  # fmt: skip
def test_what_is_not_there(graph: KnowledgeGraph, url: str, words: tuple[str, ...]) -> None:
    with pytest.raises(ImnmError) as here:
        graph.explain(*words)
    with pytest.raises(ImnmError) as there:
        KnowledgeGraph.connect(url).explain(*words)
    assert (there.value.code, there.value.what) == (here.value.code, here.value.what)


def test_an_ambiguous_start(graph: KnowledgeGraph, url: str) -> None:
    kinds = "imnm:Claim imnm:Evidence imnm:Inference owl:NegativePropertyAssertion"
    found = graph.sparql(f"SELECT ?x {{ VALUES ?c {{ {kinds} }} ?x a ?c }}")
    starts = Counter(str(row["x"]).rsplit("/", 1)[1][:4] for row in found)
    (short, count), *_ = starts.most_common(1)
    assert count > 1, "no two ids begin alike any more: take another start"
    with pytest.raises(ImnmError, match=r"\[explain-ambiguous\]"):
        KnowledgeGraph.connect(url).explain(short)


def test_questions(graph: KnowledgeGraph, url: str) -> None:
    remote = KnowledgeGraph.connect(url)
    assert list(remote.query("treatments", certainty="Possible")) == list(
        graph.query("treatments", certainty="Possible")
    )
    assert remote.sparql("ASK { entity:zilucoplan imnm:inhibits entity:complement-c5 }").boolean is True
    assert len(remote) == len(graph)
    assert len(list(remote)) == len(graph)
    assert remote.claims(subject="zilucoplan") == graph.claims(subject="zilucoplan")
    assert remote.claims(polarity="Negated") == graph.claims(polarity="Negated") != []
    with pytest.raises(ImnmError, match=r"\[release-missing\]"):
        _ = remote.release


def test_the_command(url: str, release: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "zilucoplan", "ameliorates", "imnm", "--endpoint", url]) == 0
    there = capsys.readouterr().out
    assert main(["explain", "zilucoplan", "ameliorates", "imnm", "--release", str(release)]) == 0
    assert capsys.readouterr().out == there
    assert "does not ameliorate" in there
    assert main(["explain", "476d", "--endpoint", "http://127.0.0.1:1/sparql", "--timeout", "2"]) == 2
    assert "[endpoint-unreachable]" in capsys.readouterr().err
