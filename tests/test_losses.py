import numpy as np
import pytest
import torch
from torch import nn

from atrous.losses import binary_cross_entropy, cross_entropy


def log_softmax(logits):
    return logits - np.log(np.exp(logits).sum(1, keepdims=True))


def test_cross_entropy_is_torch_s_own():
    logits, targets = torch.randn(5, 3), torch.tensor([0, 2, 1, 1, 0])
    assert torch.equal(cross_entropy(logits, targets), nn.CrossEntropyLoss()(logits, targets))


def test_a_distribution_of_one_label_is_that_label():
    logits, targets = torch.randn(5, 3), torch.tensor([0, 2, 1, 1, 0])
    sure = nn.functional.one_hot(targets, 3).float()
    torch.testing.assert_close(cross_entropy(logits, sure), cross_entropy(logits, targets))


def test_weights_make_the_mean_over_rows_a_weighted_one():
    logits, targets, weights = torch.randn(5, 3).double(), np.array([0, 2, 1, 1, 0]), np.array([1.0, 0.5, 4.0])
    own = -log_softmax(logits.numpy())[np.arange(5), targets]
    found = cross_entropy(logits, torch.from_numpy(targets), weights=torch.from_numpy(weights))
    assert found.item() == pytest.approx((own * weights[targets]).sum() / weights[targets].sum())


@pytest.mark.parametrize("soft", [False, True])
def test_smoothing_spreads_a_share_of_each_target_over_all_labels(soft):
    logits, wanted = torch.randn(4, 3).double(), torch.eye(3)[[0, 2, 1, 1]].double()
    if soft:
        wanted = torch.rand(4, 3).double().softmax(1)
    expected = -((0.8 * wanted + 0.2 / 3).numpy() * log_softmax(logits.numpy())).sum(1).mean()
    found = cross_entropy(logits, wanted if soft else wanted.argmax(1), smoothing=0.2)
    assert found.item() == pytest.approx(expected)


def test_binary_cross_entropy_is_its_definition():
    logits, targets, weights = torch.randn(4, 3).double(), torch.rand(4, 3), torch.tensor([1.0, 0.5, 4.0]).double()
    probable, wanted = logits.sigmoid().numpy(), 0.8 * targets.double().numpy() + 0.1
    having, lacking = weights.numpy() * wanted * np.log(probable), (1 - wanted) * np.log(1 - probable)
    found = binary_cross_entropy(logits, targets, weights=weights, smoothing=0.2)
    assert found.item() == pytest.approx(-(having + lacking).mean())
