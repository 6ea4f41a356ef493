# SPDX-License-Identifier: Apache-2.0
"""Text of single terms."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from imnm_kg.errors import ImnmError
from imnm_kg.rdf.terms import XSD, Terms, iri_text, literal_text, string_text

TERMS = Terms({"ex": "http://e/", "exa": "http://e/a/", "": "http://n#", "xsd": XSD, "zz": "http://e/"})


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("http://e/x", "ex:x"),
        ("http://e/a/x", "exa:x"),
        ("http://e/1.2-3_4", "ex:1.2-3_4"),
        ("http://n#x", ":x"),
        ("http://e/", "<http://e/>"),
        ("http://e/x.", "<http://e/x.>"),
        ("http://e/-x", "<http://e/-x>"),
        ("http://e/é", "<http://e/é>"),
        ("http://e/x%20", "<http://e/x%20>"),
        ("http://e/b/x", "<http://e/b/x>"),
        ("http://e/x\n", "<http://e/x\\u000A>"),
    ],
)
def test_iris(value: str, text: str) -> None:
    assert TERMS.iri(value) == text
    assert TERMS.iri(value) == text


def test_iri_escapes() -> None:
    assert iri_text('a:<>"{}|^`\\ ') == (r"<a:\u003C\u003E\u0022\u007B\u007D\u007C\u005E\u0060\u005C\u0020>")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("", '""'),
        ('a"b\\c', r'"a\"b\\c"'),
        ("\t\r\b\f\x01\x7f\u2028\u202e", r'"\t\r\b\f\u0001\u007F\u2028\u202E"'),
        ("é𝒳", '"é𝒳"'),
        ("a\nb", '"""a\nb"""'),
        ('a\r\n\t\\"b', '"""a\\r\n\\t\\\\"b"""'),
        ('"\n"""x"', '""""\n\\"\\""x\\""""'),
    ],
)
def test_strings(value: str, text: str) -> None:
    assert string_text(value) == text
    source = f"<a:a> <a:a> {text} ."
    (quad,) = ox.parse(input=source, format=ox.RdfFormat.TURTLE)
    assert isinstance(quad.object, ox.Literal)
    assert quad.object.value == value


@pytest.mark.parametrize(
    ("value", "datatype", "text"),
    [
        ("01", "integer", "01"),
        ("+1", "integer", "+1"),
        ("1.0", "integer", '"1.0"^^xsd:integer'),
        (" 1", "integer", '" 1"^^xsd:integer'),
        ("1\n", "integer", '"""1\n"""^^xsd:integer'),
        ("١", "integer", '"١"^^xsd:integer'),
        ("-.50", "decimal", "-.50"),
        ("1.", "decimal", '"1."^^xsd:decimal'),
        ("1", "decimal", '"1"^^xsd:decimal'),
        ("1E5", "double", "1E5"),
        ("1.e5", "double", "1.e5"),
        ("1.5", "double", '"1.5"^^xsd:double'),
        ("INF", "double", '"INF"^^xsd:double'),
        ("true", "boolean", "true"),
        ("1", "boolean", '"1"^^xsd:boolean'),
        ("x", "string", '"x"'),
        ("2020", "gYear", '"2020"^^xsd:gYear'),
    ],
)
def test_literals(value: str, datatype: str, text: str) -> None:
    literal = ox.Literal(value, datatype=ox.NamedNode(XSD + datatype))
    assert TERMS.literal(literal) == text
    source = f"@prefix xsd: <{XSD}> . <a:a> <a:a> {text} ."
    (quad,) = ox.parse(input=source, format=ox.RdfFormat.TURTLE)
    assert quad.object == literal


def test_language_tags_and_other_datatypes() -> None:
    assert literal_text(ox.Literal("x", language="EN-us"), {}) == '"x"@en-us'
    assert literal_text(ox.Literal("1", datatype=ox.NamedNode(f"{XSD}date")), {}) == f'"1"^^<{XSD}date>'
    with pytest.raises(ImnmError, match=r"\[turtle-syntax\]"):
        literal_text(ox.Literal("x", language="en", direction=ox.BaseDirection.LTR), {})
