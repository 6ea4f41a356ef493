# SPDX-License-Identifier: Apache-2.0
"""The rules of zones, one by one; whole documents are in ``test_documents``."""

from __future__ import annotations

import time

import pytest

from imnm_kg.model.records import BOILERPLATE, CITATION, REFERENCES, TITLE
from imnm_kg.reading.boilerplate import announces_links, is_boilerplate, is_menu_item, plain_line
from imnm_kg.reading.plain import MAX_BLOCKS, zones_of_text

PROSE = (
    "Sample myopathy is a disease of muscle that comes with weakness of the hips, and the enzyme CK in blood is high."
    " Treatment with prednisone made most people stronger."
)


def kinds(text: str, title: str = "") -> list[tuple[str, str]]:
    zones, _ = zones_of_text(text, title)
    return [(zone.kind, text[zone.start : zone.end]) for zone in zones]


def labels(text: str) -> list[tuple[str, str]]:
    zones, _ = zones_of_text(text)
    return [(zone.label, text[zone.start : zone.end]) for zone in zones]


# --- lines of a page --------------------------------------------------------------------------------------------

PAGE = """\
An icon that marks all of our pages on conditions
Find a clinic near you
Find Us in your community
Are you looking for more information or support?
Would you like to learn more?
Ways to get involved
Last update: Feb 2023
Last updated on 3 March, 2021
Updated March 3, 2021
Page last reviewed: 2021-03-04
Published online 2023 Feb 3
Reviewed by Carla Beispiel, MD, MHS; Sample University
Medically reviewed by C. D. Beispiel, M.D.
Written and reviewed by: Carla Beispiel
By Carla Beispiel
Share this
Share: Facebook Twitter
Tweet this article
Print this page
Subscribe to our newsletter
Sign up for e-mail updates
Stay informed
Follow us on social media
Donate
Donate today to help research
Support our work
Read more about IVIG
View all news
Related articles
You may also like
Most read
Advertisement
Skip to main content
Back to top
Home | About | Contact
Home > Conditions > Myositis
This website uses cookies to make your visit better.
We use cookies. By going on you consent to our policy.
© 2020 Society of Invented Diseases. All rights reserved.
(c) 2021 Sample Press
Copyright Sample Society
This article is protected by copyright. All rights reserved.
This page is not meant as a substitute for professional medical advice.
https://www.example.org/page
someone@example.org
Call us: +1 (555) 010-0000
5 min read
3 Comments
[Find a clinic near you](https://www.example.org/)
![logo](logo.png)
Related documents
""".splitlines()

TEXT = """\
Immune-Mediated Necrotizing Myopathy (IMNM)
Medical Management
Grant support
Treatment
Treatment of sample myopathy
Need for information and support
Have questions
We found that cookies in the diet made weakness worse.
Looking for information about rituximab, we searched three databases.
Find out whether rituximab helps.
Updated treatment options are many
Reviewed by experts, the treatment failed.
Register of patients with sample myopathy
In this article we review treatment.
(c) Rituximab was effective.
(C) patients with sample myopathy
Share of patients who improved
CONCLUSION: Rituximab helped. This article is protected by copyright. All rights reserved.
CONCLUSIONS: It is safe. (Sample Database Record (c) 2021 XYZ, all rights reserved).
Prednisone > azathioprine > rituximab
Donated blood was tested
More patients improved with rituximab
Contact with the drug must be avoided
Published trials of rituximab
Search strategy
The advice was not to stop.
""".splitlines()


@pytest.mark.parametrize("line", PAGE)
def test_lines_of_a_page(line: str) -> None:
    words = plain_line(line)
    assert is_boilerplate(words) or is_menu_item(words)
    assert kinds(f"{PROSE}\n\n{line}")[-1] == (BOILERPLATE, line) or is_menu_item(words)


@pytest.mark.parametrize("line", TEXT)
def test_lines_of_a_text(line: str) -> None:
    assert not is_boilerplate(plain_line(line))
    text = f"{PROSE}\n\n{line}\n\n{PROSE}"
    assert {kind for kind, _ in kinds(text)} <= {"Body"}


def test_plain_lines() -> None:
    assert plain_line("  ## **Bold** and _thin_ [link](http://x.y 'z') ![icon](a.png)  ##") == "Bold and thin link icon"
    assert plain_line("> * item\n  goes on") == "item goes on"
    assert plain_line("snake_case_name and 3 * 4 * 5") == "snake_case_name and 3 * 4 * 5"


def test_one_word_is_a_heading_and_three_are_a_menu() -> None:
    assert kinds(f"{PROSE}\n\nTreatment\n\n{PROSE}") == [("Body", PROSE), ("Body", f"Treatment\n\n{PROSE}")]
    menu = "Treatment\n\nResearch\n\nSupport\n\nContact us"
    assert kinds(f"{PROSE}\n\n{menu}") == [("Body", PROSE), (BOILERPLATE, menu)]
    assert kinds(f"{menu}\n\n{PROSE}")[0][0] == BOILERPLATE


