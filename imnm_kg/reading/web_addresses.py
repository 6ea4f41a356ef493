# SPDX-License-Identifier: Apache-2.0
"""Connections that are only made to public addresses, so that a web page cannot lead into somebody's own network."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Collection
from functools import partial
from typing import Any
from urllib.parse import urlsplit
from urllib.request import AbstractHTTPHandler, Request

from imnm_kg.errors import ImnmError

__all__ = ["CheckedHandler", "Origin", "is_public", "one_line", "origin_of"]

Origin = tuple[str, int]
"""Host in small letters and port."""

_PORTS = {"http": 80, "https": 443}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def one_line(text: str, longest: int = 200) -> str:
    """Return what somebody else has written so that it can be printed: one line, no controls, not too long."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in " ".join(text.split()))[:longest]


def origin_of(url: str) -> Origin:
    """Return host and port of an http or https URL.

    Raises:
        ImnmError: ``fetch-address`` for any other URL, one without a host, or one with a name or password in it.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _address(url, "is no whole URL") from error
    if parts.scheme.lower() not in _PORTS or not parts.hostname or not url.isprintable() or " " in url:
        raise _address(url, "is no http or https URL")
    if parts.username is not None or parts.password is not None:
        raise _address(f"{parts.scheme}://…@{parts.hostname}", "has a name or password in it")
    return parts.hostname.lower(), port or _PORTS[parts.scheme.lower()]


def _address(url: str, what: str) -> ImnmError:
    return ImnmError("fetch-address", f"'{one_line(url)}' {what}", "give a plain http or https URL")


def is_public(address: str) -> bool:
    """Tell whether an IP address is one of the public internet, also where an IPv6 address wraps an IPv4 one."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if inner is None and ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if ip.teredo is not None:
            return False
    return ip.is_global and not ip.is_multicast


def _connect(origin: Origin, timeout: float, trusted: Collection[Origin]) -> socket.socket:
    """Connect to a host at an address that has been looked at; the name is not resolved a second time."""
    host, port = origin
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    if origin not in trusted:
        for *_, address in found:
            if not is_public(str(address[0])):
                what = f"{host} leads to {address[0]}, which is no address of the public internet"
                remedy = "fetch it with another program if it is yours, and give the file to 'imnm-kg extract'"
                raise ImnmError("fetch-address", what, remedy)
    failure: OSError | None = None
    for *_, address in found:
        try:
            return socket.create_connection((str(address[0]), int(address[1])), timeout)
        except OSError as error:
            failure = error
    raise failure or OSError(f"{host} has no address")


class _Http(http.client.HTTPConnection):
    def __init__(self, host: str, trusted: Collection[Origin], **options: Any) -> None:
        super().__init__(host, **options)
        self._trusted = trusted

    def connect(self) -> None:
        self.sock = _connect((self.host.lower(), self.port), _seconds(self.timeout), self._trusted)


class _Https(http.client.HTTPSConnection):
    def __init__(self, host: str, trusted: Collection[Origin], tls: ssl.SSLContext, **options: Any) -> None:
        super().__init__(host, context=tls, **options)
        self._trusted = trusted
        self._tls = tls

    def connect(self) -> None:
        plain = _connect((self.host.lower(), self.port), _seconds(self.timeout), self._trusted)
        self.sock = self._tls.wrap_socket(plain, server_hostname=self.host)


def _seconds(timeout: object) -> float:
    return float(timeout) if isinstance(timeout, int | float) else 30.0


class CheckedHandler(AbstractHTTPHandler):
    """Opens http and https URLs; the address of each is looked at before a connection is made.

    Where the environment names a proxy, the proxy resolves the names and answers for where they lead; only what is an
    address itself is then looked at.
    """

    def __init__(self, trusted: Collection[Origin]) -> None:
        """Take the origins that may be private, because the user named them."""
        super().__init__()
        self._trusted = trusted
        self._tls: ssl.SSLContext | None = None

    def _is_proxied(self, request: Request) -> bool:
        url = request.full_url
        proxied = request.host != urlsplit(url).netloc
        host, port = origin_of(url)
        if proxied and (host, port) not in self._trusted and _is_literal(host) and not is_public(host):
            what = f"{host} is no address of the public internet"
            raise ImnmError("fetch-address", what, "give the address of a public page")
        return proxied

    def http_open(self, request: Request) -> http.client.HTTPResponse:
        """Open an http URL."""
        proxied = self._is_proxied(request)
        kind = http.client.HTTPConnection if proxied else partial(_Http, trusted=self._trusted)
        return self.do_open(kind, request)

    def https_open(self, request: Request) -> http.client.HTTPResponse:
        """Open an https URL; its certificate must be good."""
        if self._tls is None:
            self._tls = ssl.create_default_context()
        if self._is_proxied(request):
            return self.do_open(http.client.HTTPSConnection, request, context=self._tls)
        return self.do_open(partial(_Https, trusted=self._trusted, tls=self._tls), request)

    http_request = https_request = AbstractHTTPHandler.do_request_


def _is_literal(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
