# SPDX-License-Identifier: Apache-2.0
"""Rows and graphs in the standard forms, written piece by piece, no further than a limit."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from json.encoder import encode_basestring
from typing import TYPE_CHECKING
from xml.parsers.expat import ExpatError, ParserCreate
from xml.sax.saxutils import escape, quoteattr

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple
from pyoxigraph import serialize as serialize_graph

from imnm_kg.errors import ImnmError
from imnm_kg.serve.formats import HttpError

if TYPE_CHECKING:
    from pyoxigraph import QuerySolutions

__all__ = ["boolean", "write_graph", "write_rows"]

_XSD = "http://www.w3.org/2001/XMLSchema#"
_RDF_LANG = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"
_FORMATS = {
    "turtle": RdfFormat.TURTLE,
    "ntriples": RdfFormat.N_TRIPLES,
    "rdfxml": RdfFormat.RDF_XML,
    "jsonld": RdfFormat.JSON_LD,
    "trig": RdfFormat.TRIG,
    "nquads": RdfFormat.N_QUADS,
}
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_AT_ONCE = 200  # rows between two writes
# What Turtle writes without quotes, and only in these forms.
_BARE = {
    f"{_XSD}integer": re.compile(r"[+-]?[0-9]+"),
    f"{_XSD}decimal": re.compile(r"[+-]?[0-9]*\.[0-9]+"),
    f"{_XSD}double": re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)[eE][+-]?[0-9]+"),
    f"{_XSD}boolean": re.compile("true|false"),
}

Write = Callable[[bytes], None]


def boolean(value: bool, form: str) -> bytes:
    """Write the answer of ``ASK``."""
    word = "true" if value else "false"
    if form == "json":
        return f'{{"head":{{}},"boolean":{word}}}'.encode()
    if form == "xml":
        head = '<?xml version="1.0"?><sparql xmlns="http://www.w3.org/2005/sparql-results#"><head></head>'
        return f"{head}<boolean>{word}</boolean></sparql>".encode()
    return f"{word}\n".encode()


def write_rows(solutions: QuerySolutions, form: str, write: Write, most: int) -> int:
    """Write the rows of a ``SELECT``; returns how many.

    Raises:
        HttpError: 400 when there are more than ``most``, 406 for characters that XML cannot have.
    """
    names = [variable.value for variable in solutions.variables]
    start, row, between, end = _FORMS[form](names)
    write(start.encode())
    count, pieces = 0, []
    for solution in solutions:
        count += 1
        if count > most:
            raise _too_large(f"{most:,} rows")
        pieces.append(row(solution))
        if len(pieces) >= _AT_ONCE:
            write(((between if count > len(pieces) else "") + between.join(pieces)).encode())
            pieces.clear()
    if pieces:
        write(((between if count > len(pieces) else "") + between.join(pieces)).encode())
    write(end.encode())
    return count


def write_graph(triples: Iterable[Triple], form: str, write: Write, most: int, prefixes: Mapping[str, str]) -> int:
    """Write a graph; returns the number of triples.

    Raises:
        HttpError: 400 when there are more than ``most``, 406 for what RDF/XML cannot say.
    """
    count = 0

    def counted() -> Iterator[Triple]:
        nonlocal count
        for triple in triples:
            count += 1
            if count > most:
                raise _too_large(f"{most:,} triples")
            yield triple

    if form != "rdfxml":
        named = dict(prefixes) if form in ("turtle", "trig") else None
        serialize_graph(counted(), _Output(write), format=_FORMATS[form], prefixes=named)  # type: ignore[arg-type]
        return count
    body = serialize_graph(counted(), format=RdfFormat.RDF_XML)
    body = (body or b"").replace(b"\r", b"&#xD;")  # a reader would take it for the end of a line
    parser = ParserCreate(namespace_separator=" ")
    try:
        parser.Parse(body, True)
    except ExpatError as error:
        what = "RDF/XML cannot say this graph: a predicate has no local name, or a text has a control character"
        raise HttpError(406, ImnmError("format-unfit", what, "ask for text/turtle")) from error
    write(body)
    return count


class _Output:
    """What the serializer takes for a file."""

    def __init__(self, write: Write) -> None:
        self._write = write

    def write(self, data: bytes) -> int:
        self._write(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Do nothing: who reads on decides when it is sent."""


