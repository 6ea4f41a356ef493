# SPDX-License-Identifier: Apache-2.0
"""Documents of every kind, whole: ``NAME.json`` beside each says what must be read from it."""

from __future__ import annotations

import json
from pathlib import Path

import pyoxigraph as ox
import pytest

from imnm_kg.model.folders import Folders
from imnm_kg.model.records import BadRecord, TextRecord
from imnm_kg.reading.source import read_records
from tests.reading.support import FIXTURES, check

DOCUMENTS = sorted(path for path in (FIXTURES / "documents").iterdir() if path.suffix != ".json")
IMNM = "https://w3id.org/imnm-kg/ontology/"
OA = "http://www.w3.org/ns/oa#"


def told(item: TextRecord | BadRecord) -> dict[str, object]:
    """Give what was read as JSON, fields that are empty left out, offsets as the words that stand there."""
    if isinstance(item, BadRecord):
        return {"code": item.code, "position": item.position, "line": item.line}
    fields: dict[str, object] = {
        "id": item.id, "position": item.position, "title": item.title, "doi": item.doi, "pmid": item.pmid,
        "pmcid": item.pmcid, "year": item.year, "mesh": list(item.mesh),
        "zones": [
            [
                zone.kind, f"{zone.section} / {zone.label}" if zone.section else zone.label,
                item.text[zone.start : zone.end],
            ]
            for zone in item.zones
        ],
        "references": [
            {
                key: value
                for key, value in (
                    ("authors", list(cited.authors)), ("title", cited.title), ("journal", cited.journal),
                    ("year", cited.year), ("doi", cited.doi), ("pmid", cited.pmid), ("pmcid", cited.pmcid),
                    ("nct", list(cited.nct)),
                )
                if value
            }
            for cited in item.references
        ],
    }  # fmt: skip
    return {key: value for key, value in fields.items() if value}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_a_document_is_read_as_its_json_says(path: Path) -> None:
    found = list(read_records(path, path.name))
    for item in found:
        check(item, path.name)
    assert [told(item) for item in found] == json.loads(path.with_name(f"{path.name}.json").read_text("utf-8"))
    assert list(read_records(path, path.name)) == found


def test_every_document_has_its_json_and_no_json_is_left_over() -> None:
    stems = {path.name for path in DOCUMENTS}
    assert {path.stem for path in (FIXTURES / "documents").glob("*.json")} == stems


@pytest.mark.parametrize(
    "path", [path for path in DOCUMENTS if path.suffix in (".txt", ".md")], ids=lambda path: path.name
)
def test_the_text_of_a_plain_file_is_the_file(path: Path) -> None:
    (record,) = read_records(path)
    assert isinstance(record, TextRecord)
    assert record.text.encode() == path.read_bytes()
    covered = "".join(record.text[zone.start : zone.end] for zone in record.zones)
    assert "".join(covered.split()) == "".join(record.text.split()), "each word stands in a zone"


def curated_zones(folders: Folders, document: str) -> list[tuple[int, int, str]]:
    """Give the zones that a person made: start, end, kind."""
    quads = list(ox.parse(path=str(folders.graph / "documents" / f"{document}.ttl"), format=ox.RdfFormat.TURTLE))
    values = {(str(quad.subject), quad.predicate.value): quad.object for quad in quads}
    found = []
    for (subject, predicate), kind in values.items():
        if predicate == f"{IMNM}zoneKind":
            start, end = (values[subject, f"{OA}{name}"] for name in ("start", "end"))
            assert isinstance(kind, ox.NamedNode)
            assert isinstance(start, ox.Literal)
            assert isinstance(end, ox.Literal)
            found.append((int(start.value), int(end.value), kind.value.removeprefix(IMNM)))
    return sorted(found)


@pytest.mark.parametrize("document", ["mda-medical-management", "niams-zilucoplan-trial"])
def test_zones_of_the_source_documents_are_the_curated_ones(folders: Folders, documents: Path, document: str) -> None:
    """The curated graph keeps the lines on date and reviewer in the body; the rules take them for the page's."""
    (record,) = read_records(documents / f"{document}.txt")
    assert isinstance(record, TextRecord)
    kinds = [""] * len(record.text)
    for zone in record.zones:
        kinds[zone.start : zone.end] = [zone.kind] * (zone.end - zone.start)
    differing = {
        (line.split(" ")[0], curated, kinds[start + offset])
        for start, end, curated in curated_zones(folders, document)
        for offset in range(end - start)
        if not record.text[start + offset].isspace() and kinds[start + offset] != curated
        for line in [record.text[record.text.rfind("\n", 0, start + offset) + 1 :]]
    }
    expected = {("Last", "Body", "Boilerplate"), ("Reviewed", "Body", "Boilerplate")}
    assert differing == (expected if document == "mda-medical-management" else set())


def test_references_of_the_source_documents(documents: Path) -> None:
    (first,) = read_records(documents / "mda-medical-management.txt")
    (second,) = read_records(documents / "niams-zilucoplan-trial.txt")
    assert isinstance(first, TextRecord)
    assert isinstance(second, TextRecord)
    assert [(cited.authors[0], cited.year, cited.doi) for cited in first.references] == [
        ("Dalakas MC", 2015, "10.1056/NEJMra1402225"),
        ("Pinal-Fernandez I", 2018, "10.1007/s11926-018-0732-6"),
        ("Allenbach Y", 2015, ""),
        ("Allenbach Y", 2018, ""),
        ("Mammen AL", 2015, ""),
    ]
    (cited,) = second.references
    assert (cited.pmid, cited.doi, cited.year) == ("36923454", "10.1016/s2665-9913(23)00003-6", 2023)
    assert len(cited.authors) == 16
