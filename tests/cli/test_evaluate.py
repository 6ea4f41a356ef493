# SPDX-License-Identifier: Apache-2.0
"""evaluate: forms, streams, wrong input with its line, and nothing of a text that acts in a report."""

from __future__ import annotations

import gzip
import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from tests.batch.support import make_root
from tests.cli.conftest import Run
from tests.operations.support import FIXTURES

FOLDER = FIXTURES / "evaluate"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with annotated documents, texts and claims."""
    for name in ("gold_small.jsonl", "small.jsonl", "claims.jsonl"):
        shutil.copy(FOLDER / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def write(path: Path, values: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(value) + "\n" for value in values), "utf-8")


CALL = ("evaluate", "gold_small.jsonl", "claims.jsonl")


@pytest.mark.usefixtures("here")
def test_text(run: Run) -> None:
    done = run(*CALL, "--bootstrap", "200")
    assert done.code == 0
    assert re.search(r"^treats +1 +1 +3 +0\.250  1\.000  0\.400$", done.out, re.M)
    assert re.search(r"^all +6 +2 +5 +0\.286  0\.333  0\.308$", done.out, re.M)
    assert "certainty agrees 1.000, population agrees 0.500, quote agrees 1.000, mean overlap" in done.out
    assert "not scored, no relation of the guidelines: requires 1\n" in done.out
    assert "exact quotes: 8 of 9\n" in done.out
    assert "F1, 95 % interval over documents: 0.000 to 0.500\n" in done.out
    assert done.err == "imnm-kg: note: 1 claim was not scored: GOLD does not have their 1 document (D9)\n"
    assert "missed" not in done.out


@pytest.mark.usefixtures("here")
@pytest.mark.slow
def test_errors(run: Run) -> None:
    done = run(*CALL, "--errors")
    assert done.code == 0
    assert re.search(r"^missed: polarity +2 +does_not_treat 1, causes_or_contributes 1$", done.out, re.M)
    assert "\nmissed betamab | does_not_treat | fixturitis\n  D1; polarity: found is betamab | treats |" in done.out
    assert "\nextra  alphamab | treats | fixturitis\n  D3; no rule named\n" in done.out
    assert "  Nothing was found on [alphamab and fixturitis].\n" in done.out


@pytest.mark.usefixtures("here")
@pytest.mark.slow
def test_json(run: Run) -> None:
    made = json.loads(run(*CALL, "--format", "json").out)
    assert made["all"] == {
        "annotated": 6, "right": 2, "extra": 5, "precision": 2 / 7, "recall": 1 / 3, "f1": pytest.approx(4 / 13),
    }  # fmt: skip
    assert made["exact_quotes"] == {"exact": 8, "checked": 9}
    assert made["not_annotated"] == {"D9": 1}
    assert made["f1_interval"] is None
    assert "missed" not in made
    made = json.loads(run(*CALL, "--format", "json", "--errors", "--bootstrap", "5").out)
    assert (len(made["missed"]), len(made["extra"])) == (4, 5)
    assert made["missed"][1]["sentence"] == "Rash was a side effect of alphamab."
    assert made["error_types"][0]["name"] == "missed: polarity"
    assert len(made["f1_interval"]) == 2


@pytest.mark.usefixtures("here")
@pytest.mark.slow
def test_markdown(run: Run) -> None:
    out = run(*CALL, "--format", "markdown").out
    assert "\n| does\\_not\\_treat | 1 | 0 | 0 | 0.000 | 0.000 | 0.000 |\n" in out
    assert "\n## unlikely\\_cause: 0 missed, 1 extra\n" in out
    assert '\n> “<b>Gammamide may cause \\<b\\>fixturitis\\</b\\></b> \\& "worse" in mice.”\n' in out
    assert "\n> “Betamab did not improve fixturitis.”\n" in out


class Page(HTMLParser):
    """Collects the tags, the ids, and the text of each quotation of a page; fails on a tag that is not closed."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.quotations: list[str] = []
        self.marked: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs
        if tag != "meta":
            self.open.append(tag)
        if tag == "blockquote":
            self.quotations.append("")
            self.marked.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "blockquote" in self.open:
            self.quotations[-1] += data
            if "mark" in self.open:
                self.marked[-1] += data


@pytest.mark.usefixtures("here")
@pytest.mark.slow
def test_html(run: Run) -> None:
    done = run(*CALL, "--format", "html", "--out", "report.html")
    assert (done.code, done.out) == (0, "")
    assert done.err.endswith("P 0.286, R 0.333, F1 0.308: wrote report.html\n")
    text = Path("report.html").read_text("utf-8")
    page = Page(text)
    assert text.count("<article") == 9
    assert 'Gammamide may cause <b>fixturitis</b> & "worse" in mice.' in page.quotations
    assert "Gammamide may cause <b>fixturitis</b>" in page.marked
    assert 'name="viewport"' in text
    assert "prefers-color-scheme: dark" in text
    assert '<span class="negation">not</span>' in text
    assert not {name for name, _ in page.attributes} & {"src", "onclick", "onerror"}
    assert {value for name, value in page.attributes if name == "href"} <= {f"#group-{n}" for n in range(20)}
    assert run(*CALL, "--format", "html").out == text


