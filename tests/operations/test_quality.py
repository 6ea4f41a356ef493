# SPDX-License-Identifier: Apache-2.0
"""Quality: prefixes, mappings, terms that nobody describes, and the shapes themselves, each with its place."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from imnm_kg.model.findings import Finding
from imnm_kg.model.folders import Folders
from imnm_kg.operations.quality import quality, read_sources, shape_faults
from imnm_kg.pipeline import Dataset, audit, derive
from tests.operations.support import FIXTURES, read_toml

CASES = read_toml(FIXTURES / "quality" / "cases.toml")["case"]
CODES = {
    "mapping-header", "mapping-justification", "mapping-label", "mapping-repeated", "prefix-clash", "prefix-repeated",
    "prefix-unlisted", "shape-target-unknown", "shape-undefined-shape", "shape-unsatisfiable", "term-unknown",
}  # fmt: skip


@pytest.fixture
def sound(world: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small world with a mapping file that has all that one must have."""
    shutil.copy(FIXTURES / "quality" / "drugs.sssom.tsv", world / "ontology" / "mappings" / "drugs.sssom.tsv")
    monkeypatch.chdir(world)
    return world


def found(dataset: Dataset, folders: Folders) -> list[Finding]:
    sources, assembly = read_sources(folders), dataset.assembly
    seen = quality(sources, assembly.files, assembly.source_index, assembly.prefixes)
    return seen + shape_faults(sources, assembly.files, dataset.quads)


def test_the_small_world_is_sound(sound: Path) -> None:
    folders = Folders(sound)
    assert found(derive(folders), folders) == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_fires(case: dict[str, Any], sound: Path) -> None:
    path = sound / case["file"]
    if "old" in case:
        text = path.read_text(encoding="utf-8")
        assert text.count(case["old"]) == 1
        path.write_text(text.replace(case["old"], case["new"]), encoding="utf-8")
    else:
        path.write_text(case["new"], encoding="utf-8")
    folders = Folders(sound)
    findings = found(derive(folders), folders)
    shown = [[str(finding.place or ""), finding.code] for finding in findings]
    assert shown == [each[:2] for each in case["says"]]
    for finding, (_, _, part) in zip(findings, case["says"], strict=True):
        assert part in finding.message
        assert "; " in finding.message, "what is wrong; what to do"


def test_every_code_has_a_case() -> None:
    assert {code for case in CASES for _, code, _ in case["says"]} == CODES


def test_the_repository_is_sound(folders: Folders, dataset: Dataset) -> None:
    assert [str(finding) for finding in found(dataset, folders)] == []
    sources = read_sources(folders)
    assert len(sources.mappings) > 5
    assert sources.keys is not None


# All of it together -------------------------------------------------------------------------------------------


def test_an_audit_of_a_sound_world(sound: Path) -> None:
    told: list[str] = []
    result = audit(Folders(sound), sound / "documents", say=told.append)
    assert result.clean
    assert (result.findings, result.notes, result.report.results) == ((), (), ())
    assert any(line.startswith("verified ") for line in told)
    without = audit(Folders(sound))
    assert without.clean
    assert without.notes == (
        "without --documents no quote was verified and the guard did not run on the sentences around the quotes",
    )


def test_an_audit_finds_everything_at_once(sound: Path) -> None:
    def change(name: str, old: str, new: str) -> None:
        path = sound / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    change("graph/entities/all.ttl", '    rdfs:label "betamab"@en .', '    rdfs:seeAlso "betamab"@en .')
    change("documents/note.txt", "a", "á")
    change("ontology/mappings/drugs.sssom.tsv", "\talphamab\t", "\talpha\t")
    change("graph/claims/note.ttl", 'rdfs:label "', 'rdfs:label "un')
    result = audit(Folders(sound), sound / "documents")
    assert not result.clean
    codes = {finding.code for finding in result.findings}
    assert codes >= {"label-differs", "check-drugs-without-label", "document-differs", "mapping-label"}
    assert [each.component for each in result.report.results] == ["MinCount"]
    assert all(finding.place is not None for finding in result.findings)
