# SPDX-License-Identifier: Apache-2.0
"""The tests of the W3C for the SPARQL 1.1 Protocol that only read, and those for the service description.

Each request of a test is sent as the manifest has it; its status must be one of those that are expected, and its body
of the form and the value. The path ``/sparql/`` of the manifest is the endpoint's.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Store, parse, serialize

from tests.conftest import SHARED, outside
from tests.serve.support import Server

SUITES = SHARED / "suites" / "sparql" / "sparql11"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
HT = "http://www.w3.org/2011/http#"
CNT = "http://www.w3.org/2011/content#"
DATA = "http://kasei.us/2009/09/sparql/data/"
# Those that write first and read what they wrote; this server does not write.
WRITING = {
    "update_dataset_default_graph", "update_dataset_default_graphs", "update_dataset_named_graphs",
    "update_dataset_full", "update_post_form", "update_post_direct", "update_base_uri",
}  # fmt: skip
READING = [
    "query_post_form", "query_dataset_default_graphs_get", "query_dataset_default_graphs_post",
    "query_dataset_named_graphs_post", "query_dataset_named_graphs_get", "query_dataset_full",
    "query_multiple_dataset", "query_get", "query_content_type_select", "query_content_type_ask",
    "query_content_type_describe", "query_content_type_construct", "query_post_direct", "bad_query_method",
    "bad_multiple_queries", "bad_query_wrong_media_type", "bad_query_missing_form_type",
    "bad_query_missing_direct_type", "bad_query_non_utf8", "bad_query_syntax", "bad_update_get",
    "bad_multiple_updates", "bad_update_wrong_media_type", "bad_update_missing_form_type", "bad_update_non_utf8",
    "bad_update_syntax", "bad_update_dataset_conflict",
]  # fmt: skip
TABULAR = {"application/sparql-results+json", "application/sparql-results+xml", "text/csv",
           "text/tab-separated-values"}  # fmt: skip
GRAPHS = {
    "text/turtle": RdfFormat.TURTLE,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/rdf+xml": RdfFormat.RDF_XML,
    "application/ld+json": RdfFormat.JSON_LD,
}

Node = NamedNode | BlankNode


class Manifest:
    def __init__(self, path: Path) -> None:
        self._store = Store()
        self._store.load(path=str(path), format=RdfFormat.TURTLE, base_iri="http://manifest/")

    def objects(self, subject: Node, predicate: str) -> list[Node | Literal]:
        quads = self._store.quads_for_pattern(subject, NamedNode(predicate), None, DefaultGraph())
        return [quad.object for quad in quads if isinstance(quad.object, NamedNode | BlankNode | Literal)]

    def one(self, subject: Node, predicate: str) -> str | None:
        return next((found.value for found in self.objects(subject, predicate)), None)

    def nodes(self, subject: Node, predicate: str) -> list[Node]:
        return [found for found in self.objects(subject, predicate) if not isinstance(found, Literal)]

    def items(self, head: Node) -> Iterator[Node]:
        while head.value != f"{RDF}nil":
            yield from self.nodes(head, f"{RDF}first")
            (head,) = self.nodes(head, f"{RDF}rest")

    def test(self, name: str) -> Node:
        quads = self._store.quads_for_pattern(None, NamedNode(f"{RDF}type"), NamedNode(f"{MF}ProtocolTest"))
        (found,) = {
            q.subject for q in quads if isinstance(q.subject, NamedNode) and q.subject.value.endswith(f"#{name}")
        }
        return found

    def names(self) -> set[str]:
        quads = self._store.quads_for_pattern(None, NamedNode(f"{RDF}type"), NamedNode(f"{MF}ProtocolTest"))
        return {q.subject.value.rpartition("#")[2] for q in quads if isinstance(q.subject, NamedNode)}


@pytest.fixture(scope="module")
def manifest() -> Manifest:
    return Manifest(outside(SUITES / "protocol" / "manifest.ttl", "the W3C's test suite is not here"))


@pytest.fixture(scope="module")
def kasei(manifest: Manifest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of the graphs that the tests speak of."""
    del manifest  # only so that the suite is there
    folder = tmp_path_factory.mktemp("kasei") / "release"
    folder.mkdir()
    issued = '<https://w3id.org/imnm-kg/dataset> <http://purl.org/dc/terms/issued> "2026-01-01" .\n'
    (folder / "imnm.ttl").write_text(issued, "utf-8")
    quads = []
    for number in (1, 2, 3):
        path = SUITES / "protocol" / f"data{number}.nt"
        for quad in parse(path=str(path), format=RdfFormat.N_TRIPLES):
            quads.append(Quad(quad.subject, quad.predicate, quad.object, NamedNode(f"{DATA}data{number}.rdf")))
    serialize(quads, str(folder / "imnm.nq"), format=RdfFormat.N_QUADS)
    started = Server(folder, "--rate", "0")
    yield started
    started.stop()


