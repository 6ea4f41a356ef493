# SPDX-License-Identifier: Apache-2.0
"""How pages word values: durations, dates, sizes, certainties, and addresses that open a page at a passage."""

from __future__ import annotations

import re
from urllib.parse import quote

from imnm_kg.model.claims import RANKS

__all__ = [
    "CERTAINTIES",
    "dots",
    "duration",
    "rank",
    "short_quote",
    "size",
    "spaced",
    "text_fragment",
    "without_header",
]

_DURATION = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?")
_UNITS = ("year", "month", "week", "day", "hour", "minute")
_LONG = 90

CERTAINTIES = {
    "Established": "the text states it outright",
    "Probable": "the text calls it likely",
    "Possible": "the text says that it may be so",
    "Hypothesised": "the text offers it as a hypothesis",
}
"""What each certainty means: how sure the text is, not how true the claim."""


def rank(certainty: str | None) -> int:
    """Return 4 for established down to 1 for hypothesised, 0 for none."""
    return RANKS.index(certainty) + 1 if certainty in RANKS else 0


def dots(certainty: str | None) -> str:
    """Draw a certainty as four circles, as many of them filled as it is sure."""
    filled = rank(certainty)
    return "●" * filled + "○" * (4 - filled)


def duration(text: str) -> str:
    """Word an ISO 8601 duration (``P8W``: 8 weeks); any other text stays as it is."""
    found = _DURATION.fullmatch(text)
    if found is None or not any(found.groups()):
        return text
    parts = [
        f"{number} {unit}{'' if number == '1' else 's'}"
        for number, unit in zip(found.groups(), _UNITS, strict=True) if number
    ]  # fmt: skip
    return " ".join(parts)


def size(count: int) -> str:
    """Word a number of bytes."""
    if count < 1024:
        return f"{count} bytes"
    return f"{count / 1024:.0f} KB" if count < 1024 * 1024 else f"{count / 1024 / 1024:.1f} MB"


def spaced(name: str) -> str:
    """Turn the local name of a term into words: ``NotMet`` into ``not met``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).lower()


def short_quote(text: str, most: int = 160) -> str:
    """Cut a text at a word, for a list; the whole of it is on the page that the list leads to."""
    if len(text) <= most:
        return text
    return text[:most].rsplit(" ", 1)[0].rstrip(" ,;:") + " …"


def text_fragment(url: str, passage: str) -> str:
    """Return the address that opens a page at a passage, for browsers that know text fragments.

    A long passage is named by its first and last words. What has a meaning of its own in a fragment is escaped.
    """
    words = passage.split()
    if len(passage) > _LONG and len(words) > 8:
        parts = [" ".join(words[:4]), " ".join(words[-4:])]
    else:
        parts = [" ".join(words)]
    escaped = ",".join(quote(part, safe="").replace("-", "%2D") for part in parts)
    return f"{url}{'' if '#' in url else '#'}:~:text={escaped}"


def without_header(query: str) -> str:
    """Return a stored query for a reader: of the comments at its start only the title is left."""
    lines = query.splitlines(keepends=True)
    start = next((place for place, line in enumerate(lines) if not line.startswith("#")), len(lines))
    titles = [line.replace("# title: ", "# ", 1) for line in lines[:start] if line.startswith("# title: ")]
    return "".join([*titles, *lines[start:]])
