# SPDX-License-Identifier: Apache-2.0
"""Remote: run SPARQL against an endpoint somewhere else, with time limits, and say what the server said."""

from __future__ import annotations

import html
import json
import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from pyoxigraph import QueryResultsFormat, QuerySolutions, RdfFormat, parse, parse_query_results

from imnm_kg.errors import ImnmError
from imnm_kg.rdf.endpoint import has_host
from imnm_kg.rdf.sparql import query_form

if TYPE_CHECKING:
    from http.client import HTTPResponse

    from imnm_kg.model.results import Result

__all__ = ["ask_endpoint"]

_RETRIES = 3
_WAITS = (1.0, 2.0, 4.0)  # seconds before each retry where the server does not say how long
_PIECE = 1 << 16
_MOST_OF_ERROR = 1 << 16
_SAID = ("detail", "message", "error_description", "error", "title", "description", "exception")


def ask_endpoint(url: str, text: str, timeout: float = 60.0, sleep: Callable[[float], None] = time.sleep) -> Result:
    """Run a query on a remote SPARQL endpoint.

    A server that is busy (503) is asked again, after the time that it names, while the time limit allows.

    Args:
        url: the address of the endpoint, http or https.
        text: the query, with all its prefixes declared.
        timeout: seconds for everything: connecting, waiting, retries and reading the answer.
        sleep: what waits.

    Raises:
        ImnmError: ``endpoint-url``, ``endpoint-unreachable``, ``endpoint-timeout``, ``endpoint-refused`` with what
            the server said, ``endpoint-redirect`` for one that sends the query to another host,
            ``endpoint-answer`` for an answer that is none.
    """
    if not has_host(url):
        raise ImnmError("endpoint-url", f"'{url}' is no address of an endpoint", "give an http or https URL")
    graph = query_form(text) in ("CONSTRUCT", "DESCRIBE")
    body = _Asking(url, text, graph, timeout, sleep).answer()
    try:
        if graph:
            return tuple(quad.triple for quad in parse(body, format=RdfFormat.TURTLE))
        rows = _sparql_json(body)
        results = parse_query_results(rows, format=QueryResultsFormat.JSON)
        if isinstance(results, QuerySolutions):
            for _ in results:  # now, for the parser is lazy and a fault would come out while rows are printed
                pass
        return parse_query_results(rows, format=QueryResultsFormat.JSON)
    except (SyntaxError, ValueError, AttributeError, TypeError) as error:
        what = f"{url} did not answer with SPARQL results: {str(error)[:200]}"
        raise ImnmError("endpoint-answer", what, "check that the address is that of a SPARQL endpoint") from error


class _Asking:
    """One query to one server, until it has answered or the time is over."""

    def __init__(self, url: str, text: str, graph: bool, timeout: float, sleep: Callable[[float], None]) -> None:
        self._url, self._timeout, self._sleep = url, timeout, sleep
        self._end = time.monotonic() + timeout
        self._wrapper = _wrapper(url, text, graph)

    def answer(self) -> bytes:
        from http.client import HTTPException

        for attempt in range(_RETRIES + 1):
            try:
                return self._read(self._wrapper.open(self._left()))
            except HTTPError as error:
                said = _said(error)
                wait = _wait(error, attempt)
                if error.code == 503 and attempt < _RETRIES and wait < self._left():
                    self._sleep(wait)
                    continue
                raise _refused(self._url, error.code, said) from error
            except TimeoutError as error:
                raise self._late() from error
            except (HTTPException, OSError) as error:
                reason = getattr(error, "reason", error)
                if isinstance(reason, TimeoutError):
                    raise self._late() from error
                what = f"{self._url} does not answer: {_line(str(reason))}"
                raise ImnmError("endpoint-unreachable", what, "check the address and that the server runs") from error
        raise AssertionError("the last attempt returns or raises")

    def _left(self) -> float:
        left = self._end - time.monotonic()
        if left <= 0:
            raise self._late()
        return left

    def _late(self) -> ImnmError:
        what = f"{self._url} did not answer within {self._timeout:g} seconds"
        return ImnmError("endpoint-timeout", what, "allow it more time, or ask for less")

    def _read(self, response: HTTPResponse) -> bytes:
        """Read an answer; one that comes drop by drop must not outlast the time either."""
        from http.client import IncompleteRead

        pieces: list[bytes] = []
        with response:
            promised = response.length
            while piece := response.read1(_PIECE):
                pieces.append(piece)
                self._left()
        body = b"".join(pieces)
        if promised is not None and len(body) < promised:
            raise IncompleteRead(body, promised - len(body))
        return body


