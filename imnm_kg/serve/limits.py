# SPDX-License-Identifier: Apache-2.0
"""The limits of the server: what one query, one client and all together may use."""

from __future__ import annotations

import os
from dataclasses import dataclass

__all__ = ["Limits"]

_CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class Limits:
    """What may be used; every one of them is enforced from outside the query that it holds.

    Attributes:
        seconds: how long a query may run; then its process is ended.
        rows: rows or triples of a result.
        result_bytes: bytes of a result before compression.
        memory: bytes that a query may allocate, beyond the graph itself.
        query_bytes: length of a request's body or address.
        workers: processes that answer quick queries.
        slow_workers: processes, with low priority, for queries that take longer than ``quick``.
        quick: seconds after which a query is a slow one.
        queue: requests that may wait for a worker; the next one gets 503.
        queue_seconds: how long one may wait; then it gets 503.
        rate: requests a second and client in the long run; 0 for no limit.
        burst: requests that a client may send at once.
        connections: open connections; the next one gets 503.
        header_seconds: how long a client may take to send the head of a request, and then its body.
        send_seconds: how long a client may take no byte of an answer.
        cache_bytes: memory for answers that are kept; 0 for none.
        trusted_proxies: addresses whose ``X-Forwarded-For`` is believed.
        services: addresses that ``SERVICE`` may ask; none without.
    """

    seconds: float = 20.0
    rows: int = 200_000
    result_bytes: int = 64 << 20
    memory: int = 512 << 20
    query_bytes: int = 65_536
    workers: int = max(2, min(_CORES, 8))
    slow_workers: int = max(2, min(_CORES, 8))
    quick: float = 0.1
    queue: int = 256
    queue_seconds: float = 10.0
    rate: float = 50.0
    burst: int = 200
    connections: int = 1000
    header_seconds: float = 15.0
    send_seconds: float = 30.0
    cache_bytes: int = 64 << 20
    trusted_proxies: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
