# SPDX-License-Identifier: Apache-2.0
"""Bad input of every kind: it is named, with its place, and nothing else is lost."""

from __future__ import annotations

import gzip
import os
import zlib
from pathlib import Path

import pytest

from imnm_kg.errors import ImnmError, Place
from imnm_kg.model.records import BadRecord, TextRecord
from imnm_kg.reading import streams
from imnm_kg.reading.faults import SeenIds, bad_record
from imnm_kg.reading.source import read_records
from tests.reading.support import FIXTURES, bad, check, one, read

FAULTY = FIXTURES / "faulty"
TEXTS = ("a.txt", "a.md", "a.html", "a.jsonl", "a.xml")


def faulty(name: str) -> list[TextRecord | BadRecord]:
    found = list(read_records(FAULTY / name, name))
    for item in found:
        check(item, name)
    return found


def pubmed(*titles: str, start: int = 1) -> str:
    return "<PubmedArticleSet>" + "\n".join(
        f"<PubmedArticle><MedlineCitation><PMID>{number}</PMID><Article><ArticleTitle>{title}</ArticleTitle></Article>"
        "</MedlineCitation></PubmedArticle>"
        for number, title in enumerate(titles, start)
    )


@pytest.mark.parametrize("name", [*TEXTS, "a.txt.gz", "unknown"])
@pytest.mark.parametrize("data", [b"", gzip.compress(b"")], ids=["plain", "gzip"])
def test_an_empty_file(tmp_path: Path, name: str, data: bytes) -> None:
    record = bad(tmp_path, name, data)
    assert (record.code, record.position) == ("record-empty", 0)


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html", "a.jsonl"])
def test_a_file_of_white_space(tmp_path: Path, name: str) -> None:
    assert bad(tmp_path, name, b" \n\t\r\n ").code == "record-empty"


def test_an_article_without_a_word_loses_no_other(tmp_path: Path) -> None:
    first, second = read(tmp_path, "a.xml", "<set>\n<article/>\n<article><body><p>x</p></body></article></set>")
    assert isinstance(first, BadRecord)
    assert (first.code, first.position, first.line) == ("record-empty", 1, 2)
    assert isinstance(second, TextRecord)
    assert second.position == 2


@pytest.mark.parametrize("page", ["<!-- nothing -->", "<html><head><title>x</title></head></html>", "<p hidden>x</p>"])
def test_a_page_without_visible_text(tmp_path: Path, page: str) -> None:
    assert bad(tmp_path, "a.html", page).code == "record-empty"


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html", "a.jsonl", "unknown"])
@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"text and\0 more", "the file holds NUL bytes, so it is no text"),
        (b"%PDF-1.7\nall of it ASCII", "this is a PDF document, no text"),
        (b"PK\x03\x04\x14\0\x06\0", "this is a ZIP archive, or a document of an office program, no text"),
        (b"\x89PNG\r\n\x1a\n\0\0", "this is an image, no text"),
    ],
)
def test_a_binary_file(tmp_path: Path, name: str, data: bytes, words: str) -> None:
    record = bad(tmp_path, name, data)
    assert (record.code, record.what) == ("record-binary", words)


def test_a_binary_file_that_no_nul_gives_away(tmp_path: Path) -> None:
    assert bad(tmp_path, "a.txt", b"BZh9\xff\xfe").code == "record-binary"
    assert one(tmp_path, "b.txt", b"BZhou was treated.").text == "BZhou was treated."


def test_a_nul_far_from_the_head(tmp_path: Path) -> None:
    assert bad(tmp_path, "a.txt", b"a line of text\n" * 10_000 + b"\0").code == "record-binary"


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html", "a.jsonl"])
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_utf16_and_utf32_are_called_by_their_names(tmp_path: Path, name: str, encoding: str) -> None:
    text = "" if encoding in ("utf-16", "utf-32") else "\ufeff"
    record = bad(tmp_path, name, f"{text}A text.".encode(encoding))
    assert (record.code, record.line) == ("record-encoding", 1)
    assert record.what == f"the file is {encoding[:6].upper()}, not UTF-8"


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html"])
def test_a_byte_that_is_not_utf8(tmp_path: Path, name: str) -> None:
    record = bad(tmp_path, name, "ä\nän\n".encode() + b"caf\xe9 au lait")
    assert (record.code, record.line, record.what) == ("record-encoding", 3, "the byte 0xE9 is not valid UTF-8")


