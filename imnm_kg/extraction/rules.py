# SPDX-License-Identifier: Apache-2.0
"""Relation rules: patterns over typed mentions, read from the rule files of the lexicon."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from imnm_kg.errors import ImnmError, Place
from imnm_kg.extraction.outlines import Outline, Step, steps_of
from imnm_kg.extraction.sheet import CLASSES, MARKS, bits_in
from imnm_kg.rdf.files import read_text

__all__ = ["Rule", "expand_pattern", "read_confidence", "read_rules"]

_MARKS = "\ue001-\ue00b"
_KEYS = {
    "id", "predicate", "polarity", "tier", "cues", "pattern", "fires", "silent", "topic", "list", "needs", "certainty",
    "unless", "phrase", "denial", "subject", "gloss", "copula",
}  # fmt: skip


@dataclass(frozen=True)
class Rule:
    """A pattern that makes claims.

    Attributes:
        id: its name, unique.
        predicate: local name of the property.
        polarity: ``affirmed``: a negation of the trigger turns or drops it; ``negated``: the pattern itself denies;
            ``fixed``: affirmed whatever stands around it.
        tier: 1 states the relation in its own words, 2 implies it, 3 is a loose hint.
        cues: words of which one must be in the sentence.
        pattern: over a masked sentence, as written.
        fires: sentences in which it must find a claim.
        silent: sentences in which it must not.
        topic: ``subject`` or ``object`` where the document's therapy or disease stands for what the pattern lacks;
            ``class`` and ``described`` where the name of the subject says what it acts on ("JAK inhibitor", "drugs
            that suppress the immune system").
        subject: the id of what the trigger stands for, where no name does ("there is no cure for": any treatment).
        list: whether the list of objects may go on behind further words.
        needs: ``conclusion`` where it counts in conclusions only, else empty.
        certainty: a ceiling that the wording sets, empty where none.
        unless: a pattern over the plain words of the sentence that keeps the rule from being tried.
        phrase: whether the subject may stand behind a preposition ("the role of X in").
        gloss: whether brackets alone say it ("steroid myopathy (weakness from high-dose steroids)"), so that a hedge
            in front of them is none of it, and whom the text is about neither.
        copula: whether it reads "X is a complication of Y" itself, so that this is not taken for what X is.
        denial: ``flip`` or ``drop``: what a negated trigger does.
        confidence: the precision measured on the development corpus; none where it never fired there.
        source: the regular expression that the pattern stands for.
    """

    id: str
    predicate: str
    polarity: str
    tier: int
    cues: tuple[str, ...]
    pattern: str
    fires: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    topic: str = ""
    subject: str = ""
    list: bool = False
    needs: str = ""
    certainty: str = ""
    denial: str = "drop"
    unless: str = ""
    phrase: bool = False
    gloss: bool = False
    copula: bool = False
    confidence: float | None = None

    source: str = ""

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """The compiled pattern, made when it is first used: compiling all would be felt at every start.

        Raises:
            ImnmError: ``lexicon-rule`` where the pattern is no regular expression.
        """
        try:
            return re.compile(self.source)
        except re.error as error:
            what = f"rule '{self.id}': the pattern is no regular expression ({error})"
            raise ImnmError("lexicon-rule", what, "mend the rule", None) from error

    @cached_property
    def ends(self) -> tuple[int, ...]:
        """The kinds of names of which a sentence must have one each, as bits in the order of the marks."""
        named = {role: letter for letter, role in _END.findall(self.pattern)}
        named.pop({"object": "o", "subject": "s"}.get(self.topic, ""), None)  # the document may stand for it
        letters = [letter for _, letter in sorted(named.items())] + (["K"] if self.topic == "class" else [])
        return tuple(bits_in(CLASSES[letter]) for letter in letters)

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """What a sentence must have, in this order, for the pattern to match."""
        return tuple(steps_of(self.source))

    @cached_property
    def outline(self) -> Outline:
        """The steps as a pattern over sketches."""
        return Outline(self.steps)

    @cached_property
    def loose_outline(self) -> Outline:
        """The same where findings that no lexicon has may stand anywhere in the sentence."""
        return Outline([step for step in self.steps if MARKS["OpenFinding"] not in step])

    @cached_property
    def silencer(self) -> re.Pattern[str]:
        """The compiled ``unless``."""
        return re.compile(self.unless)


_SLOT = re.compile(r"<([A-Z]):([a-z])>|<([A-Z])>")
_END = re.compile(r"<([A-Z]):([sok])>")
_MACRO = re.compile(r"\{([a-z]+)\}")


def expand_pattern(pattern: str, macros: Mapping[str, str]) -> str:
    """Return the regular expression that a pattern stands for.

    ``<T:s>`` a mention of a class, as subject (``s``) or object (``o``); ``<T>`` one that is neither; ``{name}`` a
    macro; ``..`` a few words with no mention; ``~`` the same, or anything up to an "and", a "which" or a comma;
    ``...`` up to some twenty words with or without mentions; ``[[words]]`` the trigger, which a negation must not
    govern. All else is a regular expression; a space is white space.

    Raises:
        ValueError: with what is wrong.
    """
    for _ in range(4):
        pattern = _MACRO.sub(lambda found: macros.get(found.group(1)) or _unknown(found.group(1)), pattern)
    pattern = re.sub(r"\((?!\?)", "(?:", pattern)
    pattern = pattern.replace("[[", "(?P<t>").replace("]]", ")")
    pattern = _SLOT.sub(_slot, pattern)
    pattern = pattern.replace(
        " ~ ",
        rf"[\s,()]+(?:(?:[^;{_MARKS}]{{0,60}}?|[^;]{{0,120}}?\s(?:and|but|which|that|then)|"
        rf"[^;]{{0,120}}?,(?=\s))[\s,()]+)??",
    )
    pattern = pattern.replace(" ... ", r"[\s,()]+(?:[^;]{0,140}?[\s,()]+)??")
    pattern = pattern.replace(" .. ", rf"[\s,()]+(?:[^;{_MARKS}]{{0,60}}?[\s,()]+)??")
    return pattern.replace(" ", r"\s+")


def _unknown(name: str) -> str:
    raise ValueError(f"there is no macro '{name}'")


def _slot(found: re.Match[str]) -> str:
    letter = found.group(1) or found.group(3)
    if letter not in CLASSES:
        raise ValueError(f"there is no class '{letter}'")
    members = f"[{CLASSES[letter]}]"
    return members if found.group(3) else f"(?P<{found.group(2)}>{members})"


def read_rules(paths: Iterable[Path], confidence: Mapping[str, float] | None = None) -> list[Rule]:
    """Read rule files, in order.

    Raises:
        ImnmError: ``lexicon-rule`` with file and rule, and what ``read_text`` raises.
    """
    rules: list[Rule] = []
    known: set[str] = set()
    macros: dict[str, str] = {}
    silenced: dict[str, str] = {}
    tables: list[tuple[Path, dict[str, Any]]] = []
    for path in paths:
        try:
            content = tomllib.loads(read_text(path))
        except tomllib.TOMLDecodeError as error:
            line = int(found.group(1)) if (found := re.search(r"line (\d+)", str(error))) else None
            raise ImnmError(
                "lexicon-rule", f"the file is no TOML: {error}", "mend it", Place(str(path), line)
            ) from error
        macros.update(content.get("macro", {}))
        silenced.update(content.get("unless", {}))
        tables += [(path, table) for table in content.get("rule", ())]
    for path, table in tables:
        name = str(table.get("id", "without id"))
        if unknown := set(table) - _KEYS:
            raise _broken(path, name, f"it has an unknown key '{sorted(unknown)[0]}'")
        if name in known or not {"id", "predicate", "cues", "pattern"} <= set(table):
            raise _broken(path, name, "its id is taken, or id, predicate, cues or pattern is missing")
        known.add(name)
        values: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in table.items()
        }
        denies = values.get("polarity") == "negated"  # words that forbid a benefit may tell that there was none
        shared = "" if denies else silenced.get(str(values["predicate"]))
        both = [str(part) for part in (values.get("unless"), shared) if part]
        values["unless"] = "|".join(both)
        try:
            values["source"] = expand_pattern(str(values["pattern"]), macros)
        except ValueError as error:
            raise _broken(path, name, str(error)) from error
        defaults: dict[str, Any] = {"polarity": "affirmed", "tier": 1}
        rules.append(Rule(**{**defaults, **values, "confidence": (confidence or {}).get(name)}))
    return rules


def _broken(path: Path, name: str, what: str) -> ImnmError:
    return ImnmError("lexicon-rule", f"rule '{name}': {what}", "mend the rule", Place(str(path)))


def read_confidence(path: Path) -> dict[str, float]:
    """Read the measured precision of each rule, a table of rule, right, claims and confidence.

    Raises:
        ImnmError: ``lexicon-syntax`` with the line.
    """
    made: dict[str, float] = {}
    for number, line in enumerate(read_text(path).splitlines(), 1):
        if line.startswith("#") or not line or line.startswith("rule\t"):
            continue
        cells = line.split("\t")
        try:
            made[cells[0]] = float(cells[3])
        except (IndexError, ValueError):
            what = "a line is rule, right, claims and confidence, with tabs between"
            raise ImnmError("lexicon-syntax", what, "write the file anew with the calibration command",
                            Place(str(path), number)) from None  # fmt: skip
    return made
