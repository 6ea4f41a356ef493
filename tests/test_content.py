# SPDX-License-Identifier: Apache-2.0
"""The content of the repository: ids, reviews, identifiers, format, licences."""

from __future__ import annotations

import csv
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode

from imnm_kg.model.claims import Index
from imnm_kg.model.namespaces import IMNM, RDF
from imnm_kg.operations.assemble import check_ids
from imnm_kg.pipeline import Dataset, build
from imnm_kg.rdf.turtle import format_turtle
from tests.conftest import ROOT, outside

# Evidence that only one agent has read so far: none. Add an id here, with the reason, and take it away again.
READ_ONCE: dict[str, str] = {}


@pytest.fixture(scope="module")
def index(dataset: Dataset) -> Index:
    return Index(dataset.quads)


def table(path: Path) -> list[dict[str, str]]:
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


# What is not in the repository


def test_a_missing_document_skips_a_test_by_name_but_fails_it_in_ci(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert outside(tmp_path, "it is not here") == tmp_path
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match=r"^the documents are not here$"):
        outside(tmp_path / "documents", "the documents are not here")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="the documents are not here: documents is missing, and CI must"):
        outside(tmp_path / "documents", "the documents are not here")


# Claims


def test_the_graph_builds_with_no_finding(dataset: Dataset, documents: Path) -> None:
    from imnm_kg.model.folders import Folders

    result = build(Folders(ROOT), documents, with_reasoner=False, with_shapes=False)
    assert [str(finding) for finding in result.findings] == []
    assert len(dataset.claims) == len({claim.iri for claim in dataset.claims}) > 60


def test_ids_match_their_content(dataset: Dataset) -> None:
    assert [str(finding) for finding in check_ids(dataset.assembly)] == []
    for claim in dataset.claims:
        assert claim.expected_iri == claim.iri
        assert re.fullmatch(r"https://w3id\.org/imnm-kg/claim/[0-9a-f]{32}", claim.iri.value)


def test_evidence_belongs_to_one_claim(dataset: Dataset) -> None:
    seen = [item.iri for claim in dataset.claims for item in claim.evidence]
    assert len(seen) == len(set(seen))
    assert all(any(item.role == "Statement" for item in claim.evidence) for claim in dataset.claims)


def test_every_piece_of_evidence_was_read_by_two(dataset: Dataset, index: Index) -> None:
    once = set()
    for claim in dataset.claims:
        for item in claim.evidence:
            records = [node for node in index.objects(item.iri, IMNM.hasReview) if isinstance(node, NamedNode)]
            readers = {index.node(node, IMNM.reviewer) for node in records}
            assert records
            assert None not in readers
            for node in records:
                kind, reader = index.node(node, IMNM.agentKind), index.node(node, IMNM.reviewer)
                assert reader is not None
                person = IMNM.Person in index.objects(reader, RDF.type)
                assert (kind == IMNM.PersonAgent) == person, "an automated review never shows as a person's"
            if len(readers) < 2:
                once.add(item.iri.value.rsplit("/", 1)[1])
    assert once == set(READ_ONCE)


def test_quotes_are_short(dataset: Dataset) -> None:
    for claim in dataset.claims:
        for item in claim.evidence:
            assert len(item.prefix) <= 32
            assert len(item.suffix) <= 32
            assert 0 < len(item.quote) <= 400
            assert item.end - item.start == len(item.quote)
            assert item.quote == item.quote.strip()


def test_the_texts_of_the_documents_are_not_in_the_repository(documents: Path) -> None:
    for document in documents.glob("*.txt"):
        paragraphs = [part for part in document.read_text(encoding="utf-8").split("\n\n") if len(part) > 400]
        assert paragraphs
        for path in [*(ROOT / "graph").rglob("*.ttl"), *(ROOT / "docs").rglob("*.md")]:
            text = path.read_text(encoding="utf-8")
            assert not any(paragraph in text for paragraph in paragraphs), path


# Identifiers


def test_working_names_are_in_the_graph(dataset: Dataset) -> None:
    known = {quad.subject.value for quad in dataset.quads if isinstance(quad.subject, NamedNode)}
    prefixes = dataset.assembly.prefixes
    rows = table(ROOT / "ontology" / "keys.tsv")
    assert len(rows) > 100
    assert len({row["key"] for row in rows}) == len(rows)
    for row in rows:
        if not row["iri"]:
            assert row["note"].startswith("not loaded: "), row["key"]
            continue
        prefix, _, local = row["iri"].partition(":")
        assert prefixes[prefix] + local in known, row["key"]


PREFIXES = {
    "chembl": "CHEMBL.TARGET", "chembl.compound": "CHEMBL", "funderregistry": "FUNDREF", "icd11": "ICD11.FOUNDATION",
    "ncbigene": "NCBIGene", "orphanet": "ORPHA", "snomedct": "SNOMED", "uniprot": "UniProt",
}  # fmt: skip
OF_THE_MODEL = ("relations", "terms")


def verified(path: Path) -> set[tuple[str, str]]:
    """Give key and identifier of each row that was looked up and seen."""
    with path.open(encoding="utf-8", newline="") as stream:
        return {(row["key"], row["curie"]) for row in csv.DictReader(stream) if row["verified"] == "yes"}


def keys() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for row in table(ROOT / "ontology" / "keys.tsv"):
        found.setdefault(row["iri"], set()).add(row["key"])
    return found


