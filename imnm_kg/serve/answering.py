# SPDX-License-Identifier: Apache-2.0
"""How stored queries are run: at once where they are quick, else where they hold nobody up.

A stored query is trusted: it is of the project, and what a client gives is a term in it. So one that is quick may run
on the event loop, which is several times as fast as to have it run elsewhere. Which one is quick is found out in a
thread, the first time that it is asked with the same parameters; one that is not runs in a worker process where the
application has those, else in a thread. The engine lets go of the interpreter's lock, so a thread holds nobody up.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from time import thread_time
from typing import TYPE_CHECKING, NamedTuple

from pyoxigraph import Literal, NamedNode, QueryBoolean, QueryResultsFormat, QuerySolutions, RdfFormat

from imnm_kg.errors import ImnmError

if TYPE_CHECKING:
    from pyoxigraph import Store

    from imnm_kg.model.results import Result
    from imnm_kg.model.stored_query import StoredQuery

__all__ = ["GRAPHS", "MEDIA_TYPES", "ROWS", "Runner", "RunnerReply", "Runs", "Template", "write_result"]

MEDIA_TYPES = {
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    "csv": "text/csv; charset=utf-8",
    "tsv": "text/tab-separated-values; charset=utf-8",
    "turtle": "text/turtle; charset=utf-8",
    "ntriples": "application/n-triples",
    "jsonld": "application/ld+json",
}
"""The media type of each form."""

ROWS = ("json", "xml", "csv", "tsv")
"""The forms of rows and booleans, the preferred one first."""

GRAPHS = ("turtle", "ntriples", "jsonld")
"""The forms of a graph, the preferred one first."""

_GRAPH_FORMATS = {"turtle": RdfFormat.TURTLE, "ntriples": RdfFormat.N_TRIPLES, "jsonld": RdfFormat.JSON_LD}
_MOST_BYTES = 64 << 20
_QUICK = 0.005  # seconds that the event loop may be held
_FAR_TOO_LONG = 0.05
_STRIKES = 3  # quick queries that took longer than that, after which they never run there again
_THREADS = 2
_QUEUE = 64
_NOT_XML = re.compile(b"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")


class RunnerReply(NamedTuple):
    """What a worker process answered.

    Attributes:
        status: the status of HTTP; the body of one from 400 on is a problem.
        media_type: the value of ``Content-Type``.
        body: the whole answer.
        rows: rows or triples.
    """

    status: int
    media_type: str
    body: bytes
    rows: int


Runner = Callable[[str, str, str, str], Awaitable[RunnerReply]]
"""Runs a query in a worker process: its text, the short name of a form, a name for the query, the client."""


class Template:
    """A stored query taken apart at its parameters, since putting it together again is all that a request needs."""

    def __init__(self, stored: StoredQuery, prefixes: Mapping[str, str]) -> None:
        """Take a query apart.

        Args:
            stored: the query.
            prefixes: for CURIEs, beside those that the query declares.
        """
        self.stored = stored
        self._prefixes = {**prefixes, **stored.prefixes}
        self._parameters = {parameter.name: parameter for parameter in stored.parameters}
        marks: dict[str, str | NamedNode | Literal] = {name: NamedNode(f"x-slot:{name}") for name in self._parameters}
        self._pieces = re.split(r"<x-slot:(\w+)>", stored.bind(marks))

    def bind(self, given: Mapping[str, str]) -> str:
        """Return the query with the given values in the place of the defaults, as ``StoredQuery.bind`` does.

        Raises:
            ImnmError: ``parameter-unknown``, ``parameter-type``.
        """
        if not given.keys() <= self._parameters.keys():
            return self.stored.bind(given, self._prefixes)  # which says what is wrong
        terms = {name: str(self._parameters[name].term(value, self._prefixes)) for name, value in given.items()}
        pieces = self._pieces.copy()
        for place in range(1, len(pieces), 2):
            name = pieces[place]
            pieces[place] = terms[name] if name in terms else self._parameters[name].default
        return "".join(pieces)


class Runs:
    """Runs stored queries, and remembers which of them are quick."""

    def __init__(self, store: Store, runner: Runner | None = None) -> None:
        """Say where they run.

        Args:
            store: the graph.
            runner: what has a query run in a worker process; None for threads.
        """
        self._store = store
        self.runner = runner
        self._strikes: dict[str, int] = {}  # none: quick so far; as many as there may be: slow
        self._waiting = 0
        self._threads: ThreadPoolExecutor | None = None

    async def run(self, text: str, form: str, name: str, client: str) -> bytes | RunnerReply:
        """Run a query.

        Args:
            text: the query.
            form: the short name of the form.
            name: what is remembered: the name of the stored query and of the parameters that are given.
            client: who asks.

        Returns:
            The answer, or what a worker said instead of one.

        Raises:
            ImnmError: ``server-busy``, ``result-too-large``, ``format-unfit``.
        """
        strikes = self._strikes.get(name)
        if strikes is not None and strikes < _STRIKES:
            started = thread_time()  # the clock would also count what other processes take
            made = write_result(self._store.query(text), form)
            took = thread_time() - started
            if took > _QUICK:
                self._strikes[name] = strikes + (_STRIKES if took > _FAR_TOO_LONG else 1)
            return made
        if self.runner is not None and strikes is not None:
            reply = await self.runner(text, form, name, client)
            return reply.body if reply.status == 200 else reply
        self._strikes.setdefault(name, _STRIKES)  # what comes while this is tried goes to the workers
        made, took = await self._in_thread(text, form)
        if strikes is None and took < _QUICK:
            self._strikes[name] = 0
        return made

    async def _in_thread(self, text: str, form: str) -> tuple[bytes, float]:
        if self._waiting >= _QUEUE:
            raise ImnmError("server-busy", "too many queries wait already", "ask again in a moment")
        if self._threads is None:
            self._threads = ThreadPoolExecutor(_THREADS, "stored-query")
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, self._timed, text, form)
        finally:
            self._waiting -= 1

    def _timed(self, text: str, form: str) -> tuple[bytes, float]:
        started = thread_time()
        return write_result(self._store.query(text), form), thread_time() - started


class _Output:
    """What the serializer takes for a file; it takes so many bytes and no more."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.pieces: list[bytes] = []
        self.size = 0

    def write(self, data: bytes) -> int:
        self.size += len(data)
        if self.size > self._most:
            what = f"the result has more than {self._most >> 20} MiB"
            raise ImnmError("result-too-large", what, "give a parameter that narrows it")
        self.pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Do nothing: it is all in memory."""


def write_result(result: Result, form: str, most: int = _MOST_BYTES) -> bytes:
    """Write a result in one of the standard forms.

    Args:
        result: of a query.
        form: the short name of the form.
        most: the bytes that it may have.

    Raises:
        ImnmError: ``result-too-large``; ``format-unfit`` for characters that XML cannot have.
    """
    output = _Output(most)
    if isinstance(result, QueryBoolean) and form in ("csv", "tsv"):
        return b"true\n" if bool(result) else b"false\n"
    if isinstance(result, QuerySolutions | QueryBoolean):
        result.serialize(output, format=getattr(QueryResultsFormat, form.upper()))  # type: ignore[arg-type]
    else:
        assert not isinstance(result, tuple)
        result.serialize(output, format=_GRAPH_FORMATS[form])  # type: ignore[arg-type]
    body = b"".join(output.pieces)
    if form == "xml" and _NOT_XML.search(body):
        what = "a text in the result has a control character, and XML cannot have it"
        raise ImnmError("format-unfit", what, "ask for application/sparql-results+json")
    # A reader of XML takes a bare carriage return for the end of a line.
    return body.replace(b"\r", b"&#xD;") if form == "xml" else body
