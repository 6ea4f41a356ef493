# SPDX-License-Identifier: Apache-2.0
"""Measure the server beside rdflib-endpoint and `oxigraph serve`, over the same data in one run.

Usage: python benchmarks/serve/run.py DATA --rdflib PATH [--seconds S] [--rounds N] [--json OUT]

DATA is what data.py wrote; PATH is the program rdflib-endpoint, installed in an environment of its own
(pip install rdflib-endpoint==0.6.3). It needs wrk and the package oxigraph. Servers take turns in each round, so that a
busy machine is equally busy for all; the figures are medians of the rounds.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))
from tests.serve.attacks import WORST  # noqa: E402

ENTITY = "https://w3id.org/imnm-kg/entity/eENTITY"
LOOKUP = "query=" + quote(f"SELECT ?p ?o {{ <{ENTITY}> ?p ?o }}", safe="")
PAGE = "/entity/eENTITY.html"
ASK = "query=" + quote("ASK { <https://w3id.org/imnm-kg/entity/e1> ?p ?o }", safe="")
PORTS = {"ours": 8771, "oxigraph": 8772, "rdflib": 8773, "bare": 8774}
PATHS = {"ours": "/sparql?", "oxigraph": "/query?", "rdflib": "/?", "bare": "/sparql?"}
NO_RATE = ("--rate", "0")  # the limit is looked at for each request, but one client must be able to ask so often


def commands(data: Path, scratch: Path, rdflib: str) -> dict[str, list[str]]:
    graph = str(data / "imnm.ttl")
    oxigraph = shutil.which("oxigraph") or str(Path(sys.executable).parent / "oxigraph")
    subprocess.run([oxigraph, "load", "--location", str(scratch), "--file", graph], check=True, capture_output=True)
    serve = [sys.executable, "-m", "imnm_kg", "serve", "--release", str(data), "--port", str(PORTS["ours"]), *NO_RATE]
    bare = [str(PORTS["bare"]) if word == str(PORTS["ours"]) else word for word in serve]
    where = ["--bind", f"127.0.0.1:{PORTS['oxigraph']}"]
    return {
        "ours": serve,
        "bare": [*bare, "--cache-mib", "0"],
        "oxigraph": [oxigraph, "serve-read-only", "--location", str(scratch), *where],
        "rdflib": [rdflib, "serve", "--host", "127.0.0.1", "--port", str(PORTS["rdflib"]), graph],
    }


def answers(name: str, query: str = ASK) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", PORTS[name], timeout=30)
    try:
        connection.request("GET", PATHS[name] + query, headers={"Accept": "application/sparql-results+json"})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


@contextmanager
def running(name: str, command: list[str], log: Path | None = None) -> Iterator[float]:
    """Start a server; gives the seconds until its first answer."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)} if name in ("ours", "bare") else None
    begun = time.monotonic()
    with (log or Path(os.devnull)).open("w") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL, env=environment)
        try:
            while not answers(name):
                if process.poll() is not None or time.monotonic() - begun > 120:
                    raise SystemExit(f"{name} does not start: {' '.join(command)}")
                time.sleep(0.005)
            yield time.monotonic() - begun
        finally:
            process.terminate()
            process.wait(60)


def warm(name: str, query: str, entities: int) -> None:
    """Ask once for every entity, as wrk will: what a server keeps it has then."""
    connection = http.client.HTTPConnection("127.0.0.1", PORTS[name], timeout=60)
    accept = "text/html" if query.endswith(".html") else "application/sparql-results+json"
    for entity in range(entities):
        connection.request("GET", query.replace("ENTITY", str(entity)), headers={"Accept": accept})
        connection.getresponse().read()
    connection.close()


def wrk(name: str, query: str, entities: int, seconds: float, connections: int, fresh: bool) -> dict[str, float]:
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds:g}s", "--latency", "-s", str(HERE / "lookup.lua")]
    command += [f"http://127.0.0.1:{PORTS[name]}", "--", query, str(entities), *(["fresh"] if fresh else [])]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = {f"p{part}": milliseconds(said, rf"^ +{part}% +(\S+)") for part in (50, 99)}
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
    wrong = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    return {**found, "rate": float(rate[1]) if rate else 0.0, "wrong": float(wrong[1]) if wrong else 0.0}


def milliseconds(text: str, pattern: str) -> float:
    found = re.search(pattern, text, flags=re.MULTILINE)
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", found[1]).groups() if found else ("0", "ms")  # type: ignore[union-attr]
    return float(number) * {"us": 0.001, "ms": 1, "s": 1000, "m": 60_000}[unit]


def median(rounds: list[dict[str, float]]) -> dict[str, float]:
    return {key: statistics.median(each[key] for each in rounds) for key in rounds[0]}


