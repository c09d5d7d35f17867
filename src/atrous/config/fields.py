"""The fields of the settings, one class a section. Those of the encoders are in encoders.py. No torch here."""

from __future__ import annotations

from math import inf
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from atrous.config.embedding import Embed, has_capitals
from atrous.config.encoders import Encode, Tcn
from atrous.config.iterated import applies_again, has_applications
from atrous.config.presets import POOL_OPTIONS, PRESETS, PoolName
from atrous.config.section import Count, Dropped, Section, Share
from atrous.config.tasks import STEPS, TASK_HEADS, answers_the_task, counts_in, reads_steps


def _is_text_encoding(name: str) -> str:
    try:
        "".encode(name)
    except LookupError:
        raise ValueError("should be an encoding that Python knows, such as utf-8, latin-1 or cp1252") from None
    return name


def _is_soft(value: Any) -> Any:
    if isinstance(value, str) and value.strip("* ") and value.count("*") < 2:
        return value
    columns = list(value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ())
    if all(isinstance(one, str) and one for one in columns) and len(set(columns)) == len(columns) > 1:
        return value if isinstance(value, dict) else tuple(columns)
    raise ValueError(
        'should be one column of tables label -> probability, such as "probabilities"; a pattern of columns, such as '
        '"p_*"; a list of columns named as the labels; or a table label = column, such as {neg = "p0", pos = "p1"}'
    )


def _is_class_weights(value: Any) -> Any:
    if value == "balanced":
        return value
    weights = list(value.values()) if isinstance(value, dict) else []
    numbers = [one for one in weights if isinstance(one, int | float) and not isinstance(one, bool) and 0 < one < inf]
    if weights and len(numbers) == len(weights):
        return {label: float(one) for label, one in value.items()}
    raise ValueError('should be "balanced" or a table label = weight, such as {neg = 1.0, pos = 2.5}, each above 0')


def _has_texts(embed: Any, info: Any) -> Any:
    # info is a pydantic ValidationInfo: a protocol, and the tests' run-time checks refuse those.
    data = info.data.get("data")
    if embed.name == "values" and data is not None and data.beside is not None:
        raise ValueError("should read texts where data.beside names a second one; leave data.beside out")
    return embed


def _suits_the_encoder(attend: Any, info: Any) -> Any:
    encode = info.data.get("encode")
    if info.data.get("task") == "tag" and attend.name is not None:
        raise ValueError("should not be set where task is tag: every step is kept, and has a tag of its own")
    if encode is None:
        return attend
    if attend.name == "last" and encode.name in ("bigru", "bilstm", "birnn"):
        raise ValueError(
            f"should not be last after {encode.name}: there, the layer that reads backwards has read one token, and "
            "its memory would never learn; use max, mean or query"
        )
    name = attend.name or PRESETS[encode.name].pool
    for option in attend.options.keys() - POOL_OPTIONS.get(name, {}).keys():
        owner = next(pool for pool, options in POOL_OPTIONS.items() if option in options)
        raise ValueError(f"should not have {option}: it is a setting of the pool {owner}, and this is {name}")
    return attend


def _suits_the_head(train: Any, info: Any) -> Any:
    predict = info.data.get("predict")
    for name in ("class_weights", "label_smoothing"):
        if predict is not None and predict.name == "crf" and getattr(train, name):
            raise ValueError(
                f"should not have {name} where predict.name is crf: its loss is that of a whole row of tags, not of "
                f"one tag; leave {name} out, or let predict.name be tags"
            )
    return train


# A column by its name, or by its number from 1.
Column = Annotated[str, BeforeValidator(lambda value: str(value) if type(value) is int else value)]
Encoding = Annotated[str, AfterValidator(_is_text_encoding)]
Soft = Annotated[str | tuple[str, ...] | dict[str, str], BeforeValidator(_is_soft)]
ClassWeights = Annotated[Literal["balanced"] | dict[str, float], BeforeValidator(_is_class_weights)]


