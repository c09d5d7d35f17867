import numpy as np
import pytest

from atrous.runtime.probable import sigmoid, softmax


def test_huge_logits_have_finite_probabilities():
    assert sigmoid(np.array([[1e30, -1e30]], np.float32)).tolist() == [[1.0, 0.0]]
    assert softmax(np.array([[1e4, 1e4 - 1]], np.float32))[0, 0] == pytest.approx(1 / (1 + np.exp(-1)), abs=1e-6)


def test_probabilities_are_rounded_only_where_they_are_printed():
    logits = np.array([[0, 20]], np.float32)
    assert softmax(logits)[0, 0] == 0
    assert 0 < softmax(logits, digits=None)[0, 0] < 1e-8
