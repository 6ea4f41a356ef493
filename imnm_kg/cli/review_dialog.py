# SPDX-License-Identifier: Apache-2.0
"""The dialog of ``imnm-kg review``: shows one proposed passage after the other and asks what to do."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from imnm_kg.cli.output import style_for, terminal_width, wrap
from imnm_kg.cli.passages import passage_lines
from imnm_kg.errors import ImnmError
from imnm_kg.model.namespaces import IMNM

if TYPE_CHECKING:
    from imnm_kg.model.claims import Claim, GuardException
    from imnm_kg.model.proposals import Case
    from imnm_kg.operations.review import Reviewer
    from imnm_kg.pipeline import Desk, Examination

__all__ = ["Dialog"]

_HELP = """\
  a  accept: the passage states the claim, no more and no less
  r  reject: it does not; it stays in the file and is not asked again
  m  mend: change certainty, polarity, population, predicate, subject or object, and accept
  s  skip: decide later
  u  undo the last decision
  q  quit; all decisions are in the file already
  ?  this help"""
_REASON = 20


class _QuitError(Exception):
    """The reviewer has had enough."""


class Dialog:
    """Asks for a decision on every passage that waits for one."""

    def __init__(self, desk: Desk, reviewer: Reviewer) -> None:
        """Take the file and who decides."""
        self._desk, self._reviewer = desk, reviewer
        self._style = style_for(sys.stdout)
        self._width = min(terminal_width(sys.stdout) or 100, 100)
        self._count = {"accepted": 0, "rejected": 0, "mended": 0, "skipped": 0}
        self._decisions: list[tuple[int, str]] = []

    def run(self) -> None:
        """Go through what waits until it is done or the reviewer quits."""
        cases = self._desk.proposals.pending()
        place = 0
        try:
            while place < len(cases):
                place = self._ask(cases, place)
        except (_QuitError, EOFError):
            print()
        finally:  # also after Ctrl-C: what was decided is in the file
            done = ", ".join(f"{number} {name}" for name, number in self._count.items() if number)
            left = len(self._desk.proposals.pending())
            print(f"{done or 'nothing decided'}; {left} wait in {self._desk.proposals.path}", file=sys.stderr)

    def _ask(self, cases: list[Case], place: int) -> int:
        """Show a case and do what is asked; returns the place of the next."""
        case = self._current(cases[place])
        if case.item.review_status != "Proposed":  # settled together with another one
            return place + 1
        found = self._desk.examine(case)
        self._show(case, found, f"{place + 1} of {len(cases)}")
        while True:
            key = input(self._style("[a]ccept [r]eject [m]end [s]kip [u]ndo [q]uit [?] ", "bold")).strip().lower()
            if key == "q":
                raise _QuitError
            if key == "s":
                self._count["skipped"] += 1
                return place + 1
            if key == "u" and (back := self._undo()) is not None:
                return back
            if (done := self._decide(key, case, found)) is not None:
                self._count[done] += 1
                self._decisions.append((place, done))
                return place + 1
            if key not in ("a", "r", "m", "u"):
                print(_HELP)

    def _current(self, case: Case) -> Case:
        """Return a case as the file has it now: a label may have changed with another decision."""
        return next(iter(self._desk.proposals.find(case.item.iri.value)), case)

    def _decide(self, key: str, case: Case, found: Examination) -> str | None:
        """Accept, reject or mend; returns what was done, if it was."""
        from imnm_kg.operations.review import accept, reject

        if key == "r":
            reject(self._desk.proposals, case, self._reviewer)
            return "rejected"
        if key == "m":
            return self._mend(case)
        if key == "a":
            exceptions = self._reasons(found)
            if exceptions is not None:
                accept(self._desk.proposals, case, self._reviewer, exceptions)
                return "accepted"
        return None

    def _undo(self) -> int | None:
        if not self._decisions or not self._desk.proposals.undo():
            print("  there is nothing to undo")
            return None
        place, done = self._decisions.pop()
        self._count[done] -= 1
        return place

    def _show(self, case: Case, found: Examination, counter: str) -> None:
        from imnm_kg.operations.explain import passage_of

        style, claim = self._style, case.claim
        index = self._desk.proposals.entities.index
        print()
        print(style(f"── {counter} ".ljust(min(self._width, 60), "─"), "dim"))
        for line in wrap(claim.label, self._width):
            print(style(line, "bold"))
        print(style(f"  {self._fields(claim, case.item.certainty)}", "dim"))
        print(style(f"  evidence:{case.item.iri.value.rsplit('/', 1)[1]}", "dim"))
        print()
        for line in passage_lines(passage_of(index, case.item, self._desk.texts), style, self._width):
            print(line)
        told = [*(("objection", said) for said in found.objections), *(("guard", said) for _, said in found.cues)]
        for name, said in [*told, *(("note", said) for said in found.notes)]:
            for number, line in enumerate(wrap(f"{name}: {said}", self._width - 2)):
                print(f"  {style(line, 'red') if name != 'note' else line}" if number == 0 else f"    {line}")
        print()

    def _fields(self, claim: Claim, certainty: str | None) -> str:
        label = self._desk.proposals.entities.label
        people = "all" if claim.population is None else label(claim.population)
        context = "".join(
            f"; {key.value.removeprefix(IMNM)} {label(value) if isinstance(value, NamedNode) else value.value}"
            for key, value in claim.context
        )
        return f"{claim.polarity.lower()}; {(certainty or 'none').lower()}; population: {people}{context}"

    def _reasons(self, found: Examination) -> list[GuardException] | None:
        """Ask why each cue does not bear on the claim; none: the passage is not accepted."""
        from imnm_kg.model.claims import GuardException

        if found.objections:
            print(f"  it cannot be accepted like this: {found.objections[0]}; mend or reject it")
            return None
        made = []
        for cue, said in found.cues:
            print("\n".join(f"  {line}" for line in wrap(said, self._width - 2)))
            reason = input(f"  why does “{cue.word}” not bear on the claim? (empty: back) ").strip()
            while reason and len(reason) < _REASON:
                reason = input(f"  a sentence, please, of {_REASON} characters or more (empty: back) ").strip()
            if not reason:
                return None
            made.append(GuardException(cue.word, cue.start, cue.end, reason))
        return made

    def _mend(self, case: Case) -> str | None:
        from imnm_kg.operations.review import MENDABLE, mend, mended

        print(f"  what is to be changed? KEY=VALUE ..., with the keys {', '.join(MENDABLE)} (empty: back)")
        line = input("  mend: ").strip()
        if not line:
            return None
        try:
            pairs = [word.partition("=") for word in shlex.split(line)]
            mending = mended(self._desk.proposals, case, {key: value for key, _, value in pairs})
        except ImnmError as error:
            print(f"  {error}")
            return None
        except ValueError as error:  # a quotation mark that is not closed
            print(f"  this cannot be read: {error}")
            return None
        print(self._style(f"  {mending.case.claim.label}", "bold"))
        exceptions = self._reasons(self._desk.examine(mending.case))
        if exceptions is None or input("  accept it like this? [y/n] ").strip().lower() not in ("y", "yes"):
            return None
        try:
            mend(self._desk.proposals, case, mending, self._reviewer, exceptions)
        except ImnmError as error:
            print(f"  {error}")
            return None
        return "mended"
