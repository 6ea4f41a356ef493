# SPDX-License-Identifier: Apache-2.0
"""What was fetched once, kept by what was asked for; the bytes are kept under their own hash."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

from imnm_kg.errors import ImnmError, Place
from imnm_kg.reading.web import Answer

__all__ = ["WebCache", "default_cache"]


def default_cache() -> Path:
    """Return the folder for what was fetched, as the system has it."""
    given = os.environ.get("XDG_CACHE_HOME", "")
    root = Path(given) if Path(given).is_absolute() else Path.home() / ".cache"
    return root / "imnm-kg" / "fetch"


class WebCache:
    """A folder of answers.

    ``requests/`` has a small file for each request, named by the hash of its URL without who asked; ``bodies/`` has the
    bytes, named by their hash. What does not have its hash counts as absent, so a damaged file is fetched anew.
    """

    def __init__(self, folder: Path, *, refresh: bool = False) -> None:
        """Use a folder, which need not exist.

        Args:
            folder: where.
            refresh: whether to take nothing out, and only put in.
        """
        self._folder = folder
        self._refresh = refresh

    def take(self, request: str) -> Answer | None:
        """Return what was kept for a request; nothing where there is none, or it is damaged."""
        if self._refresh:
            return None
        try:
            note = json.loads(self._request(request).read_bytes())
            if note["request"] != request:
                return None
            body = self._body(str(note["sha256"])).read_bytes()
            if hashlib.sha256(body).hexdigest() != note["sha256"]:
                return None
            return Answer(str(note["url"]), str(note["content_type"]), str(note["charset"]), body)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def keep(self, request: str, answer: Answer) -> None:
        """Keep an answer.

        Raises:
            ImnmError: ``file-unwritable``.
        """
        digest = hashlib.sha256(answer.body).hexdigest()
        note = {
            "request": request,
            "url": answer.url,
            "content_type": answer.content_type,
            "charset": answer.charset,
            "sha256": digest,
        }
        text = json.dumps(note, indent=1, sort_keys=True) + "\n"
        try:
            _put(self._body(digest), answer.body)
            _put(self._request(request), text.encode())
        except OSError as error:
            what = f"nothing can be kept here ({error.strerror or error})"
            remedy = "name another folder with --cache"
            raise ImnmError("file-unwritable", what, remedy, Place(str(self._folder))) from error

    def _body(self, digest: str) -> Path:
        if len(digest) != 64 or not digest.isalnum():
            raise ValueError(digest)
        return self._folder / "bodies" / digest[:2] / digest

    def _request(self, request: str) -> Path:
        digest = hashlib.sha256(request.encode()).hexdigest()
        return self._folder / "requests" / digest[:2] / f"{digest}.json"


def _put(path: Path, data: bytes) -> None:
    """Write a file aside and give it its name; what a crash of the machine damages is found by its hash."""
    import tempfile

    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
