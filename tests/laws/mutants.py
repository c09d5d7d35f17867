"""Mistakes that peers made, committed on purpose: each law must catch its own."""

import torch
from torch import nn

from atrous.attend import Last, Max, Mean
from atrous.contract import Layer
from atrous.layers import LSTM, Backward, Conv, Parallel, SelfAttention, Stack
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


MUTANTS = {  # the law that must catch it: the mutants
    "streaming": {
        "lost state": lambda: LostState(3, 4, kernel=3),
        "state kept on self": lambda: HiddenState(3, 4, kernel=3),
        "sliced from the back": lambda: SlicedFromTheBack(3, 4, kernel=1),
        "memory runs over masked steps": lambda: Stack(Conv(3, 4, kernel=3, right=1), RunsOverMasked(4, 4)),
        "skip not delayed": lambda: SkipNotDelayed(Stack(), Conv(4, 4, kernel=3, right=1), join="add"),
        "stride not aligned": lambda: StrideNotAligned(Conv(3, 4, kernel=3, right=1), Conv(4, 4, kernel=3, stride=2)),
    },
    "window": {
        "shifted": lambda: WindowShifted(3, 4, kernel=3),
        "one convolution of two forgotten": lambda: OneConvolutionForgotten(Conv(4, 4, kernel=3), Conv(4, 4, kernel=3)),
        "attention that claims to be causal": lambda: CausalClaim(4, heads=2),
    },
    "padding": {
        "padding kept": lambda: PaddingKept(3, 4, kernel=3, right=1),
        "padding multiplied": lambda: PaddingMultiplied(3, 4, kernel=3, right=1),
        "mask not rescaled after a stride": lambda: Stack(
            Conv(3, 4, kernel=3), MaskNotRescaled(4, 4, kernel=3, stride=2), Conv(4, 4, kernel=3, right=1)
        ),
        "attends to padding": lambda: AttendsToPadding(4, heads=2),
        "reads past the end": lambda: ReadsPastTheEnd(LSTM(3, 4)),
        "statistics of the batch": lambda: BatchNormalised(3),
    },
    "strangers": {"shared hidden state": lambda: Leaky(3)},
    "learning": {"a parameter nothing reads": lambda: DeadParameter(3, 4, kernel=3)},
    "cost": {
        "half the operations": lambda: CheapClaim(3, 4, kernel=3),
        "a parameter not declared": lambda: DeadParameter(3, 4, kernel=3),
    },
}

POOL_MUTANTS = {
    "the maximum of padding": lambda: MaximumOfPadding(3),
    "the mean over padding": lambda: MeanOverPadding(3),
    "the last step of the batch": lambda: LastOfTheChunk(3),
}


class Leaky(Layer):
    """Gives each row something of the row above it."""

    def __init__(self, inputs):
        super().__init__()
        self.inputs = self.outputs = inputs

    def forward(self, x, mask=None):
        x = x if mask is None else torch.where(mask[..., None], x, x.new_zeros(()))
        return x + 0.1 * torch.cat([torch.zeros_like(x[:1]), x[:-1]])
