# SPDX-License-Identifier: Apache-2.0
"""A small world to extract in: a few invented names and one rule, and inputs made to order."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from imnm_kg.batch.settings import Settings
from imnm_kg.batch.watch import Watch
from imnm_kg.model.records import BadRecord

ROOT = Path(__file__).resolve().parents[2]

NAMES = """\
id\tkind\tlabel\tnames\tabbreviations\tflags\tbase
alphamab\tDrug\talphamab\talpha-mab\tAMB\t\t
betamab\tDrug\tbetamab\t\t\t\t
gammamab\tDrug\tgammamab\t\t\t\t
protein-x\tProtein\tprotein X\tfactor X\tPX\t\t
"""
RULES = """\
[[rule]]
id = "inhibits-test"
predicate = "inhibits"
cues = ["inhibit"]
pattern = "<M:s> .. [[inhibit(s|ed)?]] <P:o>"
denial = "flip"
fires = ["Alphamab inhibits protein X."]
"""


def make_root(folder: Path) -> Path:
    """Make a folder that holds what the extractor knows: three drugs, a protein, a rule."""
    lexicon = folder / "ontology" / "lexicon"
    (lexicon / "names").mkdir(parents=True)
    (lexicon / "rules").mkdir()
    (folder / "graph" / "entities").mkdir(parents=True)
    for name in ("imnm.ttl", "prefixes.ttl", "lexicon/context-cues.tsv", "lexicon/everyday-words.txt",
                 "lexicon/vocabularies.tsv"):  # fmt: skip
        shutil.copy(ROOT / "ontology" / name, folder / "ontology" / name)
    (lexicon / "names" / "own.tsv").write_text(NAMES)
    (lexicon / "rules" / "own.toml").write_text(RULES)
    return folder


def settings(root: Path, format_: str = "parquet", lexicons: Sequence[Path] = ()) -> Settings:
    return Settings(root, tuple((path, "") for path in lexicons), 0.0, format_, "0.0.1")


class Ear(Watch):
    """Hears what a run tells."""

    def __init__(self) -> None:
        self.told: list[BadRecord] = []
        self.notes: list[str] = []
        self.records = self.claims = self.expected = self.weight = 0

    def expect(self, weight: int) -> None:
        self.expected += weight

    def tick(self, records: int, claims: int) -> None:
        self.records += records
        self.claims += claims

    def done(self, weight: int) -> None:
        self.weight += weight

    def bad(self, record: BadRecord) -> None:
        self.told.append(record)

    def note(self, text: str) -> None:
        self.notes.append(text)


SENTENCES = (
    "Alphamab inhibits protein X in most people.",
    "Nothing was seen in the second group.",
    "Betamab did not inhibit factor X, as far as is known.",
    "Gammamab may inhibit protein X.",
)


def text_of(number: int) -> str:
    """Return a text of its own for each number."""
    return f"Note {number}. {SENTENCES[number % 4]} {SENTENCES[number * 7 % 4]}"


def json_lines(path: Path, numbers: Iterable[int]) -> Path:
    path.write_text("".join(json.dumps({"id": f"d{n}", "text": text_of(n)}) + "\n" for n in numbers))
    return path


def pubmed(path: Path, numbers: Iterable[int]) -> Path:
    """Write a PubMed file, gzipped where its name says so."""
    parts = ['<?xml version="1.0"?>\n<PubmedArticleSet>\n']
    parts += [
        f"<PubmedArticle>\n<MedlineCitation><PMID>{n}</PMID><Article><ArticleTitle>Title {n}.</ArticleTitle>\n"
        f"<Abstract><AbstractText>{text_of(n)}</AbstractText></Abstract></Article></MedlineCitation>\n</PubmedArticle>\n"
        for n in numbers
    ]
    data = "".join([*parts, "</PubmedArticleSet>\n"]).encode()
    path.write_bytes(gzip.compress(data, mtime=0) if path.suffix == ".gz" else data)
    return path


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }
