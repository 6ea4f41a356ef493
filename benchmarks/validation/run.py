# SPDX-License-Identifier: Apache-2.0
"""Measure validation beside its peers, whole commands in turn over the same generated data, and compare their results.

Usage: python benchmarks/validation/run.py [--sizes N...] [--rounds N] [--rudof PYTHON] [--limit SECONDS]

PYTHON is an interpreter that has pyrudof; Jena is taken from Debian's libapache-jena-java where it is installed. With
--core the shapes without SPARQL are used. With --shipped the graph of this repository is validated instead.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from pyoxigraph import NamedNode, RdfFormat, parse, serialize

sys.path.insert(0, str(Path(__file__).resolve().parent))

from generate import generate
from peers import HERE, Run, commands, results, run, together

ROOT = HERE.parent.parent
SPARQL = NamedNode("http://www.w3.org/ns/shacl#sparql")


def joined(paths: Iterable[Path], out: Path, core: bool) -> Path:
    """Write shapes into one file, without their constraints in SPARQL when Core alone is asked for."""
    triples = [quad.triple for path in paths for quad in parse(path=str(path))]
    if core:
        dropped = {triple.object for triple in triples if triple.predicate == SPARQL}
        triples = [t for t in triples if t.predicate != SPARQL and t.subject not in dropped]
    out.write_bytes(serialize(dict.fromkeys(triples), format=RdfFormat.N_TRIPLES) or b"")
    return out.rename(out.with_suffix(".ttl"))


def measure(names: dict[str, list[str]], rounds: int, limit: float) -> dict[str, list[Run]]:
    """Run each command in turn, in each round another one first; one that breaks the limit is not run again."""
    found: dict[str, list[Run]] = {name: [] for name in names}
    left = list(names)
    for turn in range(rounds):
        for name in left[turn % len(left) :] + left[: turn % len(left)]:
            done = run(names[name], limit)
            if done is None:
                print(f"  {name}: longer than {limit:g} s", flush=True)
                left = [each for each in left if each != name]
            else:
                found[name].append(done)
    return {name: runs for name, runs in found.items() if runs}


def report(title: str, found: dict[str, list[Run]], command: list[str]) -> None:
    """Print a table, and how the results of each peer differ from ours; ours may be several processes."""
    ours = found["imnm-kg"]
    base = statistics.median(each.wall for each in ours)
    expected = Counter(results("imnm-kg", ours[0].output))
    print(f"\n{title}: {sum(expected.values())} results\n")
    print("| command | wall s | CPU s | MB | times ours | missed | beside |\n|---|---|---|---|---|---|---|")
    for name, runs in found.items():
        wall, cpu, memory = (
            statistics.median(getattr(each, field) for each in runs) for field in ("wall", "cpu", "memory")
        )
        if name == "imnm-kg":
            memory = max(memory, together(command))
        missed = beside = "-"
        if name != "parse":
            got = Counter(results(name, runs[0].output))
            missed, beside = str(sum((expected - got).values())), str(sum((got - expected).values()))
        print(
            f"| {name} | {wall:.2f} | {cpu:.2f} | {memory:.0f} | {wall / base:.1f} | {missed} | {beside} |", flush=True
        )


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[3000, 100_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rudof", type=Path, metavar="PYTHON")
    parser.add_argument("--limit", type=float, default=400, metavar="SECONDS")
    parser.add_argument("--core", action="store_true")
    parser.add_argument("--shipped", action="store_true")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="run these beside ours")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        kind = "Core" if asked.core else "all constraints"
        if asked.shipped:
            own = [*sorted((ROOT / "shapes").glob("*.ttl")), ROOT / "ontology" / "prefixes.ttl"]
            shapes = joined(own, folder / "shapes.nt", asked.core)
            build = [str(Path(sys.executable).parent / "imnm-kg"), "build", "--no-reason", "--no-validate", "--quiet"]
            subprocess.run([*build, "--out", str(folder / "release")], check=True, capture_output=True, cwd=ROOT)
            cases = [("the shipped graph", folder / "release" / "imnm.ttl")]
        else:
            shapes = joined([HERE / "shapes.ttl"], folder / "shapes.nt", asked.core)
            cases = []
            for size in asked.sizes:
                data = folder / f"{size}.ttl"
                generate(size, data)
                cases.append((f"{size:,} triples", data))
        for title, data in cases:
            names = commands(data, shapes, folder, asked.rudof)
            kept = {each: names[each] for each in names if not asked.only or each in ("imnm-kg", "parse", *asked.only)}
            report(f"{title}, {kind}", measure(kept, asked.rounds, asked.limit), names["imnm-kg"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
