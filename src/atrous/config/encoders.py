"""One class for every encoder, its fields being its arguments; some are in iterated.py, recurrent.py. No torch here."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator, Field

from atrous.config.iterated import Idcnn
from atrous.config.recurrent import Bigru, Bilstm, Birnn, Gru, Layers, Lstm, Rnn
from atrous.config.section import Channels, Count, Dropped, Kernel, Section

Blocks = Annotated[Count, Field(le=30, description="blocks; the window doubles with each")]
Steps = Annotated[int, Field(ge=0, lt=2**31)]


def _as_many_as_dilations(strides: tuple[int, ...], info: Any) -> tuple[int, ...]:
    dilations = info.data.get("dilations", strides)
    if len(dilations) != len(strides):
        raise ValueError(
            f"should have {len(dilations)} numbers, as encode.dilations has: a level has one dilation and one stride"
        )
    return strides


def _divides_channels(heads: int, info: Any) -> int:
    # info is a pydantic ValidationInfo: a protocol, and the tests' run-time checks refuse those.
    channels = info.data.get("channels", heads)
    if channels % heads:
        raise ValueError(f"should divide encode.channels = {channels}")
    return heads


class Bag(Section):
    """The embedding as it is; it sees no order but that of neighbours."""

    name: Literal["bag"] = "bag"


class Ngram(Section):
    """One convolution of each width, side by side."""

    name: Literal["ngram"] = "ngram"
    channels: Annotated[Count, Field(description="maps of each width")] = 128
    kernels: Annotated[
        tuple[Count, ...], Field(min_length=1, max_length=1000, strict=False, description="widths, in tokens")
    ] = (
        3,
        4,
        5,
    )


class Tcn(Section):
    """Residual blocks of two dilated causal convolutions; nothing sees ahead."""

    name: Literal["tcn"] = "tcn"
    channels: Channels = 64
    depth: Blocks = 4
    kernel: Kernel = 3
    dropout: Dropped = 0.1


class Residual(Section):
    """The same blocks, centred: they see as far ahead as back."""

    name: Literal["residual"] = "residual"
    channels: Channels = 64
    depth: Blocks = 4
    kernel: Kernel = 3
    dropout: Dropped = 0.1


class Attention(Section):
    """A small Transformer: every step sees the whole text."""

    name: Literal["attention"] = "attention"
    channels: Channels = 64
    depth: Layers = 2
    heads: Annotated[Count, AfterValidator(_divides_channels), Field(description="heads; they divide channels")] = 2
    wide: Annotated[Count, Field(description="channels inside the feed-forward part")] = 256
    dropout: Dropped = 0.1


class Kmax(Section):
    """Wide convolutions and of every channel the largest values, in their order: DCNN."""

    name: Literal["kmax"] = "kmax"
    channels: Annotated[
        int, Field(ge=2, multiple_of=2, description="maps of each convolution; folding halves them")
    ] = 104
    kernels: Annotated[
        tuple[Count, ...],
        Field(min_length=1, max_length=1000, strict=False, description="widths, one for each layer, in steps"),
    ] = (7, 5)
    least: Annotated[Count, Field(description="values that are kept of each channel, at least")] = 4


class Highway(Section):
    """Dilated convolutions that learned gates let pass by."""

    name: Literal["highway"] = "highway"
    channels: Channels = 64
    depth: Blocks = 4
    kernel: Kernel = 3
    dropout: Dropped = 0.1


class Dense(Section):
    """Dense blocks: every layer reads all that was made before it."""

    name: Literal["dense"] = "dense"
    growth: Annotated[Count, Field(description="channels that each layer adds")] = 18
    depth: Annotated[Count, Field(le=30, description="layers of a block; the window doubles with each")] = 4
    blocks: Annotated[Count, Field(le=30, description="blocks; between two, the channels are halved")] = 2
    kernel: Kernel = 3
    bottleneck: Annotated[int, Field(ge=0, description="times growth: channels that a convolution reads; 0: all")] = 4
    dropout: Dropped = 0.1


class Conv(Section):
    """One convolution a level, with any dilations and strides: what `atrous field --cover N` plans."""

    name: Literal["conv"] = "conv"
    channels: Channels = 96
    kernel: Kernel = 3
    dilations: Annotated[
        tuple[Count, ...],
        Field(min_length=1, max_length=1000, strict=False, description="one of each level, in its steps"),
    ] = (
        1,
        2,
        4,
        8,
    )
    strides: Annotated[
        tuple[Count, ...],
        AfterValidator(_as_many_as_dilations),
        Field(strict=False, validate_default=True, description="one of each level; 2 keeps every second step"),
    ] = (
        1,
        1,
        1,
        1,
    )
    centred: Annotated[bool, Field(description="see as far ahead as back; else nothing ahead")] = False
    dropout: Dropped = 0.1


class Deep(Section):
    """Blocks of two convolutions; between two blocks the steps are halved: VDCNN."""

    name: Literal["deep"] = "deep"
    channels: Annotated[Count, Field(description="of the first block; they grow by half with every block")] = 28
    depth: Annotated[Count, Field(le=30, description="blocks; the steps are halved between two")] = 4
    kernel: Kernel = 3


class Tdnn(Section):
    """The time-delay network: sparse contexts, wider with every layer."""

    name: Literal["tdnn"] = "tdnn"
    channels: Channels = 104
    contexts: Annotated[
        tuple[Annotated[tuple[Steps, Steps], Field(strict=False)], ...],
        Field(
            min_length=1,
            max_length=1000,
            strict=False,
            description="steps back and ahead that each layer reads of the one below",
        ),
    ] = ((2, 2), (1, 2), (3, 3), (7, 2))


class Gated(Section):
    """Causal convolutions with gated linear units, not dilated."""

    name: Literal["gated"] = "gated"
    channels: Channels = 56
    depth: Annotated[Count, Field(le=1000, description="blocks")] = 4
    kernel: Kernel = 4
    dropout: Dropped = 0.1


class Wavenet(Section):
    """Causal dilated convolutions with gated tanh, a residual path and a skip path."""

    name: Literal["wavenet"] = "wavenet"
    channels: Annotated[Count, Field(description="of the residual path")] = 48
    skips: Annotated[Count, Field(description="channels of the skip path")] = 64
    depth: Blocks = 6
    kernel: Kernel = 2
    dropout: Dropped = 0.1


class Unet(Section):
    """Shortens the sequence, then restores it beside skips."""

    name: Literal["unet"] = "unet"
    channels: Annotated[Count, Field(description="of the first level; they double with each level below")] = 32
    depth: Annotated[Count, Field(le=30, description="levels below the first; each halves the steps")] = 2
    kernel: Kernel = 3
    upsample: Annotated[Literal["transpose", "repeat", "linear"], Field(description="how the steps are restored")] = (
        "transpose"
    )


class Multiscale(Section):
    """Several dilations side by side in every block."""

    name: Literal["multiscale"] = "multiscale"
    channels: Annotated[Count, Field(description="of each dilation, and of what joins them")] = 56
    depth: Annotated[Count, Field(le=1000, description="blocks")] = 2
    kernel: Kernel = 3
    dilations: Annotated[
        tuple[Count, ...], Field(min_length=1, max_length=1000, strict=False, description="side by side, in steps")
    ] = (
        1,
        2,
        4,
        8,
    )
    dropout: Dropped = 0.1


class Hybrid(Section):
    """Convolutions shorten the sequence, a recurrence reads what is left."""

    name: Literal["hybrid"] = "hybrid"
    channels: Channels = 80
    kernel: Kernel = 5
    halvings: Annotated[int, Field(ge=0, description="convolutions, each of which halves the steps")] = 2
    recurrence: Annotated[Literal["gru", "lstm"], Field(description="what reads the rest")] = "gru"


Encode: TypeAlias = (
    Attention
    | Bag
    | Bigru
    | Bilstm
    | Birnn
    | Conv
    | Deep
    | Dense
    | Gated
    | Gru
    | Highway
    | Hybrid
    | Idcnn
    | Kmax
    | Lstm
    | Multiscale
    | Ngram
    | Residual
    | Rnn
    | Tcn
    | Tdnn
    | Unet
    | Wavenet
)
ENCODE_SETTINGS: dict[str, type[Section]] = {
    "attention": Attention,
    "bag": Bag,
    "bigru": Bigru,
    "bilstm": Bilstm,
    "birnn": Birnn,
    "conv": Conv,
    "deep": Deep,
    "dense": Dense,
    "gated": Gated,
    "gru": Gru,
    "highway": Highway,
    "hybrid": Hybrid,
    "idcnn": Idcnn,
    "kmax": Kmax,
    "lstm": Lstm,
    "multiscale": Multiscale,
    "ngram": Ngram,
    "residual": Residual,
    "rnn": Rnn,
    "tcn": Tcn,
    "tdnn": Tdnn,
    "unet": Unet,
    "wavenet": Wavenet,
}
