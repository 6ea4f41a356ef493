# SPDX-License-Identifier: Apache-2.0
"""``imnm-kg explain``: a claim or an edge, as a person wants to read it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from imnm_kg.cli.answers import add_endpoint_options
from imnm_kg.cli.output import Style, style_for, terminal_width, wrap
from imnm_kg.cli.passages import passage_lines

if TYPE_CHECKING:
    from imnm_kg.model.explanation import Explanation

EXAMPLES = """\
examples:
  imnm-kg explain zilucoplan ameliorates imnm         an edge or a claim: subject, relation, object
  imnm-kg explain glucocorticoid hasSideEffect edema
  imnm-kg explain 476d045b6a14                        an id of a claim, evidence or inference, or its start
  imnm-kg explain zilucoplan inhibits complement-c5 --documents documents
  imnm-kg explain zilucoplan ameliorates imnm --endpoint http://127.0.0.1:8080/sparql
  imnm-kg explain 5f0c2a91 --claims proposed.ttl      a proposed claim: also its rule and the words that took part

With --documents the whole sentence is shown, else what is stored around the quote. The quote stands in [brackets], the
words that took part in an extraction in {braces}; on a terminal they are bold and underlined."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "id", nargs="+", metavar="ID", help="an id or its first four digits or more; or subject, relation and object"
    )
    parser.add_argument("--release", type=Path, metavar="DIR", help="the folder of a built release")
    add_endpoint_options(parser)
    parser.add_argument("--documents", type=Path, metavar="DIR", help="the documents' texts, for whole sentences")
    parser.add_argument("--claims", type=Path, metavar="FILE", help="a file of proposed claims, beside the release")


def run(arguments: argparse.Namespace) -> int:
    """Explain and print."""
    from imnm_kg.knowledge_graph import KnowledgeGraph

    if arguments.endpoint is None:
        graph = KnowledgeGraph.open(arguments.release)
    else:
        graph = KnowledgeGraph.connect(arguments.endpoint, arguments.timeout)
    found = graph.explain(*arguments.id, documents=arguments.documents, claims=arguments.claims)
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
        lines += ["", *passage_lines(passage, style, room)]
    for link in explanation.links:
        lines += ["", *wrap(f"{link.kind}: {link.other}", room), *(f"  {x}" for x in wrap(link.reason, room - 2))]
        lines.append(style(f"  {link.iri}", "dim"))
    for premise in explanation.premises:
        lines += ["", style("because", "dim"), *_lines(premise, style, width, indent + "  ")]
    return [indent + line if line else line for line in lines]
