# SPDX-License-Identifier: Apache-2.0
"""Ids made from content: the same claim, evidence or inference has the same id wherever it is made.

An id is the first 32 hexadecimal digits of the SHA-256 of the UTF-8 bytes of a JSON array in the form of
RFC 8785, whose members are RDF terms in N-Triples form, ``null`` where absent. ``tests/model/ids.json``
publishes test vectors.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from imnm_kg.model.namespaces import XSD

__all__ = ["claim_id", "content_hash", "evidence_id", "inference_id", "slug"]

Term: TypeAlias = NamedNode | Literal | BlankNode | Triple
_Json: TypeAlias = "str | Sequence[_Json] | None"


def content_hash(array: Sequence[_Json]) -> str:
    """Return the 32 digits for an array of N-Triples terms, ``None`` and nested arrays of them."""
    import rfc8785  # here: queries and checks never need it

    return hashlib.sha256(rfc8785.dumps(list(array))).hexdigest()[:32]


_SPELT = {"+": " plus ", "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "κ": "kappa", "µ": "mu", "μ": "mu"}
_LONGEST_SLUG = 120
_NOT_IN_SLUG = re.compile(r"[^a-z0-9]+")


def slug(name: str) -> str:
    """Return the readable id that a name gives: lower-case words of ASCII letters and digits, joined by hyphens."""
    spelt = "".join(_SPELT.get(character, character) for character in name.lower())
    plain = unicodedata.normalize("NFKD", spelt).encode("ascii", "ignore").decode()
    made = _NOT_IN_SLUG.sub("-", plain).strip("-")
    if 0 < len(made) <= _LONGEST_SLUG:
        return made
    # A name in another script leaves nothing to read, and one that is too long for a file is told apart by its hash.
    digits = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{made[: _LONGEST_SLUG - 9].rstrip('-') or 'unnamed'}-{digits}"


def claim_id(
    subject: NamedNode,
    predicate: NamedNode,
    object_: NamedNode | Literal,
    polarity: NamedNode,
    population: NamedNode | None,
    context: Iterable[tuple[NamedNode, NamedNode | Literal]],
) -> str:
    """Return the id of a claim; the order of the context pairs does not matter."""
    pairs = sorted([str(key), str(value)] for key, value in context)
    people = None if population is None else str(population)
    return content_hash([str(subject), str(predicate), str(object_), str(polarity), people, pairs])


def evidence_id(claim: NamedNode, document: NamedNode, text_sha256: str, start: int, end: int, role: NamedNode) -> str:
    """Return the id of a passage; ``start`` and ``end`` are code points, half-open."""
    places = [str(Literal(str(place), datatype=XSD.integer)) for place in (start, end)]
    return content_hash([str(claim), str(document), str(Literal(text_sha256)), *places, str(role)])


def inference_id(
    rule: str,
    subject: NamedNode,
    predicate: NamedNode,
    object_: NamedNode | Literal,
    premises: Iterable[NamedNode],
) -> str:
    """Return the id of an inference; the order of the premises does not matter."""
    sources = sorted(str(premise) for premise in premises)
    return content_hash([str(Literal(rule)), str(subject), str(predicate), str(object_), sources])
