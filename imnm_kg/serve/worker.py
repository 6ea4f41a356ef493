# SPDX-License-Identifier: Apache-2.0
"""A worker: one process that answers one query after the other, and dies of the first that breaks a limit.

It holds nothing that is not the graph's: no file, no connection but the one to the server. Time is held by a timer
whose signal nothing in the process handles, memory by the system, so no query can talk its way out of either.
"""

from __future__ import annotations

import gc
import hashlib
import marshal
import os
import re
import resource
import signal
import socket
import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode, Quad, QueryBoolean, QuerySolutions, QueryTriples

from imnm_kg.errors import ImnmError
from imnm_kg.operations.ask import check_query
from imnm_kg.rdf.sparql import lacks_function, query_error
from imnm_kg.serve.errors import problem
from imnm_kg.serve.formats import GRAPHS, ROWS, HttpError, choose
from imnm_kg.serve.frames import Head, Job, pack_piece
from imnm_kg.serve.question import Question, read_graph_request, read_request
from imnm_kg.serve.writing import boolean, write_graph, write_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyoxigraph import Store, Triple

    from imnm_kg.serve.limits import Limits

__all__ = ["Served", "work"]

_PIECE = 1 << 18  # an answer up to this size is told whole, with its length
_WORTH_IT = 1 << 10  # bytes from which on compressing pays
_UNSTEADY = re.compile(r"(?i)\b(?:rand|now|uuid|struuid|bnode|service)\b")
_FILES_FOR_SERVICE = 64


@dataclass(frozen=True, slots=True)
class Served:
    """What workers answer from.

    Attributes:
        store: the graph.
        prefixes: the prefixes that a query need not declare.
        digest: what the entity tags of this release begin with.
        base: what IRIs in queries are relative to, unless they say it themselves.
    """

    store: Store
    prefixes: dict[str, str]
    digest: str
    base: str


def work(connection: socket.socket, served: Served, limits: Limits) -> None:
    """Answer jobs until the server closes the connection."""
    _give_up_rights(limits)
    gc.disable()  # a job leaves no cycles worth a search; a worker is young again after each limit
    received = bytearray()
    while True:
        while len(received) < 4 or len(received) < 4 + struct.unpack_from(">I", received)[0]:
            data = connection.recv(1 << 16)
            if not data:
                return
            received += data
        length = 4 + struct.unpack_from(">I", received)[0]
        job = Job(*marshal.loads(received[4:length]))
        del received[:length]
        signal.setitimer(signal.ITIMER_REAL, limits.seconds)
        _answer(job, connection, served, limits)
        signal.setitimer(signal.ITIMER_REAL, 0)


def _give_up_rights(limits: Limits) -> None:
    signal.signal(signal.SIGALRM, signal.SIG_DFL)  # ends the process, whatever it is in the middle of
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123
        size = int(file.read().split()[0]) * resource.getpagesize()
    hard = _FILES_FOR_SERVICE if limits.services else 0
    for what, soft, most in (
        (resource.RLIMIT_AS, size + limits.memory, size + limits.memory),
        (resource.RLIMIT_NOFILE, 0, hard),  # no file, no connection; what is open stays open
        (resource.RLIMIT_FSIZE, 1 << 16, 1 << 16),  # for what a dying process says
        (resource.RLIMIT_CORE, 0, 0),
    ):
        resource.setrlimit(what, (soft, most))


class _Out:
    """Gathers an answer, compresses it, and sends it in pieces once it is long."""

    def __init__(self, connection: socket.socket, gzip: bool, most: int) -> None:
        self._connection = connection
        self._packer = zlib.compressobj(4, zlib.DEFLATED, 31) if gzip else None
        self._most = most
        self._pieces: list[bytes] = []
        self._held = 0
        self._written = 0
        self.head = Head(200)
        self.started = False

    def write(self, data: bytes) -> None:
        self._written += len(data)
        if self._written > self._most:
            what = f"the result has more than {self._most:,} bytes"
            raise HttpError(400, ImnmError("result-too-large", what, "ask with LIMIT and OFFSET"))
        self._pieces.append(data)
        self._held += len(data)
        if self._held >= _PIECE:
            self._send()

    def _send(self) -> None:
        data = b"".join(self._pieces)
        if self._packer is not None:
            data = self._packer.compress(data)
        self.head = self.head._replace(gzip=self._packer is not None)
        kind, head = (b"D", None) if self.started else (b"H", self.head)
        self._connection.sendall(pack_piece(kind, head, data))
        self.started = True
        self._pieces.clear()
        self._held = 0

    def end(self, rows: int) -> None:
        data = b"".join(self._pieces)
        packer = self._packer
        if not self.started and len(data) < _WORTH_IT:
            packer = None
        if packer is not None:
            data = packer.compress(data) + packer.flush()
        head = self.head._replace(rows=rows, gzip=packer is not None)
        self._connection.sendall(pack_piece(b"E" if self.started else b"W", head, data))

    def refuse(self, refusal: HttpError) -> None:
        head = Head(refusal.status, "application/problem+json", 0, self.head.query, "", False, refusal.code)
        body = b"" if self.started else problem(refusal)
        self._connection.sendall(pack_piece(b"E" if self.started else b"W", head, body))


