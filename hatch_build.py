# SPDX-License-Identifier: Apache-2.0
"""Build hook: put a built release into the wheel, so that the installed package answers with nothing rebuilt."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ReleaseHook(BuildHookInterface):  # type: ignore[misc]
    """Assembles the data folders and adds the files of the release."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Render the release below ``build/`` and name its files to the wheel; an editable install needs none."""
        if version == "editable":
            return
        root = Path(self.root)
        sys.path.insert(0, str(root))
        from imnm_kg.model.folders import Folders
        from imnm_kg.operations.publish import write_release
        from imnm_kg.pipeline import build

        result = build(Folders(root), with_reasoner=False, with_shapes=False)
        if result.findings:
            raise SystemExit("\n".join(str(finding) for finding in result.findings))
        folder = root / "build" / "release"
        write_release(folder, result.files)
        for name in result.files:
            build_data["force_include"][str(folder / name)] = f"imnm_kg/_data/release/{name}"
