# SPDX-License-Identifier: Apache-2.0
"""Extraction on a cluster: the same pure function, run by Spark over the records of many inputs."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from imnm_kg.batch.inputs import share_out, shown_path
from imnm_kg.batch.settings import Settings, load_knowledge, read_lexicons
from imnm_kg.batch.watch import Summary, Watch
from imnm_kg.errors import ImnmError, Place
from imnm_kg.extraction.knowledge import Knowledge
from imnm_kg.model.aside import written_aside
from imnm_kg.model.records import BadRecord, TextRecord
from imnm_kg.operations.extract import extract, rows_of
from imnm_kg.operations.shards import BAD, CLAIMS, PARTS
from imnm_kg.operations.spark import LINE, Piece, failed, read_pieces, spark_session, write_claims
from imnm_kg.rdf.files import unwritable
from imnm_kg.reading.faults import SeenIds
from imnm_kg.reading.shares import Share, UnevenError, read_share
from imnm_kg.reading.source import read_records

if TYPE_CHECKING:
    import pandas
    from pyspark.sql import DataFrame, Row

__all__ = ["extract_on_cluster"]

_BATCH = 2000  # lines


def extract_on_cluster(
    inputs: Sequence[Path], out: Path, settings: Settings, workers: int | None, watch: Watch, *, bar: bool = False
) -> Summary:
    """Extract with Spark into ``claims/`` of a folder.

    Args:
        inputs: the files, each once; every machine of the cluster must have them under the same path.
        out: a new or an empty folder, which every machine must have, too.
        settings: what the run is made with.
        workers: cores to use where there is no cluster.
        watch: is told the bad records.
        bar: show Spark's bar of progress.

    Raises:
        ImnmError: ``extract-folder``, ``spark-missing``, ``spark-failed``, and what reading the knowledge raises.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        what, remedy = "the folder holds other things", "name a new or an empty folder with --out"
        raise ImnmError("extract-folder", what, remedy, Place(str(out)))
    # The tasks may run in another folder.
    lexicons = tuple((path.absolute(), kind) for path, kind in settings.lexicons)
    settings = replace(settings, root=settings.root.absolute(), lexicons=lexicons)
    faults = read_lexicons(settings)[1]
    session = spark_session(workers, bar=bar)
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    parts = out / PARTS
    try:
        parts.mkdir(parents=True)
        lines = partial(_lines, settings)
        cores = session.sparkContext.defaultParallelism
        found = read_pieces(session, _pieces(inputs, cores), lines, parts / "lines")
        uneven = [row.input for row in found.where("kind = 'uneven'").select("input").distinct().collect()]
        if uneven:
            whole = [piece for piece in _pieces(inputs, 1) if piece.input in uneven]
            again = read_pieces(session, whole, lines, parts / "again")
            found = found.where(~found.input.isin(uneven)).unionByName(again)
        records, repeated = write_claims(found, parts / CLAIMS)
        bad = _write_bad(found, repeated, inputs, out, watch)
        read = records.count()
        claims = session.read.parquet((parts / CLAIMS).absolute().as_uri()).count()
        (parts / CLAIMS).replace(out / CLAIMS)
    except OSError as error:
        raise unwritable(out, error) from error
    except (PySparkException, Py4JError) as error:
        raise failed(error) from error
    finally:
        shutil.rmtree(parts, ignore_errors=True)
        session.stop()
    faults.tell(watch)
    return Summary(len(inputs), 0, read, claims, bad + faults.number)


def _pieces(inputs: Sequence[Path], cores: int) -> Iterator[Piece]:
    """Yield what there is to read."""
    shares = share_out(inputs, cores)
    for number, path in enumerate(inputs):
        for share in range(shares[path]):
            yield Piece(number, os.fspath(path.absolute()), shown_path(path), share, shares[path])


@lru_cache(maxsize=1)
def _knowledge(settings: Settings) -> Knowledge:
    """Read the knowledge, once in a process of the cluster."""
    return load_knowledge(settings).knowledge


def _lines(settings: Settings, frames: Iterator[pandas.DataFrame]) -> Iterator[pandas.DataFrame]:
    """Read pieces; this runs on the cluster."""
    import pandas as pd

    batch: list[tuple[object, ...]] = []
    for frame in frames:
        for values in frame.itertuples(index=False):
            for line in _lines_of(Piece(*values), settings):
                batch.append(line)
                if len(batch) == _BATCH:
                    yield pd.DataFrame(batch, columns=list(LINE))
                    batch = []
    yield pd.DataFrame(batch, columns=list(LINE))


def _lines_of(piece: Piece, settings: Settings) -> Iterator[tuple[object, ...]]:
    number = int(piece.input)
    records: Iterator[TextRecord | BadRecord]
    if piece.shares == 1:
        records = read_records(Path(piece.path), piece.shown)
    else:
        records = read_share(Path(piece.path), piece.shown, Share(int(piece.share), int(piece.shares)))
    try:
        for read in extract(records, _knowledge(settings), settings.min_confidence):
            if isinstance(read, BadRecord):
                yield number, read.position, 0, "bad", "", json.dumps(asdict(read))
                continue
            record = read.record
            yield number, record.position, 0, "record", record.id, ""
            for place, row in enumerate(rows_of(read)):
                yield number, record.position, place, "claim", record.id, json.dumps(row)
    except UnevenError:
        yield number, 0, 0, "uneven", "", ""


def _write_bad(found: DataFrame, repeated: DataFrame, inputs: Sequence[Path], out: Path, watch: Watch) -> int:
    """Write the bad records of all inputs in order, and tell them; returns how many there are."""
    lines = found.where("kind = 'bad'").unionByName(repeated.drop("first"))
    # Position 0 stands for the rest of an input, which is its end.
    ordered = lines.orderBy("input", lines.position == 0, "position")
    count = 0
    with written_aside(out / BAD) as stream:
        for line in ordered.toLocalIterator():
            bad = BadRecord(**json.loads(line.value)) if line.kind == "bad" else _repeated(line, inputs)
            stream.write(json.dumps(asdict(bad), ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
            watch.bad(bad)
            count += 1
    return count


def _repeated(line: Row, inputs: Sequence[Path]) -> BadRecord:
    record = TextRecord(line.id, "", source=shown_path(inputs[line.input]), position=line.position)
    seen = SeenIds()
    bad = seen.check(record) or seen.check(record)
    assert bad is not None
    return bad
