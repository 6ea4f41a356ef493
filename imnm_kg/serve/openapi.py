# SPDX-License-Identifier: Apache-2.0
"""The description of the stored queries for programs: OpenAPI 3.1, made from the headers of the queries."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from pyoxigraph import BlankNode, Literal, NamedNode, QuerySolutions

from imnm_kg.model.namespaces import BASE, IMNM, RDF, XSD
from imnm_kg.model.results import short
from imnm_kg.rdf.sparql import query_form
from imnm_kg.serve.answering import GRAPHS, MEDIA_TYPES, ROWS

if TYPE_CHECKING:
    from imnm_kg.model.results import Term
    from imnm_kg.model.stored_query import Parameter, StoredQuery
    from imnm_kg.serve.site import Site

__all__ = ["openapi"]

_LOCAL = "[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?"
_IRI = r"https?://[^\s<>\"{}|\\^`]+|<https?://[^\s<>\"{}|\\^`]+>"
_CLAIM = "[0-9a-f]{32}"
_KINDS = {"entity": IMNM.Disease, "claim": IMNM.Claim, "document": IMNM.Document}
_LARGEST = 10**18 - 1
_TYPES = {form: value.partition(";")[0] for form, value in MEDIA_TYPES.items()} | {"rq": "application/sparql-query"}
_REFUSALS = {
    "400": "The address is not URL-encoded UTF-8, gives a parameter twice, or the result is too large.",
    "406": "The client takes no form that the answer can have.",
    "414": "The parameters are too long.",
    "422": "A parameter is none of the query, or its value is not of its type.",
    "429": "Too many requests from one address.",
    "503": "Too many queries wait, or the query took too long.",
}


def openapi(site: Site) -> dict[str, Any]:
    """Describe the stored queries of a site.

    Args:
        site: what is served.
    """
    paths: dict[str, Any] = {"/queries": {"get": _list_operation()}}
    for query in site.queries.values():
        paths[f"/queries/{query.name}"] = {"get": _operation(site, query)}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "imnm-kg: stored queries",
            "version": site.version or "0",
            "summary": "Questions about immune-mediated necrotizing myopathy, each answer with its quotes",
            "description": "Every medical row leads to a verbatim quote. Look at polarity and certainty before you use "
            "a row: that something was found not to help is an answer as well.",
            "license": {"name": "CC BY 4.0", "identifier": "CC-BY-4.0"},
        },
        "servers": [{"url": site.base}],
        "security": [],
        "tags": [{"name": "queries", "description": "Stored queries"}],
        "paths": paths,
        "components": {"schemas": _SCHEMAS, "responses": _responses()},
    }


_SCHEMAS: dict[str, Any] = {
    "Results": {
        "type": "object",
        "description": "SPARQL 1.1 query results: rows, or the answer yes or no.",
        "required": ["head"],
        "properties": {
            "head": {"type": "object", "properties": {"vars": {"type": "array", "items": {"type": "string"}}}},
            "results": {
                "type": "object",
                "required": ["bindings"],
                "properties": {
                    "bindings": {
                        "type": "array",
                        "items": {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Term"}},
                    }
                },
            },
            "boolean": {"type": "boolean"},
        },
    },
    "Term": {
        "type": "object",
        "required": ["type", "value"],
        "properties": {
            "type": {"enum": ["uri", "literal", "bnode"]},
            "value": {"type": "string"},
            "datatype": {"type": "string"},
            "xml:lang": {"type": "string"},
        },
    },
    "Problem": {
        "type": "object",
        "description": "Problem details (RFC 9457).",
        "required": ["status", "title", "code"],
        "properties": {
            "status": {"type": "integer"},
            "title": {"type": "string"},
            "code": {"type": "string", "description": "the id of the error, a section of docs/errors.md"},
            "detail": {"type": "string", "description": "what is wrong"},
            "remedy": {"type": "string", "description": "what to do about it"},
            "parameter": {"type": "string", "description": "the parameter that is not right"},
            "takes": {"type": "string", "description": "what it takes"},
        },
    },
    "Queries": {
        "type": "object",
        "required": ["queries"],
        "properties": {
            "queries": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["name", "title", "description", "keywords", "address", "parameters"],
                    "properties": {
                        "name": {"type": "string"},
                        "title": {"type": "string"},
                        "description": {"type": "string"},
                        "keywords": {"type": "array", "items": {"type": "string"}},
                        "address": {"type": "string", "format": "uri"},
                        "parameters": {"type": "array", "items": {"type": "object"}},
                    },
                },
            }
        },
    },
}


def _responses() -> dict[str, Any]:
    content = {
        "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}},
        "text/html": {"schema": {"type": "string"}},  # for who asked for a page
    }
    return {f"Refusal{status}": {"description": text, "content": content} for status, text in _REFUSALS.items()}


def _refusals(*statuses: str) -> dict[str, Any]:
    return {status: {"$ref": f"#/components/responses/Refusal{status}"} for status in statuses}


def _list_operation() -> dict[str, Any]:
    text = {"schema": {"type": "string"}}
    return {
        "operationId": "list",
        "tags": ["queries"],
        "summary": "The stored queries, with their parameters",
        "parameters": [_format_parameter(("json", "turtle", "html"))],
        "responses": {
            "200": {
                "description": "The queries; as Turtle they are sh:SPARQLExecutable nodes.",
                "content": {
                    "application/json": {"schema": {"$ref": "#/components/schemas/Queries"}},
                    "text/turtle": text,
                    "text/html": text,
                },
            },
            **_refusals("400", "406", "414", "429"),
        },
    }


def _operation(site: Site, query: StoredQuery) -> dict[str, Any]:
    first, variables = _first_row(site, query)
    graph = query_form(query.text) == "CONSTRUCT"
    forms = (*(GRAPHS if graph else ROWS), "rq", "html")
    content: dict[str, Any] = {
        _TYPES.get(form, "text/html"): {"schema": {"type": "string"}} for form in forms
    }  # the text of a form is not described further
    if not graph:
        example: dict[str, Any] = {"head": {"vars": variables}}
        example["results"] = {
            "bindings": [{key: _json(term) for key, term in first.items() if key in variables}] if first else []
        }
        content[_TYPES["json"]] = {"schema": {"$ref": "#/components/schemas/Results"}, "example": example}
    return {
        "operationId": query.name,
        "tags": ["queries"],
        "summary": query.title,
        "description": query.description,
        "parameters": [
            *(_parameter(site, query, each, first) for each in query.parameters),
            _format_parameter(forms),
        ],
        "responses": {
            "200": {"description": query.description, "content": content},
            **_refusals(*_REFUSALS),
        },
    }


def _format_parameter(forms: tuple[str, ...]) -> dict[str, Any]:
    return {
        "name": "format",
        "in": "query",
        "description": "the form of the answer; it goes before the header Accept",
        "schema": {"enum": list(forms)},
        "example": forms[0],
    }


def _parameter(site: Site, query: StoredQuery, parameter: Parameter, first: dict[str, Term]) -> dict[str, Any]:
    default = "" if parameter.default == "UNDEF" else f" (when left out: {parameter.default})"
    return {
        "name": parameter.name,
        "in": "query",
        "required": False,
        "description": f"{parameter.description}{default}; {parameter.takes}",
        "schema": _schema(site, query, parameter),
        "example": _example(site, query, parameter, first),
    }


def _schema(site: Site, query: StoredQuery, parameter: Parameter) -> dict[str, Any]:
    if parameter.type == "string":
        return {"type": "string"}
    if parameter.type == "integer":
        return {"type": "integer", "minimum": -_LARGEST, "maximum": _LARGEST}
    if parameter.type == "term":
        return {"type": "string", "enum": list(parameter.choices)}
    prefixes = "|".join(re.escape(prefix) for prefix in sorted({**site.prefixes, **query.prefixes}) if prefix)
    local = _CLAIM if parameter.type == "claim" else _LOCAL
    return {"type": "string", "pattern": f"^(?:{local}|(?:{prefixes}):{_LOCAL}|{_IRI})$"}


def _example(site: Site, query: StoredQuery, parameter: Parameter, first: dict[str, Term]) -> str | int:
    """Give a value for which the query has an answer where that is easy to find."""
    prefixes = {**site.prefixes, **query.prefixes}
    term = first.get(parameter.name)
    if parameter.type == "term":
        default = parameter.default.removeprefix("imnm:")
        found = term.value.removeprefix(IMNM) if isinstance(term, NamedNode) else default
        return next((each for each in (default, found) if each in parameter.choices), parameter.choices[0])
    if parameter.default != "UNDEF":
        text = parameter.default.strip('"<>')
    elif term is not None:
        text = term.value if isinstance(term, Literal) else short(term, prefixes)
    elif parameter.type in _KINDS:
        quads = site.store.quads_for_pattern(None, RDF.type, _KINDS[parameter.type])
        text = min((quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode)), default=f"{BASE}none")
    else:
        text = "0" if parameter.type == "integer" else "a text"
    if parameter.type == "integer":
        return int(text.partition("^")[0].strip('"'))
    return text.removeprefix(f"{BASE}{parameter.type}/").removeprefix(f"{parameter.type}:")


def _first_row(site: Site, query: StoredQuery) -> tuple[dict[str, Term], list[str]]:
    """Return the first row of the answer with the defaults, parameters included, and the names of its columns."""
    solutions = site.store.query(query.text)
    if not isinstance(solutions, QuerySolutions):
        return {}, []
    names = [variable.value for variable in solutions.variables]
    hidden = [each.name for each in query.parameters if each.name not in names]
    if hidden:  # for an example that has an answer, see also what they are bound to
        more = " ".join(f"?{name}" for name in hidden)
        with suppress(SyntaxError):  # of a query that counts
            shown = site.store.query(re.sub(r"(?m)^(SELECT(?: DISTINCT)?)\b", rf"\1 {more}", query.text, count=1))
            solutions = shown if isinstance(shown, QuerySolutions) else solutions
    row = next(iter(solutions), None)
    if row is None:
        return {}, names
    known = [variable.value for variable in solutions.variables]
    terms = ((name, row[name]) for name in known)
    return {name: term for name, term in terms if isinstance(term, NamedNode | Literal | BlankNode)}, names


def _json(term: Term) -> dict[str, str]:
    if isinstance(term, NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, BlankNode):
        return {"type": "bnode", "value": term.value}
    made = {"type": "literal", "value": term.value}
    if term.language is not None:
        made["xml:lang"] = term.language
    elif term.datatype != XSD.string:
        made["datatype"] = term.datatype.value
    return made
