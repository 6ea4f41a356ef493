# SPDX-License-Identifier: Apache-2.0
"""Measure speed and memory of extraction on real PubMed records, beside spaCy's PhraseMatcher.

Usage: python benchmarks/extraction/speed.py --pubmed FILE.xml.gz... [--records N] [--json FILE]

Needs spacy beside the package (pip install spacy; no model). All programs read the same texts in turn, batch by batch,
in one process, so that a slow moment meets them all; what is counted is CPU time after XML parsing. The lexicon of
20,000 terms is an even sample of ours, or ours filled up, first with the MeSH descriptors and substances of the files,
then with made-up names; that of 500,000 is ours filled up. PhraseMatcher gets the 20,000 terms and the same texts; it
works on tokens, so cutting the text into them is part of it, and is told apart as well. Peak memory is that of a
process of its own that reads the lexicon, parses and extracts. Times drift with the machine; look at the ratios.
"""

from __future__ import annotations

import argparse
import gc
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from figures import add_json_option, save, show, told
from filling import count_terms, fill, names_of, sample, terms_of, write_lexicon

from imnm_kg.extraction.extract import extract_claims
from imnm_kg.extraction.knowledge import Knowledge, read_knowledge
from imnm_kg.lexicon.entries import Entry, read_names
from imnm_kg.model.folders import find_folders
from imnm_kg.model.records import TextRecord
from imnm_kg.reading.source import read_records

__all__ = ["main"]

SMALL, LARGE = 20_000, 500_000
BATCH = 1_000
Work = Callable[[Sequence[TextRecord]], int]


class Program(NamedTuple):
    """Something that reads a batch of records and says how much it found."""

    name: str
    terms: int
    work: Work


class Taken(NamedTuple):
    """CPU time and findings of a program over all records."""

    seconds: float = 0.0
    found: int = 0


def write_lexicons(paths: Sequence[Path], folder: Path) -> None:
    """Write what fills up our names to each size."""
    names: dict[str, str] = {}
    for path in paths:
        names |= names_of(path)
    own = list(read_knowledge(find_folders()).entries.values())
    for size in (SMALL, LARGE):
        write_lexicon(folder / f"{size}.tsv", fill(own, dict(sorted(names.items())), size))


def knowledge_of(folder: Path, size: int) -> Knowledge:
    """Return all that is known with a lexicon of a size; 0: ours alone, all of it."""
    if not size:
        return read_knowledge(find_folders())
    knowledge = read_knowledge(find_folders(), read_names(folder / f"{size}.tsv"))
    entries = sample(list(knowledge.entries.values()), size)
    if len(entries) == len(knowledge.entries):
        return knowledge
    return knowledge.with_names_of(entries)


def terms_in(knowledge: Knowledge) -> int:
    """Return how many terms the lexicon has."""
    return count_terms(knowledge.entries.values())


def extraction(knowledge: Knowledge) -> Work:
    """Return whole extraction."""
    return lambda records: sum(len(extract_claims(record, knowledge)) for record in records)


def names_alone(knowledge: Knowledge) -> Work:
    """Return the finding of names alone."""
    return lambda records: sum(len(knowledge.matcher.find(record.text)) for record in records)


def phrase_matcher(entries: Sequence[Entry]) -> tuple[Work, Work]:
    """Return spaCy's work: tokens and matches, and tokens alone."""
    import spacy
    from spacy.matcher import PhraseMatcher

    language = spacy.blank("en")
    language.max_length = 10_000_000
    matcher = PhraseMatcher(language.vocab, attr="LOWER")
    terms = list(dict.fromkeys(term for entry in entries for term in terms_of(entry)))
    matcher.add("TERM", list(language.tokenizer.pipe(terms)))
    return (
        lambda records: sum(len(matcher(language.make_doc(record.text))) for record in records),
        lambda records: sum(len(language.make_doc(record.text)) for record in records),
    )


def batches(paths: Sequence[Path], limit: int | None) -> Iterator[list[TextRecord]]:
    """Yield the records of the files in batches."""
    records = (record for path in paths for record in read_records(path) if isinstance(record, TextRecord))
    limited = islice(records, limit)
    while batch := list(islice(limited, BATCH)):
        yield batch


