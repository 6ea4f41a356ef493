# SPDX-License-Identifier: Apache-2.0
"""Stored queries: a ``.rq`` file with a header that documents it, and parameters bound as RDF terms.

A parameter ``disease`` is written in the query as ``VALUES ?disease { entity:imnm }``: the file runs as it is,
with the default, on any engine. Binding puts another RDF term, checked and serialised, in that place; nothing a
user gives is ever read as query text. ``{ UNDEF }`` is the default of a parameter that may be left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple, TypeAlias

from pyoxigraph import Literal, NamedNode

from imnm_kg.errors import ImnmError, Place
from imnm_kg.model.namespaces import BASE, IMNM, XSD
from imnm_kg.rdf.files import read_text
from imnm_kg.rdf.sparql import OPAQUE

__all__ = ["Parameter", "StoredQuery", "list_queries", "load_query", "nearest", "read_query"]

Value: TypeAlias = NamedNode | Literal

_HEADER = re.compile(r"# (?P<key>[a-z]+): (?P<value>\S.*)")
_PARAMETER = r"(?P<name>[a-z_]+) (?P<type>[a-z]+)(?:\((?P<choices>[^)]*)\))? - (?P<description>\S.*)"
# Strings, IRIs and comments first, so that what looks like VALUES inside them is passed over.
_SLOT = re.compile(rf"(?P<skip>{OPAQUE})|\bVALUES\s+\?(?P<name>\w+)\s*\{{\s*(?P<default>[^{{}}\s]+)\s*\}}")
_TYPES = {
    "entity": "an entity: a name such as zilucoplan, entity:zilucoplan or a full IRI",
    "claim": "a claim: its 32 digits, claim:… or a full IRI",
    "document": "a document: its id such as mda-medical-management, document:… or a full IRI",
    "term": "one of",
    "string": "a text",
    "integer": "a whole number",
}
_LOCAL = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?"
_CLAIM = r"[0-9a-f]{32}"
_ABSOLUTE = r"(?P<open><)?(?P<iri>https?://[^\s<>\"{}|\\^`]+)(?(open)>)"


class Parameter(NamedTuple):
    """A typed parameter of a stored query.

    Attributes:
        name: the variable, without the question mark.
        type: entity, claim, document, term, string or integer.
        choices: for ``term``: the local names of the ontology that may be given.
        description: what it means.
        default: the term that the file itself has, ``UNDEF`` when it may be left out.
    """

    name: str
    type: str
    choices: tuple[str, ...]
    description: str
    default: str

    @property
    def takes(self) -> str:
        """What may be given, in words."""
        words = _TYPES[self.type]
        return f"{words} {', '.join(self.choices)}" if self.choices else words

    def term(self, text: str, prefixes: Mapping[str, str]) -> Value:
        """Turn what a user gave into an RDF term.

        Raises:
            ImnmError: ``parameter-type`` that says what the parameter takes.
        """
        try:
            if self.type == "string":
                return Literal(text)
            if self.type == "integer":
                if re.fullmatch(r"[+-]?\d{1,18}", text):
                    return Literal(str(int(text)), datatype=XSD.integer)
            elif self.type == "term":
                local = {x.lower(): x for x in self.choices}.get(text.removeprefix("imnm:").lower())
                if local is not None:
                    return IMNM.term(local)
            elif (node := self._node(text, prefixes)) is not None:
                return node
        except ValueError:  # an IRI that is none, or half a surrogate pair
            text = text.encode("ascii", "backslashreplace").decode()
        raise ImnmError("parameter-type", f"'{text}' is no value of {self.name}", f"give {self.takes}")

    def _node(self, text: str, prefixes: Mapping[str, str]) -> NamedNode | None:
        if found := re.fullmatch(_ABSOLUTE, text):
            return NamedNode(found["iri"])
        prefix, colon, local = text.partition(":")
        if colon and prefix in prefixes and re.fullmatch(_LOCAL, local):
            return NamedNode(prefixes[prefix] + local)
        if not colon and re.fullmatch(_CLAIM if self.type == "claim" else _LOCAL, text):
            return NamedNode(f"{BASE}{self.type}/{text}")
        return None


class StoredQuery(NamedTuple):
    """One ``.rq`` file.

    Attributes:
        name: the stem of the file.
        kind: question, check or rule, after its folder.
        path: the path to print in errors.
        text: the whole text, header included; it runs as it is, with the defaults.
        title: one line.
        description: what a row is.
        header: all header lines by key, for ``keywords``, ``graph`` and the like.
        parameters: in the order of the header.
        prefixes: the prefixes that it declares.
    """

    name: str
    kind: str
    path: str
    text: str
    title: str
    description: str
    header: dict[str, str]
    parameters: tuple[Parameter, ...]
    prefixes: dict[str, str]

    def bind(self, given: Mapping[str, str | Value], prefixes: Mapping[str, str] | None = None) -> str:
        """Return the query with the given values in the place of the defaults.

        Args:
            given: values by parameter name: text as a user types it, or an RDF term.
            prefixes: the prefixes for CURIEs; those that the query declares when left out.

        Raises:
            ImnmError: ``parameter-unknown`` with the nearest names, ``parameter-type``.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        terms: dict[str, str] = {}
        for name, value in given.items():
            if name not in known:
                raise ImnmError(
                    "parameter-unknown",
                    f"query {self.name} has no parameter '{name}'",
                    nearest(name, known, "it takes none"),
                )
            all_prefixes = {**(prefixes or {}), **self.prefixes}
            term = known[name].term(value, all_prefixes) if isinstance(value, str) else value
            terms[name] = str(term)

        def fill(found: re.Match[str]) -> str:
            name = found["name"]
            return found.group() if name not in terms else f"VALUES ?{name} {{ {terms[name]} }}"

        return _SLOT.sub(fill, self.text)


