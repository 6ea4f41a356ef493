# SPDX-License-Identifier: Apache-2.0
"""What the tests of other engines share."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pyoxigraph import QuerySolutions

from imnm_kg.operations.remote import ask_endpoint
from tests.queries.support import Table, term_text

INI = (Path(__file__).parent.parent / "fixtures" / "engines" / "virtuoso.ini").read_text(encoding="utf-8")


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


@contextmanager
def virtuoso(folder: Path, triples: bytes, graph: str, rows: int = 100_000) -> Iterator[str]:
    """Run Virtuoso with some N-Triples and give its address; skip the test where it is not installed, save in CI.

    Args:
        folder: an empty folder.
        triples: the data.
        graph: the graph to load it into.
        rows: the most rows of a result.
    """
    server, client = shutil.which("virtuoso-t"), shutil.which("isql-vt")
    if server is None or client is None:
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail("Virtuoso is not here, and CI must not skip this test", pytrace=False)
        pytest.skip("Virtuoso is not here")
    (folder / "data.nt").write_bytes(triples)
    sql, http = f"127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}"
    ini = INI.format(folder=folder, sql=sql, http=http).replace("100000", str(rows))
    (folder / "virtuoso.ini").write_text(ini, encoding="utf-8")

    def run(commands: str) -> None:
        subprocess.run([client, sql, "dba", "dba", f"exec={commands}"], check=True, capture_output=True, timeout=60)

    start = [server, "+configfile", str(folder / "virtuoso.ini"), "+wait"]
    subprocess.run(start, check=True, capture_output=True, timeout=90, cwd=folder)
    try:
        run(f"ld_dir('{folder}', 'data.nt', '{graph}'); rdf_loader_run(); checkpoint;")
        yield f"http://{http}/sparql"
    finally:
        run("shutdown;")
