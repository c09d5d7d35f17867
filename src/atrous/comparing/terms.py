"""What a race is asked: which encoders, and what all of them get alike. No torch here."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from atrous.config import ENCODE_SETTINGS, Settings, load
from atrous.data.asked import Asked
from atrous.errors import ConfigError

DEFAULT = ("bag", "ngram", "tcn", "bilstm", "attention")
TAGGERS = ("bag", "tcn", "idcnn", "bilstm", "attention")  # where every token has a tag
HEADS = ("tags", "crf")  # that a tagger of a race can be named with, after a plus
BUDGET, LEAST = 100_000, 50_000  # parameters of an encoder: where nothing is said, and the fewest that are raced
MOST_RATES = 7  # the outermost are 27 times away from the preset


@dataclass(frozen=True)
class Terms:
    """What every model of a race gets alike, besides rows, tokens, embeddings and settings.

    budget: parameters of the encoder. rates: how many learning rates are tried, 1 for the preset alone.
    seeds: runs of each model. minutes: what the race should take at most; None for as long as it takes.

    Raises ConfigError for one that is out of range.
    """

    budget: int = BUDGET
    rates: int = 3
    seeds: int = 3
    minutes: float | None = None

    def __post_init__(self) -> None:
        if self.seeds < 1:
            raise ConfigError(f"--seeds {self.seeds}: expected 1 or more")
        if not 1 <= self.rates <= MOST_RATES:
            raise ConfigError(f"--rates {self.rates}: expected 1 to {MOST_RATES}; 1 takes each encoder's preset")
        if self.budget < LEAST:
            raise ConfigError(
                f"--budget {self.budget}: expected {LEAST:,} or more parameters; below, "
                "widths are too coarse to give every encoder as many"
            )
        if self.minutes is not None and not 0 < self.minutes < math.inf:
            raise ConfigError(f"--minutes {self.minutes:g}: expected a number above 0")


def rates_around(preset: float, count: int) -> tuple[float, ...]:
    """The learning rates that are tried, the preset first, then its neighbours by factors of 3, the lower one first.

    >>> rates_around(0.009, 3), rates_around(0.009, 2), rates_around(0.009, 1)
    ((0.009, 0.003, 0.027), (0.009, 0.003), (0.009,))
    """
    powers = sorted(range(-(count // 2), count - count // 2), key=lambda power: (abs(power), power))
    return tuple(float(f"{preset * 3.0**power:.3g}") for power in powers)


def names(encode: str | Iterable[str]) -> list[str]:
    """The encoders' names, as a sequence or with commas between. Raises ConfigError for one unknown or named twice.

    A tagger may be named with what answers behind its encoder, so that one encoder can be there twice.

    >>> names("bag, tcn"), names("bilstm,bilstm+crf")
    (['bag', 'tcn'], ['bilstm', 'bilstm+crf'])
    """
    found = [name.strip() for name in encode.split(",")] if isinstance(encode, str) else list(encode)
    for name in found:
        encoder, plus, head = name.partition("+")
        if plus and head not in HEADS:
            raise ConfigError(f"--encode {name}: after a plus expected {' or '.join(HEADS)}, such as bilstm+crf")
        if encoder not in ENCODE_SETTINGS:
            load(encode=encoder)  # which says what there is and what may have been meant
    if len({*found}) < len(found) or not found:
        raise ConfigError(f"--encode {','.join(found)}: name each encoder once, with commas between")
    return found


def name_of(settings: Settings) -> str:
    """What a model is called in a race: its encoder, and the CRF behind it if it has one.

    >>> name_of(load(encode="bilstm")), name_of(load(encode="bilstm", task="tag", predict="crf"))
    ('bilstm', 'bilstm+crf')
    """
    return f"{settings.encode.name}{'+crf' * (settings.predict.name == 'crf')}"


def entrants(asked: Asked, encode: str | Iterable[str] | None = None) -> list[Settings]:
    """The settings of each encoder of the race: those asked, each with the overrides that concern it.

    encode: without, five that suit the task.

    >>> [one.encode.name for one in entrants(Asked("reviews.csv"), "bag,tcn")]
    ['bag', 'tcn']

    Raises ConfigError for a mistake in the settings, and what `names` raises.
    """
    chosen = names(default(asked) if encode is None else encode)
    encoders = [name.partition("+")[0] for name in chosen]
    found = []
    for name, overrides in zip(chosen, _shared(asked.set, encoders), strict=True):
        encoder, plus, head = name.partition("+")
        found.append(asked.chosen(encoder, set=[*overrides, *[f"predict.name={head}"] * bool(plus)]))
    called = [name_of(one) for one in found]
    if twice := {name for name in called if called.count(name) > 1}:
        raise ConfigError(f"--encode {','.join(chosen)}: {min(twice)} is there twice; name each model once")
    return found


def default(asked: Asked) -> tuple[str, ...]:
    """The encoders that are raced where nobody names some."""
    return TAGGERS if asked.chosen(set=[one for one in asked.set if one.startswith("task")]).task == "tag" else DEFAULT


def _shared(overrides: Sequence[str], chosen: Sequence[str]) -> list[list[str]]:
    """For each encoder the overrides that concern it: one of a field that some other encoder has is not for it."""

    def concerns(override: str, name: str) -> bool:
        section, _, field = override.partition("=")[0].strip().partition(".")
        if section != "encode":
            return True
        owners = [other for other in chosen if field in ENCODE_SETTINGS[other].model_fields]
        # Nobody's field is a slip of the pen: told to whoever has one of like name, it is refused with a suggestion.
        owners = owners or [other for other in chosen if get_close_matches(field, ENCODE_SETTINGS[other].model_fields)]
        return name in owners or not owners

    return [[override for override in overrides if concerns(override, name)] for name in chosen]
