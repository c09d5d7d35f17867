"""Mistakes that peers made, committed on purpose: each law must catch its own."""

import torch
from torch import nn

from atrous.attend import Last, Max, Mean
from atrous.attend.keep import Keep
from atrous.contract import Layer
from atrous.embed import Tokens
from atrous.layers import (
    LSTM,
    Backward,
    Conv,
    ConvTranspose,
    KMax,
    Parallel,
    PastAttention,
    Pooling,
    Repeated,
    Restored,
    SelfAttention,
    Stack,
)
from atrous.model import Model
from atrous.predict import Tags
from atrous.window import Cost, Window


class LostState(Conv):
    """Forgets what came before the chunk."""

    def step(self, x, mask, state):
        y, real, _ = super().step(x, mask, state)
        return y, real, self.start(len(x))


class HiddenState(Conv):
    """Keeps the past on itself: the last user's rows reach into the next one's."""

    def step(self, x, mask, state):
        y, real, later = super().step(x, mask, getattr(self, "hidden", state))
        self.hidden = later
        return y, real, later


class SlicedFromTheBack(Conv):
    """Keeps the last `keep` steps as x[:, -keep:], which is everything when keep is 0."""

    def step(self, x, mask, state):
        y, real, (_, bits) = super().step(x, mask, state)
        keep = self.taps.left + self.taps.late
        return y, real, (torch.cat([state[0], x], 1)[:, -keep:], bits)


class PaddingKept(Conv):
    """Convolves whatever stands in the padding."""

    def forward(self, x, mask=None):
        return super().forward(x, None)


class PaddingMultiplied(Conv):
    """Clears the padding by multiplying, which keeps a NaN."""

    def forward(self, x, mask=None):
        return super().forward(x if mask is None else x * mask[..., None], None)


class MaskNotRescaled(Conv):
    """Cuts the mask to size after a stride instead of reading every stride-th bit."""

    def after(self, mask):
        return mask[:, : -(-mask.shape[1] // self.stride)]


class WindowShifted(Conv):
    """Declares its window one step too far back."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.window = Window(self.window.left + 1, self.window.right, self.window.stride)


class OneConvolutionForgotten(Stack):
    """Counts a block of two convolutions as one."""

    def __init__(self, *parts):
        super().__init__(*parts)
        self.window = parts[0].window


class BatchNormalised(Layer):
    """Normalises by statistics of the whole batch."""

    def __init__(self, inputs):
        super().__init__()
        self.inputs = self.outputs = inputs

    def forward(self, x, mask=None):
        x = x if mask is None else torch.where(mask[..., None], x, x.new_zeros(()))
        return x - x.mean((0, 1), keepdim=True)


class CausalClaim(SelfAttention):
    """Claims to see only the past."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.window = Window(left=float("inf"))


class AttendsToPadding(SelfAttention):
    """Softmax over the padding too."""

    def forward(self, x, mask=None):
        return super().forward(x if mask is None else torch.where(mask[..., None], x, 0.0), None)


class DeadParameter(Conv):
    """Has a parameter that nothing reads."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.scale = nn.Parameter(torch.ones(1))

    def forward(self, x, mask=None):
        return super().forward(x, mask) + 0 * self.scale


class CheapClaim(Conv):
    """Declares the multiply-adds, not twice as many."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        honest = self.cost
        self.cost = Cost(honest.parameters, lambda steps: honest.flops(steps) // 2, honest.steps)


class ReadsPastTheEnd(Backward):
    """Turns the whole padded row round, not the real part of it."""

    def forward(self, x, mask=None):
        return self.layer(x.flip(1), None if mask is None else mask.flip(1)).flip(1)


class RunsOverMasked(LSTM):
    """Takes masked steps for zeros instead of holding its memory."""

    def step(self, x, mask, state):
        x = torch.where(mask[..., None], x, x.new_zeros(()))
        y, later = self._run(x, self.weight_input, state)
        return torch.where(mask[..., None], y, y.new_zeros(())), mask, later


class SkipNotDelayed(Parallel):
    """Adds a path that lags to a skip that does not."""

    def step(self, x, mask, state):
        outputs, later, masks = [], [], []
        for path, (line, inner) in zip(self.paths, state, strict=True):
            y, real, inner = path.step(x, mask, inner)
            outputs.append(y)
            masks.append(real)
            later.append((line, inner))
        return self._joined(outputs), masks[-1], tuple(later)


class StrideNotAligned(Stack):
    """Hands a strided part steps that a delay has pushed off its blocks."""

    def __init__(self, *parts):
        super().__init__(*parts)
        self._lines = [0] * len(parts)


class OneStateForAll(Repeated):
    """Has one state for one module, however often it is applied."""

    def step(self, x, mask, state):
        inner = state[0][1]
        for block in self.applications:
            x, mask, inner = block.step(x, mask, inner)
        return x, mask, tuple((line, inner, wait) for line, _, wait in state)


class TiedCountedOften(Repeated):
    """Costs what a Stack of as many layers does."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.cost = Stack(*self.applications).cost


class MaximumOfPadding(Max):
    """Lets the zeros of the padding win over negative steps."""

    def step(self, x, mask, state):
        return torch.maximum(state, torch.where(mask[..., None], x, x.new_zeros(())).amax(1))


class MeanOverPadding(Mean):
    """Divides by the padded length."""

    def step(self, x, mask, state):
        summed, _ = super().step(x, mask, state)
        return summed, state[1] + mask.shape[1]


class LastOfTheChunk(Last):
    """Takes the last step of the batch, not the row's own."""

    def step(self, x, mask, state):
        return x[:, -1]


class OverlapLost(ConvTranspose):
    """Spreads each chunk by itself: what the last one spread into this one is forgotten."""

    def step(self, x, mask, state):
        y, real, later = super().step(x, mask, torch.zeros_like(state))
        return y, real, later


class RestoredTooLong(Restored):
    """Takes the mask of its path, which is as long as a whole number of strides, for the mask of its input."""

    def step(self, x, mask, state):
        y, real, inner = self.path.step(x, mask, state[1])
        return y, real, (state[0], inner)


class PaddingPooled(Pooling):
    """Takes the maximum over whatever stands in the padding."""

    def forward(self, x, mask=None):
        return super().forward(x, None)


class KOfThePaddedLength(KMax):
    """Takes k from the length of the batch instead of the row's own."""

    def _kept(self, mask):
        return super()._kept(torch.ones_like(mask)).minimum(mask.sum(1))


class MemoryWithoutEnd(PastAttention):
    """Sees all that is in the row, and only its stream forgets."""

    def forward(self, x, mask=None):
        whole = PastAttention(self.inputs, heads=self.heads, memory=x.shape[1]).to(x)
        whole.load_state_dict(self.state_dict())
        return whole(x, mask)


class ValidWithoutEnd(Conv):
    """Gives an unpadded convolution as many real steps as it reads."""

    def after(self, mask):
        return mask[:, :: self.stride]


class MaskNotDelayed(Model):
    """A tagger that takes the mask of what it reads for that of what is decided."""

    def advance(self, batch, mask, state):
        *read, (steps, _) = super().advance(batch, mask, state)
        return *read, (steps, mask)


class KeepsItsChunks(Keep):
    """Keeps the steps of the chunks before, too."""

    def step(self, x, mask, state):
        steps, real = super().step(x, mask, state)
        return torch.cat([state[0], steps], 1), torch.cat([state[1], real], 1)


def tagger(kind, keep):
    """A small tagger of that class that looks ahead."""
    return kind(Tokens(9, 3), Conv(3, 4, kernel=5, right=2), keep(4), Tags(4, ["B-X", "I-X", "O"], scheme="iob2"))


MUTANTS = {  # the law that must catch it: the mutants
    "streaming": {
        "lost state": lambda: LostState(3, 4, kernel=3),
        "state kept on self": lambda: HiddenState(3, 4, kernel=3),
        "sliced from the back": lambda: SlicedFromTheBack(3, 4, kernel=1),
        "memory runs over masked steps": lambda: Stack(Conv(3, 4, kernel=3, right=1), RunsOverMasked(4, 4)),
        "what is spread is lost between chunks": lambda: OverlapLost(3, 4, kernel=4, stride=2),
        "restored to a whole number of strides": lambda: RestoredTooLong(
            Stack(Conv(3, 4, kernel=2, stride=2), ConvTranspose(4, 4, kernel=2, stride=2))
        ),
        "a stream that forgets what the whole row does not": lambda: MemoryWithoutEnd(4, heads=2, memory=2),
        "valid to the end": lambda: ValidWithoutEnd(3, 4, kernel=3, valid=True),
        "one state for every application": lambda: OneStateForAll(Conv(3, 3, kernel=3), times=2),
        "skip not delayed": lambda: SkipNotDelayed(Stack(), Conv(4, 4, kernel=3, right=1), join="add"),
        "stride not aligned": lambda: StrideNotAligned(Conv(3, 4, kernel=3, right=1), Conv(4, 4, kernel=3, stride=2)),
    },
    "window": {
        "shifted": lambda: WindowShifted(3, 4, kernel=3),
        "a memory without end": lambda: MemoryWithoutEnd(4, heads=2, memory=2),
        "one convolution of two forgotten": lambda: OneConvolutionForgotten(Conv(4, 4, kernel=3), Conv(4, 4, kernel=3)),
        "attention that claims to be causal": lambda: CausalClaim(4, heads=2),
    },
    "padding": {
        "padding kept": lambda: PaddingKept(3, 4, kernel=3, right=1),
        "padding multiplied": lambda: PaddingMultiplied(3, 4, kernel=3, right=1),
        "mask not rescaled after a stride": lambda: Stack(
            Conv(3, 4, kernel=3), MaskNotRescaled(4, 4, kernel=3, stride=2), Conv(4, 4, kernel=3, right=1)
        ),
        "the padding pooled": lambda: PaddingPooled("max", 3, kernel=3, right=2),
        "k of the padded length": lambda: KOfThePaddedLength(1, share=0.5),
        "attends to padding": lambda: AttendsToPadding(4, heads=2),
        "reads past the end": lambda: ReadsPastTheEnd(LSTM(3, 4)),
        "statistics of the batch": lambda: BatchNormalised(3),
    },
    "strangers": {"shared hidden state": lambda: Leaky(3)},
    "learning": {"a parameter nothing reads": lambda: DeadParameter(3, 4, kernel=3)},
    "cost": {
        "half the operations": lambda: CheapClaim(3, 4, kernel=3),
        "a parameter not declared": lambda: DeadParameter(3, 4, kernel=3),
        "tied weights counted at every application": lambda: TiedCountedOften(Conv(3, 3, kernel=3), times=2),
    },
}

POOL_MUTANTS = {
    "the maximum of padding": lambda: MaximumOfPadding(3),
    "the mean over padding": lambda: MeanOverPadding(3),
    "the last step of the batch": lambda: LastOfTheChunk(3),
}


TAGGER_MUTANTS = {
    "the mask of what is read": lambda: tagger(MaskNotDelayed, Keep),
    "the steps of chunks before": lambda: tagger(Model, KeepsItsChunks),
}


class Leaky(Layer):
    """Gives each row something of the row above it."""

    def __init__(self, inputs):
        super().__init__()
        self.inputs = self.outputs = inputs

    def forward(self, x, mask=None):
        x = x if mask is None else torch.where(mask[..., None], x, x.new_zeros(()))
        return x + 0.1 * torch.cat([torch.zeros_like(x[:1]), x[:-1]])
