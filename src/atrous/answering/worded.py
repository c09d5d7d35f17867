"""A tagger's logits from what it makes of every distinct token, which is found once and remembered.

The embedding of a token that has no neighbour in it is a function of the token alone, however much it reads of it:
letters, affixes, shape, hashes. And a convolution is linear: what a token adds to each of its outputs, at each place of
its window, is a function of the token, too. So both are found for a token when it is first met; after that the first
convolution of a text is a few rows of a table, added up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from threading import Lock
from typing import Any, NamedTuple, cast

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from atrous.answering.chunks import check_length, evaluating
from atrous.answering.compiled import compiled_of
from atrous.answering.predict import logits
from atrous.answering.spread import spread
from atrous.answering.tabled import weights_of
from atrous.contract import Batch, Layer
from atrous.data.batch import Examples
from atrous.layers import Conv, Stack
from atrous.model import Model
from atrous.runtime.arrays import steps_of
from atrous.runtime.lengths import LONG, by_length
from atrous.runtime.lexicon import Cut, Lexicon
from atrous.runtime.reader import Reader, Row
from atrous.window import Window

MOST = 2**28  # bytes that are remembered; where there are more, all is forgotten and begun anew

_TOGETHER = 2048  # tokens that are embedded at once
_STEPS = 2048  # steps of rows laid end to end that are computed at once: their numbers stay near the processor


class Read(NamedTuple):
    """What came of rows: their cuts, as `Reader.cut` gives them; where each one's steps begin; the logits of all."""

    cuts: list[Cut]
    starts: NDArray[np.int64]
    logits: Tensor

    @property
    def parts(self) -> tuple[NDArray[np.float32], NDArray[np.int64], list[Cut]]:
        """What `Readable.tagged` reads."""
        return self.logits.float().numpy(), self.starts, self.cuts


