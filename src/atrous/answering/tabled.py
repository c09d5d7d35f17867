"""An n-gram classifier as one large table: convolution and maximum become sums of rows that are looked up.

A convolution is linear, and what it reads of a token is a row of the embedding's table. So what a token adds to every
map, at each place that it can have in the window, can be computed once; an answer is then a few additions a token.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import cast

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from atrous.answering.spread import alone
from atrous.attend import Max
from atrous.errors import ConfigError
from atrous.layers import Conv, Parallel, Pointwise, Stack
from atrous.model import Model
from atrous.native import compiled
from atrous.predict import Classes, Labels

MOST = 2**28  # bytes of a table; a larger one is slower to make than it saves
LANES = {np.float32: (16, 64), np.int8: (32, 128)}  # maps of a block: as few as the kernel takes, as many as stay near

_CHUNK = 2**15  # tokens whose sums torch holds at once
_WORTH = 2**16  # tokens from which on a second thread is worth its start

Numbers = NDArray[np.float32]


class Tables:
    """The tables of a model, made from its weights as they are now.

    Shapes: table, one after the other, of every width every block of maps (ids, kernel, lanes): what a token adds to
    these maps at each place of the window; scale and bias (widths, maps). Maps that are not there have zeros.

    model: as `tables_of` takes it. int8: numbers of 8 bits, a quarter of the memory, each map having its own scale.

    Raises ValueError for another model, and ConfigError if 8 bits are wanted and there are no compiled kernels.

    >>> from atrous.encode import ngram
    >>> from atrous.embed import Tokens
    >>> model = Model(Tokens(50, 8), ngram(8, channels=4), Max(12), Classes(12, 2)).eval()
    >>> Tables(model).logits(np.array([3, 9, 4], np.int32), np.array([0, 2, 3])).shape
    torch.Size([2, 2])

    Source: the sum of rows: Mikolov et al. 2013, section 3, https://arxiv.org/abs/1301.3781 (a projection layer); the
    network: Kim 2014, https://arxiv.org/abs/1408.5882
    """

    def __init__(self, model: Model, *, int8: bool = False) -> None:
        if int8 and compiled is None:
            raise ConfigError("int8 needs the compiled kernels; `atrous --version` says why they are not there")
        found = _parts(model)
        if found is None:
            raise ValueError("Tables needs an embedding that is a table, n-gram convolutions and a maximum over time")
        vectors, convolutions = found
        self.kernels = tuple(conv.kernel for conv in convolutions)
        self.befores = tuple(conv.taps.left for conv in convolutions)
        self.size, self.channels = len(vectors), convolutions[0].outputs
        kind = np.int8 if int8 else np.float32
        self.lanes = _lanes(self.channels, *LANES[kind]) if compiled is not None else self.channels
        self.maps = -(-self.channels // self.lanes) * self.lanes
        self.int8, self._linear = int8, model.predict.linear
        self.table = np.empty(self.size * sum(self.kernels) * self.maps, kind)
        self.scale, self.bias = np.ones((2, len(self.kernels), self.maps), np.float32)
        with torch.inference_mode():
            self._fill(vectors, convolutions)

    def _fill(self, vectors: Tensor, convolutions: list[Conv]) -> None:
        spare, end = self.maps - self.channels, 0
        for width, conv in enumerate(convolutions):
            weights = F.pad(conv.weight.permute(2, 0, 1), (0, 0, 0, spare))  # (kernel, maps, channels)
            self.bias[width] = F.pad(conv.bias, (0, spare)).numpy()
            for first in range(0, self.maps, self.lanes):
                maps = slice(first, first + self.lanes)
                products = (vectors @ weights[:, maps].flatten(0, 1).T).view(self.size, conv.kernel, self.lanes)
                if self.int8:
                    scale = products.abs().amax((0, 1)) / 127
                    self.scale[width, maps] = scale.numpy()
                    products = (products / scale.clamp_min(1e-30)).round()
                start, end = end, end + products.numel()
                self.table[start:end] = products.flatten().numpy()

    def logits(self, ids: NDArray[np.int32], starts: NDArray[np.int64]) -> Tensor:
        """What the model answers to every row: (rows, labels). ids, starts: row r is ids[starts[r]:starts[r + 1]].

        Raises ValueError for an id that the embedding does not have.
        """
        found = torch.from_numpy(self.vectors(ids, starts))
        with torch.inference_mode(), alone():
            return cast(Tensor, self._linear(found))

    def vectors(self, ids: NDArray[np.int32], starts: NDArray[np.int64]) -> Numbers:
        """What the model's maximum over time makes of every row: (rows, widths * channels). Raises as `logits`."""
        ids, starts = np.ascontiguousarray(ids, np.int32), np.ascontiguousarray(starts, np.int64)
        found = np.empty((len(starts) - 1, len(self.kernels), self.maps), np.float32)
        if compiled is None:
            self._by_bags(ids, starts, found)
        else:
            self._compiled(ids, starts, found)
        return found[..., : self.channels].reshape(len(found), len(self.kernels) * self.channels)

    def _compiled(self, ids: NDArray[np.int32], starts: NDArray[np.int64], out: Numbers) -> None:
        assert compiled is not None
        pool, table = compiled.pool_ngrams, self.table

        def run(rows: slice) -> None:
            own = starts[rows.start : rows.stop + 1]
            pool(ids, own, table, self.scale, self.bias, out[rows], self.kernels, self.befores, self.lanes)

        threads = min(torch.get_num_threads(), len(ids) // _WORTH, len(out))
        if threads < 2:
            run(slice(0, len(out)))
            return
        places = np.searchsorted(starts, np.linspace(0, len(ids), threads + 1)[1:-1])
        ends = [0, *np.clip(places, 0, len(out)).tolist(), len(out)]
        with ThreadPoolExecutor(threads) as pool_of_threads:
            list(pool_of_threads.map(run, map(slice, ends[:-1], ends[1:])))

    @torch.inference_mode()
    def _by_bags(self, ids: NDArray[np.int32], starts: NDArray[np.int64], out: Numbers) -> None:
        """The same through torch's sum of table rows, a few thousand tokens at a time."""
        lengths = np.diff(starts)
        if len(ids) and not 0 <= ids.min() <= ids.max() < self.size:
            wrong = ids[(ids < 0) | (ids >= self.size)][0]
            raise ValueError(f"{wrong} is no id of this table, which has {self.size}")
        row = 0
        while row < len(out):
            end = max(row + 1, int(np.searchsorted(starts, starts[row] + _CHUNK, side="right")) - 1)
            own = torch.from_numpy(ids[starts[row] : starts[end]].astype(np.int64))
            steps = torch.from_numpy(np.concatenate([np.arange(length) for length in lengths[row:end]]))
            last = torch.from_numpy(np.repeat(lengths[row:end], lengths[row:end]))
            for width, (kernel, before) in enumerate(zip(self.kernels, self.befores, strict=True)):
                offsets = torch.arange(kernel) - before
                at = steps[:, None] + offsets
                there = (at >= 0) & (at < last[:, None])
                place = (torch.arange(len(own))[:, None] + offsets).clamp(0, max(0, len(own) - 1))
                rows = torch.where(there, own[place] * kernel + torch.arange(kernel), self.size * kernel)
                sums = F.embedding_bag(rows, self._with_zeros[width], mode="sum")
                most = torch.segment_reduce(sums, "max", lengths=torch.from_numpy(lengths[row:end]), initial=-torch.inf)
                found = torch.relu(most + torch.from_numpy(self.bias[width]))
                out[row:end, width] = found.numpy()
            row = end
        out[lengths == 0] = 0

    @cached_property
    def _with_zeros(self) -> list[Tensor]:
        """Of every width the table's rows, (ids * kernel, maps), and one of zeros, which a tap beside the row adds."""
        sizes = [self.size * kernel * self.maps for kernel in self.kernels]
        parts = np.split(self.table, np.cumsum(sizes)[:-1])
        return [F.pad(torch.from_numpy(part).view(-1, self.maps), (0, 0, 0, 1)) for part in parts]


def _lanes(maps: int, least: int, most: int) -> int:
    """How many of the maps stand in one block: as many in each, or a few more than there are in the last."""
    return max(least, -(-maps // -(-maps // most)))


def tables_of(model: Model, *, int8: bool = False) -> Tables | None:
    """The tables of a model, or None if it is no n-gram classifier, is on no processor, or they would be too large.

    >>> from atrous.encode import ngram, tcn
    >>> from atrous.embed import Tokens
    >>> tables_of(Model(Tokens(50, 8), tcn(8, channels=4, depth=2), Max(4), Classes(4, 2))) is None
    True

    Raises ConfigError as `Tables` does.
    """
    found = _parts(model)
    if found is None:
        return None
    vectors, convolutions = found
    taps = sum(conv.kernel for conv in convolutions)
    if len(vectors) * taps * convolutions[0].outputs * (1 if int8 else 4) > MOST:
        return None
    return Tables(model, int8=int8)


class Latest:
    """The tables of a model whose weights may change: made when they are first wanted, and again after a change."""

    def __init__(self) -> None:
        self._weights: list[tuple[int, int]] | None = None
        self._int8, self._tables = False, cast(Tables | None, None)

    def of(self, model: Model, *, int8: bool = False) -> Tables | None:
        """The tables of the model as it is now, as `tables_of` gives them."""
        weights = [*weights_of(model)]
        if (weights, int8) != (self._weights, self._int8):
            self._tables = tables_of(model, int8=int8)
            self._weights, self._int8 = weights, int8
        return self._tables


def weights_of(module: nn.Module) -> Iterator[tuple[int, int]]:
    """Where each weight is and how often it was written to. By hand: torch's own walk takes longer than an answer."""
    for weight in module._parameters.values():
        if weight is not None:
            yield weight.data_ptr(), weight._version
    for inner in module._modules.values():
        if inner is not None:
            yield from weights_of(inner)


def _parts(model: Model) -> tuple[Tensor, list[Conv]] | None:
    """The vectors of all tokens and the convolutions, if the model is nothing else but a maximum and a linear head."""
    vectors, encode = model.embed.table(), model.encode
    if vectors is None or not isinstance(encode, Stack) or len(encode.parts) != 2:
        return None
    paths, rectified = encode.parts
    if not isinstance(paths, Parallel) or paths.join != "concatenate" or not isinstance(rectified, Pointwise):
        return None
    convolutions = [path for path in paths.paths if isinstance(path, Conv)]
    if (
        rectified.function is not torch.relu
        or len(convolutions) < len(paths.paths)
        or any((conv.stride, conv.dilation, conv.groups, conv.valid) != (1, 1, 1, False) for conv in convolutions)
        or len({conv.outputs for conv in convolutions}) > 1
        or not isinstance(model.attend, Max)
        or not isinstance(model.predict, Classes | Labels)
        or vectors.device.type != "cpu"
        or vectors.dtype != torch.float32
    ):
        return None
    return vectors, convolutions
