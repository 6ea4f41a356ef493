# SPDX-License-Identifier: Apache-2.0
"""Context: which words of a sentence are denied, and how surely the sentence says the rest.

The words are data (``ontology/lexicon/context-cues.tsv``), the grammar is here, and it is shallow: a negation governs
some ten words up to a word that ends it, a hedge the rest of its clause. All offsets are code points of the sentence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from imnm_kg.errors import ImnmError, Place
from imnm_kg.model.claims import RANKS
from imnm_kg.rdf.files import read_text

__all__ = ["ContextCues", "Cue", "certainty_of", "clause_of", "find_cues", "negated", "read_context_cues", "scope_of"]

_GOVERNING: dict[str, tuple[str, ...]] = {"direction": ("forward", "backward", "both"), "extent": ("", "phrase")}
_PLAIN: dict[str, tuple[str, ...]] = {"certainty": ("",), "direction": ("",), "extent": ("",)}
_COLUMNS = {  # what each kind of cue may have
    "negation": {"certainty": ("", *RANKS[:-1]), **_GOVERNING},
    "hedge": {"certainty": RANKS[:-1], **_GOVERNING},
    "pseudo": _PLAIN,
    "termination": _PLAIN,
}
_REACH = 10  # words that a negation governs; a name counts as one
_KEPT = 256  # sentences whose words are remembered: each is asked about several times

Spans = Sequence[tuple[int, int]]


class Cue(NamedTuple):
    """A cue where it was found.

    Attributes:
        text: its words as they stand in the sentence.
        start: its first code point.
        end: the code point after its last.
        kind: ``negation``, ``hedge``, ``pseudo`` or ``termination``.
        certainty: the surest that what it governs may be, empty where it sets no limit.
        direction: ``forward``, ``backward`` or ``both``: which side of it it governs; empty where it governs nothing.
        phrase: whether it governs only the phrase beside it ("without", "potential"), never the verb of the sentence.
    """

    text: str
    start: int
    end: int
    kind: str
    certainty: str
    direction: str
    phrase: bool = False


class _Entry(NamedTuple):
    words: tuple[str, ...]
    kind: str
    certainty: str
    direction: str
    phrase: bool


@dataclass(frozen=True, eq=False)
class ContextCues:
    """The cues to look for, by their first word, the longest first."""

    entries: dict[str, tuple[_Entry, ...]]


class _Token(NamedTuple):
    word: str  # in lower case
    start: int
    end: int

    @property
    def is_word(self) -> bool:
        return self.word[-1].isalnum()


_TOKEN = re.compile(r"\d+(?:[.,]\d+)+|[^\W_]+(?:[-‐‑'’‘ʼ`´′＇][^\W_]+)*|[^\w\s]")
_FOLDED = str.maketrans({**dict.fromkeys("’‘ʼ`´′＇", "'"), "‐": "-", "‑": "-"})


@lru_cache(maxsize=_KEPT)
def _tokens(text: str) -> tuple[_Token, ...]:
    """Split a text into words and marks; "don't" is "do" and "n't", and a word keeps its hyphens."""
    made: list[_Token] = []
    for found in _TOKEN.finditer(text):
        (start, end), word = found.span(), found.group().lower().translate(_FOLDED)
        if word.endswith("n't"):
            made += [_Token(word[:-3], start, end - 3)] * (len(word) > 3)
            start, word = end - 3, "n't"
        made.append(_Token(word, start, end))
    return tuple(made)


def read_context_cues(path: Path, shown: str | None = None) -> ContextCues:
    """Read the table of cues: cue, kind, certainty, direction, extent.

    Raises:
        ImnmError: ``lexicon-syntax`` with the line, or what ``read_text`` raises.
    """
    name = shown or str(path)
    entries: dict[tuple[str, ...], _Entry] = {}
    for number, line in enumerate(read_text(path, name).splitlines(), 1):
        if line.startswith("#") or line.startswith("cue\tkind") or not line:
            continue
        words, kind, certainty, direction, extent, *more = [*line.split("\t"), "", "", "", ""]
        spelt = tuple(token.word for token in _tokens(words))
        values = {"certainty": certainty, "direction": direction, "extent": extent}
        wrong = [key for key, allowed in _COLUMNS.get(kind, {}).items() if values[key] not in allowed]
        if not spelt or kind not in _COLUMNS or any(more):
            what = f"'{line}' is not a cue, a tab and one of {', '.join(_COLUMNS)}"
        elif wrong:
            what = f"'{words}' has the {wrong[0]} '{values[wrong[0]]}', which no {kind} has"
        elif spelt in entries:
            what = f"'{words}' is here twice"
        else:
            entries[spelt] = _Entry(spelt, kind, certainty, direction, extent == "phrase")
            continue
        raise ImnmError("lexicon-syntax", what, "mend the line", Place(name, number))
    if not entries:
        raise ImnmError("lexicon-syntax", "the table has no cue", "restore it", Place(name, 1))
    index: dict[str, list[_Entry]] = {}
    for entry in entries.values():
        index.setdefault(entry.words[0], []).append(entry)
        spaced = tuple(word for part in entry.words for word in part.split("-"))  # "low-quality" is also "low quality"
        if spaced not in entries:
            index.setdefault(spaced[0], []).append(entry._replace(words=spaced))
    longest = {word: tuple(sorted(found, key=lambda item: -len(item.words))) for word, found in index.items()}
    return ContextCues(longest)


# Names that are written like cues: the month of May, nitric oxide, the abbreviation of "number".
_NAMES = re.compile(
    r"\b(?i:in|by|since|until|from|between|during|through|before|after|late|early|mid)[\s-]+May\b"
    r"|\bMay(?=,?\s+\d|\s+of\b|[-–/][A-Z])|\bN[Oo]\.(?=\s?\d)|\(NO\b|\bNO\)"
    r"|\bNO[\s-](?:synthas|synthes|product|releas|level|donor|generat|signal|format|radical|concentr|bioavail|pathway)\w*"
)


@lru_cache(maxsize=_KEPT)
def find_cues(sentence: str, cues: ContextCues) -> tuple[Cue, ...]:
    """Find the cues of a sentence, in order and without overlap.

    The longest match counts, wherever it begins; of two of one length a pseudo cue. Pseudo cues are left out, and
    with them what is inside them.
    """
    tokens = _tokens(sentence)
    words = tuple(token.word for token in tokens)
    found = [
        (first, first + len(entry.words), entry)
        for first, word in enumerate(words)
        for entry in cues.entries.get(word, ())
        if words[first : first + len(entry.words)] == entry.words
    ]
    names = [name.span() for name in _NAMES.finditer(sentence)] if {"may", "no"} & set(words) else []
    taken: set[int] = set()
    made: list[Cue] = []
    for first, last, entry in sorted(found, key=lambda item: (item[0] - item[1], item[2].kind != "pseudo", item[0])):
        start, end = tokens[first].start, tokens[last - 1].end
        if taken.isdisjoint(range(first, last)) and not _inside(start, end, names):
            taken.update(range(first, last))
            made.append(Cue(sentence[start:end], start, end, *entry[1:]))
    return tuple(sorted((cue for cue in made if cue.kind != "pseudo"), key=lambda cue: cue.start))


def _inside(start: int, end: int, spans: Spans) -> bool:
    return any(first <= start and end <= last for first, last in spans)


# A participle behind a loose word belongs to a noun ("signs of increased pressure"); any other is taken for a verb.
_AUXILIARY = re.compile(r"is|are|was|were|has|have|had|do|does|did|may|might|can|could|will|would|should|must|cannot")
_PARTICIPLE = re.compile(r"\w{3,}ed")
_LOOSE = re.compile(
    r"an?|the|any|all|of|and|or|with|for|in|to|by|no|not|th[eo]se|this|that|its|their|other|more|most|less|\w+ly|\W"
)
_RELATIVES = frozenset(("which", "who", "whom", "whose", "where", "that"))
_SUBORDINATE = re.compile(
    r"\s*(?:although|though|while|whereas|because|since|as|if|when|after|despite|given)\b", re.IGNORECASE
)

# Where clauses part. "1:80" does not, nor a comment between commas (", however," or ", though rarely,").
_BORDER = re.compile(
    r"(?P<mark>;|:(?=\s)|(?<=\w{3})[.!?](?=\s+(?-i:[^a-z\s])))"
    r"|(?P<comment>,\s+(?:although|though|however)(?:\s+\w+){0,2}\s*,)"
    r"|(?:,\s*|\b)(?P<word>but(?!\s+also\b)|whereas|while|although|though|however|nevertheless|nonetheless)\b"
    r"|,\s+(?P<relative>which|who|whom|whose|where)\b",
    re.IGNORECASE,
)
# The comma that closes a relative clause: the verb of the main clause follows, and no further member of a list.
_RESUMED = re.compile(rf",\s+(?:\w+ly\s+)?(?:{_AUXILIARY.pattern}|\w+ed|\w+[^\Ws]s)\b(?!\s*(?:,|and\b|or\b))")


@lru_cache(maxsize=_KEPT)
def _brackets(sentence: str) -> tuple[tuple[int, int], ...]:
    """Return the spans of all pairs of brackets, the inner before the outer, and of one around the sentence."""
    opened: list[int] = []
    pairs: list[tuple[int, int]] = []
    for found in re.finditer(r"[()\[\]]", sentence):
        if found.group() in "([":
            opened.append(found.start())
        elif opened:
            pairs.append((opened.pop(), found.end()))
    return (*pairs, (-1, len(sentence) + 1))


def _bracket(sentence: str, start: int, end: int) -> tuple[int, int]:
    """Return the innermost pair of brackets around a span."""
    return next(pair for pair in _brackets(sentence) if pair[0] < start and end < pair[1])


@lru_cache(maxsize=_KEPT)
def _borders(sentence: str) -> tuple[tuple[int, int], ...]:
    """Return where clauses part: where one ends, and where the next begins."""
    made: list[tuple[int, int]] = []
    for found in _BORDER.finditer(sentence):
        if found["mark"]:
            made.append(found.span())
        elif not found["comment"]:
            made.append((found.start(), found.start("word" if found["word"] else "relative")))
        if found["relative"] and (closing := _RESUMED.search(sentence, found.end())):
            made.append((closing.start(), closing.start() + 1))
    return tuple(sorted(made))


def _clause(sentence: str, start: int, end: int) -> tuple[int, int]:
    """Return the clause of a span by its certain borders, those in the same brackets as the span."""
    bracket = _bracket(sentence, start, end)
    borders = [(before, after) for before, after in _borders(sentence) if _bracket(sentence, before, after) == bracket]
    first = max((after for _, after in borders if after <= start), default=bracket[0] + 1)
    last = min((before for before, _ in borders if before >= end), default=bracket[1] - 1)
    return first, last


def _leads(sentence: str, first: int) -> bool:
    """Tell whether a clause is subordinate and comes before its main clause, so that a comma ends it."""
    return sentence[:first].rstrip()[-1:] in ("", ";", ":", ".") and bool(_SUBORDINATE.match(sentence, first))


def clause_of(sentence: str, start: int, end: int) -> tuple[int, int]:
    """Return the clause that a span is in, or the clauses, where it runs over more than one.

    Clauses part at ``;`` and ``:``, at words such as "but" and "whereas", at ", which", at the comma that closes a
    relative or a leading subordinate clause, and at an ", and" that does not close a list of three.
    """
    first, last = _clause(sentence, start, end)
    bracket = _bracket(sentence, start, end)
    commas = [found.start() for found in re.finditer(r",(?=\s)", sentence) if first <= found.start() < last]
    commas = [comma for comma in commas if _bracket(sentence, comma, comma + 1) == bracket]
    if not _leads(sentence, first):
        # The only comma that may part clauses here is the first, before "and": a list of three has one before it.
        commas = [comma for comma in commas[:1] if re.match(r"\s+and\b", sentence[comma + 1 :])]
    return (
        max((comma + 1 for comma in commas if comma < start), default=first),
        min((comma for comma in commas if comma >= end), default=last),
    )


def scope_of(cue: Cue, sentence: str, all_cues: Sequence[Cue], mentions: Spans = ()) -> tuple[int, int]:
    """Return the span that a cue governs; the cue is in it where it governs both sides.

    A negation reaches over ten words at most and stops at a termination; a hedge governs the rest of its clause, or
    its phrase. What looks back from inside brackets looks back from where they stand.

    Args:
        cue: a negation or a hedge of the sentence.
        sentence: the sentence.
        all_cues: all its cues.
        mentions: spans of names, each of which counts as one word and is never cut.
    """
    start, end = _place(cue, sentence)
    before, after = _clause(sentence, start, end)
    if cue.kind != "hedge" or cue.phrase:
        stops = [(item.start, item.end) for item in all_cues if _stops(item, cue, sentence, mentions)]
        after = _forward(cue, sentence, (before, after), stops, mentions)
        before = _backward(sentence[:start], before, stops, mentions)
    if cue.direction == "forward":
        return end, after
    return before, start if cue.direction == "backward" else after


def _place(cue: Cue, sentence: str) -> tuple[int, int]:
    """Return where a cue stands; one that looks back out of brackets stands where they stand."""
    start, end = _bracket(sentence, cue.start, cue.end)
    return (cue.start, cue.end) if start < 0 or cue.direction == "forward" else (start, end)


def _stops(item: Cue, cue: Cue, sentence: str, mentions: Spans) -> bool:
    """Tell whether a cue ends what another governs: a termination, or a hedge behind a comma, which says more."""
    if item.kind == "hedge":
        return sentence[: item.start].rstrip().endswith(",")
    beside = sentence[cue.end : item.start].isspace() or sentence[item.end : cue.start].isspace()
    # "not because of it" denies just that.
    return item.kind == "termination" and not beside and not _inside(item.start, item.end, mentions)


def _forward(cue: Cue, sentence: str, clause: tuple[int, int], stops: Spans, mentions: Spans) -> int:
    lead = [token.word for token in _tokens(sentence) if clause[0] <= token.start < cue.start]
    tokens = [token for token in _tokens(sentence) if cue.end <= token.start < clause[1]]
    has_verb = bool(lead and _AUXILIARY.fullmatch(lead[-1]))
    # "Those who did not respond improved", "those not responding improved": the verb of the sentence is still to come.
    bare = cue.text.lower() == "not" and not has_verb and tokens[:1] != [] and tokens[0].word.endswith(("ed", "ing"))
    phrase = cue.phrase or bare or not _RELATIVES.isdisjoint(lead[1:][-2:])
    # A comma ends a leading clause or phrase: "Although it did not help, ...", "In the absence of fever, ...".
    leading = _leads(sentence, clause[0]) or ((cue.phrase or bare) and len(lead) <= 2)
    end, count, commas = cue.end, 0, 0
    for at, token in enumerate(tokens):
        if token.start < end:
            continue  # the rest of a name
        following = tokens[at + 1 : at + 5]
        if _inside(token.start, token.end, stops) and (has_verb or token.word not in _RELATIVES):
            break  # but "none of those who came relapsed"
        if token.word == "," and (leading or (not commas and following and following[0].word == "and")):
            break  # ", and" without another comma closes no list of three: a new statement begins
        if token.word == "and" and has_verb and any(map(_is_verb, following[1:], following)):
            break
        commas += token.word == ","
        if not token.is_word:
            continue
        if count and _is_verb(token, tokens[at - 1]):
            if phrase:
                break
            has_verb = True
        count += token.word not in ("and", "or")
        if count > _REACH and cue.kind == "negation":
            break
        end = max((stop for start, stop in mentions if start <= token.start < stop), default=token.end)
    return end


def _backward(left: str, first: int, stops: Spans, mentions: Spans) -> int:
    start, count, listed = len(left), 0, False
    for token in reversed(_tokens(left)):
        if token.start >= start:
            continue  # the rest of a name
        if token.start < first or _inside(token.start, token.end, stops):
            break
        if token.word == "," and count and not listed:
            break
        listed |= token.word in ("and", "or")
        count += token.is_word
        if count > _REACH:
            break
        if token.is_word:
            start = min((begin for begin, stop in mentions if begin <= token.start < stop), default=token.start)
    return start


def _is_verb(token: _Token, before: _Token) -> bool:
    """Tell whether a word is, by its form and place, the verb of a sentence and no part of a phrase."""
    if _AUXILIARY.fullmatch(token.word):
        return True
    return bool(_PARTICIPLE.fullmatch(token.word)) and not _LOOSE.fullmatch(before.word)


def negated(sentence: str, start: int, end: int, cues: ContextCues, mentions: Spans = ()) -> Cue | None:
    """Return the nearest negation that governs a span, none if nothing denies it.

    Give the word of the relation, or a name by itself: a negation that stands inside the span is a part of it and
    does not deny it.
    """
    found = find_cues(sentence, cues)
    # "no weakness secondary to statins": what ends the scope may itself be the word that is asked about.
    asked = any(cue.kind == "termination" and cue.start == start for cue in found)
    governing: list[tuple[int, Cue]] = []
    for cue in found:
        if cue.kind != "negation" or _inside(cue.start, cue.end, mentions):
            continue
        first, last = scope_of(cue, sentence, found, mentions)
        if asked and cue.start < last < start and sentence[last:start].isspace():
            last = start + 1
        if cue.start < start < last and cue.direction != "backward":
            governing.append((start - cue.end, cue))
        elif first < end <= cue.start and cue.direction != "forward":
            governing.append((cue.start - end, cue))
    return min(governing, default=(0, None), key=lambda item: item[0])[1]


def certainty_of(
    sentence: str, start: int, end: int, cues: ContextCues, mentions: Spans = ()
) -> tuple[str, tuple[Cue, ...]]:
    """Return how surely a sentence says a relation, and the cues that make it less than established.

    Args:
        sentence: the sentence.
        start: where the words of the relation begin, its word and its arguments.
        end: where they end.
        cues: the cues to look for.
        mentions: spans of names; a cue inside one is none.
    """
    found = find_cues(sentence, cues)
    clause = clause_of(sentence, start, end)
    counted = tuple(
        cue
        for cue in found
        if cue.certainty
        and clause[0] <= _place(cue, sentence)[0] < clause[1]
        and not _inside(cue.start, cue.end, mentions)
        and _covers(cue, sentence, scope_of(cue, sentence, found, mentions), start, end)
    )
    return min((cue.certainty for cue in counted), default=RANKS[-1], key=RANKS.index), counted


def _covers(cue: Cue, sentence: str, scope: tuple[int, int], start: int, end: int) -> bool:
    """Tell whether what a cue governs takes in a relation: all of it on the side of the cue that it governs.

    A denial is not asked to: what it denies may be one word of the relation. What is in brackets says nothing of what
    has brackets of its own.
    """
    if cue.kind == "negation":
        return scope[0] < end and start < scope[1]
    place = _place(cue, sentence)[0]
    if place < cue.start and any(end <= first and last <= place for first, last in _brackets(sentence)):
        return False
    ahead = cue.direction != "backward" and cue.start < end <= scope[1]
    return ahead or (cue.direction != "forward" and scope[0] <= start < cue.end)
