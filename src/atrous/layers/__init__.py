"""The bricks: every layer keeps the contract of contract.py and is a line in the table of tests/laws."""

from atrous.layers.attention import PastAttention, SelfAttention
from atrous.layers.backward import Backward
from atrous.layers.channels import Channels, Folding
from atrous.layers.compose import Parallel, Residual, Restored, Stack, densely
from atrous.layers.conv import Conv, Extend, laid_out, separable, wide
from atrous.layers.dropout import Dropout, SpatialDropout
from atrous.layers.gate import Carry, Gate, highway
from atrous.layers.kmax import KMax
from atrous.layers.linear import convolution_of
from atrous.layers.lstm import LSTM, MultiplicativeLSTM
from atrous.layers.norm import LayerNorm, fold, weight_norm
from atrous.layers.pointwise import Pointwise
from atrous.layers.pooling import Pooling
from atrous.layers.positions import Positions
from atrous.layers.recurrent import GRU, RNN
from atrous.layers.repeated import Repeated
from atrous.layers.transpose import ConvTranspose, Interpolate
from atrous.window import centred

__all__ = [
    "GRU",
    "LSTM",
    "RNN",
    "Backward",
    "Carry",
    "Channels",
    "Conv",
    "ConvTranspose",
    "Dropout",
    "Extend",
    "Folding",
    "Gate",
    "Interpolate",
    "KMax",
    "LayerNorm",
    "MultiplicativeLSTM",
    "Parallel",
    "PastAttention",
    "Pointwise",
    "Pooling",
    "Positions",
    "Repeated",
    "Residual",
    "Restored",
    "SelfAttention",
    "SpatialDropout",
    "Stack",
    "centred",
    "convolution_of",
    "densely",
    "fold",
    "highway",
    "laid_out",
    "separable",
    "weight_norm",
    "wide",
]