def test_of_json_lines_only_the_line_in_another_encoding_is_lost(tmp_path: Path) -> None:
    lines = [b'{"id": "1", "text": "one"}', '{"id": "2", "text": "café"}'.encode("cp1252"), b'{"id": "3", "text": "x"}']
    found = read(tmp_path, "a.jsonl", b"\n".join(lines))
    assert [getattr(item, "id", None) for item in found] == ["1", None, "3"]
    assert isinstance(found[1], BadRecord)
    assert (found[1].code, found[1].position, found[1].line) == ("record-encoding", 2, 2)


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html", "a.jsonl", "a.xml"])
def test_a_byte_order_mark_of_utf8_is_dropped(tmp_path: Path, name: str) -> None:
    data = {"a.jsonl": '{"id": "1", "text": "A text."}', "a.xml": pubmed("A text.") + "</PubmedArticleSet>"}
    assert one(tmp_path, name, b"\xef\xbb\xbf" + data.get(name, "A text.").encode()).text == "A text."


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.jsonl"])
def test_control_characters_are_kept(tmp_path: Path, name: str) -> None:
    text = "a\x01b\x07c\x1b[0m\x7f\x85\u2028d\r\ne\rf"
    data = text if name != "a.jsonl" else '{"id": "1", "text": %s}' % __import__("json").dumps(text)  # noqa: UP031
    assert one(tmp_path, name, data).text == text


# --- gzip -------------------------------------------------------------------------------------------------------


def noise(size: int) -> str:
    """Text that gzip cannot make much smaller."""
    state, letters = 1, []
    for _ in range(size):
        state = state * 1103515245 + 12345 & 0x7FFFFFFF
        letters.append(chr(97 + (state >> 16) % 26))
    return "".join(letters)


@pytest.mark.parametrize("kept", [0.3, 0.9, 0.999])
def test_a_gzip_file_that_breaks_off_keeps_what_came_before(tmp_path: Path, kept: float) -> None:
    lines = "".join(f'{{"id": "{number}", "text": "{noise(200)}{number}"}}\n' for number in range(1000))
    data = gzip.compress(lines.encode(), mtime=0)
    found = read(tmp_path, "a.jsonl.gz", data[: int(len(data) * kept)])
    *good, last = found
    assert isinstance(last, BadRecord)
    assert (last.code, last.position, last.what) == ("record-gzip", 0, "the gzip data end before their end")
    assert [item.id for item in good if isinstance(item, TextRecord)] == [str(n) for n in range(len(good))]
    assert len(good) > 1000 * kept - 300


