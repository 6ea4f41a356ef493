# SPDX-License-Identifier: Apache-2.0
"""From a tree of markup to runs of text in reading order; what an element means is the caller's to say."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = [
    "BLOCK",
    "CELL",
    "INLINE",
    "LINE",
    "SKIP",
    "VERBATIM",
    "Context",
    "Run",
    "TextBuilder",
    "flow",
    "inner_text",
    "local_name",
    "one_line",
]

# What becomes of an element: it is left out; runs on in the line; is a cell of a row; begins and ends a line; a
# paragraph; a paragraph whose white space counts.
SKIP, INLINE, CELL, LINE, BLOCK, VERBATIM = range(6)

Context = TypeVar("Context")

_SPACE = re.compile(r"[ \t\r\n\f]{2,}|[\t\r\n\f]")  # single blanks stay, which are most
_ROUND_TAB = re.compile(r" *\0[ \0]*")
_BREAK = re.compile(r"[ \t]*[\r\n][ \t\r\n]*")


class Run(NamedTuple, Generic[Context]):
    """A line or paragraph of text.

    Attributes:
        text: without white space at its ends, never empty.
        context: what the caller said of the element that it stands in.
        gap: what parts it from the run before: a line feed, or two.
    """

    text: str
    context: Context
    gap: str


def local_name(element: _Element) -> str:
    """Return the name of an element without its namespace, in small letters; empty for what is no element."""
    tag = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def inner_text(element: _Element | None) -> str:
    """Return all text inside an element as it stands; named entities of HTML are their characters."""
    if element is None:
        return ""
    return "".join(_collected(element)) if len(element) else element.text or ""


def _collected(element: _Element) -> Iterator[str]:
    yield element.text or ""
    open_: list[tuple[_Element, Iterator[_Element]]] = [(element, iter(element))]
    while open_:
        node, children = open_[-1]
        child = next(children, None)
        if child is None:
            open_.pop()
            if open_:
                yield node.tail or ""
        else:
            yield _own_text(child)
            open_.append((child, iter(child)))


def _own_text(node: _Element) -> str:
    if isinstance(node.tag, str):
        return node.text or ""
    name = getattr(node, "name", None)
    if name is None:  # a comment or an instruction
        return ""
    from html.entities import html5

    return html5.get(f"{name};", f"&{name};")


def one_line(text: str) -> str:
    """Return a text with each line break and the indentation around it as one blank, and no blanks at its ends."""
    if "\n" in text or "\r" in text:
        text = _BREAK.sub(" ", text)
    return text.strip(" \t")


class TextBuilder:
    """A text in the making."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._size = 0

    def add(self, text: str, gap: str = "\n\n") -> tuple[int, int]:
        """Add a run of text and return where it stands; nothing parts the first from the start."""
        if self._size:
            self._pieces.append(gap)
            self._size += len(gap)
        start = self._size
        self._pieces.append(text)
        self._size += len(text)
        return start, self._size

    @property
    def text(self) -> str:
        """The text so far."""
        return "".join(self._pieces)


def flow(
    root: _Element, context: Context, enter: Callable[[_Element, Context], tuple[int, Context]]
) -> Iterator[Run[Context]]:
    """Yield the text below an element, one run for each line or paragraph.

    White space is single blanks as on the screen, except in what is ``VERBATIM``. A tab parts the cells of a row.

    Args:
        root: where to begin; it is a paragraph itself.
        context: what to pass on for it.
        enter: says for an element, and the context that it stands in, what becomes of it and what the context is
            inside; the context of an element that is ``INLINE`` or ``CELL`` must be that around it.
    """
    buffer: list[str] = [root.text or ""]
    waiting = BLOCK
    open_: list[tuple[_Element, int, Context, Iterator[_Element]]] = [(root, BLOCK, context, iter(root))]

    def flush(inside: Context, verbatim: bool) -> Iterator[Run[Context]]:
        nonlocal waiting
        text = _shown("".join(buffer), verbatim)
        buffer.clear()
        if text:
            yield Run(text, inside, "\n" if waiting == LINE else "\n\n")
            waiting = 0

    while open_:
        node, how, inside, children = open_[-1]
        child = next(children, None)
        if child is None:
            if how >= LINE:
                yield from flush(inside, how == VERBATIM)
                waiting = max(waiting, how)
            elif how == CELL:
                buffer.append("\0")
            open_.pop()
            if open_:
                buffer.append(node.tail or "")
            continue
        if not isinstance(child.tag, str):
            buffer.append(_own_text(child))
            buffer.append(child.tail or "")
            continue
        step, below = enter(child, inside)
        if step == SKIP:
            buffer.append(child.tail or "")
            continue
        if step >= LINE:
            yield from flush(inside, how == VERBATIM)
            waiting = max(waiting, step)
            # A line inside a verbatim paragraph is verbatim, too.
            step = VERBATIM if how == VERBATIM else step
        buffer.append(child.text or "")
        open_.append((child, step, below, iter(child)))


def _shown(text: str, verbatim: bool) -> str:
    if verbatim:
        return text.replace("\0", "\t").strip()
    text = _SPACE.sub(" ", text)
    if "\0" in text:
        text = _ROUND_TAB.sub("\t", text)
    return text.strip(" \t")
