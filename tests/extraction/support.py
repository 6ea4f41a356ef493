# SPDX-License-Identifier: Apache-2.0
"""The knowledge of the project, read once, and claims in few words."""

from __future__ import annotations

from functools import cache

from imnm_kg.extraction.extract import extract_claims
from imnm_kg.extraction.knowledge import Knowledge, read_knowledge
from imnm_kg.extraction.proposal import ProposedClaim
from imnm_kg.extraction.rules import read_rules
from imnm_kg.model.folders import Folders
from imnm_kg.model.records import TextRecord
from tests.operations.support import ROOT

__all__ = ["RULES", "claims", "knowledge", "told"]

# Read by themselves: all that is known takes seconds to read, and tests are chosen by these.
RULES = read_rules(sorted((ROOT / "ontology" / "lexicon" / "rules").glob("*.toml")), {})


@cache
def knowledge() -> Knowledge:
    """Read names, rules and cues of the project."""
    return read_knowledge(Folders(ROOT))


def claims(text: str, title: str = "") -> tuple[ProposedClaim, ...]:
    """Give the claims of a text."""
    return extract_claims(TextRecord("a-text", text, title=title), knowledge())


def told(text: str, title: str = "") -> list[str]:
    """Give the claims of a text, each as a line."""
    return [
        f"{claim.subject.label} | {'not ' if claim.polarity == 'Negated' else ''}{claim.predicate} | "
        f"{claim.object.label} | {claim.certainty}" for claim in claims(text, title)
    ]  # fmt: skip