def test_pubmed_in_gzip_that_breaks_off_keeps_what_came_before(tmp_path: Path) -> None:
    data = gzip.compress((pubmed(*(noise(300) for _ in range(500))) + "</PubmedArticleSet>").encode(), mtime=0)
    *good, last = read(tmp_path, "a.xml.gz", data[: len(data) * 2 // 3])
    assert isinstance(last, BadRecord)
    assert last.code == "record-gzip"
    assert len(good) > 100
    assert all(isinstance(item, TextRecord) for item in good)


def test_a_text_in_damaged_gzip_is_one_bad_record(tmp_path: Path) -> None:
    data = bytearray(gzip.compress(noise(5000).encode(), mtime=0))
    assert bad(tmp_path, "a.txt.gz", bytes(data[:-9])).code == "record-gzip"
    data[-5] ^= 255  # the checksum
    record = bad(tmp_path, "a.txt.gz", bytes(data))
    assert record.code == "record-gzip"
    assert record.what.startswith("the gzip data are damaged (CRC check failed")
    data[20:60] = bytes(40)
    assert bad(tmp_path, "a.txt.gz", bytes(data)).code == "record-gzip"
    assert bad(tmp_path, "a.txt.gz", b"\x1f\x8b").code == "record-gzip"


def test_gzip_of_several_members_and_under_any_name(tmp_path: Path) -> None:
    data = gzip.compress(b"A first text. ") + gzip.compress(b"A second text.")
    assert one(tmp_path, "a.txt", data).text == "A first text. A second text."
    assert one(tmp_path, "a.txt.gz", b"not packed at all").text == "not packed at all"
    assert one(tmp_path, "a.b.txt.gz", data).id == "a.b"


def test_a_text_in_gzip_that_grows_without_end_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "MAX_RECORD", 1_000_000)
    packer = zlib.compressobj(wbits=31)
    data = packer.compress(b"a" * 50_000_000) + packer.flush()
    record = bad(tmp_path, "a.txt.gz", data)
    assert record.code == "record-too-large"


# --- XML --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["bomb.xml", "external.xml", "parameter.xml"])
def test_declared_entities_are_refused(name: str) -> None:
    (record,) = faulty(name)
    assert isinstance(record, BadRecord)
    assert (record.code, record.position) == ("record-xml-entities", 0)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
def test_declared_entities_are_refused_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    text = (FAULTY / "external.xml").read_text().replace('version="1.0"', f'version="1.0" encoding="{encoding[:6]}"')
    record = bad(tmp_path, "a.xml", text.encode(encoding))
    assert record.code in ("record-xml-entities", "record-xml")


def test_declared_entities_far_down_a_doctype_are_refused(tmp_path: Path) -> None:
    text = (FAULTY / "external.xml").read_text().replace("<!ENTITY", "<!-- " + "x" * 200_000 + " --><!ENTITY")
    assert bad(tmp_path, "a.xml", text).code == "record-xml-entities"


def test_entities_in_a_file_without_a_record_are_refused_too(tmp_path: Path) -> None:
    far = "<!-- " + "x" * 200_000 + " -->"
    assert bad(tmp_path, "a.xml", f'<!DOCTYPE r [{far}<!ENTITY a "b">]><r/>').code == "record-xml-entities"


def test_a_doctype_that_names_a_dtd_is_fine_and_never_fetched(tmp_path: Path) -> None:
    doctype = '<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle//EN" "http://127.0.0.1:9/pubmed.dtd">\n'
    assert one(tmp_path, "a.xml", doctype + pubmed("A title.") + "</PubmedArticleSet>").text == "A title."
    declared = "<!DOCTYPE PubmedArticleSet [<!ELEMENT PubmedArticleSet ANY>]>"
    assert one(tmp_path, "b.xml", declared + pubmed("A title.") + "</PubmedArticleSet>").text == "A title."


def test_named_entities_of_a_dtd_that_is_not_read(tmp_path: Path) -> None:
    passage = "5&nbsp;mg &alpha;<b>&mdash;</b>&unknown; x"
    text = f'<!DOCTYPE article SYSTEM "x.dtd">\n<article><body><p>{passage}</p></body></article>'
    assert one(tmp_path, "a.nxml", text).text == "5\u00a0mg α—&unknown; x"


def test_a_broken_file_keeps_what_came_before() -> None:
    first, last = faulty("broken.xml")
    assert isinstance(first, TextRecord)
    assert first.id == "PMID:1"
    assert isinstance(last, BadRecord)
    assert (last.code, last.position, last.line) == ("record-xml", 0, 4)
    assert last.what.startswith("the XML is not well-formed: Opening and ending tag mismatch: ArticleTitle")


@pytest.mark.parametrize("ending", ["", "<PubmedArticle><MedlineCitation>", "&", "<", "\x01"])
def test_a_file_that_ends_too_early_keeps_what_came_before(tmp_path: Path, ending: str) -> None:
    first, second, last = read(tmp_path, "a.xml", pubmed("One.", "Two.") + ending)
    assert [item.text for item in (first, second) if isinstance(item, TextRecord)] == ["One.", "Two."]
    assert isinstance(last, BadRecord)
    assert last.code == "record-xml"


@pytest.mark.parametrize("text", ["no XML at all", "{}", "<", "<?xml", "<a", "<!DOCTYPE", "</a>", "&amp;"])
def test_what_is_no_xml(tmp_path: Path, text: str) -> None:
    assert bad(tmp_path, "a.xml", text).code == "record-xml"


def test_other_xml_is_told_by_its_root(tmp_path: Path) -> None:
    (record,) = faulty("feed.xml")
    assert isinstance(record, BadRecord)
    assert (record.code, record.what[:29]) == ("record-xml-kind", "the root element is <rss>, an")
    assert read(tmp_path, "a.xml", "<PubmedArticleSet></PubmedArticleSet>") == []
    assert read(tmp_path, "b.xml", "<PubmedArticleSet/>") == []


@pytest.mark.parametrize("record", ["PubmedArticle", "article"])
def test_deep_nesting_is_refused(tmp_path: Path, record: str) -> None:
    text = f"<{record}>" + "<sec>" * 100_000 + "x" + "</sec>" * 100_000 + f"</{record}>"
    found = bad(tmp_path, "a.xml", text)
    assert (found.code, found.line) == ("record-xml", 1)
    assert "depth" in found.what


def test_nesting_that_the_parser_takes_is_read(tmp_path: Path) -> None:
    text = "<article><body>" + "<sec><title>t</title>" * 200 + "<p>x</p>" + "</sec>" * 200 + "</body></article>"
    assert one(tmp_path, "a.nxml", text).text.endswith("t\n\nx")


def test_xml_without_the_end_of_a_record_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imnm_kg.reading.xml.MAX_RECORD", 1_000_000)
    first, last = read(tmp_path, "a.xml", pubmed("One.") + "<x>y</x>" * 300_000)
    assert isinstance(first, TextRecord)
    assert isinstance(last, BadRecord)
    assert last.code == "record-too-large"


# --- pages ------------------------------------------------------------------------------------------------------


def test_a_page_that_is_nested_too_deeply(tmp_path: Path) -> None:
    """Some versions of the parser take any depth; none may give a page that is cut off."""
    (record,) = read(tmp_path, "a.html", "<div>" * 10_000 + "x" + "</div>" * 10_000 + "<p>the end")
    if isinstance(record, BadRecord):
        assert record.code == "record-html"
    else:
        assert record.text == "x\n\nthe end"
    assert one(tmp_path, "a.html", "<div>" * 1500 + "x" + "</div>" * 1500 + "<p>kept").text == "x\n\nkept"


@pytest.mark.parametrize(
    ("head", "byte", "character"),
    [
        ('<meta charset="iso-8859-1">', b"\x96", "–"),
        ("<meta charset=windows-1250>", b"\x9c", "ś"),
        ('<?xml version="1.0" encoding="ISO-8859-2"?><html>', b"\xb6", "ś"),
        ('<meta charset="utf-8">', "ś".encode(), "ś"),
        ('<meta charset="no-such-thing">', "ś".encode(), "ś"),
        ('<meta charset="utf-16">', "ś".encode(), "ś"),
    ],
)
def test_the_encoding_that_a_page_names(tmp_path: Path, head: str, byte: bytes, character: str) -> None:
    assert one(tmp_path, "a.html", head.encode() + b"<p>" + byte + b"</p>").text == character


# --- JSON lines -------------------------------------------------------------------------------------------------


def test_bad_json_lines_are_told_one_by_one() -> None:
    found = faulty("lines.jsonl")
    assert [item.id for item in found if isinstance(item, TextRecord)] == ["good-1", "good-2"]
    assert [(item.line, item.code, item.what) for item in found if isinstance(item, BadRecord)] == [
        (2, "record-json", "the line is not JSON: Unterminated string starting at (character 21)"),
        (3, "record-json", "the line is a list, no object"),
        (4, "record-json", "the line has no id"),
        (5, "record-json", "the line has no id"),
        (6, "record-json", "id is true or false, not a string"),
        (7, "record-json", "the line has no text"),
        (8, "record-json", "text is a number, not a string"),
        (9, "record-json", "text is null, not a string"),
        (10, "record-json", "text has half a surrogate pair (character 6)"),
        (11, "record-empty", "there is no text in it"),
        (12, "record-json", "title is a number, not a string"),
        (13, "record-json", "year is a string, not a year"),
        (14, "record-json", "mesh is a string, not a list of strings"),
        (15, "record-json", "an item of mesh is a number, not a string"),
        (16, "record-json", "zones is an object, not a list"),
        (17, "record-zones", "zone 1 has not kind, start and end; a kind is one of Abstract, Body, Boilerplate,"
         " Citation, ReferenceList, Title"),
        (18, "record-zones", "zone 1 (0-2) overlaps the one before it or ends after the text"),
        (19, "record-zones", "zone 2 (2-4) overlaps the one before it or ends after the text"),
        (20, "record-zones", "zone 1 has not kind, start and end; a kind is one of Abstract, Body, Boilerplate,"
         " Citation, ReferenceList, Title"),
        (21, "record-json", "the line is null, no object"),
        (22, "record-json", "the line is a string, no object"),
    ]  # fmt: skip
    assert [item.position for item in found] == list(range(1, 24))


@pytest.mark.parametrize(
    "value", ["[" * 100_000, '{"a":' * 100_000, "9" * 5000, '{"id": 1, "text": "x", "year": ' + "9" * 5000 + "}"]
)
def test_json_that_python_cannot_take(tmp_path: Path, value: str) -> None:
    assert bad(tmp_path, "a.jsonl", value).code == "record-json"


def test_a_line_that_is_too_long_loses_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "MAX_RECORD", 1_000_000)
    lines = ['{"id": "1", "text": "one"}', '{"id": "2", "text": "' + "x" * 3_000_000 + '"}', '{"id": "3", "text": "x"}']
    found = read(tmp_path, "a.jsonl", "\n".join(lines))
    assert [getattr(item, "id", None) for item in found] == ["1", None, "3"]
    assert isinstance(found[1], BadRecord)
    assert (found[1].code, found[1].line) == ("record-too-large", 2)
    assert bad(tmp_path, "b.jsonl", lines[1]).code == "record-too-large"


