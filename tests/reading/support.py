# SPDX-License-Identifier: Apache-2.0
"""What the tests of the readers share: reading bytes as a file, and what must hold of every record."""

from __future__ import annotations

from pathlib import Path

from imnm_kg.model.records import BadRecord, TextRecord
from imnm_kg.reading.source import read_records

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "reading"
KINDS = ("Title", "Abstract", "Body", "ReferenceList", "Boilerplate", "Citation")
CODES = frozenset(
    (
        "file-is-directory", "file-missing", "file-unreadable", "record-binary", "record-empty", "record-encoding",
        "record-gzip", "record-html", "record-id", "record-json", "record-too-large", "record-xml",
        "record-xml-entities", "record-xml-kind", "record-zones",
    )
)  # fmt: skip


def read(folder: Path, name: str, data: bytes | str) -> list[TextRecord | BadRecord]:
    """Read bytes as if they were a file of that name, and check what must hold."""
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    found = list(read_records(path, name))
    for item in found:
        check(item, name)
    return found


def one(folder: Path, name: str, data: bytes | str) -> TextRecord:
    """Read a file that holds one good record."""
    (record,) = read(folder, name, data)
    assert isinstance(record, TextRecord), record
    return record


def bad(folder: Path, name: str, data: bytes | str) -> BadRecord:
    """Read a file that holds nothing but one bad record."""
    (record,) = read(folder, name, data)
    assert isinstance(record, BadRecord), record
    return record


def check(item: TextRecord | BadRecord, source: str) -> None:
    """Assert what must hold of whatever a reader yields."""
    assert item.source == source
    if isinstance(item, BadRecord):
        assert item.code in CODES, item
        assert item.what
        assert not item.what.endswith(".")
        assert item.remedy
        assert item.position >= 0
        assert item.line is None or item.line > 0
        return
    assert item.id
    assert item.position > 0
    item.text.encode()  # no half of a surrogate pair
    end = 0
    for zone in item.zones:
        assert zone.kind in KINDS
        assert end <= zone.start <= zone.end <= len(item.text), (end, zone)
        end = zone.end
    for reference in item.references:
        assert reference.text == item.text[reference.start : reference.end]


def zones(record: TextRecord) -> list[tuple[str, str, str]]:
    """Give kind, label and text of each zone."""
    return [(zone.kind, zone.label, record.text[zone.start : zone.end]) for zone in record.zones]
