"""The one LightningModule: loss, optimiser, schedule, and the guard against numbers that are not finite."""

from __future__ import annotations

from typing import Any

import lightning
import torch
from torch import Tensor, nn

from atrous.config.fields import Train
from atrous.contract import Batch
from atrous.errors import NotFinite
from atrous.model import Model
from atrous.training.objective import objective
from atrous.training.schedule import warm_up_and_decay

LOG_EVERY = 20  # steps
BEST_BY = "best_by"  # what the best epoch is the largest of


class Learner(lightning.LightningModule):
    """Trains a model with AdamW, warm-up and decay; logs `loss`, `dev_loss` (nats a row) and `dev_` with its score.

    steps: optimiser steps of the whole run, which the schedule spans.
    weights: how much each label weighs in the training loss; the loss on dev is plain.
    word_dropout: the share of tokens that count as unknown in a training step.

    Raises NotFinite, naming step and layer, when a loss is not finite, and ValueError if there is no rate.
    Source: Loshchilov, Hutter 2019, Decoupled Weight Decay Regularization, https://arxiv.org/abs/1711.05101
    """

    weights: Tensor | None

    def __init__(
        self, model: Model, settings: Train, *, steps: int, weights: Tensor | None = None, word_dropout: float = 0.0
    ) -> None:
        super().__init__()
        if settings.rate is None:
            raise ValueError("Learner needs train.rate, got None; give it settings.resolved().train")
        self.model, self.settings, self.rate, self.steps = model, settings, settings.rate, steps
        self.word_dropout = word_dropout
        self.register_buffer("weights", weights, persistent=False)  # it follows the device
        self.score = f"dev_{model.predict.score}"
        self._counts: list[tuple[Tensor, ...]] = []

    def training_step(self, batch: tuple[Batch, Tensor], number: int) -> Tensor:
        rows, targets = batch
        loss = objective(self.model, rows, targets, self.settings, weights=self.weights, word_dropout=self.word_dropout)
        if not loss.isfinite():
            raise NotFinite(
                f"training step {self.global_step + 1}: the loss is {loss.item()}; {culprit(self.model, rows)}; "
                f"lower train.rate (now {self.rate:g}) or train.clip_norm (now {self.settings.clip_norm:g})"
            )
        if self.global_step % LOG_EVERY == 0:  # a call of log costs as much as a small layer
            self.log("loss", loss.detach(), on_step=True, on_epoch=False)
        return loss

    def validation_step(self, batch: tuple[Batch, Tensor], number: int) -> None:
        rows, targets = batch
        logits = self.model(rows)
        several = int(rows.lengths.sum()) if self.model.tags else len(targets)  # that the loss is the mean of
        options: dict[str, Any] = {"on_step": False, "on_epoch": True, "batch_size": max(1, several)}
        loss = self.model.predict.loss(logits, targets)
        self.log("dev_loss", loss, **options)
        self._counts.append((*self.model.predict.counts(logits, targets), loss * several))

    def on_validation_epoch_end(self) -> None:
        """The score over all rows: that of a batch may have another denominator than the next one's."""
        part, whole, loss = (torch.stack(numbers).sum() for numbers in zip(*self._counts, strict=True))
        self._counts.clear()
        score = part / whole.clamp(min=1)
        self.log(self.score, score)
        # A score of 0 says nothing yet (no label reaches its threshold in the first epochs): then the loss decides.
        self.log(BEST_BY, torch.where(score > 0, score, -loss), logger=False)

    def configure_optimizers(self) -> Any:
        # Vectors and scales are not pulled to zero: only what multiplies an input is.
        weights = [parameter for parameter in self.model.parameters() if parameter.dim() > 1]
        others = [parameter for parameter in self.model.parameters() if parameter.dim() <= 1]
        groups = [
            {"params": weights, "weight_decay": self.settings.weight_decay},
            {"params": others, "weight_decay": 0.0},
        ]
        optimiser = torch.optim.AdamW(groups, lr=self.rate, fused=True)
        share = warm_up_and_decay(self.steps, warmup=self.settings.warmup)
        schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, share)
        return {"optimizer": optimiser, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}

    def configure_gradient_clipping(self, optimizer: Any, *_: Any, **__: Any) -> None:
        # Lightning refuses to clip for a fused optimiser under autocast, for fear of a scaled loss; bf16 scales none.
        parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
        nn.utils.clip_grad_norm_(parameters, self.settings.clip_norm)


@torch.no_grad()
def culprit(model: Model, batch: Batch) -> str:
    """Which part of the model first gives a number that is not finite, in words.

    >>> from atrous.config import load
    >>> from atrous.tasks.classify import build
    >>> model = build(load(encode="ngram"), sizes={"ids": 9}, labels=("no", "yes"))
    >>> _ = nn.init.constant_(model.predict.linear.bias, float("inf"))
    >>> culprit(model, Batch(torch.tensor([[1, 2]]), torch.tensor([2])))
    'predict.linear, Linear(in_features=384, out_features=2, bias=True), has parameters that are not finite'
    """
    parts = [
        (name, part)
        for name, part in model.named_modules()
        if name and "parametrizations" not in name and dict(part.named_children()).keys() <= {"parametrizations"}
    ]
    for name, part in parts:
        if not all(parameter.isfinite().all() for parameter in part.parameters()):
            return f"{name}, {part}, has parameters that are not finite"
    found: list[str] = []

    def look(name: str, part: nn.Module) -> Any:
        def hook(module: nn.Module, inputs: Any, output: Any) -> None:
            if isinstance(output, Tensor) and not output.isfinite().all():
                found.append(f"{name}, {part}, is the first layer whose output is not finite")

        return part.register_forward_hook(hook)

    hooks = [look(name, part) for name, part in parts]
    try:
        model(batch)
    finally:
        for hook in hooks:
            hook.remove()
    return found[0] if found else "every layer's output is finite, so it arises in the loss itself"
