# SPDX-License-Identifier: Apache-2.0
"""Measure how often each rule is right on annotated documents, and write it as the confidence of the rule.

Usage: python benchmarks/extraction/calibrate.py GOLD... --out ontology/lexicon/rule-confidence.tsv

GOLD is a file of annotations as ``imnm-kg evaluate`` reads it; its texts stand beside it under its name without
``gold_``. Of a rule that made n claims of which r are right the confidence is (r + 1) / (n + 2), so that few claims
say little. A rule that made none is left out. The same input gives the same bytes.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

from corpus import measure, read_corpus, rule_scores
from figures import add_json_option, as_figures, save, show, told

import imnm_kg
from imnm_kg.extraction.knowledge import read_knowledge
from imnm_kg.model.evaluation import Score
from imnm_kg.model.folders import find_folders
from imnm_kg.rdf.files import write_atomically

__all__ = ["confidence", "confidence_table", "main"]


def confidence(score: Score) -> float:
    """Return the precision that is to be expected of a rule: the measured one, drawn to one half by two claims."""
    return round((score.right + 1) / (score.predicted + 2), 3)


def confidence_table(scores: Mapping[str, Score]) -> str:
    """Return the file of confidences."""
    lines = [
        "# SPDX-License-Identifier: CC-BY-4.0",
        f"# imnm-kg {imnm_kg.__version__}: how often each rule was right on annotated documents, and the confidence",
        "# that follows, (right + 1) / (claims + 2). Written by benchmarks/extraction/calibrate.py, not by hand.",
        "rule\tright\tclaims\tconfidence",
    ]
    lines += [f"{rule}\t{x.right}\t{x.predicted}\t{confidence(x):.3f}" for rule, x in sorted(scores.items()) if rule]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Extract, measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path, nargs="+", metavar="GOLD", help="annotated documents, JSON lines")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the confidences to this file")
    add_json_option(parser)
    options = parser.parse_args()
    knowledge = read_knowledge(find_folders())
    scores = rule_scores(measure(read_corpus(gold, knowledge)) for gold in options.gold)
    rows = [[rule, str(x.right), str(x.predicted), f"{confidence(x):.3f}"] for rule, x in scores.items()]
    silent = sorted({rule.id for rule in knowledge.rules} - set(scores))
    show("Rules", ("rule", "right", "claims", "confidence"), rows)
    print(f"{len(silent)} of {len(knowledge.rules)} rules made no claim (--json lists them)")
    measured = {rule: as_figures(score) | {"confidence": confidence(score)} for rule, score in scores.items()}
    save(options.json, {"rules": measured, "silent": silent})
    if options.out is not None:
        write_atomically(options.out, confidence_table(scores))
    return 0


if __name__ == "__main__":
    raise SystemExit(told(main))
