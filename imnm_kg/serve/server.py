# SPDX-License-Identifier: Apache-2.0
"""Runs the application: uvicorn on a socket, and a stop in good order."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from uvicorn import Config, Server

from imnm_kg.serve.guard import guarded, sweep

if TYPE_CHECKING:
    from types import FrameType

    from imnm_kg.serve.front import Front

__all__ = ["serve"]

_KEEP_ALIVE = 15
_MARGIN = 5.0
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class _Server(Server):
    def __init__(self, config: Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready
        self._sweep: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._sweep = asyncio.create_task(sweep(self.server_state.connections))
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self._sweep is not None:
            self._sweep.cancel()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop at a signal, and do not raise it again: a stop in good order is no failure."""
        before = {number: signal.signal(number, self._stop) for number in _SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self.force_exit = self.should_exit  # the second signal waits for nobody
        self.should_exit = True


def serve(app: Front, taken: socket.socket, ready: Callable[[], None]) -> None:
    """Serve until a signal; queries that run are finished, and no process is left.

    Args:
        app: what to serve.
        taken: the socket to serve it on.
        ready: called when requests are answered.
    """
    limits = app.service.limits
    logger = logging.getLogger("uvicorn")
    logger.addHandler(app.service.journal.handler())
    logger.propagate = False
    config = Config(
        app,
        http=guarded(limits, app.express),
        ws="none",
        lifespan="on",
        log_config=None,
        log_level="warning",
        access_log=False,
        proxy_headers=False,  # whom to believe is for us to say
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE,
        timeout_graceful_shutdown=int(limits.seconds + limits.queue_seconds + _MARGIN),
    )
    _Server(config, ready).run(sockets=[taken])
