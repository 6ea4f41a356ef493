# SPDX-License-Identifier: Apache-2.0
"""The forms of an answer: media types, their short names, and which one a client gets."""

from __future__ import annotations

from functools import lru_cache

from imnm_kg.errors import ImnmError
from imnm_kg.serve.negotiation import best

__all__ = ["GRAPHS", "MEDIA_TYPES", "ROWS", "HttpError", "choose"]

MEDIA_TYPES = {
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "turtle": "text/turtle",
    "ntriples": "application/n-triples",
    "rdfxml": "application/rdf+xml",
    "jsonld": "application/ld+json",
    "trig": "application/trig",
    "nquads": "application/n-quads",
}
"""The media type of each form."""

ROWS = ("json", "xml", "csv", "tsv")
"""The forms of rows and booleans."""

GRAPHS = ("turtle", "ntriples", "rdfxml", "jsonld", "trig", "nquads")
"""The forms of a graph."""

# What clients also ask for; the answer then has the name that they used, for they may look at nothing else.
_ALIASES = {
    "json": ("application/json",),
    "xml": ("application/xml", "text/xml"),
    "turtle": ("application/x-turtle",),
    "ntriples": ("text/plain",),
    "rdfxml": ("application/xml", "text/xml"),
    "jsonld": ("application/json",),
    "trig": ("application/x-trig",),
    "nquads": ("text/x-nquads",),
}
# Short names that clients use, SPARQLWrapper among them, which sends one with every query.
_NAMES = {
    "json": "jsonld", "json-ld": "jsonld", "n3": "turtle", "nq": "nquads", "nt": "ntriples", "rdf": "rdfxml",
    "rdf+xml": "rdfxml", "ttl": "turtle", "xml": "rdfxml",
}  # fmt: skip
_TEXT = ("csv", "tsv", "turtle", "trig")  # with a charset: a reader of text/csv may otherwise take it for Latin-1


class HttpError(ImnmError):
    """An error with the status that HTTP has for it.

    Attributes:
        status: the status code.
    """

    def __init__(self, status: int, error: ImnmError) -> None:
        super().__init__(error.code, error.what, error.remedy, error.place)
        self.status = status
        self._error = error

    def __reduce__(self) -> tuple[type[HttpError], tuple[int, ImnmError]]:  # type: ignore[override]
        """Let it travel to another process."""
        return type(self), (self.status, self._error)


@lru_cache(1024)
def choose(accept: str, asked: str | None, forms: tuple[str, ...]) -> tuple[str, str]:
    """Choose the form of an answer.

    Args:
        accept: the header ``Accept``.
        asked: the short name of a form or its media type, which goes before the header; None without.
        forms: the forms that the answer can have, the preferred one first.

    Returns:
        The short name and the value of ``Content-Type``.

    Raises:
        HttpError: 406 when the client takes none of them, or the name is none of them.
    """
    known = {MEDIA_TYPES[form]: form for form in forms}
    aliases = {alias: form for form in reversed(forms) for alias in _ALIASES.get(form, ())}
    remedy = f"ask for {', '.join(known)}"
    if asked is not None and "/" in asked:
        accept, asked = asked.replace(" ", "+"), None  # a plus sign that nobody escaped
    if asked is not None:
        asked = asked if asked in forms else _NAMES.get(asked.lower(), asked)
        if asked not in forms:
            error = ImnmError("format-unknown", f"this answer has no form '{asked[:40]}'", f"use {', '.join(forms)}")
            raise HttpError(406, error)
        return asked, _content_type(asked, MEDIA_TYPES[asked])
    chosen = best(accept, (*known, *aliases))
    if chosen is None:
        raise HttpError(406, ImnmError("format-unknown", "this answer has no form that the client takes", remedy))
    form = known.get(chosen) or aliases[chosen]
    return form, _content_type(form, chosen)


def _content_type(form: str, media_type: str) -> str:
    return f"{media_type}; charset=utf-8" if form in _TEXT or media_type == "text/plain" else media_type
