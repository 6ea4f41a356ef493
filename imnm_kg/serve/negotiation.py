# SPDX-License-Identifier: Apache-2.0
"""Content negotiation: which of some media types a client wants most, by RFC 9110."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["best"]


def best(accept: str, offered: Sequence[str]) -> str | None:
    """Choose the media type that a client wants most.

    Args:
        accept: the value of the header ``Accept``; empty for a client that takes anything.
        offered: the media types, the preferred one first.

    Returns:
        None when the client takes none of them.
    """
    ranges = [_range(part) for part in accept.split(",") if part.strip()]
    if not ranges:
        return offered[0]
    chosen, most = None, 0.0
    for media_type in offered:
        fitting = [(specific, quality) for name, specific, quality in ranges if _fits(name, media_type)]
        quality = max(fitting)[1] if fitting else 0.0  # the most specific range decides, not the highest quality
        if quality > most:
            chosen, most = media_type, quality
    return chosen


def _range(part: str) -> tuple[str, int, float]:
    name, *parameters = (piece.strip() for piece in part.split(";"))
    quality = 1.0
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip().lower() == "q":
            try:
                quality = min(1.0, max(0.0, float(value)))
            except ValueError:
                quality = 0.0
    name = name.lower()
    return name, 0 if name == "*/*" else 1 if name.endswith("/*") else 2, quality


def _fits(name: str, media_type: str) -> bool:
    return name in ("*/*", media_type) or (name.endswith("/*") and media_type.startswith(name[:-1]))
