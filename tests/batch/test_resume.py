# SPDX-License-Identifier: Apache-2.0
"""Killed at any moment, with all its processes, and started again, a run comes to the bytes of one that was not."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from imnm_kg.batch.folder import extract_folder
from imnm_kg.operations.shards import read_manifest
from tests.batch.support import Ear, contents, json_lines, pubmed, settings

PROJECT = Path(__file__).resolve().parents[2]

SCRIPT = """
import sys
from pathlib import Path

import pytest
from imnm_kg.batch import folder, inputs
from tests.batch.support import Ear, settings
if __name__ == "__main__":
    inputs._WORTH = 20_000
    root, out, *paths = map(Path, sys.argv[1:])
    folder.extract_folder(paths, out, settings(root), 2, Ear())
"""


@pytest.mark.slow
def test_killed_again_and_again_it_comes_to_the_same_bytes(root: Path, tmp_path: Path) -> None:
    inputs = [json_lines(tmp_path / f"{number}.jsonl", range(number * 40, number * 40 + 40)) for number in range(24)]
    json_lines(inputs[-1], [0, *range(920, 960)])
    inputs.append(pubmed(tmp_path / "big.xml", range(1, 400)))
    extract_folder(inputs, tmp_path / "whole", settings(root), 1, Ear())
    wanted = contents(tmp_path / "whole")
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    out = tmp_path / "out"
    command = [sys.executable, *map(str, [script, root, out, *inputs])]
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    chance = random.Random(7)
    manifest = out / "manifest.jsonl"
    counts = []
    for wait_for in (0, 12):  # lines of the manifest before it is killed
        with subprocess.Popen(command, env=environment, start_new_session=True) as process:
            end = time.monotonic() + 60
            while process.poll() is None and time.monotonic() < end:
                if (out / ".unfinished").exists() and manifest.exists() and len(read_manifest(out)) >= wait_for:
                    break
                time.sleep(0.002)
            time.sleep(chance.random() / 20)
            os.killpg(process.pid, signal.SIGKILL)
        counts.append(len(read_manifest(out)))
    assert counts[1] >= 12, "it goes on where it was"
    assert (out / ".unfinished").exists(), "it was killed in the middle"
    kept = {name: (out / shard.shard).stat().st_mtime_ns for name, shard in read_manifest(out).items()}
    subprocess.run(command, env=environment, check=True)
    assert contents(out) == wanted
    after = read_manifest(out)
    assert sum(kept.get(name) == (out / shard.shard).stat().st_mtime_ns for name, shard in after.items()) >= 10
