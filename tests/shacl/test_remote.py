# SPDX-License-Identifier: Apache-2.0
"""A graph behind an endpoint: the same report as over the same terms in memory, or a refusal that says why."""

from __future__ import annotations

import gc
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Triple, parse

from imnm_kg.errors import ImnmError
from imnm_kg.rdf.endpoint import Endpoint
from imnm_kg.shacl import Report, ShapesError, read_shapes, validate
from imnm_kg.shacl.remote import RemoteShapesError, RemoteValidation
from imnm_kg.shacl.vocabulary import RDF, XSD, Term
from tests.conftest import SHARED, outside
from tests.examples import examples
from tests.sparql_server import SparqlServer, served

SUITE = SHARED / "suites" / "shacl" / "tests"
SHT = "http://www.w3.org/ns/shacl-test#"
PREFIXES = """
@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix ex: <http://example.org/> .
ex: sh:declare [ sh:prefix "ex" ; sh:namespace "http://example.org/"^^xsd:anyURI ] .
"""


@pytest.fixture(scope="module")
def server() -> Iterator[SparqlServer]:
    with served() as started:
        yield started


def turtle(text: str) -> list[Quad]:
    return list(parse(PREFIXES + text, format=RdfFormat.TURTLE))


def plain(term: Term | None) -> str:
    return "_:" if isinstance(term, BlankNode) else str(term)


def results(report: Report) -> Counter[tuple[str, ...]]:
    return Counter(
        (
            str(each.severity), plain(each.focus), str(each.path), plain(each.value), each.component.value,
            str(each.shape), str(each.constraint), *(re.sub(r"_:\w+", "_:", said.value) for said in each.messages),
        )
        for each in report.results
    )  # fmt: skip


def ask(endpoint: Endpoint, shapes: Sequence[Quad]) -> Report:
    gc.disable()  # the engine's results must not be dropped by a thread of the server, where a collection may start
    try:
        return RemoteValidation(endpoint, read_shapes(shapes)).report()
    finally:
        gc.enable()


def same(
    server: SparqlServer, data: Iterable[Quad | Triple], shapes: Sequence[Quad], most: int | None = None
) -> Report:
    here = validate(server.holds(data, most), shapes)
    there = ask(Endpoint(server.url, timeout=20), shapes)
    assert results(there) == results(here)
    assert there.focus_nodes == here.focus_nodes
    return there


# The suite of the W3C


def suite() -> list[tuple[str, Path, Path]]:
    found = []
    for path in sorted(SUITE.rglob("*.ttl")):
        triples = [quad.triple for quad in parse(path=path, base_iri=path.as_uri(), format=RdfFormat.TURTLE)]
        files = {each.predicate.value: each.object for each in triples if each.predicate.value.startswith(SHT)}
        data, shapes = files.get(f"{SHT}dataGraph"), files.get(f"{SHT}shapesGraph")
        if isinstance(data, NamedNode) and isinstance(shapes, NamedNode):
            name = path.relative_to(SUITE).with_suffix("").as_posix()
            found.append((name, *(Path(unquote(urlsplit(term.value).path)) for term in (data, shapes))))
    return found  # type: ignore[return-value]


TESTS = suite()
# What asks further about a blank node, or about the shapes.
REFUSED = {
    "core/complex/shacl-shacl", "core/node/class-002", "core/property/and-001", "core/property/class-001",
    "core/property/or-001", "core/property/qualifiedValueShape-001", "sparql/pre-binding/shapesGraph-001",
}  # fmt: skip


def quads(path: Path) -> list[Quad]:
    return list(parse(path=path, base_iri=path.as_uri(), format=RdfFormat.TURTLE))


@pytest.mark.parametrize("most", [None, 3])
@pytest.mark.parametrize("test", TESTS or [None], ids=[test[0] for test in TESTS] or ["suite"])
def test_the_suite_of_the_w3c(server: SparqlServer, test: tuple[str, Path, Path] | None, most: int | None) -> None:
    outside(SUITE, "the SHACL test suite of the W3C is not here")
    assert test is not None
    name, data, shapes = test
    if name in REFUSED:
        server.holds(quads(data), most)
        with pytest.raises(RemoteShapesError):
            ask(Endpoint(server.url, timeout=20), quads(shapes))
        return
    try:
        read_shapes(quads(shapes))
    except ShapesError:
        with pytest.raises(ShapesError):
            ask(Endpoint(server.url, timeout=20), quads(shapes))
        return
    same(server, quads(data), quads(shapes), most)


