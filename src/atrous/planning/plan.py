"""A plan: levels of convolutions, what they see and cost, and the settings that build them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, reduce
from typing import Any, Literal, TypeAlias

from atrous.planning.levels import Level, levels
from atrous.window import Cost, Window, conv_cost

Kind: TypeAlias = Literal["plain", "dilated", "strided"]
KINDS: tuple[Kind, ...] = ("plain", "dilated", "strided")


@dataclass(frozen=True)
class Plan:
    """Convolutions one above the other, all of one kernel and `channels` wide: what the encoder `conv` builds.

    kind: "plain": every stride and dilation is 1; "dilated": dilations grow; "strided": strides between the levels.
    dilations, strides: one of each a level, the lowest first.
    inputs: channels that the lowest level reads.
    asked: the steps that were to be seen. steps: length of the row whose operations are counted.
    centred: whether the window lies on both sides of its own step.

    >>> plan = Plan("dilated", kernel=3, dilations=(1, 3, 9), strides=(1, 1, 1), inputs=64, channels=64, asked=25)
    >>> plan.window, plan.overshoot, plan.parameters
    (Window(left=26, right=0, stride=1), 2, 37056)
    """

    kind: Kind
    kernel: int
    dilations: tuple[int, ...]
    strides: tuple[int, ...]
    inputs: int
    channels: int
    asked: int
    steps: int = 100
    centred: bool = False

    @cached_property
    def levels(self) -> list[Level]:
        """Each convolution, the lowest first."""
        return levels(self.kernel, self.dilations, self.strides, centred=self.centred)

    @property
    def layers(self) -> int:
        """How many levels there are."""
        return len(self.dilations)

    @cached_property
    def windows(self) -> list[Window]:
        """What an output of each level sees of the input, the lowest level first."""
        return [reduce(Window.then, (level.window for level in self.levels[: n + 1])) for n in range(self.layers)]

    @cached_property
    def window(self) -> Window:
        """What one output sees of the input."""
        return reduce(Window.then, (level.window for level in self.levels))

    @property
    def sees(self) -> int:
        """How many input steps one output sees, its own included."""
        return int(self.window.size)

    @property
    def overshoot(self) -> int:
        """The steps that it sees beyond those asked for."""
        return self.sees - self.asked

    @cached_property
    def costs(self) -> list[Cost]:
        """What each level costs, the lowest first."""
        widths = [self.inputs] + [self.channels] * (self.layers - 1)
        each = zip(widths, self.strides, strict=True)
        return [conv_cost(width, self.channels, kernel=self.kernel, stride=stride) for width, stride in each]

    @cached_property
    def cost(self) -> Cost:
        """What the levels cost together."""
        return reduce(Cost.then, self.costs)

    @cached_property
    def parameters(self) -> int:
        """Trainable numbers."""
        return self.cost.parameters

    @cached_property
    def flops(self) -> int:
        """Floating-point operations for one row of `steps` steps."""
        return self.cost.flops(self.steps)

    def to_json(self) -> dict[str, Any]:
        """The plan as JSON takes it."""
        own: dict[str, Any] = {"kind": self.kind, "layers": self.layers, "kernel": self.kernel}
        own |= {"dilations": list(self.dilations), "strides": list(self.strides), "window": self.window.to_json()}
        own |= {"sees": self.sees, "overshoot": self.overshoot, "parameters": self.parameters, "flops": self.flops}
        return own


def settings_of(plan: Plan) -> str:
    """The plan as a settings file (TOML) that `atrous train` takes; what it leaves out is what training takes anyway.

    >>> print(settings_of(Plan("dilated", 2, (1, 2, 3), (1, 1, 1), inputs=64, channels=48, asked=7)))
    [embed]
    channels = 64
    <BLANKLINE>
    [encode]
    name = "conv"
    channels = 48
    kernel = 2
    dilations = [1, 2, 3]
    strides = [1, 1, 1]
    centred = false
    <BLANKLINE>
    """
    lines = ["[embed]", f"channels = {plan.inputs}", "", "[encode]", 'name = "conv"', f"channels = {plan.channels}"]
    lines += [f"kernel = {plan.kernel}", f"dilations = {list(plan.dilations)}", f"strides = {list(plan.strides)}"]
    return "\n".join([*lines, f"centred = {str(plan.centred).lower()}"]) + "\n"
