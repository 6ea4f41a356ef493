# SPDX-License-Identifier: Apache-2.0
"""The small world as a fixture, and the mark of the tests that need Spark."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.batch.support import make_root


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "spark: starts Spark, which takes a minute; runs only with -m spark")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if "spark" not in config.option.markexpr:
        left_out = [item for item in items if item.get_closest_marker("spark")]
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=left_out)


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the extractor knows; read it, never write it."""
    return make_root(tmp_path_factory.mktemp("knowledge"))