# --- files ------------------------------------------------------------------------------------------------------


def test_a_file_that_cannot_be_opened_is_a_bad_record(tmp_path: Path) -> None:
    for path, code in ((tmp_path / "none.txt", "file-missing"), (tmp_path, "file-is-directory")):
        (record,) = read_records(path, "shown")
        assert isinstance(record, BadRecord)
        check(record, "shown")
        assert (record.code, record.position) == (code, 0)
    (record,) = read_records(Path("a\0b.txt"))
    assert isinstance(record, BadRecord)
    assert record.code == "file-unreadable"


def test_a_file_that_cannot_be_read_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"id": "1", "text": "' + "x" * 300 + '"}\n' * 1 + '{"id": "2", "text": "x"}\n')
    reads = iter([path.read_bytes()[:200], path.read_bytes()[200:340]])

    def fail(_stream: streams.Stream) -> bytes:
        data = next(reads, None)
        if data is None:
            raise _stream._unreadable(OSError(5, os.strerror(5)))
        return data

    monkeypatch.setattr(streams.Stream, "_read", fail)
    first, last = read_records(path, "a.jsonl")
    assert isinstance(first, TextRecord)
    assert isinstance(last, BadRecord)
    assert (last.code, last.what) == ("file-unreadable", "the file cannot be read (Input/output error)")


