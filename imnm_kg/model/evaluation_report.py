# SPDX-License-Identifier: Apache-2.0
"""A measurement as JSON, and as a report that puts each error beside its sentence: Markdown, or one page of HTML."""

from __future__ import annotations

import html
import itertools
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from imnm_kg.model.evaluation import (
    AnnotatedClaim,
    Evaluation,
    Extra,
    GivenText,
    Mark,
    Missed,
    PredictedClaim,
    Score,
)
from imnm_kg.model.sentences import sentence_spans

__all__ = [
    "SCORE_HEADERS", "Piece", "claim_words", "error_notes", "error_rows", "excerpt", "pieces_of", "report_html",
    "report_json", "report_markdown", "score_rows", "summary_lines", "visible",
]  # fmt: skip

SCORE_HEADERS = ("relation", "annotated", "right", "extra", "P", "R", "F1")
_ROLES = ("subject", "object", "negation", "hedge", "trigger", "population")
_FEW = 4  # relations of an error that a table names


class Piece(NamedTuple):
    """A piece of a sentence: whether it is in the quote, and the part it plays, empty where none."""

    text: str
    quoted: bool
    role: str


def visible(text: str) -> str:
    """Return a text on one line in which nothing acts: white space as spaces, other controls as their number."""
    if text.isprintable():
        return text
    return "".join(
        " " if character.isspace() else character if character.isprintable() else f"\\x{ord(character):02x}"
        for character in text
    )


def claim_words(claim: AnnotatedClaim | PredictedClaim) -> str:
    """Return subject, relation and object; that it is negated is told where the relation does not say it."""
    denied = claim.polarity == "negated" and claim.relation not in ("does_not_treat", "unlikely_cause")
    return visible(f"{claim.subject} | {claim.relation}{' (negated)' if denied else ''} | {claim.object}")


def excerpt(text: str, start: int, end: int, marks: Iterable[Mark] = ()) -> tuple[Piece, ...]:
    """Cut the sentences that a passage touches into pieces; nothing where the passage lies outside the text."""
    if not 0 <= start < end <= len(text):
        return ()
    touched = [span for span in sentence_spans(text) if span.start < end and start < span.end]
    first = min(start, touched[0].start) if touched else start
    last = max(end, touched[-1].end) if touched else end
    inside = [mark for mark in marks if first <= mark.start < mark.end <= last]
    cuts = {first, last, start, end, *(x for mark in inside for x in (mark.start, mark.end))}
    places = sorted(cuts)
    return tuple(
        Piece(visible(text[low:high]), start <= low < end, _role(inside, low))
        for low, high in itertools.pairwise(places)
    )


def _role(marks: Iterable[Mark], place: int) -> str:
    found = {mark.role for mark in marks if mark.start <= place < mark.end}
    return next((role for role in _ROLES if role in found), "")


def pieces_of(item: Missed | Extra, texts: Mapping[str, GivenText]) -> tuple[Piece, ...]:
    """Return the sentence of an error; without the text of the document the quote alone, where there is one."""
    claim = item.claim
    marks = item.marks if isinstance(item, Missed) else item.claim.marks
    given = texts.get(item.document)
    made = excerpt(given.text, claim.start, claim.end, marks) if given is not None else ()
    if not made and isinstance(claim, PredictedClaim) and claim.quote:
        made = (Piece(visible(claim.quote), True, ""),)
    return made


def score_rows(evaluation: Evaluation) -> list[tuple[str, ...]]:
    """Return the rows of the table of scores, one a relation and one over all."""
    rows = [*evaluation.relations, ("all", evaluation.total)]
    return [
        (visible(name), str(score.annotated), str(score.right), str(score.extra),
         *(f"{value:.3f}" for value in (score.precision, score.recall, score.f1)))
        for name, score in rows
    ]  # fmt: skip


def summary_lines(evaluation: Evaluation) -> list[str]:
    """Return what is told below the table, one sentence a line."""
    agreement, (exact, looked) = evaluation.agreement, evaluation.exact
    lines = []
    if agreement.right:
        shares = (("certainty", agreement.certainty), ("population", agreement.population), ("quote", agreement.quote))
        told = ", ".join(f"{name} agrees {agreement.share(count):.3f}" for name, count in shares)
        lines.append(
            f"of the right claims: {told}, mean overlap of quote and sentence {agreement.share(agreement.overlap):.3f}"
        )
    if evaluation.interval is not None:
        lines.append(f"F1, 95 % interval over documents: {evaluation.interval[0]:.3f} to {evaluation.interval[1]:.3f}")
    if evaluation.outside:
        listed = ", ".join(f"{visible(name)} {count}" for name, count in evaluation.outside)
        lines.append(f"not scored, no relation of the guidelines: {listed}")
    if looked:
        lines.append(f"exact quotes: {exact} of {looked}")
    return lines


