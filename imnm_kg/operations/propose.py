# SPDX-License-Identifier: Apache-2.0
"""Propose: what the extractor found as Turtle, the same that ``graph/claims/`` holds, marked as proposed.

One file has all that a reviewer needs: the claims with their evidence, why each was proposed, the documents, and the
entities that the graph does not have yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from pyoxigraph import NamedNode, Triple

from imnm_kg.errors import ImnmError, Place
from imnm_kg.extraction.proposal import Mark, ProposedClaim
from imnm_kg.lexicon.entries import Entry
from imnm_kg.model.claims import CONTEXT, Claim, Evidence, Extraction, ExtractionMark, Index, expected_label, read_claims
from imnm_kg.model.coining import Coiner
from imnm_kg.model.context import fitting_context
from imnm_kg.model.entities import Entities
from imnm_kg.model.ids import slug
from imnm_kg.model.namespaces import CLAIM, DOCUMENT, ENTITY, EVIDENCE, IMNM, OBO
from imnm_kg.model.records import TextRecord
from imnm_kg.model.triples import claim_triples, evidence_triples
from imnm_kg.rdf.turtle import used_prefixes, write_turtle
