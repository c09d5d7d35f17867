"""One line for every layer, encoder, embedding and pool. A new one is one line here; the laws do the rest."""

import itertools
from fractions import Fraction

import torch
import torch.nn.functional as F

from atrous import encode
from atrous.attend import POOLS
from atrous.attend.keep import Keep
from atrous.config import PRESETS
from atrous.embed import Marked, Multichannel, Placed, Pretrained, Spelled, Tokens, Values
from atrous.layers import (
    GRU,
    LSTM,
    RNN,
    Backward,
    Carry,
    Channels,
    Conv,
    ConvTranspose,
    Dropout,
    Extend,
    Folding,
    Gate,
    Interpolate,
    KMax,
    LayerNorm,
    MultiplicativeLSTM,
    Parallel,
    PastAttention,
    Pointwise,
    Pooling,
    Positions,
    Repeated,
    Residual,
    Restored,
    SelfAttention,
    SpatialDropout,
    Stack,
    centred,
    densely,
    highway,
    separable,
    weight_norm,
    wide,
)
from atrous.model import Model
from atrous.predict import HEADS, TAGGERS
from atrous.runtime.features import Features

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
    "Conv, in groups": lambda: Conv(4, 6, kernel=3, groups=2),
    "Conv, depthwise, looks ahead": lambda: Conv(4, 4, kernel=3, right=1, groups=4),
    "Conv, depthwise, kernel 1": lambda: Conv(4, 4, kernel=1, groups=4),
    "Conv, separable": lambda: separable(3, 4, kernel=5, right=2),
    "Conv, valid": lambda: Conv(3, 4, kernel=3, dilation=2, valid=True),
    "Conv, valid, stride 2": lambda: Conv(3, 4, kernel=4, stride=2, valid=True),
    "Conv, valid, kernel shorter than its stride": lambda: Conv(3, 4, kernel=2, stride=3, valid=True),
    "Conv, wide": lambda: wide(3, 4, kernel=3, dilation=2),
    "Extend": lambda: Extend(3),
    "ConvTranspose, kernel as its stride": lambda: ConvTranspose(3, 4, kernel=2, stride=2),
    "ConvTranspose, overlapping": lambda: ConvTranspose(3, 4, kernel=7, stride=3),
    "ConvTranspose, stride 1": lambda: ConvTranspose(3, 4, kernel=3, stride=1),
    "Interpolate, repeat": lambda: Interpolate(3, stride=3),
    "Interpolate, linear": lambda: Interpolate(3, stride=3, mode="linear"),
    "Pooling, maximum": lambda: Pooling("max", 3, kernel=2),
    "Pooling, maximum, overlapping, looks ahead": lambda: Pooling("max", 3, kernel=5, stride=2, right=3),
    "Pooling, mean": lambda: Pooling("mean", 3, kernel=3),
    "Pooling, mean, every step, centred": lambda: Pooling("mean", 3, kernel=3, stride=1, right=1),
    "KMax": lambda: KMax(3),
    "KMax, by the row's length": lambda: KMax(2, share=Fraction(2, 3)),
    "Gate, linear": lambda: Gate(2),
    "Gate, tanh": lambda: Gate(2, torch.tanh),
    "Carry": lambda: Carry(2),
    "highway": lambda: highway(4, kernel=3, right=1),
    "Channels": lambda: Channels(4, 1, 3),
    "Folding": lambda: Folding(4),
    "LayerNorm": lambda: LayerNorm(4),
    "Dropout": lambda: Dropout(0.5),
    "SpatialDropout": lambda: SpatialDropout(0.5),
    "Pointwise": lambda: Pointwise(torch.tanh),
    "Positions": lambda: Positions(4),
    "SelfAttention": lambda: SelfAttention(4, heads=2),
    "PastAttention": lambda: PastAttention(4, heads=2, memory=5),
    "PastAttention, no memory": lambda: PastAttention(4, heads=1, memory=0),
    "RNN": lambda: RNN(3, 4),
    "GRU": lambda: GRU(3, 4),
    "LSTM": lambda: LSTM(3, 4),
    "MultiplicativeLSTM": lambda: MultiplicativeLSTM(3, 4),
    "Backward, GRU": lambda: Backward(GRU(3, 4)),
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
    "Stack, GRU and RNN after a delay": lambda: Stack(Conv(3, 4, kernel=5, right=2), GRU(4, 4), RNN(4, 3)),
    "Stack, multiplicative LSTM after a delay": lambda: Stack(Conv(3, 4, kernel=5, right=2), MultiplicativeLSTM(4, 3)),
    "Stack, attention after a delay": lambda: Stack(
        Conv(3, 4, kernel=5, right=2), PastAttention(4, heads=2, memory=4), Conv(4, 4, kernel=3, right=1)
    ),
    "Stack, valid before a stride": lambda: Stack(
        Conv(3, 4, kernel=3, valid=True), Conv(4, 4, kernel=2, stride=2), Pooling("max", 4, kernel=3, stride=1, right=1)
    ),
    "Stack, strides down and up and down": lambda: Stack(
        Conv(3, 4, kernel=3, stride=2, right=2), ConvTranspose(4, 4, kernel=3, stride=2), Conv(4, 3, kernel=2, stride=2)
    ),
    "Stack, up, then looks ahead": lambda: Stack(
        ConvTranspose(3, 4, kernel=4, stride=2), Conv(4, 4, kernel=3, right=1), Pooling("mean", 4, kernel=2)
    ),
    "Restored": lambda: Restored(
        Stack(Conv(3, 4, kernel=3, stride=2, right=2), ConvTranspose(4, 4, kernel=2, stride=2))
    ),
    "Restored, beside a skip": lambda: Parallel(
        Stack(),
        Restored(
            Stack(
                Conv(3, 4, kernel=3, right=1),
                Conv(4, 4, kernel=3, stride=3),
                Interpolate(4, stride=3, mode="linear"),
                Conv(4, 2, kernel=3, right=1),
            )
        ),
    ),
    "densely": lambda: densely(Conv(3, 2, kernel=3, right=1), Conv(5, 2, kernel=2), Conv(7, 2, kernel=3, right=2)),
    "Repeated": lambda: Repeated(
        Stack(Conv(4, 4, kernel=3, right=1), Conv(4, 4, kernel=3, dilation=2, right=2), Pointwise(torch.tanh)), times=3
    ),
    "Repeated, untied": lambda: Repeated(Conv(3, 3, kernel=3, right=1), Conv(3, 3, kernel=2), times=2),
    "Repeated, concatenated": lambda: Repeated(Conv(3, 3, kernel=3, right=1), times=3, join="concatenate"),
    "Repeated, after a delay, at a grain": lambda: Stack(
        Conv(3, 4, kernel=3, right=1),
        Repeated(
            Restored(Stack(Conv(4, 4, kernel=2, stride=2), ConvTranspose(4, 4, kernel=2, stride=2))),
            Conv(4, 4, kernel=3, right=1),
            times=2,
            join="concatenate",
        ),
        Conv(16, 3, kernel=1),
    ),
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
    "attention": lambda: encode.attention(3, channels=4, depth=2, heads=2, wide=6),
    "bag": lambda: encode.bag(3),
    "bigru": lambda: encode.bigru(3, channels=4, depth=2),
    "bilstm": lambda: encode.bilstm(3, channels=4, depth=2),
    "birnn": lambda: encode.birnn(3, channels=4, depth=2),
    "conv": lambda: encode.conv(3, channels=4, kernel=2, dilations=(1, 2, 3), strides=(1, 1, 1)),
    "deep": lambda: encode.deep(3, channels=4, depth=3),
    "dense": lambda: encode.dense(3, growth=2, depth=2, blocks=2, bottleneck=2),
    "gated": lambda: encode.gated(3, channels=4, depth=2),
    "gru": lambda: encode.gru(3, channels=4, depth=2),
    "highway": lambda: encode.highway(3, channels=4, depth=2),
    "hybrid": lambda: encode.hybrid(3, channels=4, kernel=3, halvings=2),
    "idcnn": lambda: encode.idcnn(3, channels=4, dilations=(1, 2), repeats=2),
    "kmax": lambda: encode.kmax(3, channels=4, kernels=(3, 2), least=2),
    "lstm": lambda: encode.lstm(3, channels=4, depth=2),
    "multiscale": lambda: encode.multiscale(3, channels=3, depth=2, dilations=(1, 3)),
    "ngram": lambda: encode.ngram(3, channels=2, kernels=(1, 3, 4)),
    "residual": lambda: encode.residual(3, channels=4, depth=2),
    "rnn": lambda: encode.rnn(3, channels=4, depth=2),
    "tcn": lambda: encode.tcn(3, channels=4, depth=2),
    "tdnn": lambda: encode.tdnn(3, channels=4, contexts=((1, 2), (0, 3), (2, 0), (0, 0))),
    "unet": lambda: encode.unet(3, channels=3, depth=2),
    "wavenet": lambda: encode.wavenet(3, channels=3, skips=2, depth=3),
}

