import math

import pytest
import torch

from atrous.predict import Classes


def test_the_loss_is_the_mean_negative_log_probability_of_the_right_label():
    head = Classes(3, 4)
    logits, targets = torch.randn(5, 4), torch.tensor([0, 1, 2, 3, 0])
    right = head.probabilities(logits)[torch.arange(5), targets]
    assert math.isclose(head.loss(logits, targets).item(), -right.log().mean().item(), rel_tol=1e-5)


def test_probabilities_sum_to_one():
    assert torch.allclose(Classes(3, 4).probabilities(torch.randn(5, 4)).sum(1), torch.ones(5))


def test_one_label_is_no_choice():
    with pytest.raises(ValueError, match="at least two labels, got 1"):
        Classes(3, 1)


def test_counts_are_rows_that_are_right_and_rows():
    right, rows = Classes(3, 4).counts(torch.eye(4), torch.tensor([0, 1, 2, 0]))
    assert (right.item(), rows.item()) == (3, 4)
