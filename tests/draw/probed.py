"""Probes that were never run, for drawings."""

import math

from atrous.draw.gradients import Gradients, Lags, LayerGradient, profile
from atrous.window import Window


def bell(first, last, *, centre, width):
    sizes = [math.exp(-(((lag - centre) / width) ** 2)) for lag in range(first, last + 1)]
    return profile(sizes, lowest=first, first=first, last=last)


def probed(*, first=-60, last=0, window=None, trained=True, layers=None, remarks=()):
    start, end = bell(first, last, centre=first / 3, width=15), bell(first, last, centre=0, width=6)
    lags = Lags(window or Window(-first, last), first, last, start, end if trained else None)
    if layers is None:
        layers = (
            LayerGradient("embed: Tokens(9, 4)", 2.0, 0.02 if trained else None, 0.0),
            LayerGradient("encode: Conv(4, 4, kernel=3)", 0.5, 0.01 if trained else None, 0.25),
            LayerGradient("encode: Conv(4, 4, kernel=3) 2", 1.0, 0.005 if trained else None, 0.0),
            LayerGradient("predict: Classes", 1.0, 0.1 if trained else None, 0.0),
        )
    return Gradients(100, lags, layers, remarks)
