# SPDX-License-Identifier: Apache-2.0
"""``imnm-kg sparql``: any SPARQL query."""

from __future__ import annotations

import argparse
from pathlib import Path

from imnm_kg.cli.answers import add_asking_options, open_for, print_result
from imnm_kg.model.folders import find_folders
from imnm_kg.rdf.files import read_text

EXAMPLES = """\
examples:
  imnm-kg sparql 'SELECT ?drug WHERE { ?drug a imnm:Drug }'
  imnm-kg sparql @my-query.rq --format json
  imnm-kg sparql 'ASK { entity:zilucoplan imnm:treats entity:imnm }'

The prefixes of the project need not be declared. The default graph is the union of all named graphs.
Nothing is fetched: SERVICE is refused; --endpoint sends the whole query to another server."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("query", metavar="TEXT_OR_@FILE", help="SPARQL, or @ and the name of a file")
    add_asking_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the query."""
    from imnm_kg.operations.ask import ask, with_prefixes
    from imnm_kg.operations.assemble import read_prefixes

    given: str = arguments.query
    shown = given[1:] if given.startswith("@") else "query"
    text = read_text(Path(shown)) if given.startswith("@") else given
    prefixes = read_prefixes(find_folders())
    if arguments.endpoint is not None:
        from imnm_kg.operations.remote import ask_endpoint

        result = ask_endpoint(arguments.endpoint, with_prefixes(text, prefixes), arguments.timeout)
    else:
        result = ask(open_for(arguments, graphs=True), text, prefixes, shown)
    return print_result(result, arguments.format, prefixes)
