# SPDX-License-Identifier: Apache-2.0
"""Identifiers in running text, checked for form."""

from __future__ import annotations

import pytest

from imnm_kg.reading.identifiers import find_identifiers


def found(text: str) -> list[tuple[str, str]]:
    identifiers = find_identifiers(text)
    for item in identifiers:
        assert text[item.start : item.end].upper() == item.value.upper()
    assert sorted(identifiers, key=lambda item: item.start) == list(identifiers)
    return [(item.kind, item.value) for item in identifiers]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("doi:10.1000/abc", "10.1000/abc"),
        ("https://doi.org/10.1000/abc.", "10.1000/abc"),
        ("(doi: 10.1016/s2665-9913(23)00003-6).", "10.1016/s2665-9913(23)00003-6"),
        ("(10.1000/abc)", "10.1000/abc"),
        ("[10.1000/abc](https://example.org)", "10.1000/abc"),
        ("<https://doi.org/10.1000/abc>", "10.1000/abc"),
        ("10.1000/abc, and", "10.1000/abc"),
        ("10.1000/abc;", "10.1000/abc"),
        ("DOI 10.1000/ABC-1_2:3", "10.1000/ABC-1_2:3"),
        ("10.1000/(SICI)1234(1999)1:2/3<45::AID-X6>7.0.CO)", "10.1000/(SICI)1234(1999)1:2/3<45::AID-X6>7.0.CO"),
        ("“10.1000/abc”", "10.1000/abc"),
    ],
)  # fmt: skip
def test_dois(text: str, value: str) -> None:
    assert found(text) == [("doi", value)]


@pytest.mark.parametrize("text", ["10.1000/", "10.1/abc", "110.1000/abc", "v10.1000/abc", "10.1000 /abc", "10.1000/é"])
def test_what_is_no_doi(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("PMID: 36923454", "pmid", "36923454"),
        ("PMID 1.", "pmid", "1"),
        ("pmid:123", "pmid", "123"),
        ("PubMed ID: 123", "pmid", "123"),
        ("https://pubmed.ncbi.nlm.nih.gov/123456/", "pmid", "123456"),
        ("https://www.ncbi.nlm.nih.gov/pubmed/123456", "pmid", "123456"),
        ("PMCID: PMC1234567", "pmcid", "PMC1234567"),
        ("https://pmc.ncbi.nlm.nih.gov/articles/PMC123/", "pmcid", "PMC123"),
        ("(NCT01234567)", "nct", "NCT01234567"),
        ("nct01234567", "nct", "NCT01234567"),
    ],
)
def test_other_ids(text: str, kind: str, value: str) -> None:
    assert found(text) == [(kind, value)]


@pytest.mark.parametrize(
    "text",
    [
        "PMID: 0123",
        "PMID: 123456789",
        "PMID: 12-34",
        "PMC12",
        "PMC012",
        "xPMC123",
        "NCT0123456",
        "NCT012345678",
        "xNCT01234567",
        "PMIDs",
    ],
)
def test_ids_of_a_wrong_form(text: str) -> None:
    assert found(text) == []


def test_ids_come_in_order_and_from_a_stretch() -> None:
    text = "NCT01234567 10.1000/a PMID: 5 10.1000/b"
    assert found(text) == [("nct", "NCT01234567"), ("doi", "10.1000/a"), ("pmid", "5"), ("doi", "10.1000/b")]
    assert [item.value for item in find_identifiers(text, 12, 29)] == ["10.1000/a", "5"]
