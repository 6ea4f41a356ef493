# SPDX-License-Identifier: Apache-2.0
"""Where the data folders and the release are: a checkout, the current folder, or inside the package."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from imnm_kg.errors import ImnmError, Place

__all__ = ["Folders", "find_folders", "find_release"]

_PACKAGE = Path(__file__).resolve().parent.parent
_PACKAGED = _PACKAGE / "_data"
RELEASE_FILE = "imnm.ttl"


class Folders(NamedTuple):
    """The four data folders below one root; ``other_graph`` takes the place of its graph, where it is given."""

    root: Path
    other_graph: Path | None = None

    @property
    def ontology(self) -> Path:
        """Classes, properties, prefixes, mappings."""
        return self.root / "ontology"

    @property
    def graph(self) -> Path:
        """Entities, documents, claims."""
        return self.other_graph or self.root / "graph"

    @property
    def shapes(self) -> Path:
        """SHACL shapes, one class a file."""
        return self.root / "shapes"

    @property
    def queries(self) -> Path:
        """Stored queries: questions, checks and rules."""
        return self.root / "queries"

    @property
    def is_here(self) -> bool:
        """Whether the root is the current folder, and not a checkout or the package that stands in for it."""
        return self.root.resolve() == Path.cwd()

    def shown(self, path: Path) -> str:
        """Give a path as a person would write it: relative to the current folder where that is shorter."""
        resolved = path.resolve()
        for base in (Path.cwd(), self.root.resolve()):
            if resolved.is_relative_to(base):
                return str(resolved.relative_to(base))
        return str(path)


def _is_root(path: Path) -> bool:
    return (path / "ontology" / "imnm.ttl").is_file() and (path / "graph").is_dir()


def find_folders() -> Folders:
    """Find the data: the current folder if it holds the four folders, a checkout, else the package's copy.

    Raises:
        ImnmError: ``data-missing`` when there is none.
    """
    for root in (Path.cwd(), _PACKAGED, _PACKAGE.parent):
        if _is_root(root):
            return Folders(root)
    raise ImnmError(
        "data-missing",
        "neither this folder nor the installed package has the folders ontology/ and graph/",
        "run it in a checkout of imnm-kg or install the package again",
    )


def find_release(given: Path | None = None) -> Path:
    """Find a built release: the one given, ``./release``, or the one inside the package.

    Raises:
        ImnmError: ``release-missing`` when there is none there.
    """
    if given is not None:
        if not (given / RELEASE_FILE).is_file():
            raise ImnmError(
                "release-missing",
                f"no release here: {RELEASE_FILE} is not in this folder",
                "run 'imnm-kg build' or name the folder of a built release",
                Place(str(given)),
            )
        return given
    for folder in (Path("release"), _PACKAGED / "release"):
        if (folder / RELEASE_FILE).is_file():
            return folder
    raise ImnmError(
        "release-missing",
        "there is no release in ./release and none inside the package",
        "run 'imnm-kg build' first",
    )
