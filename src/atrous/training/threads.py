"""How many threads share the operations of a training step."""

from __future__ import annotations

from atrous.layers import GRU, LSTM, RNN, MultiplicativeLSTM
from atrous.layers.fused import threads_sleep
from atrous.model import Model

MUCH = 3 * 10**7  # floating-point operations of one step in time, from which on two threads are sooner than one


def waits(model: Model, rows: int) -> bool:
    """Whether threads that sleep while they wait for each other would wait longer than they compute.

    A recurrence is one small product after the other, and after each the threads wait. rows: of a batch.

    >>> from atrous.attend import Max
    >>> from atrous.embed import Tokens
    >>> from atrous.encode import tcn
    >>> from atrous.predict import Classes
    >>> waits(Model(Tokens(50, 64), tcn(64, channels=64), Max(64), Classes(64, 2)), rows=32)
    False

    Source: benchmarks/speed/busy.py
    """
    if not threads_sleep():
        return False
    recurrent = [part for part in model.modules() if isinstance(part, RNN | GRU | LSTM | MultiplicativeLSTM)]
    return bool(recurrent) and max(rows * part.cost.flops(1) for part in recurrent) < MUCH
