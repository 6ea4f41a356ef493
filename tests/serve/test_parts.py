# SPDX-License-Identifier: Apache-2.0
"""The parts that decide without a connection: who a client is, its share, what is remembered, what is chosen."""

from __future__ import annotations

import pytest

from imnm_kg.errors import ImnmError
from imnm_kg.operations.ask import check_query
from imnm_kg.serve.cache import Cache, Kept
from imnm_kg.serve.clients import RateLimit, client_of
from imnm_kg.serve.formats import GRAPHS, ROWS, HttpError, choose
from imnm_kg.serve.frames import Head, pack_piece, unpack_head
from imnm_kg.serve.lanes import Lanes

PROXY = ("10.0.0.0/8",)


@pytest.mark.parametrize(
    ("peer", "forwarded", "trusted", "client"),
    [
        ("203.0.113.7", b"1.2.3.4", (), "203.0.113.7"),
        ("203.0.113.7", b"1.2.3.4", PROXY, "203.0.113.7"),
        ("10.0.0.1", b"9.9.9.9, 1.2.3.4, 10.0.0.2", PROXY, "1.2.3.4"),
        ("10.0.0.1", b'1.2.3.4, "evil', PROXY, "10.0.0.1"),
        ("10.0.0.1", b"", PROXY, "10.0.0.1"),
        ("2001:db8::1:2", b"", (), "2001:db8::/64"),
        ("::ffff:192.0.2.1", b"", (), "192.0.2.1"),
    ],
)
def test_who_a_client_is(peer: str, forwarded: bytes, trusted: tuple[str, ...], client: str) -> None:
    assert client_of(peer, [forwarded], trusted) == client


def test_a_share_fills_again(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("imnm_kg.serve.clients.monotonic", lambda: now[0])
    rates = RateLimit(2.0, 3)
    assert [rates.wait("a") for _ in range(4)] == [0.0, 0.0, 0.0, 0.5]
    assert rates.wait("b") == 0.0
    now[0] += 0.5
    assert rates.wait("a") == 0.0
    rates.wait("b", 10.0)
    assert rates.wait("b") > 3


def test_what_is_remembered_of_queries_and_clients() -> None:
    lanes = Lanes()
    assert not lanes.is_slow("q", "a", 0.0)
    lanes.was_slow("q", "a", 0.0)
    assert lanes.is_slow("q", "b", 1.0)
    assert not lanes.is_slow("other", "a", 1.0)
    lanes.was_slow("r", "a", 1.0)
    lanes.was_slow("s", "a", 2.0)
    lanes.was_quick("lookup")
    assert lanes.is_slow("other", "a", 3.0)
    assert not lanes.is_slow("lookup", "a", 3.0)
    assert not lanes.is_slow("other", "a", 30.0)
    refusal = HttpError(500, ImnmError("query-crash", "x", "y"))
    lanes.was_bad("bad", "b", 0.0, refusal)
    assert lanes.refused("bad", 1.0) is refusal
    assert lanes.refused("bad", 100.0) is None


def test_the_cache_keeps_to_its_size() -> None:
    cache = Cache(20_000)
    for number in range(100):
        cache.put(number, Kept([], b"x" * 100, "", 0, ""))
    assert cache.size <= 20_000
    assert cache.get(99) is not None
    assert cache.get(0) is None
    cache.put("large", Kept([], b"x" * 10_000, "", 0, ""))
    assert cache.get("large") is None


def test_what_a_client_is_given() -> None:
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    assert choose(browser, None, ROWS) == ("xml", "application/xml")
    assert choose("text/plain", None, GRAPHS) == ("ntriples", "text/plain; charset=utf-8")
    assert choose("application/json", None, GRAPHS) == ("jsonld", "application/json")
    with pytest.raises(HttpError) as refused:
        choose("", "png", ROWS)
    assert refused.value.status == 406


def test_a_head_comes_over_as_it_was() -> None:
    head = Head(200, "text/csv; charset=utf-8", 7, "abc", "csv", True, "")
    packed = pack_piece(b"W", head, b"body")
    assert unpack_head(packed[9:-4]) == head
    with pytest.raises(ValueError, match="unpack"):
        unpack_head(b"nonsense")


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("ASK { SERVICE <http://a/> { ?s ?p ?o } }", True),
        ("ASK { SERVICE SILENT <http://a/> { ?s ?p ?o } }", True),
        ("ASK { SERVICE <http://b/> { ?s ?p ?o } }", False),
        ("ASK { SERVICE ?x { ?s ?p ?o } }", False),
        ("PREFIX a: <http://b/> ASK { SERVICE <http://a/> { ?s ?p ?o } SERVICE a:x { ?s ?p ?o } }", False),
        ("ASK { SERV\\u0049CE <http://a/> { ?s ?p ?o } }", False),
        ("ASK { SERVICE #\n <http://b/> #\n { ?s ?p ?o } } # SERVICE <http://a/>", False),
    ],
)
def test_only_named_services_are_asked(text: str, allowed: bool) -> None:
    if allowed:
        assert check_query(text, "query", ("http://a/",))
    else:
        with pytest.raises(ImnmError, match="query-service"):
            check_query(text, "query", ("http://a/",))
