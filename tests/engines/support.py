# SPDX-License-Identifier: Apache-2.0
"""What the tests of other engines share."""

from __future__ import annotations

import socket

from pyoxigraph import QuerySolutions

from imnm_kg.operations.remote import ask_endpoint
from tests.queries.support import Table, term_text


def free_port() -> int:
    """A port of the loopback interface that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def ask_table(endpoint: str, text: str) -> Table:
    """Ask an endpoint: the variables and the rows in their order."""
    result = ask_endpoint(endpoint, text, timeout=30)
    assert isinstance(result, QuerySolutions)
    variables = tuple(variable.value for variable in result.variables)
    return variables, [tuple(term_text(solution[name]) for name in variables) for solution in result]
