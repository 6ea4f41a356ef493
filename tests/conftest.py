# SPDX-License-Identifier: Apache-2.0
"""What the tests share: the folders of the repository, its graph, a release, the documents, a small world."""

from __future__ import annotations

import gc
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

from imnm_kg.model.folders import Folders
from imnm_kg.operations.publish import render_release, write_release
from imnm_kg.pipeline import Dataset, derive

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"

gc.set_threshold(50_000, 20, 20)  # as the command line does: graphs are many small objects that stay

settings.register_profile("imnm", deadline=None, derandomize=True)
settings.load_profile("imnm")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the slow tests out of a run that does not ask for them; ``.ci/run`` does."""
    if "slow" in config.option.markexpr or any("::" in argument for argument in config.args):
        return
    left_out = [item for item in items if item.get_closest_marker("slow")]
    items[:] = [item for item in items if not item.get_closest_marker("slow")]
    config.hook.pytest_deselected(items=left_out)


def outside(path: Path, reason: str) -> Path:
    """Give a path that is not in the repository; skip the test by name without it, but fail in CI."""
    if path.exists():
        return path
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(f"{reason}: {path.name} is missing, and CI must not skip this test", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def folders() -> Folders:
    return Folders(ROOT)


@pytest.fixture(scope="session")
def dataset(folders: Folders) -> Dataset:
    return derive(folders)


@pytest.fixture(scope="session")
def release(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release without reasoner and shapes; read it, never write it."""
    folder = tmp_path_factory.mktemp("built") / "release"
    files = render_release(dataset.quads, dataset.claims, dataset.assembly.prefixes, dataset.version)
    write_release(folder, files)
    return folder


@pytest.fixture(scope="session")
def documents() -> Path:
    return outside(SHARED / "documents", "the documents are not here")


@pytest.fixture(scope="session")
def identifiers() -> Path:
    """The table of identifiers that were looked up and verified."""
    return outside(SHARED / "domain" / "entity_ids.csv", "the table of identifiers is not here")


@pytest.fixture
def world(folders: Folders, tmp_path: Path) -> Path:
    """A small repository that a test may change: its own graph, document, check, question and shape."""
    root = tmp_path / "world"
    shutil.copytree(ROOT / "tests" / "fixtures" / "world", root)
    (root / "ontology").mkdir(exist_ok=True)
    for name in ("imnm.ttl", "prefixes.ttl"):
        shutil.copy(folders.ontology / name, root / "ontology" / name)
    shutil.copytree(folders.queries / "rules", root / "queries" / "rules")
    return root
