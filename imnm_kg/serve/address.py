# SPDX-License-Identifier: Apache-2.0
"""The address that is served: taken before anything is loaded, for there is nothing to load when it is taken."""

from __future__ import annotations

import errno
import socket

from imnm_kg.errors import ImnmError

__all__ = ["bind"]

_BACKLOG = 2048


def bind(host: str, port: int) -> socket.socket:
    """Take a port.

    Raises:
        ImnmError: ``serve-address``.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        taken = socket.socket(family, kind, protocol)
        try:
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            taken.bind(address)
            taken.listen(_BACKLOG)
        except OSError:
            taken.close()
            raise
    except (OSError, OverflowError, UnicodeError) as error:
        number = getattr(error, "errno", None)
        said = "another program has it" if number == errno.EADDRINUSE else getattr(error, "strerror", None) or error
        what = f"{host} port {port} cannot be served: {said}"
        raise ImnmError("serve-address", what, "give another address with --host and --port") from error
    return taken
