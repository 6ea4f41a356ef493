# SPDX-License-Identifier: Apache-2.0
"""Generate the pages of the stored queries and of the shapes: ``python docs/generate.py [--check]``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from shapes_page import shapes_page

from imnm_kg.model.stored_query import Parameter, StoredQuery, list_queries
from imnm_kg.rdf.files import read_text, write_atomically

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "queries.md"
SHAPES_PAGE = ROOT / "docs" / "shapes.md"

_TOP = """\
# Stored queries

This page is generated from the headers of the files in `queries/` by `python docs/generate.py`; do not edit it.

A stored query is a `.rq` file that runs as it is on any SPARQL 1.1 engine that has the union of all graphs as its
default graph. Its header is its documentation:

```text
# title: Treatments of a disease
# description: A row is …
# keywords: treatment, drug
# param: disease entity - the disease
```

A parameter is a variable with `VALUES ?disease { entity:imnm }` in the query. The value in the file is the
default; `{ UNDEF }` means that the parameter may be left out. What a user gives is bound as an RDF term, never as
text of the query.

```sh
imnm-kg query --list
imnm-kg query --show treatments
imnm-kg query treatments -p certainty=Possible
```

| type of parameter | takes |
|---|---|
| `entity` | a name such as `zilucoplan`, `entity:zilucoplan`, or a full IRI |
| `claim` | 32 digits, `claim:…`, or a full IRI |
| `document` | an id such as `mda-medical-management`, `document:…`, or a full IRI |
| `term` | one of the terms that are listed; case does not matter |
| `string` | a text |
| `integer` | a whole number |
"""
_KINDS = {
    "question": ("Questions", "A row is an answer."),
    "check": (
        "Checks",
        "A row is a problem. `build` runs all checks; each row is a finding with the id `check-NAME`."
        " A check can be run like a question.",
    ),
    "rule": (
        "Rules",
        "A rule constructs what follows. `build` runs the rules in three stages: `claims`, then `edges`, then"
        " `closure` until nothing new is concluded. Each conclusion is an inference with its premises; see"
        " [decision 0003](decisions/0003-rules-and-inferences.md).",
    ),
}


def page(queries: Path) -> str:
    """Return the text of the page.

    Args:
        queries: the folder with ``questions``, ``checks`` and ``rules``.
    """
    parts = [_TOP.rstrip()]
    for kind, (heading, sentence) in _KINDS.items():
        found = list_queries(queries, kind)
        parts += [f"## {heading}", sentence, _overview(found)]
        parts += [_section(query) for query in found]
    return "\n\n".join(parts) + "\n"


def _overview(queries: list[StoredQuery]) -> str:
    rows = [f"| [`{query.name}`](#{query.name}) | {_cell(query.title)} |" for query in queries]
    return "\n".join(["| name | title |", "|---|---|", *rows])


def _section(query: StoredQuery) -> str:
    parts = [f"### {query.name}", f"**{query.title}.** {query.description}"]
    if query.parameters:
        rows = [_row(parameter) for parameter in query.parameters]
        parts.append("\n".join(["| parameter | type | default | meaning |", "|---|---|---|---|", *rows]))
    notes = []
    if "stage" in query.header:
        notes.append(f"Stage: `{query.header['stage']}`; into `graph:{query.header['graph']}`.")
    if "remedy" in query.header:
        notes.append(f"What to do: {query.header['remedy']}")
    if "keywords" in query.header:
        notes.append(f"Keywords: {query.header['keywords']}.")
    return "\n\n".join([*parts, *notes])


def _row(parameter: Parameter) -> str:
    type_ = f"`{parameter.type}`"
    if parameter.choices:
        type_ += ": " + ", ".join(f"`{choice}`" for choice in parameter.choices)
    default = "may be left out" if parameter.default == "UNDEF" else f"`{parameter.default}`"
    return f"| `{parameter.name}` | {type_} | {default} | {_cell(parameter.description)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main() -> int:
    """Write the pages, or with ``--check`` only compare them; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit code 1 if a page is old")
    parser.add_argument("--queries", type=Path, default=ROOT / "queries", metavar="DIR", help="default: queries/")
    parser.add_argument("--page", type=Path, default=PAGE, metavar="FILE", help="default: docs/queries.md")
    parser.add_argument("--shapes", type=Path, default=ROOT / "shapes", metavar="DIR", help="default: shapes/")
    parser.add_argument("--shapes-page", type=Path, default=SHAPES_PAGE, metavar="FILE", help="default: docs/shapes.md")
    arguments = parser.parse_args()
    texts = {
        arguments.page: page(arguments.queries),
        arguments.shapes_page: shapes_page(arguments.shapes, ROOT / "ontology" / "prefixes.ttl"),
    }
    old = [path for path, text in texts.items() if not path.exists() or read_text(path) != text]
    for path in old:
        if arguments.check:
            print(f"{path}: out of date; run 'python docs/generate.py'", file=sys.stderr)
        else:
            write_atomically(path, texts[path])
    return 1 if old and arguments.check else 0


if __name__ == "__main__":
    sys.exit(main())
