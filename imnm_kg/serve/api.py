# SPDX-License-Identifier: Apache-2.0
"""Stored queries as an API: the list of them, each one with typed parameters, and its OpenAPI description.

``/queries`` lists them, ``/queries/NAME?key=value`` runs one. What a client gives for a parameter is checked and
becomes an RDF term; it is never read as text of a query.
"""

from __future__ import annotations

import asyncio
import importlib
import json
from collections.abc import Hashable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from pyoxigraph import QueryResultsFormat, QuerySolutions, RdfFormat, parse, parse_query_results
from starlette.routing import BaseRoute, Route

from imnm_kg.errors import ImnmError
from imnm_kg.model.results import Answer
from imnm_kg.model.stored_query import StoredQuery, nearest
from imnm_kg.rdf.sparql import query_form
from imnm_kg.serve.answering import GRAPHS, MEDIA_TYPES, ROWS, Runner, RunnerReply, Runs, Template
from imnm_kg.serve.examples import executables
from imnm_kg.serve.negotiation import best
from imnm_kg.serve.openapi import openapi
from imnm_kg.serve.reply import (
    Cache,
    Receive,
    Reply,
    Scope,
    Send,
    header,
    make_reply,
    problem,
    refuse_method,
    send_reply,
)

if TYPE_CHECKING:
    from types import ModuleType

    from imnm_kg.serve.site import Site

__all__ = ["QueryApi", "load_pages", "routes"]

_LONGEST = 16_384  # bytes of an address's parameters
_FIELDS = 60
_CACHE = 32 << 20
_MOST_KNOWN = 10_000
_SHORT = 600
_STATUS = {
    "server-busy": 503,
    "result-too-large": 400,
    "format-unfit": 406,
    "format-unknown": 406,
    "query-unknown": 404,
    "parameter-unknown": 422,
    "parameter-type": 422,
    "request-encoding": 400,
    "request-parameter": 400,
    "query-too-large": 414,
}
_TEXT_OF_QUERY = "application/sparql-query; charset=utf-8"
_HTML = "text/html; charset=utf-8"
_ALIASES = {
    "application/json": "json",
    "application/xml": "xml",
    "text/xml": "xml",
    "application/xhtml+xml": "html",
}


class _Asked(NamedTuple):
    """What a client asks of a stored query."""

    given: dict[str, str]
    form: str | None


def routes(site: Site, runner: Runner | None = None) -> list[BaseRoute]:
    """Return ``/queries``, ``/queries/NAME`` and ``/openapi.json``.

    Args:
        site: what is served.
        runner: what has a query run in a worker process; without one, slow queries run in a few threads.
    """
    api = QueryApi(site, runner)
    return [Route(path, api) for path in ("/queries", "/queries/{name:path}", "/openapi.json")]


def load_pages() -> ModuleType | None:
    """Return the pages; None where what they need is not installed: the data is served without them."""
    try:
        return importlib.import_module("imnm_kg.serve.pages")
    except ImportError:
        return None


