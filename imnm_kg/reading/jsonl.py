# SPDX-License-Identifier: Apache-2.0
"""JSON lines: a record a line with ``id`` and ``text``, and what else is known of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from imnm_kg.errors import ImnmError
from imnm_kg.model.records import (
    ABSTRACT,
    BODY,
    BOILERPLATE,
    CITATION,
    REFERENCES,
    TITLE,
    BadRecord,
    TextRecord,
    TextZone,
)
from imnm_kg.reading.faults import bad_record
from imnm_kg.reading.plain import zones_of_text
from imnm_kg.reading.streams import MAX_RECORD, Stream, decode
from imnm_kg.reading.zones import references_of

__all__ = ["read_jsonl"]

_KINDS = frozenset((TITLE, ABSTRACT, BODY, REFERENCES, BOILERPLATE, CITATION))
_HALF = re.compile("[\ud800-\udfff]")


def read_jsonl(stream: Stream) -> Iterator[TextRecord | BadRecord]:
    """Yield the records of a file of JSON lines; a line that is none is told and passed over.

    Each line is an object with ``id`` (a string or a whole number) and ``text``; ``title``, ``doi``, ``pmid``,
    ``pmcid``, ``year``, ``mesh`` (a list of strings) and ``zones`` (a list of objects with ``kind``, ``start``,
    ``end`` and perhaps ``label`` and ``section``) may be there, anything else is not looked at. Without ``zones`` they
    are found as in plain text. A text may be empty where there is a title.

    Raises:
        ImnmError: ``record-binary``, ``record-encoding`` or ``record-empty`` for the file as a whole, and what
            ``Stream.chunks`` raises after the last whole line.
    """
    stream.check_text()
    position = 0
    for line, data in stream.lines():
        if data is not None and not data.strip():
            continue
        position += 1
        try:
            yield _record(data, stream, line, position)
        except ImnmError as error:
            yield bad_record(error, stream.shown, position)
    if not position:
        raise stream.empty()


def _record(data: bytes | None, stream: Stream, line: int, position: int) -> TextRecord:
    if data is None:
        what = f"the line has more than {MAX_RECORD // 1024**2} MB"
        raise ImnmError("record-too-large", what, "split the text", stream.place(line))
    found = _Object(_parsed(decode(data, stream, line), stream, line), stream, line)
    id_ = found.text("id", number=True)
    if not id_.strip():
        raise found.error("the line has no id", "give each record an id")
    if "text" not in found.values:
        raise found.error("the line has no text", "give each record a text")
    text, title = found.text("text", null=False), found.text("title")
    if not text.strip() and not title.strip():
        raise stream.empty(line)
    zones = found.zones(text)
    if zones is None:
        zones, _ = zones_of_text(text, title)
    return TextRecord(
        id_, text, zones, title=title, source=stream.shown, position=position, doi=found.text("doi"),
        pmid=found.text("pmid", number=True), pmcid=found.text("pmcid"), year=found.year(), mesh=found.strings("mesh"),
        references=references_of(text, zones),
    )  # fmt: skip


def _parsed(text: str, stream: Stream, line: int) -> dict[str, object]:
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        what = f"the line is not JSON: {error.msg} (character {error.pos + 1})"
        raise ImnmError("record-json", what, "mend the line", stream.place(line)) from error
    except RecursionError as error:
        what = "the line is not usable JSON: it is nested too deeply"
        raise ImnmError("record-json", what, "mend the line", stream.place(line)) from error
    except ValueError as error:  # a whole number with thousands of digits
        raise ImnmError(
            "record-json", f"the line is not usable JSON: {error}", "mend the line", stream.place(line)
        ) from error
    if not isinstance(value, dict):
        what = f"the line is {_TYPES.get(type(value), 'a value')}, no object"
        raise ImnmError("record-json", what, 'write {"id": ..., "text": ...}', stream.place(line))
    return value


_TYPES: dict[type, str] = {
    list: "a list", str: "a string", int: "a number", float: "a number", bool: "true or false", type(None): "null",
    dict: "an object",
}  # fmt: skip


class _Object:
    """The object of a line, whose values are looked at one by one."""

    def __init__(self, values: dict[str, object], stream: Stream, line: int) -> None:
        self.values = values
        self._stream = stream
        self._line = line

    def error(self, what: str, remedy: str) -> ImnmError:
        return ImnmError("record-json", what, remedy, self._stream.place(self._line))

    def _wrong(self, name: str, value: object, wanted: str) -> ImnmError:
        return self.error(f"{name} is {_TYPES.get(type(value), 'a value')}, not {wanted}", "mend the line")

    def text(self, name: str, number: bool = False, null: bool = True) -> str:
        """Return a string, empty where there is none."""
        value = self.values.get(name, "")
        if value is None and null:
            return ""
        if number and type(value) is int:
            return str(value)
        if not isinstance(value, str):
            raise self._wrong(name, value, "a string")
        return self._whole(name, value)

    def _whole(self, name: str, value: str) -> str:
        if half := _HALF.search(value):
            what = f"{name} has half a surrogate pair (character {half.start() + 1})"
            raise self.error(what, "write the whole character")
        return value

    def year(self) -> int | None:
        """Return the year, given as a number or as four digits."""
        value = self.values.get("year")
        if value is None or value == "":
            return None
        if isinstance(value, str) and re.fullmatch(r"[0-9]{4}", value):
            return int(value)
        if type(value) is not int:
            raise self._wrong("year", value, "a year")
        return value

    def strings(self, name: str) -> tuple[str, ...]:
        """Return a list of strings."""
        value = self.values.get(name)
        if value is None:
            return ()
        if not isinstance(value, list):
            raise self._wrong(name, value, "a list of strings")
        for item in value:
            if not isinstance(item, str):
                raise self._wrong(f"an item of {name}", item, "a string")
        return tuple(self._whole(name, item) for item in value)

    def zones(self, text: str) -> tuple[TextZone, ...] | None:
        """Return the zones that the line gives, ``None`` where it gives none."""
        value = self.values.get("zones")
        if value is None:
            return None
        if not isinstance(value, list):
            raise self._wrong("zones", value, "a list")
        found: list[TextZone] = []
        end = 0
        for number, item in enumerate(value, 1):
            zone = self._zone(item, number)
            if not end <= zone.start <= zone.end <= len(text):
                what = f"zone {number} ({zone.start}-{zone.end}) overlaps the one before it or ends after the text"
                raise ImnmError("record-zones", what, "give the zones in order", self._stream.place(self._line))
            end = zone.end
            found.append(zone)
        return tuple(found)

    def _zone(self, item: object, number: int) -> TextZone:
        if isinstance(item, dict):
            kind, start, end = item.get("kind"), item.get("start"), item.get("end")
            label, section = item.get("label", ""), item.get("section", "")
            if (
                isinstance(kind, str) and kind in _KINDS and type(start) is int and type(end) is int
                and isinstance(label, str) and isinstance(section, str)
            ):  # fmt: skip
                return TextZone(kind, start, end, self._whole("label", label), self._whole("section", section))
        what = f"zone {number} has not kind, start and end; a kind is one of {', '.join(sorted(_KINDS))}"
        raise ImnmError("record-zones", what, "mend the zone", self._stream.place(self._line))
