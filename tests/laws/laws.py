"""The laws as functions that raise AssertionError, so that the mutants can be shown to break them."""

import itertools
import math
from unittest.mock import patch

import torch
from torch.utils.flop_counter import FlopCounterMode

from atrous.contract import Layer, reorder, reset
from atrous.layers import fold
from atrous.layers.taps import Taps
from atrous.probe import seen
from tests.laws.rows import draw_rows

TOLERANCE = 1e-10


def close(a, b, what):
    assert a.shape == b.shape, f"{what}: shapes {tuple(a.shape)} and {tuple(b.shape)}"
    if a.numel():
        worst = (a - b).abs().max().item()
        assert worst <= TOLERANCE * max(1.0, b.abs().max().item()), f"{what}: off by {worst}"  # NaN fails too


def real_outputs(layer, x):
    """What a row alone gives: (outputs, channels)."""
    if not x.shape[1]:
        return x.new_zeros(0, layer.outputs or x.shape[2])
    mask = torch.ones(x.shape[:2], dtype=torch.bool)
    return layer(x, mask)[0][layer.after(mask)[0]]


def flush_steps(layer):
    return math.ceil(layer.delay * layer.window.stride / layer.grain) * layer.grain


@torch.no_grad()
def streaming_equals_batch(layer, plan):
    """Law 1: any chunks, rows that join late, are reset and change places on the way; lengths that fit no grain."""
    channels, count = layer.inputs or 3, len(plan.lengths)
    rows = draw_rows(plan.lengths, channels, seed=plan.seed).alone
    state = layer.start(count)
    place = list(range(count))  # which row stands where
    waits, read, got = list(plan.waits), [0] * count, [[] for _ in range(count)]
    chunks, turns = itertools.cycle(plan.chunks), itertools.cycle(plan.turns)
    while any(waits[row] >= 0 or read[row] < plan.lengths[row] + flush_steps(layer) for row in range(count)):
        steps = next(chunks) * layer.grain
        x = torch.full((count, steps, channels), torch.nan, dtype=torch.double)
        mask, fresh = torch.zeros(count, steps, dtype=torch.bool), torch.zeros(count, dtype=torch.bool)
        for here, row in enumerate(place):
            waits[row] -= 1
            if waits[row] >= 0:  # somebody else's text, which the reset must forget
                x[here], mask[here] = 1.0, True
                continue
            fresh[here] = waits[row] == -1
            now = rows[row][0, read[row] : read[row] + steps]
            x[here, : len(now)], mask[here, : len(now)] = now, True
            read[row] += steps
        state = reset(state, layer.start(count), fresh)
        y, real, state = layer.step(x, mask, state)
        assert y.shape[1] == steps / layer.window.stride == real.shape[1]
        for here, row in enumerate(place):
            if waits[row] < 0:
                got[row].append(y[here][real[here]])
        turn = next(turns) % count
        place = place[turn:] + place[:turn]
        state = reorder(state, torch.tensor([(here + turn) % count for here in range(count)]))
    for row in range(count):
        close(
            torch.cat([real_outputs(layer, rows[row][:, :0]), *got[row]]),
            real_outputs(layer, rows[row]),
            f"row {row} of {plan.lengths}",
        )


def window_is_true(layer, steps=None, *, slack=1, by_change=False):
    """Law 2: what reaches an output is what the layer declares, in the middle of a row and at its edges.

    slack: where a rate is lowered and raised again, what is measured falls short of it by less than so many steps.
    """
    window = layer.window
    sides = [math.floor(side) for side in (window.left, window.right) if side != math.inf]
    steps = steps or sum(sides) + 5 * math.ceil(window.stride) + 3
    outputs = layer.cost.steps(steps)
    middle = min(outputs - 1, math.ceil((sides[0] if window.left != math.inf else 3) / window.stride))
    for output in sorted({0, middle, outputs - 1}):
        first, last = output * window.stride - window.left, output * window.stride + window.right
        measured = seen(layer, steps=steps, output=output, by_change=by_change)
        where = f"output {output} of {steps} steps sees {measured}, declared {first} ... {last}"
        if measured is not None:
            assert first <= measured[0] and measured[1] <= last, where
        # Beyond the row's edge only an endless side must be found there: a dilated window has holes.
        if 0 <= first < steps or first == -math.inf:
            nearest = 0 if first == -math.inf else math.ceil(first)
            assert measured is not None and measured[0] < nearest + slack, where
        if last < steps or last == math.inf:
            nearest = steps - 1 if last == math.inf else math.floor(last)
            assert measured is not None and measured[1] > nearest - slack, where


@torch.no_grad()
def padding_never_leaks(layer, lengths, beyond=0):
    """Law 3: a row alone gives what it gives in a batch padded with NaN."""
    rows = draw_rows(lengths, layer.inputs or 3, beyond=beyond)
    y, real = layer(rows.x, rows.mask), layer.after(rows.mask)
    assert y.shape[:2] == real.shape
    for row, one in enumerate(rows.alone):
        close(y[row][real[row]], real_outputs(layer, one), f"row {row} of {lengths}")


@torch.no_grad()
def rows_are_strangers(layer, lengths):
    """Law 4: permute the rows, and the outputs permute."""
    rows = draw_rows(lengths, layer.inputs or 3)
    turned = torch.arange(len(lengths)).roll(1)
    y, real = layer(rows.x, rows.mask)[turned], layer.after(rows.mask)[turned]
    z, same = layer(rows.x[turned], rows.mask[turned]), layer.after(rows.mask[turned])
    assert torch.equal(real, same)
    close(z[same], y[real], "permuted rows")


def every_parameter_learns(part, batches):
    """Law 7: over 8 random batches each parameter gets a finite gradient that matters beside the layer's largest."""
    largest = {name: 0.0 for name, _ in part.named_parameters()}
    generator = torch.Generator().manual_seed(1)
    for batch in batches:
        part.zero_grad()
        y = part(*batch)
        (y * torch.randn(y.shape, dtype=torch.double, generator=generator)).sum().backward()
        for name, parameter in part.named_parameters():
            assert parameter.grad is not None, f"{name} takes no part"
            assert parameter.grad.isfinite().all(), f"{name} has a gradient that is not finite"
            largest[name] = max(largest[name], parameter.grad.abs().max().item())
    for name, size in largest.items():
        assert size > 1e-8 * max(largest.values()), f"{name} never learns: {size}"


def operations(part, *batch):
    """The floating-point operations that torch counts, fast paths off."""
    with (
        torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH),
        patch.object(Taps, "touching", lambda taps, _: range(taps.kernel)),
        FlopCounterMode(display=False) as flops,
    ):
        part(*batch)
    return flops.get_total_flops()


@torch.no_grad()
def cost_is_counted(part, batches, steps):
    """Law 8: parameters and floating-point operations are what torch counts, weight norm folded away.

    batches, steps: inputs of one row each, and how many steps each has.
    """
    fold(part)
    parameters = sum(parameter.numel() for parameter in part.parameters())
    assert part.cost.parameters == parameters, f"declared {part.cost.parameters} parameters, counted {parameters}"
    for batch, length in zip(batches, steps, strict=True):
        declared, counted = part.cost.flops(length), operations(part, *batch)
        assert declared == counted, f"{length} steps: declared {declared} operations, counted {counted}"
        if isinstance(part, Layer):
            assert part.cost.steps(length) == part(*batch).shape[1]
