"""The bricks: every layer keeps the contract of contract.py and is a line in the table of tests/laws."""

from atrous.layers.attention import Positions, SelfAttention
from atrous.layers.compose import Parallel, Residual, Stack
from atrous.layers.conv import Conv, centred
from atrous.layers.dropout import Dropout, SpatialDropout
from atrous.layers.norm import LayerNorm, fold, weight_norm
from atrous.layers.pointwise import Pointwise
from atrous.layers.recurrent import LSTM, Backward

__all__ = [
    "LSTM",
    "Backward",
    "Conv",
    "Dropout",
    "LayerNorm",
    "Parallel",
    "Pointwise",
    "Positions",
    "Residual",
    "SelfAttention",
    "SpatialDropout",
    "Stack",
    "centred",
    "fold",
    "weight_norm",
]