@pytest.mark.slow
def test_nothing_acts_in_a_report(run: Run, here: Path) -> None:
    attack = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>&lt;\x1b[31m\u202e\ud800\x00"
    annotated, texts, claims = rows(here / "gold_small.jsonl"), rows(here / "small.jsonl"), rows(here / "claims.jsonl")
    for line in (annotated[0], texts[0]):
        line["id"] = attack
    texts[0]["text"] = attack + texts[0]["text"]
    annotated[0]["claims"][0]["subject"] = annotated[0]["claims"][0]["population"] = attack
    annotated[0]["claims"][1]["relation"] = attack
    for claim in claims:
        claim["document"] = attack
        claim["rule"] = attack
    claims[0]["subject_label"] = claims[1]["predicate"] = attack
    claims[2]["quote"] = attack
    claims[3]["marks"] = [[attack, attack, 0, 40]]
    for path, values in (("gold_small.jsonl", annotated), ("small.jsonl", texts), ("claims.jsonl", claims)):
        write(here / path, values)
    done = run(*CALL, "--format", "html", "--out", "report.html")
    assert done.code == 0
    text = (here / "report.html").read_text("utf-8")
    assert Page(text).tags <= {
        "html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "div", "table", "tr", "th", "td", "span",
        "mark", "nav", "a", "section", "article", "blockquote",
    }  # fmt: skip
    assert "\x1b" not in text
    assert "\u202e" not in text
    for form in ("text", "json", "markdown"):
        done = run(*CALL, "--format", form, "--errors", "--out", f"report.{form}")
        assert done.code == 0
        assert "\x1b" not in (here / f"report.{form}").read_text("utf-8")
    markdown = (here / "report.markdown").read_text("utf-8")
    assert not re.search(r"(?<!\\)<(?!/?b>)", markdown)


def test_texts_are_named_or_found_or_left_out(run: Run, here: Path) -> None:
    (here / "small.jsonl").rename(here / "other.jsonl")
    done = run(*CALL, "--format", "html", "--errors")
    assert done.code == 0
    assert "note: no texts beside GOLD: quotes were not compared, and sentences cannot be shown" in done.err
    assert "the sentence is not at hand" in done.out
    assert "<mark>Betamab did not improve fixturitis.</mark>" in done.out
    named = run(*CALL, "--texts", "other.jsonl")
    assert "exact quotes: 8 of 9\n" in named.out
    assert "[file-missing]" in run(*CALL, "--texts", "none.jsonl").err
    write(here / "other.jsonl", rows(here / "other.jsonl")[1:])
    assert "note: there is no text for 1 document (D1) of GOLD\n" in run(*CALL, "--texts", "other.jsonl").err
    (here / "gold_small.jsonl").rename(here / "annotated.jsonl")
    assert "no texts beside GOLD" in run("evaluate", "annotated.jsonl", "claims.jsonl").err


def test_compressed_files_and_empty_lines_are_read(run: Run, here: Path) -> None:
    plain = run(*CALL)
    data = b"\r\n\r\n" + (here / "claims.jsonl").read_bytes().replace(b"\n", b"\r\n")
    (here / "claims.jsonl.gz").write_bytes(gzip.compress(data))
    assert run("evaluate", "gold_small.jsonl", "claims.jsonl.gz") == plain


def test_no_claim_at_all(run: Run, here: Path) -> None:
    make_root(here)  # a small lexicon does: the whole one takes seconds to read
    (here / "claims.jsonl").write_bytes(b"")
    done = run(*CALL, "--errors")
    assert (done.code, done.err) == (0, "")
    assert re.search(r"^all +6 +0 +0 +0\.000", done.out, re.M)
    assert "agrees" not in done.out


@pytest.mark.slow
def test_offsets_outside_the_text_are_no_exact_quotes(run: Run, here: Path) -> None:
    claims = rows(here / "claims.jsonl")
    for claim, (start, end) in zip(claims, ((-5, 3), (900, 950), (30, 10)), strict=False):
        claim.update(start=start, end=end)
    write(here / "claims.jsonl", claims)
    for form in ("text", "html", "markdown"):
        done = run(*CALL, "--errors", "--format", form)
        assert done.code == 0
        assert "exact quotes: 5 of 9" in done.out


CLAIM = {
    "document": "D1",
    "subject_label": "a",
    "object_label": "b",
    "predicate": "treats",
    "quote": "",
    "start": 0,
    "end": 1,
}
MARKED = {
    "subject": "a", "relation": "treats", "object": "b", "polarity": "affirmed", "certainty": "asserted",
    "population": "", "sentence": [0, 5],
}  # fmt: skip


def line(**changes: Any) -> bytes:
    return json.dumps({**CLAIM, **changes}).encode()


def annotated(**changes: Any) -> bytes:
    return json.dumps({"id": "D1", "claims": [{**MARKED, **changes}]}).encode()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"{", "the line is no JSON: Expecting property name"),
        (b"[" * 100_000, "the line is no JSON: it is nested too deeply"),
        (b"[1]", "the line is no JSON object"),
        (line(document=None), "the field 'document' is missing or empty"),
        (line(document=7), "the field 'document' is meant to be a text"),
        (line(subject_label=""), "the field 'subject_label' is missing or empty"),
        (line(predicate=None), "the field 'relation' is missing or empty"),
        (line(start="3"), "the field 'start' is meant to be a whole number"),
        (line(end=True), "the field 'end' is meant to be a whole number"),
        (line(polarity="maybe"), "'maybe' is no polarity, which is affirmed or negated"),
        (line(object_names="b"), "the field 'object_names' is meant to be a list"),
        (line(object_names=[1]), "the field 'object_names' is meant to be a list of texts"),
        (line(marks=[["subject", 1]]), "a mark is meant to be a list of role, text, start and end"),
        (line(marks=[3]), "a mark is meant to be a list of role, text, start and end"),
        (line(marks=[[1, "a", 2, 3]]), "a mark is meant to be a list of role, text, start and end"),
    ],
)
def test_a_wrong_line_of_claims(run: Run, here: Path, data: bytes, message: str) -> None:
    (here / "claims.jsonl").write_bytes(line() + b"\n\n" + data)
    done = run(*CALL)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"imnm-kg: claims.jsonl:3: {message}")
    assert done.err.endswith("[evaluate-line]\n")
    assert done.err.count("\n") == 1


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'{"claims": []}', "the field 'id' is missing or empty"),
        (b'{"id": "D2"}', "the field 'claims' is missing or empty"),
        (b'{"id": "D2", "claims": {}}', "the field 'claims' is meant to be a list"),
        (b'{"id": "D2", "claims": [3]}', "claim 1 is no JSON object"),
        (b'{"id": "D0", "claims": []}', "the document 'D0' stands in line 1 already"),
        (annotated(subject=""), "the field 'subject' is missing or empty"),
        (annotated(certainty=None), "the field 'certainty' is missing or empty"),
        (annotated(polarity="denied"), "'denied' is no polarity"),
        (annotated(sentence=[5]), "claim 1: the field 'sentence' is meant to be its first code point"),
        (annotated(sentence=[5, 5]), "claim 1: the field 'sentence' is meant to be its first code point"),
        (annotated(sentence=["0", 5]), "claim 1: the field 'sentence' is meant to be its first code point"),
    ],
)
def test_a_wrong_line_of_annotations(run: Run, here: Path, data: bytes, message: str) -> None:
    (here / "gold_small.jsonl").write_bytes(b'{"id": "D0", "claims": []}\n' + data)
    done = run(*CALL)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"imnm-kg: gold_small.jsonl:2: {message}")
    assert done.err.endswith("[evaluate-line]\n")


