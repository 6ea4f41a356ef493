# SPDX-License-Identifier: Apache-2.0
"""Who asks, and how often: the address of a client, and its share of requests."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from ipaddress import IPv6Address, IPv6Network, ip_address, ip_network
from time import monotonic

__all__ = ["RateLimit", "client_of"]

_MOST = 50_000


def client_of(peer: str, forwarded: Iterable[bytes], trusted: Collection[str]) -> str:
    """Give the address that a request came from.

    Args:
        peer: the address of the connection.
        forwarded: the values of ``X-Forwarded-For``.
        trusted: addresses or networks of proxies; what another one says of whom it speaks for is not believed.

    Returns:
        An address; for IPv6 its first 64 bits, for a household has as many addresses as it likes.
    """
    client = peer
    if trusted and _is_in(peer, trusted):
        hops = b",".join(forwarded).decode("latin-1").split(",")
        for hop in reversed([hop.strip() for hop in hops]):
            if not _is_address(hop):
                break
            client = hop
            if not _is_in(hop, trusted):
                break
    return _household(client) if ":" in client else client


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _is_in(address: str, trusted: Collection[str]) -> bool:
    if address in trusted:
        return True
    try:
        return any("/" in each and ip_address(address) in ip_network(each, strict=False) for each in trusted)
    except ValueError:
        return False


def _household(client: str) -> str:
    try:
        address = ip_address(client)
    except ValueError:
        return client
    if not isinstance(address, IPv6Address):
        return client
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(IPv6Network((int(address), 64), strict=False))


class RateLimit:
    """A bucket of requests for each client, which fills at a steady rate."""

    def __init__(self, rate: float, burst: int) -> None:
        self._rate, self._burst = rate, float(max(1, burst))
        self._buckets: dict[str, tuple[float, float]] = {}

    def wait(self, client: str, cost: float = 1.0) -> float:
        """Take a request from a client's bucket.

        Returns:
            0 when there was one; else the seconds until there will be.
        """
        if not self._rate:
            return 0.0
        now = monotonic()
        left, when = self._buckets.get(client, (self._burst, now))
        left = min(self._burst, left + (now - when) * self._rate)
        if left < 1.0:
            self._buckets[client] = (left, now)
            return (1.0 - left) / self._rate
        self._buckets[client] = (left - cost, now)
        if len(self._buckets) > _MOST:
            self._forget(now)
        return 0.0

    def _forget(self, now: float) -> None:
        full = self._burst / self._rate
        self._buckets = {client: kept for client, kept in self._buckets.items() if now - kept[1] < full}
        if len(self._buckets) > _MOST:  # an attack from very many addresses: begin anew rather than grow
            self._buckets.clear()
