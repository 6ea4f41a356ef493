# SPDX-License-Identifier: Apache-2.0
"""Every id of an error or a finding in the code has a section in ``docs/errors.md``, and there is no other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "errors.md"
RAISED = ("ImnmError", "Finding")


class UnresolvedError(Exception):
    """The id of a call cannot be read off the code."""


def _name(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _code(call: ast.Call, position: int = 0, keyword: str = "code") -> ast.expr:
    named = next((word.value for word in call.keywords if word.arg == keyword), None)
    if named is not None:
        return named
    if len(call.args) <= position:
        raise UnresolvedError(f"line {call.lineno}: no id")
    return call.args[position]


def _parameters(function: ast.FunctionDef) -> list[str]:
    return [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]


def _loop_values(function: ast.AST, name: str) -> list[str]:
    """Give the strings that a loop over a tuple that is written out binds to a name."""
    found: list[str] = []
    for node in ast.walk(function):
        if not isinstance(node, ast.For) or not isinstance(node.iter, ast.Tuple):
            continue
        targets = node.target.elts if isinstance(node.target, ast.Tuple) else [node.target]
        places = [i for i, target in enumerate(targets) if isinstance(target, ast.Name) and target.id == name]
        for item in node.iter.elts if places else []:
            value = item.elts[places[0]] if isinstance(item, ast.Tuple) else item
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                found.append(value.value)
    return found


def _resolve(code: ast.expr, function: ast.FunctionDef | None, module: ast.Module) -> Iterator[str]:
    """Yield the ids that an expression can be; a family of them ends with ``*``."""
    if isinstance(code, ast.Constant) and isinstance(code.value, str):
        yield code.value
    elif isinstance(code, ast.IfExp):
        yield from _resolve(code.body, function, module)
        yield from _resolve(code.orelse, function, module)
    elif isinstance(code, ast.Name) and function is not None and code.id in _parameters(function):
        position = _parameters(function).index(code.id)
        for outer, call in _calls(module, (function.name,)):
            yield from _resolve(_code(call, position, code.id), outer, module)
    elif isinstance(code, ast.JoinedStr) and len(code.values) == 2:
        first, second = code.values
        if isinstance(first, ast.FormattedValue) and isinstance(second, ast.Constant):
            values = _loop_values(function or module, ast.unparse(first.value))
            if not values:
                raise UnresolvedError(ast.unparse(code))
            yield from (f"{value}{second.value!s}" for value in values)
        elif isinstance(first, ast.Constant):
            yield f"{first.value!s}*"
        else:
            raise UnresolvedError(ast.unparse(code))
    else:
        raise UnresolvedError(ast.unparse(code))


def _calls(module: ast.Module, names: tuple[str, ...]) -> Iterator[tuple[ast.FunctionDef | None, ast.Call]]:
    """Yield the calls of the named functions, each with the innermost function that it stands in."""

    def walk(node: ast.AST, function: ast.FunctionDef | None) -> Iterator[tuple[ast.FunctionDef | None, ast.Call]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Call) and _name(child) in names:
                yield function, child
            yield from walk(child, child if isinstance(child, ast.FunctionDef) else function)

    yield from walk(module, None)


def ids_in(source: str) -> set[str]:
    """Give the ids of all errors and findings that a module makes."""
    module = ast.parse(source)
    return {id_ for function, call in _calls(module, RAISED) for id_ in _resolve(_code(call), function, module)}


def ids_of_code() -> set[str]:
    """Give the ids of the whole package."""
    return {id_ for path in sorted((ROOT / "imnm_kg").rglob("*.py")) for id_ in ids_in(path.read_text("utf-8"))}


def sections() -> dict[str, str]:
    """Give the text of each section of the page by its heading; ``check-NAME`` counts as ``check-*``."""
    parts = re.split(r"^## (\S+)\n", PAGE.read_text("utf-8"), flags=re.MULTILINE)
    return {re.sub(r"-[A-Z]+$", "-*", head): body for head, body in zip(parts[1::2], parts[2::2], strict=True)}


def test_the_reading_of_ids_finds_every_way_to_write_one() -> None:
    source = """
def shared(code, place):
    return ImnmError(code, "x", "y")

def plain(name):
    raise ImnmError("plain", "x", "y") from None

def loop(items):
    for part, size in (("left", 1), ("right", 2)):
        yield Finding(f"{part}-differs", "x")
    yield Finding(code="by-keyword", message="x")
    yield Finding(f"check-{items}", "x")
    return shared("passed-on", 3), shared(place=3, code="passed-by-name")
"""
    assert ids_in(source) == {
        "plain", "left-differs", "right-differs", "by-keyword", "check-*", "passed-on", "passed-by-name",
    }  # fmt: skip


def test_an_id_that_cannot_be_read_is_an_error() -> None:
    with pytest.raises(UnresolvedError):
        ids_in("def f(x):\n    raise ImnmError(make(x), 'x', 'y')\n")


def test_no_id_lacks_its_section() -> None:
    assert sorted(ids_of_code() - set(sections())) == []


def test_no_section_is_superfluous() -> None:
    assert sorted(set(sections()) - ids_of_code()) == []


def test_sections_are_sorted_and_none_comes_twice() -> None:
    heads = re.findall(r"^## (\S+)$", PAGE.read_text("utf-8"), flags=re.MULTILINE)
    assert heads == sorted(set(heads), key=str.lower)


@pytest.mark.parametrize("head", sorted(sections()) if PAGE.exists() else [])
def test_a_section_has_meaning_example_and_remedy(head: str) -> None:
    body = sections()[head]
    example = re.search(r"^```text\n(?P<lines>.+?)\n```$", body, flags=re.MULTILINE | re.DOTALL)
    assert example is not None
    code = re.escape(head).replace(r"\*", r"[\w-]+")
    shown = re.compile(rf'\[{code}\]$|"code": ?"{code}"')  # on the command line, and over HTTP
    assert all(shown.search(line) for line in example["lines"].splitlines()), example["lines"]
    assert body[: example.start()].strip(), "what it means"
    assert re.search(r"^What to do: \S", body[example.end() :], flags=re.MULTILINE)