# The same encoders, told otherwise.
VARIANTS = {
    "encoder conv, centred": lambda: encode.conv(
        3, channels=3, kernel=4, dilations=(1, 3), strides=(1, 1), centred=True
    ),
    "encoder conv, strided": lambda: encode.conv(3, channels=4, kernel=3, dilations=(1, 2, 1), strides=(3, 2, 1)),
    "encoder conv, strided, centred": lambda: encode.conv(
        3, channels=4, kernel=4, dilations=(1, 1, 1), strides=(2, 3, 1), centred=True
    ),
    "encoder dense, no bottleneck": lambda: encode.dense(3, growth=2, depth=2, blocks=1, bottleneck=0),
    "encoder hybrid, LSTM": lambda: encode.hybrid(3, channels=4, kernel=3, halvings=1, recurrence="lstm"),
    "encoder unet, repeated": lambda: encode.unet(3, channels=3, depth=1, kernel=2, upsample="repeat"),
    "encoder unet, lines": lambda: encode.unet(3, channels=3, depth=1, kernel=5, upsample="linear"),
}

EMBEDDINGS = {
    "Tokens": lambda: Tokens(9, 3),
    "Tokens, bigrams": lambda: Tokens(9, 3, bigrams=20),
    "Tokens, of the second representation": lambda: Tokens(9, 3, field="beside"),
    "Pretrained, static": lambda: Pretrained(9, 3, tuned=False),
    "Pretrained, tuned": lambda: Pretrained(9, 3, tuned=True),
    "Multichannel, static and tuned, added": lambda: Multichannel(
        Pretrained(9, 3, tuned=False), Pretrained(9, 3, tuned=True)
    ),
    "Multichannel, two representations": lambda: Multichannel(
        Tokens(9, 3, bigrams=20), Tokens(9, 2, field="beside"), join="concatenate"
    ),
    "Multichannel, words and their letters": lambda: Multichannel(
        Tokens(9, 3), Spelled(9, 2, letters=5), join="concatenate"
    ),
    "Multichannel, words and their features": lambda: Multichannel(
        Tokens(9, 3), Marked(Features(shape=True, affixes=1, hashed=9), 2), join="concatenate"
    ),
    "Marked, shapes, affixes and hashes": lambda: Marked(Features(shape=True, affixes=1, hashed=20), 3),
    "Marked, no hashes": lambda: Marked(Features(shape=True, affixes=2), 1),
    "Spelled": lambda: Spelled(9, 3, letters=5),
    "Spelled, even kernel": lambda: Spelled(9, 3, letters=5, kernel=2),
    "Spelled, kernel longer than a word": lambda: Spelled(9, 3, letters=5, kernel=7),
    "Values": lambda: Values(2),
    "Placed": lambda: Placed(Tokens(9, 4, bigrams=20)),
    "Placed, odd channels": lambda: Placed(Tokens(9, 3)),
    "Placed, several": lambda: Placed(Multichannel(Tokens(9, 3), Tokens(9, 3, field="beside"))),
}

