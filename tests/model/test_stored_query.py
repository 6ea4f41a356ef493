# SPDX-License-Identifier: Apache-2.0
"""Stored queries: headers, parameters of every type, and that nothing given is ever read as query text."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, QuerySolutions, Store

from imnm_kg.errors import ImnmError, Place
from imnm_kg.model.folders import Folders
from imnm_kg.model.namespaces import BASE, ENTITY, IMNM, XSD
from imnm_kg.model.stored_query import StoredQuery, list_queries, load_query, nearest, read_query

FIXTURES = Path(__file__).parents[1] / "fixtures" / "stored-queries"


@pytest.fixture(scope="module")
def every() -> StoredQuery:
    """A query with a parameter of every type, and decoys."""
    return read_query(FIXTURES / "every-type.rq", "question", "every-type.rq")


def row(text: str) -> dict[str, object]:
    """Run a query that has one row."""
    solutions = Store().query(text)
    assert isinstance(solutions, QuerySolutions)
    (only,) = list(solutions)
    return {variable.value: only[variable.value] for variable in solutions.variables}


# Headers


def test_header(every: StoredQuery) -> None:
    assert (every.name, every.kind, every.path) == ("every-type", "question", "every-type.rq")
    assert every.title == "Every type"
    assert every.description == "A row has the value of each parameter."
    assert every.header["keywords"] == "test, parameter"
    assert every.prefixes == {
        "entity": "https://w3id.org/imnm-kg/entity/",
        "imnm": "https://w3id.org/imnm-kg/ontology/",
    }
    assert [(p.name, p.type, p.choices, p.default) for p in every.parameters] == [
        ("entity", "entity", (), "entity:imnm"),
        ("claim", "claim", (), "UNDEF"),
        ("document", "document", (), "UNDEF"),
        ("certainty", "term", ("Established", "Possible"), "imnm:Possible"),
        ("text", "string", (), '"none"'),
        ("number", "integer", (), "7"),
    ]
    assert every.parameters[3].takes == "one of Established, Possible"


def test_it_runs_as_it_is(every: StoredQuery) -> None:
    assert every.bind({}) == every.text
    assert row(every.text) == {
        "entity": ENTITY.imnm,
        "claim": None,
        "document": None,
        "certainty": IMNM.Possible,
        "text": Literal("none"),
        "number": Literal("7", datatype=XSD.integer),
        "decoy": Literal('VALUES ?text { "string" }'),
        "long": Literal('\nVALUES ?text { "long" }\n'),
    }


@pytest.mark.parametrize(
    ("file", "line", "what"),
    [
        ("no-title", 1, "the header has no '# title: …'"),
        ("no-description", 1, "the header has no '# description: …'"),
        ("param-form", 4, "'# param: entity' is not in the form 'name type - description'"),
        ("param-type", 4, "'# param: entity thing - what it is' is not in the form 'name type - description'"),
        ("param-without-values", 5, "no 'VALUES ?other { … }' with one value for the parameter"),
        ("param-two-values", 4, "no 'VALUES ?entity { … }' with one value for the parameter"),
        ("param-in-comment", 4, "no 'VALUES ?entity { … }' with one value for the parameter"),
    ],
)
def test_header_errors(file: str, line: int, what: str) -> None:
    with pytest.raises(ImnmError) as caught:
        read_query(FIXTURES / "broken" / f"{file}.rq", "question", f"{file}.rq")
    assert (caught.value.code, caught.value.place) == ("query-header", Place(f"{file}.rq", line))
    assert caught.value.what == what


def test_every_broken_file_is_tested() -> None:
    marks = [mark for mark in test_header_errors.pytestmark if mark.name == "parametrize"]  # type: ignore[attr-defined]
    assert {path.stem for path in (FIXTURES / "broken").glob("*.rq")} == {case[0] for case in marks[0].args[1]}


# Values


@pytest.mark.parametrize(
    ("name", "given_", "bound"),
    [
        ("entity", "zilucoplan", ENTITY.zilucoplan),
        ("entity", "entity:complement-c5", ENTITY.term("complement-c5")),
        ("entity", "https://example.org/a?b=c#d", NamedNode("https://example.org/a?b=c#d")),
        ("entity", "<http://example.org/é>", NamedNode("http://example.org/é")),
        ("claim", "41c61e0383f1cb370afe3533c7704bf8", NamedNode(f"{BASE}claim/41c61e0383f1cb370afe3533c7704bf8")),
        ("document", "mda-medical-management", NamedNode(f"{BASE}document/mda-medical-management")),
        ("certainty", "Established", IMNM.Established),
        ("certainty", "established", IMNM.Established),
        ("certainty", "imnm:POSSIBLE", IMNM.Possible),
        ("text", "", Literal("")),
        ("text", 'a "quoted" \\ text } DROP ALL # no', Literal('a "quoted" \\ text } DROP ALL # no')),
        ("text", "\\u003E \\U0000003E", Literal("\\u003E \\U0000003E")),
        ("text", "two\nlines\r\n\tand a tab", Literal("two\nlines\r\n\tand a tab")),
        ("number", "0", Literal("0", datatype=XSD.integer)),
        ("number", "-12", Literal("-12", datatype=XSD.integer)),
        ("number", "+007", Literal("7", datatype=XSD.integer)),
        ("entity", ENTITY.rituximab, ENTITY.rituximab),
        ("text", Literal("Wort", language="de"), Literal("Wort", language="de")),
    ],
)
def test_values(every: StoredQuery, name: str, given_: str | NamedNode | Literal, bound: NamedNode | Literal) -> None:
    found = row(every.bind({name: given_}))
    assert found == {**row(every.text), name: bound}


INJECTIONS = [
    "imnm> } DROP ALL #",
    "imnm } DROP ALL #",
    "imnm\n} DROP ALL",
    'imnm" } ; DROP ALL',
    "imnm\\u003E",
    "http://e/\\u003E } DROP ALL",
    "http://e/a> } DROP ALL { <http://e/b",
    "http://e/a b",
    "<http://e/a",
    "http://[",
    "http://e/%zz",
    "http://e/\x01",
    "http://e/\ud800",
    "entity:a b",
    "entity:",
    "entity:a>",
    "entity:a/../b",
    "nosuchprefix:a",
    "-a",
    "a.",
    "",
    "?entity",
    "UNDEF }",
    "ims\u0131n\u00a0",
]


@pytest.mark.parametrize("name", ["entity", "claim", "document", "certainty", "number"])
@pytest.mark.parametrize("text", INJECTIONS)
def test_what_is_no_value_is_refused(every: StoredQuery, name: str, text: str) -> None:
    with pytest.raises(ImnmError) as caught:
        every.bind({name: text})
    assert caught.value.code == "parameter-type"
    assert caught.value.remedy.startswith("give ")


@pytest.mark.parametrize("text", ["41c61e0383f1", "41C61E0383F1CB370AFE3533C7704BF8", "g" * 32])
def test_a_claim_is_32_digits(every: StoredQuery, text: str) -> None:
    with pytest.raises(ImnmError, match=r"'.*' is no value of claim; give a claim: its 32 digits"):
        every.bind({"claim": text})


@pytest.mark.parametrize("text", ["1.0", "1e3", "0x10", " 1", "1" * 19, "", "--1", "one"])
def test_no_whole_number(every: StoredQuery, text: str) -> None:
    with pytest.raises(ImnmError, match="is no value of number; give a whole number"):
        every.bind({"number": text})


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])) | st.sampled_from(INJECTIONS[:7]))
def test_any_text_is_bound_as_exactly_that_literal(text: str) -> None:
    query = read_query(FIXTURES / "every-type.rq", "question")
    assert row(query.bind({"text": text}))["text"] == Literal(text)


@given(st.sampled_from(["entity", "claim", "document", "certainty", "number"]), st.text(max_size=40))
def test_any_other_value_is_refused_or_one_term(name: str, text: str) -> None:
    query = read_query(FIXTURES / "every-type.rq", "question")
    try:
        bound = query.bind({name: text})
    except ImnmError as error:
        assert error.code == "parameter-type"  # noqa: PT017 - it need not be refused
    else:
        found = row(bound)
        assert {key: value for key, value in found.items() if key != name} == {
            key: value for key, value in row(query.text).items() if key != name
        }


def test_a_text_that_is_no_unicode_is_refused(every: StoredQuery) -> None:
    with pytest.raises(ImnmError, match=r"\[parameter-type\]"):
        every.bind({"text": "half a pair \ud800"})


def test_values_in_comments_and_strings_are_no_slots(every: StoredQuery) -> None:
    bound = every.bind({"text": "X", "number": "3"})
    assert 'VALUES ?text { "string" }' in bound
    assert 'VALUES ?text { "long" }' in bound
    assert '# VALUES ?text { "comment" }' in bound
    assert bound.count('VALUES ?text { "X" }') == 1


def test_unknown_parameter(every: StoredQuery, folders: Folders) -> None:
    with pytest.raises(ImnmError, match=r"query every-type has no parameter 'certanty'; did you mean certainty"):
        every.bind({"certanty": "Possible"})
    with pytest.raises(ImnmError, match=r"has no parameter 'zzz'; known: certainty, claim, document, entity"):
        every.bind({"zzz": "1"})
    plain = read_query(folders.queries / "checks" / "deprecated-terms.rq", "check")
    with pytest.raises(ImnmError, match=r"has no parameter 'x'; it takes none \[parameter-unknown\]"):
        plain.bind({"x": "1"})


def test_prefixes_that_are_given(every: StoredQuery) -> None:
    bound = every.bind({"entity": "drug:a"}, {"drug": "http://e/drug/", "entity": "http://e/never/"})
    assert row(bound)["entity"] == NamedNode("http://e/drug/a")
    assert row(every.bind({"entity": "entity:a"}, {"entity": "http://e/never/"}))["entity"] == ENTITY.a


# Finding


def test_load(folders: Folders) -> None:
    assert load_query(folders.queries, "treatments").kind == "question"
    assert load_query(folders.queries, "dangling-iris").kind == "check"


@pytest.mark.parametrize("name", ["../rules/inverse", "", ".", "treatments.rq", "inverse", "/etc/passwd"])
def test_what_is_no_name(folders: Folders, name: str) -> None:
    with pytest.raises(ImnmError, match=r"there is no stored query '.*\[query-unknown\]$"):
        load_query(folders.queries, name)


def test_nearest_query(folders: Folders) -> None:
    with pytest.raises(ImnmError, match=r"did you mean treatments or "):
        load_query(folders.queries, "treatment")


def test_nearest() -> None:
    assert nearest("abd", ["abc", "xyz"], "none") == "did you mean abc?"
    assert nearest("q", ["b", "a"], "none") == "known: a, b"
    assert nearest("q", [], "none") == "none"
    assert nearest("q", [f"name{n}" for n in range(13)], "none") == "none"


def test_every_stored_query_is_read(folders: Folders) -> None:
    for kind in ("question", "check", "rule"):
        found = list_queries(folders.queries, kind)
        names = [query.name for query in found]
        assert names == sorted(path.stem for path in (folders.queries / f"{kind}s").iterdir())
        assert all(query.kind == kind for query in found)
