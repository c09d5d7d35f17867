"""The contract every part of a model keeps. Read this file first, then window.py, then model.py.

    batch  a `Batch`: named tensors and the rows' lengths; what data makes and embed takes
    x      (batch, time, channels)  float   everywhere between embed and predict
    mask   (batch, time)            bool    True where a step is real; it travels with x
    state  tensors nested in tuples; the first axis of every leaf is batch

**Masks.** Per row a mask is False...False True...True False...False. The leading part arises only while
streaming, from a delay; the trailing part is padding. A masked step is a zero input in time (it flushes a delay),
never "no step". Only what mixes steps clears masked inputs, with `clear`; what stands at masked steps between
layers is nobody's business.

**Two readings, one function.** `forward` reads whole rows at once; `start` and `step` read them chunk by chunk, any
chunks that are multiples of `grain`. Output t of `step` belongs to input t - delay, and the mask that `step`
returns, delayed alike, says which outputs are real: those are, in order, the outputs of `forward`. The laws in
tests/laws hold every layer to it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from atrous.errors import NotStreamable
from atrous.window import Cost, Window

State: TypeAlias = Any  # Tensor | tuple[State, ...]; mypy knows no recursive alias that isinstance can narrow


class Batch(NamedTuple):
    """Rows of steps, padded on the right; each field is one representation of them, None where nobody reads it.

    ids: (batch, time), tokens; 0 where a row is padded.
    lengths: (batch,), real steps a row; a row may be empty.
    beside: (batch, time), tokens of a second representation of the same row; 0 too where it is the shorter one.
    characters: (batch, time, letters), the letters of each token; 0 after its last one.
    values: (batch, time, features), numbers; NaN where one is missing.
    features: (batch, time, kinds), what each word looks like, an id a kind; 0 where there is no word.

    Its names are the names of an export's inputs. Time is that of whatever field is there.

    >>> batch = Batch(torch.tensor([[5, 7, 0]]), torch.tensor([2]))
    >>> batch.mask.tolist(), list(batch.fields), batch.cut(slice(1, 2)).ids.tolist()
    ([[True, True, False]], ['ids'], [[7]])
    """

    ids: Int[Tensor, "batch time"] | None
    lengths: Int[Tensor, " batch"]
    beside: Int[Tensor, "batch time"] | None = None
    characters: Int[Tensor, "batch time letters"] | None = None
    values: Float[Tensor, "batch time features"] | None = None
    features: Int[Tensor, "batch time kinds"] | None = None

    @property
    def fields(self) -> dict[str, Tensor]:
        """What is told of every step, by name."""
        return {name: part for name, part in self._asdict().items() if name != "lengths" and part is not None}

    @property
    def time(self) -> int:
        """Steps of the batch, padding included. Raises ValueError if no field is there."""
        return self._first.shape[1]

    @property
    def mask(self) -> Bool[Tensor, "batch time"]:
        """True where a step is real. Raises ValueError if no field is there."""
        first = self._first
        return torch.arange(first.shape[1], device=first.device)[None, :] < self.lengths[:, None]

    @property
    def _first(self) -> Tensor:
        for part in self.fields.values():
            return part
        raise ValueError(f"Batch needs one field of {', '.join(FIELDS)} at least, got lengths alone")

    def map(self, function: Callable[[Tensor], Tensor]) -> Batch:
        """The batch of function(tensor) for every tensor that is there, lengths included: to a device, some rows."""
        fields = {name: function(part) for name, part in self.fields.items()}
        return self._replace(lengths=function(self.lengths), **fields)

    def cut(self, steps: slice) -> Batch:
        """The chunk of these steps, with the lengths of the whole rows."""
        return self._replace(**{name: part[:, steps] for name, part in self.fields.items()})


FIELDS = tuple(name for name in Batch._fields if name != "lengths")


class Layer(nn.Module):
    """A function from sequence to sequence that can be read whole or in chunks.

    Shapes: (batch, time, inputs) -> (batch, time / window.stride, outputs).

    A layer that mixes no steps defines `forward` alone; the rest below is already right for it. A layer that mixes
    steps defines `start`, `step` and, where it changes the rate, `after`. Nothing is ever stored on self:
    two users can stream through one layer at once.

    window: what one output sees.
    cost: parameters, and floating-point operations as a function of the row's length.
    grain: the smallest chunk that `step` accepts; every chunk is a multiple of it.
    delay: by how many of its own output steps `step` lags behind its input; 0 for a causal layer.
    streams: False for a layer that must see its whole row at once; its `step` raises NotStreamable with `refusal`,
        which says why, and what to use instead.
    inputs, outputs: channels; None for a layer that takes any number and gives the same.
    """

    window: Window = Window()
    cost: Cost = Cost()
    grain: int = 1
    delay: int = 0
    streams: bool = True
    refusal: str = ""
    inputs: int | None = None
    outputs: int | None = None

    _like: Tensor
    __call__: Callable[..., Tensor]

    def __init__(self) -> None:
        super().__init__()
        # An empty buffer follows the layer's dtype and device, so that states can be made where no parameter is.
        self.register_buffer("_like", torch.empty(0), persistent=False)

    def zeros(self, *shape: int) -> Tensor:
        """Zeros in the layer's own dtype, on its device."""
        return self._like.new_zeros(shape)

    def unset(self, *shape: int) -> Tensor:
        """An all-False mask on the layer's device."""
        return torch.zeros(shape, dtype=torch.bool, device=self._like.device)

    def start(self, batch: int) -> State:
        """The state before the first step of `batch` rows."""
        return ()

    def step(
        self, x: Float[Tensor, "batch time inputs"], mask: Bool[Tensor, "batch time"], state: State
    ) -> tuple[Tensor, Tensor, State]:
        """Continue every row by one chunk: (y, mask of y, new state)."""
        if self.refusal:
            raise NotStreamable(self.refusal)
        return self(x, mask), mask, state

    def forward(self, x: Float[Tensor, "batch time inputs"], mask: Bool[Tensor, "batch time"] | None = None) -> Tensor:
        """The whole of every row at once; mask None means that every step is real."""
        raise NotImplementedError

    def after(self, mask: Bool[Tensor, "batch time"]) -> Bool[Tensor, "batch later"]:
        """The mask of what `forward` returns for this mask."""
        return mask

    def iterates(
        self, x: Float[Tensor, "batch time inputs"], mask: Bool[Tensor, "batch time"] | None = None
    ) -> tuple[Tensor, ...]:
        """What stands after every application of a block that is applied again and again; the last is `forward`'s.

        All have the mask `after(mask)`. A layer without such a block has `forward` alone.
        """
        return (self(x, mask),)


