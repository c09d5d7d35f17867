"""An exported model at work: texts in, answers out, whole or chunk by chunk. Needs numpy and onnxruntime.

Every export carries a copy of this file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from atrous.errors import FolderError, NotStreamable
from atrous.runtime import manifest
from atrous.runtime.arrays import stacked, steps_of
from atrous.runtime.lengths import CHUNK, LONG, by_length, check_longest
from atrous.runtime.readable import AnyAnswer, Readable
from atrous.runtime.reader import Reader, Row
from atrous.runtime.sessions import EXACT, ONNXRUNTIME, OPENVINO, PRECISIONS, Graph, check_runtime
from atrous.runtime.tagging import TagsAnswer

WHOLE, STREAM, START, VOCABULARY = "model.onnx", "stream.onnx", "start.npz", "vocabulary.json"
_LARGEST_STATE = 2**28  # bytes, of one row
LENGTHS, MASK, LOGITS, DECIDED = "lengths", "mask", "logits", "decided"

Arrays = Mapping[str, NDArray[Any]]
_NOWHERE = np.zeros(1, np.int64)  # where the steps of no row begin


def state_names(count: int) -> list[str]:
    """The names of a stream's states, as many as there are.

    >>> state_names(2)
    ['state_0', 'state_1']
    """
    return [f"state_{place}" for place in range(count)]


def later(name: str) -> str:
    """The name of a state after a chunk.

    >>> later("state_0")
    'next_state_0'
    """
    return f"next_{name}"


class Exported:
    """A folder that `atrous export` wrote.

    folder: checked file by file before anything is loaded. threads: to compute with; None lets the runtime choose.
    runtime: "onnxruntime" or "openvino" for whole rows; None for OpenVINO where it is installed, agrees and is sooner.
        Chunks are always onnxruntime's, which takes half the time of a short one.

    about: what export.json says. reader: from a row to the graphs' inputs. readable: from logits to answers.

    Raises FolderError, naming the file and what to do, if one is missing or does not belong to the others; ConfigError
    and MissingExtra for a runtime that cannot answer here.
    """

    def __init__(self, folder: str | PathLike[str], *, threads: int | None = None, runtime: str | None = None) -> None:
        self.folder, self.threads = Path(folder), threads
        self.about = manifest.read(folder)
        check_runtime(runtime, self.about.get(OPENVINO))
        self.runtime = runtime
        vocabulary = manifest.parsed(self.folder / VOCABULARY)
        try:
            self.reader = Reader.from_json(vocabulary["reader"])
            self.readable = Readable.from_json(self.about["readable"])
            _check_about(self.about)
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise FolderError(
                f"{self.folder / manifest.MANIFEST}: damaged, it does not describe an export; {manifest.REMEDY}"
            ) from error

    def predict(self, texts: Row | Sequence[Row]) -> list[AnyAnswer]:
        """What the model answers to every text, as `Bundle.predict` does; what a text is, the reader says.

        Raises DataError for a text that is too long for a model that must see it whole, and TypeError for what is none.
        """
        given = self.reader.rows(texts)
        if not given:
            return []
        found, starts = self.read(given)
        if self.tags:
            return [*self.readable.tagged(found, starts, [*map(self.reader.cut, given)])]
        return [*self.readable(found)]

    def best(self, texts: Row | Sequence[Row], *, count: int) -> list[list[TagsAnswer]]:
        """The most probable answers of a CRF to every text, best first, as `Bundle.best` gives them.

        Raises ValueError for another model or a count below 1, and what `predict` raises.
        """
        given = self.reader.rows(texts)
        found, starts = self.read(given) if given else (np.zeros((0, len(self.readable.labels)), np.float32), _NOWHERE)
        return self.readable.best(found, starts, [*map(self.reader.cut, given)], count)

    def read(self, given: Sequence[Row]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """The logits of at least one row, of a tagger those of all steps, row after row; and where each row's begin.

        Raises DataError and TypeError as `predict` does.
        """
        rows = [self.reader(row) for row in given]
        lengths = np.array([steps_of(row) for row in rows], np.int64)
        check_longest(int(lengths.max()), self.about.get("longest"))
        starts = np.concatenate([[0], lengths.cumsum()])
        found = np.empty((starts[-1] if self.tags else len(rows), len(self.readable.labels)), np.float32)
        for places, time in by_length(lengths):
            read = self.in_chunks if time > LONG and "stream" in self.about else self.logits
            answer = read(padded([rows[place] for place in places], time=time))
            if not self.tags:
                found[places] = answer
                continue
            for place, steps in zip(places, answer, strict=True):
                found[starts[place] : starts[place + 1]] = steps[: lengths[place]]
        return found, starts

    @property
    def tags(self) -> bool:
        """Whether every step has an answer of its own."""
        return self.readable.tags

    def logits(self, inputs: Arrays) -> NDArray[np.float32]:
        """What the graph of whole rows answers, (batch, labels), or, of a tagger, (batch, time, labels).

        inputs: by their names in export.json, "lengths" (batch,) among them; the others are (batch, time, ...), time
            being 1 at least.

        Raises ValueError for other inputs, and for an id that the vocabulary does not have.
        """
        steps = self._check(inputs)
        return self._logits(self._whole.run([LOGITS], inputs)[0], len(inputs[LENGTHS]), steps)

    def start(self, batch: int) -> dict[str, NDArray[Any]]:
        """The state before the first step of `batch` rows, by name. Raises NotStreamable if it must see whole rows."""
        return {name: np.repeat(row, batch, 0) for name, row in self._first.items()}

    def step(
        self, inputs: Arrays, mask: NDArray[np.bool_], state: Arrays
    ) -> tuple[NDArray[np.float32], dict[str, NDArray[Any]]]:
        """Continue every row by one chunk: (logits of what is decided so far, new state).

        inputs: the chunk without lengths, (batch, time, ...); time is a multiple of the grain that export.json names.
        mask: (batch, time), True where a step is real.

        After the last step and `flush` masked ones the logits are those of whole rows. Those of a tagger are
        (batch, time, labels), and the state has "decided" beside, (batch, time): which of them are of real steps, in
        order; it is not read again.
        Raises ValueError for other inputs, and for an id that the vocabulary does not have.
        """
        steps = self._check(inputs, without=LENGTHS)
        names, beside = [name for name in state if name != DECIDED], [DECIDED] * self.tags
        given = {**inputs, MASK: mask, **{name: state[name] for name in names}}
        logits, *leaves = self._stream.run([LOGITS, *beside, *map(later, names)], given)
        return self._logits(logits, len(mask), steps), dict(zip([*beside, *names], leaves, strict=True))

    def in_chunks(self, inputs: Arrays, *, chunk: int = CHUNK) -> NDArray[np.float32]:
        """What `logits` answers, read chunk by chunk: memory does not grow with the length of the rows.

        chunk: steps that are read at once, rounded down to the model's grain; at least one grain.

        Raises NotStreamable if the model must see whole rows, and ValueError as `logits` does.
        """
        self._check(inputs)
        lengths, state = inputs[LENGTHS], self.start(len(inputs[LENGTHS]))
        grain, flush = self.about["stream"]["grain"], self.about["stream"]["flush"]
        time = max(1, _steps(inputs) if self.tags else int(lengths.max()))
        steps = -(-time // grain) * grain + flush
        size = max(1, chunk // grain) * grain
        decided = []
        for start in range(0, steps, size):
            count = min(size, steps - start)
            piece = {name: _cut(part, start, count) for name, part in inputs.items() if name != LENGTHS}
            mask = np.arange(start, start + count) < lengths[:, None]
            logits, state = self.step(piece, mask, state)
            decided += [logits] if self.tags else []
        if not self.tags:
            return logits
        delay = self.about["stream"]["delay"]
        return np.concatenate(decided, 1)[:, delay : delay + time]

    def _check(self, inputs: Arrays, *, without: str = "") -> int:
        """How many steps the inputs have; refused in words is what the graph would refuse in its own, or take for
        something else (an id of -1)."""
        wanted = [name for name in self.about["inputs"] if name != without]
        if set(inputs) != set(wanted):
            raise ValueError(f"this model takes {' and '.join(wanted)}, got {', '.join(inputs) or 'nothing'}")
        for name, array in inputs.items():
            if array.ndim < (1 if name == LENGTHS else 2):
                raise ValueError(f"{name} of this model are (batch, time, ...), got an array of shape {array.shape}")
            size = self.about["inputs"][name].get("size")
            if size is not None and array.size and not 0 <= array.min() <= array.max() < size:
                wrong = array[(array < 0) | (array >= size)][0]
                raise ValueError(f"{name} of this model are from 0 to {size - 1}, got {wrong}")
        return _steps(inputs)

    @cached_property
    def _whole(self) -> Graph:
        agrees = bool(self.about.get(OPENVINO, {}).get("agrees"))
        return Graph(
            self.folder / WHOLE, threads=self.threads, precision=self.precision, runtime=self.runtime, agrees=agrees
        )

    @cached_property
    def _stream(self) -> Graph:
        return Graph(
            self.folder / STREAM, threads=self.threads, precision=self.precision, runtime=ONNXRUNTIME, agrees=False
        )

    @property
    def precision(self) -> str:
        """ "exact", or how much smaller the numbers are that the graphs compute with."""
        return str(self.about.get("precision", {}).get("name", EXACT))

    @cached_property
    def _first(self) -> dict[str, NDArray[Any]]:
        if "stream" not in self.about:
            raise NotStreamable("this model must see a text to its end, and its export has no graph for chunks")
        path = self.folder / START
        try:
            with np.load(path, allow_pickle=False) as rows:
                if sum(part.file_size for part in rows.zip.infolist()) > _LARGEST_STATE:
                    raise ValueError(f"more than {_LARGEST_STATE:,} bytes")
                return {name: rows[name] for name in self.about["stream"]["states"]}
        except (OSError, ValueError, LookupError, EOFError, AttributeError, BadZipFile) as error:
            raise FolderError(f"{path}: damaged ({str(error)[:100]}); {manifest.REMEDY}") from error

    def _logits(self, logits: NDArray[Any], rows: int, steps: int) -> NDArray[np.float32]:
        if logits.shape != (rows, *[steps] * self.tags, len(self.readable.labels)):
            raise FolderError(f"{self.folder / WHOLE}: not a graph that answers with these labels; {manifest.REMEDY}")
        return logits


def _check_about(about: dict[str, Any]) -> None:
    """Raise one of Python's own errors if export.json does not say what is read of it."""
    stream, longest, sizes = about.get("stream"), about.get("longest"), about["inputs"].values()
    numbers = [0 if longest is None else longest, *(one.get("size", 0) for one in sizes)]
    if stream is not None:
        numbers += [stream["grain"] - 1, stream["flush"], stream["delay"]]
        if not all(isinstance(name, str) for name in stream["states"]):
            raise TypeError("states")
    if not isinstance(about.get(OPENVINO, {}).get("agrees", False), bool):
        raise TypeError(OPENVINO)
    if about.get("precision", {}).get("name", EXACT) not in PRECISIONS:
        raise ValueError("precision")
    if not all(isinstance(number, int) and 0 <= number < 2**40 for number in numbers):
        raise ValueError("numbers")


def padded(rows: Sequence[Arrays], *, time: int | None = None) -> dict[str, NDArray[Any]]:
    """Rows of named arrays, each (steps, ...), as one batch padded on the right with zeros, and their lengths.

    time: steps to pad to; None: to the longest row, at least one.

    >>> padded([{"ids": np.array([5, 7])}, {"ids": np.array([4])}])
    {'lengths': array([2, 1]), 'ids': array([[5, 7],
           [4, 0]])}
    """
    lengths = np.array([steps_of(row) for row in rows], np.int64)
    steps = time or max(1, int(lengths.max()))
    return {LENGTHS: lengths, **{name: stacked([row[name] for row in rows], steps) for name in rows[0]}}


def _steps(inputs: Arrays) -> int:
    """Steps of the inputs, padding included; 0 if there is nothing but lengths."""
    return next((part.shape[1] for name, part in inputs.items() if name != LENGTHS), 0)


def _cut(part: NDArray[Any], start: int, count: int) -> NDArray[Any]:
    """So many steps from one on, with zeros where there are no more."""
    found = part[:, start : start + count]
    missing = count - found.shape[1]
    return np.pad(found, [(0, 0), (0, missing), *[(0, 0)] * (part.ndim - 2)]) if missing else found
