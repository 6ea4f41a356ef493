# SPDX-License-Identifier: Apache-2.0
"""Claims as JSON lines: annotated ones, extracted ones, and the texts they are about; each line is checked."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from imnm_kg.errors import ImnmError, Place
from imnm_kg.model.evaluation import (
    AnnotatedClaim,
    AnnotatedDocument,
    GivenText,
    Mark,
    PredictedClaim,
    plain_name,
    scored_relation,
)
from imnm_kg.reading.streams import Stream, decode

__all__ = ["read_annotated", "read_predicted", "read_texts"]

_ASSERTED = ("asserted", "established")
_POLARITIES = ("affirmed", "negated")
_MOST_NAMES = 60
_Value = TypeVar("_Value")


class _Line:
    """One line: its fields, and where it stands."""

    def __init__(self, fields: dict[str, Any], place: Place) -> None:
        self.fields = fields
        self.place = place

    def wrong(self, what: str) -> NoReturn:
        raise _broken(what, self.place)

    def text(self, *names: str, default: str | None = None) -> str:
        """Return the first of the fields that has a text."""
        for name in names:
            value = self.fields.get(name)
            if isinstance(value, str) and (value or default is not None):
                return value
            if value is not None and value != "":
                self.wrong(f"the field '{name}' is meant to be a text")
        if default is None:
            self.wrong(f"the field '{names[0]}' is missing or empty")
        return default

    def number(self, name: str) -> int:
        value = self.fields.get(name)
        if not isinstance(value, int) or isinstance(value, bool):
            self.wrong(f"the field '{name}' is meant to be a whole number")
        return value

    def list(self, name: str) -> list[Any]:
        value = self.fields.get(name, [])
        if not isinstance(value, list):
            self.wrong(f"the field '{name}' is meant to be a list")
        return value

    def polarity(self) -> str:
        polarity = self.text("polarity", default="affirmed") or "affirmed"
        if polarity not in _POLARITIES:
            self.wrong(f"'{polarity[:40]}' is no polarity, which is {' or '.join(_POLARITIES)}")
        return polarity


def _broken(what: str, place: Place) -> ImnmError:
    remedy = "mend the line; docs/errors.md shows what it must have"
    return ImnmError("evaluate-line", what, remedy, place)


def _lines(path: Path) -> Iterator[_Line]:
    try:
        opened = Stream(path)
    except ImnmError as error:
        if error.code == "record-empty":  # no claim is no fault
            return
        raise
    with opened as stream:
        for number, data in stream.lines():
            place = stream.place(number)
            if data is None:
                raise _broken("the line is too long to be read", place)
            text = decode(data, stream, number)
            if not text.strip():
                continue
            try:
                value = json.loads(text)
            except (ValueError, RecursionError) as error:
                reason = getattr(error, "msg", None) or "it is nested too deeply"
                raise _broken(f"the line is no JSON: {reason}", place) from error
            if not isinstance(value, dict):
                raise _broken("the line is no JSON object", place)
            yield _Line(value, place)


def _documents(path: Path, make: Callable[[_Line], _Value]) -> dict[str, _Value]:
    made: dict[str, _Value] = {}
    places: dict[str, int | None] = {}
    for line in _lines(path):
        id_ = line.text("id")
        if id_ in made:
            line.wrong(f"the document '{id_}' stands in line {places[id_]} already")
        made[id_], places[id_] = make(line), line.place.line
    return made


def read_annotated(path: Path) -> tuple[AnnotatedDocument, ...]:
    """Read annotated documents, one a line: ``id`` and ``claims``.

    Raises:
        ImnmError: ``evaluate-line`` with the line, ``evaluate-nothing`` where there is no document, and what
            ``Stream`` and ``decode`` raise.
    """
    made = _documents(path, _annotated)
    if not made:
        what = "there is no annotated document in the file"
        raise ImnmError("evaluate-nothing", what, "give one document a line, with id and claims", Place(str(path)))
    return tuple(AnnotatedDocument(id_, claims) for id_, claims in made.items())


def _annotated(line: _Line) -> tuple[AnnotatedClaim, ...]:
    if "claims" not in line.fields:
        line.wrong("the field 'claims' is missing or empty")
    return tuple(_annotated_claim(line, number, fields) for number, fields in enumerate(line.list("claims"), 1))


def _annotated_claim(whole: _Line, number: int, fields: Any) -> AnnotatedClaim:
    if not isinstance(fields, dict):
        whole.wrong(f"claim {number} is no JSON object")
    claim = _Line(fields, whole.place)
    place = claim.list("sentence")
    numbers = all(isinstance(x, int) and not isinstance(x, bool) for x in place)
    if len(place) != 2 or not numbers or not 0 <= place[0] < place[1]:
        whole.wrong(
            f"claim {number}: the field 'sentence' is meant to be its first code point and the one after its last"
        )
    relation, polarity = scored_relation(claim.text("relation", "predicate"), claim.polarity())
    asserted = claim.text("certainty") == "asserted"
    return AnnotatedClaim(
        claim.text("subject"), relation, polarity, claim.text("object"), asserted,
        claim.text("population", default=""), place[0], place[1],
    )  # fmt: skip


def read_texts(path: Path) -> dict[str, GivenText]:
    """Read the texts that were annotated, one a line: ``id`` and ``text``; ``title`` and ``group`` may be there.

    Raises:
        ImnmError: ``evaluate-line`` with the line, and what ``Stream`` and ``decode`` raise.
    """
    return _documents(path, _given)


def _given(line: _Line) -> GivenText:
    if not isinstance(line.fields.get("text"), str):
        line.wrong("the field 'text' is missing or no text")
    id_ = line.text("id")
    return GivenText(id_, line.fields["text"], line.text("title", default=""), line.text("group", default="") or id_)


def read_predicted(path: Path) -> tuple[PredictedClaim, ...]:
    """Read extracted claims, one a line, as ``imnm-kg extract --format jsonl`` writes them.

    Raises:
        ImnmError: ``evaluate-line`` with the line, ``evaluate-names`` where the names of an entity are not the same
            everywhere or too many, and what ``Stream`` and ``decode`` raise.
    """
    known: dict[str, list[str]] = {}
    return tuple(_predicted(line, known) for line in _lines(path))


def _predicted(line: _Line, known: dict[str, list[str]]) -> PredictedClaim:
    relation, polarity = scored_relation(line.text("relation", "predicate"), line.polarity())
    subject, object_ = line.text("subject_label", "subject"), line.text("object_label", "object")
    return PredictedClaim(
        line.text("document"), subject, object_, _names(line, "subject", subject, known),
        _names(line, "object", object_, known), relation, polarity,
        line.text("certainty", default="") in _ASSERTED, line.text("population", default=""),
        line.text("quote", default=""), line.number("start"), line.number("end"), line.text("rule", default=""),
        tuple(_mark(line, mark) for mark in line.list("marks")),
    )  # fmt: skip


def _names(line: _Line, role: str, label: str, known: dict[str, list[str]]) -> frozenset[str]:
    """Return the plain names of subject or object; they may not differ from claim to claim, or any name would do."""
    given = line.list(f"{role}_names")
    if not all(isinstance(name, str) for name in given):
        line.wrong(f"the field '{role}_names' is meant to be a list of texts")
    iri = line.text(role, default="")
    if len(given) > _MOST_NAMES or known.setdefault(iri, sorted(given)) != sorted(given):
        what = f"the names of '{iri or label}' are not those of its other claims"
        if len(given) > _MOST_NAMES:
            what = f"'{iri or label}' has {len(given)} names, {_MOST_NAMES} are the most"
        remedy = "give an entity the names of its one lexicon entry, the same in every claim"
        raise ImnmError("evaluate-names", what, remedy, line.place)
    return frozenset({plain_name(name) for name in (label, *given)} - {""})


def _mark(line: _Line, mark: Any) -> Mark:
    """Read role, text, start and end; only the place is kept, the text has the words."""
    try:
        role, _, start, end = mark
    except (TypeError, ValueError):
        line.wrong("a mark is meant to be a list of role, text, start and end")
    if not (isinstance(role, str) and isinstance(start, int) and isinstance(end, int)):
        line.wrong("a mark is meant to be a list of role, text, start and end")
    return Mark(role, start, end)
