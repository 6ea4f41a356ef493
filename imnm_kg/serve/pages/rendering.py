# SPDX-License-Identifier: Apache-2.0
"""Templates to HTML: the environment, the addresses of static files, the headers, and pages kept once made."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache, wraps
from pathlib import Path
from typing import Concatenate, ParamSpec

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse

from imnm_kg.model.namespaces import BASE
from imnm_kg.serve.pages.facts import facts_of
from imnm_kg.serve.pages.wording import CERTAINTIES, dots, size, spaced
from imnm_kg.serve.site import Site

__all__ = ["EDITOR_POLICY", "HEADERS", "POLICY", "STATIC", "has_script", "kept", "render", "respond"]

STATIC = Path(__file__).resolve().parent.parent / "static"
"""The folder of style sheets and scripts; what comes from npm is in ``vendor`` below it, where it was built."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""What a page may load: nothing from other hosts, and no script or style inside the page."""

EDITOR_POLICY = POLICY.replace(
    "style-src 'self'", "style-src 'self' 'sha256-zCK2EVMoPc04mRF/g5CotUvxbJPWS+8V0b+s9ptqQIk='"
)
"""The same, and the one fixed style by which the editor's table of answers lets its columns be resized."""

HEADERS = {
    "content-security-policy": POLICY,
    "referrer-policy": "strict-origin-when-cross-origin",
    "x-content-type-options": "nosniff",
}
"""The headers that every page is sent with."""

_Given = ParamSpec("_Given")


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("imnm_kg.serve", "templates"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, auto_reload=False,
    )  # fmt: skip
    made.globals.update(static=_static, certainties=CERTAINTIES, has_script=has_script)
    made.filters.update(size=size, spaced=spaced, dots=dots, relative=_relative)
    return made


def _relative(iri: str) -> str:
    return iri.removeprefix(BASE)


@cache
def _static(name: str) -> str:
    """Return the name of a static file with a digest of its bytes, so that a browser may keep it."""
    data = (STATIC / name).read_bytes()
    return f"static/{name}?v={hashlib.sha256(data).hexdigest()[:10]}"


@cache
def has_script(name: str) -> bool:
    """Tell whether a file of npm is there; in a clone that was not built with npm there is none."""
    return (STATIC / "vendor" / name).is_file()


def render(site: Site, template: str, /, head: str = "", **values: object) -> str:
    """Fill a template.

    Args:
        site: what is served.
        template: the name of the template.
        head: HTML for the end of ``<head>``, such as JSON-LD; it is put there as it is.
        values: what the template shows; every text of it is escaped.
    """
    facts = facts_of(site)
    extra = Markup(head)
    return _environment().get_template(template).render(
        root=facts.root, site=site, extra_head=extra, href=facts.href, **values
    )  # fmt: skip


def respond(html: str, status: int = 200, headers: dict[str, str] | None = None) -> HTMLResponse:
    """Return a page as an answer, with the headers that keep it from loading anything else."""
    return HTMLResponse(html, status, {**HEADERS, **(headers or {})})


class _Pages:
    """Pages by what they were made of, the oldest given up when they grow too large together."""

    def __init__(self, most: int) -> None:
        self._pages: dict[tuple[object, ...], str] = {}
        self._most, self._letters = most, 0

    def get(self, key: tuple[object, ...]) -> str | None:
        return self._pages.get(key)

    def keep(self, key: tuple[object, ...], page: str) -> None:
        if len(page) > self._most or key in self._pages:
            return
        self._pages[key] = page
        self._letters += len(page)
        while self._letters > self._most:
            self._letters -= len(self._pages.pop(next(iter(self._pages))))


_PAGES = _Pages(32_000_000)


def kept(
    make: Callable[Concatenate[Site, _Given], str | None],
) -> Callable[Concatenate[Site, _Given], str | None]:
    """Keep the pages that depend on the release alone: the same release and arguments give the same page."""

    @wraps(make)
    def page(site: Site, /, *args: _Given.args, **kwargs: _Given.kwargs) -> str | None:
        key = (site.digest, site.base, str(site.documents), make.__name__, args, tuple(sorted(kwargs.items())))
        found = _PAGES.get(key)
        if found is None:
            found = make(site, *args, **kwargs)
            if found is not None:
                _PAGES.keep(key, found)
        return found

    return page
