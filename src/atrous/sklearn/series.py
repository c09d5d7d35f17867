"""Series of numbers, one a row of a matrix, told apart by a model of atrous."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from atrous.data.series import written
from atrous.sklearn.classifier import Classifier, present


class SeriesClassifier(Classifier):
    """A model of atrous over series: a row of X, (rows, steps), is a series of that many numbers; NaN is a missing one.

    Parameters and attributes are those of `TextClassifier`, and `n_features_in_`, the steps of a row.

    >>> rising = [[n / 10, n / 10 + 1, n / 10 + 2] for n in range(20)]
    >>> falling = [[n / 10, n / 10 - 1, n / 10 - 2] for n in range(20)]
    >>> classifier = SeriesClassifier("ngram", epochs=20, batch=8, rate=0.02, validation_fraction=0)
    >>> classifier = classifier.fit(rising + falling, ["up"] * 20 + ["down"] * 20)
    >>> classifier.predict([[0.5, 1.5, 2.5], [1, 0, -1]]).tolist()
    ['up', 'down']
    """

    _reads = ("embed.name=values",)

    def fit(self, X: Any, y: Any) -> SeriesClassifier:  # noqa: N803
        """Learn from series, (rows, steps), and as many classes."""
        X, y = validate_data(self, X, present(self, y), dtype=np.float64, ensure_all_finite="allow-nan")  # noqa: N806
        check_classification_targets(y)
        self._learn([written([[value] for value in row]) for row in X.tolist()], y)
        return self

    def predict_proba(self, X: Any) -> NDArray[np.float64]:  # noqa: N803
        """How probable every class is, (rows, classes). Raises ValueError for rows of another length than in fit."""
        check_is_fitted(self)
        return self._predict_proba(validate_data(self, X, reset=False, dtype=np.float64, ensure_all_finite="allow-nan"))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags
