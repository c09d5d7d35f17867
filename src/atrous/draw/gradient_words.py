"""What a gradient probe found, in sentences: how far the model really sees, and whether its gradient gets there."""

from __future__ import annotations

import math

from atrous.draw.gradients import LITTLE, SPAN, Gradients, Lags
from atrous.page.words import counted, listed

SEEN = 0.0005  # a share below this is not spoken of


def verdict(found: Gradients) -> list[str]:
    """The sentences, the most important first; what limits the numbers is said after them.

    >>> from atrous.draw.gradients import LayerGradient, profile
    >>> from atrous.window import Window
    >>> field = profile([0.01, 0.24, 0.75], lowest=-2, first=-2, last=0)
    >>> layers = (LayerGradient("embed: Tokens(9, 4)", None, 0.2), LayerGradient("encode: LSTM(4, 4)", None, 0.1))
    >>> print(*verdict(Gradients(5, Lags(Window(2), -2, 0, None, field), layers)), sep="\\n")
    95 % of the gradient comes from 2 tokens, 1 back to its own, of the 3 that a step of the encoder sees.
    The gradient gets there: at the embedding it is 2 times what it is at the last layer of the encoder.
    """
    said = [_field(found.lags), _depth(found), _dead_layers(found), _dead_units(found)]
    return [*filter(None, said), *(f"{one[0].upper()}{one[1:]}." for one in found.remarks)]


def spoken(span: tuple[int, int]) -> str:
    """A run of lags.

    >>> spoken((-12, 0)), spoken((-2, 3)), spoken((0, 0)), spoken((-9, -3)), spoken((1, 4))
    ('12 back to its own', '2 back to 3 ahead', 'its own', '9 back to 3 back', '1 ahead to 4 ahead')
    """
    first, last = (f"{-lag:,} back" if lag < 0 else f"{lag:,} ahead" if lag else "its own" for lag in span)
    return first if first == last else f"{first} to {last}"


def percent(share: float, digits: int = 0) -> str:
    """A share.

    >>> percent(0.95), percent(0.0123, 1)
    ('95 %', '1.2 %')
    """
    return f"{100 * share:.{digits}f} %"


def _run(span: tuple[int, int]) -> str:
    return f"{counted(span[1] - span[0] + 1, 'token')}, {spoken(span)}"


def _field(lags: Lags) -> str:
    now, before = lags.end or lags.start, lags.start if lags.end else None
    if now is None:
        return "No gradient comes from any token: a step of the encoder does not depend on what it reads."
    size = lags.window.size
    where = "" if size == math.inf else f", of the {size:,} that a step of the encoder sees"
    said = f"{percent(SPAN)} of the gradient comes from {_run(now.span)}{where}"
    if before is not None:
        said += f"; before training from {_run(before.span)}"
    if now.beyond >= SEEN:
        wrong = size != math.inf and not lags.hidden
        what = "beyond the declared window, which is wrong" if wrong else "beyond what is shown"
        said += f"; {percent(now.beyond, 1)} of it comes from {what}"
    return f"{said}."


def _depth(found: Gradients) -> str:
    """The gradient at the embedding beside that at the encoder's last layer; "" if there is only one of them."""
    encoder = [one for one in found.layers if one.name.startswith("encode: ")]
    if not encoder:
        return ""
    first, last = found.layers[0], encoder[-1]
    if not all(math.isfinite(one.last or 0.0) for one in found.layers):
        wrong = next(one.name for one in reversed(found.layers) if not math.isfinite(one.last or 0.0))
        return f"The gradient is not finite: from {wrong} on, towards the embedding, it is no number."
    now, before = _ratio(first.last, last.last), _ratio(first.start, last.start) if first.end is not None else None
    if now is None:
        return ""
    what = "at the embedding it is {} what it is at the last layer of the encoder"
    how = (
        "The gradient vanishes on its way back" if now < LITTLE
        else "The gradient explodes on its way back" if now > 1 / LITTLE
        else "The gradient gets there"
    )  # fmt: skip
    return f"{how}: {what.format(_times(now))}" + (f", before training {_times(before)}" if before else "") + "."


def _ratio(one: float | None, other: float | None) -> float | None:
    return None if one is None or not other else one / other


def _times(ratio: float) -> str:
    return f"{ratio:.2g} times" if ratio < 1e4 else f"{ratio:.0e} times"


def _dead_layers(found: Gradients) -> str:
    dead = [one.name for one in found.layers if one.last == 0]
    shown = dead if len(dead) <= 4 else [*dead[:3], f"{len(dead) - 3} more"]
    return f"No gradient reaches {listed(shown)}: dead, nothing is learnt there." if dead else ""


def _dead_units(found: Gradients) -> str:
    some = [one for one in found.layers if one.dead and one.dead < 1 and one.name.startswith("encode: ")]
    if not some:
        return ""
    worst = max(some, key=lambda one: one.dead or 0.0)
    most = percent(worst.dead or 0.0)
    more = f", and some of {len(some) - 1} other layers" if len(some) > 1 else ""
    return f"Dead units: no row's gradient reaches {most} of the channels of {worst.name}{more}."
