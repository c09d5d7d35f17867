"""The ways to compute a convolution over (batch, time, channels), and a table of which is taken where.

All give the same numbers but for rounding. Which is fastest is a matter of shape, and is never measured while a model
runs, or the same model would answer otherwise from one run to the next: `benchmarks/speed/convolution.py` times them
all, and what it found stands in `way_for`.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

Way = Callable[..., Tensor]

FEW = 64  # steps, of all rows: from here on gathering costs more than it saves,
SMALL = 2**15  # unless there are no more numbers than these, and nothing learns


def by_taps(weight: Tensor) -> Tensor:
    """The same (outputs, inputs, taps), laid out in memory as (outputs, taps, inputs).

    So `image` and `gather` read them where they lie; any other layout gives the same, after a copy in every call.

    >>> by_taps(torch.zeros(4, 2, 3)).stride()
    (6, 1, 2)
    """
    return weight.transpose(1, 2).contiguous().transpose(1, 2)


def image(padded: Tensor, weight: Tensor, bias: Tensor, stride: int, dilation: int, groups: int) -> Tensor:
    """As an image of height 1: (batch, time, channels) is channels-last already, so that nothing is transposed.

    padded: (batch, time, inputs) with every step that is read. weight: (outputs, inputs / groups, taps).

    >>> image(torch.ones(1, 4, 1), torch.ones(1, 1, 3), torch.zeros(1), 1, 1, 1).flatten()
    tensor([3., 3.])
    """
    seen, taps = padded.transpose(1, 2).unsqueeze(2), weight.unsqueeze(2)
    y = torch.conv2d(seen, taps, bias, (1, stride), (0, 0), (1, dilation), groups)
    return y.squeeze(2).transpose(1, 2)


def gather(padded: Tensor, weight: Tensor, bias: Tensor, stride: int, dilation: int, groups: int) -> Tensor:
    """As one product: what each output reads is laid side by side first. Not in groups. As `image` otherwise.

    >>> gather(torch.ones(1, 4, 1), torch.ones(1, 1, 3), torch.zeros(1), 1, 1, 1).flatten()
    tensor([3., 3.])
    """
    assert groups == 1, groups
    taps = weight.shape[2]
    steps = (padded.shape[1] - (taps - 1) * dilation - 1) // stride + 1
    if padded.requires_grad and torch.is_grad_enabled():  # a view that overlaps itself has a slow gradient
        last = (steps - 1) * stride + 1
        seen = [padded[:, tap * dilation : tap * dilation + last : stride] for tap in range(taps)]
        read = torch.cat(seen, 2)
    else:
        row, step, channel = padded.stride()
        size = padded.shape[0], steps, taps, padded.shape[2]
        read = padded.as_strided(size, (row, step * stride, step * dilation, channel)).flatten(2)
    return F.linear(read, weight.transpose(1, 2).flatten(1), bias)


WAYS: dict[str, Way] = {"image": image, "gather": gather}


def way_for(padded: Tensor, weight: Tensor, stride: int, dilation: int, groups: int) -> str:
    """The name of the way that is taken.

    >>> way_for(torch.zeros(1, 8, 16), torch.zeros(16, 16, 3), 1, 1, 1)
    'gather'
    >>> way_for(torch.zeros(32, 400, 16), torch.zeros(16, 16, 3), 1, 1, 1)
    'image'
    """
    if groups > 1 or torch.compiler.is_compiling():
        return "image"
    rows, steps, channels = padded.shape
    if not (weight.requires_grad and torch.is_grad_enabled()):
        return "gather" if rows * steps <= FEW or rows * steps * channels <= SMALL else "image"
    # The gradient of few steps that lie beside each other: what torch's own kernels in 32 bits are best at.
    halves = padded.dtype is torch.bfloat16 or torch.is_autocast_enabled("cpu")
    return "gather" if rows * steps <= FEW and (dilation > 1 or halves) else "image"