def test_the_list_of_tests_is_the_manifest_s(manifest: Manifest) -> None:
    assert len(READING) == 27
    assert manifest.names() == {*READING, *WRITING}


@pytest.mark.parametrize("name", READING)
def test_protocol(name: str, manifest: Manifest, kasei: Server) -> None:
    (action,) = manifest.nodes(manifest.test(name), f"{MF}action")
    (requests,) = manifest.nodes(action, f"{HT}requests")
    sent = list(manifest.items(requests))
    assert sent
    for request in sent:
        path = manifest.one(request, f"{HT}absolutePath")
        assert path is not None
        headers = {}
        for listed in manifest.nodes(request, f"{HT}headers"):
            for header in manifest.items(listed):
                headers[manifest.one(header, f"{HT}fieldName") or ""] = manifest.one(header, f"{HT}fieldValue") or ""
        body = None
        for content in manifest.nodes(request, f"{HT}body"):
            encoding = manifest.one(content, f"{CNT}characterEncoding") or "utf-8"
            body = (manifest.one(content, f"{CNT}chars") or "").encode(encoding)
        answer = kasei.ask(path, manifest.one(request, f"{HT}methodName") or "GET", body, headers)
        (response,) = manifest.nodes(request, f"{HT}resp")
        expected = {node.value[-3] for node in manifest.nodes(response, f"{MF}expectedStatus")}
        assert str(answer.status)[0] in expected, answer
        media_type = answer.headers["content-type"].partition(";")[0]
        form = manifest.one(response, f"{MF}expectedFormat")
        if form in ("boolean", "tabular"):
            assert media_type in TABULAR
        elif form == "RDF":
            assert list(parse(answer.body, format=GRAPHS[media_type])) is not None
        truth = manifest.one(response, f"{MF}expectedBoolean")
        if truth is not None:
            assert json.loads(answer.body)["boolean"] is (truth == "true")


@pytest.mark.parametrize("media_type", GRAPHS)
def test_service_description(media_type: str, kasei: Server) -> None:
    """The three of the suite: it is RDF, names its endpoint, and is as the schema wants it."""
    sd = "http://www.w3.org/ns/sparql-service-description#"
    answer = kasei.ask("/sparql", headers={"Accept": media_type})
    assert answer.status == 200
    assert answer.headers["content-type"].startswith(media_type)
    store = Store()
    store.load(answer.body, format=GRAPHS[media_type])
    endpoints = list(store.quads_for_pattern(None, NamedNode(f"{sd}endpoint"), NamedNode(f"{kasei.address}/sparql")))
    assert len(endpoints) == 1
    service = endpoints[0].subject
    assert store.query(f"ASK {{ {service} a <{sd}Service> ; <{sd}supportedLanguage> <{sd}SPARQL11Query> }}")
    wrong = f"""ASK {{
        {{ ?d a <{sd}Dataset> FILTER NOT EXISTS {{ ?d <{sd}defaultGraph> [ a <{sd}Graph> ] }} }} UNION
        {{ ?s <{sd}defaultDataset> ?d FILTER NOT EXISTS {{ ?d a <{sd}Dataset> }} }} UNION
        {{ ?d <{sd}namedGraph> ?g FILTER NOT EXISTS {{ ?g a <{sd}NamedGraph> ; <{sd}name> ?n }} }} }}"""
    assert not bool(store.query(wrong))
    names = store.query(f"SELECT ?n {{ ?d <{sd}namedGraph> [ <{sd}name> ?n ] }}")
    assert {row["n"].value for row in names} == {f"{DATA}data{number}.rdf" for number in (1, 2, 3)}  # type: ignore[union-attr]
