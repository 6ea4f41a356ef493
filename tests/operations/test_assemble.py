# SPDX-License-Identifier: Apache-2.0
"""Assemble: graphs by file, what is not released, and what is refused with its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import NamedNode

from imnm_kg.errors import ImnmError, Place
from imnm_kg.model.claims import read_claims
from imnm_kg.model.folders import Folders
from imnm_kg.model.namespaces import BASE, CLAIM, ENTITY, EVIDENCE, GRAPH, IMNM, SKOS
from imnm_kg.operations.assemble import Assembly, assemble, check_ids
from imnm_kg.pipeline import Dataset, derive
from tests.operations.support import write_proposals

KEPT = "aacc91e95997d6c9b5bae18798718654"
REJECTED = "ef2838aeac03ce9a01a207f909eaeaa9"
PROPOSED = "87f179fb66221a4e696125786afe6530"
PROPOSED_CLAIM = "fce7c656529814d9e2a24b3436a2d5e4"
NEGATED = "382166308745c7e7b86dc5ce8dcb5ac7"
NEGATED_STATEMENT = "ffc26b143830aecb0f5862aff885f926"


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, text.count(old)
    path.write_text(text.replace(old, new), encoding="utf-8")


def subjects(assembly: Assembly) -> set[str]:
    return {quad.subject.value for quad in assembly.quads if isinstance(quad.subject, NamedNode)}


def mentioned(assembly: Assembly) -> set[str]:
    return subjects(assembly) | {quad.object.value for quad in assembly.quads if isinstance(quad.object, NamedNode)}


def test_one_graph_a_file(world: Path) -> None:
    assembly = assemble(Folders(world))
    assert {str(quad.graph_name)[1:-1].removeprefix(GRAPH) for quad in assembly.quads} == {
        "ontology", "prefixes", "entities/all", "documents/note", "claims/note", "mappings/drugs",
    }  # fmt: skip
    assert len(assembly.files) == 5
    assert assembly.prefixes["entity"] == f"{BASE}entity/"


def test_background_is_one_graph(world: Path) -> None:
    (world / "graph" / "background").mkdir()
    (world / "graph" / "background" / "some.ttl").write_text(
        f"<{BASE}background/a> a <{BASE}ontology/BackgroundStatement> ."
    )
    assembly = assemble(Folders(world))
    assert GRAPH.background in {quad.graph_name for quad in assembly.quads}


def test_mappings(world: Path) -> None:
    mapped = [quad for quad in assemble(Folders(world)).quads if quad.graph_name == GRAPH.term("mappings/drugs")]
    assert {(quad.subject, quad.predicate, str(quad.object)) for quad in mapped} == {
        (ENTITY.alphamab, SKOS.exactMatch, "<https://example.org/chem/1>"),
        (ENTITY.alphamab, IMNM.deniedMatch, "<https://example.org/chem/2>"),
    }


def test_what_is_proposed_or_rejected_is_left_out_with_its_parts_and_claims(world: Path) -> None:
    assembly = assemble(Folders(world))
    assert assembly.held_back == 2
    known = mentioned(assembly)
    assert not {node for node in known if REJECTED in node or PROPOSED in node}
    assert CLAIM.term(PROPOSED_CLAIM).value not in known
    assert {EVIDENCE.term(KEPT).value, f"{EVIDENCE}{KEPT}#quote", f"{EVIDENCE}{KEPT}#review-2"} <= known
    kept = {claim.label: len(claim.evidence) for claim in read_claims(assembly.index)}
    assert kept == {
        "alphamab does not ameliorate fixturitis (timepoint: P8W)": 2,
        "betamab treats fixturitis (possible)": 1,
        "alphamab inhibits fixin": 1,
    }


def test_a_claim_that_keeps_an_antecedent_only_is_left_out(world: Path) -> None:
    path = world / "graph" / "claims" / "note.ttl"
    text = path.read_text(encoding="utf-8")
    at = text.index(f"evidence:{NEGATED_STATEMENT} a imnm:Evidence")
    path.write_text(
        text[:at] + text[at:].replace("imnm:reviewStatus imnm:Reviewed", "imnm:reviewStatus imnm:Proposed", 1)
    )
    dataset = derive(Folders(world))
    assert dataset.assembly.held_back == 3
    assert CLAIM.term(NEGATED).value not in mentioned(dataset.assembly)
    assert not {node for node in mentioned(dataset.assembly) if NEGATED_STATEMENT in node or "f55721924d02" in node}
    assert {claim.certainty for claim in dataset.claims} == {"Established", "Possible"}


def test_nothing_is_left_out_of_a_reviewed_graph(dataset: Dataset) -> None:
    assert dataset.assembly.held_back == 0
    assert {item.review_status for claim in dataset.claims for item in claim.evidence} == {"Reviewed"}


@pytest.mark.parametrize(
    "triple",
    [
        "_:a a imnm:Drug .",
        "[] a imnm:Drug .",
        "entity:alphamab imnm:source [ a imnm:Drug ] .",
        "entity:alphamab imnm:source [] .",
        "entity:alphamab imnm:source _:a .",
        "entity:alphamab imnm:source ( entity:alphamab ) .",
    ],
)
def test_no_blank_node_in_graph(world: Path, triple: str) -> None:
    path = world / "graph" / "entities" / "all.ttl"
    path.write_text(path.read_text(encoding="utf-8") + triple + "\n", encoding="utf-8")
    with pytest.raises(ImnmError, match=r"has a blank node; give the node an IRI.*\[graph-blank-node\]") as caught:
        assemble(Folders(world))
    column = min(triple.find(mark) for mark in ("_:", "[", "(") if mark in triple) + 1
    lines = path.read_text(encoding="utf-8").count("\n")
    assert caught.value.place == Place(str(Path("graph", "entities", "all.ttl")), lines, column)


@pytest.mark.parametrize("folder", ["graph/claims", "graph/entities", "ontology"])
def test_malformed_turtle(world: Path, folder: str) -> None:
    (world / folder / "broken.ttl").write_text("@prefix e: <http://e/> .\n\ne:a e:b x .\n")
    with pytest.raises(ImnmError) as caught:
        assemble(Folders(world))
    assert caught.value.place == Place(str(Path(folder, "broken.ttl")), 3, 9)


@pytest.mark.parametrize(
    ("data", "code", "place"),
    [
        (b"", "file-empty", (None, None)),
        (b"\xef\xbb\xbf", "file-bom", (1, 1)),
        (b"# \xe9\n", "file-not-utf8", (1, 3)),
        (b"entity:a a entity:b .", "turtle-prefix-undeclared", (1, 1)),
    ],
)
def test_files_that_are_none(world: Path, data: bytes, code: str, place: tuple[int | None, int | None]) -> None:
    (world / "graph" / "entities" / "broken.ttl").write_bytes(data)
    with pytest.raises(ImnmError) as caught:
        assemble(Folders(world))
    assert (caught.value.code, caught.value.place) == (
        code,
        Place(str(Path("graph", "entities", "broken.ttl")), *place),
    )


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        ("subject_id\tpredicate_id", "subject\tpredicate_id", 8, "the column subject_id is missing"),
        ("\tmapping_justification", "\tjustification", 8, "the column mapping_justification is missing"),
        ("chem:1", "chemical:1", 9, "object_id 'chemical:1' has no prefix of the curie_map"),
        ("chem:1", "", 9, "object_id '' has no prefix of the curie_map"),
        ("chem:1", "http://e/1", 9, "object_id 'http://e/1' has no prefix of the curie_map"),
        ("Curation\tNot", "Curation\tnot", 10, "predicate_modifier 'not' is not known"),
        ("exactMatch\tchem:1", "broader\tchem:1", 9, "predicate_id 'skos:broader' is no SKOS mapping relation"),
        ("\nentity:alphamab\tskos:exactMatch\tchem:1", "\n\nentity:alphamab\tskos:exactMatch\tnone:1", 10,
         "object_id 'none:1' has no prefix of the curie_map"),
        ("skos:exactMatch\tchem:1", "owl:same\tchem:1", 9, "predicate_id 'owl:same' has no prefix of the curie_map"),
        ("#  chem: https://example.org/chem/\n", "", 8, "object_id 'chem:1' has no prefix of the curie_map"),
    ],
)  # fmt: skip
def test_mapping_errors(world: Path, old: str, new: str, line: int, what: str) -> None:
    path = world / "ontology" / "mappings" / "drugs.sssom.tsv"
    change(path, old, new)
    with pytest.raises(ImnmError) as caught:
        assemble(Folders(world))
    assert caught.value.code == "sssom-syntax"
    assert caught.value.what == what
    assert caught.value.place == Place(str(Path("ontology", "mappings", "drugs.sssom.tsv")), line)


def test_places(world: Path) -> None:
    assembly = assemble(Folders(world))
    file = str(Path("graph", "claims", "note.ttl"))
    place = assembly.place_of(f"{EVIDENCE}{KEPT}#quote")
    assert assembly.place_of(CLAIM.term(NEGATED).value) == Place(file, 91, 1)
    assert place is not None
    assert assembly.place_of(f"{EVIDENCE}{KEPT}#nothing") == assembly.place_of(EVIDENCE.term(KEPT).value)
    assert assembly.place_of("https://example.org/unknown") is None


def test_ids_that_fit(world: Path, dataset: Dataset) -> None:
    assert check_ids(assemble(Folders(world))) == []
    assert check_ids(dataset.assembly) == []


@pytest.mark.parametrize(
    ("old", "new", "count"),
    [
        ('imnm:timepoint "P8W"', 'imnm:timepoint "P9W"', 1),
        ("oa:end 171 ;", "oa:end 170 ;", 1),
        (
            "imnm:polarity imnm:Negated ;\n    imnm:population",
            "imnm:polarity imnm:Affirmed ;\n    imnm:population",
            1,
        ),
    ],
)
def test_ids_that_do_not_fit(world: Path, old: str, new: str, count: int) -> None:
    change(world / "graph" / "claims" / "note.ttl", old, new)
    found = [finding for finding in check_ids(assemble(Folders(world))) if finding.code == "id-differs"]
    assert len(found) == count
    assert all(finding.place is not None and finding.place.line is not None for finding in found)


def test_another_text_gives_other_ids_to_its_evidence(world: Path) -> None:
    path = world / "graph" / "documents" / "note.ttl"
    text = path.read_text(encoding="utf-8")
    at = text.index('textSha256 "') + len('textSha256 "')
    path.write_text(text[:at] + "0" * 64 + text[at + 64 :], encoding="utf-8")
    found = check_ids(assemble(Folders(world)))
    assert len(found) == 6, "also that of proposed evidence"
    assert all(str(finding.subject).startswith(EVIDENCE) for finding in found)


BETAMAB = "betamab treats fixturitis"


@pytest.mark.parametrize(
    ("old", "new", "label"),
    [
        (
            '"alphamab does not ameliorate fixturitis (timepoint: P8W)"',
            '"alphamab ameliorates fixturitis"',
            "alphamab does not ameliorate fixturitis (timepoint: P8W)",
        ),
        (
            '"betamab treats fixturitis (possible)"',
            '"betamab treats fixturitis"',
            "betamab treats fixturitis (possible)",
        ),
        (
            "imnm:certainty imnm:Possible",
            "imnm:certainty imnm:Hypothesised",
            "betamab treats fixturitis (hypothesised)",
        ),
    ],
)
def test_a_label_never_says_more_than_the_claim(world: Path, old: str, new: str, label: str) -> None:
    change(world / "graph" / "claims" / "note.ttl", old, new)
    (found,) = check_ids(assemble(Folders(world)))
    assert found.code == "label-differs"
    assert found.message.endswith(f"its content says “{label}”")


# Proposed claims among the others


def test_what_only_held_back_claims_speak_of_is_held_back_too(world: Path) -> None:
    write_proposals(world, world / "graph" / "claims" / "proposed.ttl")
    assembly = assemble(Folders(world))
    assert assembly.held_back == 10
    known = {node.removeprefix(BASE) for node in mentioned(assembly)}
    assert (
        not {"entity/deltosis", "entity/juvenile-fixturitis", "entity/alphamab-plus-deltamab", "entity/deltamab"}
        & known
    )
    assert not {
        node for node in known if "MONDO_0000009" in node or node.startswith(("document/pmid", "document/note-2"))
    }
    assert {"entity/alphamab", "entity/fixturitis", "document/note"} <= known
    assert not {node for node in known if "#extraction" in node or "#mark-" in node}


def test_an_entity_that_something_else_speaks_of_stays(world: Path) -> None:
    write_proposals(world, world / "graph" / "claims" / "proposed.ttl")
    (world / "graph" / "entities" / "more.ttl").write_text(
        f"<{ENTITY}x> <{IMNM}mentions> <{ENTITY}alphamab-plus-deltamab> .", encoding="utf-8"
    )
    known = {node.removeprefix(BASE) for node in mentioned(assemble(Folders(world)))}
    assert {"entity/alphamab-plus-deltamab", "entity/deltamab", "document/pmid-1001"} <= known
    assert "entity/juvenile-fixturitis" not in known


def test_what_is_proposed_again_does_not_hold_back_what_was_reviewed(world: Path) -> None:
    note = world / "graph" / "claims" / "note.ttl"
    again = note.read_text(encoding="utf-8").replace(
        "imnm:reviewStatus imnm:Reviewed", "imnm:reviewStatus imnm:Proposed"
    )
    before = set(assemble(Folders(world)).index.instances(IMNM.Evidence))
    (world / "graph" / "claims" / "again.ttl").write_text(again, encoding="utf-8")
    assembly = assemble(Folders(world))
    assert set(assembly.index.instances(IMNM.Evidence)) == before
    assert assembly.held_back == 2
    assert {item.review_status for claim in assembly.source_claims for item in claim.evidence} == {
        "Reviewed", "Proposed", "Rejected",
    }  # fmt: skip
    assert check_ids(assembly) == []


def test_a_proposal_does_not_change_the_label_of_a_reviewed_claim(world: Path) -> None:
    path = world / "graph" / "claims" / "note.ttl"
    text = path.read_text(encoding="utf-8")
    at = text.index(f"evidence:{REJECTED} a imnm:Evidence")
    changed = text[at:].replace("imnm:Probable", "imnm:Established", 1).replace("imnm:Rejected", "imnm:Proposed", 1)
    path.write_text(text[:at] + changed, encoding="utf-8")
    assert check_ids(assemble(Folders(world))) == []
    path.write_text(path.read_text(encoding="utf-8").replace("imnm:Established", "imnm:Possible", 1), encoding="utf-8")
    (found,) = check_ids(assemble(Folders(world)))
    assert found.message.endswith("its content says “alphamab inhibits fixin (possible)”")
