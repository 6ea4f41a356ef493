# SPDX-License-Identifier: Apache-2.0
"""Errors as HTTP has them: problem details (RFC 9457) with the id, the remedy and the place."""

from __future__ import annotations

import json
from http import HTTPStatus

from imnm_kg.serve.formats import HttpError

__all__ = ["problem"]


def problem(error: HttpError) -> bytes:
    """Write an error as a problem of ``application/problem+json``."""
    told: dict[str, object] = {
        "status": error.status,
        "title": HTTPStatus(error.status).phrase,
        "code": error.code,
        "detail": error.what,
        "remedy": error.remedy,
    }
    if error.place is not None and error.place.line is not None:
        told["line"] = error.place.line
        told["column"] = error.place.column
    return json.dumps(told, ensure_ascii=True).encode() + b"\n"
