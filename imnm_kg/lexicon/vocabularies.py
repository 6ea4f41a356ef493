# SPDX-License-Identifier: Apache-2.0
"""What is known beforehand of vocabularies that a user gives: kinds of their terms, prefixes, everyday words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from imnm_kg.errors import ImnmError, Place
from imnm_kg.lexicon.entries import KINDS
from imnm_kg.model.claims import Index
from imnm_kg.model.folders import Folders
from imnm_kg.model.namespaces import OBO, SH
from imnm_kg.rdf.files import read_text
from imnm_kg.rdf.reader import read_turtle

__all__ = ["Vocabularies", "read_vocabularies"]

_COLUMNS = ("iri", "kind", "about")
_IRI = re.compile(r"(?:https?|urn|ftp|info|tag):[^\x00-\x20<>\"{}|\\^`]+")
_CANONICAL = re.compile(r"([A-Za-z]+):(\d+)", re.ASCII)
_SPACE = re.compile(r".*[_/:#]")


def _is_iri(text: str) -> bool:
    """Tell whether a text is an IRI that a term can have."""
    return _IRI.fullmatch(text) is not None


@dataclass(frozen=True)
class Vocabularies:
    """What is known of vocabularies.

    Attributes:
        spaces: the kind of the terms of a namespace.
        roots: the kind of what is below a root term.
        prefixes: namespaces by prefix in small letters.
        everyday: words that are no names, in small letters.
    """

    spaces: Mapping[str, str]
    roots: Mapping[str, str]
    prefixes: Mapping[str, str]
    everyday: frozenset[str]

    def space_of(self, iri: str) -> str:
        """Return the namespace of a term that has a kind by its namespace; empty where it has none.

        The longest end of a namespace counts: ``https://bioregistry.io/hgnc:`` and not ``https://``.
        """
        found = _SPACE.match(iri)
        while found is not None:
            space = found.group()
            if space in self.spaces:
                return space
            found = _SPACE.match(space, 0, len(space) - 1)
        return ""

    def expand(self, text: str, own: Mapping[str, str], *, obo: bool = False) -> str:
        """Return the IRI that an id stands for, or nothing where it stands for none.

        An IRI is itself. A prefix is that of the file, else one of ``ontology/prefixes.ttl`` whatever its case. In an
        OBO file any other prefix before digits stands below ``http://purl.obolibrary.org/obo/``, as its format says;
        elsewhere nothing would say so, and no IRI is invented.

        Args:
            text: an IRI or a prefix, a colon and a local part.
            own: the namespaces by prefix that the file declares.
            obo: whether the file is in OBO format.
        """
        prefix, _, local = text.partition(":")
        space = own.get(prefix) or self.prefixes.get(prefix.lower())
        if space is not None and local:
            iri = space + local
            return iri if local.isalnum() else _checked(iri)
        if obo and _CANONICAL.fullmatch(text):
            return f"{OBO}{prefix}_{local}"
        return _checked(text)


def _checked(iri: str) -> str:
    return iri if _is_iri(iri) else ""


def read_vocabularies(folders: Folders) -> Vocabularies:
    """Read what is known of vocabularies from the ontology folder.

    Raises:
        ImnmError: ``lexicon-syntax`` with the line, and what reading the files raises.
    """
    lexicon = folders.ontology / "lexicon"
    path = lexicon / "vocabularies.tsv"
    kinds = dict(_kinds(path, folders.shown(path)))
    spaces = {iri: kind for iri, kind in kinds.items() if iri[-1] in "_/:#"}
    roots = {iri: kind for iri, kind in kinds.items() if iri not in spaces}
    path = folders.ontology / "prefixes.ttl"
    index = Index(read_turtle(path, folders.shown(path)).quads)
    prefixes = {}
    for node in index.instances(SH.PrefixDeclaration):
        prefix, namespace = index.text(node, SH.prefix), index.text(node, SH.namespace)
        if prefix is not None and namespace is not None:
            prefixes[prefix.lower()] = namespace
    path = lexicon / "everyday-words.txt"
    lines = read_text(path, folders.shown(path)).splitlines()
    everyday = {word for line in lines if not line.startswith("#") for word in line.split()}
    return Vocabularies(spaces, roots, prefixes, frozenset(everyday))


def _kinds(path: Path, shown: str) -> Iterable[tuple[str, str]]:
    for number, line in enumerate(read_text(path, shown).split("\n"), 1):
        if line.startswith("#") or not line or line.split("\t")[0] == _COLUMNS[0]:
            continue
        cells = line.split("\t")
        if len(cells) != len(_COLUMNS) or cells[1] not in KINDS or not _is_iri(cells[0]):
            what = f"the line is not an IRI, one of {', '.join(KINDS)}, and what it is"
            raise ImnmError("lexicon-syntax", what, "mend the line", Place(shown, number))
        yield cells[0], cells[1]
