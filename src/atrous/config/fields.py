"""The fields of the settings: one class a section and one an encoder, and the presets. No torch here."""

from __future__ import annotations

from typing import Annotated, Any, Literal, NamedTuple, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def _is_text_encoding(name: str) -> str:
    try:
        "".encode(name)
    except LookupError:
        raise ValueError("should be an encoding that Python knows, such as utf-8, latin-1 or cp1252") from None
    return name


def _divides_channels(heads: int, info: Any) -> int:
    # info is a pydantic ValidationInfo: a protocol, and the tests' run-time checks refuse those.
    channels = info.data.get("channels", heads)
    if channels % heads:
        raise ValueError(f"should divide encode.channels = {channels}")
    return heads


def _suits_the_encoder(attend: Any, info: Any) -> Any:
    encode = info.data.get("encode")
    if attend.name == "last" and encode is not None and encode.name == "bilstm":
        raise ValueError(
            "should not be last after bilstm: there, the layer that reads backwards has read one token, and its memory "
            "would never learn; use max, mean or query"
        )
    return attend


Count = Annotated[int, Field(ge=1)]
Share = Annotated[float, Field(ge=0, lt=1)]
Encoding = Annotated[str, AfterValidator(_is_text_encoding)]
Channels = Annotated[Count, Field(description="numbers that every step carries")]
Blocks = Annotated[Count, Field(description="blocks; the window doubles with each")]
Layers = Annotated[Count, Field(description="layers, one reading the other")]
Kernel = Annotated[Count, Field(description="steps that one convolution reads")]
Dropped = Annotated[Share, Field(description="share dropped while training, 0 to 1")]


