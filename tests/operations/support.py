# SPDX-License-Identifier: Apache-2.0
"""Reading of fixtures for the tests of the verbs."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pyoxigraph as ox
from pyoxigraph import Quad

from imnm_kg.extraction.proposal import Mark, ProposedClaim
from imnm_kg.lexicon.entries import Entry
from imnm_kg.model.folders import Folders
from imnm_kg.model.ids import slug
from imnm_kg.model.namespaces import ENTITY
from imnm_kg.model.records import TextRecord, TextZone
from imnm_kg.operations.assemble import assemble, read_prefixes
from imnm_kg.operations.propose import proposals_turtle

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "tests" / "fixtures"


@cache
def header() -> str:
    prefixes = read_prefixes(Folders(ROOT))
    return "".join(f"@prefix {prefix}: <{space}> .\n" for prefix, space in prefixes.items())


def turtle(text: str) -> list[Quad]:
    """Parse Turtle that may use every prefix of the project."""
    return list(ox.parse(header() + text, format=ox.RdfFormat.TURTLE))


def term(text: str) -> Any:
    return turtle(f"<urn:s> <urn:p> {text} .")[0].object


def read_toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def proposed(name: str = "notes") -> tuple[list[ProposedClaim], dict[str, TextRecord]]:
    """Read what an extractor might have found, and where."""
    data = read_toml(FIXTURES / "proposals" / f"{name}.toml")
    records = {
        item["id"]: TextRecord(
            item["id"], item["text"], tuple(TextZone(*zone) for zone in item.get("zones", ())), item["title"],
            doi=item.get("doi", ""), pmid=item.get("pmid", ""), pmcid=item.get("pmcid", ""),
        )
        for item in data["document"]
    }  # fmt: skip
    entries = {
        item["label"]: Entry(
            item.get("iri") or ENTITY + item["id"], item["kind"], item["label"], tuple(item.get("names", ())),
            tuple(item.get("abbreviations", ())),
        )
        for item in data["entry"]
    }  # fmt: skip
    return [_claim(item, records[item["document"]], entries) for item in data["claim"]], records


def _claim(item: dict[str, Any], record: TextRecord, entries: dict[str, Entry]) -> ProposedClaim:
    text, quote = record.text, item["quote"]
    start = text.index(quote)
    end = start + len(quote)
    marks = []
    for role, words in item["marks"]:
        at = text.index(words, start, end)
        marks.append(Mark(role, words, at, at + len(words)))
    return ProposedClaim(
        record.id, record.sha256, entries[item["subject"]], item["predicate"], entries[item["object"]],
        item.get("polarity", "Affirmed"), item.get("certainty", "Established"), item.get("population", ""),
        tuple((key, value) for key, value in item.get("context", ())), quote, text[max(0, start - 32) : start],
        text[end : end + 32], start, end, item["rule"], item.get("confidence"), tuple(marks),
    )  # fmt: skip


_proposed = cache(proposed)


def _state(root: Path) -> str:
    """Tell the graph of a folder from others."""
    files = sorted((root / "graph").rglob("*.ttl"))
    return "\n".join(f"{path.relative_to(root)}\n{path.read_text(encoding='utf-8')}" for path in files)


_texts: dict[str, str] = {}


def _proposals(root: Path) -> str:
    """Write the proposed claims for the graph of a folder; graphs that are the same give the same text."""
    state = _state(root)
    if state not in _texts:
        claims, records = _proposed()
        known = assemble(Folders(root))
        _texts[state] = proposals_turtle(
            claims, records, index=known.source_index, prefixes=known.prefixes, version="0.1.0"
        )
    return _texts[state]


def write_proposals(root: Path, path: Path) -> Path:
    """Write the proposed claims for the graph of a folder, and the texts of their documents beside the others."""
    _, records = _proposed()
    path.write_text(_proposals(root), encoding="utf-8")
    (root / "documents").mkdir(exist_ok=True)
    for id_, record in records.items():
        (root / "documents" / f"{slug(id_)}.txt").write_text(record.text, encoding="utf-8", newline="")
    return path
