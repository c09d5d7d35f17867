"""The settings of a run that begins from a trained model instead of from chance. No torch here."""

from __future__ import annotations

from atrous.config.fields import Settings
from atrous.config.section import Section
from atrous.errors import ConfigError

_FREE = ("dropout", "word_dropout")  # they have no weights: a run may set its own


def taken_over(chosen: Settings, model: Settings, path: object) -> Settings:
    """The settings chosen for a run, with the model's own where they say what it is: embed, encode, attend, max_steps.

    model: the settings that a model folder keeps. path: what it is called, for the message.

    >>> from atrous.config import load
    >>> model = load(encode="ngram", attend="mean", data={"max_steps": 50}).resolved()
    >>> taken_over(load(train={"epochs": 3}), model, "runs/ngram").encode.name
    'ngram'
    >>> taken_over(load(encode="lstm"), model, "runs/ngram")
    Traceback (most recent call last):
    atrous.errors.ConfigError: --init runs/ngram: that model has encode.name = 'ngram', and the settings say 'lstm';
    leave encode.name out, or train without --init

    Raises ConfigError for a setting that was made and that the model has otherwise.
    """
    changes: dict[str, Section] = {}
    for section in ("embed", "encode", "attend"):
        wanted, has = getattr(chosen, section), getattr(model, section)
        made = _made(wanted) if section in chosen.model_fields_set else []
        for name in made:
            if name not in _FREE:
                _agree(path, f"{section}.{name}", getattr(wanted, name), getattr(has, name, None))
        changes[section] = has.model_copy(update={name: getattr(wanted, name) for name in _FREE if name in made})
    data, kept = chosen.data, model.data
    if data.max_steps is not None:
        _agree(path, "data.max_steps", data.max_steps, kept.max_steps)
    if data.beside is not None and kept.beside is None:
        raise ConfigError(
            f"--init {path}: that model reads one text a row, and the settings name a second one, data.beside = "
            f"{data.beside!r}; leave data.beside out, or train without --init"
        )
    changes["data"] = data.model_copy(update={"max_steps": kept.max_steps, "beside": data.beside or kept.beside})
    return chosen.model_copy(update=changes)


def _made(section: Section) -> list[str]:
    """The settings of a section that somebody made, its name first."""
    return [
        name
        for name in sorted(type(section).model_fields, key=lambda name: name != "name")
        if name in section.model_fields_set and getattr(section, name) is not None
    ]


def _agree(path: object, name: str, wanted: object, has: object) -> None:
    if wanted != has:
        raise ConfigError(
            f"--init {path}: that model has {name} = {'none' if has is None else repr(has)}, and the settings say "
            f"{wanted!r}; leave {name} out, or train without --init"
        )
