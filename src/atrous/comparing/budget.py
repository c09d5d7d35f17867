"""The same number of encoder parameters for every model: its width is solved for."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

import torch

from atrous.comparing.terms import BUDGET
from atrous.config import Settings
from atrous.encode import ENCODERS
from atrous.errors import ConfigError

SLACK = 0.05  # of the budget, by which a width may miss it

# The setting that makes an encoder wider, where it is not `channels`. A Transformer keeps its channels, which its heads
# divide, and grows inside its feed-forward part; a bag of embeddings has nothing to grow.
_WIDTHS: dict[str, str | None] = {"attention": "wide", "bag": None, "dense": "growth"}
# Where one step of the width is more than the slack, a second dial that is turned a little.
_FINER: dict[str, tuple[str, tuple[int, ...]]] = {"dense": ("bottleneck", (3, 5))}


class Fitted(NamedTuple):
    """Settings whose encoder has the parameters of the budget.

    field, value: the width that was solved for; None where there was nothing to solve. parameters: of the encoder.
    exempt: an encoder without parameters, which no width brings to the budget. note: why the budget is not met; or "".
    """

    settings: Settings
    field: str | None
    value: int | None
    parameters: int
    exempt: bool
    note: str


def fitted(settings: Settings, inputs: int, budget: int = BUDGET, fixed: Collection[str] = ()) -> Fitted:
    """The settings with the width whose parameters come nearest to the budget, and within 5 % of it.

    inputs: channels that the embedding gives. fixed: fields of `encode` that are to stay as they are.

    >>> from atrous.config import load
    >>> fitted(load(encode="tcn"), 64)[1:4]
    ('channels', 64, 98816)
    >>> fitted(load(encode="bag"), 64).exempt
    True

    Raises ConfigError if no width comes within 5 %: say, where the other settings take more than the budget.
    """
    name = settings.encode.name
    field = width_of(name)
    if field is None:
        return Fitted(settings, None, None, _parameters(settings, inputs), True, "no encoder to widen: exempt")
    if field in fixed:
        parameters = _parameters(settings, inputs)
        value = getattr(settings.encode, field)
        met = abs(parameters - budget) <= SLACK * budget
        return Fitted(settings, field, value, parameters, False, "" if met else f"encode.{field} was set to {value}")
    best = _nearest(settings, field, inputs, budget)
    finer, values = _FINER.get(name, ("", ()))
    for value in values if finer not in fixed else ():
        if abs(best.parameters - budget) > SLACK * budget:
            other = _nearest(_with(settings, finer, value), field, inputs, budget)
            best = min(best, other, key=lambda one: abs(one.parameters - budget))
    if abs(best.parameters - budget) > SLACK * budget:
        raise ConfigError(
            f"no {name} of {budget:,} encoder parameters: the nearest, encode.{field} = {best.value:,}, has "
            f"{best.parameters:,}; name another --budget, or make its other settings smaller (--set encode.depth=1)"
        )
    return best


def width_of(name: str) -> str | None:
    """The setting that makes an encoder wider; None if none does.

    >>> width_of("tcn"), width_of("attention"), width_of("bag")
    ('channels', 'wide', None)
    """
    return _WIDTHS.get(name, "channels")


def _nearest(settings: Settings, field: str, inputs: int, budget: int) -> Fitted:
    """The width that comes nearest to the budget."""
    step = _step(settings, field)

    def sized(size: int) -> Fitted:
        wide = _with(settings, field, size * step)
        return Fitted(wide, field, size * step, _parameters(wide, inputs), False, "")

    low, high = 1, 2  # in steps; the parameters grow with every one
    while sized(high).parameters < budget:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if sized(middle).parameters < budget else (low, middle)
    return min(sized(low), sized(high), key=lambda one: abs(one.parameters - budget))


def _with(settings: Settings, field: str, value: int) -> Settings:
    return settings.model_copy(update={"encode": settings.encode.model_copy(update={field: value})})


def _step(settings: Settings, field: str) -> int:
    """What every width must be a multiple of."""
    kept = type(settings.encode).model_fields[field].metadata
    return next((one.multiple_of for one in kept if getattr(one, "multiple_of", None)), 1)


def _parameters(settings: Settings, inputs: int) -> int:
    with torch.device("meta"):  # shapes, but no numbers: nothing is drawn and nothing is kept
        return ENCODERS[settings.encode.name](inputs, **settings.encode.options).cost.parameters
