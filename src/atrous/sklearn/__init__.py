"""Classifiers for scikit-learn: over texts, and over series of numbers. Needs the extra `sklearn`."""

from atrous.errors import MissingExtra

try:
    import sklearn.utils.validation  # noqa: F401
except ImportError as error:
    raise MissingExtra(
        'atrous.sklearn needs scikit-learn, which is not installed; install it with: pip install "atrous[sklearn]"'
    ) from error

from atrous.sklearn.series import SeriesClassifier
from atrous.sklearn.texts import TextClassifier

__all__ = ["SeriesClassifier", "TextClassifier"]
