"""How far a model sees and what it costs, layer by layer: of a trained model, or of settings before any training."""

from __future__ import annotations

import math
from collections.abc import Sequence
from os import PathLike
from pathlib import Path

from atrous.bundle.trained import Bundle
from atrous.draw import FieldRow, field_rows, picture
from atrous.instruments.named import meant
from atrous.model import Model
from atrous.tasks import TASKS
from atrous.vectors import with_channels

# Of a model that no data has shaped yet: the ids of bytes, one feature, and the fewest labels.
SIZES, LABELS = {"ids": 258, "beside": 258, "characters": 258, "values": 1}, 2


def field(model: Bundle | str | PathLike[str], *, steps: int = 100, set: Sequence[str] = ()) -> list[FieldRow]:
    """A row for every layer: effective kernel, the window up to it, parameters, floating-point operations.

    model: a Bundle, a model folder, a settings file (TOML), or the name of an encoder. The last two are counted with
        258 token ids and 2 labels, which only the embedding's and the last layer's numbers show.
    steps: tokens of the text whose operations are counted.
    set: settings that stand above those of the file or the encoder, such as "encode.depth=6".

    >>> for row in field("tcn", set=["encode.depth=2"]):
    ...     if row.depth == 0:
    ...         print(f"{row.part}: {row.window}")
    embed: its own step
    encode: 4 back
    encode: 12 back
    attend: all
    predict: all

    Raises ConfigError if there is no such thing or the settings have mistakes, FolderError for a folder that cannot be
    loaded, and ValueError if steps is below 1.
    """
    return survey(model, steps=steps, set=set)[0]


def field_picture(model: Bundle | str | PathLike[str], *, steps: int = 100, set: Sequence[str] = ()) -> str:
    """What `field` finds, as a picture: SVG that any browser shows. Arguments and errors are those of `field`.

    >>> print(field_picture("tcn").splitlines()[-1])
    </svg>
    """
    return survey(model, steps=steps, set=set)[1]


def survey(
    model: Bundle | str | PathLike[str], *, steps: int = 100, set: Sequence[str] = ()
) -> tuple[list[FieldRow], str]:
    """What `field` and `field_picture` give, of a model that is made or loaded once."""
    made = _model(model, set)
    rows = field_rows(made, steps=steps)
    late = math.ceil(made.delay * made.encode.window.stride) if made.streams else None
    name = repr(model) if isinstance(model, Bundle) else Path(model).name
    return rows, picture(rows, title=name, steps=steps, late=late)


def _model(given: Bundle | str | PathLike[str], overrides: Sequence[str]) -> Model:
    chosen = meant(given, overrides)
    if isinstance(chosen, Bundle):
        return chosen.model
    settings = with_channels(chosen)
    sizes = {name: SIZES[name] for name in settings.reads}
    model: Model = TASKS[settings.task].build(settings, sizes=sizes, labels=LABELS)
    return model