def rates(given: argparse.Namespace, entities: int, started: dict[str, list[str]]) -> dict[str, dict[str, float]]:
    cases = {
        "oxigraph, lookup": ("oxigraph", PATHS["oxigraph"] + LOOKUP, False),
        "rdflib-endpoint, lookup": ("rdflib", PATHS["rdflib"] + LOOKUP, False),
        "ours, lookup": ("ours", PATHS["ours"] + LOOKUP, False),
        "ours, lookup, each query new": ("ours", PATHS["ours"] + LOOKUP, True),
        "ours, stored query": ("ours", "/queries/names?entity=eENTITY", False),
        "ours, stored query, nothing kept": ("bare", "/queries/names?entity=eENTITY", False),
        "ours, page of an entity": ("ours", PAGE, False),
        "ours, page of an entity, nothing kept": ("bare", PAGE, False),
    }
    found: dict[str, list[dict[str, float]]] = {}
    with ExitStack() as servers:
        for server, command in started.items():
            servers.enter_context(running(server, command))
        for name, query, _ in cases.values():
            warm(name, query, entities)
        for _ in range(given.rounds):
            for case, (name, query, fresh) in cases.items():
                result = wrk(name, query, entities, given.seconds, 64, fresh)
                if result["wrong"]:
                    raise SystemExit(f"{case}: {result['wrong']:.0f} answers were not 200")
                found.setdefault(case, []).append(result)
    return {case: median(rounds) for case, rounds in found.items()}


def start(given: argparse.Namespace, started: dict[str, list[str]]) -> dict[str, float]:
    """Compare the time to the first answer with a program that opens the store and asks it."""
    alone = (
        "import sys; from pathlib import Path; from imnm_kg.operations.ask import open_release;"
        "print(bool(open_release(Path(sys.argv[1]), graphs=True).query('ASK {}')))"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    opening, serving = [], []
    for _ in range(max(3, given.rounds)):
        begun = time.monotonic()
        subprocess.run([sys.executable, "-c", alone, str(given.data)], check=True, capture_output=True, env=environment)
        opening.append(time.monotonic() - begun)
        with running("ours", started["ours"]) as seconds:
            serving.append(seconds)
    return {"open": statistics.median(opening), "serve": statistics.median(serving)}


def memory(pid: int) -> int:
    """Give the bytes that a process and those below it have for themselves, and their share of the rest."""
    total = 0
    with suppress(OSError):
        text = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii")
        total = int(re.search(r"Pss:\s+(\d+)", text)[1]) * 1024  # type: ignore[index]
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split():
            total += memory(int(child))
    return total


def attack(given: argparse.Namespace, entities: int, started: dict[str, list[str]]) -> dict[str, float]:
    """Ten clients, each with an address of its own, send the worst queries while another looks things up."""
    over = threading.Event()
    sent = [0]

    def attacker(number: int) -> None:
        queries = list(WORST.values())
        while not over.is_set():
            queries = queries[1:] + queries[:1]
            # Half of them vary their queries, so that none is known from before.
            text = queries[number % len(queries)] + (f" # {time.monotonic()}" if number % 2 else "")
            with suppress(OSError, http.client.HTTPException):
                source = (f"127.0.3.{number + 1}", 0)
                connection = http.client.HTTPConnection("127.0.0.1", PORTS["ours"], timeout=60, source_address=source)
                headers = {"Content-Type": "application/sparql-query"}
                connection.request("POST", "/sparql", text.encode(), headers)
                response = connection.getresponse()
                while response.read(1 << 16):
                    pass
                connection.close()
                sent[0] += 1

    with running("ours", started["ours"]):
        query = PATHS["ours"] + LOOKUP
        quiet = wrk("ours", query, entities, given.seconds, 1, True)
        threads = [threading.Thread(target=attacker, args=(number,), daemon=True) for number in range(10)]
        for thread in threads:
            thread.start()
        time.sleep(1.0)
        kept = wrk("ours", query, entities, given.attack_seconds / 2, 1, False)
        fresh = wrk("ours", query, entities, given.attack_seconds / 2, 1, True)
        most = max(memory(child) for child in children())
        over.set()
        alive = answers("ours")
    return {
        "quiet p50": quiet["p50"], "attacked p50": fresh["p50"], "attacked p99": fresh["p99"],
        "attacked p50, kept answers": kept["p50"], "attacks": float(sent[0]), "memory MiB": most / 2**20,
        "wrong": fresh["wrong"] + kept["wrong"], "alive": float(alive),
    }  # fmt: skip


def children() -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text("ascii").split()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--rdflib", required=True)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--attack-seconds", type=float, default=40.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=("rates", "start", "attack"))
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    entities = (given.data / "imnm.ttl").read_text("utf-8").count("\nentity:")
    told: dict[str, object] = {"load": os.getloadavg()[0]}
    with tempfile.TemporaryDirectory() as scratch:
        started = commands(given.data, Path(scratch), given.rdflib)
        if given.only in (None, "rates"):
            told["rates"] = found = rates(given, entities, started)
            for case, result in found.items():
                print(f"{case:40} {result['rate']:8.0f}/s  p50 {result['p50']:7.2f} ms  p99 {result['p99']:7.2f} ms")
        if given.only in (None, "start"):
            told["start"] = seconds = start(given, started)
            print(f"open {seconds['open']:.2f} s, first answer {seconds['serve']:.2f} s")
        if given.only in (None, "attack"):
            told["attack"] = attack(given, entities, started)
            print(", ".join(f"{key} {value:.2f}" for key, value in told["attack"].items()))  # type: ignore[attr-defined]
    if given.json is not None:
        given.json.write_text(json.dumps(told, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
