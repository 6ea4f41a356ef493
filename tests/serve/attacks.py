# SPDX-License-Identifier: Apache-2.0
"""The worst queries: each of them ends or stops a server that runs it in its own process."""

from __future__ import annotations

__all__ = ["CRASHING", "ENDLESS", "LARGE", "OUTWARD", "WORST"]

_ALL = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i"


def _doubling() -> str:
    steps = " ".join(f"BIND(CONCAT(?a{n}, ?a{n}) AS ?a{n + 1})" for n in range(40))
    return f"SELECT ?x {{ BIND('aaaaaaaaaaaaaaaa' AS ?a0) {steps} BIND(STRLEN(?a40) AS ?x) }}"


CRASHING = {
    "braces": "ASK " + "{" * 2300 + "}" * 2300,
    "exists": "ASK {" + "FILTER EXISTS {" * 1100 + "}" * 1100 + "}",
    "sub-selects": "SELECT * {" * 1100 + "}" * 1100,
    "brackets": "ASK { FILTER(" + "(" * 5000 + "true" + ")" * 5000 + ") }",
    "nots": "ASK { FILTER(" + "!" * 15_000 + "true) }",
    "unions": "SELECT * {" + " UNION ".join(["{}"] * 3000) + "}",
}
"""They overflow the stack of the engine."""

ENDLESS = {
    "join": f"SELECT (COUNT(*) AS ?n) {{ {_ALL} }}",
    "path": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?a (<http://x>|!<http://x>)* ?d }",
    "filter": f"ASK {{ {_ALL} FILTER(CONCAT(STR(?a), STR(?f), STR(?i)) = 'none') }}",
    "text": f"ASK {{ {_ALL} FILTER(REGEX(CONCAT(STR(?c), STR(?f), STR(?i)), '(a+)+b(c|d)*zzz$')) }}",
}
"""They would run for ages."""

LARGE = {
    "rows": f"SELECT * {{ {_ALL} }}",
    "order": f"SELECT * {{ {_ALL} }} ORDER BY ?a ?f",
    "distinct": f"SELECT DISTINCT ?a ?d ?g {{ {_ALL} }}",
    "group": "SELECT (GROUP_CONCAT(?c) AS ?x) { ?a ?b ?c . ?d ?e ?f }",
    "doubling": _doubling(),
    "paths": "SELECT (COUNT(*) AS ?n) { ?a (<http://x>|!<http://x>)* ?b . ?c (<http://x>|!<http://x>)* ?d }",
}
"""They would take all memory, or give far too many rows."""

OUTWARD = {
    "service": "SELECT * { SERVICE <http://127.0.0.1:1/> { ?a ?b ?c } }",
    "silent": "SELECT * { SERVICE SILENT <http://127.0.0.1:1/> { ?a ?b ?c } }",
    "escaped": "SELECT * { SERV\\u0049CE <http://127.0.0.1:1/> { ?a ?b ?c } }",
}
"""They would ask another server."""

WORST = {**CRASHING, **ENDLESS, **LARGE, **OUTWARD}
