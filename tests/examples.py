# SPDX-License-Identifier: Apache-2.0
"""How many examples a property is tried on: all of them in CI, fewer where somebody waits for the suite."""

from __future__ import annotations

import os

from hypothesis import settings

__all__ = ["examples"]

_SHARE = 1 if os.environ.get("CI", "").lower() == "true" else 4


def examples(count: int) -> settings:
    """Return the settings of a test that is tried on so many examples in CI."""
    return settings(max_examples=count // _SHARE)
