# SPDX-License-Identifier: Apache-2.0
"""``imnm-kg review``: accept, mend or reject proposed claims, one by one or by options."""

from __future__ import annotations

import argparse
import datetime
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from imnm_kg.cli.findings import print_findings
from imnm_kg.cli.output import format_table, style_for, terminal_width
from imnm_kg.errors import ImnmError, Place, counted
from imnm_kg.model.findings import Finding
from imnm_kg.model.folders import Folders, find_folders

if TYPE_CHECKING:
    from imnm_kg.model.proposals import Case
    from imnm_kg.operations.review import Reviewer
    from imnm_kg.pipeline import Desk

EXAMPLES = """\
examples:
  imnm-kg review proposed.ttl --reviewer jane-doe --documents documents   one by one; ? lists the keys
  imnm-kg review proposed.ttl --list                                      what waits, with ids
  imnm-kg review proposed.ttl --reviewer jane-doe --accept 5f0c2a91 77ab01cd --reject 0b8e4c12
  imnm-kg review proposed.ttl --reviewer jane-doe --mend 5f0c2a91 certainty=possible "population=juvenile myositis"
  imnm-kg review proposed.ttl --reviewer imnm-kg-curator --accept-all --min-confidence 0.95
  imnm-kg review proposed.ttl --merge                                     accepted claims into graph/

Each decision is in the file before the next is asked; Ctrl-C keeps them all. What was decided in the file, in the
graph or in a file named with --known is not asked again. The reviewer is a person or a program that graph/entities/
describes."""

_REASON = 20  # characters; the shape of a guard exception asks for as many


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "file", type=Path, metavar="FILE", help="a Turtle file of proposed claims; decisions go into it"
    )
    who = parser.add_argument_group("who decides")
    who.add_argument("--reviewer", metavar="ENTITY", help="id, IRI or name of the person or program")
    who.add_argument("--kind", choices=("person", "automated"), help="must fit the reviewer; default: what it is")
    who.add_argument("--date", type=_date, metavar="DATE", help="of the review, YYYY-MM-DD; default: today")
    what = parser.add_argument_group("without asking")
    what.add_argument("--list", action="store_true", help="list what waits for a decision")
    what.add_argument(
        "--accept", nargs="+", default=[], metavar="ID", help="evidence, or a claim with all its evidence"
    )
    what.add_argument("--reject", nargs="+", default=[], metavar="ID", help="likewise")
    what.add_argument(
        "--mend", nargs="+", action="append", default=[], metavar=("ID", "KEY=VALUE"),
        help="accept with changes: certainty, object, polarity, population, predicate, subject",
    )  # fmt: skip
    what.add_argument("--reason", metavar="TEXT", help="why the cues that the guard names do not bear on these claims")
    what.add_argument("--accept-all", action="store_true", help="accept what the guard has nothing against")
    what.add_argument("--min-confidence", type=float, metavar="X", help="for --accept-all: 0 to 1, of the rule")
    what.add_argument("--merge", action="store_true", help="bring the accepted claims into the graph, at the end")
    where = parser.add_argument_group("where to look")
    where.add_argument("--documents", type=Path, metavar="DIR", help="the documents' texts, for whole sentences")
    where.add_argument("--known", nargs="+", type=Path, default=[], metavar="FILE", help="other files with decisions")
    where.add_argument("--graph", type=Path, metavar="DIR", help="another graph/ folder, with claims/ and entities/")


def _date(text: str) -> str:
    try:
        return datetime.date.fromisoformat(text).isoformat()
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is no date such as 2026-11-23") from None


