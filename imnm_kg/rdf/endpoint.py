# SPDX-License-Identifier: Apache-2.0
"""A SPARQL endpoint as a client for many queries: within bounds of time and size, and no answer taken on trust.

SPARQLWrapper, which asks single queries elsewhere, follows redirects to anywhere and reads whatever comes; a program
that draws conclusions from thousands of answers must refuse each one that is not whole.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from pyoxigraph import BlankNode, Literal, NamedNode

from imnm_kg.errors import ImnmError

if TYPE_CHECKING:
    from email.message import Message
    from http.client import HTTPResponse
    from urllib.error import HTTPError
    from urllib.request import OpenerDirector

__all__ = ["MAX_BODY", "Endpoint", "has_host", "is_address"]

MAX_BODY = 64 * 1024 * 1024
"""The most bytes of one answer."""

_ATTEMPTS = 4
_LONGEST_WAIT = 60.0
_CHUNK = 64 * 1024
_AGAIN = (429, 503)
_CHECK = "check that the address is that of a SPARQL endpoint"
_Node = NamedNode | BlankNode | Literal


class _BusyError(Exception):
    """The server says that it may answer a moment later.

    Attributes:
        error: what to say when it does not.
        wait: the seconds that it asks for, if it says so.
    """

    def __init__(self, error: ImnmError, wait: float | None = None) -> None:
        super().__init__(str(error))
        self.error, self.wait = error, wait


class Endpoint:
    """A remote SPARQL endpoint; only queries are sent to it.

    Attributes:
        url: its address.
        queries: how many queries were sent.
    """

    def __init__(
        self, url: str, timeout: float = 60.0, *, largest: int = MAX_BODY, pause: Callable[[float], None] = time.sleep
    ) -> None:
        """Keep the address; nothing is sent yet.

        Args:
            url: the address, http or https.
            timeout: seconds to wait for one answer.
            largest: the most bytes of one answer.
            pause: waits some seconds before a busy server is asked again.

        Raises:
            ImnmError: ``endpoint-url``.
        """
        if not is_address(url):
            raise ImnmError("endpoint-url", f"'{url}' is no address of an endpoint", "give an http or https URL")
        self.url = url
        self.queries = 0
        self._timeout, self._largest, self._pause = timeout, largest, pause
        self._opener: OpenerDirector | None = None

    def select(self, query: str, hurry: bool = False) -> list[dict[str, _Node]]:
        """Ask a SELECT query.

        Args:
            query: the query.
            hurry: whether to wait a quarter of the time only, because there is another way to ask.

        Returns:
            The rows that came, without what is unbound. A label of a blank node stands for it in these rows only.

        Raises:
            ImnmError: ``endpoint-unreachable``, ``endpoint-refused`` with what the server said, ``endpoint-answer``
                for an answer that is none, ``endpoint-cut`` for one that the server itself calls a part,
                ``endpoint-large``.
        """
        answer = self._asked(query, self._timeout / 4 if hurry else self._timeout)
        labels: dict[str, BlankNode] = {}

        def term(cell: Mapping[str, Any]) -> _Node:
            kind, value = cell["type"], cell["value"]
            if kind == "uri":
                return NamedNode(value)
            if kind == "bnode":
                return labels.setdefault(value, BlankNode(f"endpoint{self.queries}x{len(labels)}"))
            if kind not in ("literal", "typed-literal"):
                raise ValueError(f"a term of the type {kind!r}")
            if language := cell.get("xml:lang"):
                return Literal(value, language=language)
            datatype = cell.get("datatype")
            return Literal(value) if datatype is None else Literal(value, datatype=NamedNode(datatype))

        try:
            return [{name: term(cell) for name, cell in row.items()} for row in answer["results"]["bindings"]]
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise self._no_results(_reason(error)) from error

    def ask(self, query: str) -> bool:
        """Ask an ASK query; raises what ``select`` does."""
        answer = self._asked(query, self._timeout)
        if isinstance(answer.get("boolean"), bool):
            return bool(answer["boolean"])
        try:  # Virtuoso answers with a table of one number
            cells = [row["__ASK_RETVAL"]["value"] for row in answer["results"]["bindings"]]
        except (KeyError, TypeError, AttributeError) as error:
            raise self._no_results("no yes or no") from error
        if len(cells) > 1 or not set(cells) <= {"0", "1"}:
            raise self._no_results("no yes or no")
        return cells == ["1"]

    def _asked(self, query: str, timeout: float) -> dict[str, Any]:
        body = self._patiently(query, timeout)
        try:
            answer = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise self._no_results(_reason(error)) from error
        if not isinstance(answer, dict):
            raise self._no_results("no object")
        return answer

    def _patiently(self, query: str, timeout: float) -> bytes:
        for attempt in range(_ATTEMPTS):
            try:
                return self._once(query, timeout)
            except _BusyError as busy:
                wait = 2.0**attempt if busy.wait is None else busy.wait
                if attempt + 1 == _ATTEMPTS or wait > _LONGEST_WAIT:
                    raise busy.error from busy
                self._pause(wait)
        raise AssertionError("the last attempt raises")

    def _once(self, query: str, timeout: float) -> bytes:
        from http.client import HTTPException
        from urllib.error import HTTPError, URLError
        from urllib.parse import urlencode
        from urllib.request import Request

        # As a form: Virtuoso never answers a POST of application/sparql-query.
        headers = {
            "Accept": "application/sparql-results+json",
            "Content-Type": "application/x-www-form-urlencoded",
            "User-Agent": "imnm-kg",
        }
        self.queries += 1
        end = time.monotonic() + timeout
        try:
            with self._open(Request(self.url, urlencode({"query": query}).encode(), headers), timeout) as response:
                self._check(response)
                return self._body(response, end)
        except HTTPError as error:
            with error:
                raise self._status(error) from error
        except URLError as error:
            raise self._silent(error.reason) from error
        except (ConnectionResetError, BrokenPipeError) as error:  # a server that starts anew, or has too many clients
            raise _BusyError(self._silent(error)) from error
        except (HTTPException, OSError) as error:
            raise self._silent(error) from error

    def _open(self, request: object, timeout: float) -> HTTPResponse:
        if self._opener is None:
            from urllib import request as http

            # No handler for redirects: what was asked is about the server that the user named. None for files.
            self._opener = http.OpenerDirector()
            for handler in (
                http.ProxyHandler(), http.HTTPHandler(), http.HTTPSHandler(), http.HTTPDefaultErrorHandler(),
                http.HTTPErrorProcessor(),
            ):  # fmt: skip
                self._opener.add_handler(handler)
        return self._opener.open(request, timeout=timeout)  # type: ignore[arg-type, no-any-return]

    def _check(self, response: HTTPResponse) -> None:
        """Refuse an answer for what its head says."""
        state = response.headers.get("X-SQL-State")  # Virtuoso's sign of a result cut by its limit of time
        if response.status != 200 or state is not None:
            said = _one_line(response.headers.get("X-SQL-Message") or f"{response.status} {response.reason}")
            what = f"{self.url} gave a part of a result: {said}"
            raise ImnmError("endpoint-cut", what, "ask a server, or an account of it, with wider limits")
        kind = (response.headers.get("Content-Type") or "").partition(";")[0].strip().lower()
        if kind not in ("application/sparql-results+json", "application/json"):
            raise self._no_results(f"it sent {kind or 'something without a content type'}")
        packing = response.headers.get("Content-Encoding", "identity").strip().lower()
        if packing != "identity":
            raise self._no_results(f"it is packed as {packing}, which was not asked for")

    def _body(self, response: HTTPResponse, end: float) -> bytes:
        pieces: list[bytes] = []
        size = 0
        while chunk := response.read1(_CHUNK):
            pieces.append(chunk)
            size += len(chunk)
            if size > self._largest:
                what = f"{self.url} sent more than {self._largest:,} bytes for one answer"
                raise ImnmError("endpoint-large", what, "validate fewer shapes, or the data itself")
            if time.monotonic() > end:
                raise TimeoutError("timed out while the answer came")
        expected = response.headers.get("Content-Length", "")
        if expected.isdigit() and size < int(expected):
            raise OSError(f"the answer ends after {size:,} bytes of {int(expected):,}")
        return b"".join(pieces)

    def _status(self, error: HTTPError) -> Exception:
        """Say what a status other than 200 means."""
        from http.client import HTTPException

        code = error.code
        if code in (301, 302, 303, 307, 308):
            target = _one_line(error.headers.get("Location") or "nowhere")
            what = f"{self.url} redirects to {target}, and redirects are not followed"
            return ImnmError("endpoint-refused", what, "give that address if you trust it")
        try:
            said = error.read(2000).decode("utf-8", "replace")
        except (HTTPException, OSError):  # the status has come, and that is what counts
            said = ""
        what = f"{self.url} answered {code} {_one_line(f'{error.reason}: {said}')}"
        remedy = {
            400: "check that it knows SPARQL 1.1", 401: "ask one that needs no account",
            403: "ask one that you may ask", 404: _CHECK,
        }.get(code, "wait a while, or ask the one who runs it")  # fmt: skip
        if code == 413:
            return ImnmError("endpoint-large", what, "validate the data itself, from files")
        refused = ImnmError("endpoint-refused", what, remedy)
        return _BusyError(refused, _asked_for(error.headers)) if code in _AGAIN else refused

    def _silent(self, reason: object) -> ImnmError:
        what = f"{self.url} does not answer: {_one_line(str(reason)) or type(reason).__name__}"
        return ImnmError(
            "endpoint-unreachable", what, "check the address, that the server runs, and its limits of time"
        )

    def _no_results(self, reason: str) -> ImnmError:
        return ImnmError("endpoint-answer", f"{self.url} did not answer with SPARQL results: {reason}", _CHECK)


def is_address(url: str) -> bool:
    """Tell whether a text is an http or https URL with a host, and without a name or a password."""
    from urllib.parse import urlsplit

    return has_host(url) and "@" not in urlsplit(url).netloc


def has_host(url: str) -> bool:
    """Tell whether a text is an http or https URL with a host."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    return bool(re.fullmatch(r"https?://[!-~]+", url)) and bool(parts.hostname)


def _asked_for(headers: Message) -> float | None:
    value = (headers.get("Retry-After") or "").strip()
    return float(value[:9]) if value.isascii() and value.isdigit() else None


def _reason(error: Exception) -> str:
    missing = f"there is no {error}" if isinstance(error, KeyError) else str(error)
    return _one_line(missing)


def _one_line(text: str) -> str:
    """Write what somebody else said so that it can be printed."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in " ".join(text.split()))[:300]
