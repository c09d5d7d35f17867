"""What one output step sees (`Window`) and what it costs (`Cost`), as data. No torch here.

Output j of a layer sees the inputs from j * stride - left to j * stride + right. All three numbers are
fractions, so that layers which raise the rate compose like those which lower it; only recurrence and
attention see without end.

>>> kernel_3 = Window(left=2)
>>> kernel_3.then(Window(left=4)).then(Window(left=8))
Window(left=14, right=0, stride=1)
>>> halve = Window(left=1, right=0, stride=2)
>>> halve.then(kernel_3)
Window(left=5, right=0, stride=2)

Source: Araujo, Norris, Sim 2019, Computing Receptive Fields of Convolutional Neural Networks, Distill.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

Number = Fraction | int | float


def _exact(value: Number) -> Fraction | float:
    """A fraction, or positive infinity as a float."""
    return math.inf if value == math.inf else Fraction(value)


def _shown(value: Number) -> str:
    return "inf" if value == math.inf else str(value)


def plain(value: Number) -> int | float | str:
    """A number as JSON takes it; infinity, which JSON does not know, is "inf".

    >>> plain(Fraction(4, 2)), plain(Fraction(1, 2)), plain(math.inf)
    (2, 0.5, 'inf')
    """
    if value == math.inf:
        return "inf"
    return int(value) if value == int(value) else float(value)


@dataclass(frozen=True, repr=False)
class Window:
    """The steps that one output step sees: from j * stride - left to j * stride + right.

    left, right: steps before and after the output's own, fractions >= 0 or `math.inf`.
    stride: input steps from one output to the next; below 1 where a layer raises the rate.

    >>> Window(left=2, right=1).size
    4

    Raises ValueError if a side is negative or the stride is not positive and finite.
    """

    left: Number = Fraction(0)
    right: Number = Fraction(0)
    stride: Number = Fraction(1)

    def __post_init__(self) -> None:
        for name in ("left", "right", "stride"):
            object.__setattr__(self, name, _exact(getattr(self, name)))
        if self.left < 0 or self.right < 0:
            raise ValueError(f"Window needs left >= 0 and right >= 0, got left={self.left}, right={self.right}")
        if not 0 < self.stride < math.inf:
            raise ValueError(f"Window needs a positive, finite stride, got stride={self.stride}")

    def __repr__(self) -> str:
        return f"Window(left={_shown(self.left)}, right={_shown(self.right)}, stride={_shown(self.stride)})"

    def __str__(self) -> str:
        """In words, for tables and cards.

        >>> print(Window(left=126), Window(math.inf), Window(math.inf, math.inf), Window(2, 2), sep="; ")
        126 back; all back; all; 2 back, 2 ahead
        """
        if self.left == self.right == math.inf and self.stride == 1:
            return "all"
        sides = [(self.left, "back"), (self.right, "ahead")]
        words = [f"{'all' if side == math.inf else math.floor(side)} {word}" for side, word in sides if side >= 1]
        if self.stride != 1:
            words.append(f"every {self.stride}")
        return ", ".join(words) or "its own step"

    def to_json(self) -> dict[str, int | float | str]:
        """Numbers for a JSON file; an endless side is "inf".

        >>> Window(left=math.inf, right=1).to_json()
        {'left': 'inf', 'right': 1, 'stride': 1}
        """
        return {"left": plain(self.left), "right": plain(self.right), "stride": plain(self.stride)}

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        from atrous.page.markup import tag, text  # only a notebook needs a page
        from atrous.page.notebook import bar, card

        drawn = bar(self.left, self.right, says=f"sees {self}")
        return card(drawn, tag("p", text(f"One output sees {self}; its own step is marked.")))

    @property
    def size(self) -> int | float:
        """How many input steps output 0 sees, itself included: an integer, or `math.inf`."""
        if math.inf in (self.left, self.right):
            return math.inf
        return math.floor(self.left) + math.floor(self.right) + 1

    def then(self, later: Window) -> Window:
        """The window of this layer followed by a later one."""
        return Window(
            self.left + self.stride * later.left,
            self.right + self.stride * later.right,
            self.stride * later.stride,
        )

    def beside(self, other: Window) -> Window:
        """The window of two paths that read the same input; raises ValueError if their strides differ."""
        if self.stride != other.stride:
            raise ValueError(f"parallel paths need one stride, got {self.stride} and {other.stride}")
        return Window(max(self.left, other.left), max(self.right, other.right), self.stride)


def conv_window(*, kernel: int, dilation: int = 1, stride: int = 1, right: int | None = None) -> Window:
    """What an output of a convolution or a pooling sees.

    right: steps seen after step j * stride by output j. None: min(stride - 1, (kernel - 1) * dilation), the causal
        choice, whose outputs each close their own block of `stride` steps.

    >>> conv_window(kernel=3, dilation=4), conv_window(kernel=3, stride=2)
    (Window(left=8, right=0, stride=1), Window(left=1, right=1, stride=2))
    """
    span = (kernel - 1) * dilation
    ahead = min(stride - 1, span) if right is None else right
    return Window(span - ahead, ahead, stride)


def centred(kernel: int, dilation: int = 1) -> int:
    """The `right` of a convolution or a pooling centred on its own step; an even kernel leans to the past.

    >>> conv_window(kernel=5, dilation=2, right=centred(5, 2))
    Window(left=4, right=4, stride=1)
    """
    return (kernel - 1) * dilation // 2


def _unchanged(steps: int) -> int:
    return steps


@dataclass(frozen=True)
class Cost:
    """What a layer costs.

    parameters: trainable numbers, weight norm folded away.
    flops: floating-point operations for one row of that many input steps: 2 x the multiply-adds of matrix
        products and convolutions; what is done element by element is not counted.
    steps: output steps for that many input steps.

    >>> two = conv_cost(8, 8, kernel=3).then(conv_cost(8, 8, kernel=3, stride=2))
    >>> two.parameters, two.flops(10), two.steps(10)
    (400, 5760, 5)
    """

    parameters: int = 0
    flops: Callable[[int], int] = lambda steps: 0
    steps: Callable[[int], int] = _unchanged

    def then(self, later: Cost) -> Cost:
        """The cost of this layer followed by a later one."""
        return Cost(
            self.parameters + later.parameters,
            lambda steps: self.flops(steps) + later.flops(self.steps(steps)),
            lambda steps: later.steps(self.steps(steps)),
        )

    def beside(self, other: Cost) -> Cost:
        """The cost of two paths that read the same input; output steps are this path's."""
        return Cost(
            self.parameters + other.parameters,
            lambda steps: self.flops(steps) + other.flops(steps),
            self.steps,
        )


