import numpy as np
import pytest

from atrous.runtime.readable import answers


def test_probabilities_are_a_softmax_even_of_huge_logits():
    (answer,) = answers(np.array([[1e4, 1e4 - 1]], np.float32), ["a", "b"])
    assert answer.probabilities["a"] == pytest.approx(1 / (1 + np.exp(-1)), abs=1e-6)
    assert answer.label == "a"
    assert list(answer.to_json()) == ["label", "probability", "probabilities"]
