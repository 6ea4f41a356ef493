# SPDX-License-Identifier: Apache-2.0
"""The release in an Oxigraph server: ``--endpoint`` gives the same rows as the embedded store."""

from __future__ import annotations

import contextlib
import io
import shutil
import subprocess
import sysconfig
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from imnm_kg.cli.main import main
from imnm_kg.model.stored_query import StoredQuery
from tests.engines.support import ask_table, free_port
from tests.queries.support import FIXTURES, QUESTIONS, names, read_tsv

PROGRAM = shutil.which("oxigraph", path=sysconfig.get_path("scripts"))


@pytest.fixture(scope="module")
def endpoint(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    assert PROGRAM is not None, "the extra 'dev' brings the oxigraph server"
    location = str(tmp_path_factory.mktemp("oxigraph"))
    load = [PROGRAM, "load", "--location", location, "--file", str(release / "imnm.ttl")]
    subprocess.run(load, check=True, capture_output=True)
    address = f"127.0.0.1:{free_port()}"
    serve = [PROGRAM, "serve-read-only", "--location", location, "--bind", address]
    with subprocess.Popen(serve, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            for _ in range(100):
                with contextlib.suppress(OSError), urllib.request.urlopen(f"http://{address}/", timeout=1):
                    break
                time.sleep(0.05)
            yield f"http://{address}/query"
        finally:
            server.terminate()


@pytest.mark.parametrize("query", QUESTIONS, ids=names(QUESTIONS))
def test_same_rows_over_http(query: StoredQuery, endpoint: str) -> None:
    assert ask_table(endpoint, query.text) == read_tsv(FIXTURES / f"{query.name}.tsv")


def test_commands_take_an_endpoint(endpoint: str) -> None:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert main(["query", "funders", "--endpoint", endpoint, "--format", "csv"]) == 0
        assert main(["sparql", "ASK { entity:zilucoplan a imnm:Drug }", "--endpoint", endpoint]) == 0
    assert "niams" in out.getvalue()
    assert out.getvalue().endswith("yes\n")


def test_a_graph_comes_back_as_turtle(endpoint: str) -> None:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert (
            main(["sparql", "CONSTRUCT { ?x a imnm:Disease } WHERE { ?x a imnm:Disease }", "--endpoint", endpoint]) == 0
        )
    assert "entity:imnm a imnm:Disease ." in out.getvalue()


def test_a_refusal_says_what_the_server_said(endpoint: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sparql", "SELECT ?x {", "--endpoint", endpoint]) == 2
    assert "[endpoint-refused]" in capsys.readouterr().err


def test_the_release_conforms_there_too(endpoint: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "--endpoint", endpoint]) == 0
    assert capsys.readouterr().out.startswith("conforms: no result for 1,")
