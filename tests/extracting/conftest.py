# SPDX-License-Identifier: Apache-2.0
"""The small world as a fixture."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.extracting.support import make_root


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the extractor knows; read it, never write it."""
    return make_root(tmp_path_factory.mktemp("knowledge"))