def run(arguments: argparse.Namespace) -> int:
    """Decide as the options say, else ask; then merge if that is wanted."""
    from imnm_kg.pipeline import open_desk

    folders = find_folders()
    if arguments.graph is not None:
        if not arguments.graph.is_dir():
            what, remedy = "there is no such folder", "name a folder with claims/, documents/ and entities/"
            raise ImnmError("graph-missing", what, remedy, Place(str(arguments.graph)))
        folders = Folders(folders.root, arguments.graph)
    elif arguments.merge and not folders.is_here:  # the package has a graph too, and is not to be written into
        what, remedy = "there is no graph/ here to merge into", "go to the folder that has it, or name it with --graph"
        raise ImnmError("graph-missing", what, remedy)
    _check(arguments)
    desk = open_desk(folders, arguments.file, arguments.documents, arguments.known)
    findings: list[Finding] = []
    scripted = bool(arguments.accept or arguments.reject or arguments.mend or arguments.accept_all)
    if scripted:
        findings += _Script(desk, _reviewer(desk, arguments), arguments.reason).run(arguments)
    elif not (arguments.list or arguments.merge):
        from imnm_kg.cli.review_dialog import Dialog

        Dialog(desk, _reviewer(desk, arguments)).run()
    if arguments.list:
        _list(desk)
    if arguments.merge:
        findings += _merge(desk, folders)
    return print_findings(findings) if findings else 0


def _check(arguments: argparse.Namespace) -> None:
    """Refuse options that do not go together."""
    if arguments.min_confidence is not None and not (arguments.accept_all and 0 <= arguments.min_confidence <= 1):
        raise ImnmError("usage", "--min-confidence is a number from 0 to 1 and goes with --accept-all", "see --help")
    if both := sorted({*arguments.accept} & {*arguments.reject}):
        raise ImnmError("usage", f"{both[0]} is accepted and rejected", "decide on one")
    if arguments.reason is not None and len(arguments.reason) < _REASON:
        what = f"the reason has {len(arguments.reason)} characters"
        raise ImnmError("usage", what, f"say in a sentence ({_REASON} characters or more) why the cue does not matter")


def _reviewer(desk: Desk, arguments: argparse.Namespace) -> Reviewer:
    from imnm_kg.model.namespaces import IMNM
    from imnm_kg.operations.review import find_reviewer

    if arguments.reviewer is None:
        raise ImnmError("usage", "nobody is named who decides", "name a person or a program with --reviewer")
    date = arguments.date or datetime.datetime.now(tz=datetime.UTC).astimezone().date().isoformat()
    found = find_reviewer(desk.proposals, arguments.reviewer, arguments.kind, date)
    if arguments.accept_all and found.kind == IMNM.PersonAgent:
        what = "--accept-all reads nothing, so it is no review of a person"
        raise ImnmError("reviewer-kind", what, "name a program with --reviewer, or review one by one")
    return found