def test_links_below_their_heading_up_to_the_next_text() -> None:
    assert announces_links("Related articles")
    found = kinds(f"{PROSE}\n\nRelated articles\n\nStatins cure asthma\n\nDrug harms kidneys\n\nTreatment\n\n{PROSE}")
    assert found == [
        ("Body", PROSE),
        (BOILERPLATE, "Related articles\n\nStatins cure asthma\n\nDrug harms kidneys"),
        ("Body", f"Treatment\n\n{PROSE}"),
    ]


# --- the top ----------------------------------------------------------------------------------------------------


def test_a_ticker_above_the_title_concerns_another_subject() -> None:
    text = f"New Inhaler Cleared for Children With Asthma\n\nSample Myopathy\n\n{PROSE}"
    assert kinds(text)[0] == (BOILERPLATE, "New Inhaler Cleared for Children With Asthma")
    assert zones_of_text(text)[1] == "Sample Myopathy"


def test_a_title_of_the_same_subject_is_none_of_the_page() -> None:
    text = f"Weakness in sample myopathy: a review\n\nSample Myopathy\n\n{PROSE}"
    assert {kind for kind, _ in kinds(text)} == {"Body"}
    assert zones_of_text(text)[1] == "Weakness in sample myopathy: a review"


def test_a_sentence_at_the_top_is_text() -> None:
    text = f"Inhalers help children with asthma breathe.\n\nSample Myopathy\n\n{PROSE}"
    assert {kind for kind, _ in kinds(text)} == {"Body"}


def test_the_name_of_a_section_is_no_title() -> None:
    assert zones_of_text(f"Purpose of Review\n\n{PROSE}")[1] == ""
    assert zones_of_text(PROSE)[1] == ""
    assert zones_of_text("")[1] == ""


def test_a_title_that_is_known() -> None:
    text = f"Nothing in Common With It\n\n{PROSE}"
    assert kinds(text, "Nothing in Common With It")[0] == (TITLE, "Nothing in Common With It")
    assert zones_of_text(PROSE, "Known")[1] == "Known"


# --- labels -----------------------------------------------------------------------------------------------------


def test_labels_of_a_structured_abstract_in_one_paragraph() -> None:
    text = "AIM: To see. METHODS: We saw 5 people (DNA: normal). RESULTS: All improved. CONCLUSIONS: It helps."
    assert [label for label, _ in labels(text)] == ["AIM", "METHODS", "RESULTS", "CONCLUSIONS"]
    assert {kind for kind, _ in kinds(text)} == {"Abstract"}


def test_labels_of_a_structured_abstract_in_lines() -> None:
    text = (
        "Background: One.\nPatients and Methods: Two.\nDesign, Setting, and Participants: Three.\nIN CONCLUSION: Four."
    )
    assert labels(text) == [
        ("Background", "Background: One."),
        ("Patients and Methods", "Patients and Methods: Two."),
        ("Design, Setting, and Participants", "Design, Setting, and Participants: Three."),
        ("IN CONCLUSION", "IN CONCLUSION: Four."),
    ]


@pytest.mark.parametrize(
    "text", ["We saw this: it helps.", "DNA was (RNA: no) seen. ABC: none.", "See http: x", "a:\nb"]
)
def test_what_is_no_label(text: str) -> None:
    assert kinds(text) == [("Body", text)]


def test_a_lone_label_is_no_abstract() -> None:
    assert labels(f"CONCLUSIONS: It helps.\n\n{PROSE}") == [("CONCLUSIONS", "CONCLUSIONS: It helps."), ("", PROSE)]


def test_lines_that_are_not_wrapped_are_paragraphs() -> None:
    text = f"Abstract\nPurpose\n{PROSE}\nRecent Findings\nShort.\nShare this"
    assert labels(text) == [
        ("Purpose", f"Abstract\nPurpose\n{PROSE}"), ("Recent Findings", "Recent Findings\nShort."), ("", "Share this"),
    ]  # fmt: skip


# --- references and citations -----------------------------------------------------------------------------------

ENTRY = "Muster AB, Beispiel C. Rituximab cures asthma. J Foo. 2015;1:2."


@pytest.mark.parametrize("mark", ["{}. ", "[{}] ", "- ", ""])
@pytest.mark.parametrize("gap", ["\n", "\n\n", "\r\n"])
def test_a_list_with_its_heading(mark: str, gap: str) -> None:
    entries = gap.join(mark.format(number) + ENTRY.replace("2015", str(2000 + number)) for number in range(1, 5))
    text = f"{PROSE}\n\nReferences\n\n{entries}\n\n{PROSE}"
    assert [kind for kind, _ in kinds(text)] == ["Body", REFERENCES, "Body"]
    assert kinds(text)[1] == (REFERENCES, f"References\n\n{entries}")


