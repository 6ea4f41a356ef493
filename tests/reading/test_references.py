# SPDX-License-Identifier: Apache-2.0
"""Lists of references and single citations, in the styles of the field."""

from __future__ import annotations

import time

import pytest

from imnm_kg.model.records import CITATION, REFERENCES, Reference, TextZone
from imnm_kg.reading.references import citation_features, is_author_line, is_reference_heading, parse_references


def listed(text: str) -> tuple[Reference, ...]:
    return parse_references(text, TextZone(REFERENCES, 0, len(text)))


def cited(text: str) -> Reference:
    (reference,) = parse_references(text, TextZone(CITATION, 0, len(text)))
    return reference


@pytest.mark.parametrize(
    ("text", "authors", "title", "journal", "year"),
    [
        ("Muster AB, Beispiel C. A title. J Foo. 2015;12(3):1-9.", ("Muster AB", "Beispiel C"), "A title", "J Foo",
         2015),
        ("Muster A, de la Probe B, van der Berg CD Jr, et al. A title. J Foo. 2015 Mar 4;1:2.",
         ("Muster A", "de la Probe B", "van der Berg CD Jr"), "A title", "J Foo", 2015),
        ("Muster-Beispiel A, O’Probe B, N'goma C, O′Zwei D. A title? J Foo. 2015 Nov-Dec;1:2.",
         ("Muster-Beispiel A", "O’Probe B", "N'goma C", "O′Zwei D"), "A title?", "J Foo", 2015),
        ("Müster Ä, Żółw Ł, Ødegård Ø. A title. J Foo 2015;1:2.", ("Müster Ä", "Żółw Ł", "Ødegård Ø"), "A title",
         "J Foo", 2015),
        ("Muster A. A drug for E. coli in factor β. J. Foo. Bar. 2015;1:2.", ("Muster A",),
         "A drug for E. coli in factor β", "J. Foo. Bar.", 2015),
        ("Muster AB, Sample Study Group. A title: part 2. J Foo. 2015;1:2.", ("Muster AB", "Sample Study Group"),
         "A title: part 2", "J Foo", 2015),
        ("Muster A. A chapter. Probe B, ed. Foo Med. 2015;1:2.", ("Muster A",), "A chapter", "Foo Med", 2015),
        ("Muster, A. B., & Beispiel, C. (2015). A title. Journal of Foo, 12(3), 1–9.",
         ("Muster, A. B.", "Beispiel, C."),
         "A title", "Journal of Foo", 2015),
        ("Muster A.B., Beispiel C. A title. Nutrients 2015, 10, 133.", ("Muster A.B.", "Beispiel C"), "A title",
         "Nutrients", 2015),
        ("Muster, A. et al. A title. Nat. Rev. Foo 12, 123–130 (2015).", ("Muster, A.",), "A title", "Nat. Rev. Foo",
         2015),
        ("World Sample Organization. A report of 1999. Geneva; 2015.", ("World Sample Organization",),
         "A report of 1999",
         "Geneva", 2015),
        ("WSO (2015) A report. Weekly Foo 20: 169–178", ("WSO",), "A report", "Weekly Foo", 2015),
        ("Foo Rheumatol. 2015 Feb;5(2):e67-e76.", (), "", "Foo Rheumatol", 2015),
        ("A title.\n\nMuster AB, Beispiel C\nFoo Rheumatol.\n2015 Feb;\ndoi: 10.1000/x", ("Muster AB", "Beispiel C"),
         "A title", "Foo Rheumatol", 2015),
        ("1. J Foo. 2015;1:2. doi: 10.1000/x.\n\nA title in\ntwo lines.\n\nMuster AB(1)(2), Beispiel C(3).",
         ("Muster AB", "Beispiel C"), "A title in two lines", "J Foo", 2015),
        ("*Muster AB*, Beispiel C. [A title](https://doi.org/10.1000/x). *J Foo*. 2015;1:2.",
         ("Muster AB", "Beispiel C"),
         "A title", "J Foo", 2015),
        ("doi: 10.1000/x PMID: 5", (), "", "", None),
        ("nothing that is a reference", (), "nothing that is a reference", "", None),
    ],
)  # fmt: skip
def test_styles(text: str, authors: tuple[str, ...], title: str, journal: str, year: int | None) -> None:
    found = cited(text)
    assert (found.authors, found.title, found.journal, found.year) == (authors, title, journal, year)