class _Script:
    """Decides as the options say."""

    def __init__(self, desk: Desk, reviewer: Reviewer, reason: str | None) -> None:
        self._desk, self._reviewer, self._reason = desk, reviewer, reason
        self._findings: list[Finding] = []

    def run(self, arguments: argparse.Namespace) -> list[Finding]:
        proposals = self._desk.proposals
        # All ids first: a misspelt one must not leave half of the work done.
        accept = [case for text in arguments.accept for case in proposals.find(text)]
        reject = [case for text in arguments.reject for case in proposals.find(text)]
        changes = [(words[0], _changes(words)) for words in arguments.mend]
        mend = [(case, pairs) for text, pairs in changes for case in proposals.find(text)]
        with proposals.batch():
            for case in accept:
                self._accept(case)
            for case in reject:
                self._reject(case)
            for case, pairs in mend:
                self._mend(case, pairs)
            if arguments.accept_all:
                self._accept_all(arguments.min_confidence or 0.0)
        return self._findings

    def _is_decided(self, case: Case, wanted: str) -> bool:
        """Tell whether there is nothing to decide; only who decided may decide otherwise."""
        from imnm_kg.operations.review import has_decided

        item = case.item
        if self._desk.proposals.is_decided_elsewhere(item):
            self._held("review-decided", case, "it was decided in the graph or in a file named with --known")
            return True
        if item.review_status == "Proposed":
            return False
        if item.review_status == wanted:
            return True
        if has_decided(self._desk.proposals, case, self._reviewer):
            return False
        self._held(
            "review-decided", case, f"it is {(item.review_status or '').lower()} already, and not by this reviewer"
        )
        return True

    def _held(self, code: str, case: Case, why: str) -> None:
        message = f"“{case.claim.label}” ({_id(case)}) was left as it is: {why}"
        place = Place(str(self._desk.proposals.path))
        decided = code == "review-decided"
        self._findings.append(
            Finding("review-decided" if decided else "review-held", message, place, case.item.iri.value)
        )

    def _accept(self, case: Case) -> None:
        from imnm_kg.operations.review import accept

        if self._is_decided(case, "Reviewed"):
            return
        found = self._desk.examine(case)
        against = [*found.objections, *([] if self._reason else (said for _, said in found.cues))]
        if against:
            self._held("review-held", case, against[0])
            return
        accept(self._desk.proposals, case, self._reviewer, found.exceptions(self._reason or ""))
        print(f"accepted {_id(case)}  {case.claim.label}")

    def _reject(self, case: Case) -> None:
        from imnm_kg.operations.review import reject

        if not self._is_decided(case, "Rejected"):
            reject(self._desk.proposals, case, self._reviewer)
            print(f"rejected {_id(case)}  {case.claim.label}")

    def _mend(self, case: Case, changes: dict[str, str]) -> None:
        from imnm_kg.operations.review import mend, mended

        if self._is_decided(case, ""):
            return
        mending = mended(self._desk.proposals, case, changes)
        found = self._desk.examine(mending.case)
        against = [*found.objections, *([] if self._reason else (said for _, said in found.cues))]
        if against:
            self._held("review-held", mending.case, against[0])
            return
        mend(self._desk.proposals, case, mending, self._reviewer, found.exceptions(self._reason or ""))
        print(f"mended {_id(case)}  {mending.case.claim.label}")

    def _accept_all(self, least: float) -> None:
        from imnm_kg.operations.review import accept

        accepted = left = 0
        for case in self._desk.proposals.pending():
            extraction = case.item.extraction
            confidence = None if extraction is None else extraction.confidence
            found = self._desk.examine(case)
            if (least and (confidence is None or confidence < least)) or found.objections or found.cues:
                left += 1
                continue
            accept(self._desk.proposals, case, self._reviewer)
            accepted += 1
        print(f"accepted {accepted}, left {left} for a reviewer")


def _changes(words: list[str]) -> dict[str, str]:
    pairs = [word.partition("=") for word in words[1:]]
    if not pairs or any(not sign for _, sign, _ in pairs):
        raise ImnmError("usage", f"'--mend {' '.join(words)}' has no KEY=VALUE", "see --help")
    return {key: value for key, _, value in pairs}


def _id(case: Case) -> str:
    return f"evidence:{case.item.iri.value.rsplit('/', 1)[1][:12]}"


def _list(desk: Desk) -> None:
    rows = []
    for case in desk.proposals.pending():
        extraction = case.item.extraction
        confidence = "" if extraction is None or extraction.confidence is None else f"{extraction.confidence:.2f}"
        found = desk.examine(case)
        rows.append([
            case.item.iri.value.rsplit("/", 1)[1][:12], confidence, case.claim.label,
            case.item.document.value.rsplit("/", 1)[1], "look" if found.objections or found.cues else "",
        ])  # fmt: skip
    headers = ["evidence", "confidence", "claim", "document", "guard"]
    sys.stdout.write(format_table(headers, rows, style_for(sys.stdout), terminal_width(sys.stdout)))
    cases = desk.proposals.cases()
    count = {name: sum(case.item.review_status == name for case in cases) for name in ("Reviewed", "Rejected")}
    elsewhere = sum(desk.proposals.is_decided_elsewhere(case.item) for case in cases)
    said = f"{len(rows)} wait, {count['Reviewed']} accepted, {count['Rejected']} rejected"
    print(said + (f", {elsewhere} decided elsewhere" if elsewhere else ""), file=sys.stderr)


def _merge(desk: Desk, folders: Folders) -> list[Finding]:
    from imnm_kg.rdf.files import write_atomically

    result = desk.merge()
    for path, text in result.files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, text)
        print(f"{folders.shown(path)}: written")
    new = f"merged {counted(result.evidence, 'passage')}"
    print(f"{new}; the graph had {result.known} already", file=sys.stderr)
    return list(result.findings)