TABLE = {**LAYERS, **{f"encoder {name}": make for name, make in ENCODERS.items()}, **VARIANTS}
POOL_TABLE = {name: (lambda make=make: make(3)) for name, make in POOLS.items()}
POOL_TABLE["unpadded"] = lambda: POOLS["unpadded"](3, depth=2)  # 7 steps

# What does not stream, and so refuses law 1 and the stateful half of law 6. Nothing refuses another law.
NOT_STREAMABLE = {
    "Backward, GRU",
    "Conv, wide",
    "Extend",
    "KMax",
    "KMax, by the row's length",
    "SelfAttention",
    "Backward, LSTM",
    "Backward, causal convolution",
    "encoder attention",
    "encoder bigru",
    "encoder bilstm",
    "encoder birnn",
    "encoder kmax",
}

# Where a rate is lowered and raised again, some outputs see less than declared: on each side by fewer steps than this.
SLACK = {
    "Stack, strides down and up and down": 2,
    "Restored": 2,
    "Restored, beside a skip": 3,
    "Repeated, after a delay, at a grain": 3,
    "encoder unet": 4,
    "encoder unet, repeated": 2,
    "encoder unet, lines": 2,
}

# A choice among steps has no gradient towards what was not chosen: what these see is found by changing steps.
CHOOSES = {"KMax", "KMax, by the row's length", "encoder kmax"}


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
REFUSED = {("bigru", "last"), ("bilstm", "last"), ("birnn", "last")}

