"""One convolution above the other: where each stands in time, so that a plan and the encoder it becomes agree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from atrous.window import Window, conv_window


class Level(NamedTuple):
    """One convolution; `right` is the right side of its window, in steps of the level below."""

    kernel: int
    dilation: int
    stride: int
    right: int

    @property
    def window(self) -> Window:
        """What one of its outputs sees of the level below."""
        return conv_window(kernel=self.kernel, dilation=self.dilation, stride=self.stride, right=self.right)


def levels(kernel: int, dilations: Sequence[int], strides: Sequence[int], *, centred: bool = False) -> list[Level]:
    """The levels of a plan, the lowest first.

    centred: each level's window is centred on the block of `stride` steps that its output stands for. Where the two
        sides cannot be equal, what is left over goes to the side that has had less of it, the past first. Else every
        output ends with its own block, and sees nothing ahead of it.

    >>> [level.right for level in levels(2, [1, 1, 2, 4], [1, 1, 1, 1], centred=True)]
    [0, 1, 1, 2]

    Raises ValueError if there are not as many dilations as strides.
    """
    if len(dilations) != len(strides):
        raise ValueError(
            f"a level has one dilation and one stride, got {len(dilations)} dilations and {len(strides)} strides"
        )
    found, step, lean = [], 1, 0  # lean: what lies ahead less what lies back, in steps of the input
    for dilation, stride in zip(dilations, strides, strict=True):
        span = (kernel - 1) * dilation
        right = min(span, stride - 1)
        if centred:
            both = span + stride - 1  # twice the right side that would be centred
            right = min(span, (both + (lean < 0)) // 2)
            lean += (2 * right - both) * step
        found.append(Level(kernel, dilation, stride, right))
        step *= stride
    return found
