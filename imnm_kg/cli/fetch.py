# SPDX-License-Identifier: Apache-2.0
"""``imnm-kg fetch``: documents from PubMed, PMC or the web."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

EXAMPLES = """\
examples:
  imnm-kg fetch 36923454 --out papers             a record of PubMed; several ids go into one request
  imnm-kg fetch PMC9999999 10.1000/xyz --out papers
  imnm-kg fetch https://example.org/page.html --out pages
  imnm-kg extract papers --format ttl --out proposed

A PMID gives the record of PubMed; a PMCID the article as JATS, where its publisher allows it; a DOI whichever of the
two Europe PMC knows; a URL that one page, in HTML, text or XML. No link is followed. The path of each file is printed.
Three requests a second, ten with a key of an NCBI account (--api-key, or NCBI_API_KEY in the environment). What was got
once is kept in the cache and not asked for again. Exit code 1: some could not be got, 2: none.
Records may be protected by copyright: see https://www.ncbi.nlm.nih.gov/About/disclaimer.html."""

_PROJECT = "https://w3id.org/imnm-kg/"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("wanted", nargs="+", metavar="ID-OR-URL", help="PMID, PMCID, DOI, or URL of a page")
    parser.add_argument("--out", type=Path, default=Path(), metavar="DIR", help="where to write; default: here")
    parser.add_argument("--format", choices=["xml", "txt"], default="xml", help="as it is (default), or its text alone")
    parser.add_argument("--email", default="", metavar="ADDRESS", help="tell the services whom to write to")
    parser.add_argument("--api-key", default="", metavar="KEY", help="of an NCBI account; others can see it in 'ps'")
    parser.add_argument("--cache", type=Path, metavar="DIR", help="default: imnm-kg/fetch in the cache of the system")
    parser.add_argument("--refresh", action="store_true", help="ask again for what is in the cache")
    parser.add_argument("--base-url", default="", metavar="URL", help="a mirror of the services of NCBI and Europe PMC")
    parser.add_argument("-q", "--quiet", action="store_true", help="tell only what is wrong")


def run(arguments: argparse.Namespace) -> int:
    """Fetch one after the other; a document that cannot be got stops no other."""
    from imnm_kg import __version__
    from imnm_kg.cli.output import progress
    from imnm_kg.operations.fetch import Failed, fetch, read_wanted
    from imnm_kg.reading.literature import Services
    from imnm_kg.reading.web import Web
    from imnm_kg.reading.web_cache import WebCache, default_cache

    say = progress(arguments.quiet)
    wanted = [read_wanted(word) for word in arguments.wanted]
    base = arguments.base_url.rstrip("/")
    key = arguments.api_key or os.environ.get("NCBI_API_KEY", "")
    whom = f"; mailto:{_address(arguments.email)}" if arguments.email else ""
    services = Services(base, "imnm-kg", arguments.email, key)
    web = Web(
        f"imnm-kg/{__version__} (+{_PROJECT}{whom})",
        [one.id for one in wanted if one.kind == "URL"] + ([base] if base else []),
        intervals={urlsplit(services.efetch("pubmed", [])).hostname or "": 0.1} if key else {},
        say=say,
    )
    cache = WebCache(arguments.cache or default_cache(), refresh=arguments.refresh)
    failed = done = 0
    for one in fetch(
        wanted, arguments.out, web=web, cache=cache, services=services, text=arguments.format == "txt", say=say
    ):
        if isinstance(one, Failed):
            failed += 1
            print(f"imnm-kg: {one.error}", file=sys.stderr)
            continue
        done += 1
        print(one.path, flush=True)
        for note in one.notes:
            print(f"imnm-kg: note: {one.path}: {note}", file=sys.stderr)
    if not done:
        return 2
    return 1 if failed else 0


def _address(text: str) -> str:
    """Return an address that can stand in a header."""
    from imnm_kg.errors import ImnmError
    from imnm_kg.reading.web_addresses import one_line

    name, _, host = text.partition("@")
    if not (name and "." in host and text.isascii() and text.isprintable()) or set(text) & set(' ()<>;"'):
        raise ImnmError("usage", f"'{one_line(text, 80)}' is no email address", "give one such as name@example.org")
    return text
