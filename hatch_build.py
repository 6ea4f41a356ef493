# SPDX-License-Identifier: Apache-2.0
"""Build hook: put a built release and the scripts of npm into the wheel, so that it answers with nothing rebuilt."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

VENDOR = Path("imnm_kg", "serve", "static", "vendor")


class ReleaseHook(BuildHookInterface):  # type: ignore[misc]
    """Assembles the data folders, fetches the scripts, and adds the files of both."""

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
        self._add_scripts(root, build_data)

    def _add_scripts(self, root: Path, build_data: dict[str, Any]) -> None:
        """Fetch the scripts of npm by the lock file; without npm or a registry the pages do without them.

        With ``IMNM_KG_WEB=required`` a build without them is an error: what is published has to have them.
        """
        made, lock = root / VENDOR / "LICENSES.txt", root / "web" / "package-lock.json"
        fresh = made.is_file() and made.stat().st_mtime >= lock.stat().st_mtime
        if not fresh and (said := self._build_web(root / "web")):
            if os.environ.get("IMNM_KG_WEB") == "required":
                raise SystemExit(f"the scripts of npm are missing: {said}")
            self.app.display_warning(f"the pages will have a plain form and tables instead of scripts: {said}")
            return
        for path in sorted((root / VENDOR).iterdir()):
            build_data["force_include"][str(path)] = (VENDOR / path.name).as_posix()

    def _build_web(self, folder: Path) -> str:
        """Run npm and the small script that copies; return what went wrong, if anything did."""
        npm, node = shutil.which("npm"), shutil.which("node")
        if npm is None or node is None:
            return "npm is not installed"
        for command in ([npm, "ci", "--omit=dev", "--no-progress"], [node, "build.mjs"]):
            try:
                subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True, timeout=300)
            except (OSError, subprocess.TimeoutExpired) as error:
                return str(error)
            except subprocess.CalledProcessError as error:
                return " ".join(f"{command[-1]}: {error.stderr}".split())[-400:]
        return ""
