# SPDX-License-Identifier: Apache-2.0
"""``imnm-kg explain``: a claim or an edge, as a person wants to read it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from imnm_kg.cli.output import Style, style_for, terminal_width, wrap

if TYPE_CHECKING:
    from imnm_kg.model.explanation import Explanation, Passage

EXAMPLES = """\
examples:
  imnm-kg explain zilucoplan ameliorates imnm         an edge or a claim: subject, relation, object
  imnm-kg explain glucocorticoid hasSideEffect edema
  imnm-kg explain 476d045b6a14                        an id of a claim, evidence or inference, or its start
  imnm-kg explain zilucoplan inhibits complement-c5 --documents documents

With --documents the whole sentence is shown, else what is stored around the quote."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "id", nargs="+", metavar="ID", help="an id or its first four digits or more; or subject, relation and object"
    )
    parser.add_argument("--release", type=Path, metavar="DIR", help="the folder of a built release")
    parser.add_argument("--documents", type=Path, metavar="DIR", help="the documents' texts, for whole sentences")


def run(arguments: argparse.Namespace) -> int:
    """Explain and print."""
    from imnm_kg.knowledge_graph import KnowledgeGraph

    graph = KnowledgeGraph.open(arguments.release)
    found = graph.explain(*arguments.id, documents=arguments.documents)
    style, width = style_for(sys.stdout), min(terminal_width(sys.stdout) or 100, 100)
    print("\n\n".join("\n".join(_lines(explanation, style, width)) for explanation in found))
    return 0


def _lines(explanation: Explanation, style: Style, width: int, indent: str = "") -> list[str]:
    room = width - len(indent)
    lines = [style(line, "bold") for line in wrap(explanation.statement, room)]
    facts = [(explanation.kind, explanation.iri), *explanation.facts]
    if explanation.rule is not None:
        facts.append(("rule", explanation.rule))
    widest = max(len(name) for name, _ in facts)
    for name, value in facts:
        shown = wrap(value, max(20, room - widest - 4))
        lines.append(f"  {style(f'{name:<{widest}}', 'dim')}  {shown[0]}")
        lines += [f"  {' ' * widest}  {more}" for more in shown[1:]]
    for passage in explanation.passages:
        lines += ["", *_passage(passage, style, room)]
    for link in explanation.links:
        lines += ["", *wrap(f"{link.kind}: {link.other}", room), *(f"  {x}" for x in wrap(link.reason, room - 2))]
        lines.append(style(f"  {link.iri}", "dim"))
    for premise in explanation.premises:
        lines += ["", style("because", "dim"), *_lines(premise, style, width, indent + "  ")]
    return [indent + line if line else line for line in lines]


def _passage(passage: Passage, style: Style, room: int) -> list[str]:
    dots = "" if passage.whole else "…"
    # Marked by brackets where there are no colours, so that the quote is known from what is around it.
    marks = ("", "") if style.colours else ("[", "]")
    text = f"{dots}{passage.before}{marks[0]}{passage.quote}{marks[1]}{passage.after}{dots}"
    first = len(dots) + len(passage.before)
    span = (first, first + len(marks[0]) + len(passage.quote) + len(marks[1]))
    kind = "the words it stands for" if passage.role == "Antecedent" else f"said as {(passage.certainty or '').lower()}"
    lines = [
        f"“{line}" if number == 0 else f" {line}" for number, line in enumerate(_styled(text, span, style, room - 2))
    ]
    lines[-1] += "”"
    source = passage.document + (f", {passage.publisher}" if passage.publisher else "")
    where = f"{kind}; {source}, characters {passage.place[0]}-{passage.place[1]}"
    lines += [f"  {line}" for line in wrap(where, room - 2)]
    if passage.url:
        lines.append(f"  {style(passage.url, 'underline')}")
    if passage.reviews:
        lines.append(style(f"  read by {', '.join(passage.reviews)}", "dim"))
    for exception in passage.exceptions:
        lines += [style(f"  {part}", "dim") for part in wrap(exception, room - 2)]
    return lines


def _styled(text: str, span: tuple[int, int], style: Style, width: int) -> list[str]:
    """Wrap the text and highlight the span of the quote on every line it runs over."""
    flat = "".join(" " if character.isspace() else character for character in text)
    lines, at = [], 0
    for line in wrap(flat, width):
        start = flat.index(line, at) if line in flat[at:] else at
        at = start + len(line)
        low, high = max(span[0] - start, 0), min(span[1] - start, len(line))
        marked = line if low >= high else line[:low] + style(line[low:high], "bold", "yellow") + line[high:]
        lines.append(marked)
    return lines