class Pool(nn.Module):
    """A function from a sequence to one vector a row that can be read whole or in chunks.

    Shapes: (batch, time, channels) -> (batch, outputs). A row with no real step gives zeros.

    A pool defines `start`, `step` and `read`; `forward` is read(step(start)), so that the two readings agree by
    construction.

    outputs: numbers of its vector.
    streams: False for a pool that must see its whole row at once.
    """

    cost: Cost = Cost()
    outputs: int
    streams: bool = True

    _like: Tensor
    __call__: Callable[..., Tensor]

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("_like", torch.empty(0), persistent=False)

    def start(self, batch: int) -> State:
        """The state before the first step of `batch` rows."""
        raise NotImplementedError

    def step(self, x: Float[Tensor, "batch time channels"], mask: Bool[Tensor, "batch time"], state: State) -> State:
        """The state after one more chunk."""
        raise NotImplementedError

    def read(self, state: State) -> Float[Tensor, "batch outputs"]:
        """The vector of what was read so far."""
        raise NotImplementedError

    def forward(
        self, x: Float[Tensor, "batch time channels"], mask: Bool[Tensor, "batch time"] | None = None
    ) -> Float[Tensor, "batch outputs"]:
        """The vector of whole rows; mask None means that every step is real."""
        if mask is None:
            mask = torch.ones(x.shape[:2], dtype=torch.bool, device=x.device)
        return self.read(self.step(x, mask, self.start(x.shape[0])))


class Embed(nn.Module):
    """A function from a batch of named tensors to a sequence; it keeps the mask, has no delay and takes any chunk.

    window: the tokens that one step of its output sees.
    outputs: channels of x.
    reads: the fields of the batch that it reads.
    """

    window: Window = Window()
    cost: Cost = Cost()
    outputs: int
    reads: tuple[str, ...] = ("ids",)

    __call__: Callable[..., Tensor]

    def start(self, batch: int) -> State:
        """The state before the first token of `batch` rows."""
        return ()

    def step(self, batch: Batch, mask: Bool[Tensor, "batch time"], state: State) -> tuple[Tensor, State]:
        """The vectors of one more chunk. The chunk's lengths are not read: mask says what is real."""
        raise NotImplementedError

    def forward(self, batch: Batch) -> Float[Tensor, "batch time outputs"]:
        """The vectors of whole rows."""
        return self.step(batch, batch.mask, self.start(batch.lengths.shape[0]))[0]

    def table(self) -> Tensor | None:
        """The vectors, (size, channels), if a step's vector is that of its id and nothing else; else None."""
        return None


def clear(x: Float[Tensor, "batch time channels"], mask: Bool[Tensor, "batch time"] | None) -> Tensor:
    """x with zeros at masked steps. Multiplying by the mask instead would keep a NaN."""
    return x if mask is None else torch.where(mask[..., None], x, x.new_zeros(()))


def map_state(function: Callable[..., Tensor], *states: State) -> State:
    """The tree whose leaves are function(leaf of the first state, leaf of the second, ...)."""
    first = states[0]
    if isinstance(first, Tensor):
        return function(*states)
    return tuple(map_state(function, *parts) for parts in zip(*states, strict=True))


def reorder(state: State, rows: Int[Tensor, " chosen"]) -> State:
    """The state whose row i is the old row rows[i]: drops, repeats and permutes rows."""
    return map_state(lambda leaf: leaf.index_select(0, rows), state)


def reset(state: State, fresh: State, rows: Bool[Tensor, " batch"]) -> State:
    """The state with the chosen rows as they stand in `fresh`: `reset(state, layer.start(batch), rows)`."""
    return map_state(lambda old, new: torch.where(rows.view(-1, *[1] * (old.dim() - 1)), new, old), state, fresh)
