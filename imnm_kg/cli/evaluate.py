# SPDX-License-Identifier: Apache-2.0
"""``imnm-kg evaluate``: extracted claims against annotated ones."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from imnm_kg.cli.output import Style, format_table, refuse_input, style_for, terminal_width, wrap
from imnm_kg.errors import counted

if TYPE_CHECKING:
    from imnm_kg.model.evaluation import Evaluation, Extra, GivenText, Missed, NameAt

EXAMPLES = """\
examples:
  imnm-kg evaluate gold_dev.jsonl claims.jsonl
  imnm-kg evaluate gold_dev.jsonl claims.jsonl --errors --bootstrap 1000
  imnm-kg evaluate gold.jsonl claims.jsonl --texts texts.jsonl --format html --out errors.html

GOLD has one annotated document a line: id and claims. PREDICTED has one claim a line, as 'imnm-kg extract --format
jsonl' writes it. The texts are looked for beside GOLD, under its name without 'gold_'. markdown and html are reports
of every error beside its sentence: they hold sentences of your texts, so pass them on as you may pass on the texts."""

_FORMATS = ("text", "json", "markdown", "html")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("gold", type=Path, metavar="GOLD", help="the annotated documents, JSON lines")
    parser.add_argument("predicted", type=Path, metavar="PREDICTED", help="the extracted claims, JSON lines")
    parser.add_argument("--texts", type=Path, metavar="FILE", help="the texts of the documents, JSON lines")
    parser.add_argument("--format", choices=_FORMATS, default="text", help="text (default), json, markdown or html")
    parser.add_argument("--out", type=Path, metavar="PATH", help="write to this file, not to standard output")
    parser.add_argument("--errors", action="store_true", help="tell each missed and each extra claim (text and json)")
    parser.add_argument(
        "--bootstrap", type=_times, default=0, metavar="N", help="draw the documents anew N times for an interval of F1"
    )


def _times(text: str) -> int:
    if not text.isdecimal() or len(text) > 7:
        raise argparse.ArgumentTypeError(f"'{text}' is no number of times")
    return int(text)


def run(arguments: argparse.Namespace) -> int:
    """Read, score, and print or write."""
    from imnm_kg.operations.evaluate import evaluate
    from imnm_kg.reading.claim_lines import read_annotated, read_predicted

    if arguments.out is not None:
        refuse_input("--out", arguments.out, [x for x in (arguments.gold, arguments.predicted, arguments.texts) if x])
    annotated = read_annotated(arguments.gold)
    predicted = read_predicted(arguments.predicted)
    texts = _texts(arguments.gold, arguments.texts)
    report = arguments.format in ("markdown", "html")
    names = _names(texts, {document.id for document in annotated}) if report or arguments.errors else None
    evaluation = evaluate(annotated, predicted, texts, bootstrap=arguments.bootstrap, names=names)
    without = [document.id for document in annotated if document.id not in texts] if texts else []
    _notes(evaluation, without)
    if arguments.out is None:
        width = terminal_width(sys.stdout)
        sys.stdout.write(_render(arguments.format, evaluation, texts, arguments.errors, style_for(sys.stdout), width))
        return 0
    from imnm_kg.rdf.files import write_atomically

    written = _render(arguments.format, evaluation, texts, arguments.errors, Style(False), None)
    write_atomically(arguments.out, written)
    total = evaluation.total
    print(f"P {total.precision:.3f}, R {total.recall:.3f}, F1 {total.f1:.3f}: wrote {arguments.out}", file=sys.stderr)
    return 0


def _texts(gold: Path, given: Path | None) -> dict[str, GivenText]:
    from imnm_kg.reading.claim_lines import read_texts

    path = gold.with_name(gold.name.replace("gold_", "") or gold.name) if given is None else given
    if given is not None or (path != gold and path.exists()):
        return read_texts(path)
    _note("no texts beside GOLD: quotes were not compared, and sentences cannot be shown; name the file with --texts")
    return {}


def _names(texts: Mapping[str, GivenText], wanted: set[str]) -> dict[str, tuple[NameAt, ...]] | None:
    """Find what the lexicon knows in the texts, to tell why a claim was missed."""
    if not texts:
        return None
    from imnm_kg.extraction.knowledge import read_knowledge
    from imnm_kg.model.folders import find_folders
    from imnm_kg.operations.evaluate import known_names

    knowledge = read_knowledge(find_folders())
    return {id_: known_names(given, knowledge) for id_, given in texts.items() if id_ in wanted}


def _note(text: str) -> None:
    print(f"imnm-kg: note: {text}", file=sys.stderr)


def _notes(evaluation: Evaluation, without: list[str]) -> None:
    if evaluation.unknown:
        count = sum(number for _, number in evaluation.unknown)
        documents = [id_ for id_, _ in evaluation.unknown]
        claims = "1 claim was" if count == 1 else f"{count} claims were"
        _note(f"{claims} not scored: GOLD does not have their {_listed(documents)}")
    if without:
        _note(f"there is no text for {_listed(without)} of GOLD")


def _listed(documents: Sequence[str]) -> str:
    from imnm_kg.model.evaluation_report import visible

    few = ", ".join(visible(id_) for id_ in documents[:3])
    return f"{counted(len(documents), 'document')} ({few}{', …' if len(documents) > 3 else ''})"


def _render(
    form: str, evaluation: Evaluation, texts: Mapping[str, GivenText], errors: bool, style: Style, width: int | None
) -> str:
    from imnm_kg.model.evaluation_report import report_html, report_json, report_markdown

    if form == "json":
        return report_json(evaluation, texts if errors else None)
    if form == "html":
        return report_html(evaluation, texts)
    if form == "markdown":
        return report_markdown(evaluation, texts)
    return _text(evaluation, texts, errors, style, width)


def _text(evaluation: Evaluation, texts: Mapping[str, GivenText], errors: bool, style: Style, width: int | None) -> str:
    from imnm_kg.model.evaluation_report import SCORE_HEADERS, error_rows, score_rows, summary_lines

    made = format_table(SCORE_HEADERS, score_rows(evaluation), style, width)
    made += "".join(f"{line}\n" for line in summary_lines(evaluation))
    if errors:
        made += f"\n{format_table(('error', 'number', 'relations'), error_rows(evaluation), style, width)}"
        found: list[tuple[str, Missed | Extra]] = [("missed", item) for item in evaluation.missed]
        found += [("extra", item) for item in evaluation.extra]
        made += "".join(_error(kind, item, texts, style, width or 100) for kind, item in found)
    return made


def _error(kind: str, item: Missed | Extra, texts: Mapping[str, GivenText], style: Style, width: int) -> str:
    from imnm_kg.model.evaluation_report import claim_words, error_notes, pieces_of, visible

    head = f"{style(f'{kind:<7}', 'bold', 'red' if kind == 'missed' else 'cyan')}{claim_words(item.claim)}"
    lines = ["", head, style(f"  {visible(item.document)}; {error_notes(item)}", "dim")]
    words = "".join(f"[{text}]" if quoted else text for text, quoted, _ in pieces_of(item, texts)).replace("][", "")
    return "\n".join([*lines, *(f"  {line}" for line in wrap(words, width - 2) if line)]) + "\n"
