"""What the classifiers share: settings, the split, training, answers, and a pickle that lasts."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterable, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import check_random_state

from atrous.answering.predict import logits
from atrous.bundle import Bundle, load
from atrous.config import Settings
from atrous.config import load as settings_of
from atrous.data.batch import Examples
from atrous.data.corpus import Corpus
from atrous.data.rows import take
from atrous.data.split import held_out
from atrous.data.tables import Row
from atrous.data.targets import Targets
from atrous.errors import ConfigError
from atrous.training.callbacks import Watch
from atrous.training.fit import learn

_ONE_AT_A_TIME = threading.Lock()  # training draws from torch's generator, of which a process has one


class Classifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """What a classifier does once X is a list of rows; one of its own kind makes that of X."""

    _reads: ClassVar[Sequence[str]] = ()  # settings that X asks for

    # Whatever is given is stored as it is, and looked at by fit: so scikit-learn wants it.
    def __init__(
        self,
        encode: Any = None,
        *,
        settings: Any = None,
        epochs: Any = None,
        rate: Any = None,
        batch: Any = None,
        validation_fraction: Any = 0.1,
        random_state: Any = None,
        device: Any = "auto",
        verbose: Any = False,
    ) -> None:
        self.encode = encode
        self.settings = settings
        self.epochs = epochs
        self.rate = rate
        self.batch = batch
        self.validation_fraction = validation_fraction
        self.random_state = random_state
        self.device = device
        self.verbose = verbose

    def _learn(self, texts: Sequence[str], y: Any) -> None:
        classes, numbers = np.unique(y, return_inverse=True)
        name = type(self).__name__
        if len(classes) < 2:
            raise ValueError(f"{name} needs rows of at least two classes, got one class: {classes.tolist()[0]!r}")
        labels = tuple(str(one) for one in classes.tolist())
        settings = self._settings()
        named = zip(texts, numbers.tolist(), strict=True)
        rows = [Row(text, labels[number], "", place) for place, (text, number) in enumerate(named)]
        held = np.array(held_out(rows, self._share(), seed=settings.train.seed), bool)
        train, dev = take(rows, ~held), take(rows, held)
        dev = dev or train
        corpus = Corpus(train, dev, dev, Targets(labels), ())  # there is no test: scikit-learn keeps its own
        with _ONE_AT_A_TIME, tempfile.TemporaryDirectory(prefix="atrous-") as work:
            watch = Watch(settings.encode.name) if self.verbose else None
            bundle = learn(corpus, settings, work=Path(work), device=self.device, watch=watch)
        if bundle.scores["interrupted"]:
            raise KeyboardInterrupt  # Ctrl-C is for the whole search, not for this fit
        del bundle.scores["test"]
        bundle.scores["data"] |= {"test": 0, "files": {"data": f"what {name}.fit was given"}}
        self.bundle_, self.classes_ = bundle, classes

    def _predict_proba(self, rows: Iterable[Any]) -> NDArray[np.float64]:
        examples = Examples.of(self.bundle_.reader, rows)
        found = logits(self.bundle_.model, examples).double().softmax(-1).numpy()
        return found.reshape(len(examples), len(self.classes_))

    def predict(self, X: Any) -> NDArray[Any]:  # noqa: N803
        """The most probable class of every row, as it stood in y. Raises what `predict_proba` raises."""
        probabilities = self.predict_proba(X)
        found: NDArray[Any] = self.classes_[probabilities.argmax(1)]
        return found

    def _share(self) -> float:
        share = self.validation_fraction
        if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share < 1:
            raise ValueError(f"validation_fraction should be a number from 0 to below 1, got {share!r}")
        return float(share)

    def _settings(self) -> Settings:
        """What is to be learnt, and how: `settings`, and above them the parameters that are not None."""
        given, path, sections, overrides = self.settings, None, dict[str, Any](), list[str]()
        if isinstance(given, str | PathLike):
            path = Path(given)
        elif isinstance(given, Mapping):
            sections = _nested(given)
        elif isinstance(given, Sequence):
            overrides = [*given]
        elif given is not None:
            raise TypeError(
                f"settings should be a table such as {{'encode.channels': 64}}, the path of a TOML file or a list of "
                f"KEY=VALUE, got {type(given).__name__}"
            )
        seed = self.random_state
        if seed is not None and not isinstance(seed, int | np.integer):
            seed = check_random_state(seed).randint(2**31)
        wanted = {
            "encode": self.encode,
            "train.epochs": self.epochs,
            "train.rate": self.rate,
            "train.batch": self.batch,
            "train.seed": seed,
        }
        overrides += [*self._reads, *(f"{key}={value}" for key, value in wanted.items() if value is not None)]
        settings = settings_of(path, overrides, **sections)
        for key, found, expected in (
            ("task", settings.task, "classify"),
            ("predict.name", settings.predict.name, "classes"),
            ("data.soft", settings.data.soft, None),
            ("data.beside", settings.data.beside, None),
        ):
            if found != expected:
                raise ConfigError(
                    f"{key}: {type(self).__name__} learns one label of one row; use atrous.train for this"
                )
        return settings

    def __getstate__(self) -> dict[str, Any]:
        state = dict(super().__getstate__())
        if isinstance(bundle := state.get("bundle_"), Bundle):
            # The files of a model folder: they outlive the classes that a module's own pickle would name.
            with tempfile.TemporaryDirectory(prefix="atrous-") as work:
                bundle.save(Path(work) / "model")
                state["bundle_"] = {path.name: path.read_bytes() for path in sorted((Path(work) / "model").iterdir())}
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        if isinstance(files := state.get("bundle_"), dict):
            with tempfile.TemporaryDirectory(prefix="atrous-") as work:
                for name, content in files.items():
                    (Path(work) / Path(name).name).write_bytes(content)
                state = {**state, "bundle_": load(work)}
        super().__setstate__(state)


def present(classifier: Classifier, y: Any) -> Any:
    """y; raises ValueError if there is none."""
    if y is None:
        raise ValueError(f"{type(classifier).__name__} requires y to be passed, but the target y is None")
    return y


def _nested(given: Mapping[str, Any]) -> dict[str, Any]:
    """A table in which "encode.channels" is "channels" of "encode"."""
    found: dict[str, Any] = {}
    for key, value in given.items():
        section, dot, name = str(key).partition(".")
        old = found.get(section, {})
        if dot or isinstance(value, Mapping):
            addition = {name: value} if dot else dict(value)
            found[section] = {**({"name": old} if isinstance(old, str) else old), **addition}
        else:
            found[section] = {**old, "name": value} if old else value
    return found