class Section(BaseModel):
    """One table of the settings; its fields say what they mean and in which unit."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    @property
    def options(self) -> dict[str, Any]:
        """Every field but the name: the keyword arguments of the part that the name calls."""
        return {field: getattr(self, field) for field in type(self).model_fields if field != "name"}


class Data(Section):
    """Which columns to read, and how the file is written."""

    text: Annotated[str | None, Field(description="column of the texts; unset: guessed and announced")] = None
    label: Annotated[str | None, Field(description="column of the labels; unset: guessed and announced")] = None
    group: Annotated[str | None, Field(description="column whose equal values stay together in any split")] = None
    encoding: Annotated[Encoding, Field(description="character encoding of the file")] = "utf-8"


class Embed(Section):
    """What a token is, and the vector it becomes."""

    name: Annotated[Literal["bytes", "characters", "words"], Field(description="what counts as a token")] = "characters"
    channels: Channels = 64
    lower: Annotated[bool, Field(description="true reads every text in lower case")] = False
    minimum_count: Annotated[Count, Field(description="rarer tokens become the unknown token")] = 2
    limit: Annotated[Count | None, Field(description="tokens kept, the most frequent; unset: all of them")] = None
    bigrams: Annotated[
        int | None, Field(ge=0, description="vectors that pairs of tokens share by hashing; 0 is none; unset: preset")
    ] = None
    dropout: Dropped = 0.0


class Bag(Section):
    """The embedding as it is; it sees no order but that of neighbours."""

    name: Literal["bag"] = "bag"


class Ngram(Section):
    """One convolution of each width, side by side."""

    name: Literal["ngram"] = "ngram"
    channels: Annotated[Count, Field(description="maps of each width")] = 128
    kernels: Annotated[tuple[Count, ...], Field(min_length=1, strict=False, description="widths, in tokens")] = (
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


class Lstm(Section):
    """LSTM layers from left to right."""

    name: Literal["lstm"] = "lstm"
    channels: Channels = 128
    depth: Layers = 1
    dropout: Dropped = 0.1


class Bilstm(Section):
    """LSTM layers in both directions."""

    name: Literal["bilstm"] = "bilstm"
    channels: Annotated[Count, Field(description="numbers that every step carries, in each direction")] = 80
    depth: Layers = 1
    dropout: Dropped = 0.1


class Attention(Section):
    """A small Transformer: every step sees the whole text."""

    name: Literal["attention"] = "attention"
    channels: Channels = 64
    depth: Layers = 2
    heads: Annotated[Count, AfterValidator(_divides_channels), Field(description="heads; they divide channels")] = 2
    wide: Annotated[Count, Field(description="channels inside the feed-forward part")] = 256
    dropout: Dropped = 0.1


class Attend(Section):
    """How the steps of a text become one vector."""

    name: Annotated[
        Literal["last", "mean", "sum", "max", "query"] | None, Field(description="pool over time; unset: preset")
    ] = None


class Predict(Section):
    """What stands between that vector and the answer."""

    dropout: Dropped = 0.0


class Train(Section):
    """How the model learns."""

    epochs: Annotated[Count, Field(description="passes over the training rows, at most")] = 10
    batch: Annotated[Count, Field(description="rows a step")] = 32
    rate: Annotated[float | None, Field(gt=0, description="highest learning rate; unset: preset")] = None
    warmup: Annotated[Share, Field(description="share of all steps in which the rate rises, 0 to 1")] = 0.1
    clip_norm: Annotated[float, Field(gt=0, description="largest norm of a step's gradient")] = 1.0
    weight_decay: Annotated[float, Field(ge=0, description="pull of the weights towards 0, as in AdamW")] = 0.01
    patience: Annotated[Count, Field(description="epochs without a better dev score before training stops")] = 3
    seed: Annotated[int, Field(ge=0, lt=2**32, description="the run's random numbers; same seed, same model")] = 0


class Preset(NamedTuple):
    """What an encoder is known to work with: highest learning rate, pool, hashed bigrams."""

    rate: float
    pool: Literal["last", "mean", "sum", "max", "query"]
    bigrams: int = 0


PRESETS: dict[str, Preset] = {  # rates chosen on dev of the `languages` data, a few epochs, batches of 32
    "attention": Preset(rate=3e-3, pool="max"),
    "bag": Preset(rate=2e-2, pool="mean", bigrams=20_000),
    "bilstm": Preset(rate=1e-2, pool="max"),
    "lstm": Preset(rate=1e-2, pool="last"),
    "ngram": Preset(rate=5e-3, pool="max"),
    "residual": Preset(rate=8e-3, pool="max"),
    "tcn": Preset(rate=8e-3, pool="max"),
}

Encode: TypeAlias = Attention | Bag | Bilstm | Lstm | Ngram | Residual | Tcn
ENCODE_SETTINGS: dict[str, type[Section]] = {
    "attention": Attention,
    "bag": Bag,
    "bilstm": Bilstm,
    "lstm": Lstm,
    "ngram": Ngram,
    "residual": Residual,
    "tcn": Tcn,
}


class Settings(Section):
    """Everything a run is told.

    >>> Settings(encode=Bag()).resolved().embed.bigrams
    20000
    """

    task: Annotated[Literal["classify"], Field(description="what the model answers")] = "classify"
    data: Data = Data()
    embed: Embed = Embed()
    encode: Annotated[Encode, Field(discriminator="name")] = Tcn()
    attend: Annotated[Attend, AfterValidator(_suits_the_encoder)] = Attend()
    predict: Predict = Predict()
    train: Train = Train()

    def resolved(self) -> Settings:
        """The settings with the encoder's preset wherever one stands in for None."""
        preset = PRESETS[self.encode.name]
        bigrams = preset.bigrams if self.embed.bigrams is None else self.embed.bigrams
        changes = {
            "embed": self.embed.model_copy(update={"bigrams": bigrams}),
            "attend": Attend(name=self.attend.name or preset.pool),
            "train": self.train.model_copy(update={"rate": self.train.rate or preset.rate}),
        }
        return self.model_copy(update=changes)
