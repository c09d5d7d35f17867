"""What a model reads of many rows, flat in memory or in files, and the padded batches cut from it.

The one module of the data that makes tensors.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from os import PathLike
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from atrous.contract import Batch
from atrous.data.spool import Spool
from atrous.data.targets import Numbers
from atrous.runtime.arrays import steps_of
from atrous.runtime.reader import Reader, Row

Places = NDArray[np.int64]

_TOGETHER = 1000  # texts that are turned into ids at once


class Examples:
    """The arrays of every row, end to end, and each row's target, as `Targets` says it.

    arrays: by the name of a field of Batch; the first axis of each is the steps of all rows. They may be files mapped
        into memory.
    starts: row r is steps starts[r] ... starts[r + 1] - 1.
    cut: how many of the rows were longer than the reader reads.
    tagged: whether targets has one number a step, row after row, instead of one target a row.

    There is no Python object a row: 16 bytes, and 4 a token.

    >>> from atrous.runtime.tokeniser import Tokeniser
    >>> reader = Reader(Tokeniser("characters", False, ("a", "b")))
    >>> rows = Examples.of(reader, ["ab", "", "b"], [0, 1, 0])
    >>> rows.lengths.tolist()
    [2, 0, 1]
    >>> rows.batch([2, 0])[0].ids.tolist()
    [[3, 0], [2, 3]]
    """

    def __init__(
        self,
        arrays: Mapping[str, NDArray[Any]],
        starts: Places,
        targets: Numbers,
        *,
        cut: int = 0,
        tagged: bool = False,
    ) -> None:
        self.arrays, self.starts, self.targets, self.cut, self.tagged = dict(arrays), starts, targets, cut, tagged

    @classmethod
    def of(
        cls,
        reader: Reader,
        rows: Iterable[Row],
        targets: Sequence[int] | Numbers | None = None,
        *,
        tagged: bool = False,
        folder: PathLike[str] | None = None,
    ) -> Examples:
        """What the reader reads of these rows, read once; without targets every row, or step, has label 0.

        tagged: whether the targets are those of every step, of whole rows; the steps that are not read lose theirs.
        folder: where the file of the steps goes if they are many; None for the system's temporary files.
        """
        if reader.plain and not tagged:
            return cls._of_texts(reader, rows, targets, folder)
        spools = {name: Spool(one.dtype, shape=one.shape[1:], folder=folder) for name, one in reader.empty.items()}
        own = array("q", [0])  # where the targets of each whole row begin, if steps have some
        starts, cut = array("q", [0]), 0  # looked up for every batch: 8 bytes a row of memory are worth it
        for row in rows:
            whole = reader.whole(row)
            steps = steps_of(whole)
            read = steps if reader.max_steps is None else min(steps, reader.max_steps)
            for name, values in whole.items():
                spools[name].add(values if steps == read else values[:read])
            starts.append(starts[-1] + read)
            cut += steps > read
            if tagged:
                own.append(own[-1] + steps)
        places = np.frombuffer(starts, np.int64)
        if not isinstance(targets, np.ndarray):
            count = int(places[-1]) if tagged else len(places) - 1
            targets = np.zeros(count, np.int64) if targets is None else np.array(targets, np.int64)
        elif tagged and cut:
            targets = np.concatenate(
                [targets[own[row] : own[row] + length] for row, length in enumerate(np.diff(places).tolist())]
            )
        return cls({name: spool.read() for name, spool in spools.items()}, places, targets, cut=cut, tagged=tagged)

    @classmethod
    def _of_texts(
        cls, reader: Reader, rows: Iterable[Row], targets: Sequence[int] | Numbers | None, folder: PathLike[str] | None
    ) -> Examples:
        """The same for a reader of ids alone, which reads many texts at once."""
        spool, starts, cut, left = Spool(np.int32, folder=folder), array("q", [0]), 0, iter(rows)
        while some := list(islice(left, _TOGETHER)):
            ids, places, more = reader.many(some)
            spool.add(ids)
            starts.frombytes((places[1:] + starts[-1]).tobytes())
            cut += more
        if not isinstance(targets, np.ndarray):
            targets = np.zeros(len(starts) - 1, np.int64) if targets is None else np.array(targets, np.int64)
        return cls({"ids": spool.read()}, np.frombuffer(starts, np.int64), targets, cut=cut)

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def lengths(self) -> Places:
        """Steps of each row."""
        return np.diff(self.starts)

    def batch(self, rows: Sequence[int] | Places, *, time: int | None = None) -> tuple[Batch, Tensor]:
        """The chosen rows, padded on the right to `time` steps or to the longest (at least one), and their targets.

        Targets of steps are (rows, time), and -1 where a row is padded.
        """
        places = np.asarray(rows, np.int64)
        lengths = self.starts[places + 1] - self.starts[places]
        steps = time or max(1, int(lengths.max(initial=0)))
        fields: dict[str, Tensor] = {}
        for name, values in self.arrays.items():
            padded = np.zeros((len(places), steps, *values.shape[1:]), values.dtype)
            for row, (start, length) in enumerate(zip(self.starts[places], lengths, strict=True)):
                padded[row, :length] = values[start : start + length]
            fields[name] = torch.from_numpy(padded)
        batch = Batch(fields.pop("ids", None), torch.from_numpy(lengths), **fields)
        if not self.tagged:
            return batch, torch.from_numpy(self.targets[places])
        tags = np.full((len(places), steps), -1, np.int64)
        for row, (start, length) in enumerate(zip(self.starts[places], lengths, strict=True)):
            tags[row, :length] = self.targets[start : start + length]
        return batch, torch.from_numpy(tags)
