# SPDX-License-Identifier: Apache-2.0
"""Measure start-up and build as ratios: each command in turn with its peer, medians of whole processes.

Usage: python benchmarks/graph.py [--runs N]    (in a checkout, with the package installed)
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PARSE = """
import sys, rdflib
for path in sys.argv[1:]:
    rdflib.Graph().parse(path, format="turtle")
"""
IMPORTED = """
import sys
from imnm_kg.cli.main import main
try:
    main(sys.argv[1:])
finally:
    heavy = ("rdflib", "pyshacl", "owlready2", "SPARQLWrapper", "pandas")
    print(" ".join(name for name in heavy if name in sys.modules) or "none of them", file=sys.stderr)
"""


def seconds(command: Sequence[str]) -> float:
    """Run a command to its end and return the wall time of the whole process."""
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
    return time.perf_counter() - start


def compare(name: str, command: Sequence[str], peer: Sequence[str], runs: int, limit: float) -> bool:
    """Run both in turn and print the medians and the median ratio of the pairs."""
    seconds(command), seconds(peer)
    pairs = [(seconds(command), seconds(peer)) for _ in range(runs)]
    ratio = statistics.median(one / other for one, other in pairs)
    ours, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(f"{name}: {ours * 1000:.0f} ms against {theirs * 1000:.0f} ms, ratio {ratio:.2f} (asked for: {limit:g})")
    return ratio <= limit


def main() -> int:
    """Print all figures; exit code 1 if one is not reached."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    runs = parser.parse_args().runs
    python, command = sys.executable, str(Path(sys.executable).parent / "imnm-kg")
    sources = [str(p) for p in [*sorted((ROOT / "ontology").glob("*.ttl")), *sorted((ROOT / "graph").rglob("*.ttl"))]]
    with tempfile.TemporaryDirectory() as folder:
        out = f"{folder}/release"
        build = [command, "build", "--no-reason", "--no-validate", "--quiet", "--out", out]
        subprocess.run(build, check=True, capture_output=True, cwd=ROOT)
        query = [command, "query", "treatments", "--release", out]
        reached = [
            compare("query from a cold start / import pyoxigraph", query, [python, "-c", "import pyoxigraph"], runs, 4),
            compare("build / rdflib parses the same files", build, [python, "-c", PARSE, *sources], runs, 2),
        ]
        for words in (
            query[1:],
            ["query", "--list"],
            ["fmt", "--check", "graph"],
            build[1:],
            ["explain", "zilucoplan", "inhibits", "complement-c5", "--release", out],
        ):
            done = subprocess.run([python, "-c", IMPORTED, *words], capture_output=True, text=True, cwd=ROOT)
            print(f"imnm-kg {words[0]} imports of the heavy libraries: {done.stderr.strip().splitlines()[-1]}")
    return 0 if all(reached) else 1


if __name__ == "__main__":
    raise SystemExit(main())
