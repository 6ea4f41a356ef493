# SPDX-License-Identifier: Apache-2.0
"""Write data of the form of this graph, of any size, with faults of known number.

Usage: python benchmarks/validation/generate.py TRIPLES OUT.ttl    (prints the faults by shape)
"""

from __future__ import annotations

import hashlib
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

HEADER = """\
@prefix : <https://w3id.org/imnm-kg/ontology/> .
@prefix claim: <https://w3id.org/imnm-kg/claim/> .
@prefix document: <https://w3id.org/imnm-kg/document/> .
@prefix entity: <https://w3id.org/imnm-kg/entity/> .
@prefix evidence: <https://w3id.org/imnm-kg/evidence/> .
@prefix oa: <http://www.w3.org/ns/oa#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

:Drug rdfs:subClassOf :Entity .
:Disease rdfs:subClassOf :Entity .
:treats rdfs:domain :Drug .
:inhibits rdfs:domain :Drug .
:hasSideEffect rdfs:domain :Drug .
"""
PREDICATES = ("treats", "inhibits", "hasSideEffect")
CERTAINTIES = ("Established", "Probable", "Possible", "Hypothesised")
WORDS = (
    "patients", "with", "severe", "weakness", "improved", "after", "months", "of", "therapy", "while", "no", "benefit",
    "was", "seen", "in", "controls",
)  # fmt: skip
EVERY = 101  # one unit in so many has a fault, of each kind in turn


def units(triples: int) -> Iterator[tuple[str, int, str | None]]:
    """Yield the text of a unit, its number of triples, and the shape that its fault breaks."""
    written, number, fault = 5, 0, 0
    entities = max(20, triples // 200)
    documents = max(5, triples // 2000)
    for each in range(entities):
        kind = "Drug" if each % 2 == 0 else "Disease"
        bad = kind == "Drug" and each % EVERY == 50
        code = f"DB{each:05}" if not bad else f"db{each}"
        text = f'entity:e{each} a :{kind} ;\n    rdfs:label "entity {each}"@en ;\n    :code "{code}" .\n'
        yield text, 3, "Drug" if bad else None
        written += 3
    for each in range(documents):
        bad = each % EVERY == 50
        when = f"2024-02-{30 if bad else each % 28 + 1:02}"
        text = (
            f'document:d{each} a :Document ;\n    rdfs:label "document {each}"@en, "Dokument {each}"@de ;\n'
            f'    :length 20000 ;\n    :retrieved "{when}"^^xsd:date .\n'
        )
        yield text, 5, "Document" if bad else None
        written += 5
    while written < triples:
        broken = None
        if number % EVERY == EVERY - 1:
            broken, fault = FAULTS[fault % len(FAULTS)], fault + 1
        text, count = unit(number, entities, documents, broken)
        yield text, count, broken
        number += 1
        written += count


FAULTS = ("Claim", "ClaimId", "ClaimClosed", "Evidence", "Position", "PositionWithinDocument", "ClaimDomain", "Quote")


def unit(number: int, entities: int, documents: int, broken: str | None) -> tuple[str, int]:
    """Write a claim with its evidence and its selectors."""
    digest = hashlib.sha256(str(number).encode()).hexdigest()
    claim = digest[:32] if broken != "ClaimId" else f"x{digest[:31]}"
    evidence = digest[32:]
    subject = number * 7 % entities // 2 * 2 + (broken == "ClaimDomain")
    start = number * 37 % 19000
    end = start + 100 if broken != "PositionWithinDocument" else 20001
    if broken == "Position":
        start = end + 5
    words = " ".join(WORDS[(number + each * 3) % len(WORDS)] for each in range(12))
    label = f'"claim {number}"@en' if broken != "Claim" else f'"Aussage {number}"@de'
    confidence = f"0.{number % 97 + 1}" if broken != "Evidence" else "1.5"
    quote = words if broken != "Quote" else "no"
    extra = "    rdfs:seeAlso :elsewhere ;\n" if broken == "ClaimClosed" else ""
    text = f"""\
claim:{claim} a :Claim ;
    rdfs:label {label} ;
    rdf:subject entity:e{subject} ;
    rdf:predicate :{PREDICATES[number % 3]} ;
    rdf:object entity:e{number * 5 % entities // 2 * 2 + 1} ;
    :polarity :{"Negated" if number % 9 == 0 else "Affirmed"} ;
{extra}    :hasEvidence evidence:{evidence} .
evidence:{evidence} a :Evidence ;
    :role :Statement ;
    :certainty :{CERTAINTIES[number % 4]} ;
    :reviewStatus :Reviewed ;
    :confidence {confidence} ;
    oa:hasSource document:d{number % documents} ;
    oa:hasSelector <https://w3id.org/imnm-kg/evidence/{evidence}#quote> ,
        <https://w3id.org/imnm-kg/evidence/{evidence}#position> .
<https://w3id.org/imnm-kg/evidence/{evidence}#quote> a oa:TextQuoteSelector ;
    oa:exact "{quote}" ;
    oa:prefix "{WORDS[number % 13]} " ;
    oa:suffix " {WORDS[number % 11]}" .
<https://w3id.org/imnm-kg/evidence/{evidence}#position> a oa:TextPositionSelector ;
    oa:start {start} ;
    oa:end {end} .
"""
    return text, 22 + bool(extra)


def generate(triples: int, path: Path) -> Counter[str]:
    """Write a file of at least so many triples; returns how many faults there are, by shape."""
    faults: Counter[str] = Counter()
    with path.open("w", encoding="utf-8") as file:
        file.write(HEADER)
        for text, _, broken in units(triples):
            file.write(text)
            if broken is not None:
                faults[broken] += 1
    return faults


if __name__ == "__main__":
    for shape, count in sorted(generate(int(sys.argv[1]), Path(sys.argv[2])).items()):
        print(f"{shape}\t{count}")
