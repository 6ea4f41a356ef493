# SPDX-License-Identifier: Apache-2.0
"""Measure negation on the NegEx test sentences: is the marked concept negated or affirmed?

Usage: python benchmarks/extraction/negex.py --corpora DIR [--errors]

DIR holds ``negex/rsAnnotations-1-120-random.txt`` (a public corpus, Apache-2.0): number, concept, sentence with the
concept in capitals, negation status. A window of ten words with terms that end it is published with F1 0.957.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import NamedTuple

from imnm_kg.extraction.cues import negated, read_context_cues

ROOT = Path(__file__).resolve().parents[2]
FILE = "negex/rsAnnotations-1-120-random.txt"
PUBLISHED = 0.957


class Case(NamedTuple):
    """A sentence, where its concept stands, and whether the corpus has it as negated."""

    number: str
    sentence: str
    start: int
    end: int
    negated: bool


def read_cases(path: Path) -> list[Case]:
    """Read the corpus; a concept that is longer than its sentence is the whole sentence."""
    cases = []
    for line in path.read_text(encoding="latin-1").splitlines()[1:]:
        number, concept, sentence, status, *_ = line.split("\t")
        words = concept.strip().upper()
        start = sentence.rfind(words)
        span = (start, start + len(words)) if start >= 0 else (0, len(sentence))
        cases.append(Case(number, sentence, *span, status == "Negated"))
    return cases


def main() -> int:
    """Print precision, recall and F1 of "negated", and with ``--errors`` the sentences that differ."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, required=True, metavar="DIR")
    parser.add_argument("--errors", action="store_true")
    options = parser.parse_args()
    cues = read_context_cues(ROOT / "ontology" / "lexicon" / "context-cues.tsv")
    cases = read_cases(options.corpora / FILE)
    begin = time.perf_counter()
    answers = [negated(case.sentence, case.start, case.end, cues) for case in cases]
    taken = time.perf_counter() - begin
    both = sum(1 for case, cue in zip(cases, answers, strict=True) if case.negated and cue)
    given, wanted = sum(1 for cue in answers if cue), sum(1 for case in cases if case.negated)
    precision, recall = both / given, both / wanted
    f1 = 2 * both / (given + wanted)
    for case, cue in zip(cases, answers, strict=True) if options.errors else ():
        if case.negated != (cue is not None):
            said = f"negated by “{cue.text}”" if cue else "affirmed"
            around = case.sentence[max(0, case.start - 120) : case.end + 60].replace("\n", " ")
            print(f"{case.number}: {said}, the corpus has it {'negated' if case.negated else 'affirmed'}: {around}")
    print(f"{len(cases)} sentences, {wanted} negated: P {precision:.3f}, R {recall:.3f}, F1 {f1:.3f}"
          f" (published: {PUBLISHED}); {taken / len(cases) * 1e6:.0f} µs a sentence")  # fmt: skip
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
