import pytest
import torch

from atrous.predict import Labels
from atrous.tasks.scoring import labels_scores


def test_the_loss_is_the_mean_over_rows_and_labels_of_each_labels_own():
    head, logits, targets = Labels(3, 4), torch.randn(5, 4), torch.rand(5, 4)
    probable = head.probabilities(logits)
    expected = -(targets * probable.log() + (1 - targets) * (1 - probable).log()).mean()
    assert torch.allclose(head.loss(logits, targets), expected)


def test_counts_of_batches_divide_to_the_micro_f1_of_all_rows():
    head, logits, targets = Labels(3, 4, threshold=0.4), torch.randn(50, 4), torch.rand(50, 4).round()
    pieces = [head.counts(logits[part], targets[part]) for part in (slice(0, 7), slice(7, 50))]
    part, whole = (sum(numbers) for numbers in zip(*pieces, strict=True))
    found = labels_scores(logits, targets, "abcd", threshold=0.4)
    assert float(part / whole) == pytest.approx(found[head.score])


def test_wrong_sizes_are_refused():
    with pytest.raises(ValueError, match="got labels=0"):
        Labels(3, 0)
    with pytest.raises(ValueError, match="threshold=1"):
        Labels(3, 2, threshold=1.0)
