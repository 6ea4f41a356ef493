# SPDX-License-Identifier: Apache-2.0
"""review: the dialog, the options, the merge, and a build of what was merged; explain of proposed claims."""

from __future__ import annotations

import builtins
import os
import pty
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from imnm_kg.cli import passages
from imnm_kg.cli.output import Style
from imnm_kg.model.claims import ExtractionMark
from imnm_kg.model.explanation import Passage
from tests.cli.conftest import Done, Run
from tests.conftest import ROOT
from tests.operations.support import write_proposals

Dialog = Callable[..., Done]
WHO = ("--reviewer", "reader-2", "--date", "2026-12-01")
PROGRAM = ("--reviewer", "reader-1", "--date", "2026-12-01")
REASON = "It denies this of another drug."


@pytest.fixture
def file(in_world: Path) -> Path:
    write_proposals(in_world, in_world / "proposed.ttl")
    return Path("proposed.ttl")


@pytest.fixture
def dialog(run: Run, file: Path, monkeypatch: pytest.MonkeyPatch) -> Dialog:
    """Run the dialog with these answers; an exception among them is raised; after the last, the input ends."""

    def call(*answers: str | type[BaseException], options: tuple[str, ...] = WHO) -> Done:
        given: Iterator[str | type[BaseException]] = iter(answers)

        def answer(prompt: str = "") -> str:
            print(prompt, end="")
            said = next(given, EOFError)
            print()
            if not isinstance(said, str):
                raise said
            return said

        monkeypatch.setattr(builtins, "input", answer)
        return run("review", file, *options)

    return call


def ids(run: Run, file: Path) -> dict[str, str]:
    """Give the ids that wait, by claim."""
    rows = run("review", file, "--list").out.splitlines()[2:]
    parts = [re.split(r"\s{2,}", row) for row in rows]
    return {next(x for x in row if " " in x): row[0] for row in parts}


ZETOSIS = "alphamab treats zetosis"
HEADACHE = "epsilamab has adverse event headache"
MAY = "alphamab + deltamab treats fixturitis (possible)"


# list


def test_list(run: Run, file: Path) -> None:
    done = run("review", file, "--list", "--documents", "documents")
    assert (done.code, done.err) == (0, "8 wait, 0 accepted, 0 rejected\n")
    lines = done.out.splitlines()
    assert lines[0].split() == ["evidence", "confidence", "claim", "document", "guard"]
    (row,) = [line for line in lines if HEADACHE in line]
    assert re.fullmatch(rf"[0-9a-f]{{12}}  0\.50 +{HEADACHE} +pmid-1001  look", row)
    assert next(line for line in lines if MAY in line).endswith("look"), "the guard reads the sentence"


# The dialog


def test_the_dialog_shows_what_a_reviewer_needs(dialog: Dialog) -> None:
    done = dialog("s", "q", options=(*WHO, "--documents", "documents"))
    assert done.code == 0
    assert "1 of 8" in done.out
    assert "alphamab inhibits fixin\n  affirmed; established; population: all\n  evidence:" in done.out
    assert "“[{Alphamab} {blocks} {fixin}].”" in done.out
    assert "  said as established, proposed; note/2, characters 0-21\n" in done.out
    assert "  proposed by rule blocks, confidence 0.90, by imnm-kg extractor 0.1.0\n" in done.out
    assert "  subject “Alphamab”; trigger “blocks”; object “fixin”\n" in done.out
    assert done.err == "1 skipped; 8 wait in proposed.ttl\n"


def test_without_documents_what_is_stored_is_shown(dialog: Dialog) -> None:
    assert "“…[{Alphamab} {blocks} {fixin}]. It eases moderate fixturitis i…”" in dialog("q").out


def test_every_key(dialog: Dialog, run: Run, file: Path) -> None:
    done = dialog("?", "a", "r", "s", "m", "certainty=probable", "y", "u", "a", "q")
    assert "u  undo the last decision" in done.out
    assert done.err.startswith("2 accepted, 1 rejected, 1 skipped; 5 wait")
    assert "5 wait, 2 accepted, 1 rejected" in run("review", file, "--list").err


def test_nothing_is_asked_twice(dialog: Dialog) -> None:
    first = dialog("a", "r")
    assert first.err == "1 accepted, 1 rejected; 6 wait in proposed.ttl\n"
    second = dialog(*"rrrrrr")
    assert "1 of 6" in second.out
    assert "alphamab inhibits fixin" not in second.out
    assert second.err == "6 rejected; 0 wait in proposed.ttl\n"
    third = dialog("a")
    assert (third.code, third.out, third.err) == (0, "", "nothing decided; 0 wait in proposed.ttl\n")


