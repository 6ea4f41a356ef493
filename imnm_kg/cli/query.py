# SPDX-License-Identifier: Apache-2.0
"""``imnm-kg query``: stored queries."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from imnm_kg.cli.answers import add_asking_options, open_for, print_result
from imnm_kg.errors import ImnmError
from imnm_kg.model.folders import Folders, find_folders
from imnm_kg.model.namespaces import OWN_PREFIXES
from imnm_kg.operations.ask import ask

if TYPE_CHECKING:
    from pyoxigraph import Store

    from imnm_kg.model.stored_query import StoredQuery

EXAMPLES = """\
examples:
  imnm-kg query --list                            what can be asked
  imnm-kg query --show treatments                 what it answers, its parameters, its SPARQL
  imnm-kg query treatments
  imnm-kg query treatments -p certainty=Possible --format csv
  imnm-kg query treatments --endpoint http://127.0.0.1:7878/query

It asks the release given with --release, else ./release, else the one inside the package."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("name", nargs="?", metavar="NAME", help="the name of a stored query")
    parser.add_argument("-p", action="append", default=[], metavar="KEY=VALUE", dest="parameters", help="a parameter")
    parser.add_argument("--list", action="store_true", help="list the stored queries")
    parser.add_argument("--show", metavar="NAME", help="show a stored query")
    add_asking_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """List, show or run."""
    folders = find_folders()
    if arguments.list:
        return _list(folders)
    if arguments.show is not None:
        return _show(folders, arguments.show)
    if arguments.name is None:
        raise ImnmError("usage", "no query is named", "name one, or see 'imnm-kg query --list'")
    from imnm_kg.model.stored_query import load_query

    stored = load_query(folders.queries, arguments.name)
    given = _given(arguments.parameters, stored)
    prefixes = {**OWN_PREFIXES, **stored.prefixes}
    text = stored.bind(given, prefixes)
    if arguments.endpoint is not None:
        from imnm_kg.operations.remote import ask_endpoint

        return print_result(ask_endpoint(arguments.endpoint, text, arguments.timeout), arguments.format, prefixes)
    store = open_for(arguments)
    _note_unknown(store, stored, given, prefixes)
    return print_result(ask(store, text, shown=stored.path), arguments.format, prefixes)


def _note_unknown(store: Store, stored: StoredQuery, given: dict[str, str], prefixes: dict[str, str]) -> None:
    """Say on standard error when the graph knows nothing of an IRI that was given: the answer will be empty."""
    from pyoxigraph import NamedNode

    from imnm_kg.model.stored_query import nearest

    for parameter in stored.parameters:
        if parameter.name not in given:
            continue
        node = parameter.term(given[parameter.name], prefixes)
        if not isinstance(node, NamedNode) or next(store.quads_for_pattern(node, None, None), None) is not None:
            continue
        namespace = OWN_PREFIXES.get(parameter.type, "")
        subjects = {quad.subject.value for quad in store if isinstance(quad.subject, NamedNode)}
        names = {iri.removeprefix(namespace) for iri in subjects if iri.startswith(namespace) and "#" not in iri}
        hint = nearest(node.value.removeprefix(namespace), names, "see 'imnm-kg query entities'")
        print(f"imnm-kg: note: the graph does not know <{node.value}>; {hint}", file=sys.stderr)


def _given(pairs: list[str], stored: StoredQuery) -> dict[str, str]:
    given: dict[str, str] = {}
    for pair in pairs:
        key, sign, value = pair.partition("=")
        if key in given:
            raise ImnmError("usage", f"'-p {key}=' is given twice", "give each parameter once")
        if not sign:
            raise ImnmError("usage", f"'-p {pair}' is no KEY=VALUE", f"see 'imnm-kg query --show {stored.name}'")
        given[key] = value
    return given


def _list(folders: Folders) -> int:
    from imnm_kg.cli.output import format_table, style_for, terminal_width
    from imnm_kg.model.stored_query import list_queries

    kinds = ("question", "check")
    rows = [(query.name, query.title) for kind in kinds for query in list_queries(folders.queries, kind)]
    sys.stdout.write(format_table(["name", "title"], rows, style_for(sys.stdout), terminal_width(sys.stdout)))
    return 0


def _show(folders: Folders, name: str) -> int:
    from imnm_kg.cli.output import style_for
    from imnm_kg.model.stored_query import load_query

    query = load_query(folders.queries, name)
    print(style_for(sys.stdout)(query.title, "bold"))
    print(query.description)
    if query.parameters:
        print("\nparameters:")
        for parameter in query.parameters:
            default = "may be left out" if parameter.default == "UNDEF" else f"default {parameter.default}"
            print(f"  {parameter.name}: {parameter.description} ({default})\n      {parameter.takes}")
    print(f"\n{query.text.rstrip()}")
    return 0