def test_nearly_all_of_the_suite_can_be_asked() -> None:
    outside(SUITE, "the SHACL test suite of the W3C is not here")
    assert len(TESTS) == 121
    assert {test[0] for test in TESTS} >= REFUSED


# Data at random

SHAPES = turtle("""
ex:All a sh:NodeShape ; sh:targetClass ex:C ; sh:targetSubjectsOf ex:p ; sh:targetNode ex:a, ex:nowhere, 7 ;
    sh:property ex:P, ex:Q, ex:Far ; sh:closed true ; sh:ignoredProperties ( ex:q ) ; sh:sparql ex:S, ex:Count .
ex:P a sh:PropertyShape ; sh:path ex:p ; sh:minCount 1 ; sh:maxCount 2 ; sh:datatype xsd:integer ; sh:class ex:C ;
    sh:equals ex:q ; sh:disjoint ex:r ; sh:lessThan ex:q ; sh:in ( 1 2 ex:a "x"@en ) ; sh:hasValue 1 ;
    sh:uniqueLang true ; sh:languageIn ( "en" ) ; sh:pattern "^h" ; sh:maxInclusive 5 ; sh:node ex:Deep .
ex:Q a sh:PropertyShape ; sh:path [ sh:inversePath ex:q ] ; sh:nodeKind sh:IRI ; sh:qualifiedValueShape ex:Deep ;
    sh:qualifiedMinCount 1 ; sh:minLength 19 ; sh:equals ex:p .
ex:Far a sh:PropertyShape ; sh:path ( [ sh:zeroOrMorePath ex:p ] [ sh:alternativePath ( ex:q ex:r ) ] ) ;
    sh:maxCount 1 ;
    sh:or ( [ sh:class ex:D ] [ sh:not [ sh:property [ sh:path ex:r ; sh:minCount 1 ] ] ] ) .
ex:Deep a sh:NodeShape ; sh:property [ sh:path [ sh:oneOrMorePath ex:q ] ; sh:minCount 1 ] .
ex:S sh:prefixes ex: ; sh:message "{$this} and {?value}" ;
    sh:select "SELECT $this ?value { $this ex:p ?value FILTER NOT EXISTS { ?value ex:r ?other } }" .
ex:Count sh:prefixes ex: ;
    sh:select "SELECT $this (COUNT(?o) AS ?value) { $this ex:q ?o } GROUP BY $this HAVING (COUNT(?o) > 1)" .
ex:Objects a sh:NodeShape ; sh:targetObjectsOf ex:p, ex:q ; sh:nodeKind sh:IRI .
""")
NODES: list[NamedNode] = [NamedNode(f"http://example.org/{name}") for name in "abcd"]
VALUES: list[Term] = [
    *NODES, Literal(1), Literal(2), Literal(9), Literal("x"), Literal("x", language="en"), Literal("h", language="de"),
    Literal('a "quoted" \\ text\n'),
]  # fmt: skip
RELATIONS = [NamedNode(f"http://example.org/{name}") for name in "pqr"]
CLASSES = [NamedNode(f"http://example.org/{name}") for name in "CDE"]
SUB_CLASS = NamedNode("http://www.w3.org/2000/01/rdf-schema#subClassOf")
TRIPLES = st.one_of(
    st.builds(Triple, st.sampled_from(NODES), st.sampled_from(RELATIONS), st.sampled_from(VALUES)),
    st.builds(Triple, st.sampled_from(NODES), st.just(NamedNode(f"{RDF}type")), st.sampled_from(CLASSES)),
    st.builds(Triple, st.sampled_from(CLASSES), st.just(SUB_CLASS), st.sampled_from(CLASSES)),
)


@settings(max_examples=12)
@given(data=st.lists(TRIPLES, max_size=25), most=st.sampled_from([None, 40, 8]))
def test_any_data(server: SparqlServer, data: list[Triple], most: int | None) -> None:
    same(server, data, SHAPES, most)


@pytest.mark.slow
@examples(100)
@given(data=st.lists(TRIPLES, max_size=25), most=st.sampled_from([None, 40, 8]))
def test_much_data(server: SparqlServer, data: list[Triple], most: int | None) -> None:
    same(server, data, SHAPES, most)