def _too_large(what: str) -> HttpError:
    return HttpError(
        400, ImnmError("result-too-large", f"the result has more than {what}", "ask with LIMIT and OFFSET")
    )


_Row = Callable[["Iterable[object]"], str]
_Form = tuple[str, _Row, str, str]


def _json_form(names: list[str]) -> _Form:
    keys = [f"{encode_basestring(name)}:" for name in names]

    def row(solution: Iterable[object]) -> str:
        pairs = zip(keys, solution, strict=True)
        return "{" + ",".join([key + _json(term) for key, term in pairs if term is not None]) + "}"

    head = ",".join(map(encode_basestring, names))
    return f'{{"head":{{"vars":[{head}]}},"results":{{"bindings":[', row, ",", "]}}"


def _json(term: object) -> str:
    if isinstance(term, NamedNode):
        return f'{{"type":"uri","value":{encode_basestring(term.value)}}}'
    if isinstance(term, Literal):
        start = f'{{"type":"literal","value":{encode_basestring(term.value)}'
        if term.language is not None:
            return f'{start},"xml:lang":"{term.language}"}}'
        datatype = term.datatype.value
        if datatype == f"{_XSD}string":
            return start + "}"
        return f'{start},"datatype":{encode_basestring(datatype)}}}'
    if isinstance(term, BlankNode):
        return f'{{"type":"bnode","value":"{term.value}"}}'
    assert isinstance(term, Triple)
    parts = (("subject", term.subject), ("predicate", term.predicate), ("object", term.object))
    return '{"type":"triple","value":{' + ",".join(f'"{name}":{_json(part)}' for name, part in parts) + "}}"


def _xml_form(names: list[str]) -> _Form:
    starts = [f"<binding name={quoteattr(name)}>" for name in names]

    def row(solution: Iterable[object]) -> str:
        pairs = zip(starts, solution, strict=True)
        text = "".join([f"{start}{_xml(term)}</binding>" for start, term in pairs if term is not None])
        if _NOT_XML.search(text):
            what = "a text in the result has a control character, and XML cannot have it"
            raise HttpError(406, ImnmError("format-unfit", what, "ask for application/sparql-results+json"))
        return f"<result>{text}</result>"

    head = "".join(f"<variable name={quoteattr(name)}/>" for name in names)
    opening = '<?xml version="1.0"?><sparql xmlns="http://www.w3.org/2005/sparql-results#">'
    return f"{opening}<head>{head}</head><results>", row, "", "</results></sparql>"


def _xml(term: object) -> str:
    if isinstance(term, NamedNode):
        return f"<uri>{escape(term.value)}</uri>"
    if isinstance(term, Literal):
        text = escape(term.value, {"\r": "&#xD;"})
        if term.language is not None:
            return f'<literal xml:lang="{term.language}">{text}</literal>'
        if term.datatype.value == f"{_XSD}string":
            return f"<literal>{text}</literal>"
        return f"<literal datatype={quoteattr(term.datatype.value)}>{text}</literal>"
    if isinstance(term, BlankNode):
        return f"<bnode>{term.value}</bnode>"
    assert isinstance(term, Triple)
    parts = (("subject", term.subject), ("predicate", term.predicate), ("object", term.object))
    return "<triple>" + "".join(f"<{name}>{_xml(part)}</{name}>" for name, part in parts) + "</triple>"


def _csv_form(names: list[str]) -> _Form:
    def row(solution: Iterable[object]) -> str:
        return ",".join(map(_csv, solution)) + "\r\n"

    return ",".join(names) + "\r\n", row, "", ""


def _csv(term: object) -> str:
    if term is None:
        return ""
    text = term.value if isinstance(term, NamedNode | Literal) else str(term)
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text


_QUOTED = re.compile(r'[",\r\n]')


def _tsv_form(names: list[str]) -> _Form:
    def row(solution: Iterable[object]) -> str:
        return "\t".join(map(_tsv, solution)) + "\n"

    return "\t".join(f"?{name}" for name in names) + "\n", row, "", ""


def _tsv(term: object) -> str:
    if term is None:
        return ""
    if isinstance(term, Literal) and (form := _BARE.get(term.datatype.value)) and form.fullmatch(term.value):
        return term.value
    return str(term).replace("\t", "\\t")


_FORMS: dict[str, Callable[[list[str]], _Form]] = {
    "json": _json_form,
    "xml": _xml_form,
    "csv": _csv_form,
    "tsv": _tsv_form,
}
