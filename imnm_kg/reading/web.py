# SPDX-License-Identifier: Apache-2.0
"""Single documents over HTTP: one request at a time, said who asks, with patience, and within bounds."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from email.message import Message
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from imnm_kg.errors import ImnmError
from imnm_kg.reading.web_addresses import CheckedHandler, Origin, one_line, origin_of

if TYPE_CHECKING:
    from http.client import HTTPResponse
    from urllib.error import HTTPError
    from urllib.request import OpenerDirector

__all__ = ["MAX_BODY", "Answer", "Clock", "Web"]

MAX_BODY = 64 * 1024 * 1024
"""The most bytes of a document."""

_ATTEMPTS = 5
_LONGEST_WAIT = 120.0
_DEADLINE = 300.0  # for one answer, however slowly it trickles in
_TIMEOUT = 30.0  # for each step of it
_CHUNK = 64 * 1024
_REDIRECTS = 5
_INTERVAL = 0.34
_AGAIN = frozenset((429, 500, 502, 503, 504))


@dataclass(frozen=True, slots=True)
class Clock:
    """Time, so that a test need not wait.

    Attributes:
        monotonic: seconds from some point on.
        now: seconds since 1970.
        sleep: waits.
        share: a random number from 0 to 1, to spread the moments at which waiting programs ask again.
    """

    monotonic: Callable[[], float] = time.monotonic
    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    share: Callable[[], float] = random.random


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server gave.

    Attributes:
        url: where it came from in the end.
        content_type: without parameters, in small letters; empty where none was said.
        charset: the encoding that the server says, empty where none.
        body: the bytes, unpacked.
    """

    url: str
    content_type: str
    charset: str
    body: bytes = field(repr=False)


class _PassingError(Exception):
    """Something that may be better a moment later.

    Attributes:
        error: what to say when it is not.
        wait: seconds that the server asked for.
    """

    def __init__(self, error: ImnmError, wait: float | None = None) -> None:
        super().__init__(str(error))
        self.error = error
        self.wait = wait