def test_ctrl_c_keeps_every_decision(dialog: Dialog, file: Path) -> None:
    done = dialog("a", "r", KeyboardInterrupt)
    assert done.code == 130
    assert "1 accepted, 1 rejected; 6 wait in proposed.ttl\n" in done.err
    assert file.read_text(encoding="utf-8").count("imnm:decision") == 2


def test_undo_goes_back(dialog: Dialog, file: Path) -> None:
    before = file.read_bytes()
    done = dialog("u", "a", "r", "u", "u", "q")
    assert "  there is nothing to undo\n" in done.out
    assert done.out.count("1 of 8") == 2
    assert done.err == "nothing decided; 8 wait in proposed.ttl\n"
    assert file.read_bytes() == before


def at(run: Run, file: Path, label: str) -> list[str]:
    """Give the answers that lead to a claim."""
    return ["s"] * list(ids(run, file)).index(label)


def test_a_cue_asks_for_a_reason(dialog: Dialog, run: Run, file: Path) -> None:
    way = at(run, file, HEADACHE)
    done = dialog(*way, "a", "no", "", "a", REASON, "q")
    assert "  guard: “epsilamab has adverse event headache” is affirmed, but its quote says “not”" in done.out
    assert "why does “not” not bear on the claim?" in done.out
    assert "a sentence, please, of 20 characters or more" in done.out
    assert f'imnm:reason "{REASON}"' in file.read_text(encoding="utf-8")
    assert "imnm:agentKind imnm:PersonAgent" in file.read_text(encoding="utf-8")


def test_mending_in_the_dialog(dialog: Dialog, run: Run, file: Path) -> None:
    way = at(run, file, ZETOSIS)
    done = dialog(
        *way, "m", "", "m", "certainty=sure", "m", "certainty='open", "m", "polarity=negated", "m",
        'certainty=probable "population=young rats"', "n", "m", 'certainty=probable "population=young rats"', "y", "q",
    )  # fmt: skip
    assert "'sure' is no certainty" in done.out
    assert "this cannot be read: No closing quotation" in done.out
    assert "it cannot be accepted like this: “alphamab does not treat zetosis” is negated, but nothing" in done.out
    assert "  alphamab treats zetosis (probable; population: young rats)\n" in done.out
    assert "1 mended" in done.err
    assert 'imnm:mendedPart "certainty" ,\n        "population"' in file.read_text(encoding="utf-8")


def test_the_dialog_of_a_terminal_has_colours(file: Path, in_world: Path) -> None:
    """A pseudo terminal: bold and underlined, no brackets; with NO_COLOR the other way round."""
    for plain in (False, True):
        leader, follower = pty.openpty()
        env = {**os.environ, "TERM": "xterm", "COLUMNS": "100", **({"NO_COLOR": "1"} if plain else {})}
        if not plain:
            env.pop("NO_COLOR", None)
        process = subprocess.Popen(
            [sys.executable, "-m", "imnm_kg", "review", str(file), *WHO],
            stdin=subprocess.PIPE, stdout=follower, stderr=subprocess.DEVNULL, env=env, cwd=in_world,
        )  # fmt: skip
        process.communicate(b"q\n", timeout=60)
        os.close(follower)
        said = b""
        while True:
            try:
                piece = os.read(leader, 65536)
            except OSError:
                break
            if not piece:
                break
            said += piece
        os.close(leader)
        shown = said.decode("utf-8")
        assert process.returncode == 0
        assert ("\x1b[1;33;4mAlphamab\x1b[0m\x1b[1;33m \x1b[0m" in shown) is not plain
        assert ("[{Alphamab} {blocks} {fixin}]" in shown) is plain


# Options


def test_decisions_by_options(run: Run, file: Path) -> None:
    waiting = ids(run, file)
    done = run(
        "review", file, *WHO, "--accept", waiting[ZETOSIS], "--reject", waiting[MAY],
        "--mend", waiting["older age is a risk factor for fixturitis"], "certainty=probable",
    )  # fmt: skip
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        f"accepted evidence:{waiting[ZETOSIS]}  {ZETOSIS}",
        f"rejected evidence:{waiting[MAY]}  {MAY}",
        f"mended evidence:{waiting['older age is a risk factor for fixturitis']}"
        "  older age is a risk factor for fixturitis (probable)",
    ]
    text = file.read_text(encoding="utf-8")
    assert text.count('"2026-12-01"^^xsd:date') == 3
    assert "imnm:reviewer entity:reader-2" in text
    assert run("review", file, *WHO, "--accept", waiting[ZETOSIS]) == (0, "", ""), "it is accepted already"


