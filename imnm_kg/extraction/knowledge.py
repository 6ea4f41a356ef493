# SPDX-License-Identifier: Apache-2.0
"""All that the extractor knows, read once per process: names, rules with their measured precision, and cues."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from imnm_kg.extraction.cues import ContextCues, read_context_cues
from imnm_kg.extraction.rules import Rule, read_confidence, read_rules
from imnm_kg.extraction.triggers import Triggers
from imnm_kg.lexicon.entries import Entry, merge, read_entities, read_names
from imnm_kg.lexicon.matcher import Matcher
from imnm_kg.lexicon.misspelt import Misspelt
from imnm_kg.lexicon.variants import normalise
from imnm_kg.model.claims import Index
from imnm_kg.model.folders import Folders
from imnm_kg.model.namespaces import ENTITY
from imnm_kg.rdf.reader import read_turtle

__all__ = ["Knowledge", "read_knowledge"]


@dataclass(frozen=True)
class Knowledge:
    """What the extractor knows; nothing in it changes.

    Attributes:
        matcher: the names.
        rules: the rules, in order.
        triggers: their cue words.
        cues: negations and hedges.
        entries: the entries by IRI.
        field: the diseases of the field and all antibodies, by IRI.
        outcomes: the outcomes of the graph, by name in normal form.
        misspelt: the names of drugs with one letter wrong.
    """

    matcher: Matcher
    rules: tuple[Rule, ...]
    triggers: Triggers
    cues: ContextCues
    entries: dict[str, Entry]
    field: frozenset[str]
    outcomes: dict[str, Entry]
    misspelt: Misspelt

    def with_names_of(self, entries: Sequence[Entry]) -> Knowledge:
        """Return the same with other entries to find the names of."""
        matcher = Matcher(entries, self.triggers.cues)
        return replace(self, matcher=matcher, entries=matcher.by_iri)


_FIELD = tuple(
    ENTITY + id_ for id_ in ("autoimmune-disease", "neuromuscular-disease", "immune-mediated-inflammatory-disease")
)


def _of_field(entries: Mapping[str, Entry]) -> frozenset[str]:
    """Return the IRIs of the diseases below the roots of the field, and of all antibodies."""
    made = set(_FIELD)
    for entry in entries.values():
        path, at = [], entry.iri
        while at not in made and at not in path and at in entries:
            path.append(at)
            at = entries[at].base
        if at in made:
            made.update(path)
    return frozenset(made | {entry.iri for entry in entries.values() if entry.kind == "Antibody"})


def read_knowledge(
    folders: Folders, foreign: Sequence[Entry] = (), *, rules: Iterable[Path] | None = None
) -> Knowledge:
    """Read names, rules and cues from the ontology folder, and the names of the graph's entities.

    Args:
        folders: the data folders.
        foreign: entries of foreign vocabularies; our own come first where both have a name.
        rules: the rule files, where not those of the ontology folder.

    Raises:
        ImnmError: what reading the files raises.
    """
    lexicon = folders.ontology / "lexicon"
    entries: list[Entry] = []
    triples = [t for path in sorted((folders.graph / "entities").glob("*.ttl")) for t in read_turtle(path).quads]
    entries += read_entities(Index(triples))
    for path in sorted((lexicon / "names").glob("*.tsv")):
        entries += read_names(path, folders.shown(path))
    outcomes = {normalise(name): entry for entry in entries if entry.kind == "Outcome" for name in entry.all_names}
    merged = merge(entry for entry in entries if entry.kind != "Outcome")
    own = {entry.iri for entry in merged}
    merged += [entry for entry in foreign if entry.iri not in own]
    measured = lexicon / "rule-confidence.tsv"
    files = sorted((lexicon / "rules").glob("*.toml")) if rules is None else list(rules)
    made = tuple(read_rules(files, read_confidence(measured) if measured.is_file() else {}))
    triggers = Triggers(made)
    matcher = Matcher(merged, triggers.cues)
    return Knowledge(
        matcher,
        made,
        triggers,
        read_context_cues(lexicon / "context-cues.tsv", folders.shown(lexicon / "context-cues.tsv")),
        matcher.by_iri,
        _of_field(matcher.by_iri),
        outcomes,
        Misspelt(merged),
    )
