# SPDX-License-Identifier: Apache-2.0
"""A question as the SPARQL 1.1 Protocol puts it: its text and dataset, read from a request."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl

from imnm_kg.errors import ImnmError
from imnm_kg.serve.formats import HttpError

__all__ = ["Question", "form_fields", "read_graph_request", "read_request"]

_FORM, _DIRECT, _UPDATE = "application/x-www-form-urlencoded", "application/sparql-query", "application/sparql-update"
_MOST_FIELDS = 200


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, and in which form the answer shall come.

    Attributes:
        text: the query.
        accept: the header ``Accept``.
        form: the short name of a form, which goes before the header; None without.
        default_graphs: the graphs that make up the default graph; None for what the query says.
        named_graphs: the named graphs; None for what the query says.
    """

    text: str
    accept: str = ""
    form: str | None = None
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None


def _refuse(status: int, error: ImnmError) -> HttpError:
    return HttpError(status, error)


def form_fields(data: bytes, where: str) -> list[tuple[str, str]]:
    """Decode the fields of an address or of a form, once.

    Raises:
        HttpError: 400 for what is not UTF-8, or far too many fields.
    """
    try:
        return parse_qsl(
            data.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS, separator="&"
        )
    except UnicodeError as error:
        what = f"{where} is not URL-encoded UTF-8"
        raise _refuse(400, ImnmError("request-encoding", what, "encode it as UTF-8 and escape with %")) from error
    except ValueError as error:
        what = f"{where} has more than {_MOST_FIELDS} parameters"
        raise _refuse(400, ImnmError("request-parameter", what, "leave some out")) from error


def read_request(query_string: bytes, content_type: str | None, body: bytes, accept: str) -> Question:
    """Read a query operation by GET (``content_type`` None), by POST with a form, or by POST directly.

    Raises:
        HttpError: 400, 403 for an update in whatever form, 415.
    """
    fields = form_fields(query_string, "the address") if query_string else []
    text = None
    if content_type is not None:
        media_type, charset = _media_type(content_type)
        if media_type == _UPDATE:
            raise _no_update()
        if media_type not in (_FORM, _DIRECT):
            what = f"the body is of the type {media_type[:60] or 'that no header names'}"
            remedy = f"send {_DIRECT}, or a form as {_FORM}"
            raise _refuse(415, ImnmError("request-type", what, remedy))
        if charset not in ("utf-8", "utf8"):
            raise _refuse(415, ImnmError("request-type", "the body is not in UTF-8", "send it as UTF-8"))
        if media_type == _FORM:
            fields += form_fields(body, "the form")
        else:
            try:
                text = body.decode("utf-8")
            except UnicodeError as error:
                error_ = ImnmError("request-encoding", "the body is not UTF-8", "send it as UTF-8")
                raise _refuse(400, error_) from error
    given: dict[str, list[str]] = {}
    for key, value in fields:
        given.setdefault(key, []).append(value)
    if "update" in given:
        raise _no_update()
    texts = given.get("query", []) + ([] if text is None else [text])
    if len(texts) != 1:
        what = "there is no query" if not texts else "there is more than one query"
        raise _refuse(400, ImnmError("request-parameter", what, "give one, as the parameter query or as the body"))
    default, named = given.get("default-graph-uri"), given.get("named-graph-uri")
    if default is None and named is None:
        return Question(texts[0], accept, _form(given))
    # The protocol's dataset stands in the place of the whole of the query's.
    return Question(texts[0], accept, _form(given), _iris(default), _iris(named))


def read_graph_request(query_string: bytes) -> tuple[str | None, str | None]:
    """Read which graph a Graph Store request names.

    Returns:
        The graph's IRI, None for the default graph; and the short name of a form.

    Raises:
        HttpError: 400.
    """
    fields = form_fields(query_string, "the address")
    graphs = [value for key, value in fields if key == "graph"]
    default = [value for key, value in fields if key == "default"]
    if len(graphs) + len(default) != 1:
        raise _refuse(400, ImnmError("request-parameter", "no graph is named", "give either ?graph=IRI or ?default"))
    form = next((value for key, value in fields if key == "format"), None)
    return (_iris(graphs)[0] if graphs else None), form


def _media_type(value: str) -> tuple[str, str]:
    media_type, *parameters = (part.strip() for part in value.split(";"))
    charset = "utf-8"
    for parameter in parameters:
        key, _, said = parameter.partition("=")
        if key.strip().lower() == "charset":
            charset = said.strip().strip('"').lower()
    return media_type.lower(), charset


def _no_update() -> HttpError:
    error = ImnmError("update-refused", "this server only reads", "ask with SELECT, ASK, CONSTRUCT or DESCRIBE")
    return _refuse(403, error)


def _form(given: dict[str, list[str]]) -> str | None:
    """Return the form that is asked for; SPARQLWrapper gives its own short name and then the media types."""
    values = given.get("format", [])
    return values[-1] if values and values[-1] else None


def _iris(values: list[str] | None) -> tuple[str, ...]:
    for value in values or ():
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`\x00-\x20]*", value):
            what = f"'{value[:60].encode('ascii', 'backslashreplace').decode()}' is no IRI of a graph"
            raise _refuse(400, ImnmError("request-parameter", what, "give an absolute IRI"))
    return tuple(values or ())
