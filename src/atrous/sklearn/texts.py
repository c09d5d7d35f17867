"""Texts in a column of a table, told apart by a model of atrous."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_consistent_length, column_or_1d
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import assert_all_finite, check_is_fitted

from atrous.config import Settings
from atrous.errors import ConfigError
from atrous.sklearn.classifier import Classifier, present


class TextClassifier(Classifier):
    """A model of atrous as a classifier of scikit-learn: X is a column of texts, y their classes.

    encode: the encoder; None: what settings say, else tcn.
    settings: everything else: a table such as {"encode.channels": 64} or {"encode": {"channels": 64}}, the path of a
        TOML file, or a list of KEY=VALUE. The other parameters stand above it unless they are None.
    epochs, rate, batch: passes over the rows at most, highest learning rate, rows a step; None: 10, the encoder's, 32.
    validation_fraction: share of the rows of each class that the best epoch is chosen by and that are not learnt from;
        which, follows from the texts and the seed, and equal texts stay together. 0 chooses by what is learnt from.
    random_state: an int, a generator of numpy, or None: train.seed of the settings, which is 0. Same seed, same model.
    device: "auto", "cpu" or "cuda", to train on. verbose: show on standard error how it goes.

    After fit, `bundle_` is the `atrous.Bundle` (save, window, export) and `classes_` the classes as they stood in y.
    The generators of torch and numpy are left as they were. A pickle holds the files of the model folder.

    >>> films = ["a good film", "a bad film", "good", "bad", "so good", "so bad"] * 4
    >>> classifier = TextClassifier("bag", epochs=5, rate=0.05, validation_fraction=0)
    >>> classifier = classifier.fit(films, [1, 0, 1, 0, 1, 0] * 4)
    >>> classifier.predict(["what a good plot", "what a bad plot"]).tolist()
    [1, 0]

    fit raises ValueError and TypeError for rows and classes that are none, ConfigError for settings, NotFinite when
    the loss is no longer finite, and KeyboardInterrupt after a Ctrl-C.
    """

    def fit(self, X: Any, y: Any) -> TextClassifier:  # noqa: N803
        """Learn from texts: a list, an array, a Series, or a table of one column; and as many classes."""
        texts = _texts(X)
        y = _classes(self, y)
        check_consistent_length(texts, y)
        self._learn(texts, y)
        return self

    def predict_proba(self, X: Any) -> NDArray[np.float64]:  # noqa: N803
        """How probable every class is, (rows, classes), in the order of `classes_`.

        Raises ValueError and TypeError, naming the row, for what is no text, and NotFittedError before fit.
        """
        check_is_fitted(self)
        return self._predict_proba(_texts(X))

    def _settings(self) -> Settings:
        settings = super()._settings()
        if settings.embed.name == "values":
            raise ConfigError("embed.name: TextClassifier reads texts; SeriesClassifier reads numbers")
        return settings

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.one_d_array, tags.input_tags.two_d_array, tags.input_tags.string = True, False, True
        return tags


def _texts(X: Any) -> list[str]:  # noqa: N803
    """X as a list of texts. Raises ValueError and TypeError, naming the row, if it is none."""
    if isinstance(X, str | bytes | Mapping):
        raise ValueError(f"expected a column of texts, got one {type(X).__name__}; give a list, such as [text]")
    if getattr(X, "ndim", 1) == 2 and X.shape[1] == 1:
        X = np.asarray(X, object)[:, 0]  # noqa: N806
    elif getattr(X, "ndim", 1) != 1:
        shape = tuple(X.shape)
        raise ValueError(f"expected a column of texts, got the shape {shape}; give one column, such as X['text']")
    try:
        found = list(X)
    except TypeError:
        raise TypeError(f"expected a column of texts, got {type(X).__name__}; give a list, such as [text]") from None
    for row, text in enumerate(found):
        if not isinstance(text, str):
            raise TypeError(f"row {row}: expected a text, got {type(text).__name__} {text!r:.40}; fill or drop the row")
    return [str(text) for text in found]


def _classes(classifier: Classifier, y: Any) -> NDArray[Any]:
    """y as one class a row. Raises ValueError if it is not."""
    found: NDArray[Any] = column_or_1d(present(classifier, y), warn=True)
    assert_all_finite(found, input_name="y")
    check_classification_targets(found)
    return found
