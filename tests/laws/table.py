"""One line for every layer, encoder, embedding and pool. A new one is one line here; the laws do the rest."""

import torch
import torch.nn.functional as F

from atrous.attend import POOLS
from atrous.embed import Tokens
from atrous.encode import attention, bag, bilstm, lstm, ngram, residual, tcn
from atrous.layers import (
    LSTM,
    Backward,
    Conv,
    Dropout,
    LayerNorm,
    Parallel,
    Pointwise,
    Positions,
    Residual,
    SelfAttention,
    SpatialDropout,
    Stack,
    centred,
    weight_norm,
)
from atrous.model import Model
from atrous.predict import Classes

LAYERS = {
    "Conv, kernel 1": lambda: Conv(3, 4, kernel=1),
    "Conv, causal": lambda: Conv(3, 4, kernel=3),
    "Conv, causal, dilated": lambda: Conv(3, 4, kernel=2, dilation=4),
    "Conv, centred, dilated": lambda: Conv(3, 4, kernel=5, dilation=2, right=centred(5, 2)),
    "Conv, sees ahead only": lambda: Conv(3, 4, kernel=3, right=2),
    "Conv, stride 2": lambda: Conv(3, 4, kernel=3, stride=2),
    "Conv, kernel shorter than its stride": lambda: Conv(3, 4, kernel=1, stride=2),
    "Conv, stride 3, looks ahead": lambda: Conv(3, 4, kernel=7, stride=3, right=5),
    "Conv, weight norm": lambda: weight_norm(Conv(3, 4, kernel=3)),
    "LayerNorm": lambda: LayerNorm(4),
    "Dropout": lambda: Dropout(0.5),
    "SpatialDropout": lambda: SpatialDropout(0.5),
    "Pointwise": lambda: Pointwise(torch.tanh),
    "Positions": lambda: Positions(4),
    "SelfAttention": lambda: SelfAttention(4, heads=2),
    "LSTM": lambda: LSTM(3, 4),
    "Backward, LSTM": lambda: Backward(LSTM(3, 4)),
    "Backward, causal convolution": lambda: Backward(Conv(3, 4, kernel=3)),
    "Stack, empty": lambda: Stack(),
    "Stack, a stride in the middle": lambda: Stack(
        Conv(3, 4, kernel=3, right=1), Conv(4, 4, kernel=3, stride=2), Conv(4, 4, kernel=3, right=1)
    ),
    "Stack, strides 2 and 3 after a delay": lambda: Stack(
        Conv(3, 4, kernel=3, right=1), Conv(4, 4, kernel=2, stride=2), Conv(4, 3, kernel=4, stride=3)
    ),
    "Stack, LSTM after a delay": lambda: Stack(Conv(3, 4, kernel=5, right=2), LSTM(4, 4), LSTM(4, 3)),
    "Stack, LSTM after a stride and a delay": lambda: Stack(Conv(3, 4, kernel=5, stride=2, right=4), LSTM(4, 4)),
    "Residual, centred inside": lambda: Residual(
        Stack(Conv(4, 4, kernel=3, right=1), Residual(Conv(4, 4, kernel=3, dilation=2, right=2)), Pointwise(torch.relu))
    ),
    "Residual, both paths strided": lambda: Residual(
        Stack(Conv(3, 4, kernel=3, right=1), Conv(4, 4, kernel=3, stride=2)), Conv(3, 4, kernel=1, stride=2)
    ),
    "Parallel, unequal delays": lambda: Parallel(
        Conv(4, 2, kernel=3), Conv(4, 3, kernel=5, right=3), Stack(), Conv(4, 2, kernel=2, right=1)
    ),
    "Parallel, after a stride": lambda: Stack(
        Conv(3, 4, kernel=2, stride=2), Parallel(Conv(4, 2, kernel=3, right=1), LSTM(4, 3)), Pointwise(F.gelu)
    ),
}

ENCODERS = {
    "attention": lambda: attention(3, channels=4, depth=2, heads=2, wide=6),
    "bag": lambda: bag(3),
    "bilstm": lambda: bilstm(3, channels=4, depth=2),
    "lstm": lambda: lstm(3, channels=4, depth=2),
    "ngram": lambda: ngram(3, channels=2, kernels=(1, 3, 4)),
    "residual": lambda: residual(3, channels=4, depth=2),
    "tcn": lambda: tcn(3, channels=4, depth=2),
}

EMBEDDINGS = {
    "Tokens": lambda: Tokens(9, 3),
    "Tokens, bigrams": lambda: Tokens(9, 3, bigrams=20),
}

TABLE = {**LAYERS, **{f"encoder {name}": make for name, make in ENCODERS.items()}}
POOL_TABLE = {name: (lambda make=make: make(3)) for name, make in POOLS.items()}

# What does not stream, and so refuses law 1 and the stateful half of law 6. Nothing refuses another law.
NOT_STREAMABLE = {
    "SelfAttention",
    "Backward, LSTM",
    "Backward, causal convolution",
    "encoder attention",
    "encoder bilstm",
}


def make(name):
    """The named part, with weights that do not depend on which test ran before."""
    torch.manual_seed(len(name))
    return shaken({**TABLE, **POOL_TABLE, **EMBEDDINGS}[name]())


def shaken(part):
    """The part in double precision at evaluation, no parameter left at a round number."""
    with torch.no_grad():  # zeros and ones at the start hide mistakes
        for parameter in part.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    return part.double().eval()


# The last step of a layer read backwards is its first: its memory would never learn (law 7), so settings refuse it.
REFUSED = {("bilstm", "last")}
MODELS = {f"{e}, {p}": (e, p) for e in ENCODERS for p in POOLS if (e, p) not in REFUSED}


def make_model(name, *, bigrams=0):
    """A whole model of that encoder and pool, in double precision at evaluation."""
    encoder, pool = MODELS[name]
    torch.manual_seed(len(name))
    encode = ENCODERS[encoder]()
    channels = encode.outputs or 3
    model = Model(Tokens(9, 3, bigrams=bigrams), encode, POOLS[pool](channels), Classes(channels, 3))
    return shaken(model)