def nearest(word: str, known: Iterable[str], otherwise: str) -> str:
    """Say which known names are nearest to a word that is not known, or list them if they are few.

    Args:
        word: what was given.
        known: what could have been.
        otherwise: what to do when no name is near and there are many, or none.
    """
    from difflib import get_close_matches

    names = sorted(known)
    if not names:
        return otherwise
    folded = {name.casefold(): name for name in names}  # IMNM is near to imnm
    close = [folded[name] for name in get_close_matches(word.casefold(), folded, n=3, cutoff=0.5)]
    if close:
        return f"did you mean {' or '.join(close)}?"
    return f"known: {', '.join(names)}" if len(names) <= 12 else otherwise


def read_query(path: Path, kind: str, shown: str | None = None) -> StoredQuery:
    """Read a stored query and its header.

    Raises:
        ImnmError: ``query-header`` with the line, when title or description are missing, a parameter has no
            ``VALUES`` block or is not in the form ``name type - description``.
    """
    name = shown or str(path)
    text = read_text(path, name)
    header: dict[str, str] = {}
    declared: list[tuple[int, str]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.startswith("#"):
            break
        if found := _HEADER.fullmatch(line):
            if found["key"] == "param":
                declared.append((number, found["value"]))
            else:
                header[found["key"]] = found["value"]
    for key in ("title", "description"):
        if key not in header:
            raise _header_error(f"the header has no '# {key}: …'", Place(name, 1))
    slots = {found["name"]: found["default"] for found in _SLOT.finditer(text) if found["name"]}
    parameters = tuple(_parameter(value, slots, Place(name, number)) for number, value in declared)
    prefixes = dict(re.findall(r"^PREFIX\s+([\w.-]*):\s*<([^>]*)>", text, flags=re.MULTILINE))
    return StoredQuery(
        path.stem, kind, name, text, header["title"], header["description"], header, parameters, prefixes
    )


def _parameter(value: str, slots: Mapping[str, str], place: Place) -> Parameter:
    found = re.fullmatch(_PARAMETER, value)
    if found is None or found["type"] not in _TYPES:
        raise _header_error(f"'# param: {value}' is not in the form 'name type - description'", place)
    if found["name"] not in slots:
        raise _header_error(f"no 'VALUES ?{found['name']} {{ … }}' with one value for the parameter", place)
    choices = tuple((found["choices"] or "").split("|")) if found["choices"] else ()
    return Parameter(found["name"], found["type"], choices, found["description"], slots[found["name"]])


def _header_error(what: str, place: Place) -> ImnmError:
    return ImnmError("query-header", what, "mend the header", place)


def list_queries(folder: Path, kind: str) -> list[StoredQuery]:
    """Read all stored queries of one kind (``question``, ``check``, ``rule``), sorted by name."""
    paths = sorted((folder / f"{kind}s").glob("*.rq"), key=lambda path: path.stem)
    if not paths:  # without rules there are no edges, without checks nothing is found: never go on silently
        place = Place(_shown(folder / f"{kind}s"))
        raise ImnmError("queries-missing", f"there is no {kind} (.rq file) here", "restore the folder", place)
    return [read_query(path, kind, _shown(path)) for path in paths]


def _shown(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def load_query(folder: Path, name: str) -> StoredQuery:
    """Read a question or a check by name.

    Raises:
        ImnmError: ``query-unknown`` with the nearest names.
    """
    for kind in ("question", "check"):
        path = folder / f"{kind}s" / f"{name}.rq"
        if re.fullmatch(_LOCAL, name) and path.is_file():
            return read_query(path, kind, _shown(path))
    names = [path.stem for kind in ("questions", "checks") for path in (folder / kind).glob("*.rq")]
    remedy = nearest(name, names, "see 'imnm-kg query --list'")
    raise ImnmError("query-unknown", f"there is no stored query '{name}'", remedy)