class Worded:
    """What a tagger makes of every token that it has met.

    model, reader: as `worded_of` takes them, and a rule that cuts texts.

    Several threads may read with it. What it remembers is bounded: see `MOST`.

    >>> from atrous.config import load
    >>> from atrous.runtime.tokeniser import Tokeniser
    >>> from atrous.tasks.tag import build
    >>> reader = Reader(Tokeniser("words", True, ("ann", "left")), rule="fine")
    >>> model = build(load(encode="conv", task="tag"), sizes=reader.sizes, labels=("O", "PER"))
    >>> read = Worded(model, reader).read(["Ann left.", ""])
    >>> read.logits.shape, read.starts.tolist(), read.cuts[0][1]
    (torch.Size([3, 2]), [0, 3, 3], ('Ann', 'left', '.'))
    """

    def __init__(self, model: Model, reader: Reader) -> None:
        self.model, self.reader = model, reader
        self._first, self._rest = _parts(model)
        self._lock = Lock()
        self._forget()

    def _forget(self) -> None:
        self._lexicon = Lexicon(self.reader.rule or "fine")
        self._count = 1  # rows of the table that are there; the first is that of no token
        conv = self._first
        width = self.model.embed.outputs if conv is None else conv.kernel * conv.outputs
        self._table = next(self.model.parameters()).new_zeros(1, width)
        self._weights: list[tuple[int, int]] = []

    def read(self, rows: Sequence[Row]) -> Read | None:
        """The logits of all steps of the rows, (steps, labels); None where a row is so long that it is read in chunks.

        Raises TypeError for a row that is neither a text nor a sequence of tokens, and DataError for one that is too
        long for the model.
        """
        with torch.inference_mode(), evaluating(self.model):
            with self._lock:
                cuts, numbers, starts = self._numbered(rows)
                self._learn()
                table = self._table
            lengths = np.diff(starts)
            check_length(self.model, int(lengths.max(initial=0)))
            if lengths.max(initial=0) > LONG:
                return None
            if self._rest is not None and self._rest.window == Window():
                found = self._end_to_end(numbers, starts, table)
            else:
                found = self._padded(numbers, starts, table)
        return Read(cuts, starts, found)

    def _numbered(self, rows: Sequence[Row]) -> tuple[list[Cut], NDArray[np.int32], NDArray[np.int64]]:
        """The cuts of all rows, the numbers of the tokens that are read, from 1 on, and where each row's begin."""
        weights = [*weights_of(self.model)]
        held = self._table[: self._count].nbytes + self._lexicon.held
        if weights != self._weights or held > MOST:
            self._forget()
            self._weights = weights
        texts = [*rows]
        if all(isinstance(row, str) for row in texts):
            cuts, numbers, starts = self._lexicon.many(texts)
        else:
            cuts = [self.reader.cut(row) for row in texts]
            numbers, starts = self._lexicon.numbered([tokens for _, tokens, _ in cuts])
        most, lengths = self.reader.max_steps, np.diff(starts)
        if most is not None and lengths.max(initial=0) > most:
            numbers = numbers[np.arange(len(numbers)) - np.repeat(starts[:-1], lengths) < most]
            starts = np.concatenate([np.zeros(1, np.int64), np.minimum(lengths, most).cumsum()])
        return cuts, numbers + np.int32(1), starts

    def _learn(self) -> None:
        """Find what there is to remember of tokens that are new."""
        tokens = self._lexicon.after(self._count - 1)
        wanted = self._count + len(tokens)
        for start in range(0, len(tokens), _TOGETHER):
            arrays = self.reader.whole(tokens[start : start + _TOGETHER])
            fields: dict[str, Any] = {name: torch.from_numpy(one)[None] for name, one in arrays.items()}
            some = self._made(Batch(fields.pop("ids"), torch.tensor([steps_of(arrays)]), **fields))
            self._grow(wanted)
            self._table[self._count : self._count + len(some)] = some
            self._count += len(some)

    def _made(self, batch: Batch) -> Tensor:
        """The rows of the table for tokens side by side."""
        x = self.model.embed(batch)[0]
        if self._first is None:
            return x
        taps = self._first.weight.permute(2, 0, 1).flatten(0, 1)  # (kernel * outputs, inputs)
        return x @ taps.T

    def _grow(self, wanted: int) -> None:
        # Where there are rows already a table is never written to: another thread may read them.
        if wanted > len(self._table):
            table = self._table.new_empty(max(wanted, 4 * len(self._table)), self._table.shape[1])
            table[: self._count] = self._table[: self._count]
            self._table = table

    def _end_to_end(self, numbers: NDArray[np.int32], starts: NDArray[np.int64], table: Tensor) -> Tensor:
        """The logits where nothing but the first convolution looks at neighbours: no step is padded."""
        conv, rest = self._first, self._rest
        assert conv is not None and rest is not None
        rows, steps, span = len(starts) - 1, len(numbers), conv.taps.span
        # Between rows stand so many zeros that no window reaches over them.
        at = np.arange(steps, dtype=np.int32) + np.repeat(
            np.arange(1, rows + 1, dtype=np.int32) * span, np.diff(starts)
        )
        line = np.zeros(steps + (rows + 1) * span, np.int32)
        line[at] = numbers
        taps = np.arange(conv.kernel, dtype=np.int32)
        wanted = line[at[:, None] + (taps * conv.dilation - conv.taps.left)] * conv.kernel + taps

        def answered(some: Tensor) -> Tensor:
            return self.model.predict(rest(self._summed(some, table, conv)[None]))[0]

        places = torch.from_numpy(wanted)
        pieces = [places[start : start + _STEPS] for start in range(0, steps, _STEPS)]
        found = spread(answered, pieces, operations=lambda some: self.model.cost.flops(len(some)))
        return torch.cat(found) if found else self._none(table)

    def _padded(self, numbers: NDArray[np.int32], starts: NDArray[np.int64], table: Tensor) -> Tensor:
        """The logits of rows in batches of like length."""

        def answered(one: tuple[NDArray[np.int64], int]) -> tuple[Tensor, Tensor]:
            rows, time = one
            lengths = starts[rows + 1] - starts[rows]
            there = np.arange(time) < lengths[:, None]
            padded = np.zeros((len(rows), time), np.int32)
            places = (starts[rows, None] + np.arange(time))[there]
            padded[there] = numbers[places]
            answer = self._answered(torch.from_numpy(padded), torch.from_numpy(there), table)
            return torch.from_numpy(places), answer[torch.from_numpy(there)]

        batches = by_length(np.diff(starts))
        answers = spread(answered, batches, operations=lambda one: len(one[0]) * self.model.cost.flops(one[1]))
        if not answers:
            return self._none(table)
        found = answers[0][1].new_empty(len(numbers), answers[0][1].shape[-1])
        for places, answer in answers:
            found[places] = answer
        return found

    def _none(self, table: Tensor) -> Tensor:
        """The logits of no step."""
        return self.model.predict(table.new_empty(1, 0, self.model.attend.outputs))[0]

    def _answered(self, numbers: Tensor, mask: Tensor, table: Tensor) -> Tensor:
        model, conv = self.model, self._first
        encode: Layer = self._rest or model.encode
        if conv is None:
            x = F.embedding(numbers, table)
        else:
            whole = F.pad(numbers, (conv.taps.left, conv.taps.beyond(numbers.shape[1])))
            time = numbers.shape[1]
            taps = [
                whole[:, tap * conv.dilation : tap * conv.dilation + time] * conv.kernel + tap
                for tap in range(conv.kernel)
            ]
            x = self._summed(torch.stack(taps, -1).flatten(0, 1), table, conv).view(*numbers.shape, conv.outputs)
        return model.predict(model.attend(encode(x, mask), encode.after(mask)))

    def _summed(self, places: Tensor, table: Tensor, conv: Conv) -> Tensor:
        """What the convolution gives: of every step the sum of those rows of the table, (steps, kernel)."""
        return F.embedding_bag(places, table.view(-1, conv.outputs), mode="sum") + conv.bias