def _answer(job: Job, connection: socket.socket, served: Served, limits: Limits) -> None:
    out = _Out(connection, job.gzip, limits.result_bytes)
    try:
        rows = (_graph if job.kind == "graph" else _query)(job, out, served, limits)
    except HttpError as refusal:
        out.refuse(refusal)
    except MemoryError:
        what = f"the query needs more than {limits.memory >> 20:,} MiB"
        out.refuse(HttpError(503, ImnmError("query-memory", what, "ask for less at once")))
        os._exit(1)  # what is left of the process is not worth a try
    else:
        if rows >= 0:
            out.end(rows)


def _question(job: Job) -> Question:
    if job.kind == "text":
        return Question(job.text, job.accept, job.form)
    return read_request(job.query_string, job.content_type, job.body, job.accept)


def _query(job: Job, out: _Out, served: Served, limits: Limits) -> int:
    question = _question(job)
    text = question.text
    out.head = out.head._replace(query=hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16])
    calls = _check(text, limits)
    if calls:
        resource.setrlimit(resource.RLIMIT_NOFILE, (_FILES_FOR_SERVICE, _FILES_FOR_SERVICE))
    try:
        return _run(job, question, out, served, limits)
    except (RuntimeError, OSError, ValueError) as error:
        if isinstance(error, ConnectionError):
            raise  # the server has gone
        what = f"the query failed: {' '.join(str(error).split())[:200]}"
        raise HttpError(500, ImnmError("query-failed", what, "mend the query")) from error
    finally:
        if calls:
            resource.setrlimit(resource.RLIMIT_NOFILE, (0, _FILES_FOR_SERVICE))


def _check(text: str, limits: Limits) -> bool:
    try:
        return check_query(text, "query", limits.services)
    except ImnmError as error:
        status = 403 if error.code == "query-service" else 413 if "characters" in error.what else 400
        raise HttpError(status, error) from error


def _run(job: Job, question: Question, out: _Out, served: Served, limits: Limits) -> int:
    text = question.text
    options: dict[str, object] = {"base_iri": served.base}
    if question.default_graphs is not None or question.named_graphs is not None:
        options["default_graph"] = [NamedNode(iri) for iri in question.default_graphs or ()]
        options["named_graphs"] = [NamedNode(iri) for iri in question.named_graphs or ()]
    try:
        try:
            result = served.store.query(text, **options)  # type: ignore[arg-type]
        except SyntaxError:  # most queries declare their prefixes, and then giving all of ours takes longer
            result = served.store.query(text, prefixes=served.prefixes, **options)  # type: ignore[arg-type]
    except (SyntaxError, RuntimeError) as error:
        if isinstance(error, RuntimeError) and not lacks_function(error):
            raise
        told = query_error(error, text, "query", served.prefixes)
        if "is an update" in told.what:
            remedy = "ask with SELECT, ASK, CONSTRUCT or DESCRIBE"
            raise HttpError(403, ImnmError("update-refused", "this server only reads", remedy, told.place)) from error
        raise HttpError(400, told) from error
    form, media_type = choose(question.accept, question.form, GRAPHS if isinstance(result, QueryTriples) else ROWS)
    steady = not _UNSTEADY.search(text)
    out.head = out.head._replace(media_type=media_type, tag=form if steady else "")
    if steady and _is_known(job.known, served.digest, form, out):
        return -1
    if isinstance(result, QueryBoolean):
        out.write(boolean(bool(result), form))
        return 1
    if isinstance(result, QuerySolutions):
        return write_rows(result, form, out.write, limits.rows)
    return write_graph(result, form, out.write, limits.rows, served.prefixes)


def _is_known(known: str, digest: str, form: str, out: _Out) -> bool:
    if not known or not (known == "*" or f'"{digest}-{form}' in known):
        return False
    out.head = out.head._replace(status=304)
    out.end(0)
    return True


def _graph(job: Job, out: _Out, served: Served, limits: Limits) -> int:
    iri, asked = read_graph_request(job.query_string)
    form, media_type = choose(job.accept, asked or job.form, GRAPHS)
    out.head = out.head._replace(media_type=media_type, tag=form)
    store = served.store
    if iri is not None and not store.contains_named_graph(NamedNode(iri)):
        raise HttpError(
            404, ImnmError("graph-unknown", f"there is no graph <{iri}>", "see GET /sparql for their names")
        )
    if _is_known(job.known, served.digest, form, out):
        return -1
    if iri is None:
        from pyoxigraph import DefaultGraph

        quads: Iterator[Quad] = store.quads_for_pattern(None, None, None, DefaultGraph())
    else:
        quads = store.quads_for_pattern(None, None, None, NamedNode(iri))
    triples: Iterator[Triple] = (quad.triple for quad in quads)
    return write_graph(triples, form, out.write, limits.rows, served.prefixes)
