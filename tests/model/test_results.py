# SPDX-License-Identifier: Apache-2.0
"""Answers: every form by value, unbound cells, languages, and forms that do not fit."""

from __future__ import annotations

import builtins
import csv
import io
import json
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Store, Triple, parse

from imnm_kg.errors import ImnmError
from imnm_kg.model.namespaces import XSD
from imnm_kg.model.results import Answer, Result, plain, serialize, short

QUERY = (Path(__file__).parents[1] / "fixtures" / "results" / "rows.rq").read_text(encoding="utf-8")
PREFIXES = {"e": "http://example.org/", "long": "http://example.org/long/"}
RESULTS = "{http://www.w3.org/2005/sparql-results#}"


def ask(text: str) -> Result:
    return Store().query(text)


def test_rows() -> None:
    """The engine writes numbers in their canonical form, so "01" is answered as 1."""
    answer = Answer.of(ask(QUERY))
    assert answer.variables == ("name", "node", "number")
    assert answer.rows == (
        (Literal("plain"), NamedNode("http://example.org/a"), Literal("1", datatype=XSD.integer)),
        (Literal("Wort", language="de"), None, Literal("1.5", datatype=XSD.decimal)),
        (Literal('a, "b"\n\tc'), NamedNode("http://example.org/é"), None),
    )
    assert len(answer) == 3
    assert (answer.boolean, answer.triples) == (None, None)
    assert list(answer) == [
        {"name": "plain", "node": "http://example.org/a", "number": 1},
        {"name": "Wort", "node": None, "number": 1.5},
        {"name": 'a, "b"\n\tc', "node": "http://example.org/é", "number": None},
    ]


def test_csv() -> None:
    text = serialize(ask(QUERY), "csv", {})
    assert list(csv.reader(io.StringIO(text))) == [
        ["name", "node", "number"],
        ["plain", "http://example.org/a", "1"],
        ["Wort", "", "1.5"],
        ['a, "b"\n\tc', "http://example.org/é", ""],
    ]


def test_tsv() -> None:
    assert serialize(ask(QUERY), "tsv", {}).splitlines() == [
        "?name\t?node\t?number",
        '"plain"\t<http://example.org/a>\t1',
        '"Wort"@de\t\t1.5',
        '"a, \\"b\\"\\n\\tc"\t<http://example.org/é>\t',
    ]


def test_json() -> None:
    answer = json.loads(serialize(ask(QUERY), "json", {}))
    assert answer["head"] == {"vars": ["name", "node", "number"]}
    assert answer["results"]["bindings"] == [
        {
            "name": {"type": "literal", "value": "plain"},
            "node": {"type": "uri", "value": "http://example.org/a"},
            "number": {"type": "literal", "value": "1", "datatype": XSD + "integer"},
        },
        {
            "name": {"type": "literal", "value": "Wort", "xml:lang": "de"},
            "number": {"type": "literal", "value": "1.5", "datatype": XSD + "decimal"},
        },
        {
            "name": {"type": "literal", "value": 'a, "b"\n\tc'},
            "node": {"type": "uri", "value": "http://example.org/é"},
        },
    ]


def test_xml() -> None:
    root = ET.fromstring(serialize(ask(QUERY), "xml", {}))
    assert [item.attrib["name"] for item in root.iter(f"{RESULTS}variable")] == ["name", "node", "number"]
    rows = [{binding.attrib["name"]: binding[0].text for binding in result} for result in root.iter(f"{RESULTS}result")]
    assert rows == [
        {"name": "plain", "node": "http://example.org/a", "number": "1"},
        {"name": "Wort", "number": "1.5"},
        {"name": 'a, "b"\n\tc', "node": "http://example.org/é"},
    ]
    literals = [item.attrib for item in root.iter(f"{RESULTS}literal")]
    assert {"{http://www.w3.org/XML/1998/namespace}lang": "de"} in literals


@pytest.mark.parametrize(("query", "value"), [("ASK { }", True), ("ASK { FILTER(false) }", False)])
def test_ask(query: str, value: bool) -> None:
    answer = Answer.of(ask(query))
    assert (answer.boolean, answer.rows, answer.triples, len(answer)) == (value, (), None, 0)
    assert serialize(ask(query), "csv", {}) == serialize(ask(query), "tsv", {}) == f"{str(value).lower()}\n"
    assert json.loads(serialize(ask(query), "json", {}))["boolean"] is value
    found = ET.fromstring(serialize(ask(query), "xml", {})).find(f"{RESULTS}boolean")
    assert found is not None
    assert found.text == str(value).lower()


