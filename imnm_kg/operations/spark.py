# SPDX-License-Identifier: Apache-2.0
"""A cluster: what its tasks read from the inputs, de-duplicated and sorted in shuffles, and written as Parquet.

A task gives lines. ``input`` is the number of the input, ``position`` that of the record in it, ``number`` that of the
claim in the record, ``id`` the document. By ``kind`` the ``value`` is empty (``record``), the row as JSON (``claim``),
the bad record as JSON (``bad``), or empty (``uneven``: the input cannot be read in shares).
"""

from __future__ import annotations

import os
import shutil
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from imnm_kg.errors import ImnmError
from imnm_kg.model.claim_rows import arrow_schema

if TYPE_CHECKING:
    import pandas
    from pyspark.sql import DataFrame, SparkSession

__all__ = ["LINE", "Lines", "Piece", "failed", "read_pieces", "spark_session", "write_claims"]

Lines: TypeAlias = "Callable[[Iterator[pandas.DataFrame]], Iterator[pandas.DataFrame]]"
"""From pieces to lines: the function that runs on the cluster."""

LINE = ("input", "position", "number", "kind", "id", "value")
"""The columns of a line."""

_LINE_TYPES = "input int, position int, number int, kind string, id string, value string"
_PIECE_TYPES = "input int, path string, shown string, share int, shares int"
# Who says which cluster is meant.
_ELSEWHERE = ("PYSPARK_SUBMIT_ARGS", "PYSPARK_GATEWAY_PORT", "SPARK_CONF_DIR")


class Piece(NamedTuple):
    """What one task reads: an input, whole or one of several shares of its records."""

    input: int
    path: str
    shown: str
    share: int = 0
    shares: int = 1


def spark_session(cores: int | None = None, *, bar: bool = False) -> SparkSession:
    """Return the session: of the cluster that ``PYSPARK_SUBMIT_ARGS`` or Spark's own files name, else on this machine.

    Args:
        cores: how many to use on this machine; none: all.
        bar: show Spark's bar of progress.

    Raises:
        ImnmError: ``spark-missing``, ``spark-failed``.
    """
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError as error:
        what, remedy = "PySpark is not installed", "pip install 'imnm-kg[spark]'; it needs Java 17 or later too"
        raise ImnmError("spark-missing", what, remedy) from error
    if not os.environ.get("JAVA_HOME") and shutil.which("java") is None:
        raise ImnmError("spark-missing", "Spark needs Java, and there is none", "install Java 17 or later")
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.appName("imnm-kg extract")
    if not any(name in os.environ for name in _ELSEWHERE):
        builder = builder.master(f"local[{cores or '*'}]").config("spark.driver.bindAddress", "127.0.0.1")
        builder = builder.config("spark.driver.host", "127.0.0.1").config("spark.ui.enabled", "false")
        builder = builder.config("spark.sql.shuffle.partitions", str(2 * (cores or os.cpu_count() or 1)))
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")  # it would guess, and tell so
    try:
        session = builder.config("spark.ui.showConsoleProgress", str(bar).lower()).getOrCreate()
    except PySparkException as error:
        raise failed(error) from error
    session.sparkContext.setLogLevel("ERROR")
    return session


def failed(error: Exception) -> ImnmError:
    """Return what Spark said in one line."""
    what = next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
    return ImnmError("spark-failed", f"Spark failed: {what[:300]}", "see its log above, and docs/extraction.md")


def read_pieces(session: SparkSession, pieces: Iterable[Piece], lines: Lines, out: Path) -> DataFrame:
    """Read the inputs on the cluster and keep the lines in a folder, so that nothing is read twice.

    Args:
        session: the session.
        pieces: what to read; paths that every machine of the cluster has.
        lines: does it.
        out: the folder, which every machine has, too.
    """
    listed = list(pieces)
    frame = session.createDataFrame(session.sparkContext.parallelize(listed, len(listed)), _PIECE_TYPES)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
        frame = frame.mapInPandas(lines, _LINE_TYPES)
    frame.write.parquet(out.absolute().as_uri())
    return session.read.parquet(out.absolute().as_uri())


def write_claims(lines: DataFrame, out: Path) -> tuple[DataFrame, DataFrame]:
    """Write the claims as Parquet, sorted, without those of records whose id an earlier record has.

    Args:
        lines: what the tasks gave.
        out: the folder for the claims; it must not be there.

    Returns:
        The records that count, and the lines of those that do not.
    """
    from pyspark.sql import Window
    from pyspark.sql import functions as f

    place = f.struct("input", "position")
    # One shuffle by id: of the records with one id the first in the order of the inputs counts, with all its claims.
    known = lines.where(lines.kind.isin("record", "claim"))
    known = known.withColumn("first", f.min(place).over(Window.partitionBy("id")) == place)
    columns = [f.col(f"row.`{name}`") for name in arrow_schema().names]
    # And one by range: sorted within and across the files.
    (
        known.where("first and kind = 'claim'")
        .withColumn("row", f.from_json("value", _ddl(), {"mode": "FAILFAST"}))
        .orderBy("input", "position", "number")
        .select(*columns)
        .write.option("compression", "zstd")
        .parquet(out.absolute().as_uri())
    )
    records = known.where("kind = 'record'")
    return records.where("first"), records.where("not first")


def _ddl() -> str:
    """Return the columns of a row as Spark writes types."""
    import pyarrow as pa

    def type_(kind: Any) -> str:
        if pa.types.is_list(kind):
            return f"array<{type_(kind.value_type)}>"
        if pa.types.is_struct(kind):
            return f"struct<{', '.join(f'{field.name}: {type_(field.type)}' for field in kind)}>"
        return {"string": "string", "int32": "int", "bool": "boolean", "double": "double"}[str(kind)]

    return ", ".join(f"`{field.name}` {type_(field.type)}" for field in arrow_schema())
