# SPDX-License-Identifier: Apache-2.0
"""Turtle made at random, full of traps for what does not read every token."""

from __future__ import annotations

from hypothesis import strategies as st

__all__ = ["HEAD", "E", "calm_texts", "texts"]

HEAD = "@prefix e: <http://e/> .\n@prefix : <http://e/x#> .\nPREFIX e.x: <http://e/y/>\n@base <http://b.org/d/f> .\n"
E = "http://e/"

iris = st.sampled_from(
    ["e:a", "e:b.c", "e:a.", ":", ":1.5", "e:", "e.x:z", "<http://e/a>", "<#x.y>", "<http://e/é;.#>", "e:%41.b",
     "e:a\\.\\#", "<\\u0041>", "<../up>", "e:v1.b2", "_:n", "_:n.m", "<?q='x'>"]
)  # fmt: skip
literals = st.sampled_from(
    ['"x"', '"a . b"', '"""a" . e:z e:p "b\n. """', "'''it's # no\n'comment'. '''", '"\\"."', "''", '""', '"x"@en-US',
     '"1"^^e:t', "1", "1.5", ".5", "5", "-1.", "1e3", "2.E-1", "true", "false", '"<"', '"[ ("', "'é\\u00e9'", '"#"']
)  # fmt: skip
spaces = st.sampled_from([" ", "\n", "\t", " # a comment. with e:a e:p 1 .\n", "\r\n", "  "])


def objects(depth: int) -> st.SearchStrategy[str]:
    plain = iris | literals
    if depth == 0:
        return plain
    inner = objects(depth - 1)
    return st.one_of(
        plain,
        st.lists(inner, max_size=3).map(lambda items: f"( {' '.join(items)} )"),
        bodies(depth - 1).map(lambda body: f"[{body}]"),
        st.just("[]"),
    )


def bodies(depth: int) -> st.SearchStrategy[str]:
    predicate = st.sampled_from(["a", "e:p", "e:q.r", "<p>", ":"])
    pair = st.tuples(predicate, spaces, st.lists(objects(depth), min_size=1, max_size=2), spaces).map(
        lambda parts: f"{parts[0]}{parts[1]}{' , '.join(parts[2])}{parts[3]}"
    )
    return st.lists(pair, min_size=1, max_size=3).map(" ; ".join)


subjects = st.one_of(
    iris, st.just("[]"), st.just("( # )\n)"), st.just("( 1 'x' )"), bodies(1).map(lambda body: f"[ {body} ]")
)
directives = st.sampled_from(["@prefix e: <http://e/> .", "BASE <http://b.org/d/f>", "prefix n:\n<http://n.org/>"])
statements = st.tuples(subjects, spaces, bodies(2), spaces).map(
    lambda parts: f"{parts[0]}{parts[1]}{parts[2]}{parts[3]}."
)


def _joined(blocks: st.SearchStrategy[str], least: int, most: int) -> st.SearchStrategy[str]:
    return st.lists(st.tuples(blocks, spaces), min_size=least, max_size=most).map(
        lambda parts: HEAD + "".join(block + space for block, space in parts)
    )


texts = _joined(statements | directives, 1, 6)
calm_texts = _joined(statements.filter(lambda text: '"""' not in text and "'''" not in text), 4, 12)
"""Without strings in three quotes, and with all directives at the top."""
