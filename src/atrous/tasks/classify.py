"""One label for every text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from atrous.attend import POOLS
from atrous.config import Settings
from atrous.embed import embedding
from atrous.encode import ENCODERS
from atrous.model import Model
from atrous.predict import Classes


def build(settings: Settings, *, sizes: Mapping[str, int], labels: int) -> Model:
    """A fresh model as the settings say, presets filled in, its weights drawn from torch's default generator.

    sizes: of each field of the batch, how many ids there are, or features: `Reader.sizes`.
    labels: how many there are to choose from.

    >>> from atrous.config import load
    >>> build(load(encode="tcn"), sizes={"ids": 100}, labels=2).window
    Window(left=60, right=0, stride=1)
    """
    chosen = settings.resolved()
    embed = embedding(chosen.embed, sizes)
    encode = ENCODERS[chosen.encode.name](embed.outputs, **chosen.encode.options)
    channels = encode.outputs or embed.outputs
    attend = POOLS[chosen.attend.name or "max"](channels, **chosen.attend.options)
    return Model(embed, encode, attend, Classes(attend.outputs, labels, dropout=chosen.predict.dropout))


def scores(logits: Tensor, targets: Tensor, labels: Sequence[str]) -> dict[str, Any]:
    """How right the logits, (rows, labels), are: accuracy, macro F1, mean loss in nats, and each label's own scores.

    macro F1 is the mean over the labels that occur, as target or as answer.

    >>> found = scores(torch.tensor([[2.0, 0.0], [1.0, 0.0]]), torch.tensor([0, 1]), ["neg", "pos"])
    >>> found["accuracy"], round(found["macro_f1"], 4), found["labels"]["pos"]
    (0.5, 0.3333, {'precision': 0.0, 'recall': 0.0, 'f1': 0.0, 'rows': 1})
    """
    # Imported here: it takes as long as torch, and who only predicts does without.
    from torchmetrics.functional.classification import multiclass_confusion_matrix

    counts = multiclass_confusion_matrix(logits.argmax(1), targets, num_classes=len(labels)).double()
    right, wanted, given = counts.diagonal(), counts.sum(1), counts.sum(0)
    precision, recall = right / given.clamp(min=1), right / wanted.clamp(min=1)
    f1 = 2 * right / (wanted + given).clamp(min=1)
    occurs = wanted + given > 0
    each = {
        label: {"precision": p, "recall": r, "f1": f, "rows": int(n)}
        for label, p, r, f, n in zip(
            labels, precision.tolist(), recall.tolist(), f1.tolist(), wanted.tolist(), strict=True
        )
    }
    return {
        "accuracy": float(right.sum() / counts.sum()),
        "macro_f1": float(f1[occurs].mean()),
        "loss": float(torch.nn.functional.cross_entropy(logits.double(), targets)),
        "rows": len(targets),
        "labels": each,
    }