class _SameHost(HTTPRedirectHandler):
    """Follows a redirect only to the same host, and with the query."""

    def redirect_request(self, req: Request, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Request | None:
        del fp, msg, headers
        old, new = urlsplit(req.full_url), urlsplit(newurl)
        same_place = (old.scheme, old.netloc.lower()) == (new.scheme, new.netloc.lower())
        to_tls = (old.scheme, new.scheme) == ("http", "https") and old.netloc.lower() == new.netloc.lower()
        if not (same_place or (to_tls and old.port is None)):
            what = f"{req.full_url} sends the query on to another host, {new.scheme}://{_line(new.netloc)[:80]}"
            raise ImnmError("endpoint-redirect", what, "give the address of that server, if you trust it")
        data = None if code == 303 else req.data  # 303 names a result, the others where to ask
        kept = {key: value for key, value in req.header_items() if data is not None or key != "Content-type"}
        kept.pop("Content-length", None)
        kept.pop("Host", None)
        return Request(newurl, data, kept, method="GET" if data is None else "POST")


def _wrapper(url: str, text: str, graph: bool) -> Any:
    from SPARQLWrapper import JSON, N3, POST, SPARQLWrapper

    opener = build_opener(_SameHost)

    class Wrapper(SPARQLWrapper):  # type: ignore[misc]
        def open(self, seconds: float) -> HTTPResponse:
            """Send the request that the wrapper makes; its own way of sending follows redirects anywhere."""
            response: HTTPResponse = opener.open(self._createRequest(), timeout=seconds)
            return response

    wrapper = Wrapper(url, agent="imnm-kg")
    wrapper.setQuery(text)
    wrapper.setMethod(POST)
    wrapper.setReturnFormat(N3 if graph else JSON)
    wrapper.setOnlyConneg(True)  # else it asks for its own names of forms too, and servers have others
    if graph:
        wrapper.addCustomHttpHeader("Accept", "text/turtle")
    return wrapper


def _wait(error: HTTPError, attempt: int) -> float:
    """Return how long to wait: what the server says in seconds or as a date, else a little longer each time."""
    said = str(error.headers.get("Retry-After") or "").strip()
    if said.isdecimal():
        return float(said)
    if said:
        from email.utils import parsedate_to_datetime

        try:
            return max(0.0, parsedate_to_datetime(said).timestamp() - time.time())
        except (ValueError, TypeError, OverflowError):
            pass
    return _WAITS[min(attempt, len(_WAITS) - 1)]


def _said(error: HTTPError) -> str:
    """Read what the server said, of an answer that may be JSON, HTML or text."""
    try:
        text = error.read(_MOST_OF_ERROR).decode("utf-8", "replace")
    except (OSError, ValueError):
        text = ""
    kind = str(error.headers.get("Content-Type") or "").lower()
    if "json" in kind or text.lstrip()[:1] == "{":
        text = _of_json(text)
    elif "html" in kind or text.lstrip()[:1] == "<":
        text = html.unescape(re.sub(r"(?is)<(script|style|head)\b.*?</\1\s*>|<[^>]*>", " ", text))
    return _line(text) or _line(str(error.reason))


def _of_json(text: str) -> str:
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        return text
    if not isinstance(answer, dict):
        return text
    for key in _SAID:
        value = answer.get(key)
        if isinstance(value, dict):
            value = value.get("message")
        if isinstance(value, str) and value.strip():
            remedy = answer.get("remedy")
            return f"{value}; {remedy}" if isinstance(remedy, str) else value
    return text


def _line(text: str) -> str:
    """Make one line of a text, without what a terminal would take for an order."""
    return "".join(character if character.isprintable() else " " for character in " ".join(text.split()))


def _refused(url: str, status: int, said: str) -> ImnmError:
    if status == 400:
        said = said.removesuffix("; mend the query")  # our own server says it too
        return ImnmError("endpoint-refused", f"{url} refused the query: {said[:300]}", "mend the query")
    remedy = (
        "ask again later" if status in (429, 503) else "check that the address is that of an endpoint that you may ask"
    )
    return ImnmError("endpoint-refused", f"{url} answered {status}: {said[:300]}", remedy)


def _sparql_json(body: bytes) -> bytes:
    """Bring the older form of typed literals, which some servers still send, to that of SPARQL 1.1."""
    if b"typed-literal" not in body:
        return body
    answer = json.loads(body)
    for binding in answer.get("results", {}).get("bindings", []):
        for term in binding.values():
            if term.get("type") == "typed-literal":
                term["type"] = "literal"
    return json.dumps(answer).encode()
