"""The cheapest plan by trying all of them; nothing of the planner is called."""

import itertools
import math

import numpy as np


def reached(kernel, dilations, strides):
    """The input steps that the highest level's output 0 reads, of causal levels that begin at their step."""
    steps = {0}
    for dilation, stride in zip(reversed(dilations), reversed(strides), strict=True):
        steps = {step * stride + tap * dilation for step in steps for tap in range(kernel)}
    return steps


def is_whole(kernel, dilations, strides):
    """Whether no input step is left out, inside the window of an output or between two outputs."""
    steps = reached(kernel, dilations, strides)
    return steps == set(range(len(steps))) and len(steps) >= np.prod(strides)


def cost(kernel, strides, *, channels, inputs, steps):
    """Parameters and operations, counted convolution by convolution."""
    parameters, flops, width = 0, 0, inputs
    for stride in strides:
        steps = sum(1 for _ in range(0, steps, stride))
        parameters += kernel * width * channels + channels
        flops += steps * channels * 2 * kernel * width
        width = channels
    return parameters, flops


def shapes(kind, kernel, depth, most, *, one_stride):
    """Every choice of dilations and strides."""
    ones = (1,) * depth
    if kind == "plain":
        return [(ones, ones)]
    if kernel == 1:
        return []
    if kind == "dilated":
        every = itertools.product(range(1, max(2, most) + 1), repeat=depth)
        return [(dilations, ones) for dilations in every if max(dilations) > 1]
    between = itertools.product(range(1, kernel + 1), repeat=depth - 1)
    if one_stride:
        between = [(stride,) * (depth - 1) for stride in range(2, kernel + 1)]
    return [(ones, (*strides, 1)) for strides in between if max(strides, default=1) > 1]


def cheapest(kind, window, *, by, widest, deepest, one_stride=False, **sizes):
    """The lowest (cost by, other cost) of plans that see the window, and the least that one of them sees.

    one_stride: let one stride stand between all levels, and no plan have a level more than the window needs. By
        operations there is no answer without: strides are cheaper the deeper the plan, however little it must see.
    """
    best = None
    for kernel, depth in itertools.product(range(1, widest + 1), range(1, deepest + 1)):
        for dilations, strides in shapes(kind, kernel, depth, window, one_stride=one_stride):
            parameters, flops = cost(kernel, strides, **sizes)
            price = (parameters, flops) if by == "parameters" else (flops, parameters)
            if best is not None and price > best[:2]:
                continue
            sees = len(reached(kernel, dilations, strides))
            if sees < window or not is_whole(kernel, dilations, strides):
                continue
            below = [*strides[: depth - 2], 1]
            if one_stride and depth > 2 and len(reached(kernel, dilations[:-1], below)) >= window:
                continue
            best = min(best or (math.inf,), (*price, sees))
    return best
