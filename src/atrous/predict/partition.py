"""The summed weight of all paths through the labels of a row, and its gradient: what a CRF's likelihood divides by."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int
from torch import Tensor

from atrous.runtime.chain import FORBIDDEN

# How small, as e^-n, a number may become before it is lost.
_RANGE = {torch.float64: 690.0, torch.float32: 80.0}


class Sums(NamedTuple):
    """What summing over all paths of each row gives.

    total: (batch,), the logarithm of their summed weights, 0 for a row without steps. The others are its derivatives:
    marginals: (batch, time, labels), how probable each label is at each step, 0 where a row is padded.
    moves: (batch, from, to), how often each move is expected in a row.
    """

    total: Tensor
    marginals: Tensor
    moves: Tensor


def log_partition(
    emissions: Float[Tensor, "batch time labels"],
    lengths: Int[Tensor, " batch"],
    begin: Float[Tensor, " labels"],
    transitions: Float[Tensor, "labels labels"],
    end: Float[Tensor, " labels"],
    *,
    mixes: int | None = None,
) -> Float[Tensor, " batch"]:
    """The logarithm of the summed weights of all paths through each row, in double.

    lengths: how many steps of each row are real; what lies behind them is not read.
    mixes: after how many moves any label can have become any other, as `mixing` counts; it makes the sums fast.

    >>> flat = torch.zeros(1, 3, 2), torch.tensor([3]), torch.zeros(2), torch.zeros(2, 2), torch.zeros(2)
    >>> log_partition(*flat).exp().round(decimals=6)
    tensor([8.], dtype=torch.float64)

    Source: Lafferty, McCallum, Pereira 2001, section 3, https://repository.upenn.edu/cis_papers/159
    """
    if not emissions.shape[1]:
        emissions = F.pad(emissions, (0, 0, 0, 1))
    total: Tensor = _Partition.apply(emissions, lengths, begin, transitions, end, mixes)  # type: ignore[no-untyped-call]
    return total


class _Partition(torch.autograd.Function):
    """The gradient of a log partition is what is expected under it: no graph of as many nodes as there are steps."""

    @staticmethod
    def forward(ctx: Any, emissions: Tensor, lengths: Tensor, *chain: Any) -> Tensor:
        found = sums(emissions, lengths, *chain[:3], mixes=chain[3])
        ctx.save_for_backward(lengths, found.marginals, found.moves)
        ctx.dtypes = [one.dtype for one in (emissions, *chain[:3])]
        return found.total

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        lengths, marginals, moves = ctx.saved_tensors
        wanted = gradients[0]
        emissions = marginals * wanted[:, None, None]
        last = emissions[torch.arange(len(lengths), device=lengths.device), (lengths - 1).clamp(min=0)]
        found = (emissions, emissions[:, 0].sum(0), (wanted @ moves.flatten(1)).view_as(moves[0]), last.sum(0))
        each = [one.to(dtype) for one, dtype in zip(found, ctx.dtypes, strict=True)]
        return each[0], None, *each[1:], None


@torch.no_grad()
def sums(
    emissions: Float[Tensor, "batch time labels"],
    lengths: Int[Tensor, " batch"],
    begin: Float[Tensor, " labels"],
    transitions: Float[Tensor, "labels labels"],
    end: Float[Tensor, " labels"],
    *,
    mixes: int | None = None,
) -> Sums:
    """The sums over all paths of each row; see `log_partition`.

    A path with a forbidden move weighs nothing, unless its row has no other; then each such move costs `FORBIDDEN`.
    """
    dtype = precise(emissions.device)
    real = torch.arange(emissions.shape[1], device=emissions.device) < lengths[:, None]
    scores = emissions.masked_fill(~real[:, :, None], 0.0).to(dtype)
    chain = (begin.to(dtype), transitions.to(dtype), end.to(dtype))
    every = _rescaled(scores, chain, mixes)
    if every > 0:
        found = _scaled(scores, lengths, real, *chain, every=every)
        if found.total.isfinite().all():
            return found
    found = _logarithms(scores, lengths, real, *(torch.where(one <= FORBIDDEN / 2, -math.inf, one) for one in chain))
    dead = found.total.isneginf()
    if dead.any():
        priced = _logarithms(scores[dead], lengths[dead], real[dead], *chain)
        for whole, some in zip(found, priced, strict=True):
            whole[dead] = some
    return found


def precise(device: torch.device) -> torch.dtype:
    """What sums over many steps are kept in: double, or, where a device has none, the best it has."""
    return torch.float32 if device.type == "mps" else torch.float64


def mixing(allowed: Bool[Tensor, "labels labels"]) -> int | None:
    """The least number of moves after which any label can have become any other; None if there is none.

    >>> mixing(torch.tensor([[True, True], [True, False]])), mixing(torch.eye(2, dtype=torch.bool))
    (2, None)
    """
    reached = allowed
    # Wielandt: a matrix that has no positive power up to this one has none.
    for moves in range(1, (len(allowed) - 1) ** 2 + 2):
        if reached.all():
            return moves
        reached = (reached.float() @ allowed.float()) > 0
    return None


def _rescaled(scores: Tensor, chain: tuple[Tensor, ...], mixes: int | None) -> int:
    """After how many steps sums of weights are to be scaled anew to lose nothing; 0 if they lose it in any case.

    A label is lost where its summed weight is too small beside the largest. But it can be reached from the label that
    was the largest `mixes` moves ago, and each of these moves can only be so much worse than any other.
    """
    if mixes is None:
        return 0
    worst = (scores.amax(-1) - scores.amin(-1)).max() + math.log(scores.shape[2])
    for one in chain:
        some = one[one > FORBIDDEN / 2]
        worst = worst + (some.max() - some.min() if some.numel() else 0.0)
    moves = _RANGE[scores.dtype] / max(1.0, float(worst)) - min(mixes, scores.shape[1])
    # What comes before a step is multiplied by what comes after it: both have shrunk since they were scaled.
    return int(moves / 2) if moves == moves else 0  # not a number where the scores are not


def _scaled(
    scores: Tensor, lengths: Tensor, real: Tensor, begin: Tensor, transitions: Tensor, end: Tensor, *, every: int
) -> Sums:
    """Sums of weights, both ways at once: a matrix product a step, and no logarithm."""
    highest = scores.amax(-1)
    weights = (scores - highest[:, :, None]).exp()
    most = [one.max() for one in (begin, transitions, end)]
    first, moves, last = ((one - top).exp() for one, top in zip((begin, transitions, end), most, strict=True))
    back = _backwards(lengths, scores.shape[1])[:, :, None].expand_as(scores)
    both = torch.stack([weights, weights.gather(1, back)]).permute(2, 0, 1, 3).contiguous()  # (time, 2, batch, labels)
    norms = both.new_ones(*both.shape[:3], 1)
    matrices = torch.stack([moves, moves.T])
    both[0] *= torch.stack([first, last])[:, None]
    before = both[0]
    for step, (now, norm) in enumerate(zip(both.unbind()[1:], norms.unbind()[1:], strict=True), 1):
        now *= torch.bmm(before, matrices)
        if step % every == 0:
            torch.sum(now, -1, keepdim=True, out=norm)
            now /= norm
        before = now
    forward, backward = both.permute(1, 2, 0, 3)
    backward = backward.gather(1, back)
    rows = torch.arange(len(scores), device=scores.device)
    closing = (lengths - 1).clamp(min=0)
    # Behind a row's end there may be no path, and 0 / 0.
    padded = ~real[:, :, None]
    backward = backward.masked_fill(padded, 0.0)
    scale = (norms[:, 0, :, 0].T.log() + highest).masked_fill(~real, 0.0).sum(1)
    total = scale + (forward[rows, closing] @ last).log() + most[0] + closing * most[1] + most[2]
    after = F.pad(backward[:, 1:], (0, 0, 0, 1))
    onwards = (after @ moves.T).index_put((rows, closing), last)
    shares = (forward / (forward * onwards).sum(-1, keepdim=True)).masked_fill(padded, 0.0)
    expected = moves * (shares.mT @ after)
    return Sums(total.masked_fill(lengths == 0, 0.0), shares * onwards, expected)


def _backwards(lengths: Tensor, steps: int) -> Tensor:
    """(batch, time): where the steps of each row are if it is read from its end; its padding stays behind."""
    places = torch.arange(steps, device=lengths.device)
    return torch.where(places < lengths[:, None], lengths[:, None] - 1 - places, places)


def _logarithms(scores: Tensor, lengths: Tensor, real: Tensor, begin: Tensor, transitions: Tensor, end: Tensor) -> Sums:
    """Sums of logarithms, for any range of scores: slower, since each step takes as many exponentials as moves."""
    steps = scores.shape[1]
    forward, onwards = torch.empty_like(scores), torch.empty_like(scores)
    now = begin + scores[:, 0]
    forward[:, 0] = now
    for step in range(1, steps):
        now = (now[:, :, None] + transitions).logsumexp(1) + scores[:, step]
        forward[:, step] = now
    rows = torch.arange(len(scores), device=scores.device)
    closing = (lengths - 1).clamp(min=0)
    total = (forward[rows, closing] + end).logsumexp(1)
    now = end.expand(len(scores), -1)
    expected = torch.zeros_like(transitions).repeat(len(scores), 1, 1)
    for step in range(steps - 1, -1, -1):
        onwards[:, step] = now = torch.where((closing <= step)[:, None], end, now)
        if step:
            moves = transitions + (scores[:, step] + now)[:, None]
            now = moves.logsumexp(2)
            there = (forward[:, step - 1, :, None] + moves - total[:, None, None]).exp()
            expected += there.masked_fill(~real[:, step, None, None], 0.0)
    marginals = (forward + onwards - total[:, None, None]).exp().masked_fill(~real[:, :, None], 0.0)
    return Sums(total.masked_fill(lengths == 0, 0.0), marginals, expected)