def race(programs: Sequence[Program], paths: Sequence[Path], limit: int | None) -> tuple[int, list[Taken]]:
    """Let each program read each batch, another one first each time; returns the number of records and the times."""
    taken = [Taken() for _ in programs]
    count = 0
    for turn, batch in enumerate(batches(paths, limit)):
        count += len(batch)
        for number in range(len(programs)):
            which = (number + turn) % len(programs)
            start = time.process_time()
            found = programs[which].work(batch)
            seconds = time.process_time() - start
            taken[which] = Taken(taken[which].seconds + seconds, taken[which].found + found)
        print(f"\r{count:,} records", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return count, taken


def settle() -> None:
    """Put what stays out of the collector's way, as the command line does."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def speeds(paths: Sequence[Path], limit: int | None, folder: Path) -> dict[str, Any]:
    """Build all programs and let them race."""
    few, ours, many = (knowledge_of(folder, size) for size in (SMALL, 0, LARGE))
    matching, tokens = phrase_matcher(list(few.entries.values()))
    programs = [
        *(Program("extraction", terms_in(x), extraction(x)) for x in (few, ours, many)),
        *(Program("names alone", terms_in(x), names_alone(x)) for x in (few, ours, many)),
        Program("spaCy PhraseMatcher", terms_in(few), matching),
        Program("spaCy tokens alone", terms_in(few), tokens),
    ]
    settle()
    count, taken = race(programs, paths, limit)
    peer = taken[-2].seconds
    made = [
        {"program": program.name, "terms": program.terms, "found": used.found,
         "records_per_cpu_second": count / used.seconds, "times_spacy": peer / used.seconds}
        for program, used in zip(programs, taken, strict=True)
    ]  # fmt: skip
    return {"records": count, "programs": made, "large_to_small": taken[0].seconds / taken[2].seconds}


def memory(paths: Sequence[Path], limit: int | None, folder: Path, size: int) -> dict[str, Any]:
    """Parse and extract with a lexicon of that size, and tell the peak memory of this process."""
    knowledge = knowledge_of(folder, size)
    settle()
    claims = sum(len(extract_claims(record, knowledge)) for batch in batches(paths, limit) for record in batch)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"terms": terms_in(knowledge), "claims": claims, "megabytes": resident(), "megabytes_peak": peak}


def resident() -> float:
    """Return the memory that this process holds now, in MB; 0 where the system does not say."""
    status = Path("/proc/self/statm")
    pages = int(status.read_text().split()[1]) if status.is_file() else 0
    return pages * resource.getpagesize() / 1024**2


def child(part: str, folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Run a part as a process of its own."""
    command = [sys.executable, __file__, "--part", part, "--folder", str(folder), "--pubmed", *map(str, options.pubmed)]
    command += [] if options.records is None else ["--records", str(options.records)]
    made: dict[str, Any] = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
    return made


def tell(found: dict[str, Any], peaks: Sequence[dict[str, Any]]) -> None:
    """Print the tables."""
    rows = []
    for x in found["programs"]:
        figures = (
            f"{x['terms']:,}",
            f"{x['found']:,}",
            f"{x['records_per_cpu_second']:,.0f}",
            f"{x['times_spacy']:.1f}",
        )
        rows.append([x["program"], *figures])
    headers = ("program", "terms", "found", "records a CPU-second", "times the speed of PhraseMatcher")
    show(f"Speed after XML parsing, {found['records']:,} records", headers, rows)
    print(f"extraction with {LARGE:,} terms: {found['large_to_small']:.2f} of its speed with {SMALL:,}")
    cells = []
    for x in peaks:
        megabytes = (f"{x['megabytes']:.0f}", f"{x['megabytes_peak']:.0f}")
        cells.append([f"{x['terms']:,}", *megabytes])
    show("Memory of a process that reads the lexicon, parses and extracts, MB", ("terms", "at the end", "peak"), cells)


def main() -> int:
    """Run the parts, print tables, write the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pubmed", type=Path, nargs="+", required=True, metavar="FILE", help="PubMed XML, .gz or not")
    parser.add_argument("--records", type=int, metavar="N", help="read no more records than this")
    parser.add_argument("--part", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    add_json_option(parser)
    options = parser.parse_args()
    if options.part is not None:
        given = (options.pubmed, options.records, options.folder)
        print(json.dumps(speeds(*given) if options.part == "speed" else memory(*given, int(options.part))))
        return 0
    with tempfile.TemporaryDirectory() as name:
        write_lexicons(options.pubmed, Path(name))
        found = child("speed", Path(name), options)
        peaks = [child(str(size), Path(name), options) for size in (0, LARGE)]
    tell(found, peaks)
    save(options.json, found | {"memory": peaks})
    return 0


if __name__ == "__main__":
    raise SystemExit(told(main))