class Data(Section):
    """Which columns to read, and how the file is written."""

    text: Annotated[str | None, Field(description="column of the texts; unset: guessed and announced")] = None
    label: Annotated[str | None, Field(description="column of the labels; unset: guessed and announced")] = None
    beside: Annotated[
        str | None, Field(description="column of a second text, read beside the first, a translation say; unset: none")
    ] = None
    group: Annotated[str | None, Field(description="column whose equal values stay together in any split")] = None
    separator: Annotated[
        str, Field(min_length=1, description="what stands between the labels of a text, where it can have several")
    ] = "|"
    soft: Annotated[Soft | None, Field(description="column or columns of probabilities to learn from; unset: none")] = (
        None
    )
    encoding: Annotated[Encoding, Field(description="character encoding of the file")] = "utf-8"
    tokens: Annotated[
        Column | None, Field(description="tag: column of the tokens, a name or a number from 1; unset: guessed")
    ] = None
    tags: Annotated[
        Column | None, Field(description="tag: column of the tags, a name or a number from 1; unset: guessed")
    ] = None
    spans: Annotated[
        str | None, Field(description="tag: column of the spans of characters, beside a text; unset: guessed")
    ] = None
    scheme: Annotated[
        Literal["iob1", "iob2", "bilou", "plain"] | None,
        Field(description="tag: how the file's tags are written; plain are no spans; unset: guessed and announced"),
    ] = None
    repair: Annotated[bool, Field(description="tag: true lets an I- without its B- begin a span")] = False
    context: Annotated[
        Literal["sentence", "document"], Field(description="tag: what a row is, and how far a model can see")
    ] = "sentence"
    max_steps: Annotated[
        Count | None, Field(description="tokens read of a row at most, by the trained model too; unset: all of them")
    ] = None


class Attend(Section):
    """How the steps of a text become one vector."""

    name: Annotated[PoolName | None, Field(description="pool over time; unset: preset")] = None
    k: Annotated[Count | None, Field(description="kmax: values kept of each channel; unset: 4")] = None
    depth: Annotated[Count | None, Field(le=1000, description="unpadded: convolutions; unset: 4")] = None
    kernel: Annotated[int | None, Field(ge=2, lt=2**31, description="unpadded: steps that each reads; unset: 3")] = None

    @property
    def options(self) -> dict[str, Any]:
        """What the pool is told besides the channels: the fields that are set."""
        return {name: value for name, value in super().options.items() if value is not None}


class Predict(Section):
    """What stands between that vector and the answer: one label a text, or any number of them, or a tag a token."""

    name: Annotated[
        Literal["classes", "labels", "tags", "crf"],
        Field(
            description="one label a text, or any number; a tag a token, each by itself, or the best sequence of them"
        ),
    ] = "classes"
    dropout: Dropped = 0.0
    scheme: Annotated[
        Literal["iob2", "bilou", "plain"] | None,
        Field(description="tags, crf: how spans are taught; unset: bilou where the data have spans, else plain"),
    ] = None
    threshold: Annotated[float, Field(gt=0, lt=1, description="labels: those at least so probable are given")] = 0.5

    @property
    def score(self) -> str:
        """What its models are judged by; a test holds it to be what the head says.

        >>> Predict(name="crf", scheme="plain").score, Predict(name="crf", scheme="iob2").score
        ('accuracy', 'span_f1')
        """
        if self.name in TASK_HEADS["tag"]:
            return "accuracy" if self.scheme == "plain" else "span_f1"
        return "micro_f1" if self.name == "labels" else "accuracy"


