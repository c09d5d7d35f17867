import numpy as np
import pytest

from atrous.data.tables import Row
from atrous.data.targets import Targets, class_weights
from atrous.errors import ConfigError

compute = pytest.importorskip("sklearn.utils.class_weight")

SOFT = {"b": 0.75, "c": 0.25}


def row(label, soft=None):
    return Row("", label, "", 1, soft=soft)


@pytest.mark.parametrize(
    "known, rows, expected",
    [
        (Targets(("a", "b", "c")), [row("b"), row("a")], [1, 0]),
        (Targets(("a", "b", "c"), several=True), [row("a|c"), row("")], [[1, 0, 1], [0, 0, 0]]),
        (Targets(("a", "b", "c"), several=True, separator=", "), [row("c, b")], [[0, 1, 1]]),
        (Targets(("a", "b", "c"), soft=True), [row("b", SOFT), row("c")], [[0, 0.75, 0.25], [0, 0, 1]]),
        (Targets(("a", "b", "c"), soft=True).judged, [row("b", SOFT)], [1]),
        (Targets(("a", "b", "c"), several=True, soft=True), [row("b", SOFT)], [[0, 0.75, 0.25]]),
        (Targets(("a", "b", "c"), several=True, soft=True).judged, [row("b", SOFT)], [[0, 1, 0]]),
    ],
)
def test_rows_become_numbers_or_vectors(known, rows, expected):
    found = known.array(rows)
    assert found.tolist() == expected
    assert found.dtype == (np.int64 if isinstance(expected[0], int) else np.float32)
    assert known.zeros(2).shape == (2, *found.shape[1:])


def test_balanced_weights_are_scikit_learns():
    targets = np.array([0, 0, 0, 1, 2, 2])
    expected = compute.compute_class_weight("balanced", classes=np.arange(3), y=targets)
    known = Targets(("a", "b", "c"))
    np.testing.assert_allclose(class_weights("balanced", targets, known), expected, rtol=1e-6)
    sure = np.eye(3, dtype=np.float32)[targets]
    np.testing.assert_allclose(class_weights("balanced", sure, known), expected, rtol=1e-6)


def test_balanced_weights_of_several_labels_are_rows_without_over_rows_with():
    targets = np.array([[1, 0, 0], [1, 1, 0], [1, 0, 0], [0, 0, 0]], np.float32)
    assert class_weights("balanced", targets, Targets(("a", "b", "c"), several=True)).tolist() == pytest.approx(
        [1 / 3, 3, 1]
    )


def test_weights_that_are_given_leave_the_others_at_one():
    known = Targets(("neg", "pos"))
    assert class_weights({"pos": 2.5}, known.zeros(3), known).tolist() == [1, 2.5]
    with pytest.raises(ConfigError, match=r"train.class_weights: no label 'pis' \(did you mean 'pos'\?\); the labels"):
        class_weights({"pis": 2.5}, known.zeros(3), known)
