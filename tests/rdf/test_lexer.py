# SPDX-License-Identifier: Apache-2.0
"""Tokens and statements of Turtle."""

from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imnm_kg.errors import ImnmError, Place
from imnm_kg.rdf.lexer import Token, lex, statements


def kinds(text: str) -> list[tuple[str, str]]:
    return [(token.kind, token.text) for token in lex(text, "f.ttl")]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("iri", "<http://e/é>"),
        ("iri", r"<http://e/\u00e9\U0001F600>"),
        ("iri", "<>"),
        ("pname", "ex:a"),
        ("pname", ":"),
        ("pname", ":a"),
        ("pname", "ex:"),
        ("pname", "e.x-1:a.b-c:d"),
        ("pname", r"ex:\,a\.%20b..c"),
        ("pname", "a:1"),
        ("pname", "prefix:x"),
        ("pname", "é:é·"),
        ("bnode", "_:b.1"),
        ("bnode", "_:1"),
        ("string", '""'),
        ("string", "''"),
        ("string", r'"a\"b\\"'),
        ("string", "'a\"b'"),
        ("string", '"""a"b""c\n\\""""'),
        ("string", '""""a"""'),
        ("string", "'''a'b\r\n'''"),
        ("string", r'"\u00e9\U0001F600"'),
        ("langtag", "@en-US-x1"),
        ("langtag", "@prefixed"),
        ("number", "-1"),
        ("number", "+.5"),
        ("number", "1.50"),
        ("number", "1.e-5"),
        ("number", ".1E+5"),
        ("number", "1e5"),
        ("keyword", "a"),
        ("keyword", "true"),
        ("keyword", "false"),
        ("keyword", "@prefix"),
        ("keyword", "@base"),
        ("keyword", "PREFIX"),
        ("keyword", "bAse"),
        ("punct", "^^"),
        ("comment", '# a <b> "c'),
    ],
)
def test_one_token(kind: str, text: str) -> None:
    assert kinds(text) == [(kind, text)]


def test_full_stop_ends_names_and_numbers() -> None:
    assert kinds("a:b.") == [("pname", "a:b"), ("punct", ".")]
    assert kinds("a:.#c") == [("pname", "a:"), ("punct", "."), ("comment", "#c")]
    assert kinds("_:b.\n") == [("bnode", "_:b"), ("punct", ".")]
    assert kinds("1.") == [("number", "1"), ("punct", ".")]
    assert kinds("true.") == [("keyword", "true"), ("punct", ".")]
    assert kinds("[a<x:y>]")[1] == ("keyword", "a")


def test_places_count_code_points_from_one() -> None:
    tokens = list(lex('"é𝒳" <a:a>\r\n\t"""x\ny""" a', "f.ttl"))
    assert tokens == [
        Token("string", '"é𝒳"', 1, 1, 0, 4),
        Token("iri", "<a:a>", 1, 6, 5, 10),
        Token("string", '"""x\ny"""', 2, 2, 13, 22),
        Token("keyword", "a", 3, 6, 23, 24),
    ]


@pytest.mark.parametrize(
    ("text", "line", "column", "what"),
    [
        ('a:b "x\ny" .', 1, 5, "string"),
        ("a:b\n  '''x", 2, 3, "string"),
        (r'"\x"', 1, 1, "string"),
        ("<a b>", 1, 1, "IRI"),
        ("a:b { }", 1, 5, "'{'"),
        ("\ufeff<a:b>", 1, 1, "U+FEFF"),
        ("a:b é", 1, 5, "é"),
    ],
)
def test_no_token_fits(text: str, line: int, column: int, what: str) -> None:
    with pytest.raises(ImnmError) as caught:
        list(lex(text, "f.ttl"))
    assert caught.value.code == "turtle-syntax"
    assert caught.value.place == Place("f.ttl", line, column)
    assert what in caught.value.what


def test_statements_and_their_comments() -> None:
    text = "# 1\n@prefix a: <a:> . PREFIX b: <b:>\nBASE <c:>\n# 2\n# 3\na:a a # 4\n a:b . #5"
    found = statements(lex(text, "f.ttl"), "f.ttl")
    assert [statement.kind for statement in found] == ["directive"] * 3 + ["triples", "end"]
    assert [[token.text for token in statement.before] for statement in found] == [
        ["# 1"],
        [],
        [],
        ["# 2", "# 3"],
        ["#5"],
    ]
    assert [token.text for token in found[3].tokens] == ["a:a", "a", "a:b", "."]
    assert [token.text for token in found[3].inside] == ["# 4"]


def test_statement_without_end() -> None:
    with pytest.raises(ImnmError, match=r"f.ttl:2:1: .*\[turtle-syntax\]"):
        statements(lex("<a:a> a <a:b> .\n<a:a> a <a:b>", "f.ttl"), "f.ttl")


def test_two_megabytes_are_quick() -> None:
    text = 'ex:s a ex:C ;\n    ex:p "some text here" , ex:o , 12 .\n\n' * 40_000
    start = time.perf_counter()
    count = sum(1 for _ in lex(text, "f.ttl"))
    assert count == 40_000 * 11
    assert time.perf_counter() - start < 10


def test_long_unfinished_string_is_quick() -> None:
    start = time.perf_counter()
    with pytest.raises(ImnmError):
        list(lex('"""' + 'a"' * 500_000, "f.ttl"))
    assert time.perf_counter() - start < 5


_PIECES = st.sampled_from(
    ["@prefix", "a", "ex:", "ex:a.b", "ex:a-1", "_:b.c", "<http://e/>", '"x"', '"""y\n"""', "'z'", "@en", "^^", "1.5e3",
     ".", ";", "[]", "true", "trues", "PREFIX", "base:", "%41", "\\-", "_", "-", "#", "\n", " ", ":", "{"]
)  # fmt: skip


@given(st.lists(_PIECES, max_size=12).map("".join))
def test_a_text_is_the_same_to_both_patterns(text: str) -> None:
    def tokens(whole: str) -> list[tuple[str, str, int]]:
        found: list[tuple[str, str, int]] = []
        with contextlib.suppress(ImnmError):
            found.extend((token.kind, token.text, token.start) for token in lex(whole, "x.ttl"))
        return found

    # A comment with a letter beyond ASCII asks for the other pattern.
    wide = tokens(f"{text}\n#\u00e9")
    narrow = tokens(f"{text}\n#e")
    assert wide[: len(narrow) - 1] == narrow[:-1]
    assert len(wide) == len(narrow)
