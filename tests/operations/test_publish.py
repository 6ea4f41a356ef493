# SPDX-License-Identifier: Apache-2.0
"""Publish: the same bytes, literals as written, and a former release that no failure harms."""

from __future__ import annotations

import json
import os
import stat
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, RdfFormat, parse

from imnm_kg.errors import ImnmError
from imnm_kg.model.folders import Folders
from imnm_kg.model.namespaces import BASE, ENTITY, GRAPH, RDF, XSD
from imnm_kg.operations.publish import check_writable, render_release, statistics, write_release
from imnm_kg.pipeline import Dataset, build, derive
from imnm_kg.rdf.canonical import canonical_lines, union
from tests.operations.support import turtle

OLD = {"imnm.ttl": "old", "imnm.nq": "old", "stats.json": "old"}
NEW = {"imnm.ttl": "new", "imnm.nq": "new", "void.ttl": "new"}


def files_of(folder: Path) -> dict[str, str]:
    return {str(p.relative_to(folder)): p.read_text() for p in sorted(folder.rglob("*")) if p.is_file()}


# What is rendered


def test_the_same_bytes_twice(dataset: Dataset) -> None:
    prefixes, version = dataset.assembly.prefixes, dataset.version
    one = render_release(dataset.quads, dataset.claims, prefixes, version)
    two = render_release(tuple(reversed(dataset.quads)), dataset.claims, prefixes, version)
    assert one == two
    assert set(one) == {"imnm.ttl", "imnm.trig", "imnm.nq", "void.ttl", "stats.json"}
    assert all(text.endswith("\n") and not text.endswith("\n\n") and "\r" not in text for text in one.values())


def test_two_builds_give_the_same_bytes(world: Path) -> None:
    one, two = (build(Folders(world), world / "documents", with_reasoner=False) for _ in range(2))
    assert one.findings == two.findings == ()
    assert one.files == two.files
    assert "report.ttl" in one.files


def test_all_forms_say_the_same(dataset: Dataset, release: Path) -> None:
    lines = (release / "imnm.nq").read_text(encoding="utf-8").splitlines()
    assert lines == sorted(lines) == canonical_lines(dataset.quads)
    assert canonical_lines(parse(path=release / "imnm.trig", format=RdfFormat.TRIG)) == lines
    merged = list(parse(path=release / "imnm.ttl", format=RdfFormat.TURTLE))
    assert canonical_lines(merged) == canonical_lines(union(dataset.quads))
    assert not any(isinstance(quad.graph_name, DefaultGraph) for quad in dataset.quads)


def test_literals_are_those_of_the_files() -> None:
    written = ['"1.10"^^xsd:decimal', '"01"^^xsd:integer', '"1E0"^^xsd:double', '"1"^^xsd:boolean', '"a\\tb\\u0000"',
               '"Wort"@de',
               '"""two\nlines"""', '"2026-11-23Z"^^xsd:date', '" 7 "^^xsd:integer']  # fmt: skip
    quads = [
        Quad(ENTITY.a, NamedNode(f"{BASE}p{number}"), turtle(f"<x:s> <x:p> {text} .")[0].object, GRAPH.one)
        for number, text in enumerate(written)
    ]
    files = render_release(quads, (), {"xsd": str(XSD)}, "1")
    expected = {quad.object for quad in quads}
    for name, form in (
        ("imnm.ttl", RdfFormat.TURTLE),
        ("imnm.trig", RdfFormat.TRIG),
        ("imnm.nq", RdfFormat.N_QUADS),
    ):
        assert {quad.object for quad in parse(files[name], format=form)} == expected, name
    assert Literal("1.10", datatype=XSD.decimal) in expected


def test_no_wall_clock_and_no_path_of_a_machine(release: Path) -> None:
    for name, text in files_of(release).items():
        assert str(Path.cwd()) not in text, name
        assert str(Path.home()) not in text or str(Path.home()) == "/", name


def test_headers(release: Path) -> None:
    for name in ("imnm.ttl", "imnm.trig", "void.ttl"):
        assert (
            (release / name).read_text(encoding="utf-8").startswith("# SPDX-License-Identifier: CC-BY-4.0\n# imnm-kg ")
        )


def test_statistics(dataset: Dataset, release: Path) -> None:
    stats: dict[str, Any] = statistics(dataset.quads, dataset.claims)
    assert json.loads((release / "stats.json").read_text(encoding="utf-8")) == stats
    assert stats["quads"] == len(dataset.quads)
    assert stats["triples"] == len({(q.subject, q.predicate, q.object) for q in dataset.quads})
    assert sum(stats["graphs"].values()) == stats["quads"]
    assert stats["claims"]["total"] == len(dataset.claims) == sum(stats["claims"]["polarity"].values())
    assert stats["claims"]["polarity"]["Negated"] == 4
    assert (
        sum(stats["claims"]["certainty"].values()) == sum(stats["claims"]["predicate"].values()) == len(dataset.claims)
    )
    assert stats["evidence"]["total"] == sum(stats["evidence"]["role"].values())
    assert stats["instances"]["Claim"] == len(dataset.claims)


