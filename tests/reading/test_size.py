# SPDX-License-Identifier: Apache-2.0
"""Large files: a line of 50 MB is read, and many records take no more memory than few."""

from __future__ import annotations

import gzip
import subprocess
import sys
from pathlib import Path

import pytest

LINE = 50_000_000
READ = """
import sys
from pathlib import Path
from imnm_kg.model.records import TextRecord
from imnm_kg.reading.source import read_records

count = size = 0
for record in read_records(Path(sys.argv[1])):
    assert isinstance(record, TextRecord), record
    count += 1
    size += len(record.text)
status = Path("/proc/self/status").read_text()
print(count, size, int(status.split("VmHWM:")[1].split()[0]) // 1024)
"""


pytestmark = pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="the peak of the memory is not told here"
)


def measured(path: Path) -> tuple[int, int, int]:
    """Give the number of records, the characters of their texts, and the peak of the memory in MB."""
    command = [sys.executable, "-c", READ, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    count, size, peak = map(int, done.stdout.split())
    return count, size, peak


@pytest.mark.parametrize(
    ("name", "before", "after", "most"),
    [
        ("a.txt", "", "", 200),
        ("a.md", "", "", 200),
        ("a.jsonl", '{"id": 1, "text": "', '"}', 300),
        ("a.html", "<p>", "</p>", 400),
    ],
)
@pytest.mark.slow
def test_a_line_of_50_megabytes(tmp_path: Path, name: str, before: str, after: str, most: int) -> None:
    path = tmp_path / name
    path.write_text(before + "myositis " * (LINE // 9) + after)
    count, size, peak = measured(path)
    assert (count, size // 10) == (1, LINE // 9 * 9 // 10)
    assert peak < most


@pytest.mark.slow
def test_memory_is_flat_over_many_records(tmp_path: Path) -> None:
    path = tmp_path / "a.xml.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(b"<PubmedArticleSet>")
        for number in range(40_000):
            file.write(
                b"<PubmedArticle>\n<MedlineCitation><PMID>%d</PMID><Article><ArticleTitle>Title</ArticleTitle><Abstract>"
                b"<AbstractText>%s</AbstractText></Abstract></Article></MedlineCitation></PubmedArticle>"
                % (number + 1, b"A sentence. " * 200)
            )
        file.write(b"</PubmedArticleSet>")
    count, _, peak = measured(path)
    assert count == 40_000
    assert peak < 100