def conv_cost(inputs: int, outputs: int, *, kernel: int, stride: int = 1, groups: int = 1, bias: bool = True) -> Cost:
    """The cost of a convolution that gives ceil(steps / stride) output steps."""
    products = kernel * inputs * outputs // groups
    return Cost(
        products + outputs * bias,
        lambda steps: 2 * products * math.ceil(steps / stride),
        lambda steps: math.ceil(steps / stride),
    )


def linear_cost(inputs: int, outputs: int, *, bias: bool = True) -> Cost:
    """The cost of one matrix product a step."""
    return conv_cost(inputs, outputs, kernel=1, bias=bias)


def transposed_cost(inputs: int, outputs: int, *, kernel: int, stride: int) -> Cost:
    """The cost of a transposed convolution, which spreads each input step over `kernel` output steps."""
    products = kernel * inputs * outputs
    return Cost(products + outputs, lambda steps: 2 * products * steps, lambda steps: stride * steps)


def recurrent_cost(inputs: int, units: int, *, gates: int, biases: int) -> Cost:
    """The cost of one recurrent layer of one direction whose gates each read the input and the last output.

    biases: how many there are for each unit.
    """
    products = gates * units * (inputs + units)
    return Cost(products + biases * units, lambda steps: 2 * products * steps)


def attention_cost(channels: int) -> Cost:
    """The cost of self-attention over a whole row: four projections a step and two products a pair of steps."""
    return Cost(4 * channels * channels, lambda steps: 8 * channels * channels * steps + 4 * channels * steps * steps)