@settings(max_examples=10)
@given(data=st.lists(TRIPLES, max_size=25), most=st.integers(1, 3))
def test_a_result_that_is_cut_is_refused_or_whole_in_the_end(
    server: SparqlServer, data: list[Triple], most: int
) -> None:
    try:
        same(server, data, SHAPES, most)
    except ImnmError as error:
        assert error.code == "endpoint-cut"  # noqa: PT017
    except RemoteShapesError as error:
        assert error.what == "the result of its query for one node is larger than the server gives"  # noqa: PT017


# Cuts, batches, and what is asked


def persons(count: int) -> str:
    return "\n".join(f"ex:p{number} a ex:Person ; ex:age {number % 130} ; ex:name 'n' ." for number in range(count))


AGES = turtle("""
ex:S a sh:NodeShape ; sh:targetClass ex:Person ; sh:property [ sh:path ex:age ; sh:maxInclusive 120 ; sh:maxCount 1 ] .
""")


@pytest.mark.parametrize("most", [None, 100, 9])
def test_many_focus_nodes(server: SparqlServer, most: int | None) -> None:
    report = same(server, turtle(persons(1500)), AGES, most)
    assert report.focus_nodes == 1500
    assert len(report.results) == 11 * 9
    assert len(server.asked) < {None: 12, 100: 90, 9: 800}[most]


def test_long_values_are_asked_for_in_smaller_batches(server: SparqlServer) -> None:
    data = turtle("".join(f"ex:p{number} a ex:Person ; ex:age '{'x' * 1000}{number}' ." for number in range(50)))
    here = validate(server.holds(data), AGES)
    there = ask(Endpoint(server.url, largest=20_000), AGES)
    assert results(there) == results(here)
    assert len(there.results) == 50


def test_a_long_list_that_is_too_large_for_one_answer_comes_in_pages(server: SparqlServer) -> None:
    here = validate(server.holds(turtle(persons(12_000))), AGES)
    there = ask(Endpoint(server.url, largest=720_000), AGES)
    assert results(there) == results(here)
    assert there.focus_nodes == 12_000
    assert sum("ORDER BY" in query for query in server.asked) == 3


def test_only_what_the_shapes_look_at_is_asked_for(server: SparqlServer) -> None:
    same(server, turtle(persons(20)), AGES)
    assert not any("example.org/name" in query or "?predicate" in query for query in server.asked)
    assert all(re.match(r"(PREFIX .*\s+)*(SELECT|ASK)\b", query) for query in server.asked)


def test_one_node_with_more_values_than_an_answer_has_rows(server: SparqlServer) -> None:
    data = turtle("ex:a ex:p " + ", ".join(f"ex:o{number}, {number}, '{number}'" for number in range(300)) + " .")
    shapes = turtle("""
    ex:Closed a sh:NodeShape ; sh:targetNode ex:a ; sh:closed true ; sh:ignoredProperties ( ex:q ) .
    ex:S a sh:NodeShape ; sh:targetNode ex:a ;
        sh:property [ sh:path ex:p ; sh:maxCount 899 ; sh:nodeKind sh:IRI ], [ sh:path ( ex:p ex:q ) ; sh:minCount 1 ] .
    """)
    report = same(server, data, shapes, 50)
    assert len(report.results) == 900 + 1 + 600 + 1


@pytest.mark.parametrize("most", [0, 1])
def test_a_server_that_cuts_everything_never_gives_a_report(server: SparqlServer, most: int) -> None:
    server.holds(turtle(persons(20)), most)
    with pytest.raises(ImnmError) as caught:
        ask(Endpoint(server.url, timeout=20), AGES)
    assert caught.value.code == ("endpoint-cut" if most else "endpoint-answer")


def test_answers_without_rows_to_everything_are_no_report(server: SparqlServer) -> None:
    server.holds([])
    empty = (200, {"Content-Type": "application/json"}, b'{"head":{"vars":[]},"results":{"bindings":[]}}')
    server.odd = [empty] * 100
    with pytest.raises(ImnmError, match=r"\[endpoint-answer\]"):
        ask(Endpoint(server.url, timeout=20), AGES)


