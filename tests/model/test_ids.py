# SPDX-License-Identifier: Apache-2.0
"""Ids: the published test vectors, computed a second time without the package."""

from __future__ import annotations

import hashlib
import json
from itertools import permutations
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from imnm_kg.model.ids import claim_id, content_hash, evidence_id, inference_id, slug
from imnm_kg.model.namespaces import ENTITY, IMNM

VECTORS: list[dict[str, Any]] = json.loads(Path(__file__).with_name("ids.json").read_text(encoding="utf-8"))["vectors"]
FIRST = [
    "41c61e0383f1cb370afe3533c7704bf8",
    "83c6b86117aac755acfe91a727d8d42c",
    "dc553b8a8d9bbf7d13593b5024751f5f",
]


def term(text: str) -> Any:
    return next(iter(ox.parse(f"<x:s> <x:p> {text} .", format=ox.RdfFormat.N_TRIPLES))).object


def made(vector: dict[str, Any]) -> str:
    if vector["kind"] == "claim":
        return claim_id(
            term(vector["subject"]), term(vector["predicate"]), term(vector["object"]), term(vector["polarity"]),
            None if vector["population"] is None else term(vector["population"]),
            [(term(key), term(value)) for key, value in vector["context"]],
        )  # fmt: skip
    if vector["kind"] == "evidence":
        places = (vector["start"], vector["end"], term(vector["role"]))
        return evidence_id(term(vector["claim"]), term(vector["document"]), vector["text_sha256"], *places)
    triple = (term(vector["subject"]), term(vector["predicate"]), term(vector["object"]))
    return inference_id(vector["rule"], *triple, [term(premise) for premise in vector["premises"]])


def by_hand(vector: dict[str, Any]) -> str:
    """Compute the id with what every Python has: arrays of strings need nothing more of RFC 8785."""
    if vector["kind"] == "claim":
        parts = [vector[key] for key in ("subject", "predicate", "object", "polarity", "population")]
        array: list[Any] = [*parts, sorted(vector["context"])]
    elif vector["kind"] == "evidence":
        start, end = (f'"{vector[key]}"^^<http://www.w3.org/2001/XMLSchema#integer>' for key in ("start", "end"))
        array = [vector["claim"], vector["document"], f'"{vector["text_sha256"]}"', start, end, vector["role"]]
    else:
        triple = [vector[key] for key in ("subject", "predicate", "object")]
        array = [f'"{vector["rule"]}"', *triple, sorted(vector["premises"])]
    text = json.dumps(array, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: f"{vector['kind']}: {vector['name']}")
def test_vector(vector: dict[str, Any]) -> None:
    assert made(vector) == vector["id"]
    assert by_hand(vector) == vector["id"]


def test_vectors_are_all_different() -> None:
    assert len({vector["id"] for vector in VECTORS}) == len(VECTORS) >= 13
    assert {vector["kind"] for vector in VECTORS} == {"claim", "evidence", "inference"}


def test_fixed_literals() -> None:
    """These never change, else every published IRI would."""
    assert [vector["id"] for vector in VECTORS[:3]] == FIRST
    assert content_hash([]) == "4f53cda18c2baa0c0354bb5f9a3ecbe5"
    assert content_hash(["a", None, [["b", "c"]]]) == hashlib.sha256(b'["a",null,[["b","c"]]]').hexdigest()[:32]


def test_order_of_context_and_premises_does_not_matter() -> None:
    pairs: list[tuple[ox.NamedNode, ox.NamedNode | ox.Literal]] = [
        (IMNM.dose, ox.Literal("high")),
        (IMNM.condition, ENTITY.x),
        (IMNM.condition, ox.Literal("a")),
    ]
    claims = {claim_id(ENTITY.a, IMNM.treats, ENTITY.b, IMNM.Affirmed, None, order) for order in permutations(pairs)}
    assert len(claims) == 1
    premises = [ENTITY.p, ENTITY.q, ENTITY.r]
    orders = permutations(premises)
    assert len({inference_id("rule", ENTITY.a, IMNM.treats, ENTITY.b, order) for order in orders}) == 1


def test_everything_that_is_said_matters() -> None:
    ids = {
        claim_id(ENTITY.a, IMNM.treats, ENTITY.b, IMNM.Affirmed, None, []),
        claim_id(ENTITY.b, IMNM.treats, ENTITY.a, IMNM.Affirmed, None, []),
        claim_id(ENTITY.a, IMNM.cures, ENTITY.b, IMNM.Affirmed, None, []),
        claim_id(ENTITY.a, IMNM.treats, ox.Literal("b"), IMNM.Affirmed, None, []),
        claim_id(ENTITY.a, IMNM.treats, ENTITY.b, IMNM.Negated, None, []),
        claim_id(ENTITY.a, IMNM.treats, ENTITY.b, IMNM.Affirmed, ENTITY.b, []),
        claim_id(ENTITY.a, IMNM.treats, ENTITY.b, IMNM.Affirmed, None, [(IMNM.dose, ox.Literal("high"))]),
        claim_id(ENTITY.a, IMNM.treats, ENTITY.b, IMNM.Affirmed, None, [(IMNM.duration, ox.Literal("high"))]),
    }
    assert len(ids) == 8


@pytest.mark.parametrize(
    ("name", "id_"),
    [
        ("PMID:36923454", "pmid-36923454"),
        ("niams-zilucoplan-trial", "niams-zilucoplan-trial"),
        ("PMC6019613#imnm", "pmc6019613-imnm"),
        ("azathioprine + prednisone", "azathioprine-plus-prednisone"),
        ("Sjögren's syndrome", "sjogren-s-syndrome"),
        ("TNF-α / IFN-γ", "tnf-alpha-ifn-gamma"),
        ("--", "unnamed-d8156bae"),
        ("筋炎", "unnamed-" + hashlib.sha256("筋炎".encode()).hexdigest()[:8]),
    ],
)
def test_the_readable_id_of_a_name(name: str, id_: str) -> None:
    assert slug(name) == id_


def test_a_long_name_gets_an_id_that_fits_into_a_file_name() -> None:
    names = ["word " * 40 + end for end in ("one", "two")]
    ids = [slug(name) for name in names]
    assert len(set(ids)) == 2
    assert all(len(id_) <= 120 and id_.replace("-", "").isalnum() for id_ in ids)
