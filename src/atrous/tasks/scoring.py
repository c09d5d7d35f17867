"""How right answers are: torchmetrics counts, the divisions are ours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch.nn.functional as F
from torch import Tensor

from atrous.runtime.probable import softmax


def classes_scores(logits: Tensor, targets: Tensor, labels: Sequence[str]) -> dict[str, Any]:
    """Accuracy, macro F1, mean loss in nats, and each label's own scores, where a row has one label.

    logits: (rows, labels). targets: (rows,), the labels' numbers.
    macro F1 is the mean over the labels that occur, as target or as answer.

    >>> import torch
    >>> found = classes_scores(torch.tensor([[2.0, 0.0], [1.0, 0.0]]), torch.tensor([0, 1]), ["neg", "pos"])
    >>> found["accuracy"], round(found["macro_f1"], 4), found["labels"]["pos"]
    (0.5, 0.3333, {'precision': 0.0, 'recall': 0.0, 'f1': 0.0, 'rows': 1})
    """
    # Imported here: it takes as long as torch, and who only predicts does without.
    from torchmetrics.functional.classification import multiclass_confusion_matrix

    counts = multiclass_confusion_matrix(logits.argmax(1), targets, num_classes=len(labels)).double()
    right, wanted, given = counts.diagonal(), counts.sum(1), counts.sum(0)
    return {
        "accuracy": float(right.sum() / counts.sum()),
        "macro_f1": _macro(right, wanted, given),
        "loss": float(F.cross_entropy(logits.double(), targets)),
        "rows": len(targets),
        "labels": _each(labels, right, wanted, given),
    }


def labels_scores(logits: Tensor, targets: Tensor, labels: Sequence[str], *, threshold: float) -> dict[str, Any]:
    """Micro and macro F1, exact match, mean loss in nats, and each label's own scores, where a row can have several.

    logits: (rows, labels). targets: the same shape, 1 where a row has the label.
    threshold: the probability from which on a label is given.
    micro F1 counts every label of every row alike; it is 0 where nothing was to be found.
    macro F1 is the mean over the labels that occur. exact match is the share of rows whose labels are all right.

    >>> import torch
    >>> found = labels_scores(torch.tensor([[2.0, 1.0], [1.0, -1.0]]), torch.tensor([[1.0, 0], [1, 0]]), ["art", "war"],
    ...                       threshold=0.5)
    >>> found["micro_f1"], found["macro_f1"], found["exact_match"]
    (0.8, 0.5, 0.5)
    """
    from torchmetrics.functional.classification import multilabel_confusion_matrix

    given_at, wanted_at = (logits.double().sigmoid() >= threshold).long(), (targets >= 0.5).long()
    counts = multilabel_confusion_matrix(given_at, wanted_at, num_labels=len(labels)).double()
    right, wanted, given = counts[:, 1, 1], counts[:, 1].sum(1), counts[:, :, 1].sum(1)
    return {
        "micro_f1": float(_f1(right.sum(), wanted.sum(), given.sum())),
        "macro_f1": _macro(right, wanted, given),
        "exact_match": float((given_at == wanted_at).all(1).double().mean()),
        "loss": float(F.binary_cross_entropy_with_logits(logits.double(), targets.double())),
        "rows": len(targets),
        "labels": _each(labels, right, wanted, given),
    }


def answered_scores(logits: Tensor, targets: Tensor, *, min_probability: float) -> dict[str, Any]:
    """How many rows a model answers that abstains below a probability, and how many of those answers are right.

    logits: (rows, labels). targets: (rows,), the labels' numbers.
    The accuracy is that of the answered rows; None where there is none.

    >>> import torch
    >>> answered_scores(torch.tensor([[2.0, 0.0], [0.1, 0.0]]), torch.tensor([0, 1]), min_probability=0.8)
    {'min_probability': 0.8, 'rows': 1, 'share': 0.5, 'accuracy': 1.0}
    """
    sure = softmax(logits.float().numpy()).max(1) >= min_probability
    right = (logits.argmax(1) == targets).numpy()
    rows = int(sure.sum())
    return {
        "min_probability": min_probability,
        "rows": rows,
        "share": rows / len(targets),
        "accuracy": float(right[sure].mean()) if rows else None,
    }


def _f1(right: Tensor, wanted: Tensor, given: Tensor) -> Tensor:
    return 2 * right / (wanted + given).clamp(min=1)


def _macro(right: Tensor, wanted: Tensor, given: Tensor) -> float:
    occurs = wanted + given > 0
    return float(_f1(right, wanted, given)[occurs].mean()) if occurs.any() else 0.0


def _each(labels: Sequence[str], right: Tensor, wanted: Tensor, given: Tensor) -> dict[str, dict[str, Any]]:
    """Precision, recall, F1 and rows of every label by itself."""
    parts = (right / given.clamp(min=1), right / wanted.clamp(min=1), _f1(right, wanted, given), wanted)
    return {
        label: {"precision": precision, "recall": recall, "f1": f1, "rows": int(rows)}
        for label, precision, recall, f1, rows in zip(labels, *(part.tolist() for part in parts), strict=True)
    }
