# SPDX-License-Identifier: Apache-2.0
"""Measure extraction: every figure on it in the README, with one command.

Usage: python benchmarks/extraction/run.py [--shared DIR] [--only PART] [--pubmed FILE.xml.gz] [--json FILE]

DIR holds ``corpus/`` (texts and annotations of the development set), ``documents/`` (the two source documents) and
``corpora/`` (BC5CDR, BioRED, NegEx); the sentences that were written for this project stand here. With a file of PubMed
records speed and memory are measured too, which takes some minutes. Nothing but the figures is kept.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from development import development
from figures import add_json_option, save, told
from pairs import pairs
from sentences import sentences
from sources import sources

from imnm_kg.extraction.knowledge import read_knowledge
from imnm_kg.model.folders import find_folders

__all__ = ["main"]

HERE = Path(__file__).resolve().parent
PARTS = ("development", "sentences", "sources", "negex", "pairs")


def negex(corpora: Path) -> dict[str, float]:
    """Run the measurement of negation and take the figures from its last line."""
    command = [sys.executable, str(HERE / "negex.py"), "--corpora", str(corpora)]
    line = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip().splitlines()[-1]
    print(f"\nNegEx: {line}", flush=True)
    found = re.search(r"P ([\d.]+), R ([\d.]+), F1 ([\d.]+)", line)
    assert found is not None, f"negex.py told no figures: {line}"
    return dict(zip(("precision", "recall", "f1"), map(float, found.groups()), strict=True))


def speed(pubmed: Path, figures: Path | None) -> None:
    """Run the measurement of speed and memory as a process of its own."""
    command = [sys.executable, str(HERE / "speed.py"), "--pubmed", str(pubmed)]
    if figures is not None:
        command += ["--json", str(figures.with_name(f"{figures.stem}-speed.json"))]
    subprocess.run(command, check=True)


def main() -> int:
    """Measure the parts that are asked for, print tables, write the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--shared", type=Path, metavar="DIR", help="the folder of the corpora; only sentences need none"
    )
    parser.add_argument("--pubmed", type=Path, metavar="FILE", help="PubMed records, to measure speed and memory")
    parser.add_argument("--only", action="append", choices=PARTS, help="measure this part only; may be repeated")
    add_json_option(parser)
    options = parser.parse_args()
    folders, wanted = find_folders(), options.only or PARTS
    if options.shared is None and set(wanted) != {"sentences"}:
        parser.error("give --shared DIR, or --only sentences")
    knowledge = read_knowledge(folders)
    figures: dict[str, Any] = {}
    if "development" in wanted:
        figures |= development(options.shared / "corpus" / "gold_dev.jsonl", knowledge)
    if "sentences" in wanted:
        figures["sentences"] = sentences(knowledge)
    if "sources" in wanted:
        figures["sources"] = sources(options.shared / "documents", folders, knowledge)
    if "negex" in wanted:
        figures["negex"] = negex(options.shared / "corpora")
    if "pairs" in wanted:
        figures["pairs"] = pairs(options.shared / "corpora", knowledge)
    save(options.json, figures)
    if options.pubmed is not None:
        speed(options.pubmed, options.json)
    return 0


if __name__ == "__main__":
    raise SystemExit(told(main))
