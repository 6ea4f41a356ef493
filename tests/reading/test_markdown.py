# SPDX-License-Identifier: Apache-2.0
"""Markdown: headings, lists, code and what is no text."""

from __future__ import annotations

from pathlib import Path

import pytest

from imnm_kg.reading.markdown import markdown_blocks
from imnm_kg.reading.plain import MAX_BLOCKS
from tests.reading.support import one, zones


def blocks(text: str) -> list[tuple[str, int, str]]:
    return [(block.kind, block.level, text[block.start : block.end]) for block in markdown_blocks(text)]


@pytest.mark.parametrize(
    ("line", "level"),
    [
        ("# a", 1),
        ("###### a ##", 6),
        ("  ## a", 2),
        ("#", 1),
        ("#\ta", 1),
        ("a\n===", 1),
        ("a\nb\n---", 2),
        ("####### a", 0),
        ("#a", 0),
        ("    # a", 0),
    ],
)
def test_headings(line: str, level: int) -> None:
    assert [found for _, found, _ in blocks(f"x\n\n{line}\n\ny")] == [0, level, 0]


@pytest.mark.parametrize(
    "code",
    [
        "```\na\n\nb\n```",
        "~~~ python\na\n```\n~~~",
        "````\n```\n````",
        "    a",
        "\ta",
        "[a]: http://x.y 'z'",
        "![a](b)",
        "[![a](b)](c) ![d][e]",
    ],
)
def test_code_and_pictures_are_no_text(tmp_path: Path, code: str) -> None:
    record = one(tmp_path, "a.md", f"# T\n\nx\n\n{code}\n\ny")
    assert "".join(text for kind, _, text in zones(record) if kind == "Boilerplate").split() == code.split()


def test_a_fence_that_is_not_closed_goes_to_the_end() -> None:
    assert blocks("x\n\n```\na\n\nb") == [("", 0, "x"), ("Boilerplate", 0, "```\na\n\nb")]


def test_what_is_indented_below_an_item_is_text() -> None:
    assert blocks("- a\n\n    b\n\n        c\n\nd\n\n    e") == [
        ("", 0, "- a"), ("", 0, "b"), ("", 0, "c"), ("", 0, "d"), ("Boilerplate", 0, "e"),
    ]  # fmt: skip


def test_a_rule_is_no_text_and_no_heading() -> None:
    assert blocks("x\n\n---\n\n* * *\n\n___\ny") == [("", 0, "x"), ("", 0, "y")]


@pytest.mark.parametrize("text", ["---\na: b\n---\nx", "---\na: b\n...\nx", "---\r\na: b\r\n---\r\nx"])
def test_front_matter(tmp_path: Path, text: str) -> None:
    record = one(tmp_path, "a.md", text)
    assert record.text == text
    (kind, _, front), *rest = zones(record)
    assert (kind, front) == ("Boilerplate", text[:-1].strip())
    assert rest[0][2] == "x"


def test_three_dashes_alone_are_no_front_matter() -> None:
    assert [kind for kind, _, _ in blocks("---\nx\n\ny")] == ["", ""]


def test_the_title_is_plain(tmp_path: Path) -> None:
    assert one(tmp_path, "a.md", "# **A** [title](x)\n\ntext").title == "A title"


def test_markdown_without_headings_is_read_as_plain_text(tmp_path: Path) -> None:
    prose = "Sample myopathy is a disease of muscle that comes with weakness of the hips, and it is rare in children."
    record = one(tmp_path, "a.md", f"Sample Myopathy\n\n{prose}")
    assert (record.title, zones(record)[0][1]) == ("Sample Myopathy", "Sample Myopathy")


def test_a_file_of_too_many_blocks_is_one_body(tmp_path: Path) -> None:
    assert one(tmp_path, "a.md", "- a\n" * (MAX_BLOCKS + 10)).zones == ()