def report_json(evaluation: Evaluation, texts: Mapping[str, GivenText] | None = None) -> str:
    """Write a measurement as JSON; with the texts also each error with its sentence."""
    agreement = evaluation.agreement
    shares = {
        name: agreement.share(getattr(agreement, name)) for name in ("certainty", "population", "quote", "overlap")
    }
    made: dict[str, Any] = {
        "all": _score(evaluation.total),
        "relations": {name: _score(score) for name, score in evaluation.relations},
        "agreement": shares,
        "exact_quotes": {"exact": evaluation.exact[0], "checked": evaluation.exact[1]},
        "f1_interval": None if evaluation.interval is None else list(evaluation.interval),
        "not_scored": dict(evaluation.outside),
        "not_annotated": dict(evaluation.unknown),
        "rules": {rule: {"right": score.right, "extra": score.extra} for rule, score in evaluation.rules.items()},
        "error_types": [item._asdict() | {"relations": dict(item.relations)} for item in evaluation.error_types()],
    }
    if texts is not None:
        made["missed"] = [_error(item, texts) for item in evaluation.missed]
        made["extra"] = [_error(item, texts) for item in evaluation.extra]
    return json.dumps(made, indent=2) + "\n"


def _score(score: Score) -> dict[str, float]:
    return {"annotated": score.annotated, "right": score.right, "extra": score.extra, "precision": score.precision,
            "recall": score.recall, "f1": score.f1}  # fmt: skip


def _error(item: Missed | Extra, texts: Mapping[str, GivenText]) -> dict[str, Any]:
    claim = item.claim
    return {
        "document": item.document, "subject": claim.subject, "relation": claim.relation, "object": claim.object,
        "polarity": claim.polarity, "population": claim.population, "start": claim.start, "end": claim.end,
        "cause": item.cause, "sentence": "".join(piece.text for piece in pieces_of(item, texts)),
    }  # fmt: skip


def _by_relation(evaluation: Evaluation) -> Iterator[tuple[str, Score, list[Missed], list[Extra]]]:
    for relation, score in evaluation.relations:
        missed = [item for item in evaluation.missed if item.claim.relation == relation]
        extra = [item for item in evaluation.extra if item.claim.relation == relation]
        if missed or extra:
            yield relation, score, missed, extra


def error_rows(evaluation: Evaluation) -> list[tuple[str, ...]]:
    """Return the rows of the table of the most frequent errors."""
    return [
        (
            visible(name),
            str(number),
            ", ".join(f"{relation} {count}" for relation, count in relations[:_FEW])
            + (", …" if len(relations) > _FEW else ""),
        )
        for name, number, relations in evaluation.error_types()
    ]


def error_notes(item: Missed | Extra) -> str:
    """Say what else a reader wants to know of an error."""
    words = visible(item.cause)
    if isinstance(item, Missed) and item.near is not None:
        words += f": found is {claim_words(item.near)}"
    if item.claim.population:
        words += f"; population {visible(item.claim.population)}"
    return words


_TITLE = "Errors of extraction"
_NO_SENTENCE = "the sentence is not at hand"
_UNSAFE = re.compile(r"([\\`*_\[\]<>|~#&$])")


def report_markdown(evaluation: Evaluation, texts: Mapping[str, GivenText]) -> str:
    """Write the errors as Markdown, grouped by relation; the quote is bold in its sentence."""
    lines = [f"# {_TITLE}", "", *_markdown_table(SCORE_HEADERS, score_rows(evaluation), 1), ""]
    lines += [f"- {_marked(line)}" for line in summary_lines(evaluation)]
    lines += ["", "## The most frequent errors", ""]
    lines += _markdown_table(("error", "number", "relations"), error_rows(evaluation), 1)
    for relation, score, missed, extra in _by_relation(evaluation):
        lines += ["", f"## {_marked(relation)}: {score.missed} missed, {score.extra} extra"]
        for kind, items in (("missed", missed), ("extra", extra)):
            for item in items:
                lines += ["", *_markdown_error(kind, item, texts)]
    return "\n".join(lines) + "\n"


def _marked(text: str) -> str:
    return _UNSAFE.sub(r"\\\1", visible(text))


def _markdown_table(headers: Sequence[str], rows: Iterable[Sequence[str]], left: int) -> list[str]:
    rule = "|".join(
        "---" if number < left or header == "relations" else "---:" for number, header in enumerate(headers)
    )
    return [f"| {' | '.join(headers)} |", f"|{rule}|", *(f"| {' | '.join(map(_marked, row))} |" for row in rows)]


def _markdown_error(kind: str, item: Missed | Extra, texts: Mapping[str, GivenText]) -> list[str]:
    pieces = pieces_of(item, texts)
    if all(piece.quoted for piece in pieces):
        words = "".join(_marked(piece.text) for piece in pieces)
    else:  # tags, because stars beside white space or punctuation are not read as bold
        words = "".join(f"<b>{_marked(text)}</b>" if quoted else _marked(text) for text, quoted, _ in pieces)
    shown = f"“{words}”".replace("</b><b>", "") if pieces else _NO_SENTENCE
    return [
        f"**{kind}** {_marked(claim_words(item.claim))}  ",
        f"{_marked(item.document)}; {_marked(error_notes(item))}",
        "",
        f"> {shown}",
    ]


