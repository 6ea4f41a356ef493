# SPDX-License-Identifier: Apache-2.0
"""Limits: what breaks one costs that query only, and a lookup stays quick beside the worst."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import statistics
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep
from urllib.parse import quote

import pytest

from tests.serve.attacks import CRASHING, ENDLESS, LARGE, OUTWARD, WORST
from tests.serve.support import Answer, Server, alive, all_gone, children

LOOKUP = "SELECT ?p ?o { entity:zilucoplan ?p ?o }"


def post(server: Server, text: str, source: str | None = None) -> Answer:
    headers = {"Content-Type": "application/sparql-query"}
    return server.ask(method="POST", body=text.encode(), headers=headers, source=source)


@pytest.fixture(autouse=True)
def answers_afterwards(strict: Server) -> Iterator[None]:
    """Whatever was done to it, the server answers the next one."""
    yield
    assert strict.process.poll() is None
    assert strict.query("ASK {}", source="127.0.9.9").status == 200


@pytest.mark.parametrize("name", CRASHING)
def test_what_would_crash_the_engine_is_an_error(name: str, strict: Server) -> None:
    answer = post(strict, CRASHING[name], "127.0.1.1")
    assert answer.status in (400, 413), answer
    assert answer.code == "query-too-large"


def test_a_crash_costs_the_query_that_made_it(strict: Server) -> None:
    """A worker that ends in the middle of a query is replaced, and only its client is told."""
    started = threading.Event()
    found: list[Answer] = []

    def ask() -> None:
        started.set()
        found.append(post(strict, f"{ENDLESS['join']} # to be shot", "127.0.1.2"))

    thread = threading.Thread(target=ask)
    thread.start()
    started.wait()
    sleep(0.4)
    (keeper,) = children(strict.process.pid)
    busiest = max(children(keeper), key=cpu)
    shoot(busiest, signal.SIGSEGV)
    thread.join()
    assert [(answer.status, answer.code) for answer in found] == [(500, "query-crash")]


def shoot(pid: int, number: signal.Signals) -> None:
    descriptor = os.pidfd_open(pid)
    try:
        signal.pidfd_send_signal(descriptor, number)
    finally:
        os.close(descriptor)


def cpu(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


@pytest.mark.parametrize("name", ENDLESS)
def test_what_would_run_for_ever_is_ended(name: str, strict: Server) -> None:
    begun = monotonic()
    answer = post(strict, ENDLESS[name], "127.0.1.3")
    assert (answer.status, answer.code) == (503, "query-time")
    assert "retry-after" not in answer.headers
    assert monotonic() - begun < 6


@pytest.mark.slow
def test_an_ended_query_uses_nothing_more(strict: Server) -> None:
    post(strict, f"{ENDLESS['join']} # again", "127.0.1.4")
    sleep(0.3)
    before = sum(cpu(pid) for pid in strict.processes())
    sleep(0.5)
    assert sum(cpu(pid) for pid in strict.processes()) - before <= 5


@pytest.mark.parametrize("name", LARGE)
def test_what_is_too_large_is_ended(name: str, strict: Server) -> None:
    try:
        answer = post(strict, LARGE[name], "127.0.1.5")
    except http.client.IncompleteRead:  # it had begun: then the client sees that it is not whole
        return
    assert answer.code in ("result-too-large", "query-memory", "query-time")
    assert answer.status in (400, 503)


def test_as_many_rows_as_allowed_and_not_one_more(strict: Server) -> None:
    text = "SELECT * {{ ?s ?p ?o }} LIMIT {}"
    assert len(post(strict, text.format(1000), "127.0.1.6").body) > 10_000
    assert post(strict, text.format(1001), "127.0.1.6").code == "result-too-large"
    graph = "CONSTRUCT {{ ?s ?p ?o }} {{ ?s ?p ?o }} LIMIT {}"
    assert post(strict, graph.format(1000), "127.0.1.6").status == 200
    assert post(strict, graph.format(1001), "127.0.1.6").code == "result-too-large"


@pytest.mark.parametrize("name", OUTWARD)
def test_nothing_goes_out(name: str, strict: Server) -> None:
    answer = post(strict, OUTWARD[name], "127.0.1.7")
    assert (answer.status, answer.code) == (403, "query-service")


def test_files_are_not_read(strict: Server) -> None:
    answer = post(strict, "SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }", "127.0.1.7")
    assert b"root" not in answer.body
    assert b'"bindings":[]' in answer.body


@pytest.mark.slow
def test_a_client_that_goes_ends_its_query(strict: Server) -> None:
    with socket.create_connection((strict.host, strict.port)) as connection:
        path = f"/sparql?query={quote(ENDLESS['join'] + ' # left')}"
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        sleep(0.4)
    sleep(2.0)
    assert b'"running":0' in strict.ask("/health", source="127.0.9.8").body


@pytest.mark.slow
def test_too_many_at_once_are_told_to_come_again(strict: Server) -> None:
    with ThreadPoolExecutor(16) as pool:
        texts = [f"{ENDLESS['join']} # {number}" for number in range(16)]
        answers = list(pool.map(lambda text: post(strict, text, "127.0.1.8"), texts))
    codes = {answer.code for answer in answers}
    assert "server-busy" in codes
    assert codes <= {"server-busy", "query-time"}
    assert {answer.headers.get("retry-after") for answer in answers if answer.code == "server-busy"} == {"2"}


@pytest.mark.slow
def test_a_lookup_stays_quick_beside_the_worst(strict: Server) -> None:
    def median(rounds: int) -> float:
        connection = http.client.HTTPConnection(strict.host, strict.port, timeout=30)
        times = []
        for number in range(rounds):
            text = f"SELECT ?p ?o {{ entity:zilucoplan ?p ?o }} #{number}.{rounds}"
            begun = monotonic()
            connection.request("GET", f"/sparql?query={quote(text)}")
            response = connection.getresponse()
            response.read()
            times.append(monotonic() - begun)
            assert response.status == 200
        connection.close()
        return statistics.median(times)

    quiet = median(150)
    over = threading.Event()

    def attack(number: int) -> None:
        queries = [*WORST.values()]
        while not over.is_set():
            queries = queries[1:] + queries[:1]
            with suppress(http.client.HTTPException, OSError):
                post(strict, queries[number % len(queries)], f"127.0.2.{number + 1}")

    threads = [threading.Thread(target=attack, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    try:
        sleep(1.0)
        attacked = median(150)
    finally:
        over.set()
        for thread in threads:
            thread.join()
    assert attacked < max(10 * quiet, 0.05)  # ours share this process's time; benchmarks/serve measures it better


def test_a_service_that_is_named_is_asked_and_no_other(server: Server, release: Path) -> None:
    address = f"{server.address}/sparql"
    started = Server(release, "--rate", "0", "--allow-service", address)
    try:
        text = "SELECT (COUNT(*) AS ?n) {{ SERVICE <{}> {{ ?d a imnm:Drug }} }}"
        answer = post(started, text.format(address))
        assert answer.status == 200, answer
        assert answer.body == post(server, "SELECT (COUNT(*) AS ?n) { ?d a imnm:Drug }").body
        assert post(started, text.format(f"{started.address}/sparql")).code == "query-service"
        assert "BasicFederatedQuery" in started.ask("/sparql").text
    finally:
        assert started.stop() == 0


def test_requests_beyond_the_rate_are_told_when(release: Path) -> None:
    started = Server(release, "--rate", "1", "--burst", "3", "--trust-proxy", "127.0.0.1")
    try:
        statuses = [started.query("ASK {}").status for _ in range(5)]
        assert statuses == [200, 200, 200, 429, 429]
        refused = started.query("ASK {}")
        assert (refused.code, refused.headers["retry-after"]) == ("rate-limit", "1")
        assert started.ask("/health").status == 200
        other = {"X-Forwarded-For": "1.2.3.4, 203.0.113.7"}
        assert [started.ask("/sparql?query=ASK%7B%7D", headers=other).status for _ in range(4)][-2:] == [200, 429]
        false = {"X-Forwarded-For": "9.9.9.9, 203.0.113.7"}  # what a client says of itself changes nothing
        assert started.ask("/sparql?query=ASK%7B%7D", headers=false).status == 429
        elsewhere = [started.query("ASK {}", source="127.0.0.5").status for _ in range(4)]
        assert elsewhere[-1] == 429
        spoofed = started.ask("/sparql?query=ASK%7B%7D", headers={"X-Forwarded-For": "8.8.8.8"}, source="127.0.0.5")
        assert spoofed.status == 429
    finally:
        assert started.stop() == 0


@pytest.mark.slow
def test_a_stop_finishes_what_runs_and_leaves_nothing(release: Path) -> None:
    started = Server(release, "--query-seconds", "2")
    below = started.processes()
    while len(below) < 3:
        below = started.processes()
    found: list[Answer] = []
    thread = threading.Thread(target=lambda: found.append(post(started, ENDLESS["join"])))
    thread.start()
    sleep(0.5)
    below |= started.processes()
    assert started.stop() == 0
    thread.join()
    assert [answer.code for answer in found] == ["query-time"]  # it was let run to its own end
    assert all_gone(below)


def test_no_process_outlives_a_server_that_is_killed(release: Path) -> None:
    started = Server(release)
    below = started.processes()
    assert started.stop(signal.SIGKILL) == -signal.SIGKILL
    assert all_gone(below)


@pytest.mark.slow
def test_a_keeper_that_dies_is_replaced(release: Path) -> None:
    started = Server(release, "--rate", "0")
    try:
        before = started.processes()
        (keeper,) = children(started.process.pid)
        shoot(keeper, signal.SIGKILL)
        assert all_gone(before)
        sleep(0.3)
        assert started.query(LOOKUP).status == 200
        assert not any(alive(pid) for pid in before)
    finally:
        assert started.stop() == 0
