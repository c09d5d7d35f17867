"""A model: embed -> encode -> attend -> predict, read whole or in chunks."""

from __future__ import annotations

import math
from collections.abc import Callable

from jaxtyping import Bool, Float
from torch import Tensor, nn

from atrous import stepping
from atrous.attend.keep import Keep
from atrous.contract import Batch, Embed, Layer, Pool, State
from atrous.predict import Head
from atrous.window import Cost, Window


class Model(nn.Module):
    """Tokens in, one row of logits a text out; or, of a tagger, one a step.

    Shapes: ids (batch, time) -> (batch, labels), or (batch, time, labels).

    tags: whether it is a tagger: then attend keeps every step.

    window: what one encoder step sees, in tokens, before attend.
    cost: of one row of that many tokens, end to end.
    grain, delay: as for a layer; `flush` is how many masked tokens bring out the last answer.

    >>> import torch
    >>> from atrous.attend import Max
    >>> from atrous.embed import Tokens
    >>> from atrous.encode import tcn
    >>> from atrous.predict import Classes
    >>> model = Model(Tokens(50, 8), tcn(8, channels=16, depth=3), Max(16), Classes(16, 2))
    >>> model.window
    Window(left=28, right=0, stride=1)
    >>> model(Batch(torch.tensor([[4, 8, 2]]), torch.tensor([3]))).shape
    torch.Size([1, 2])
    """

    __call__: Callable[..., Tensor]

    def __init__(self, embed: Embed, encode: Layer, attend: Pool, predict: Head) -> None:
        super().__init__()
        self.embed, self.encode, self.attend, self.predict = embed, encode, attend, predict
        self.window: Window = embed.window.then(encode.window)
        self.grain, self.delay = encode.grain, encode.delay
        self.streams = encode.streams and attend.streams
        self.tags = isinstance(attend, Keep)
        head = Cost(predict.cost.parameters, lambda steps: predict.cost.flops(steps if self.tags else 1))
        self.cost: Cost = embed.cost.then(encode.cost).then(attend.cost).then(head)

    @property
    def flush(self) -> int:
        """Masked tokens after the last real one until `step` has said everything."""
        return math.ceil(self.delay * self.encode.window.stride / self.grain) * self.grain

    def vectors(self, batch: Batch) -> Float[Tensor, "batch *time channels"]:
        """What attend makes of each row, or each step, before predict."""
        mask = batch.mask
        x = self.encode(self.embed(batch), mask)
        pooled: Tensor = self.attend(x, self.encode.after(mask))
        return pooled

    def encoded(self, batch: Batch) -> tuple[tuple[Tensor, ...], Bool[Tensor, "batch later"]]:
        """What the encoder gives after every application of a block that it repeats, and the mask of each.

        The last is what attend reads; an encoder that repeats nothing gives that alone.
        """
        mask = batch.mask
        return self.encode.iterates(self.embed(batch), mask), self.encode.after(mask)

    def iterates(self, batch: Batch) -> tuple[Tensor, ...]:
        """The logits after every application of a block that the encoder repeats; the last are those of `forward`."""
        found, mask = self.encoded(batch)
        return tuple(self.predict(self.attend(x, mask)) for x in found)

    def forward(self, batch: Batch) -> Float[Tensor, "batch *time labels"]:
        return self.predict(self.vectors(batch))

    def start(self, batch: int) -> State:
        """The state before the first token of `batch` rows."""
        return self.embed.start(batch), self.encode.start(batch), self.attend.start(batch)

    def step(self, batch: Batch, mask: Bool[Tensor, "batch time"], state: State) -> tuple[Tensor, State]:
        """Continue every row by one chunk: (logits of what is decided so far, new state).

        After the last token and `flush` masked ones the logits are those of `forward`. A tagger gives those of the
        steps that the chunk decides; their mask is `state[-1][1]`, and nothing of `state[-1]` is read again.
        Raises NotStreamable if the encoder must see its whole row.
        """
        state = self.advance(batch, mask, state)
        return self.predict(self.attend.read(state[-1])), state

    def advance(self, batch: Batch, mask: Bool[Tensor, "batch time"], state: State) -> State:
        """The state after one more chunk, whose last part attend reads. Raises what `step` raises."""
        embedded, encoded, pooled = state
        x, embedded = self.embed.step(batch, mask, embedded)
        x, real, encoded = stepping.step(self.encode, x, mask, encoded)
        return embedded, encoded, self.attend.step(x, real, pooled)
