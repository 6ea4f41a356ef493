# SPDX-License-Identifier: Apache-2.0
"""Layers: nouns below, verbs above, the command line on top; no arrow runs the wrong way."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "imnm_kg"
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(PACKAGE.rglob("*.py"))
    if "_data" not in path.parts
}
# A layer may import those before it.
LAYERS = (
    "errors", "rdf", "shacl", "model", "reading", "lexicon", "extraction", "operations", "pipeline", "batch",
    "knowledge_graph", "serve", "cli",
)  # fmt: skip
# These compose operations and stand beside each other.
BESIDE = ("pipeline", "batch", "knowledge_graph")
APART = {(one, other) for one in BESIDE for other in BESIDE if one != other}
CATCH_ALL = {"imnm_kg.cli.main": "where every error ends, so that no traceback reaches a person"}


def imports(path: Path) -> set[str]:
    """Give the modules of the package that a file imports, at any depth of it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            module = node.module or ""
            found.add(module)
            found |= {f"{module}.{alias.name}" for alias in node.names if f"{module}.{alias.name}" in MODULES}
    return {name for name in found if name.split(".")[0] == "imnm_kg"}


def layer(module: str) -> str:
    return module.removeprefix("imnm_kg").removeprefix(".").split(".")[0]


def test_every_module_is_in_a_layer() -> None:
    assert {layer(module) for module in MODULES} == {*LAYERS, "", "__main__"}


@pytest.mark.parametrize("module", MODULES)
def test_imports_go_down_only(module: str) -> None:
    mine = layer(module)
    if mine in ("", "__main__"):
        return
    for name in imports(MODULES[module]):
        theirs = layer(name)
        if theirs == "":
            assert mine == "cli", f"{module} imports the package itself"
            continue
        assert LAYERS.index(theirs) <= LAYERS.index(mine), f"{module} imports {name}, which is above it"
        assert (mine, theirs) not in APART, f"{module} imports {name}"
        if mine == theirs == "operations":
            assert name in (module, "imnm_kg.operations"), f"a verb imports a verb: {module} imports {name}"


def test_only_the_program_imports_the_command_line() -> None:
    for module, path in MODULES.items():
        if layer(module) not in ("cli", "__main__"):
            assert not {name for name in imports(path) if layer(name) == "cli"}, module
    assert imports(MODULES["imnm_kg.__main__"]) == {"imnm_kg.cli.entry"}


def test_the_package_itself_imports_late() -> None:
    tree = ast.parse(MODULES["imnm_kg"].read_text(encoding="utf-8"))
    top = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    assert {node.module for node in top if isinstance(node, ast.ImportFrom)} == {"__future__", "typing"}


@pytest.mark.parametrize("module", MODULES)
def test_a_module_is_short_and_says_what_it_is_for(module: str) -> None:
    text = MODULES[module].read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 450
    purpose = (ast.get_docstring(ast.parse(text)) or "").splitlines()
    assert purpose, f"{module} does not say what it is for"
    assert 10 < len(purpose[0]) < 115
    assert purpose[0].endswith((".", '"', ":"))
    assert len(purpose) == 1 or purpose[1] == "", "the first line stands alone"


@pytest.mark.parametrize("module", MODULES)
def test_public_names_are_sorted_and_exist(module: str) -> None:
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__":
            names = ast.literal_eval(node.value)
            assert len(names) == len(set(names))
            assert names == sorted(names, key=lambda name: (not name.isupper(), not name[0].isupper(), name))
            imported = __import__(module, fromlist=["x"])
            assert all(hasattr(imported, name) for name in names)


@pytest.mark.parametrize("module", MODULES)
def test_errors_are_caught_by_name(module: str) -> None:
    broad = [
        node.lineno
        for node in ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8")))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or {"Exception", "BaseException"} & set(re.findall(r"\w+", ast.unparse(node.type))))
        and not any(isinstance(inner, ast.Raise) and inner.exc is None for inner in node.body)
    ]
    assert len(broad) == (1 if module in CATCH_ALL else 0), f"{module} catches everything in lines {broad}"


def names_at_the_top(module: str) -> set[str]:
    found = set()
    for node in ast.parse(MODULES[module].read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def test_heavy_libraries_are_imported_where_they_are_used() -> None:
    """Two modules import them at their top and say so; they are then imported late themselves."""
    heavy = {"ahocorasick_rs", "lxml", "owlready2", "pandas", "pyarrow", "pyshacl", "pyspark", "rdflib", "rfc8785"}
    heavy.add("SPARQLWrapper")
    late = {"imnm_kg.shacl.pyshacl_engine", "imnm_kg.shacl.rdflib_bridge"}
    for module in MODULES:
        top = names_at_the_top(module)
        if module not in late:
            assert not late & top, f"{module} imports {late & top} at its top"
            roots = {name.split(".")[0] for name in top}
            assert not roots & heavy, f"{module} imports {roots & heavy} at its top"