_STYLE = """
:root { color-scheme: light dark; --ink: #1c2126; --soft: #59636e; --paper: #fff; --card: #f6f8fa; --line: #d1d9e0;
  --mark: #fff3bf; --missed: #b42318; --extra: #1f5fbf; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9da7b1; --paper: #0f1318; --card: #191f26;
  --line: #343d47; --mark: #4d4216; --missed: #ff9b8f; --extra: #8fbaff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 52rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin-top: 2.2rem; }
nav { display: flex; flex-wrap: wrap; gap: .3rem .9rem; } a { color: var(--extra); }
.wide { overflow: auto; overflow-wrap: normal; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .2rem .6rem; border-bottom: 1px solid var(--line); text-align: right; vertical-align: top; }
th:first-child, td:first-child, .left { text-align: left; }
td:not(:first-child):not(.left) { white-space: nowrap; }
@media (max-width: 36rem) { table { font-size: .8rem; } th, td { padding: .2rem .3rem; } }
article { margin: .8rem 0; padding: .6rem .9rem; background: var(--card); border-left: .3rem solid var(--extra); }
article.missed { border-color: var(--missed); } article p { margin: .2rem 0; }
.kind { font-weight: 700; color: var(--extra); } .missed .kind { color: var(--missed); }
.soft { color: var(--soft); font-size: .875rem; }
blockquote { margin: .5rem 0 0; unicode-bidi: isolate; } mark { background: var(--mark); color: inherit; }
.subject, .object { font-weight: 700; } .object { font-style: italic; }
.trigger, .negation, .hedge { text-decoration: underline; text-underline-offset: .2em; }
.negation { text-decoration-style: double; } .hedge { text-decoration-style: wavy; }
.population { text-decoration: underline dotted; }
"""


def report_html(evaluation: Evaluation, texts: Mapping[str, GivenText]) -> str:
    """Write the errors as one page that loads nothing, grouped by relation; the quote is marked in its sentence."""
    groups = list(_by_relation(evaluation))
    total = evaluation.total
    lines = [
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<title>{_TITLE}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<h1>{_TITLE}</h1>",
        f"<p>{total.missed} missed and {total.extra} extra claims beside {total.right} right ones.</p>",
        _html_table(SCORE_HEADERS, score_rows(evaluation)),
        *(f'<p class="soft">{_safe(line)}</p>' for line in summary_lines(evaluation)),
        "<h2>The most frequent errors</h2>",
        _html_table(("error", "number", "relations"), error_rows(evaluation)),
        _legend(),
        "<nav>", *(f'<a href="#group-{number}">{_safe(group[0])}</a>' for number, group in enumerate(groups)), "</nav>",
    ]  # fmt: skip
    for number, (relation, score, missed, extra) in enumerate(groups):
        head = f"{_safe(relation)}: {score.missed} missed, {score.extra} extra"
        lines.append(f'<section id="group-{number}">\n<h2>{head}</h2>')
        lines += [_html_error("missed", item, texts) for item in missed]
        lines += [_html_error("extra", item, texts) for item in extra]
        lines.append("</section>")
    return "\n".join(lines) + "\n</body>\n</html>\n"


def _legend() -> str:
    shown = ", ".join(f'<span class="{role}">{role}</span>' for role in _ROLES)
    return f'<p class="soft">In a sentence: <mark>the quote</mark>, and in it what took part: {shown}.</p>'


def _safe(text: str) -> str:
    return html.escape(visible(text))


def _html_table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    def cells(tag: str, row: Sequence[str]) -> str:
        left = ' class="left"'
        return "".join(
            f"<{tag}{left if headers[n] == 'relations' else ''}>{_safe(cell)}</{tag}>" for n, cell in enumerate(row)
        )

    body = "\n".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    return f'<div class="wide"><table>\n<tr>{cells("th", headers)}</tr>\n{body}\n</table></div>'


def _html_error(kind: str, item: Missed | Extra, texts: Mapping[str, GivenText]) -> str:
    words = "".join(_html_piece(piece) for piece in pieces_of(item, texts)).replace("</mark><mark>", "")
    sentence = words or f'<span class="soft">{_NO_SENTENCE}</span>'
    return (
        f'<article class="{kind}">\n<p><span class="kind">{kind}</span> {_safe(claim_words(item.claim))}</p>\n'
        f'<p class="soft">{_safe(item.document)}; {_safe(error_notes(item))}</p>\n'
        f"<blockquote>{sentence}</blockquote>\n</article>"
    )


def _html_piece(piece: Piece) -> str:
    words = _safe(piece.text)
    if piece.role:
        words = f'<span class="{piece.role}">{words}</span>'
    return f"<mark>{words}</mark>" if piece.quoted else words