def test_an_answer_about_a_node_that_was_not_asked_about(server: SparqlServer) -> None:
    server.holds(turtle("ex:a ex:p 1 ."))
    number = f'"type":"literal","datatype":"{XSD}integer","value"'
    row = f'{{"imnmMark":{{{number}:"7"}},"value":{{{number}:"1"}}}},{{"imnmCount":{{{number}:"1"}}}}'
    server.odd = [(200, {"Content-Type": "application/json"}, f'{{"results":{{"bindings":[{row}]}}}}'.encode())]
    with pytest.raises(ImnmError, match=r"a node that was not asked about.*\[endpoint-answer\]"):
        ask(
            Endpoint(server.url, timeout=20),
            turtle("ex:S a sh:NodeShape ; sh:targetNode ex:a ; sh:property [ sh:path ex:p ; sh:minCount 1 ] ."),
        )


# Blank nodes

BLANK = """
ex:a a ex:C ; ex:p [ ex:q 1 ; a ex:D ], [ ex:q 2 ] ; ex:q _:x ; ex:r _:x . [] a ex:B ; ex:q 3 .
ex:b a ex:C ; ex:p ex:a ; ex:q ex:a . _:c a ex:Odd . ex:c ex:s _:x . ex:d ex:s _:x .
"""


@pytest.mark.parametrize(
    "shape",
    [
        "sh:targetClass ex:C ; sh:property [ sh:path ex:p ; sh:nodeKind sh:BlankNode ; sh:maxCount 1 ]",
        "sh:targetClass ex:C ; sh:property [ sh:path ex:p ; sh:datatype xsd:byte ; sh:in ( ex:a ) ; sh:pattern 'a' ]",
        "sh:targetClass ex:C ; sh:property [ sh:path ( ex:p ex:q ) ; sh:minInclusive 2 ; sh:minCount 2 ]",
        "sh:targetClass ex:C ; sh:property [ sh:path [ sh:alternativePath ( ex:q ex:r ) ] ; sh:maxCount 1 ]",
        "sh:targetClass ex:C ; sh:property [ sh:path [ sh:oneOrMorePath ex:p ] ; sh:maxCount 1 ]",
        "sh:targetClass ex:C ; sh:property [ sh:path [ sh:zeroOrMorePath ex:p ] ; sh:maxCount 2 ]",
        "sh:targetClass ex:C ; sh:property [ sh:path ( [ sh:zeroOrOnePath ex:p ] ex:q ) ; sh:maxCount 1 ]",
        "sh:targetClass ex:C ; sh:property [ sh:path ( ex:q [ sh:inversePath ex:s ] ) ; sh:maxCount 1 ]",
        "sh:targetClass ex:C ; sh:property [ sh:path ex:q ; sh:equals ex:p ; sh:lessThan ex:q ]",
        "sh:targetClass ex:B ; sh:nodeKind sh:IRI",
        "sh:targetSubjectsOf ex:q ; sh:nodeKind sh:IRI",
        "sh:targetClass ex:Odd, ex:B ; sh:targetSubjectsOf ex:q ; sh:targetObjectsOf ex:q, ex:r ; sh:nodeKind sh:IRI",
        "sh:targetClass ex:B ; sh:nodeKind sh:IRI . ex:T sh:targetSubjectsOf ex:q ; sh:closed false",
        "sh:targetObjectsOf ex:q ; sh:nodeKind sh:IRI . ex:T sh:targetObjectsOf ex:q ; sh:closed false",
        "sh:targetClass ex:C ; sh:closed true",
        "sh:targetClass ex:C ; sh:sparql [ sh:prefixes ex: ; sh:select 'SELECT $this ?value { $this ex:p ?value }' ]",
    ],
)
def test_a_blank_node_as_a_value(server: SparqlServer, shape: str) -> None:
    data = turtle(BLANK)
    if "sh:equals" in shape:
        data = [quad for quad in data if quad.subject == NODES[1]]
    same(server, data, turtle(f"ex:S a sh:NodeShape ; {shape} ."))


