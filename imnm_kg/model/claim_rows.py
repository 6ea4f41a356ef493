# SPDX-License-Identifier: Apache-2.0
"""Proposed claims as rows: the columns of the store of record, and rows as Parquet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeAlias

from imnm_kg.errors import ImnmError, Place

if TYPE_CHECKING:
    import pyarrow

__all__ = ["ParquetRows", "Row", "arrow_schema", "read_rows"]

Row: TypeAlias = dict[str, Any]

_ROWS = 4096  # of a row group; what is written does not depend on how much memory there is
_BATCH = 1024


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        what, remedy = "pyarrow is not installed, which Parquet needs", "pip install 'imnm-kg[parquet]'"
        raise ImnmError("parquet-missing", what, remedy) from error
    return pyarrow, pyarrow.parquet


def arrow_schema() -> pyarrow.Schema:
    """Return the columns of the claims with their types.

    A row is a claim with one passage, and all that the graph says of its document and its entities. Label, names and
    abbreviations are those of the lexicon; the names of an antibody are those of its target.
    """
    pa, _ = _pyarrow()

    def required(name: str, type_: pyarrow.DataType) -> pyarrow.Field:
        return pa.field(name, type_, nullable=False)

    def entity(role: str) -> list[pyarrow.Field]:
        return [
            required(role, pa.string()),
            required(f"{role}_kind", pa.string()),
            required(f"{role}_label", pa.string()),
            required(f"{role}_names", strings),
            required(f"{role}_abbreviations", strings),
            required(f"{role}_coined", pa.bool_()),
        ]

    strings = pa.list_(required("element", pa.string()))
    pair = pa.struct([required("key", pa.string()), required("value", pa.string())])
    mark = pa.struct(
        [
            required("role", pa.string()), required("text", pa.string()), required("start", pa.int32()),
            required("end", pa.int32()),
        ]
    )  # fmt: skip
    zone = pa.struct([required("kind", pa.string()), required("start", pa.int32()), required("end", pa.int32())])
    return pa.schema(
        [
            required("source", pa.string()),
            required("position", pa.int32()),
            required("document", pa.string()),
            required("text_sha256", pa.string()),
            required("text_length", pa.int32()),
            required("title", pa.string()),
            required("doi", pa.string()),
            required("pmid", pa.string()),
            required("pmcid", pa.string()),
            pa.field("year", pa.int32()),
            required("zones", pa.list_(required("element", zone))),
            *entity("subject"),
            required("predicate", pa.string()),
            *entity("object"),
            required("polarity", pa.string()),
            required("certainty", pa.string()),
            required("population", pa.string()),
            required("context", pa.list_(required("element", pair))),
            required("quote", pa.string()),
            required("prefix", pa.string()),
            required("suffix", pa.string()),
            required("start", pa.int32()),
            required("end", pa.int32()),
            required("rule", pa.string()),
            pa.field("confidence", pa.float64()),
            required("marks", pa.list_(required("element", mark))),
        ]
    )


class ParquetRows:
    """Writes rows as Parquet, a row group whenever enough have come together; the same rows give the same bytes."""

    def __init__(self, stream: BinaryIO) -> None:
        """Begin to write; the stream stays open at the end.

        Raises:
            ImnmError: ``parquet-missing``.
        """
        pa, pq = _pyarrow()
        self._schema = arrow_schema()
        self._table = pa.Table.from_pylist
        self._rows: list[Row] = []
        self._writer = pq.ParquetWriter(
            stream, self._schema, version="2.6", data_page_version="1.0", compression="zstd", compression_level=3,
            use_dictionary=True, write_statistics=True,
        )  # fmt: skip

    def write(self, rows: Iterable[Row]) -> None:
        """Write rows with the columns of ``arrow_schema``."""
        for row in rows:
            self._rows.append(row)
            if len(self._rows) == _ROWS:
                self._flush()

    def _flush(self) -> None:
        self._writer.write_table(self._table(self._rows, schema=self._schema), row_group_size=_ROWS)
        self._rows.clear()

    def close(self) -> None:
        """End the file."""
        if self._rows:
            self._flush()
        self._writer.close()


def read_rows(path: Path, shown: str | None = None) -> Iterator[Row]:
    """Yield the rows of a Parquet file, a few at a time.

    Raises:
        ImnmError: ``shards-damaged``, ``parquet-missing``.
    """
    pa, pq = _pyarrow()
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(_BATCH):
                yield from batch.to_pylist()
    except (pa.ArrowException, OSError) as error:
        what = f"the shard cannot be read ({' '.join(str(error).split())[:120]})"
        remedy = "run the same extraction again, which makes it anew"
        raise ImnmError("shards-damaged", what, remedy, Place(shown or str(path))) from error
