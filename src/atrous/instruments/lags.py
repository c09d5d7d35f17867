"""How much of the gradient of an encoder's step comes from each lag, on real rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import torch
from torch import Tensor

from atrous.contract import Layer, clear

POSITIONS = 8  # of each row


class Sizes(NamedTuple):
    """The size of the gradient at lag `lowest`, lowest + 1, ...: those that some row has."""

    lowest: int
    sizes: list[float]


def gradient_per_lag(
    encode: Layer,
    rows: Iterable[tuple[Tensor, Tensor]],
    *,
    positions: int = POSITIONS,
    seed: int = 0,
) -> Sizes:
    """The mean of |v d y_j / d x_t| over rows, output steps j and vectors v of random signs, for each lag t - own(j).

    v has a sign for each channel of the output: the mean over v is about the Frobenius norm of that block of the
    Jacobian (it is that norm for one channel, and 1 / sqrt(2) of it at least), and nothing can cancel. One backward
    pass gives it for all t. Output step j belongs to the input step own(j) = floor(j * stride). Masked steps count
    neither as outputs nor as inputs, and a lag is averaged over those output steps alone for which it lies inside their
    row: the ends of rows do not make far lags look small. It is a mean and no mean square, of which a single row with a
    steep gradient would make up all.

    Of each row `positions` output steps are looked at, one somewhere in each of as many equal parts of the row. The
    rows are read as the layer is, in whatever mode it is in; give it at evaluation.

    rows: embedded rows, (batch, time, channels), and their masks, (batch, time), in batches; padded on the right.
    seed: of the steps and the signs.

    >>> from atrous.layers import Conv
    >>> conv = Conv(1, 1, kernel=3)
    >>> _ = conv.weight.detach().copy_(torch.tensor([[[1.0, 2.0, 4.0]]]))
    >>> gradient_per_lag(conv, [(torch.zeros(1, 4, 1), torch.ones(1, 4, dtype=torch.bool))])
    Sizes(lowest=-3, sizes=[0.0, 1.0, 2.0, 4.0, 0.0, 0.0, 0.0])

    Source: Luo, Li, Urtasun, Zemel 2016, section 3, https://arxiv.org/abs/1701.04128; there the signs are all 1, and
    what cancels is not seen.
    """
    generator = torch.Generator().manual_seed(seed)
    sums, counts = torch.zeros(1, dtype=torch.double), torch.zeros(1, dtype=torch.double)
    for x, mask in rows:
        x = clear(x.detach(), mask).requires_grad_()  # a NaN in the padding reaches no output, but its gradient would
        # torch's recurrent kernel for GPUs goes back through a layer in training only.
        with torch.enable_grad(), torch.backends.cudnn.flags(enabled=False):
            y = encode(x, mask)
            outputs = encode.after(mask).sum(1).cpu()
            for part in range(positions):
                place = ((part + torch.rand(len(x), generator=generator)) / positions * outputs).long()
                own = torch.floor(place * float(encode.window.stride)).long()
                size = _sizes(y, x, place, generator, last=part == positions - 1)
                lags = torch.arange(x.shape[1])[None] - own[:, None]
                there = mask.cpu() & (outputs > 0)[:, None]
                sums, counts = _added(sums, counts, lags[there], size[there])
    seen = counts.nonzero()[:, 0]  # without a hole: the lags of one output step are, and all have lag 0 or begin there
    middle = len(counts) // 2
    if not len(seen):
        return Sizes(0, [])
    first, last = int(seen[0]), int(seen[-1])
    return Sizes(first - middle, (sums[first : last + 1] / counts[first : last + 1].clamp(min=1)).tolist())


def _sizes(y: Tensor, x: Tensor, place: Tensor, generator: torch.Generator, *, last: bool) -> Tensor:
    """|v J| of one output step a row with respect to every step of x, (batch, time), in double precision."""
    signs = (torch.randint(0, 2, (len(x), y.shape[2]), generator=generator) * 2 - 1).to(y)
    chosen = y[torch.arange(len(x), device=y.device), place.clamp(max=y.shape[1] - 1).to(y.device)]
    (gradient,) = torch.autograd.grad((chosen * signs).sum(), x, retain_graph=not last)
    sizes: Tensor = torch.linalg.vector_norm(gradient, dim=2, dtype=torch.double).cpu()
    return sizes


def _added(sums: Tensor, counts: Tensor, lags: Tensor, size: Tensor) -> tuple[Tensor, Tensor]:
    """Both with these lags added; lag 0 is in the middle."""
    reach = int(lags.abs().max()) if len(lags) else 0
    if (grow := reach - len(counts) // 2) > 0:
        sums, counts = (torch.nn.functional.pad(part, (grow, grow)) for part in (sums, counts))
    middle = len(counts) // 2
    counts = counts.index_add(0, lags + middle, torch.ones_like(size))
    return sums.index_add(0, lags + middle, size), counts
