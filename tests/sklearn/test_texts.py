import numpy as np
import pandas
import pytest
from sklearn.base import clone
from sklearn.compose import make_column_transformer
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils import check_array, get_tags
from sklearn.utils.estimator_checks import check_estimator
from sklearn.utils.validation import check_is_fitted, validate_data

from atrous.errors import ConfigError
from atrous.sklearn import TextClassifier

TEXTS = [f"a {'good' if number % 2 else 'bad'} film, seen {number} times" for number in range(40)]
CLASSES = np.array([number % 2 for number in range(40)])
SMALL = {"embed.name": "words", "embed.channels": 8, "embed.bigrams": 0}


def small(**parameters):
    return TextClassifier("bag", **{"epochs": 5, "batch": 8, "rate": 0.05, "settings": SMALL, **parameters})


@pytest.mark.parametrize(
    "X",
    [TEXTS, (*TEXTS,), np.array(TEXTS), np.array(TEXTS, object), pandas.Series(TEXTS), pandas.DataFrame({"a": TEXTS})],
    ids=["list", "tuple", "array", "objects", "series", "frame"],
)  # fmt: skip
def test_texts_come_in_any_column(X):  # noqa: N803
    classifier = small().fit(X, CLASSES)
    assert classifier.predict(X).tolist() == CLASSES.tolist()
    assert classifier.predict(iter(TEXTS)).tolist() == CLASSES.tolist()
    assert classifier.score(X, CLASSES) == 1


@pytest.mark.parametrize(
    "names",
    [[7, -3], [10, 9], [True, False], ["pos", "neg"], np.array(["pos", "neg"], object), np.array([1, 2], np.int8)],
    ids=str,
)
def test_classes_come_back_as_they_were(names):
    y = np.asarray(names)[CLASSES]
    classifier = small().fit(TEXTS, y)
    found = classifier.predict(TEXTS)
    assert (found.dtype, found.tolist()) == (y.dtype, y.tolist())
    assert classifier.classes_.tolist() == sorted(np.unique(y).tolist())
    probabilities = classifier.predict_proba(TEXTS[:3])
    np.testing.assert_allclose(probabilities.sum(1), 1, atol=1e-6)
    assert classifier.classes_[probabilities.argmax(1)].tolist() == y[:3].tolist()
    answers = classifier.bundle_.predict(TEXTS[:3])
    assert [answer.label for answer in answers] == [str(one) for one in y[:3].tolist()]
    np.testing.assert_allclose([list(answer.probabilities.values()) for answer in answers], probabilities, atol=1e-6)


@pytest.mark.parametrize(
    "X, error, words",
    [
        ("one text", ValueError, "got one str"),
        ([1.5, 2.5], TypeError, "row 0: expected a text, got float 1.5"),
        (["a", None], TypeError, "row 1: expected a text, got NoneType None; fill or drop the row"),
        (["a", b"b"], TypeError, "row 1: expected a text, got bytes"),
        (pandas.DataFrame({"a": ["x", "y"], "b": ["x", "y"]}), ValueError, r"got the shape \(2, 2\); give one column"),
        (3, TypeError, "got int"),
        (["a", "b", "c"], ValueError, "inconsistent numbers of samples"),
    ],
)
def test_what_is_no_column_of_texts_is_refused_in_words(X, error, words):  # noqa: N803
    with pytest.raises(error, match=words):
        small().fit(X, [0, 1])


@pytest.mark.parametrize(
    "y, words",
    [
        (None, "requires y to be passed, but the target y is None"),
        ([1, 1], "at least two classes, got one class: 1"),
        ([0.5, 1.25], "continuous"),
        ([0.0, np.nan], "NaN"),
        ([[0, 1], [1, 0]], "shape"),
    ],
)
def test_what_are_no_classes_is_refused_in_words(y, words):
    with pytest.raises(ValueError, match=words):
        small().fit(["a", "b"], y)


def test_nothing_is_answered_before_fit():
    for method in ("predict", "predict_proba"):
        with pytest.raises(NotFittedError):
            getattr(TextClassifier(), method)(["a text"])
    with pytest.raises(NotFittedError):
        TextClassifier().score(["a text"], [0])


def test_series_belong_to_the_other_classifier():
    with pytest.raises(ConfigError, match="SeriesClassifier reads numbers"):
        TextClassifier(settings=["embed.name=values"]).fit(["1 2", "3"], [0, 1])


def test_it_works_in_a_pipeline_a_search_and_a_cross_validation():
    lower = FunctionTransformer(lambda texts: [text.lower() for text in texts])
    pipeline = make_pipeline(lower, small())
    assert pipeline.fit([text.upper() for text in TEXTS], CLASSES).predict(["WHAT A GOOD FILM"]).tolist() == [1]
    np.testing.assert_array_equal(cross_val_score(small(), np.array(TEXTS), CLASSES, cv=2), [1, 1])
    grid = {"settings": [SMALL, {**SMALL, "embed.channels": 4}], "rate": [1e-6, 0.05]}
    search = GridSearchCV(small(), grid, cv=2).fit(TEXTS, CLASSES)
    assert search.best_params_["rate"] == 0.05
    assert search.predict(TEXTS).tolist() == CLASSES.tolist()


def test_a_column_transformer_can_hand_it_its_column():
    frame = pandas.DataFrame({"text": TEXTS, "number": range(40)})
    for column in ("text", ["text"]):
        pick = make_column_transformer(("passthrough", ["text"])) if column == ["text"] else None
        pipeline = make_pipeline(pick or FunctionTransformer(lambda frame: frame["text"]), small())
        assert pipeline.fit(frame, CLASSES).score(frame, CLASSES) == 1


def test_it_says_that_it_takes_a_column_of_strings():
    tags = get_tags(TextClassifier()).input_tags
    assert (tags.string, tags.one_d_array, tags.two_d_array) == (True, True, False)
    again = clone(small(random_state=3))
    assert again.get_params()["random_state"] == 3
    assert not hasattr(again, "bundle_")


class Spelled(TextClassifier):
    """Texts that spell the numbers which scikit-learn's checks give: all else is TextClassifier itself."""

    def fit(self, X, y):  # noqa: N803
        X, y = validate_data(self, X, y)  # noqa: N806
        return super().fit(spelled(X), y)

    def predict_proba(self, X):  # noqa: N803
        check_is_fitted(self)
        return super().predict_proba(spelled(validate_data(self, X, reset=False)))

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.one_d_array, tags.input_tags.two_d_array = False, True
        return tags


def spelled(X):  # noqa: N803
    return [" ".join(f"{place}is{round(value)}" for place, value in enumerate(row)) for row in check_array(X).tolist()]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:X has feature names:UserWarning")
def test_scikit_learns_checks_hold_of_texts_that_spell_their_numbers():
    estimator = Spelled("bag", epochs=8, batch=16, rate=0.05, settings={**SMALL, "embed.minimum_count": 1})
    found = check_estimator(estimator, on_fail=None, on_skip=None)
    failed = {one["check_name"]: one["exception"] for one in found if one["status"] == "failed"}
    skipped = {one["check_name"] for one in found if one["status"] == "skipped"}
    assert not failed
    assert skipped <= {"check_array_api_input"}  # unless SCIPY_ARRAY_API is set
    assert sum(one["status"] == "passed" for one in found) >= 50
