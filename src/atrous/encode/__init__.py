"""What a model makes of a sequence: functions that return a `Layer`, from short to long sight."""

from __future__ import annotations

from collections.abc import Callable

from atrous.contract import Layer
from atrous.encode.attention import attention
from atrous.encode.ngram import bag, ngram
from atrous.encode.recurrent import bilstm, lstm
from atrous.encode.residual import residual, tcn

ENCODERS: dict[str, Callable[..., Layer]] = {
    "attention": attention,
    "bag": bag,
    "bilstm": bilstm,
    "lstm": lstm,
    "ngram": ngram,
    "residual": residual,
    "tcn": tcn,
}

__all__ = ["ENCODERS", "attention", "bag", "bilstm", "lstm", "ngram", "residual", "tcn"]
