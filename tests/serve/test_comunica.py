# SPDX-License-Identifier: Apache-2.0
"""Comunica, an independent client, finds out what the endpoint is and gets the answers of the fixtures from it."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections import Counter

import pytest
from pyoxigraph import QueryBoolean, QueryResultsFormat, parse_query_results

from tests.conftest import ROOT, outside
from tests.queries import support
from tests.serve.support import Server

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WEB = ROOT / "web"


def asked(server: Server, *queries: str) -> list[bytes]:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not here")
    outside(WEB / "node_modules" / "@comunica", "Comunica is not installed: npm ci in web/")
    given = json.dumps({"endpoint": f"{server.address}/sparql", "queries": queries})
    done = subprocess.run([node, "comunica.mjs"], cwd=WEB, input=given.encode(), capture_output=True, timeout=300)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    return done.stdout.splitlines()


def test_every_question_is_answered_as_its_fixture_says(server: Server) -> None:
    answers = asked(server, *(question.text for question in support.QUESTIONS))
    for question, answer in zip(support.QUESTIONS, answers, strict=True):
        expected = support.read_tsv(support.FIXTURES / f"{question.name}.tsv")
        variables, rows = support.table(parse_query_results(answer, format=QueryResultsFormat.JSON))
        order = [variables.index(name) if name in variables else None for name in expected[0]]
        found = [tuple("" if place is None else row[place] for place in order) for row in rows]
        assert Counter(found) == Counter(expected[1]), question.name


def test_what_is_asked_with_ask(server: Server) -> None:
    entity = "https://w3id.org/imnm-kg/entity/"
    answers = asked(server, f"ASK {{ <{entity}zilucoplan> ?p ?o }}", f"ASK {{ <{entity}no-such-thing> ?p ?o }}")
    told = [parse_query_results(answer, format=QueryResultsFormat.JSON) for answer in answers]
    assert all(isinstance(each, QueryBoolean) for each in told)
    assert [bool(each) for each in told] == [True, False]