def test_graph() -> None:
    query = 'CONSTRUCT { <http://example.org/a> <http://example.org/p> 1 , "x"@de } WHERE { }'
    answer = Answer.of(ask(query))
    assert answer.triples is not None
    assert len(answer) == 2
    text = serialize(ask(query), "turtle", PREFIXES)
    assert {quad.triple for quad in parse(text, format=RdfFormat.TURTLE)} == set(answer.triples)
    assert "e:a e:p " in text
    assert serialize(answer.triples, "turtle", PREFIXES) == text


@pytest.mark.parametrize("form", ["csv", "tsv", "json", "xml"])
def test_a_graph_is_no_table(form: str) -> None:
    with pytest.raises(ImnmError, match=f"a graph cannot be written as {form}; use --format turtle"):
        serialize(ask("CONSTRUCT { <x:a> <x:b> <x:c> } WHERE { }"), form, {})


@pytest.mark.parametrize("query", ["SELECT ?a { }", "ASK { }"])
def test_rows_are_no_graph(query: str) -> None:
    with pytest.raises(ImnmError, match=r"rows cannot be written as Turtle; .*\[format-unfit\]"):
        serialize(ask(query), "turtle", {})


@pytest.mark.parametrize("form", ["csv", "tsv", "json", "xml"])
def test_no_rows_end_with_a_line_end(form: str) -> None:
    text = serialize(ask("SELECT ?a { FILTER(false) }"), form, {})
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


@pytest.mark.parametrize(
    ("term", "value"),
    [
        (None, None),
        (NamedNode("http://e/a"), "http://e/a"),
        (BlankNode("b"), "b"),
        (Literal("x"), "x"),
        (Literal("x", language="en"), "x"),
        (Literal("007", datatype=XSD.integer), 7),
        (Literal("seven", datatype=XSD.integer), "seven"),
        (Literal("1.10", datatype=XSD.decimal), 1.1),
        (Literal("1e3", datatype=XSD.double), 1000.0),
        (Literal("one", datatype=XSD.double), "one"),
        (Literal("true", datatype=XSD.boolean), True),
        (Literal("1", datatype=XSD.boolean), True),
        (Literal("0", datatype=XSD.boolean), False),
        (Literal("2026-11-23", datatype=XSD.date), "2026-11-23"),
    ],
)
def test_plain(term: Any, value: Any) -> None:
    assert plain(term) == value
    assert type(plain(term)) is type(value)


@pytest.mark.parametrize(
    ("term", "text"),
    [
        (None, ""),
        (NamedNode("http://example.org/a"), "e:a"),
        (NamedNode("http://example.org/long/a"), "long:a"),
        (NamedNode("http://example.org/other/a"), "http://example.org/other/a"),
        (NamedNode("http://example.org/a#b"), "http://example.org/a#b"),
        (NamedNode("http://elsewhere.org/a"), "http://elsewhere.org/a"),
        (Literal("a word", language="en"), "a word"),
        (BlankNode("b"), "_:b"),
    ],
)
def test_short(term: Any, text: str) -> None:
    assert short(term, PREFIXES) == text


def test_to_pandas() -> None:
    pytest.importorskip("pandas", reason="pandas is not installed")
    frame = Answer.of(ask(QUERY)).to_pandas()
    assert list(frame.columns) == ["name", "node", "number"]
    assert frame["name"].tolist() == ["plain", "Wort", 'a, "b"\n\tc']
    assert frame["number"].tolist()[:2] == [1, 1.5]
    assert frame["node"].isna().tolist() == [False, True, False]
    assert list(Answer(("a", "b")).to_pandas().columns) == ["a", "b"], "the columns of no row"


def test_pandas_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def no_pandas(name: str, *rest: Any) -> Any:
        if name == "pandas":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.delitem(sys.modules, "pandas", raising=False)
    monkeypatch.setattr(builtins, "__import__", no_pandas)
    with pytest.raises(ImnmError, match=r"install it with pip install 'imnm-kg\[pandas\]' \[pandas-missing\]"):
        Answer().to_pandas()


def test_an_answer_of_triples() -> None:
    triple = Triple(NamedNode("http://e/a"), NamedNode("http://e/p"), Literal("1"))
    assert Answer.of((triple,)).triples == (triple,)
    assert len(Answer.of(())) == 0
