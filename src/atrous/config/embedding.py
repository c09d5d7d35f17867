"""The settings of what a model reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from atrous.config.section import Count, Dropped, Section, Share

BYTES = 256  # of which byte pairs know every one
CHANNELS = 64  # where neither settings nor a file of vectors say it

# info is a pydantic ValidationInfo: a protocol, and the tests' run-time checks refuse those.


def _only_for(*names: str) -> Callable[[Any, Any], Any]:
    """Refuses a value that says something (unlike None, 0 and false) where a token is something else."""

    def check(value: Any, info: Any) -> Any:
        name = info.data.get("name", names[0])
        if value and name not in names:
            raise ValueError(f"should not be set where embed.name is {name}: it is for {', '.join(names)}")
        return value

    return check


def _has_every_byte(limit: Any, info: Any) -> Any:
    if limit is not None and limit < BYTES and "bpe" in (info.data.get("name"), info.data.get("beside")):
        raise ValueError(f"should be {BYTES} or more for bpe, which has a token for every byte")
    return limit


def _needs_vectors(tuning: str, info: Any) -> str:
    if tuning != "tuned" and not info.data.get("vectors"):
        raise ValueError("should not be set without embed.vectors, which it is about")
    return tuning


def _needs_static_vectors(vocabulary: str, info: Any) -> str:
    if vocabulary == "vectors" and info.data.get("tuning") != "static":
        raise ValueError(
            "should not be vectors without embed.vectors and embed.tuning = static: what is tuned is learnt from the "
            "training rows, and they lack those words"
        )
    return vocabulary


def _not_with_vectors(bigrams: Any, info: Any) -> Any:
    if bigrams and info.data.get("vectors"):
        raise ValueError("should be 0 with embed.vectors: pairs have no vectors in the file")
    return bigrams


def _needs_letters(channels: int | None, info: Any) -> int | None:
    if channels is not None and not info.data.get("letters"):
        raise ValueError("should not be set without embed.letters, which it is about")
    return channels


_TEXT = ("bytes", "characters", "words", "bpe")


class Embed(Section):
    """What a token is, and the vector it becomes; `values` reads series of numbers instead of text."""

    name: Annotated[
        Literal["bytes", "characters", "words", "bpe", "values"],
        Field(description="what counts as a token; bpe merges bytes that often stand together"),
    ] = "characters"
    channels: Annotated[
        Count | None, Field(description="numbers that every step carries; unset: 64, or as many as the vectors have")
    ] = None
    lower: Annotated[bool, Field(description="true reads every text in lower case")] = False
    minimum_count: Annotated[Count, Field(description="rarer tokens become the unknown token")] = 2
    beside: Annotated[
        Literal["bytes", "characters", "words", "bpe"] | None,
        AfterValidator(_only_for(*_TEXT)),
        Field(description="tokens of a second channel: of the same text, or of data.beside; unset: none, or as name"),
    ] = None
    limit: Annotated[
        Count | None,
        AfterValidator(_has_every_byte),
        Field(description="tokens kept, the most frequent; unset: all of them, of bpe 8,000"),
    ] = None
    vectors: Annotated[
        str | None,
        AfterValidator(_only_for("words", "characters")),
        Field(description="file of pretrained vectors, word2vec's or GloVe's; unset: none"),
    ] = None
    tuning: Annotated[
        Literal["static", "tuned", "both"],
        AfterValidator(_needs_vectors),
        Field(description="whether the vectors stay as they are, learn, or both as two channels"),
    ] = "tuned"
    vocabulary: Annotated[
        Literal["rows", "vectors"],
        AfterValidator(_needs_static_vectors),
        Field(description="words that are known: those of the training rows, or those of the file of vectors, too"),
    ] = "rows"
    bigrams: Annotated[
        int | None,
        Field(ge=0, lt=2**31, description="vectors that pairs of tokens share by hashing; 0 is none; unset: preset"),
        AfterValidator(_only_for(*_TEXT)),
        AfterValidator(_not_with_vectors),
    ] = None
    letters: Annotated[
        int,
        Field(
            ge=0,
            le=1000,
            description="letters of each word that make a vector beside its own; 0 is none",
        ),
        AfterValidator(_only_for("words")),
    ] = 0
    letter_channels: Annotated[
        Count | None,
        AfterValidator(_needs_letters),
        Field(description="numbers of the vector that the letters make; unset: channels / 2"),
    ] = None
    shape: Annotated[
        bool,
        AfterValidator(_only_for("words")),
        Field(description="true gives each word a vector of its shape too: capitals, digits, signs"),
    ] = False
    affixes: Annotated[
        int,
        Field(ge=0, le=10, description="letters, at most, of beginnings and ends of words with a vector; 0 is none"),
        AfterValidator(_only_for("words")),
    ] = 0
    hashed: Annotated[
        int,
        Field(ge=0, lt=2**31, description="vectors that all words, also unknown ones, share by hashing; 0 is none"),
        AfterValidator(_only_for("words")),
    ] = 0
    word_dropout: Annotated[
        Share,
        Field(description="share of tokens that are unknown while training, 0 to 1"),
        AfterValidator(_only_for(*_TEXT)),
    ] = 0.0
    join: Annotated[
        Literal["add", "concatenate"], Field(description="how the vectors of several channels become one")
    ] = "add"
    positions: Annotated[bool, Field(description="true adds to every step a code of its place in the row")] = False
    dropout: Dropped = 0.0

    @property
    def featured(self) -> bool:
        """Whether features of the words are read beside their ids."""
        return self.shape or bool(self.affixes or self.hashed)

    def resolved(self, bigrams: int) -> Embed:
        """The section with what stands in for None; bigrams: the encoder's preset, for tokens without a file."""
        if self.name == "values":
            return self.model_copy(update={"bigrams": 0})
        # The channels of vectors are known when their file has been looked at.
        channels = self.channels or (None if self.vectors else CHANNELS)
        pairs = self.bigrams if self.bigrams is not None else 0 if self.vectors else bigrams
        return self.model_copy(update={"bigrams": pairs, "channels": channels})


def has_capitals(embed: Any, info: Any) -> Any:
    """Refuses shapes of texts that are read in lower case; a tagger looks at its tokens as they are."""
    if embed.shape and embed.lower and info.data.get("task") != "tag":
        raise ValueError(
            "should not have shape with lower, but where task is tag: a text in lower case has no capitals"
        )
    return embed