def test_a_pubmed_record_without_a_pmid_loses_no_other(tmp_path: Path) -> None:
    text = pubmed("One.", "Two.", "Three.").replace("<PMID>2</PMID>", "<PMID>two</PMID>") + "</PubmedArticleSet>"
    found = read(tmp_path, "a.xml", text)
    assert [getattr(item, "id", None) for item in found] == ["PMID:1", None, "PMID:3"]
    assert isinstance(found[1], BadRecord)
    assert (found[1].code, found[1].position, found[1].line) == ("record-id", 2, 2)
    assert found[1].what == "the PMID 'two' is no number"


# --- ids that come twice, and the form of a fault ---------------------------------------------------------------


@pytest.mark.parametrize(
    "id_",
    ["PMID:1", "PMID:99999999", "PMID:999999999999999", "PMID:007", "PMID:", "PMID:x", "PMID:١", "", "a" * 500, "é"],
)
def test_an_id_that_comes_twice(id_: str) -> None:
    seen = SeenIds()
    assert seen.check(TextRecord(id_, "text", source="a.jsonl", position=1)) is None
    assert seen.check(TextRecord(f"{id_}0", "text", source="a.jsonl", position=2)) is None
    record = seen.check(TextRecord(id_, "other", source="b.jsonl", position=3))
    assert record is not None
    assert (record.code, record.source, record.position) == ("record-duplicate", "b.jsonl", 3)
    assert record.what == f"the id {id_!r} was read before in this run"


def test_ids_that_look_alike_are_told_apart() -> None:
    seen = SeenIds()
    for id_ in ("PMID:7", "PMID:07", "PMID:70", "7", "PMID:١", "PMID: 7", "PMC7"):
        assert seen.check(TextRecord(id_, "text")) is None, id_


def test_a_bad_record_says_what_its_error_says() -> None:
    error = ImnmError("record-json", "what", "remedy", Place("a.jsonl", 7, 3))
    assert bad_record(error, "a.jsonl", 2) == BadRecord("a.jsonl", 2, "record-json", "what", 7, "remedy")
    assert bad_record(ImnmError("record-json", "what", "remedy"), "a.jsonl").line is None