class Met:
    """What a tagger has met, made when it is first wanted, and left out where it is copied."""

    def __init__(self) -> None:
        self._worded: Worded | None = None

    def of(self, model: Model, reader: Reader) -> Worded | None:
        """What this model and reader have met, as `worded_of` gives it."""
        known = self._worded
        if known is None or known.model is not model or known.reader is not reader or not _on_processor(model):
            known = self._worded = worded_of(model, reader)
        return known

    def read(self, model: Model, reader: Reader, rows: Sequence[Row]) -> Read:
        """The logits of these rows, of any tagger. Raises what `Worded.read` raises."""
        known = None if compiled_of(model) else self.of(model, reader)
        if known is not None and (found := known.read(rows)) is not None:
            return found
        examples = Examples.of(reader, rows)
        return Read([*map(reader.cut, rows)], examples.starts, logits(model, examples))

    def __reduce__(self) -> tuple[Any, ...]:
        return Met, ()


def worded_of(model: Model, reader: Reader) -> Worded | None:
    """For a tagger on the processor whose embedding sees nothing but its token; None for another model."""
    if not model.tags or reader.rule is None or model.embed.window != Window() or [*_leaves(model.embed.start(1))]:
        return None
    return Worded(model, reader) if _on_processor(model) else None


def _on_processor(model: Model) -> bool:
    return next(model.parameters()).device.type == "cpu"


def _leaves(state: Any) -> Iterator[Tensor]:
    """The tensors of a state."""
    if isinstance(state, Tensor):
        yield state
    else:
        for part in state:
            yield from _leaves(part)


def _parts(model: Model) -> tuple[Conv | None, Stack | None]:
    """The convolution that reads the embedding, and what comes after it; twice None where something else reads it."""
    encode = model.encode
    parts = cast(list[Layer], [*encode.parts]) if isinstance(encode, Stack) else []
    first = parts[0] if parts else None
    if not isinstance(first, Conv) or (first.stride, first.groups, first.valid) != (1, 1, False):
        return None, None
    return first, Stack(*parts[1:])