def test_another_decision_is_no_decision(run: Run, file: Path) -> None:
    waiting = ids(run, file)
    run("review", file, *WHO, "--accept", waiting[ZETOSIS])
    before = file.read_bytes()
    done = run("review", file, *PROGRAM, "--reject", waiting[ZETOSIS])
    assert done.code == 1
    assert "was left as it is: it is reviewed already, and not by this reviewer [review-decided]" in done.out
    assert file.read_bytes() == before
    done = run("review", file, *WHO, "--mend", waiting[ZETOSIS], "certainty=possible")
    assert (done.code, done.out) == (0, f"mended evidence:{waiting[ZETOSIS]}  {ZETOSIS} (possible)\n")
    assert run("review", file, *WHO, "--reject", waiting[ZETOSIS]).code == 0, "who decided may decide again"
    assert file.read_text(encoding="utf-8").count("imnm:decision") == 1


def test_known_decisions_are_not_asked(run: Run, file: Path, in_world: Path) -> None:
    waiting = ids(run, file)
    run("review", file, *WHO, "--reject", waiting[ZETOSIS])
    fresh = write_proposals(in_world, in_world / "fresh.ttl")
    done = run("review", fresh, "--list", "--known", file)
    assert ZETOSIS not in done.out
    assert done.err == "7 wait, 0 accepted, 0 rejected, 1 decided elsewhere\n"
    done = run("review", fresh, *WHO, "--known", file, "--accept", waiting[ZETOSIS])
    assert (done.code, "[review-decided]" in done.out) == (1, True)


def test_what_the_guard_minds_needs_a_reason(run: Run, file: Path) -> None:
    id_ = ids(run, file)[HEADACHE]
    done = run("review", file, *WHO, "--accept", id_)
    assert done.code == 1
    assert re.search(
        r"^proposed\.ttl: “epsilamab .* was left as it is: .* says “not”.*\[review-held\]$", done.out, re.M
    )
    assert run("review", file, *WHO, "--accept", id_, "--reason", "short").code == 2
    assert run("review", file, *WHO, "--accept", id_, "--reason", REASON).code == 0
    id_ = ids(run, file)[ZETOSIS]
    done = run("review", file, *WHO, "--mend", id_, "polarity=negated", "--reason", REASON)
    assert (done.code, "[review-held]" in done.out) == (1, True)


def test_accept_all(run: Run, file: Path) -> None:
    done = run("review", file, *PROGRAM, "--accept-all", "--min-confidence", "0.9", "--documents", "documents")
    assert (done.code, done.out) == (0, "accepted 3, left 5 for a reviewer\n")
    text = file.read_text(encoding="utf-8")
    assert "PersonAgent" not in text
    assert text.count("imnm:agentKind imnm:AutomatedAgent") == 4, "three records and the extractor"
    done = run("review", file, *PROGRAM, "--accept-all", "--documents", "documents")
    assert done.out == "accepted 3, left 2 for a reviewer\n"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((), "usage"),
        (("--accept", "abcd"), "usage"),
        (("--reviewer", "nobody"), "reviewer-unknown"),
        (("--reviewer", "reader-1", "--kind", "person"), "reviewer-kind"),
        (("--reviewer", "reader-2", "--accept-all"), "reviewer-kind"),
        (("--reviewer", "reader-2", "--date", "today"), "usage"),
        (("--reviewer", "reader-2", "--accept", "ffffffff"), "review-unknown"),
        (("--reviewer", "reader-2", "--mend", "ffffffff"), "usage"),
        (("--reviewer", "reader-2", "--mend", "ffffffff", "certainty"), "usage"),
        (("--reviewer", "reader-2", "--accept", "ffffffff", "--reject", "ffffffff"), "usage"),
        (("--list", "--min-confidence", "0.5"), "usage"),
        (("--reviewer", "reader-1", "--accept-all", "--min-confidence", "2"), "usage"),
        (("--list", "--graph", "none"), "graph-missing"),
        (("--list", "--documents", "none"), "documents-missing"),
        (("--list", "--known", "none.ttl"), "file-missing"),
    ],
)
def test_errors(run: Run, file: Path, words: tuple[str, ...], code: str) -> None:
    before = file.read_bytes()
    done = run("review", file, *words)
    assert (done.code, done.out) == (2, "")
    assert done.err.endswith(f"[{code}]\n")
    assert len(done.err.splitlines()) == 1
    assert file.read_bytes() == before