class Web:
    """A client that is fit to be let loose on public services."""

    def __init__(
        self,
        agent: str,
        given: Iterable[str] = (),
        *,
        intervals: Mapping[str, float] | None = None,
        clock: Clock | None = None,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Make a client.

        Args:
            agent: who asks, for the header ``User-Agent``.
            given: the URLs that the user gave; these, and nothing that they lead to, may be private addresses.
            intervals: the least seconds from the start of a request to that of the next, by host, where they are not
                those of three requests a second.
            clock: the time.
            say: is told of each wait.
        """
        self._agent = agent
        self._trusted: frozenset[Origin] = frozenset(origin_of(url) for url in given)
        self._intervals = dict(intervals or {})
        self._clock = clock or Clock()
        self._say = say
        self._last = float("-inf")
        self._down: dict[Origin, ImnmError] = {}
        self._opener: OpenerDirector | None = None

    def get(self, url: str, *, shown: str = "", busy: Callable[[bytes], bool] = lambda _: False) -> Answer:
        """Get a document; what may pass is tried again, up to five times in all.

        Redirects are followed, at most five, to http and https only, never from https to http and never to a private
        address that the user did not give.

        Args:
            url: its address.
            shown: how to print it, where it holds what is nobody's business.
            busy: tells of a body that came with a good status whether it says to come again later.

        Raises:
            ImnmError: ``fetch-address``, ``fetch-redirect``, ``fetch-unreachable``, ``fetch-missing``,
                ``fetch-withdrawn``, ``fetch-refused``, ``fetch-cut-short`` or ``fetch-too-large``.
        """
        shown = shown or url
        origin = origin_of(url)
        if origin in self._down:  # no need to try a server that is not there for each of a hundred documents
            raise self._down[origin]
        for attempt in range(_ATTEMPTS):
            try:
                return self._follow(url, shown, busy)
            except _PassingError as passing:
                if attempt + 1 == _ATTEMPTS:
                    raise passing.error from passing
                wait = passing.wait
                if wait is None:
                    wait = 2.0**attempt * (0.5 + self._clock.share() / 2)
                elif wait > _LONGEST_WAIT:
                    raise passing.error from passing
                self._say(f"{passing.error.what}; trying again in {wait:.0f} s")
                self._clock.sleep(wait)
        raise AssertionError("the last attempt raises")

    def _follow(self, url: str, shown: str, busy: Callable[[bytes], bool]) -> Answer:
        for _ in range(_REDIRECTS + 1):
            answer = self._once(url, shown, busy)
            if isinstance(answer, Answer):
                return answer
            target = urljoin(url, answer)
            origin_of(target)  # raises for what is no http or https
            if urlsplit(url).scheme == "https" and urlsplit(target).scheme != "https":
                what = f"{shown} redirects from https to http ({urlsplit(target).hostname}), which is not encrypted"
                raise ImnmError("fetch-redirect", what, "give the http address itself if you trust it")
            url = target.partition("#")[0]
        what = f"{shown} redirects more than {_REDIRECTS} times"
        raise ImnmError("fetch-redirect", what, "give the address where the document is in the end")

    def _once(self, url: str, shown: str, busy: Callable[[bytes], bool]) -> Answer | str:
        """Ask once; returns the answer, or where to go on."""
        from http.client import HTTPException
        from urllib.error import HTTPError, URLError
        from urllib.request import Request

        headers = {"User-Agent": self._agent, "Accept": "*/*", "Accept-Encoding": "gzip"}
        request = Request(url, headers=headers)
        self._pause(urlsplit(url).hostname or "")
        try:
            with self._open(request) as response:
                answer = self._read(response, url, shown)
        except HTTPError as error:
            with error:
                return self._status(error, shown)
        except URLError as error:
            raise self._no_connection(error.reason, url, shown) from error
        except (HTTPException, OSError) as error:
            raise self._no_connection(error, url, shown) from error
        if busy(answer.body):
            raise _PassingError(_refused(shown, "says that it is asked too often", "wait a while and try again"))
        return answer

    def _open(self, request: object) -> HTTPResponse:
        if self._opener is None:
            from urllib.request import HTTPDefaultErrorHandler, HTTPErrorProcessor, OpenerDirector, ProxyHandler

            # No handler for redirects, which are followed above; none for files or other protocols.
            self._opener = OpenerDirector()
            for handler in (
                ProxyHandler(), CheckedHandler(self._trusted), HTTPDefaultErrorHandler(), HTTPErrorProcessor(),
            ):  # fmt: skip
                self._opener.add_handler(handler)
        return self._opener.open(request, timeout=_TIMEOUT)  # type: ignore[arg-type, no-any-return]

    def _pause(self, host: str) -> None:
        wait = self._last + self._intervals.get(host, _INTERVAL) - self._clock.monotonic()
        if wait > 0:
            self._clock.sleep(wait)
        self._last = self._clock.monotonic()

    def _status(self, error: HTTPError, shown: str) -> str:
        """Return where a redirect leads, or raise what a status says."""
        code = error.code
        target = error.headers.get("Location")
        if code in (301, 302, 303, 307, 308) and target:
            return str(target)
        if code == 404:
            raise ImnmError("fetch-missing", f"{shown} is not there (404)", "check the id or the address")
        if code == 410:
            raise ImnmError("fetch-withdrawn", f"{shown} has been withdrawn (410)", "look for it elsewhere")
        said = f"answered {code} {one_line(str(error.reason), 60)}{_words_of(error)}"
        if code in _AGAIN:
            remedy = "wait a while and try again" + ("; an API key raises the limit" if code == 429 else "")
            raise _PassingError(_refused(shown, said, remedy), self._asked_for(error.headers))
        raise _refused(shown, said, "check whether it may be read without signing in")

    def _asked_for(self, headers: Message) -> float | None:
        """Return the seconds that the header ``Retry-After`` asks for, in either of its forms."""
        value = (headers.get("Retry-After") or "").strip()
        if value.isascii() and value.isdigit():
            return float(value[:9])
        if not value:
            return None
        from email.utils import parsedate_to_datetime

        try:
            return max(0.0, parsedate_to_datetime(value).timestamp() - self._clock.now())
        except (ValueError, TypeError, OverflowError):
            return None

    def _no_connection(self, reason: object, url: str, shown: str) -> Exception:
        """Return what to raise for a connection that was not made, or broke."""
        import ssl
        from http.client import HTTPException

        host = urlsplit(url).hostname
        if isinstance(reason, TimeoutError):
            what = f"{host} did not answer in time"
            return _PassingError(ImnmError("fetch-unreachable", what, "try again later"))
        if isinstance(reason, ssl.SSLCertVerificationError):
            what = f"the certificate of {host} is not good ({reason.verify_message})"
            return ImnmError("fetch-unreachable", what, "check the address, and the clock of this machine")
        if isinstance(reason, HTTPException | ConnectionResetError | ConnectionAbortedError | BrokenPipeError):
            what = f"{shown}: the connection broke before the end ({type(reason).__name__})"
            return _PassingError(ImnmError("fetch-cut-short", what, "try again later"))
        text = reason.strerror if isinstance(reason, OSError) and reason.strerror else str(reason)
        what = f"{host} cannot be reached ({one_line(text)})"
        remedy = "check the network and the address; behind a proxy set https_proxy"
        error = self._down[origin_of(url)] = ImnmError("fetch-unreachable", what, remedy)
        return error

    def _read(self, response: HTTPResponse, url: str, shown: str) -> Answer:
        """Read a body within the bounds of size and time."""
        unpacker = None
        if response.headers.get("Content-Encoding", "").strip().lower() in ("gzip", "x-gzip"):
            import zlib

            unpacker = zlib.decompressobj(16 + zlib.MAX_WBITS)
        pieces: list[bytes] = []
        size = received = 0
        start = self._clock.monotonic()
        while chunk := response.read1(_CHUNK):
            received += len(chunk)
            if unpacker is not None:
                chunk = _unpacked(unpacker, chunk, MAX_BODY + 1 - size, shown)
            pieces.append(chunk)
            size += len(chunk)
            if size > MAX_BODY:
                what = f"{shown} has more than {MAX_BODY // 1024**2} MB"
                raise ImnmError("fetch-too-large", what, "get it with another program")
            if self._clock.monotonic() - start > _DEADLINE:
                what = f"{shown} was not read to its end in {_DEADLINE:.0f} s"
                raise ImnmError("fetch-unreachable", what, "try again later")
        expected = response.headers.get("Content-Length", "")
        if (expected.isdigit() and received < int(expected)) or (unpacker is not None and not unpacker.eof):
            what = f"{shown} ends after {received:,} bytes{f' of {int(expected):,}' if expected.isdigit() else ''}"
            raise _PassingError(ImnmError("fetch-cut-short", what, "try again later"))
        kind = response.headers.get("Content-Type") or ""
        type_ = kind.partition(";")[0].strip().lower()
        return Answer(url, type_, response.headers.get_content_charset() or "", b"".join(pieces))


def _unpacked(unpacker: object, chunk: bytes, room: int, shown: str) -> bytes:
    import zlib

    try:
        return unpacker.decompress(chunk, room)  # type: ignore[attr-defined, no-any-return]
    except zlib.error as error:
        what = f"{shown} is packed wrongly ({error})"
        raise _PassingError(ImnmError("fetch-cut-short", what, "try again later")) from error


def _words_of(error: HTTPError) -> str:
    """Return what a server says of an error, where it says it in words and not in a page."""
    from http.client import HTTPException

    if error.headers.get("Content-Encoding"):
        return ""
    try:
        said = one_line(error.read(2000).decode("utf-8", "replace"))
    except (HTTPException, OSError):  # the status has come, and that is what counts
        return ""
    return f": {said}" if said and not said.startswith("<") else ""


def _refused(shown: str, said: str, remedy: str) -> ImnmError:
    return ImnmError("fetch-refused", f"{shown} {said}", remedy)