def mappings() -> Iterator[tuple[str, dict[str, str]]]:
    for path in sorted((ROOT / "ontology" / "mappings").glob("*.sssom.tsv")):
        name = path.name.removesuffix(".sssom.tsv")
        if name not in OF_THE_MODEL:
            yield from ((name, row) for row in table(path))


def test_mappings_were_verified(identifiers: Path) -> None:
    known, names = verified(identifiers), keys()
    assert len(known) > 150
    unseen = []
    for name, row in mappings():
        prefix, _, local = row["object_id"].partition(":")
        curie = f"{PREFIXES.get(prefix, prefix.upper())}:{local}"
        if row["predicate_modifier"] != "Not" and not any((key, curie) in known for key in names[row["subject_id"]]):
            unseen.append((name, row["subject_id"], row["object_id"]))
    assert unseen == []


def test_what_is_unverified_is_nowhere(identifiers: Path) -> None:
    with identifiers.open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["verified"] == "no"]
    assert rows
    pmids = {row["curie"].removeprefix("PMID:") for row in rows if row["curie"].startswith("PMID:")}
    assert pmids
    for path in (ROOT / "graph").rglob("*.ttl"):
        text = path.read_text(encoding="utf-8")
        assert not [pmid for pmid in pmids if re.search(rf"\b{pmid}\b", text)], path


def test_identifiers_of_publications_were_verified(identifiers: Path, index: Index) -> None:
    known = {(key, curie.casefold()) for key, curie in verified(identifiers)}
    names = keys()
    kinds = {
        "http://prismstandard.org/namespaces/basic/2.0/doi": "DOI",
        "http://purl.org/spar/fabio/hasPubMedId": "PMID",
        "http://purl.org/spar/fabio/hasPubMedCentralId": "PMCID",
    }
    publications = index.instances(IMNM.Publication)
    assert len(publications) == 6
    seen = 0
    for node in publications:
        curie_of_node = f"entity:{node.value.rsplit('/', 1)[1]}"
        for predicate, kind in kinds.items():
            for value in index.objects(node, NamedNode(predicate)):
                assert isinstance(value, Literal)
                seen += 1
                curie = f"{kind}:{value.value}".casefold()
                assert any((key, curie) in known for key in names[curie_of_node]), f"{curie_of_node} {curie}"
    assert seen >= 9


# Files


DATA = sorted(path for folder in ("ontology", "graph", "shapes") for path in (ROOT / folder).rglob("*.ttl"))


@pytest.mark.parametrize("path", DATA, ids=lambda path: str(path.relative_to(ROOT)))
def test_turtle_is_in_the_format(path: Path) -> None:
    text = path.read_bytes().decode("utf-8")
    assert format_turtle(text, str(path)) == text, f"run 'imnm-kg fmt {path.relative_to(ROOT)}'"


def repository_files() -> list[Path]:
    """Give the files that git tracks; without git, all files but those that it would ignore."""
    try:
        done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
        return [ROOT / name for name in done.stdout.decode().split("\0") if name and (ROOT / name).is_file()]
    except (OSError, subprocess.CalledProcessError):
        folders = ("imnm_kg", "ontology", "graph", "shapes", "queries", "tests", "docs", "benchmarks")
        return [
            path for folder in folders for path in sorted((ROOT / folder).rglob("*"))
            if path.is_file() and "__pycache__" not in path.parts and "_data" not in path.parts
        ]  # fmt: skip


CODE = {".py", ".java", ".toml", ".yml", ".yaml", ".sh"}
LICENSED_DATA = {".ttl", ".trig", ".rq", ".tsv"}
# Exact answers and inputs of the formatter: a header would make them other ones.
WITHOUT_HEADER = ("tests/fixtures/foreign/", "tests/fixtures/queries/", "tests/rdf/fixtures/")


def test_licence_headers() -> None:
    missing = []
    files = repository_files()
    assert len(files) > 100
    for path in files:
        name = path.relative_to(ROOT).as_posix()
        if path.suffix not in CODE | LICENSED_DATA or (path.suffix != ".py" and name.startswith(WITHOUT_HEADER)):
            continue
        head = path.read_text(encoding="utf-8").splitlines()[:2]
        licences = ("CC-BY-4.0",) if path.suffix in LICENSED_DATA else ("Apache-2.0", "CC-BY-4.0")
        if not any(re.fullmatch(rf"(?:#|//) SPDX-License-Identifier: ({'|'.join(licences)})", line) for line in head):
            missing.append(name)
    assert missing == []


def test_code_of_the_package_is_apache() -> None:
    for path in (ROOT / "imnm_kg").rglob("*.py"):
        assert path.read_text(encoding="utf-8").startswith("# SPDX-License-Identifier: Apache-2.0\n"), path


def test_no_path_of_a_machine() -> None:
    pattern = re.compile(r"(?<![\w.~-])/(?:home|Users|root|work|tmp/dev)/\w|[A-Z]:\\Users\\|/site-packages/\w+/__")
    found = []
    for path in repository_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{path.relative_to(ROOT)}: {match.group()}" for match in pattern.finditer(text)]
    assert found == []


def test_files_are_utf_8_with_plain_line_ends() -> None:
    for path in repository_files():
        if path.suffix in CODE | LICENSED_DATA | {".md", ".json"}:
            data = path.read_bytes()
            data.decode("utf-8")
            assert not data.startswith(b"\xef\xbb\xbf"), path
            if b"\r" in data:
                assert path.suffix == ".tsv", f"{path}: answers of SPARQL may have other line ends, nothing else"
