# SPDX-License-Identifier: Apache-2.0
"""A query asked of many nodes at once gives the rows that it gives node by node."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imnm_kg.shacl.columns import DataGraph
from imnm_kg.shacl.queries import Query
from imnm_kg.shacl.sparql import LocalEvaluator, Row
from imnm_kg.shacl.vocabulary import XSD, Term
from tests.examples import examples
from tests.shacl.support import EX, AskedOfAll, term, turtle

PREFIXES = {"ex": EX, "xsd": XSD}
PROLOGUE = f"PREFIX ex: <{EX}>\nPREFIX xsd: <{XSD}>\n"
DATA = turtle("""
ex:a ex:p ex:b, 1, "a" ; ex:q ex:a .
ex:b ex:p ex:c ; ex:q 2 .
ex:c ex:p ex:a, ex:d, _:b .
_:b ex:p ex:a ; ex:q "a"@en .
ex:d ex:q ex:b .
""")
NODES = [term(text) for text in ("ex:a", "ex:b", "ex:c", "ex:d", "ex:none", "1", '"a"')]


class _Maker:
    """Makes a query from templates: groups in groups, tests, bindings, paths."""

    def __init__(self, random: Random) -> None:
        self.random, self.made = random, 0

    def of(self, *texts: str) -> str:
        return self.random.choice(texts)

    def triple(self) -> str:
        subject = self.of("$this", "$this", "?x", "?y", "ex:a", "[]")
        verb = self.of(
            "ex:p", "ex:q", "?r", "ex:p/ex:q", "^ex:p", "ex:p*", "ex:p+", "ex:p?", "ex:p|ex:q", "!ex:p", "(ex:p/ex:p)*",
            "ex:p*/ex:q", "ex:q/ex:p?", "^(ex:p|ex:q)",
        )  # fmt: skip
        more = self.of("", "", f" ; ex:q {self.of('?y', '$this', '2')}", f", {self.of('?y', '$this')}")
        return f"{subject} {verb} {self.of('$this', '?x', '?x', '?y', 'ex:a', '1', '[ ex:p ?x ]')}{more} ."

    def expression(self, depth: int) -> str:
        simple = [
            "bound(?x)", "!bound(?y)", "?x = $this", "$this != ?y", "isIRI($this)", "isLiteral(?x)", "?x < 2",
            "sameTerm(?x, $this)", "$this IN (ex:a, 1)", "bound($this)", "COALESCE(?x, $this) = ex:a",
            "STR($this) = \"$this\"", "?x - 1 = ?y", "STRLEN(?x) < 2", "?y >= STRLEN(?x) * 1", "!(?x + ?y > 3)",
            "datatype(?x) != xsd:integer && ?x != \"a\"", "?y NOT IN (ex:b, \"a\", 2)", "isBlank(?y) || -?x < 0",
            "?x = \"a\"@en", "IF(?x = 1, true, false)", "EXISTS { ?x ex:p ?y } && ?x != ?y",
        ]  # fmt: skip
        if depth:
            simple += [f"EXISTS {self.group(depth - 1)}", f"NOT EXISTS {self.group(depth - 1)}"] * 2
            simple.append(f"({self.expression(depth - 1)}) || ({self.expression(depth - 1)})")
        return self.of(*simple)

    def element(self, depth: int) -> str:
        form = self.random.randrange(10 if depth else 7)
        if form < 4:
            return self.triple()
        if form == 4:
            return f"FILTER({self.expression(depth)})"
        if form == 5:
            return f"FILTER {self.of('', 'NOT ')}EXISTS {self.group(max(0, depth - 1))}" if depth else self.triple()
        if form == 6:
            self.made += 1
            return f"BIND({self.of('$this', 'STR($this)', '?x', f'({self.expression(depth)})')} AS ?v{self.made})"
        if form == 7:
            return f"OPTIONAL {self.group(depth - 1)}"
        if form == 8:
            return f"{self.group(depth - 1)} UNION {self.group(depth - 1)}"
        return self.group(depth - 1)

    def group(self, depth: int) -> str:
        return "{ " + " ".join(self.element(depth) for _ in range(self.random.randint(1, 3))) + " }"

    def query(self) -> str:
        where = self.group(2)
        head = self.of(
            "SELECT $this ?x", "SELECT ?x ?y", "SELECT *", "SELECT DISTINCT $this ?x", "SELECT $this",
            "SELECT ($this AS ?z) ?x", "SELECT (COUNT(?x) AS ?n)", "ASK",
        )  # fmt: skip
        tail = self.of("", "", " ORDER BY ?x", " LIMIT 1000") if head == "SELECT ?x ?y" else ""
        return f"{head} {where}{tail}"


def rows_of(
    query: Query, nodes: list[Term], small: int = 50_000, kind: type[LocalEvaluator] = LocalEvaluator
) -> Counter[tuple[int, str]]:
    graph = DataGraph(DATA)
    evaluator = kind(graph, [], small)
    found = evaluator.rows(query, ("this",), [(graph.intern(node),) for node in nodes], {})
    return Counter((place, _text(row)) for place, row in found)


def _text(row: Row) -> str:
    return " ".join(
        f"{name}={value}" for name, value in sorted(row.items()) if name != "this" and not name.startswith("imnm")
    )


def queries() -> st.SearchStrategy[str]:
    return st.randoms(use_true_random=False).map(lambda random: _Maker(random).query())


def one_by_one(query: Query) -> Counter[tuple[int, str]]:
    found: Counter[tuple[int, str]] = Counter()
    for place, node in enumerate(NODES):
        for (_, text), count in rows_of(query, [node], kind=AskedOfAll).items():
            found[place, text] += count
    return found


def check(text: str) -> bool | None:
    """Compare; give whether the query was asked of many at once, and None for one that is none."""
    query = Query(text, PROLOGUE, PREFIXES)
    try:
        query.check(text.split(maxsplit=1)[0], ("this",))
    except ValueError:
        return None
    expected = one_by_one(query)
    assert rows_of(query, NODES, kind=AskedOfAll) == expected, text
    assert rows_of(query, NODES) == expected, text  # nodes that cannot have a row are not asked about
    assert rows_of(query, NODES, small=0) == expected, text  # of a store that holds only what the query can see
    return query.together(("this",))


@examples(80)
@given(queries())
def test_together_as_one_by_one(text: str) -> None:
    check(text)


@pytest.mark.slow
def test_many_queries() -> None:
    asked = Counter(check(_Maker(Random(seed)).query()) for seed in range(4000))
    assert asked[True] > 1000


def test_known_traps() -> None:
    """Queries in which the structure decides; each gave other rows once when asked of many nodes at once."""
    for text, together in (
        ("SELECT ?x { $this ex:p ?x OPTIONAL { $this ex:q ?y } }", True),
        ("SELECT ?x { $this ex:p ?x FILTER NOT EXISTS { $this ex:q ?y } }", True),
        ("SELECT ?x { { $this ex:p ?x } UNION { ?x ex:q $this } }", True),
        ("SELECT ?x { { $this ex:p ?x OPTIONAL { $this ex:q ?y } } }", True),
        ("SELECT ?x { { OPTIONAL { $this ex:q ?x } } }", False),
        ("SELECT ?x { OPTIONAL { $this ex:q ?y } $this ex:p ?x }", True),
        ("SELECT ?x { { OPTIONAL { $this ex:q ?x } $this ex:p ?y } }", False),
        ("SELECT ?y { { FILTER EXISTS { $this ex:q ?y } } }", False),
        ("SELECT ?y { OPTIONAL { ?x ex:p ?y OPTIONAL { $this ex:q ?y } } }", False),
        ("SELECT ?v { { BIND(STR($this) AS ?v) $this ex:p ?x } }", False),
        ("SELECT ?v { { $this ex:p ?x BIND(STR($this) AS ?v) } }", True),
        ("SELECT ?x { { FILTER($this = ex:a) } }", False),
        ("SELECT ?x { { $this ex:p ?x FILTER($this = ex:a) } }", True),
        ("SELECT ?x { $this ex:p* ?x }", False),
        ("SELECT ?x { $this ex:p+ ?x }", True),
        ("SELECT (COUNT(?x) AS ?n) { $this ex:p ?x }", False),
        ("SELECT ?x { $this ex:p ?x } LIMIT 1000", False),
        ("SELECT $this ?x { { SELECT $this ?x { $this ex:p ?x } } }", False),
        ('SELECT ?x { $this ex:p ?x FILTER("$this" != STR($this)) # $this in a comment {\n}', True),
        ("ASK { $this ex:p ?x }", True),
    ):
        assert check(text) is together, text
