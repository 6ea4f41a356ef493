# SPDX-License-Identifier: Apache-2.0
"""Extraction into a folder of shards: one an input, by a pool of processes, to be stopped and taken up at any time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from multiprocessing.pool import ThreadPool
from pathlib import Path

from imnm_kg.batch.inputs import share_out, shown_path, weight
from imnm_kg.batch.settings import Faults, Settings, read_lexicons, settings_hash
from imnm_kg.batch.watch import Summary, Watch
from imnm_kg.batch.work import Done, Task, Undone, Worker
from imnm_kg.errors import ImnmError
from imnm_kg.model.claim_rows import arrow_schema
from imnm_kg.model.records import BadRecord
from imnm_kg.operations.pool import Lost, run_pool
from imnm_kg.operations.shards import Shard, ShardFolder, positions_hash, shard_name
from imnm_kg.reading.faults import bad_record
from imnm_kg.reading.shares import Share

__all__ = ["extract_folder"]


def extract_folder(inputs: Iterable[Path], out: Path, settings: Settings, workers: int, watch: Watch) -> Summary:
    """Make the shards of the inputs that are not there yet, and say what the whole folder holds.

    Args:
        inputs: the files, each once.
        out: the folder, new or of an earlier run over the same inputs.
        settings: what the run is made with.
        workers: number of processes; the bytes that are written do not depend on it.
        watch: is told what happens.

    Raises:
        ImnmError: ``parquet-missing``, ``extract-folder``, ``extract-inputs``, ``file-unwritable``, and what reading
            the knowledge raises.
    """
    arrow_schema()  # without pyarrow nothing is begun
    paths = {shard_name(path): path for path in inputs}
    with ShardFolder(out) as folder:
        folder.begin(paths)
        return _Run(folder, paths, settings, workers, watch).run()


class _Run:
    """The state of a run; all of it is in the process that the others work for."""

    def __init__(
        self, folder: ShardFolder, paths: Mapping[str, Path], settings: Settings, workers: int, watch: Watch
    ) -> None:
        self._folder = folder
        self._paths = paths
        self._settings = settings
        self._workers = workers
        self._watch = watch
        self._hash = settings_hash(settings)
        self._lost: dict[str, BadRecord] = {}
        self._shares: dict[str, list[bool]] = {}  # of an input: those that have come, and whether they can be used
        self._lexicon: Faults | None = None

    def run(self) -> Summary:
        folder, watch = self._folder, self._watch
        whole = self._whole()
        todo = [name for name in self._paths if name not in whole]
        watch.expect(sum(weight(self._paths[name]) for name in todo))
        self._work(self._plan({name: frozenset() for name in todo}))
        # An id that an earlier input has is known only now. The inputs with such records are read once more: there are
        # few, and so a shard follows from its input and these positions alone.
        again = {
            name: frozenset(positions)
            for name, positions in folder.repeated(self._there())
            if positions_hash(positions) != folder.shards[name].repeated
        }
        if again:
            watch.expect(sum(weight(self._paths[name]) for name in again))
            self._work(self._plan(again))
        if self._lexicon is None:  # no process had to read it
            self._take_lexicon(read_lexicons(self._settings)[1])
        folder.finish(self._there(), self._lost.values())
        shards = [folder.shards[name] for name in self._there()]
        return Summary(
            len(shards),
            len(whole - again.keys()),
            sum(shard.records for shard in shards),
            sum(shard.claims for shard in shards),
            sum(shard.bad for shard in shards) + len(self._lost) + (self._lexicon or Faults()).number,
        )

    def _take_lexicon(self, faults: Faults) -> None:
        self._lexicon = faults
        faults.tell(self._watch)

    def _there(self) -> list[str]:
        return [name for name in self._paths if name not in self._lost]

    def _whole(self) -> set[str]:
        """Return the names of the shards that need not be made again; hashing lets other threads go on."""

        def check(shard: Shard) -> bool:
            return self._folder.is_whole(shard, self._paths[shard.name], self._settings.version, self._hash)

        shards = list(self._folder.shards.values())
        with ThreadPool(max(1, min(self._workers, len(shards)))) as threads:
            return {shard.name for shard, good in zip(shards, threads.map(check, shards), strict=True) if good}

    def _plan(self, names: Mapping[str, frozenset[int]]) -> list[Task]:
        """Order the work, the biggest pieces first."""
        shares = share_out([self._paths[name] for name in names], self._workers)
        tasks: list[tuple[float, str, int, Task]] = []
        for name, repeated in names.items():
            path = self._paths[name]
            task, of = Task(name, path, shown_path(path), repeated=repeated), shares[path]
            if of == 1:
                tasks.append((-weight(path), name, 0, task))
                continue
            self._shares[name] = []
            parts = [task._replace(share=Share(number, of)) for number in range(of)]
            tasks += [(-weight(path) / of, name, number, part) for number, part in enumerate(parts)]
        return [task for *_, task in sorted(tasks, key=lambda item: item[:3])]

    def _work(self, tasks: list[Task]) -> None:
        make = partial(Worker, self._settings, self._folder.path, self._hash)
        if tasks:
            run_pool(tasks, make, self._workers, self._finished, self._watch.tick)

    def _finished(self, task: Task, result: Done | Undone | Lost) -> list[Task]:
        """Take a result in; returns what is to be done next."""
        if isinstance(result, Done) and self._lexicon is None and result.lexicon is not None:
            self._take_lexicon(result.lexicon)
        if task.share is not None:
            come = self._shares[task.name]
            come.append(isinstance(result, Done))
            if len(come) < task.share.of:
                return []
            return [task._replace(share=None, join=task.share.of if all(come) else 0)]
        self._watch.done(weight(task.path))
        if isinstance(result, Done):
            assert result.shard is not None
            self._folder.add(result.shard)
            for bad in result.bad:
                if not task.repeated or bad.position in task.repeated:  # the others were told before
                    self._watch.bad(bad)
            return []
        if isinstance(result, Lost):
            what, remedy = f"the input was not read: {result.why}", "run it again; if it comes again, report it"
            error = ImnmError("extract-failed", what, remedy)
        else:
            error = ImnmError("extract-changed", "the input changed while it was read", "run it again")
        self._lost[task.name] = bad = bad_record(error, task.shown)
        self._watch.bad(bad)
        return []
