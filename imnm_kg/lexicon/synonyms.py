# SPDX-License-Identifier: Apache-2.0
"""What vocabularies say of a synonym: that it is an abbreviation, or no name that a text would use."""

from __future__ import annotations

import re

__all__ = ["ABBREVIATION", "NAME", "NO_NAME", "synonym_type"]

NAME, ABBREVIATION, NO_NAME = "name", "abbreviation", "no name"

# The ids are those of the OBO Metadata Ontology for abbreviation, acronym, and ambiguous and dubious synonym.
_TYPES = {
    **dict.fromkeys(("abbreviation", "acronym", "omo0003000", "omo0003012"), ABBREVIATION),
    **dict.fromkeys(
        (
            "ambiguous", "ambiguoussynonym", "deprecated", "dubious", "dubioussynonym", "exclude", "formula", "inchi",
            "inchikey", "nonhuman", "obsoletesynonym", "omo0003001", "omo0003002", "smiles",
        ),
        NO_NAME,
    ),
}  # fmt: skip
_END = re.compile(r"(?:.*/|.*#|^(?!OMO:).*:)", re.IGNORECASE)
_MARKS = re.compile(r"[\W_]+")


def synonym_type(text: str) -> str:
    """Tell what a type of synonym says: ``NAME``, ``ABBREVIATION`` or ``NO_NAME``.

    Args:
        text: the name or IRI of the type (``ABBREVIATION``, ``OMO:0003000``); empty where there is none.
    """
    if not text:
        return NAME
    return _TYPES.get(_MARKS.sub("", _END.sub("", text)).lower(), NAME)
