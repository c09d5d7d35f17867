"""How far a model sees and what it costs, layer by layer: of a trained model, or of settings before any training."""

from __future__ import annotations

import math
from collections.abc import Sequence
from os import PathLike
from pathlib import Path

from atrous.bundle.trained import Bundle
from atrous.contract import Layer
from atrous.draw import Field, field_rows, layer_name, layer_rows
from atrous.errors import ConfigError
from atrous.instruments.named import meant
from atrous.model import Model
from atrous.tasks import TASKS
from atrous.vectors import with_channels

# Of a model that no data has shaped yet: the ids of bytes, one feature, and the fewest labels.
SIZES, LABELS = {"ids": 258, "beside": 258, "characters": 258, "features": 1, "values": 1}, ("no", "yes")


Fielded = Bundle | Layer | str | PathLike[str]


def field(model: Fielded, *, steps: int = 100, set: Sequence[str] = ()) -> Field:
    """A row for every layer: effective kernel, the window up to it, parameters, floating-point operations.

    model: a Bundle, any Layer, a model folder, a settings file (TOML), or the name of an encoder. The last two are
        counted with 258 token ids and 2 labels, which only the embedding's and the last layer's numbers show. Of a
        Layer there is what it declares; one that is made of others shows those too.
    steps: tokens of the text whose operations are counted.
    set: settings that stand above those of the file or the encoder, such as "encode.depth=6".

    What it returns is a list, which a notebook shows as picture and table; `growth` says how the window grows.

    >>> for row in field("tcn", set=["encode.depth=2"]):
    ...     if row.depth == 0:
    ...         print(f"{row.part}: {row.window}")
    embed: its own step
    encode: 4 back
    encode: 12 back
    attend: all
    predict: all
    >>> from atrous.layers import LSTM, Conv, Stack
    >>> print(field(Stack(Conv(8, 8, kernel=3), LSTM(8, 8))).growth)
    has no end, from LSTM(8, 8) on; 3 before it

    Raises ConfigError if there is no such thing or the settings have mistakes, FolderError for a folder that cannot be
    loaded, and ValueError if steps is below 1.
    """
    if isinstance(model, Layer):
        rows = layer_rows(model, steps=steps)
        if set:
            raise ConfigError("--set: a layer is made already; name a settings file or an encoder")
        return Field(rows, title=layer_name(model), steps=steps, late=_late(model))
    made = _model(model, set)
    name = repr(model) if isinstance(model, Bundle) else Path(model).name
    return Field(field_rows(made, steps=steps), title=name, steps=steps, late=_late(made.encode))


def field_picture(model: Fielded, *, steps: int = 100, set: Sequence[str] = ()) -> str:
    """What `field` finds, as a picture: SVG that any browser shows. Arguments and errors are those of `field`.

    >>> print(field_picture("tcn").splitlines()[-1])
    </svg>
    """
    return field(model, steps=steps, set=set).picture


def _late(layer: Layer) -> int | None:
    """How many tokens after its own an answer is known while it streams; None if it does not."""
    return math.ceil(layer.delay * layer.window.stride) if layer.streams else None


def _model(given: Bundle | str | PathLike[str], overrides: Sequence[str]) -> Model:
    chosen = meant(given, overrides)
    if isinstance(chosen, Bundle):
        return chosen.model
    settings = with_channels(chosen)
    sizes = {name: SIZES[name] for name in settings.reads}
    model: Model = TASKS[settings.task].build(settings, sizes=sizes, labels=LABELS)
    return model
