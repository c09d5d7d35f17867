"""Which input steps one output of a convolution or a pooling reads: the arithmetic that they share."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

from atrous.window import Window, conv_window


@dataclass(frozen=True)
class Taps:
    """The steps that output j reads: j * stride - left, then every `dilation`-th up to j * stride + right.

    right: None is min(stride - 1, (kernel - 1) * dilation), the causal choice, whose outputs close their own block.

    >>> Taps(kernel=3, dilation=2, stride=1, right=None).left
    4

    Raises ValueError if kernel, dilation or stride is below 1, or right is not within the kernel.
    """

    kernel: int
    dilation: int
    stride: int
    right: int | None

    def __post_init__(self) -> None:
        if min(self.kernel, self.dilation, self.stride) < 1:
            raise ValueError(
                "needs kernel, dilation and stride >= 1, got "
                f"kernel={self.kernel}, dilation={self.dilation}, stride={self.stride}"
            )
        if self.right is not None and not 0 <= self.right <= self.span:
            raise ValueError(
                f"needs 0 <= right <= (kernel - 1) * dilation = {self.span}, got right={self.right}: "
                "a window beside its own step would see nothing of it"
            )

    @property
    def span(self) -> int:
        """Steps from the first that is read to the last."""
        return (self.kernel - 1) * self.dilation

    @cached_property
    def ahead(self) -> int:
        """Steps read after j * stride."""
        return int(self.window.right)

    @cached_property
    def left(self) -> int:
        """Steps read before j * stride."""
        return int(self.window.left)

    @property
    def delay(self) -> int:
        """Output steps by which a stream lags."""
        return max(0, math.ceil((self.ahead - (self.stride - 1)) / self.stride))

    @property
    def late(self) -> int:
        """Input steps by which a stream lags."""
        return self.delay * self.stride

    @cached_property
    def window(self) -> Window:
        """What one output sees."""
        return conv_window(kernel=self.kernel, dilation=self.dilation, stride=self.stride, right=self.right)

    def beyond(self, steps: int) -> int:
        """Steps to add behind a whole row of so many, for ceil(steps / stride) outputs; below 0: steps to drop.

        The row is rounded up to a whole number of strides, as a stream is.
        """
        return self.ahead + (-steps) % self.stride - (self.stride - 1)

    def touching(self, steps: int) -> range:
        """The taps that read a step of a whole row of so many, for some output; the others see zeros alone.

        Where no tap reads any, they are all given.

        >>> Taps(kernel=3, dilation=64, stride=1, right=None).touching(30)
        range(2, 3)
        """
        if steps > self.span + self.stride:
            return range(self.kernel)
        last = (math.ceil(steps / self.stride) - 1) * self.stride  # the step that the last output is at
        first = max(0, math.ceil((self.left - last) / self.dilation))
        end = min(self.kernel, math.ceil((self.left + steps) / self.dilation))
        return range(first, end) if first < end else range(self.kernel)

    def reach(self, steps: int) -> int:
        """How many of the steps held and read are needed for the outputs of a chunk of so many."""
        return steps - self.stride + 1 + self.span
