import torch
from torch import nn

from atrous.losses import cross_entropy


def test_cross_entropy_is_torch_s_own():
    logits, targets = torch.randn(5, 3), torch.tensor([0, 2, 1, 1, 0])
    assert torch.equal(cross_entropy(logits, targets), nn.CrossEntropyLoss()(logits, targets))
