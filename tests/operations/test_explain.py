# SPDX-License-Identifier: Apache-2.0
"""Explain: a claim, an edge, a negative assertion and an inference led back to quotes."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import Quad, RdfFormat, Triple, parse

from imnm_kg.errors import ImnmError
from imnm_kg.model.documents import read_source_texts
from imnm_kg.model.explanation import Explanation
from imnm_kg.model.folders import Folders
from imnm_kg.operations.explain import explain
from imnm_kg.pipeline import Dataset, derive
from imnm_kg.rdf.reader import read_turtle
from tests.operations.support import write_proposals

INHIBITS = "f66850141b71028260282c0eee95703d"
AMELIORATES = "382166308745c7e7b86dc5ce8dcb5ac7"
STATEMENT = "ffc26b143830aecb0f5862aff885f926"


@pytest.fixture
def small(world: Path) -> Dataset:
    return derive(Folders(world))


def one(dataset: Dataset, *words: str, documents: Path | None = None) -> Explanation:
    texts = {} if documents is None else read_source_texts(documents)
    (found,) = explain(dataset.quads, words, dataset.assembly.prefixes, texts)
    return found


def test_a_claim(small: Dataset) -> None:
    found = one(small, AMELIORATES)
    assert (found.kind, found.statement) == ("claim", "alphamab does not ameliorate fixturitis")
    assert found.iri == f"https://w3id.org/imnm-kg/claim/{AMELIORATES}"
    facts = dict(found.facts)
    assert facts["becomes"] == "a negative assertion"
    assert {key: facts[key] for key in ("polarity", "certainty", "population", "timepoint")} == {
        "polarity": "negated", "certainty": "established", "population": "fixturitis", "timepoint": "P8W",
    }  # fmt: skip
    statement, antecedent = found.passages
    assert (statement.role, antecedent.role, antecedent.quote) == ("Statement", "Antecedent", "FIX-1")
    assert statement.quote == "alphamab did not improve symptoms of fixturitis"
    assert (statement.certainty, statement.place) == ("Established", (48, 95))
    assert (statement.document, statement.publisher, statement.url) == (
        "A note on fixturitis", "Fixture Press", "https://example.org/note",
    )  # fmt: skip
    assert statement.reviews == ("the first reader (automated)", "the second reader (a person)")


def test_without_documents_the_stored_surroundings_are_given(small: Dataset) -> None:
    passage = one(small, AMELIORATES).passages[0]
    assert (passage.before, passage.after[:3], passage.whole) == (
        "ocker of fixin. In trial FIX-1, ",
        ".\n\n",
        False,
    )


def test_with_documents_the_whole_sentence_is_given(small: Dataset, world: Path) -> None:
    passage = one(small, AMELIORATES, documents=world / "documents").passages[0]
    assert (passage.before, passage.after, passage.whole) == ("In trial FIX-1, ", ".", True)


def test_a_document_that_has_changed_is_not_shown(small: Dataset, world: Path) -> None:
    path = world / "documents" / "note.txt"
    path.write_text("Something before. " + path.read_text(encoding="utf-8"), encoding="utf-8")
    assert not one(small, AMELIORATES, documents=world / "documents").passages[0].whole


@pytest.mark.parametrize(
    "word",
    [AMELIORATES[:6], AMELIORATES[:12], f"claim:{AMELIORATES}", f"claim:{AMELIORATES[:8]}",
     STATEMENT, f"evidence:{STATEMENT[:7]}",
     f"https://w3id.org/imnm-kg/claim/{AMELIORATES}", f"<https://w3id.org/imnm-kg/evidence/{STATEMENT}>"],
)  # fmt: skip
def test_every_way_to_name_a_claim(small: Dataset, word: str) -> None:
    assert one(small, word).iri == f"https://w3id.org/imnm-kg/claim/{AMELIORATES}"


@pytest.mark.parametrize(
    "words",
    [("alphamab", "inhibits", "fixin"), ("entity:alphamab", "imnm:inhibits", "entity:fixin"),
     ("https://w3id.org/imnm-kg/entity/alphamab", "inhibits", "<https://w3id.org/imnm-kg/entity/fixin>")],
)  # fmt: skip
def test_an_edge(small: Dataset, words: tuple[str, str, str]) -> None:
    found = one(small, *words)
    assert (found.kind, found.rule, found.statement) == ("edge", "direct-edge", "alphamab inhibits fixin")
    (claim,) = found.premises
    assert claim.iri.endswith(INHIBITS)
    assert [passage.quote for passage in claim.passages] == ["Alphamab is a blocker of fixin"]
    assert dict(claim.facts)["becomes"] == "a direct edge"


def test_a_negative_assertion(small: Dataset) -> None:
    found = one(small, "alphamab", "ameliorates", "fixturitis")
    assert (found.kind, found.rule) == ("negative assertion", "negative-assertion")
    assert found.statement == "alphamab does not ameliorate fixturitis"
    assert [premise.iri.rsplit("/", 1)[1] for premise in found.premises] == [AMELIORATES]


def test_an_inference_and_its_chain(small: Dataset) -> None:
    found = one(small, "fixin", "inhibitedBy", "alphamab")
    assert (found.kind, found.rule, found.statement) == ("inference", "inverse", "fixin is inhibited by alphamab")
    chain = [premise for premise in found.premises if premise.kind == "edge"]
    assert [premise.kind for premise in found.premises if premise.kind != "edge"] == ["premise"], "the axiom"
    assert [edge.premises[0].iri.rsplit("/", 1)[1] for edge in chain] == [INHIBITS]
    by_id = one(small, found.iri.rsplit("/", 1)[1][:10])
    assert by_id == found


def test_a_claim_that_is_no_edge(small: Dataset) -> None:
    found = one(small, "betamab", "treats", "fixturitis")
    assert (found.kind, found.premises) == ("claim", ())
    becomes = dict(found.facts)["becomes"]
    assert becomes.startswith("no edge")
    assert dict(found.facts)["certainty"] == "possible"


def test_ambiguous(small: Dataset) -> None:
    claims = sorted(claim.iri.value.rsplit("/", 1)[1] for claim in small.claims)
    twin = claims[0][:6] + "0" * 26
    triples = [quad.triple for quad in small.quads]
    text = [t for t in triples if str(t.subject).endswith(f"/claim/{claims[0]}>")]
    from pyoxigraph import NamedNode, Triple

    twins = [Triple(NamedNode(f"https://w3id.org/imnm-kg/claim/{twin}"), t.predicate, t.object) for t in text]
    with pytest.raises(
        ImnmError, match=rf"'{claims[0][:6]}' is the start of claim:.*, claim:.*; give more digits .*ambig"
    ):
        explain([*triples, *twins], [claims[0][:6]], small.assembly.prefixes)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ("f66850141b71028260282c0eee95703e",),
            r"there is no claim, evidence or inference '.*'; did you mean f66850141b71",
        ),
        (("f66",), r"there is no claim, evidence or inference 'f66'"),
        (("zzz",), r"there is no claim, evidence or inference 'zzz'"),
        (("",), r"there is no claim, evidence or inference ''"),
        (("alphmab", "inhibits", "fixin"), r"does not know <.*/entity/alphmab>; did you mean alphamab"),
        (("alphamab", "inhibit", "fixin"), r"does not know <.*/ontology/inhibit>; did you mean inhibits"),
        (("alphamab", "inhibits", "fixine"), r"does not know <.*/entity/fixine>; did you mean fixin"),
        (
            ("betamab", "inhibits", "fixin"),
            r"no claim and no edge says “betamab inhibits fixin”; .* -p entity=betamab",
        ),
        (("alphamab", "inhibits"), r"give one id, or subject, relation and object; see --help"),
    ],
)
def test_unknown(small: Dataset, words: tuple[str, ...], message: str) -> None:
    with pytest.raises(ImnmError, match=message + r".*\[explain-unknown\]"):
        explain(small.quads, words, small.assembly.prefixes)


def test_what_is_held_back_is_not_explained(small: Dataset) -> None:
    with pytest.raises(ImnmError, match=r"\[explain-unknown\]"):
        explain(small.quads, ["fce7c656529814d9e2a24b3436a2d5e4"], small.assembly.prefixes)


# The real graph


def test_the_queries_that_remedies_name_exist(folders: Folders) -> None:
    import re

    names = {path.stem for kind in ("questions", "checks") for path in (folders.queries / kind).glob("*.rq")}
    for path in (folders.root / "imnm_kg").rglob("*.py"):
        for name in re.findall(r"imnm-kg query ([a-z][a-z-]+)", path.read_text(encoding="utf-8")):
            assert name in names, f"{path.name} sends people to the query {name}"


@pytest.mark.parametrize(
    ("words", "statement"),
    [
        (("imnm01-trial", "hasPhase", "Phase2"), "IMNM-01 has phase phase 2"),
        (("imnm01-trial", "treatmentDuration", "P8W"), "IMNM-01 has treatment duration “P8W”"),
        (("zilucoplan", "developmentStatus", "candidate drug"), "zilucoplan has development status “candidate drug”"),
    ],
)
def test_an_object_may_be_a_value_or_a_text(dataset: Dataset, words: tuple[str, ...], statement: str) -> None:
    assert one(dataset, *words).statement == statement


def test_disputes_and_supports_are_shown(dataset: Dataset) -> None:
    found = one(dataset, "complement-activation", "contributesTo", "muscle-damage")
    (link,) = found.links
    assert link.kind == "disputed by"
    assert link.other.startswith("complement activation is not the primary driver of muscle damage")
    other = one(dataset, "complement-activation", "primaryDriverOf", "muscle-damage")
    assert sorted(link.kind for link in other.links) == ["disputes", "disputes", "supported by"]


def test_every_claim_of_the_graph_is_explained(dataset: Dataset, documents: Path) -> None:
    texts = read_source_texts(documents)
    quads = dataset.quads
    for claim in dataset.claims[::12]:
        (found,) = explain(quads, [claim.iri.value], dataset.assembly.prefixes, texts)
        assert all(passage.whole for passage in found.passages)
        assert dict(found.facts)["becomes"]


def test_beside_a_denial_the_hedged_claim_is_seen(dataset: Dataset) -> None:
    prefixes = "".join(f"@prefix {key}: <{iri}> .\n" for key, iri in dataset.assembly.prefixes.items())
    more = (
        "claim:aa a imnm:Claim ; rdfs:label 'x' ; rdf:subject entity:zilucoplan ; rdf:predicate imnm:ameliorates ;"
        " rdf:object entity:imnm ; imnm:polarity imnm:Affirmed ; imnm:certainty imnm:Possible ."
    )
    added = [quad.triple for quad in parse(prefixes + more, format=RdfFormat.TURTLE)]
    words = ("zilucoplan", "ameliorates", "imnm")
    found = explain([*dataset.quads, *added], words, dataset.assembly.prefixes)
    assert [(each.kind, each.statement) for each in found] == [
        ("negative assertion", "zilucoplan does not ameliorate immune-mediated necrotizing myopathy"),
        ("claim", "zilucoplan ameliorates immune-mediated necrotizing myopathy (possible)"),
    ]


def test_a_cue_that_was_set_aside_is_told_with_its_place(dataset: Dataset) -> None:
    inside = one(dataset, "imnm", "hasPhenotype", "muscle-weakness").passages[0].exceptions
    outside = one(dataset, "zilucoplan", "inhibits", "complement-c5").premises[0].passages[0].exceptions
    assert [text.partition(":")[0] for text in inside] == ["inside the quote, “not”"]
    assert [text.partition(":")[0] for text in outside] == ["outside the quote, “might”"]


def test_a_proposed_claim_beside_the_graph(world: Path) -> None:
    path = write_proposals(world, world / "proposed.ttl")
    dataset = derive(Folders(world))
    triples: list[Triple | Quad] = [*read_turtle(path).quads, *dataset.quads]
    texts = read_source_texts(world / "documents")
    (found,) = explain(triples, ["alphamab", "treats", "http://purl.obolibrary.org/obo/MONDO_0000009"], {}, texts)
    assert found.statement == "alphamab treats zetosis"
    assert dict(found.facts)["becomes"] == "nothing yet: it is proposed"
    (passage,) = found.passages
    assert (passage.status, passage.whole) == ("Proposed", True)
    assert passage.proposed == "rule treats, confidence 0.90, by imnm-kg extractor 0.1.0"
    assert [(mark.role, mark.text) for mark in passage.marks] == [
        ("subject", "Alphamab"), ("trigger", "treats"), ("object", "zetosis"),
    ]  # fmt: skip
    (known,) = explain(triples, [INHIBITS], dataset.assembly.prefixes, texts)
    assert sorted(passage.status or "" for passage in known.passages) == ["Proposed", "Reviewed"]
    assert dict(known.facts)["certainty"] == "established"
    (hedged,) = explain(triples, ["alphamab-plus-deltamab", "treats", "fixturitis"], {}, texts)
    assert hedged.statement == "alphamab + deltamab treats fixturitis (possible)"