def test_a_wrong_id_leaves_nothing_half_done(run: Run, file: Path) -> None:
    before = file.read_bytes()
    done = run("review", file, *WHO, "--accept", ids(run, file)[ZETOSIS], "ffffffff")
    assert done.code == 2
    assert file.read_bytes() == before


def test_files_that_are_none(run: Run, in_world: Path) -> None:
    assert "[review-nothing]" in run("review", "graph/entities/all.ttl", "--list").err
    assert "[file-missing]" in run("review", "none.ttl", "--list").err
    (in_world / "broken.ttl").write_text("x")
    assert "broken.ttl:1:" in run("review", "broken.ttl", "--list").err


# merge


def test_merge(run: Run, file: Path, in_world: Path) -> None:
    run("review", file, *WHO, "--accept", ids(run, file)[ZETOSIS])
    done = run("review", file, "--merge")
    assert done.code == 0
    assert [Path(line.removesuffix(": written")).as_posix() for line in done.out.splitlines()] == [
        "graph/entities/agents.ttl", "graph/entities/diseases.ttl", "graph/documents/pmid-1001.ttl",
        "graph/claims/pmid-1001.ttl",
    ]  # fmt: skip
    assert done.err == "merged 1 passage; the graph had 0 already\n"
    before = {path: path.read_bytes() for path in (in_world / "graph").rglob("*.ttl")}
    assert run("review", file, "--merge") == (0, "", "merged 0 passages; the graph had 1 already\n")
    assert {path: path.read_bytes() for path in (in_world / "graph").rglob("*.ttl")} == before


