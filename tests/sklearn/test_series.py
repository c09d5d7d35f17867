import numpy as np
import pytest
from sklearn.utils.estimator_checks import check_estimator

from atrous.sklearn import SeriesClassifier

RISING = [[n / 10, n / 10 + 1, n / 10 + 2] for n in range(20)]
SERIES = np.array(RISING + [row[::-1] for row in RISING])
CLASSES = ["up"] * 20 + ["down"] * 20
SMALL = {"encode.kernels": [2], "encode.channels": 8}

EXPECTED = {
    "check_methods_subset_invariance": "probabilities are float32, and differ by 2e-7 between batches; asked is 1e-7",
}


def small(**parameters):
    return SeriesClassifier(
        "ngram", **{"epochs": 20, "batch": 8, "rate": 0.02, "settings": SMALL, "validation_fraction": 0, **parameters}
    )


def test_the_order_of_the_steps_is_what_is_learnt():
    classifier = small().fit(SERIES, CLASSES)
    assert classifier.score(SERIES, CLASSES) == 1
    assert classifier.n_features_in_ == 3
    assert classifier.bundle_.predict([SERIES[0].tolist()])[0].label == "up"


def test_a_step_may_be_missing():
    gaps = SERIES.copy()
    gaps[::3, 1] = np.nan
    classifier = small().fit(gaps, CLASSES)
    assert classifier.score(gaps, CLASSES) > 0.9


def test_rows_of_another_length_are_refused():
    with pytest.raises(ValueError, match="X has 2 features, but SeriesClassifier is expecting 3"):
        small(epochs=1).fit(SERIES, CLASSES).predict(SERIES[:, :2])


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:X has feature names:UserWarning")
def test_scikit_learns_checks_hold():
    estimator = SeriesClassifier("ngram", epochs=8, rate=0.02, settings={"encode.kernels": [1, 2, 3]})
    found = check_estimator(estimator, expected_failed_checks=EXPECTED, on_fail=None, on_skip=None)
    failed = {one["check_name"]: one["exception"] for one in found if one["status"] == "failed"}
    skipped = {one["check_name"] for one in found if one["status"] == "skipped"}
    assert not failed
    assert skipped <= {"check_array_api_input"}  # unless SCIPY_ARRAY_API is set
    assert sum(one["status"] == "passed" for one in found) >= 50


def test_probabilities_do_not_depend_on_the_company():
    """What the check above asks to 1e-7, to the tolerance of float32."""
    classifier = small(epochs=1).fit(SERIES, CLASSES)
    alone = np.concatenate([classifier.predict_proba(row[None]) for row in SERIES])
    np.testing.assert_allclose(alone, classifier.predict_proba(SERIES), atol=1e-5)