def test_ids_of_a_reference() -> None:
    found = cited(
        "Muster A. A title. J Foo. 2015;1:2. doi: 10.1000/s1(23)4-5. Epub 2015. PMID: 1234567; PMCID: PMC123456."
        " NCT01234567, NCT76543210, NCT01234567"
    )
    assert (found.doi, found.pmid, found.pmcid) == ("10.1000/s1(23)4-5", "1234567", "PMC123456")
    assert found.nct == ("NCT01234567", "NCT76543210")


LISTS = {
    "numbers": "Sources\n\n1. Aa B. One. J Foo. 2001;1:2.\n2. Bb C. Two,\n  2015. J Foo. 2002;1:2.\n 3. Cc D. Three.",
    "brackets": "[1] Aa B. One. J Foo. 2001;1:2.\n[2] Bb C. Two,\n2015. J Foo. 2002;1:2.\n[3] Cc D. Three.",
    "tight": "1.Aa B. One. J Foo. 2001;1:2.\n2.Bb C. Two,\n2015. J Foo. 2002;1:2.\n3.Cc D. Three.",
    "bullets": "Bibliography:\n- Aa B. One. J Foo. 2001;1:2.\n- Bb C. Two,\n  2015. J Foo. 2002;1:2.\n- Cc D. Three.",
    "dots": "• Aa B. One. J Foo. 2001;1:2.\n• Bb C. Two,\n2015. J Foo. 2002;1:2.\n• Cc D. Three.",
    "empty lines": "Aa B. One. J Foo. 2001;1:2.\n\nBb C. Two,\n2015. J Foo. 2002;1:2.\n\nCc D. Three.",
    "bare": "Aa B. One. J Foo. 2001;1:2.\nBb C. Two,\n2015. J Foo. 2002;1:2.\nCc D. Three.",
    "windows": "1. Aa B. One. J Foo. 2001;1:2.\r\n2. Bb C. Two,\r\n2015. J Foo. 2002;1:2.\r\n3. Cc D. Three.\r\n",
}


@pytest.mark.parametrize("form", LISTS)
def test_entries_of_a_list(form: str) -> None:
    found = listed(LISTS[form])
    assert [entry.title for entry in found][0::2] == ["One", "Three"]
    assert [" ".join(entry.text.split()) for entry in found] == [
        "Aa B. One. J Foo. 2001;1:2.", "Bb C. Two, 2015. J Foo. 2002;1:2.", "Cc D. Three.",
    ]  # fmt: skip
    assert all(LISTS[form][entry.start : entry.end] == entry.text for entry in found)


@pytest.mark.parametrize("text", ["", " \n\n ", "References", "References\n\n"])
def test_lists_without_entries(text: str) -> None:
    assert listed(text) == ()


@pytest.mark.parametrize(
    "line",
    ["References", "REFERENCES:", "7. References", "Selected references", "Bibliography", "Literature cited",
     "Works Cited", "References and notes", "Further reading", "Reference list"],
)  # fmt: skip
def test_headings_of_lists(line: str) -> None:
    assert is_reference_heading(line)


@pytest.mark.parametrize("line", ["Reference values", "The references", "Citation needed", "Source of funding", ""])
def test_headings_of_something_else(line: str) -> None:
    assert not is_reference_heading(line)


def test_lines_of_authors() -> None:
    assert is_author_line("Muster AB, Beispiel C")
    assert is_author_line("Muster AB(1), Beispiel C(2)(3), and Probe D.")
    assert not is_author_line("Muster AB")
    assert not is_author_line("Muster AB, Beispiel C wrote it")
    assert not is_author_line("Prednisone, Azathioprine")
    assert not is_author_line("TRIAL REGISTRATION AND DATE")


def test_prose_has_no_features_of_a_citation() -> None:
    assert citation_features("CONCLUSION: Injury was a risk factor for pain. It was seen in 2015.") == frozenset()
    assert citation_features("In 2015 we treated 12 patients with rituximab.") == frozenset()
    assert citation_features("TRIAL REGISTRATION NUMBER AND DATE: NCT00000001, 27 Nov 2007.") == frozenset()
    assert citation_features("Muster AB, Beispiel C. Title. J Foo. 2015;1:2. PMID: 5") == {"authors", "issue", "pmid"}
    assert citation_features("Muster AB. Title. J Foo. 2015;1:2.") == {"author", "issue"}


@pytest.mark.parametrize(
    "piece",
    ["Aa B, ", "A ", "A. ", "Aa. ", "1. ", "Aa ", "a", "2015;", "(", "Aa B. 2015;1:2.\n", "\n", "*a ", "[a](", "de "],
)
def test_no_text_takes_long(piece: str) -> None:
    text = piece * (60_000 // len(piece))
    start = time.process_time()
    listed(text)
    parse_references(text, TextZone(CITATION, 0, 3000))
    assert time.process_time() - start < 3
