# SPDX-License-Identifier: Apache-2.0
"""Servers that the tests of a folder share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serve.support import Server


@pytest.fixture(scope="session")
def server(release: Path) -> Iterator[Server]:
    """A server with the limits that it has by itself, but no limit on the rate."""
    started = Server(release, "--rate", "0")
    yield started
    assert started.stop() == 0


@pytest.fixture(scope="session")
def strict(release: Path) -> Iterator[Server]:
    """A server with limits that are soon reached."""
    started = Server(
        release, "--rate", "0", "--query-seconds", "1", "--rows", "1000", "--memory-mib", "128", "--queue", "4",
        "--queue-seconds", "3", "--workers", "2", "--slow-workers", "1", "--query-bytes", "20000",
    )  # fmt: skip
    yield started
    assert started.stop() == 0
