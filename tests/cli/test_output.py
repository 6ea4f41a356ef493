# SPDX-License-Identifier: Apache-2.0
"""What a person sees: tables, widths, colours on a terminal only."""

from __future__ import annotations

import io

import pytest

from imnm_kg.cli.output import Style, format_table, progress, style_for, terminal_width, wrap


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")


PLAIN = Style(False)


def test_colours_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    assert style_for(Terminal()).colours
    assert not style_for(io.StringIO()).colours
    monkeypatch.setenv("NO_COLOR", "1")
    assert not style_for(Terminal()).colours
    monkeypatch.setenv("NO_COLOR", "")
    assert style_for(Terminal()).colours, "an empty NO_COLOR counts as none"


def test_a_dumb_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    assert not style_for(Terminal()).colours


def test_style() -> None:
    assert Style(True)("x", "bold", "red") == "\x1b[1;31mx\x1b[0m"
    assert Style(True)("", "bold") == ""
    assert PLAIN("x", "bold") == "x"


def test_width(monkeypatch: pytest.MonkeyPatch) -> None:
    assert terminal_width(io.StringIO()) is None
    monkeypatch.setenv("COLUMNS", "44")
    assert terminal_width(Terminal()) == 44
    assert terminal_width(io.StringIO()) is None, "nothing is cut where the output is a file"
    for odd in ("0", "wide", "-3", ""):
        monkeypatch.setenv("COLUMNS", odd)
        assert terminal_width(Terminal()) == 80


def test_a_table() -> None:
    text = format_table(["name", "n"], [["azathioprine", "1"], ["é", "22"]], PLAIN)
    assert text == "name          n\n────────────  ──\nazathioprine  1\né             22\n"


def test_a_table_without_rows() -> None:
    assert format_table(["a", "bb"], [], PLAIN) == "a  bb\n─  ──\n"


def test_wide_and_combining_letters_keep_columns() -> None:
    lines = format_table(["a", "b"], [["日本", "x"], ["e\u0301e", "y"], ["abcd", "z"]], PLAIN).splitlines()
    assert lines[2:] == ["日本  x", "e\u0301e    y", "abcd  z"]


def test_a_cell_is_one_line_and_sends_no_controls() -> None:
    text = format_table(["a"], [["two\nlines\tand \x1b[31mred\x07"]], PLAIN)
    assert text.splitlines()[2] == "two lines and \\x1b[31mred\\x07"


@pytest.mark.parametrize("width", [44, 60])
def test_a_narrow_terminal_wraps_the_widest_columns(width: int) -> None:
    rows = [["zilucoplan", "zilucoplan treatment did not improve IMNM symptoms", "Established"]]
    text = format_table(["treatment", "quote", "certainty"], rows, PLAIN, width)
    lines = text.splitlines()
    assert max(map(len, lines)) <= width
    assert len(lines) > 3
    assert all(word in text for word in ("zilucoplan", "did not", "improve", "symptoms", "Established"))


def test_a_wide_terminal_wraps_nothing() -> None:
    text = format_table(["a", "b"], [["x" * 50, "y" * 50]], PLAIN, 200)
    assert len(text.splitlines()) == 3


def test_a_very_narrow_terminal_still_ends() -> None:
    assert format_table(["aaaaaaaaaaaaaaaa"] * 4, [["b" * 30] * 4], PLAIN, 5)


def test_wrap() -> None:
    assert wrap("one two three", 7) == ["one two", "three"]
    assert wrap("abcdefghij", 4) == ["abcd", "efgh", "ij"]
    assert wrap("", 4) == [""]
    assert wrap("x", 0) == ["x"]


def test_progress(capsys: pytest.CaptureFixture[str]) -> None:
    progress(False)("a step")
    progress(True)("another")
    out, err = capsys.readouterr()
    assert (out, err) == ("", "· a step\n")
