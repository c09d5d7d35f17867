"""What is asked: which windows, how many seeds, which difference matters; and the cheap model. No torch here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from atrous.config import Settings
from atrous.data.asked import Asked
from atrous.errors import ConfigError

MOST = 255  # tokens of the largest window where nothing is said
ROWS = 10_000  # learnt from where nothing is said
MARGIN = 0.005  # of the score: half a point
HELD = 0.95  # of the rows: what holds so many whole holds the data

# The cheap model where settings say nothing else; docs/decisions.md says what was tried.
_CHEAP: dict[str, dict[str, Any]] = {
    "embed": {"channels": 24},
    "encode": {"channels": 24, "dropout": 0.0},
    "train": {"rate": 0.016},
}
_OURS = ("kernel", "dilations", "strides")
_OF_TAGS = ("centred",)  # for a tag may depend on what stands after its token


@dataclass(frozen=True)
class Terms:
    """What every window gets alike.

    most: tokens of the largest window; None for what the rows ask for. seeds: runs of each window. margin: the
    difference of scores that is worth a larger window. rows: how many are learnt from, and at most as many chosen and
    judged by.

    Raises ConfigError for one that is out of range.
    """

    most: int | None = None
    seeds: int = 3
    margin: float = MARGIN
    rows: int = ROWS

    def __post_init__(self) -> None:
        for name in ("most", "seeds", "rows"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise ConfigError(f"--{name} {value}: expected 1 or more")
        if not 0 <= self.margin < 1:
            raise ConfigError(f"--margin {self.margin:g}: expected 0 to below 1, a difference of scores such as 0.005")


def grid(most: int) -> tuple[int, ...]:
    """The windows that are tried, in tokens: each holds the one before and twice as much.

    >>> grid(70)
    (1, 3, 7, 15, 31, 63)
    """
    return tuple(2**power - 1 for power in range(1, (most + 1).bit_length()))


def holding(steps: int) -> int:
    """The smallest window of the grid that holds so many tokens.

    >>> holding(1), holding(8), holding(64)
    (1, 15, 127)
    """
    return (1 << max(1, steps.bit_length())) - 1


def windows(terms: Terms, *, longest: int, usual: int) -> tuple[int, ...]:
    """The windows that are tried on rows of which the longest has so many tokens, and of which most have `usual`.

    >>> windows(Terms(), longest=100, usual=20)
    (1, 3, 7, 15, 31)

    Raises ConfigError if a larger one is asked for than the rows can fill.
    """
    if terms.most is None:
        return grid(min(MOST, holding(max(1, usual))))
    if terms.most > (whole := holding(max(1, longest))):
        raise ConfigError(
            f"--most {terms.most:,}: larger than the data, whose longest row has {longest:,} tokens; "
            f"a window of {whole:,} holds it whole: ask for that or less"
        )
    return grid(terms.most)


def cheap(asked: Asked) -> Settings:
    """The settings of the cheap model, but for its window: what was asked, and beneath it what is known to work.

    >>> settings = cheap(Asked("reviews.csv", set=["embed=words", "train.epochs=4"]))
    >>> settings.embed.name, settings.embed.channels, settings.train.epochs, settings.encode.name
    ('words', 24, 4, 'conv')

    Raises ConfigError for a mistake in the settings, and for an encoder or a setting that the window decides.
    """
    chosen = asked.chosen("conv")
    if chosen.encode.name != "conv":
        raise ConfigError(f"encode = {chosen.encode.name}: only conv sees the windows that are tried; leave it out")
    tagged = chosen.task == "tag"
    for name in (*_OURS, *_OF_TAGS * tagged):
        if name in chosen.encode.model_fields_set:
            raise ConfigError(f"encode.{name}: the windows that are tried decide it; leave it out, and set --most")
    known = {
        section: {
            name: value for name, value in fields.items() if name not in getattr(chosen, section).model_fields_set
        }
        for section, fields in _CHEAP.items()
    }
    if tagged:
        known["encode"]["centred"] = True
    if chosen.embed.vectors is not None:
        del known["embed"]["channels"]
    changed = {section: getattr(chosen, section).model_copy(update=fields) for section, fields in known.items()}
    return chosen.model_copy(update=changed)


def at(settings: Settings, window: int, seed: int) -> Settings:
    """The settings of one run: convolutions whose dilation doubles, as many as see the window, and no early stop.

    >>> settings = at(cheap(Asked("reviews.csv")), 15, seed=2)
    >>> settings.encode.dilations, settings.encode.kernel, settings.train.seed
    ((1, 2, 4), 3, 2)
    """
    levels = max(1, (window + 1).bit_length() - 2)
    shape = {
        "kernel": 3 if window > 1 else 1,
        "dilations": tuple(2**level for level in range(levels)),
        "strides": (1,) * levels,
    }
    train = settings.train.model_copy(update={"seed": seed, "patience": settings.train.epochs})
    return settings.model_copy(update={"encode": settings.encode.model_copy(update=shape), "train": train})