class Train(Section):
    """How the model learns."""

    epochs: Annotated[Count, Field(description="passes over the training rows, at most")] = 10
    batch: Annotated[Count, Field(description="rows a step")] = 32
    rate: Annotated[float | None, Field(gt=0, description="highest learning rate; unset: preset")] = None
    warmup: Annotated[Share, Field(description="share of all steps in which the rate rises, 0 to 1")] = 0.1
    clip_norm: Annotated[float, Field(gt=0, description="largest norm of a step's gradient")] = 1.0
    weight_decay: Annotated[float, Field(ge=0, description="pull of the weights towards 0, as in AdamW")] = 0.01
    class_weights: Annotated[
        ClassWeights | None,
        Field(description="weight of each label in the loss; unset: 1; else a table label = weight, or"),
    ] = None
    label_smoothing: Annotated[Share, Field(description="share of each target spread over all labels, 0 to 1")] = 0.0
    losses: Annotated[
        Literal["last", "each"] | None,
        Field(description="where the loss is taken; each is after every time idcnn applies its block; unset: preset"),
    ] = None
    dropout_penalty: Annotated[
        float, Field(ge=0, description="weight of the squared distance that dropout makes at the encoder's steps")
    ] = 0.0
    patience: Annotated[Count, Field(description="epochs without a better dev score before training stops")] = 3
    seed: Annotated[int, Field(ge=0, lt=2**32, description="the run's random numbers; same seed, same model")] = 0


class Settings(Section):
    """Everything a run is told.

    >>> from atrous.config.encoders import Bag
    >>> Settings(encode=Bag()).resolved().embed.bigrams
    20000
    """

    task: Annotated[
        Literal["classify", "tag"],
        Field(description="what the model answers: labels of texts, or a tag of every token"),
    ] = "classify"
    data: Annotated[Data, AfterValidator(counts_in("data"))] = Data()
    embed: Annotated[Embed, AfterValidator(_has_texts), AfterValidator(reads_steps), AfterValidator(has_capitals)] = (
        Embed()
    )
    encode: Annotated[Encode, Field(discriminator="name")] = Tcn()
    attend: Annotated[Attend, AfterValidator(_suits_the_encoder)] = Attend()
    predict: Annotated[
        Predict,
        AfterValidator(answers_the_task),
        AfterValidator(counts_in("predict")),
        Field(validate_default=True),
    ] = Predict()
    train: Annotated[Train, AfterValidator(_suits_the_head), AfterValidator(has_applications)] = Train()

    @model_validator(mode="wrap")
    @classmethod
    def _tags_words(cls, given: Any, made: Any) -> Any:
        """A tagger reads words where nobody says what it reads; that nobody did stays known."""
        embed = given.get("embed", {}) if isinstance(given, dict) and given.get("task") == "tag" else None
        if not isinstance(embed, dict) or "name" in embed:
            return made(given)
        settings = made({**given, "embed": {"name": STEPS[0], **embed}})
        settings.embed.model_fields_set.discard("name")
        return settings

    def resolved(self) -> Settings:
        """The settings with the encoder's preset wherever one stands in for None."""
        preset = PRESETS[self.encode.name]
        pool = self.attend.name or preset.pool
        losses = self.train.losses or ("each" if applies_again(self.encode) else None)
        pooled = Attend(name=pool, **{**POOL_OPTIONS.get(pool, {}), **self.attend.options})
        changes = {
            "embed": self.embed.resolved(preset.bigrams),
            "attend": self.attend if self.task == "tag" else pooled,
            "train": self.train.model_copy(update={"rate": self.train.rate or preset.rate, "losses": losses}),
        }
        return self.model_copy(update=changes)

    @property
    def written_scheme(self) -> str:
        """How a tagger's answers write spans where none is asked: as its own data do, else IOB2; plain without spans.

        >>> Settings(task="tag", predict=Predict(name="tags", scheme="bilou")).written_scheme
        'iob2'
        """
        if self.predict.scheme in (None, "plain"):
            return "plain"
        return "iob2" if self.data.scheme in (None, "plain") else self.data.scheme

    @property
    def reads(self) -> tuple[str, ...]:
        """What a model reads of a row: the fields of its batches.

        >>> Settings(embed=Embed(name="words", letters=9)).reads
        ('ids', 'characters')
        """
        if self.embed.name == "values":
            return ("values",)
        beside = self.embed.beside is not None or self.data.beside is not None
        more = {"beside": beside, "characters": self.embed.letters, "features": self.embed.featured}
        return ("ids", *(name for name, read in more.items() if read))
