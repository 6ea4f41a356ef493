# SPDX-License-Identifier: Apache-2.0
"""Measure what a second process brings: `imnm-kg extract --workers 1` and `--workers 2` over the same inputs.

Usage: python benchmarks/extraction/workers.py --pubmed FILE.xml.gz... [--records N] [--rounds N] [--json FILE]

The records of PubMed files are dealt out to inputs of equal number in a temporary folder. Both commands read all of
them to Parquet, in turn, as whole processes: start, lexicon and reading count. What is told is wall time, so other
work on the machine shows in it; therefore each round runs both, and beside the rounds stands the best time of each,
the one that was disturbed least, with their ratio. What the machine itself gives to two processes is measured beside
it, in the same rounds, with a loop that shares nothing. The folders must be the same to the byte, else it ends with 1.
"""

from __future__ import annotations

import argparse
import gzip
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Any

from figures import add_json_option, save, show, told

__all__ = ["deal_out", "main", "records_of", "same_bytes"]

SHARDS, ROUNDS = 8, 3
WORKERS = (1, 2)
_LOOP = "n = 0\nwhile n < 20_000_000: n += 1"
_HEAD = b'<?xml version="1.0" encoding="utf-8"?>\n<PubmedArticleSet>\n'
_PMID = re.compile(rb"<PMID[^>]*>\s*(\d+)")
_TAIL = b"</PubmedArticleSet>\n"


def records_of(paths: Iterable[Path]) -> Iterator[bytes]:
    """Yield the records of PubMed files as they are written, whole lines, each PMID once.

    Of what a file has twice, one input would be read a second time, which is no matter of workers.
    """
    seen: set[bytes] = set()
    for path in paths:
        with gzip.open(path, "rb") as stream:
            lines: list[bytes] = []
            for line in stream:
                if lines or b"<PubmedArticle>" in line:
                    lines.append(line)
                if lines and b"</PubmedArticle>" in line:
                    record, lines = b"".join(lines), []
                    id_ = found.group(1) if (found := _PMID.search(record)) else record
                    if id_ not in seen:
                        seen.add(id_)
                        yield record


def deal_out(files: Iterable[Path], folder: Path, shards: int, limit: int | None = None) -> tuple[list[Path], int]:
    """Write the records in turn to as many files; returns the files, and how many records there are."""
    paths = [folder / f"shard-{number:02}.xml.gz" for number in range(shards)]
    count = 0
    with ExitStack() as stack:
        streams = [stack.enter_context(gzip.GzipFile(path, "wb", 6, mtime=0)) for path in paths]
        for stream in streams:
            stream.write(_HEAD)
        for record in islice(records_of(files), limit):
            streams[count % shards].write(record)
            count += 1
        for stream in streams:
            stream.write(_TAIL)
    return paths, count


def same_bytes(one: Path, other: Path) -> bool:
    """Tell whether two folders hold the same files with the same bytes."""
    names = [sorted(path.relative_to(root) for path in root.rglob("*") if path.is_file()) for root in (one, other)]
    return names[0] == names[1] and all((one / x).read_bytes() == (other / x).read_bytes() for x in names[0])


def wall(commands: Sequence[Sequence[str]]) -> float:
    """Return how long commands take that run at the same time."""
    start = time.perf_counter()
    running = [subprocess.Popen(command, stderr=subprocess.DEVNULL) for command in commands]
    if any(process.wait() > 1 for process in running):  # 1: records were passed over
        raise SystemExit(f"workers.py: a command failed: {' '.join(commands[0])}")
    return time.perf_counter() - start


def extract(inputs: Sequence[Path], out: Path, workers: int) -> float:
    """Return how long an extraction takes."""
    command = [sys.executable, "-m", "imnm_kg", "extract", *map(str, inputs), "--format", "parquet", "--quiet"]
    return wall([[*command, "--out", str(out), "--workers", str(workers)]])


def loops(processes: int) -> float:
    """Return how long loops take that run at the same time and share nothing."""
    return wall([[sys.executable, "-c", _LOOP]] * processes)


def measure(inputs: Sequence[Path], folder: Path, rounds: int) -> dict[str, Any]:
    """Run the rounds; the order turns, so that neither is always first."""
    made: list[dict[str, float]] = []
    equal = True
    for number in range(rounds):
        outs = {workers: folder / f"workers-{workers}" for workers in WORKERS}
        for out in outs.values():
            shutil.rmtree(out, ignore_errors=True)
        order = WORKERS if number % 2 == 0 else WORKERS[::-1]
        seconds = {workers: extract(inputs, outs[workers], workers) for workers in order}
        machine = 2 * loops(1) / loops(2)
        equal = equal and same_bytes(*outs.values())
        made.append({"one": seconds[1], "two": seconds[2], "ratio": seconds[1] / seconds[2], "machine": machine})
    best = {key: min(x[key] for x in made) for key in ("one", "two")}
    return {
        "inputs": len(inputs), "rounds": made, "same_bytes": equal,
        "best": best | {"ratio": best["one"] / best["two"], "machine": max(x["machine"] for x in made)},
    }  # fmt: skip


def main() -> int:
    """Deal the records out, run the rounds, print the table, write the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pubmed", type=Path, required=True, nargs="+", metavar="FILE", help="PubMed records")
    parser.add_argument("--records", type=int, metavar="N", help="take the first records only")
    parser.add_argument("--shards", type=int, default=SHARDS, metavar="N", help=f"inputs; default: {SHARDS}")
    parser.add_argument("--rounds", type=int, default=ROUNDS, metavar="N", help=f"default: {ROUNDS}")
    add_json_option(parser)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        inputs = Path(name, "inputs")
        inputs.mkdir()
        paths, count = deal_out(options.pubmed, inputs, options.shards, options.records)
        found = {"records": count} | measure(paths, Path(name), options.rounds)
    named = [(str(number), x) for number, x in enumerate(found["rounds"], 1)] + [("best of each", found["best"])]
    rows = [[name, *(f"{x[key]:.2f}" for key in ("one", "two", "ratio", "machine"))] for name, x in named]
    headers = ("round", "--workers 1, s", "--workers 2, s", "ratio", "two loops on this machine")
    show(f"Wall time of whole runs, {count:,} records in {len(paths)} inputs", headers, rows)
    print("the same bytes" if found["same_bytes"] else "NOT the same bytes")
    save(options.json, found)
    return 0 if found["same_bytes"] else 1


if __name__ == "__main__":
    raise SystemExit(told(main))