@pytest.mark.parametrize(
    ("shape", "what"),
    [
        ("sh:targetClass ex:B ; sh:property ex:I", "it asks for the values of <http://example.org/q> of a blank node"),
        ("sh:targetClass ex:C ; sh:property [ sh:path ex:p ; sh:property ex:I ]",
         "it asks for the values of <http://example.org/q> of a blank node"),
        ("sh:targetClass ex:C ; sh:property ex:I . ex:I sh:class ex:D",
         "it asks whether a blank node is an instance of <http://example.org/D>"),
        ("sh:targetClass ex:B ; sh:closed true . ex:I sh:minCount 1", "it asks for all properties of a blank node"),
        ("sh:targetClass ex:B ; sh:property ex:I . ex:I sh:path [ sh:inversePath ex:q ] . ex:J",
         "it asks for the subjects of <http://example.org/q> of a blank node"),
        ("sh:targetClass ex:C ; sh:property ex:I . ex:I sh:equals ex:r", "it compares blank nodes with those of r"),
        ("sh:targetClass ex:C ; sh:property ex:I . ex:I sh:disjoint ex:r", "it compares blank nodes with those of r"),
        ("sh:targetClass ex:B ; sh:sparql ex:I . ex:I sh:select 'SELECT $this { $this ?p ?o }' . ex:J",
         "a blank node would stand for $this in its query"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_about_a_blank_node(server: SparqlServer, shape: str, what: str) -> None:
    server.holds(turtle(BLANK))
    inner = "" if "sh:select" in shape else "ex:I sh:path ex:q ." if "inversePath" not in shape else ""
    shapes = turtle(f"ex:S a sh:NodeShape ; {shape.removesuffix(' . ex:J')} . {inner}")
    with pytest.raises(RemoteShapesError) as caught:
        ask(Endpoint(server.url, timeout=20), shapes)
    assert caught.value.what == what
    assert str(caught.value.node) in ("<http://example.org/S>", "<http://example.org/I>")


@pytest.mark.parametrize("matters", [True, False])
def test_a_class_that_is_a_blank_node(server: SparqlServer, matters: bool) -> None:
    data = turtle(
        "ex:a a ex:C . [] rdfs:subClassOf ex:C . ex:D rdfs:subClassOf ex:C, [] . _:x rdfs:subClassOf ex:C ."
        f"ex:b a ex:D, {'_:x' if matters else 'ex:E'} ."
    )
    shapes = turtle("ex:S a sh:NodeShape ; sh:targetClass ex:C ; sh:class ex:E .")
    if matters:
        server.holds(data)
        with pytest.raises(RemoteShapesError, match=r"a class below <http://example\.org/C> is a blank node"):
            ask(Endpoint(server.url, timeout=20), shapes)
    else:
        assert len(same(server, data, shapes).results) == 1


def test_more_blank_nodes_than_an_answer_has_rows(server: SparqlServer) -> None:
    data = turtle("ex:a ex:p " + ", ".join(["[]"] * 30) + " . " + "[] a ex:B ." * 30)
    for target in ("sh:targetNode ex:a", "sh:targetClass ex:B"):
        server.holds(data, 20)
        with pytest.raises(RemoteShapesError, match="more blank nodes than it puts into one answer"):
            ask(
                Endpoint(server.url, timeout=20),
                turtle(f"ex:S a sh:NodeShape ; {target} ; sh:property [ sh:path ex:p ; sh:maxCount 1 ] ."),
            )


# Queries of shapes


def asking(query: str, target: str = "sh:targetClass ex:Person") -> list[Quad]:
    """A shape with one constraint in SPARQL."""
    return turtle(f"ex:S a sh:NodeShape ; {target} ; sh:sparql [ sh:prefixes ex: ; sh:select {Literal(query)} ] .")


QUERIES = [
    "SELECT $this ?value { $this ex:age ?value FILTER (?value > 120) }",
    "SELECT $this ?value ?path { $this ?path ?value FILTER (isIRI(?value)) }",
    "SELECT DISTINCT $this { $this ex:age ?value FILTER NOT EXISTS { $this ex:name 'n' } } # the end",
    "SELECT $this (?age AS ?value) { $this ex:age ?age } ORDER BY DESC(?age) LIMIT 2",
    "SELECT $this (MAX(?age) AS ?value) { $this ex:age ?age } GROUP BY $this HAVING (MAX(?age) > 100)",
    "PREFIX foaf: <http://xmlns.com/foaf/0.1/>\nSELECT $this { $this a ex:Person MINUS2 }",
    "SELECT $this ?value { $this ex:age ?value . _:other ex:age ?value FILTER (?value < 3) }",
    "SELECT $this ?value { ?value a ex:Odd }",
    "SELECT $this ?value { $this (ex:age|ex:name)* ?value . }",
    "SELECT * { $this ex:age ?value { SELECT $this { $this ex:name ?n } LIMIT 3 } }",
]


@pytest.mark.parametrize("most", [None, 400])
@pytest.mark.parametrize("query", QUERIES)
def test_constraints_in_sparql(server: SparqlServer, query: str, most: int | None) -> None:
    text = query.replace(" MINUS2", " FILTER NOT EXISTS { $this foaf:knows ?x }")
    same(server, turtle(persons(150) + " ex:odd a ex:Odd ."), asking(text), most)


def test_components(server: SparqlServer) -> None:
    shapes = turtle("""
    ex:C a sh:ConstraintComponent ; sh:parameter [ sh:path ex:least ] ; sh:validator ex:V .
    ex:V a sh:SPARQLAskValidator ; sh:prefixes ex: ; sh:message "{$this} has {$value}, less than {$least}" ;
        sh:ask "ASK { FILTER ($value >= $least) }" .
    ex:D a sh:ConstraintComponent ; sh:parameter [ sh:path ex:few ] ; sh:nodeValidator ex:W .
    ex:W a sh:SPARQLSelectValidator ; sh:prefixes ex: ;
        sh:select "SELECT $this { $this ?p ?o } GROUP BY $this HAVING (COUNT(?o) > $few)" .
    ex:S a sh:NodeShape ; sh:targetClass ex:Person ; ex:few 2 ; sh:property [ sh:path ex:age ; ex:least 18 ] .
    """)
    report = same(server, turtle(persons(150)), shapes)
    assert len(report.results) == 36 + 150
    assert report.by_store == ("C", "D")


@pytest.mark.parametrize(
    ("query", "what"),
    [
        ("SELECT $this { GRAPH $shapesGraph { $this ?p ?o } }",
         "its query asks the shapes ($shapesGraph), which the server does not have"),
        ("SELECT $this ?value { $this ex:name ?n . ?value ex:name ?n }",
         "the result of its query for one node is larger than the server gives"),
    ],
)  # fmt: skip
def test_queries_that_cannot_be_asked(server: SparqlServer, query: str, what: str) -> None:
    server.holds(turtle(persons(150)), 100)
    shapes = asking(query, "sh:targetNode ex:p1")
    with pytest.raises(RemoteShapesError) as caught:
        ask(Endpoint(server.url, timeout=20), shapes)
    assert caught.value.what == what


class Slow(Endpoint):
    """A server that does not cope with many nodes at once, or is wrong about them."""

    def __init__(self, url: str, lies: bool) -> None:
        super().__init__(url)
        self.lies = lies

    def select(self, query: str, hurry: bool = False) -> list[dict[str, NamedNode | BlankNode | Literal]]:
        if not hurry:
            return super().select(query)
        if not self.lies:
            raise ImnmError("endpoint-unreachable", "it does not answer", "wait")
        return [{"imnmCount": Literal(0)}]


@pytest.mark.parametrize("lies", [True, False])
def test_nodes_are_asked_about_one_by_one_where_the_server_fails_at_many(server: SparqlServer, lies: bool) -> None:
    shapes = asking(QUERIES[0].replace("120", "0"))
    here = validate(server.holds(turtle(persons(20))), shapes)
    there = ask(Slow(server.url, lies), shapes)
    assert results(there) == results(here)
    assert len(there.results) == 19


# What the report says of itself


def test_components_that_the_store_has_a_say_in(server: SparqlServer) -> None:
    server.holds(turtle("ex:a ex:p 01 ."))
    report = ask(Endpoint(server.url, timeout=20), SHAPES)
    assert report.by_store == (
        "Datatype", "Disjoint", "Equals", "HasValue", "In", "LanguageIn", "LessThan", "MaxInclusive", "MinLength",
        "Pattern", "SPARQL", "UniqueLang",
    )  # fmt: skip
    shapes = (
        "ex:S a sh:NodeShape ; sh:targetNode ex:a ; sh:nodeKind sh:IRI ; sh:in ( ex:a ) ; sh:node ex:T . ex:T sh:{} ."
    )
    assert ask(Endpoint(server.url, timeout=20), turtle(shapes.format("hasValue ex:a"))).by_store == ()
    assert ask(Endpoint(server.url, timeout=20), turtle(shapes.format("hasValue 1"))).by_store == ("HasValue",)
    assert (
        ask(Endpoint(server.url, timeout=20), turtle(shapes.format("hasValue 1 ; sh:deactivated true"))).by_store == ()
    )