class QueryApi:
    """The application of the stored queries.

    Attributes:
        site: what is served.
        runs: how queries are run.
        cache: the answers that are kept.
    """

    def __init__(self, site: Site, runner: Runner | None = None) -> None:
        self.site = site
        self.runs = Runs(site.store, runner)
        self.cache = Cache(_CACHE)
        self._pages = load_pages()
        self._openapi: Reply | None = None
        self._templates = {name: Template(query, site.prefixes) for name, query in site.queries.items()}
        self._known: dict[tuple[str, bytes, str], Hashable] = {}
        self._graphs = {name: query_form(query.text) == "CONSTRUCT" for name, query in site.queries.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        del receive
        if await refuse_method(scope, send, self.site):
            return
        try:
            reply = await self._reply(scope)
        except ImnmError as error:
            reply = self._refusal(error)
        await send_reply(scope, send, self.site, reply)

    async def _reply(self, scope: Scope) -> Reply:
        path: str = scope["path"].rstrip("/")
        if path == "/openapi.json":
            if self._openapi is None:
                self._openapi = await asyncio.to_thread(self._make_openapi)
            return self._openapi
        accept = header(scope, b"accept")
        address = (path, scope["query_string"], accept)
        known = self._known.get(address)  # what was asked in the very same words need not be read again
        if known is not None and (kept := self.cache.get(known)) is not None:
            return kept
        name = path.removeprefix("/queries").removeprefix("/")
        asked = _read(scope["query_string"])
        if not name:
            return self._list(accept, asked)
        stored = self.site.queries.get(name)
        if stored is None:
            return self._unknown(name, accept)
        reply, key = await self._run(stored, accept, asked, _client(scope))
        if key is not None and len(address[1]) + len(accept) < _SHORT:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[address] = key
        return reply

    # -- the list

    def _list(self, accept: str, asked: _Asked) -> Reply:
        offered = {"json": "application/json", "turtle": "text/turtle; charset=utf-8"}
        if self._pages is not None:
            offered["html"] = _HTML
        if asked.given:
            raise ImnmError(
                "request-parameter", "the list of the queries takes only 'format'", "give parameters to one query"
            )
        form = _choose(accept, asked.form, tuple(offered.items()))
        key = ("list", form)
        found = self.cache.get(key)
        if found is None:
            if form == "html":
                assert self._pages is not None
                found = self._page(self._pages.queries_page(self.site))
            else:
                text = self._described if form == "json" else executables(self.site)
                found = make_reply(text.encode(), offered[form], [("link", _service_link(self.site))])
            self.cache.put(key, found)
        return found

    @property
    def _described(self) -> str:
        queries = [describe(self.site, query) for query in self.site.queries.values()]
        return json.dumps({"queries": queries}, ensure_ascii=False, indent=1) + "\n"

    def _make_openapi(self) -> Reply:
        text = json.dumps(openapi(self.site), ensure_ascii=False, indent=1) + "\n"
        return make_reply(text.encode(), "application/json")

    # -- one query

    async def _run(self, stored: StoredQuery, accept: str, asked: _Asked, client: str) -> tuple[Reply, Hashable | None]:
        """Return an answer, and what it is kept by, if it is."""
        data = GRAPHS if self._graphs[stored.name] else ROWS
        offered = [*((form, MEDIA_TYPES[form]) for form in data), ("rq", _TEXT_OF_QUERY)]
        if self._pages is not None:
            offered.append(("html", _HTML))
        form = _choose(accept, asked.form, tuple(offered))
        given = asked.given
        if form == "html" and not asked.form:  # a form sends every field, also those that were left empty
            given = {key: value for key, value in given.items() if value}
        try:
            text = self._templates[stored.name].bind(given)
        except ImnmError as error:
            return self._unfit(stored, given, error, form), None
        if form == "rq":
            return make_reply(text.encode(), _TEXT_OF_QUERY), None
        # Two spellings of a term make one text, so the text is the key; a page shows them as they were typed.
        key = (text, form, tuple(given.items()) if form == "html" else ())
        found = self.cache.get(key)
        if found is not None:
            return found, key
        remembered = " ".join((stored.name, *sorted(given)))
        if form == "html":
            found = await self._answered_page(stored, given, text, remembered, client)
        else:
            made = await self.runs.run(text, form, remembered, client)
            if isinstance(made, RunnerReply):
                return make_reply(made.body, made.media_type, (), made.status, steady=False), None
            found = make_reply(made, MEDIA_TYPES[form], [("link", _service_link(self.site))])
        if found.status == 200:
            self.cache.put(key, found)
        return found, key

    async def _answered_page(
        self, stored: StoredQuery, given: dict[str, str], text: str, remembered: str, client: str
    ) -> Reply:
        assert self._pages is not None
        graph = self._graphs[stored.name]
        made = await self.runs.run(text, "ntriples" if graph else "json", remembered, client)
        if isinstance(made, RunnerReply):
            return make_reply(made.body, made.media_type, (), made.status, steady=False)
        answer = _read_answer(made, graph)
        html = await asyncio.to_thread(self._pages.query_page, self.site, stored.name, given, answer)
        return self._page(html)

    def _unfit(self, stored: StoredQuery, given: dict[str, str], error: ImnmError, form: str) -> Reply:
        """Say which parameter is not right, and what it takes."""
        wrong, takes = _wrong(stored, given, self.site)
        if form == "html":
            assert self._pages is not None
            page = self._pages.query_page(self.site, stored.name, given, None, (wrong, f"{error.what}; {error.remedy}"))
            return self._page(page, 422)
        return problem(422, error, parameter=wrong, takes=takes)

    def _unknown(self, name: str, accept: str) -> Reply:
        shown = name[:80].encode("ascii", "backslashreplace").decode()
        near = near_queries(self.site, name)
        html = self._pages is not None and best(accept, ("application/json", "text/html")) == "text/html"
        if html:
            assert self._pages is not None
            links = [(self.site.queries[each].title, _path(self.site, each)) for each in near]
            return self._page(self._pages.not_found(self.site, f"/queries/{shown}", links), 404)
        remedy = f"did you mean {' or '.join(near)}?" if near else f"see {self.site.base}/queries"
        error = ImnmError("query-unknown", f"there is no stored query '{shown}'", remedy)
        return problem(404, error, near=[f"{self.site.base}/queries/{each}" for each in near])

    def _page(self, html: str, status: int = 200) -> Reply:
        assert self._pages is not None
        headers: dict[str, str] = {
            name: value for name, value in self._pages.HEADERS.items() if name != "x-content-type-options"
        }
        return make_reply(html.encode(), _HTML, headers.items(), status, steady=status == 200)

    def _refusal(self, error: ImnmError) -> Reply:
        waits = [("retry-after", "2")] if error.code == "server-busy" else []
        return problem(_STATUS.get(error.code, 500), error, waits)


def describe(site: Site, query: StoredQuery) -> dict[str, Any]:
    """Describe a stored query for a program."""
    return {
        "name": query.name,
        "title": query.title,
        "description": query.description,
        "keywords": [word.strip() for word in query.header.get("keywords", "").split(",") if word.strip()],
        "address": f"{site.base}/queries/{query.name}",
        "parameters": [
            {
                "name": each.name,
                "type": each.type,
                "takes": each.takes,
                "choices": list(each.choices),
                "description": each.description,
                "default": None if each.default == "UNDEF" else each.default,
            }
            for each in query.parameters
        ],
    }


def near_queries(site: Site, name: str) -> list[str]:
    """Return the names of the stored queries that are nearest to one that is none."""
    said = nearest(name[:80], site.queries, "")
    words = said.removeprefix("did you mean ").removesuffix("?").split(" or ") if said.startswith("did you") else []
    return [word for word in words if word in site.queries]


def _read(query_string: bytes) -> _Asked:
    """Read the parameters of an address, decoded once."""
    if len(query_string) > _LONGEST:
        what = f"the address has more than {_LONGEST:,} bytes of parameters"
        raise ImnmError("query-too-large", what, "give shorter ones")
    if not query_string:
        return _Asked({}, None)
    try:
        pairs = parse_qsl(query_string.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_FIELDS)
    except UnicodeError as error:
        what = "the parameters are not URL-encoded UTF-8"
        raise ImnmError("request-encoding", what, "encode them as UTF-8 and escape with %") from error
    except ValueError as error:
        what = f"there are more than {_FIELDS} parameters"
        raise ImnmError("request-parameter", what, "leave some out") from error
    given: dict[str, str] = {}
    for key, value in pairs:
        if key in given:
            shown = key[:40].encode("ascii", "backslashreplace").decode()
            raise ImnmError("request-parameter", f"'{shown}' is given twice", "give it once")
        given[key] = value
    form = given.pop("format", None)
    return _Asked(given, form)


@lru_cache(1024)
def _choose(accept: str, asked: str | None, offered: tuple[tuple[str, str], ...]) -> str:
    """Choose the form of an answer, of pairs of short name and media type: by name, else as the client accepts it."""
    names = [form for form, _ in offered]
    if asked is not None:
        if asked in names:
            return asked
        shown = asked[:40].encode("ascii", "backslashreplace").decode()
        raise ImnmError("format-unknown", f"this answer has no form '{shown}'", f"use {', '.join(names)}")
    by_type = {media_type.partition(";")[0]: form for form, media_type in offered}
    for alias, form in _ALIASES.items():
        if form in names:
            by_type.setdefault(alias, form)
    chosen = best(accept, tuple(by_type))
    if chosen is None:
        raise ImnmError("format-unknown", "the client takes no form of this answer", f"ask for {', '.join(by_type)}")
    return by_type[chosen]


def _wrong(stored: StoredQuery, given: dict[str, str], site: Site) -> tuple[str, str]:
    """Find the parameter that cannot be bound: its name and what it takes."""
    known = {parameter.name: parameter for parameter in stored.parameters}
    for name, value in given.items():
        parameter = known.get(name)
        if parameter is None:
            return name, f"nothing: the query takes {', '.join(known) or 'no parameters'}"
        try:
            parameter.term(value, {**site.prefixes, **stored.prefixes})
        except ImnmError:
            return name, parameter.takes
    return "", ""


def _client(scope: Scope) -> str:
    """Return the address of who asks; behind a proxy it is the server's front that knows it."""
    context, peer = scope.get("imnm.context"), scope.get("client")
    return str(context.client) if context is not None else peer[0] if peer else "local"


def _read_answer(body: bytes, graph: bool) -> Answer:
    if graph:
        return Answer(triples=tuple(quad.triple for quad in parse(body, format=RdfFormat.N_TRIPLES)))
    results = parse_query_results(body, format=QueryResultsFormat.JSON)
    if isinstance(results, QuerySolutions):
        return Answer.of(results)
    return Answer(boolean=bool(results))


def _path(site: Site, name: str) -> str:
    return f"{urlsplit(site.base).path.rstrip('/')}/queries/{name}"


def _service_link(site: Site) -> str:
    return f'<{site.base}/openapi.json>; rel="service-desc"; type="application/json"'