def test_names_are_those_of_one_entry(run: Run, here: Path) -> None:
    first, second = line(subject="e:a", subject_names=["a", "b"]), line(subject="e:a", subject_names=["a", "c"])
    (here / "claims.jsonl").write_bytes(first + b"\n" + second)
    done = run(*CALL)
    assert done.code == 2
    assert "claims.jsonl:2: the names of 'e:a' are not those of its other claims; give an entity" in done.err
    (here / "claims.jsonl").write_bytes(line(object_names=[str(n) for n in range(61)]))
    assert "claims.jsonl:1: 'b' has 61 names, 60 are the most; " in run(*CALL).err
    assert run(*CALL).err.endswith("[evaluate-names]\n")


BROKEN = gzip.compress((FOLDER / "gold_small.jsonl").read_bytes(), mtime=0)[:-20]


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"", "evaluate-nothing"), (b"\n \n", "evaluate-nothing"), (b'{"id": "\xe9"}', "record-encoding"),
     (BROKEN, "record-gzip")],
    ids=["empty", "blank", "encoding", "broken"],
)  # fmt: skip
def test_files_that_are_none(run: Run, here: Path, data: bytes, code: str) -> None:
    (here / "gold_small.jsonl").write_bytes(data)
    done = run(*CALL)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("imnm-kg: gold_small.jsonl")
    assert done.err.endswith(f"[{code}]\n")


@pytest.mark.parametrize("name", ["gold_small.jsonl", "claims.jsonl"])
def test_no_input_is_written_over(run: Run, here: Path, name: str) -> None:
    before = (here / name).read_bytes()
    assert run(*CALL, "--out", name).err.endswith(f"{name} is an input; name another file with --out [usage]\n")
    assert (here / name).read_bytes() == before


def test_files_that_are_not_there(run: Run, here: Path) -> None:
    assert "[file-missing]" in run("evaluate", "none", "claims.jsonl").err
    assert "[file-missing]" in run("evaluate", "gold_small.jsonl", "none").err
    assert "[file-is-directory]" in run("evaluate", here, "claims.jsonl").err
    assert "[file-unwritable]" in run(*CALL, "--out", "none/report.html").err
    for words in (["--bootstrap", "-1"], ["--bootstrap", "many"], ["--format", "yaml"]):
        assert run(*CALL, *words).err.endswith("[usage]\n")
