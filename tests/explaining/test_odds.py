"""The log-odds are those of the probability."""

import pytest
import torch

from atrous.explaining.odds import log_odds
from atrous.predict import Classes, Labels


@pytest.mark.parametrize("head", [Classes(4, 2), Classes(4, 5), Labels(4, 5)], ids=["two", "five", "any"])
def test_they_are_those_of_the_probability(head):
    torch.manual_seed(0)
    logits = torch.randn(7, head.linear.out_features, dtype=torch.double)
    for label in range(logits.shape[1]):
        p = head.probabilities(logits)[:, label]
        torch.testing.assert_close(log_odds(head, logits, label), (p / (1 - p)).log())
