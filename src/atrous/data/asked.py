"""What a run is asked: which rows to read, by which columns, and the settings above those of a file. No torch here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from atrous.config import Settings, load
from atrous.data.corpus import Corpus, find_columns, other_columns, read_corpus
from atrous.data.given import Table, described, table
from atrous.data.tagged import corpus as tagged
from atrous.data.tagged.layout import has_cells, is_tagged, layout
from atrous.data.text import Source
from atrous.errors import ConfigError


@dataclass(frozen=True)
class Asked:
    """What `train`, `compare` and `tune` take alike.

    data, dev, test: a file, or rows as `atrous.train` takes them.
    settings: a TOML file. The columns, `max_steps` and `seed` stand above it, and `set` ("train.epochs=5") above all.

    >>> Asked([{"text": "good", "label": "pos"}], set=["train.epochs=3"]).chosen("ngram").train.epochs
    3

    Raises TypeError and DataError for data that is neither a path nor rows.
    """

    data: Source | Iterable[Any]
    dev: Source | Iterable[Any] | None = None
    test: Source | Iterable[Any] | None = None
    settings: Source | None = None
    text: str | None = None
    label: str | None = None
    group: str | None = None
    beside: str | None = None
    encoding: str | None = None
    max_steps: int | None = None
    seed: int | None = None
    set: Sequence[str] = ()
    task: str | None = None
    tokens: str | None = None
    tags: str | None = None

    def __post_init__(self) -> None:
        _ = self.tables

    @cached_property
    def tables(self) -> Mapping[str, Table]:
        """What was given as data, dev and test, by these names."""
        given = {"data": self.data, "dev": self.dev, "test": self.test}
        return {name: table(one, name) for name, one in given.items() if one is not None}

    @property
    def files(self) -> dict[str, str]:
        """What a model card calls them."""
        return {name: described(one) for name, one in self.tables.items()}

    def chosen(self, encode: str | None = None, *, set: Sequence[str] | None = None) -> Settings:
        """The settings, of this encoder if one is named; `set` in the place of the one that was asked.

        Raises ConfigError with every mistake in them.
        """
        columns = {
            name: getattr(self, name)
            for name in ("text", "label", "group", "beside", "encoding", "max_steps", "tokens", "tags")
        }
        path = None if self.settings is None else Path(self.settings)
        overrides = self.set if set is None else set
        tagged = is_tagged(self.tables["data"]) and (self.label is None or not has_cells(self.tables["data"]))
        assumed = {"task": "tag"} if tagged else {}
        settings = load(
            path, overrides, data=columns, encode=encode, train={"seed": self.seed}, task=self.task, assumed=assumed
        )
        self._check_columns(settings.task)
        return settings

    def _check_columns(self, task: str) -> None:
        """Raise ConfigError for the column of what rows of another task have."""
        if task == "tag" and not has_cells(self.tables["data"]):
            for name in ("text", "group"):
                if getattr(self, name) is not None:
                    raise ConfigError(
                        f"--{name} {getattr(self, name)}: {self.files['data']} has a token a line, and no column that "
                        "all tokens of a text share; leave it out"
                    )
        other = {"tag": ("label",), "classify": ("tokens", "tags")}[task]
        for name in other:
            if getattr(self, name) is not None:
                what = "tokens have tags: --tags names" if task == "tag" else "texts have labels: --label names"
                raise ConfigError(
                    f"--{name} {getattr(self, name)}: where task is {task}, as {self.files['data']} is read, {what} "
                    "their column; leave it out, or set task"
                )

    def look(self, settings: Settings) -> None:
        """Find out whether the columns of all files are there, in no time.

        Raises DataError and ConfigError as the readers do.
        """
        if settings.task == "tag":
            for one in self.tables.values():
                layout(one, settings)
            return
        features = 0 if settings.embed.name == "values" else None
        several = settings.predict.name == "labels"
        found, _ = find_columns(self.tables["data"], settings.data, several=several, features=features)
        for name in self.tables.keys() - {"data"}:
            other_columns(self.tables[name], settings.data, found)

    def corpus(self, settings: Settings, *, folder: Path | None = None, quiet: bool = True) -> Corpus:
        """All rows, read; see `read_corpus`."""
        if settings.task == "tag":
            return tagged.read_corpus(
                self.tables["data"],
                dev=self.tables.get("dev"),
                test=self.tables.get("test"),
                settings=settings,
                folder=folder,
                quiet=quiet,
            )
        return read_corpus(
            self.tables["data"],
            dev=self.tables.get("dev"),
            test=self.tables.get("test"),
            settings=settings.data,
            several=settings.predict.name == "labels",
            series=settings.embed.name == "values",
            folder=folder,
            quiet=quiet,
        )