# Every encoder before its own pool, and every pool behind an encoder that keeps the rate and one that lowers it.
PAIRS = sorted({(name, PRESETS[name].pool) for name in ENCODERS} | set(itertools.product(("tcn", "deep"), POOLS)))
MODELS = {f"{encoder}, {pool}": (encoder, pool) for encoder, pool in PAIRS}
# Every other head once, behind the name of a model: what stands before it does not know of it.
MODELS |= {f"tcn, max, {head}": ("tcn", "max") for head in HEADS if head != "classes"}
# Taggers keep every step: causal, looking ahead, restoring a rate, seeing whole rows; and every head of theirs.
TAGGED = ("bilstm", "idcnn", "lstm", "residual", "tcn", "unet")
MODELS |= {f"{encoder}, keep, tags": (encoder, "keep") for encoder in TAGGED}
MODELS |= {f"residual, keep, {head}": ("residual", "keep") for head in TAGGERS}
POOL_SIZES = {"kmax": {"k": 2}, "unpadded": {"depth": 2}}
TAGS = ("B-X", "I-X", "O")


def head_of(name):
    """The name of the head of a model of the table."""
    return [*name.split(", "), "classes"][2]


def is_tagger(name):
    """Whether a model of the table answers every step."""
    return MODELS[name][1] == "keep"


def make_model(name, *, bigrams=0):
    """A whole model of that encoder and pool, in double precision at evaluation."""
    encoder, pool = MODELS[name]
    torch.manual_seed(len(name))
    layer = ENCODERS[encoder]()
    if is_tagger(name):
        attend = Keep(layer.outputs or 3)
        predict = TAGGERS[head_of(name)](attend.outputs, TAGS, scheme="iob2")
    else:
        attend = POOLS[pool](layer.outputs or 3, **POOL_SIZES.get(pool, {}))
        predict = HEADS[head_of(name)](attend.outputs, 3)
    return shaken(Model(Tokens(9, 3, bigrams=bigrams), layer, attend, predict))
