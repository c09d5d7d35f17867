"""What a search may change of settings: everything in the space that nobody has set. No torch here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from atrous.config import PRESETS, Settings
from atrous.errors import ConfigError
from atrous.tuning.kinds import Among, Kind, Times, Whole
from atrous.tuning.space import EVERY, SPACE

Values = dict[str, Any]  # by the setting's key, such as "encode.depth"


def free(settings: Settings) -> dict[str, Kind]:
    """What is searched for these settings: what the space has of their encoder and nobody has set.

    >>> from atrous.config import load
    >>> list(free(load(None, ["encode.depth=6", "train.rate=0.01"], encode="tcn")))
    ['encode.channels', 'encode.kernel', 'encode.dropout', 'embed.dropout', 'predict.dropout']
    """
    encode, embed = settings.encode, settings.embed
    found: dict[str, Kind] = {}
    for key, kind in {**SPACE[encode.name], **EVERY}.items():
        section, _, field = key.partition(".")
        if section in settings.model_fields_set and field in getattr(settings, section).model_fields_set:
            continue
        if key in ("embed.channels", "embed.bigrams") and (embed.vectors is not None or embed.name == "values"):
            continue  # the file of vectors says how many, and a series has none
        if isinstance(kind, Times):
            kind = kind._replace(preset=PRESETS[encode.name].rate)
        if key == "encode.channels" and encode.name == "attention":
            kind = _divided(kind, encode.options["heads"])
        found[key] = kind
    return found


def _divided(kind: Kind, heads: int) -> Kind:
    """The widths that so many heads divide; the preset's own stays, which they divide or it was refused."""
    widths = range(kind.low, kind.high + 1, kind.step) if isinstance(kind, Whole) else ()
    return Among(tuple(width for width in widths if not width % heads)) if heads > 2 else kind


def start(settings: Settings) -> Values:
    """What the settings say of everything that is searched: presets, where they leave it open."""
    found = settings.resolved()
    return {key: getattr(getattr(found, section), field) for key, section, field in _parted(free(settings))}


def changed(settings: Settings, values: Mapping[str, Any]) -> Settings:
    """The settings with these values in them, checked as those of a file are.

    >>> from atrous.config import load
    >>> found = changed(load(encode="tcn"), {"encode.depth": 6, "train.rate": 0.004})
    >>> found.encode.depth, found.train.rate, found.encode.channels
    (6, 0.004, 64)
    """
    tree = settings.model_dump(exclude_unset=True)
    for key, section, field in _parted(values):
        tree[section] = {**tree.get(section, {}), field: values[key]}
    tree["encode"] = {"name": settings.encode.name, **tree.get("encode", {})}
    return Settings.model_validate(tree)


def check(settings: Sequence[Settings]) -> None:
    """Raise ConfigError where nothing is left to search."""
    if not any(map(free, settings)) and len(settings) == 1:
        name = settings[0].encode.name
        raise ConfigError(
            f"nothing is left to search: the settings fix {', '.join({**SPACE[name], **EVERY})}, which is all that is "
            f"searched of {name}; leave out the lines of what may change, or name several encoders with --encode"
        )


def spoken(values: Mapping[str, Any]) -> str:
    """Values in a few words.

    >>> spoken({"encode.channels": 64, "encode.kernels": (3, 4), "train.rate": 0.008, "embed.dropout": 0.1})
    'channels 64, kernels 3 4, rate 0.008, embed.dropout 0.1'
    """
    return ", ".join(f"{short(key)} {_plain(value)}" for key, value in values.items())


def short(key: str) -> str:
    """A setting's key without its section, where that is what everybody thinks of first.

    >>> short("encode.depth"), short("embed.dropout")
    ('depth', 'embed.dropout')
    """
    section, _, field = key.partition(".")
    return field if section in ("encode", "train") else key


def _plain(value: Any) -> str:
    if isinstance(value, tuple | list):
        return " ".join("-".join(map(str, one)) if isinstance(one, tuple | list) else str(one) for one in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _parted(keys: Iterable[str]) -> list[tuple[str, str, str]]:
    """Each key with its section and its field."""
    return [(key, key.partition(".")[0], key.partition(".")[2]) for key in keys]
