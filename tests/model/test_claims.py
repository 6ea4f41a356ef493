# SPDX-License-Identifier: Apache-2.0
"""Claims read from triples: whole ones as values, those that lack a part left to the shapes."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode

from imnm_kg.model.claims import CONTEXT, Claim, Index, read_claims
from imnm_kg.model.namespaces import CLAIM, DOCUMENT, ENTITY, EVIDENCE, IMNM, OA, RDF
from imnm_kg.rdf.reader import TurtleFile, parse_turtle, read_turtle

FIXTURES = Path(__file__).parents[1] / "fixtures"


@pytest.fixture(scope="module")
def note() -> TurtleFile:
    return read_turtle(FIXTURES / "world" / "graph" / "claims" / "note.ttl")


@pytest.fixture(scope="module")
def claims(note: TurtleFile) -> list[Claim]:
    return read_claims(note.quads)


def test_sorted_and_whole(claims: list[Claim]) -> None:
    assert [claim.label for claim in claims] == [
        "alphamab does not ameliorate fixturitis (timepoint: P8W)",
        "betamab treats fixturitis (possible)",
        "alphamab inhibits fixin",
        "gammamab does not treat fixturitis",
    ]
    assert [claim.iri.value for claim in claims] == sorted(claim.iri.value for claim in claims)


def test_a_claim(claims: list[Claim]) -> None:
    claim = claims[0]
    assert (claim.subject, claim.predicate, claim.object) == (ENTITY.alphamab, IMNM.ameliorates, ENTITY.fixturitis)
    assert (claim.polarity, claim.population, claim.certainty) == ("Negated", ENTITY.fixturitis, None)
    assert claim.context == ((IMNM.timepoint, Literal("P8W")),)
    statement, antecedent = claim.evidence
    assert (statement.role, statement.certainty, statement.review_status) == (
        "Statement",
        "Established",
        "Reviewed",
    )
    assert (antecedent.role, antecedent.certainty) == ("Antecedent", None)
    assert statement.quote == "alphamab did not improve symptoms of fixturitis"
    assert (statement.prefix, statement.suffix) == (
        "ocker of fixin. In trial FIX-1, ",
        ".\n\nOutlook\n\nDr. A. Smith said th",
    )
    assert (statement.start, statement.end, statement.document) == (48, 95, DOCUMENT.note)


def test_expected_iris(claims: list[Claim]) -> None:
    sha256 = "fa1e" * 16
    for claim in claims:
        assert claim.expected_iri == claim.iri
        for item in claim.evidence:
            assert item.expected_iri(claim.iri, sha256) != item.iri, "the text's hash is part of the id"


def test_expected_iris_of_evidence(claims: list[Claim]) -> None:
    path = FIXTURES / "world" / "graph" / "documents" / "note.ttl"
    sha256 = Index(read_turtle(path).quads).text(DOCUMENT.note, IMNM.textSha256)
    assert sha256 is not None
    assert all(item.expected_iri(claim.iri, sha256) == item.iri for claim in claims for item in claim.evidence)


def test_the_place_is_part_of_the_id(note: TurtleFile) -> None:
    moved = note.text.replace("oa:start 48", "oa:start 47")
    assert moved != note.text
    claim = read_claims(parse_turtle(moved, "note.ttl").quads)[0]
    assert claim.expected_iri == claim.iri
    assert claim.evidence[0].start == 47


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("imnm:population entity:fixturitis ;\n", ""),
        ("imnm:polarity imnm:Negated", "imnm:polarity imnm:Affirmed"),
        ('imnm:timepoint "P8W"', 'imnm:timepoint "P12W"'),
        ('imnm:timepoint "P8W"', 'imnm:duration "P8W"'),
        ("rdf:object entity:fixturitis", 'rdf:object "fixturitis"'),
    ],
)
def test_what_is_said_is_the_id(note: TurtleFile, old: str, new: str) -> None:
    assert old in note.text
    start = note.text.index("claim:382166308745c7e7b86dc5ce8dcb5ac7 a imnm:Claim")
    changed = note.text[:start] + note.text[start:].replace(old, new, 1)
    claims = {claim.iri: claim for claim in read_claims(parse_turtle(changed, "x").quads)}
    claim = claims[CLAIM.term("382166308745c7e7b86dc5ce8dcb5ac7")]
    assert claim.expected_iri != claim.iri


@pytest.mark.parametrize("part", ["rdf:subject", "rdf:predicate", "rdf:object", "imnm:polarity"])
def test_a_claim_without_a_part_is_left_out(note: TurtleFile, part: str) -> None:
    lines = note.text.split("\n")
    block = lines.index("claim:f66850141b71028260282c0eee95703d a imnm:Claim ;")
    at = next(number for number in range(block, len(lines)) if lines[number].strip().startswith(part))
    kept = [*lines[:at], *lines[at + 1 :]]
    if lines[at].endswith("."):
        kept[at - 1] = kept[at - 1].removesuffix(" ;") + " ."
    found = read_claims(parse_turtle("\n".join(kept), "x").quads)
    assert len(found) == 3
    assert "alphamab inhibits fixin" not in {claim.label for claim in found}


def test_evidence_without_a_place_is_left_out(note: TurtleFile) -> None:
    text = note.text.replace("    oa:end 30 ;\n    oa:start 0 .", "    oa:start 0 .")
    claim = next(c for c in read_claims(parse_turtle(text, "x").quads) if c.predicate == IMNM.inhibits)
    assert [item.quote for item in claim.evidence] == ["Alphamab is a blocker"]


def test_guard_exceptions_are_read() -> None:
    text = (FIXTURES / "world" / "graph" / "claims" / "note.ttl").read_text(encoding="utf-8")
    evidence = "https://w3id.org/imnm-kg/evidence/aacc91e95997d6c9b5bae18798718654"
    text += (
        f"<{evidence}> imnm:hasGuardException <{evidence}#exception-2> , <{evidence}#exception-1> .\n"
        f'<{evidence}#exception-2> a imnm:GuardException ; imnm:cue "not" ; oa:start 9 ; oa:end 12 ; imnm:reason "b".\n'
        f'<{evidence}#exception-1> a imnm:GuardException ; imnm:cue "may" ; oa:start 3 ; oa:end 6 ; imnm:reason "a" .\n'
    )
    claim = next(c for c in read_claims(parse_turtle(text, "x").quads) if c.predicate == IMNM.inhibits)
    found = next(item.exceptions for item in claim.evidence if item.iri == NamedNode(evidence))
    assert [(x.cue, x.start, x.end, x.reason) for x in found] == [("may", 3, 6, "a"), ("not", 9, 12, "b")]


def test_index() -> None:
    text = (
        "@prefix e: <http://e/> .\n"
        'e:b a e:T ; e:p "01" , 7 , "x"@en , e:n , e:m . e:a a e:T , e:T . _:c a e:T ; e:p 1 . e:b e:q 07 , -3 .'
    )
    index = Index(parse_turtle(text, "x").quads)
    b, p, q = NamedNode("http://e/b"), NamedNode("http://e/p"), NamedNode("http://e/q")
    assert index.instances(NamedNode("http://e/T")) == [NamedNode("http://e/a"), b]
    assert index.text(b, p) == "01"
    assert index.node(b, p) == NamedNode("http://e/n")
    assert index.number(b, p) == 1
    assert index.number(b, q) == 7
    assert len(index.objects(b, p)) == 5
    assert index.objects(b, RDF.value) == []
    assert index.objects(NamedNode("http://e/none"), p) == []
    assert index.node(b, q) is None
    assert index.text(b, RDF.type) is None
    assert index.number(b, RDF.type) is None


def test_context_is_that_of_the_design() -> None:
    names = [node.value.removeprefix(IMNM) for node in CONTEXT]
    assert names == sorted(names)
    assert set(names) == {
        "condition", "dose", "duration", "severity", "frequency", "quantifier", "timepoint", "comparator",
    }  # fmt: skip
    assert OA.exact.value == "http://www.w3.org/ns/oa#exact"
    assert EVIDENCE.term("a").value == "https://w3id.org/imnm-kg/evidence/a"