def test_nothing_is_merged_into_the_package(
    run: Run, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    done = run("review", file, "--merge")
    assert (done.code, done.out) == (2, "")
    assert done.err.endswith("[graph-missing]\n")
    assert list(elsewhere.iterdir()) == []


def test_merge_into_another_folder(run: Run, file: Path, in_world: Path) -> None:
    other = in_world / "other"
    (other / "entities").mkdir(parents=True)
    shutil.copy(in_world / "graph" / "entities" / "all.ttl", other / "entities" / "all.ttl")
    done = run("review", file, *WHO, "--graph", "other", "--accept", ids(run, file)[ZETOSIS], "--merge")
    assert done.code == 0
    assert (other / "claims" / "pmid-1001.ttl").is_file()
    assert not (in_world / "graph" / "claims" / "pmid-1001.ttl").exists()


def test_a_conflict_is_told_with_exit_code_1(run: Run, file: Path, in_world: Path) -> None:
    run("review", file, *WHO, "--accept", ids(run, file)[ZETOSIS], "--merge")
    path = in_world / "graph" / "claims" / "pmid-1001.ttl"
    path.write_text(path.read_text(encoding="utf-8").replace("imnm:Established", "imnm:Probable"), encoding="utf-8")
    done = run("review", file, "--merge")
    assert done.code == 1
    assert "[merge-conflict]" in done.out


@pytest.fixture
def repository(tmp_path: Path, documents: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of ours, with all shapes, checks and rules, the documents, and a person who reviews."""
    root = tmp_path / "repository"
    for name in ("ontology", "shapes", "queries", "graph"):
        shutil.copytree(ROOT / name, root / name)
    shutil.copytree(documents, root / "documents")
    people = root / "graph" / "entities" / "people.ttl"
    person = 'a imnm:Person ;\n    rdfs:label "Jane Doe"@en ;\n    dcterms:source <https://example.org/jane-doe> .'
    people.write_text(f"{people.read_text(encoding='utf-8')}\nentity:jane-doe {person}\n", encoding="utf-8")
    monkeypatch.chdir(root)
    return root


PERSON = ("--reviewer", "jane-doe", "--date", "2026-12-01", "--documents", "documents")


@pytest.mark.slow
def test_what_was_accepted_and_merged_builds_with_no_finding(run: Run, repository: Path) -> None:
    """From proposals to a release: verify, guard, checks, reasoner and shapes."""
    file = write_proposals(repository, repository / "proposed.ttl")
    program = ("--reviewer", "imnm-kg-curator", "--date", "2026-12-01", "--documents", "documents")
    done = run("review", file, *program, "--accept-all", "--min-confidence", "0.95")
    assert done.out == "accepted 1, left 7 for a reviewer\n"
    rest = list(ids(run, file).values())
    assert run("review", file, *PERSON, "--accept", *rest, "--reason", REASON, "--merge").code == 0
    before = {path: path.read_bytes() for path in (repository / "graph").rglob("*.ttl")}
    assert run("review", file, "--merge").out == ""
    assert {path: path.read_bytes() for path in (repository / "graph").rglob("*.ttl")} == before
    done = run("build", "--documents", "documents")
    assert (done.code, done.out) == (0, "")
    assert "in 4 documents" in done.err
    assert "validated with the shapes: 0 results" in done.err
    assert run("fmt", "--check", "graph").code == 0
    done = run("explain", "betamab", "treats", "deltosis", "--documents", "documents")
    assert "“[{Betamab} was {ineffective} in {deltosis}].”" in done.out
    assert "read by Jane Doe (a person)" in done.out


@pytest.mark.slow
def test_proposals_among_the_claims_do_not_stop_a_build(run: Run, repository: Path) -> None:
    file = write_proposals(repository, repository / "proposed.ttl")
    run("review", file, *PERSON, "--accept", ids(run, file)[ZETOSIS], "--merge")
    inside = write_proposals(repository, repository / "graph" / "claims" / "proposed.ttl")
    assert HEADACHE in inside.read_text(encoding="utf-8"), "the guard minds that one"
    quick = ("build", "--documents", "documents", "--no-reason", "--no-validate")
    done = run(*quick)
    assert (done.code, done.out) == (0, "")
    release = (repository / "release" / "imnm.nq").read_text(encoding="utf-8")
    assert "entity/alphamab" in release
    assert "entity/epsilamab" not in release, "what only proposals speak of is in no release"
    assert "document/note-2" not in release
    (repository / "documents" / "note-2.txt").unlink()
    assert run(*quick).code == 0, "a text that only a program has read need not be at hand"
    (repository / "documents" / "pmid-1001.txt").unlink()
    assert "[document-absent]" in run(*quick).out


# explain


def test_explain_a_proposed_claim(run: Run, file: Path) -> None:
    run("build", "--no-reason", "--no-validate")
    id_ = ids(run, file)[MAY]
    done = run("explain", id_, "--claims", file, "--documents", "documents")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"{MAY}\n  claim ")
    assert re.search(r"\n  certainty +possible\n  becomes +nothing yet: it is proposed\n", done.out)
    flat = " ".join(done.out.split())
    assert "[The combination of {deltamab + alphamab} {may help} in {fixturitis}], although it was not compared" in flat
    assert "said as possible, proposed; Alphamab in fixturitis (PMID:1001)" in flat
    assert "proposed by rule may-help, confidence 1.00, by imnm-kg extractor 0.1.0" in flat
    assert "subject “deltamab + alphamab”; hedge “may”; trigger “may help”; object “fixturitis”" in flat
    sure = ids(run, file)[ZETOSIS]
    run("review", file, *WHO, "--accept", sure)
    assert "nothing yet: it is not merged into the graph" in run("explain", sure, "--claims", file).out
    run("review", file, *WHO, "--reject", id_)
    assert "nothing: it was rejected" in run("explain", id_, "--claims", file).out


def test_explain_without_the_file_does_not_know_it(run: Run, file: Path) -> None:
    run("build", "--no-reason", "--no-validate")
    assert "[explain-unknown]" in run("explain", ids(run, file)[MAY]).err


def test_marks_elsewhere_are_told_with_their_place() -> None:
    marks = (
        ExtractionMark("subject", "it", 2, 4),
        ExtractionMark("trigger", "b c", 11, 14),
        ExtractionMark("hedge", "c", 13, 14),
    )
    passage = Passage(
        "", "a b c d", "", True, "Statement", "Possible", "note", None, None, (9, 16), (), (), "Proposed", "x", marks
    )
    assert passages.marks_in_words(passage) == "subject “it” (at 2-4); trigger “b c”; hedge “c”"
    assert passages.sentence_lines(passage, Style(False), 80) == ["“[a {b c} d]”"]
    (line,) = passages.sentence_lines(passage, Style(True), 80)
    assert re.sub(r"\x1b\[[0-9;]*m", "", line) == "“a b c d”"
    assert "\x1b[1;33;4mb c\x1b[0m" in line, "marks that overlap are one"


def test_a_long_sentence_is_wrapped_with_its_marks() -> None:
    words = " ".join(["word"] * 40)
    marks = (ExtractionMark("trigger", "word word", 45, 54),)
    passage = Passage(
        "", words, "", True, "Statement", "Possible", "note", None, None, (0, len(words)), (), (), None, None, marks
    )
    for style in (Style(True), Style(False)):
        lines = passages.sentence_lines(passage, style, 50)
        assert len(lines) > 3
        plain = [re.sub(r"\x1b\[[0-9;]*m|[\[\]{}]", "", line) for line in lines]
        assert " ".join(" ".join(plain).replace("“", "").replace("”", "").split()) == words