def test_void(dataset: Dataset, release: Path) -> None:
    void = list(parse(path=release / "void.ttl", format=RdfFormat.TURTLE))
    triples = {(q.subject, q.predicate, q.object) for q in dataset.quads}
    counts = {
        q.predicate.value.rpartition("#")[2]: q.object.value
        for q in void
        if q.subject == NamedNode(f"{BASE}dataset") and isinstance(q.object, Literal) and "void#" in q.predicate.value
    }
    assert counts["triples"] == str(len(triples))
    assert counts["properties"] == str(len({p for _, p, _ in triples}))
    assert counts["distinctSubjects"] == str(len({s for s, _, _ in triples}))
    assert counts["classes"] == str(len({o for _, p, o in triples if p == RDF.type}))
    parts = Counter(q.predicate.value.rpartition("#")[2] for q in void)
    assert parts["propertyPartition"] == len({p for _, p, _ in triples})


# Where it is put


def test_a_new_folder_below_a_new_folder(tmp_path: Path) -> None:
    write_release(tmp_path / "a" / "b", NEW)
    assert files_of(tmp_path) == {f"a/b/{name}": text for name, text in NEW.items()}


def test_a_former_release_is_replaced_and_other_files_are_kept(tmp_path: Path) -> None:
    folder = tmp_path / "release"
    write_release(folder, OLD)
    (folder / "notes.txt").write_text("mine")
    (folder / "sub").mkdir()
    (folder / "sub" / "more.txt").write_text("mine too")
    (folder / "link").symlink_to("notes.txt")
    (folder / "dangling").symlink_to("nowhere")
    (folder / "folder-link").symlink_to("sub")
    write_release(folder, NEW)
    assert files_of(folder) == {**NEW, "notes.txt": "mine", "sub/more.txt": "mine too", "link": "mine"}
    links = {path.name: str(path.readlink()) for path in folder.iterdir() if path.is_symlink()}
    assert links == {"link": "notes.txt", "dangling": "nowhere", "folder-link": "sub"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["release"], "nothing is left beside it"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o755


def test_a_link_to_a_folder_stays_a_link(tmp_path: Path) -> None:
    write_release(tmp_path / "real", OLD)
    (tmp_path / "link").symlink_to("real")
    write_release(tmp_path / "link", NEW)
    assert (tmp_path / "link").is_symlink()
    assert files_of(tmp_path / "real") == NEW


@pytest.mark.parametrize("step", ["write", "swap away", "swap in"])
def test_a_failure_leaves_the_former_release_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    folder = tmp_path / "release"
    write_release(folder, OLD)
    (folder / "notes.txt").write_text("mine")
    real, calls = Path.rename, []

    def rename(self: Path, target: Path) -> Path:
        calls.append(self.name)
        if len(calls) == (1 if step == "swap away" else 2):
            raise OSError(28, "No space left on device")
        return real(self, target)

    def fsync(_: int) -> None:
        raise OSError(28, "No space left on device")

    if step == "write":
        monkeypatch.setattr(os, "fsync", fsync)
    else:
        monkeypatch.setattr(Path, "rename", rename)
    with pytest.raises(
        ImnmError, match=r"the release cannot be written: No space left on device; .*\[file-unwritable\]"
    ):
        write_release(folder, NEW)
    monkeypatch.undo()
    assert files_of(folder) == {**OLD, "notes.txt": "mine"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["release"], "nothing is left beside it"


def test_a_build_with_findings_writes_nothing(world: Path) -> None:
    path = world / "graph" / "entities" / "all.ttl"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('    rdfs:label "betamab"@en .', "    rdfs:seeAlso entity:alphamab .").replace(
        "entity:betamab a imnm:Drug ;", "entity:betamab a imnm:Drug ;"), encoding="utf-8")  # fmt: skip
    result = build(Folders(world), with_reasoner=False)
    assert {finding.code for finding in result.findings} == {
        "check-drugs-without-label",
        "label-differs",
        "shacl-MinCount",
    }
    assert result.files == {}
    assert derive(Folders(world)).version == "0.1.0"


def test_a_file_where_the_folder_is_meant(tmp_path: Path) -> None:
    file = tmp_path / "release"
    file.write_text("mine")
    with pytest.raises(
        ImnmError, match=rf"^{file}: a file stands where the folder of the release is meant.*\[release-folder\]"
    ):
        write_release(file, NEW)
    with pytest.raises(ImnmError, match=r"\[file-unwritable\]"):
        check_writable(file / "below")
    assert file.read_text() == "mine"


def test_a_folder_that_may_not_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    for folder in (tmp_path / "release", tmp_path / "a" / "b"):
        with pytest.raises(
            ImnmError, match=rf"nothing can be written in {tmp_path}; .* with --out \[file-unwritable\]"
        ):
            check_writable(folder)
    write = tmp_path / "release"
    with pytest.raises(ImnmError):
        write_release(write, NEW)
    assert not write.exists()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_is_read_only(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    try:
        with pytest.raises(ImnmError, match=r"\[file-unwritable\]"):
            write_release(tmp_path / "release", NEW)
    finally:
        tmp_path.chmod(0o755)


def test_the_current_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Renaming it would take the folder away from under the shell that stands in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes.txt").write_text("mine")
    for folder in (Path(), tmp_path, tmp_path / "x" / ".."):
        with pytest.raises(ImnmError, match=r"\[release-folder\]"):
            write_release(folder, NEW)
    assert files_of(tmp_path) == {"notes.txt": "mine"}
    assert tmp_path.samefile(Path.cwd())