def test_a_list_without_a_heading() -> None:
    entries = "\n".join(ENTRY.replace("2015", str(2000 + number)) for number in range(1, 5))
    assert kinds(f"{PROSE}\n\n{entries}") == [("Body", PROSE), (REFERENCES, entries)]
    numbered = "\n\n".join(f"{number}. {ENTRY}" for number in range(1, 5))
    assert kinds(f"{PROSE}\n\n{numbered}") == [("Body", PROSE), (REFERENCES, numbered)]


def test_a_list_ends_where_its_entries_end() -> None:
    text = f"References\n\n1. {ENTRY}\n2. {ENTRY}\n\nLast update: Feb 2023\n\nFunding\n\n{PROSE}"
    assert [kind for kind, _ in kinds(text)] == [REFERENCES, BOILERPLATE, "Body"]


def test_an_entry_that_does_not_look_like_one_is_inside() -> None:
    text = f"References\n\n{ENTRY}\n\nA handbook of muscle. Sampletown.\n\n{ENTRY}\n\n{PROSE}"
    assert [kind for kind, _ in kinds(text)] == [REFERENCES, "Body"]


@pytest.mark.parametrize("heading", ["Sources", "References", "Further reading"])
def test_a_heading_without_a_list(heading: str) -> None:
    assert [kind for kind, _ in kinds(f"{PROSE}\n\n{heading}\n\n{PROSE}")] == ["Body", "Body"]


def test_sources_of_something_else_are_no_references() -> None:
    text = f"{PROSE}\n\nSources\n\n- red yeast rice\n- statins\n\n{PROSE}"
    assert {kind for kind, _ in kinds(text)} == {"Body"}
    assert kinds(f"{PROSE}\n\nSources\n\n- https://www.example.org/a-page")[1][0] == REFERENCES


def test_numbered_findings_are_no_references() -> None:
    text = f"{PROSE}\n\n1. Rituximab helped in 2015.\n2. Prednisone helped in 2016.\n3. Nothing helped in 2017."
    assert {kind for kind, _ in kinds(text)} == {"Body"}


CITED = "A drug for sample myopathy: a randomised trial.\n\nMuster AB, Beispiel C, Probe D\nJ Foo.\n2015 Feb;\nPMID: 5"


@pytest.mark.parametrize(
    "text", [CITED, CITED.replace("\n", "\n\n"), CITED.split("\n\n")[1], ENTRY + " doi: 10.1000/x"]
)
def test_a_citation(text: str) -> None:
    assert kinds(f"{PROSE}\n\n{text}\n\n{PROSE}") == [("Body", PROSE), (CITATION, text), ("Body", PROSE)]


def test_a_sentence_before_the_authors_is_no_title() -> None:
    text = f"This was the first trial.\n\n{CITED.split(chr(10) * 2)[1]}"
    assert [kind for kind, _ in kinds(text)] == ["Body", CITATION]


@pytest.mark.parametrize(
    "text",
    [
        "CONCLUSION: Recent injury and weakness were risk factors. J Foo 2021;51(6):1. doi:10.1000/x",
        "The trial of Muster AB was reported in 2015; it is NCT01234567 (PMID: 5, doi: 10.1000/x).",
        "Antibodies were anti-HMGCR A, anti-SRP B. Patients were seen in 2015;",
    ],
)
def test_sentences_with_ids_are_no_citations(text: str) -> None:
    assert {kind for kind, _ in kinds(f"{PROSE}\n\n{text}")} <= {"Body", "Abstract"}


# --- size -------------------------------------------------------------------------------------------------------


def test_a_text_in_too_many_paragraphs_is_one_body() -> None:
    assert zones_of_text("ab\n\n" * (MAX_BLOCKS + 10)) == ((), "")
    assert len(zones_of_text("ab\n\n" * 1000)[0]) == 1


@pytest.mark.parametrize(
    "piece",
    ["a", "a b ", " ", "\n", "\n ", "A", "A.", "Aa B, ", "x\n\n", "METHODS: ", ". A: ", "[a](", "![", "*", "_", "1. ",
     "find ", "cookie ", "share ", "not medical ", "References\n\n", "by A. ", "© ", "|", " > ", "2015;", "updated 1 "],
)  # fmt: skip
def test_no_text_takes_long(piece: str) -> None:
    for text in (
        piece * (200_000 // len(piece)),
        piece * (390 // len(piece)),
        (piece * (390 // len(piece)) + "\n\n") * 200,
    ):
        start = time.process_time()
        zones_of_text(text)
        assert time.process_time() - start < 4
